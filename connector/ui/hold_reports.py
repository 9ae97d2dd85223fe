"""Holds and answers as text for people, made from the same data that `--json` prints. Pure, as `reports.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from connector.ui.reports import NEXT_STEPS, TITLES
from connector.ui.tables import MASK, heading, table

Data = Mapping[str, Any]

SIDES: Final = ("netsuite", "salesforce")
SHOWN: Final = 100
"""Rows of a list that are shown; `--json` has all of them."""


def holds(data: Data) -> str:
    """Open holds, one a line; after `retry`, those that were queued."""
    found = data["holds"]
    if data["queued"]:
        return heading(f"{len(found):,} queued: the next run looks at them.")
    if not found:
        return "Nothing is on hold."
    rows = [(one["id"], _what(one), _where(one), one["reason"], _day(one["opened_at"]), _next(one)) for one in found]
    lines = [
        heading(f"On hold ({len(found):,})"),
        *table(("id", "what", "where", "why", "since", "next try"), rows[:SHOWN]),
    ]
    return "\n".join(
        [*lines, *_more(found), "", "connector review ID shows one in full; connector holds retry ID queues it"]
    )


def review(data: Data) -> str:
    """The holds that wait for an answer, with what both sides hold."""
    found = data["holds"]
    if not found:
        return "Nothing waits for an answer."
    lines = [heading(f"Waiting for an answer ({len(found):,})")]
    for one in found[:SHOWN]:
        lines += ["", f"{one['id']:>5}  {_what(one)}: {_where(one)}", *_indented(_facts(one))]
    return "\n".join([*lines, *_more(found), *_masked_note(found)])


def one_hold(data: Data) -> str:
    """Each hold in full, with what can be answered."""
    if not data["holds"]:
        return "There is no such open hold."
    return "\n\n".join("\n".join(in_full(one)) for one in data["holds"])


def in_full(one: Data) -> Iterator[str]:
    """All that is known of one hold."""
    yield heading(f"{one['id']}  {_what(one)}: {_where(one)}")
    yield from _indented([f"{TITLES[side]} record: {one[side]}" for side in SIDES if one[side]])
    yield from _indented(_facts(one))
    yield from _indented([f"on hold since {_moment(one['opened_at'])}, came up in {one['tries']} runs"])
    if one["kind"] in NEXT_STEPS:
        yield from _indented([f"-> {NEXT_STEPS[one['kind']].format(entity=one['entity'])}"])


def answered(data: Data) -> str:
    """What was answered, grouped by answer, and what was not."""
    lines = []
    verb = "Would be answered" if data["dry_run"] else "Answered"
    for says, group in groupby(data["answered"], key=lambda one: _says(one["answer"])):
        listed = list(group)
        lines.append(heading(f"{verb} ({len(listed):,}): {says}"))
        lines += table(("id", "what", "where"), [(one["id"], _what(one), _where(one)) for one in listed[:SHOWN]])
        lines += _more(listed)
    if data["not_answered"]:
        lines.append(heading(f"Not answered ({len(data['not_answered']):,})"))
        lines += table(("id", "what", "why"), [(one["id"], _what(one), one["why"]) for one in data["not_answered"]])
    if not lines:
        return "No open hold is meant by that."
    return "\n".join(lines if data["dry_run"] else [*lines, "The next run carries it out; connector plan shows it."])


def overruled(data: Data) -> str:
    """Values that lost, newest first."""
    found = data["overruled"]
    if not found:
        return "No value was overruled in the last 90 days."
    head = ("when", "record", "field", "lost", "written instead", "last change", "why")
    return "\n".join([heading(f"Overruled ({len(found):,})"), *table(head, map(_lost, found[:SHOWN])), *_more(found)])


# --- pieces ----------------------------------------------------------------------------------------------


def _lost(one: Data) -> tuple[str, ...]:
    changed = " ".join(
        filter(None, (_moment(one["modified_at"]), f"by {one['modified_by']}" if one["modified_by"] else ""))
    )
    lost, written = _told(one["values"]["lost"]), _told(one["values"]["written"])
    return _moment(one["at"]), one["record"], one["field"], lost, written, changed, one["reason"]


def _what(one: Data) -> str:
    return " ".join(filter(None, (_thing(one["kind"]), _thing(one["entity"]), one["field"])))


def _where(one: Data) -> str:
    """What people call the record, and its ids."""
    names = [name for name in (one["names"] or {}).values() if name and name != MASK]
    refs = " / ".join(one[side].split(":", 1)[1].replace(":", " ") for side in SIDES if one[side])
    return f"{names[0]} [{refs}]" if names else refs


def _facts(one: Data) -> Iterator[str]:
    for side in SIDES if one["field"] else ():
        yield f"{TITLES[side]}: {_side(one, side)}"
    yield str(one["reason"])
    if one["ignored_by"]:
        yield f"ignored by {one['ignored_by']}, until it changes"
    elif one["answer"]:
        yield f"answered: {_says(one['answer'])}; the next run carries it out"


def _side(one: Data, side: str) -> str:
    """What a side holds, what it held before, and who changed its record when."""
    before, changed = (one["base"] or {}).get(side), one["modified"][side]
    text = _told((one["values"] or {}).get(side))
    text += f", before: {_told(before)}" if before is not None else ""
    text += f", record changed {_moment(changed['at'])}" if changed["at"] else ""
    return text + (f" by {changed['by']}" if changed["by"] else "")


def _says(answer: Data) -> str:
    by = f"by {answer['by']}, {_moment(answer['at'])}"
    value = _told(answer["values"]["value"])
    said = {
        "ignore": "ignore",
        "value": f"both shall hold {value}",
        "link": f"the same thing as {value}",
        "again": "make it again",
        "follow": "delete the other one too",
    }
    return f"{said.get(answer['choice']) or 'keep ' + TITLES[answer['choice']]}, {by}"


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        value = ", ".join(str(part) for part in value.values() if part is not None)
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return "(empty)" if value in (None, "") else str(value)


def _thing(name: str) -> str:
    return str(name).replace("_", " ")


def _day(text: str) -> str:
    return text[:10]


def _moment(text: str | None) -> str:
    return text[:16].replace("T", " ") if text else ""


def _next(one: Data) -> str:
    if one["tries"] == 0:
        return "next run"
    if one["answer"]:
        return "answered"
    return _moment(one["next_try_at"]) or "when it changes"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"       {line}" for line in lines]


def _more(found: Sequence[Data]) -> list[str]:
    return [f"  ... and {len(found) - SHOWN:,} more; --json lists them all"] if len(found) > SHOWN else []


def _masked_note(found: Sequence[Data]) -> list[str]:
    hidden = any(MASK in (one["values"] or {}).values() for one in found)
    return ["", f"Values are masked ({MASK}); --show-values shows them."] if hidden else []

"""Reports as text for people, made from the same data that `--json` prints.

Every function here is pure: data in, text out. Values of records are personal data: unless asked for, they are
masked in both forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import click

from connector.ui.guard import SOME_FAILED
from connector.ui.mapping_reports import advice
from connector.ui.tables import MASK, cell, heading, printable, table

Data = Mapping[str, Any]

BRAKE_PULLED: Final = 5
SHOWN: Final = 40
"""Rows of a list that are shown; `--json` has all of them."""
SAMPLES: Final = 5
EXAMPLES: Final = 2
HOLD_VALUES: Final = ("values", "fields", "changes", "base", "names")
"""Keys of the data below which values of records stand."""
VERBS: Final = (
    *("created", "updated", "converted", "retired", "deleted", "keyed", "linked"),
    *("moved", "refused", "unknown", "deferred"),
)
TITLES: Final = {"netsuite": "NetSuite", "salesforce": "Salesforce", "links": "our state"}

NEXT_STEPS: Final = {
    "conflict": "Decide which value is right (connector review), or type it into the other system too.",
    "ambiguous": "Merge the duplicates, or say which two are one (connector review).",
    "value": "Correct the value in its system, or give it a row in {entity}.yaml.",
    "refused": "Do what the system's rule asks for; it is tried again when it changes, and ever more rarely.",
    "tug_of_war": "Find the rule or person that changes it back, then decide (connector review).",
    "missing_parent": "Nothing to do: it follows when its parent is linked.",
    "stage": "Move the record to a stage that both systems know, or mend conversion.yaml.",
    "double_key": "Merge the two, or empty the key of the wrong one; the next verify --full sees it.",
    "deleted": "Restore it, or have it made again, or the other one deleted too (connector review).",
}
NOT_ALL: Final = "Not everything could be written (refused, unknown or deferred); the next run looks again."


def exit_code(data: Data) -> int:
    """What the process ends with: doctor says it itself; a brake is 5; records not written, or differing, are 6."""
    if "exit_code" in data:
        return int(data["exit_code"])
    if data.get("brake") or data.get("plan", {}).get("brake"):
        return BRAKE_PULLED
    unfinished = data.get("incomplete") or str(data.get("ended", "done")) != "done"
    return SOME_FAILED if unfinished or data.get("differences") else 0


def harmless(data: Any) -> Any:
    """`data` with every text stripped of what a terminal would obey."""
    if isinstance(data, Mapping):
        return {printable(str(name)): harmless(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [harmless(item) for item in data]
    return printable(data) if isinstance(data, str) else data


def masked(data: Any) -> Any:
    """`data` with the values of records masked: what stands below the keys of `HOLD_VALUES`."""
    if isinstance(data, Mapping):
        return {name: _hidden(value) if name in HOLD_VALUES else masked(value) for name, value in data.items()}
    return [masked(item) for item in data] if isinstance(data, list | tuple) else data


def _hidden(value: Any) -> Any:
    """Everything but the names, and what is empty on purpose."""
    if isinstance(value, Mapping):
        return {name: _hidden_leaf(below) for name, below in value.items()}
    return _hidden_leaf(value)


def _hidden_leaf(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_hidden_leaf(below) for below in value]
    return None if value is None else MASK


# --- one function per command ----------------------------------------------------------------------------


def plan(data: Data) -> str:
    """What a sync would do."""
    return text(_planned(data))


def sync(data: Data) -> str:
    """What a sync did, or with `--dry-run` would have done."""
    if "plan" in data:
        return text([heading("Dry run: nothing was changed, not even our own state."), *_planned(data["plan"])])
    return text(
        [
            heading(_sync_headline(data)),
            *brakes(data),
            *count_table(data["counts"]),
            *_conversions(data["conversions"]),
            *hold_list(data["holds"]),
            *_more_holds(data["open_holds"] - len(data["holds"])),
            *advice(data),
            *_unmapped(data["unmapped"]),
            *_left_out(data["left_out"]),
            *_calls(data["calls"]),
        ]
    )


def verify(data: Data) -> str:
    """How the two systems compare."""
    differences, unlinked = data["differences"], data["unlinked"]
    first = f"{data['compared']:,} linked pairs compared: {data['equal']:,} equal, {len(differences):,} differ."
    return text(
        [
            heading(first),
            *section(
                "Differences", ("what", "field", "NetSuite", "Salesforce", "values"), map(_difference, differences)
            ),
            *section(
                "Explained differences",
                ("what", "field", "NetSuite", "Salesforce", "why"),
                map(_explained, data["explained"]),
            ),
            *section(
                "Not linked",
                ("what", "record", "why"),
                ((_thing(one["entity"]), one["record"], one["reason"]) for one in unlinked),
            ),
            *_lead_and_customer(data["lead_and_customer"]),
            *_unmapped(data["unmapped"]),
            *_left_out(data["left_out"]),
        ]
    )


def status(data: Data) -> str:
    """What our own state knows."""
    if data["identity"] is None:
        return "No run has been made with this state yet: connector sync"
    identity = data["identity"]
    waiting = f"{data['pending']} writes without a known outcome, {data['rechecks']} records to look at again"
    return text(
        [
            heading(f"NetSuite {identity['netsuite']} and Salesforce {identity['salesforce']}"),
            *section(
                "Links",
                ("what", "linked"),
                ((_thing(name), count) for name, count in data["links"].items()),
                counted=False,
            ),
            *section(
                "Last runs", ("run", "mode", "started", "ended", "passes"), map(_run, data["runs"]), counted=False
            ),
            *hold_list(data["holds"]),
            *advice(data, "lately"),
            f"Left for the next run: {waiting}.",
        ]
    )


def doctor(data: Data) -> str:
    """Every check on a line, with the next step where it is not ok."""
    counts = data["counts"]
    last = f"{counts['ok']} ok, {counts['warn']} to look at, {counts['fail']} wrong"
    return text([*(line for check in data["checks"] for line in _check(check)), heading(last)])


# --- pieces ----------------------------------------------------------------------------------------------


def text(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _thing(name: str) -> str:
    return str(name).replace("_", " ")


def section(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], *, counted: bool = True) -> Iterator[str]:
    """A titled table of at most `SHOWN` rows; nothing when there are none."""
    listed = list(rows)
    if listed:
        yield ""
        yield heading(f"{title} ({len(listed):,})" if counted else title)
        yield from table(head, listed[:SHOWN])
    if len(listed) > SHOWN:
        yield f"  ... and {len(listed) - SHOWN:,} more; --json lists them all"


def _sync_headline(data: Data) -> str:
    took = f"{data['seconds']:.1f} s, {data['passes']} {'pass' if data['passes'] == 1 else 'passes'}"
    if data["ended"] != "done":
        return f"Sync {cell(data['ended'])} ({took}). What was done is remembered; run it again."
    if data["quiet"] and not data["incomplete"]:
        return f"Nothing to do: no record was written on either side ({took})."
    written = " and ".join(f"{data['writes'][system]:,} in {TITLES[system]}" for system in ("netsuite", "salesforce"))
    first = f"Synced: records written: {written} ({took})."
    return f"{first}\n{NOT_ALL}" if data["incomplete"] else first


def brakes(data: Data) -> Iterator[str]:
    """A brake that stopped a part of a run, and those that somebody released."""
    if data["brake"]:
        yield click.style(f"A brake stopped a part of it: {cell(data['brake'])}", fg="red")
    yield from (click.style(f"A brake was {cell(one)}", fg="yellow") for one in data["released"])


def count_table(counts: Data) -> Iterator[str]:
    """`{system: {thing: {verb: n}}}` as a row for each system and thing, a column for each verb that occurs."""
    rows = [
        (system, thing, verbs if isinstance(verbs, Mapping) else {"linked": verbs})
        for system, things in counts.items()
        for thing, verbs in things.items()
    ]
    seen = {verb for _, _, verbs in rows for verb in verbs}
    columns = [verb for verb in VERBS if verb in seen] + sorted(seen - set(VERBS))
    yield from table(
        ("where", "what", *map(_thing, columns)),
        [
            (TITLES.get(system, system), _thing(thing), *(verbs.get(verb, 0) for verb in columns))
            for system, thing, verbs in rows
        ],
    )


def _planned(data: Data) -> Iterator[str]:
    if data["brake"]:
        yield click.style(f"A brake would refuse this plan: {cell(data['brake'])}", fg="red")
    observed = data["observed"]
    looked = f"looked at {observed['netsuite']:,} changed records in NetSuite, {observed['salesforce']:,} in Salesforce"
    yield heading(f"Records to write: {data['writes']:,} ({looked}).")
    yield from count_table(data["counts"])
    yield from _writes([action for action in data["actions"] if "fields" in action])
    yield from hold_list(data["holds"])
    yield from advice(data)


def _writes(actions: Sequence[Data]) -> Iterator[str]:
    """The first few of each kind: a long plan is judged by its counts and its samples."""
    ordered = sorted(actions, key=_kind)
    for (system, entity, verb), group in groupby(ordered, key=_kind):
        listed = list(group)
        yield ""
        yield heading(f"{verb} {_thing(entity)} in {TITLES[system]} ({len(listed):,})")
        yield from table(("from", "fields", "why"), map(_action, listed[:SAMPLES]))
        if len(listed) > SAMPLES:
            yield f"  ... and {len(listed) - SAMPLES:,} more; --json lists them all"


def _kind(action: Data) -> tuple[str, str, str]:
    return action["system"], action["entity"], action["verb"]


def _action(action: Data) -> tuple[str, ...]:
    fields = ", ".join(_field(name, value) for name, value in action["fields"].items())
    return action["record"], fields, action["reason"]


def _field(name: str, value: Any) -> str:
    """A masked value is not worth its columns; an emptied one is news."""
    if isinstance(value, Mapping):
        value = " ".join(str(part) for part in value.values() if part is not None)
    return name if value == MASK else f"{name}={'(empty)' if value is None else value}"


def _conversions(conversions: Sequence[Data]) -> Iterator[str]:
    head = ("lead", "account", "contact", "opportunity", "why")
    yield from section("Conversions", head, (tuple(one[name] for name in (*head[:4], "reason")) for one in conversions))


def hold_list(holds: Sequence[Data]) -> Iterator[str]:
    """Grouped by what is held, then by reason, with examples and what to do; the whole list is in `--json`."""
    if not holds:
        return
    yield ""
    yield heading(f"On hold ({len(holds):,})")
    for (kind, entity, field), group in groupby(sorted(holds, key=_held_thing), key=_held_thing):
        listed = list(group)
        yield f"  {_thing(kind)}: {_thing(entity)} {field}".rstrip() + f" ({len(listed):,})"
        yield from _reasons(listed)
        if kind in NEXT_STEPS:
            yield click.style(f"    -> {NEXT_STEPS[kind].format(entity=entity)}", dim=True)


def _held_thing(hold: Data) -> tuple[str, str, str]:
    return str(hold["kind"]), str(hold["entity"]), str(hold["field"] or "")


def _reasons(holds: Sequence[Data]) -> Iterator[str]:
    """The most frequent reasons first."""
    by_reason: dict[str, list[Data]] = {}
    for hold in holds:
        by_reason.setdefault(_sentence(hold["reason"]), []).append(hold)
    ordered = sorted(by_reason.items(), key=lambda item: -len(item[1]))
    for reason, alike in ordered[:SAMPLES]:
        yield f"    {reason}"
        yield from (f"      {_example(hold)}" for hold in alike[:EXAMPLES])
        if len(alike) > EXAMPLES:
            yield f"      ... and {len(alike) - EXAMPLES:,} more"
    if len(ordered) > SAMPLES:
        yield f"    ... and {len(ordered) - SAMPLES:,} more reasons; --json lists them all"


def _example(hold: Data) -> str:
    records = " / ".join(str(hold[system]) for system in ("netsuite", "salesforce") if hold[system])
    return f"{records}  [{_both(hold['values'])}]" if hold["values"] else records


def _sentence(text: str) -> str:
    return " ".join(str(text).split())


def _both(values: Data) -> str:
    return " | ".join(f"{TITLES[system]}: {'(empty)' if value is None else value}" for system, value in values.items())


def _unmapped(unmapped: Data) -> Iterator[str]:
    """Fields with data that no mapping file carries: named, so that nothing stays behind unseen."""
    rows = [
        (TITLES[system], type_, field, count)
        for system, types in unmapped.items()
        for type_, fields in types.items()
        for field, count in fields.items()
    ]
    yield from section("Fields that no mapping carries", ("where", "record", "field", "records with a value"), rows)


def _left_out(left_out: Sequence[Data]) -> Iterator[str]:
    """Fields with data that a mapping file leaves out on purpose, with the reason that it gives."""
    rows = [(TITLES[one["system"]], one["type"], one["field"], one["records"], one["reason"]) for one in left_out]
    yield from section("Left out by the mapping", ("where", "record", "field", "records", "why"), rows)


def _more_holds(count: int) -> Iterator[str]:
    if count > 0:
        yield ""
        yield f"{count:,} more on hold from earlier runs: connector status"


def _calls(calls: Data) -> Iterator[str]:
    if calls:
        yield ""
        yield "Calls: " + ", ".join(f"{TITLES.get(system, system)} {count}" for system, count in calls.items())


def _difference(one: Data) -> tuple[str, ...]:
    return _thing(one["entity"]), one["field"], one["netsuite"], one["salesforce"], _both(one["values"] or {})


def _explained(one: Data) -> tuple[str, ...]:
    return _thing(one["entity"]), one["field"], one["netsuite"], one["salesforce"], one["reason"]


def _lead_and_customer(count: int) -> Iterator[str]:
    if count:
        yield ""
        yield click.style(f"{count:,} are a lead in one system and a customer in the other.", fg="yellow")


def _run(run: Data) -> tuple[Any, ...]:
    return run["run"], run["mode"], str(run["started_at"])[:19], run["ended"] or "still running", run["passes"]


_MARKS: Final = {"ok": ("ok  ", "green"), "warn": ("look", "yellow"), "fail": ("FAIL", "red")}


def _check(check: Data) -> Iterator[str]:
    mark, colour = _MARKS[check["state"]]
    subject = TITLES.get(check["subject"], check["subject"])
    yield f"{click.style(mark, fg=colour)}  {subject} {cell(check['name'])}: {_sentence(check['what'])}"
    if check["how"]:
        yield f"        -> {_sentence(check['how'])}"

"""The reports of `connector mapping ...` as text, and what every run says of the mapping files. Pure: data in, text
out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from connector.ui.tables import MASK, heading, table

Data = Mapping[str, Any]

TITLES: Final = {"netsuite": "NetSuite", "salesforce": "Salesforce"}
ROWS: Final = 40
"""Rows of a list that are shown; `--json` has all of them."""


def check(data: Data) -> str:
    """Mistakes, damage with its repair, and what the files accept on purpose."""
    damage = [one for one in data["losses"] if not one["declared"]]
    accepted = [one for one in data["losses"] if one["declared"]]
    return _text(
        [
            heading(_check_headline(data, damage)),
            _age(data["metadata"]),
            *_listed("Mistakes", data["mistakes"], _mistake),
            *_listed("Values that would be damaged", damage, _loss),
            *_listed("Accepted by the files", accepted, _accepted),
            *_listed("From a stage on", data["gated"], _noted),
            *_listed("What costs calls", data["costly"], _noted),
        ]
    )


def _check_headline(data: Data, damage: Sequence[Data]) -> str:
    mistakes = "1 mistake" if len(data["mistakes"]) == 1 else f"{len(data['mistakes'])} mistakes"
    harm = "1 line that damages a value" if len(damage) == 1 else f"{len(damage)} lines that damage a value"
    verdict = f"{data['lines']} lines in {len(data['files'])} files: "
    if data["metadata"] is None:
        return f"{verdict}{mistakes} in what needs no account."
    return verdict + ("nothing wrong, and no value is damaged." if not data["exit_code"] else f"{mistakes}, {harm}.")


def _age(metadata: Data | None) -> str:
    if metadata is None:
        return (
            "Not checked, because nothing is remembered of the accounts: whether fields exist and can be written, "
            "list values, and the two-way proof. A first `connector sync`, or this without --offline, tells."
        )
    told = ", ".join(f"{TITLES[system]} {_ago(seconds)}" for system, seconds in metadata["age_seconds"].items())
    return f"Metadata: {told}."


def _ago(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"as of {seconds / size:.0f} {unit} ago"
    return "asked just now" if seconds == 0 else f"as of {seconds:.0f} seconds ago"


def _place(one: Data) -> str:
    return f"{one['file']}:{one['line']}"


def _mistake(one: Data) -> list[str]:
    told = [f"  {_place(one)}:{one['column']}: {one['what']}"]
    return told + ([f"    -> {one['expected']}"] if one["expected"] else [])


def _loss(one: Data) -> list[str]:
    return [f"  {_place(one)}: {one['field']}: {one['what']}", f"    -> {one['repair']}"]


def _noted(one: Data) -> list[str]:
    return [f"  {_place(one)}: {one['what']}"]


def _accepted(one: Data) -> list[str]:
    return [f"  {_place(one)}: {one['field']}: {one['what']}  [{one['declared']}]"]


def examples(data: Data) -> str:
    """What failed, and what no example touches."""
    files, failed = data["files"], data["failed"]
    count = sum(one["examples"] for one in files)
    head = ("file", "examples", "lines touched", "lines", "rows touched", "rows of values")
    columns = ("file", "examples", "lines_touched", "lines", "rows_touched", "rows")
    return _text(
        [
            heading(f"{count} examples: " + (f"{len(failed)} differences." if failed else "all come out as they say.")),
            *_listed("Differences", failed, _mistake),
            "",
            *table(head, [tuple(one[column] for column in columns) for one in files]),
            *_untouched(files),
        ]
    )


def _untouched(files: Sequence[Data]) -> Iterator[str]:
    lines = [f"  {one['file']}: {', '.join(one['untouched_lines'])}" for one in files if one["untouched_lines"]]
    rows = [
        f"  {one['file']}: {field}: {_some(found)}"
        for one in files
        for field, found in one["untouched_rows"].items()
        if field not in one["untouched_lines"]
    ]
    for title, found in (("Lines that no example touches", lines), ("Rows that no example touches", rows)):
        if found:
            yield from ("", heading(title), *found)


def _some(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def preview(data: Data) -> str:
    """Each record with its fields: what it holds, what makes it, and what the other side would hold."""
    lines = [line for one in data["records"] for line in _record(one)]
    missing = [f"{one} is not there." for one in data["missing"]]
    return _text([*lines, *missing] or ["No record to show: everything is the same on the other side."])


def _record(one: Data) -> Iterator[str]:
    onto = f"to {one['other']}" if one["other"] else "to a new record"
    yield heading(f"{one['entity']}: {one['record']} {onto}")
    yield from table(("field", "holds", "by", "would be written"), map(_crossed, one["crossed"]))
    yield ""


def _crossed(one: Data) -> tuple[str, ...]:
    return one["field"], _fields(one["values"]["given"]), one["how"], _made(one)


def _made(one: Data) -> str:
    if one["held"]:
        return f"HELD: {one['held']}"
    return f"({one['stays']})" if one["stays"] else _fields(one["values"]["made"])


def _fields(fields: Any) -> str:
    if fields == MASK:
        return MASK
    return ", ".join(f"{name}={'(empty)' if value is None else _value(value)}" for name, value in fields.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part is not None)
    return str(value)


def diff(data: Data) -> str:
    """Which lines differ, in how many records, and the first of them."""
    counts, samples = data["differing"], data["samples"]
    return _text(
        [
            heading(f"{data['compared']:,} linked pairs compared: {data['records']:,} records would change."),
            *_listed("Lines", list(data["lines"].items()), lambda one: [f"  {one[0]}: {one[1]}"]),
            *(["", heading("By field"), *table(("field", "records"), counts.items())] if counts else []),
            *_records(samples[:ROWS]),
            *([f"  ... and {data['records'] - ROWS:,} more"] if data["records"] > ROWS else []),
        ]
    )


def _records(samples: Sequence[Data]) -> Iterator[str]:
    if samples:
        yield from ("", heading("Records"), *table(("record", "now", "then"), map(_sample, samples)))


def _sample(one: Data) -> tuple[str, str, str]:
    now = _fields({name: was for name, (was, _) in one["changes"].items()})
    then = _fields({name: new for name, (_, new) in one["changes"].items()})
    return one["record"], now, ", ".join(filter(None, (then, *(f"{name} held" for name in one["held"]))))


def schema(data: Data) -> str:
    """Where the schema was written."""
    return (
        f"Written to {data['written']}. The first line of a mapping file names it: # yaml-language-server: $schema=..."
    )


def suggest(data: Data) -> str:
    """What to add, or what was added, and why."""
    told = [*advice(data), *_listed("Written", data.get("written", []), _proposal), *_left(data.get("left", []))]
    return _text(told or ["Nothing to suggest: every list value that was met has a row, and no field is left over."])


def _left(left: Sequence[Data]) -> Iterator[str]:
    yield from _listed("For you to place", left, lambda one: [*_proposal(one), f"      ({one['why']})"])


# --- what every run says -----------------------------------------------------------------------------------


def advice(data: Data, since: str = "since the last run") -> Iterator[str]:
    """What the accounts changed, which lines wait, and what to paste."""
    drift = data["drift"]
    changes = [(TITLES[one["system"]], one["type"], one["field"], one["what"]) for one in drift["noticed"]]
    if changes:
        yield from ("", heading(f"Changed in the accounts {since} ({len(changes):,})"))
        yield from table(("where", "record", "field", "what"), changes[:ROWS])
    yield from _listed("Lines that wait, because an account changed", drift["held"], _held)
    yield from _listed("New records that wait", drift["creates"], _create)
    yield from _listed("To paste into the mapping files", data["proposals"], _proposal)


def _held(one: Data) -> list[str]:
    return [f"  {_place(one)}: {one['entity']} {one['field']}: {one['reason']}", f"    -> {one['settle']}"]


def _create(one: Data) -> list[str]:
    return [f"  {one['entity']} in {TITLES[one['system']]}: {one['reason']}"]


def _proposal(one: Data) -> list[str]:
    under = f"under {one['under']}" if one["under"] else "at its end"
    into = f"in place of the row {one['replaces']!r}" if one["replaces"] else under
    told = [f"  {one['file']}, {into}:", f"      {one['yaml']}"] if one["yaml"] else [f"  {one['file']}, {into}:"]
    return told + [f"    because {reason}" for reason in one["reasons"]]


def _listed(title: str, items: Sequence[Any], lines: Callable[[Any], Iterable[str]]) -> Iterator[str]:
    """A titled list; nothing when it is empty."""
    if items:
        yield ""
        yield heading(f"{title} ({len(items):,})")
        for one in items[:ROWS]:
            yield from lines(one)
    if len(items) > ROWS:
        yield f"  ... and {len(items) - ROWS:,} more; --json lists them all"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines)

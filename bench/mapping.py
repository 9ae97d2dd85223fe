"""`python -m bench.mapping`: what translating a record costs, in records a second on one core.

A compiled mapping of 20 plain fields beside two functions written by hand and three libraries that people use for
this (those that are installed: `pip install .[bench]`), both directions; then what each codec adds to a record. The
mapping is measured as the connector calls it, and its compiled function by itself. Rounds of all contestants take turns
and the best round of each counts, so that a busy machine slows all and decides nothing.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector.core.flow import Pair
from connector.core.mapping import compiled
from connector.core.mapping.codecs import WORKED
from connector.core.mapping.document import build_source
from connector.core.mapping.examples import NoLinks
from connector.core.mapping.language_examples import FORM_EXAMPLES, KEY_EXAMPLES
from connector.core.mapping.lookup import NO_LISTS, LiveLists
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.worked import Worked
from connector.core.mapping.yaml_file import Source, parse
from connector.core.schema import Entity, SystemName, record_types

FIELDS = 20
AT_LEAST = 0.8
"""Of the speed of the hand-written function that keeps the same promises."""

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
NAMES = [(f"custom.field_{n}", f"custentity_field_{n}", f"Field_{n}__c") for n in range(FIELDS)]
RAW: Mapping[str, Any] = {vendor: f"value {n}" if n % 5 else None for n, (_, vendor, _) in enumerate(NAMES)}
LINKS = NoLinks()

Contestant = Callable[[], object]


def mapping_of(lines: str, entity: str = "lead", lists: LiveLists = NO_LISTS) -> EntityMapping:
    types = {system: record_types(system)[Entity(entity)] for system in SystemName}
    when = ", when: {stage: [prospect, customer]}" if entity == "organization" else ""
    text = f"entity: {entity}\nnetsuite: {{record: {types[NETSUITE]}{when}}}\n"
    text += f"salesforce: {{record: {types[SALESFORCE]}}}\n"
    source = parse(f"{text}fields:\n{lines}".encode(), "bench.yaml")
    assert isinstance(source, Source)
    return build_source(source, lambda name: b"", lists)


def plain_mapping() -> EntityMapping:
    return mapping_of(
        "".join(f"  {name}: {{netsuite: {ours}, salesforce: {theirs}}}\n" for name, ours, theirs in NAMES)
    )


# --- written by hand -------------------------------------------------------------------------------------


def by_hand(keys: list[tuple[str, str]]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """The least that a person would write: a missing field becomes an empty one."""
    body = ", ".join(f"{to!r}: record.get({at!r}) or None" for at, to in keys)
    return _defined(f"def translate(record):\n    return {{{body}}}\n")


def by_hand_with_promises(keys: list[tuple[str, str]]) -> Callable[[Mapping[str, Any]], tuple[Any, Any]]:
    """The same promises as ours: absent stays absent, empty text is empty, what is no text is told as a problem."""
    steps = "".join(
        f"    if {at!r} in record:\n"
        f"        value = record[{at!r}]\n"
        f"        if value is None or isinstance(value, str):\n"
        f"            found[{to!r}] = value or None\n"
        f"        else:\n"
        f"            problems[{to!r}] = 'not text'\n"
        for at, to in keys
    )
    return _defined(
        f"def translate(record):\n    found = {{}}\n    problems = {{}}\n{steps}    return found, problems\n"
    )


def _defined(source: str) -> Any:
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    return namespace["translate"]


# --- libraries -------------------------------------------------------------------------------------------


def jmespath_(keys: list[tuple[str, str]]) -> Callable[[Mapping[str, Any]], Any]:
    import jmespath

    body = ", ".join(f'"{to}": "{at}"' for at, to in keys)
    return jmespath.compile(f"{{{body}}}").search


def jinja2_(keys: list[tuple[str, str]]) -> Callable[[Mapping[str, Any]], Any]:
    import jinja2

    body = ", ".join(f'"{to}": {{{{ record["{at}"] | tojson }}}}' for at, to in keys)
    template = jinja2.Environment(autoescape=False).from_string(f"{{{body}}}")
    return lambda record: json.loads(template.render(record=record))


def petl_(keys: list[tuple[str, str]]) -> Callable[[Mapping[str, Any]], Any]:
    """Made for tables: a thousand records at a time."""
    import petl

    renames = dict(keys)
    return lambda record: list(petl.dicts(petl.rename(petl.fromdicts([record] * 1000, header=list(renames)), renames)))


LIBRARIES: Mapping[str, tuple[Callable[[list[tuple[str, str]]], Callable[[Mapping[str, Any]], Any]], int]] = {
    "jmespath": (jmespath_, 1),
    "jinja2": (jinja2_, 1),
    "petl": (petl_, 1000),
}
"""Library -> what makes its translator, and how many records one call translates."""


# --- measuring -------------------------------------------------------------------------------------------


def rates(contestants: Mapping[str, tuple[Contestant, int]], rounds: int, seconds: float) -> dict[str, float]:
    """Records a second of each contestant's best round. A contestant: a call, and how many records it translates."""
    calls = {name: _calls_in(call, seconds) for name, (call, _) in contestants.items()}
    best = dict.fromkeys(contestants, 0.0)
    gc.disable()
    try:
        for _ in range(rounds):
            for name, (call, records) in contestants.items():
                began = time.perf_counter()
                for _ in range(calls[name]):
                    call()
                best[name] = max(best[name], calls[name] * records / (time.perf_counter() - began))
    finally:
        gc.enable()
    return best


def _calls_in(call: Contestant, seconds: float) -> int:
    began = time.perf_counter()
    count = 0
    while time.perf_counter() - began < seconds:
        call()
        count += 1
    return max(1, count)


def direction(
    ours: Contestant, alone: Contestant, keys: list[tuple[str, str]], record: Mapping[str, Any]
) -> Mapping[str, tuple[Contestant, int]]:
    """All contestants of one direction."""
    bare, careful = by_hand(keys), by_hand_with_promises(keys)
    contestants: dict[str, tuple[Contestant, int]] = {
        "by hand, the least": (lambda: bare(record), 1),
        "by hand, the same promises": (lambda: careful(record), 1),
        "compiled mapping": (ours, 1),
        "its function alone": (alone, 1),
    }
    for name, (make, records) in LIBRARIES.items():
        if importlib.util.find_spec(name) is not None:
            contestants[name] = (_called(make(keys), record), records)
    return contestants


def _called(translate: Callable[[Mapping[str, Any]], Any], record: Mapping[str, Any]) -> Contestant:
    return lambda: translate(record)


def both_ways() -> Iterator[tuple[str, Mapping[str, tuple[Contestant, int]]]]:
    mapping = plain_mapping()
    values = mapping.read(NETSUITE, RAW, LINKS).values
    reading = [(vendor, name) for name, vendor, _ in NAMES]
    writing = [(name, vendor) for name, _, vendor in NAMES]
    read, write = mapping.read, mapping.write
    reader = compiled.reader({name: line.lenses.netsuite for name, line in mapping.fields.items()})
    writer = compiled.writer({name: line.lenses.salesforce for name, line in mapping.fields.items()})
    yield "read", direction(lambda: read(NETSUITE, RAW, LINKS), lambda: reader(RAW, LINKS), reading, RAW)
    whole: Contestant = lambda: write(SALESFORCE, values, creating=False, links=LINKS, info=None)  # noqa: E731
    yield "write", direction(whole, lambda: writer(values, LINKS, {}), writing, values)


# --- the cost of each codec ------------------------------------------------------------------------------


def codec_costs(rounds: int, seconds: float) -> Iterator[tuple[str, float, float]]:
    """Codec or form -> microseconds that a record with one value of it takes to read and to write, beyond one with
    plain text."""
    examples = {**WORKED, **{f"form {name}": found for name, found in FORM_EXAMPLES.items()}}
    examples["lookup"] = KEY_EXAMPLES["lookup"]
    floor = WORKED["text"][0]
    for name, several in examples.items():
        worked = next(one for one in several if not one.held and one.way != "to_netsuite" and not one.files)
        contestants = {"read": _reading(worked), "write": _writing(worked)}
        contestants |= {"floor read": _reading(floor), "floor write": _writing(floor)}
        found = rates({name: (call, 1) for name, call in contestants.items()}, rounds, seconds)
        micro = {name: 1e6 / rate for name, rate in found.items()}
        yield name, micro["read"] - micro["floor read"], micro["write"] - micro["floor write"]


def _mapping_of(worked: Worked) -> EntityMapping:
    lists: LiveLists = Pair(worked.lists.get("netsuite", {}), worked.lists.get("salesforce", {}))
    return mapping_of("".join(f"  {line}\n" for line in worked.lines.splitlines()), worked.entity, lists)


def _reading(worked: Worked) -> Contestant:
    mapping = _mapping_of(worked)
    raw = {**dict.fromkeys(mapping.vendor_fields(NETSUITE)), **worked.netsuite}
    return lambda: mapping.read(NETSUITE, raw, LINKS)


def _writing(worked: Worked) -> Contestant:
    mapping = _mapping_of(worked)
    values = mapping.read(NETSUITE, {**dict.fromkeys(mapping.vendor_fields(NETSUITE)), **worked.netsuite}, LINKS).values
    return lambda: mapping.write(SALESFORCE, values, creating=False, links=LINKS, info=None)


# --- the report ------------------------------------------------------------------------------------------


def main() -> int:
    """0, or 1 if the bar was crossed."""
    parser = argparse.ArgumentParser(prog="python -m bench.mapping", description="What translating a record costs.")
    parser.add_argument("--rounds", type=int, default=60, help="rounds of each contestant; the best counts (60)")
    parser.add_argument("--milliseconds", type=float, default=5, help="of each round (5)")
    asked = parser.parse_args()
    seconds = asked.milliseconds / 1000
    ok = True
    for way, contestants in both_ways():
        found = rates(contestants, asked.rounds, seconds)
        ok &= _reported(way, found)
    print("\nmicroseconds a value, beyond those of plain text\n")
    print(f"  {'':<20}{'read':>8}{'write':>8}")
    for name, read, write in codec_costs(max(5, asked.rounds // 6), seconds):
        print(f"  {name:<20}{max(0.0, read):>8.2f}{max(0.0, write):>8.2f}")
    return 0 if ok else 1


def _reported(way: str, found: Mapping[str, float]) -> bool:
    print(f"\n{way}, {FIELDS} plain fields: records a second on one core, beside both functions written by hand\n")
    floor, least = found["by hand, the same promises"], found["by hand, the least"]
    for name, rate in found.items():
        print(f"  {name:<28}{rate:>12,.0f}{rate / floor:>8.3f}{rate / least:>8.3f}")
    ratio = found["compiled mapping"] / floor
    alone = found["its function alone"] / least
    print(f"\n{'ok  ' if ratio >= AT_LEAST else 'OVER'}  {way}: {ratio:.2f} of by hand, at least {AT_LEAST}")
    print(f"      {way}: the function alone {alone:.2f} of the least by hand, aim {AT_LEAST}")
    return ratio >= AT_LEAST


if __name__ == "__main__":
    sys.exit(main())

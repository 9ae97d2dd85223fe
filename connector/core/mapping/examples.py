"""Examples that run: those of the mapping files, and the worked ones of the language."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from connector.core.flow import Later, Pair, Ref
from connector.core.mapping.document import Mappings, build_source
from connector.core.mapping.language import Example
from connector.core.mapping.lookup import LiveLists
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.worked import Worked
from connector.core.mapping.yaml_file import Path, nearest, parse
from connector.core.schema import Entity, SystemName, record_types
from connector.errors import MappingError, Mistake


class NoLinks:
    """A world in which nothing is linked yet."""

    def link_of(self, ref: Ref) -> int | None:
        return None

    def ref_of(self, link_id: int, system: SystemName) -> Ref | None:
        return None


def run_examples(mappings: Mappings) -> list[Mistake]:
    """Every example that does not come out as expected, at the line of what differs."""
    return [
        mappings.sources[entity].mistake(path, what, expected)
        for entity, file in mappings.files.items()
        for number, example in enumerate(file.examples)
        for path, what, expected in _run(mappings.of(entity), example, ("examples", number))
    ]


def cross(
    mapping: EntityMapping, source: SystemName, raw: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """A record of `source` as the new record that the other side would be given, and what is held. Fields that
    `raw` does not name are empty."""
    whole: dict[str, Any] = {**dict.fromkeys(mapping.vendor_fields(source)), **raw}
    reading = mapping.read(source, whole, NoLinks())
    rendering = mapping.write(source.other, reading.values, creating=True, links=NoLinks(), info=None)
    return rendering.fields, {**reading.problems, **rendering.problems}


def _run(mapping: EntityMapping, example: Example, path: Path) -> Iterator[tuple[Path, str, str]]:
    given = {system: raw for system in SystemName if (raw := getattr(example.given, system)) is not None}
    if len(given) != 1:
        yield (*path, "given"), "an example begins on one side", "expected `netsuite:` or `salesforce:`"
        return
    ((source, raw),) = given.items()
    known = mapping.vendor_fields(source)
    for name in sorted(set(raw) - set(known)):
        yield (*path, "given", str(source), name), f"`{name}` is not mapped", nearest(name, known)
    fields, problems = cross(mapping, source, raw)
    wanted: Mapping[str, Any] = getattr(example.expect, source.other) or {}
    for name, value in wanted.items():
        if not _equal(value, fields.get(name)):
            yield (*path, "expect", str(source.other), name), f"`{name}` came out as {_shown(fields.get(name))}", ""
    if set(example.expect.held) != set(problems):
        held = "; ".join(f"{name}: {why}" for name, why in sorted(problems.items())) or "nothing"
        yield (*path, "expect"), f"held: {held}", f"expected {', '.join(example.expect.held) or 'nothing'}"


# --- worked examples of the language ---------------------------------------------------------------------


def run_worked(worked: Worked) -> list[str]:
    """What of a worked example does not come out as it says."""
    mapping = _mapping_of(worked)
    ways = {"to_salesforce": (SystemName.NETSUITE,), "to_netsuite": (SystemName.SALESFORCE,)}
    differences: list[str] = []
    for source in ways.get(worked.way, tuple(SystemName)):
        given: Mapping[str, Any] = getattr(worked, source)
        wanted: Mapping[str, Any] = getattr(worked, source.other)
        fields, problems = cross(mapping, source, given)
        differences += [
            f"{name} came out as {_shown(fields.get(name))}, not {value!r}"
            for name, value in ({} if worked.held else wanted).items()
            if not _equal(value, fields.get(name))
        ]
        if sorted(problems.values()) != ([worked.held] if worked.held else []):
            differences.append(f"held: {'; '.join(problems.values()) or 'nothing'}")
    return differences


def _mapping_of(worked: Worked) -> EntityMapping:
    """The mapping file that consists of an example's lines, built as every file is."""
    types = {system: record_types(system)[Entity(worked.entity)] for system in SystemName}
    stages = "when: {stage: [prospect, customer]}" if worked.entity == "organization" else ""
    header = f"entity: {worked.entity}\nnetsuite: {{record: {types[SystemName.NETSUITE]}, {stages}}}\n"
    header += f"salesforce: {{record: {types[SystemName.SALESFORCE]}}}\nfields:\n"
    source = parse((header + textwrap.indent(worked.lines, "  ")).encode(), "example.yaml")
    if isinstance(source, Mistake):
        raise MappingError([source])
    tables = {name: text.encode() for name, text in worked.files.items()}
    lists: LiveLists = Pair(worked.lists.get("netsuite", {}), worked.lists.get("salesforce", {}))
    return build_source(source, tables.__getitem__, lists)


# --- comparing -------------------------------------------------------------------------------------------


def _equal(wanted: Any, got: Any) -> bool:
    """Of a sub-record, the parts that hold something."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return dict(wanted) == {name: part for name, part in got.items() if part is not None}
    return bool(wanted == got)


def _shown(value: Any) -> str:
    return "the id of what is linked" if isinstance(value, Later) else repr(value)

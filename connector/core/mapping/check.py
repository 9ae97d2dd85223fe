"""Whether the mapping files fit two real accounts: fields that exist, can be written, and hold the list values.

What needs no account (shape, names, two fields writing one target, the wrong pair of records) is checked when the
files are loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.core.flow import Pair, Raw
from connector.core.mapping.document import Mappings
from connector.core.mapping.fit import lacks
from connector.core.mapping.translate import EntityMapping, FieldMapping
from connector.core.mapping.yaml_file import Path, nearest
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, Stage, SystemName
from connector.errors import Mistake

Records = Pair[Mapping[str, RecordInfo]]
"""Metadata of both accounts, by record type."""
Found = Iterator[tuple[Path, str, str]]
"""Where in the file, what is wrong, what was expected."""

_SHOWN = 20
_EQUALITIES = ("is", "is_not", "in", "not_in")


def check_mappings(mappings: Mappings, records: Records, *, values: bool = True) -> list[Mistake]:
    """Everything in the files that the accounts cannot do; `records` by record type. Without `values`, list values
    that an account lacks are passed over: a run holds just the records that have them."""
    mistakes: list[Mistake] = []
    for entity in Entity:
        source = mappings.sources[entity]
        found = found_in(mappings.of(entity), records, values=values)
        mistakes.extend(source.mistake(path, what, expected) for path, what, expected in found)
    mistakes.extend(_check_conversion(mappings))
    return sorted(set(mistakes), key=lambda one: (one.file, one.line, one.column, one.what))


def found_in(mapping: EntityMapping, records: Records, *, values: bool = False) -> Found:
    """The same for one file, by the node where it stands."""
    for system, infos in records:
        yield from _check_side(mapping, system, infos, values)


def _check_side(mapping: EntityMapping, system: SystemName, infos: Mapping[str, RecordInfo], values: bool) -> Found:
    type_ = mapping.record_type(system)
    info = infos.get(type_)
    if info is None:
        yield (str(system), "record"), f"{system.title} has no record type `{type_}`, or we may not see it", ""
        return
    for line in mapping.fields.values():
        yield from _check_line(line, system, info)
        yield from _check_values(line, system, info) if values else ()
    yield from _check_conditions(mapping, system, info) if values else ()
    for number, name in enumerate(mapping.sides.of(system).scope.fields):
        if name not in info.fields:
            yield from _unknown(name, (str(system), "scope", number, "field"), info)
    for name, value in mapping.sides.of(system).create.items():
        yield from _check_constant(name, value, (str(system), "create", name), info)
    yield from _check_required(mapping, system, info)


# --- one line --------------------------------------------------------------------------------------------


def _check_line(line: FieldMapping, system: SystemName, info: RecordInfo) -> Found:
    lens, places = line.lenses.of(system), line.places.of(system)
    for name in dict.fromkeys((*lens.reads, *lens.writes)):
        path: Path = ("fields", line.name, *places.get(name, (str(system),)))
        known = info.fields.get(name)
        if known is None:
            yield from _unknown(name, path, info)
        elif name in lens.writes and line.flows_to(system):
            yield from _check_target(line, known, path, info)


def _unknown(name: str, path: Path, info: RecordInfo) -> Found:
    if name.partition(".")[1] and not any("." in field for field in info.fields):
        return  # parts of sublists are listed by some accounts' metadata only
    expected = nearest(name, info.fields) or "or our login may not see it"
    yield path, f"`{name}` is not a field of {info.type} in {info.system.title}", expected


def _check_target(line: FieldMapping, known: FieldInfo, path: Path, info: RecordInfo) -> Found:
    where = f"`{known.name}` of {info.type} in {info.system.title}"
    if not known.createable and not known.updateable:
        yield path, f"{where} is read-only", f"expected `direction: to_{info.system.other}`"
    elif not known.createable:
        yield path, f"{where} cannot be given to a new record", f"expected `direction: to_{info.system.other}`"
    elif not known.updateable and not line.create_only:
        yield path, f"{where} can only be given to a new record", "expected `create_only: true`"


def _check_values(line: FieldMapping, system: SystemName, info: RecordInfo) -> Found:
    """Values that may be written; a value that is only read does no harm where the account lacks it."""
    if line.tables is None or not line.flows_to(system):
        return
    for name in line.lenses.of(system).writes:
        known = info.fields.get(name)
        for canonical, value in line.tables.of(system).write.items():
            if known is not None and lacks(known, value):
                what = f"{info.system.title} has no value {value!r} in `{name}`"
                yield ("fields", line.name, "values", canonical), what, _nearest_value(value, known, canonical)


def _check_conditions(mapping: EntityMapping, system: SystemName, info: RecordInfo) -> Found:
    """Values that conditions compare with: one that the account lacks would silently be true of no record."""
    for at, name, value in _compared(mapping, system):
        known = info.fields.get(name)
        if known is not None and isinstance(value, str) and lacks(known, value):
            yield at, f"{info.system.title} has no value {value!r} in `{name}`", _nearest_value(value, known)


def _compared(mapping: EntityMapping, system: SystemName) -> Iterator[tuple[Path, str, Raw]]:
    """Where a condition stands, its field, and what that is compared with."""
    for number, rule in enumerate(mapping.sides.of(system).scope.rules):
        at: Path = (str(system), "scope", number, "value")
        if rule.operator in _EQUALITIES:
            yield from ((at, rule.field, value) for value in _several(rule.value))
    for line in mapping.fields.values():
        for name, value in line.conditions.of(system).items():
            yield ("fields", line.name, "when", str(system), name), name, value


def _several(value: Any) -> tuple[Raw, ...]:
    return value if isinstance(value, tuple) else (value,)


def _nearest_value(value: str, known: FieldInfo, meaning: str = "") -> str:
    """The value that was probably meant: the one whose label says what the row means, or whose text is close."""
    options = known.options or {}
    by_label = {label.casefold(): option for option, label in options.items()}
    for_meaning = by_label.get(meaning.casefold())
    if for_meaning is not None:
        return f"did you mean `{for_meaning}` ({options[for_meaning]})?"
    shown = [f"{option} ({label})" if label != option else option for option, label in options.items()]
    names = {*options, *options.values()}
    misspelt = "" if value.lstrip("-").isdigit() else nearest(value, names)
    return misspelt or f"expected one of {', '.join(shown[:_SHOWN])}"


# --- the whole side --------------------------------------------------------------------------------------


def _check_constant(name: str, value: Raw, path: Path, info: RecordInfo) -> Found:
    known = info.fields.get(name)
    if known is None:
        yield from _unknown(name, path, info)
    elif not known.createable:
        yield path, f"`{name}` of {info.type} in {info.system.title} is read-only", ""
    elif isinstance(value, str) and lacks(known, value):
        yield path, f"{info.system.title} has no value {value!r} in `{name}`", _nearest_value(value, known)


def _check_required(mapping: EntityMapping, system: SystemName, info: RecordInfo) -> Found:
    given = {*mapping.targets(system), *mapping.sides.of(system).create}
    for name, known in info.fields.items():
        if known.required and known.createable and name not in given:
            what = f"{info.system.title} demands `{name}` of every new {info.type}, and nothing gives it"
            yield (str(system), "record"), what, "map it, or give it a constant under `create`"


def _check_conversion(mappings: Mappings) -> Iterator[Mistake]:
    """The status that a company lead moves on to must be one that the organization file takes for a prospect."""
    stage = mappings.of(Entity.ORGANIZATION).fields.get("stage")
    status = mappings.conversion.prospect_status
    table = stage.tables.netsuite.read if stage and stage.tables else {}
    prospects = [value for value, canonical in table.items() if canonical == Stage.PROSPECT]
    if prospects and status not in prospects:
        expected = f"expected one of {', '.join(prospects)}"
        yield mappings.conversion_source.mistake(("prospect_status",), f"{status!r} is no prospect's status", expected)

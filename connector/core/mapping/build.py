"""From a checked mapping file to an `EntityMapping`: every line becomes a lens per side. Mistakes of meaning are
collected, not raised, so that a person sees all of them at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers

from connector.core.flow import Pair, Raw
from connector.core.mapping import address, lenses
from connector.core.mapping.codecs import CODECS, Codec, Options
from connector.core.mapping.language import (
    AddressParts,
    CodecName,
    FieldLine,
    FirstOf,
    Header,
    MappingFile,
    TableRow,
    YesWhen,
)
from connector.core.mapping.lenses import Lens, Table
from connector.core.mapping.translate import EntityMapping, FieldMapping, Side
from connector.core.mapping.yaml_file import Path, nearest
from connector.core.schema import Entity, SystemName, canonical_fields

Complain = Callable[..., None]
"""complain(path, what, expected="", on_key=False) notes a mistake at a node."""

_CUSTOM = re.compile(r"custom\.[a-z][a-z0-9_]*")
_ADDRESS_LINES = ("addressBook.billing", "addressBook.shipping")
_PLAIN_FORMS = frozenset({"address", "link"})


def build(file: MappingFile, complain: Complain) -> EntityMapping:
    """The mapping of one file; incomplete when anything was complained about."""
    lines: dict[str, FieldMapping] = {}
    for name, line in file.fields.items():
        path: Path = ("fields", name)
        _check_name(file.entity, name, path, complain)
        _check_line(line, path, complain)
        made = _field(name, line, path, complain)
        if made is not None:
            lines[name] = made
    mapping = EntityMapping(file.entity, lines, Pair(_side(file, "netsuite"), _side(file, "salesforce")))
    _check_targets(mapping, complain)
    _check_left_out(mapping, complain)
    return mapping


def _side(file: MappingFile, system: str) -> Side:
    header: Header = getattr(file, system)
    stages = header.when.stage if header.when else ()
    return Side(header.record, dict(header.create), getattr(file.left_out, system), stages)


# --- one line --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Made:
    """The two lenses of a line, how its values compare, and whether anything is lost on the way back."""

    lenses: Pair[Lens]
    key: Callable[[Any], Hashable]
    lossy: bool
    tables: Pair[Table] | None = None


def _field(name: str, line: FieldLine, path: Path, complain: Complain) -> FieldMapping | None:
    codec = codec_name(line)
    made = _lenses(codec, line, path, complain)
    if made is None:
        return None
    return FieldMapping(
        name=name,
        codec=codec,
        owner=line.owner,
        direction=line.direction,
        create_only=line.create_only,
        unknown=line.unknown,
        on_too_long=line.on_too_long,
        lossy=made.lossy or line.on_too_long == "cut",
        default=Pair(line.default.netsuite, line.default.salesforce),
        conditions=Pair(line.when.netsuite, line.when.salesforce),
        lenses=Pair(*(_wrapped(lens, line, system) for system, lens in made.lenses)),
        key=made.key,
        to=line.to,
        tables=made.tables,
    )


def codec_name(line: FieldLine) -> CodecName:
    return line.as_ or ("picklist" if line.values is not None else "text")


def _lenses(codec: CodecName, line: FieldLine, path: Path, complain: Complain) -> _Made | None:
    if codec == "address":
        return _address(line, path, complain)
    if codec == "link":
        return _link(line, path, complain)
    plain = CODECS[codec](_options(line))
    tables = _tables(line, path, complain) if line.values is not None else None
    through = lenses.tabled(plain, tables) if tables else plain
    sides = [_single(side, system, through, path, complain) for system, side in _sides(line)]
    if sides[0] is None or sides[1] is None:
        return None
    several = any(isinstance(side, FirstOf | YesWhen) for _, side in _sides(line))
    return _Made(Pair(sides[0], sides[1]), through.key, through.lossy or several, tables)


def _options(line: FieldLine) -> Options:
    return Options(line.region, line.decimals, Pair(line.scale.netsuite, line.scale.salesforce))


def _sides(line: FieldLine) -> Iterator[tuple[SystemName, Any]]:
    yield SystemName.NETSUITE, line.netsuite
    yield SystemName.SALESFORCE, line.salesforce


def _single(side: Any, system: SystemName, codec: Codec, path: Path, complain: Complain) -> Lens | None:
    if isinstance(side, str):
        return lenses.single(side, codec, system)
    if isinstance(side, FirstOf):
        return lenses.first_of(side.first_of, codec, system)
    if isinstance(side, YesWhen):
        return lenses.yes_when(side.yes_when)
    complain((*path, str(system)), "five fields make an address, but the line has no `as: address`")
    return None


def _address(line: FieldLine, path: Path, complain: Complain) -> _Made | None:
    if line.netsuite not in _ADDRESS_LINES:
        complain((*path, "netsuite"), "not an address of NetSuite", f"expected {' or '.join(_ADDRESS_LINES)}")
    elif not isinstance(line.salesforce, AddressParts):
        expected = "expected {street: ..., city: ..., state: ..., postal_code: ..., country: ...}"
        complain((*path, "salesforce"), "Salesforce keeps an address in five fields", expected)
    else:
        parts = address.parts(line.salesforce.model_dump())
        return _Made(Pair(address.sub_record(str(line.netsuite)), parts), address.address_key, True)
    return None


def _link(line: FieldLine, path: Path, complain: Complain) -> _Made | None:
    if line.to is None or line.to is Entity.LEAD:
        complain((*path, "as"), "a link needs to know what it points to", "expected `to: organization` or the like")
        return None
    named = [side for _, side in _sides(line)]
    if not all(isinstance(side, str) for side in named):
        complain(path, "a link is one field on either side", on_key=True)
        return None
    sides = [lenses.link(side, line.to, system) for system, side in _sides(line)]
    return _Made(Pair(sides[0], sides[1]), lenses.link_key, False)


def _wrapped(lens: Lens, line: FieldLine, system: SystemName) -> Lens:
    default: Raw = getattr(line.default, system)
    conditions: Mapping[str, Raw] = getattr(line.when, system)
    if line.unknown == "ignore" and line.values is not None:
        lens = lenses.ignoring(lens)
    if default is not None and len(lens.writes) == 1:
        lens = lenses.with_default(lens, default)
    return lenses.only_when(lens, conditions) if conditions else lens


# --- values tables ---------------------------------------------------------------------------------------


def _tables(line: FieldLine, path: Path, complain: Complain) -> Pair[Table]:
    rows = [(canonical, *_cells(canonical, cell)) for canonical, cell in (line.values or {}).items()]
    netsuite = {canonical: cells for canonical, cells, _ in rows}
    salesforce = {canonical: cells for canonical, _, cells in rows}
    return Pair(
        _table(netsuite, line, "netsuite", path, complain),
        _table(salesforce, line, "salesforce", path, complain),
    )


def _cells(canonical: str, cell: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if isinstance(cell, TableRow):
        return _texts(cell.netsuite), _texts(cell.salesforce)
    return _texts(cell), (canonical,)


def _texts(cell: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in cell) if isinstance(cell, tuple) else (str(cell),)


def _table(rows: Mapping[str, tuple[str, ...]], line: FieldLine, system: str, path: Path, complain: Complain) -> Table:
    read: dict[str, str] = {}
    for canonical, cells in rows.items():
        if not cells:
            complain((*path, "values", canonical), "an empty list names no value")
        for cell in cells:
            if cell in read:
                text = f"{system} value {cell!r} stands for both {read[cell]!r} and {canonical!r}"
                complain((*path, "values", canonical), text, "one meaning for each value", on_key=True)
            read.setdefault(cell, canonical)
    return Table(read, {canonical: cells[0] for canonical, cells in rows.items() if cells}, line.unknown)


# --- mistakes of meaning ---------------------------------------------------------------------------------


def _check_name(entity: Entity, name: str, path: Path, complain: Complain) -> None:
    known = canonical_fields(entity)
    if name not in known and not _CUSTOM.fullmatch(name):
        expected = nearest(name, known) or "for a field of your own: custom.<name>"
        complain(path, f"`{name}` is not a field of {_article(entity)} {entity}", expected, on_key=True)


def _article(entity: Entity) -> str:
    return "an" if entity.value[0] in "aeiou" else "a"


def _check_line(line: FieldLine, path: Path, complain: Complain) -> None:
    """Options that would do nothing are mistakes: whoever wrote them expects something of them."""
    codec = codec_name(line)
    given = line.model_fields_set
    useless = {
        "to": codec != "link",
        "unknown": line.values is None,
        "values": codec not in ("picklist", "multi_picklist"),
        "region": codec != "phone",
        "decimals": codec not in ("money", "number", "percent"),
        "scale": codec != "percent",
        "default": codec in _PLAIN_FORMS,
        "on_too_long": codec not in ("text", "long_text"),
    }
    for option in sorted(given & {name for name, is_useless in useless.items() if is_useless}):
        complain((*path, option), f"`{option}` has no meaning for `as: {codec}`", on_key=True)
    if line.region not in phonenumbers.SUPPORTED_REGIONS:
        complain((*path, "region"), f"{line.region!r} is not a country code", "expected an ISO code such as US")
    if line.unknown == "default" and line.default.netsuite is None and line.default.salesforce is None:
        complain((*path, "unknown"), "`unknown: default` needs a `default`")
    _check_one_way(line, path, complain)


def _check_one_way(line: FieldLine, path: Path, complain: Complain) -> None:
    for system, side in _sides(line):
        if isinstance(side, YesWhen) and line.direction != f"to_{system.other}":
            expected = f"expected `direction: to_{system.other}`"
            complain((*path, str(system)), "`yes_when` can only be read", expected)
        if isinstance(side, YesWhen) and codec_name(line) != "boolean":
            complain((*path, str(system)), "`yes_when` says yes or no", "expected `as: boolean`")


def _check_targets(mapping: EntityMapping, complain: Complain) -> None:
    for system in SystemName:
        writers: dict[str, str] = {}
        for name, line in mapping.fields.items():
            for vendor in line.lenses.of(system).writes if line.flows_to(system) else ():
                if vendor in writers:
                    text = f"`{vendor}` is written by `{writers[vendor]}` already"
                    complain(("fields", name, str(system)), text, "one line for each vendor field")
                writers.setdefault(vendor, name)


def _check_left_out(mapping: EntityMapping, complain: Complain) -> None:
    for system in SystemName:
        mapped = set(mapping.vendor_fields(system))
        for name in mapping.left_out(system):
            if name in mapped:
                complain(("left_out", str(system), name), f"`{name}` is left out, but a line maps it", on_key=True)

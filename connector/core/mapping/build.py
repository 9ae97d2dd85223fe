"""From a checked mapping file to an `EntityMapping`: every line becomes a lens per side. Mistakes of meaning are
collected, not raised, so that a person sees all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from connector.core.flow import Pair, Raw
from connector.core.mapping import address, amounts, expressions, forms, lenses
from connector.core.mapping.codecs import CODECS, Codec
from connector.core.mapping.expressions import Expression
from connector.core.mapping.gates import Gates
from connector.core.mapping.language import (
    AddressParts,
    CodecName,
    Compute,
    Const,
    CountryFields,
    FieldLine,
    FirstOf,
    Form,
    Header,
    Join,
    MappingFile,
    Split,
    YesWhen,
)
from connector.core.mapping.lenses import Lens, Table
from connector.core.mapping.lookup import NO_LISTS, LiveLists, looked_up
from connector.core.mapping.meaning import check_file, check_line
from connector.core.mapping.naming import places
from connector.core.mapping.options import codec_name, currency_line, options
from connector.core.mapping.scope import Scope
from connector.core.mapping.tables import Complain, tables
from connector.core.mapping.translate import EntityMapping, FieldMapping, Side
from connector.core.mapping.yaml_file import Path
from connector.core.schema import Entity, SystemName

_ADDRESS_LINES = ("addressBook.billing", "addressBook.shipping")


def build(file: MappingFile, complain: Complain, lists: LiveLists = NO_LISTS) -> EntityMapping:
    """The mapping of one file; incomplete when anything was complained about. `lists`: what lookups look into."""
    made: dict[str, _Made] = {}
    for name, line in file.fields.items():
        path: Path = ("fields", name)
        check_line(file, name, line, path, complain)
        lens_pair = _lenses(codec_name(line), line, path, _Whole(file, complain, lists))
        if lens_pair is not None:
            made[name] = lens_pair
    tellers = {name: made[teller] for name in made if (teller := _told_by(file, name)) in made}
    made |= {name: _amounts(file.fields[name], made[name], teller) for name, teller in tellers.items()}
    gates = Gates.of(file, {name: one.lenses for name, one in made.items()})
    lines = {name: _field(name, file.fields[name], one, gates, complain) for name, one in made.items()}
    mapping = EntityMapping(file.entity, lines, Pair(_side(file.netsuite, file), _side(file.salesforce, file)))
    check_file(file, mapping, complain)
    return mapping


def _side(header: Header, file: MappingFile) -> Side:
    system = SystemName.NETSUITE if header is file.netsuite else SystemName.SALESFORCE
    stages = header.when.stage if header.when else ()
    left_out = getattr(file.left_out, system)
    return Side(header.record, dict(header.create), left_out, stages, Scope(header.scope), dict(header.demands))


# --- one line --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a line is made in."""

    file: MappingFile
    complain: Complain
    lists: LiveLists


@dataclass(frozen=True, slots=True)
class _Made:
    """The two lenses of a line, how its values compare, and whether anything is lost on the way back. `alone`: the
    lenses without what other lines tell."""

    lenses: Pair[Lens]
    key: Callable[[Any], Hashable]
    lossy: bool
    tables: Pair[Table] | None = None
    alone: Pair[Lens] | None = None


def _field(name: str, line: FieldLine, made: _Made, gates: Gates, complain: Complain) -> FieldMapping:
    conditions = _conditions(line, ("fields", name, "when"), complain)
    wrapped = (_wrapped(lens, line, system, conditions.of(system)) for system, lens in made.lenses)
    return FieldMapping(
        name=name,
        codec=codec_name(line),
        owner=line.owner,
        direction=line.direction,
        create_only=line.create_only,
        unknown=line.unknown,
        on_too_long=line.on_too_long,
        lossy=made.lossy or line.on_too_long == "cut",
        default=Pair(line.default.netsuite, line.default.salesforce),
        conditions=Pair(_held(line.when.netsuite), _held(line.when.salesforce)),
        lenses=gates.around(name, line, Pair(*wrapped)),
        key=made.key,
        to=line.to,
        tables=made.tables,
        alone=made.alone,
        lookup=line.lookup,
        skip_empty=line.skip_empty,
        expressions=conditions,
        gates=gates.gates(name, line),
        places=Pair(*(places(line, system, conditions.of(system)) for system in SystemName)),
    )


def _lenses(codec: CodecName, line: FieldLine, path: Path, whole: _Whole) -> _Made | None:
    match codec:
        case "address":
            return _address(line, path, whole.complain)
        case "link":
            return _link(line, path, whole.complain)
        case "state" if isinstance(line.country, CountryFields):
            return _state(line, line.country, path, whole.complain)
        case "lookup":
            if line.lookup is None:
                return None
            return _singles(line, looked_up(line.lookup, whole.lists, line.unknown), None, path, whole)
    plain = CODECS[codec](options(line))
    if line.values is None:
        return _singles(line, plain, None, path, whole)
    both = tables(line, path, whole.complain)
    return _singles(line, lenses.tabled(plain, both), both, path, whole)


def _singles(line: FieldLine, codec: Codec, both: Pair[Table] | None, path: Path, whole: _Whole) -> _Made | None:
    """A line of which each side is one field, or a form that makes one value."""
    sides = [_single(line, system, codec, (*path, str(system)), whole) for system in SystemName]
    if sides[0] is None or sides[1] is None:
        return None
    lossy = any(isinstance(side, Form) and side.ways != "two-way" for _, side in _sides(line))
    joined = next((side for _, side in _sides(line) if isinstance(side, Join)), None)
    key = forms.joined_key(joined.with_) if joined else codec.key
    return _Made(Pair(sides[0], sides[1]), key, codec.lossy or lossy, both)


def _sides(line: FieldLine) -> Iterator[tuple[SystemName, Any]]:
    yield SystemName.NETSUITE, line.netsuite
    yield SystemName.SALESFORCE, line.salesforce


def _single(line: FieldLine, system: SystemName, codec: Codec, path: Path, whole: _Whole) -> Lens | None:
    match side := getattr(line, system):
        case str():
            return lenses.single(side, codec, system)
        case FirstOf():
            return lenses.first_of(side.first_of, codec, system)
        case YesWhen():
            return lenses.yes_when(side.yes_when)
        case Join():
            return forms.join(side, written=line.direction != f"to_{system.other}")
        case Split():
            return forms.split(side, forms.split_parts(whole.file, system, side))
        case Const():
            return forms.const(side.const, codec, system)
        case Compute():
            expression = _expression(side.compute, (*path, "compute"), whole.complain)
            return None if expression is None else forms.compute(expression, codec, system)
    whole.complain(path, "five fields make an address, but the line has no `as: address`")
    return None


def _expression(text: str, path: Path, complain: Complain) -> Expression | None:
    try:
        return expressions.parse(text)
    except expressions.Misread as why:
        complain(path, why.what, why.expected, inside=why.at)
        return None


# --- forms of several fields -----------------------------------------------------------------------------


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
    if not _is_one_field(line, "link", path, complain):
        return None
    sides = [lenses.link(side, line.to, system) for system, side in _sides(line)]
    return _Made(Pair(sides[0], sides[1]), lenses.link_key, False)


def _told_by(file: MappingFile, name: str) -> str | None:
    """The line that tells the currency of an amount."""
    line = file.fields[name]
    return currency_line(line) if codec_name(line) == "money" else None


def _amounts(line: FieldLine, plain: _Made, teller: _Made) -> _Made:
    """The amounts of a line, each with the currency of its record, which another line tells."""
    name = str(currency_line(line))
    sides = (
        amounts.amount(str(getattr(line, system)), name, lenses.ignoring(lens), line.decimals, system)
        for system, lens in teller.lenses
    )
    return _Made(Pair(*sides), amounts.amount_key, False, alone=plain.lenses)


def _state(line: FieldLine, country: CountryFields, path: Path, complain: Complain) -> _Made | None:
    if not _is_one_field(line, "state", path, complain):
        return None
    codec, spelling = CODECS["state"](options(line)), line.spelling
    netsuite = forms.state(str(line.netsuite), country.netsuite, spelling.netsuite or "code")
    salesforce = forms.state(str(line.salesforce), country.salesforce, spelling.salesforce or "name")
    return _Made(Pair(netsuite, salesforce), codec.key, True)


def _is_one_field(line: FieldLine, what: str, path: Path, complain: Complain) -> bool:
    for system, side in _sides(line):
        if not isinstance(side, str):
            complain((*path, str(system)), f"a {what} is one field on either side", "expected the name of a field")
    return all(isinstance(side, str) for _, side in _sides(line))


# --- what a form is wrapped in ---------------------------------------------------------------------------


def _held(condition: Any) -> dict[str, Raw]:
    return dict(condition) if isinstance(condition, dict) else {}


def _conditions(line: FieldLine, path: Path, complain: Complain) -> Pair[Expression | None]:
    def one(system: SystemName) -> Expression | None:
        condition = getattr(line.when, system)
        return _expression(condition, (*path, str(system)), complain) if isinstance(condition, str) else None

    return Pair(one(SystemName.NETSUITE), one(SystemName.SALESFORCE))


def _wrapped(lens: Lens, line: FieldLine, system: SystemName, condition: Expression | None) -> Lens:
    default: Raw = getattr(line.default, system)
    if line.unknown == "ignore" and (line.values is not None or line.lookup):
        lens = lenses.ignoring(lens)
    if default is not None and len(lens.writes) == 1:
        lens = lenses.with_default(lens, default)
    if line.skip_empty and lens.writes:
        lens = lenses.skipping_empty(lens)
    if held := _held(getattr(line.when, system)):
        lens = lenses.only_when(lens, held)
    return lenses.only_if(lens, condition) if condition else lens

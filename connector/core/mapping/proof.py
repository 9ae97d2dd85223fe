"""The two-way proof: is any value of either account damaged by crossing over and coming back?

Every line is tried with values made from both accounts' metadata (`specimens`): read, translated, fitted and kept
by the other side (`keeping`), read there, and brought back. Two laws must hold, by the line's own idea of equality:

- PutGet: what was written reads as what was meant.
- GetPut: bringing back what was read leaves the record as it was; of two values of a list, none stands for both.

A value that is held on the way is not damaged: it waits for a person, and nothing is lost. Each breach is told once
for a line, with the smallest value that shows it. A breach that the file itself asks for (`on_too_long: cut`, several
values in one row) is told as `declared`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, cast

from connector.core.flow import Pair, Raw, Ref
from connector.core.mapping.codecs import Unfit, as_decimal, text_key
from connector.core.mapping.keeping import kept
from connector.core.mapping.lenses import Links
from connector.core.mapping.repair import repair
from connector.core.mapping.specimens import size, specimens
from connector.core.mapping.translate import EntityMapping, FieldMapping
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import ABSENT, Entity, Gap, SystemName, Value, record_types

Breach = Literal["cut", "rounded", "merged", "changed", "unreadable", "never"]
Fields = Mapping[str, Raw]

STATUS = "entityStatus"
"""By this field NetSuite tells leads from customers: no record that a file is about lacks it."""
_BY_LINK = ("link", "lookup")
"""Codecs whose values are records: they cross by our links and by live lists, which no metadata shows."""


@dataclass(frozen=True, slots=True)
class Loss:
    """The smallest value that a line damages. `given` stands in `system`; `kept` is what the other side makes of it,
    `back` what stands in `system` after it came back. `declared`: the words of the file that ask for it."""

    entity: Entity
    field: str
    system: SystemName
    breach: Breach
    given: Fields
    kept: Fields
    back: Fields
    repair: str
    declared: str = ""

    @property
    def what(self) -> str:
        """For a person, on one line."""
        here, there = self.system.title, self.system.other.title
        return _TOLD[self.breach].format(
            here=here, there=there, given=shown(self.given), kept=shown(self.kept), back=shown(self.back)
        )


_TOLD: Mapping[Breach, str] = {
    "cut": "{given} in {here} is cut to {kept} in {there}",
    "rounded": "{given} in {here} becomes {kept} in {there}",
    "merged": "{given} in {here} crosses as {kept}, and comes back as {back}",
    "changed": "{given} in {here} becomes {kept} in {there}, and comes back as {back}",
    "unreadable": "{given} in {here} becomes {kept} in {there}, which the line cannot read back",
    "never": "no value of {here} gets across; {given} does not, for example",
}


def shown(fields: Fields) -> str:
    """The values of a record that hold something; long text with its length."""
    parts = [_shown(value) for value in fields.values() if value is not None]
    return " + ".join(parts) if parts else "empty"


def _shown(value: Raw) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {part}" for name, part in value.items() if part is not None) + "}"
    if isinstance(value, str):
        return f"{value!r}" if len(value) <= _SHOWN else f"{value[:12]!r}... ({len(value)} characters)"
    return str(value)


_SHOWN = 24


def prove(mapping: EntityMapping, records: Pair[Mapping[str, RecordInfo]]) -> tuple[Loss, ...]:
    """All losses of a file's lines. Lines whose fields an account does not have are passed over: `check` names them."""
    infos = _infos(mapping, records)
    if infos is None:
        return ()
    return tuple(loss for name in mapping.fields for loss in prove_line(mapping, name, infos))


def _infos(mapping: EntityMapping, records: Pair[Mapping[str, RecordInfo]]) -> Pair[RecordInfo] | None:
    netsuite = records.netsuite.get(mapping.record_type(SystemName.NETSUITE))
    salesforce = records.salesforce.get(mapping.record_type(SystemName.SALESFORCE))
    return Pair(netsuite, salesforce) if netsuite is not None and salesforce is not None else None


def prove_line(mapping: EntityMapping, name: str, infos: Pair[RecordInfo]) -> tuple[Loss, ...]:
    """The losses of one line, one of each kind, the smallest value of both sides for each. Amounts are tried in one
    currency: between two they are held."""
    line = mapping.fields[name]
    if line.alone is not None:
        line = replace(line, lenses=line.alone, key=as_decimal, alone=None)
        mapping = replace(mapping, fields={**mapping.fields, name: line})
    if line.codec in _BY_LINK or not all(_known(line, system, infos.of(system)) for system in SystemName):
        return ()
    tried = _Line(mapping, line, infos, Pair(*(_opening(mapping, line, system, infos) for system in SystemName)))
    found: dict[Breach, Loss] = {}
    for system in SystemName:
        if line.flows_to(system.other):
            for loss in _one_way(tried, system):
                held = found.get(loss.breach)
                if held is None or _size(loss) < _size(held):
                    found[loss.breach] = loss
    return tuple(found.values())


def _known(line: FieldMapping, system: SystemName, info: RecordInfo) -> bool:
    lens = line.lenses.of(system)
    return all(name in info.fields for name in {*lens.reads, *lens.writes})


def _opening(mapping: EntityMapping, line: FieldMapping, system: SystemName, infos: Pair[RecordInfo]) -> Fields:
    """Values of the deciding fields with which the line applies; where none is found, every value says nothing."""
    info, given = infos.of(system), line.conditions.of(system)
    lens = line.lenses.of(system)
    full = dict.fromkeys(own_fields(mapping, line, system), "1")
    for name in sorted(deciding_fields(mapping, line, system) - given.keys()):
        for value in specimens(info.fields[name], system) if name in info.fields else ():
            opening = {**given, name: value}
            with suppress(Unfit):
                if lens.get({**dict.fromkeys(lens.reads), **full, **opening}, EACH_LINKED) is ABSENT:
                    continue
            return opening
    return given


def _size(loss: Loss) -> tuple[int, int]:
    values = [value for value in loss.given.values() if value is not None]
    return len(values), sum(size(value)[0] for value in values)


# --- one direction ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    mapping: EntityMapping
    line: FieldMapping
    infos: Pair[RecordInfo]
    opening: Pair[Fields]

    def same(self, one: Value, other: Value) -> bool:
        return self.mapping.same(self.line.name, one, other)

    def read(self, system: SystemName, fields: Fields) -> Value | Gap:
        """Raises `Unfit`."""
        lens = self.line.lenses.of(system)
        return lens.get({**dict.fromkeys(lens.reads), **self.opening.of(system), **fields}, EACH_LINKED)

    def write(self, system: SystemName, value: Value, before: Fields) -> Fields:
        """What a record of `system` that held `before` holds then. Raises `Unfit` for what is held on the way."""
        name = self.line.name
        rendering = self.mapping.write(
            system,
            {name: value},
            creating=self.line.create_only,
            links=EACH_LINKED,
            info=self.infos.of(system),
            holds=self._holds(system, before),
        )
        if name in rendering.problems:
            raise Unfit(rendering.problems[name])
        writes = self.line.lenses.of(system).writes
        fields = self.infos.of(system).fields
        given = {vendor: to_write for vendor, to_write in rendering.fields.items() if vendor in writes}
        return {**before, **{vendor: kept(one, fields[vendor], system) for vendor, one in given.items()}}

    def _holds(self, system: SystemName, before: Fields) -> dict[str, Value]:
        """What a record holds of the line, and of those that make a vendor field together with it."""
        mapping, whole = self.mapping, {**self.opening.of(system), **before}
        lenses = {name: mapping.fields[name].lenses.of(system) for name in self.line.lenses.of(system).parts}
        values = {
            name: lens.get({**dict.fromkeys(lens.reads), **whole}, EACH_LINKED)
            for name, lens in ({self.line.name: self.line.lenses.of(system)} | lenses).items()
        }
        return {name: value for name, value in values.items() if not isinstance(value, Gap)}


def _one_way(line: _Line, system: SystemName) -> Iterator[Loss]:
    """Losses of the values of `system`, smallest value first, one of each kind."""
    crossed, held = False, None
    seen: set[Breach] = set()
    for given in _records(line, system):
        try:
            loss = _crossing(line, system, given)
        except Unfit:
            held = given if held is None else held
            continue
        crossed = crossed or any(value is not None for value in given.values())
        if loss is not None and loss.breach not in seen:
            seen.add(loss.breach)
            yield loss
    if held is not None and not crossed:
        yield _loss(line, system, "never", held, {}, {})


def _crossing(line: _Line, system: SystemName, given: Fields) -> Loss | None:
    """There and back. Raises `Unfit` for a value that is held on the way there."""
    value = line.read(system, given)
    if isinstance(value, Gap):
        return None
    there = system.other
    for before in _befores(line, there):
        found = line.write(there, value, before)
        try:
            meant = line.read(there, found)
        except Unfit:
            return _loss(line, system, "unreadable", given, found, {})
        if isinstance(meant, Gap):
            return None
        if not line.same(value, meant):
            return _loss(line, system, _kind(line.line, value, meant), given, found, _back(line, system, meant, given))
        back = _back(line, system, meant, given)
        if _one_for_another(line, system, given, back):
            return _loss(line, system, "merged", given, found, back)
    return None


def _back(line: _Line, system: SystemName, meant: Value, given: Fields) -> Fields:
    """What the record holds once the other side's value was brought back, empty fields beside it."""
    if not line.line.flows_to(system):
        return given
    try:
        return line.write(system, meant, dict.fromkeys(given))
    except Unfit:
        return given


def _kind(line: FieldMapping, value: Value, meant: Value) -> Breach:
    if isinstance(value, Decimal) and isinstance(meant, Decimal):
        return "rounded"
    return "cut" if line.on_too_long == "cut" and meant and str(value).startswith(str(meant)) else "changed"


def _one_for_another(line: _Line, system: SystemName, given: Fields, back: Fields) -> bool:
    """Whether a value came back as another one that means the same to the line: an edit between the two never
    crosses. Told of list values, and of texts put together from several fields."""
    if len(line.line.lenses.of(system).writes) > 1:
        return line.line.codec != "address" and _trimmed(given) != _trimmed(back)
    fields = line.infos.of(system).fields
    return any(
        _chosen(value) != _chosen(back.get(name)) and not _is_default(line.line, system, value, back.get(name))
        for name, value in given.items()
        if fields[name].kind in ("picklist", "multi_picklist", "reference")
    )


def _trimmed(fields: Fields) -> dict[str, str]:
    return {name: text_key(str(value)) for name, value in fields.items() if value is not None and str(value).strip()}


def _is_default(line: FieldMapping, system: SystemName, value: Raw, came: Raw) -> bool:
    return value is None and came is not None and came == line.default.of(system)


def _chosen(value: Raw) -> frozenset[str]:
    return frozenset(item.strip() for item in str(value or "").split(";")) - {""}


def _loss(line: _Line, system: SystemName, breach: Breach, given: Fields, found: Fields, back: Fields) -> Loss:
    one = line.line
    known = Pair(*(tuple(_listed(line, each)) for each in SystemName))
    return Loss(
        entity=line.mapping.entity,
        field=one.name,
        system=system,
        breach=breach,
        given=given,
        kept=found,
        back=back,
        repair=repair(one, breach, known, system, given, found),
        declared=_declared(one, system, breach, given, found),
    )


def _declared(line: FieldMapping, system: SystemName, breach: Breach, given: Fields, found: Fields) -> str:
    if breach == "cut" and line.on_too_long == "cut":
        return "on_too_long: cut"
    if breach == "changed" and line.tables is None and _respelt(given, found):
        return "the list's own spelling"
    if breach not in ("merged", "changed") or line.tables is None:
        return ""
    table = line.tables.of(system)
    chosen = [item for value in given.values() for item in _chosen(value)] or [""]
    if any(item not in table.read for item in chosen):
        return "unknown: default" if line.unknown == "default" else ""
    meanings = [table.read[item] for item in chosen]
    several = [meaning for meaning in meanings if list(table.read.values()).count(meaning) > 1]
    return f"several values in the row of {several[0]!r}" if several else ""


def _respelt(given: Fields, found: Fields) -> bool:
    """Whether a list took a text for one of its values, which it spells in another case."""
    one, other = ([str(value) for value in fields.values() if value is not None] for fields in (given, found))
    return one != other and [value.casefold() for value in one] == [value.casefold() for value in other]


# --- the records to try ----------------------------------------------------------------------------------


def own_fields(mapping: EntityMapping, line: FieldMapping, system: SystemName) -> tuple[str, ...]:
    """The vendor fields that hold the value, without those that only decide whether the line applies."""
    lens = line.lenses.of(system)
    deciding = deciding_fields(mapping, line, system)
    names = dict.fromkeys((*lens.writes, *lens.reads))
    return tuple(name for name in names if name in lens.writes or name not in deciding)


def deciding_fields(mapping: EntityMapping, line: FieldMapping, system: SystemName) -> frozenset[str]:
    """The vendor fields of conditions and gates."""
    expression = line.expressions.of(system)
    openers = (mapping.fields[gate.field].lenses.of(system).reads for gate in line.gates.of(system))
    named = (line.conditions.of(system), expression.names if expression else (), *openers)
    return frozenset(name for names in named for name in names)


def _records(line: _Line, system: SystemName) -> Iterator[Fields]:
    """Records of one side to try the line with: of several fields each by itself, then beside full ones."""
    values = _values(line, system)
    nothing: dict[str, Raw] = dict.fromkeys(values)
    yield from _distinct({**nothing, name: value} for name, some in values.items() for value in some)
    if len(values) > 1:
        full = _full(line, system, values)
        yield from ({**full, name: value} for name, some in values.items() for value in some)


def _values(line: _Line, system: SystemName) -> dict[str, tuple[Raw, ...]]:
    """Vendor field -> the values to try it with."""
    here, there = (_listed(line, each) for each in (system, system.other))
    found = {known.name: specimens(known, system, there) for known in here}
    if system is SystemName.NETSUITE and tuple(found) == (STATUS,):
        return {STATUS: tuple(value for value in found[STATUS] if value is not None)}
    return found


def _listed(line: _Line, system: SystemName) -> list[FieldInfo]:
    fields = line.infos.of(system).fields
    return [_listing(fields[name], line.line, system) for name in own_fields(line.mapping, line.line, system)]


def _listing(known: FieldInfo, line: FieldMapping, system: SystemName) -> FieldInfo:
    """The field with the values of the line's table among its options: not all metadata knows the lists."""
    if line.tables is None or known.kind not in ("picklist", "multi_picklist", "reference"):
        return known
    listed = {value: value for value in line.tables.of(system).read if value}
    return replace(known, options={**listed, **(known.options or {})})


def _distinct(records: Iterable[Fields]) -> Iterator[Fields]:
    seen: list[Fields] = []
    for record in records:
        if record not in seen:
            seen.append(record)
            yield record


def _full(line: _Line, system: SystemName, values: Mapping[str, tuple[Raw, ...]]) -> dict[str, Raw]:
    """Every field holds the smallest value that the line understands."""
    return {
        name: next((one for one in some if _understood(line, system, {name: one})), None)
        for name, some in values.items()
    }


def _understood(line: _Line, system: SystemName, fields: Fields) -> bool:
    """Whether a record with these fields alone says something."""
    try:
        return any(one is not None for one in fields.values()) and line.read(system, fields) is not ABSENT
    except Unfit:
        return False


def _befores(line: _Line, system: SystemName) -> tuple[Fields, ...]:
    """What the written record may hold before: nothing, and, where the line sees several fields, something in each; a
    text of which the line is a piece has all its pieces."""
    names, lens = own_fields(line.mapping, line.line, system), line.line.lenses.of(system)
    if lens.together is not None:
        return (cast(Fields, lens.together("a", dict.fromkeys(lens.parts, "a"), {})),)
    nothing: Fields = dict.fromkeys(names)
    return (nothing,) if len(names) < 2 else (nothing, _full(line, system, _values(line, system)))


class _EachLinked(Links):
    """A world in which every record is linked with one of the same number."""

    def link_of(self, ref: Ref) -> int | None:
        return 1

    def ref_of(self, link_id: int, system: SystemName) -> Ref | None:
        return Ref(system, record_types(system)[Entity.ORGANIZATION], str(link_id))


EACH_LINKED = _EachLinked()

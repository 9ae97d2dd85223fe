"""Lenses: one field of one side, read and written. The reverse of every form is derived from the form itself.

A lens obeys, by the field's comparison key: reading what was written gives the value back (PutGet), and writing
what was read leaves the record as it is (GetPut), except where the form is declared lossy.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from connector.core.flow import Later, Pair, Planned, Raw, Ref
from connector.core.mapping.codecs import Codec, Unfit
from connector.core.mapping.expressions import Expression
from connector.core.mapping.worked import Ways
from connector.core.schema import ABSENT, Entity, Gap, SystemName, Value, record_types


class Links(Protocol):
    """Which records are linked, as the translators ask for it."""

    def link_of(self, ref: Ref) -> int | None:
        """Id of the active link that holds `ref`."""
        ...

    def ref_of(self, link_id: int, system: SystemName) -> Ref | None:
        """The record of that link in `system`."""
        ...


Get = Callable[[Mapping[str, Raw], Links], Value | Gap]
Put = Callable[[Value, Links, Value | Gap], Mapping[str, Planned]]
Together = Callable[[Value, Mapping[str, Value], Mapping[str, Value]], Mapping[str, Planned]]
"""A value, all that is written with it, and all that the side holds now -> vendor fields. Raises `Unfit`."""


@dataclass(frozen=True, slots=True)
class Through:
    """One vendor field through a codec: what a lens does that looks at nothing else."""

    name: str
    read: Callable[[Any], Value]
    write: Callable[[Any], Raw]
    plain: bool


@dataclass(frozen=True, slots=True)
class Lens:
    """One field of one side.

    `get` gives the canonical value of a raw record, ABSENT if it was not read or says nothing; `put` gives the
    vendor fields that hold a canonical value, given what the side holds now (ABSENT: not known). Both raise
    `Unfit`. `reads`: the vendor fields that `get` looks at; `writes`: those that `put` may set, none if the lens is
    one-way. `through` says the same as `get` and `put` where that is all they do, for the compiler. `together` takes
    the place of `put` where it also depends on other lines of the record, `parts`.
    """

    get: Get
    put: Put
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    through: Through | None = None
    together: Together | None = None
    parts: tuple[str, ...] = ()

    @property
    def ways(self) -> Ways:
        """`one-way` where it cannot be written; what is lost on the way back is the line's to say."""
        return "two-way" if self.writes else "one-way"


# --- one vendor field ------------------------------------------------------------------------------------


def single(name: str, codec: Codec, system: SystemName) -> Lens:
    """One vendor field through a codec."""
    read, write = codec.read.of(system), codec.write.of(system)

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        return read(raw[name]) if name in raw else ABSENT

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        return {name: None if value is None else write(value)}

    return Lens(get, put, (name,), (name,), Through(name, read, write, codec.plain))


def first_of(names: tuple[str, ...], codec: Codec, system: SystemName) -> Lens:
    """The first vendor field that holds something; written is always the first of them."""
    lenses = [single(name, codec, system) for name in names]

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        found: Value | Gap = ABSENT
        for lens in lenses:
            value = lens.get(raw, links)
            if value is not ABSENT and value is not None:
                return value
            found = None if value is None else found
        return found

    return Lens(get, lenses[0].put, names, names[:1])


def yes_when(conditions: Mapping[str, Raw]) -> Lens:
    """Yes where the vendor fields hold these values; anything else says nothing. Cannot be written."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        return True if all(raw.get(name) == wanted for name, wanted in conditions.items()) else ABSENT

    return Lens(get, unwritten, tuple(conditions), ())


def unwritten(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
    """The `put` of what can only be read."""
    return {}


# --- values tables ---------------------------------------------------------------------------------------


class SaysNothing(Exception):
    """A vendor value that says nothing about the field (`unknown: ignore`): it is left alone."""


@dataclass(frozen=True, slots=True)
class Table:
    """A values table of one side. `write`: canonical value -> the vendor value written; `read`: every vendor
    value -> canonical value, "" standing for an empty field. `unknown` says what a value outside the table means,
    see `FieldLine.unknown`."""

    read: Mapping[str, str]
    write: Mapping[str, str]
    unknown: str

    @property
    def lossy(self) -> bool:
        return len(self.read) > len(self.write)

    @property
    def of_empty(self) -> str | None:
        """What an empty field means; mostly nothing."""
        return self.read.get("")


def tabled(codec: Codec, tables: Pair[Table]) -> Codec:
    """A codec whose values go through a table, one by one if there are several."""

    def reader(system: SystemName) -> Callable[[Any], Value]:
        table, read = tables.of(system), codec.read.of(system)
        return lambda raw: _through(read(raw), lambda item: _look_up(table.read, item, table.unknown), table.of_empty)

    def writer(system: SystemName) -> Callable[[Any], Raw]:
        table, write = tables.of(system), codec.write.of(system)

        def put(value: Value) -> Raw:
            return write(_through(value, lambda item: _look_up(table.write, item, table.unknown))) or None

        return put

    both = (SystemName.NETSUITE, SystemName.SALESFORCE)
    return replace(
        codec,
        read=Pair(*(reader(system) for system in both)),
        write=Pair(*(writer(system) for system in both)),
        plain=False,
        lossy=codec.lossy or tables.netsuite.lossy or tables.salesforce.lossy,
    )


def _through(value: Value, look_up: Callable[[str], str | None], of_empty: str | None = None) -> Value:
    if value is None:
        return of_empty
    if isinstance(value, tuple):
        found = (look_up(item) for item in value)
        return tuple(sorted(item for item in found if item is not None)) or None
    return look_up(str(value))


def _look_up(table: Mapping[str, str], item: str, unknown: str) -> str | None:
    found = table.get(item)
    if found is not None:
        return found
    if unknown == "pass":
        return item
    if unknown == "default":
        return None
    if unknown == "ignore":
        raise SaysNothing(item)
    raise Unfit(f"{item!r} is not in the values table")


# --- what a form is wrapped in ---------------------------------------------------------------------------


def with_default(lens: Lens, default: Raw) -> Lens:
    """Written where there is no value, and read back as no value."""
    (name,) = lens.writes

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        return None if raw.get(name) == default else lens.get(raw, links)

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        return {name: default} if value is None else lens.put(value, links, held)

    return replace(lens, get=get, put=put, through=None)


def ignoring(lens: Lens) -> Lens:
    """A value that says nothing makes the field absent."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        try:
            return lens.get(raw, links)
        except SaysNothing:
            return ABSENT

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        try:
            return lens.put(value, links, held)
        except SaysNothing:
            return {}

    return replace(lens, get=get, put=put, through=None)


def only_when(lens: Lens, conditions: Mapping[str, Raw]) -> Lens:
    """A field that exists only on records whose other fields hold given values; absent on the rest."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if any(raw.get(name) != wanted for name, wanted in conditions.items()):
            return ABSENT
        return lens.get(raw, links)

    return replace(lens, get=get, reads=(*lens.reads, *conditions), through=None)


def only_if(lens: Lens, condition: Expression) -> Lens:
    """A field that exists only on records of which an expression is true; absent on the rest, and where a field that
    the expression names was not read."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if any(name not in raw for name in condition.names) or not condition.holds(raw):
            return ABSENT
        return lens.get(raw, links)

    return replace(lens, get=get, reads=(*lens.reads, *condition.names), through=None)


def gated(lens: Lens, gate: Lens, allowed: frozenset[str]) -> Lens:
    """A field that exists only on records whose `gate` gives one of these values; absent on the rest."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        try:
            found = gate.get(raw, links)
        except Unfit:
            return ABSENT
        return lens.get(raw, links) if found in allowed else ABSENT

    return replace(lens, get=get, reads=(*lens.reads, *gate.reads), through=None)


def skipping_empty(lens: Lens) -> Lens:
    """An empty value is never written."""

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        return {} if value is None else lens.put(value, links, held)

    return replace(lens, put=put, through=None)


# --- links -----------------------------------------------------------------------------------------------


def link(name: str, to: Entity, system: SystemName) -> Lens:
    """A reference to another linked thing: `link:<id>`, or `ref:<system>:<type>:<id>` while it is not linked."""
    type_ = record_types(system)[to]

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if name not in raw:
            return ABSENT
        id_ = raw[name]
        if id_ is None or id_ == "":
            return None
        ref = Ref(system, type_, str(id_))
        link_id = links.link_of(ref)
        return f"ref:{ref}" if link_id is None else f"link:{link_id}"

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        return {name: None if value is None else _linked_id(str(value), system, links)}

    return Lens(get, put, (name,), (name,))


def _linked_id(value: str, system: SystemName, links: Links) -> Planned:
    kind, _, rest = value.partition(":")
    if kind == "link":
        ref = links.ref_of(int(rest), system)
        if ref is None:
            raise Unfit(f"link {rest} has no record in {system.title}")
        return ref.id
    ref = Ref.parse(rest)
    return ref.id if ref.system is system else Later(ref)


def link_key(value: Value) -> Hashable:
    return value or ""

"""Translating records of one canonical thing, both ways, by a mapping that was compiled once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.core.flow import Pair, Planned, Raw
from connector.core.mapping import compiled
from connector.core.mapping.fit import fit
from connector.core.mapping.language import CodecName, Direction, Owner, TooLong, Unknown
from connector.core.mapping.lenses import Lens, Links, Table
from connector.core.ports import RecordInfo
from connector.core.schema import Entity, Stage, SystemName, Value

__all__ = ["EntityMapping", "FieldMapping", "Links", "Reading", "Rendering", "Side"]


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One line of a mapping file. `key` makes comparison keys; `lossy`: writing back what was read may change
    the spelling, or choose one of several vendor values."""

    name: str
    codec: CodecName
    owner: Owner
    direction: Direction
    create_only: bool
    unknown: Unknown
    on_too_long: TooLong
    lossy: bool
    default: Pair[Raw]
    conditions: Pair[Mapping[str, Raw]]
    lenses: Pair[Lens]
    key: Callable[[Any], Hashable]
    to: Entity | None = None
    tables: Pair[Table] | None = None

    def flows_to(self, system: SystemName) -> bool:
        return self.direction in ("both", f"to_{system}") and bool(self.lenses.of(system).writes)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a file: its record type, what every new record is given, and what is left out, with reasons."""

    record: str
    create: Mapping[str, Raw]
    left_out: Mapping[str, str]
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A record, translated in. A field that was not read is in neither; one that could not be understood is in
    `problems`, with the reason."""

    values: Mapping[str, Value]
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rendering:
    """Canonical values, translated out. What cannot be expressed is in `problems` (by canonical name; by vendor
    name for what the file gives to every new record) and in no field."""

    fields: Mapping[str, Planned]
    problems: Mapping[str, str]


@dataclass(frozen=True)
class EntityMapping:
    """One mapping file, ready to use. `fields` by canonical name, in the file's order."""

    entity: Entity
    fields: Mapping[str, FieldMapping]
    sides: Pair[Side]
    _readers: Pair[compiled.Read] = field(init=False, repr=False, compare=False)
    _writers: Pair[compiled.Write] = field(init=False, repr=False, compare=False)
    _creators: Pair[compiled.Write] = field(init=False, repr=False, compare=False)
    _defaults: Pair[Mapping[str, tuple[str, Raw]]] = field(init=False, repr=False, compare=False)
    _targets: Pair[Mapping[str, FieldMapping]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, make in {
            "_readers": lambda system: compiled.reader(self._lenses(system, self.fields)),
            "_writers": lambda system: compiled.writer(self._lenses(system, self._updated(system))),
            "_creators": lambda system: compiled.writer(self._lenses(system, self._created(system))),
            "_defaults": self._defaulted,
            "_targets": self._written_by,
        }.items():
            object.__setattr__(self, name, Pair(make(SystemName.NETSUITE), make(SystemName.SALESFORCE)))

    # --- what it touches

    def record_type(self, system: SystemName) -> str:
        return self.sides.of(system).record

    def vendor_fields(self, system: SystemName) -> tuple[str, ...]:
        """Everything to read on that side, sorted."""
        return tuple(sorted({name for line in self.fields.values() for name in line.lenses.of(system).reads}))

    def left_out(self, system: SystemName) -> Mapping[str, str]:
        """Vendor field -> why it is not mapped."""
        return self.sides.of(system).left_out

    def targets(self, system: SystemName) -> Mapping[str, FieldMapping]:
        """Vendor field -> the line that writes it."""
        return self._targets.of(system)

    # --- translating

    def read(self, system: SystemName, raw: Mapping[str, Raw], links: Links) -> Reading:
        """A raw record as canonical values."""
        values, problems = self._readers.of(system)(raw, links)
        return Reading(values, problems)

    def write(
        self,
        system: SystemName,
        values: Mapping[str, Value],
        *,
        creating: bool,
        links: Links,
        info: RecordInfo | None,
        holds: Mapping[str, Value] | None = None,
    ) -> Rendering:
        """The given canonical values as vendor fields; fields that do not flow to `system` are passed over.

        `creating` adds what the file gives to every new record, and defaults; empty values are not sent then.
        `info` checks that the account can hold what is written. `holds`: canonical values of the record as it
        is now; of an address, only the parts that differ from it are written.
        """
        write = (self._creators if creating else self._writers).of(system)
        fields, problems = write(values, links, holds or {})
        if creating:
            fields = self._completed(system, fields, problems)
        if info is not None:
            fields, misfits = fit(fields, info, creating, self.targets(system))
            problems = {**problems, **misfits}
        return Rendering(fields, problems)

    def same(self, name: str, one: Value, other: Value) -> bool:
        """Whether two values of a field are equal, by its codec's comparison key; empty equals `None`."""
        if one == other:
            return True
        key = self.fields[name].key
        return key(one) == key(other)

    # --- making it

    def _lenses(self, system: SystemName, names: Iterable[str]) -> dict[str, Lens]:
        return {name: self.fields[name].lenses.of(system) for name in names}

    def _updated(self, system: SystemName) -> list[str]:
        return [name for name, line in self.fields.items() if line.flows_to(system) and not line.create_only]

    def _created(self, system: SystemName) -> list[str]:
        """Fields of a new record: those that exist only on other kinds of record are left out."""
        given = self.sides.of(system).create
        return [
            name
            for name, line in self.fields.items()
            if line.flows_to(system)
            and all(given.get(field) == wanted for field, wanted in line.conditions.of(system).items())
        ]

    def _written_by(self, system: SystemName) -> dict[str, FieldMapping]:
        lines = (line for line in self.fields.values() if line.flows_to(system))
        return {name: line for line in lines for name in line.lenses.of(system).writes}

    def _defaulted(self, system: SystemName) -> dict[str, tuple[str, Raw]]:
        """Canonical name -> the vendor field of a new record, and what it holds where there is no value."""
        lines = ((name, self.fields[name]) for name in self._created(system))
        return {
            name: (line.lenses.of(system).writes[0], line.default.of(system))
            for name, line in lines
            if line.default.of(system) is not None
        }

    def _completed(
        self, system: SystemName, fields: Mapping[str, Planned], problems: Mapping[str, str]
    ) -> dict[str, Planned]:
        """What a new record is given: the file's constants, over them defaults, and over those the values. A value
        that cannot be expressed is not covered up by a default."""
        completed: dict[str, Planned] = dict(self.sides.of(system).create)
        for name, (vendor, default) in self._defaults.of(system).items():
            if name not in problems:
                completed[vendor] = default
        completed.update((name, value) for name, value in fields.items() if value is not None)
        return completed

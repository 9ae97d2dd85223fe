"""Translating records of one canonical thing, both ways, by a mapping that was compiled once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from connector.core.flow import Pair, Planned, Raw
from connector.core.mapping import compiled
from connector.core.mapping.codecs import Unfit
from connector.core.mapping.compiled import Reading
from connector.core.mapping.expressions import Expression
from connector.core.mapping.fit import fit
from connector.core.mapping.gates import VARIANT, Gate
from connector.core.mapping.language import CodecName, Direction, ListName, Owner, TooLong, Unknown
from connector.core.mapping.lenses import Lens, Links, Table
from connector.core.mapping.scope import EVERYTHING, Scope
from connector.core.mapping.yaml_file import Path
from connector.core.ports import RecordInfo
from connector.core.schema import Entity, Stage, SystemName, Value

__all__ = ["EntityMapping", "FieldMapping", "Links", "Reading", "Rendering", "Side"]


_NETSUITE = SystemName.NETSUITE
_NOTHING: Mapping[str, Value] = {}
_NONE: frozenset[str] = frozenset()
_new = tuple.__new__
"""Half the time of calling a named tuple's own name."""


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One line of a mapping file. `key` makes comparison keys; `lossy`: writing back what was read may change
    the spelling, or choose one of several vendor values. `conditions` and `expressions` are the two kinds of `when`;
    `gates`: what of other lines must be true of a record before this one does anything, by side. `places`: vendor
    field -> where below the line it is named. `alone`: of amounts, the lenses without their currency."""

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
    alone: Pair[Lens] | None = None
    lookup: ListName | None = None
    skip_empty: bool = False
    expressions: Pair[Expression | None] = field(default_factory=lambda: Pair(None, None))
    gates: Pair[tuple[Gate, ...]] = field(default_factory=lambda: Pair((), ()))
    places: Pair[Mapping[str, Path]] = field(default_factory=lambda: Pair({}, {}))

    @property
    def variant(self) -> str | None:
        """The variant that the line is for; None for all."""
        return next((value for gate in self.gates.salesforce for value in gate.allowed), None)

    @property
    def from_stage(self) -> Stage | None:
        """The stage from which on the NetSuite field exists; None for all."""
        opening = (gate.allowed for gate in self.gates.netsuite if gate.field != VARIANT)
        return next((stage for allowed in opening for stage in Stage if stage in allowed), None)

    def exists_on(self, system: SystemName, given: Mapping[str, Raw]) -> bool:
        """Whether the line is about records that hold `given`, by its `when`."""
        if any(given.get(name) != wanted for name, wanted in self.conditions.of(system).items()):
            return False
        expression = self.expressions.of(system)
        return expression is None or _is_true(expression, given)

    def flows_to(self, system: SystemName) -> bool:
        return self.direction in ("both", f"to_{system}") and bool(self.lenses.of(system).writes)


def _is_true(expression: Expression, given: Mapping[str, Raw]) -> bool:
    try:
        return expression.holds(given)
    except Unfit:
        return False


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a file: its record type, what every new record is given, what is left out, with reasons; which
    records are taken up, and what the form of a variant demands of a new one."""

    record: str
    create: Mapping[str, Raw]
    left_out: Mapping[str, str]
    stages: tuple[Stage, ...] = ()
    scope: Scope = EVERYTHING
    demands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Rendering(NamedTuple):
    """Canonical values, translated out. What cannot be expressed is in `problems` (by canonical name; by vendor
    name for what the file gives to every new record) and in no field. `refused`: the
    reason for which the record must not be written at all; empty mostly. `passed_over`: canonical fields that the new
    record does not have, so that nothing is agreed on about them."""

    fields: Mapping[str, Planned]
    problems: Mapping[str, str]
    refused: str = ""
    passed_over: frozenset[str] = frozenset()


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
    _gates: Pair[Mapping[str, tuple[Gate, ...]]] = field(init=False, repr=False, compare=False)
    _existing: Pair[frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        makers: dict[str, Callable[[SystemName], Any]] = {
            "_readers": lambda system: compiled.reader(self._lenses(system, self.fields)),
            "_writers": lambda system: compiled.writer(self._lenses(system, self._updated(system))),
            "_creators": lambda system: compiled.writer(self._lenses(system, self._created(system))),
            "_defaults": self._defaulted,
            "_targets": self._written_by,
            "_gates": self._gated,
            "_existing": lambda system: frozenset(self._created(system)),
        }
        for name, make in makers.items():
            object.__setattr__(self, name, Pair(make(SystemName.NETSUITE), make(SystemName.SALESFORCE)))

    # --- what it touches

    def record_type(self, system: SystemName) -> str:
        return self.sides.of(system).record

    def vendor_fields(self, system: SystemName) -> tuple[str, ...]:
        """Everything to read on that side, sorted."""
        read = {name for line in self.fields.values() for name in line.lenses.of(system).reads}
        return tuple(sorted(read.union(self.sides.of(system).scope.fields)))

    def in_scope(self, system: SystemName, raw: Mapping[str, Raw]) -> bool:
        """Whether a record that is not linked yet is taken up."""
        return self.sides.of(system).scope.has(raw)

    def left_out(self, system: SystemName) -> Mapping[str, str]:
        """Vendor field -> why it is not mapped."""
        return self.sides.of(system).left_out

    def targets(self, system: SystemName) -> Mapping[str, FieldMapping]:
        """Vendor field -> the line that writes it."""
        return self._targets.of(system)

    @cached_property
    def openers(self) -> frozenset[str]:
        """The canonical fields that decide which other fields a record has."""
        gates = (gates for line in self.fields.values() for _, gates in line.gates)
        return frozenset(gate.field for some in gates for gate in some)

    def beside(self, system: SystemName, names: Iterable[str]) -> frozenset[str]:
        """The canonical fields on which depends what is written for these: other pieces of a text, the currency of an
        amount."""
        return frozenset(part for name in names for part in self.fields[name].lenses.of(system).parts)

    # --- translating

    def read(self, system: SystemName, raw: Mapping[str, Raw], links: Links) -> Reading:
        """A raw record as canonical values."""
        return (self._readers.netsuite if system is _NETSUITE else self._readers.salesforce)(raw, links)

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
        is now; of an address, only the parts that differ from it are written, and a piece of a text is put between
        the others.
        """
        if creating:
            return self._created_from(system, values, links, info)
        write = self._writers.netsuite if system is _NETSUITE else self._writers.salesforce
        fields, problems = write(values, links, holds or _NOTHING)
        if info is None:
            return _new(Rendering, (fields, problems, "", _NONE))
        fitting, misfits, refused = fit(fields, info, False, self._lines_of(system, values))
        return Rendering(fitting, self._shared(system, values, {**problems, **misfits}), refused)

    def _created_from(
        self, system: SystemName, values: Mapping[str, Value], links: Links, info: RecordInfo | None
    ) -> Rendering:
        shut = self._shut(system, values)
        passed_over = values.keys() - (self._existing.of(system) - shut)
        if shut:
            values = {name: value for name, value in values.items() if name not in shut}
        written, problems = self._creators.of(system)(values, links, {})
        fields = self._completed(system, written, {*problems, *shut})
        refused = ""
        if info is not None:
            fields, misfits, refused = fit(fields, info, True, self._lines_of(system, values))
            problems = self._shared(system, values, {**problems, **misfits})
        return Rendering(fields, problems, refused or self._lacking(system, values, fields), frozenset(passed_over))

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
        return [name for name, line in self.fields.items() if line.flows_to(system) and line.exists_on(system, given)]

    def _gated(self, system: SystemName) -> dict[str, tuple[Gate, ...]]:
        return {name: gates for name, line in self.fields.items() if (gates := line.gates.of(system))}

    def _shut(self, system: SystemName, values: Mapping[str, Value]) -> set[str]:
        """Fields whose gate stays shut for a new record."""
        gated = self._gates.of(system)
        return {name for name, gates in gated.items() if not all(gate.is_open(values) for gate in gates)}

    def _shared(self, system: SystemName, values: Mapping[str, Value], problems: dict[str, str]) -> dict[str, str]:
        """The problem of one piece of a text is that of all its pieces."""
        told: dict[str, str] = {}
        for name in problems.keys() & self.fields.keys():
            lens = self.fields[name].lenses.of(system)
            pieces = (part for part in lens.parts if self.fields[part].lenses.of(system).writes == lens.writes)
            told.update((part, problems[name]) for part in pieces if part in values)
        return {**problems, **told}

    def _lines_of(self, system: SystemName, values: Mapping[str, Value]) -> Mapping[str, FieldMapping]:
        """Vendor field -> the line that writes it; of several variants, the one that has a value."""
        if not self._gates.of(system):
            return self.targets(system)
        lines = dict(self.targets(system))
        for name in values:
            line = self.fields[name]
            lines.update(dict.fromkeys(line.lenses.of(system).writes, line) if line.flows_to(system) else {})
        return lines

    def _lacking(self, system: SystemName, values: Mapping[str, Value], fields: Mapping[str, Planned]) -> str:
        """What the form of the record's variant demands, and a new record would not have."""
        variant = values.get(VARIANT)
        demanded = self.sides.of(system).demands.get(variant, ()) if isinstance(variant, str) else ()
        missing = [f"`{name}`" for name in demanded if fields.get(name) is None]
        return f"{system.title}'s form of `{variant}` demands {', '.join(missing)}" if missing else ""

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
        self, system: SystemName, fields: Mapping[str, Planned], undefaulted: set[str]
    ) -> dict[str, Planned]:
        """What a new record is given: the file's constants, over them defaults, and over those the values. A value
        that cannot be expressed is not covered up by a default, and a shut gate is not opened by one."""
        completed: dict[str, Planned] = dict(self.sides.of(system).create)
        for name, (vendor, default) in self._defaults.of(system).items():
            if name not in undefaulted:
                completed[vendor] = default
        completed.update((name, value) for name, value in fields.items() if value is not None)
        return completed

"""Lines that exist only on some records of a file: from a stage on, or of one variant.

Both are told by another line of the same file, `stage` or `variant`: what that line reads from a record opens the
gate. A new record is judged by the values that it is made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.core.flow import Pair, Ref
from connector.core.mapping import lenses
from connector.core.mapping.codecs import Unfit
from connector.core.mapping.language import FieldLine, MappingFile
from connector.core.mapping.lenses import Lens
from connector.core.schema import Stage, SystemName, Value

STAGE, VARIANT = "stage", "variant"
"""The canonical fields that open gates."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Opens on the canonical values `allowed` of `field`. `otherwise`: what a new record holds in that field if the
    values that it is made from do not say."""

    field: str
    allowed: frozenset[str]
    otherwise: Value = None

    def is_open(self, values: Mapping[str, Value]) -> bool:
        found = values.get(self.field)
        return (self.otherwise if found is None else found) in self.allowed


class _NoLinks:
    def link_of(self, ref: Ref) -> int | None:
        return None

    def ref_of(self, link_id: int, system: SystemName) -> Ref | None:
        return None


@dataclass(frozen=True, slots=True)
class Gates:
    """The lenses of one file's `stage` and `variant`, where it has them, and what a new NetSuite record begins as."""

    openers: Mapping[str, Pair[Lens]]
    first_stage: Value = None

    @classmethod
    def of(cls, file: MappingFile, made: Mapping[str, Pair[Lens]]) -> Gates:
        openers = {
            name: Pair(*(lenses.ignoring(lens) for _, lens in made[name])) for name in (STAGE, VARIANT) if name in made
        }
        return cls(openers, _given(openers[STAGE].netsuite, file) if STAGE in openers else None)

    def around(self, name: str, line: FieldLine, sides: Pair[Lens]) -> Pair[Lens]:
        """The lenses of a line behind its gates: a stage gates NetSuite only, a variant both sides."""
        for system, gates in self.gates(name, line):
            for gate in gates:
                opener = self.openers[gate.field].of(system)
                sides = sides.replace(system, lenses.gated(sides.of(system), opener, gate.allowed))
        return sides

    def gates(self, name: str, line: FieldLine) -> Pair[tuple[Gate, ...]]:
        """The gates of a line; a line whose opener is missing has none (and a mistake)."""
        stages = frozenset(str(stage) for stage in _from(line.from_stage)) if line.from_stage else frozenset()
        staged = [Gate(STAGE, stages, self.first_stage)] if stages and STAGE in self.openers and name != STAGE else []
        varied = [Gate(VARIANT, frozenset({line.variant}))] if line.variant and VARIANT in self.openers else []
        return Pair((*staged, *varied), tuple(varied))


def _from(stage: Stage) -> list[Stage]:
    every = list(Stage)
    return every[every.index(stage) :]


def _given(opener: Lens, file: MappingFile) -> Value:
    """The stage that the constants of a new NetSuite record say."""
    try:
        found = opener.get(file.netsuite.create, _NoLinks())
    except Unfit:
        return None
    return found if isinstance(found, str) else None

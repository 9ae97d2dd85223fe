"""The benchmark's figures beside their floors, and the bars that they must not cross. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.floors import Term, total
from bench.phases import CHANGES, ECHO, FIRST, METADATA, QUIET, Bare, Phase, Work
from connector.core.flow import Pair
from connector.core.schema import SystemName

MOST_OVER_FLOOR = 1.15
MOST_QUIET_CALLS = 10
LEADS_OF_THE_BARS = 10_000
"""With fewer leads, what a run asks only once weighs more than the leads: the first bar says nothing then."""


@dataclass(frozen=True)
class Bar:
    """Something that was promised, with what was measured and what is allowed at most."""

    name: str
    measured: float
    at_most: float

    @property
    def ok(self) -> bool:
        return self.measured <= self.at_most


@dataclass(frozen=True)
class Figure:
    """One line: `floor` is None where there is none, `records` what `measured` is divided by, if anything."""

    name: str
    measured: float
    floor: float | None = None
    records: int | None = None

    @property
    def ratio(self) -> float | None:
        return self.measured / self.floor if self.floor else None

    @property
    def per_record(self) -> float | None:
        return self.measured / self.records if self.records else None


@dataclass(frozen=True)
class Results:
    """All that was measured. `in_flight`: the calls at once that the configuration allows NetSuite."""

    work: Work
    phases: Sequence[Phase]
    bare: Mapping[str, Bare]
    in_flight: int

    def phase(self, name: str) -> Phase:
        return next(phase for phase in self.phases if phase.name == name)

    def bars(self) -> list[Bar]:
        return [*self._of_first_sync(), *self._of_quiet_runs(), *self._of_what_crossed()]

    def _of_first_sync(self) -> Iterator[Bar]:
        calls, floor = self.phase(FIRST).counted.salesforce.calls, total(self.work.floors[FIRST].salesforce)
        if self.work.leads >= LEADS_OF_THE_BARS:
            yield Bar("Salesforce calls of the first sync, times the floor", calls / floor, MOST_OVER_FLOOR)
        most = max(phase.counted.netsuite.most_in_flight for phase in self.phases)
        yield Bar("NetSuite calls in flight, most in any run", most, self.in_flight)

    def _of_quiet_runs(self) -> Iterator[Bar]:
        for system, counted in self.phase(QUIET).counted:
            yield Bar(f"{system.title} calls of a no-change run", counted.calls, MOST_QUIET_CALLS)
        yield Bar("records written by no-change runs", sum(map(self._written, (QUIET, ECHO, METADATA))), 0)

    def _of_what_crossed(self) -> Iterator[Bar]:
        yield Bar("leads that did not cross in the first sync", self.work.leads - self.phase(FIRST).records.netsuite, 0)
        yield Bar("edits that did not cross", 2 * self.work.each - self._written(CHANGES), 0)

    def _written(self, name: str) -> int:
        return sum(count for _, count in self.phase(name).records)

    def figures(self, phase: Phase) -> Iterator[Figure]:
        records = self._records(phase.name)
        for system, counted in phase.counted:
            calls = total(self.work.floors[phase.name].of(system))
            yield Figure(f"{system.title} calls", counted.calls, calls, records)
        for system, written in phase.records:
            yield Figure(f"{system.title} records written", written, self._least_written(phase.name).of(system) or None)
        for system, counted in phase.counted:
            yield Figure(f"{system.title} calls in flight, at most", counted.most_in_flight)
        yield from self._usage(phase, records)

    def _usage(self, phase: Phase, records: int | None) -> Iterator[Figure]:
        used, bare = phase.usage, self.bare.get(phase.name, self.bare[QUIET]).usage
        yield Figure("wall seconds", used.wall_seconds, bare.wall_seconds, records)
        yield Figure("CPU seconds of the process", used.cpu_seconds, bare.cpu_seconds, records)
        working = used.cpu_seconds - used.startup_cpu_seconds, bare.cpu_seconds - bare.startup_cpu_seconds
        yield Figure("  without interpreter and imports", *working, records)
        yield Figure("peak memory, MiB", used.peak_mib, bare.peak_mib)

    def _records(self, name: str) -> int | None:
        return {FIRST: self.work.leads, CHANGES: 2 * self.work.each}.get(name)

    def _least_written(self, name: str) -> Pair[int]:
        nothing = Pair(0, 0)
        leads, each = self.work.leads, self.work.each
        return {FIRST: Pair(leads, leads), CHANGES: Pair(each, each)}.get(name, nothing)

    def data(self) -> dict[str, Any]:
        return {
            "leads": self.work.leads,
            "edits": 2 * self.work.each,
            "netsuite_in_flight_allowed": self.in_flight,
            "phases": {phase.name: self._phase_data(phase) for phase in self.phases},
            "bars": [{**asdict(bar), "ok": bar.ok} for bar in self.bars()],
        }

    def _phase_data(self, phase: Phase) -> dict[str, Any]:
        bare, floor = self.bare.get(phase.name, self.bare[QUIET]), self.work.floors[phase.name]
        return {
            "title": self.work.titles[phase.name],
            "calls": _by_system(phase.counted, asdict),
            "calls_floor": _by_system(floor, _terms),
            "records_written": _by_system(phase.records, int),
            "holds": phase.holds,
            "ended": phase.ended,
            "usage": asdict(phase.usage),
            "bare_usage": asdict(bare.usage),
            "bare_calls": _by_system(bare.counted, lambda counted: counted.calls),
        }


def _by_system(values: Pair[Any], shown: Any) -> dict[str, Any]:
    return {str(system): shown(values.of(system)) for system in SystemName}


def _terms(terms: Sequence[Term]) -> dict[str, Any]:
    return {"calls": total(terms), "terms": [asdict(term) for term in terms]}

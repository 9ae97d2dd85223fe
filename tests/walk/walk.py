"""Live a trace and judge it; find the shortest trace that still breaks the same invariant."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.walk.invariants import Findings, Violation, check
from tests.walk.trace import Operation, Trace
from tests.walk.world import Life

REGRESSIONS = Path(__file__).resolve().parents[1] / "regressions"


@dataclass
class Verdict:
    """What a trace led to. `log`: our calls, in order."""

    findings: Findings
    log: list[str] = field(default_factory=list)

    @property
    def violations(self) -> list[Violation]:
        return self.findings.violations

    @property
    def invariants(self) -> set[str]:
        return {violation.invariant for violation in self.violations}


def judge(trace: Trace) -> Verdict:
    """Live `trace` in a world of its own. An exception that no run may raise is a violation of I17."""
    life = Life(trace)
    try:
        life.live()
        return Verdict(check(life), life.log)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        return Verdict(Findings([Violation(f"I17 {type(error).__name__}", told)]), life.log)
    finally:
        life.close()


def shrink(trace: Trace, invariant: str, most_tries: int = 400) -> Trace:
    """The trace with as many operations left out as still break `invariant` (ddmin)."""
    tries = iter(range(most_tries))

    def breaks(operations: list[Operation]) -> bool:
        if next(tries, None) is None:
            return False
        return invariant in judge({**trace, "operations": operations}).invariants

    return {**trace, "operations": _ddmin(trace["operations"], breaks)}


def _ddmin(operations: list[Operation], breaks: Callable[[list[Operation]], bool]) -> list[Operation]:
    size = max(1, len(operations) // 2)
    while True:
        start, shorter = 0, False
        while start < len(operations):
            without = operations[:start] + operations[start + size :]
            if breaks(without):
                operations, shorter = without, True
            else:
                start += size
        if size == 1 and not shorter:
            return operations
        size = max(1, size // 2)


def save(trace: Trace, invariant: str, place: Path) -> None:
    """Write a trace with one operation on each line."""
    lines = ",\n  ".join(json.dumps(operation) for operation in trace["operations"])
    head = {"invariant": invariant, "seed": trace["seed"], "salesforce": trace["salesforce"]}
    text = json.dumps(head)[:-1] + ', "operations": [\n  ' + lines + "\n]}\n"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def load(place: Path) -> Trace:
    trace: Trace = json.loads(place.read_text())
    return trace

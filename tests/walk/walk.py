"""Live a trace and judge it."""

from __future__ import annotations

import json
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.walk import encore
from tests.walk.edits import check_edits
from tests.walk.invariants import LAWS, End, Violation
from tests.walk.trace import PLAIN, Trace
from tests.walk.world import Life

REGRESSIONS = Path(__file__).resolve().parents[1] / "regressions"


@dataclass
class Verdict:
    """What a trace led to. `log`: our calls and how our runs ended, in order; `tally`: what happened how often."""

    violations: list[Violation]
    log: list[str] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)

    @property
    def invariants(self) -> set[str]:
        return {violation.invariant for violation in self.violations}


def judge(trace: Trace) -> Verdict:
    """Live `trace` in a world of its own. An exception that no run may raise is a violation of I17."""
    life = Life(trace)
    try:
        life.live()
        verdict = _check(life)
    except Exception as error:
        verdict = Verdict([_surprise(error)])
    finally:
        life.close()
    verdict.log, verdict.tally = life.log, life.figures()
    return verdict


def _check(life: Life) -> Verdict:
    end = End.of(life)
    violations = [violation for law in (*LAWS, check_edits) for violation in law(end)]
    return Verdict(violations or list(encore.play(life)))


def _surprise(error: Exception) -> Violation:
    where = traceback.extract_tb(error.__traceback__)[-1]
    told = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
    return Violation(f"I17 {type(error).__name__}", told)


def save(trace: Trace, invariant: str, place: Path) -> None:
    """Write a trace with one operation on each line."""
    lines = ",\n  ".join(json.dumps(operation) for operation in trace["operations"])
    head = {"invariant": invariant, **{name: value for name, value in trace.items() if name != "operations"}}
    text = json.dumps(head)[:-1] + ', "operations": [\n  ' + lines + "\n]}\n"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def load(place: Path) -> Trace:
    return {**PLAIN, **json.loads(place.read_text())}

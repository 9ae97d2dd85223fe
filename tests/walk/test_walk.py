"""The simulation in the suite: what failed once, then some fresh lives. Longer: `python -m tests.walk --seeds N`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.walk.trace import make_trace
from tests.walk.walk import REGRESSIONS, Verdict, judge, load, save, shrink

FRESH_SEEDS = range(1_000, 1_040)
ROOT = Path(__file__).resolve().parents[2]


def told(verdict: Verdict) -> list[str]:
    return [str(violation) for violation in verdict.violations]


@pytest.mark.parametrize("place", sorted(REGRESSIONS.glob("*.json")), ids=lambda place: place.stem)
def test_what_failed_once_holds(place: Path) -> None:
    assert told(judge(load(place))) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", FRESH_SEEDS)
def test_a_life_keeps_every_promise(seed: int) -> None:
    assert told(judge(make_trace(seed))) == [], f"python -m tests.walk --seeds 1 --start {seed}"


def test_a_seed_always_makes_the_same_calls() -> None:
    """I28, in two processes that hash texts differently."""
    program = (
        "from tests.walk.walk import judge; from tests.walk.trace import make_trace; print(judge(make_trace(3)).log)"
    )
    logs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(logs) == 1


def test_a_broken_promise_is_seen_and_shrinks_to_what_broke_it(tmp_path: Path) -> None:
    """A person whom nobody ever lets us see counts as skipped: the trace shrinks to the one who made them."""
    trace = make_trace(5)
    lead = {"do": "lead", "side": "salesforce", "person": "Blind", "company": "Nowhere", "mail": True, "title": "v0"}
    planted = {"do": "plant", "name": "Blind"}
    broken = {**trace, "operations": [*trace["operations"][:40], lead, planted]}
    assert judge(broken).invariants == {"I17 KeyError"}
    short = shrink(broken, "I17 KeyError")
    assert short["operations"] == [planted]
    save(short, "I17 KeyError", tmp_path / "trace.json")
    assert judge(load(tmp_path / "trace.json")).invariants == {"I17 KeyError"}

"""The simulation in the suite: what failed once, then some fresh lives. Longer: `python -m tests.walk --seeds N`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.core.schema import SystemName
from tests.walk import faults
from tests.walk.manners import MAKERS, Manner
from tests.walk.memory import Memory
from tests.walk.pairs import LOSSES, PAIRS, make_loss_trace, make_pair_trace
from tests.walk.shrink import shrink
from tests.walk.trace import KINDS, Trace, make_trace
from tests.walk.walk import REGRESSIONS, Verdict, judge, load, save

FRESH_SEEDS = range(1_000, 1_060)
SEEDS_LIVED_TWICE = (3, 11, 12)
SEEDS_OF_OTHER_MANNERS = {
    "dense": range(5),
    "small": range(5),
    "pairs": range(1_100, PAIRS, 1_100),
    "losses": range(9_000, LOSSES, 9_000),
    "backups": range(50_000, LOSSES, 50_000),
}
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("manner", "seed"), [(manner, seed) for manner, seeds in SEEDS_OF_OTHER_MANNERS.items() for seed in seeds]
)
def test_so_does_one_in_another_manner(manner: Manner, seed: int) -> None:
    assert told(judge(MAKERS[manner](seed))) == [], f"python -m tests.walk --seeds 1 --start {seed} --{manner}"


@pytest.mark.parametrize(("make", "number"), [(make_pair_trace, PAIRS), (make_loss_trace, LOSSES)])
def test_no_two_counted_traces_are_alike(make: Callable[[int], Trace], number: int) -> None:
    looked_at = range(0, number, number // 100_000)
    assert len({repr(make(one)["operations"]) for one in looked_at}) == len(looked_at)
    assert make(number)["operations"] == make(0)["operations"]


def test_a_seed_always_makes_the_same_calls() -> None:
    """I28, in two processes that hash texts differently: every call byte for byte, and how every run ended."""
    program = (
        "from tests.walk.walk import judge; from tests.walk.trace import make_trace\n"
        f"for seed in {SEEDS_LIVED_TWICE}: print(*judge(make_trace(seed)).log, sep='\\n')"
    )
    logs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(logs) == 1
    assert logs.pop().count(b"\n") > 100


def test_only_what_is_written_is_a_commit_to_die_at() -> None:
    memory, commits = Memory(), []
    memory.on_commit = lambda: commits.append(memory.digest())
    memory.store.cursors()
    memory.store.size()
    assert commits == []
    memory.store.set_cursors({(SystemName.NETSUITE, "customer"): "1"})
    assert len(commits) == 1
    memory.store.close()


def test_every_kind_of_operation_and_fault_occurs_among_few_seeds() -> None:
    traces = [make_trace(seed) for seed in range(400)]
    operations = [operation for trace in traces for operation in trace["operations"]]
    armed = [fault for operation in operations if operation["do"] == "faults" for fault in operation["faults"]]
    spread = {"clear": "edit", "contest": "edit", "late_commit": "late_edit"}
    assert {spread.get(kind, kind) for kind in KINDS} <= {operation["do"] for operation in operations}
    assert {faults.name_of(fault) for fault in faults.KINDS.values()} == {faults.name_of(fault) for fault in armed}


def test_a_broken_promise_is_seen_and_shrinks_to_what_broke_it(tmp_path: Path) -> None:
    """An operation that nobody knows stands for a bug: the trace shrinks to it, and the world to a plain one."""
    trace = make_trace(5)
    planted = {"do": "plant", "seconds": 800}
    broken: Trace = {**trace, "encore": ["edit"], "operations": [*trace["operations"][:6], planted]}
    assert judge(broken).invariants == {"I17 KeyError"}
    short = shrink(broken, "I17 KeyError")
    assert short["operations"] == [{"do": "plant", "seconds": 1}]
    assert short["encore"] == []
    save(short, "I17 KeyError", tmp_path / "trace.json")
    assert judge(load(tmp_path / "trace.json")).invariants == {"I17 KeyError"}

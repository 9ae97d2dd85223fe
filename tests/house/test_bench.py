"""The benchmark works and its floors are what the vendors' limits say. How fast anything is, is not tested here."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bench import floors
from bench.floors import total
from bench.verdicts import Bar, Figure

ROOT = Path(__file__).parents[2]
LEADS, EDITS = 20, 4


def test_the_floor_of_a_first_sync_counts_every_record_and_every_page() -> None:
    floor = floors.first_sync(10_000)
    assert total(floor.netsuite) == 1 + 3 + 10_000 + 10
    assert total(floor.salesforce) == 1 + 10 + 50


def test_a_page_that_is_not_full_is_a_call_too() -> None:
    assert total(floors.first_sync(1_001).salesforce) == 1 + 2 + 6
    assert total(floors.first_sync(1).salesforce) == 1 + 1 + 1


def test_the_floor_of_a_run_with_changes_begins_at_that_of_a_quiet_one() -> None:
    quiet, busy = floors.no_change(), floors.changes(50)
    assert total(busy.netsuite) - total(quiet.netsuite) == 50 + 1
    assert total(busy.salesforce) - total(quiet.salesforce) == 1 + 1


def test_a_bar_is_crossed_only_above_what_it_allows() -> None:
    assert Bar("calls", 10, 10).ok
    assert not Bar("calls", 11, 10).ok


def test_a_figure_without_a_floor_has_no_ratio() -> None:
    assert Figure("calls", 30, 20, 60).ratio == 1.5
    assert Figure("calls", 30, 20, 60).per_record == 0.5
    assert Figure("in flight", 4).ratio is None


@pytest.mark.slow
def test_a_benchmark_of_a_few_leads_keeps_every_promise_and_stays_above_its_floors() -> None:
    results = benchmark()
    assert [bar["name"] for bar in results["bars"] if not bar["ok"]] == []
    phases = results["phases"]
    assert phases["first"]["records_written"] == {"netsuite": LEADS, "salesforce": LEADS}
    assert phases["changes"]["records_written"] == {"netsuite": EDITS // 2, "salesforce": EDITS // 2}
    assert {phase["ended"] for phase in phases.values()} == {"done"}
    for name, system in product(phases, ("netsuite", "salesforce")):
        floor = phases[name]["calls_floor"][system]["calls"]
        assert phases[name]["calls"][system]["calls"] >= floor, f"{name}: {system} cannot do with so few"
        # The bare loop is the floor of processor time only if it needs no more calls; it asks for a mark besides.
        if name in ("first", "quiet", "changes"):
            assert phases[name]["bare_calls"][system] <= floor + 2, f"{name}: the bare loop wastes {system} calls"


def benchmark() -> dict[str, Any]:
    """A whole one: real processes, real HTTP."""
    command = [sys.executable, "-m", "bench", "--json", "--leads", str(LEADS), "--edits", str(EDITS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found

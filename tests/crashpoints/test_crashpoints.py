"""A small part of `python -m tests.crashpoints`, and the proof that its parts notice what they are for."""

from __future__ import annotations

import pytest

from tests.crashpoints.mortal import Crash, Fate, begins_a_world
from tests.crashpoints.places import places
from tests.crashpoints.points import apart, different, examine
from tests.crashpoints.scenarios import SCENARIOS

BY_NAME = {one.name: one for one in SCENARIOS}
CHOSEN = (
    "new lead, edited by others as soon as it is there",
    "edit, and another edit before the next run",
    "prospect by status in NetSuite",
    "our key could not be written",
    "company lead moves on in NetSuite",
)


def test_there_are_many_scenarios_each_with_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(SCENARIOS) >= 60


@pytest.mark.parametrize("name", CHOSEN)
def test_a_death_between_any_two_changes_is_only_a_pause(name: str) -> None:
    with places("sqlite") as place:
        found = examine(BY_NAME[name], place, jobs=2, only=begins_a_world)
    assert found.violations == []
    assert found.points > 5


def test_the_same_holds_on_postgresql() -> None:
    with places("postgresql") as place:
        found = examine(BY_NAME["edit in Salesforce"], place, jobs=2, only=begins_a_world)
    assert found.violations == []
    assert found.points > 5


def test_a_double_or_a_lost_value_in_the_end_is_told() -> None:
    whole = {"records": ["Ann CEO", "Ray"]}
    assert different(whole, {"records": ["Ann CEO", "Ray", "Ray"]}) == ["records: + Ray"]
    assert different(whole, {"records": ["Ann", "Ray"]}) == ["records: - Ann CEO", "records: + Ann"]
    assert different(whole, {"records": ["Ray", "Ann CEO"]}) == []


def test_a_dead_engine_moves_no_more() -> None:
    fate = Fate(dies_at=2)
    fate.moment("before GET /")
    for _ in range(2):
        with pytest.raises(Crash):
            fate.moment("after GET /")
    assert fate.moments == ["before GET /", "after GET /"]


def test_nothing_reaches_the_world_of_another_life() -> None:
    world = ["as it was"]
    assert apart(lambda: world.append("changed") or list(world)) == ["as it was", "changed"]  # type: ignore[func-returns-value]
    assert world == ["as it was"]


def test_a_life_that_fails_is_not_taken_for_one_without_fault() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        apart(lambda: 1 / 0)

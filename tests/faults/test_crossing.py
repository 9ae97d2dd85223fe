"""The long counts, in small: nothing missing, nothing double."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.crossing import CLOCKS, Crossing, Figures, creates, crossing


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_lost_answers_and_late_writes_make_no_doubles_and_lose_nothing(side: str) -> None:
    figures = creates(200, side)
    assert figures.clean, str(figures)
    assert figures.struck > 5


@pytest.mark.parametrize("scenario", CLOCKS)
def test_no_clock_hides_a_record(scenario: Callable[[int], Figures]) -> None:
    figures = scenario(60)
    assert figures.clean, str(figures)


def test_a_lead_that_did_not_cross_and_one_that_crossed_twice_are_counted() -> None:
    with crossing() as world:
        world.rest()
        world.in_salesforce()
        _twice(world)
        assert (world.figures("planted").missing, world.figures("planted").double) == (2, 1)


def _twice(world: Crossing) -> None:
    name = world.in_salesforce()
    fields = {"FirstName": "Ann", "LastName": name, "Company": "Twice Inc"}
    world.lab.stand.salesforce_front.act({"do": "create", "type": "Lead", "fields": fields})

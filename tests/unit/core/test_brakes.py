"""A plan that is too big or meant for other accounts is refused."""

from __future__ import annotations

import pytest

from connector.core.brakes import Limits, check_identity, check_mass_change
from connector.core.flow import Action, Create, Pair, Plan, Retire, Update
from connector.core.schema import Entity
from connector.errors import BrakePulled
from tests.unit.core.builders import LEAD, NETSUITE, netsuite, salesforce

LIMITS = Limits(mass_change_percent=30, mass_change_min=10)


def updates(count: int, *, in_salesforce: bool = True) -> list[Action]:
    pairs = [(salesforce("Lead", n), netsuite("customer", n)) for n in range(count)]
    if not in_salesforce:
        pairs = [(other, one) for one, other in pairs]
    return [Update(Entity.LEAD, one, other, {}, {}, {}, "") for one, other in pairs]


@pytest.mark.parametrize(("count", "linked"), [(9, 10), (10, 40), (30, 100), (0, 0)])
def test_a_days_work_passes(count: int, linked: int) -> None:
    check_mass_change(Plan(tuple(updates(count))), linked, LIMITS)


@pytest.mark.parametrize(("count", "linked"), [(10, 30), (31, 100)])
@pytest.mark.parametrize("in_salesforce", [True, False])
def test_more_than_a_days_work_pulls_the_brake(count: int, linked: int, in_salesforce: bool) -> None:
    with pytest.raises(BrakePulled, match="Salesforce" if in_salesforce else "NetSuite"):
        check_mass_change(Plan(tuple(updates(count, in_salesforce=in_salesforce))), linked, LIMITS)


def test_each_side_counts_for_itself_and_creates_count_for_none() -> None:
    both = [*updates(9), *updates(9, in_salesforce=False)]
    made = [Create(Entity.LEAD, NETSUITE, "customer", LEAD, {}, {}, "") for _ in range(500)]
    check_mass_change(Plan((*both, *made)), 20, LIMITS)


def test_leads_taken_out_of_use_count() -> None:
    with pytest.raises(BrakePulled):
        check_mass_change(Plan(tuple(Retire(netsuite("customer", n), {}, "") for n in range(10))), 20, LIMITS)


def test_other_accounts_pull_the_brake_and_a_first_run_does_not() -> None:
    check_identity(None, Pair("1", "a"))
    check_identity(Pair("1", "a"), Pair("1", "a"))
    for found in (Pair("2", "a"), Pair("1", "b")):
        with pytest.raises(BrakePulled, match="another"):
            check_identity(Pair("1", "a"), found)

"""A plan that is too big or meant for other accounts is refused."""

from __future__ import annotations

from collections import Counter

import pytest

from connector.core import brakes
from connector.core.brakes import Limits, Pulled, Refusals
from connector.core.flow import Action, Create, Delete, Pair, Plan, Retire, Update
from connector.core.schema import Entity, SystemName
from connector.errors import BrakePulled
from tests.unit.core.builders import LEAD, NETSUITE, netsuite, salesforce

LIMITS = Limits(mass_change_percent=30, mass_change_min=10)


def updates(count: int, *, in_salesforce: bool = True) -> list[Action]:
    pairs = [(salesforce("Lead", n), netsuite("customer", n)) for n in range(count)]
    if not in_salesforce:
        pairs = [(other, one) for one, other in pairs]
    return [Update(Entity.LEAD, one, other, {}, {}, {}, "") for one, other in pairs]


def deletes(count: int) -> Plan:
    return Plan(
        tuple(Delete(Entity.LEAD, salesforce("Lead", n), netsuite("customer", n), n, {}, "") for n in range(count))
    )


# --- mass change ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "linked"), [(9, 10), (10, 40), (30, 100), (0, 0), (500, 0)])
def test_a_days_work_passes(count: int, linked: int) -> None:
    assert brakes.mass_change(Plan(tuple(updates(count))), linked, LIMITS) is None


@pytest.mark.parametrize(("count", "linked"), [(10, 30), (31, 100)])
@pytest.mark.parametrize("in_salesforce", [True, False])
def test_more_than_a_days_work_pulls_the_brake(count: int, linked: int, in_salesforce: bool) -> None:
    pulled = brakes.mass_change(Plan(tuple(updates(count, in_salesforce=in_salesforce))), linked, LIMITS)
    assert pulled is not None
    assert ("Salesforce" if in_salesforce else "NetSuite") in pulled.what
    assert "--allow mass-change" in str(pulled)


def test_each_side_counts_for_itself_and_creates_count_for_none() -> None:
    both = [*updates(9), *updates(9, in_salesforce=False)]
    made = [Create(Entity.LEAD, NETSUITE, "customer", LEAD, {}, {}, "") for _ in range(500)]
    assert brakes.mass_change(Plan((*both, *made)), 20, LIMITS) is None


def test_leads_taken_out_of_use_count() -> None:
    retired = Plan(tuple(Retire(netsuite("customer", n), {}, "") for n in range(10)))
    assert brakes.mass_change(retired, 20, LIMITS) is not None


# --- deletes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "linked", "pulls"),
    [
        (10, 20, False),  # not more than ten
        (11, 110, False),  # not more than a tenth
        (11, 109, True),
        (20, 10_000, False),
        (501, 100_000, True),  # the cap
    ],
)
def test_deletes_are_braked_by_share_and_count_or_by_the_cap(count: int, linked: int, pulls: bool) -> None:
    there = {(SystemName.SALESFORCE, "Lead"): linked}
    assert (brakes.deletes(deletes(count), there, Limits()) is not None) is pulls


def test_a_netsuite_customer_may_be_a_lead_or_an_organization() -> None:
    linked = brakes.linked_types({"lead": 3, "organization": 4, "person": 5})
    assert linked[SystemName.NETSUITE, "customer"] == 7
    assert linked[SystemName.SALESFORCE, "Lead"] == 3


# --- sight, mapping, refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(("missing", "linked", "pulls"), [(19, 20, False), (20, 20, True), (30, 100, False)])
def test_what_no_day_explains_pulls_the_brake(missing: int, linked: int, pulls: bool) -> None:
    found = brakes.vanished(Pair(missing, 0), Pair(linked, linked), Limits())
    assert (found is not None) is pulls


def test_a_changed_mapping_may_rewrite_a_few_records() -> None:
    assert brakes.mapping_change(Plan(tuple(updates(10))), Limits()) is None
    assert brakes.mapping_change(Plan(tuple(updates(11))), Limits()) is not None


@pytest.mark.parametrize(
    ("sent", "refused", "pulls"),
    [(19, {"A": 19}, False), (20, {"A": 10}, False), (20, {"A": 11}, True), (40, {"A": 20, "B": 20}, False)],
)
def test_one_reason_for_most_refusals_is_no_matter_of_single_records(
    sent: int, refused: dict[str, int], pulls: bool
) -> None:
    place = (SystemName.SALESFORCE, "Lead")
    counted = Refusals(sent=Counter({place: sent}), refused=Counter({(*place, code): n for code, n in refused.items()}))
    assert (counted.pulled(Limits()) is not None) is pulls


# --- releasing -----------------------------------------------------------------------------------------------


def test_only_the_brake_that_is_named_is_released() -> None:
    one, other = Pulled("mass-change", "so many", "Look"), Pulled("vanished", "so few", "Look")
    assert brakes.released([one, None], {"mass-change"}) == (one,)
    with pytest.raises(BrakePulled, match="so few"):
        brakes.released([one, other], {"mass-change"})


def test_other_accounts_pull_the_brake_and_a_first_run_does_not() -> None:
    brakes.check_identity(None, Pair("1", "a"))
    brakes.check_identity(Pair("1", "a"), Pair("1", "a"))
    for found in (Pair("2", "a"), Pair("1", "b")):
        with pytest.raises(BrakePulled, match="another"):
            brakes.check_identity(Pair("1", "a"), found)

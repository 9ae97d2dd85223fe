"""What a delete on one side does on the other: nothing, or, where the configuration says `follow`, the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connector.core.brakes import Limits
from connector.core.flow import Unknown
from connector.core.schema import SystemName
from connector.runs.parts import RunSettings
from connector.runs.sync import sync
from tests.story.people import calm, linked_account, linked_lead, live, open_holds, writes
from tests.story.town import Town

FOLLOW = RunSettings(follow_deletes=True)


@pytest.fixture
def following(make_town: Callable[..., Town]) -> Town:
    return make_town(settings=FOLLOW)


def inactive(town: Town, customer: str) -> bool:
    return bool(town.row("netsuite", "customer", customer)["isinactive"] == "T")


def test_a_lead_deleted_in_salesforce_is_made_inactive_in_netsuite(following: Town) -> None:
    lead, customer = linked_lead(following)
    following.salesforce("delete", type="Lead", id=lead)
    report = following.sync()
    assert report.counts == {"netsuite.lead.deleted": 1}
    assert inactive(following, customer)
    assert open_holds(following) == []
    calm(following)


def test_a_lead_deleted_in_netsuite_goes_to_the_recycle_bin_of_salesforce(following: Town) -> None:
    lead, customer = linked_lead(following)
    following.netsuite("delete", type="customer", id=customer)
    assert following.sync().counts == {"salesforce.lead.deleted": 1}
    assert live(following, "Lead") == []
    assert following.row("salesforce", "Lead", lead)["IsDeleted"]
    calm(following)


def test_an_account_goes_only_when_nobody_goes_with_it(following: Town) -> None:
    account, customer = linked_account(following)
    person = following.new_salesforce("Contact", LastName="Ray", Email="r@ray.example", AccountId=account)
    following.netsuite("delete", type="customer", id=customer)
    following.sync()
    assert len(live(following, "Account")) == len(live(following, "Contact")) == 1
    assert "people or opportunities" in following.store.open_holds()[0].hold.reason
    following.salesforce("delete", type="Contact", id=person)
    following.sync()
    assert live(following, "Account") == []
    calm(following)


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_edit_beats_delete(following: Town, side: str) -> None:
    lead, customer = linked_lead(following)
    if side == "salesforce":
        following.salesforce("delete", type="Lead", id=lead)
        following.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    else:
        following.netsuite("delete", type="customer", id=customer)
        following.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    assert writes(following.sync()) == 0
    assert "edit beats delete" in following.store.open_holds()[0].hold.reason
    calm(following)
    if side == "salesforce":
        assert not inactive(following, customer)
    else:
        assert len(live(following, "Lead")) == 1


def test_what_is_only_not_shown_any_more_is_no_delete(following: Town) -> None:
    """A lead that vanishes without being listed as deleted, as when a right to see it is lost."""
    lead, customer = linked_lead(following)
    following.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    org = following.stand.salesforce.org
    org.store.remove(org.sobject("Lead"), lead)
    following.sync()
    assert not inactive(following, customer)
    assert "not visible" in following.store.open_holds()[0].hold.reason


def test_a_delete_on_both_sides_ends_the_link_without_a_word(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    assert open_holds(town) == [("deleted", None)]
    town.netsuite("delete", type="customer", id=customer)
    town.sync()
    assert open_holds(town) == []
    assert list(town.store.iter_links()) == []
    calm(town)


def test_a_delete_seen_while_it_was_held_is_followed_once_the_configuration_says_so(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    assert not inactive(town, customer)
    town.settings = FOLLOW
    town.reload()
    town.sync()
    assert inactive(town, customer)


class Silent:
    """A system whose answer to the first delete is lost; `applied`: whether the delete arrived."""

    def __init__(self, system: Any, applied: bool) -> None:
        self._system, self._applied, self._first = system, applied, True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def delete(self, refs: Any) -> Any:
        if not self._first:
            return self._system.delete(refs)
        self._first = False
        if self._applied:
            self._system.delete(refs)
        return [Unknown("no answer") for _ in refs]


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_a_delete_without_an_answer_is_looked_at_and_ends_all_the_same(
    following: Town, side: str, applied: bool
) -> None:
    lead, customer = linked_lead(following)
    if side == "netsuite":
        following.salesforce("delete", type="Lead", id=lead)
    else:
        following.netsuite("delete", type="customer", id=customer)
    systems = following.parts.systems
    lost = systems.replace(SystemName(side), Silent(systems.of(SystemName(side)), applied))
    following.wait(60)
    report = sync(replace(following.parts, systems=lost))
    assert report.incomplete
    following.sync()
    assert open_holds(following) == []
    assert list(following.store.iter_links()) == []
    if side == "netsuite":
        assert inactive(following, customer)
    else:
        assert live(following, "Lead") == []
    calm(following)


# --- the brake -----------------------------------------------------------------------------------------------


def many(town: Town, count: int) -> list[str]:
    leads = [
        town.new_salesforce("Lead", LastName=f"Akin{n}", Company=f"Aethna{n}", Email=f"a{n}@a{n}.example")
        for n in range(count)
    ]
    town.sync()
    return leads


def test_many_deletes_make_none_and_everything_else_proceeds(make_town: Callable[..., Town]) -> None:
    limits = Limits(deletes_min=2)
    town = make_town(settings=RunSettings(follow_deletes=True, limits=limits))
    leads = many(town, 6)
    for lead in leads[:3]:
        town.salesforce("delete", type="Lead", id=lead)
    town.salesforce("update", type="Lead", id=leads[5], fields={"Title": "CEO"})
    report = town.sync()
    assert report.counts == {"netsuite.lead.updated": 1}
    assert "--allow deletes" in report.brake
    assert all(row["isinactive"] == "F" for row in town.rows("netsuite", "customer"))
    assert town.sync().brake == report.brake, "it stays pulled until somebody decides"
    town.settings = RunSettings(follow_deletes=True, limits=limits, allow=frozenset({"deletes"}))
    town.reload()
    allowed = town.sync()
    assert allowed.counts["netsuite.lead.deleted"] == 3
    assert allowed.brake == ""
    assert "released by --allow deletes" in allowed.released[0]
    assert town.store.runs()[0].counts["brakes.deletes.released"] == 1
    town.settings = RunSettings(follow_deletes=True, limits=limits)
    town.reload()
    calm(town)

"""Records that go away: deleted, merged, undeleted, made inactive. Nothing is deleted or made again because of it."""

from __future__ import annotations

from typing import Any

import pytest

from connector.core.schema import Entity, SystemName
from tests.story.people import (
    active,
    calm,
    counterpart,
    lead_fields,
    linked_account,
    linked_lead,
    live,
    open_holds,
    told_alike,
    writes,
)
from tests.story.town import Town


def test_a_lead_deleted_in_salesforce_is_held_once_and_stays_in_netsuite(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    assert writes(town.sync()) == 0
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    calm(town)
    assert town.row("netsuite", "customer", customer)["isinactive"] == "F"
    assert live(town, "Lead") == []
    assert open_holds(town) == [("deleted", None)]


def test_a_lead_deleted_in_netsuite_is_held_once_and_stays_in_salesforce(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("delete", type="customer", id=customer)
    assert writes(town.sync()) == 0
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    calm(town)
    assert len(live(town, "Lead")) == 1
    assert town.rows("netsuite", "customer") == []
    assert open_holds(town) == [("deleted", None)]


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_a_deleted_organization_is_held_once_whoever_edits_the_other(town: Town, side: str) -> None:
    account, customer = linked_account(town)
    if side == "netsuite":
        town.netsuite("delete", type="customer", id=customer)
        town.sync()
        town.salesforce("update", type="Account", id=account, fields={"Phone": "555-0909"})
    else:
        town.salesforce("delete", type="Account", id=account)
        town.sync()
        town.netsuite("update", type="customer", id=customer, fields={"phone": "555-0909"})
    calm(town)
    assert len(town.rows("netsuite", "customer")) == (0 if side == "netsuite" else 1)
    assert len(live(town, "Account")) == (0 if side == "salesforce" else 1)
    assert open_holds(town) == [("deleted", None)]


def test_an_undeleted_lead_is_in_step_again(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    town.sync()
    town.salesforce("undelete", id=lead)
    told_alike(town)
    assert town.row("salesforce", "Lead", lead)["Title"] == "CEO"
    assert open_holds(town) == []
    assert len(town.rows("netsuite", "customer")) == 1


def test_losing_our_state_after_a_delete_makes_nothing_again(town: Town) -> None:
    lead, _ = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    town.forget()
    calm(town)
    assert live(town, "Lead") == []
    assert len(town.rows("netsuite", "customer")) == 1


# --- merges ----------------------------------------------------------------------------------------------


def two_leads(town: Town) -> tuple[tuple[str, str], tuple[str, str]]:
    return linked_lead(town, "Akin", "Aethna Inc"), linked_lead(town, "Akins", "Aethna")


def test_a_salesforce_merge_of_two_linked_leads_leaves_the_losers_customer_alone(town: Town) -> None:
    (winner, kept), (loser, other) = two_leads(town)
    town.salesforce("merge", type="Lead", id=winner, losers=[loser])
    town.sync()
    town.netsuite("update", type="customer", id=other, fields={"title": "CEO"})
    town.salesforce("update", type="Lead", id=winner, fields={"City": "Norfolk"})
    calm(town)
    assert len(live(town, "Lead")) == 1
    assert len(active(town, "customer")) == 2
    assert "Norfolk" in town.row("netsuite", "customer", kept)["defaultaddress"]
    assert open_holds(town) == [("deleted", None)]
    assert "merged" in town.store.open_holds()[0].hold.reason


@pytest.mark.parametrize("type_", ["Lead", "Account", "Contact"])
def test_a_salesforce_merge_moves_the_losers_link_to_a_winner_without_one(town: Town, type_: str) -> None:
    """The winner was made and the merge happened between two runs: the pair's NetSuite half stays one."""
    account = town.new_salesforce("Account", Name="Home", Type="Prospect")
    made: dict[str, dict[str, Any]] = {
        "Lead": lead_fields("Akin", "Aethna Inc"),
        "Account": {"Name": "Ray Ltd", "Type": "Prospect"},
        "Contact": {"LastName": "Ray", "Email": "ray@ray.example", "AccountId": account},
    }
    loser = town.new_salesforce(type_, **made[type_])
    town.sync()
    netsuite = counterpart(town, type_, loser)
    before = {kind: len(town.rows("netsuite", kind)) for kind in ("customer", "contact")}
    winner = town.new_salesforce(type_, **{**made[type_], "Phone": "555-0777"})
    town.salesforce("merge", type=type_, id=winner, losers=[loser])
    calm(town)
    kind = "contact" if type_ == "Contact" else "customer"
    assert {kind: len(town.rows("netsuite", kind)) for kind in ("customer", "contact")} == before
    assert counterpart(town, type_, winner) == netsuite
    assert town.row("netsuite", kind, netsuite)["phone"] == "555-0777"
    assert open_holds(town) == []
    told_alike(town)


def test_a_netsuite_merge_leaves_the_losers_account_alone(town: Town) -> None:
    account, customer = linked_account(town, "Ray Ltd")
    double, loser = linked_account(town, "Ray Limited Works")
    town.netsuite("merge", winner=customer, losers=[loser])
    town.sync()
    town.salesforce("update", type="Account", id=double, fields={"Phone": "555-0909"})
    town.salesforce("update", type="Account", id=account, fields={"Fax": "555-0808"})
    calm(town)
    assert len(live(town, "Account")) == 2
    assert town.row("netsuite", "customer", customer)["fax"] == "555-0808"
    assert len(town.rows("netsuite", "customer")) == 1
    assert open_holds(town) == [("deleted", None)]


# --- out of use ------------------------------------------------------------------------------------------


def test_a_netsuite_lead_made_inactive_is_not_made_again_and_comes_back_in_step(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("update", type="customer", id=customer, fields={"isInactive": True})
    calm(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    calm(town)
    assert len(live(town, "Lead")) == len(town.rows("netsuite", "customer")) == 1
    assert town.row("netsuite", "customer", customer)["title"] == "CEO"
    town.netsuite("update", type="customer", id=customer, fields={"isInactive": False})
    told_alike(town)


def test_an_inactive_netsuite_lead_is_not_brought_over(town: Town) -> None:
    town.new_netsuite("customer", isPerson=True, firstName="Old", lastName="Timer", isInactive=True)
    calm(town)
    assert live(town, "Lead") == []


def test_what_is_left_of_a_deleted_pair_is_told_by_what_it_says_now(town: Town) -> None:
    """Its old e-mail would make one who still has it a double in some runs, and no double in others."""
    account, _ = linked_account(town)
    fields = {"LastName": "Akin", "Email": "akin@aethna.example", "AccountId": account}
    contact = town.new_salesforce("Contact", **fields)
    town.sync()
    person = counterpart(town, "Contact", contact)
    town.salesforce("delete", type="Contact", id=contact)
    town.sync()
    town.netsuite("update", type="contact", id=person, fields={"email": "a.akin@aethna.example"})
    town.sync()
    carried = town.store.candidates(SystemName.NETSUITE, Entity.PERSON, ["mail:akin@aethna.example|akin"])
    assert carried == {}

"""Our own state is lost, or given up: everything is found again, nothing is written, doubled or deleted."""

from __future__ import annotations

from typing import Any

import pytest

from connector.core.flow import LinkUp, Pair, Plan, Ref
from connector.core.schema import Entity, SystemName
from connector.errors import StateError
from connector.runs.apply import apply
from connector.runs.parts import silent
from connector.runs.rebuild import RebuildReport, rebuild
from connector.runs.review import Selection
from connector.runs.work import Applied
from tests.story.answering import answer
from tests.story.people import (
    LEAD_STATUS,
    PROSPECT_STATUS,
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
from tests.story.test_acceptance_plan import a_day, snapshot
from tests.story.town import Town


def settled(town: Town) -> None:
    """A day with people, companies and conversions, carried across to the end."""
    a_day(town)
    calm(town)


def rebuilt(town: Town) -> RebuildReport:
    town.forget()
    town.wait(60)
    return rebuild(town.parts)


def links(town: Town) -> set[tuple[str, str, str]]:
    return {(str(link.entity), *map(str, link.refs_both())) for link in town.store.iter_links()}


def test_every_link_is_found_again_and_nothing_is_written(town: Town) -> None:
    settled(town)
    before, known = snapshot(town), links(town)
    report = rebuilt(town)
    assert snapshot(town) == before
    assert links(town) == known
    assert report.holds == ()
    assert dict(report.left) == {}
    assert sum(report.links.values()) == len(known)
    assert writes(town.sync()) == 0
    assert snapshot(town) == before
    told_alike(town)


def test_a_plain_sync_on_an_empty_state_writes_nothing_either(town: Town) -> None:
    settled(town)
    before, known = snapshot(town), links(town)
    town.forget()
    assert writes(town.sync()) == 0
    assert snapshot(town) == before
    assert links(town) == known


def test_what_differs_is_held_and_stays(town: Town) -> None:
    account, customer = linked_account(town, Phone="555-0100")
    town.salesforce("update", type="Account", id=account, fields={"Phone": "555-0111"})
    town.netsuite("update", type="customer", id=customer, fields={"phone": "555-0222"})
    before = snapshot(town)
    report = rebuilt(town)
    assert [(hold.kind, hold.field) for hold in report.holds] == [("conflict", "phone")]
    town.sync()
    assert snapshot(town) == before
    assert [one.hold.field for one in town.store.open_holds()] == ["phone"]


def test_what_a_sync_would_write_is_left_to_the_next_one(town: Town) -> None:
    settled(town)
    town.new_salesforce("Lead", **lead_fields("Late", "Late Inc"))
    before = snapshot(town)
    report = rebuilt(town)
    assert dict(report.left) == {"create": 1}
    assert snapshot(town) == before
    assert town.sync().counts["netsuite.lead.created"] == 1
    told_alike(town)


def test_a_pair_without_keys_is_found_by_likeness_and_keyed_by_the_next_sync(town: Town) -> None:
    fields = lead_fields("Akin", "Aethna Inc")
    lead = town.new_salesforce("Lead", **fields)
    person = {"isPerson": True, "firstName": "Ann", "lastName": "Akin", "companyName": "Aethna Inc"}
    more = {"email": fields["Email"], "phone": fields["Phone"], "entityStatus": {"id": "6"}}
    customer = town.new_netsuite("customer", **person, **more)
    report = rebuilt(town)
    assert dict(report.links) == {"lead": 1}
    assert town.row("salesforce", "Lead", lead)["NetSuite_Id__c"] is None
    town.sync()
    assert town.row("salesforce", "Lead", lead)["NetSuite_Id__c"] == f"ns-customer-{customer}"
    assert len(live(town, "Lead")) == len(town.rows("netsuite", "customer")) == 1
    told_alike(town)


def test_a_state_in_use_is_not_filled_again(town: Town) -> None:
    settled(town)
    with pytest.raises(StateError, match="in use"):
        rebuild(town.parts)


def test_a_lead_that_was_converted_while_nobody_remembered_is_converted_by_the_next_sync(town: Town) -> None:
    lead = town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"))
    town.sync()
    town.salesforce("convert", id=lead)
    before = snapshot(town)
    rebuilt(town)
    assert snapshot(town) == before
    told_alike(town)
    assert len(town.rows("netsuite", "contact")) == 1


def entered_anew(town: Town, side: str) -> tuple[str, str]:
    """A company that was deleted on `side` and entered there anew when nobody remembered it: the id of the one that was
    left, and that of the new one."""
    account, customer = linked_account(town)
    if side == "netsuite":
        town.netsuite("delete", type="customer", id=customer)
    else:
        town.salesforce("delete", type="Account", id=account)
    town.sync()
    town.forget()
    town.sync()
    if side == "netsuite":
        return account, town.new_netsuite("customer", companyName="Ray Ltd", entityStatus={"id": PROSPECT_STATUS})
    return customer, town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_a_company_that_looks_like_one_whose_counterpart_is_gone_is_not_made_beside_it(town: Town, side: str) -> None:
    left, new = entered_anew(town, side)
    calm(town)
    told = {one.hold.kind: one.hold for one in town.store.open_holds()}
    assert sorted(told) == ["ambiguous", "deleted"]
    assert (new in str(told["ambiguous"].refs), left in told["ambiguous"].reason) == (True, True)
    assert (len(active(town, "customer")), len(live(town, "Account"))) == (1, 1)


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_whoever_says_so_links_it_with_the_one_that_was_left(town: Town, side: str) -> None:
    left, new = entered_anew(town, side)
    town.sync()
    named = f"salesforce:Account:{left}" if side == "netsuite" else f"netsuite:customer:{left}"
    assert answer(town, "link", named, Selection(kind="ambiguous")).answered
    told_alike(town)
    account, customer = (left, new) if side == "netsuite" else (new, left)
    assert counterpart(town, "Account", account) == customer
    assert open_holds(town) == []
    assert (len(active(town, "customer")), len(live(town, "Account"))) == (1, 1)


def test_a_key_that_names_a_record_outweighs_that_ones_key_of_a_record_that_is_gone(town: Town) -> None:
    account, customer = linked_account(town)
    town.netsuite("delete", type="customer", id=customer)
    town.sync()
    town.forget()
    more = {"entityStatus": {"id": PROSPECT_STATUS}, "externalId": f"sf-{account}"}
    made = town.new_netsuite("customer", companyName="Ray and Daughters", **more)
    calm(town)
    assert [link.refs.netsuite.id for link in town.store.iter_links()] == [made]
    assert counterpart(town, "Account", account) == made
    assert (len(active(town, "customer")), len(live(town, "Account"))) == (1, 1)


@pytest.mark.parametrize("how", ["status", "stays"])
def test_a_contact_left_of_an_earlier_conversion_is_the_leads_where_netsuite_made_none(town: Town, how: str) -> None:
    """Two leads of one person, one after the other; nobody remembers the first."""
    first, _ = linked_lead(town)
    town.salesforce("convert", id=first)
    calm(town)
    ((deleted,), (left,)) = live(town, "Contact"), town.rows("netsuite", "contact")
    town.salesforce("delete", type="Contact", id=deleted["Id"])
    calm(town)
    _, customer = linked_lead(town)
    if how == "status":
        town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    else:
        town.netsuite("save_and_convert", lead=customer, variant=how)
    town.forget()
    calm(town, 4)
    (contact,) = live(town, "Contact")
    # Where Save & Convert has made a contact of its own, that one is the lead's; else the one that was left is.
    named = deleted["Id"] if how == "stays" else contact["Id"]
    assert town.row("netsuite", "contact", str(left["id"]))["externalid"] == f"sf-{named}"


def test_an_account_whose_prospect_was_made_a_lead_again_is_found_without_our_state(town: Town) -> None:
    """Our key says what it is to Salesforce, whatever its status says."""
    account, customer = linked_account(town)
    town.netsuite("set_status", id=customer, status=LEAD_STATUS)
    town.forget()
    calm(town)
    assert [(link.entity, link.refs.salesforce.id) for link in town.store.iter_links()] == [
        (Entity.ORGANIZATION, account)
    ]
    assert (len(live(town, "Lead")), len(live(town, "Account")), len(town.rows("netsuite", "customer"))) == (0, 1, 1)


def test_a_plan_that_links_a_record_twice_holds_the_second(town: Town) -> None:
    """No plan should; one that does must not stop the run, nor every run after it."""
    account, customer = linked_account(town)
    other, _ = linked_account(town, "Bell Inc")
    refs = Pair(Ref(SystemName.NETSUITE, "customer", customer), Ref(SystemName.SALESFORCE, "Account", other))
    nothing: Pair[Any] = Pair({}, {})
    link_up = LinkUp(Entity.ORGANIZATION, refs, nothing, Pair(False, False), "by mistake")
    applied = Applied()
    apply(town.parts, Plan((link_up,)), 1, silent, applied)
    assert [hold.kind for hold in applied.failures] == ["ambiguous"]
    assert "by mistake" in applied.failures[0].reason
    assert {link.refs.salesforce.id for link in town.store.iter_links()} == {account, other}

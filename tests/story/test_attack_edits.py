"""Awkward edits and awkward values: held, late, strange letters, other tools' keys, records cloned by people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connector.core.flow import Pair, Ref
from connector.core.schema import SystemName
from connector.runs.sync import sync
from connector.systems.salesforce.auth import ClientCredentials
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem
from tests.story.people import (
    active,
    calm,
    counterpart,
    customer_fields,
    lead_fields,
    linked_account,
    linked_lead,
    live,
    open_holds,
    told_alike,
    writes,
)
from tests.story.town import Town

# --- what is held is not forgotten -----------------------------------------------------------------------


def test_taking_back_one_half_of_a_conflict_lets_the_other_half_cross(town: Town) -> None:
    lead, customer = linked_lead(town, Title="Director")
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.netsuite("update", type="customer", id=customer, fields={"title": "Owner"})
    town.sync()
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "Director"})
    told_alike(town)
    assert town.row("salesforce", "Lead", lead)["Title"] == "Owner"
    assert open_holds(town) == []


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_a_held_conflict_survives_an_edit_of_another_field(town: Town, side: str) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.netsuite("update", type="customer", id=customer, fields={"title": "Owner"})
    town.sync()
    if side == "salesforce":
        town.salesforce("update", type="Lead", id=lead, fields={"City": "Norfolk"})
    else:
        town.netsuite("update", type="customer", id=customer, fields={"phone": "555-0909"})
    assert writes(town.sync()) == 1
    assert open_holds(town) == [("conflict", "job_title")]
    calm(town)
    assert open_holds(town) == [("conflict", "job_title")]


def test_a_value_that_cannot_cross_stays_held_when_the_other_side_is_edited(town: Town) -> None:
    lead, customer = linked_lead(town)
    source = town.netsuite("add_list_value", list="leadsource", name="Podcast")["id"]
    town.netsuite("update", type="customer", id=customer, fields={"leadSource": {"id": source}})
    town.sync()
    assert open_holds(town) == [("value", "source")]
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    calm(town)
    assert open_holds(town) == [("value", "source")]
    assert town.row("netsuite", "customer", customer)["leadsource"] == int(source)


# --- edits that look like none ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now"), [("Director", "director"), ("Director", "DIRECTOR"), ("Director", "Dir ector")]
)
def test_an_edit_of_case_or_inner_space_crosses(town: Town, was: str, now: str) -> None:
    lead, customer = linked_lead(town, Title="Director")
    town.salesforce("update", type="Lead", id=lead, fields={"Title": now})
    told_alike(town)
    assert town.row("netsuite", "customer", customer)["title"] == now
    back = now.swapcase()
    town.netsuite("update", type="customer", id=customer, fields={"title": back})
    told_alike(town)
    assert town.row("salesforce", "Lead", lead)["Title"] == back


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_an_edit_of_nothing_but_space_comes_to_rest(town: Town, side: str) -> None:
    lead, customer = linked_lead(town, Title="Director")
    if side == "salesforce":
        town.salesforce("update", type="Lead", id=lead, fields={"Title": "   "})
    else:
        town.netsuite("update", type="customer", id=customer, fields={"title": " Director  "})
    told_alike(town)


NAMES = ['O\'Brien "Bob"', "Ünïcødé Åß", "山田太郎", "😀 𝒜", "a\\b%_c", "Smith & Sons <x>", "-- DROP", "José\u0301"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_letters_cross_both_ways_unharmed(town: Town, name: str) -> None:
    town.new_salesforce("Lead", FirstName="Ann", LastName=name, Company=f"{name} Co", Email="a@a.example")
    town.new_netsuite("customer", **{**customer_fields("x", "y"), "lastName": name, "companyName": f"{name} Ltd"})
    town.sync()
    assert [row["lastname"] for row in active(town, "customer")] == [name, name]
    assert [row["LastName"] for row in live(town, "Lead")] == [name, name]
    told_alike(town)
    town.forget()
    calm(town)
    assert len(active(town, "customer")) == len(live(town, "Lead")) == 2


# --- our key and other people's --------------------------------------------------------------------------


def test_another_tools_value_in_the_key_field_is_left_alone(town: Town) -> None:
    """The pair stays one by our own memory and by likeness; the other tool keeps its value."""
    customer = town.new_netsuite("customer", **customer_fields("Akin", "Aethna Inc"), externalId="acme-77")
    lead = town.new_salesforce("Lead", **lead_fields("Ray", "Ray Ltd"), NetSuite_Id__c="erp-12")
    told_alike(town)
    assert town.row("netsuite", "customer", customer)["externalid"] == "acme-77"
    assert town.row("salesforce", "Lead", lead)["NetSuite_Id__c"] == "erp-12"
    town.forget()
    told_alike(town)
    assert len(live(town, "Lead")) == len(active(town, "customer")) == 2
    assert town.row("netsuite", "customer", customer)["externalid"] == "acme-77"


def test_a_clone_made_in_netsuite_is_a_lead_of_its_own(town: Town) -> None:
    """Somebody copied the lead, our key with it where the account lets them; the clone may not take over the pair."""
    lead, customer = linked_lead(town)
    clone = town.new_netsuite("customer", **{**customer_fields("Akin", "Aethna Inc"), "firstName": "Anna"})
    town.sync()
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    calm(town)
    assert town.row("salesforce", "Lead", lead)["Title"] == "CEO"
    assert counterpart(town, "Lead", lead) == customer
    assert len(live(town, "Lead")) == 2
    assert town.row("netsuite", "customer", clone)["title"] is None


# --- between read and write ------------------------------------------------------------------------------


class Interrupting:
    """A System whose user edits a record at the last moment before our first update reads it again."""

    def __init__(self, system: Any, edit: Callable[[], None]) -> None:
        self._system, self._edit, self._reads = system, edit, 0
        self.name = system.name

    def read(self, *words: Any) -> Any:
        self._reads += 1
        if self._reads == 1:
            self._edit()
        return self._system.read(*words)

    def __getattr__(self, method: str) -> Any:
        return getattr(self._system, method)


@pytest.mark.parametrize("field", ["same", "other"])
def test_an_edit_between_our_read_and_our_write_is_not_overwritten(town: Town, field: str) -> None:
    lead, customer = linked_lead(town, Title="Director")
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    edit = {"title": "Owner"} if field == "same" else {"mobilePhone": "555-0303"}
    systems = town.parts.systems

    def interrupt() -> None:
        town.stand.netsuite_front.act({"do": "update", "type": "customer", "id": customer, "fields": edit})

    hasty = Interrupting(systems.netsuite, interrupt)
    town.wait(60)
    sync(replace(town.parts, systems=Pair(hasty, systems.salesforce)))  # type: ignore[arg-type]
    calm(town)
    if field == "same":
        assert town.row("netsuite", "customer", customer)["title"] == "Owner"
        assert town.row("salesforce", "Lead", lead)["Title"] == "CEO"
        assert open_holds(town) == [("conflict", "job_title")]
    else:
        assert town.row("netsuite", "customer", customer)["title"] == "CEO"
        assert town.row("salesforce", "Lead", lead)["MobilePhone"] == "555-0303"


# --- parents ---------------------------------------------------------------------------------------------


def test_a_contact_without_an_account_waits_or_crosses_and_follows_its_account_later(town: Town) -> None:
    contact = town.new_salesforce("Contact", LastName="Ray", FirstName="Bob", Email="bob@ray.example")
    calm(town)
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    town.salesforce("update", type="Contact", id=contact, fields={"AccountId": account})
    told_alike(town)
    (prospect,) = active(town, "customer")
    (person,) = active(town, "contact")
    assert (person["lastname"], person["company"]) == ("Ray", prospect["id"])
    assert open_holds(town) == []


def test_a_contact_moved_to_another_account_moves_in_netsuite(town: Town) -> None:
    first, _ = linked_account(town, "Ray Ltd")
    second, target = linked_account(town, "Moss Ltd")
    contact = town.new_salesforce("Contact", LastName="Ray", Email="bob@ray.example", AccountId=first)
    town.sync()
    town.salesforce("update", type="Contact", id=contact, fields={"AccountId": second})
    told_alike(town)
    (person,) = active(town, "contact")
    assert str(person["company"]) == target


def test_an_account_linked_later_releases_what_waited_for_it(town: Town) -> None:
    """Two accounts of one name: their people wait or stand in; once one is renamed all is told."""
    linked_account(town, "Ray Ltd")
    double = town.new_salesforce("Account", Name="Ray, Ltd.", Type="Prospect")
    town.new_salesforce("Contact", LastName="Ray", Email="bob@ray.example", AccountId=double)
    town.new_salesforce("Opportunity", Name="Pumps", AccountId=double, StageName="Prospecting", CloseDate="2026-05-01")
    calm(town)
    assert len(active(town, "customer")) == 1
    assert len(town.rows("netsuite", "opportunity")) == 1
    town.salesforce("update", type="Account", id=double, fields={"Name": "Moss Ltd"})
    calm(town)
    assert sorted(row["companyname"] for row in active(town, "customer")) == ["Moss Ltd", "Ray Ltd"]
    homes = {row["lastname"]: row["company"] for row in active(town, "contact")}
    assert homes["Ray"] == int(counterpart(town, "Account", double))
    told_alike(town)


# --- many of one -----------------------------------------------------------------------------------------


def test_the_same_person_twice_in_one_batch_is_neither_linked_crosswise_nor_doubled(town: Town) -> None:
    for _ in range(2):
        town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"))
    town.new_netsuite("customer", **customer_fields("Akin", "Aethna Inc"))
    calm(town)
    assert len(live(town, "Lead")) == 2
    assert len(active(town, "customer")) == 1
    assert {kind for kind, _ in open_holds(town)} == {"ambiguous"}


def test_two_leads_alike_on_one_side_only_become_two_on_the_other(town: Town) -> None:
    for _ in range(2):
        town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"))
    told_alike(town)
    assert len(active(town, "customer")) == 2


def test_what_waits_for_a_company_that_nobody_can_tell_crosses_once_it_can_be_told(town: Town) -> None:
    """Three companies of one name: none stands in, the contact waits without being forgotten."""
    linked_account(town, "Ray Ltd")
    linked_account(town, "Moss Ltd")
    (moss,) = [row["Id"] for row in live(town, "Account") if row["Name"] == "Moss Ltd"]
    town.salesforce("update", type="Account", id=moss, fields={"Name": "Ray Inc"})
    calm(town)
    double = town.new_salesforce("Account", Name="Ray Corp", Type="Prospect")
    town.new_salesforce("Contact", LastName="Ray", Email="bob@ray.example", AccountId=double)
    calm(town)
    assert active(town, "contact") == []
    assert open_holds(town) == [("ambiguous", None), ("missing_parent", None)]
    town.salesforce("update", type="Account", id=double, fields={"Name": "Akin Corp"})
    told_alike(town)
    (person,) = active(town, "contact")
    assert str(person["company"]) == counterpart(town, "Account", double)
    assert open_holds(town) == []


def test_an_edit_beside_a_company_that_nobody_can_tell_crosses_without_it(town: Town) -> None:
    """A contact moves to a company that is held: only the move waits, whatever else was typed crosses."""
    for _ in range(2):
        town.new_netsuite("customer", isPerson=False, companyName="Twin", entityStatus={"id": "8"})
    account, customer = linked_account(town, "Ray Ltd")
    contact = town.new_salesforce("Contact", LastName="Ray", Email="bob@ray.example", AccountId=account)
    town.sync()
    person = counterpart(town, "Contact", contact)
    twin = town.new_salesforce("Account", Name="Twin", Type="Prospect")
    town.salesforce("update", type="Contact", id=contact, fields={"AccountId": twin, "Title": "CEO"})
    assert town.sync().counts["netsuite.person.updated"] == 1
    row = town.row("netsuite", "contact", person)
    assert (row["title"], str(row["company"])) == ("CEO", customer)
    assert open_holds(town) == [("ambiguous", None), ("missing_parent", "organization")]
    ours = town.store.written([Ref(SystemName.NETSUITE, "contact", person)], town.clock.now() - timedelta(hours=1))
    assert [one.field for one in ours] == ["job_title"], "the move does not count as written"
    calm(town)
    town.salesforce("update", type="Account", id=twin, fields={"Name": "Akin Corp"})
    told_alike(town)
    assert str(town.row("netsuite", "contact", person)["company"]) == counterpart(town, "Account", twin)
    assert open_holds(town) == []


def test_a_name_that_is_too_long_is_told_as_that(town: Town) -> None:
    """NetSuite demands a contact's last name and holds 32 characters of it; Salesforce holds 80."""
    account, _ = linked_account(town, "Ray Ltd")
    town.new_salesforce("Contact", LastName="R" * 40, Email="bob@ray.example", AccountId=account)
    town.sync()
    (one,) = town.store.open_holds()
    assert (one.hold.kind, one.hold.field) == ("value", None)
    assert one.hold.reason == "last_name: 40 characters, lastName holds 32 in NetSuite"


def test_an_org_without_our_key_field_syncs_converts_and_survives_the_loss_of_our_state(town: Town) -> None:
    """NetSuite's half of the keys is enough to find every pair again."""

    def without_key_field() -> None:
        login = town.stand.salesforce_login
        settings = SalesforceSettings(
            ClientCredentials(login.consumer_key, login.client_secret), domain="sandbox", key_field="Nothing__c"
        )
        system = SalesforceSystem(settings, town.salesforce_session)
        town.parts = replace(town.parts, systems=Pair(town.parts.systems.netsuite, system))  # type: ignore[arg-type]

    without_key_field()
    town.new_netsuite("customer", **customer_fields("Ray", "Ray Ltd"))
    lead = town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"))
    told_alike(town)
    assert {row["NetSuite_Id__c"] for row in live(town, "Lead")} == {None}
    town.salesforce("convert", id=lead)
    told_alike(town)
    town.forget()
    without_key_field()
    calm(town)
    assert len(live(town, "Lead")) == 2
    assert len(active(town, "customer")) == 2
    assert len(live(town, "Contact")) == len(active(town, "contact")) == 1

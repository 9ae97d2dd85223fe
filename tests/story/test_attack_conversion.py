"""Conversions at awkward moments: edited, deleted, merged, undone or interrupted on the way."""

from __future__ import annotations

import pytest

from connector.core.conversion import TWICE_CONVERTED
from connector.core.flow import Choice
from tests.story.answering import answer
from tests.story.people import (
    CUSTOMER_STATUS,
    PROSPECT_STATUS,
    active,
    calm,
    counterpart,
    customer_fields,
    lead_fields,
    linked_lead,
    live,
    open_holds,
    told_alike,
    writes,
)
from tests.story.town import Town


def test_an_edit_in_netsuite_while_salesforce_converts_is_carried_over_or_held(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO", "mobilePhone": "555-0303"})
    town.salesforce("convert", id=lead)
    calm(town)
    (contact,) = live(town, "Contact")
    carried = (contact["Title"], contact["MobilePhone"]) == ("CEO", "555-0303")
    held = {field for kind, field in open_holds(town) if kind == "conflict"} >= {"job_title", "mobile_phone"}
    assert carried or held, (contact["Title"], open_holds(town))


def test_an_edit_of_the_company_lead_in_netsuite_while_salesforce_converts_is_carried_over(town: Town) -> None:
    customer = town.new_netsuite("customer", isPerson=False, companyName="Paper Mill", entityStatus={"id": "6"})
    town.sync()
    (lead,) = live(town, "Lead")
    town.netsuite("update", type="customer", id=customer, fields={"phone": "555-0303"})
    town.salesforce("convert", id=lead["Id"])
    told_alike(town)
    (account,) = live(town, "Account")
    assert account["Phone"] == "555-0303" or open_holds(town)


def test_converted_in_salesforce_deleted_in_netsuite(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("delete", type="customer", id=customer)
    town.salesforce("convert", id=lead)
    told_alike(town)
    assert len(live(town, "Account")) == len(active(town, "customer")) == 1
    assert len(live(town, "Contact")) == len(active(town, "contact")) == 1


def test_converted_in_netsuite_deleted_in_salesforce(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    calm(town)
    assert live(town, "Lead") == []
    assert ("deleted", None) in open_holds(town)
    assert len(active(town, "customer")) == 1


def test_the_account_of_a_fresh_conversion_is_deleted_before_we_look(town: Town) -> None:
    lead, customer = linked_lead(town)
    became = town.salesforce("convert", id=lead, opportunity=False)
    town.salesforce("delete", type="Account", id=became["account"])
    calm(town)
    assert town.row("netsuite", "customer", customer)["isinactive"] == "F"
    assert len(active(town, "customer")) == 1


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_conversion_of_a_lead_that_waits_with_a_conflict(town: Town, side: str) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.netsuite("update", type="customer", id=customer, fields={"title": "Owner"})
    town.sync()
    if side == "salesforce":
        town.salesforce("convert", id=lead)
    else:
        town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    calm(town)
    assert len(live(town, "Account")) == 1
    assert len(active(town, "customer")) == 1
    assert [row["IsConverted"] for row in live(town, "Lead")] == [True]
    held = {value for one in town.store.open_holds() for _, value in one.hold.values}
    assert "Owner" in held | {one.value for one in town.store.overruled()}


def queue_town_lead(town: Town) -> tuple[str, str]:
    lead, customer = linked_lead(town)
    (queue,) = [row["Id"] for row in town.rows("salesforce", "Group") if row["Type"] == "Queue"][:1]
    town.salesforce("update", type="Lead", id=lead, fields={"OwnerId": queue})
    town.sync()
    return lead, customer


def test_a_queue_owned_lead_converted_because_of_netsuite_is_held_with_the_reason(town: Town) -> None:
    lead, customer = queue_town_lead(town)
    town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    report = town.sync()
    assert any(hold.kind == "refused" for hold in report.holds), report.holds
    calm(town)
    assert [row["IsConverted"] for row in live(town, "Lead")] == [False]
    assert open_holds(town)
    user = next(row["Id"] for row in town.rows("salesforce", "User") if row["IsActive"])
    town.salesforce("update", type="Lead", id=lead, fields={"OwnerId": user})
    told_alike(town)
    assert [row["IsConverted"] for row in live(town, "Lead")] == [True]


def test_120_leads_converted_in_one_run(town: Town) -> None:
    """More than one convertLead call takes; 20 come from the other side meanwhile."""
    ours = [town.new_salesforce("Lead", **lead_fields(f"S{n}", f"Sales{n} Inc")) for n in range(20)]
    theirs = [town.new_netsuite("customer", **customer_fields(f"N{n}", f"Net{n} Inc")) for n in range(120)]
    town.sync()
    for lead in ours:
        town.salesforce("convert", id=lead, opportunity=False)
    for customer in theirs:
        town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    calm(town, 2)
    assert all(row["IsConverted"] for row in live(town, "Lead"))
    assert len(live(town, "Account")) == len(active(town, "customer")) == 140
    assert len(live(town, "Contact")) == len(active(town, "contact")) == 140
    accounts = {row["Id"]: row["Name"] for row in live(town, "Account")}
    companies = {row["id"]: row["companyname"] for row in active(town, "customer")}
    assert {row["LastName"]: accounts[row["AccountId"]] for row in live(town, "Contact")} == {
        row["lastname"]: companies[row["company"]] for row in active(town, "contact")
    }


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_state_lost_in_the_middle_of_a_conversion(town: Town, side: str) -> None:
    """One side converted, and the connector forgets everything before it looks: no double company, no lead lost."""
    lead, customer = linked_lead(town)
    if side == "salesforce":
        town.salesforce("convert", id=lead, opportunity=False)
    else:
        town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    town.forget()
    calm(town)
    assert len(live(town, "Account")) == 1, [row["Name"] for row in live(town, "Account")]
    assert len(active(town, "customer")) == 1, [(row["id"], row["searchstage"]) for row in active(town, "customer")]
    assert town.verify().lead_and_customer == 0


def test_state_lost_before_the_account_of_a_converted_lead_is_linked(town: Town) -> None:
    """NetSuite made a prospect and a contact of a lead, and somebody made the account in Salesforce by hand: nobody who
    has forgotten everything takes that account for a new company."""
    _, customer = linked_lead(town)
    town.netsuite("save_and_convert", lead=customer, variant="stays")
    town.new_salesforce("Account", Name="Aethna Inc", Type="Prospect")
    town.forget()
    calm(town)
    assert [row["id"] for row in active(town, "customer")] == [int(customer)]
    assert len(live(town, "Account")) == len(live(town, "Contact")) == len(active(town, "contact")) == 1
    assert [row["IsConverted"] for row in live(town, "Lead")] == [True]
    assert open_holds(town) == []


def test_both_convert_a_lead_and_one_renames_it_before_a_state_that_knows_it_not_looks(town: Town) -> None:
    """Nothing but our key on NetSuite's contact still tells that it is Salesforce's."""
    lead, customer = linked_lead(town)
    became = town.salesforce("convert", id=lead, opportunity=False)
    town.netsuite("save_and_convert", lead=customer, variant="becomes_contact")
    renamed = {"lastName": "Married", "email": "married@mail.example"}
    town.netsuite("update", type="contact", id=customer, fields=renamed)
    town.forget()
    calm(town)
    assert [row["Id"] for row in live(town, "Contact")] == [became["contact"]]
    assert [str(row["id"]) for row in active(town, "contact")] == [customer]
    assert live(town, "Contact")[0]["NetSuite_Id__c"] == f"ns-contact-{customer}"


@pytest.mark.parametrize("variant", ["becomes_contact", "disappears", "merged"])
def test_a_second_contact_of_a_converted_lead_is_held_when_our_state_is_lost(town: Town, variant: str) -> None:
    """We had made NetSuite's contact of a Salesforce conversion, and forget it; NetSuite converts the lead too. Two of
    one name without an e-mail: our key on the second tells it, or that it is in what looks like the same company, or
    our key on the lead, which tells that NetSuite had it too."""
    fields = {key: value for key, value in lead_fields("Akin", "Aethna Inc").items() if key != "Email"}
    lead = town.new_salesforce("Lead", **fields)
    town.sync()
    customer = town.row("salesforce", "Lead", lead)["NetSuite_Id__c"].removeprefix("ns-customer-")
    became = town.salesforce("convert", id=lead, opportunity=False)
    prospect = town.new_netsuite(
        "customer",
        isPerson=False,
        companyName="Aethna Inc",
        entityStatus={"id": PROSPECT_STATUS},
        externalId=f"sf-{became['account']}",
    )
    names = {"firstName": fields["FirstName"], "lastName": "Akin"}
    ours = town.new_netsuite("contact", **names, company={"id": prospect}, externalId=f"sf-{became['contact']}")
    merged = variant == "merged"
    made = town.netsuite("save_and_convert", lead=customer, variant="disappears" if merged else variant)
    if merged:
        town.netsuite("merge", type="customer", winner=prospect, losers=[made["prospect"]])
    town.forget()
    calm(town)
    (contact,) = live(town, "Contact")
    assert contact["NetSuite_Id__c"] == f"ns-contact-{ours}"
    assert open_holds(town) == [("ambiguous", None)] * (1 if merged else 2)  # the company is a double too


def test_a_conversion_into_a_held_double_brings_its_opportunity_to_the_one_prospect(town: Town) -> None:
    town.new_salesforce("Account", Name="Aethna Inc", Type="Prospect")
    lead, _ = linked_lead(town, "Akin", "Aethna, Inc.")
    town.salesforce("convert", id=lead, opportunity="Pumps")
    calm(town)
    (prospect,) = active(town, "customer")
    assert [row["entity"] for row in town.rows("netsuite", "opportunity")] == [prospect["id"]]


def test_an_unmerged_pair_of_conversions_of_one_company(town: Town) -> None:
    """Two leads of one company, converted on either side between two runs: one organization."""
    first, _ = linked_lead(town, "Akin", "Aethna Inc")
    _, customer = linked_lead(town, "Moss", "Aethna Inc")
    became = town.salesforce("convert", id=first, opportunity=False)
    town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    calm(town)
    assert [row["Id"] for row in live(town, "Account")] == [became["account"]]
    assert len(active(town, "customer")) == 1
    assert len(live(town, "Contact")) == len(active(town, "contact")) == 2


def test_a_customer_at_once(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("set_status", id=customer, status=CUSTOMER_STATUS)
    told_alike(town)
    (account,) = live(town, "Account")
    assert account["Type"] == "Customer - Direct"
    assert counterpart(town, "Account", account["Id"]) == customer
    assert town.row("salesforce", "Lead", lead)["IsConverted"] is True


def converted_into_an_aide(town: Town) -> str:
    """A contact into which Salesforce converted a lead while its title was edited in NetSuite."""
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    contact = town.new_salesforce("Contact", LastName="Ray", Title="Aide", Email="x@ray.example", AccountId=account)
    lead, customer = linked_lead(town, "Ray", "Ray Ltd")
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    town.salesforce("convert", id=lead, account=account, contact=contact)
    calm(town)
    return contact


def test_an_edit_in_netsuite_while_salesforce_converts_into_a_linked_contact_is_held(town: Town) -> None:
    converted_into_an_aide(town)
    assert ("conflict", "job_title") in open_holds(town)


def test_an_edit_of_a_lead_fills_an_empty_field_of_the_linked_contact_it_is_converted_into(town: Town) -> None:
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    contact = town.new_salesforce("Contact", LastName="Ray", Email="x@ray.example", AccountId=account)
    lead, customer = linked_lead(town, "Ray", "Ray Ltd")
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    town.salesforce("convert", id=lead, account=account, contact=contact)
    calm(town)
    assert town.row("salesforce", "Contact", contact)["Title"] == "CEO"
    assert open_holds(town) == []


def test_leads_that_became_one_contact_in_salesforce_and_two_in_netsuite(town: Town) -> None:
    """The first of the two is linked with that contact, the other is its double."""
    leads = [linked_lead(town, name, "Ray Ltd") for name in ("Ray", "Raye")]
    made = town.salesforce("convert", id=leads[0][0])
    town.salesforce("convert", id=leads[1][0], account=made["account"], contact=made["contact"])
    for _, customer in leads:
        town.netsuite("save_and_convert", lead=customer, variant="becomes_contact")
    calm(town)
    assert [row["Id"] for row in live(town, "Contact")] == [made["contact"]]
    assert counterpart(town, "Contact", made["contact"]) == leads[0][1]
    held = [one.hold.refs for one in town.store.open_holds() if one.hold.code == TWICE_CONVERTED]
    assert [str(refs.netsuite) for refs in held] == [f"netsuite:contact:{leads[1][1]}"]


def test_what_was_emptied_on_a_contact_stays_empty_when_a_lead_is_converted_into_it(town: Town) -> None:
    """Salesforce fills what is empty there from the lead."""
    fields = {key: value for key, value in lead_fields("Ray", "Ray Ltd").items() if key != "Company"}
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    contact = town.new_salesforce("Contact", **fields, Title="Clerk", AccountId=account)
    lead, customer = linked_lead(town, "Ray", "Ray Ltd", Title="Clerk")
    into = {"prospect": counterpart(town, "Account", account), "contact": counterpart(town, "Contact", contact)}
    town.salesforce("update", type="Contact", id=contact, fields={"Title": None})
    town.sync()
    town.netsuite("save_and_convert", lead=customer, **into, contact_choice="keep", variant="disappears")
    calm(town)
    assert town.row("salesforce", "Lead", lead)["ConvertedContactId"] == contact
    assert town.row("salesforce", "Contact", contact)["Title"] is None
    assert town.row("netsuite", "contact", into["contact"])["title"] is None


def test_what_was_emptied_stays_empty_when_a_double_of_its_company_is_converted_into_it(town: Town) -> None:
    """NetSuite makes the lead a customer of its own beside the linked one, which stands in for it."""
    fields = {key: value for key, value in lead_fields("Ray", "Ray Ltd").items() if key != "Company"}
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect", Description="met at fair")
    contact = town.new_salesforce("Contact", **fields, Title="Clerk", AccountId=account)
    lead, customer = linked_lead(town, "Ray", "Ray Ltd", Title="Clerk")
    other = counterpart(town, "Account", account)
    town.netsuite("set_status", id=customer, status=CUSTOMER_STATUS)
    town.salesforce("update", type="Contact", id=contact, fields={"Title": None, "Email": None})
    town.salesforce("update", type="Account", id=account, fields={"Description": None})
    calm(town)
    assert town.row("salesforce", "Lead", lead)["ConvertedContactId"] == contact
    row, person = town.row("salesforce", "Contact", contact), active(town, "contact")[0]
    assert (row["Title"], row["Email"], person["title"], person["email"]) == (None, None, None, None)
    assert town.row("salesforce", "Account", account)["Description"] is None
    assert town.row("netsuite", "customer", other)["comments"] is None


def test_a_held_edit_of_a_converted_lead_stands_until_somebody_decides(town: Town) -> None:
    contact = converted_into_an_aide(town)
    town.salesforce("update", type="Contact", id=contact, fields={"Phone": "555-0404"})
    calm(town)
    assert ("conflict", "job_title") in open_holds(town)
    town.salesforce("update", type="Contact", id=contact, fields={"Title": "Chair"})
    calm(town)
    assert ("conflict", "job_title") not in open_holds(town)
    assert [(one.field, one.value, one.value_written) for one in town.store.overruled()] == [
        ("job_title", "CEO", "Chair")
    ]


@pytest.mark.parametrize(("choice", "stays", "lost"), [("netsuite", "CEO", "Aide"), ("salesforce", "Aide", "CEO")])
def test_a_held_edit_of_a_converted_lead_is_answered(town: Town, choice: Choice, stays: str, lost: str) -> None:
    contact = converted_into_an_aide(town)
    answer(town, choice)
    calm(town)
    assert open_holds(town) == []
    assert town.row("salesforce", "Contact", contact)["Title"] == stays
    assert lost in {one.value for one in town.store.overruled()}


def test_leads_with_different_edits_become_one_contact_in_salesforce(town: Town) -> None:
    """One edit is carried into the contact, another is held beside it, and the third waits until that is decided."""
    leads = [linked_lead(town, name, "Ray Ltd") for name in ("Ray", "Raye", "Reye")]
    for (_, customer), title in zip(leads, ("CEO", "CFO", "CTO"), strict=True):
        town.netsuite("update", type="customer", id=customer, fields={"title": title})
    made = town.salesforce("convert", id=leads[0][0])
    for lead, _ in leads[1:]:
        town.salesforce("convert", id=lead, account=made["account"], contact=made["contact"])

    calm(town)
    assert _titles(town, made["contact"]) == ("CEO", ["CFO"])
    assert open_holds(town) == [("conflict", "job_title"), ("stage", None)]
    assert [_in_use(town, customer) for _, customer in leads] == [False, False, True]

    town.salesforce("update", type="Contact", id=made["contact"], fields={"Title": "Chair"})
    calm(town)
    assert _titles(town, made["contact"]) == ("Chair", ["CTO"])
    assert open_holds(town) == [("conflict", "job_title")]
    assert not any(_in_use(town, customer) for _, customer in leads)


def _in_use(town: Town, customer: str) -> bool:
    return bool(town.row("netsuite", "customer", customer)["isinactive"] == "F")


def _titles(town: Town, contact: str) -> tuple[str, list[str]]:
    """What the contact holds, and what is held beside it from NetSuite."""
    conflicts = [one.hold.values.netsuite for one in town.parts.store.open_holds() if one.hold.kind == "conflict"]
    return town.row("salesforce", "Contact", contact)["Title"], conflicts


def test_a_converted_lead_that_netsuite_keeps_locked_is_tried_once_and_rests(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("lock", type="customer", id=customer, locked=True)
    town.salesforce("convert", id=lead)
    report = town.sync()
    assert report.passes == 1, "there is nothing to look at again"
    assert open_holds(town) == [("refused", None)]
    assert writes(town.sync()) == 0
    town.netsuite("lock", type="customer", id=customer, locked=False)
    town.wait(2 * 3600)
    told_alike(town)
    assert town.row("netsuite", "customer", customer)["isinactive"] == "T"


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_a_lead_that_lands_when_the_one_before_it_has_moved_on_is_a_double(town: Town, side: str) -> None:
    """A create whose answer was lost may land late, and find its key free: the first to land was given another."""
    lead, customer = linked_lead(town)
    if side == "netsuite":
        town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    else:
        town.salesforce("convert", id=lead)
    calm(town)
    if side == "salesforce":
        town.netsuite("update", type="customer", id=customer, fields={"externalId": None})
    late = town.new_netsuite("customer", **customer_fields("Akin", "Aethna Inc"), externalId=f"sf-{lead}")
    calm(town)
    assert len(town.rows("salesforce", "Lead")) == 1
    (hold,) = [one.hold for one in town.store.open_holds() if one.hold.kind == "ambiguous"]
    assert (str(hold.refs.netsuite), "converted already" in hold.reason) == (f"netsuite:customer:{late}", True)

"""Leads that move on while something else happens: on both sides at once, edited, merged, or one of several."""

from __future__ import annotations

import pytest

from tests.story.people import (
    PROSPECT_STATUS,
    active,
    calm,
    customer_fields,
    lead_fields,
    linked_account,
    linked_lead,
    live,
    open_holds,
)
from tests.story.town import Town

VARIANTS = ("stays", "becomes_contact", "disappears")
PLACES = ("both make one", "into another in Salesforce", "into a new one in Salesforce", "into another in NetSuite")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mail", [True, False])
def test_a_lead_that_both_systems_convert_is_one_person(town: Town, variant: str, place: str, mail: bool) -> None:
    """People pick companies of any name to convert into: where the two have picked different ones, the person is one
    all the same, and a conflict about its company."""
    account, other = linked_account(town, "Other Inc")
    lead, customer = linked_lead(town, **({} if mail else {"Email": None}))
    into = {"prospect": other} if place.endswith("NetSuite") else {}
    made = town.netsuite("save_and_convert", lead=customer, variant=variant, **into)
    new = place.startswith("into a new one")
    picked = town.new_salesforce("Account", Name="Third Inc", Type="Prospect") if new else account
    chosen = {"account": picked} if place.endswith("Salesforce") else {}
    became = town.salesforce("convert", id=lead, opportunity=False, **chosen)
    calm(town)
    (contact,), (person,) = live(town, "Contact"), active(town, "contact")
    assert (contact["Id"], str(person["id"])) == (became["contact"], made["contact"])
    assert contact["NetSuite_Id__c"] == f"ns-contact-{person['id']}"
    # A lead's own record that has become the company is linked with the account: their names differ instead.
    companies = {(), ("organization",), ("name",)}
    assert tuple(field for kind, field in open_holds(town) if kind == "conflict") in companies
    assert bool(open_holds(town)) == (place != "both make one")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("mail", [True, False])
@pytest.mark.parametrize("deletes", [True, False])
def test_of_two_leads_of_one_person_netsuite_converts_one_and_salesforce_both(
    town: Town, variant: str, mail: bool, deletes: bool
) -> None:
    """NetSuite's contact looks like both leads, of which it deletes the other one perhaps, and can be linked with one
    of Salesforce's contacts at most."""
    unlike = {} if mail else {"Email": None}
    (first, one), (second, other) = (linked_lead(town, **unlike) for _ in range(2))
    town.wait(3600)
    town.sync()
    made = town.netsuite("save_and_convert", lead=one, variant=variant)
    if deletes:
        town.netsuite("delete", type="customer", id=other)
    for lead in (first, second):
        town.salesforce("convert", id=lead, opportunity=False)
    calm(town)
    assert made["contact"] in [str(row["id"]) for row in active(town, "contact")]
    linked = [row["NetSuite_Id__c"] for row in live(town, "Contact")].count(f"ns-contact-{made['contact']}")
    assert linked == 1 or ("ambiguous", None) in open_holds(town)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("locked", [True, False])
def test_an_e_mail_that_is_edited_right_before_the_conversion(
    town: Town, variant: str, known: bool, locked: bool
) -> None:
    """The contact has the new e-mail, which the Salesforce lead cannot take for a while if somebody works on it, and
    the company may be known already: it is the lead's person all the same."""
    if known:
        linked_account(town, "Aethna Inc")
    lead, customer = linked_lead(town)
    town.wait(3600)
    town.sync()
    if locked:
        fields = {"Title": "CEO"}
        town.salesforce("late_commit", type="Lead", id=lead, fields=fields, seconds=100)
    town.netsuite("update", type="customer", id=customer, fields={"email": "new@aethna.example"})
    town.netsuite("save_and_convert", lead=customer, variant=variant)
    town.sync()
    town.wait(3600)
    calm(town)
    (contact,), (person,) = live(town, "Contact"), active(town, "contact")
    assert (contact["Email"], person["email"]) == ("new@aethna.example", "new@aethna.example")
    assert contact["NetSuite_Id__c"] == f"ns-contact-{person['id']}"
    assert town.row("salesforce", "Lead", lead)["ConvertedContactId"] == contact["Id"]


@pytest.mark.parametrize("mail", [True, False])
@pytest.mark.parametrize("name", ["firstName", "lastName"])
def test_a_person_is_renamed_right_before_the_conversion(town: Town, name: str, mail: bool) -> None:
    """The only new contact of the company that the lead's own record has become is the lead's, whatever its name."""
    lead, customer = linked_lead(town, **({} if mail else {"Email": None}))
    town.wait(3600)
    town.sync()
    town.netsuite("update", type="customer", id=customer, fields={name: "Changed"})
    made = town.netsuite("save_and_convert", lead=customer, variant="stays")
    calm(town)
    (contact,), (person,) = live(town, "Contact"), active(town, "contact")
    assert (str(person["id"]), person[name.lower()]) == (made["contact"], "Changed")
    assert contact["NetSuite_Id__c"] == f"ns-contact-{person['id']}"
    assert contact["FirstName" if name == "firstName" else "LastName"] == "Changed"
    assert town.row("salesforce", "Lead", lead)["ConvertedContactId"] == contact["Id"]


def test_an_edit_of_a_lead_whose_contact_wins_a_merge_crosses(town: Town) -> None:
    """Salesforce converts the lead that NetSuite edits, and merges a linked contact into the new one."""
    lead, customer = linked_lead(town)
    other = town.new_salesforce("Lead", **lead_fields("Bell", "Bell Inc"))
    loser = town.salesforce("convert", id=other, opportunity=False)["contact"]
    town.sync()
    winner = town.salesforce("convert", id=lead, opportunity=False)["contact"]
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    town.salesforce("merge", type="Contact", id=winner, losers=[loser])
    calm(town)
    crossed = town.row("salesforce", "Contact", winner)["Title"] == "CEO"
    assert crossed or ("conflict", "job_title") in open_holds(town)


def test_what_a_rule_makes_of_a_conversion_does_not_fill_what_was_emptied(town: Town) -> None:
    customer = town.new_netsuite("customer", **customer_fields("Ray", "Ray Ltd"), comments="met at fair")
    town.sync()
    town.salesforce("automation", type="Contact", field="Description", kind="title")
    made = town.netsuite("save_and_convert", lead=customer, variant="becomes_contact")
    town.netsuite("update", type="contact", id=made["contact"], fields={"comments": None})
    calm(town)
    (person,), (contact,) = active(town, "contact"), live(town, "Contact")
    assert (person["comments"], contact["Description"]) == (None, None)


def test_an_edit_in_a_prospect_whose_account_and_contact_are_deleted_is_held(town: Town) -> None:
    """Nobody but NetSuite's own record shows it: an individual who is a prospect is an organization to us."""
    customer = town.new_netsuite("customer", **customer_fields("Ray", "Ray Ltd"))
    town.sync()
    (lead,) = live(town, "Lead")
    became = town.salesforce("convert", id=lead["Id"], opportunity=False)
    town.salesforce("delete", type="Account", id=became["account"])
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    calm(town)
    assert [one.hold.kind for one in town.store.open_holds() if "job_title" in one.hold.reason] == ["deleted"]
    assert [row["title"] for row in active(town, "customer")] == ["CEO"]


def test_leads_on_hold_with_one_that_moves_on_are_looked_at_again(town: Town) -> None:
    """Two leads looked like NetSuite's, which becomes a contact as a third one comes: all three are new by then."""
    for _ in range(2):
        town.new_salesforce("Lead", **lead_fields("Ray", "Ray Ltd"))
    customer = town.new_netsuite("customer", **customer_fields("Ray", "Ray Ltd"))
    town.sync()
    assert {kind for kind, _ in open_holds(town)} == {"ambiguous"}
    town.wait(3600)
    town.sync()
    town.netsuite("save_and_convert", lead=customer, variant="becomes_contact")
    town.new_salesforce("Lead", **lead_fields("Ray", "Ray Ltd"))
    calm(town)
    assert all(row["NetSuite_Id__c"] for row in live(town, "Lead")) or open_holds(town)


def test_a_locked_lead_that_both_systems_convert_one_after_the_other_is_held(town: Town) -> None:
    """It could not be taken out of use, and becomes a contact of its own company after Salesforce has made one of
    another: no key, no id and no e-mail tells that one, only that the lead is gone."""
    account, _ = linked_account(town, "Other Inc")
    customer = town.new_netsuite("customer", **{**customer_fields("Ray", "Ray Ltd"), "email": None})
    town.netsuite("lock", type="customer", id=customer, locked=True)
    town.sync()
    (lead,) = live(town, "Lead")
    became = town.salesforce("convert", id=lead["Id"], account=account, opportunity=False)
    town.sync()
    made = town.netsuite("save_and_convert", lead=customer, variant="disappears")
    calm(town)
    assert [row["Id"] for row in live(town, "Contact")] == [became["contact"]]
    held = {str(ref) for one in town.store.open_holds() if one.hold.kind == "ambiguous" for _, ref in one.hold.refs}
    assert f"netsuite:contact:{made['contact']}" in held


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("place", ["into a new one", "into another"])
def test_a_lead_that_we_took_out_of_use_is_converted_all_the_same(town: Town, variant: str, place: str) -> None:
    """Its page was still open in NetSuite. The contact that comes of it is held as the double that it is."""
    _, other = linked_account(town, "Other Inc")
    lead, customer = linked_lead(town)
    became = town.salesforce("convert", id=lead, opportunity=False)
    calm(town)
    town.wait(7 * 24 * 3600)
    calm(town)
    into = {"prospect": other} if place == "into another" else {}
    made = town.netsuite("save_and_convert", lead=customer, variant=variant, **into)
    calm(town)
    assert [row["Id"] for row in live(town, "Contact")] == [became["contact"]]
    held = {str(ref) for one in town.store.open_holds() for _, ref in one.hold.refs}
    assert f"netsuite:contact:{made['contact']}" in held

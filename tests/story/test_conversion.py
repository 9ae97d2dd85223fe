"""A conversion on either side becomes the right conversion on the other, once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.story.town import MAPPINGS, Town


def writes(report: Any) -> int:
    return sum(count for _, count in report.writes)


def salesforce_lead(town: Town, name: str, company: str) -> str:
    mail = f"{name.lower()}@{company.split()[0].lower()}.example"
    return town.new_salesforce("Lead", FirstName="Ann", LastName=name, Company=company, Email=mail, Phone="555-0101")


def netsuite_lead(town: Town, name: str, company: str, **more: Any) -> str:
    mail = f"{name.lower()}@{company.split()[0].lower()}.example"
    fields = {"isPerson": True, "firstName": "Bob", "lastName": name, "companyName": company, "email": mail}
    return town.new_netsuite("customer", **{**fields, "entityStatus": {"id": "6"}, **more})


def active(town: Town, type_: str) -> list[dict[str, Any]]:
    return [row for row in town.rows("netsuite", type_) if row["isinactive"] == "F"]


def lead_of(town: Town, customer: str) -> dict[str, Any]:
    return next(row for row in town.rows("salesforce", "Lead") if row["NetSuite_Id__c"] == f"ns-customer-{customer}")


def assert_told_alike(town: Town) -> None:
    """Quiet, equal, and nobody is a lead here and a customer there."""
    assert writes(town.sync()) == 0
    report = town.verify()
    assert report.differences == ()
    assert report.lead_and_customer == 0


# --- Salesforce first ------------------------------------------------------------------------------------


def test_a_salesforce_conversion_becomes_prospect_contact_and_opportunity(town: Town) -> None:
    lead = salesforce_lead(town, "Akin", "Aethna Inc")
    town.sync()
    town.salesforce("convert", id=lead, opportunity="Generator")
    town.sync()
    (prospect,) = [row for row in active(town, "customer") if row["searchstage"] == "Prospect"]
    assert (prospect["companyname"], prospect["isperson"]) == ("Aethna Inc", "F")
    (contact,) = active(town, "contact")
    assert (contact["lastname"], contact["company"]) == ("Akin", prospect["id"])
    (sale,) = town.rows("netsuite", "opportunity")
    assert (sale["title"], sale["entity"]) == ("Generator", prospect["id"])
    assert [row["searchstage"] for row in active(town, "customer")] == ["Prospect"]  # the lead is out of use
    assert_told_alike(town)


def test_a_company_lead_becomes_the_prospect_under_its_own_id(town: Town) -> None:
    customer = town.new_netsuite("customer", isPerson=False, companyName="Paper Mill", entityStatus={"id": "6"})
    town.sync()
    town.salesforce("convert", id=lead_of(town, customer)["Id"])
    town.sync()
    row = town.row("netsuite", "customer", customer)
    assert (row["searchstage"], row["isinactive"]) == ("Prospect", "F")
    (account,) = town.rows("salesforce", "Account")
    assert account["NetSuite_Id__c"] == f"ns-customer-{customer}"
    assert len(active(town, "customer")) == 1
    assert_told_alike(town)


def test_a_conversion_into_an_existing_account_adds_the_person_there(town: Town) -> None:
    account = town.new_salesforce("Account", Name="Aethna Inc", Type="Prospect")
    lead = salesforce_lead(town, "Akin", "Aethna Inc")
    town.sync()
    town.salesforce("convert", id=lead, account=account)
    town.sync()
    (prospect,) = active(town, "customer")
    assert prospect["companyname"] == "Aethna Inc"
    assert [row["company"] for row in active(town, "contact")] == [prospect["id"]]
    assert_told_alike(town)


def test_a_double_account_made_by_a_conversion_makes_no_second_prospect(town: Town) -> None:
    town.new_salesforce("Account", Name="Aethna Inc", Type="Prospect")
    lead = salesforce_lead(town, "Akin", "Aethna, Inc.")
    town.sync()
    town.salesforce("convert", id=lead)  # a person took "new account" although there is one
    report = town.sync()
    (prospect,) = active(town, "customer")
    assert [row["company"] for row in active(town, "contact")] == [prospect["id"]]
    assert any(hold.kind == "ambiguous" for hold in report.holds)
    assert writes(town.sync()) == 0


# --- NetSuite first --------------------------------------------------------------------------------------


def by_status(town: Town, customer: str) -> None:
    town.netsuite("set_status", id=customer, status="8")


def by_order(town: Town, customer: str) -> None:
    town.netsuite("sales_order", customer=customer)


def by_convert(variant: str) -> Callable[[Town, str], None]:
    def convert(town: Town, customer: str) -> None:
        town.netsuite("save_and_convert", lead=customer, variant=variant)

    return convert


WAYS = {
    "status": (by_status, "Prospect"),
    "order": (by_order, "Customer - Direct"),
    "save and convert, id stays": (by_convert("stays"), "Prospect"),
    "save and convert, id becomes the contact": (by_convert("becomes_contact"), "Prospect"),
    "save and convert, id disappears": (by_convert("disappears"), "Prospect"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_netsuite_conversion_converts_the_salesforce_lead_once(town: Town, way: str) -> None:
    move_on, kind = WAYS[way]
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    lead = lead_of(town, customer)["Id"]
    move_on(town, customer)
    report = town.sync()
    assert report.counts["salesforce.lead.converted"] == 1
    row = town.row("salesforce", "Lead", lead)
    assert row["IsConverted"] is True
    assert row["Status"] == "Closed - Converted"
    (account,) = town.rows("salesforce", "Account")
    (contact,) = town.rows("salesforce", "Contact")
    assert (account["Name"], account["Type"]) == ("Ray Ltd", kind)
    assert (contact["LastName"], contact["AccountId"]) == ("Ray", account["Id"])
    (prospect,) = active(town, "customer")
    assert [row["company"] for row in active(town, "contact")] == [prospect["id"]]
    assert_told_alike(town)


def test_an_edit_made_just_before_the_conversion_is_not_lost(town: Town) -> None:
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    town.netsuite("update", type="customer", id=customer, fields={"mobilePhone": "555-0177", "title": "CEO"})
    by_status(town, customer)
    town.sync()
    (contact,) = town.rows("salesforce", "Contact")
    assert (contact["MobilePhone"], contact["Title"]) == ("555-0177", "CEO")
    assert_told_alike(town)


def test_a_netsuite_conversion_goes_into_the_existing_account_and_contact(town: Town) -> None:
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    town.new_salesforce("Contact", FirstName="Bob", LastName="Ray", Email="ray@ray.example", AccountId=account)
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    by_status(town, customer)
    report = town.sync()
    assert report.counts["salesforce.lead.converted"] == 1
    assert len(town.rows("salesforce", "Account")) == 1
    assert len(town.rows("salesforce", "Contact")) == 1
    assert writes(town.sync()) == 0


def test_save_and_convert_into_an_existing_prospect_uses_its_account(town: Town) -> None:
    prospect = town.new_netsuite("customer", isPerson=False, companyName="Ray Ltd", entityStatus={"id": "8"})
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    town.netsuite("save_and_convert", lead=customer, variant="disappears", prospect=prospect)
    town.sync()
    (account,) = town.rows("salesforce", "Account")
    assert [row["AccountId"] for row in town.rows("salesforce", "Contact")] == [account["Id"]]
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [True]
    assert_told_alike(town)


@pytest.mark.parametrize("existing", [False, True])
def test_who_has_no_email_is_told_by_name_and_company_after_save_and_convert(town: Town, existing: bool) -> None:
    prospect = {"isPerson": False, "companyName": "Ray, Ltd.", "entityStatus": {"id": "8"}}
    into = {"prospect": town.new_netsuite("customer", **prospect)} if existing else {}
    customer = netsuite_lead(town, "Ray", "Ray Ltd", email=None)
    town.sync()
    town.netsuite("save_and_convert", lead=customer, variant="disappears", **into)
    town.sync()
    (account,) = town.rows("salesforce", "Account")
    assert [row["AccountId"] for row in town.rows("salesforce", "Contact")] == [account["Id"]]
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [True]
    assert_told_alike(town)


def test_a_namesake_at_another_company_is_not_what_a_deleted_lead_became(town: Town) -> None:
    customer = netsuite_lead(town, "Ray", "Ray Ltd", email=None)
    town.sync()
    town.netsuite("delete", type="customer", id=customer)
    other = town.new_netsuite("customer", isPerson=False, companyName="Sun Ltd", entityStatus={"id": "8"})
    town.new_netsuite("contact", firstName="Bob", lastName="Ray", company={"id": other})
    report = town.sync()
    assert [hold.kind for hold in report.holds] == ["deleted"]
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [False]
    assert writes(town.sync()) == 0


# --- both ------------------------------------------------------------------------------------------------


def test_both_sides_convert_between_two_runs(town: Town) -> None:
    lead = salesforce_lead(town, "Akin", "Aethna Inc")
    town.sync()
    customer = town.row("salesforce", "Lead", lead)["NetSuite_Id__c"].removeprefix("ns-customer-")
    town.salesforce("convert", id=lead, opportunity=False)
    by_status(town, customer)
    town.sync()
    assert len(active(town, "customer")) == len(town.rows("salesforce", "Account")) == 1
    assert len(active(town, "contact")) == len(town.rows("salesforce", "Contact")) == 1
    assert_told_alike(town)


def test_a_lead_made_and_converted_between_two_runs_arrives_as_what_it_became(town: Town) -> None:
    lead = salesforce_lead(town, "Akin", "Aethna Inc")
    town.salesforce("convert", id=lead)
    town.sync()
    assert [row["searchstage"] for row in active(town, "customer")] == ["Prospect"]
    assert len(active(town, "contact")) == 1
    assert_told_alike(town)


def test_turning_a_customer_back_into_a_lead_is_held(town: Town) -> None:
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    by_status(town, customer)
    town.sync()
    town.netsuite("set_status", id=customer, status="6")
    report = town.sync()
    assert [hold.kind for hold in report.holds] == ["stage"]
    assert len(town.rows("salesforce", "Lead")) == 1
    assert writes(town.sync()) == 0


def test_an_org_with_two_converted_statuses_asks_for_a_choice(make_town: Callable[..., Town]) -> None:
    from connector.sandbox.salesforce.settings import LeadStatus, Settings

    statuses = (*Settings().lead_statuses, LeadStatus("Closed - Won over", converted=True))
    town = make_town(salesforce=Settings(lead_statuses=statuses))
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    by_status(town, customer)
    report = town.sync()
    assert any("converted statuses" in hold.reason for hold in report.holds)
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [False]


def test_ten_conversions_on_each_side_three_into_companies_that_are_there(town: Town) -> None:
    for n in range(3):
        town.new_netsuite("customer", isPerson=False, companyName=f"Known {n} Inc", entityStatus={"id": "8"})
        town.new_salesforce("Account", Name=f"Famous {n} Ltd", Type="Prospect")
    ours = [salesforce_lead(town, f"Sf{n}", f"Known {n} Inc" if n < 3 else f"Sales {n} Inc") for n in range(10)]
    theirs = [netsuite_lead(town, f"Ns{n}", f"Famous {n} Ltd" if n < 3 else f"Net {n} Ltd") for n in range(10)]
    town.sync()
    accounts = {row["Name"]: row["Id"] for row in town.rows("salesforce", "Account")}
    for n, lead in enumerate(ours):
        town.salesforce("convert", id=lead, **({"account": accounts[f"Known {n} Inc"]} if n < 3 else {}))
    prospects = {row["companyname"]: str(row["id"]) for row in active(town, "customer") if row["isperson"] == "F"}
    for n, customer in enumerate(theirs):
        if n < 3:
            town.netsuite(
                "save_and_convert", lead=customer, variant="disappears", prospect=prospects[f"Famous {n} Ltd"]
            )
        elif n < 6:
            by_status(town, customer)
        else:
            town.netsuite("save_and_convert", lead=customer, variant=("stays", "becomes_contact")[n % 2])
    town.sync()
    names = [row["companyname"] for row in active(town, "customer")]
    assert len(names) == len(set(names)) == 20
    assert sorted(row["Name"] for row in town.rows("salesforce", "Account")) == sorted(names)
    assert all(row["IsConverted"] for row in town.rows("salesforce", "Lead"))
    accounts_of = {row["LastName"]: row["AccountId"] for row in town.rows("salesforce", "Contact")}
    by_name = {row["Name"]: row["Id"] for row in town.rows("salesforce", "Account")}
    assert len(accounts_of) == 20
    for n in range(3):
        assert accounts_of[f"Sf{n}"] == by_name[f"Known {n} Inc"]
        assert accounts_of[f"Ns{n}"] == by_name[f"Famous {n} Ltd"]
    companies = {row["id"]: row["companyname"] for row in active(town, "customer")}
    homes = {row["lastname"]: companies[row["company"]] for row in active(town, "contact")}
    assert homes["Sf1"] == "Known 1 Inc" and homes["Ns2"] == "Famous 2 Ltd" and homes["Ns5"] == "Net 5 Ltd"
    assert len(homes) == 20
    assert_told_alike(town)


def test_a_lead_without_a_company_becomes_a_declared_household(town: Town) -> None:
    customer = town.new_netsuite(
        "customer", isPerson=True, firstName="Jo", lastName="Doe", email="jo@doe.example", entityStatus={"id": "6"}
    )
    town.sync()
    town.salesforce("convert", id=lead_of(town, customer)["Id"], opportunity=False)
    town.sync()
    (prospect,) = active(town, "customer")
    assert prospect["companyname"] == "Jo Doe Household"
    assert [row["Name"] for row in town.rows("salesforce", "Account")] == ["Jo Doe Household"]
    assert [row["company"] for row in active(town, "contact")] == [prospect["id"]]
    assert_told_alike(town)


@pytest.mark.parametrize(("rule", "stage"), [("trust", "Customer"), ("won_opportunity", "Prospect")])
def test_a_new_account_that_claims_to_be_a_customer(
    make_town: Callable[..., Town], tmp_path: Path, rule: str, stage: str
) -> None:
    files = tmp_path / "mappings"
    shutil.copytree(MAPPINGS, files)
    rules = (files / "conversion.yaml").read_text()
    (files / "conversion.yaml").write_text(rules.replace("on_create: trust", f"on_create: {rule}"))
    town = make_town(mappings=files)
    town.new_salesforce("Account", Name="Old Friend", Type="Customer - Direct")
    report = town.sync()
    assert [row["searchstage"] for row in active(town, "customer")] == [stage]
    assert [hold.field for hold in report.holds] == ([] if rule == "trust" else ["stage"])
    assert writes(town.sync()) == 0


def test_a_netsuite_lead_deleted_beside_a_contact_of_that_name_is_no_conversion(town: Town) -> None:
    """A rep cleans up a double: converting cannot be undone, so likeness alone is no proof."""
    prospect = town.new_netsuite("customer", isPerson=False, companyName="Ray Ltd", entityStatus={"id": "8"})
    person = {"firstName": "Bob", "lastName": "Ray", "email": "ray@ray.example"}
    town.new_netsuite("contact", **person, company={"id": prospect})
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    town.wait(3600)
    town.sync()
    town.netsuite("delete", type="customer", id=customer)
    report = town.sync()
    assert [hold.kind for hold in report.holds] == ["deleted"]
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [False]
    assert writes(town.sync()) == 0


def test_a_deleted_lead_without_an_email_may_have_become_the_contact_of_its_name(town: Town) -> None:
    """The contact is told by where it belongs, also one that cannot take our key and is never shown again. Only a
    person can tell what happened, so that the deletion is not offered to be followed."""
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    taken = {"NetSuite_Id__c": "crm-4711"}
    town.new_salesforce("Contact", FirstName="Bob", LastName="Ray", AccountId=account, **taken)
    customer = netsuite_lead(town, "Ray", "Ray Ltd", email=None)
    town.sync()
    town.wait(3600)
    town.sync()
    town.netsuite("delete", type="customer", id=customer)
    report = town.sync()
    assert [(hold.kind, hold.code) for hold in report.holds] == [("deleted", "")]
    assert writes(town.sync()) == 0


def test_save_and_convert_into_an_existing_contact_that_it_fills(town: Town) -> None:
    prospect = town.new_netsuite("customer", isPerson=False, companyName="Ray Ltd", entityStatus={"id": "8"})
    person = {"firstName": "Bob", "lastName": "Ray", "email": "ray@ray.example"}
    contact = town.new_netsuite("contact", **person, company={"id": prospect})
    customer = netsuite_lead(town, "Ray", "Ray Ltd", title="CEO")
    town.sync()
    town.wait(3600)
    town.sync()
    town.netsuite("save_and_convert", lead=customer, variant="disappears", prospect=prospect, contact=contact)
    town.sync()
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [True]
    assert len(town.rows("salesforce", "Contact")) == 1
    assert_told_alike(town)


@pytest.mark.parametrize("variant", ["disappears", "becomes_contact"])
def test_a_conversion_into_an_account_that_was_merged_away_stays_on_hold_with_its_person(
    town: Town, variant: str
) -> None:
    """Found by the walk (seed 345): a later look without the person in hand forgot whom the hold was about."""
    prospect = town.new_netsuite("customer", isPerson=False, companyName="Ray Ltd", entityStatus={"id": "8"})
    town.new_netsuite("customer", isPerson=False, companyName="Quo Ltd", entityStatus={"id": "8"})
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    accounts = {row["Name"]: row["Id"] for row in town.rows("salesforce", "Account")}
    town.salesforce("merge", type="Account", id=accounts["Quo Ltd"], losers=[accounts["Ray Ltd"]])
    made = town.netsuite("save_and_convert", lead=customer, variant=variant, prospect=prospect)
    for _ in range(5):
        town.sync()
        town.wait(600)
    named = {ref.id for one in town.store.open_holds() for _, ref in one.hold.refs if ref and ref.type == "contact"}
    assert named == {made["contact"]}
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [False]

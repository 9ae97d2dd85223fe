"""Capabilities of the conversion itself, each as the people who use the two systems would try it.

Every test names the row of the capability list that it covers.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.core.mapping.document import load_mappings
from tests.story.town import MAPPINGS, Town


def writes(report: Any) -> int:
    return sum(count for _, count in report.writes)


def quiet_and_equal(town: Town) -> bool:
    return writes(town.sync()) == 0 and town.verify().differences == ()


def netsuite_lead(town: Town, last_name: str, company: str, **more: Any) -> str:
    person = {"isPerson": True, "firstName": "Bob", "lastName": last_name, "email": f"{last_name.lower()}@b.example"}
    fields = {**person, "companyName": company, "entityStatus": {"id": "6"}, **more}
    return town.new_netsuite("customer", **fields)


def salesforce_lead(town: Town, last_name: str, company: str, **more: Any) -> str:
    fields = {"FirstName": "Ann", "LastName": last_name, "Company": company, "Email": f"{last_name.lower()}@a.example"}
    return town.new_salesforce("Lead", **{**fields, **more})


def active(town: Town, type_: str) -> list[dict[str, Any]]:
    return [row for row in town.rows("netsuite", type_) if row["isinactive"] == "F"]


def with_conversion(town: Town, folder: Path, old: str, new: str) -> None:
    copy = folder / "mappings"
    shutil.copytree(MAPPINGS, copy)
    text = (copy / "conversion.yaml").read_text()
    assert text.count(old) == 1
    (copy / "conversion.yaml").write_text(text.replace(old, new))
    town.parts = replace(town.parts, mappings=load_mappings(copy))


def convert_as_people_do(town: Town, lead: dict[str, Any]) -> None:
    """In Salesforce: into the account of that name if there is one."""
    accounts = {row["Name"]: row["Id"] for row in town.rows("salesforce", "Account")}
    existing = {"account": accounts[lead["Company"]]} if lead["Company"] in accounts else {}
    town.salesforce("convert", id=lead["Id"], opportunity=False, **existing)


def save_and_convert_as_people_do(town: Town, customer: dict[str, Any], variant: str) -> None:
    """In NetSuite: into the prospect of that name if there is one."""
    prospects = {row["companyname"]: str(row["id"]) for row in active(town, "customer") if row["isperson"] == "F"}
    existing = {"prospect": prospects[customer["companyname"]]} if customer["companyname"] in prospects else {}
    town.netsuite("save_and_convert", lead=str(customer["id"]), variant=variant, **existing)


def test_sixty_people_of_eighteen_companies_end_at_the_right_one(town: Town) -> None:
    """A4, at 60 leads of 18 companies: converted in random order on both sides, a run after every twelve."""
    draw = random.Random(4)
    home = {f"P{n}": f"Company {n % 18}" for n in range(60)}
    for name, company in home.items():
        (salesforce_lead if draw.random() < 0.5 else netsuite_lead)(town, name, company)
    town.sync()
    order = sorted(home)
    draw.shuffle(order)
    for n, name in enumerate(order):
        lead = next(row for row in town.rows("salesforce", "Lead") if row["LastName"] == name)
        customer = next(row for row in active(town, "customer") if row["lastname"] == name)
        if draw.random() < 0.5:
            convert_as_people_do(town, lead)
        else:
            save_and_convert_as_people_do(town, customer, draw.choice(("becomes_contact", "disappears")))
        if n % 12 == 11:
            town.sync()
    town.sync()
    names = {row["Id"]: row["Name"] for row in town.rows("salesforce", "Account")}
    assert sorted(names.values()) == sorted(set(home.values()))
    assert {row["LastName"]: names[row["AccountId"]] for row in town.rows("salesforce", "Contact")} == home
    assert len(town.rows("salesforce", "Contact")) == 60
    companies = {row["id"]: row["companyname"] for row in active(town, "customer")}
    assert sorted(companies.values()) == sorted(set(home.values()))
    assert {row["lastname"]: companies[row["company"]] for row in active(town, "contact")} == home
    assert len(active(town, "contact")) == 60
    assert quiet_and_equal(town)


@pytest.mark.parametrize(("choice", "expected"), [("never", 0), ("always", 1)])
def test_an_opportunity_is_made_as_often_as_declared(town: Town, tmp_path: Path, choice: str, expected: int) -> None:
    """D2, D3: a conversion that begins in NetSuite."""
    with_conversion(town, tmp_path, "create_opportunity: never", f"create_opportunity: {choice}")
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    town.netsuite("set_status", id=customer, status="8")
    town.sync()
    assert len(town.rows("salesforce", "Opportunity")) == len(town.rows("netsuite", "opportunity")) == expected
    assert all(row["CloseDate"] for row in town.rows("salesforce", "Opportunity"))
    assert quiet_and_equal(town)


def test_every_mapped_value_of_a_lead_is_found_after_its_conversion(town: Town) -> None:
    """D5."""
    person = {"Salutation": "Ms.", "Title": "CEO", "Phone": "555-0100", "MobilePhone": "555-0101", "Fax": "555-0102"}
    place = {"Street": "1 Main St", "City": "Reno", "State": "NV", "PostalCode": "89501", "Country": "United States"}
    company = {"Website": "https://aethna.example", "Industry": "Retail", "Rating": "Hot", "NumberOfEmployees": 12}
    lead = salesforce_lead(town, "Akin", "Aethna", **person, **place, **company, Description="Met in Reno")
    town.sync()
    town.salesforce("convert", id=lead, opportunity=False)
    town.sync()
    (contact,) = active(town, "contact")
    held = {contact[name] for name in ("salutation", "title", "phone", "mobilephone", "fax", "comments")}
    assert held == {*person.values(), "Met in Reno"}
    (prospect,) = active(town, "customer")
    assert (prospect["url"], prospect["custentity_employees"]) == ("https://aethna.example", 12)
    assert "Reno" in contact["defaultaddress"] and "Reno" in prospect["defaultaddress"]
    assert quiet_and_equal(town)


def test_into_an_existing_contact_only_empty_fields_are_filled(town: Town) -> None:
    """D6, D12: by Salesforce's own rule; NetSuite ends equal."""
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    known = {"FirstName": "Bob", "LastName": "Ray", "Email": "ray@b.example", "Phone": "555-0100", "Title": "Owner"}
    contact = town.new_salesforce("Contact", **known, AccountId=account)
    more = {"phone": "555-0999", "title": "Clerk", "mobilePhone": "555-0101", "fax": "555-0102"}
    customer = netsuite_lead(town, "Ray", "Ray Ltd", **more)
    town.sync()
    town.netsuite("set_status", id=customer, status="8")
    town.sync()
    town.sync()
    row = town.row("salesforce", "Contact", contact)
    assert {name: row[name] for name in known} == known
    assert (row["MobilePhone"], row["Fax"]) == ("555-0101", "555-0102")
    assert len(town.rows("salesforce", "Contact")) == 1
    mirror = next(row for row in active(town, "contact") if row["lastname"] == "Ray")
    assert (mirror["phone"], mirror["title"], mirror["mobilephone"]) == ("555-0100", "Owner", "555-0101")
    assert quiet_and_equal(town)


def test_two_accounts_of_the_same_name_are_a_question_for_a_person(town: Town) -> None:
    """D13."""
    for _ in range(2):
        town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    town.sync()
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    town.netsuite("set_status", id=customer, status="8")
    report = town.sync()
    assert any(hold.kind == "ambiguous" for hold in report.holds)
    assert len(town.rows("salesforce", "Account")) == 2
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [False]
    assert writes(town.sync()) == 0


def test_two_contacts_with_the_same_mail_and_family_name_are_a_question_for_a_person(town: Town) -> None:
    """D14."""
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    for first_name in ("Bob", "Robert"):
        person = {"FirstName": first_name, "LastName": "Ray", "Email": "ray@b.example"}
        town.new_salesforce("Contact", **person, AccountId=account)
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    town.netsuite("set_status", id=customer, status="8")
    report = town.sync()
    assert len(town.rows("salesforce", "Contact")) == 2
    assert any(hold.kind == "ambiguous" for hold in report.holds)
    assert writes(town.sync()) == 0


def test_an_opportunity_of_the_same_name_at_the_same_company_is_not_doubled(town: Town) -> None:
    """D15."""
    prospect = town.new_netsuite("customer", isPerson=False, companyName="Ray Ltd", entityStatus={"id": "8"})
    town.sync()
    (account,) = town.rows("salesforce", "Account")
    sale = {"Name": "Boats", "AccountId": account["Id"], "StageName": "Qualification", "CloseDate": "2026-03-31"}
    town.new_salesforce("Opportunity", **sale)
    mirror = {"title": "Boats", "entity": {"id": prospect}, "entityStatus": {"id": "8"}}
    town.new_netsuite("opportunity", **mirror, expectedCloseDate="2026-03-31")
    town.sync()
    assert len(town.rows("salesforce", "Opportunity")) == len(town.rows("netsuite", "opportunity")) == 1
    assert quiet_and_equal(town)


@pytest.mark.parametrize("variant", ["status", "stays", "becomes_contact", "disappears", "order"])
@pytest.mark.parametrize("opportunity", [False, "Pumps"])
def test_both_sides_convert_the_same_lead_between_two_runs(town: Town, variant: str, opportunity: str | bool) -> None:
    """D17: one organization, one person, at most one opportunity, whatever way each side took."""
    lead = salesforce_lead(town, "Akin", "Aethna")
    town.sync()
    customer = town.row("salesforce", "Lead", lead)["NetSuite_Id__c"].removeprefix("ns-customer-")
    town.salesforce("convert", id=lead, opportunity=opportunity)
    if variant == "status":
        town.netsuite("set_status", id=customer, status="8")
    elif variant == "order":
        town.netsuite("sales_order", customer=customer, total=10)
    else:
        town.netsuite("save_and_convert", lead=customer, variant=variant)
    town.sync()
    town.sync()
    assert len(active(town, "customer")) == len(town.rows("salesforce", "Account")) == 1
    assert len(active(town, "contact")) == len(town.rows("salesforce", "Contact")) == 1
    sales = len(town.rows("salesforce", "Opportunity")), len(town.rows("netsuite", "opportunity"))
    assert sales == ((1, 1) if opportunity else (0, 0))
    assert writes(town.sync()) == 0
    assert town.verify().lead_and_customer == 0

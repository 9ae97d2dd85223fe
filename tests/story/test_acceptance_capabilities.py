"""Capabilities of leads, stages and qualification, each as the people who use the two systems would try it.

Every test names the row of the capability list that it covers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.core.mapping.document import load_mappings
from connector.errors import MappingError
from connector.runs.mapping_check import check
from connector.runs.parts import RunSettings
from connector.sandbox.netsuite.settings import CustomField
from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from tests.story.town import MAPPINGS, Town

QUALIFICATION = {
    "Sales_Readiness__c": "Evaluating",
    "Buying_Time_Frame__c": "3-6 Months",
    "Buying_Reason__c": "Expansion",
    "Budget__c": "12500.00",
    "Budget_Approved__c": True,
}
IN_NETSUITE = {
    "salesReadiness": {"id": "4"},
    "buyingTimeFrame": {"id": "3"},
    "buyingReason": {"id": "3"},
    "estimatedBudget": 12500,
    "isBudgetApproved": True,
}


def writes(report: Any) -> int:
    return sum(count for _, count in report.writes)


def quiet_and_equal(town: Town) -> bool:
    return writes(town.sync()) == 0 and town.verify().differences == ()


def netsuite_lead(town: Town, last_name: str, company: str | None = None, **more: Any) -> str:
    person = {"isPerson": True, "firstName": "Bob", "lastName": last_name, "email": f"{last_name.lower()}@b.example"}
    fields = {**person, "entityStatus": {"id": "6"}, **({"companyName": company} if company else {}), **more}
    return town.new_netsuite("customer", **fields)


def salesforce_lead(town: Town, last_name: str, company: str, **more: Any) -> str:
    fields = {"FirstName": "Ann", "LastName": last_name, "Company": company, "Email": f"{last_name.lower()}@a.example"}
    return town.new_salesforce("Lead", **{**fields, **more})


def lead_of(town: Town, customer: str) -> dict[str, Any]:
    return next(row for row in town.rows("salesforce", "Lead") if row["NetSuite_Id__c"] == f"ns-customer-{customer}")


def edited_mappings(folder: Path, file: str, old: str, new: str) -> Path:
    copy = folder / "mappings"
    shutil.copytree(MAPPINGS, copy)
    text = (copy / file).read_text()
    assert text.count(old) == 1
    (copy / file).write_text(text.replace(old, new))
    return copy


# --- a. identity and shape -------------------------------------------------------------------------------


def test_a_lead_may_hold_a_name_and_an_email_or_an_address_only(town: Town) -> None:
    """A1."""
    address = {"items": [{"defaultBilling": True, "addressBookAddress": {"addr1": "1 Main St", "city": "Reno"}}]}
    netsuite_lead(town, "Mail")
    lead = {"entityStatus": {"id": "6"}, "addressBook": address}
    town.new_netsuite("customer", isPerson=True, firstName="Al", lastName="Address", **lead)
    town.new_netsuite("customer", isPerson=False, companyName="Only Company", **lead)
    before = {row["id"]: (row["companyname"], row["lastname"]) for row in town.rows("netsuite", "customer")}
    town.sync()
    leads = {row["LastName"]: row for row in town.rows("salesforce", "Lead")}
    assert set(leads) == {"Mail", "Address", "[not provided]"}
    assert all(row["Company"] and row["Status"] for row in leads.values())
    assert leads["Address"]["City"] == leads["[not provided]"]["City"] == "Reno"
    assert quiet_and_equal(town)
    assert {row["id"]: (row["companyname"], row["lastname"]) for row in town.rows("netsuite", "customer")} == before


def test_twelve_sources_make_the_round_trip_and_a_thirteenth_is_named(town: Town) -> None:
    """A2."""
    table = town.mappings.files[next(entity for entity in town.mappings.files if entity == "lead")].fields["source"]
    sources = list(table.values or {})
    assert len(sources) == 12
    made = {salesforce_lead(town, f"From{n}", f"Co{n}", LeadSource=source): source for n, source in enumerate(sources)}
    new = town.netsuite("add_list_value", list="leadSource", name="Hot Air Balloon")["id"]
    odd = netsuite_lead(town, "Balloon", leadSource={"id": new})
    report = town.sync()
    assert [(hold.kind, hold.field, str(hold.refs.netsuite)) for hold in report.holds] == [
        ("value", "source", f"netsuite:customer:{odd}")
    ]
    assert "Hot Air Balloon" in report.holds[0].reason
    assert lead_of(town, odd)["LeadSource"] is None  # the record crosses all the same
    assert quiet_and_equal(town)
    town.forget()
    assert quiet_and_equal(town)
    assert {row["Id"]: row["LeadSource"] for row in town.rows("salesforce", "Lead") if row["Id"] in made} == made


def test_after_a_conversion_people_are_contacts_and_companies_are_companies(town: Town) -> None:
    """A3, D1."""
    lead = salesforce_lead(town, "Akin", "Aethna", Title="CEO", Website="https://aethna.example")
    town.sync()
    town.salesforce("convert", id=lead, opportunity=False)
    town.sync()
    (contact,) = town.rows("netsuite", "contact")
    (prospect,) = [row for row in town.rows("netsuite", "customer") if row["isinactive"] == "F"]
    assert (contact["lastname"], contact["title"], contact["company"]) == ("Akin", "CEO", prospect["id"])
    assert (prospect["companyname"], prospect["url"]) == ("Aethna", "https://aethna.example")
    assert (prospect["isperson"], prospect["lastname"], prospect["title"]) == ("F", None, None)
    (account,) = town.rows("salesforce", "Account")
    assert [row["AccountId"] for row in town.rows("salesforce", "Contact")] == [account["Id"]]


def test_a_mapping_that_pairs_the_wrong_records_is_told_the_right_one(tmp_path: Path) -> None:
    """A5."""
    folder = edited_mappings(tmp_path, "organization.yaml", "record: Account", "record: Contact")
    with pytest.raises(MappingError, match="Account") as told:
        load_mappings(folder)
    assert "organization.yaml:" in str(told.value)


def test_a_mandatory_custom_field_without_a_line_is_named_before_any_write(make_town: Callable[..., Town]) -> None:
    """A7: the account's list of custom fields tells what is mandatory wherever it stands."""
    needed = CustomField("custentity_region", "customer", "text", "Region", length=40, mandatory=True)
    town = make_town(netsuite=NetSuiteSandbox(custom_fields=(needed,)))
    salesforce_lead(town, "Akin", "Aethna")
    what = "NetSuite demands `custentity_region` of every new customer, and nothing gives it"
    assert {(one["file"], one["what"]) for one in check(town.parts).data()["mistakes"]} == {
        ("lead.yaml", what),
        ("organization.yaml", what),
    }
    with pytest.raises(MappingError, match="custentity_region"):
        town.sync()
    assert town.rows("netsuite", "customer") == []


def test_what_one_form_alone_demands_is_named_by_its_refusal_and_stops_only_what_lacks_it(
    make_town: Callable[..., Town], tmp_path: Path
) -> None:
    """A7: what a single form demands no metadata tells, so NetSuite's own refusal does, unless `demands` does."""
    needed = CustomField("custentity_region", "customer", "text", "Region", length=40, mandatory=True, forms=(-2,))
    on_form = ("create: {isPerson: true", 'create: {customForm: "-2", isPerson: true')
    folder = edited_mappings(tmp_path, "lead.yaml", *on_form)
    town = make_town(netsuite=NetSuiteSandbox(custom_fields=(needed,)), mappings=folder)
    salesforce_lead(town, "Akin", "Aethna")
    there = netsuite_lead(town, "Ray", "Ray Ltd", custentity_region="West")
    report = town.sync()
    assert [hold.kind for hold in report.holds] == ["refused"]
    assert "Region" in report.holds[0].reason
    assert report.incomplete
    assert lead_of(town, there)["Company"] == "Ray Ltd"
    assert writes(town.sync()) == 0


@pytest.mark.parametrize(("field", "told"), [("MobilPhone", "MobilePhone"), ("LastModifiedById", "read-only")])
def test_a_line_to_a_field_that_is_not_there_or_read_only_is_refused_with_its_place(
    town: Town, tmp_path: Path, field: str, told: str
) -> None:
    """A8."""
    folder = edited_mappings(tmp_path, "lead.yaml", "salesforce: MobilePhone,", f"salesforce: {field},")
    salesforce_lead(town, "Akin", "Aethna")
    object.__setattr__(town.parts, "mappings", load_mappings(folder))
    with pytest.raises(MappingError, match=rf"lead\.yaml:\d+:\d+: (?s:.*){told}"):
        town.sync()
    assert town.rows("netsuite", "customer") == []


def test_a_lead_without_a_company_becomes_a_household_and_never_a_placeholder(town: Town) -> None:
    """A9."""
    customer = netsuite_lead(town, "Solo")
    town.sync()
    assert lead_of(town, customer)["Company"] == "[not provided]"
    town.salesforce("convert", id=lead_of(town, customer)["Id"], opportunity=False)
    town.sync()
    assert quiet_and_equal(town)
    names = [str(value) for row in town.rows("netsuite", "customer") for value in row.values()]
    assert not any("not provided" in name for name in names)


# --- b. stages -------------------------------------------------------------------------------------------

# Where a lead was brought to here and there between two runs -> NetSuite's stage and the account's type after it.
CELLS: dict[tuple[str, str], tuple[str, str | None]] = {
    ("Lead", "open"): ("Lead", None),
    ("Lead", "Prospect"): ("Prospect", "Prospect"),
    ("Lead", "Customer - Direct"): ("Customer", "Customer - Direct"),
    ("Prospect", "open"): ("Prospect", "Prospect"),
    ("Prospect", "Prospect"): ("Prospect", "Prospect"),
    # A customer in Salesforce only, without a won opportunity: a person decides.
    ("Prospect", "Customer - Direct"): ("Prospect", "Customer - Direct"),
    ("Customer", "open"): ("Customer", "Customer - Direct"),
    ("Customer", "Prospect"): ("Customer", "Customer - Direct"),
    ("Customer", "Customer - Direct"): ("Customer", "Customer - Direct"),
}
STATUS = {"Prospect": "8", "Customer": "13"}


@pytest.mark.parametrize(
    ("stage", "state"),
    list(CELLS),
)
def test_every_cell_of_stage_and_state_ends_as_declared(town: Town, stage: str, state: str) -> None:
    """B1."""
    customer = netsuite_lead(town, "Ray", "Ray Ltd")
    town.sync()
    if stage in STATUS:
        town.netsuite("set_status", id=customer, status=STATUS[stage])
    if state != "open":
        became = town.salesforce("convert", id=lead_of(town, customer)["Id"], opportunity=False)
        town.salesforce("update", type="Account", id=became["account"], fields={"Type": state})
    report = town.sync()
    stages = [row["searchstage"] for row in town.rows("netsuite", "customer") if row["isinactive"] == "F"]
    kinds = [row["Type"] for row in town.rows("salesforce", "Account")]
    expected_stage, expected_kind = CELLS[stage, state]
    assert (stages, kinds) == ([expected_stage], [expected_kind] if expected_kind else [])
    claim = (stage, state) == ("Prospect", "Customer - Direct")
    assert [hold.field for hold in report.holds] == (["stage"] if claim else [])
    assert writes(town.sync()) == 0
    assert town.verify().lead_and_customer == 0


def test_a_customer_claim_without_a_won_opportunity_is_held_and_with_one_believed(town: Town) -> None:
    """B2."""
    account = town.new_salesforce("Account", Name="Steel", Type="Prospect")
    town.sync()
    town.salesforce("update", type="Account", id=account, fields={"Type": "Customer - Direct"})
    report = town.sync()
    assert [(hold.kind, hold.field) for hold in report.holds] == [("conflict", "stage")]
    assert [row["searchstage"] for row in town.rows("netsuite", "customer")] == ["Prospect"]
    sale = {"Name": "Won", "AccountId": account, "StageName": "Closed Won", "CloseDate": "2026-01-04"}
    town.new_salesforce("Opportunity", **sale)
    town.sync()
    town.sync()
    assert [row["searchstage"] for row in town.rows("netsuite", "customer")] == ["Customer"]
    assert quiet_and_equal(town)


def test_sales_orders_make_customers_and_nobody_is_a_lead_here_and_a_customer_there(town: Town) -> None:
    """B3, B4."""
    customers = [netsuite_lead(town, f"Buyer{n}", f"Buyer {n} Ltd") for n in range(25)]
    town.sync()
    for customer in customers:
        town.netsuite("sales_order", customer=customer, total=100)
    town.sync()
    assert all(row["IsConverted"] for row in town.rows("salesforce", "Lead"))
    assert [row["Type"] for row in town.rows("salesforce", "Account")] == ["Customer - Direct"] * 25
    assert town.verify().lead_and_customer == 0
    assert quiet_and_equal(town)


# --- c. qualification ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sales_readiness", "buying_time_frame", "buying_reason"])
def test_every_qualification_value_makes_the_round_trip_and_so_does_none(town: Town, name: str) -> None:
    """C1, C2, C3: written in Salesforce, read back from NetSuite into a fresh state, edited there, and emptied."""
    lead_file = next(file for entity, file in town.mappings.files.items() if entity == "lead")
    line = lead_file.fields[name]
    field, column = str(line.salesforce), str(line.netsuite).lower()
    table = {label: str(id_) for label, id_ in (line.values or {}).items()}
    assert len(table) == 5
    leads = {salesforce_lead(town, f"R{n}", f"Co{n}", **{field: label}): label for n, label in enumerate(table)}
    empty = salesforce_lead(town, "Nothing", "Co none")
    town.sync()
    written = {row["lastname"]: str(row[column] or "") for row in town.rows("netsuite", "customer")}
    assert written == {**{f"R{n}": id_ for n, id_ in enumerate(table.values())}, "Nothing": ""}
    labels = list(table)
    for row in town.rows("netsuite", "customer"):
        if row["lastname"] != "Nothing":
            following = labels[(int(row["lastname"][1:]) + 1) % 5]
            update = {str(line.netsuite): {"id": table[following]}}
            town.netsuite("update", type="customer", id=str(row["id"]), fields=update)
    town.sync()
    after = {row["Id"]: row[field] for row in town.rows("salesforce", "Lead")}
    assert after == {**{id_: labels[(labels.index(label) + 1) % 5] for id_, label in leads.items()}, empty: None}
    town.salesforce("update", type="Lead", id=next(iter(leads)), fields={field: None})
    town.sync()
    assert sum(row[column] is None for row in town.rows("netsuite", "customer")) == 2
    assert quiet_and_equal(town)


def test_a_mass_update_with_one_stamp_reaches_everybody_in_the_fewest_calls(make_town: Callable[..., Town]) -> None:
    """C5, at 600 instead of 5,000."""
    town = make_town(settings=RunSettings(allow=frozenset({"mass-change"})))
    customers = [netsuite_lead(town, f"Mass{n}", f"Mass {n} Ltd") for n in range(600)]
    town.sync()
    town.netsuite("mass_update", ids=customers, fields={"salesReadiness": "4"})
    stamps = {row["lastmodifieddate"] for row in town.rows("netsuite", "customer") if str(row["id"]) in customers}
    assert len(stamps) == 1
    town.stand.salesforce_front.reset_stats()
    report = town.sync()
    assert report.counts["salesforce.lead.updated"] == 600
    routes = town.stand.salesforce_front.stats()["by_route"]
    assert sum(count for route, count in routes.items() if route.startswith("PATCH ")) == 3
    assert [row["Sales_Readiness__c"] for row in town.rows("salesforce", "Lead")] == ["Evaluating"] * 600
    assert writes(town.sync()) == 0


def test_qualification_is_on_the_opportunity_of_either_side_after_a_conversion(town: Town) -> None:
    """C7, C8."""
    lead = salesforce_lead(town, "Akin", "Aethna", **QUALIFICATION)
    town.sync()
    town.salesforce("convert", id=lead, opportunity="Pumps")
    town.sync()
    (sale,) = town.rows("salesforce", "Opportunity")
    assert {name: sale[name] for name in QUALIFICATION} == QUALIFICATION
    (mirror,) = town.rows("netsuite", "opportunity")
    held = (mirror["salesreadiness"], mirror["buyingtimeframe"], mirror["buyingreason"], mirror["estimatedbudget"])
    assert (*held, mirror["isbudgetapproved"]) == (4, 3, 3, 12500, "T")
    assert quiet_and_equal(town)


def test_qualification_survives_a_conversion_that_begins_in_netsuite(town: Town) -> None:
    """C7: with an opportunity on it; without one, the values stay on the NetSuite record and the frozen lead."""
    customer = netsuite_lead(town, "Ray", "Ray Ltd", **IN_NETSUITE)
    town.sync()
    town.netsuite("save_and_convert", lead=customer, variant="stays", opportunity=True, title="Boats")
    town.sync()
    (sale,) = town.rows("salesforce", "Opportunity")
    assert {name: sale[name] for name in QUALIFICATION} == QUALIFICATION
    assert quiet_and_equal(town)

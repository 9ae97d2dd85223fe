"""What a line of a mapping file says is what both systems come to hold: lookups, scopes, stages, variants, tables."""

from __future__ import annotations

import re

from connector.core.flow import Pair, Update
from connector.core.mapping.insertion import insert_line
from connector.runs.account import live_lists
from connector.runs.sync import make_plan
from connector.sandbox.netsuite.settings import CustomField
from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from tests.story.edited import LEAD, Make, customer_of, exchange, holds, line, taken_up

# --- lookups ---------------------------------------------------------------------------------------------


def owners(file: str) -> str:
    for name in ("salesRep", "OwnerId"):
        file = re.sub(f"    {name}: left to each company.*\n", "", file)
    return insert_line(file, ("fields",), "owner: {netsuite: salesRep, salesforce: OwnerId, lookup: owners}")


def test_owners_are_found_by_their_e_mail_on_the_other_side(towns: Make) -> None:
    town = towns({"lead.yaml": owners})
    user = next(row for row in town.rows("salesforce", "User") if row["Name"] == "Maren Holt")
    kim = town.new_netsuite("employee", firstName="Kim", lastName="Poe", email=user["Email"].upper(), isSalesRep=True)
    lee = town.new_netsuite("employee", firstName="Lee", lastName="Roe", email="lee@nowhere.example", isSalesRep=True)
    lead = town.new_salesforce("Lead", **LEAD, OwnerId=user["Id"])
    town.sync()
    customer = customer_of(town, lead)
    assert str(town.row("netsuite", "customer", customer)["salesrep"]) == kim

    town.netsuite("update", type="customer", id=customer, fields={"salesRep": {"id": lee}, "title": "CEO"})
    report = town.sync()
    assert holds(report) == [("owner", "none of Salesforce's owners has the e-mail 'lee@nowhere.example'")]
    assert town.row("salesforce", "Lead", lead)["Title"] == "CEO"


def test_no_list_is_asked_for_that_no_line_needs(towns: Make) -> None:
    town = towns({})
    assert town.parts.mappings.lookups == frozenset()
    assert live_lists(town.parts) == Pair({}, {})


# --- scope -----------------------------------------------------------------------------------------------


def test_a_lead_out_of_scope_stays_where_it_is_and_a_linked_one_stays_linked(towns: Make) -> None:
    scope = "record: Lead\n  scope: [{field: LeadSource, operator: in, value: [Web, Trade Show]}]"
    town = towns({"lead.yaml": exchange("record: Lead", scope)})
    outside = town.new_salesforce("Lead", **LEAD, LeadSource="Other")
    inside = town.new_salesforce("Lead", **{**LEAD, "LastName": "Blair"}, LeadSource="Web")
    town.sync()
    assert town.row("salesforce", "Lead", outside)["NetSuite_Id__c"] is None
    customer = customer_of(town, inside)

    town.salesforce("update", type="Lead", id=inside, fields={"LeadSource": "Other", "Title": "CEO"})
    town.sync()
    assert town.row("netsuite", "customer", customer)["title"] == "CEO"
    assert len(town.rows("netsuite", "customer")) == 1

    town.salesforce("update", type="Lead", id=outside, fields={"LeadSource": "Web"})
    town.sync()
    assert town.row("salesforce", "Lead", outside)["NetSuite_Id__c"] is not None


# --- empty values ----------------------------------------------------------------------------------------


def test_an_empty_value_never_empties_the_other_side_and_news_fill_it_again(towns: Make) -> None:
    title = "job_title:     {netsuite: title, salesforce: Title, "
    town = towns({"lead.yaml": exchange(title, title + "skip_empty: true, ")})
    lead = town.new_salesforce("Lead", **LEAD, Title="CEO")
    town.sync()
    customer = customer_of(town, lead)

    town.salesforce("update", type="Lead", id=lead, fields={"Title": None})
    town.sync()
    assert town.row("netsuite", "customer", customer)["title"] == "CEO"
    assert town.row("salesforce", "Lead", lead)["Title"] is None

    town.netsuite("update", type="customer", id=customer, fields={"title": "Owner"})
    town.sync()
    assert town.row("salesforce", "Lead", lead)["Title"] == "Owner"
    assert holds(town.sync()) == []


# --- stages and variants ---------------------------------------------------------------------------------


def test_a_field_of_customers_waits_until_the_prospect_is_one(towns: Make) -> None:
    field = CustomField("custentity_terms", "customer", "text", "Terms")
    terms = "custom.terms: {netsuite: custentity_terms, salesforce: SLASerialNumber__c, from_stage: customer}"

    def edit(file: str) -> str:
        return line(terms)(file.replace("    SLASerialNumber__c: NetSuite has no such field\n", ""))

    town = towns({"organization.yaml": edit}, netsuite=NetSuiteSandbox(custom_fields=(field,)))
    account = town.new_salesforce("Account", Name="Edge", Type="Prospect", SLASerialNumber__c="N30")
    town.sync()
    customer = str(town.row("salesforce", "Account", account)["NetSuite_Id__c"]).removeprefix("ns-customer-")
    assert town.row("netsuite", "customer", customer)["custentity_terms"] is None

    town.netsuite("set_status", id=customer, status="13")
    town.sync()
    town.sync()
    assert town.row("netsuite", "customer", customer)["custentity_terms"] == "N30"


def test_lines_of_a_variant_are_for_its_records_and_its_form_is_held_to_its_demands(towns: Make) -> None:
    fields = (
        CustomField("custentity_form", "customer", "text", "Form"),
        CustomField("custentity_shops", "customer", "integer", "Shops"),
    )
    variant = (
        "variant: {netsuite: custentity_form, salesforce: Primary__c,"
        " values: {retail: {netsuite: R, salesforce: 'Yes'}, trade: {netsuite: T, salesforce: 'No'}}}"
    )
    shops = "custom.shops: {netsuite: custentity_shops, salesforce: NumberofLocations__c, as: integer, variant: retail}"

    def edit(file: str) -> str:
        for name in ("Primary__c", "NumberofLocations__c"):
            file = file.replace(f"    {name}: NetSuite has no such field\n", "")
        file = file.replace("record: customer", "record: customer\n  demands: {retail: [custentity_shops]}", 1)
        return line(shops)(line(variant)(file))

    town = towns({"lead.yaml": edit}, netsuite=NetSuiteSandbox(custom_fields=fields))
    shop = town.new_salesforce("Lead", **LEAD, Primary__c="Yes", NumberofLocations__c=3)
    trader = town.new_salesforce("Lead", **{**LEAD, "LastName": "Blair"}, Primary__c="No", NumberofLocations__c=7)
    poor = town.new_salesforce("Lead", **{**LEAD, "LastName": "Cook"}, Primary__c="Yes")
    report = town.sync()

    rows = [town.row("netsuite", "customer", customer_of(town, lead)) for lead in (shop, trader)]
    assert [(row["custentity_form"], row["custentity_shops"]) for row in rows] == [("R", 3), ("T", None)]
    assert town.row("salesforce", "Lead", poor)["NetSuite_Id__c"] is None
    assert holds(report) == [(None, "NetSuite's form of `retail` demands `custentity_shops`")]


# --- a text in pieces ------------------------------------------------------------------------------------


def test_the_pieces_of_a_text_cross_one_by_one_both_ways(towns: Make) -> None:
    fields = tuple(CustomField(f"custentity_{name}", "customer", "text", name) for name in ("given", "family"))

    def edit(file: str) -> str:
        file = taken_up(file, "CurrentGenerators__c")
        for part, name in enumerate(("given", "family"), 1):
            piece = f"{{split: CurrentGenerators__c, part: {part}, rest: first}}"
            file = line(f"custom.{name}: {{netsuite: custentity_{name}, salesforce: {piece}}}")(file)
        return file

    town = towns({"lead.yaml": edit}, netsuite=NetSuiteSandbox(custom_fields=fields))
    lead = town.new_salesforce("Lead", **LEAD, CurrentGenerators__c="Mary Ann Smith")
    town.sync()
    customer = customer_of(town, lead)

    def pieces() -> tuple[object, ...]:
        row = town.row("netsuite", "customer", customer)
        return row["custentity_given"], row["custentity_family"], whole()

    def whole() -> object:
        return town.row("salesforce", "Lead", lead)["CurrentGenerators__c"]

    assert pieces() == ("Mary Ann", "Smith", "Mary Ann Smith")
    town.netsuite("update", type="customer", id=customer, fields={"custentity_family": "Jones"})
    (update,) = make_plan(town.parts).plan.of(Update)
    assert dict(update.expected) == {"custom.family": "Smith", "custom.given": "Mary Ann"}, "the rest is believed too"
    town.sync()
    assert whole() == "Mary Ann Jones"

    town.netsuite("update", type="customer", id=customer, fields={"custentity_given": "Mary"})
    town.salesforce("update", type="Lead", id=lead, fields={"CurrentGenerators__c": "Mary Ann Brown"})
    assert holds(town.sync()) == []
    assert pieces() == ("Mary", "Brown", "Mary Brown")

    town.netsuite("update", type="customer", id=customer, fields={"custentity_family": "van Brown", "title": "CEO"})
    ((field, reason),) = holds(town.sync())
    assert (field, "would not be taken apart" in reason) == ("custom.family", True)
    assert (whole(), town.row("salesforce", "Lead", lead)["Title"]) == ("Mary Brown", "CEO")


# --- lengths and tables ----------------------------------------------------------------------------------


def test_a_line_may_refuse_the_record_whose_text_is_too_long(towns: Make) -> None:
    company = "company:       {netsuite: companyName, salesforce: Company, "
    town = towns({"lead.yaml": exchange(company, company + "on_too_long: refuse, ")})
    lead = town.new_salesforce("Lead", **{**LEAD, "Company": "x" * 84})
    assert holds(town.sync()) == [(None, "company: 84 characters, companyName holds 83 in NetSuite")]
    assert town.row("salesforce", "Lead", lead)["NetSuite_Id__c"] is None

    town.salesforce("update", type="Lead", id=lead, fields={"Company": "Aethna"})
    assert holds(town.sync()) == []
    customer = customer_of(town, lead)
    town.salesforce("update", type="Lead", id=lead, fields={"Company": "y" * 84, "Title": "CEO"})
    assert holds(town.sync()) == [(None, "company: 84 characters, companyName holds 83 in NetSuite")]
    assert town.row("netsuite", "customer", customer)["title"] is None


def test_a_table_may_stand_in_a_file_of_its_own(towns: Make) -> None:
    table = 'values: {Hot: "1", Warm: "2", Cold: "3"}'
    town = towns(
        {
            "lead.yaml": exchange(table, "values: ratings.csv"),
            "ratings.csv": lambda _: "salesforce,netsuite\nHot,1\nWarm,2\nCold,3\n",
        }
    )
    lead = town.new_salesforce("Lead", **LEAD, Rating="Cold")
    town.sync()
    assert str(town.row("netsuite", "customer", customer_of(town, lead))["custentity_rating"]) == "3"

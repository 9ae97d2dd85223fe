"""An account with two custom forms, each with demands of its own: every record crosses by the lines of its form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.core.flow import Pair
from connector.runs.mapping_check import check
from connector.sandbox.netsuite.settings import CustomField
from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from tests.story.edited import LEAD, Make, customer_of, exchange, holds, lines
from tests.story.town import MAPPINGS, Town

RETAIL, TRADE = "1", "2"
"""The ids of the two forms, the first that are added to an account."""
SHOPS = CustomField("custentity_shops", "customer", "integer", "Shops", mandatory=True, forms=(1,))
FLEET = CustomField("custentity_fleet", "customer", "text", "Fleet", mandatory=True, forms=(2,))
PERSON = {"isPerson": True, "firstName": "Ada", "companyName": "Aethna", "entityStatus": {"id": "6"}}

VARIANT = f"""variant:
  netsuite: customForm
  salesforce: Primary__c
  values: {{retail: {{netsuite: "{RETAIL}", salesforce: "Yes"}}, trade: {{netsuite: "{TRADE}", salesforce: "No"}}}}"""
LINES = (
    "custom.shops: {netsuite: custentity_shops, salesforce: NumberofLocations__c, as: integer, variant: retail}",
    "custom.fleet: {netsuite: custentity_fleet, salesforce: SICCode__c, variant: trade}",
)


def by_form(file: str) -> str:
    """lead.yaml with a variant for each form, and what each form demands."""
    demands = "record: customer\n  demands: {retail: [custentity_shops], trade: [custentity_fleet]}"
    fields = ("customForm", "Primary__c", "NumberofLocations__c", "SICCode__c")
    return exchange("record: customer", demands)(lines(VARIANT, *LINES, fields=fields)(file))


@pytest.fixture
def town(towns: Make) -> Town:
    town = towns({"lead.yaml": by_form}, netsuite=NetSuiteSandbox(custom_fields=(SHOPS, FLEET)))
    for form, name in ((RETAIL, "Retail"), (TRADE, "Trade")):
        assert town.netsuite("add_list_value", list="customform", name=name)["id"] == form
    return town


def in_netsuite(town: Town, lead: str) -> tuple[object, ...]:
    row = town.row("netsuite", "customer", customer_of(town, lead))
    return str(row["customform"]), row["custentity_shops"], row["custentity_fleet"]


def in_salesforce(town: Town, name: str) -> tuple[object, ...]:
    row = next(row for row in town.rows("salesforce", "Lead") if row["LastName"] == name)
    return row["Primary__c"], row["NumberofLocations__c"], row["SICCode__c"]


def test_a_lead_of_salesforce_gets_the_form_and_the_fields_of_its_variant(town: Town) -> None:
    both = {"NumberofLocations__c": 3, "SICCode__c": "6798"}
    shop = town.new_salesforce("Lead", **{**LEAD, "LastName": "Shop"}, Primary__c="Yes", **both)
    trader = town.new_salesforce("Lead", **{**LEAD, "LastName": "Trader"}, Primary__c="No", **both)

    assert holds(town.sync()) == []

    assert in_netsuite(town, shop) == (RETAIL, 3, None)
    assert in_netsuite(town, trader) == (TRADE, None, "6798")
    assert town.sync().writes == Pair(0, 0)


def test_a_record_of_netsuite_crosses_by_the_lines_of_its_form(town: Town) -> None:
    both = {"custentity_shops": 5, "custentity_fleet": "vans"}
    town.new_netsuite("customer", **PERSON, lastName="Shop", customForm={"id": RETAIL}, **both)
    town.new_netsuite("customer", **PERSON, lastName="Trader", customForm={"id": TRADE}, **both)
    town.new_netsuite("customer", **PERSON, lastName="Plain", **both)

    town.sync()

    assert in_salesforce(town, "Shop") == ("Yes", 5, None)
    assert in_salesforce(town, "Trader") == ("No", None, "vans")
    assert in_salesforce(town, "Plain") == (None, None, None)
    assert town.sync().writes == Pair(0, 0)


def test_edits_of_both_sides_cross_by_the_variant(town: Town) -> None:
    shop = town.new_salesforce("Lead", **{**LEAD, "LastName": "Shop"}, Primary__c="Yes", NumberofLocations__c=3)
    trader = town.new_salesforce("Lead", **{**LEAD, "LastName": "Trader"}, Primary__c="No", SICCode__c="6798")
    town.sync()
    town.netsuite("update", type="customer", id=customer_of(town, shop), fields={"custentity_shops": 4})
    town.salesforce("update", type="Lead", id=trader, fields={"SICCode__c": "2860", "NumberofLocations__c": 9})

    town.sync()

    assert in_salesforce(town, "Shop") == ("Yes", 4, None)
    assert in_netsuite(town, trader) == (TRADE, None, "2860")


def test_another_form_brings_its_own_fields(town: Town) -> None:
    shop = town.new_salesforce("Lead", **{**LEAD, "LastName": "Shop"}, Primary__c="Yes", NumberofLocations__c=3)
    town.sync()
    fields = {"customForm": {"id": TRADE}, "custentity_fleet": "vans"}
    town.netsuite("update", type="customer", id=customer_of(town, shop), fields=fields)

    town.sync()

    assert in_salesforce(town, "Shop") == ("No", 3, "vans")
    assert town.sync().writes == Pair(0, 0)


def test_what_a_form_demands_is_missed_before_netsuite_refuses_it(town: Town) -> None:
    lead = town.new_salesforce("Lead", **LEAD, Primary__c="No", NumberofLocations__c=3)

    assert holds(town.sync()) == [(None, "NetSuite's form of `trade` demands `custentity_fleet`")]
    assert town.row("salesforce", "Lead", lead)["NetSuite_Id__c"] is None


def test_the_check_tells_what_the_form_costs(town: Town, make_town: Callable[..., Town]) -> None:
    report = check(town.parts).data()
    assert report["mistakes"] == []
    assert [(one["file"], one["what"]) for one in report["costly"]] == [
        (
            "lead.yaml",
            "NetSuite may tell `customForm` record by record only: up to one call more for each customer that is read",
        )
    ]
    assert check(make_town(mappings=MAPPINGS).parts).data()["costly"] == []

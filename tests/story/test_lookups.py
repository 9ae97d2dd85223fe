"""Values looked up in live lists: currencies, subsidiaries and lead sources cross by what people know them by, and a
list may grow between two runs without a change of the mapping."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from connector.core.flow import Pair
from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from tests.story.edited import LEAD, Make, customer_of, exchange, holds, line, taken_up
from tests.story.town import Town

PERSON = {"isPerson": True, "firstName": "Ada", "companyName": "Aethna", "entityStatus": {"id": "6"}}
OF_CURRENCIES = "custom.currency: {netsuite: currency, salesforce: CurrentGenerators__c, lookup: currencies}"
OF_SUBSIDIARIES = "custom.subsidiary: {netsuite: subsidiary, salesforce: CurrentGenerators__c, lookup: subsidiaries}"


def with_line(text: str, *fields: str) -> Callable[[str], str]:
    return lambda file: line(text)(taken_up(file, *fields))


def sources(file: str) -> str:
    """Sources by live record, in place of the table."""
    return re.sub(r"(salesforce: LeadSource\n)    values:\n(      .*\n)+", r"\1    lookup: lead_sources\n", file)


def lead_of(town: Town, name: str) -> dict[str, object]:
    return next(row for row in town.rows("salesforce", "Lead") if row["LastName"] == name)


def list_value(town: Town, name: str, value: str) -> str:
    return str(town.netsuite("add_list_value", list=name, name=value)["id"])


# --- lead sources ----------------------------------------------------------------------------------------


def test_lead_sources_cross_by_name_both_ways_and_a_new_one_needs_no_row(towns: Make) -> None:
    town = towns({"lead.yaml": sources})
    ours = town.new_salesforce("Lead", **LEAD, LeadSource="Trade Show")
    town.new_netsuite("customer", **PERSON, lastName="Theirs", leadSource={"id": "-6"})
    assert holds(town.sync()) == []
    assert str(town.row("netsuite", "customer", customer_of(town, ours))["leadsource"]) == "9"
    assert lead_of(town, "Theirs")["LeadSource"] == "Web"

    podcast = list_value(town, "leadsource", "Podcast")
    town.new_netsuite("customer", **PERSON, lastName="Listener", email="l@x.example", leadSource={"id": podcast})
    assert holds(town.sync()) == []
    assert lead_of(town, "Listener")["LeadSource"] == "Podcast"
    assert town.sync().writes == Pair(0, 0)


def test_a_lead_source_that_netsuite_lacks_is_held_and_crosses_once_it_is_there(towns: Make) -> None:
    town = towns({"lead.yaml": sources})
    lead = town.new_salesforce("Lead", **LEAD, LeadSource="Web", Title="CEO")
    town.sync()
    customer = customer_of(town, lead)
    town.salesforce("update", type="Lead", id=lead, fields={"LeadSource": "Fair", "Title": "CFO"})
    assert holds(town.sync()) == [("source", "none of NetSuite's lead sources has the name 'Fair'")]
    assert town.row("netsuite", "customer", customer)["title"] == "CFO"

    for _ in range(3):
        town.wait(3600)
        town.sync()
    assert town.sync().holds == (), "nothing is read again as long as nothing changes"
    fair = list_value(town, "leadsource", "fair")
    assert holds(town.sync()) == [], "nobody touched the lead"
    assert str(town.row("netsuite", "customer", customer)["leadsource"]) == fair


# --- currencies ------------------------------------------------------------------------------------------


@pytest.fixture
def of_currencies(towns: Make) -> Town:
    return towns({"lead.yaml": with_line(OF_CURRENCIES, "currency", "CurrentGenerators__c")})


def test_currencies_cross_by_their_code_both_ways(of_currencies: Town) -> None:
    town = of_currencies
    euro = list_value(town, "currency", "EUR")
    ours = town.new_salesforce("Lead", **LEAD, CurrentGenerators__c="eur")
    town.new_netsuite("customer", **PERSON, lastName="Theirs", currency={"id": euro})

    assert holds(town.sync()) == []

    assert str(town.row("netsuite", "customer", customer_of(town, ours))["currency"]) == euro
    assert lead_of(town, "Theirs")["CurrentGenerators__c"] == "EUR"
    assert town.sync().writes == Pair(0, 0)
    assert lead_of(town, "Akin")["CurrentGenerators__c"] == "eur"


def test_a_currency_that_the_account_lacks_is_held_alone(of_currencies: Town) -> None:
    town = of_currencies
    lead = town.new_salesforce("Lead", **LEAD, CurrentGenerators__c="CHF", Title="CEO")

    assert holds(town.sync()) == [("custom.currency", "none of NetSuite's currencies has the code 'CHF'")]

    assert town.row("netsuite", "customer", customer_of(town, lead))["title"] == "CEO"


@pytest.fixture
def of_amounts(towns: Make) -> Town:
    """Budgets in the currency of each lead."""

    def edit(file: str) -> str:
        file = with_line(OF_CURRENCIES, "currency", "CurrentGenerators__c")(file)
        return exchange(
            "salesforce: Budget__c, as: money", "salesforce: Budget__c, as: money, currency: custom.currency"
        )(file)

    return towns({"lead.yaml": edit})


def amounts(town: Town, customer: str) -> tuple[object, ...]:
    ours, theirs = town.row("netsuite", "customer", customer), town.rows("salesforce", "Lead")[0]
    return (
        str(ours["currency"]),
        ours["estimatedbudget"],
        theirs["CurrentGenerators__c"],
        float(str(theirs["Budget__c"])),
    )


def test_an_amount_crosses_with_its_currency(of_amounts: Town) -> None:
    town = of_amounts
    euro = list_value(town, "currency", "EUR")
    lead = town.new_salesforce("Lead", **LEAD, CurrentGenerators__c="EUR", Budget__c=100)
    assert holds(town.sync()) == []
    customer = customer_of(town, lead)
    assert amounts(town, customer) == (euro, 100, "EUR", 100)

    town.netsuite("update", type="customer", id=customer, fields={"currency": {"id": "1"}, "estimatedBudget": 120})
    assert holds(town.sync()) == []
    assert amounts(town, customer) == ("1", 120, "USD", 120)

    town.salesforce("update", type="Lead", id=lead, fields={"CurrentGenerators__c": "EUR"})
    assert holds(town.sync()) == []
    assert amounts(town, customer) == (euro, 120, "EUR", 120)
    assert town.sync().writes == Pair(0, 0)


def test_an_amount_never_stands_as_a_bare_number_in_a_record_of_another_currency(of_amounts: Town) -> None:
    town = of_amounts
    euro, pound = list_value(town, "currency", "EUR"), list_value(town, "currency", "GBP")
    lead = town.new_salesforce("Lead", **LEAD, CurrentGenerators__c="USD", Budget__c=100)
    town.sync()
    customer = customer_of(town, lead)
    fields = {"currency": {"id": euro}, "estimatedBudget": 90, "title": "CEO"}
    town.netsuite("update", type="customer", id=customer, fields=fields)
    town.salesforce("update", type="Lead", id=lead, fields={"CurrentGenerators__c": "GBP"})

    held = holds(town.sync())

    assert {field for field, _ in held} == {"custom.currency", "budget"}
    assert amounts(town, customer) == (euro, 90, "GBP", 100)
    assert town.row("salesforce", "Lead", lead)["Title"] == "CEO"

    town.netsuite("update", type="customer", id=customer, fields={"currency": {"id": pound}})
    assert [field for field, _ in holds(town.sync())] == ["budget"], "people on both sides gave it another currency"
    assert amounts(town, customer) == (pound, 90, "GBP", 100)


def test_an_amount_is_not_converted_where_the_currency_stays_behind(towns: Make) -> None:
    once = OF_CURRENCIES.replace("lookup:", "create_only: true, lookup:")

    def edit(file: str) -> str:
        file = with_line(once, "currency", "CurrentGenerators__c")(file)
        return exchange("Budget__c, as: money", "Budget__c, as: money, currency: custom.currency")(file)

    town = towns({"lead.yaml": edit})
    euro = list_value(town, "currency", "EUR")
    lead = town.new_salesforce("Lead", **LEAD, CurrentGenerators__c="USD", Budget__c=100)
    town.sync()
    customer = customer_of(town, lead)
    fields = {"currency": {"id": euro}, "estimatedBudget": 90, "title": "CEO"}
    town.netsuite("update", type="customer", id=customer, fields=fields)

    reason = "90 EUR would become an amount in USD in Salesforce: amounts are never converted"
    assert holds(town.sync()) == [("budget", reason)]
    assert amounts(town, customer) == (euro, 90, "USD", 100)
    assert town.row("salesforce", "Lead", lead)["Title"] == "CEO"


def test_an_amount_without_a_currency_is_held_alone(of_amounts: Town) -> None:
    town = of_amounts
    lead = town.new_salesforce("Lead", **LEAD, Budget__c=100, Title="CEO")

    assert holds(town.sync()) == [("budget", "100.00 is an amount without a currency: `custom.currency` tells none")]

    assert town.row("netsuite", "customer", customer_of(town, lead))["title"] == "CEO"


# --- subsidiaries ----------------------------------------------------------------------------------------


@pytest.fixture
def of_subsidiaries(towns: Make) -> Town:
    edit = with_line(OF_SUBSIDIARIES, "subsidiary", "CurrentGenerators__c")
    return towns({"lead.yaml": edit}, netsuite=NetSuiteSandbox(one_world=True))


def test_subsidiaries_cross_by_name_both_ways(of_subsidiaries: Town) -> None:
    town = of_subsidiaries
    ours = town.new_salesforce("Lead", **LEAD, CurrentGenerators__c="Europe")
    town.new_netsuite("customer", **PERSON, lastName="Theirs", subsidiary={"id": "1"})

    assert holds(town.sync()) == []

    assert str(town.row("netsuite", "customer", customer_of(town, ours))["subsidiary"]) == "2"
    assert lead_of(town, "Theirs")["CurrentGenerators__c"] == "Headquarters"
    town.netsuite("update", type="customer", id=customer_of(town, ours), fields={"subsidiary": {"id": "1"}})
    town.sync()
    assert lead_of(town, "Akin")["CurrentGenerators__c"] == "Headquarters"
    assert town.sync().writes == Pair(0, 0)


def test_a_page_of_subsidiaries_costs_one_query(of_subsidiaries: Town) -> None:
    town = of_subsidiaries
    for number in range(30):
        town.new_netsuite("customer", **PERSON, lastName=f"L{number}", subsidiary={"id": "2"})
    calls = town.sync().data()["calls"]["netsuite"]
    assert calls < 100, "one for each of 30 records to carry our key, and none for a subsidiary"
    assert {lead["CurrentGenerators__c"] for lead in town.rows("salesforce", "Lead")} == {"Europe"}

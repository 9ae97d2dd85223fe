"""An org whose leads come in two record types, beside an account with two forms: the file says what the record types
are called, and every lead crosses by the lines of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.core.flow import Pair
from connector.errors import MappingError
from connector.runs.doctor import doctor
from connector.runs.mapping_check import check
from connector.runs.mapping_diff import diff
from connector.runs.parts import silent
from connector.sandbox.netsuite.settings import CustomField
from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from connector.sandbox.salesforce.settings import RecordType
from connector.sandbox.salesforce.settings import Settings as SalesforceSandbox
from tests.story.edited import LEAD, Make, customer_of, exchange, holds, lines
from tests.story.town import Town

PERSON = {"isPerson": True, "firstName": "Ada", "companyName": "Aethna", "entityStatus": {"id": "6"}}
KIND = CustomField("custentity_kind", "customer", "list", "Kind", ("Retail", "Trade"))
TYPES = (
    RecordType("Lead", "Retail_Lead", default=True),
    RecordType("Lead", "Trade_Lead"),
    RecordType("Account", "Shop", default=True),
    RecordType("Account", "Trade_Lead", "An account type of the same name"),
)


def variant(retail: str, trade: str) -> str:
    return f"""variant:
  netsuite: custentity_kind
  salesforce: RecordTypeId
  values: {{retail: {{netsuite: "1", salesforce: {retail}}}, trade: {{netsuite: "2", salesforce: {trade}}}}}"""


VARIANT = variant("Retail_Lead", "Trade_Lead")
LINES = (
    "custom.shops: {netsuite: custentity_shops, salesforce: NumberofLocations__c, as: integer, variant: retail}",
    "custom.fleet: {netsuite: custentity_fleet, salesforce: SICCode__c, variant: trade}",
)
OWN = (KIND, CustomField("custentity_shops", "customer", "integer"), CustomField("custentity_fleet", "customer"))


by_record_type = lines(VARIANT, *LINES, fields=("NumberofLocations__c", "SICCode__c", "RecordTypeId"))


@pytest.fixture
def make(towns: Make) -> Callable[..., Town]:
    def made(edit: Callable[[str], str] = by_record_type, **others: Callable[[str], str]) -> Town:
        accounts = {"netsuite": NetSuiteSandbox(custom_fields=OWN), "salesforce": SalesforceSandbox(record_types=TYPES)}
        return towns({"lead.yaml": edit, **{f"{name}.yaml": other for name, other in others.items()}}, **accounts)

    return made


def record_type(town: Town, name: str) -> str:
    rows = town.rows("salesforce", "RecordType")
    return next(row["Id"] for row in rows if (row["DeveloperName"], row["SobjectType"]) == (name, "Lead"))


def in_netsuite(town: Town, lead: str) -> tuple[object, ...]:
    row = town.row("netsuite", "customer", customer_of(town, lead))
    return row["custentity_kind"], row["custentity_shops"], row["custentity_fleet"]


def in_salesforce(town: Town, name: str) -> tuple[object, ...]:
    row = next(row for row in town.rows("salesforce", "Lead") if row["LastName"] == name)
    types = {one["Id"]: one["DeveloperName"] for one in town.rows("salesforce", "RecordType")}
    return types[row["RecordTypeId"]], row["NumberofLocations__c"], row["SICCode__c"]


def test_leads_of_both_record_types_reach_netsuite_by_their_own_lines(make: Callable[..., Town]) -> None:
    town = make()
    both = {"NumberofLocations__c": 3, "SICCode__c": "6798"}
    shop = town.new_salesforce("Lead", **{**LEAD, "LastName": "Shop"}, **both)
    trade = record_type(town, "Trade_Lead")
    trader = town.new_salesforce("Lead", **{**LEAD, "LastName": "Trader"}, RecordTypeId=trade, **both)

    assert holds(town.sync()) == []

    assert in_netsuite(town, shop) == (1, 3, None), "the user's default record type"
    assert in_netsuite(town, trader) == (2, None, "6798")
    assert town.sync().writes == Pair(0, 0)


def test_records_of_netsuite_get_the_record_type_that_the_file_names(make: Callable[..., Town]) -> None:
    town = make()
    both = {"custentity_shops": 5, "custentity_fleet": "vans"}
    town.new_netsuite("customer", **PERSON, lastName="Shop", custentity_kind={"id": "1"}, **both)
    town.new_netsuite("customer", **PERSON, lastName="Trader", custentity_kind={"id": "2"}, **both)

    assert holds(town.sync()) == []

    assert in_salesforce(town, "Shop") == ("Retail_Lead", 5, None)
    assert in_salesforce(town, "Trader") == ("Trade_Lead", None, "vans")
    assert town.sync().writes == Pair(0, 0)


def test_edits_of_both_sides_and_a_change_of_the_record_type_cross(make: Callable[..., Town]) -> None:
    town = make()
    shop = town.new_salesforce("Lead", **{**LEAD, "LastName": "Shop"}, NumberofLocations__c=3)
    town.sync()
    town.netsuite("update", type="customer", id=customer_of(town, shop), fields={"custentity_shops": 4})
    town.sync()
    assert in_salesforce(town, "Shop") == ("Retail_Lead", 4, None)

    fields = {"RecordTypeId": record_type(town, "Trade_Lead"), "SICCode__c": "6798"}
    town.salesforce("update", type="Lead", id=shop, fields=fields)
    town.sync()
    assert in_netsuite(town, shop) == (2, 4, "6798")

    town.netsuite("update", type="customer", id=customer_of(town, shop), fields={"custentity_kind": {"id": "1"}})
    town.sync()
    assert in_salesforce(town, "Shop")[0] == "Retail_Lead"
    assert town.sync().writes == Pair(0, 0)


@pytest.fixture
def typed_accounts(make: Callable[..., Town]) -> Town:
    return make(organization=lines(variant("Shop", "Trade_Lead"), fields=("RecordTypeId",)))


def account_types(town: Town) -> list[str]:
    types = {one["Id"]: one["DeveloperName"] for one in town.rows("salesforce", "RecordType")}
    return [types[row["RecordTypeId"]] for row in town.rows("salesforce", "Account")]


def test_a_lead_converted_in_netsuite_becomes_an_account_of_its_record_type(typed_accounts: Town) -> None:
    town = typed_accounts
    customer = town.new_netsuite("customer", **PERSON, lastName="Trader", custentity_kind={"id": "2"})
    town.sync()
    town.netsuite("set_status", id=customer, status="8")

    assert holds(town.sync()) == []

    assert account_types(town) == ["Trade_Lead"], "not the default that the conversion gave it"
    assert town.row("netsuite", "customer", customer)["custentity_kind"] == 2
    assert town.sync().writes == Pair(0, 0)


def test_a_lead_converted_in_salesforce_becomes_what_salesforce_makes_of_it(typed_accounts: Town) -> None:
    town = typed_accounts
    trader = town.new_salesforce("Lead", **LEAD, RecordTypeId=record_type(town, "Trade_Lead"))
    town.sync()
    town.salesforce("convert", id=trader, opportunity=False)

    assert holds(town.sync()) == []

    assert account_types(town) == ["Shop"], "the default record type of its new owner"
    assert [row["custentity_kind"] for row in town.rows("netsuite", "customer") if row["isinactive"] == "F"] == [1]


def test_a_record_type_that_is_renamed_goes_on_crossing_and_is_told(make: Callable[..., Town]) -> None:
    town = make()
    trade = record_type(town, "Trade_Lead")
    town.sync()
    town.salesforce("record_type", id=trade, fields={"DeveloperName": "B2B_Lead"})
    town.wait(2 * 86_400)

    for name in ("First", "Second"):
        town.new_netsuite("customer", **PERSON, lastName=name, custentity_kind={"id": "2"})
        report = town.sync()
        assert holds(report) == []
        assert in_salesforce(town, name)[0] == "B2B_Lead"
        told = {change.what for change in report.advice.drift.changes}
        assert told == {f"value renamed: {trade} (Trade_Lead) -> {trade} (B2B_Lead)"}, (
            "until the file says the new name"
        )

    assert "no value 'Trade_Lead'" in str(check(town.parts).data()["mistakes"])


def test_a_record_type_out_of_use_is_held_before_anything_is_sent(make: Callable[..., Town]) -> None:
    town = make()
    town.sync()
    town.salesforce("record_type", id=record_type(town, "Trade_Lead"), fields={"IsActive": False})
    town.wait(2 * 86_400)
    town.new_netsuite("customer", **PERSON, lastName="Trader", custentity_kind={"id": "2"})

    ((field, reason),) = holds(town.sync())

    assert (field, "RecordTypeId in Salesforce" in reason) == ("variant", True)


def test_a_misspelt_name_is_told_with_the_nearest_one(make: Callable[..., Town]) -> None:
    town = make(lambda file: exchange("Trade_Lead", "Trade_Laed")(by_record_type(file)))
    (mistake,) = check(town.parts).data()["mistakes"]
    assert mistake["what"] == "Salesforce has no value 'Trade_Laed' in `RecordTypeId`"
    assert mistake["expected"] == "did you mean `Trade_Lead`?"


def test_only_one_record_type_is_taken_up(make: Callable[..., Town]) -> None:
    scope = "record: Lead\n  scope: [{field: RecordTypeId, operator: is, value: Trade_Lead}]"
    town = make(exchange("record: Lead", scope))
    town.new_salesforce("Lead", **{**LEAD, "LastName": "Shop"})
    town.new_salesforce("Lead", **{**LEAD, "LastName": "Trader"}, RecordTypeId=record_type(town, "Trade_Lead"))
    town.sync()
    assert [row["lastname"] for row in town.rows("netsuite", "customer")] == ["Trader"]


def test_every_new_record_of_a_company_gets_the_same_record_type(make: Callable[..., Town]) -> None:
    town = make(exchange("record: Lead", "record: Lead\n  create: {RecordTypeId: Trade_Lead}"))
    town.new_netsuite("customer", **PERSON, lastName="Trader")
    town.sync()
    assert in_salesforce(town, "Trader")[0] == "Trade_Lead"
    assert diff(town.parts, town.mappings).records == 0
    assert [one.what for one in doctor(town.parts, silent).checks if one.state == "fail"] == []


def test_an_org_without_record_types_is_told_so(towns: Make) -> None:
    town = towns({"lead.yaml": by_record_type}, netsuite=NetSuiteSandbox(custom_fields=OWN))
    with pytest.raises(MappingError, match=r"`RecordTypeId` is not a field of Lead"):
        town.sync()

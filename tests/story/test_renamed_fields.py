"""An admin gives a Salesforce field another name and another label: it is known by its id all the same."""

from __future__ import annotations

from tests.story.edited import LEAD, Make, customer_of, exchange, line, taken_up
from tests.story.town import Town

SHOPS = "custom.shops: {netsuite: custentity_import_stage, salesforce: SICCode__c}"


def mapped(file: str) -> str:
    return line(SHOPS)(taken_up(file, "custentity_import_stage", "SICCode__c"))


def renamed(town: Town) -> None:
    town.salesforce("rename_field", type="Lead", field="SICCode__c", name="Trade_Code__c", label="Code of the trade")
    town.wait(2 * 86_400)


def test_a_field_with_another_name_and_label_is_told_as_renamed_and_crosses_once_the_line_says_so(towns: Make) -> None:
    town = towns({"lead.yaml": mapped})
    lead = town.new_salesforce("Lead", **LEAD, SICCode__c="6798", Title="CEO")
    town.sync()
    renamed(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Trade_Code__c": "2860", "Title": "CFO"})

    advice = town.sync().advice

    assert [change.what for change in advice.drift.changes] == ["field renamed: SICCode__c -> Trade_Code__c"]
    (held,) = advice.drift.held
    assert held.settle == SHOPS.replace("SICCode__c", "Trade_Code__c")
    customer = town.row("netsuite", "customer", customer_of(town, lead))
    assert (customer["title"], customer["custentity_import_stage"]) == ("CFO", "6798"), "all but that line went on"

    file = town.mappings_folder / "lead.yaml"
    file.write_text(exchange(SHOPS, held.settle)(file.read_text()))
    town.reload()
    assert town.sync().advice.drift.held == ()
    assert town.row("netsuite", "customer", customer_of(town, lead))["custentity_import_stage"] == "2860"


def test_the_ids_cost_no_call(towns: Make) -> None:
    town = towns({"lead.yaml": mapped})
    town.sync()
    before = town.stand.salesforce_front.stats()["calls"]
    town.parts.systems.salesforce.describe(["Lead", "Account", "Contact", "Opportunity"])
    assert town.stand.salesforce_front.stats()["calls"] == before + 1

"""Proposals: the row for a list value that no table knows, the line for a field that both accounts have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connector.core.flow import Pair
from connector.core.mapping.document import Mappings, load_mappings
from connector.core.mapping.suggest import Proposal, UnknownValue, bare_name, row_for, scalar, unmapped_lines
from connector.core.mapping.yaml_file import Source, parse
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, SystemName
from tests.unit.mapping.conftest import SHIPPED
from tests.unit.mapping.two_accounts import info

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE


def accounts(netsuite: list[FieldInfo], salesforce: list[FieldInfo]) -> Pair[dict[str, RecordInfo]]:
    return Pair(
        {"customer": RecordInfo(NETSUITE, "customer", {one.name: one for one in netsuite}, "externalId")},
        {"Lead": RecordInfo(SALESFORCE, "Lead", {one.name: one for one in salesforce}, "NetSuite_Id__c")},
    )


def ratings(netsuite: dict[str, str], salesforce: list[str], *, restricted: bool = True) -> Pair[dict[str, RecordInfo]]:
    return accounts(
        [info("custentity_rating", "reference", options=netsuite, restricted=True)],
        [info("Rating", "picklist", 255, options=salesforce, restricted=restricted)],
    )


def row(mappings: Mappings, system: SystemName, value: str, records: Pair[dict[str, RecordInfo]]) -> Proposal:
    found = row_for(mappings, UnknownValue(Entity.LEAD, "rating", system, value), records)
    assert found is not None
    assert (found.file, found.place) == ("lead.yaml", "fields.rating.values")
    return found


# --- rows ------------------------------------------------------------------------------------------------


def test_a_value_that_salesforce_has_by_the_same_name(shipped: Mappings) -> None:
    found = row(shipped, NETSUITE, "4", ratings({"4": "Lukewarm"}, ["Hot", "lukewarm"]))

    assert found.yaml == 'lukewarm: "4"'
    assert "'4' is called 'Lukewarm' in NetSuite" in found.reasons


def test_a_value_that_salesforce_must_be_given_first(shipped: Mappings) -> None:
    found = row(shipped, NETSUITE, "4", ratings({"4": "Ready in Q3"}, ["Hot"]))

    assert found.yaml == 'Ready in Q3: "4"'
    assert "add it there first" in found.reasons[1]


def test_a_value_that_salesforce_takes_as_it_takes_any(shipped: Mappings) -> None:
    found = row(shipped, NETSUITE, "4", ratings({"4": "Ready in Q3"}, ["Hot"], restricted=False))

    assert "takes any value" in found.reasons[1]


def test_a_second_id_of_a_name_that_has_a_row(shipped: Mappings) -> None:
    found = row(shipped, NETSUITE, "9", ratings({"1": "Hot", "9": "Hot"}, ["Hot"]))

    assert (found.yaml, found.replaces) == ('Hot: ["1", "9"]', "Hot")


def test_an_id_whose_name_nobody_tells(shipped: Mappings) -> None:
    found = row(shipped, NETSUITE, "9", ratings({}, ["Hot"]))

    assert found.yaml == ""
    assert "not known" in found.reasons[0]


def test_a_salesforce_value_that_netsuite_has_by_the_same_name(shipped: Mappings) -> None:
    found = row(shipped, SALESFORCE, "Frozen", ratings({"4": "frozen"}, ["Frozen"]))

    assert found.yaml == 'Frozen: "4"'


def test_a_salesforce_value_that_means_a_row_that_is_there(shipped: Mappings) -> None:
    found = row(shipped, SALESFORCE, "HOT", ratings({"1": "Hot"}, ["Hot", "HOT"]))

    assert (found.yaml, found.replaces) == ('Hot: {netsuite: "1", salesforce: [Hot, HOT]}', "Hot")


def test_a_salesforce_value_that_netsuite_lacks(shipped: Mappings) -> None:
    found = row(shipped, SALESFORCE, "Forzen", ratings({"4": "Frozen"}, ["Forzen"]))

    assert found.yaml == ""
    assert "did somebody misspell it?" in found.reasons[1]


def test_a_value_that_has_a_row_by_now_needs_none(shipped: Mappings) -> None:
    assert row_for(shipped, UnknownValue(Entity.LEAD, "rating", NETSUITE, "1"), ratings({}, [])) is None


# --- rows of a table in a file of its own ----------------------------------------------------------------


def with_table(folder: Path, table: str) -> Mappings:
    for file in SHIPPED.glob("*.yaml"):
        (folder / file.name).write_text(file.read_text().replace('{Hot: "1", Warm: "2", Cold: "3"}', "ratings.csv"))
    (folder / "ratings.csv").write_text(table)
    return load_mappings(folder)


@pytest.mark.parametrize(
    ("table", "system", "value", "row"),
    [
        ("salesforce,netsuite\nHot,1\n", NETSUITE, "4", '"Luke, warm",4'),
        ("netsuite,canonical,salesforce\n1,hot,Hot\n", NETSUITE, "4", '4,"Luke, warm","Luke, warm"'),
        ('"salesforce","netsuite"\n"Hot","1"\n', NETSUITE, "4", '"Luke, warm","4"'),
        ("salesforce,netsuite\nHot,1\n", NETSUITE, "9", "Hot,9"),
        ("canonical,salesforce,netsuite\nhot,Hot,1\n", NETSUITE, "9", "hot,Hot,9"),
        ("canonical,salesforce,netsuite\nhot,Hot,1\n", SALESFORCE, "HOT", "hot,HOT,1"),
        ("salesforce,netsuite\nHot,1\n", SALESFORCE, "HOT", ""),
    ],
)
def test_a_row_of_a_csv_table(tmp_path: Path, table: str, system: SystemName, value: str, row: str) -> None:
    mappings = with_table(tmp_path, table)
    records = ratings({"1": "Hot", "9": "Hot", "4": "Luke, warm"}, ["Hot", "HOT", "Luke, warm"])

    found = row_for(mappings, UnknownValue(Entity.LEAD, "rating", system, value), records)

    assert found is not None
    assert (found.file, found.path, found.replaces) == ("ratings.csv", (), "")
    assert found.yaml == row
    if not row:
        assert "column `canonical`" in found.reasons[-1]


# --- lines -----------------------------------------------------------------------------------------------


def lines(mappings: Mappings, records: Pair[dict[str, RecordInfo]]) -> list[str]:
    return [one.yaml for one in unmapped_lines(mappings, records) if one.file == "lead.yaml"]


@pytest.mark.parametrize(
    ("netsuite", "salesforce", "line"),
    [
        (
            info("custentity_sales_region", "text", 300, label="Region"),
            info("Sales_Region__c", "text", 255, label="Sales region"),
            "custom.sales_region: {netsuite: custentity_sales_region, salesforce: Sales_Region__c}",
        ),
        (
            info("custentity_x1", "boolean", label="Newsletter"),
            info("Wants_News__c", "boolean", label="newsletter"),
            "custom.wants_news: {netsuite: custentity_x1, salesforce: Wants_News__c, as: boolean}",
        ),
        (
            info("custentity_tier", "reference", options={"1": "Gold", "2": "Silver", "3": "Tin"}),
            info("Tier__c", "picklist", 255, options=["Gold", "Silver", "Bronze"]),
            'custom.tier: {netsuite: custentity_tier, salesforce: Tier__c, values: {Gold: "1", Silver: "2"}}',
        ),
        (
            info("custentity_limit", "number"),
            info("Limit__c", "money", decimals=2),
            "custom.limit: {netsuite: custentity_limit, salesforce: Limit__c, as: money}",
        ),
        (
            info("custentity_score", "integer"),
            info("Score__c", "number", decimals=0, createable=False, updateable=False),
            "score: {netsuite: custentity_score, salesforce: Score__c, as: integer, direction: to_netsuite}",
        ),
    ],
)
def test_fields_that_both_accounts_have(
    shipped: Mappings, netsuite: FieldInfo, salesforce: FieldInfo, line: str
) -> None:
    assert lines(shipped, accounts([netsuite], [salesforce])) == [line]


def test_a_proposed_line_is_part_of_the_language(folder: Path) -> None:
    records = accounts([info("custentity_region", "text", 300)], [info("Region__c", "text", 255)])
    (line,) = lines(load_mappings(folder), records)
    lead = folder / "lead.yaml"
    lead.write_text(lead.read_text().replace("fields:\n", f"fields:\n  {line}\n", 1))

    assert "custom.region" in load_mappings(folder).of(Entity.LEAD).fields


def test_values_without_a_counterpart_are_named(shipped: Mappings) -> None:
    records = accounts(
        [info("custentity_tier", "reference", options={"1": "Gold", "3": "Tin"})],
        [info("Tier__c", "picklist", 255, options=["Gold", "Bronze"])],
    )
    (found,) = (one for one in unmapped_lines(shipped, records) if one.file == "lead.yaml")

    assert found.reasons[-1] == "without a counterpart: Bronze, Tin"


@pytest.mark.parametrize(
    ("netsuite", "salesforce"),
    [
        (info("custentity_region", "text"), info("Colour__c", "text", 255)),
        (info("custentity_region", "text"), info("Region__c", "boolean")),
        (info("custentity_tier", "reference", options={"1": "Gold"}), info("Tier__c", "picklist", options=["North"])),
        (info("territory", "reference"), info("Territory__c", "picklist", options=["North"])),
        (info("companyName", "text"), info("Company_Name__c", "text")),
    ],
    ids=["other names", "other kinds", "other values", "left out", "mapped"],
)
def test_fields_that_are_not_proposed(shipped: Mappings, netsuite: FieldInfo, salesforce: FieldInfo) -> None:
    assert lines(shipped, accounts([netsuite], [salesforce])) == []


def test_a_field_is_proposed_for_one_other_only(shipped: Mappings) -> None:
    first = info("Region__c", "text", 255)

    found = lines(shipped, accounts([info("custentity_region", "text")], [first, replace(first, name="REGION__c")]))

    assert len(found) == 1


# --- spelling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Hot", "1-3 Months", "Food & Beverage", "4", "no", "a: b", "# c", "", "x ", "é", "- d"]
)
def test_a_scalar_is_read_as_the_text_that_it_was(text: str) -> None:
    source = parse(f"{scalar(text)}: {scalar(text)}\n".encode(), "file.yaml")

    assert isinstance(source, Source)
    assert source.data == {text: text}


def test_names_lose_what_the_vendors_put_around_them() -> None:
    assert bare_name("custentity_sales_region") == bare_name("Sales_Region__c") == bare_name("salesRegion")

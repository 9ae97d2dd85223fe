"""Ids by the names that people know them by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.core.flow import Pair
from connector.core.mapping.check import Records, check_mappings
from connector.core.mapping.document import Mappings
from connector.core.mapping.language import MappingFile
from connector.core.mapping.named import by_id, id_of, remembering_names, with_ids
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, SystemName

TYPES = {"0121": "Retail", "0122": "Trade"}
SOURCES = {"-6": "Web", "9": "Fair", "10": "Twice", "11": "Twice", "12": "9"}


def records(types: dict[str, str] = TYPES) -> Records:
    type_ = FieldInfo("RecordTypeId", "reference", options=types, restricted=True)
    rating = FieldInfo("Rating", "picklist", options={"Hot": "Very hot"})
    source = FieldInfo("leadSource", "reference", options=SOURCES)
    lead = RecordInfo(SystemName.SALESFORCE, "Lead", {"RecordTypeId": type_, "Rating": rating})
    customer = RecordInfo(SystemName.NETSUITE, "customer", {"leadSource": source})
    return Pair({"customer": customer}, {"Lead": lead})


def lead(**more: Any) -> MappingFile:
    said: dict[str, Any] = {
        "entity": "lead",
        "netsuite": {"record": "customer", "when": {"stage": ["lead"]}},
        "salesforce": {"record": "Lead"},
        "fields": {"last_name": {"netsuite": "lastName", "salesforce": "LastName"}},
    }
    return MappingFile.model_validate({**said, **more})


def line(**said: Any) -> dict[str, Any]:
    return {"source": {"netsuite": "leadSource", "salesforce": "RecordTypeId", **said}}


def row(file: MappingFile, canonical: str) -> tuple[Any, Any]:
    values = by_id(file, records()).fields["source"].values
    assert isinstance(values, dict)
    cell: Any = values[canonical]
    return cell.netsuite, cell.salesforce


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ({"netsuite": "Web", "salesforce": "Retail"}, ("-6", "0121")),
        ({"netsuite": ["Web", "Fair"], "salesforce": ["0122", "Retail"]}, (("-6", "9"), ("0122", "0121"))),
        ({"netsuite": "9", "salesforce": "0122"}, ("9", "0122")),
        ({"netsuite": "Twice", "salesforce": "Nothing"}, ("Twice", "Nothing")),
        ("Fair", ("9", "Trade")),
    ],
)
def test_a_table_may_say_names_ids_and_lists_of_both(cell: Any, expected: tuple[Any, Any]) -> None:
    canonical = "Trade" if isinstance(cell, str) else "x"
    told = expected if canonical == "x" else ("9", "0122")
    assert row(lead(fields=line(values={canonical: cell})), canonical) == told


def test_an_id_that_is_another_ones_name_stays_an_id() -> None:
    assert id_of("9", FieldInfo("leadSource", "reference", options=SOURCES)) == "9"


def test_headers_conditions_and_scopes_may_say_names() -> None:
    rules = [
        {"field": "RecordTypeId", "operator": "in", "value": ["Trade", "0121"]},
        {"field": "Company", "operator": "is", "value": "Trade"},
    ]
    header = {"record": "Lead", "create": {"RecordTypeId": "Trade", "Company": "Trade"}, "scope": rules}
    when = {"salesforce": {"RecordTypeId": "Retail", "Rating": "Very hot"}}
    fields = {"last_name": {"netsuite": "lastName", "salesforce": "LastName", "when": when}}

    found = by_id(lead(salesforce=header, fields=fields), records())

    assert found.salesforce.create == {"RecordTypeId": "0122", "Company": "Trade"}
    assert [rule.value for rule in found.salesforce.scope] == [("0122", "0121"), "Trade"]
    assert found.fields["last_name"].when.salesforce == {"RecordTypeId": "0121", "Rating": "Very hot"}


def test_a_file_without_names_is_the_very_same() -> None:
    file = lead(fields=line(values={"x": {"netsuite": "9", "salesforce": "0121"}}))
    assert by_id(file, records()) is file
    assert by_id(file, Pair({}, {})) is file


def test_the_shipped_mappings_say_ids_and_are_not_made_anew(shipped: Mappings) -> None:
    assert with_ids(shipped, records()) is shipped


def named(shipped: Mappings) -> Mappings:
    return shipped.saying({Entity.LEAD: lead(fields=line(values={"x": {"netsuite": "Fair", "salesforce": "Trade"}}))})


def test_records_are_translated_by_ids(shipped: Mappings) -> None:
    mapping = with_ids(named(shipped), records()).of(Entity.LEAD)
    assert mapping.targets(SystemName.NETSUITE)["leadSource"].tables is not None
    assert mapping.fields["source"].lenses.salesforce.get({"RecordTypeId": "0122"}, None) == "x"  # type: ignore[arg-type]


def test_a_name_that_was_changed_stays_known_until_the_file_says_another(shipped: Mappings) -> None:
    said, before, now = named(shipped), records(), records({"0121": "Retail", "0122": "B2B"})

    kept = remembering_names(said, now, before)

    assert kept.salesforce["Lead"].fields["RecordTypeId"].options == TYPES
    assert remembering_names(shipped, now, before).salesforce["Lead"].fields["RecordTypeId"].options == {
        "0121": "Retail",
        "0122": "B2B",
    }
    assert kept.netsuite == now.netsuite


def test_conditions_are_held_against_the_lists(shipped: Mappings) -> None:
    file = lead(salesforce={"record": "Lead", "scope": [{"field": "RecordTypeId", "operator": "is", "value": "Trad"}]})
    mappings = replace(shipped.saying({Entity.LEAD: file}))
    told = [one for one in check_mappings(with_ids(mappings, records()), records()) if "RecordTypeId" in one.what]
    assert [(one.what, one.expected) for one in told] == [
        ("Salesforce has no value 'Trad' in `RecordTypeId`", "did you mean `Trade`?")
    ]

"""What an account changed, and which lines wait because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from connector.core.flow import Pair
from connector.core.mapping.check import check_mappings
from connector.core.mapping.document import Mappings
from connector.core.mapping.drift import NO_DRIFT, Drift, Records, changes, drift, fitted, without
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, SystemName
from tests.unit.mapping.two_accounts import info

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE


@pytest.fixture(scope="session")
def before(shipped: Mappings) -> Records:
    """Two accounts that the shipped mappings fit."""
    return Pair(_account(shipped, NETSUITE), _account(shipped, SALESFORCE))


def _account(mappings: Mappings, system: SystemName) -> dict[str, RecordInfo]:
    found: dict[str, RecordInfo] = {}
    for mapping in mappings.entities.values():
        type_ = mapping.record_type(system)
        names = {*mapping.vendor_fields(system), *mapping.sides.of(system).create}
        old = found[type_].fields if type_ in found else {}
        found[type_] = RecordInfo(system, type_, {**old, **{name: info(name, "text", 300) for name in sorted(names)}})
    return found


def with_field(
    records: Records, system: SystemName, type_: str, name: str, new: FieldInfo | None, **also: Any
) -> Records:
    """The accounts with a field of other facts, or without it; `also`: further fields."""
    old = records.of(system)[type_]
    fields = {key: known for key, known in old.fields.items() if key != name}
    more = {one.name: one for one in (new, *also.values()) if one is not None}
    return records.replace(system, {**records.of(system), type_: replace(old, fields={**fields, **more})})


def lead(records: Records, name: str, new: FieldInfo | None, **also: Any) -> Records:
    return with_field(records, SALESFORCE, "Lead", name, new, **also)


def test_nothing_changed(shipped: Mappings, before: Records) -> None:
    assert drift(shipped, before, before) == Drift(changes=())
    assert drift(shipped, None, before) is NO_DRIFT


def test_a_field_that_vanished_holds_its_line_alone(shipped: Mappings, before: Records) -> None:
    now = lead(before, "Rating", None)

    found = drift(shipped, before, now)

    assert [(one.entity, one.field, one.file) for one in found.held] == [(Entity.LEAD, "rating", "lead.yaml")]
    assert found.held[0].reason == "`Rating` is not a field of Lead in Salesforce"
    assert found.creates == {}
    assert [one.kind for one in found.changes] == ["field vanished"]


def test_the_rest_goes_on_without_the_line(shipped: Mappings, before: Records) -> None:
    now = lead(before, "Rating", None)
    found = drift(shipped, before, now)

    left = without(shipped, found)

    assert set(shipped.of(Entity.LEAD).fields) - set(left.of(Entity.LEAD).fields) == {"rating"}
    assert left.waiting == ("lead.rating",)
    assert "Rating" not in left.of(Entity.LEAD).vendor_fields(SALESFORCE)
    assert check_mappings(left, fitted(shipped, found, before, now), values=False) == []
    assert check_mappings(shipped, now, values=False) != []


def test_what_waits_is_still_remembered_as_it_was(shipped: Mappings, before: Records) -> None:
    """Else the next run would take it for a mistake of the file."""
    now = lead(before, "Rating", None)

    kept = fitted(shipped, drift(shipped, before, now), before, now)

    assert "Rating" in kept.salesforce["Lead"].fields
    assert [one.field for one in drift(shipped, kept, now).held] == ["rating"]
    assert drift(shipped, kept, before).held == ()


def test_a_field_that_never_was_there_is_a_mistake(shipped: Mappings, before: Records) -> None:
    never = lead(before, "Rating", None)

    found = drift(shipped, never, never)

    assert found.held == ()
    assert [one.what for one in check_mappings(without(shipped, found), never, values=False)] == [
        "`Rating` is not a field of Lead in Salesforce"
    ]


def test_a_renamed_field_is_told_with_the_line_that_settles_it(shipped: Mappings, before: Records) -> None:
    now = lead(before, "Budget__c", None, instead=info("Lead_Budget__c", "text", 300, label="Budget__c"))

    found = drift(shipped, before, now)

    assert [(one.kind, one.was, one.now) for one in found.changes] == [("field renamed", "Budget__c", "Lead_Budget__c")]
    assert found.held[0].settle == "budget:          {netsuite: estimatedBudget, salesforce: Lead_Budget__c, as: money}"


def test_a_field_of_the_same_id_is_a_renamed_one_whatever_it_is_called(shipped: Mappings, before: Records) -> None:
    old = lead(before, "Budget__c", info("Budget__c", "text", 300, id="00Nb1"))
    now = lead(old, "Budget__c", None, instead=info("Means__c", "text", 200, label="Means", id="00Nb1"))

    found = drift(shipped, old, now)

    assert [one.what for one in found.changes] == [
        "field renamed: Budget__c -> Means__c",
        "length changed: 300 -> 200",
    ]
    assert found.held[0].settle == "budget:          {netsuite: estimatedBudget, salesforce: Means__c, as: money}"


def test_the_id_tells_more_than_the_label(shipped: Mappings, before: Records) -> None:
    old = lead(before, "Budget__c", info("Budget__c", "text", 300, id="00Nb1"))
    two = lead(old, "Budget__c", None, instead=info("Means__c", "text", 300, label="Means", id="00Nb1"))
    now = lead(two, "Budget2__c", info("Budget2__c", "text", 300, label="Budget__c", id="00Nb2"))

    assert [one.what for one in drift(shipped, old, now).changes] == [
        "field renamed: Budget__c -> Means__c",
        "field appeared: (none) -> Budget__c",
    ]


def test_ids_that_changed_tell_nothing_and_the_label_does(shipped: Mappings, before: Records) -> None:
    """Salesforce does not promise ids to stay the same from one release to the next."""
    old = lead(before, "Budget__c", info("Budget__c", "text", 300, id="00Nb1"))
    now = lead(old, "Budget__c", None, instead=info("Means__c", "text", 300, label="Budget__c", id="00Nc7"))

    assert [one.kind for one in drift(shipped, old, now).changes] == ["field renamed"]


def test_a_type_that_changed_holds_the_line(shipped: Mappings, before: Records) -> None:
    old = lead(before, "NumberOfEmployees", info("NumberOfEmployees", "integer"))
    old = with_field(old, NETSUITE, "customer", "custentity_employees", info("custentity_employees", "integer"))
    now = lead(old, "NumberOfEmployees", info("NumberOfEmployees", "boolean"))

    found = drift(shipped, old, now)

    assert [(one.entity, one.field) for one in found.held] == [(Entity.LEAD, "employees")]
    assert found.held[0].reason.startswith("`NumberOfEmployees` was integer and is boolean now: ")
    assert found.held[0].settle == "take the line out: no kind of value fits both fields"


def test_a_type_that_changed_without_harm_holds_nothing(shipped: Mappings, before: Records) -> None:
    now = lead(before, "Description", info("Description", "long_text", 32000))

    found = drift(shipped, before, now)

    assert found.held == ()
    assert [one.kind for one in found.changes] == ["type changed", "length changed"]


def test_decimals_that_were_lost_hold_the_line(shipped: Mappings, before: Records) -> None:
    old = lead(before, "Budget__c", info("Budget__c", "money", decimals=2))
    old = with_field(old, NETSUITE, "customer", "estimatedBudget", info("estimatedBudget", "money", decimals=2))
    now = lead(old, "Budget__c", info("Budget__c", "money", decimals=0))

    (held,) = drift(shipped, old, now).held

    assert (held.field, held.settle) == ("budget", "decimals: 0")


def test_a_field_that_became_read_only_holds_the_line(shipped: Mappings, before: Records) -> None:
    now = lead(before, "Fax", info("Fax", "text", 300, createable=False, updateable=False))

    found = drift(shipped, before, now)

    assert [one.field for one in found.held] == ["fax"]
    assert "became read-only" in [one.kind for one in found.changes]


def test_new_records_wait_where_doubles_could_not_be_told(shipped: Mappings, before: Records) -> None:
    found = drift(shipped, before, lead(before, "Email", None))

    assert set(found.creates) == {(NETSUITE, Entity.LEAD), (SALESFORCE, Entity.LEAD)}
    assert "a double could not be told" in found.creates[SALESFORCE, Entity.LEAD]


def test_new_records_wait_where_something_new_is_demanded(shipped: Mappings, before: Records) -> None:
    now = lead(before, "Tax_Id__c", info("Tax_Id__c", "text", 20, required=True))

    found = drift(shipped, before, now)

    assert list(found.creates) == [(SALESFORCE, Entity.LEAD)]
    assert found.held == ()


def test_a_constant_whose_field_vanished_is_not_given_any_more(shipped: Mappings, before: Records) -> None:
    now = with_field(before, NETSUITE, "customer", "isPerson", None)

    found = drift(shipped, before, now)

    assert (NETSUITE, Entity.LEAD, "isPerson") in found.constants
    assert "isPerson" not in without(shipped, found).of(Entity.LEAD).sides.netsuite.create


def test_a_record_type_that_is_gone_stops_the_run(shipped: Mappings, before: Records) -> None:
    now = before.replace(SALESFORCE, {type_: one for type_, one in before.salesforce.items() if type_ != "Lead"})

    found = drift(shipped, before, now)
    mistakes = check_mappings(without(shipped, found), fitted(shipped, found, before, now), values=False)

    assert [one.what for one in mistakes] == ["Salesforce has no record type `Lead`, or we may not see it"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"1": "Hot"}, {"1": "Hot", "2": "Warm"}, [("value appeared", "", "2 (Warm)")]),
        ({"1": "Hot", "2": "Warm"}, {"1": "Hot"}, [("value vanished", "2 (Warm)", "")]),
        ({"1": "Hot"}, {"1": "Red hot"}, [("value renamed", "1 (Hot)", "1 (Red hot)")]),
        ({"Hot": "Hot"}, {"Hot": "Hot"}, []),
    ],
)
def test_values_of_lists(before: Records, old: Mapping[str, str], new: Mapping[str, str], told: list[Any]) -> None:
    one = lead(before, "Rating", info("Rating", "picklist", options=old))
    other = lead(before, "Rating", info("Rating", "picklist", options=new))

    assert [(change.kind, change.was, change.now) for change in changes(one, other)] == told


def test_a_value_that_was_renamed_under_its_id_holds_nothing(shipped: Mappings, before: Records) -> None:
    def rating(label: str) -> Records:
        options = {"1": label, "2": "Warm", "3": "Cold"}
        known = info("custentity_rating", "reference", options=options, restricted=True)
        return with_field(before, NETSUITE, "customer", "custentity_rating", known)

    found = drift(shipped, rating("Hot"), rating("Red hot"))

    assert found.held == ()
    assert [one.what for one in found.changes] == ["value renamed: 1 (Hot) -> 1 (Red hot)"]

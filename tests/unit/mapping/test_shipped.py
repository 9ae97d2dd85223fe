"""The shipped mapping files: every field a lens, every example true, every vendor field mapped or left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.core.flow import Pair
from connector.core.mapping.document import Mappings, load_mappings
from connector.core.mapping.examples import cross, run_examples
from connector.core.mapping.translate import EntityMapping, FieldMapping
from connector.core.schema import ABSENT, MODELS, Address, Entity, Stage, SystemName, Value, record_types
from tests.unit.mapping.conftest import SHIPPED, FakeLinks

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
MAPPINGS = load_mappings(SHIPPED)
FIELDS = [(entity, name) for entity in Entity for name in MAPPINGS.of(entity).fields]
WORD = st.text("abcdefgh XYZ.-", min_size=1, max_size=30).filter(str.strip)
BY_CODEC: dict[str, st.SearchStrategy[Any]] = {
    "text": WORD,
    "long_text": WORD,
    "email": st.sampled_from(["kakin@athenahome.com", "A@b.example"]),
    "phone": st.sampled_from(["(434) 369-3100", "001-672-799-2170x5610"]),
    "url": st.sampled_from(["a.example", "http://a.example/"]),
    "money": st.integers(0, 10**9).map(Decimal),
    "integer": st.integers(0, 10**6),
    "percent": st.integers(0, 100).map(Decimal),
    "boolean": st.booleans(),
    "date": st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    "link": st.sampled_from(["link:7", "ref:netsuite:customer:42"]),
    "address": st.builds(Address, street=WORD, city=WORD, country=st.sampled_from(["US", "FR"])),
}


def values_of(line: FieldMapping) -> st.SearchStrategy[Any]:
    """Canonical values of a field; where an empty field has a meaning, None is no value."""
    if line.tables is None:
        return BY_CODEC[line.codec] | st.none()
    values = st.sampled_from(sorted(line.tables.netsuite.write))
    return values if line.tables.salesforce.of_empty or line.tables.netsuite.of_empty else values | st.none()


# --- lenses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("entity", "name"), FIELDS)
@given(data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.differing_executors])
def test_every_field_reads_back_what_was_written(entity: Entity, name: str, data: st.DataObject) -> None:
    mapping = MAPPINGS.of(entity)
    line = mapping.fields[name]
    value = data.draw(values_of(line))
    for system in SystemName:
        if line.flows_to(system):
            raw = {**line.conditions.of(system), **line.lenses.of(system).put(value, FakeLinks(), ABSENT)}
            back = mapping.read(system, raw, FakeLinks()).values[name]
            assert mapping.same(name, back, value) or str(value).startswith("ref:")


@pytest.mark.parametrize(("entity", "name"), FIELDS)
@given(data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.differing_executors])
def test_every_field_writes_back_what_was_read(entity: Entity, name: str, data: st.DataObject) -> None:
    """Beginning with each vendor value that the field understands; lossy fields may choose another spelling."""
    mapping = MAPPINGS.of(entity)
    line = mapping.fields[name]
    for system in SystemName:
        if not line.flows_to(system):
            continue
        raw = data.draw(raws_of(line, system))
        value = mapping.read(system, {**line.conditions.of(system), **raw}, FakeLinks()).values[name]
        again = dict(line.lenses.of(system).put(value, FakeLinks(), ABSENT))
        if line.lossy:
            reread = mapping.read(system, {**line.conditions.of(system), **again}, FakeLinks()).values[name]
            assert mapping.same(name, value, reread)
        else:
            assert again == raw


def raws_of(line: FieldMapping, system: SystemName) -> st.SearchStrategy[dict[str, Any]]:
    writes = line.lenses.of(system).writes
    if line.tables is not None:
        return st.sampled_from(sorted(line.tables.of(system).read)).map(lambda raw: {writes[0]: raw})
    if line.codec == "link":
        return st.just({writes[0]: "42" if system is NETSUITE else "001A"})
    return values_of(line).map(lambda value: dict(line.lenses.of(system).put(value, FakeLinks(), ABSENT)))


def test_what_is_lossy_is_known() -> None:
    """A field that becomes lossy by a change of the files, or stops being so, is a decision."""
    lossy = {(entity, name) for entity, name in FIELDS if MAPPINGS.of(entity).fields[name].lossy}
    assert lossy == {
        (Entity.LEAD, "website"),
        (Entity.LEAD, "address"),
        (Entity.LEAD, "email_opt_out"),
        (Entity.ORGANIZATION, "name"),
        (Entity.ORGANIZATION, "stage"),
        (Entity.ORGANIZATION, "website"),
        (Entity.ORGANIZATION, "billing_address"),
        (Entity.ORGANIZATION, "shipping_address"),
        (Entity.PERSON, "address"),
        (Entity.PERSON, "email_opt_out"),
        (Entity.OPPORTUNITY, "stage"),
    }


# --- the files -------------------------------------------------------------------------------------------


def test_the_examples_come_out_as_they_say(shipped: Mappings) -> None:
    assert [str(mistake) for mistake in run_examples(shipped)] == []


def test_an_example_that_is_wrong_is_found_at_its_line(folder: Path) -> None:
    file = folder / "lead.yaml"
    file.write_text(
        file.read_text().replace('leadSource: "9"', 'leadSource: "8"').replace("held: [status]", "held: []")
    )
    found = run_examples(load_mappings(folder))
    assert [mistake.what for mistake in found] == [
        "`leadSource` came out as '9'",
        "held: status: 'Closed - Converted' is not in the values table",
    ]
    assert 'leadSource: "8"' in found[0].source


def test_canonical_names_are_the_schemas(shipped: Mappings) -> None:
    for entity in Entity:
        assert set(shipped.of(entity).fields) <= set(MODELS[entity].model_fields)


def test_record_types_are_the_pair_that_belongs_together(shipped: Mappings) -> None:
    for system in SystemName:
        assert {entity: shipped.of(entity).record_type(system) for entity in Entity} == record_types(system)


def test_stages_of_a_customer_are_all_told(shipped: Mappings) -> None:
    stages = [stage for entity in Entity for stage in shipped.of(entity).sides.netsuite.stages]
    assert sorted(stages) == sorted(Stage)


# --- nothing is silently left behind ---------------------------------------------------------------------


def known(mappings: Mappings, system: SystemName, entities: list[Entity]) -> set[str]:
    names: set[str] = set()
    for entity in entities:
        mapping = mappings.of(entity)
        names |= {name.partition(".")[0] for name in mapping.vendor_fields(system)} | set(mapping.left_out(system))
    return names


@pytest.mark.parametrize("entity", Entity)
def test_every_writable_salesforce_field_is_mapped_or_left_out(
    shipped: Mappings, recordings: Path, entity: Entity
) -> None:
    description = json.loads(
        (recordings / "salesforce" / "describe" / f"{record_types(SALESFORCE)[entity]}.json").read_text()
    )
    writable = {
        field["name"]
        for field in description["fields"]
        if (field["createable"] or field["updateable"]) and not field["name"].endswith("__c")
    }
    assert writable - known(shipped, SALESFORCE, [entity]) == set()


@pytest.mark.parametrize(
    ("type_", "entities"),
    [
        ("customer", [Entity.LEAD, Entity.ORGANIZATION]),
        ("contact", [Entity.PERSON]),
        ("opportunity", [Entity.OPPORTUNITY]),
    ],
)
def test_every_netsuite_field_is_mapped_or_left_out(
    shipped: Mappings, recordings: Path, type_: str, entities: list[Entity]
) -> None:
    fields = json.loads((recordings / "netsuite" / "record_fields_2026_1.json").read_text())["records"][type_]["fields"]
    assert set(fields) - known(shipped, NETSUITE, entities) == set()


def test_every_reason_says_something(shipped: Mappings) -> None:
    for entity in Entity:
        for system in SystemName:
            assert all(len(reason) > 10 for reason in shipped.of(entity).left_out(system).values())


# --- real input ------------------------------------------------------------------------------------------


def rows(recordings: Path, type_: str) -> Iterator[dict[str, Any]]:
    text = (recordings / "input" / "developer-org" / f"{type_}.json").read_text()
    yield from (
        {name: value for name, value in row.items() if name != "attributes"}
        for row in json.loads(text, parse_float=Decimal)["records"]
    )


def round_trip(mapping: EntityMapping, raw: dict[str, Any]) -> Pair[dict[str, Value]]:
    """A Salesforce row's values, and those of the NetSuite record that it becomes."""
    whole = {**dict.fromkeys(mapping.vendor_fields(SALESFORCE)), **raw}
    there = mapping.read(SALESFORCE, whole, FakeLinks())
    fields = mapping.write(NETSUITE, there.values, creating=True, links=FakeLinks(), info=None).fields
    made = {**dict.fromkeys(mapping.vendor_fields(NETSUITE)), **fields}
    back = mapping.read(NETSUITE, made, FakeLinks())
    assert back.problems == {}
    return Pair(dict(back.values), dict(there.values))


@pytest.mark.parametrize("entity", Entity)
def test_the_developer_org_crosses_over_and_is_the_same_there(
    shipped: Mappings, recordings: Path, entity: Entity
) -> None:
    mapping = shipped.of(entity)
    for raw in rows(recordings, record_types(SALESFORCE)[entity]):
        both = round_trip(mapping, raw)
        for name, line in mapping.fields.items():
            if name in both.salesforce and line.direction == "both" and line.codec != "link":
                assert mapping.same(name, both.netsuite.get(name), both.salesforce[name]), (raw, name)


@pytest.mark.parametrize("entity", Entity)
def test_what_of_the_developer_org_is_held_is_known(shipped: Mappings, recordings: Path, entity: Entity) -> None:
    held = [
        (name, why)
        for raw in rows(recordings, record_types(SALESFORCE)[entity])
        for name, why in cross(shipped.of(entity), SALESFORCE, raw)[1].items()
    ]
    converted = ("status", "'Closed - Converted' is not in the values table")
    assert held == ([converted] * 3 if entity is Entity.LEAD else [])


@pytest.mark.parametrize("entity", Entity)
def test_no_field_of_the_developer_org_is_silently_gone(shipped: Mappings, recordings: Path, entity: Entity) -> None:
    names = {name for raw in rows(recordings, record_types(SALESFORCE)[entity]) for name in raw}
    assert names - known(shipped, SALESFORCE, [entity]) == set()

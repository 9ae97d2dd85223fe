"""The shipped files against the sandboxes' base accounts as the adapters describe them, and spoilt files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from connector.core.flow import Pair
from connector.core.mapping.check import check_mappings
from connector.core.mapping.document import Mappings, load_mappings
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, SystemName, record_types
from connector.errors import Mistake
from tests.story.town import Town
from tests.unit.mapping.test_document import spoil

Records = Pair[Mapping[str, RecordInfo]]


@pytest.fixture(scope="module")
def records() -> Iterator[Records]:
    town = Town()
    netsuite, salesforce = (
        town.parts.systems.of(system).describe(sorted(set(record_types(system).values()))) for system in SystemName
    )
    yield Pair(netsuite, salesforce)
    town.close()


def check(folder: Path, records: Records) -> list[Mistake]:
    return check_mappings(load_mappings(folder), records)


def changed(records: Records, system: SystemName, type_: str, *fields: FieldInfo) -> Records:
    info = records.of(system)[type_]
    fresh = replace(info, fields={**info.fields, **{field.name: field for field in fields}})
    return records.replace(system, {**records.of(system), type_: fresh})


def test_the_shipped_files_fit_the_base_accounts(shipped: Mappings, records: Records) -> None:
    assert [str(mistake) for mistake in check_mappings(shipped, records)] == []


def test_everything_the_base_accounts_can_hold_is_mapped_or_left_out(shipped: Mappings, records: Records) -> None:
    for system, infos in records:
        for type_, info in infos.items():
            known = {"addressBook.shipping", info.key_field}
            for entity in Entity:
                if shipped.of(entity).record_type(system) == type_:
                    known |= {*shipped.of(entity).vendor_fields(system), *shipped.of(entity).left_out(system)}
            writable = {name for name, field in info.fields.items() if field.createable or field.updateable}
            assert writable - known - {"custentity_salesforce_id", "custbody_salesforce_id"} == set(), (system, type_)


@pytest.mark.parametrize(
    ("file", "old", "new", "what", "expected"),
    [
        ("organization.yaml", "salesforce: AnnualRevenue", "salesforce: AnualRevenue",
         "`AnualRevenue` is not a field of Account in Salesforce", "did you mean `AnnualRevenue`?"),
        ("organization.yaml", "[companyName,", "[compnayName,",
         "`compnayName` is not a field of customer in NetSuite", "did you mean `companyName`?"),
        ("lead.yaml", "custentity_rating", "custentity_raitng",
         "`custentity_raitng` is not a field of customer in NetSuite", "did you mean `custentity_rating`?"),
        ("lead.yaml", "street: Street", "street: Sreet", "`Sreet` is not a field of Lead", "did you mean `Street`?"),
        ("lead.yaml", "{isPerson: true}}}\n  first", "{isPersn: true}}}\n  first", "`isPersn` is not", "`isPerson`?"),
        ("opportunity.yaml", "salesforce: NextStep", "salesforce: IsWon",
         "`IsWon` of Opportunity in Salesforce is read-only", "expected `direction: to_netsuite`"),
        ("lead.yaml", 'Evaluating: "4"', 'Evaluatin: "4"', "Salesforce has no value 'Evaluatin'",
         "did you mean `Evaluating`?"),
        ("lead.yaml", 'Technology: "29"', 'Technology: "99"', "NetSuite has no value '99' in `category`",
         "did you mean `29` (Technology)?"),
        ("lead.yaml", 'entityStatus: "6"}', 'entityStatus: "66"}', "NetSuite has no value '66' in `entityStatus`",
         "expected one of 6 ("),
        ("lead.yaml", "create: {isPerson: true,", "create: {isPerso: true,", "`isPerso` is not a field", "`isPerson`?"),
        ("conversion.yaml", 'prospect_status: "8"', 'prospect_status: "6"', "'6' is no prospect's status", "one of 8"),
    ],
)  # fmt: skip
def test_what_an_account_cannot_do_is_named_at_its_line(
    folder: Path, records: Records, file: str, old: str, new: str, what: str, expected: str
) -> None:
    line = spoil(folder, file, old, new)
    (mistake,) = check(folder, records)
    assert mistake.file == file
    assert what in mistake.what
    assert expected in mistake.expected
    assert mistake.source == line


def test_a_field_that_the_vendor_demands_needs_a_source(shipped: Mappings, records: Records) -> None:
    demanding = changed(records, SystemName.SALESFORCE, "Lead", FieldInfo("Region__c", "text", required=True))
    (mistake,) = check_mappings(shipped, demanding)
    assert mistake.what == "Salesforce demands `Region__c` of every new Lead, and nothing gives it"


def test_a_field_that_cannot_be_given_to_new_records_is_named(shipped: Mappings, records: Records) -> None:
    late = replace(records.salesforce["Lead"].fields["Title"], createable=False)
    (mistake,) = check_mappings(shipped, changed(records, SystemName.SALESFORCE, "Lead", late))
    assert mistake.what == "`Title` of Lead in Salesforce cannot be given to a new record"


def test_a_field_that_can_only_be_given_to_new_records_is_named(shipped: Mappings, records: Records) -> None:
    early = replace(records.salesforce["Opportunity"].fields["NextStep"], updateable=False)
    (mistake,) = check_mappings(shipped, changed(records, SystemName.SALESFORCE, "Opportunity", early))
    assert mistake.what == "`NextStep` of Opportunity in Salesforce can only be given to a new record"
    assert mistake.expected == "expected `create_only: true`"


def test_a_record_type_that_we_may_not_see_is_one_mistake(shipped: Mappings, records: Records) -> None:
    without = {type_: info for type_, info in records.netsuite.items() if type_ != "opportunity"}
    (mistake,) = check_mappings(shipped, records.replace(SystemName.NETSUITE, without))
    assert (mistake.file, mistake.what) == (
        "opportunity.yaml",
        "NetSuite has no record type `opportunity`, or we may not see it",
    )


def test_a_value_that_is_only_read_does_no_harm(folder: Path, records: Records) -> None:
    spoil(folder, "opportunity.yaml", '["11", "12"]', '["11", "12", "99"]')
    assert check(folder, records) == []


def test_a_free_picklist_takes_values_that_its_list_lacks(shipped: Mappings, records: Records) -> None:
    assert "Trade Show" not in (records.salesforce["Lead"].fields["LeadSource"].options or {})
    assert check_mappings(shipped, records) == []

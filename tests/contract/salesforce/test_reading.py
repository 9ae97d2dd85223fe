"""What the adapter reads: metadata, changes that nothing escapes, records, keys, counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.core.ports import Wanted
from connector.errors import Missing, Refused
from connector.systems.salesforce.ids import to_18
from connector.systems.salesforce.records import record_types
from connector.systems.salesforce.system import SalesforceSystem
from tests.contract.salesforce.conftest import LEAD_FIELDS, Org, changed, create, sf

TYPES = ("Lead", "Account", "Contact", "Opportunity")
NAMES = {"Lead": "LastName", "Account": "Name", "Contact": "LastName", "Opportunity": "Name"}


def wanted(cursors: dict[str, str] | None = None) -> list[Wanted]:
    return [Wanted(type_, (NAMES[type_],), (cursors or {}).get(type_)) for type_ in TYPES]


def drain(system: SalesforceSystem, cursors: dict[str, str] | None = None) -> tuple[set[str], dict[str, str]]:
    """The ids of everything that changed, and the cursors to go on from."""
    found = system.changes(wanted(cursors))
    ids = {record.ref.id for one in found.values() for page in one.pages for record in page}
    return ids, {type_: one.cursor for type_, one in found.items()}


def test_the_org_is_asked_who_it_is(org: Org, system: SalesforceSystem) -> None:
    assert system.identity() == org.brain.org.org_id
    assert len(system.identity()) == 18


def test_fields_are_described(system: SalesforceSystem) -> None:
    lead = system.describe(["Lead", "Account"])["Lead"]
    assert lead.fields["Company"].required
    assert not lead.fields["Email"].required
    assert not lead.fields["ConvertedAccountId"].updateable
    assert lead.fields["Email"].kind == "email"
    assert lead.fields["AnnualRevenue"].kind == "money"
    assert lead.fields["Budget_Approved__c"].kind == "boolean"
    assert lead.fields["OwnerId"].refers_to
    assert lead.fields["Sales_Readiness__c"].custom
    assert "Researching" in (lead.fields["Sales_Readiness__c"].options or {})
    assert lead.key_field == "NetSuite_Id__c"


def test_custom_fields_are_known_by_ids_that_outlast_their_names(org: Org, system: SalesforceSystem) -> None:
    before = system.describe(["Lead", "Account"])["Lead"].fields
    org.brain.act({"do": "rename_field", "type": "Lead", "field": "SICCode__c", "name": "Industry_Code__c"})
    after = system.describe(["Lead", "Account"])["Lead"].fields
    assert after["Industry_Code__c"].id == before["SICCode__c"].id != ""
    assert before["Company"].id == ""


def test_record_types_are_the_values_of_their_field(system: SalesforceSystem) -> None:
    infos = [
        {"recordTypeId": "012000000000000AAA", "developerName": "Master", "available": True, "master": True},
        {
            "recordTypeId": "012bB0000000001",
            "developerName": "Trade",
            "available": True,
            "master": False,
            "active": True,
        },
        {
            "recordTypeId": "012bB0000000002",
            "developerName": "Old",
            "available": True,
            "master": False,
            "active": False,
        },
        {"recordTypeId": "012bB0000000003", "developerName": "Secret", "available": False, "master": False},
    ]
    assert record_types(infos) == {"012bB0000000001QAA": "Trade"}
    assert "RecordTypeId" not in system.describe(["Lead"])["Lead"].fields


def test_all_types_are_described_in_one_call(org: Org, system: SalesforceSystem) -> None:
    system.identity()
    org.calls()
    system.describe(TYPES)
    assert sum(org.calls().values()) == 1


def test_a_type_that_the_org_lacks_is_missing(system: SalesforceSystem) -> None:
    with pytest.raises(Missing):
        system.describe(["Nothing__c"])


def test_the_converted_statuses(system: SalesforceSystem) -> None:
    assert system.converted_statuses() == ("Closed - Converted",)


def test_a_first_read_brings_everything_with_its_values(org: Org, system: SalesforceSystem) -> None:
    id_ = org.make("Lead", LastName="Núñez", Company="Aethna", AnnualRevenue=139000000)
    (record,), _ = changed(system)
    assert record.ref == sf("Lead", id_)
    assert record.fields["LastName"] == "Núñez"
    assert record.fields["AnnualRevenue"] == Decimal(139000000)
    assert record.fields["Email"] is None
    assert set(record.fields) == set(LEAD_FIELDS)
    assert record.modified_at == org.brain.world.clock.now()


def test_nothing_changed_costs_one_call_for_the_marks_and_one_for_the_rows(org: Org, system: SalesforceSystem) -> None:
    org.make("Lead", LastName="A", Company="B")
    _, cursors = drain(system)
    org.advance(600)
    _, cursors = drain(system, cursors)
    org.advance(600)
    org.calls()
    ids, _ = drain(system, cursors)
    assert ids == set()
    assert sum(org.calls().values()) == 2


def test_a_change_of_this_very_second_is_seen_at_once(org: Org, system: SalesforceSystem) -> None:
    id_ = org.make("Lead", LastName="A", Company="B")
    _, cursor = changed(system)
    org.advance(3600)
    _, cursor = changed(system, cursor)
    org.edit("Lead", id_, LastName="C")
    (record,), _ = changed(system, cursor)
    assert record.fields["LastName"] == "C"


def test_a_row_that_commits_late_is_not_lost(org: Org, system: SalesforceSystem) -> None:
    id_ = org.make("Lead", LastName="A", Company="B")
    _, cursor = changed(system)
    org.advance(600)
    _, cursor = changed(system, cursor)
    org.front.act({"do": "late_commit", "type": "Lead", "id": id_, "fields": {"LastName": "Late"}, "seconds": 900})
    seen = []
    for _ in range(5):
        org.advance(300)
        records, cursor = changed(system, cursor)
        seen += [record.fields["LastName"] for record in records]
    assert "Late" in seen


def test_many_rows_of_one_second_over_several_pages_are_read_once_each(new_org: Callable[..., Org]) -> None:
    org = new_org(page_size=200)
    system = org.connect()
    made = {org.make("Lead", LastName=f"L{number}", Company="X") for number in range(650)}
    records, _ = changed(system)
    assert len(records) == 650
    assert {record.ref.id for record in records} == made


def test_a_dead_locator_is_gone_around_without_loss_or_repetition(new_org: Callable[..., Org]) -> None:
    org = new_org(page_size=200)
    system = org.connect()
    made = [org.make("Lead", LastName=f"L{number}", Company="X") for number in range(500)]
    found = system.changes([Wanted("Lead", LEAD_FIELDS, None)])["Lead"]
    pages = found.pages
    ids = [record.ref.id for record in next(pages)]
    org.advance(timedelta(days=3).total_seconds())
    ids += [record.ref.id for page in pages for record in page]
    assert sorted(ids) == sorted(made)


def test_deleted_and_merged_records_are_told(org: Org, system: SalesforceSystem) -> None:
    winner, loser, dropped = (org.make("Lead", LastName=name, Company="X") for name in "ABC")
    _, cursor = changed(system)
    org.advance(600)
    org.front.act({"do": "merge", "type": "Lead", "id": winner, "losers": [loser]})
    org.front.act({"do": "delete", "type": "Lead", "id": dropped})
    records = {record.ref.id: record for record in changed(system, cursor)[0]}
    assert records[loser].deleted
    assert records[loser].merged_into == sf("Lead", winner)
    assert records[dropped].deleted
    assert records[dropped].merged_into is None
    assert records[dropped].fields == {}


def test_a_cursor_older_than_the_replication_window_still_works(org: Org, system: SalesforceSystem) -> None:
    _, cursor = changed(system)
    org.advance(timedelta(days=40).total_seconds())
    id_ = org.make("Lead", LastName="A", Company="B")
    (record,), later = changed(system, cursor)
    assert record.ref.id == id_
    assert later > cursor


def test_an_unknown_field_stops_the_reading(system: SalesforceSystem) -> None:
    with pytest.raises(Refused, match="Nonsense__c"):
        changed(system, fields=("Nonsense__c",))


def test_an_org_without_our_key_field_is_read_without_it(org: Org) -> None:
    org.make("Lead", LastName="A", Company="B")
    system = org.connect(key_fields={"Lead": "Other_Id__c"})
    (record,), _ = changed(system)
    assert record.key is None
    assert system.describe(["Lead"])["Lead"].key_field is None


def test_records_are_read_by_id_and_what_is_gone_is_told(org: Org, system: SalesforceSystem) -> None:
    a, b, c = (org.make("Lead", LastName=name, Company="X") for name in "ABC")
    org.front.act({"do": "merge", "type": "Lead", "id": a, "losers": [b]})
    never = sf("Lead", to_18("00Q000000000zzz"))
    refs = [sf("Lead", a), sf("Lead", b), sf("Lead", c), never]
    found = system.read(refs, {"Lead": ("LastName",)})
    assert found[refs[0]].fields == {"LastName": "A"}
    assert found[refs[1]].merged_into == refs[0]
    assert not found[refs[2]].deleted
    assert found[never].deleted


def test_records_are_found_by_key(system: SalesforceSystem) -> None:
    outcomes = system.write(
        [create("Account", "ns-customer-1", Name="A"), create("Account", "ns-customer-2", Name="B")]
    )
    found = system.find_by_key("Account", ["ns-customer-1", "ns-customer-3", "NS-customer-2"])
    assert found == {"ns-customer-1": (outcomes[0].ref,), "NS-customer-2": (outcomes[1].ref,)}  # type: ignore[union-attr]


def test_hostile_keys_find_nothing_and_harm_nothing(system: SalesforceSystem) -> None:
    hostile = ["' OR Id != null OR Name = '", "\\", "a\nb", '"', "%", "x') --"]
    system.write([create("Account", "ns-customer-1", Name="A")])
    assert system.find_by_key("Account", hostile) == {}


def test_values_are_counted(org: Org, system: SalesforceSystem) -> None:
    org.make("Lead", LastName="A", Company="X", Email="a@b.example")
    org.make("Lead", LastName="B", Company="X")
    counts = system.count_values("Lead", ["LastName", "Email", "Phone", "Description"])
    assert counts == {"LastName": 2, "Email": 1, "Phone": 0}

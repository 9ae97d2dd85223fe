"""The slow complete comparison finds what no cursor can, goes on where it was stopped, and the next sync mends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.core.flow import Pair, Ref
from connector.core.ports import OpenHold
from connector.core.schema import SystemName
from connector.runs.parts import RunSettings
from connector.runs.review import Reply, Selection, answer, review
from connector.runs.verify_full import FullReport, verify_full
from tests.story.people import calm, counterpart, lead_fields, linked_lead, open_holds, told_alike, writes
from tests.story.test_acceptance_plan import a_day, snapshot
from tests.story.town import Town


def compared(town: Town, **options: Any) -> FullReport:
    return verify_full(town.parts, **options)


def kinds(report: FullReport) -> dict[str, int]:
    return dict(report.counts)


def settled(town: Town) -> None:
    a_day(town)
    calm(town)


def silently(town: Town, type_: str, id_: str, **fields: Any) -> None:
    """Change a Salesforce record without any stamp, as a merge and some imports do."""
    org = town.stand.salesforce.org
    org.store.update(org.sobject(type_), id_, fields)


def test_two_systems_in_step_have_nothing_to_find(town: Town) -> None:
    settled(town)
    before = snapshot(town)
    report = compared(town)
    assert kinds(report) == {}
    assert report.compared == report.equal == sum(1 for _ in town.store.iter_links())
    assert snapshot(town) == before
    assert town.store.rechecks() == []


def test_a_silent_change_is_found_queued_and_carried(town: Town) -> None:
    settled(town)
    lead = next(row for row in town.rows("salesforce", "Lead") if not row["IsConverted"])
    silently(town, "Lead", lead["Id"], Title="Chair")
    assert writes(town.sync()) == 0, "no cursor shows it"
    assert kinds(compared(town)) == {"difference": 1}
    assert writes(town.sync()) == 0, "to look is not to touch"
    report = compared(town, recheck=True)
    assert report.findings[0]["field"] == "job_title"
    assert report.queued == 2
    assert town.sync().counts == {"netsuite.lead.updated": 1}
    assert kinds(compared(town)) == {}


def test_beside_a_held_field_the_others_are_compared(town: Town) -> None:
    lead, customer = linked_lead(town, Title="Director", City="Norfolk")
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.netsuite("update", type="customer", id=customer, fields={"title": "Owner"})
    settled(town)
    assert open_holds(town) == [("conflict", "job_title")]
    silently(town, "Lead", lead, Company="Aethna Ltd")
    report = compared(town)
    assert [one["field"] for one in report.findings] == ["company"], "of the held field, a person has been told"
    assert report.equal == report.compared - 1


def test_an_account_merge_that_moved_contacts_without_a_stamp(town: Town) -> None:
    kept = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    lost = town.new_salesforce("Account", Name="Smith Works", Type="Prospect")
    contact = town.new_salesforce("Contact", LastName="Ray", Email="ray@ray.example", AccountId=lost)
    town.sync()
    town.wait(3600)
    calm(town)  # the contact's stamp lies behind every mark now
    town.salesforce("merge", type="Account", id=kept, losers=[lost])
    town.sync()
    assert kinds(compared(town, recheck=True)) == {"difference": 1}
    town.sync()
    company = town.row("netsuite", "contact", counterpart(town, "Contact", contact))["company"]
    assert str(company) == counterpart(town, "Account", kept)
    assert kinds(compared(town)) == {}


def test_a_link_to_a_record_that_is_gone(town: Town) -> None:
    settled(town)
    lead = next(row for row in town.rows("salesforce", "Lead") if not row["IsConverted"])
    org = town.stand.salesforce.org
    org.store.remove(org.sobject("Lead"), lead["Id"])
    assert kinds(compared(town, recheck=True)) == {"gone": 1}
    assert writes(town.sync()) == 0
    assert [one.hold.kind for one in town.store.open_holds()] == ["deleted"]
    assert kinds(compared(town)) == {}, "a person has been told"


def test_a_lost_key_is_written_again_by_the_next_sync(town: Town) -> None:
    settled(town)
    lead = next(row for row in town.rows("salesforce", "Lead") if not row["IsConverted"])
    silently(town, "Lead", lead["Id"], NetSuite_Id__c=None)
    assert kinds(compared(town, recheck=True)) == {"key": 1}
    town.sync()
    assert town.row("salesforce", "Lead", lead["Id"])["NetSuite_Id__c"] == lead["NetSuite_Id__c"]


# --- double keys -------------------------------------------------------------------------------------------------


@pytest.fixture
def doubles(town: Town) -> tuple[str, str]:
    """Two linked Salesforce leads, of which the second carries the key of the first too: their ids."""
    settled(town)
    first, second = [row for row in town.rows("salesforce", "Lead") if not row["IsConverted"]][:2]
    silently(town, "Lead", second["Id"], NetSuite_Id__c=first["NetSuite_Id__c"])
    return first["Id"], second["Id"]


def held_doubles(town: Town) -> list[OpenHold]:
    return [one for one in town.store.open_holds() if one.hold.kind == "double_key"]


def test_a_double_key_is_held_and_shown_to_people(town: Town, doubles: tuple[str, str]) -> None:
    before = snapshot(town)
    assert kinds(compared(town))["double key"] == 1
    (one,) = held_doubles(town)
    assert one.hold.refs == Pair(None, Ref(SystemName.SALESFORCE, "Lead", doubles[1]))
    assert f"{doubles[1]} carries the key of salesforce:Lead:{doubles[0]} too" in one.hold.reason
    assert one in review(town.store, Selection()).holds
    assert snapshot(town) == before


def test_a_double_key_stays_on_hold_until_a_comparison_sees_it_gone(town: Town, doubles: tuple[str, str]) -> None:
    key = town.row("salesforce", "Lead", doubles[1])["NetSuite_Id__c"]
    compared(town)
    (opened,) = held_doubles(town)
    for lead in doubles:
        town.salesforce("update", type="Lead", id=lead, fields={"City": "Norfolk"})
        town.sync()
    assert held_doubles(town) == [opened]
    compared(town, recheck=True)
    assert [(one.id, one.hold, one.tries) for one in held_doubles(town)] == [(opened.id, opened.hold, 1)]
    silently(town, "Lead", doubles[1], NetSuite_Id__c=key.replace("ns-", "former-"))
    town.sync()
    assert held_doubles(town), "a run does not look for it"
    compared(town)
    assert held_doubles(town) == []
    assert all(not town.row("salesforce", "Lead", lead)["IsDeleted"] for lead in doubles)


def test_doubles_that_were_merged_are_on_hold_no_more(town: Town, doubles: tuple[str, str]) -> None:
    compared(town)
    town.salesforce("merge", type="Lead", id=doubles[0], losers=[doubles[1]])
    town.sync()
    compared(town)
    assert held_doubles(town) == []


def test_a_double_key_that_is_ignored_stays_so(town: Town, doubles: tuple[str, str]) -> None:
    compared(town)
    answer(town.store, Selection(kind="double_key"), Reply("ignore"), "jo", town.clock.now())
    compared(town)
    assert [one.ignored_by for one in held_doubles(town)] == ["jo"]


def test_a_record_that_no_read_has_shown(town: Town) -> None:
    """Its transaction was open for so long that every mark was behind it when it appeared."""
    settled(town)
    lead = town.new_salesforce("Lead", **lead_fields("Late", "Late Inc"))
    silently(town, "Lead", lead, SystemModstamp="2020-01-01T00:00:00.000Z")
    assert writes(town.sync()) == 0
    assert kinds(compared(town, recheck=True)) == {"unlinked": 1}
    assert town.sync().counts["netsuite.lead.created"] == 1
    told_alike(town)


# --- going on ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1, 3, 5, 8])
def test_the_same_command_goes_on_where_it_was_stopped(make_town: Callable[..., Town], place: int) -> None:
    town = make_town(settings=RunSettings(chunk=2))
    settled(town)
    for row in town.rows("salesforce", "Lead"):
        if not row["IsConverted"]:
            silently(town, "Lead", row["Id"], Title="Chair")
    whole = compared(town)
    first, second = Told(place), Told()
    with pytest.raises(KeyboardInterrupt):
        compared(town, on_progress=first)
    report = compared(town, on_progress=second)
    assert report.resumed
    assert not set(first.done) & set(second.done), "nothing is compared twice"
    assert (report.compared, report.equal, kinds(report)) == (whole.compared, whole.equal, kinds(whole))
    assert list(report.findings) == list(whole.findings)
    assert not compared(town).resumed, "it came to its end"


def test_a_comparison_begins_again_when_it_is_told_to(make_town: Callable[..., Town]) -> None:
    town = make_town(settings=RunSettings(chunk=2))
    settled(town)
    with pytest.raises(KeyboardInterrupt):
        compared(town, on_progress=Told(2))
    report = compared(town, restart=True)
    assert not report.resumed
    assert report.compared == sum(1 for _ in town.store.iter_links())


class Told:
    """Hears of the progress, and presses Ctrl-C at the n-th word. `done`: how many links were compared each time."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.words, self.stop_at, self.done = 0, stop_at, list[int]()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if what == "comparing linked records":
            self.done.append(done)
        if self.words == self.stop_at:
            raise KeyboardInterrupt
        self.words += 1

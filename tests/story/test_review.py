"""A person answers: what is held knows everything about itself, and an answer is carried out by the next run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.core.flow import Choice, Pair
from connector.core.ports import OpenHold
from connector.runs import review
from connector.runs.review import Reply, Selection
from connector.runs.sync import make_plan
from connector.sandbox.salesforce.settings import DuplicateRule, Settings
from tests.story.answering import ALL, answer
from tests.story.people import (
    calm,
    counterpart,
    customer_fields,
    lead_fields,
    linked_lead,
    live,
    open_holds,
    told_alike,
    writes,
)
from tests.story.town import MAPPINGS, Town

REFUSED = {
    "kind": "lock_row",
    "match": {"method": "PATCH", "path": "/(record/v1/customer|composite/sobjects)"},
    "times": None,
}


def disagree(town: Town, here: str = "Owner", there: str = "CEO") -> tuple[str, str]:
    """A lead of which both sides changed the title: its ids in Salesforce and NetSuite."""
    lead, customer = linked_lead(town, Title="Director")
    town.netsuite("update", type="customer", id=customer, fields={"title": here})
    town.salesforce("update", type="Lead", id=lead, fields={"Title": there})
    town.sync()
    return lead, customer


def titles(town: Town, lead: str, customer: str) -> tuple[Any, Any]:
    return town.row("netsuite", "customer", customer)["title"], town.row("salesforce", "Lead", lead)["Title"]


def only_hold(town: Town) -> OpenHold:
    (one,) = town.store.open_holds()
    return one


# --- what a hold knows -----------------------------------------------------------------------------------


def test_a_hold_knows_both_values_both_bases_times_users_and_names(town: Town) -> None:
    disagree(town)
    hold = only_hold(town).hold
    assert (hold.values, hold.base) == (Pair("Owner", "CEO"), Pair("Director", "Director"))
    assert all(at is not None for _, at in hold.modified_at)
    assert hold.modified_by.salesforce is not None
    assert hold.names == Pair("Ann Akin (Aethna Inc)", "Ann Akin (Aethna Inc)")


def test_a_hold_that_is_seen_again_keeps_its_number_and_opening(town: Town) -> None:
    lead, _ = disagree(town)
    before = only_hold(town)
    town.salesforce("update", type="Lead", id=lead, fields={"City": "Norfolk"})
    town.sync()
    after = only_hold(town)
    assert (after.id, after.opened_at, after.tries) == (before.id, before.opened_at, 2)


# --- answers ---------------------------------------------------------------------------------------------

ANSWERS: dict[Choice, tuple[str, tuple[str, str]]] = {
    "netsuite": ("", ("Owner", "Owner")),
    "salesforce": ("", ("CEO", "CEO")),
    "value": ("Founder", ("Founder", "Founder")),
    "ignore": ("", ("Owner", "CEO")),
}


@pytest.mark.parametrize("choice", ANSWERS)
def test_an_answer_is_planned_carried_out_by_the_next_run_and_then_done_with(town: Town, choice: Choice) -> None:
    text, wanted = ANSWERS[choice]
    lead, customer = disagree(town)
    answer(town, choice, text)
    planned = make_plan(town.parts).data()
    assert planned["writes"] == {"value": 2, "ignore": 0}.get(choice, 1)
    assert all(f"by {'jo'}" in action["reason"] for action in planned["actions"] if "fields" in action)
    assert titles(town, lead, customer) == ("Owner", "CEO")
    town.sync()
    assert titles(town, lead, customer) == wanted
    assert (open_holds(town), town.store.open_answers()) == ([], [])
    told_alike(town)
    assert titles(town, lead, customer) == wanted


def test_after_ignoring_the_next_edit_crosses_again(town: Town) -> None:
    lead, customer = disagree(town)
    answer(town, "ignore")
    town.sync()
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "Chair"})
    told_alike(town)
    assert titles(town, lead, customer) == ("Chair", "Chair")


@pytest.mark.parametrize("choice", ANSWERS)
def test_an_answer_lapses_when_a_side_moved_and_the_hold_says_so(town: Town, choice: Choice) -> None:
    lead, customer = disagree(town)
    answer(town, choice, ANSWERS[choice][0])
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "Chair"})
    assert writes(town.sync()) == 0
    assert titles(town, lead, customer) == ("Owner", "Chair")
    hold = only_hold(town).hold
    assert hold.values == Pair("Owner", "Chair")
    assert "an answer by jo lapsed" in hold.reason
    assert town.store.open_answers() == []


def test_an_answer_to_what_has_settled_itself_is_dropped(town: Town) -> None:
    lead, customer = disagree(town)
    answer(town, "netsuite")
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "Owner"})
    assert writes(town.sync()) == 0
    assert (open_holds(town), town.store.open_answers()) == ([], [])
    assert titles(town, lead, customer) == ("Owner", "Owner")


def test_many_are_answered_at_once_by_a_filter(town: Town) -> None:
    for name in ("Akin", "Moss", "Ray"):
        lead, customer = linked_lead(town, name, f"{name} Ltd", Title="Director")
        town.netsuite("update", type="customer", id=customer, fields={"title": "Owner", "phone": "555-0001"})
        town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO", "Phone": "555-0002"})
    town.sync()
    assert len(answer(town, "netsuite", selection=Selection(field="job_title")).answered) == 3
    assert len(answer(town, "salesforce", selection=Selection(record=lead, field="phone")).answered) == 1
    town.sync()
    assert [one.hold.field for one in town.store.open_holds()] == ["phone", "phone"]
    assert {row["Title"] for row in live(town, "Lead")} == {"Owner"}
    assert town.row("netsuite", "customer", customer)["phone"] == "555-0002"


def test_a_dry_run_keeps_nothing(town: Town) -> None:
    disagree(town)
    review.answer(town.store, ALL, Reply("ignore"), "jo", town.clock.now(), dry_run=True)
    assert (town.store.open_answers(), only_hold(town).ignored_by) == ([], "")


def test_an_answer_outlives_a_write_that_did_not_take(town: Town) -> None:
    lead, customer = disagree(town)
    answer(town, "netsuite")
    town.stand.salesforce_front.arm([REFUSED])
    town.sync()
    assert titles(town, lead, customer) == ("Owner", "CEO")
    assert len(town.store.open_answers()) == 1
    town.stand.salesforce_front.arm([])
    town.sync()
    assert titles(town, lead, customer) == ("Owner", "Owner")
    told_alike(town)
    assert town.store.open_answers() == []


@pytest.mark.parametrize("failing", ["netsuite", "salesforce"])
def test_a_value_for_both_sides_arrives_though_one_write_is_lost(town: Town, failing: str) -> None:
    lead, customer = disagree(town)
    answer(town, "value", "Founder")
    front = town.stand.netsuite_front if failing == "netsuite" else town.stand.salesforce_front
    front.arm([REFUSED])
    town.sync()
    assert "Founder" in titles(town, lead, customer)
    front.arm([])
    town.wait(3600)
    told_alike(town)
    assert titles(town, lead, customer) == ("Founder", "Founder")


@pytest.mark.parametrize("failing", ["netsuite", "salesforce"])
def test_a_late_edit_for_both_sides_arrives_though_one_write_is_lost(town: Town, failing: str) -> None:
    account = town.new_salesforce("Account", Name="Ray Ltd", Type="Prospect")
    contact = town.new_salesforce("Contact", LastName="Ray", Email="x@ray.example", AccountId=account)
    lead, customer = linked_lead(town, "Ray", "Ray Ltd")
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    town.salesforce("convert", id=lead, account=account, contact=contact)
    front = town.stand.netsuite_front if failing == "netsuite" else town.stand.salesforce_front
    path = "/(record/v1/contact|composite/sobjects)"
    front.arm([{"kind": "lock_row", "match": {"method": "PATCH", "path": path}, "times": 1}])
    town.sync()
    front.arm([])
    town.wait(3600)
    told_alike(town)
    (person,) = town.rows("netsuite", "contact")
    assert (person["title"], town.row("salesforce", "Contact", contact)["Title"]) == ("CEO", "CEO")


# --- values that do not fit ------------------------------------------------------------------------------


def unfitting(town: Town) -> tuple[str, str]:
    """A lead whose NetSuite source no mapping file knows."""
    lead, customer = linked_lead(town)
    source = town.netsuite("add_list_value", list="leadsource", name="Podcast")["id"]
    town.netsuite("update", type="customer", id=customer, fields={"leadSource": {"id": source}})
    town.sync()
    assert open_holds(town) == [("value", "source")]
    return lead, customer


def test_a_value_that_fits_takes_the_place_of_one_that_does_not(town: Town) -> None:
    lead, _ = unfitting(town)
    answer(town, "value", "Web")
    town.sync()
    assert town.row("salesforce", "Lead", lead)["LeadSource"] == "Web"
    told_alike(town)
    assert open_holds(town) == []


def test_a_value_that_does_not_fit_may_be_ignored_until_it_changes(town: Town) -> None:
    lead, customer = unfitting(town)
    answer(town, "ignore")
    assert town.sync().holds == ()
    assert review.list_holds(town.store, ALL, town.clock.now()).holds == ()
    town.salesforce("update", type="Lead", id=lead, fields={"City": "Norfolk"})
    assert town.sync().holds == ()
    other = town.netsuite("add_list_value", list="leadsource", name="Radio")["id"]
    town.netsuite("update", type="customer", id=customer, fields={"leadSource": {"id": other}})
    assert [hold.field for hold in town.sync().holds] == ["source"]


# --- pairs and deletions ---------------------------------------------------------------------------------


def test_a_person_says_which_two_are_one(town: Town) -> None:
    first = town.new_netsuite("customer", **customer_fields("Akin", "Aethna Inc"))
    town.new_netsuite("customer", **customer_fields("Akin", "Aethna Inc"))
    lead = town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"))
    town.sync()
    held = [one for one in town.store.open_holds() if one.hold.refs.salesforce and one.hold.refs.salesforce.id == lead]
    assert {one.hold.kind for one in held} == {"ambiguous"}
    answer(town, "link", f"netsuite:customer:{first}", Selection(ids=(held[0].id,)))
    town.sync()
    assert counterpart(town, "Lead", lead) == first
    assert town.store.open_answers() == []


def test_what_was_deleted_can_be_ignored(town: Town) -> None:
    lead, _ = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    assert [hold.kind for hold in town.sync().holds] == ["deleted"]
    answer(town, "ignore")
    assert review.review(town.store, ALL).holds == ()
    report = calm(town)
    assert (report.holds, report.open_holds) == ((), 0)


def test_answers_that_make_no_sense_are_not_taken(town: Town) -> None:
    lead, _ = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    report = review.answer(town.store, ALL, Reply("netsuite"), "jo", town.clock.now())
    assert (len(report.answered), [why for _, why in report.refused]) == (
        0,
        ["a hold of this kind takes --again or --follow or --ignore only"],
    )


# --- values that lose ------------------------------------------------------------------------------------


def test_a_value_that_loses_can_be_found_for_ninety_days(town: Town) -> None:
    lead, _ = disagree(town)
    answer(town, "netsuite")
    town.sync()
    (lost,) = town.store.overruled()
    assert (lost.ref.id, lost.field, lost.value, lost.value_written) == (lead, "job_title", "CEO", "Owner")
    assert lost.modified_by and lost.modified_at
    assert "by jo" in lost.reason
    town.wait(timedelta(days=89).total_seconds())
    town.sync()
    assert town.store.overruled() == [lost]
    town.wait(timedelta(days=1, minutes=5).total_seconds())
    town.sync()
    assert town.store.overruled() == []


def test_a_value_that_loses_is_listed_once_however_often_its_write_is_sent(town: Town) -> None:
    disagree(town)
    answer(town, "netsuite")
    for _ in range(2):
        town.stand.salesforce_front.arm([REFUSED])
        town.sync()
    town.stand.salesforce_front.arm([])
    sent = town.clock.now()
    town.sync()
    (lost,) = town.store.overruled()
    assert (lost.value, lost.value_written) == ("CEO", "Owner")
    assert lost.at > sent


def test_an_ordinary_edit_overrules_nobody(town: Town) -> None:
    lead, customer = linked_lead(town, Title="Director")
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.sync()
    assert titles(town, lead, customer) == ("CEO", "CEO")
    assert town.store.overruled() == []


# --- refusals are tried again, ever more rarely ----------------------------------------------------------


def refused_lead(make_town: Callable[..., Town]) -> Town:
    """Two NetSuite leads of one e-mail address; Salesforce's rule takes only one."""
    town = make_town(salesforce=Settings(duplicate_rules=(DuplicateRule("Lead", "Email", "Block"),)))
    for name in ("Akin", "Moss"):
        town.new_netsuite("customer", **{**customer_fields(name, f"{name} Ltd"), "email": "same@c.example"})
    assert tried(town)
    return town


def tried(town: Town) -> bool:
    return town.sync().counts["salesforce.lead.refused"] > 0


def test_a_refusal_is_tried_again_after_one_two_four_hours_and_at_last_once_a_day(
    make_town: Callable[..., Town],
) -> None:
    town = refused_lead(make_town)
    town.new_netsuite("customer", **customer_fields("Ray", "Ray Ltd"))
    assert not tried(town)
    assert len(live(town, "Lead")) == 2
    for hours in (1, 2, 4, 8, 16, 24, 24):
        town.wait(hours * 3600 - 600)
        assert not tried(town)
        town.wait(600)
        assert tried(town), hours
    assert only_hold(town).tries == 8


def test_a_refusal_that_is_queued_by_hand_is_tried_by_the_next_run(make_town: Callable[..., Town]) -> None:
    town = refused_lead(make_town)
    assert review.retry(town.store, Selection(kind="refused")).holds
    assert tried(town)
    assert only_hold(town).tries == 1
    (lead,) = live(town, "Lead")
    town.salesforce("delete", type="Lead", id=lead["Id"])
    review.retry(town.store, ALL)
    town.sync()
    assert [row["LastName"] for row in live(town, "Lead")] != [lead["LastName"]]
    assert "refused" not in {kind for kind, _ in open_holds(town)}


def test_a_refused_write_rests_though_its_record_is_looked_at_for_another_reason(
    make_town: Callable[..., Town],
) -> None:
    town = refused_lead(make_town)
    before = only_hold(town)
    town.store.add_recheck([ref for _, ref in before.hold.refs if ref], "its organization is linked now")
    assert not tried(town)
    assert only_hold(town) == before


def test_a_refused_write_that_changed_is_tried_at_once(make_town: Callable[..., Town]) -> None:
    town = refused_lead(make_town)
    held = only_hold(town).hold.refs.netsuite
    assert held is not None
    town.netsuite("update", type="customer", id=held.id, fields={"phone": "555-0404"})
    assert tried(town)


# --- tug of war ------------------------------------------------------------------------------------------


@pytest.fixture
def owned(make_town: Callable[..., Town], tmp_path: Path) -> Town:
    """NetSuite owns the title."""
    folder = shutil.copytree(MAPPINGS, tmp_path / "mappings")
    lead = folder / "lead.yaml"
    old, new = "job_title:     {netsuite: title,", "job_title:     {owner: netsuite, netsuite: title,"
    text = lead.read_text()
    assert old in text
    lead.write_text(text.replace(old, new))
    return make_town(mappings=folder)


def tug(town: Town) -> Any:
    (hold,) = [one.hold for one in town.store.open_holds() if one.hold.kind == "tug_of_war"]
    return hold


def test_an_owned_value_that_is_changed_back_late_again_and_again_is_named_and_left(owned: Town) -> None:
    lead, _ = linked_lead(owned, Title="Director")
    runs = 0
    for _ in range(5):
        owned.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
        runs += writes(owned.sync())
    assert runs == 1
    hold = tug(owned)
    assert (hold.field, hold.values, hold.base.netsuite) == ("job_title", Pair("Director", "CEO"), "Director")
    assert "tug of war: written to Salesforce" in hold.reason
    assert "last change by" in hold.reason
    assert [one.value for one in owned.store.overruled()] == ["CEO"]
    owned.wait(3 * 24 * 3600)
    owned.salesforce("update", type="Lead", id=lead, fields={"City": "Norfolk"})
    owned.sync()
    assert owned.row("salesforce", "Lead", lead)["Title"] == "CEO"
    assert tug(owned) == hold or tug(owned).reason == hold.reason


def test_a_tug_of_war_ends_with_an_answer_or_when_the_two_agree(owned: Town) -> None:
    lead, customer = linked_lead(owned, Title="Director")
    for _ in range(2):
        owned.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
        owned.sync()
    answer(owned, "salesforce")
    told_alike(owned)
    assert (titles(owned, lead, customer), open_holds(owned)) == (("CEO", "CEO"), [])
    owned.netsuite("update", type="customer", id=customer, fields={"title": "Director"})
    owned.sync()
    owned.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    owned.sync()
    assert tug(owned).field == "job_title"
    owned.salesforce("update", type="Lead", id=lead, fields={"Title": "Director"})
    told_alike(owned)
    assert open_holds(owned) == []


def test_two_automations_that_never_agree_are_stopped_within_two_rounds(town: Town) -> None:
    lead, customer = linked_lead(town, Title="Director")
    count = 0
    for _ in range(6):
        town.netsuite("update", type="customer", id=customer, fields={"title": "director"})
        count += writes(town.sync())
        town.salesforce("update", type="Lead", id=lead, fields={"Title": "DIRECTOR"})
        count += writes(town.sync())
    assert count <= 3
    assert {kind for kind, _ in open_holds(town)} <= {"tug_of_war", "conflict"}
    assert open_holds(town)


def test_a_person_who_types_a_then_b_then_a_is_no_tug_of_war(town: Town) -> None:
    lead, customer = linked_lead(town, Title="A")
    for title in ("B", "A", "B", "A", "B"):
        town.salesforce("update", type="Lead", id=lead, fields={"Title": title})
        assert writes(town.sync()) == 1
    assert (titles(town, lead, customer), open_holds(town)) == (("B", "B"), [])

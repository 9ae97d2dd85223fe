"""What was deleted on one side is made again there, or deleted on the other side too, because a person says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.core.brakes import Limits
from connector.core.flow import Choice
from connector.runs.parts import RunSettings
from connector.runs.plan_file import draw_up, perform
from connector.runs.review import Selection
from connector.runs.sync import make_plan
from tests.story.answering import answer, refusals
from tests.story.people import (
    active,
    calm,
    counterpart,
    customer_fields,
    lead_fields,
    linked_account,
    linked_lead,
    live,
    open_holds,
    told_alike,
    writes,
)
from tests.story.town import Town

DELETED = Selection(kind="deleted")


def deleted_in_salesforce(town: Town) -> tuple[str, str]:
    lead, customer = linked_lead(town, Title="Director")
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    assert open_holds(town) == [("deleted", None)]
    return lead, customer


def deleted_in_netsuite(town: Town) -> tuple[str, str]:
    lead, customer = linked_lead(town, Title="Director")
    town.netsuite("delete", type="customer", id=customer)
    town.sync()
    assert open_holds(town) == [("deleted", None)]
    return lead, customer


def one_lead(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    """The only lead there is: its two rows, which name each other."""
    (lead,), (customer,) = live(town, "Lead"), active(town, "customer")
    assert counterpart(town, "Lead", lead["Id"]) == str(customer["id"])
    assert customer["externalid"] == f"sf-{lead['Id']}"
    return lead, customer


# --- made again --------------------------------------------------------------------------------------------------


def test_a_lead_deleted_in_salesforce_is_planned_made_again_and_then_done_with(town: Town) -> None:
    old, customer = deleted_in_salesforce(town)
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    answer(town, "again")
    (action,) = make_plan(town.parts).data()["actions"]
    assert (action["verb"], action["fields"]["Title"]) == ("create", "CEO")
    assert "made again, answered by jo" in action["reason"]
    assert live(town, "Lead") == []
    town.sync()
    lead, kept = one_lead(town)
    assert lead["Id"] != old
    assert (str(kept["id"]), lead["Title"]) == (customer, "CEO")
    assert (open_holds(town), town.store.open_answers()) == ([], [])
    told_alike(town)


def test_a_lead_deleted_in_netsuite_is_made_again(town: Town) -> None:
    lead, old = deleted_in_netsuite(town)
    answer(town, "again")
    town.sync()
    kept, customer = one_lead(town)
    assert kept["Id"] == lead
    assert str(customer["id"]) != old
    told_alike(town)


def test_what_was_made_again_lives_on_as_any_pair(town: Town) -> None:
    deleted_in_salesforce(town)
    answer(town, "again")
    town.sync()
    lead, customer = one_lead(town)
    town.salesforce("update", type="Lead", id=lead["Id"], fields={"Title": "Chair"})
    told_alike(town)
    assert town.row("netsuite", "customer", str(customer["id"]))["title"] == "Chair"
    town.forget()
    calm(town)
    assert len(one_lead(town)) == 2


def test_the_old_record_cannot_come_back_from_the_recycle_bin_beside_the_new_one(town: Town) -> None:
    old, _ = deleted_in_salesforce(town)
    answer(town, "again")
    town.sync()
    with pytest.raises(ValueError, match="DUPLICATE_VALUE"):
        town.salesforce("undelete", id=old)


def test_an_account_comes_back_with_its_people_and_sales_when_all_are_answered(town: Town) -> None:
    account, customer = linked_account(town)
    town.new_salesforce("Contact", LastName="Ray", Email="r@ray.example", AccountId=account)
    sale = {"Name": "Ray deal", "AccountId": account, "StageName": "Prospecting", "CloseDate": "2026-03-31"}
    town.new_salesforce("Opportunity", **sale)
    town.sync()
    town.salesforce("delete", type="Account", id=account)
    town.sync()
    assert open_holds(town) == [("deleted", None)] * 3
    answer(town, "again", selection=DELETED)
    town.sync()
    ((fresh,), (contact,), (deal,)) = (live(town, type_) for type_ in ("Account", "Contact", "Opportunity"))
    assert contact["AccountId"] == deal["AccountId"] == fresh["Id"] != account
    assert counterpart(town, "Account", fresh["Id"]) == customer
    told_alike(town)
    assert open_holds(town) == []


def test_a_record_that_somebody_made_again_by_hand_is_linked_and_not_doubled(town: Town) -> None:
    deleted_in_salesforce(town)
    by_hand = town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"))
    answer(town, "again")
    told_alike(town)
    lead, _ = one_lead(town)
    assert lead["Id"] == by_hand


def test_two_that_lost_each_its_counterpart_and_look_alike_become_one(town: Town) -> None:
    lead, first = linked_lead(town)
    town.netsuite("delete", type="customer", id=first)
    town.sync()
    second = town.new_netsuite("customer", **customer_fields("Bell", "Aethna Inc"))
    town.sync()
    other = next(row["Id"] for row in live(town, "Lead") if row["Id"] != lead)
    town.salesforce("delete", type="Lead", id=other)
    town.sync()
    same = {name: customer_fields("Akin", "Aethna Inc")[name] for name in ("lastName", "email")}
    town.netsuite("update", type="customer", id=second, fields=same)
    town.sync()
    assert open_holds(town) == [("deleted", None), ("deleted", None)]
    answer(town, "again")
    town.sync()
    kept, customer = one_lead(town)
    assert (kept["Id"], str(customer["id"])) == (lead, second)
    told_alike(town)


def test_an_answer_lapses_when_the_record_is_restored_instead(town: Town) -> None:
    lead, _ = deleted_in_salesforce(town)
    answer(town, "again")
    town.salesforce("undelete", id=lead)
    assert writes(town.sync()) == 0
    assert one_lead(town)[0]["Id"] == lead
    assert (open_holds(town), town.store.open_answers()) == ([], [])
    told_alike(town)


def test_an_answer_lapses_when_the_survivor_is_a_lead_no_more_and_the_hold_says_so(town: Town) -> None:
    _, customer = deleted_in_salesforce(town)
    answer(town, "again")
    town.netsuite("set_status", id=customer, status=8)
    town.sync()
    assert live(town, "Lead") == []
    (one,) = [one.hold for one in town.store.open_holds() if one.hold.kind == "deleted"]
    assert "an answer by jo lapsed" in one.reason
    assert town.store.open_answers() == []


def test_an_answer_lapses_when_the_survivor_is_out_of_use(town: Town) -> None:
    _, customer = deleted_in_salesforce(town)
    answer(town, "again")
    town.netsuite("update", type="customer", id=customer, fields={"isInactive": True})
    town.sync()
    assert live(town, "Lead") == []
    (one,) = town.store.open_holds()
    assert (one.hold.kind, "an answer by jo lapsed" in one.hold.reason) == ("deleted", True)


def test_after_both_are_gone_nothing_is_made(town: Town) -> None:
    _, customer = deleted_in_salesforce(town)
    answer(town, "again")
    town.netsuite("delete", type="customer", id=customer)
    assert writes(town.sync()) == 0
    assert (live(town, "Lead"), active(town, "customer"), open_holds(town)) == ([], [], [])
    assert town.store.open_answers() == []


def test_what_the_state_forgot_can_be_made_again_too(town: Town) -> None:
    """Its key names a record that is gone, and that is all that is known."""
    _, customer = deleted_in_salesforce(town)
    town.forget()
    town.sync()
    assert open_holds(town) == [("deleted", None)]
    answer(town, "again")
    told_alike(town)
    assert str(one_lead(town)[1]["id"]) == customer
    assert open_holds(town) == []


REFUSED = {"kind": "lock_row", "match": {"method": "POST", "path": "/composite/sobjects$"}, "times": None}
LOST = {"kind": "lose_answer", "match": {"method": "POST", "path": "/composite/sobjects$"}, "how": "reset", "times": 1}
LOST_THERE = {
    "kind": "lose_answer",
    "match": {"method": "POST", "path": "/record/v1/customer$"},
    "how": "reset",
    "times": 1,
}


def test_an_answer_and_its_hold_outlive_a_write_that_is_refused(town: Town) -> None:
    deleted_in_salesforce(town)
    answer(town, "again")
    town.stand.salesforce_front.arm([REFUSED])
    town.sync()
    assert ("deleted", None) in open_holds(town)
    assert len(town.store.open_answers()) == 1
    town.stand.salesforce_front.arm([])
    town.wait(3600)
    town.sync()
    one_lead(town)
    told_alike(town)
    assert (open_holds(town), town.store.open_answers()) == ([], [])


def refused_again(town: Town) -> str:
    """A lead that shall be made again in Salesforce, which refuses it: the NetSuite customer that is left."""
    _, customer = deleted_in_salesforce(town)
    answer(town, "again")
    town.stand.salesforce_front.arm([REFUSED])
    town.sync()
    assert len(town.store.open_answers()) == 1
    return customer


def test_ignoring_takes_an_answer_back_that_stays_refused(town: Town) -> None:
    refused_again(town)
    answer(town, "ignore", selection=DELETED)
    assert town.store.open_answers() == []
    town.stand.salesforce_front.arm([])
    town.wait(2 * 3600)
    calm(town)
    assert live(town, "Lead") == []
    (one,) = town.store.open_holds()
    assert (one.hold.kind, one.ignored_by) == ("deleted", "jo")


def test_following_takes_the_place_of_an_answer_that_stays_refused(town: Town) -> None:
    customer = refused_again(town)
    answer(town, "follow", selection=DELETED)
    assert town.sync().counts == {"netsuite.lead.deleted": 1}
    assert town.row("netsuite", "customer", customer)["isinactive"] == "T"
    assert (open_holds(town), town.store.open_answers()) == ([], [])


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_a_lost_answer_makes_no_double(town: Town, side: str) -> None:
    if side == "salesforce":
        deleted_in_salesforce(town)
        town.stand.salesforce_front.arm([LOST])
    else:
        deleted_in_netsuite(town)
        town.stand.netsuite_front.arm([LOST_THERE])
    answer(town, "again")
    town.sync()
    told_alike(town)
    one_lead(town)
    assert (open_holds(town), town.store.open_answers()) == ([], [])


def test_what_was_made_late_is_adopted_and_not_made_a_second_time(town: Town) -> None:
    deleted_in_netsuite(town)
    answer(town, "again")
    town.stand.netsuite_front.arm([{"kind": "delay", "seconds": 200, "match": LOST_THERE["match"]}])
    town.sync()
    town.stand.netsuite_front.arm([])
    town.wait(300)
    counts = town.sync().counts
    assert not {"netsuite.lead.created", "netsuite.lead.refused"} & counts.keys()
    (link,) = town.store.iter_links()
    assert link.reason == "adopted after a lost answer"
    told_alike(town)
    one_lead(town)


def test_a_plan_file_makes_it_again_once(town: Town) -> None:
    deleted_in_salesforce(town)
    answer(town, "again")
    _, file = draw_up(town.parts)
    assert perform(town.parts, file).counts["salesforce.lead.created"] == 1
    assert perform(town.parts, file).done_before == 1
    one_lead(town)
    told_alike(town)
    assert town.store.open_answers() == []


# --- deleted on the other side too -------------------------------------------------------------------------------


def test_a_delete_is_followed_because_somebody_says_so(town: Town) -> None:
    _, customer = deleted_in_salesforce(town)
    answer(town, "follow")
    assert town.sync().counts == {"netsuite.lead.deleted": 1}
    assert town.row("netsuite", "customer", customer)["isinactive"] == "T"
    assert (open_holds(town), town.store.open_answers()) == ([], [])
    calm(town)


def test_edit_beats_an_answer_to_follow(town: Town) -> None:
    _, customer = deleted_in_salesforce(town)
    answer(town, "follow")
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    assert writes(town.sync()) == 0
    (one,) = town.store.open_holds()
    assert "edit beats delete" in one.hold.reason
    assert "an answer by jo lapsed" in one.hold.reason
    assert town.store.open_answers() == []


def test_the_brake_on_deletes_holds_answers_too_until_it_is_released(make_town: Callable[..., Town]) -> None:
    limits = Limits(deletes_min=1)
    town = make_town(settings=RunSettings(limits=limits))
    for name in ("Akin", "Moss", "Ray"):
        town.new_salesforce("Lead", **lead_fields(name, f"{name} Ltd"))
    town.sync()
    for row in live(town, "Lead"):
        town.salesforce("delete", type="Lead", id=row["Id"])
    town.sync()
    answer(town, "follow")
    assert "--allow deletes" in town.sync().brake
    assert len(town.store.open_answers()) == 3
    town.settings = RunSettings(limits=limits, allow=frozenset({"deletes"}))
    town.reload()
    assert town.sync().counts["netsuite.lead.deleted"] == 3
    assert (open_holds(town), town.store.open_answers()) == ([], [])


# --- what is no answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["again", "follow"])
def test_what_is_only_not_shown_takes_neither_answer(town: Town, choice: Choice) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    org = town.stand.salesforce.org
    org.store.remove(org.sobject("Lead"), lead)
    town.sync()
    (why,) = refusals(town, choice)
    assert "does not list it as deleted" in why


def test_a_record_that_was_merged_away_takes_neither_answer(town: Town) -> None:
    first, _ = linked_lead(town, "Akin")
    second, _ = linked_lead(town, "Moss")
    town.salesforce("merge", type="Lead", id=first, losers=[second])
    town.sync()
    assert ("deleted", None) in open_holds(town)
    assert refusals(town, "again")
    assert refusals(town, "follow")


def test_what_the_state_forgot_has_nothing_to_follow(town: Town) -> None:
    deleted_in_salesforce(town)
    town.forget()
    town.sync()
    assert refusals(town, "follow")
    assert len(active(town, "customer")) == 1

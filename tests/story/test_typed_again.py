"""Somebody deletes a record and types it in again: to the vendors that is another one, to people it is the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.story.answering import answer
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
)
from tests.story.town import Town


def typed(town: Town, type_: str, **more: Any) -> str:
    """A person or a lead as somebody types them in, again and again."""
    if type_ == "Lead":
        return town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"), **more)
    if type_ == "customer":
        return town.new_netsuite("customer", **customer_fields("Akin", "Aethna Inc"), **more)
    if type_ == "Contact":
        (account,) = live(town, "Account")
        return town.new_salesforce(
            "Contact", LastName="Akin", Email="akin@aethna.example", AccountId=account["Id"], **more
        )
    (customer,) = town.rows("netsuite", "customer")
    more = {"lastName": "Akin", "email": "akin@aethna.example", "company": customer["id"], **more}
    return town.new_netsuite("contact", **more)


def side_of(town: Town, type_: str) -> Any:
    return town.netsuite if type_.islower() else town.salesforce


@pytest.mark.parametrize("type_", ["Lead", "customer", "Contact", "contact"])
@pytest.mark.parametrize("course", ["a week later", "at once", "our state is lost", "edited meanwhile"])
def test_what_is_deleted_and_typed_in_again_is_one_with_what_was_left(town: Town, type_: str, course: str) -> None:
    if type_.lower() == "contact":
        linked_account(town)
    first = typed(town, type_)
    town.sync()
    others = {"Lead": "customer", "customer": "Lead", "Contact": "contact", "contact": "Contact"}
    other = others[type_]
    before = len(active(town, other) if other.islower() else live(town, other))
    side_of(town, type_)("delete", type=type_, id=first)
    if course != "at once":
        town.sync()
    if course == "a week later":
        town.wait(7 * 24 * 3600)
        town.sync()
    if course == "our state is lost":
        town.forget()
        town.sync()
    if course == "edited meanwhile":
        (left,) = [row for row in (active if other.islower() else live)(town, other) if "Akin" in str(row)]
        field = "title" if other.islower() else "Title"
        id_ = str(left["id" if other.islower() else "Id"])
        side_of(town, other)("update", type=other, id=id_, fields={field: "CEO"})
    again = typed(town, type_)
    calm(town)
    assert len(active(town, other) if other.islower() else live(town, other)) == before
    assert open_holds(town) == []
    told_alike(town)
    row = town.row("netsuite" if type_.islower() else "salesforce", type_, again)
    assert (row["title" if type_.islower() else "Title"] == "CEO") is (course == "edited meanwhile")


def test_one_that_is_typed_in_twice_is_held(town: Town) -> None:
    """Which of them it is only a person can tell; neither is made a second time."""
    lead, _ = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    for _ in range(2):
        typed(town, "Lead")
    calm(town)
    assert len(active(town, "customer")) == 1
    assert sorted(kind for kind, _ in open_holds(town)) == ["ambiguous", "ambiguous", "deleted"]


def test_what_was_typed_in_again_cannot_come_back_beside_it(town: Town) -> None:
    """Salesforce keeps our key unique, and says so to whoever would restore the first one."""
    lead, customer = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    again = typed(town, "Lead")
    town.sync()
    assert counterpart(town, "Lead", again) == customer
    with pytest.raises(ValueError, match=f"NetSuite_Id__c duplicates value on record with id: {again}"):
        town.salesforce("undelete", id=lead)


def test_one_that_comes_back_before_we_look_is_another_one(town: Town) -> None:
    """Two of a name are two, as people may have it, if both are there when we look."""
    lead, _ = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    again = typed(town, "Lead")
    town.salesforce("undelete", id=lead)
    calm(town)
    assert {row["Id"] for row in live(town, "Lead")} == {lead, again}
    assert open_holds(town) == []
    assert len(active(town, "customer")) == 2


def test_one_that_a_person_wants_made_again_is_matched_with_what_was_typed_in(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    answer(town, "again")
    again = typed(town, "Lead")
    calm(town)
    assert [row["Id"] for row in live(town, "Lead")] == [again]
    assert counterpart(town, "Lead", again) == customer
    assert open_holds(town) == []

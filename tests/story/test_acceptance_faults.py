"""A conversion that Salesforce could not take at first is made up for later, whatever way NetSuite took."""

from __future__ import annotations

from typing import Any

import pytest

from tests.story.town import Town

SOAP = {"path": "/services/Soap"}
FAULTS: dict[str, dict[str, Any]] = {
    "throttled": {"kind": "throttle", "times": None, "match": SOAP},
    "unavailable": {"kind": "error", "status": 503, "times": None, "match": SOAP},
    "row locked": {"kind": "lock_row", "match": SOAP},
    "request lost": {"kind": "lose_request", "match": SOAP},
    "answer lost": {"kind": "lose_answer", "how": "reset", "match": SOAP},
    "answer garbled": {"kind": "garble", "form": "cut", "match": SOAP},
}
WAYS = ("status", "stays", "becomes_contact", "disappears")


def lead_in_both(town: Town) -> str:
    person = {"isPerson": True, "firstName": "Bob", "lastName": "Ray", "email": "ray@b.example"}
    customer = town.new_netsuite("customer", **person, companyName="Ray Ltd", entityStatus={"id": "6"})
    town.sync()
    return customer


def move_on(town: Town, customer: str, way: str) -> None:
    if way == "status":
        town.netsuite("set_status", id=customer, status="8")
    else:
        town.netsuite("save_and_convert", lead=customer, variant=way)


def assert_converted_once(town: Town) -> None:
    assert [row["IsConverted"] for row in town.rows("salesforce", "Lead")] == [True]
    assert len(town.rows("salesforce", "Account")) == len(town.rows("salesforce", "Contact")) == 1
    assert sum(count for _, count in town.sync().writes) == 0
    report = town.verify()
    assert (report.differences, report.unlinked, report.lead_and_customer) == ((), (), 0)


@pytest.mark.parametrize(("fault", "way"), [(fault, way) for fault in FAULTS for way in WAYS])
def test_a_conversion_that_met_a_fault_is_made_up_for_by_the_next_runs(town: Town, fault: str, way: str) -> None:
    customer = lead_in_both(town)
    move_on(town, customer, way)
    town.stand.salesforce_front.arm([FAULTS[fault]])
    town.sync()
    town.stand.salesforce_front.arm([])
    town.wait(600)
    town.sync()
    town.wait(600)
    town.sync()
    assert_converted_once(town)


@pytest.mark.parametrize("way", WAYS)
def test_a_conversion_that_salesforce_refused_follows_when_its_cause_is_gone(town: Town, way: str) -> None:
    """A lead that a queue owns cannot be converted until a user owns it."""
    customer = lead_in_both(town)
    (lead,) = town.rows("salesforce", "Lead")
    people = town.stand.salesforce.org.people
    town.salesforce("update", type="Lead", id=lead["Id"], fields={"OwnerId": people.queue})
    move_on(town, customer, way)
    report = town.sync()
    assert [hold.kind for hold in report.holds] == ["refused"]
    town.salesforce("update", type="Lead", id=lead["Id"], fields={"OwnerId": people.humans[0]})
    town.sync()
    town.sync()
    assert_converted_once(town)

"""The work that a run finds when a fault strikes it: enough that it makes every call of the table."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from tests.faults.calls import Call
from tests.faults.laboratory import Laboratory, small_pages

CROWD = 110
"""More leads than the org hands out on one page."""
REST_SECONDS = 4000
"""Longer than a refused write rests before it is tried again."""


def busy_day(lab: Laboratory) -> None:
    """Linked leads that get edited and converted on either side, and a newcomer on each."""
    ann, eve = _salesforce_lead(lab, "Akin"), _salesforce_lead(lab, "Moss")
    bob, joe = _netsuite_lead(lab, "Ray"), _netsuite_lead(lab, "Stone")
    lab.sync()
    lab.salesforce("convert", id=ann, opportunity="Pumps")
    lab.netsuite("set_status", id=bob, status="8")
    lab.salesforce("update", type="Lead", id=eve, fields={"Title": "CEO"})
    lab.netsuite("update", type="customer", id=joe, fields={"title": "CFO"})
    _salesforce_lead(lab, "Comer")
    _netsuite_lead(lab, "Timer")
    lab.restart()
    lab.sent.clear()


def crowd(lab: Laboratory) -> None:
    """More new leads than fit on one page."""
    for n in range(CROWD):
        _salesforce_lead(lab, f"Crowd{n:03}")
    lab.sent.clear()


def ready(call: Call) -> Laboratory:
    """A laboratory in which the next run makes `call`."""
    if call.name == "next page":
        lab = Laboratory(salesforce=small_pages())
        crowd(lab)
    else:
        lab = Laboratory()
        busy_day(lab)
    return lab


@cache
def undisturbed(paged: bool) -> tuple[tuple[str, Any], ...]:
    """What both sides tell once the same work is done and nothing went wrong."""
    lab = Laboratory(salesforce=small_pages()) if paged else Laboratory()
    (crowd if paged else busy_day)(lab)
    settle(lab)
    told = story(lab)
    lab.close()
    return told


def settle(lab: Laboratory) -> None:
    """Runs until one writes nothing; a world that does not come to rest fails."""
    lab.calm_down()
    for _ in range(6):
        lab.wait(REST_SECONDS)
        ending = lab.attempt()
        if ending.report is not None and not any(count for _, count in ending.report.writes):
            return
    raise AssertionError(f"no rest after six runs: {ending}")


def story(lab: Laboratory) -> tuple[tuple[str, Any], ...]:
    """What both sides tell, without ids; whatever is there twice is told twice."""
    customers = {row["id"]: row for row in lab.rows("netsuite", "customer")}
    accounts = {row["Id"]: row for row in lab.rows("salesforce", "Account")}
    told = {
        "customers": (
            (str(row["companyname"]), str(row["lastname"]), row["searchstage"], row["isinactive"], str(row["title"]))
            for row in customers.values()
        ),
        "contacts": (
            (row["lastname"], customers[row["company"]]["companyname"]) for row in lab.rows("netsuite", "contact")
        ),
        "sales": (
            (row["title"], customers[row["entity"]]["companyname"]) for row in lab.rows("netsuite", "opportunity")
        ),
        "leads": ((row["LastName"], row["IsConverted"], str(row["Title"])) for row in lab.rows("salesforce", "Lead")),
        "accounts": (row["Name"] for row in accounts.values()),
        "people": ((row["LastName"], accounts[row["AccountId"]]["Name"]) for row in lab.rows("salesforce", "Contact")),
        "opportunities": (row["Name"] for row in lab.rows("salesforce", "Opportunity")),
    }
    return tuple((what, tuple(sorted(Counter(lines).items()))) for what, lines in told.items())


def assert_nothing_lost(lab: Laboratory, call: Call) -> None:
    """The fault is over: the story is the undisturbed one, nothing twice, nothing open, both sides alike."""
    settle(lab)
    assert story(lab) == undisturbed(call.name == "next page")
    assert lab.store.pending_intents() == []
    report = lab.verify()
    assert (report.differences, report.unlinked, report.lead_and_customer) == ((), (), 0)
    assert lab.store.open_holds() == []


def _salesforce_lead(lab: Laboratory, name: str) -> str:
    mail = f"{name.lower()}@{name.lower()}.example"
    return lab.new_salesforce("Lead", FirstName="Ann", LastName=name, Company=f"{name} Inc", Email=mail)


def _netsuite_lead(lab: Laboratory, name: str) -> str:
    mail = f"{name.lower()}@{name.lower()}.example"
    names = {"isPerson": True, "firstName": "Bob", "lastName": name, "companyName": f"{name} Ltd"}
    return lab.new_netsuite("customer", **names, email=mail, entityStatus={"id": "6"})

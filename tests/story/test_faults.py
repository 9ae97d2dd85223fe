"""Lost answers, crashes and refused records: no doubles, nothing lost, nothing held up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connector.core.flow import Pair
from connector.runs.sync import sync
from connector.sandbox.salesforce.settings import DuplicateRule, Settings
from tests.story.town import Town


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class Mortal:
    """A System that dies before or after its n-th call, whichever call that is."""

    def __init__(self, system: Any, clock: Callable[[str], None]) -> None:
        self._system, self._tick = system, clock
        self.name = system.name

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._system, method)

        def call(*words: Any, **more: Any) -> Any:
            self._tick(f"before {method}")
            answer = real(*words, **more)
            self._tick(f"after {method}")
            return answer

        return call


class Fate:
    """Counts the points at which a run may die, and dies at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at, self.seen = at, 0

    def tick(self, point: str) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise Crash(point)


def mortal_sync(town: Town, fate: Fate) -> None:
    systems = town.parts.systems
    parts = replace(
        town.parts,
        systems=Pair(Mortal(systems.netsuite, fate.tick), Mortal(systems.salesforce, fate.tick)),  # type: ignore[arg-type]
    )
    town.wait(60)
    sync(parts)


def day_of_work(town: Town) -> None:
    """A linked pair of leads that gets edited and converted on either side, and a newcomer on each."""
    ann = town.new_salesforce(
        "Lead", FirstName="Ann", LastName="Akin", Company="Aethna Inc", Email="ann@aethna.example"
    )
    bob = town.new_netsuite(
        "customer",
        isPerson=True,
        firstName="Bob",
        lastName="Ray",
        companyName="Ray Ltd",
        email="bob@ray.example",
        entityStatus={"id": "6"},
    )
    eve = town.new_salesforce("Lead", FirstName="Eve", LastName="Moss", Company="Moss Inc", Email="eve@moss.example")
    town.sync()
    town.salesforce("convert", id=ann, opportunity="Pumps")
    town.netsuite("set_status", id=bob, status="8")
    town.salesforce("update", type="Lead", id=eve, fields={"Title": "CEO"})
    town.new_salesforce("Lead", FirstName="New", LastName="Comer", Company="Comer Inc", Email="new@comer.example")
    town.new_netsuite(
        "customer",
        isPerson=True,
        firstName="Old",
        lastName="Timer",
        companyName="Timer",
        email="old@timer.example",
        entityStatus={"id": "6"},
    )


def story(town: Town) -> dict[str, Any]:
    """What both sides tell, without ids."""
    customers = {row["id"]: row for row in town.rows("netsuite", "customer")}
    accounts = {row["Id"]: row for row in town.rows("salesforce", "Account")}
    return {
        "customers": sorted(
            (str(row["companyname"]), str(row["lastname"]), row["searchstage"], row["isinactive"], row["title"])
            for row in customers.values()
        ),
        "contacts": sorted(
            (row["lastname"], customers[row["company"]]["companyname"]) for row in town.rows("netsuite", "contact")
        ),
        "sales": sorted(
            (row["title"], customers[row["entity"]]["companyname"]) for row in town.rows("netsuite", "opportunity")
        ),
        "leads": sorted((row["LastName"], row["IsConverted"], row["Title"]) for row in town.rows("salesforce", "Lead")),
        "accounts": sorted(row["Name"] for row in accounts.values()),
        "people": sorted(
            (row["LastName"], accounts[row["AccountId"]]["Name"]) for row in town.rows("salesforce", "Contact")
        ),
        "opportunities": sorted(row["Name"] for row in town.rows("salesforce", "Opportunity")),
    }


def undisturbed(make_town: Callable[..., Town]) -> tuple[dict[str, Any], int]:
    town, fate = make_town(), Fate(None)
    day_of_work(town)
    mortal_sync(town, fate)
    town.sync()
    return story(town), fate.seen


def test_a_run_that_dies_at_any_call_is_finished_by_the_next(make_town: Callable[..., Town]) -> None:
    expected, points = undisturbed(make_town)
    assert points > 40
    told: Counter[str] = Counter()
    for point in range(1, points + 1):
        town = make_town()
        day_of_work(town)
        with pytest.raises(Crash) as died:
            mortal_sync(town, Fate(point))
        for _ in range(3):
            report = town.sync()
        if story(town) != expected or any(count for _, count in report.writes) or town.store.pending_intents():
            told[f"{point}: {died.value}"] += 1
        town.close()
    assert told == Counter()


@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_lost_answers_make_no_doubles_and_lose_nothing(town: Town, side: str) -> None:
    for n in range(60):
        fields = {"FirstName": "Ann", "LastName": f"L{n}", "Company": f"C{n}", "Email": f"l{n}@c.example"}
        person = {
            "isPerson": True,
            "firstName": "Bob",
            "lastName": f"N{n}",
            "companyName": f"D{n}",
            "email": f"n{n}@d.example",
        }
        town.new_salesforce("Lead", **fields)
        town.new_netsuite("customer", **person, entityStatus={"id": "6"})
    front = town.stand.netsuite_front if side == "netsuite" else town.stand.salesforce_front
    writes = {"method": "POST", "path": "/(record/v1/customer|composite/sobjects)", "writes_only": True}
    front.arm(
        [
            {"kind": "lose_answer", "match": writes, "probability": 0.3, "times": None},
            {"kind": "delay", "seconds": 300, "match": writes, "probability": 0.1, "times": None},
        ]
    )
    for _ in range(4):
        town.sync()
        town.wait(600)
    front.arm([])
    for _ in range(3):
        report = town.sync()
    assert [count for _, count in report.writes] == [0, 0]
    for where, type_, name in (("netsuite", "customer", "lastname"), ("salesforce", "Lead", "LastName")):
        names = Counter(row[name] for row in town.rows(where, type_))
        assert len(names) == 120
        assert set(names.values()) == {1}
    assert town.verify().differences == ()


def test_one_refused_record_holds_up_no_other(make_town: Callable[..., Town]) -> None:
    """Salesforce blocks a second lead with the e-mail of another; the rest arrives, and it follows once mended."""
    rule = DuplicateRule("Lead", "Email", "Block")
    town = make_town(salesforce=Settings(duplicate_rules=(rule,)))
    ids = {}
    for n in range(12):
        mail = "same@c.example" if n in (4, 5) else f"l{n}@c.example"
        fields = {"isPerson": True, "firstName": "Bob", "lastName": f"L{n}", "companyName": f"C{n}", "email": mail}
        ids[n] = town.new_netsuite("customer", **fields, entityStatus={"id": "6"})
    report = town.sync()
    assert report.counts["salesforce.lead.created"] == 11
    assert [(hold.kind, hold.code) for hold in report.holds] == [("refused", "DUPLICATES_DETECTED")]
    assert report.incomplete
    town.netsuite("update", type="customer", id=ids[5], fields={"email": "other@c.example"})
    assert town.sync().counts["salesforce.lead.created"] == 1
    assert town.store.open_holds() == []
    assert len(town.rows("salesforce", "Lead")) == 12

"""Promises that hold through more than one line of defence: each line is held here by itself.

Where the engine has two ways to be right (an adoption and a likeness, a plan and a look before the write), the
loss of one does not show in a run's result. These stories look at the one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.core.flow import Pair
from connector.errors import MappingError
from connector.runs.sync import sync
from tests.story.people import PROSPECT_STATUS, calm, customer_fields, lead_fields, linked_lead, live, writes
from tests.story.test_faults import Crash, Fate, mortal_sync
from tests.story.town import MAPPINGS, Town

LOST_CREATES = {"method": "POST", "path": "/(record/v1/customer|composite/sobjects)", "writes_only": True}


def test_lost_answers_make_no_doubles_of_leads_that_nothing_but_our_key_can_tell(town: Town) -> None:
    for _ in range(10):
        town.new_salesforce("Lead", LastName="Same", Company="Same Co")
    town.stand.netsuite_front.arm([{"kind": "lose_answer", "match": LOST_CREATES, "probability": 0.5, "times": None}])
    town.sync()
    town.stand.netsuite_front.arm([])
    calm(town)
    assert len(town.rows("netsuite", "customer")) == len(list(town.store.iter_links())) == 10


def test_what_a_user_types_into_a_record_of_which_the_answer_was_lost_is_that_users_edit(town: Town) -> None:
    """Adopted with what was sent as its base: the edit crosses, it is no conflict."""
    lead = town.new_salesforce("Lead", FirstName="Ann", LastName="Akin", Company="Aethna Inc", Title="Aide")
    with pytest.raises(Crash):
        mortal_sync(town, DiesAt("after write"))
    (customer,) = town.rows("netsuite", "customer")
    town.netsuite("update", type="customer", id=customer["id"], fields={"title": "CEO"})
    town.salesforce("update", type="Lead", id=lead, fields={"Phone": "555-0199"})
    calm(town)
    assert town.row("salesforce", "Lead", lead)["Title"] == "CEO"
    assert town.store.open_holds() == []


class DiesAt(Fate):
    """Dies at the first call of a kind."""

    def __init__(self, point: str) -> None:
        super().__init__(None)
        self.point = point

    def tick(self, point: str) -> None:
        if point == self.point:
            raise Crash(point)


def test_no_write_leaves_without_a_committed_intent(town: Town) -> None:
    """Checked from outside: what another connection reads in the state while the write is on its way."""
    linked_lead(town)
    customer = town.new_netsuite("customer", **customer_fields("Ray", "Ray Ltd"))
    town.sync()
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    town.netsuite("set_status", id=town.rows("netsuite", "customer")[0]["id"], status=PROSPECT_STATUS)
    town.new_salesforce("Lead", LastName="New", Company="New Co")
    watched: list[tuple[str, int]] = []
    with _watching(town, watched) as parts:
        sync(parts)
    assert {name for name, _ in watched} == {"write", "convert"}
    business = [pending for _, pending in watched if pending]
    assert len(business) >= 3


@contextmanager
def _watching(town: Town, watched: list[tuple[str, int]]) -> Iterator[Any]:
    class Watched:
        def __init__(self, system: Any) -> None:
            self._system = system

        def __getattr__(self, name: str) -> Any:
            return getattr(self._system, name)

        def write(self, writes: Any) -> Any:
            writes = list(writes)
            if any(one.fields for one in writes):
                intents = town.store.pending_intents()
                assert len(intents) >= len([one for one in writes if one.fields]), "a write without an intent"
                watched.append(("write", len(intents)))
            return self._system.write(writes)

        def convert(self, conversions: Any) -> Any:
            watched.append(("convert", len(town.store.pending_intents())))
            assert town.store.pending_intents(), "a conversion without an intent"
            return self._system.convert(conversions)

    systems = Pair(Watched(town.parts.systems.netsuite), Watched(town.parts.systems.salesforce))
    town.wait(60)
    yield replace(town.parts, systems=systems)  # type: ignore[arg-type]


def test_a_plan_does_not_promise_a_child_whose_parent_waits(town: Town) -> None:
    """The contact of an account that cannot be told from two others is a hold in the plan already."""
    for _ in range(2):
        town.new_netsuite("customer", isPerson=False, companyName="Twin", entityStatus={"id": PROSPECT_STATUS})
    account = town.new_salesforce("Account", Name="Twin", Type="Prospect")
    town.new_salesforce("Contact", LastName="Ray", AccountId=account)
    town.wait(60)
    report = sync(town.parts, dry_run=True).data()
    assert report["plan"]["counts"].get("netsuite", {}).get("person") is None
    assert "missing_parent" in {hold["kind"] for hold in report["holds"]}


def test_a_first_run_asks_an_account_once_what_it_looks_like(town: Town) -> None:
    """The mapping files are held against it before anything is touched, and the same answer serves the look."""
    town.new_salesforce("Lead", **lead_fields("Akin", "Aethna Inc"))
    assert writes(town.sync()) == 2
    routes = town.stand.salesforce_front.stats()["by_route"]
    assert routes["GET /query"] == 2, "the org's id, and once its converted statuses"


def test_a_dry_run_keeps_nothing_of_what_it_asked(town: Town) -> None:
    linked_lead(town)
    town.wait(25 * 3600)
    before = town.store.cached(town.parts.systems.netsuite.name, "describe")
    sync(town.parts, dry_run=True)
    assert town.store.cached(town.parts.systems.netsuite.name, "describe") == before


def test_a_field_that_never_was_stops_the_run_before_any_write(tmp_path: Path, make_town: Any) -> None:
    for shipped in MAPPINGS.iterdir():
        (tmp_path / shipped.name).write_text(shipped.read_text().replace("JobTitle", "JobTitel"))
    person = tmp_path / "person.yaml"
    person.write_text(person.read_text().replace("salesforce: Title", "salesforce: Titel"))
    town = make_town(mappings=tmp_path)
    town.new_salesforce("Lead", LastName="New", Company="New Co")
    with pytest.raises(MappingError, match="Titel"):
        town.sync()
    assert town.rows("netsuite", "customer") == []


@pytest.mark.parametrize("variant", ["stays", "becomes_contact", "disappears"])
def test_the_person_that_a_lead_becomes_is_neither_made_twice_nor_refused(town: Town, variant: str) -> None:
    customer = town.new_netsuite("customer", **customer_fields("Ray", "Ray Ltd"))
    town.sync()
    town.netsuite("save_and_convert", lead=customer, variant=variant)
    report = town.sync()
    assert [hold.reason for hold in report.holds] == []
    assert not report.incomplete
    assert len(live(town, "Contact")) == 1


def test_the_link_of_a_converted_lead_has_ended(town: Town) -> None:
    lead, _ = linked_lead(town)
    town.salesforce("convert", id=lead)
    calm(town)
    assert [link for link in town.store.iter_links() if str(link.entity) == "lead"] == []


def test_a_second_look_is_not_forgotten_when_the_run_dies(town: Town) -> None:
    """What waits for another look is crossed off only once it has an outcome."""
    linked_lead(town)
    (link,) = town.store.iter_links()
    town.store.add_recheck(link.refs_both(), "look again")
    town.new_salesforce("Lead", LastName="New", Company="New Co")
    with pytest.raises(Crash):
        mortal_sync(town, DiesAt("before write"))
    assert set(town.store.rechecks()) >= set(link.refs_both())
    calm(town)
    assert town.store.rechecks() == []

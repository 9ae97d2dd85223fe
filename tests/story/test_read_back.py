"""Between our write and our look at what became of it, somebody types, or that look fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connector.core.flow import Pair
from connector.errors import Unavailable
from connector.runs.sync import sync
from tests.story.people import calm, linked_lead, told_alike
from tests.story.town import Town


class Overtaken:
    """A system in which somebody does something right after our next write."""

    def __init__(self, system: Any, deed: Callable[[], Any]) -> None:
        self._system, self._deed = system, deed
        self.has_written = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def write(self, writes: Any) -> Any:
        outcomes = self._system.write(writes)
        self.has_written = True
        deed, self._deed = self._deed, lambda: None
        deed()
        return outcomes


class Unreadable(Overtaken):
    """The same, and after that write nothing can be read any more."""

    def read(self, refs: Any, fields: Any) -> Any:
        if self.has_written:
            raise Unavailable("Salesforce does not answer")
        return self._system.read(refs, fields)


def overtaken(town: Town, lead: str, kind: type[Overtaken] = Overtaken, **fields: str | None) -> None:
    """A run in which a person edits the Salesforce lead right after we wrote it, if they do."""

    def edit() -> None:
        if fields:
            town.salesforce("update", type="Lead", id=lead, fields=fields)

    systems = Pair(town.parts.systems.netsuite, kind(town.parts.systems.salesforce, edit))
    town.wait(60)
    sync(replace(town.parts, systems=systems))  # type: ignore[arg-type]


def test_what_was_typed_over_our_write_before_we_looked_is_an_edit(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    overtaken(town, lead, Title="Chair")
    calm(town)
    assert town.row("netsuite", "customer", customer)["title"] == "Chair"
    assert town.row("salesforce", "Lead", lead)["Title"] == "Chair"
    told_alike(town)


def test_another_field_typed_at_that_moment_crosses_too(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    overtaken(town, lead, Fax="555-0177")
    calm(town)
    row = town.row("netsuite", "customer", customer)
    assert (row["title"], row["fax"]) == ("CEO", "555-0177")
    told_alike(town)


def test_what_is_taken_back_before_a_failing_look_stays_taken_back(town: Town) -> None:
    """The write was answered; that it took is known although it could not be looked at."""
    lead, customer = linked_lead(town)
    town.netsuite("update", type="customer", id=customer, fields={"comments": "met at fair"})
    with pytest.raises(Unavailable):
        overtaken(town, lead, Unreadable, Description=None)
    calm(town)
    assert town.row("salesforce", "Lead", lead)["Description"] is None
    assert town.row("netsuite", "customer", customer)["comments"] is None
    told_alike(town)


def test_what_a_rule_made_of_our_write_is_no_edit_though_the_look_at_it_failed(town: Town) -> None:
    lead, customer = linked_lead(town)
    town.salesforce("automation", type="Lead", field="Description", kind="title")
    town.netsuite("update", type="customer", id=customer, fields={"comments": "met at fair"})
    with pytest.raises(Unavailable):
        overtaken(town, lead, Unreadable)
    calm(town)
    assert town.row("salesforce", "Lead", lead)["Description"] == "Met At Fair"
    assert town.row("netsuite", "customer", customer)["comments"] == "met at fair"

"""Between our write and our look at what became of it, somebody types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connector.core.flow import Pair
from connector.runs.sync import sync
from tests.story.people import calm, linked_lead, told_alike
from tests.story.town import Town


class Overtaken:
    """A system in which somebody does something right after our next write."""

    def __init__(self, system: Any, deed: Callable[[], Any]) -> None:
        self._system, self._deed = system, deed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def write(self, writes: Any) -> Any:
        outcomes = self._system.write(writes)
        deed, self._deed = self._deed, lambda: None
        deed()
        return outcomes


def overtaken(town: Town, lead: str, **fields: str) -> None:
    """A run in which a person edits the Salesforce lead right after we wrote it."""

    def edit() -> None:
        town.salesforce("update", type="Lead", id=lead, fields=fields)

    systems = Pair(town.parts.systems.netsuite, Overtaken(town.parts.systems.salesforce, edit))
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

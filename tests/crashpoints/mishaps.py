"""What happens to the connector in a scenario: it runs, dies, meets a fault, or loses what it knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.core.flow import Choice
from connector.runs import review
from connector.runs.review import Reply, Selection
from tests.crashpoints.deeds import NETSUITE, TYPES, Kind, Side, edit, find
from tests.crashpoints.mortal import Fate, MortalTown

Mishap = Callable[[MortalTown], None]
"""A deed of people is one as well."""


def calm(town: MortalTown) -> None:
    """The connector runs until it has nothing to do."""
    town.calm()


def loses_its_state(town: MortalTown) -> None:
    town.forget()


def answers_deletes(choice: Choice) -> Mishap:
    """The run that sees what was deleted, and what somebody says to all of it."""

    def act(town: MortalTown) -> None:
        town.calm()
        said = review.answer(town.store, Selection(kind="deleted"), Reply(choice), "jo", town.clock.now())
        assert said.answered and not said.refused, said
        if choice == "follow":
            town.typed.clear()  # it goes with the record

    return act


def loses_our_key(side: Side, kind: Kind, name: str) -> Mishap:
    """Somebody empties the field that holds our key."""
    field: dict[str, Any] = {"externalId": None} if side == NETSUITE else {"NetSuite_Id__c": None}

    def empty(town: MortalTown) -> None:
        act = town.netsuite if side == NETSUITE else town.salesforce
        act("update", type=TYPES[side][kind], id=find(town, side, kind, name), fields=field)

    return empty


def run_under(side: Side, fault: dict[str, Any]) -> Mishap:
    """A run that meets a fault, which is over afterwards."""

    def act(town: MortalTown) -> None:
        front = town.stand.netsuite_front if side == NETSUITE else town.stand.salesforce_front
        front.arm([fault])
        town.sync()
        assert front.faults()[0]["fired"], f"the fault struck nothing: {fault}"
        front.arm([])

    return act


def run_that_dies_after(call: str) -> Mishap:
    """A run that dies right after the first call whose name contains `call`."""

    def act(town: MortalTown) -> None:
        fate = Fate(dies_after=call)
        town.stop()
        town.run_until_death(fate)
        assert fate.dead, f"no call {call}: {fate.moments}"

    return act


def follow_up(side: Side, kind: Kind, name: str, **values: str) -> Mishap:
    """An edit of a record that we make: as soon as it is there, which an interrupted run may put off."""

    def act(town: MortalTown) -> None:
        try:
            find(town, side, kind, name)
        except LookupError:
            town.sync()
        edit(side, kind, name, **values)(town)

    return act

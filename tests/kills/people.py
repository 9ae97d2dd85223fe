"""The people of a town under attack: what they do before and between the blows, and what must be true when all is calm.

Every person has a name of their own and every value is typed once, so that doubles and losses show by themselves.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.crashpoints.deeds import (
    NETSUITE,
    SALESFORCE,
    Deed,
    Kind,
    Office,
    Side,
    convert,
    edit,
    lead,
    live,
    set_status,
)

SIDES: tuple[Side, Side] = (NETSUITE, SALESFORCE)
FIELDS = {NETSUITE: "phone", SALESFORCE: "title"}
"""Each side types into a field of its own: nothing is ever a conflict."""


class People:
    """`leads` and `contacts`: who is what in both systems once all is calm; `fresh`: those made since, and where."""

    def __init__(self, office: Office, chance: random.Random) -> None:
        self._office, self._chance = office, chance
        self.leads: list[str] = []
        self.contacts: list[str] = []
        self.fresh: dict[str, Side] = {}
        self._moving: set[str] = set()
        self._number = 0

    def begin_the_day(self) -> None:
        """Newcomers on both sides, edits of leads and contacts, a conversion on each side where there is whom."""
        for side in SIDES:
            self._newcomer(side)
        for name in self._some(self.leads, 2):
            self._edit(self._chance.choice(SIDES), "lead", name)
        for name in self._some(self.contacts, 2):
            self._edit(self._chance.choice(SIDES), "person", name)
        moves: tuple[Callable[[str], Deed], ...] = (convert, set_status)
        for name, move in zip(self._some(self.leads, 2), moves, strict=False):
            move(name)(self._office)
            self._moving.add(name)

    def go_on(self) -> None:
        """Between two runs: a newcomer, and somebody types something."""
        self._newcomer(self._chance.choice(SIDES))
        for name in self._some(list(self.fresh), 1):
            self._edit(self.fresh[name], "lead", name)
        for name in self._some([one for one in self.leads if one not in self._moving], 1):
            self._edit(self._chance.choice(SIDES), "lead", name)

    def end_the_day(self) -> None:
        """All is calm: newcomers are known on both sides, and who was converted is a contact."""
        self.contacts += sorted(self._moving)
        self.leads = [one for one in self.leads if one not in self._moving] + list(self.fresh)
        self.fresh, self._moving = {}, set()

    def _some(self, names: list[str], most: int) -> list[str]:
        return self._chance.sample(sorted(names), min(most, len(names)))

    def _newcomer(self, side: Side) -> None:
        self._number += 1
        name = f"P{self._number}{side[0]}"
        lead(side, name)(self._office)
        self.fresh[name] = side

    def _edit(self, side: Side, kind: Kind, name: str) -> None:
        self._number += 1
        value = f"555-{self._number:07}" if side == NETSUITE else f"Title {self._number}"
        edit(side, kind, name, **{FIELDS[side]: value})(self._office)


def wrong(office: Office, people: People) -> Iterator[str]:
    """What is not as it must be, read from the systems' own tables."""
    expected: dict[Kind, list[str]] = {"lead": people.leads, "person": people.contacts}
    for kind, names in expected.items():
        found = {side: live(office, side, kind) for side in SIDES}
        for side in SIDES:
            called = sorted(_name(side, row) for row in found[side])
            if called != sorted(names):
                yield f"{kind}s in {side}: {_difference(called, sorted(names))}"
        rows = {side: {_name(side, row): row for row in found[side]} for side in SIDES}
        for name in names:
            if all(name in rows[side] for side in SIDES):
                yield from _pair(office, kind, name, rows[NETSUITE][name], rows[SALESFORCE][name])
    for side in SIDES:
        organizations = len(live(office, side, "organization"))
        if organizations != len(people.contacts):
            yield f"{organizations} organizations in {side}, not {len(people.contacts)}"


def _pair(office: Office, kind: Kind, name: str, netsuite: dict[str, Any], salesforce: dict[str, Any]) -> Iterator[str]:
    keys = netsuite["externalid"], salesforce["NetSuite_Id__c"]
    type_ = "customer" if kind == "lead" else "contact"
    if keys != (f"sf-{salesforce['Id']}", f"ns-{type_}-{netsuite['id']}"):
        yield f"{name} carries the keys {keys}"
    for field, ours, theirs in (("phone", "phone", "Phone"), ("title", "title", "Title"), ("mail", "email", "Email")):
        typed = office.typed.get((name, field))
        values = netsuite[ours], salesforce[theirs]
        if values != (typed, typed):
            yield f"{name}.{field} is {values}, typed was {typed}"


def _name(side: Side, row: dict[str, Any]) -> str:
    return str(row["lastname" if side == NETSUITE else "LastName"])


def _difference(found: list[str], expected: list[str]) -> str:
    missing = [one for one in expected if one not in found]
    extra = sorted(one for one in found if found.count(one) > expected.count(one))
    return f"missing {missing}, too many {extra}"

"""Make a crowd of linked leads, change some, draw up a plan, edit a few more, carry the plan out, and compare every
row of both systems with what the plan says: nothing outside it, nothing of it missing, the edited ones named."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.core.flow import Ref, Settle
from connector.core.plan_file import PlanFile, Step, from_lines, to_lines
from connector.core.schema import SystemName
from connector.runs.plan_file import ApplyReport, draw_up, perform
from connector.runs.report import action_data
from tests.story.people import LEAD_STATUS, PROSPECT_STATUS
from tests.story.test_acceptance_plan import Rows, changed, planned, snapshot
from tests.story.town import Town

Pairs = list[tuple[str, str]]
"""Salesforce lead, NetSuite customer."""


@dataclass(frozen=True)
class Kept:
    """How a promise was kept. All lists but `moved` are empty where it was kept to the letter."""

    planned: int
    written: int
    moved: set[Ref]
    outside: list[Any] = field(default_factory=list)
    missing: list[Any] = field(default_factory=list)
    unnamed: list[Ref] = field(default_factory=list)
    wrongly_named: list[Ref] = field(default_factory=list)
    again: int = 0

    @property
    def to_the_letter(self) -> bool:
        return not (self.outside or self.missing or self.unnamed or self.wrongly_named or self.again)


def crowd(town: Town, count: int) -> Pairs:
    """So many leads, made in Salesforce and carried across."""
    for n in range(count):
        mail = f"a{n}@a{n}.example"
        town.new_salesforce("Lead", FirstName="Ann", LastName=f"Akin{n}", Company=f"Aethna{n}", Email=mail)
    town.sync()
    rows = town.rows("salesforce", "Lead")
    return [(row["Id"], str(row["NetSuite_Id__c"]).rpartition("-")[2]) for row in rows]


def mixed_changes(town: Town, pairs: Pairs, count: int, chance: random.Random) -> list[Ref]:
    """What `count` people do in a day; the records that they did it to. Of fifty, two convert, eight make a lead."""
    done = []
    for place, (lead, customer) in enumerate(chance.sample(pairs, count)):
        does = _DEEDS[min(place % 50, len(_DEEDS) - 1)] if place % 50 < len(_DEEDS) else _EDITS[place % 2]
        done.append(does(town, lead, customer, place))
    return done


def _edit_lead(town: Town, lead: str, customer: str, n: int) -> Ref:
    town.salesforce("update", type="Lead", id=lead, fields={"Title": f"Title {n}", "City": "Norfolk"})
    return _lead(lead)


def _edit_customer(town: Town, lead: str, customer: str, n: int) -> Ref:
    town.netsuite("update", type="customer", id=customer, fields={"mobilePhone": f"555-{n:04}", "email": None})
    return _customer(customer)


def _convert_lead(town: Town, lead: str, customer: str, n: int) -> Ref:
    town.salesforce("convert", id=lead)
    return _customer(customer)


def _convert_customer(town: Town, lead: str, customer: str, n: int) -> Ref:
    town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    return _customer(customer)


def _new_lead(town: Town, lead: str, customer: str, n: int) -> Ref:
    return _lead(town.new_salesforce("Lead", LastName=f"New{n}", Company=f"Newell{n}", Email=f"new{n}@n.example"))


def _new_customer(town: Town, lead: str, customer: str, n: int) -> Ref:
    fields = {"isPerson": True, "firstName": "Bob", "lastName": f"Old{n}", "companyName": f"Oldham{n}"}
    made = town.new_netsuite("customer", **fields, email=f"old{n}@o.example", entityStatus={"id": LEAD_STATUS})
    return _customer(made)


_EDITS: tuple[Callable[[Town, str, str, int], Ref], ...] = (_edit_lead, _edit_customer)
_DEEDS = (_convert_lead, _convert_customer, *[_new_lead, _new_customer] * 4)


def _lead(id_: str) -> Ref:
    return Ref(SystemName.SALESFORCE, "Lead", id_)


def _customer(id_: str) -> Ref:
    return Ref(SystemName.NETSUITE, "customer", id_)


def late_edit(town: Town, ref: Ref, n: int) -> None:
    if ref.type == "Lead":
        town.salesforce("update", type="Lead", id=ref.id, fields={"Fax": f"555-{n:04}"})
    else:
        town.netsuite("update", type="customer", id=ref.id, fields={"fax": f"555-{n:04}"})


def keep(town: Town, pairs: int, changes: int, edits: int, seed: int = 7) -> Kept:
    """The whole story, and how the promise was kept."""
    chance = random.Random(seed)
    touched = mixed_changes(town, crowd(town, pairs), changes, chance)
    town.wait(60)
    file = from_lines(list(to_lines(draw_up(town.parts)[1])))
    edited = sorted(chance.sample(touched, edits))
    for n, ref in enumerate(edited):
        late_edit(town, ref, n)
    town.wait(60)
    before = snapshot(town)
    report = perform(town.parts, file)
    after = snapshot(town)
    perform(town.parts, file)
    return judged(file, report, set(edited), before, after, again=len(changed(after, snapshot(town))))


def judged(file: PlanFile, report: ApplyReport, edited: set[Ref], before: Rows, after: Rows, *, again: int) -> Kept:
    steps = [step for step in file.steps if not isinstance(step.action, Settle)]
    kept = [step for step in steps if not edited & step.decided_from.keys()]
    wanted, found = _writes(kept), changed(before, after)
    named = {ref for one in report.moved for ref in one.why}
    return Kept(
        planned=len(steps),
        written=len(found),
        moved=named,
        outside=[key for key in found if found[key] != wanted.get(key)] + _unplanned(kept, before, after),
        missing=[key for key in wanted if found.get(key) != wanted[key]],
        unnamed=sorted(edited - named),
        wrongly_named=sorted(named - edited),
        again=again,
    )


def _writes(steps: list[Step]) -> dict[tuple[str, str, str], set[str]]:
    return planned([entry for step in steps if (entry := action_data(step.action))])


def _unplanned(steps: list[Step], before: Rows, after: Rows) -> list[Any]:
    """More or fewer new records than the plan makes; a conversion in Salesforce makes the contact by itself."""
    verbs = [action_data(step.action)["verb"] for step in steps]
    fresh = [key for key in after if key not in before]
    return [] if len(fresh) == verbs.count("create") + verbs.count("convert") else fresh

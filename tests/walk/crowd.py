"""The people of a simulation: they carry out a trace's operations on either side, and we note what they typed.

A person looks for a record by name, as people do, and does nothing where there is none or where the system refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.stand import Stand
from tests.walk import sight
from tests.walk.sight import Thing
from tests.walk.trace import Operation


@dataclass(frozen=True)
class Edit:
    """A value that somebody typed, found nowhere else. `risky`: typed between our last look, our write and our look at
    what we wrote."""

    side: str
    name: str
    field: str
    value: str | None
    risky: bool


@dataclass
class Crowd:
    """Everybody who uses the two systems. `risky`: where our next call writes, or where we wrote and have not yet
    read back, as the hook says."""

    stand: Stand
    risky: frozenset[str] = frozenset()
    edits: list[Edit] = field(default_factory=list)
    theirs: set[str] = field(default_factory=set)
    seen: dict[str, Thing] = field(default_factory=dict)
    disturbed: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    moved_on: set[str] = field(default_factory=set)

    def does(self, operation: Operation) -> None:
        """Carry out one operation; nothing happens where it makes no sense."""
        try:
            DEEDS[operation["do"]](self, operation)
        except ValueError:
            return

    def look(self) -> list[Thing]:
        """All records; those not seen before are remembered."""
        things = sight.everything(self.stand)
        self.seen.update({one.ref: one for one in things})
        return things

    def find(self, side: str, name: str, *kinds: str) -> Thing:
        """The live record of that name; contacts before leads. ValueError where there is none."""
        found = [one for one in self.look() if one.side == side and one.name == name and one.live and not one.stranded]
        wanted = sorted((one for one in found if one.kind in kinds), key=lambda one: (kinds.index(one.kind), one.id))
        if not wanted:
            raise ValueError(f"no {kinds} {name} in {side}")
        return wanted[0]

    def act(self, side: str, do: str, **deed: Any) -> dict[str, Any]:
        """A deed in the user interface. What is there afterwards and was not before is theirs, not ours."""
        front = self.stand.netsuite_front if side == "netsuite" else self.stand.salesforce_front
        front.advance(1)
        before = {one.ref for one in self.look()}
        answer = front.act({"do": do, **deed})
        self.theirs |= {one.ref for one in self.look()} - before
        return answer

    def typed(self, side: str, name: str, fields: dict[str, str | None]) -> None:
        risky = side in self.risky
        self.edits += [Edit(side, name, what, value, risky) for what, value in fields.items()]


_NETSUITE = {"title": "title", "description": "comments", "number": "accountNumber"}
_SALESFORCE = {"title": "Title", "description": "Description", "number": "AccountNumber"}


def _vendor(side: str, fields: dict[str, Any]) -> dict[str, Any]:
    names = _NETSUITE if side == "netsuite" else _SALESFORCE
    return {names[name]: value for name, value in fields.items()}


def _mail(operation: Operation) -> dict[str, str]:
    mail = f"{operation['person'].lower()}@mail.example"
    if not operation.get("mail", True):
        return {}
    return {"email" if operation["side"] == "netsuite" else "Email": mail}


def _lead_fields(operation: Operation) -> tuple[str, dict[str, Any]]:
    side, person, company = operation["side"], operation["person"], operation["company"]
    shared = {**_vendor(side, {"title": operation["title"]}), **_mail(operation)}
    if side == "salesforce":
        return "Lead", {"FirstName": "Ann", "LastName": person, "Company": company, **shared}
    names = {"isPerson": True, "firstName": "Ann", "lastName": person, "companyName": company}
    return "customer", {**names, "entityStatus": {"id": "6"}, **shared}


def _lead(crowd: Crowd, operation: Operation) -> None:
    type_, fields = _lead_fields(operation)
    crowd.act(operation["side"], "create", type=type_, fields=fields)
    crowd.typed(operation["side"], operation["person"], {"title": operation["title"]})


def _late_lead(crowd: Crowd, operation: Operation) -> None:
    type_, fields = _lead_fields(operation)
    made = crowd.act("salesforce", "late_commit", type=type_, fields=fields, seconds=operation["seconds"])
    crowd.theirs.add(f"salesforce:Lead:{made['id']}")
    crowd.typed("salesforce", operation["person"], {"title": operation["title"]})


def _organization(crowd: Crowd, operation: Operation) -> None:
    side, fields = operation["side"], _vendor(operation["side"], {"number": operation["number"]})
    if side == "salesforce":
        crowd.act(side, "create", type="Account", fields={"Name": operation["company"], **fields})
    else:
        named = {"isPerson": False, "companyName": operation["company"], "entityStatus": {"id": "8"}}
        crowd.act(side, "create", type="customer", fields={**named, **fields})
    crowd.typed(side, operation["company"], {"number": operation["number"]})


def _contact(crowd: Crowd, operation: Operation) -> None:
    side, person = operation["side"], operation["person"]
    parent = crowd.find(side, operation["company"], "organization")
    fields = {**_vendor(side, {"title": operation["title"]}), **_mail(operation)}
    if side == "salesforce":
        named = {"FirstName": "Ann", "LastName": person, "AccountId": parent.id}
        crowd.act(side, "create", type="Contact", fields={**named, **fields})
    else:
        named = {"firstName": "Ann", "lastName": person, "company": {"id": parent.id}}
        crowd.act(side, "create", type="contact", fields={**named, **fields})
    crowd.typed(side, person, {"title": operation["title"]})


def _opportunity(crowd: Crowd, operation: Operation) -> None:
    side = operation["side"]
    parent = crowd.find(side, operation["company"], "organization")
    if side == "salesforce":
        fields = {"Name": operation["name"], "AccountId": parent.id, "StageName": "Prospecting"}
        crowd.act(side, "create", type="Opportunity", fields={**fields, "CloseDate": "2026-06-30"})
    else:
        fields = {"title": operation["name"], "entity": {"id": parent.id}, "expectedCloseDate": "2026-06-30"}
        crowd.act(side, "create", type="opportunity", fields={**fields, "entityStatus": {"id": "18"}})


def _edit(crowd: Crowd, operation: Operation) -> None:
    side, name, value = operation["side"], operation["name"], operation["value"]
    one = crowd.find(side, name, "contact", "lead", "organization")
    crowd.act(side, "update", type=one.type, id=one.id, fields=_vendor(side, {operation["field"]: value}))
    crowd.typed(side, name, {operation["field"]: value})


def _late_edit(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find("salesforce", operation["person"], "contact", "lead")
    fields = _vendor("salesforce", {operation["field"]: operation["value"]})
    crowd.act("salesforce", "late_commit", type=one.type, id=one.id, fields=fields, seconds=operation["seconds"])
    # A transaction that is open while others write may overwrite theirs, or be overwritten: no claim is made of it.
    crowd.disturbed.add(operation["person"])


def _convert(crowd: Crowd, operation: Operation) -> None:
    lead = crowd.find("salesforce", operation["person"], "lead")
    account = None
    if operation["existing"] and lead.company:
        found = [one for one in crowd.look() if one.type == "Account" and one.live and one.name == lead.company]
        account = found[0].id if found else None
    deed = {"account": account} if account else {}
    crowd.act("salesforce", "convert", id=lead.id, opportunity=operation["opportunity"], **deed)
    crowd.moved_on.add(lead.name)


def _status(crowd: Crowd, operation: Operation) -> None:
    lead = crowd.find("netsuite", operation["person"], "lead")
    crowd.act("netsuite", "set_status", id=lead.id, status=operation["status"])
    crowd.moved_on.add(lead.name)


def _save_and_convert(crowd: Crowd, operation: Operation) -> None:
    lead = crowd.find("netsuite", operation["person"], "lead")
    deed = {"variant": operation["variant"], "opportunity": operation["opportunity"]}
    if operation["existing"] and lead.company:
        found = [one for one in crowd.look() if one.side == "netsuite" and one.kind == "organization" and one.live]
        same = [one for one in found if one.name == lead.company and not one.stranded]
        deed |= {"prospect": same[0].id} if same else {}
    crowd.act("netsuite", "save_and_convert", lead=lead.id, **deed)
    crowd.moved_on.add(lead.name)


def _sales_order(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find("netsuite", operation["company"], "organization")
    crowd.act("netsuite", "sales_order", customer=one.id, total=100)


def _merge(crowd: Crowd, operation: Operation) -> None:
    side = operation["side"]
    winner = crowd.find(side, operation["winner"], "contact", "lead", "organization")
    losers = [one for one in crowd.look() if one.side == side and one.name == operation["loser"] and one.live]
    loser = next((one for one in losers if one.type == winner.type and one.kind == winner.kind), None)
    if loser is None or loser.id == winner.id or loser.stranded:
        losers = [one for one in losers if one.type == winner.type and one.kind == winner.kind and one.id != winner.id]
        if not losers:
            raise ValueError("nobody to merge")
        loser = losers[0]
    deed = {"winner": winner.id} if side == "netsuite" else {"id": winner.id}
    crowd.act(side, "merge", type=winner.type, losers=[loser.id], **deed)
    crowd.disturbed |= {winner.name, loser.name}


def _delete(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find(operation["side"], operation["name"], "contact", "lead")
    crowd.act(operation["side"], "delete", type=one.type, id=one.id)
    crowd.disturbed.add(one.name)


def _lock(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find("netsuite", operation["name"], "contact", "lead")
    crowd.act("netsuite", "lock", type=one.type, id=one.id, locked=operation["locked"])
    (crowd.locked.add if operation["locked"] else crowd.locked.discard)(one.ref)


DEEDS: dict[str, Callable[[Crowd, Operation], None]] = {
    "lead": _lead,
    "late_lead": _late_lead,
    "organization": _organization,
    "contact": _contact,
    "opportunity": _opportunity,
    "edit": _edit,
    "late_edit": _late_edit,
    "convert": _convert,
    "status": _status,
    "save_and_convert": _save_and_convert,
    "sales_order": _sales_order,
    "merge": _merge,
    "delete": _delete,
    "lock": _lock,
}

"""What people do: each function carries out one operation of a trace on either side.

A person looks for a record by name, as people do, and does nothing where there is none or where the system refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.walk.crowd import Crowd, blank, spelt
from tests.walk.sight import NAMES, Thing
from tests.walk.trace import Operation


def carry_out(crowd: Crowd, operation: Operation, *, dense: bool = False) -> None:
    """One operation; nothing happens where it makes no sense. `dense`: not for want of that very record."""
    for one in (operation, *(_with_others(crowd, operation) if dense else ())):
        try:
            DEEDS[one["do"]](crowd, one)
        except ValueError:
            continue
        crowd.done[one["do"]] += 1
        return
    crowd.done["nothing to do"] += 1


def _with_others(crowd: Crowd, operation: Operation) -> Iterator[Operation]:
    """The operation on each other record of that sort: a person's, or a company's."""
    who = next((key for key in ("person", "name") if key in operation), None)
    if who is None or operation["do"] not in LOOKING:
        return
    sort = operation[who].rpartition("Company")[1]
    names = {one.name for one in crowd.look() if one.live and one.name and one.name.rpartition("Company")[1] == sort}
    yield from ({**operation, who: name} for name in sorted(names - {operation[who]}))


def _mail(operation: Operation) -> dict[str, str]:
    if not operation.get("mail", True):
        return {}
    return {"email" if operation["side"] == "netsuite" else "Email": f"{operation['person'].lower()}@mail.example"}


# --- making --------------------------------------------------------------------------------------------------------


def _lead_fields(operation: Operation) -> tuple[str, dict[str, Any]]:
    person, company = operation["person"], operation["company"]
    if operation["side"] == "salesforce":
        return "Lead", {"FirstName": "Ann", "LastName": person, "Company": company, **_mail(operation)}
    names = {"isPerson": True, "firstName": "Ann", "lastName": person, "companyName": company}
    return "customer", {**names, "entityStatus": {"id": "6"}, **_mail(operation)}


def _lead(crowd: Crowd, operation: Operation) -> None:
    type_, fields = _lead_fields(operation)
    crowd.makes(operation["side"], type_, operation["person"], fields, {"title": operation["title"]})


def _late_lead(crowd: Crowd, operation: Operation) -> None:
    type_, fields = _lead_fields(operation)
    typed = {"title": operation["title"]}
    fields |= spelt("salesforce", typed)
    id_ = crowd.act("salesforce", "late_commit", type=type_, fields=fields, seconds=operation["seconds"])
    crowd.theirs.add(f"salesforce:Lead:{id_}")
    crowd.note(blank("salesforce", "Lead", id_, operation["person"]), typed)


def _organization(crowd: Crowd, operation: Operation) -> None:
    side, name = operation["side"], operation["company"]
    named = {"isPerson": False, "companyName": name, "entityStatus": {"id": "8"}}
    type_, fields = ("Account", {"Name": name}) if side == "salesforce" else ("customer", named)
    crowd.makes(side, type_, name, fields, {"number": operation["number"]})


def _contact(crowd: Crowd, operation: Operation) -> None:
    side, person = operation["side"], operation["person"]
    parent = crowd.find(side, operation["company"], "organization").id
    if side == "salesforce":
        type_, named = "Contact", {"FirstName": "Ann", "LastName": person, "AccountId": parent}
    else:
        type_, named = "contact", {"firstName": "Ann", "lastName": person, "company": {"id": parent}}
    crowd.makes(side, type_, person, {**named, **_mail(operation)}, {"title": operation["title"]})


def _opportunity(crowd: Crowd, operation: Operation) -> None:
    side, day = operation["side"], "2026-06-30"
    parent = crowd.find(side, operation["company"], "organization").id
    if side == "salesforce":
        fields = {"Name": operation["name"], "AccountId": parent, "StageName": "Prospecting", "CloseDate": day}
        crowd.act(side, "create", type="Opportunity", fields=fields)
    else:
        fields = {"title": operation["name"], "entity": {"id": parent}, "entityStatus": {"id": "18"}}
        crowd.act(side, "create", type="opportunity", fields={**fields, "expectedCloseDate": day})


# --- editing -------------------------------------------------------------------------------------------------------


def _edit(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find(operation["side"], operation["name"], "contact", "lead", "organization")
    crowd.types(one, {operation["field"]: operation["value"]})


def _late_edit(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find("salesforce", operation["person"], "contact", "lead")
    crowd.types_late(one, {operation["field"]: operation["value"]}, operation["seconds"])


def _mass_update(crowd: Crowd, operation: Operation) -> None:
    side, typed = operation["side"], {operation["field"]: operation["value"]}
    wanted = [one for one in crowd.look() if (one.side, one.kind) == (side, operation["kind"]) and one.live]
    several = [one for one in wanted if not one.stranded]
    if side == "salesforce":
        for one in several:
            crowd.types(one, typed)
        return
    for type_ in sorted({one.type for one in several}):
        ids = [one.id for one in several if one.type == type_]
        crowd.act(side, "mass_update", type=type_, ids=ids, fields=spelt(side, typed))
    for one in several:
        crowd.note(one, typed)


# --- moving on -----------------------------------------------------------------------------------------------------


def _companies_for(crowd: Crowd, lead: Thing, existing: bool | str) -> list[Thing]:
    """The companies that are there for a lead to be converted into: those of the name that it gives, or `elsewhere`."""
    if existing == "elsewhere":
        return [one for one in crowd.companies(lead.side) if one.name != lead.company]
    return crowd.live(lead.side, lead.company or "", "organization") if existing else []


def _convert(crowd: Crowd, operation: Operation) -> None:
    lead = crowd.find("salesforce", operation["person"], "lead")
    accounts = _companies_for(crowd, lead, operation["existing"])
    deed = {"account": accounts[0].id} if accounts else {}
    people = crowd.live("salesforce", lead.name, "contact") if accounts and operation.get("contact") else []
    same = [one.id for one in people if one.company == accounts[0].name]
    deed |= {"contact": same[0]} if same else {}
    crowd.act("salesforce", "convert", id=lead.id, opportunity=operation["opportunity"], **deed)
    crowd.move_on(lead)


def _status(crowd: Crowd, operation: Operation) -> None:
    lead = crowd.find("netsuite", operation["person"], "lead")
    crowd.act("netsuite", "set_status", id=lead.id, status=operation["status"])
    crowd.move_on(lead)


def _save_and_convert(crowd: Crowd, operation: Operation) -> None:
    lead = crowd.find("netsuite", operation["person"], "lead")
    deed: dict[str, Any] = {"variant": operation["variant"], "opportunity": operation["opportunity"]}
    companies = _companies_for(crowd, lead, operation["existing"])
    deed |= {"prospect": companies[0].id} if companies else {}
    people = crowd.live("netsuite", lead.name, "contact") if operation.get("contact") else []
    deed |= {"contact": people[0].id, "contact_choice": operation["choice"]} if people else {}
    crowd.act("netsuite", "save_and_convert", lead=lead.id, **deed)
    crowd.move_on(lead)


def _sales_order(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find("netsuite", operation["company"], "organization")
    crowd.act("netsuite", "sales_order", customer=one.id, total=100)


# --- undoing -------------------------------------------------------------------------------------------------------


def _merge(crowd: Crowd, operation: Operation) -> None:
    side = operation["side"]
    winner = crowd.find(side, operation["winner"], "contact", "lead", "organization")
    same = [one for one in crowd.live(side, operation["loser"], winner.kind) if one.id != winner.id]
    if not same:
        raise ValueError("nobody to merge")
    named = {"winner": winner.id} if side == "netsuite" else {"id": winner.id}
    crowd.act(side, "merge", type=winner.type, losers=[same[0].id], **named)
    crowd.disturbed |= {winner.name, same[0].name}


def _delete(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find(operation["side"], operation["name"], "contact", "lead", "organization")
    before = crowd.look()
    crowd.act(operation["side"], "delete", type=one.type, id=one.id)
    live = {after.ref for after in crowd.look() if after.live}
    # Salesforce deletes the people and sales of an account with it.
    crowd.disturbed |= {one.name, *(other.name for other in before if other.live and other.ref not in live)}


def _undelete(crowd: Crowd, operation: Operation) -> None:
    found = [one for one in crowd.look() if _in_the_bin(one) and one.name == operation["name"]]
    if not found:
        raise ValueError("nothing to bring back")
    crowd.act("salesforce", "undelete", id=found[-1].id)


def _in_the_bin(one: Thing) -> bool:
    return one.side == "salesforce" and not one.live and not one.converted


def _lock(crowd: Crowd, operation: Operation) -> None:
    one = crowd.find("netsuite", operation["name"], "contact", "lead")
    crowd.act("netsuite", "lock", type=one.type, id=one.id, locked=operation["locked"])
    (crowd.locked.add if operation["locked"] else crowd.locked.discard)(one.ref)


def _automation(crowd: Crowd, operation: Operation) -> None:
    """From now on Salesforce rewrites a field whenever it is saved; `again`: in a second save, by somebody else."""
    rule = {"type": operation["type"], "field": NAMES["salesforce"][operation["field"]], "kind": operation["kind"]}
    more = {"argument": "to be asked"} if operation["kind"] == "set_default" else {}
    crowd.act("salesforce", "automation", **rule, **more, bump_seconds=2 if operation["again"] else 0)


DEEDS: dict[str, Callable[[Crowd, Operation], None]] = {
    "lead": _lead,
    "late_lead": _late_lead,
    "organization": _organization,
    "contact": _contact,
    "opportunity": _opportunity,
    "edit": _edit,
    "late_edit": _late_edit,
    "mass_update": _mass_update,
    "convert": _convert,
    "status": _status,
    "save_and_convert": _save_and_convert,
    "sales_order": _sales_order,
    "merge": _merge,
    "delete": _delete,
    "undelete": _undelete,
    "lock": _lock,
    "automation": _automation,
}

LOOKING = frozenset({"edit", "late_edit", "convert", "status", "save_and_convert", "delete", "lock"})
"""Deeds that are done to a record which is there already."""

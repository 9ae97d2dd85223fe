"""What people do in the Salesforce UI, as deeds: `{"do": "convert", "id": "00Q..."}`.

People write as the first human user, or as `user`; alerts of duplicate rules do not stop them, blocks do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connector.sandbox.salesforce import automation
from connector.sandbox.salesforce.convert import Conversion, convert
from connector.sandbox.salesforce.derived import derive
from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import Refusal
from connector.sandbox.salesforce.ids import widen
from connector.sandbox.salesforce.merge import merge
from connector.sandbox.salesforce.org import Automation, OpenTransaction, Org, Saver
from connector.sandbox.salesforce.writes import (
    create,
    delete,
    existing,
    incoming,
    refuse_if_frozen,
    refuse_missing,
    undelete,
    update,
)

Deed = dict[str, Any]


def act(org: Org, deed: Deed) -> dict[str, Any]:
    """Carry out one deed; ValueError when it is unknown, malformed or refused by the org."""
    known = DEEDS.get(str(deed.get("do")))
    if known is None:
        raise ValueError(f"unknown deed {deed.get('do')!r}; known: {', '.join(sorted(DEEDS))}")
    carry_out, keys = known
    unknown = deed.keys() - keys.keys() - {"do", "user"}
    missing = [key for key, needed in keys.items() if needed and key not in deed]
    if unknown or missing:
        raise ValueError(f"{deed['do']}: takes {', '.join(keys)}; unknown {sorted(unknown)}, missing {missing}")
    try:
        with org.transaction():
            return carry_out(org, deed)
    except Refusal as refusal:
        raise ValueError(str(refusal)) from refusal


def _person(org: Org, deed: Deed) -> Saver:
    return Saver(str(deed.get("user") or org.people.humans[0]), allow_duplicates=True, assign=False)


def _sobject(org: Org, name: Any) -> SObject:
    found = org.schema.find(str(name))
    if found is None:
        raise ValueError(f"no object {name!r}")
    return found


def _id(text: Any) -> str:
    wide = widen(str(text))
    if wide is None:
        raise ValueError(f"not a record id: {text!r}")
    return wide


def _create(org: Org, deed: Deed) -> dict[str, Any]:
    return {"id": create(org, _person(org, deed), _sobject(org, deed["type"]), deed["fields"])}


def _update(org: Org, deed: Deed) -> dict[str, Any]:
    record_id = _id(deed["id"])
    update(org, _person(org, deed), _sobject(org, deed["type"]), record_id, deed["fields"])
    return {"id": record_id}


def _delete(org: Org, deed: Deed) -> dict[str, Any]:
    record_id = _id(deed["id"])
    delete(org, _sobject(org, deed["type"]), record_id)
    return {"id": record_id}


def _undelete(org: Org, deed: Deed) -> dict[str, Any]:
    undelete(org, _id(deed["id"]))
    return {"id": _id(deed["id"])}


def _merge(org: Org, deed: Deed) -> dict[str, Any]:
    sobject, master = _sobject(org, deed["type"]), _id(deed["id"])
    losers = [_id(loser) for loser in deed["losers"]]
    merge(org, _person(org, deed), sobject, master, losers, deed.get("fields") or {})
    return {"id": master, "merged": losers}


def _convert(org: Org, deed: Deed) -> dict[str, Any]:
    """`account`, `contact`: ids of existing records. `opportunity`: true, false, an id or a name."""
    wanted = deed.get("opportunity", True)
    existing_id = widen(wanted) if isinstance(wanted, str) and wanted.startswith("006") else None
    asked = Conversion(
        lead_id=_id(deed["id"]),
        converted_status=deed.get("status") or org.settings.converted_statuses[0],
        account_id=deed.get("account"),
        contact_id=deed.get("contact"),
        opportunity_id=existing_id,
        opportunity_name=wanted if isinstance(wanted, str) and existing_id is None else None,
        no_opportunity=wanted is False,
        owner_id=deed.get("owner"),
    )
    done = convert(org, _person(org, deed), asked)
    ids = {"account": done.account_id, "contact": done.contact_id, "opportunity": done.opportunity_id}
    return {"id": done.lead_id} | ids


def _automation(org: Org, deed: Deed) -> dict[str, Any]:
    rule = Automation(
        str(deed["type"]), str(deed["field"]), str(deed["kind"]), deed.get("argument"), deed.get("bump_seconds", 0)
    )
    org.automations.append(automation.check(org, rule))
    return {"rules": len(org.automations)}


def _record_type(org: Org, deed: Deed) -> dict[str, Any]:
    """An admin renames a record type, or takes it out of use: `fields` of its name, developer name, activity."""
    if org.store.get(org.sobject("RecordType"), _id(deed["id"])) is None:
        raise ValueError(f"no record type {deed['id']!r}")
    if unknown := deed["fields"].keys() - {"Name", "DeveloperName", "IsActive"}:
        raise ValueError(f"of a record type nobody changes {sorted(unknown)}")
    stamps = {"LastModifiedDate": org.stamp(), "SystemModstamp": org.stamp()}
    org.store.update(org.sobject("RecordType"), _id(deed["id"]), deed["fields"] | stamps)
    return {"id": _id(deed["id"])}


def _rename_field(org: Org, deed: Deed) -> dict[str, Any]:
    """An admin gives a custom field another API name, and another label."""
    sobject, name = _sobject(org, deed["type"]), str(deed["name"])
    field = sobject.field(str(deed["field"]))
    if field is None or not field.custom or field.name in dict(org.settings.conversion_map):
        raise ValueError(f"{deed['field']!r} is no custom field of {sobject.name}, or the conversion map names it")
    if not re.fullmatch(r"[A-Za-z]\w*__c", name) or sobject.field(name) is not None:
        raise ValueError(f"{name!r} is no free name for a custom field")
    org.rename_field(sobject, field, replace(field, name=name, label=str(deed.get("label") or field.label)))
    return {"field": name}


def _late_commit(org: Org, deed: Deed) -> dict[str, Any]:
    """A long transaction: stamped now, seen by everyone else only `seconds` later."""
    sobject, at = _sobject(org, deed["type"]), org.stamp()
    opened = _late_create(org, deed, sobject) if "id" not in deed else _late_update(org, deed, sobject)
    org.open_transactions.append(opened)
    return {"id": opened.record_id, "stamp": at, "visible_at": opened.commits_at.isoformat()}


def _late_update(org: Org, deed: Deed, sobject: SObject) -> OpenTransaction:
    record_id, person = _id(deed["id"]), _person(org, deed).user_id
    row = existing(org, sobject, record_id)
    refuse_if_frozen(row)
    org.refuse_if_locked(record_id)
    changes = incoming(org, sobject, deed["fields"], creating=False)
    changes |= {"LastModifiedDate": org.stamp(), "LastModifiedById": person, "SystemModstamp": org.stamp()}
    changes |= derive(sobject.name, row | changes, changes)
    return _opened(org, deed, sobject, record_id, changes, creates=False)


def _late_create(org: Org, deed: Deed, sobject: SObject) -> OpenTransaction:
    """The row is made under all rules, taken out again, and comes back when the transaction commits."""
    values = incoming(org, sobject, deed["fields"], creating=True)
    refuse_missing(sobject, values)
    record_id = create(org, _person(org, deed), sobject, deed["fields"])
    row = org.store.get(sobject, record_id) or {}
    org.store.remove(sobject, record_id)
    return _opened(org, deed, sobject, record_id, row, creates=True)


def _opened(
    org: Org, deed: Deed, sobject: SObject, record_id: str, row: dict[str, Any], *, creates: bool
) -> OpenTransaction:
    now = org.now()
    until = now + timedelta(seconds=float(deed["seconds"]))
    return OpenTransaction(sobject.name, record_id, row, creates, now, until)


Keys = dict[str, bool]
DEEDS: dict[str, tuple[Callable[[Org, Deed], dict[str, Any]], Keys]] = {
    "create": (_create, {"type": True, "fields": True}),
    "update": (_update, {"type": True, "id": True, "fields": True}),
    "delete": (_delete, {"type": True, "id": True}),
    "undelete": (_undelete, {"id": True}),
    "merge": (_merge, {"type": True, "id": True, "losers": True, "fields": False}),
    "convert": (
        _convert,
        dict.fromkeys(("account", "contact", "opportunity", "status", "owner"), False) | {"id": True},
    ),
    "automation": (
        _automation,
        {"type": True, "field": True, "kind": True, "argument": False, "bump_seconds": False},
    ),
    "rename_field": (_rename_field, {"type": True, "field": True, "name": True, "label": False}),
    "record_type": (_record_type, {"id": True, "fields": True}),
    "late_commit": (_late_commit, {"type": True, "id": False, "fields": True, "seconds": True}),
}

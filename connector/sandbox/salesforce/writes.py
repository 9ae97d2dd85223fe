"""Create, update, delete and undelete of one record, with every rule that the org holds them to.

Order of checks: what cannot be read (JSON, unknown column) stops at once; then all field problems together;
then references, uniqueness, status and duplicate rules. Nothing is written before the last check.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce.automation import rewrite
from connector.sandbox.salesforce.derived import derive
from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.duplicates import refuse_duplicates
from connector.sandbox.salesforce.errors import NotEmulated, Problem, Refusal, no_such_resource, refuse
from connector.sandbox.salesforce.fields import Field
from connector.sandbox.salesforce.org import Org, Saver
from connector.sandbox.salesforce.record_types import by_default
from connector.sandbox.salesforce.references import check_references, parent_id
from connector.sandbox.salesforce.values import BadValue, store_value

SECURITY = (
    "Unable to create/update fields: {}. Please check the security settings of this field and verify that it "
    "is read/write for your profile or permission set."
)


def create(org: Org, saver: Saver, sobject: SObject, body: dict[str, Any]) -> str:
    """Insert what a client sent; the new id. Refusal when a rule is against it."""
    refuse_unless_writable(sobject)
    return insert_row(org, saver, sobject, incoming(org, sobject, body, creating=True))


def insert_row(
    org: Org,
    saver: Saver,
    sobject: SObject,
    given: dict[str, Any],
    *,
    ignore_duplicates: frozenset[str] | None = frozenset(),
    block_duplicates: bool = False,
) -> str:
    """Insert a row of stored values under all rules. `ignore_duplicates` None switches duplicate rules off."""
    row = _defaults(org, saver, sobject) | {name: v for name, v in given.items() if v is not None}
    refuse_missing(sobject, row)
    _refuse_converted_status(org, sobject, given)
    check_references(org, sobject, given)
    _refuse_taken_keys(org, sobject, given)
    if ignore_duplicates is not None:
        refuse_duplicates(org, saver, sobject, given, ignore=ignore_duplicates, block_all=block_duplicates)
    row["Id"] = org.ids.make(sobject.prefix)
    _finish(org, sobject, row)
    org.store.insert(sobject, row)
    _after_insert(org, saver, sobject, row)
    return str(row["Id"])


def update(org: Org, saver: Saver, sobject: SObject, record_id: str, body: dict[str, Any]) -> None:
    """Change what a client sent. Refusal when the row is gone, locked, frozen, or a rule is against it."""
    refuse_unless_writable(sobject)
    row = existing(org, sobject, record_id)
    changes = incoming(org, sobject, body, creating=False)
    refuse_if_frozen(row)
    org.refuse_if_locked(record_id)
    _check_update(org, saver, sobject, row, changes)
    apply_changes(org, saver, sobject, row, changes)


def _check_update(org: Org, saver: Saver, sobject: SObject, row: dict[str, Any], changes: dict[str, Any]) -> None:
    emptied = [f.name for f in sobject.fields if not f.nillable and changes.get(f.name, "") is None]
    if emptied:
        raise _missing(emptied)
    moved = {name: value for name, value in changes.items() if value != row.get(name)}
    _refuse_converted_status(org, sobject, moved)
    check_references(org, sobject, moved)
    _refuse_taken_keys(org, sobject, moved, row["Id"])
    refuse_duplicates(org, saver, sobject, moved, ignore=frozenset({row["Id"]}))


def apply_changes(org: Org, saver: Saver, sobject: SObject, row: dict[str, Any], changes: dict[str, Any]) -> None:
    """Write checked changes with stamps, derived fields and automation. An unchanged save moves stamps too."""
    if saver.assign and sobject.name == "Lead" and org.settings.assign_leads_to_queue:
        changes = changes | {"OwnerId": org.people.queue}
    changes = changes | {"LastModifiedDate": org.stamp(), "LastModifiedById": saver.user_id}
    changes["SystemModstamp"] = org.stamp()
    changes |= derive(sobject.name, row | changes, changes)
    rewritten = rewrite(org, sobject.name, row | changes)
    if rewritten:
        changes |= rewritten | derive(sobject.name, row | changes | rewritten, rewritten)
    org.store.update(sobject, row["Id"], changes)


def delete(org: Org, sobject: SObject, record_id: str) -> None:
    """Into the recycle bin, with the children that cascade (recorded flags)."""
    refuse_unless_writable(sobject)
    row = existing(org, sobject, record_id)
    org.refuse_if_locked(record_id)
    bury(org, sobject, row["Id"], row["Id"])


def bury(org: Org, sobject: SObject, record_id: str, root: str, master: str | None = None) -> None:
    """Mark deleted; `root` is the record whose deletion takes this one along, `master` a merge's winner."""
    gone = {"IsDeleted": 1, "SystemModstamp": org.stamp(), "_deleted_at": org.stamp(), "_deleted_with": root}
    if master is not None:
        gone["MasterRecordId"] = master
    org.store.update(sobject, record_id, gone)
    for child in sobject.children:
        if child.cascade:
            table = org.sobject(child.sobject)
            for row in org.store.find(table, f'"{child.field}"=? AND "IsDeleted"=0', (record_id,)):
                bury(org, table, row["Id"], root)


def undelete(org: Org, record_id: str) -> None:
    """Out of the recycle bin, with what went in together. The id stays, SystemModstamp moves."""
    sobject = org.schema.of_id(record_id)
    row = org.store.get(sobject, record_id) if sobject and sobject.has_recycle_bin else None
    if sobject is None or row is None or not row["IsDeleted"]:
        raise refuse("UNDELETE_FAILED", "entity is not in the recycle bin", ())
    _refuse_taken_keys(org, sobject, row, record_id)
    back = {"IsDeleted": 0, "SystemModstamp": org.stamp(), "_deleted_at": None, "_deleted_with": None}
    if "MasterRecordId" in row:
        org.store.update(sobject, record_id, {"MasterRecordId": None})
    for table in org.schema.sobjects:
        if table.has_recycle_bin:
            for other in org.store.find(table, '"_deleted_at" IS NOT NULL AND "_deleted_with"=?', (record_id,)):
                org.store.update(table, other["Id"], back)


def existing(org: Org, sobject: SObject, record_id: str) -> dict[str, Any]:
    """The live row. Refusal NOT_FOUND, or ENTITY_IS_DELETED from the recycle bin."""
    row = org.store.get(sobject, record_id)
    if row is None:
        raise no_such_resource()
    if row.get("IsDeleted"):
        raise refuse("ENTITY_IS_DELETED", "entity is deleted", ())
    return row


def refuse_if_frozen(row: dict[str, Any]) -> None:
    if row.get("IsConverted"):
        raise refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ())


def refuse_unless_writable(sobject: SObject) -> None:
    if not sobject.writable:
        raise NotEmulated(f"writing {sobject.name}")


def incoming(org: Org, sobject: SObject, body: dict[str, Any], *, creating: bool) -> dict[str, Any]:
    """A request body as stored values by field name. Refusal with every field problem found."""
    changes: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in body.items():
        if key == "attributes":
            continue
        try:
            field = _target_field(org, sobject, key, value)
            stored = parent_id(org, field, value) if isinstance(value, dict) else store_value(field, value)
        except BadValue as bad:
            _stop_if_unreadable(bad)
            problems.append(bad.problem)
            continue
        if not (field.createable if creating else field.updateable):
            problems.append(Problem("INVALID_FIELD_FOR_INSERT_UPDATE", SECURITY.format(field.name), (field.name,)))
        changes[field.name] = stored
    if problems:
        raise Refusal(problems)
    return changes


def _target_field(org: Org, sobject: SObject, key: str, value: Any) -> Field:
    field = sobject.by_relationship.get(key.lower()) if isinstance(value, dict) else sobject.field(key)
    if field is None:
        raise refuse("INVALID_FIELD", f"No such column '{key}' on sobject of type {sobject.name}")
    if field.type == "id":
        raise refuse("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    if field.name == "IsConverted" and value not in (False, None):
        raise NotEmulated("creating a lead that is already converted")
    return field


def _stop_if_unreadable(bad: BadValue) -> None:
    if bad.problem.code == "JSON_PARSER_ERROR":
        raise Refusal([bad.problem]) from bad


def _defaults(org: Org, saver: Saver, sobject: SObject) -> dict[str, Any]:
    row = {field.name: _default(field) for field in sobject.fields if field.default is not None}
    if sobject.field("OwnerId"):
        row["OwnerId"] = saver.user_id
    at = org.stamp()
    return (
        row
        | by_default(org, sobject)
        | {
            "CreatedDate": at,
            "CreatedById": saver.user_id,
            "LastModifiedDate": at,
            "LastModifiedById": saver.user_id,
            "SystemModstamp": at,
        }
    )


def _default(field: Field) -> Any:
    return int(field.default) if isinstance(field.default, bool) else field.default


def refuse_missing(sobject: SObject, row: dict[str, Any]) -> None:
    missing = [field.name for field in sobject.required_fields if row.get(field.name) is None]
    if missing:
        raise _missing(missing)


def _missing(names: list[str]) -> Refusal:
    return refuse("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(names)}]", names)


def _refuse_converted_status(org: Org, sobject: SObject, changes: dict[str, Any]) -> None:
    """A converted status comes with a conversion only (assumed code)."""
    status = changes.get("Status")
    if sobject.name == "Lead" and status in org.settings.converted_statuses:
        raise refuse("INVALID_STATUS", f"invalid status: {status}", ("Status",))


def _refuse_taken_keys(org: Org, sobject: SObject, changes: dict[str, Any], own_id: str | None = None) -> None:
    for field in sobject.fields:
        value = changes.get(field.name) if field.unique else None
        if value is None:
            continue
        others = [row["Id"] for row in org.store.find_equal(sobject, field, value) if row["Id"] != own_id]
        if others:
            message = f"duplicate value found: {field.name} duplicates value on record with id: {others[0]}"
            raise refuse("DUPLICATE_VALUE", message, ())


def _finish(org: Org, sobject: SObject, row: dict[str, Any]) -> None:
    row |= derive(sobject.name, row, row)
    rewritten = rewrite(org, sobject.name, row)
    if rewritten:
        row |= rewritten | derive(sobject.name, row | rewritten, rewritten)


def _after_insert(org: Org, saver: Saver, sobject: SObject, row: dict[str, Any]) -> None:
    """Opportunity.ContactId makes the primary contact role (assumed); a lead may be assigned to the queue."""
    if sobject.name == "Opportunity" and row.get("ContactId"):
        role = {"OpportunityId": row["Id"], "ContactId": row["ContactId"], "IsPrimary": 1}
        insert_row(org, saver, org.sobject("OpportunityContactRole"), role)
    if sobject.name == "Lead" and saver.assign and org.settings.assign_leads_to_queue:
        org.store.update(sobject, row["Id"], {"OwnerId": org.people.queue})

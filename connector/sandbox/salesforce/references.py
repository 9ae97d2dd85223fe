"""Lookups on their way in: the row must exist, live, and be of an object that the field may point at."""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import Problem, no_such_column, no_such_key, refuse
from connector.sandbox.salesforce.fields import Field
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.record_types import check_record_type
from connector.sandbox.salesforce.values import BadValue, store_value


def check_references(org: Org, sobject: SObject, changes: dict[str, Any]) -> None:
    """Refusal when a reference in `changes` points nowhere, at the wrong object, or an owner is inactive."""
    for field in sobject.fields:
        value = changes.get(field.name) if field.type == "reference" else None
        if value is not None and field.name == "RecordTypeId":
            check_record_type(org, sobject, value)
        elif value is not None:
            _check_reference(org, field, value)


def _check_reference(org: Org, field: Field, record_id: str) -> None:
    target = org.schema.of_id(record_id)
    if target is None or target.name not in field.reference_to:
        message = f"{field.label}: id value of incorrect type: {record_id}"
        raise refuse("FIELD_INTEGRITY_EXCEPTION", message, (field.name,))
    row = org.store.get(target, record_id)
    if row is None:
        raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
    if row.get("IsDeleted"):
        raise refuse("ENTITY_IS_DELETED", "entity is deleted", ())
    if field.name == "OwnerId" and row.get("IsActive") == 0:
        message = f"operation performed with inactive user [{record_id}] as owner of record"
        raise refuse("INACTIVE_OWNER_OR_USER", message, ("OwnerId",))


def parent_id(org: Org, field: Field, body: dict[str, Any]) -> str:
    """The parent named by an external id, as in `"Account": {"NetSuite_Id__c": "42"}`."""
    target = _parent_object(org, field, body)
    keys = [(name, value) for name, value in body.items() if name != "attributes"]
    if len(keys) != 1:
        raise refuse("INVALID_FIELD", f"Exactly one external ID field must be given for {field.relationship}")
    name, value = keys[0]
    key = target.field(name)
    if key is None:
        raise no_such_column(name, target.name)
    if not (key.external_id or key.id_lookup):
        raise no_such_key(name)
    return _find_parent(org, target, key, value)


def _parent_object(org: Org, field: Field, body: dict[str, Any]) -> SObject:
    attributes = body.get("attributes")
    named = attributes.get("type") if isinstance(attributes, dict) else None
    name = named or field.reference_to[0]
    if name not in field.reference_to or (named is None and len(field.reference_to) > 1):
        raise refuse("INVALID_FIELD", f"{field.relationship}: attributes.type must name one of its objects")
    return org.sobject(name)


def _find_parent(org: Org, target: SObject, key: Field, value: Any) -> str:
    stored = store_value(key, value)
    rows = org.store.find_equal(target, key, stored) if stored is not None else []
    if len(rows) != 1:
        text = f"Foreign key external ID: {value} not found for field {key.name} in entity {target.name}"
        raise BadValue(Problem("INVALID_FIELD", text, ()))
    return str(rows[0]["Id"])

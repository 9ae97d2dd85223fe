"""`/sobjects/X` rows: create, read, update, delete, and upsert by an external id.

Recorded: 201 with id and Location, 204 on update and delete, upsert 201 or 200 with `created`, 300 with bare
URLs. Documented: conditional headers; ETags on Account only.
"""

from __future__ import annotations

import hashlib
from typing import Any

from connector.sandbox.salesforce.call import Call, Reply
from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import (
    NotEmulated,
    NotModified,
    PreconditionFailed,
    no_such_column,
    no_such_key,
    no_such_resource,
    refuse,
)
from connector.sandbox.salesforce.fields import Field
from connector.sandbox.salesforce.ids import widen
from connector.sandbox.salesforce.moments import http_date, parse_http_date, parse_stamp
from connector.sandbox.salesforce.query import address_value
from connector.sandbox.salesforce.soql_plan import Address, Leaf
from connector.sandbox.salesforce.values import BadValue, store_value, wire_value
from connector.sandbox.salesforce.writes import create, delete, existing, update

CREATED_FLAG_SINCE = 46.0


def create_row(call: Call) -> Reply:
    sobject, body = call.sobject, call.json()
    with call.org.transaction():
        record_id = create(call.org, call.saver, sobject, body)
    location = {"Location": f"{call.root}/sobjects/{sobject.name}/{record_id}"}
    return Reply(201, {"id": record_id, "success": True, "errors": []}, location, wrote=True)


def read_row(call: Call) -> Reply:
    row = existing_or_404(call, call.sobject, record_id_of(call))
    headers = validators(call.sobject, row)
    check_preconditions(call, call.sobject, row, headers)
    wanted = call.request.params.get("fields")
    names = wanted.split(",") if wanted else None
    return Reply(200, record(call.root, call.sobject, row, names), headers)


def update_row(call: Call) -> Reply:
    sobject, record_id = call.sobject, record_id_of(call)
    body, row = call.json(), existing(call.org, call.sobject, record_id)
    check_preconditions(call, sobject, row, validators(sobject, row))
    with call.org.transaction():
        update(call.org, call.saver, sobject, record_id, body)
    return Reply(204, wrote=True)


def delete_row(call: Call) -> Reply:
    with call.org.transaction():
        delete(call.org, call.sobject, record_id_of(call))
    return Reply(204, wrote=True)


def read_by_key(call: Call) -> Reply:
    rows = rows_by_key(call, call.sobject, key_field(call.sobject, call.parts["field"]), call.parts["value"])
    if not rows:
        raise no_such_resource()
    if len(rows) > 1:
        return several(call, call.sobject, rows)
    wanted = call.request.params.get("fields")
    return Reply(200, record(call.root, call.sobject, rows[0], wanted.split(",") if wanted else None))


def delete_by_key(call: Call) -> Reply:
    rows = rows_by_key(call, call.sobject, key_field(call.sobject, call.parts["field"]), call.parts["value"])
    if not rows:
        raise no_such_resource()
    if len(rows) > 1:
        return several(call, call.sobject, rows)
    with call.org.transaction():
        delete(call.org, call.sobject, rows[0]["Id"])
    return Reply(204, wrote=True)


def upsert_row(call: Call) -> Reply:
    sobject, field = call.sobject, key_field(call.sobject, call.parts["field"])
    body, update_only = call.json(), call.request.params.get("updateOnly") == "true"
    if any(name.lower() == field.name.lower() for name in body):
        message = f"The external ID field {field.name} should not be specified in the sobject data."
        raise refuse("INVALID_FIELD", message)
    rows = rows_by_key(call, sobject, field, call.parts["value"])
    if len(rows) > 1:
        return several(call, sobject, rows)
    if not rows and (update_only or field.type == "id"):
        raise no_such_resource()
    with call.org.transaction():
        record_id = _upsert(call, sobject, field, body, rows)
    headers = {"Location": f"{call.root}/sobjects/{sobject.name}/{record_id}"}
    result: dict[str, Any] = {"id": record_id, "success": True, "errors": []}
    return Reply(200 if rows else 201, result | {"created": not rows}, headers, wrote=True)


def _upsert(call: Call, sobject: SObject, field: Field, body: dict[str, Any], rows: list[Any]) -> str:
    if rows:
        update(call.org, call.saver, sobject, rows[0]["Id"], body)
        return str(rows[0]["Id"])
    return create(call.org, call.saver, sobject, body | {field.name: call.parts["value"]})


def key_field(sobject: SObject, name: str) -> Field:
    """An external id or idLookup field (documented). Refusal NOT_FOUND with the recorded text otherwise."""
    field = sobject.field(name)
    if field is None or not (field.external_id or field.id_lookup):
        raise no_such_key(name)
    return field


def rows_by_key(call: Call, sobject: SObject, field: Field, value: str) -> list[dict[str, Any]]:
    try:
        stored = store_value(field, value)
    except BadValue as bad:
        raise refuse(bad.problem.code, bad.problem.message, bad.problem.fields) from bad
    return call.org.store.find_equal(sobject, field, stored) if stored is not None else []


def several(call: Call, sobject: SObject, rows: list[dict[str, Any]]) -> Reply:
    """300: a bare array of URLs, no error object (recorded)."""
    return Reply(300, [f"{call.root}/sobjects/{sobject.name}/{row['Id']}" for row in rows])


def record_id_of(call: Call) -> str:
    """The id in the path. What is no id of this object is taken for a key field without value (recorded)."""
    text = call.parts["id"]
    wide = widen(text)
    if wide is None:
        raise no_such_key(text)
    if not wide.startswith(call.sobject.prefix):
        raise no_such_resource()
    return wide


def existing_or_404(call: Call, sobject: SObject, record_id: str) -> dict[str, Any]:
    row = call.org.store.get(sobject, record_id)
    if row is None or row.get("IsDeleted"):
        raise no_such_resource()
    return row


def record(root: str, sobject: SObject, row: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
    """The wire form of a stored row: the named fields, or all."""
    fields = sobject.fields if names is None else [_named(sobject, name.strip()) for name in names]
    shown: dict[str, Any] = {"attributes": {"type": sobject.name, "url": f"{root}/sobjects/{sobject.name}/{row['Id']}"}}
    for field in fields:
        shown[field.name] = _shown(sobject, field, row)
    return shown | {"Id": row["Id"]}


def _named(sobject: SObject, name: str) -> Field:
    field = sobject.field(name)
    if field is None:
        raise no_such_column(name, sobject.name)
    return field


def _shown(sobject: SObject, field: Field, row: dict[str, Any]) -> Any:
    if field.type != "address":
        return wire_value(field, row[field.name])
    parts = [part for part in sobject.fields if part.compound == field.name]
    prefix = field.name.removesuffix("Address")
    names = [part.name.removeprefix(prefix) for part in parts]
    keys = sorted((name[0].lower() + name[1:], at) for at, name in enumerate(names))
    address = Address(tuple((key, Leaf(parts[at], at)) for key, at in keys))
    return address_value(address, [row[part.name] for part in parts])


def validators(sobject: SObject, row: dict[str, Any]) -> dict[str, str]:
    """Last-Modified of every row, ETag of accounts (documented)."""
    headers = {"Last-Modified": http_date(parse_stamp(row["LastModifiedDate"]))}
    if sobject.name == "Account":
        tag = hashlib.sha256(f"{row['Id']}{row['SystemModstamp']}".encode()).hexdigest()[:8]
        headers["ETag"] = f'"{tag}"'
    return headers


def check_preconditions(call: Call, sobject: SObject, row: dict[str, Any], headers: dict[str, str]) -> None:
    """PreconditionFailed or NotModified when a conditional header says so; whole seconds, as documented."""
    given, tag = call.request.headers, headers.get("ETag")
    if tag is None and ("If-Match" in given or "If-None-Match" in given):
        raise NotEmulated(f"ETag conditions on {sobject.name}: the vendor has them on Account only")
    if "If-Match" in given and tag not in _tags(given["If-Match"]):
        raise PreconditionFailed
    if "If-None-Match" in given and tag in _tags(given["If-None-Match"]):
        raise NotModified(headers)
    _check_dates(call, parse_stamp(row["LastModifiedDate"]), headers)


def _check_dates(call: Call, modified: Any, headers: dict[str, str]) -> None:
    given = call.request.headers
    unless, since = given.get("If-Unmodified-Since"), given.get("If-Modified-Since")
    if unless is not None:
        limit = parse_http_date(unless)
        if limit is None and call.request.method == "PATCH":
            raise refuse("INVALID_FIELD", f"invalid If-Unmodified-Since: {unless}")
        if limit is not None and modified > limit:
            raise PreconditionFailed
    limit = parse_http_date(since) if since is not None and call.request.method == "GET" else None
    if limit is not None and modified <= limit:
        raise NotModified(headers)


def _tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.split(",")]

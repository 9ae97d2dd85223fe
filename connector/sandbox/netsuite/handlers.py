"""The record service: read, create, change, upsert, delete, transform, attach."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from connector.sandbox.netsuite import addresses, relations, rules, shapes, stages
from connector.sandbox.netsuite.account import REST, Account, Row
from connector.sandbox.netsuite.answers import check_parameters, malformed, resource, written
from connector.sandbox.netsuite.automation import rewritten
from connector.sandbox.netsuite.errors import (
    NotEmulated,
    invalid_content,
    invalid_parameter,
    locked,
    no_such_instance,
    no_such_type,
    user_error,
)
from connector.sandbox.netsuite.fields import NOT_EMULATED, RecordType
from connector.sandbox.netsuite.listing import collection
from connector.sandbox.netsuite.values import stored, whole_number
from connector.sandbox.wire import Answer, Request

#: Transforms that the record service has; only the first is emulated.
TRANSFORMS = ("opportunity", "cashsale", "customerpayment", "estimate", "invoice", "salesorder", "vendor")
_SILENT = {"links", "refname"}


@dataclass(frozen=True)
class Body:
    """A request body sorted out: columns to store, the addressBook if named, names that no field has."""

    columns: Row
    address_book: Any
    has_address_book: bool
    unknown: tuple[str, ...]


# finding


def record_type(account: Account, name: str, request: Request) -> RecordType:
    kind = account.types.get(name.lower())
    if kind is None or kind.name == "salesOrder":
        raise no_such_type(name, request.path)
    return kind


def find(account: Account, kind: RecordType, key: str) -> Row:
    """The record of an internal id or `eid:...` in a URL."""
    is_external = key.startswith("eid:")
    id_ = account.id_of_external(kind.table, key[4:]) if is_external else whole_number(key)
    row = account.row(kind.table, id_) if id_ is not None else None
    if row is not None:
        return row
    if kind.family == "transaction":
        raise user_error("Transaction type specified is incorrect.")
    raise no_such_instance()


def open_record(account: Account, kind: RecordType, key: str) -> Row:
    """A record loaded in edit mode, as even a GET does: locked ones cannot be."""
    row = find(account, kind, key)
    if account.is_locked(kind.table, row["id"]):
        raise locked()
    return row


def _location(request: Request, kind: RecordType, id_: int) -> str:
    return f"{request.base_url}{shapes.ROOT}/{kind.table}/{id_}"


# reading


def view_of(request: Request) -> shapes.View:
    params = {name.lower(): value for name, value in request.params.items()}
    fields = params.get("fields")
    return shapes.View(
        base=request.base_url,
        query=request.query,
        expand=params.get("expandsubresources", "").lower() == "true",
        simple_enums=params.get("simpleenumformat", "").lower() == "true",
        fields=frozenset(name.strip().lower() for name in fields.split(",")) if fields else None,
    )


def read_collection(account: Account, request: Request, type_: str) -> Answer:
    return collection(account, record_type(account, type_, request), request)


def read_record(account: Account, request: Request, type_: str, key: str) -> Answer:
    check_parameters(request, {"expandsubresources", "fields", "simpleenumformat"})
    kind = record_type(account, type_, request)
    view = view_of(request)
    for name in view.fields or ():
        if name not in kind.fields and name not in {sub.lower() for sub in kind.sublists}:
            raise invalid_parameter("fields", f"Field '{name}' does not exist on record '{kind.table}'.")
    return resource(shapes.record(account, kind, open_record(account, kind, key), view))


# bodies


def json_object(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise invalid_content() from None
    if not isinstance(body, dict):
        raise invalid_content()
    return body


def _name_mode(request: Request) -> str:
    mode = str(request.headers.get("x-netsuite-propertynamevalidation", "warning")).lower()
    if mode not in ("error", "warning", "ignore"):
        raise NotEmulated(f"X-NetSuite-PropertyNameValidation: {mode}")
    return mode


def check_headers(request: Request) -> None:
    if "respond-async" in request.headers.get("prefer", ""):
        raise NotEmulated("Prefer: respond-async")
    mode = str(request.headers.get("x-netsuite-propertyvaluevalidation", "error")).lower()
    if mode != "error":
        raise NotEmulated(f"X-NetSuite-PropertyValueValidation: {mode}")
    for form in ("create-form", "edit-form", "select-options"):
        if form in request.headers.get("accept", ""):
            raise NotEmulated(f"Accept: type={form}")


def read_body(account: Account, kind: RecordType, given: dict[str, Any], own_id: int | None = None) -> Body:
    """Sort out a body field by field; names compare without case."""
    columns: Row = {}
    unknown = []
    book: Any = None
    has_book = False
    for name, value in given.items():
        column = name.lower()
        if column == "addressbook" and "addressBook" in kind.sublists:
            book, has_book = value, True
        elif column in kind.fields:
            _take(account, kind, columns, name, value, own_id)
        elif not _is_silent(kind, column):
            unknown.append(name)
    return Body(columns, book, has_book, tuple(unknown))


def _take(account: Account, kind: RecordType, columns: Row, name: str, value: Any, own_id: int | None) -> None:
    field = kind.fields[name.lower()]
    if field.column == "id" and own_id is not None and str(value) == str(own_id):
        return
    if field.read_only:
        raise rules.read_only(field.column)
    columns[field.column] = stored(account, field, value, name)


def _is_silent(kind: RecordType, column: str) -> bool:
    """Whether a name that is no field may pass without a word; refuses those that may not pass at all."""
    if column in NOT_EMULATED.get(kind.table, ()):
        raise NotEmulated(f"field {column} of {kind.table}")
    if column == "subsidiary" or column in {name.lower() for name in kind.sublists}:
        raise rules.read_only(column)
    return column in _SILENT


def _warnings(request: Request, unknown: tuple[str, ...]) -> str:
    """The warning header for unknown names; in error mode they refuse the request."""
    mode = _name_mode(request)
    if unknown and mode == "error":
        raise invalid_content_name(unknown[0])
    if not unknown or mode == "ignore":
        return ""
    return ", ".join(f"Unknown property name: {name}" for name in unknown)


def invalid_content_name(name: str) -> Exception:
    refusal = invalid_content(name)
    refusal.detail = f"Unknown reference or field '{name}' in the request body."
    return refusal


def _writable(account: Account, type_: str, request: Request) -> RecordType:
    check_headers(request)
    kind = record_type(account, type_, request)
    if not kind.writable:
        raise NotEmulated(f"{request.method} {kind.name}")
    return kind


# writing


def create(account: Account, kind: RecordType, body: Body, context: str = REST) -> int:
    """Make a record and what comes with it; its id."""
    columns = {**body.columns, **rewritten(account.automations, kind, body.columns)}
    values = rules.new_record(account, kind, columns)
    id_ = account.insert(kind, values)
    if body.has_address_book:
        addresses.write_lines(account, kind.table, id_, body.address_book, replace=False, path="addressBook")
    if kind.table == "contact":
        relations.follow_company(account, id_, None, values.get("company"))
    if kind.table == "opportunity":
        stages.opportunity_made(account, values["entity"], context)
    return id_


def change(
    account: Account, kind: RecordType, row: Row, body: Body, *, replaced: bool = False, context: str = REST
) -> None:
    """Change a record as a body says; `replaced`: the addressBook is replaced and not added to."""
    columns = {**body.columns, **rewritten(account.automations, kind, {**row, **body.columns})}
    changes = rules.changed_record(account, kind, row, columns)
    account.update(kind, row, changes, context)
    if body.has_address_book:
        addresses.write_lines(account, kind.table, row["id"], body.address_book, replace=replaced, path="addressBook")
    if kind.table == "contact" and "company" in changes:
        relations.follow_company(account, row["id"], row["company"], changes["company"])


def create_record(account: Account, request: Request, type_: str) -> Answer:
    check_parameters(request, set())
    kind = _writable(account, type_, request)
    body = read_body(account, kind, json_object(request))
    warnings = _warnings(request, body.unknown)
    return written(_location(request, kind, create(account, kind, body)), warnings)


def update_record(account: Account, request: Request, type_: str, key: str) -> Answer:
    check_parameters(request, {"replace", "replaceselectedfields"})
    kind = _writable(account, type_, request)
    row = open_record(account, kind, key)
    return _update(account, request, kind, row, json_object(request))


def _update(account: Account, request: Request, kind: RecordType, row: Row, given: dict[str, Any]) -> Answer:
    body = read_body(account, kind, given, row["id"])
    warnings = _warnings(request, body.unknown)
    named = _replaced(kind, request)
    if request.params.get("replaceSelectedFields", "").lower() == "true":
        cleared = {column: None for column in named & set(kind.fields) if column not in body.columns}
        body = Body({**body.columns, **cleared}, body.address_book, body.has_address_book, body.unknown)
    change(account, kind, row, body, replaced="addressbook" in named)
    return written(_location(request, kind, row["id"]), warnings)


def _replaced(kind: RecordType, request: Request) -> set[str]:
    named = {name.strip().lower() for name in request.params.get("replace", "").split(",") if name.strip()}
    for name in named:
        if name not in kind.fields and name not in {sub.lower() for sub in kind.sublists}:
            raise invalid_parameter("replace", f"Invalid value '{name}' for the query parameter 'replace'.")
    return named


def upsert_record(account: Account, request: Request, type_: str, key: str) -> Answer:
    """`PUT /{type}/eid:{externalId}`: change the record with that external id, or make it."""
    check_parameters(request, {"replace", "replaceselectedfields"})
    kind = _writable(account, type_, request)
    external_id = key.removeprefix("eid:")
    if external_id == key or not external_id:
        raise malformed("PUT works only with an external id: eid:{externalId}.")
    if "externalid" not in kind.fields:
        raise NotEmulated(f"external ids of {kind.name}")
    given = json_object(request)
    id_ = account.id_of_external(kind.table, external_id)
    if id_ is not None:
        return _update(account, request, kind, open_record(account, kind, str(id_)), given)
    body = read_body(account, kind, {"externalId": external_id, **given})
    warnings = _warnings(request, body.unknown)
    return written(_location(request, kind, create(account, kind, body)), warnings)


def delete_record(account: Account, request: Request, type_: str, key: str) -> Answer:
    check_parameters(request, set())
    kind = _writable(account, type_, request)
    row = open_record(account, kind, key)
    rules.check_deletable(account, kind, row["id"])
    account.delete(kind, row["id"])
    return written()


_CARRIED = ("leadsource", "salesrep", "salesreadiness", "buyingtimeframe", "buyingreason", "estimatedbudget")


def transform(account: Account, request: Request, type_: str, key: str, target: str) -> Answer:
    """`!transform/opportunity` of a customer: a new opportunity with the lead's qualification."""
    kind = record_type(account, type_, request)
    if kind.table != "customer" or target.lower() not in TRANSFORMS:
        raise malformed(f"Transformation from {kind.table} to {target} is not supported.")
    if target.lower() != "opportunity":
        raise NotEmulated(f"!transform/{target}")
    check_headers(request)
    row = open_record(account, kind, key)
    wanted = account.types["opportunity"]
    body = read_body(account, wanted, json_object(request) if request.body.strip() else {})
    warnings = _warnings(request, body.unknown)
    carried = {column: row[column] for column in (*_CARRIED, "isbudgetapproved")}
    columns = {**carried, **body.columns, "entity": row["id"]}
    id_ = create(account, wanted, Body(columns, None, False, body.unknown))
    return written(_location(request, wanted, id_), warnings)


def attach(account: Account, request: Request, type_: str, key: str, contact: str) -> Answer:
    company, person = _pair(account, request, type_, key, contact)
    relations.attach(account, company, person, relations.role_of(account, request.body))
    return written()


def detach(account: Account, request: Request, type_: str, key: str, contact: str) -> Answer:
    company, person = _pair(account, request, type_, key, contact)
    relations.detach(account, company, person)
    return written()


def _pair(account: Account, request: Request, type_: str, key: str, contact: str) -> tuple[int, int]:
    kind = record_type(account, type_, request)
    if kind.table != "customer":
        raise NotEmulated(f"attach to {kind.name}")
    company = open_record(account, kind, key)
    return company["id"], find(account, account.types["contact"], contact)["id"]

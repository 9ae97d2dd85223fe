"""sObject Collections: up to 200 rows in one request, each with its own outcome, HTTP 200 even if all failed.

Recorded: row results without `id` on failure, the rollback text of allOrNone, the empty-request error.
Documented: 200 rows, ten runs of one type, results in request order.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from connector.sandbox.salesforce.call import Call, Reply
from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import Problem, Refusal, refuse
from connector.sandbox.salesforce.fields import Field
from connector.sandbox.salesforce.ids import widen
from connector.sandbox.salesforce.rows import key_field, record
from connector.sandbox.salesforce.values import BadValue, store_value
from connector.sandbox.salesforce.writes import create, delete, update

MOST_ROWS = 200
MOST_RUNS = 10
MOST_READ_GET = 800
MOST_READ_POST = 2000
ROLLED_BACK = Problem(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
Row = dict[str, Any]
Outcome = dict[str, Any]


class _RollBack(Exception):
    """Undoes the rows written so far."""


def create_rows(call: Call) -> Reply:
    return _each(call, *_records(call), _create_one)


def update_rows(call: Call) -> Reply:
    all_or_none, rows = _records(call)
    seen: set[str] = set()
    return _each(call, all_or_none, rows, lambda call, row: _update_one(call, row, seen))


def upsert_rows(call: Call) -> Reply:
    sobject, (all_or_none, rows) = call.sobject, _records(call)
    field, seen = key_field(sobject, call.parts["field"]), set[Any]()
    one: Callable[[Call, Row], Outcome] = lambda call, row: _upsert_one(call, sobject, field, row, seen)  # noqa: E731
    return _each(call, all_or_none, rows, one)


def delete_rows(call: Call) -> Reply:
    params = call.request.params
    ids = [text.strip() for text in params.get("ids", "").split(",") if text.strip()]
    _check_size(ids)
    rows: list[Any] = [{"id": text} for text in ids]
    return _each(call, params.get("allOrNone", "false").lower() == "true", rows, _delete_one)


def read_rows(call: Call) -> Reply:
    params = call.request.params
    ids, fields = params.get("ids", "").split(","), params.get("fields", "").split(",")
    return _read(call, ids, fields, MOST_READ_GET)


def read_rows_posted(call: Call) -> Reply:
    body = call.json()
    return _read(call, _texts(body.get("ids")), _texts(body.get("fields")), MOST_READ_POST)


def _texts(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise refuse("JSON_PARSER_ERROR", "ids and fields must be lists of strings")
    return given


def _read(call: Call, ids: list[str], fields: list[str], most: int) -> Reply:
    """An array in the order of the ids; null for what is missing or deleted."""
    ids, fields = [text for text in ids if text], [name for name in fields if name]
    if not ids or not fields:
        raise refuse("REQUIRED_FIELD_MISSING", "ids and fields are required")
    if len(ids) > most:
        raise refuse("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {most} records")
    return Reply(200, [_read_one(call, text, fields) for text in ids])


def _read_one(call: Call, text: str, fields: list[str]) -> Row | None:
    wide = widen(text)
    row = call.org.store.get(call.sobject, wide) if wide else None
    return None if row is None or row.get("IsDeleted") else record(call.root, call.sobject, row, fields)


def _records(call: Call) -> tuple[bool, list[Any]]:
    body = call.json()
    rows = body.get("records")
    if not isinstance(rows, list):
        rows = []
    _check_size(rows)
    runs = [kind for kind, _ in groupby(rows, key=_type_name)]
    if len(runs) > MOST_RUNS:
        message = f"Cannot have more than {MOST_RUNS} chunks in a single operation. Please rearrange the data"
        raise refuse("LIMIT_EXCEEDED", f"{message} to reduce chunking.")
    return body.get("allOrNone") is True, rows


def _check_size(rows: list[Any]) -> None:
    if not rows:
        raise refuse("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if len(rows) > MOST_ROWS:
        message = f"record limit reached. cannot submit more than {MOST_ROWS} records into this call"
        raise refuse("EXCEEDED_ID_LIMIT", message)


def _type_name(row: Any) -> str | None:
    attributes = row.get("attributes") if isinstance(row, dict) else None
    name = attributes.get("type") if isinstance(attributes, dict) else None
    return name if isinstance(name, str) else None


def _each(call: Call, all_or_none: bool, rows: list[Any], one: Callable[[Call, Row], Outcome]) -> Reply:
    outcomes: list[Outcome] = []
    try:
        with call.org.transaction():
            outcomes = [_attempt(call, row, one) for row in rows]
            if all_or_none and not all(outcome["success"] for outcome in outcomes):
                raise _RollBack
    except _RollBack:
        outcomes = [_failed([ROLLED_BACK]) if o["success"] else o for o in outcomes]
    return Reply(200, outcomes, wrote=any(outcome["success"] for outcome in outcomes))


def _attempt(call: Call, row: Any, one: Callable[[Call, Row], Outcome]) -> Outcome:
    try:
        if not isinstance(row, dict):
            raise refuse("JSON_PARSER_ERROR", "a record must be a JSON object")
        with call.org.transaction():
            return one(call, row)
    except Refusal as refusal:
        return _failed(refusal.problems)


def _failed(problems: list[Problem] | tuple[Problem, ...]) -> Outcome:
    return {"success": False, "errors": [problem.as_row_error() for problem in problems]}


def _done(record_id: str) -> Outcome:
    return {"id": record_id, "success": True, "errors": []}


def _create_one(call: Call, row: Row) -> Outcome:
    return _done(create(call.org, call.saver, _sobject_of(call, row), row))


def _update_one(call: Call, row: Row, seen: set[str]) -> Outcome:
    sobject = _sobject_of(call, row)
    record_id = _row_id(sobject, next((row[key] for key in row if key.lower() == "id"), None))
    if record_id in seen:
        raise refuse("DUPLICATE_VALUE", f"Duplicate id in list: {record_id}")
    seen.add(record_id)
    _refuse_unknown(call, sobject, record_id)
    update(call.org, call.saver, sobject, record_id, _without_id(row))
    return _done(record_id)


def _upsert_one(call: Call, sobject: SObject, field: Field, row: Row, seen: set[Any]) -> Outcome:
    if _sobject_of(call, row) is not sobject:
        raise refuse("INVALID_TYPE", f"all records of an upsert must be of type {sobject.name}")
    value = next((row[key] for key in row if key.lower() == field.name.lower()), None)
    stored = _key_value(field, value)
    if stored is None and field.type != "id":
        raise refuse("MISSING_ARGUMENT", f"{field.name} not specified")
    if stored is not None and str(stored).lower() in seen:
        raise refuse("DUPLICATE_VALUE", f"Duplicate external id specified: {value}")
    seen.add(str(stored).lower())
    rows = call.org.store.find_equal(sobject, field, stored) if stored is not None else []
    return _upsert_found(call, sobject, field, row, rows, stored)


def _upsert_found(call: Call, sobject: SObject, field: Field, row: Row, rows: list[Row], stored: Any) -> Outcome:
    if len(rows) > 1:
        ids = ", ".join(found["Id"] for found in rows)
        raise refuse("DUPLICATE_EXTERNAL_ID", f"{field.name}: more than one record found for external id: {ids}")
    body = {key: value for key, value in row.items() if key.lower() not in ("id", field.name.lower())}
    if rows:
        update(call.org, call.saver, sobject, rows[0]["Id"], body)
        return _done(rows[0]["Id"]) | {"created": False}
    if field.type == "id" and stored is not None:
        raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
    key = {} if field.type == "id" else {field.name: stored}
    return _done(create(call.org, call.saver, sobject, body | key)) | {"created": True}


def _key_value(field: Field, value: Any) -> Any:
    try:
        return store_value(field, value)
    except BadValue as bad:
        raise Refusal([bad.problem]) from bad


def _delete_one(call: Call, row: Row) -> Outcome:
    wide = widen(row["id"])
    sobject = call.org.schema.of_id(wide) if wide else None
    if wide is None or sobject is None:
        raise refuse("MALFORMED_ID", f"malformed id {row['id']}", ())
    _refuse_unknown(call, sobject, wide)
    delete(call.org, sobject, wide)
    return _done(wide)


def _sobject_of(call: Call, row: Row) -> SObject:
    name = _type_name(row)
    if name is None:
        raise refuse("JSON_PARSER_ERROR", "The attributes of the record must name its type")
    sobject = call.org.schema.find(name)
    if sobject is None:
        raise refuse("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return sobject


def _row_id(sobject: SObject, value: Any) -> str:
    if value is None:
        raise refuse("MISSING_ARGUMENT", "Id not specified in an update call", ())
    wide = widen(value) if isinstance(value, str) else None
    if wide is None:
        raise refuse("MALFORMED_ID", f"malformed id {value}", ())
    return wide


def _refuse_unknown(call: Call, sobject: SObject, record_id: str) -> None:
    """An id of another org or object, or one that never was."""
    if not record_id.startswith(sobject.prefix) or call.org.store.get(sobject, record_id) is None:
        raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())


def _without_id(row: Row) -> Row:
    return {key: value for key, value in row.items() if key.lower() != "id"}

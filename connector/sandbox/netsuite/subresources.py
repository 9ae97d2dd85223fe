"""What hangs on a record under a URL of its own: sublists, their lines, subrecords, the records that it refers to.

Reading all of them is documented. Of the writes, only the change of an address line and of its address has been seen
at work; the vendor's help says that a subresource can be neither made nor deleted by itself.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.netsuite import addresses, shapes
from connector.sandbox.netsuite.account import Account, Row
from connector.sandbox.netsuite.answers import check_parameters, resource, written
from connector.sandbox.netsuite.errors import NotEmulated, invalid_content, method_not_allowed, no_such_instance
from connector.sandbox.netsuite.fields import NOT_EMULATED, Field, RecordType
from connector.sandbox.netsuite.handlers import check_headers, json_object, open_record, record_type, view_of
from connector.sandbox.wire import Answer, Request


def read(account: Account, request: Request, type_: str, key: str, name: str) -> Answer:
    """A sublist, expanded, or the record that a reference field holds."""
    kind = record_type(account, type_, request)
    row = open_record(account, kind, key)
    for sublist in kind.sublists:
        if sublist.lower() == name.lower():
            view = shapes.View(base=request.base_url, expand=True)
            return resource(shapes.sublist(account, kind, row["id"], sublist, view), "collection")
    if name.lower() in NOT_EMULATED.get(kind.table, ()):
        raise NotEmulated(f"subresource {name} of {kind.name}")
    return _referred_record(account, request, kind.fields.get(name.lower()), row)


def _referred_record(account: Account, request: Request, field: Field | None, row: Row) -> Answer:
    if field is None or field.kind not in ("reference", "list") or row[field.column] is None:
        raise no_such_instance()
    kind = account.types.get(field.target.lower())
    if kind is None:
        raise NotEmulated(f"record behind {field.name}")
    found = open_record(account, kind, str(row[field.column]))
    return resource(shapes.record(account, kind, found, view_of(request)))


def _line(account: Account, kind: RecordType, key: str, line: str) -> Row:
    row = open_record(account, kind, key)
    for found in addresses.lines(account, row["id"]):
        if str(found["id"]) == line:
            return found
    raise no_such_instance()


def _line_url(request: Request, kind: RecordType, line: Row) -> str:
    return view_of(request).url(kind.table, line["owner"], "addressBook", line["id"])


def read_line(account: Account, request: Request, type_: str, key: str, line: str) -> Answer:
    kind = record_type(account, type_, request)
    found = _line(account, kind, key, line)
    return resource(shapes.address_line(kind, found["owner"], found, view_of(request)))


def read_address(account: Account, request: Request, type_: str, key: str, line: str) -> Answer:
    kind = record_type(account, type_, request)
    found = _line(account, kind, key, line)
    href = f"{_line_url(request, kind, found)}/addressBookAddress"
    return resource(shapes.address(found, href, view_of(request)))


def change_line(account: Account, request: Request, type_: str, key: str, line: str) -> Answer:
    """Change what the body names of one line, its address included; the rest of the line stays."""
    kind, found, given = _change(account, request, type_, key, line)
    if str(given.get("id", line)) != line:
        raise invalid_content("id")
    _write(account, kind, found, given)
    return written(_line_url(request, kind, found))


def change_address(account: Account, request: Request, type_: str, key: str, line: str) -> Answer:
    """Change what the body names of the address of one line."""
    kind, found, given = _change(account, request, type_, key, line)
    _write(account, kind, found, {"addressBookAddress": given})
    return written(f"{_line_url(request, kind, found)}/addressBookAddress")


def _change(
    account: Account, request: Request, type_: str, key: str, line: str
) -> tuple[RecordType, Row, dict[str, Any]]:
    check_parameters(request, set())
    check_headers(request)
    kind = record_type(account, type_, request)
    return kind, _line(account, kind, key, line), json_object(request)


def _write(account: Account, kind: RecordType, line: Row, given: dict[str, Any]) -> None:
    """A change of a part is a save of the whole: the stamp of the record moves."""
    owner = account.row(kind.table, line["owner"]) or {}
    account.update(kind, owner, {})
    addresses.write_line(account, kind.table, owner["id"], line["id"], given)


def refuse_create(account: Account, request: Request, type_: str, *_: str) -> Answer:
    record_type(account, type_, request)
    raise method_not_allowed("A subresource cannot be created by itself, only with its record.")


def refuse_delete(account: Account, request: Request, type_: str, *_: str) -> Answer:
    record_type(account, type_, request)
    raise method_not_allowed("A subresource cannot be deleted by itself, only with its record.")

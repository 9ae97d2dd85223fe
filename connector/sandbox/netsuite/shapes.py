"""Records as the record service shows them: links, references, sublists; a field without a value is absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector.sandbox.netsuite import addresses
from connector.sandbox.netsuite.account import Account, Row
from connector.sandbox.netsuite.countries import country_name
from connector.sandbox.netsuite.fields import Field, RecordType
from connector.sandbox.netsuite.moments import minute_text

ROOT = "/services/rest/record/v1"
_ADDRESS_TEXTS = {
    "attention": "attention",
    "addressee": "addressee",
    "addr1": "addr1",
    "addr2": "addr2",
    "addr3": "addr3",
    "addrphone": "addrPhone",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "addrtext": "addrText",
}


@dataclass(frozen=True)
class View:
    """How a client wants to see a record. `base` is scheme and host; `query` the raw query of the request."""

    base: str
    query: str = ""
    expand: bool = False
    simple_enums: bool = False
    fields: frozenset[str] | None = None

    def url(self, *parts: object) -> str:
        return self.base + ROOT + "".join(f"/{part}" for part in parts)


def self_link(href: str) -> list[dict[str, str]]:
    return [{"rel": "self", "href": href, "method": "GET"}]


def record(account: Account, kind: RecordType, row: Row, view: View) -> dict[str, Any]:
    """One record: `links` first, then its fields by name."""
    shown: dict[str, Any] = {}
    for field in kind.fields.values():
        value = row.get(field.column)
        if value is not None and _wanted(view, field.name):
            shown[field.name] = _shown(account, field, value, view)
    for name in kind.sublists:
        if _wanted(view, name):
            shown[name] = sublist(account, kind, row["id"], name, view)
    href = view.url(kind.table, row["id"]) + (f"?{view.query}" if view.query else "")
    return {"links": self_link(href), **dict(sorted(shown.items()))}


def _wanted(view: View, name: str) -> bool:
    return view.fields is None or name.lower() in view.fields or name == "id"


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _shown(account: Account, field: Field, value: Any, view: View) -> Any:
    match field.kind:
        case "reference":
            return reference(account, field.target, value, view)
        case "list":
            return _list_value(account, field, value)
        case "enum":
            return _enum(field, value, view)
        case "boolean":
            return value == "T"
        case "number" | "currency":
            return _number(value)
        case "date":
            return account.zone.written(value, "YYYY-MM-DD")
        case "datetime":
            return minute_text(value)
    return str(value) if field.column == "id" else value


def reference(account: Account, target: str, id_: int, view: View) -> dict[str, Any]:
    href = view.url(target.lower(), id_)
    shown: dict[str, Any] = {"links": self_link(href), "id": str(id_)}
    title = account.title(target.lower(), id_)
    return shown if title is None else {**shown, "refName": title}


def _list_value(account: Account, field: Field, value: int) -> dict[str, Any]:
    found = account.list_value(field.target, value)
    return {"links": [], "id": str(value), "refName": found["name"] if found else str(value)}


def _enum(field: Field, value: str, view: View) -> Any:
    if view.simple_enums:
        return value
    return {"id": value, "refName": (field.choices or {}).get(value, value)}


# sublists


def sublist(account: Account, kind: RecordType, id_: int, name: str, view: View) -> dict[str, Any]:
    """A sublist of a record: only its link unless expanded; `contactList` always shows its envelope."""
    links = self_link(view.url(kind.table, id_, name))
    if not view.expand:
        return {"links": links}
    return {"links": links, **_expanded(account, kind, id_, name, view)}


def _expanded(account: Account, kind: RecordType, id_: int, name: str, view: View) -> dict[str, Any]:
    if name == "addressBook":
        items = [address_line(kind, id_, row, view) for row in addresses.lines(account, id_)]
        return {"items": items, "totalResults": len(items)}
    if name == "contactRoles":
        items = [_contact_role(account, kind, id_, row, view) for row in contact_roles(account, id_)]
        return {"items": items, "totalResults": len(items)}
    items = [_contact_item(row, view) for row in contact_roles(account, id_)]
    return {"count": len(items), "hasMore": False, "items": items, "offset": 0, "totalResults": len(items)}


def contact_roles(account: Account, company: int) -> list[Row]:
    return account.all(
        "SELECT r.contact, r.role, c.entityid, c.email FROM companycontactrelationship r "
        "JOIN contact c ON c.id = r.contact WHERE r.company = ? ORDER BY r.contact",
        company,
    )


def _contact_item(row: Row, view: View) -> dict[str, Any]:
    href = view.url("contact", row["contact"])
    return {"links": self_link(href), "id": str(row["contact"]), "refName": row["entityid"]}


def _contact_role(account: Account, kind: RecordType, id_: int, row: Row, view: View) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "links": self_link(view.url(kind.table, id_, "contactRoles", row["contact"])),
        "contact": _contact_item(row, view),
        "contactName": row["entityid"],
        "giveAccess": False,
    }
    if row["email"]:
        shown["email"] = row["email"]
    role = account.list_value("contactrole", row["role"]) if row["role"] is not None else None
    return {**shown, "role": {"links": [], "id": str(role["id"]), "refName": role["name"]}} if role else shown


def address_line(kind: RecordType, owner: int, row: Row, view: View) -> dict[str, Any]:
    href = view.url(kind.table, owner, "addressBook", row["id"])
    shown: dict[str, Any] = {
        "links": self_link(href),
        "addressBookAddress": address(row, f"{href}/addressBookAddress", view),
        "addressBookAddress_text": row["addrtext"],
        "addressId": str(row["addressid"]),
        "defaultBilling": row["defaultbilling"] == "T",
        "defaultShipping": row["defaultshipping"] == "T",
        "id": row["id"],
        "internalId": row["id"],
    }
    return {**shown, "label": row["label"]} if row["label"] else shown


def address(row: Row, href: str, view: View) -> dict[str, Any]:
    shown: dict[str, Any] = {"links": self_link(href)}
    shown.update({name: row[column] for column, name in _ADDRESS_TEXTS.items() if row[column]})
    if row["country"]:
        named = {"links": [], "id": row["country"], "refName": country_name(row["country"])}
        shown["country"] = row["country"] if view.simple_enums else named
    return {**shown, "override": row["override"] == "T"}

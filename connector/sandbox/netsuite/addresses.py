"""The addressBook sublist of a customer or contact: what PATCH and POST do to its lines.

Lines that name an existing id are updated; all others are **added**, every time, unless the request replaces
the sublist.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.netsuite.account import Account, Row
from connector.sandbox.netsuite.countries import CODES, country_name
from connector.sandbox.netsuite.errors import invalid_content, invalid_field_value
from connector.sandbox.netsuite.values import check_length, is_unicode

_TEXTS = {
    "addressee": 83,
    "attention": 83,
    "addr1": 150,
    "addr2": 150,
    "addr3": 150,
    "addrPhone": 32,
    "city": 50,
    "state": 50,
    "zip": 36,
}
_FLAGS = ("defaultBilling", "defaultShipping", "isResidential")
_COMPUTED = {"id", "internalId", "addressId", "addressBookAddress_text", "lastModifiedDate", "refName", "links"}
_ADDRESS_COMPUTED = {"addrText", "lastModifiedDate", "refName", "links"}


def write_lines(account: Account, table: str, owner: int, sublist: Any, *, replace: bool, path: str) -> None:
    """Carry out the `addressBook` of a request body: null or `{"items": ...}`."""
    items = _items(sublist, path)
    if items is None:
        account.database.execute("DELETE FROM addressbook WHERE owner = ?", (owner,))
        return
    kept = [_write_line(account, table, owner, item, f"{path}.items[{at}]") for at, item in enumerate(items)]
    if replace:
        marks = ", ".join("?" * len(kept))
        account.database.execute(
            f"DELETE FROM addressbook WHERE owner = ? AND id NOT IN ({marks})",  # noqa: S608 - only marks
            (owner, *kept),
        )
    _show_default(account, table, owner)


def write_line(account: Account, table: str, owner: int, line: int, item: dict[str, Any]) -> None:
    """Carry out a request body that is about one existing line."""
    _write_line(account, table, owner, {**item, "id": line}, "")
    _show_default(account, table, owner)


def lines(account: Account, owner: int) -> list[Row]:
    return account.all("SELECT * FROM addressbook WHERE owner = ? ORDER BY id", owner)


def _items(sublist: Any, path: str) -> list[Any] | None:
    if sublist is None:
        return None
    if not isinstance(sublist, dict) or "items" not in sublist:
        raise invalid_content(path)
    items = sublist["items"]
    if items is not None and not isinstance(items, list):
        raise invalid_content(f"{path}.items")
    return items


def _line_id(account: Account, owner: int, item: dict[str, Any]) -> int | None:
    key = item.get("id", item.get("internalId"))
    if key is None:
        return None
    found = account.one("SELECT id FROM addressbook WHERE id = ? AND owner = ?", str(key), owner)
    if found is None:
        raise invalid_field_value(key, "addressbook")
    return int(found["id"])


def _write_line(account: Account, table: str, owner: int, item: Any, path: str) -> int:
    if not isinstance(item, dict):
        raise invalid_content(path)
    line = _line_id(account, owner, item)
    columns = {**_line_columns(item, path), **_address_columns(item.get("addressBookAddress"), path)}
    if line is None:
        line = account.next_id("address")
        blank: Row = {"id": line, "addressid": line, "owner": owner, "ownertype": table, "override": "F"}
        _insert(account, {**blank, "defaultbilling": "F", "defaultshipping": "F", **columns})
    elif columns:
        _update(account, line, columns)
    _finish(account, owner, line)
    return line


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _line_columns(item: dict[str, Any], path: str) -> Row:
    columns: Row = {}
    for name, value in item.items():
        if name in _FLAGS and isinstance(value, bool):
            columns[name.lower()] = "T" if value else "F"
        elif name == "label" and isinstance(value, str | None) and is_unicode(value or ""):
            columns["label"] = value
        elif name not in _COMPUTED and name != "addressBookAddress":
            raise invalid_content(_join(path, name))
    return columns


def _address_columns(address: Any, path: str) -> Row:
    if address is None:
        return {}
    if not isinstance(address, dict):
        raise invalid_content(_join(path, "addressBookAddress"))
    return dict(_address_column(name, value, path) for name, value in address.items() if name not in _ADDRESS_COMPUTED)


def _address_column(name: str, value: Any, path: str) -> tuple[str, Any]:
    if name == "country":
        return "country", _country(value)
    if name == "override" and isinstance(value, bool):
        return "override", "T" if value else "F"
    if name not in _TEXTS or not isinstance(value, str | None) or not is_unicode(value or ""):
        raise invalid_content(_join(path, f"addressBookAddress.{name}"))
    check_length(name, value or "", _TEXTS[name])
    return name.lower(), value or None


def _country(value: Any) -> str | None:
    code = value.get("id") if isinstance(value, dict) else value
    if code is None:
        return None
    if not isinstance(code, str) or code not in CODES:
        raise invalid_field_value(code, "country")
    return str(code)


def _insert(account: Account, row: Row) -> None:
    marks = ", ".join("?" * len(row))
    account.database.execute(
        f"INSERT INTO addressbook({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - own column names
        tuple(row.values()),
    )


def _update(account: Account, line: int, columns: Row) -> None:
    settings = ", ".join(f"{column} = ?" for column in columns)
    account.database.execute(
        f"UPDATE addressbook SET {settings} WHERE id = ?",  # noqa: S608 - own column names
        (*columns.values(), line),
    )


def address_text(row: Row) -> str:
    """The address as printed, one line of text per line."""
    town = " ".join(row[part] for part in ("city", "state", "zip") if row[part])
    country = country_name(row["country"]) if row["country"] else None
    parts = [row["attention"], row["addressee"], row["addr1"], row["addr2"], row["addr3"], town, country]
    return "\n".join(part for part in parts if part)


def _finish(account: Account, owner: int, line: int) -> None:
    row = account.one("SELECT * FROM addressbook WHERE id = ?", line) or {}
    _update(account, line, {"addrtext": address_text(row), "lastmodifieddate": account.now()})
    for flag in ("defaultbilling", "defaultshipping"):
        if row[flag] == "T":
            account.database.execute(
                f"UPDATE addressbook SET {flag} = 'F' WHERE owner = ? AND id <> ?",  # noqa: S608 - own column names
                (owner, line),
            )


def _show_default(account: Account, table: str, owner: int) -> None:
    found = account.one("SELECT addrtext FROM addressbook WHERE owner = ? AND defaultbilling = 'T'", owner)
    account.database.execute(
        f"UPDATE {table} SET defaultaddress = ? WHERE id = ?",  # noqa: S608 - customer or contact
        (found["addrtext"] if found else None, owner),
    )


def move(account: Account, source: int, target: int, table: str) -> None:
    """Hand all lines of one entity to another, without their default marks where the target has its own."""
    has_default = account.one("SELECT 1 FROM addressbook WHERE owner = ? AND defaultbilling = 'T'", target)
    if has_default:
        account.database.execute(
            "UPDATE addressbook SET defaultbilling = 'F', defaultshipping = 'F' WHERE owner = ?", (source,)
        )
    account.database.execute("UPDATE addressbook SET owner = ?, ownertype = ? WHERE owner = ?", (target, table, source))
    for owner in (source, target):
        for holder in ("customer", "contact"):
            _show_default(account, holder, owner)

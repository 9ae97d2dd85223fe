"""What people do in the user interface: `POST /_sandbox/act` with `{"do": <name>, ...}`.

Field values have the shapes of REST bodies. Every deed answers what it did; ValueError for what is unknown or refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.sandbox.netsuite import handlers, rules, stages
from connector.sandbox.netsuite.account import UI, Account, Row
from connector.sandbox.netsuite.automation import installed
from connector.sandbox.netsuite.conversion import Wish, save_and_convert
from connector.sandbox.netsuite.errors import NotEmulated, Refusal
from connector.sandbox.netsuite.fields import RecordType
from connector.sandbox.netsuite.handlers import read_body
from connector.sandbox.netsuite.merging import merge

Deed = dict[str, Any]


def carry_out(account: Account, deed: Deed) -> dict[str, Any]:
    """Do one deed, all of it or nothing."""
    name = deed.get("do")
    if name not in DEEDS:
        raise ValueError(f"unknown deed {name!r}; known are {', '.join(sorted(DEEDS))}")
    needed, optional, do = DEEDS[name]
    missing = [key for key in needed.split() if key not in deed]
    unknown = sorted(set(deed) - {"do", *needed.split(), *optional.split()})
    if missing or unknown:
        raise ValueError(f"{name}: missing {missing}, unknown {unknown}; takes {needed}, optionally {optional or '-'}")
    try:
        with account.change():
            return do(account, deed)
    except Refusal as refusal:
        raise ValueError(refusal.detail) from refusal
    except NotEmulated as error:
        raise ValueError(f"not emulated: {error}") from error
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{name}: a value has the wrong shape: {error}") from error


def _kind(account: Account, deed: Deed) -> RecordType:
    kind = account.types.get(str(deed.get("type", "customer")).lower())
    if kind is None:
        raise ValueError(f"unknown record type {deed['type']!r}")
    return kind


def _row(account: Account, kind: RecordType, id_: Any) -> Row:
    row = account.row(kind.table, int(id_))
    if row is None:
        raise ValueError(f"{kind.name} {id_} does not exist")
    return row


def _body(account: Account, kind: RecordType, fields: dict[str, Any], own_id: int | None = None) -> handlers.Body:
    body = read_body(account, kind, fields, own_id)
    if body.unknown:
        raise ValueError(f"{kind.name} has no field {', '.join(body.unknown)}")
    return body


def _create(account: Account, deed: Deed) -> dict[str, Any]:
    kind = _kind(account, deed)
    return {"id": str(handlers.create(account, kind, _body(account, kind, deed["fields"]), UI))}


def _update(account: Account, deed: Deed) -> dict[str, Any]:
    kind = _kind(account, deed)
    _change(account, kind, deed["id"], deed["fields"])
    return {"id": str(deed["id"])}


def _change(account: Account, kind: RecordType, id_: Any, fields: dict[str, Any]) -> None:
    row = _row(account, kind, id_)
    handlers.change(account, kind, row, _body(account, kind, fields, row["id"]), context=UI)


def _delete(account: Account, deed: Deed) -> dict[str, Any]:
    kind = _kind(account, deed)
    row = _row(account, kind, deed["id"])
    rules.check_deletable(account, kind, row["id"])
    account.delete(kind, row["id"], UI)
    return {"id": str(row["id"])}


def _set_status(account: Account, deed: Deed) -> dict[str, Any]:
    _change(account, account.types["customer"], deed["id"], {"entityStatus": str(deed["status"])})
    row = _row(account, account.types["customer"], deed["id"])
    return {"id": str(row["id"]), "stage": row["searchstage"]}


def _optional_id(deed: Deed, key: str) -> int | None:
    return int(deed[key]) if deed.get(key) is not None else None


def _save_and_convert(account: Account, deed: Deed) -> dict[str, Any]:
    variant = deed.get("variant") or account.settings.lead_conversion
    choice = deed.get("contact_choice", "add_missing")
    if variant not in ("stays", "becomes_contact", "disappears") or choice not in ("replace", "add_missing", "keep"):
        raise ValueError(f"variant {variant!r} or contact_choice {choice!r} is not known")
    wish = Wish(
        variant=variant,
        prospect=_optional_id(deed, "prospect"),
        contact=_optional_id(deed, "contact"),
        contact_choice=choice,
        opportunity=bool(deed.get("opportunity")),
        title=deed.get("title"),
        status=_optional_id(deed, "status"),
        sales_rep=_optional_id(deed, "sales_rep"),
    )
    lead = _row(account, account.types["customer"], deed["lead"])
    made = save_and_convert(account, lead, wish)
    opportunity = str(made.opportunity) if made.opportunity is not None else None
    return {
        "lead": str(lead["id"]),
        "prospect": str(made.prospect),
        "contact": str(made.contact),
        "opportunity": opportunity,
        "variant": made.variant,
    }


def _merge(account: Account, deed: Deed) -> dict[str, Any]:
    kind = _kind(account, deed)
    if kind.table not in ("customer", "contact"):
        raise ValueError(f"{kind.name} records cannot be merged")
    losers = [int(id_) for id_ in deed["losers"]]
    if not losers or int(deed["winner"]) in losers or len(set(losers)) < len(losers):
        raise ValueError("losers must be other records than the winner, each named once")
    merge(account, kind, _row(account, kind, deed["winner"]), [_row(account, kind, id_) for id_ in losers])
    return {"winner": str(deed["winner"]), "losers": [str(id_) for id_ in losers]}


def _mass_update(account: Account, deed: Deed) -> dict[str, Any]:
    kind = _kind(account, deed)
    for id_ in deed["ids"]:
        _change(account, kind, id_, deed["fields"])
    return {"updated": len(deed["ids"])}


def _sales_order(account: Account, deed: Deed) -> dict[str, Any]:
    customer = _row(account, account.types["customer"], deed["customer"])
    kind = account.types["salesorder"]
    number = account.next_id("tran_salesorder")
    id_ = account.insert(
        kind,
        {
            "tranid": f"SO{number}",
            "entity": customer["id"],
            "opportunity": _optional_id(deed, "opportunity"),
            "total": float(deed.get("total", 0)),
            "trandate": account.zone.midnight(account.now()),
        },
    )
    stages.sale_made(account, customer["id"], UI)
    return {"id": str(id_), "stage": _row(account, account.types["customer"], customer["id"])["searchstage"]}


def _lock(account: Account, deed: Deed) -> dict[str, Any]:
    kind = _kind(account, deed)
    row = _row(account, kind, deed["id"])
    locked = bool(deed.get("locked", True))
    account.set_lock(kind.table, row["id"], locked=locked)
    return {"id": str(row["id"]), "locked": locked}


def _automation(account: Account, deed: Deed) -> dict[str, Any]:
    script = installed(_kind(account, deed), str(deed["field"]), str(deed["kind"]), deed.get("argument"))
    account.automations.append(script)
    return {"scripts": len(account.automations)}


def _list_name(account: Account, deed: Deed) -> str:
    name = str(deed["list"]).lower()
    if not account.one("SELECT 1 FROM listvalue WHERE list = ?", name):
        raise ValueError(f"unknown list {deed['list']!r}")
    return name


def _add_list_value(account: Account, deed: Deed) -> dict[str, Any]:
    if str(deed["list"]).lower() == "customerstatus":
        return _add_status(account, deed)
    name = _list_name(account, deed)
    if account.list_id(name, deed["name"]) is not None:
        raise ValueError(f"{deed['name']!r} is in the list already")
    return {"id": str(account.add_list_value(name, deed["name"]))}


def _add_status(account: Account, deed: Deed) -> dict[str, Any]:
    if deed.get("stage") not in ("LEAD", "PROSPECT", "CUSTOMER"):
        raise ValueError("a customer status needs a stage: LEAD, PROSPECT or CUSTOMER")
    top = account.one("SELECT MAX(id) AS top FROM customerstatus") or {}
    account.database.execute(
        "INSERT INTO customerstatus(id, name, stage, probability, isinactive, includeinleadreports) "
        "VALUES (?, ?, ?, ?, 'F', 'F')",
        (top["top"] + 1, deed["name"], deed["stage"], float(deed.get("probability", 0))),
    )
    return {"id": str(top["top"] + 1)}


def _rename_list_value(account: Account, deed: Deed) -> dict[str, Any]:
    name = _list_name(account, deed)
    if account.list_value(name, int(deed["id"])) is None:
        raise ValueError(f"list {name} has no value {deed['id']}")
    account.database.execute(
        "UPDATE listvalue SET name = ? WHERE list = ? AND id = ?", (deed["name"], name, int(deed["id"]))
    )
    return {"id": str(deed["id"])}


#: name: (keys it needs, keys it may have, what it does)
DEEDS: dict[str, tuple[str, str, Callable[[Account, Deed], dict[str, Any]]]] = {
    "create": ("type fields", "", _create),
    "update": ("type id fields", "", _update),
    "delete": ("type id", "", _delete),
    "set_status": ("id status", "", _set_status),
    "save_and_convert": (
        "lead",
        "prospect contact contact_choice opportunity title status sales_rep variant",
        _save_and_convert,
    ),
    "merge": ("winner losers", "type", _merge),
    "mass_update": ("ids fields", "type", _mass_update),
    "sales_order": ("customer", "total opportunity", _sales_order),
    "lock": ("id", "type locked", _lock),
    "automation": ("type field kind", "argument", _automation),
    "add_list_value": ("list name", "stage probability", _add_list_value),
    "rename_list_value": ("list id name", "", _rename_list_value),
}

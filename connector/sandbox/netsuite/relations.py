"""Which contact belongs to which company, and as what: attach, detach, the primary company."""

from __future__ import annotations

import json
from typing import Any

from connector.sandbox.netsuite.account import Account
from connector.sandbox.netsuite.errors import invalid_content, invalid_field_value, no_such_instance
from connector.sandbox.netsuite.values import whole_number


def role_of(account: Account, body: bytes) -> int | None:
    """The role named by the body of an attach: `{"role": {"id": "-10"}}`, or none in an empty body."""
    if not body.strip():
        return None
    try:
        given = json.loads(body)
    except ValueError:
        raise invalid_content() from None
    if not isinstance(given, dict) or set(given) - {"role"}:
        raise invalid_content("role")
    return _role_id(account, given.get("role"))


def _role_id(account: Account, role: Any) -> int | None:
    if role is None:
        return None
    key = role.get("id") if isinstance(role, dict) else role
    id_ = whole_number(str(key))
    if id_ is None or account.list_value("contactrole", id_) is None:
        raise invalid_field_value(key, "role")
    return id_


def attach(account: Account, company: int, contact: int, role: int | None) -> None:
    """Link a contact to a company. Neither record's stamp moves."""
    account.relate(company, contact, role)


def detach(account: Account, company: int, contact: int) -> None:
    """Undo a link; a contact detached from its primary company has none any more."""
    if not account.unrelate(company, contact):
        raise no_such_instance()
    account.database.execute(
        "UPDATE contact SET company = NULL, lastmodifieddate = ? WHERE id = ? AND company = ?",
        (account.now(), contact, company),
    )


def follow_company(account: Account, contact: int, old: int | None, new: int | None) -> None:
    """Keep the relation table in step with the `company` of a contact."""
    if old == new:
        return
    if old is not None:
        account.unrelate(old, contact)
    if new is not None:
        account.relate(new, contact, None)

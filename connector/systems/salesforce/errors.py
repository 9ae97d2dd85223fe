"""Salesforce's codes, and what each means for us: one table.

REST answers carry `[{"errorCode", "message", "fields"}]`, rows of a collection `{"statusCode", ...}`, SOAP faults an
`exceptionCode` (documented, recorded). Texts may be localised and may repeat the value that was refused; so codes
decide, and texts are masked before they leave this file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from connector.core.flow import Deferred, Outcome, Ref, RefusalKind, Refused, Unknown
from connector.core.schema import SystemName
from connector.errors import (
    AuthFailed,
    ConnectorError,
    DuplicateFound,
    Missing,
    OutcomeUnknown,
    RemoteError,
    Stale,
    Throttled,
    Unavailable,
    Unintelligible,
)
from connector.errors import Refused as RefusedByRule
from connector.systems.redaction import MASK, name, without_proofs
from connector.systems.salesforce.ids import to_18
from connector.systems.session import Response, Verdict, by_status, request_id

KINDS: Final[dict[str, RefusalKind]] = {
    "CANNOT_UPDATE_CONVERTED_LEAD": "converted",
    "DUPLICATES_DETECTED": "duplicate",
    "DUPLICATE_EXTERNAL_ID": "duplicate",
    "DUPLICATE_VALUE": "duplicate",
    "ENTITY_IS_DELETED": "missing",
    "NOT_FOUND": "missing",
    "UNABLE_TO_LOCK_ROW": "stale",
}
"""Codes that mean more than "a rule refused it"."""

_ERRORS: Final[dict[str, type[RemoteError]]] = {
    "API_DISABLED_FOR_ORG": AuthFailed,
    "INVALID_SESSION_ID": AuthFailed,
    "REQUEST_LIMIT_EXCEEDED": Throttled,
    "SERVER_UNAVAILABLE": Unavailable,
    "QUERY_TIMEOUT": Unavailable,
    "UNABLE_TO_LOCK_ROW": Stale,
    "ENTITY_IS_DELETED": Missing,
    "NOT_FOUND": Missing,
}

_SYSTEM_TROUBLE = frozenset({"SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "REQUEST_RUNNING_TOO_LONG"})
_NAMES_ONLY = frozenset({"INVALID_FIELD", "INVALID_TYPE"})
_EXISTING_ID = re.compile(r"record with id: ([A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)\b")
_PERSONAL = re.compile(
    r"""[\w.+-]+@[\w.-]+ | '[^']*' | "[^"]*" | (?<![A-Za-z0-9])\+?\d[\d\ ()./-]{6,}\d(?![A-Za-z0-9])
        | (?<=too\ large:\ ).*(?=\ \(max) | (?<=picklist\ field:\ ).*""",
    re.VERBOSE,
)


class QueryLocatorDead(Unavailable):
    """The rest of a query's result cannot be fetched any more: ask again from the last row."""


def judge(response: Response) -> Verdict:
    """What an answer means for the call: by its code, where it has one."""
    if response.status_code == 401 and b"INVALID_SESSION_ID" in response.content:
        return Verdict.EXPIRED
    if response.status_code == 403 and b"ConcurrentRequests" in response.content:
        return Verdict.THROTTLED
    if response.status_code == 501:
        return Verdict.ANSWER
    return by_status(response)


def judge_soap(response: Response) -> Verdict:
    """SOAP says everything with a fault in a 500, an expired session too (documented)."""
    if response.status_code != 500 or b"faultcode" not in response.content:
        return by_status(response)
    return Verdict.EXPIRED if b"INVALID_SESSION_ID" in response.content else Verdict.ANSWER


def error_parts(body: Any) -> tuple[str, str, tuple[str, ...]]:
    """`(code, message, fields)` of an error body; empty texts if it is none."""
    error = body[0] if isinstance(body, list) and body else body
    if not isinstance(error, Mapping):
        return "", "", ()
    code = error.get("errorCode") or error.get("statusCode") or ""
    fields = error.get("fields") or ()
    return name(code), str(error.get("message") or ""), tuple(name(field) for field in fields)


def error_of(response: Response) -> RemoteError:
    """The error that a REST answer other than 2xx means."""
    try:
        body = response.json()
    except ValueError:
        body = None
    return error_from(body, response.status_code, request_id=request_id(response))


def error_from(body: Any, status: int, *, request_id: str = "") -> RemoteError:
    """The same, from a body that is parsed already (a composite's part)."""
    code, message, fields = error_parts(body)
    text = masked(code, message) or f"the server answered {status}"
    facts: dict[str, Any] = {
        "system": SystemName.SALESFORCE,
        "code": code,
        "status": status,
        "request_id": request_id,
        "fields": fields,
    }
    if code == "INVALID_QUERY_LOCATOR":
        return QueryLocatorDead(text, **facts)
    if KINDS.get(code) == "duplicate":
        return DuplicateFound(text, existing=_named_in(message) or _matched(body[0]), **facts)
    if code in _ERRORS:
        return _ERRORS[code](text, **facts)
    if status == 401:
        return AuthFailed(text, **facts)
    if not code:
        return Unintelligible(text, **facts)
    return RefusedByRule(text, **facts)


def refusal(type_: str, code: str, message: str, fields: tuple[str, ...] = (), *, certain: bool = False) -> Outcome:
    """The outcome of one row that was refused. A duplicate names the other record where the text does. `certain`:
    the call says of every row whether it was applied, so that no code leaves that open."""
    if code in _SYSTEM_TROUBLE and not certain:
        return Unknown(masked(code, message) or code)
    kind = KINDS.get(code, "rule")
    if kind == "rule" and "UNABLE_TO_LOCK_ROW" in message:
        kind = "stale"  # a trigger ran into the lock: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY wraps it (recorded)
    found = _named_in(message) if kind == "duplicate" else None
    existing = Ref(SystemName.SALESFORCE, type_, found) if found else None
    return Refused(masked(code, message) or code, code=code, kind=kind, fields=fields, existing=existing)


def outcome_of(error: ConnectorError, type_: str) -> Outcome:
    """What a failed call means for each record that was in it."""
    match error:
        case OutcomeUnknown() | Unintelligible():
            return Unknown(str(error))
        case Throttled():
            return Deferred(str(error), error.retry_after_seconds)
        case Unavailable() | AuthFailed():
            return Deferred(str(error))
        case DuplicateFound() if error.existing:
            existing = Ref(SystemName.SALESFORCE, type_, error.existing)
            return Refused(error.message, error.code, "duplicate", error.fields, existing)
        case RemoteError():
            return refusal(type_, error.code, error.message, error.fields)
        case _:
            raise error


def _named_in(message: str) -> str | None:
    """The id of the record that already has a unique value (recorded text)."""
    found = _EXISTING_ID.search(message)
    return to_18(found[1]) if found else None


def _matched(error: Mapping[str, Any]) -> str | None:
    """The only record of the same object that a duplicate rule found; None for none and for several.

    Versions around 54 misspell the key (recorded), and a rule may match a lead against contacts.
    """
    result = error.get("duplicateResult") or error.get("duplicateResut") or {}
    found = {
        str(match.get("record", {}).get("Id"))
        for results in result.get("matchResults", ())
        if results.get("entityType") == result.get("duplicateRuleEntityType")
        for match in results.get("matchRecords", ())
    }
    return to_18(found.pop()) if len(found) == 1 else None


def masked(code: str, message: str) -> str:
    """The message without values: vendors repeat what was refused, and that may be personal data."""
    text = without_proofs(message.strip())
    return text if code in _NAMES_ONLY else _PERSONAL.sub(MASK, text)

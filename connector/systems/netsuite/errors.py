"""One table that turns NetSuite's answers into our errors.

The record service has few codes and says most things in English text (recorded), so the text decides too. What
goes on into messages is masked: NetSuite likes to repeat the value that it refuses.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from connector.core.flow import Deferred, Outcome, Ref, RefusalKind, Refused, Unknown
from connector.core.schema import SystemName
from connector.errors import (
    AuthFailed,
    DuplicateFound,
    Missing,
    OutcomeUnknown,
    RemoteError,
    Stale,
    Throttled,
    Unintelligible,
)
from connector.errors import Refused as RefusedError
from connector.systems.redaction import name, without_proofs
from connector.systems.session import Response, request_id


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error answer says: HTTP status, `o:errorCode`, the details' text, the fields it names."""

    status: int
    code: str = ""
    detail: str = ""
    fields: tuple[str, ...] = ()
    request_id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Applies where status and code are equal (None: any) and the text is found; the first that applies counts."""

    status: int | None
    code: str | None
    text: str
    error: type[RemoteError]


_RULES = (
    _Rule(401, None, "", AuthFailed),
    _Rule(429, None, "", Throttled),
    _Rule(None, "CONCURRENCY_LIMIT_EXCEEDED", "", Throttled),
    _Rule(404, "NONEXISTENT_ID", "record instance does not exist", Missing),
    _Rule(400, None, "transaction type specified is incorrect", Missing),
    _Rule(None, "RCRD_DSNT_EXIST", "", Missing),
    _Rule(400, None, "already exists", DuplicateFound),
    _Rule(None, "RCRD_HAS_BEEN_CHANGED", "", Stale),
    _Rule(400, None, "record has been changed", Stale),
    _Rule(403, None, "", RefusedError),
    _Rule(400, None, "", RefusedError),
    _Rule(404, None, "", RefusedError),
    _Rule(405, None, "", RefusedError),
    _Rule(409, None, "", RefusedError),
    _Rule(413, None, "", RefusedError),
)

_FIELD_IN_TEXT = re.compile(r"The field (\w+) contained more|for the following field: (\w+)|for element (\w+)")
_UNKNOWN_NAMES = (
    re.compile(r"Unknown identifier '([\w.]+)'", re.I),
    re.compile(r"Field '([\w.]+)' for record '\w+' was not found", re.I),
    re.compile(r"Record '(\w+)' was not found", re.I),
    re.compile(r"Invalid search type: (\w+)", re.I),
)

_MASKS = (
    (re.compile(r"(?<=Field Value ).*?(?= for the following field)"), "…"),
    (re.compile(r"(?<=email address ).*?(?= for the following field)"), "…"),
    (re.compile(r"""(["'“])(?:(?!\1).)*\1"""), "'…'"),
    (re.compile(r"[^\s<>]+@[^\s<>]+"), "…"),
    (re.compile(r"https?://\S+"), "…"),
    (re.compile(r"\+?\d[\d\s().-]{6,}\d"), "…"),
)


def masked(text: str) -> str:
    """`text` without quoted values, e-mail and web addresses, and long numbers: fit for logs and reports.

    >>> masked("Invalid email address jo@x.example for the following field: email")
    'Invalid email address … for the following field: email'
    """
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return without_proofs(text)


def problem_of(response: Response) -> Problem:
    """What an error answer says; an answer in no known form has no code and no text."""
    details = _details(response)
    paths = [name(detail["o:errorPath"]) for detail in details if detail.get("o:errorPath")]
    texts = [str(detail.get("detail", "")) for detail in details]
    named = [name(word) for text in texts for found in _FIELD_IN_TEXT.findall(text) for word in found if word]
    return Problem(
        status=response.status_code,
        code=next((name(detail["o:errorCode"]) for detail in details if detail.get("o:errorCode")), ""),
        detail=" ".join(texts),
        fields=tuple(dict.fromkeys(paths + named)),
        request_id=request_id(response),
    )


def _details(response: Response) -> list[dict[str, Any]]:
    try:
        body = json.loads(response.content)
    except ValueError:
        return []
    if not isinstance(body, dict):
        return []
    details = body.get("o:errorDetails")
    listed = [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
    return listed or [body]


def unknown_name(problem: Problem) -> str | None:
    """The column or table that the account lacks, or hides from our role; lower case, without a table alias."""
    found = next((match for pattern in _UNKNOWN_NAMES if (match := pattern.search(problem.detail))), None)
    return found[1].rpartition(".")[2].lower() if found else None


def error_of(problem: Problem) -> RemoteError:
    """The error that an error answer means; Unintelligible if the table does not know it."""
    kind = next((rule.error for rule in _RULES if _applies(rule, problem)), Unintelligible)
    return kind(
        masked(problem.detail) or f"HTTP {problem.status} without an explanation",
        system=str(SystemName.NETSUITE),
        code=problem.code,
        status=problem.status,
        request_id=problem.request_id,
        fields=problem.fields,
    )


def _applies(rule: _Rule, problem: Problem) -> bool:
    return (
        rule.status in (None, problem.status)
        and rule.code in (None, problem.code)
        and rule.text in problem.detail.lower()
    )


_REFUSAL_KINDS: tuple[tuple[type[RemoteError], RefusalKind], ...] = (
    (DuplicateFound, "duplicate"),
    (RefusedError, "rule"),
    (Stale, "stale"),
    (Missing, "missing"),
)


def outcome_of(error: RemoteError, existing: Ref | None = None) -> Outcome:
    """What an error means for the write that met it: refused, unknown, or surely not applied."""
    for type_, kind in _REFUSAL_KINDS:
        if isinstance(error, type_):
            return Refused(error.message, error.code, kind, error.fields, existing)
    if isinstance(error, OutcomeUnknown | Unintelligible):
        return Unknown(str(error))
    return Deferred(str(error), error.retry_after_seconds if isinstance(error, Throttled) else None)

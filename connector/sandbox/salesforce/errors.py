"""How Salesforce says no: one error list for a request, one error row inside a collection.

Documented: a non-2xx REST body is an array of `{message, errorCode, fields?}`; a failed collection row has
`statusCode` instead of `errorCode` and always `fields`; OAuth errors are an object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

HTTP_STATUS = {
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "INVALID_SESSION_ID": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}


@dataclass(frozen=True)
class Problem:
    """One entry of an error array. `fields` None leaves the key out of a request-level error.

    `extra` goes in front of code and message (the duplicate result).
    """

    code: str
    message: str
    fields: tuple[str, ...] | None = None
    extra: dict[str, Any] | None = None

    def as_request_error(self) -> dict[str, Any]:
        entry = {**(self.extra or {}), "message": self.message, "errorCode": self.code}
        if self.fields is not None:
            entry["fields"] = list(self.fields)
        return entry

    def as_row_error(self) -> dict[str, Any]:
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


class Refusal(Exception):
    """The vendor refuses; nothing of the refused unit (request or row) is written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.code}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)

    @property
    def status(self) -> int:
        return HTTP_STATUS.get(self.problems[0].code, 400)


class NotEmulated(Exception):
    """The vendor may well know this, the sandbox does not: answered with 501, never guessed."""


class PreconditionFailed(Exception):
    """412: a conditional header does not hold."""


class NotModified(Exception):
    """304: nothing newer than the client's copy. Carries the validators to repeat."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("not modified")
        self.headers = headers


def refuse(code: str, message: str, fields: Sequence[str] | None = None) -> Refusal:
    return Refusal([Problem(code, message, None if fields is None else tuple(fields))])


def no_such_resource() -> Refusal:
    return refuse("NOT_FOUND", "The requested resource does not exist")


def no_such_column(field: str, sobject: str) -> Refusal:
    return refuse("INVALID_FIELD", f"No such column '{field}' on sobject of type {sobject}")


def no_such_key(name: str) -> Refusal:
    return refuse("NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {name}")


def row_is_locked(record_id: str) -> Refusal:
    message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return refuse("UNABLE_TO_LOCK_ROW", message, ())

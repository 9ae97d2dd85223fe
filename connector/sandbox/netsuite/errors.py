"""How the record and query services refuse, on the wire.

`Refusal` is what a NetSuite account itself says; `NotEmulated` is this sandbox saying that it does not know.
"""

from __future__ import annotations

import json
from typing import Any

from connector.sandbox.wire import Answer

ERROR_TYPE = "application/vnd.oracle.resource+json; type=error; charset=UTF-8"
_RFC = "https://www.rfc-editor.org/rfc/rfc9110.html#section-"
_STATUSES = {
    400: ("Bad Request", _RFC + "15.5.1"),
    401: ("Unauthorized", _RFC + "15.5.2"),
    403: ("Forbidden", _RFC + "15.5.4"),
    404: ("Not Found", _RFC + "15.5.5"),
    405: ("Method Not Allowed", _RFC + "15.5.6"),
    415: ("Unsupported Media Type", _RFC + "15.5.16"),
    429: ("Too Many Requests", "https://www.rfc-editor.org/rfc/rfc6585.html#section-4"),
    500: ("Internal Server Error", _RFC + "15.6.1"),
}
_ACCESS = "Error while accessing a resource. "
_SEARCH = "Invalid search query. Detailed unprocessed description follows. "


class Refusal(Exception):
    """The account refuses a request: HTTP status, `o:errorCode`, text, and the places it names."""

    def __init__(self, status: int, code: str, detail: str, **places: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.places = places

    def answer(self) -> Answer:
        title, kind = _STATUSES[self.status]
        entry = {"detail": self.detail, **self.places, "o:errorCode": self.code}
        body = {"type": kind, "title": title, "status": self.status, "o:errorDetails": [entry]}
        return Answer(self.status, {"Content-Type": ERROR_TYPE}, json.dumps(body).encode())


class NotEmulated(Exception):
    """The vendor may well answer this; the sandbox does not know how, and says so."""

    def answer(self) -> Answer:
        body: dict[str, Any] = {"sandbox": "not emulated", "what": str(self)}
        headers = {"Content-Type": "application/json", "x-sandbox": "not-emulated"}
        return Answer(501, headers, json.dumps(body).encode())


def user_error(text: str) -> Refusal:
    return Refusal(400, "USER_ERROR", _ACCESS + text)


def missing_values(labels: list[str]) -> Refusal:
    return user_error(f"Please enter value(s) for: {', '.join(labels)}.")


def invalid_field_value(value: object, field: str) -> Refusal:
    return user_error(f"You have entered an Invalid Field Value {value} for the following field: {field}")


def already_exists() -> Refusal:
    return user_error("This entity already exists.")


def locked() -> Refusal:
    return user_error("This record has been locked by a user defined workflow.")


def invalid_content(path: str = "") -> Refusal:
    """A body that is not JSON, or a value of a wrong JSON type at `path`."""
    if not path:
        return Refusal(400, "INVALID_CONTENT", "Invalid content in the request body.")
    detail = f"Invalid value for the resource or sub-resource field '{path}'. Provide a valid value."
    return Refusal(400, "INVALID_CONTENT", detail, **{"o:errorPath": path})


def no_such_instance() -> Refusal:
    return Refusal(404, "NONEXISTENT_ID", "The record instance does not exist. Provide a valid record instance ID.")


def no_such_type(name: str, url: str) -> Refusal:
    return Refusal(404, "NONEXISTENT_ID", f"Record type '{name}' does not exist.", **{"o:errorUrl": url})


def method_not_allowed(text: str) -> Refusal:
    return Refusal(405, "METHOD_NOT_ALLOWED", text)


def search_error(text: str) -> Refusal:
    """A query that cannot be run: `text` as the search engine says it."""
    return Refusal(400, "INVALID_PARAMETER", _SEARCH + text, **{"o:errorQueryParam": "q"})


def invalid_parameter(name: str, text: str) -> Refusal:
    return Refusal(400, "INVALID_PARAMETER", text, **{"o:errorQueryParam": name})


def invalid_login() -> Refusal:
    return Refusal(
        401,
        "INVALID_LOGIN",
        "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
        "Setup > Users/Roles > User Management > View Login Audit Trail.",
    )


def too_many_requests() -> Refusal:
    return Refusal(429, "CONCURRENCY_LIMIT_EXCEEDED", "Concurrent request limit exceeded. Request blocked.")

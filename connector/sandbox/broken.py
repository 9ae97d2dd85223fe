"""What a fault makes of an answer: a page instead of data, half of it, or no answer at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import responses
from typing import Literal

from connector.sandbox.faults import Error
from connector.sandbox.wire import Answer, Headers

_HTML = {"content-type": "text/html; charset=utf-8"}
_JSON = {"content-type": "application/json; charset=utf-8"}

_PAGE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Down for maintenance</h1></body></html>"


@dataclass(frozen=True)
class Broken:
    """No whole answer: the connection is `refused` or `reset`, nobody answers, or a body is `cut` short."""

    how: Literal["refused", "reset", "unanswered", "cut"]
    partial: Answer | None = None  # what of a cut answer arrives; its content-length announces more


def bug_answer(told: str) -> Answer:
    """A 500 of ours: the sandbox itself broke. Its body is the traceback."""
    return Answer(500, {"content-type": "text/plain; charset=utf-8", "x-sandbox": "bug"}, told.encode())


def error_answer(fault: Error, vendor: str) -> Answer:
    """The 5xx of `fault`, as an HTML page or in `vendor`'s JSON."""
    headers = _HTML if fault.format == "html" else _JSON
    if fault.content is not None:
        return Answer(fault.status, headers, fault.content.encode())
    return Answer(fault.status, headers, _PAGE if headers is _HTML else _unavailable(vendor, fault.status))


def _unavailable(vendor: str, status: int) -> bytes:
    """How a vendor words a 5xx in JSON. The texts are assumed; the shapes are those of its other errors."""
    told = "The service is temporarily unavailable."
    if vendor == "salesforce":
        return json.dumps([{"message": told, "errorCode": "SERVER_UNAVAILABLE"}]).encode()
    body = {
        "type": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6",
        "title": responses.get(status, "Server Error"),
        "status": status,
        "o:errorDetails": [{"detail": told, "o:errorCode": "UNEXPECTED_ERROR"}],
    }
    return json.dumps(body).encode()


def garbled(answer: Answer, form: str) -> Answer:
    """A 200 in place of `answer`: its body spoilt, or a page. No other header of it survives, no Location."""
    if form == "html":
        return Answer(200, _HTML, _PAGE, answer.wrote)
    kind = Headers(answer.headers).get("content-type", _JSON["content-type"])
    body = _half(answer.body) if form == "truncated" else _disordered(answer.body, form)
    return Answer(200, {"content-type": kind}, body, answer.wrote)


def _disordered(body: bytes, form: str) -> bytes:
    """A JSON body with its list (or that of an object's member) reversed or without its last item."""
    data = json.loads(body or b"null")
    lists = [data, *data.values()] if isinstance(data, dict) else [data]
    for items in lists:
        if isinstance(items, list):
            items[:] = items[::-1] if form == "reversed" else items[:-1]
    return json.dumps(data).encode()


def cut(answer: Answer) -> Broken:
    """`answer` with its first half only, under headers that announce the whole."""
    whole = answer.body or b"{}"
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    # A 204 announces no body that could break off.
    status = 200 if answer.status == 204 else answer.status
    return Broken("cut", Answer(status, {**headers, "content-length": str(len(whole))}, _half(whole)))


def _half(body: bytes) -> bytes:
    return body[: max(len(body) // 2, 1)] or b"{"

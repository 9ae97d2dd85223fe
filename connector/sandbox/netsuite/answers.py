"""What the services answer when all is well: media types, envelopes, pages."""

from __future__ import annotations

import json
from typing import Any

from connector.sandbox.netsuite.errors import Refusal, invalid_parameter
from connector.sandbox.wire import Answer, Request

PAGE = 1000
CAP = 100_000
_MEDIA = "application/vnd.oracle.resource+json; type={}; charset=UTF-8"


def resource(body: Any, kind: str = "singular", **headers: str) -> Answer:
    """200 with a record (`singular`) or a page (`collection`)."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(200, {"Content-Type": _MEDIA.format(kind), **named}, text.encode())


def plain(body: Any, media_type: str = "application/json") -> Answer:
    return Answer(200, {"Content-Type": media_type}, json.dumps(body, ensure_ascii=False).encode())


def written(location: str | None = None, warnings: str = "") -> Answer:
    """204 after a write, with the record's `Location` if it has one."""
    headers = {"Location": location} if location else {}
    if warnings:
        headers["X-NetSuite-PropertyValidation"] = warnings
    return Answer(204, headers, b"", wrote=True)


def paging(request: Request) -> tuple[int, int]:
    """(limit, offset) of a request, held to the services' rules."""
    limit, offset = _count(request, "limit", PAGE), _count(request, "offset", 0)
    if not 1 <= limit <= PAGE:
        raise invalid_parameter("limit", f"Provide a valid limit value between 1 and {PAGE}.")
    if offset % limit:
        raise invalid_parameter("offset", "Provide a valid offset value: a multiple of the limit value.")
    return limit, offset


def _count(request: Request, name: str, default: int) -> int:
    text = request.params.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise invalid_parameter(name, f"Provide a valid {name} value.")
    return int(text)


def check_parameters(request: Request, known: set[str]) -> None:
    """Refuse query parameters that the operation does not have."""
    for name in request.params:
        if name.lower() not in known:
            raise invalid_parameter(name, f"Invalid query parameter name '{name}'.")


def malformed(text: str) -> Refusal:
    return Refusal(400, "INVALID_REQUEST", text)

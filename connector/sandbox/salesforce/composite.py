"""`/composite`: up to 25 requests in one, later ones using the answers of earlier ones.

Documented: counts as one API request; five of the steps may be queries or collections (assumed for
collections). Recorded: outer 200, one entry per step, error bodies are arrays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.sandbox.salesforce.call import Call, Reply
from connector.sandbox.salesforce.errors import Problem, refuse
from connector.sandbox.salesforce.jsontext import render
from connector.sandbox.wire import Headers, Request

MOST_STEPS = 25
MOST_HEAVY_STEPS = 5
REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
HALTED = Problem(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)
Serve = Callable[[Request], Reply]


class _RollBack(Exception):
    """Undoes the steps carried out so far."""


@dataclass(frozen=True)
class Step:
    method: str
    url: str
    reference_id: str
    body: Any
    headers: dict[str, str]


def composite(call: Call, serve: Serve) -> Reply:
    """Run the steps in order; `serve` answers one of them as if it had come alone."""
    body = call.json()
    steps = _steps(body.get("compositeRequest"))
    all_or_none = body.get("allOrNone") is True
    entries: list[dict[str, Any]] = []
    wrote = False
    try:
        with call.org.transaction():
            wrote = _run(call, serve, steps, entries, all_or_none)
    except _RollBack:
        entries = [_halted(step, entry) for step, entry in zip(steps, _padded(entries, steps), strict=True)]
    return Reply(200, {"compositeResponse": entries}, wrote=wrote)


def _run(call: Call, serve: Serve, steps: list[Step], entries: list[dict[str, Any]], all_or_none: bool) -> bool:
    answers: dict[str, Any] = {}
    wrote = False
    for step in steps:
        reply = _serve_step(call, serve, step, answers)
        wrote = wrote or reply.wrote
        entries.append(_entry(step, reply))
        if reply.status < 300:
            answers[step.reference_id] = reply.body
        elif all_or_none and reply.status >= 400:
            raise _RollBack
    return wrote


def _serve_step(call: Call, serve: Serve, step: Step, answers: dict[str, Any]) -> Reply:
    try:
        url, body = fill(step.url, answers), fill(step.body, answers)
    except KeyError as missing:
        message = f"Invalid reference specified. No value for {missing.args[0]}."
        return Reply(400, [Problem("PROCESSING_HALTED", message).as_request_error()])
    path, _, query = url.partition("?")
    headers = Headers({"Content-Type": "application/json"} | step.headers)
    headers["Authorization"] = call.request.headers.get("Authorization", "")
    # Recorded: raw blanks in the query of a step are accepted.
    text = b"" if body is None else render(body).encode()
    return serve(Request(step.method, call.request.base_url + url, path, query, headers, text))


def fill(value: Any, answers: dict[str, Any]) -> Any:
    """`value` with every `@{ref.path}` replaced. KeyError names a reference that leads nowhere."""
    if isinstance(value, dict):
        return {name: fill(item, answers) for name, item in value.items()}
    if isinstance(value, list):
        return [fill(item, answers) for item in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    if whole:
        return _look_up(whole, answers)
    return REFERENCE.sub(lambda match: str(_look_up(match, answers)), value)


def _look_up(match: re.Match[str], answers: dict[str, Any]) -> Any:
    try:
        found = answers[match.group(1)]
        for name, index in STEP.findall(match.group(2)):
            found = found[name] if name else found[int(index)]
    except (KeyError, IndexError, TypeError) as error:
        raise KeyError(match.group()) from error
    return found


def _steps(given: Any) -> list[Step]:
    if not isinstance(given, list) or not given:
        raise refuse("JSON_PARSER_ERROR", "compositeRequest must be a list of at least one request")
    if len(given) > MOST_STEPS:
        raise refuse("LIMIT_EXCEEDED", f"Composite allows at most {MOST_STEPS} subrequests")
    steps = [_step(entry) for entry in given]
    heavy = [step for step in steps if _is_heavy(step.url)]
    if len(heavy) > MOST_HEAVY_STEPS:
        raise refuse("LIMIT_EXCEEDED", f"at most {MOST_HEAVY_STEPS} subrequests may be queries or collections")
    if len({step.reference_id for step in steps}) < len(steps):
        raise refuse("JSON_PARSER_ERROR", "referenceId must be unique in a composite request")
    return steps


def _step(entry: Any) -> Step:
    known = {"method", "url", "referenceId", "body", "httpHeaders"}
    if not isinstance(entry, dict) or entry.keys() - known or not {"method", "url", "referenceId"} <= entry.keys():
        raise refuse("JSON_PARSER_ERROR", "a subrequest has method, url, referenceId, body and httpHeaders")
    if not str(entry["url"]).startswith("/services/data/"):
        raise refuse("INVALID_FIELD", f"url must start with /services/data/: {entry['url']}")
    headers = entry.get("httpHeaders") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise refuse("JSON_PARSER_ERROR", "httpHeaders must be an object of strings")
    return Step(
        str(entry["method"]),
        str(entry["url"]),
        str(entry["referenceId"]),
        entry.get("body"),
        headers,
    )


def _is_heavy(url: str) -> bool:
    """Queries and collections."""
    rest = url.partition("?")[0].strip("/").split("/")[3:]
    return rest[:1] in (["query"], ["queryAll"]) or rest[:2] == ["composite", "sobjects"]


def _entry(step: Step, reply: Reply) -> dict[str, Any]:
    return {
        "body": reply.body,
        "httpHeaders": reply.headers,
        "httpStatusCode": reply.status,
        "referenceId": step.reference_id,
    }


def _padded(entries: list[dict[str, Any]], steps: list[Step]) -> list[dict[str, Any] | None]:
    return [*entries, *([None] * (len(steps) - len(entries)))]


def _halted(step: Step, entry: dict[str, Any] | None) -> dict[str, Any]:
    """The step that failed keeps its own error; every other one was undone or never begun."""
    if entry is not None and entry["httpStatusCode"] >= 400:
        return entry
    return _entry(step, Reply(400, [HALTED.as_request_error()]))

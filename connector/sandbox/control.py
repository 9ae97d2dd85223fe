"""The control routes under `/_sandbox/`: what tests, and people trying things, may ask of a sandbox.

They are never counted, gated or faulted, and only the same machine may use them: a web page that a browser
shows could otherwise drive a sandbox on loopback.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from connector.sandbox.faults import KINDS
from connector.sandbox.wire import Answer, Request

PREFIX = "/_sandbox"
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Controlled(Protocol):
    """What the control routes need of a front."""

    def stats(self) -> dict[str, Any]: ...
    def reset_stats(self) -> None: ...
    def now(self) -> str: ...
    def advance(self, seconds: float) -> str: ...
    def faults(self) -> list[dict[str, Any]]: ...
    def arm(self, spec: Any) -> None: ...
    def act(self, deed: dict[str, Any]) -> dict[str, Any]: ...


def is_control(request: Request) -> bool:
    return request.path == PREFIX or request.path.startswith(PREFIX + "/")


def handle(front: Controlled, request: Request, *, in_process: bool) -> Answer:
    """The answer of a control route; 403 for a web page or foreign host, 400 with the reason for nonsense."""
    if "origin" in request.headers or not (in_process or _is_local(request.host)):
        return _answer(403, {"error": "control routes are for programs on this machine, not for web pages"})
    wanted = (request.method, request.path.removeprefix(PREFIX).rstrip("/"))
    if wanted not in ROUTES:
        return _answer(404, {"error": f"no control route {wanted[0]} {request.path}", "routes": listing()})
    try:
        return _answer(200, ROUTES[wanted][0](front, request))
    except ValueError as error:
        return _answer(400, {"error": str(error)})


def listing() -> dict[str, str]:
    """Each control route with one line of what it does."""
    return {f"{method} {PREFIX}{path or '/'}": line for (method, path), (_, line) in ROUTES.items()}


def _is_local(host: str) -> bool:
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name.lower() in LOCAL_HOSTS


def _answer(status: int, body: Any) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode() + b"\n")


def _index(front: Controlled, request: Request) -> Any:
    return {"routes": listing(), "faults": KINDS}


def _stats(front: Controlled, request: Request) -> Any:
    return front.stats()


def _reset_stats(front: Controlled, request: Request) -> Any:
    front.reset_stats()
    return front.stats()


def _clock(front: Controlled, request: Request) -> Any:
    return {"now": front.now()}


def _advance(front: Controlled, request: Request) -> Any:
    body = _object(request)
    seconds = body.get("advance_seconds")
    if set(body) != {"advance_seconds"} or isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError('expected {"advance_seconds": a number}')
    if not 0 <= seconds < 1e10:  # a clock that turns back would be another vendor than the one we imitate
        raise ValueError("advance_seconds must not be negative, and not above ten thousand million")
    return {"now": front.advance(seconds)}


def _faults(front: Controlled, request: Request) -> Any:
    return {"faults": front.faults()}


def _arm(front: Controlled, request: Request) -> Any:
    front.arm(_json(request))
    return {"faults": front.faults()}


def _disarm(front: Controlled, request: Request) -> Any:
    front.arm([])
    return {"faults": []}


def _act(front: Controlled, request: Request) -> Any:
    return front.act(_object(request))


def _object(request: Request) -> dict[str, Any]:
    body = _json(request)
    if not isinstance(body, dict):
        raise ValueError("expected a JSON object")
    return body


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from error


ROUTES: dict[tuple[str, str], tuple[Callable[[Controlled, Request], Any], str]] = {
    ("GET", ""): (_index, "this list, and the kinds of faults"),
    ("GET", "/stats"): (_stats, "calls by route, writes, most in flight"),
    ("POST", "/stats/reset"): (_reset_stats, "start counting anew"),
    ("GET", "/clock"): (_clock, "the server's time"),
    ("POST", "/clock"): (_advance, 'turn the clock: {"advance_seconds": n}'),
    ("GET", "/faults"): (_faults, "the armed faults, with how often each matched and fired"),
    ("POST", "/faults"): (_arm, "a list of {kind, match, times, ...} replaces the armed faults"),
    ("DELETE", "/faults"): (_disarm, "disarm all faults"),
    ("POST", "/act"): (_act, 'what a person does in the vendor\'s pages: {"do": ...}'),
}

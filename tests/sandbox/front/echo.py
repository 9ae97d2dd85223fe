"""A tiny vendor for the fronts' tests: says what it was asked, and remembers what was written."""

from __future__ import annotations

import json
from typing import Any

from connector.sandbox.wire import Answer, Headers, Request
from connector.sandbox.world import World

JSON = {"content-type": "application/json"}


class Echo:
    """GET answers what it saw; PUT and POST store the body; `/boom` is a bug."""

    name = "netsuite"

    def __init__(self, limit: int | None = None) -> None:
        self.world = World(seed=7)
        self.written: list[str] = []
        self.valid_tokens = True
        self.limit = limit

    def answer(self, request: Request) -> Answer:
        if request.path == "/boom":
            raise KeyError("the sandbox broke")
        if request.method == "DELETE":
            return Answer(204)
        if not self.valid_tokens:
            return Answer(401, JSON, b'{"error":"token"}')
        if request.method in ("POST", "PUT"):
            return self._write(request)
        seen = {"url": request.url, "path": request.path, "query": request.query, "headers": request.headers}
        return Answer(200, JSON, json.dumps({**seen, "method": request.method}).encode())

    def _write(self, request: Request) -> Answer:
        if request.path.endswith("/query"):
            return Answer(200, JSON, b'{"records":[]}')
        self.written.append(request.body.decode())
        return Answer(201, {**JSON, "location": "/things/1"}, b'{"id":"1","success":true}', wrote=True)

    def act(self, deed: dict[str, Any]) -> dict[str, Any]:
        if deed.get("do") == []:
            raise TypeError("the sandbox broke")
        if deed.get("do") != "nothing":
            raise ValueError(f"unknown deed {deed.get('do')!r}")
        return {"done": "nothing"}

    def expire_tokens(self) -> None:
        self.valid_tokens = False

    def lock_answer(self, request: Request) -> Answer:
        return Answer(400, JSON, b'{"error":"locked"}')

    def throttle_answer(self, request: Request) -> Answer:
        return Answer(429, JSON, b'{"error":"too many"}')

    def route(self, request: Request) -> str:
        return f"{request.method} {request.path}"

    def concurrency_limit(self) -> int | None:
        return self.limit


class Patient:
    """A client that waits for ever, in no time."""

    in_process = True

    def wait(self, seconds: float) -> float:
        return 0


def put(body: str = "x", path: str = "/things") -> Request:
    return Request("PUT", f"https://echo.example{path}", path, "", Headers(), body.encode())


def get(path: str = "/things", query: str = "") -> Request:
    return Request("GET", f"https://echo.example{path}", path, query)

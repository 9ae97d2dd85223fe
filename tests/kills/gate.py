"""What stands between the network and the sandboxes: it counts calls, and springs a trap at one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

from connector.sandbox import control
from connector.sandbox.broken import Broken
from connector.sandbox.front import Caller, Front
from connector.sandbox.wire import Answer, Request

When = Literal["before", "after"]


class Trap:
    """Springs once, at the n-th call to either sandbox: before it is carried out, or after that and before its answer.

    `loses`: the call itself goes the way of its caller: it is never carried out, or its answer never leaves.
    """

    def __init__(self, at_call: int, when: When, spring: Callable[[], None], *, loses: bool) -> None:
        self.at_call, self.when, self.loses = at_call, when, loses
        self._spring = spring
        self._lock = threading.Lock()
        self._calls = 0
        self.sprung = threading.Event()

    def meets_its_call(self) -> bool:
        with self._lock:
            self._calls += 1
            return self._calls == self.at_call

    def spring(self) -> None:
        try:
            self._spring()
        finally:
            self.sprung.set()


class Gate:
    """A front with a trap before it; to be served in its place."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.trap: Trap | None = None

    def handle(self, request: Request, caller: Caller) -> Answer | Broken:
        trap = self.trap
        if trap is None or control.is_control(request) or not trap.meets_its_call():
            return self.front.handle(request, caller)
        if trap.when == "before":
            trap.spring()
            return Broken("reset") if trap.loses else self.front.handle(request, caller)
        outcome = self.front.handle(request, caller)
        trap.spring()
        return Broken("reset") if trap.loses else outcome

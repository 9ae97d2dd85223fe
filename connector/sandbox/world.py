"""The world that a sandbox lives in: a clock that tests turn, seeded randomness, a brain's law.

Nothing here knows a vendor. A brain is a single-threaded function of its state: the front serialises calls.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from connector.sandbox.wire import Answer, Request

START = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)


class Clock:
    """UTC time of one server. Stands still until advanced, or runs with the machine's clock plus an offset."""

    def __init__(self, start: datetime | None = None, *, running: bool = False) -> None:
        self._running = running
        self._at = start or (datetime.now(UTC) if running else START)
        self._since = time.monotonic()

    def now(self) -> datetime:
        if not self._running:
            return self._at
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    def advance(self, seconds: float) -> datetime:
        self._at += timedelta(seconds=seconds)
        return self.now()


class World:
    """Clock and seeded randomness of one sandboxed vendor."""

    def __init__(self, seed: int = 0, clock: Clock | None = None) -> None:
        self.seed = seed
        self.clock = clock or Clock()
        self.random = random.Random(seed)


class Brain(Protocol):
    """One emulated vendor. The front calls `answer` for every request that is not a `/_sandbox/` one."""

    name: str  # "netsuite" or "salesforce"
    world: World

    def answer(self, request: Request) -> Answer:
        """The vendor's answer. Never raises for anything a client can send."""
        ...

    def act(self, deed: dict[str, Any]) -> dict[str, Any]:
        """Carry out what people do in the UI: `{"do": "merge", ...}`. ValueError for what is unknown or impossible."""
        ...

    def expire_tokens(self) -> None:
        """Every access token handed out so far stops working."""
        ...

    def lock_answer(self, request: Request) -> Answer:
        """How this vendor refuses `request` because the record is locked (nothing is written)."""
        ...

    def throttle_answer(self, request: Request) -> Answer:
        """How this vendor says "too many requests"."""
        ...

    def route(self, request: Request) -> str:
        """The route's name for statistics: method plus path template, e.g. `PATCH /sobjects/{type}/{id}`."""
        ...

    def concurrency_limit(self) -> int | None:
        """How many requests may be in flight at once; more get `throttle_answer`. None: unlimited."""
        ...

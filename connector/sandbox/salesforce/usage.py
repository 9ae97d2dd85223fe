"""The org's API allowance: requests of the last 24 hours, counted by the minute."""

from __future__ import annotations

from collections import deque
from datetime import datetime

DAY_MINUTES = 24 * 60


class Usage:
    """A rolling window, as documented ("rolling 24 h")."""

    def __init__(self) -> None:
        self._minutes: deque[tuple[int, int]] = deque()
        self._total = 0

    def count(self, now: datetime) -> int:
        """Requests in the 24 hours up to `now`."""
        first = _minute(now) - DAY_MINUTES
        while self._minutes and self._minutes[0][0] <= first:
            self._total -= self._minutes.popleft()[1]
        return self._total

    def add(self, now: datetime) -> int:
        self.count(now)
        minute = _minute(now)
        before = self._minutes.pop()[1] if self._minutes and self._minutes[-1][0] == minute else 0
        self._minutes.append((minute, before + 1))
        self._total += 1
        return self._total


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60

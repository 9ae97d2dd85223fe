"""The account's clock: its zone, its now, and how instants and its local text turn into each other.

NetSuite shows and takes times in the account's zone, without saying so (recorded). In the hour that is
repeated when daylight saving ends, one text means two instants; nothing here ever relies on which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_FORMAT = "%Y-%m-%d %H:%M:%S"
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")

TRANSITION_HOURS = 2
"""The largest step of a clock in use (Troll station); most are one hour."""


@dataclass(frozen=True, slots=True)
class AccountClock:
    """NetSuite's own time at one moment: the zone's name and `local` time text with seconds."""

    zone_name: str
    local: str

    @property
    def now_at(self) -> datetime:
        """The moment in UTC; in a repeated hour the earlier of the two that it may be."""
        return utc(self.local, zone(self.zone_name))


def zone(name: str) -> tzinfo:
    """A zone by name (`America/Los_Angeles`) or by offset (`+02:00`). ValueError for an unknown one."""
    if match := _OFFSET.fullmatch(name):
        sign = -1 if match[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3])))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


def utc(local: str, where: tzinfo) -> datetime:
    """Account-local text as an instant; of two possible ones the earlier."""
    return datetime.strptime(local, _FORMAT).replace(tzinfo=where, fold=0).astimezone(UTC)


def local_text(at: datetime, where: tzinfo) -> str:
    return at.astimezone(where).strftime(_FORMAT)


def lower_bound(start_at: datetime, where: tzinfo) -> str:
    """Local text such that every instant from `start_at` on has a local text that is not smaller.

    Near a change of the clock the bound moves back until its text is unambiguous, so that it does not
    matter whether NetSuite compares instants or local times, nor how it reads an ambiguous bound.
    """
    if clock_changes_near(start_at, start_at, where):
        start_at -= timedelta(hours=2 * TRANSITION_HOURS)
    return local_text(start_at, where)


def clock_changes_near(first_at: datetime, last_at: datetime, where: tzinfo) -> bool:
    """Whether local texts between the two moments may be ambiguous: daylight saving begins or ends around them."""
    margin = timedelta(hours=TRANSITION_HOURS)
    return _offset(first_at - margin, where) != _offset(last_at + margin, where)


def _offset(at: datetime, where: tzinfo) -> timedelta | None:
    return at.astimezone(where).utcoffset()


def iso(at: datetime) -> str:
    """`2026-01-31T08:15:00Z`"""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

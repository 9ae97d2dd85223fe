"""Times as Salesforce writes and reads them.

Recorded: `2026-05-01T07:25:37.000+0000`, whole seconds, always UTC. The store keeps this text: it sorts by time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime


def stamp(at: datetime) -> str:
    """The wire text of a moment, cut to the whole second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def parse_stamp(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def parse_moment(text: str) -> datetime | None:
    """An ISO 8601 moment with `Z` or an offset, or None: times without a zone are not accepted."""
    if "T" not in text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def parse_day(text: str) -> date | None:
    if len(text) != 10:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def whole_minute(at: datetime) -> datetime:
    """Replication calls ignore seconds (documented)."""
    return at.replace(second=0, microsecond=0)


def http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def parse_http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def end_of_quarter(at: date) -> date:
    """Last day of the calendar quarter of `at`, the org's fiscal year starting in January."""
    month = 3 * ((at.month - 1) // 3) + 4
    first_after = date(at.year + (month > 12), (month - 1) % 12 + 1, 1)
    return first_after - timedelta(days=1)

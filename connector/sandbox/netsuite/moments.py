"""Moments and how NetSuite writes them: UTC in records, the account's zone and masks in SuiteQL.

A moment is a whole second since 1970 in UTC. A date without time is the moment of its local midnight.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_TOKENS = re.compile(r'YYYY|YY|MONTH|MON|MM|DD|DY|DAY|HH24|HH12|HH|MI|SS|AM|PM|"[^"]*"|[^A-Z]', re.IGNORECASE)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

#: Account date formats: how a moment is written, and how the vendor names the format in its error text.
DATE_FORMATS = {
    "M/D/YYYY": "M/d/yyyy",
    "D/M/YYYY": "d/M/yyyy",
    "DD/MM/YYYY": "dd/MM/yyyy",
    "MM/DD/YYYY": "MM/dd/yyyy",
    "DD.MM.YYYY": "dd.MM.yyyy",
    "DD-MON-YYYY": "dd-MMM-yyyy",
    "YYYY/M/D": "yyyy/M/d",
    "YYYY-MM-DD": "yyyy-MM-dd",
}


class BadMoment(ValueError):
    """Text that is no moment under its mask."""


class UnknownMask(ValueError):
    """A mask element that is not known here."""


@lru_cache(maxsize=256)
def mask_tokens(mask: str) -> tuple[str, ...]:
    """The elements of an Oracle date mask, upper case; UnknownMask if one is not known."""
    found = _TOKENS.findall(mask)
    if "".join(found) != mask:
        raise UnknownMask(mask)
    return tuple(token if token.startswith('"') else token.upper() for token in found)


def _element(token: str, at: datetime) -> str:
    match token:
        case "YYYY":
            return f"{at.year:04d}"
        case "YY":
            return f"{at.year % 100:02d}"
        case "MM":
            return f"{at.month:02d}"
        case "DD":
            return f"{at.day:02d}"
        case "HH24":
            return f"{at.hour:02d}"
        case "HH" | "HH12":
            return f"{at.hour % 12 or 12:02d}"
        case "MI":
            return f"{at.minute:02d}"
        case "SS":
            return f"{at.second:02d}"
    return _named_element(token, at)


def _named_element(token: str, at: datetime) -> str:
    match token:
        case "MON":
            return _MONTHS[at.month - 1][:3].upper()
        case "MONTH":
            return _MONTHS[at.month - 1].upper().ljust(9)
        case "DY":
            return _DAYS[at.weekday()][:3].upper()
        case "DAY":
            return _DAYS[at.weekday()].upper().ljust(9)
        case "AM" | "PM":
            return "AM" if at.hour < 12 else "PM"
    return token.strip('"')


_PATTERNS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
    "HH24": r"(?P<hour>\d{1,2})",
    "HH12": r"(?P<half>\d{1,2})",
    "HH": r"(?P<half>\d{1,2})",
    "MI": r"(?P<minute>\d{1,2})",
    "SS": r"(?P<second>\d{1,2})",
    "MON": r"(?P<name>[A-Za-z]{3})",
    "MONTH": r"(?P<name>[A-Za-z]+)",
    "AM": r"(?P<noon>AM|PM|am|pm)",
    "PM": r"(?P<noon>AM|PM|am|pm)",
}


@lru_cache(maxsize=256)
def _reader(mask: str) -> re.Pattern[str]:
    parts = [_PATTERNS.get(token) or re.escape(token.strip('"')) for token in mask_tokens(mask)]
    return re.compile("".join(parts))


def _month(found: dict[str, str]) -> int:
    if "name" not in found:
        return int(found.get("month", 1))
    for number, name in enumerate(_MONTHS, 1):
        if name[:3].lower() == found["name"][:3].lower():
            return number
    raise BadMoment(found["name"])


def _hour(found: dict[str, str]) -> int:
    if "half" not in found:
        return int(found.get("hour", 0))
    return int(found["half"]) % 12 + (12 if found.get("noon", "AM").upper() == "PM" else 0)


@lru_cache(maxsize=4096)  # every row of a query has its moments written, and most rows are read often
def _written(zone: ZoneInfo, moment: int, mask: str) -> str:
    at = datetime.fromtimestamp(moment, zone)
    return "".join(_element(token, at) for token in mask_tokens(mask))


class Zone:
    """The account's time zone and date format."""

    def __init__(self, name: str, date_format: str) -> None:
        if date_format.upper() not in DATE_FORMATS:
            raise ValueError(f"date_format {date_format!r} is not known; one of {', '.join(DATE_FORMATS)}")
        self.name = name
        self.date_format = date_format.upper()
        self._zone = ZoneInfo(name)

    def local(self, moment: int) -> datetime:
        return datetime.fromtimestamp(moment, self._zone)

    def moment(self, local: datetime) -> int:
        """The moment of a local wall-clock time; of a repeated hour the first."""
        return int(local.replace(tzinfo=self._zone).timestamp())

    def midnight(self, moment: int) -> int:
        return self.moment(self.local(moment).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None))

    def day_after(self, midnight: int) -> int:
        return self.date_moment(self.local(midnight).date() + timedelta(days=1))

    def date_moment(self, day: date) -> int:
        return self.moment(datetime(day.year, day.month, day.day))

    def written(self, moment: int, mask: str) -> str:
        """`TO_CHAR(moment, mask)`."""
        return _written(self._zone, moment, mask)

    def read(self, text: str, mask: str) -> int:
        """`TO_DATE(text, mask)`; BadMoment if the text does not fit."""
        found = _reader(mask).fullmatch(text.strip())
        if found is None:
            raise BadMoment(text)
        parts = {name: value for name, value in found.groupdict().items() if value is not None}
        year = int(parts["year"]) if "year" in parts else 2000 + int(parts.get("short", 0))
        try:
            local = datetime(
                year,
                _month(parts),
                int(parts.get("day", 1)),
                _hour(parts),
                int(parts.get("minute", 0)),
                int(parts.get("second", 0)),
            )
        except ValueError as error:
            raise BadMoment(text) from error
        return self.moment(local)

    def date_text(self, moment: int) -> str:
        """A raw date column in a SuiteQL answer: the user's format, date only."""
        at = self.local(moment)
        if self.date_format in ("M/D/YYYY", "D/M/YYYY", "YYYY/M/D"):
            plain = {"M": str(at.month), "D": str(at.day), "YYYY": str(at.year)}
            return "/".join(plain[part] for part in self.date_format.split("/"))
        return self.written(moment, self.date_format)

    def read_date(self, text: str) -> int:
        """A date in the user's format; BadMoment with the vendor's words if it is none."""
        try:
            return self.read(text, _padded(self.date_format))
        except BadMoment:
            raise BadMoment(
                f'Parse of date/time "{text}" failed with date format "{DATE_FORMATS[self.date_format]}" '
                f"in time zone {self.name}"
            ) from None


def _padded(date_format: str) -> str:
    return {"M/D/YYYY": "MM/DD/YYYY", "D/M/YYYY": "DD/MM/YYYY", "YYYY/M/D": "YYYY/MM/DD"}.get(date_format, date_format)


def minute_text(moment: int) -> str:
    """A datetime in a record answer: UTC, whole minutes."""
    return datetime.fromtimestamp(moment - moment % 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_instant(text: str) -> int:
    """A datetime in a record body: ISO 8601 with Z or an offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise BadMoment(text)
    return int(at.timestamp())

"""Values to try a field with, made from the metadata of both accounts, the smallest first.

A field is tried with what people really type into such a field, and with what lies just inside and just outside
of what the other side can hold. Nothing is random: the same metadata always gives the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from connector.core.flow import Raw
from connector.core.ports import FieldInfo
from connector.core.schema import SystemName

_LONGEST_TRIED = 4_000
"""Characters: longer texts show nothing that shorter ones do not, and cost time."""
_OPTIONS_TRIED = 400
_MOST_DECIMALS = 4
"""Digits after the point, where nobody tells how many a field keeps."""

TEXTS = (
    "a", "A", "0", "é", "e\u0301", "ß", "😀", " a", "a ", "a b", "a\nb", "a\r\nb", "a;b", "b;a", "a, b", "<b>", "&amp;",
    "007", "1.50", "-1", "T", "US", "a@b.example", "A@B.example", "https://a.example/B", "a.example",
    "(434) 369-3100", "+49 30 901820", "2026-01-05", "2026-01-05T23:30:00Z", "2026-01-05T09:00:00",
)  # fmt: skip
_EMAILS = ("a@b.example", "A@b.example", "é@b.example", "first.last+tag@b.example")
_PHONES = ("434 369 3100", "(434) 369-3100", "+49 30 901820", "001-672-799-2170x5610", "110")
_URLS = ("https://a.example", "http://a.example/", "https://a.example/B?c=d")
_BARE_URLS = ("a.example", "A.example/B")
_DAYS = ("2026-01-05", "1970-01-01", "2024-02-29", "2099-12-31")
_INSTANTS = (
    "2026-01-05T12:00:00Z", "2026-01-05T00:30:00Z", "2026-01-05T23:30:00Z", "2026-07-05T23:30:00Z",
    "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",  # shown twice by clocks in Berlin
    "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z",  # in New York
    "2026-11-01T08:30:00Z", "2026-11-01T09:30:00Z",  # in Los Angeles
)  # fmt: skip
_LINE_PARTS = ("addr1", "addr2", "addr3", "city", "state", "zip", "country")
_LINES: tuple[Mapping[str, str], ...] = (
    {"city": "Rome"}, {"country": "US"}, {"addr1": "1 Main St"}, {"addr1": "1 Main St", "addr2": "Suite 2"},
    {"addr1": "1 Main St", "city": "Rome", "state": "GA", "zip": "30161", "country": "US"},
    {"addr1": "a", "addr2": "b", "addr3": "c", "city": "Köln", "zip": "50667", "country": "DE"},
)  # fmt: skip


def specimens(known: FieldInfo, system: SystemName, across: Sequence[FieldInfo] = ()) -> tuple[Raw, ...]:
    """Values of one field of `system`, as its adapter hands them over. `across`: the fields of the other side, whose
    lengths, digits and lists decide where it gets narrow."""
    made = (value for value in _of_kind(known, system, across) if _has_room(value, known))
    empty: tuple[Raw, ...] = () if known.required or known.kind == "boolean" else (None,)
    return (*empty, *sorted(made, key=size))


def _of_kind(known: FieldInfo, system: SystemName, across: Sequence[FieldInfo]) -> Iterable[Raw]:
    if known.kind == "address":
        return _addresses()
    made = _BY_KIND.get(known.kind, _texts)(known, across)
    bare = _BARE_URLS if known.kind == "url" and system is SystemName.SALESFORCE else ()  # NetSuite refuses them
    return dict.fromkeys((*made, *bare))


def size(value: Raw) -> tuple[int, str]:
    """How big a value is to read: the smallest of several shows a loss best."""
    if isinstance(value, Mapping):
        parts = [part for part in value.values() if part is not None]
        return (sum(len(str(part)) for part in parts), str(parts))
    return (len(str(value)), str(value)) if value is not None else (0, "")


def _has_room(value: Raw, known: FieldInfo) -> bool:
    return not isinstance(value, str) or known.length is None or len(value) <= known.length


# --- by kind of field ------------------------------------------------------------------------------------


def _texts(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from TEXTS
    for length in _lengths([known, *across]):
        yield _words(length)
        yield _words(length + 1)
    for one in across:
        for option in list(one.options or {})[:_OPTIONS_TRIED]:
            yield from (option, option.lower(), option.upper())


def _lengths(fields: Iterable[FieldInfo]) -> list[int]:
    return sorted({one.length for one in fields if one.length and one.length < _LONGEST_TRIED})


def _words(length: int) -> str:
    """Text of `length` characters, in words, since a text may be cut between two of them."""
    return ("abcd " * (length // 5 + 1))[: length - 1] + "z"


def _emails(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from _EMAILS
    for length in _lengths([known, *across]):
        yield from (f"{'a' * (size_ - 10)}@b.example" for size_ in (length, length + 1) if size_ > 20)


def _phones(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from _PHONES
    yield from (f"+1 434 369 3100 x{'5' * 9}"[:length] for length in _lengths(across))


def _urls(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from _URLS
    for length in _lengths([known, *across]):
        yield from (f"https://a.example/{'b' * (size_ - 18)}" for size_ in (length, length + 1) if size_ > 20)


def _booleans(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from (True, False)


def _integers(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from (0, 1, -1, 42, 2**31 - 1)


def _numbers(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    """With every number of digits after the point up to what this side keeps."""
    for places in range((_MOST_DECIMALS if known.decimals is None else known.decimals) + 1):
        yield from (Decimal(number).scaleb(-places) for number in (0, 1, -1, 5, 12345678905))


def _days(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from _DAYS


def _instants(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from _INSTANTS


def _choices(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    yield from list(known.options or {})[:_OPTIONS_TRIED]
    if not known.options and known.kind == "reference":
        yield from ("1", "2")


def _several_choices(known: FieldInfo, across: Sequence[FieldInfo]) -> Iterator[Raw]:
    """Each alone, and neighbours in the list's order and in the other."""
    options = list(known.options or {})[:_OPTIONS_TRIED]
    yield from options
    for one, next_ in pairwise(options):
        yield from (f"{one};{next_}", f"{next_};{one}")


def _addresses() -> Iterator[Raw]:
    yield from ({part: line.get(part) for part in _LINE_PARTS} for line in _LINES)


_BY_KIND: Mapping[str, Callable[[FieldInfo, Sequence[FieldInfo]], Iterable[Raw]]] = {
    "email": _emails,
    "phone": _phones,
    "url": _urls,
    "boolean": _booleans,
    "integer": _integers,
    "number": _numbers,
    "money": _numbers,
    "percent": _numbers,
    "date": _days,
    "datetime": _instants,
    "picklist": _choices,
    "reference": _choices,
    "multi_picklist": _several_choices,
}

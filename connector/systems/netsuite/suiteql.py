"""Pieces of SuiteQL text. Values come in here and nowhere else, so that no value can end its own quotes.

The query service takes one text (`q`); the REST pages that we know show no bound parameters in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

MAX_IN_VALUES = 1000
"""Values in one IN list (documented)."""

SECONDS_MASK = "YYYY-MM-DD HH24:MI:SS"
DAY_MASK = "YYYY-MM-DD"

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_SECONDS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def text(value: str) -> str:
    """`value` as a string literal. ValueError for control characters (NUL, line ends, tabs included).

    >>> text("O'Hara")
    "'O''Hara'"
    """
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in value):
        raise ValueError("a control character in a SuiteQL value")
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A table or column name in lower case. ValueError for anything but letters, digits and `_`."""
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"not a SuiteQL identifier: {name!r}")
    return name.lower()


def integer(value: str | int) -> str:
    """A number, in brackets when negative: `--` would begin a comment.

    >>> integer("-5")
    '(-5)'
    """
    digits = str(value)
    if not _INTEGER.fullmatch(digits):
        raise ValueError(f"not an internal id: {digits!r}")
    return f"({digits})" if digits.startswith("-") else digits


def is_internal_id(value: str) -> bool:
    return bool(_INTEGER.fullmatch(value))


def in_list(values: Iterable[str]) -> str:
    """`(a, b, c)` of ready literals; at most 1,000, at least one."""
    literals = list(values)
    if not 0 < len(literals) <= MAX_IN_VALUES:
        raise ValueError(f"an IN list of {len(literals)} values")
    return "(" + ", ".join(literals) + ")"


def timestamp(local: str) -> str:
    """An instant given as text in the account's own zone, `2026-01-31 08:15:00`."""
    if not _SECONDS.fullmatch(local):
        raise ValueError(f"not a time of the form {SECONDS_MASK}: {local!r}")
    return f"TO_TIMESTAMP('{local}', '{SECONDS_MASK}')"


def to_seconds(column: str) -> str:
    """A time column as text with seconds; bare, it would come as a date in the user's own format (recorded)."""
    return f"TO_CHAR({column}, '{SECONDS_MASK}')"


def to_day(column: str) -> str:
    return f"TO_CHAR({column}, '{DAY_MASK}')"


def chunks(values: Sequence[T], size: int = MAX_IN_VALUES) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk

"""Building SOQL: identifiers are checked, values are quoted here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ESCAPES = str.maketrans(
    {
        "\\": r"\\",
        "'": r"\'",
        '"': r"\"",
        "\n": r"\n",
        "\r": r"\r",
        "\t": r"\t",
        "\b": r"\b",
        "\f": r"\f",
    }
)


def name(identifier: str) -> str:
    """An object's or field's name, as it is; ValueError for anything else."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise ValueError(f"not a field or object name: {identifier!r}")
    return identifier


def text(value: str) -> str:
    """A string literal. SOQL knows these escapes and no others (documented)."""
    if "\0" in value:
        raise ValueError("a query cannot hold a NUL character")
    return f"'{value.translate(_ESCAPES)}'"


def moment(value: datetime) -> str:
    """A datetime literal, in UTC and ending in `Z`: a `+` would become a space in a URL."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def one_of(field: str, values: Iterable[str]) -> str:
    """`field IN (...)`."""
    return f"{name(field)} IN ({','.join(text(value) for value in values)})"


def select(fields: Iterable[str], type_: str, where: str = "", order: str = "") -> str:
    """A query; `fields` without repetitions, in their order."""
    parts = ["SELECT", ",".join(dict.fromkeys(name(field) for field in fields)), "FROM", name(type_)]
    parts += ["WHERE", where] if where else []
    parts += ["ORDER BY", order] if order else []
    return " ".join(parts)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

"""The functions of SuiteQL: what each takes and gives, and the SQLite functions behind them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from connector.sandbox.netsuite.account import Account
from connector.sandbox.netsuite.errors import NotEmulated, Refusal, search_error
from connector.sandbox.netsuite.moments import BadMoment, UnknownMask, Zone, mask_tokens
from connector.sandbox.netsuite.tables import Type

#: A translated expression: SQLite text and its type.
Typed = tuple[str, Type]


class Failure:
    """The refusal that a function met while SQLite ran a query: SQLite only passes on that something failed."""

    def __init__(self) -> None:
        self.refusal: Refusal | None = None

    def take(self) -> Refusal | None:
        """The refusal met last, forgotten with this."""
        found, self.refusal = self.refusal, None
        return found


def install(database: sqlite3.Connection, account: Account, failure: Failure) -> None:
    """Register the functions that translated queries call."""
    zone = account.zone

    def failing(read: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            if values[0] is None:
                return None
            try:
                return read(*values)
            except BadMoment as error:
                failure.refusal = search_error(f"Search error occurred: {error}")
                raise

        return call

    pure: list[tuple[str, int, Callable[..., Any]]] = [
        ("ns_char", 2, failing(zone.written)),
        ("ns_moment", 2, failing(lambda text, mask: _read(zone, str(text), mask))),
        ("ns_read_date", 1, failing(lambda text: zone.read_date(str(text)))),
        ("ns_date", 1, failing(zone.date_text)),
        ("ns_trunc", 1, failing(zone.midnight)),
        ("ns_text", 1, text_of),
        ("ns_like", 2, _like),
    ]
    for name, count, function in pure:
        database.create_function(name, count, function, deterministic=True)
    database.create_function("ns_now", 0, account.now)


def _read(zone: Zone, text: str, mask: str) -> int:
    try:
        return zone.read(text, mask)
    except BadMoment:
        failed = f'Parse of date/time "{text}" failed with date format "{mask}" in time zone {zone.name}'
        raise BadMoment(failed) from None


def moment_of(zone: Zone, text: str, mask: str | None) -> int:
    """A moment spelled out in a query, by its mask or else in the account's date format; or the refusal."""
    try:
        return zone.read_date(text) if mask is None else _read(zone, text, mask)
    except BadMoment as error:
        raise search_error(f"Search error occurred: {error}") from None


def text_of(value: Any) -> str | None:
    """A value as SuiteQL writes it: whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(letter) or re.escape(letter) for letter in text), re.DOTALL)


def _like(value: Any, pattern: Any) -> int | None:
    if value is None or pattern is None:
        return None
    return int(_pattern(str(pattern)).fullmatch(str(value)) is not None)


def as_text(value: Typed) -> str:
    return value[0] if value[1] == "text" else f"ns_text({value[0]})"


def _mask(literal: str) -> str:
    try:
        mask_tokens(literal[1:-1].replace("''", "'"))
    except UnknownMask as error:
        raise NotEmulated(f"SuiteQL: date mask {error}") from None
    return literal


def _to_char(values: Sequence[Typed]) -> Typed:
    if values[0][1] != "date":
        if len(values) > 1:
            raise NotEmulated("SuiteQL: TO_CHAR of a number with a mask")
        return as_text(values[0]), "text"
    if len(values) == 1:
        return f"ns_date({values[0][0]})", "text"
    return f"ns_char({values[0][0]}, {_mask(values[1][0])})", "text"


def _to_moment(values: Sequence[Typed]) -> Typed:
    if values[0][1] == "date":
        return values[0]
    if len(values) == 1:
        return f"ns_read_date({values[0][0]})", "date"
    return f"ns_moment({values[0][0]}, {_mask(values[1][0])})", "date"


def _coalesce(values: Sequence[Typed]) -> Typed:
    return f"COALESCE({', '.join(value[0] for value in values)})", values[0][1]


def _trunc(values: Sequence[Typed]) -> Typed:
    if values[0][1] == "date":
        return f"ns_trunc({values[0][0]})", "date"
    return f"CAST({values[0][0]} AS INTEGER)", "number"


def _decode(values: Sequence[Typed]) -> Typed:
    subject, rest = values[0][0], list(values[1:])
    default = rest.pop()[0] if len(rest) % 2 else "NULL"
    cases = " ".join(f"WHEN {subject} IS {rest[at][0]} THEN {rest[at + 1][0]}" for at in range(0, len(rest), 2))
    return f"CASE {cases} ELSE {default} END", rest[1][1]


def _concat(values: Sequence[Typed]) -> Typed:
    joined = " || ".join(f"IFNULL({as_text(value)}, '')" for value in values)
    return f"NULLIF({joined}, '')", "text"


def _plain(name: str, type_: Type) -> Callable[[Sequence[Typed]], Typed]:
    def call(values: Sequence[Typed]) -> Typed:
        return f"{name}({', '.join(value[0] for value in values)})", type_

    return call


#: name: (fewest arguments, most arguments, translation)
FUNCTIONS: dict[str, tuple[int, int, Callable[[Sequence[Typed]], Typed]]] = {
    "TO_CHAR": (1, 2, _to_char),
    "TO_DATE": (1, 2, _to_moment),
    "TO_TIMESTAMP": (1, 2, _to_moment),
    "TO_NUMBER": (1, 1, lambda values: (f"CAST({values[0][0]} AS REAL)", "number")),
    "NVL": (2, 2, _coalesce),
    "COALESCE": (2, 50, _coalesce),
    "NULLIF": (2, 2, lambda values: (f"NULLIF({values[0][0]}, {values[1][0]})", values[0][1])),
    "TRUNC": (1, 1, _trunc),
    "DECODE": (3, 255, _decode),
    "CONCAT": (2, 2, _concat),
    "UPPER": (1, 1, _plain("UPPER", "text")),
    "LOWER": (1, 1, _plain("LOWER", "text")),
    "TRIM": (1, 1, _plain("TRIM", "text")),
    "LTRIM": (1, 1, _plain("LTRIM", "text")),
    "RTRIM": (1, 1, _plain("RTRIM", "text")),
    "SUBSTR": (2, 3, _plain("SUBSTR", "text")),
    "REPLACE": (3, 3, _plain("REPLACE", "text")),
    "LENGTH": (1, 1, _plain("LENGTH", "number")),
    "INSTR": (2, 2, _plain("INSTR", "number")),
    "ABS": (1, 1, _plain("ABS", "number")),
    "ROUND": (1, 2, _plain("ROUND", "number")),
    "MOD": (2, 2, lambda values: (f"({values[0][0]} % {values[1][0]})", "number")),
}


def call(name: str, values: Sequence[Typed]) -> Typed:
    """A function call translated; NotEmulated for a function that is not known here."""
    if name.upper() not in FUNCTIONS:
        raise NotEmulated(f"SuiteQL: function {name}")
    fewest, most, translate = FUNCTIONS[name.upper()]
    if not fewest <= len(values) <= most:
        raise search_error(f"Search error occurred: Invalid number of arguments for {name}.")
    return translate(values)

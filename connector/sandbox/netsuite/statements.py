"""From the text of a SuiteQL query to what SQLite runs: each translated once in a process.

Clients send the same few queries again and again, and to translate one takes far longer than to run it. Those that
read what changed differ only in the moments that they name (`'2026-01-05 09:00:00'`), so the moments are taken out of
the text, what is left is translated, and the moments are bound when it runs. A query that cannot be had so, or is
refused, is translated as it was sent: to take out moments never changes an answer or the words of a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from connector.sandbox.netsuite.errors import NotEmulated, Refusal
from connector.sandbox.netsuite.functions import moment_of
from connector.sandbox.netsuite.moments import Zone
from connector.sandbox.netsuite.scope import Query
from connector.sandbox.netsuite.settings import Settings
from connector.sandbox.netsuite.sql_tree import MARK, parse
from connector.sandbox.netsuite.suiteql import Inseparable, Translator
from connector.sandbox.netsuite.tables import catalogue

_MOMENT = re.compile(r"'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)'")
_LEXEME = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)
#: A moment that follows anything else may be no text by itself: `TIMESTAMP '...'`, Oracle's `q'[...]'`.
_BEFORE_A_VALUE = tuple("(,=<>")


@dataclass(frozen=True)
class Statement:
    """A query ready to run with `values` bound to it."""

    query: Query
    values: dict[str, Any]


class Statements:
    """The queries of one account. What is remembered of them depends on its settings and on no data."""

    def __init__(self, settings: Settings, zone: Zone) -> None:
        self._translator = _translator(settings.without_credentials)
        self._translated = _translations(settings.without_credentials)
        self._zone = zone

    def statement(self, text: str, params: list[Any]) -> Statement:
        """`text` with `?` filled from `params`. Raises Refusal and NotEmulated."""
        if params:
            return Statement(self._translator().query(parse(text, params)), {})
        shape, moments = separated(text)
        found = self._translated(shape, len(moments))
        if isinstance(found, Exception) and moments:
            found, moments = self._translated(text, 0), []
        if isinstance(found, Exception):
            raise _again(found)
        return self._bound(found, moments)

    def _bound(self, query: Query, moments: list[str]) -> Statement:
        values: dict[str, Any] = {MARK.format(at): moment for at, moment in enumerate(moments)}
        read = {name: moment_of(self._zone, values[mark], mask) for name, mark, mask in query.constants}
        return Statement(query, values | read)


def _again(refused: Exception) -> Exception:
    """The same refusal, to be raised: one that is remembered would gather the frames of all who were refused, and
    everything that they held."""
    same = type(refused).__new__(type(refused), *refused.args)
    vars(same).update(vars(refused))
    return same


@lru_cache(maxsize=16)
def _translator(settings: Settings) -> Callable[[], Translator]:
    zone, tables = Zone(settings.time_zone, settings.date_format), catalogue(settings)
    return lambda: Translator(zone, tables)


@lru_cache(maxsize=16)
def _translations(settings: Settings) -> Callable[[str, int], Query | Exception]:
    """The translations, or refusals, for all accounts with these settings."""
    translator = _translator(settings)

    @lru_cache(maxsize=2048)
    def translated(text: str, marks: int) -> Query | Exception:
        try:
            return translator().query(parse(text, [], marks))
        except (Inseparable, Refusal, NotEmulated) as error:
            return error.with_traceback(None)

    return translated


def separated(text: str) -> tuple[str, list[str]]:
    """A query with a mark in place of each moment, and the moments; equal moments have one mark.

    >>> separated("SELECT id FROM task WHERE startdate > '2026-01-05 09:00:00'")
    ('SELECT id FROM task WHERE startdate > :moment0', ['2026-01-05 09:00:00'])
    """
    if _MOMENT.search(text) is None or MARK.format("") in text:
        return text, []
    moments: list[str] = []

    def mark(lexeme: re.Match[str]) -> str:
        moment = _MOMENT.fullmatch(lexeme[0])
        if moment is None or not text[: lexeme.start()].rstrip().endswith(_BEFORE_A_VALUE):
            return lexeme[0]
        if moment[1] not in moments:
            moments.append(moment[1])
        return f":{MARK.format(moments.index(moment[1]))}"

    return _LEXEME.sub(mark, text), moments

"""The `q` parameter of a collection: `lastName IS Miller AND (email START_WITH a OR id ANY_OF [1,2])`.

Parsed to a tree of conditions and put into SQL with bound values. Dates are read in the user's date format; a date
without time means the account's local day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connector.sandbox.netsuite.account import Account
from connector.sandbox.netsuite.errors import NotEmulated, Refusal, search_error
from connector.sandbox.netsuite.fields import Field, RecordType
from connector.sandbox.netsuite.moments import BadMoment

Sql = tuple[str, list[Any]]
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\[[^\]]*\]|\(|\)|[^\s()\[\]]+)')
_LETTERS = {"text", "email", "url", "phone", "time", "enum"}
_NUMBERS = {"integer", "number", "currency"}


def condition(account: Account, kind: RecordType, q: str) -> Sql:
    """SQL text and bound values of a filter; INVALID_PARAMETER if it cannot be understood."""
    return _Parser(account, kind, _tokens(q)).whole()


def _tokens(q: str) -> list[str]:
    tokens, at = [], 0
    text = q.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise bad_filter(q)
        tokens.append(found[1])
        at = found.end()
    return tokens


def bad_filter(what: str) -> Refusal:
    return search_error(f"Search error occurred: Invalid filter near '{what}'.")


class _Parser:
    def __init__(self, account: Account, kind: RecordType, tokens: list[str]) -> None:
        self._account = account
        self._kind = kind
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Sql:
        found = self._or()
        if self._at < len(self._tokens):
            raise bad_filter(self._tokens[self._at])
        return found

    def _peek(self) -> str:
        return self._tokens[self._at].upper() if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        if self._at >= len(self._tokens):
            raise bad_filter("end of query")
        self._at += 1
        return self._tokens[self._at - 1]

    def _or(self) -> Sql:
        return self._chain("OR", self._and)

    def _and(self) -> Sql:
        return self._chain("AND", self._term)

    def _chain(self, word: str, part: Callable[[], Sql]) -> Sql:
        texts, values = [], []
        while True:
            text, bound = part()
            texts.append(text)
            values += bound
            if self._peek() != word:
                return "(" + f" {word} ".join(texts) + ")", values
            self._at += 1

    def _term(self) -> Sql:
        if self._peek() == "(":
            self._at += 1
            found = self._or()
            if self._take() != ")":
                raise bad_filter("(")
            return found
        return self._comparison()

    def _comparison(self) -> Sql:
        name, operator = self._take(), self._take().upper()
        field = self._kind.fields.get(name.lower())
        if field is None:
            raise search_error(f"Field '{name}' for record '{self._kind.table}' was not found.")
        negated = operator.endswith("_NOT")
        text, values = self._positive(field, operator.removesuffix("_NOT"))
        return (f"NOT COALESCE({text}, 0)" if negated else text), values

    def _positive(self, field: Field, operator: str) -> Sql:
        if operator == "EMPTY":
            return f'"{field.column}" IS NULL', []
        value = self._take()
        if operator == "ANY_OF":
            return _any_of(field, value)
        if field.kind in _LETTERS:
            return _text(field, operator, _unquoted(value))
        if field.kind in _NUMBERS:
            return _number(field, operator, value)
        if field.kind in ("date", "datetime"):
            return _moment(self._account, field, operator, _unquoted(value))
        if field.kind == "boolean" and operator == "IS" and value.lower() in ("true", "false"):
            return f'"{field.column}" = ?', ["T" if value.lower() == "true" else "F"]
        raise NotEmulated(f"q: operator {operator} on field {field.name}")


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _members(value: str) -> list[str]:
    if not value.startswith("["):
        raise bad_filter(value)
    return [_unquoted(part.strip()) for part in value[1:-1].split(",") if part.strip()]


def _any_of(field: Field, value: str) -> Sql:
    members = _members(value)
    marks = ", ".join("?" * len(members))
    return f'"{field.column}" IN ({marks})', list(members)


def _text(field: Field, operator: str, value: str) -> Sql:
    escaped = re.sub(r"([%_\\])", r"\\\1", value)
    patterns = {
        "START_WITH": f"{escaped}%",
        "CONTAIN": f"%{escaped}%",
        "END_WITH": f"%{escaped}",
        "ENDWITH": f"%{escaped}",
    }
    if operator == "IS":
        return f'"{field.column}" = ? COLLATE NOCASE', [value]
    if operator not in patterns:
        raise NotEmulated(f"q: operator {operator} on field {field.name}")
    return f'"{field.column}" LIKE ? ESCAPE ' + r"'\'", [patterns[operator]]


_COMPARE = {
    "EQUAL": "=",
    "GREATER": ">",
    "LESS": "<",
    "GREATER_OR_EQUAL": ">=",
    "LESS_OR_EQUAL": "<=",
}


def _float(value: str) -> float:
    try:
        return float(_unquoted(value))
    except ValueError:
        raise bad_filter(value) from None


def _number(field: Field, operator: str, value: str) -> Sql:
    if operator == "BETWEEN":
        ends = [_float(member) for member in _members(value)]
        if len(ends) != 2:
            raise bad_filter(value)
        return f'"{field.column}" BETWEEN ? AND ?', ends
    if operator not in _COMPARE:
        raise NotEmulated(f"q: operator {operator} on field {field.name}")
    return f'"{field.column}" {_COMPARE[operator]} ?', [_float(value)]


def _moment(account: Account, field: Field, operator: str, text: str) -> Sql:
    try:
        start = account.zone.read_date(text)
    except BadMoment as error:
        raise search_error(f"Search error occurred: {error}") from None
    end = account.zone.day_after(start)
    column = f'"{field.column}"'
    match operator:
        case "ON":
            return f"{column} >= ? AND {column} < ?", [start, end]
        case "AFTER":
            return f"{column} >= ?", [end]
        case "BEFORE":
            return f"{column} < ?", [start]
        case "ON_OR_AFTER":
            return f"{column} >= ?", [start]
        case "ON_OR_BEFORE":
            return f"{column} < ?", [end]
    raise NotEmulated(f"q: operator {operator} on field {field.name}")

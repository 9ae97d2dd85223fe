"""The functions and operators of expressions. The names are those of Salesforce formulas.

Empty follows Salesforce formulas: reckoning with an empty value gives empty, joining text passes it over, comparing
with it by `<` or `>` says no.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from connector.core.mapping.codecs import Unfit, as_decimal

LONGEST_TEXT = 32_768
"""Characters of a text that an expression makes: what the longest field of either system holds."""
_EXACT = Context(prec=28, Emax=999, Emin=-999, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language. `least`, `most`: how many arguments it takes (None: any number). `worked`:
    expressions and what they give. `call` is None where the arguments are looked at only as far as needed; see
    `expressions.py`."""

    signature: str
    description: str
    worked: tuple[tuple[str, Any], ...]
    least: int
    most: int | None
    call: Callable[..., Any] | None = None


FUNCTIONS: dict[str, Function] = {
    "IF": Function(
        "IF(condition, then, else)",
        "The second value where the condition holds, else the third.",
        (('IF(1 < 2, "yes", "no")', "yes"), ("IF(true, 1, 1 / 0)", 1)),
        3,
        3,
    ),
    "CASE": Function(
        "CASE(value, when, then, ..., else)",
        "What stands after the first value that is equal; the last value where none is.",
        (('CASE("b", "a", 1, "b", 2, 0)', 2), ('CASE("z", "a", 1, "b", 2, 0)', 0)),
        4,
        None,
    ),
    "AND": Function("AND(condition, ...)", "Whether all conditions hold.", (("AND(true, 1 > 2)", False),), 1, None),
    "OR": Function("OR(condition, ...)", "Whether any condition holds.", (("OR(false, 1 < 2)", True),), 1, None),
    "NOT": Function("NOT(condition)", "Whether the condition does not hold.", (("NOT(1 > 2)", True),), 1, 1),
}
"""All there are, by name."""


def _function(
    signature: str, *worked: tuple[str, Any], least: int, most: int | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function under the name that its signature begins with; its docstring describes it."""

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        description = " ".join((call.__doc__ or "").split())
        FUNCTIONS[signature.partition("(")[0]] = Function(signature, description, worked, least, most or least, call)
        return call

    return register


# --- values ----------------------------------------------------------------------------------------------


def is_blank(value: Any) -> bool:
    return value is None or value == ""


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unfit(f"{value!r} is not a number")
    return Decimal(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    raise Unfit("an address is no text")


def _short_enough(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Unfit(f"the text would have more than {LONGEST_TEXT} characters")
    return text


def _count(value: Any) -> int:
    """A number of characters."""
    return max(0, min(int(_number(value)), LONGEST_TEXT))


# --- operators -------------------------------------------------------------------------------------------


def _reckon(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Decimal | None]:
    def apply(one: Any, other: Any) -> Decimal | None:
        if is_blank(one) or is_blank(other):
            return None
        return operation(_number(one), _number(other))

    return apply


_sum = _reckon(_EXACT.add)


def _add(one: Any, other: Any) -> Any:
    if isinstance(one, str) or isinstance(other, str):
        return _short_enough(_text(one) + _text(other))
    return _sum(one, other)


def _compare(comparison: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(one: Any, other: Any) -> bool:
        if is_blank(one) or is_blank(other):
            return False
        if isinstance(one, str) and isinstance(other, str):
            return comparison(one, other)
        return comparison(_number(one), _number(other))

    return apply


def _equal(one: Any, other: Any) -> bool:
    """Empty text is nothing, and yes is not 1."""
    if is_blank(one) or is_blank(other):
        return is_blank(one) and is_blank(other)
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _negative(value: Any) -> Decimal | None:
    return None if is_blank(value) else -_number(value)


OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _add,
    ast.Sub: _reckon(_EXACT.subtract),
    ast.Mult: _reckon(_EXACT.multiply),
    ast.Div: _reckon(_EXACT.divide),
    ast.USub: _negative,
    ast.Not: operator.not_,
    ast.Eq: _equal,
    ast.NotEq: lambda one, other: not _equal(one, other),
    ast.Lt: _compare(operator.lt),
    ast.LtE: _compare(operator.le),
    ast.Gt: _compare(operator.gt),
    ast.GtE: _compare(operator.ge),
}
SIGNS = ("+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "or", "not")
"""The operators as they are written."""


# --- functions -------------------------------------------------------------------------------------------


@_function("ISBLANK(value)", ('ISBLANK("")', True), ("ISBLANK(0)", False), least=1)
def _isblank(value: Any) -> bool:
    """Whether the value is empty."""
    return is_blank(value)


@_function("BLANKVALUE(value, otherwise)", ('BLANKVALUE(null, "none")', "none"), ("BLANKVALUE(3, 0)", 3), least=2)
def _blankvalue(value: Any, otherwise: Any) -> Any:
    """The value, or the second one where the first is empty."""
    return otherwise if is_blank(value) else value


@_function("CONTAINS(text, part)", ('CONTAINS("Grand Hotels", "Hotel")', True), least=2)
def _contains(text: Any, part: Any) -> bool:
    """Whether the part stands somewhere in the text, with regard to case."""
    return _text(part) in _text(text)


@_function("BEGINS(text, part)", ('BEGINS("Grand Hotels", "Grand")', True), least=2)
def _begins(text: Any, part: Any) -> bool:
    """Whether the text begins with the part, with regard to case."""
    return _text(text).startswith(_text(part))


@_function("TEXT(value)", ("TEXT(12.50)", "12.50"), ("TEXT(null)", ""), least=1)
def _as_text(value: Any) -> str:
    """The value as text."""
    return _text(value)


@_function("VALUE(text)", ('VALUE("12.5") + 1', Decimal("13.5")), least=1)
def _value(text: Any) -> Decimal | None:
    """The number that a text spells."""
    return as_decimal(text)


@_function("LEN(text)", ('LEN("Acme")', 4), least=1)
def _len(text: Any) -> int:
    """How many characters the text has."""
    return len(_text(text))


@_function("LEFT(text, count)", ('LEFT("Acme Inc.", 4)', "Acme"), least=2)
def _left(text: Any, count: Any) -> str:
    """The first characters of a text."""
    return _text(text)[: _count(count)]


@_function("RIGHT(text, count)", ('RIGHT("Acme Inc.", 4)', "Inc."), least=2)
def _right(text: Any, count: Any) -> str:
    """The last characters of a text."""
    return _text(text)[-_count(count) :] if _count(count) else ""


@_function("MID(text, start, count)", ('MID("Acme Inc.", 6, 3)', "Inc"), least=3)
def _mid(text: Any, start: Any, count: Any) -> str:
    """Characters from within a text; the first one is number 1."""
    begin = max(0, _count(start) - 1)
    return _text(text)[begin : begin + _count(count)]


@_function("UPPER(text)", ('UPPER("Acme")', "ACME"), least=1)
def _upper(text: Any) -> str:
    """The text in capital letters."""
    return _text(text).upper()


@_function("LOWER(text)", ('LOWER("Acme")', "acme"), least=1)
def _lower(text: Any) -> str:
    """The text in small letters."""
    return _text(text).lower()


@_function("TRIM(text)", ('TRIM("  Acme ")', "Acme"), least=1)
def _trim(text: Any) -> str:
    """The text without space around it."""
    return _text(text).strip()


@_function("SUBSTITUTE(text, old, new)", ('SUBSTITUTE("a-b-c", "-", " ")', "a b c"), least=3)
def _substitute(text: Any, old: Any, new: Any) -> str:
    """The text with every `old` exchanged for `new`."""
    whole, part, fresh = _text(text), _text(old), _text(new)
    if not part:
        return whole
    if len(whole) + whole.count(part) * (len(fresh) - len(part)) > LONGEST_TEXT:
        raise Unfit(f"the text would have more than {LONGEST_TEXT} characters")
    return whole.replace(part, fresh)


@_function("ROUND(number, digits)", ("ROUND(2.345, 2)", Decimal("2.35")), ("ROUND(2.5, 0)", 3), least=2)
def _round(number: Any, digits: Any) -> Decimal | None:
    """The number with so many digits after the point; a half is rounded away from zero."""
    if is_blank(number):
        return None
    return _number(number).quantize(Decimal(1).scaleb(-min(_count(digits), 12)), context=_EXACT)


@_function("ABS(number)", ("ABS(0 - 3)", 3), least=1)
def _abs(number: Any) -> Decimal | None:
    """The number without its sign."""
    return None if is_blank(number) else abs(_number(number))


@_function("MIN(number, ...)", ("MIN(3, 1, 2)", 1), least=1, most=20)
def _min(*numbers: Any) -> Decimal | None:
    """The smallest of the numbers; empty ones are passed over."""
    return min((_number(one) for one in numbers if not is_blank(one)), default=None)


@_function("MAX(number, ...)", ("MAX(3, 1, 2)", 3), least=1, most=20)
def _max(*numbers: Any) -> Decimal | None:
    """The greatest of the numbers; empty ones are passed over."""
    return max((_number(one) for one in numbers if not is_blank(one)), default=None)

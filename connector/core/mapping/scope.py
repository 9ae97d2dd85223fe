"""Which records of a side are taken up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.core.flow import Raw
from connector.core.mapping.language import Rule

_Test = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Scope:
    """All rules must be true of a record; none at all takes up every record."""

    rules: tuple[Rule, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The vendor fields to read for it."""
        return tuple(dict.fromkeys(rule.field for rule in self.rules))

    def has(self, raw: Mapping[str, Raw]) -> bool:
        """Whether a record is taken up. A field that was not read, because we may not see it, keeps it out."""
        return all(rule.field in raw and _TESTS[rule.operator](raw[rule.field], rule.value) for rule in self.rules)


EVERYTHING = Scope()


def _filled(held: Any, wanted: Any) -> bool:
    return held is not None and held != ""


def _is(held: Any, wanted: Any) -> bool:
    """An empty check box is not ticked; a number and its text are one; several values are one of them."""
    if isinstance(wanted, bool):
        return bool(held) is wanted and not isinstance(held, str)
    return _filled(held, None) and str(wanted) in str(held).split(";")


def _in(held: Any, wanted: Any) -> bool:
    return any(_is(held, one) for one in wanted)


def _compared(held: Any, wanted: Any) -> int:
    """-1, 0 or 1; numbers by size, text (days among it) by alphabet."""
    if isinstance(held, int | Decimal) and isinstance(wanted, int | Decimal):
        return (held > wanted) - (held < wanted)
    return (str(held) > str(wanted)) - (str(held) < str(wanted))


_TESTS: Mapping[str, _Test] = {
    "is": _is,
    "is_not": lambda held, wanted: not _is(held, wanted),
    "in": _in,
    "not_in": lambda held, wanted: not _in(held, wanted),
    "contains": lambda held, wanted: _filled(held, None) and str(wanted) in str(held),
    "begins_with": lambda held, wanted: _filled(held, None) and str(held).startswith(str(wanted)),
    "above": lambda held, wanted: _filled(held, None) and _compared(held, wanted) > 0,
    "below": lambda held, wanted: _filled(held, None) and _compared(held, wanted) < 0,
    "empty": lambda held, wanted: not _filled(held, wanted),
    "filled": _filled,
}


def mistake_in(rule: Rule) -> tuple[str, str]:
    """What is wrong with a rule, and what was expected; two empty texts if nothing."""
    if rule.operator in ("empty", "filled"):
        return ("", "") if rule.value is None else (f"`{rule.operator}` compares with nothing", "expected no `value`")
    if rule.value is None:
        return f"`{rule.operator}` needs a `value`", ""
    wants_list = rule.operator in ("in", "not_in")
    if wants_list is not isinstance(rule.value, tuple):
        return f"`{rule.operator}` compares with {'a list' if wants_list else 'one value'}", ""
    return "", ""

"""What the rules of an admin make of a value: workflows, flows, triggers and scripts that rewrite what is saved.

Every kind is a function of the stored value and of the rule's argument; the emulated vendors say when it runs. Each
leaves alone what it has made itself, and what it is not meant for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

Rewrite = Callable[[Any, Any], Any]

_SCHEME = re.compile(r"^[a-z]+://", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _on_text(change: Callable[[str, Any], str]) -> Rewrite:
    return lambda value, argument: change(value, argument) if isinstance(value, str) else value


def _on_number(change: Callable[[float, Any], float]) -> Rewrite:
    return lambda value, argument: change(value, argument) if isinstance(value, int | float) else value


def _american(text: str) -> str:
    """The ten digits of an American telephone number; empty for any other."""
    digits = re.sub(r"\D", "", text)
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return digits if len(digits) == 10 else ""


def _bracketed(text: str, _: Any) -> str:
    digits = _american(text)
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if digits else text


def _international(text: str, _: Any) -> str:
    digits = _american(text)
    return f"+1{digits}" if digits else text


def _without_accents(text: str, _: Any) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _first_of_month(text: str, _: Any) -> str:
    return f"{text[:8]}01" if _DAY.fullmatch(text) else text


def _replaced(value: Any, table: Mapping[str, Any]) -> Any:
    return table.get(str(value), value)


KINDS: dict[str, Rewrite] = {
    "upper": _on_text(lambda text, _: text.upper()),
    "lower": _on_text(lambda text, _: text.lower()),
    "title": _on_text(lambda text, _: text.title()),
    "trim": _on_text(lambda text, _: " ".join(text.split())),
    "truncate": _on_text(lambda text, length: text[: int(length)]),
    "prefix": _on_text(lambda text, start: text if text.startswith(start) else f"{start}{text}"),
    "suffix": _on_text(lambda text, end: text if text.endswith(end) else f"{text}{end}"),
    "strip_scheme": _on_text(lambda text, _: _SCHEME.sub("", text)),
    "strip_accents": _on_text(_without_accents),
    "phone_format": _on_text(_bracketed),
    "phone_e164": _on_text(_international),
    "first_of_month": _on_text(_first_of_month),
    "round": _on_number(lambda number, digits: round(number, int(digits or 0))),
    "at_least": _on_number(lambda number, least: max(number, least)),
    "replace": _replaced,
    "set_default": lambda value, default: default if value is None else value,
    "set_always": lambda _, constant: constant,
}

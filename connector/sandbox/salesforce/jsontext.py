"""JSON as Salesforce writes it: numbers keep the digits of their field (`50000.00`), text stays UTF-8.

The standard encoder cannot write `50000.00`, hence this small one.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring as quote  # type: ignore[attr-defined]
from typing import Any


class Number(str):
    """Digits that go onto the wire as they stand."""

    __slots__ = ()


def render(value: Any) -> str:
    """The JSON text of None, bool, int, float, str, Number, dict and list (keys are strings)."""
    write = WRITERS.get(type(value))
    return write(value) if write is not None else _render_subclass(value)


def _render_dict(value: dict[str, Any]) -> str:
    return "{" + ",".join([f"{quote(name)}:{render(item)}" for name, item in value.items()]) + "}"


def _render_list(value: list[Any]) -> str:
    return "[" + ",".join([render(item) for item in value]) + "]"


def _render_subclass(value: Any) -> str:
    if isinstance(value, dict):
        return _render_dict(value)
    if isinstance(value, list | tuple):
        return _render_list(list(value))
    raise TypeError(f"no JSON for {type(value).__name__}")


WRITERS: dict[type, Callable[[Any], str]] = {
    str: quote,
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    float: float.__repr__,
    Number: str.__str__,
    dict: _render_dict,
    list: _render_list,
}

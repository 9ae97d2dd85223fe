"""Canonical values as JSON text, and back, losslessly.

A value that JSON knows (text, true, whole number, null) stands for itself and a list is a multi-selection. The
others stand in an object with one tag, e.g. `{"decimal": "1.50"}`; a canonical value is never an object, so a tag
cannot be mistaken. Only ASCII is written: any text survives, lone surrogates and NUL included, in any database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connector.core.schema import Address, Money, Value


def dump_value(value: Value) -> str:
    """One value as JSON text.

    >>> from decimal import Decimal
    >>> dump_value(Decimal("1.50"))
    '{"decimal":"1.50"}'
    """
    return _dump(value)


def load_value(text: str) -> Value:
    """The value that `dump_value` wrote."""
    return _untagged(json.loads(text))


def dump_values(values: Mapping[str, Value]) -> str:
    """Values by canonical field as JSON text; equal mappings give equal text."""
    return _dump(dict(values))


def load_values(text: str) -> dict[str, Value]:
    """The values that `dump_values` wrote."""
    return {name: _untagged(value) for name, value in json.loads(text).items()}


def _dump(data: Any) -> str:
    return json.dumps(data, default=_tagged, sort_keys=True, separators=(",", ":"))


def _tagged(value: object) -> dict[str, Any]:
    match value:
        case Decimal():
            return {"decimal": str(value)}
        case Money():
            return {"money": [str(value.amount), value.currency]}
        case datetime():  # before date: a datetime is a date too
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case Address():
            return {"address": {name: part for name, part in asdict(value).items() if part is not None}}
    raise TypeError(f"{type(value).__name__} is not a canonical value")


_READERS: dict[str, Callable[[Any], Value]] = {
    "decimal": Decimal,
    "money": lambda parts: Money(Decimal(parts[0]), parts[1]),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "address": lambda parts: Address(**parts),
}


def _untagged(data: Any) -> Value:
    if isinstance(data, list):
        return tuple(data)
    if isinstance(data, dict):
        ((tag, inner),) = data.items()
        return _READERS[tag](inner)
    value: Value = data
    return value

"""One field value on its way in: from JSON (or XML text) to what the store holds, and back out to the wire.

Strings are trimmed and blank becomes null (assumed); lengths are never cut (documented); restricted picklists
refuse unknown values, the others take anything (assumed for the latter).
"""

from __future__ import annotations

import re
from typing import Any

from connector.sandbox.salesforce.errors import Problem
from connector.sandbox.salesforce.fields import ID_TYPES, NUMBER_TYPES, Field
from connector.sandbox.salesforce.ids import widen
from connector.sandbox.salesforce.jsontext import Number
from connector.sandbox.salesforce.moments import parse_day, parse_moment, stamp

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
JSON_KINDS = {bool: "VALUE_BOOLEAN", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT", str: "VALUE_STRING"}
LARGEST = 10**18


class BadValue(Exception):
    """The value does not fit its field."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def store_value(field: Field, value: Any) -> Any:
    """What the store keeps for `value`: None, str, int or float. BadValue when the field cannot hold it."""
    if value is None:
        return _store_null(field)
    if field.type == "boolean":
        return _store_boolean(field, value)
    if field.type in NUMBER_TYPES:
        return _store_number(field, value)
    if not isinstance(value, str):
        raise _not_deserializable(field, value)
    text = value.strip()
    return STORE_TEXT.get(field.type, _store_plain)(field, text) if text else None


def _store_null(field: Field) -> None:
    """A checkbox is never null (assumed code and text)."""
    if field.type == "boolean":
        message = f"{field.label}: value not of required type: null"
        raise BadValue(Problem("INVALID_TYPE_ON_FIELD_IN_RECORD", message, (field.name,)))


def _store_boolean(field: Field, value: Any) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return int(value.lower() == "true")
    raise _not_deserializable(field, value)


def _store_number(field: Field, value: Any) -> int | float | None:
    """Recorded: a number may come as text (`"31"`)."""
    if isinstance(value, str):
        value = value.strip()
    if value == "":
        return None
    try:
        amount = float(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError):
        amount = None
    if amount is None or amount != amount:
        raise _not_deserializable(field, value)
    return _fit_number(field, amount)


def _fit_number(field: Field, amount: float) -> int | float:
    whole_digits = field.digits if field.type == "int" else field.precision - field.scale
    if abs(amount) >= min(10 ** max(whole_digits, 1), LARGEST):
        message = f"{field.label}: value outside of valid range on numeric field: {amount}"
        raise BadValue(Problem("NUMBER_OUTSIDE_VALID_RANGE", message, (field.name,)))
    if field.type == "int":
        if amount != int(amount):
            raise _not_deserializable(field, amount)
        return int(amount)
    return round(amount, field.scale)


def _store_plain(field: Field, text: str) -> str:
    if len(text) > field.length:
        message = f"{field.label}: data value too large: {text} (max length={field.length})"
        raise BadValue(Problem("STRING_TOO_LONG", message, (field.name,)))
    return text


def _store_picklist(field: Field, text: str) -> str:
    known = next((value for value in field.picklist if value.lower() == text.lower()), None)
    if known is None and field.restricted:
        message = f"{field.label}: bad value for restricted picklist field: {text}"
        raise BadValue(Problem("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, (field.name,)))
    return known if known is not None else _store_plain(field, text)


def _store_email(field: Field, text: str) -> str:
    if not EMAIL.fullmatch(text):
        message = f"{field.label}: invalid email address: {text}"
        raise BadValue(Problem("INVALID_EMAIL_ADDRESS", message, (field.name,)))
    return _store_plain(field, text)


def _store_id(field: Field, text: str) -> str:
    wide = widen(text)
    if wide is None:
        message = f"{field.label}: id value of incorrect type: {text}"
        raise BadValue(Problem("MALFORMED_ID", message, (field.name,)))
    return wide


def _store_day(field: Field, text: str) -> str:
    day = parse_day(text)
    at = parse_moment(text) if day is None else None
    if day is None and at is None:
        raise _not_deserializable(field, text)
    return (day or at).isoformat()[:10]  # type: ignore[union-attr]


def _store_moment(field: Field, text: str) -> str:
    day = parse_day(text)
    at = parse_moment(f"{text}T00:00:00Z" if day else text)
    if at is None:
        raise _not_deserializable(field, text)
    return stamp(at)


STORE_TEXT = {
    "picklist": _store_picklist,
    "email": _store_email,
    "date": _store_day,
    "datetime": _store_moment,
    **dict.fromkeys(ID_TYPES, _store_id),
}


def _not_deserializable(field: Field, value: Any) -> BadValue:
    kind = JSON_KINDS.get(type(value), "START_OBJECT")
    message = (
        f"Cannot deserialize instance of {field.type} from {kind} value {value} or request may be missing a "
        "required field at [line:1, column:1]"
    )
    return BadValue(Problem("JSON_PARSER_ERROR", message))


def wire_value(field: Field, stored: Any) -> Any:
    """What JSON shows for a stored value; currencies keep the digits of their scale (recorded)."""
    if stored is None or field.type not in WIRE:
        return stored
    return WIRE[field.type](field, stored)


def _wire_currency(field: Field, stored: float) -> Any:
    return Number(f"{stored:.{field.scale}f}")


WIRE = {
    "boolean": lambda field, stored: bool(stored),
    "int": lambda field, stored: int(stored),
    "double": lambda field, stored: float(stored),
    "percent": lambda field, stored: float(stored),
    "currency": _wire_currency,
}

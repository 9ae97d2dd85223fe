"""From the JSON of a request body to what the account stores, field by field; refusals in the account's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from connector.sandbox.netsuite.account import Account
from connector.sandbox.netsuite.errors import invalid_content, invalid_field_value, user_error
from connector.sandbox.netsuite.fields import Field
from connector.sandbox.netsuite.moments import BadMoment, read_instant

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
#: The largest whole number that a JSON number carries exactly.
_LARGEST = 2**53
_SCHEMES = ("http://", "https://", "ftp://", "file://")


def stored(account: Account, field: Field, value: Any, path: str) -> Any:
    """The stored form of a JSON value; null and blank texts are no value."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _READERS[field.kind](account, field, value, path)


def check_length(name: str, text: str, length: int) -> None:
    """USER_ERROR in the words of the account if `text` is longer than the field holds."""
    if length and len(text) > length:
        raise user_error(
            f"The field {name.lower()} contained more than the maximum number ( {length} ) of characters allowed."
        )


def is_unicode(text: str) -> bool:
    """Whether a text is made of whole characters: JSON can spell half of a surrogate pair."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _text(account: Account, field: Field, value: Any, path: str) -> str:
    if not isinstance(value, str) or not is_unicode(value):
        raise invalid_content(path)
    check_length(field.name, value, field.length)
    return value


def _email(account: Account, field: Field, value: Any, path: str) -> str:
    text = _text(account, field, value, path)
    if not _EMAIL.fullmatch(text):
        raise user_error(f"Invalid email address {text} for the following field: {field.column}")
    return text


def _url(account: Account, field: Field, value: Any, path: str) -> str:
    text = _text(account, field, value, path)
    if not text.lower().startswith(_SCHEMES):
        raise user_error("Invalid URL. URLs must start with http://, https://, ftp://, or file://.")
    return text


def _phone(account: Account, field: Field, value: Any, path: str) -> str:
    text = _text(account, field, value, path)
    if sum(letter.isalnum() for letter in text) < 7:
        raise user_error("Phone number should have seven digits or more.")
    return text


def _integer(account: Account, field: Field, value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise invalid_content(path)
    return value


def _number(account: Account, field: Field, value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise invalid_content(path)
    return float(value)


def _currency(account: Account, field: Field, value: Any, path: str) -> float:
    return round(_number(account, field, value, path), 2)


def _boolean(account: Account, field: Field, value: Any, path: str) -> str:
    if not isinstance(value, bool):
        raise invalid_content(path)
    return "T" if value else "F"


def _date(account: Account, field: Field, value: Any, path: str) -> int:
    try:
        return account.zone.date_moment(date.fromisoformat(_text(account, field, value, path)))
    except ValueError:
        raise invalid_content(path) from None


def _datetime(account: Account, field: Field, value: Any, path: str) -> int:
    try:
        return read_instant(_text(account, field, value, path))
    except (BadMoment, ValueError):
        raise invalid_content(path) from None


def _time(account: Account, field: Field, value: Any, path: str) -> str:
    text = _text(account, field, value, path)
    if not _TIME.fullmatch(text):
        raise invalid_content(path)
    return text


def _key(value: Any, path: str) -> tuple[str, str]:
    """("id", x) or ("externalId", x) of a reference given as object, text or number."""
    if isinstance(value, dict):
        for name in ("id", "externalId"):
            if isinstance(value.get(name), str | int) and not isinstance(value[name], bool):
                return name, str(value[name])
        raise invalid_content(path)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise invalid_content(path)
    return "id", str(value)


def whole_number(text: str) -> int | None:
    """The internal id that a text spells, or None."""
    return int(text) if re.fullmatch(r"-?\d{1,15}", text) else None


def _reference(account: Account, field: Field, value: Any, path: str) -> int:
    name, key = _key(value, path)
    table = field.target.lower()
    id_ = account.id_of_external(table, key) if name == "externalId" else whole_number(key)
    if id_ is None or not account.usable(table, id_):
        raise invalid_field_value(key, field.column)
    return id_


def _list(account: Account, field: Field, value: Any, path: str) -> int:
    key = _key(value, path)[1]
    id_ = whole_number(key)
    found = account.list_value(field.target, id_) if id_ is not None else None
    if found is None or found["isinactive"] == "T":
        raise invalid_field_value(key, field.column)
    return int(found["id"])


def _enum(account: Account, field: Field, value: Any, path: str) -> str:
    key = _key(value, path)[1]
    if key not in (field.choices or {}):
        raise invalid_field_value(key, field.column)
    return key


_READERS: dict[str, Callable[[Account, Field, Any, str], Any]] = {
    "text": _text,
    "email": _email,
    "url": _url,
    "phone": _phone,
    "integer": _integer,
    "number": _number,
    "currency": _currency,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "reference": _reference,
    "list": _list,
    "enum": _enum,
}

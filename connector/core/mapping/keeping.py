"""What a vendor's field makes of a value that is written to it: the last step of a value's way across.

Pure, and only as far as a field's metadata tells. A value that the vendor would refuse raises `Unfit`: a refused
write is a hold, nothing is lost by it. What is changed without a word is the danger, and what this module is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connector.core.flow import Later, Planned, Raw
from connector.core.mapping.codecs import Unfit
from connector.core.ports import FieldInfo
from connector.core.schema import SystemName


def kept(value: Planned, known: FieldInfo, system: SystemName) -> Raw:
    """What the field holds after `value` was written to it. Raises `Unfit` for what the vendor refuses."""
    if isinstance(value, Later):
        return None
    if isinstance(value, str):
        value = value.strip() or None  # both systems trim text, and blank is empty (assumed)
    if value is None:
        return False if known.kind == "boolean" else None
    return _KEEPERS.get(known.kind, _text)(value, known, system)


def _text(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unfit(f"{known.name} of {system.title} holds text")
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    if known.length is not None and len(text) > known.length:
        raise Unfit(f"{known.name} of {system.title} holds {known.length} characters")
    return text


def _email(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    local, at, domain = str(value).partition("@")
    if not (local and at and "." in domain.strip(".")):
        raise Unfit(f"{known.name} of {system.title} holds an e-mail address")
    return _text(value, known, system)


def _url(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    """NetSuite refuses an address without a scheme (recorded)."""
    if system is SystemName.NETSUITE and "://" not in str(value):
        raise Unfit(f"{known.name} of NetSuite holds a web address with its scheme")
    return _text(value, known, system)


def _boolean(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Unfit(f"{known.name} of {system.title} holds yes or no")


def _number(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    """Digits after the point that the field does not have are rounded away without a word (assumed)."""
    if isinstance(value, bool):
        raise Unfit(f"{known.name} of {system.title} holds a number")
    try:
        number = Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        raise Unfit(f"{known.name} of {system.title} holds a number") from None
    if known.decimals is None:
        return number
    return number.quantize(Decimal(1).scaleb(-known.decimals), rounding=ROUND_HALF_UP)


def _integer(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    number = _number(value, known, system)
    if number != int(number):  # type: ignore[arg-type]
        raise Unfit(f"{known.name} of {system.title} holds whole numbers")
    return int(number)  # type: ignore[arg-type]


def _date(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    """Of an instant, the day is kept as it is written, whatever the zone (assumed)."""
    return _moment(value, known, system).date().isoformat()


def _datetime(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    """A day becomes its first moment, and a time without a zone is taken for UTC (assumed); parts of a second go."""
    moment = _moment(value, known, system)
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def _moment(value: Any, known: FieldInfo, system: SystemName) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unfit(f"{known.name} of {system.title} holds a {known.kind}") from None


def _picklist(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    """Salesforce finds a listed value without regard to case, and keeps its own spelling (assumed)."""
    text = _text(value, known, system)
    options = {option.casefold(): option for option in known.options or {}}
    found = options.get(str(text).casefold()) if system is SystemName.SALESFORCE else None
    if found is None and known.restricted and known.options is not None and text not in known.options:
        raise Unfit(f"{known.name} of {system.title} has no value {text!r}")
    return found if found is not None else text


def _multi_picklist(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    """Values come back in the list's own order, each once (assumed)."""
    chosen = {str(_picklist(item.strip(), known, system)) for item in str(value).split(";") if item.strip()}
    order = {option: place for place, option in enumerate(known.options or {})}
    return ";".join(sorted(chosen, key=lambda item: (order.get(item, len(order)), item))) or None


def _address(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    if not isinstance(value, Mapping):
        raise Unfit(f"{known.name} of {system.title} holds an address")
    return {name: part.strip() or None if isinstance(part, str) else part for name, part in value.items()}


def _never(value: Any, known: FieldInfo, system: SystemName) -> Raw:
    raise Unfit(f"{known.name} of {system.title} cannot be written")


_KEEPERS: Mapping[str, Callable[[Any, FieldInfo, SystemName], Raw]] = {
    "email": _email,
    "url": _url,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "money": _number,
    "percent": _number,
    "date": _date,
    "datetime": _datetime,
    "picklist": _picklist,
    "multi_picklist": _multi_picklist,
    "address": _address,
    "id": _never,
}

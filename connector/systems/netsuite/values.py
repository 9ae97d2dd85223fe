"""Single values: from the text of a SuiteQL row to ours, and from ours to the JSON of a record body."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.core.flow import Raw
from connector.core.ports import FieldInfo, FieldKind
from connector.core.schema import SystemName
from connector.errors import Refused, Unintelligible
from connector.systems.netsuite import suiteql, zone
from connector.systems.netsuite.records import ADDRESS_PARTS

_NUMBERS = ("integer", "number", "money", "percent")


def expression(column: str, kind: FieldKind) -> str:
    """How a column is selected; times and dates with a mask, or they would come in the user's own format."""
    if kind == "datetime":
        return suiteql.to_seconds(column)
    return suiteql.to_day(column) if kind == "date" else column


def decoded(text: str | None, kind: FieldKind, where: tzinfo) -> Raw:
    """The value of a column. A check box has two states, so without a value it is not ticked (assumed).

    Raises Unintelligible for text that the kind cannot be.
    """
    if kind == "boolean":
        return _boolean(text)
    if text is None or text == "":
        return None
    if kind in _NUMBERS:
        return number(text)
    if kind == "datetime":
        return zone.iso(instant(text, where))
    if kind == "multi_picklist":
        return ";".join(part.strip() for part in text.split(",") if part.strip())
    return text


def instant(text: str, where: tzinfo) -> datetime:
    """Account-local text with seconds as a moment in UTC. Raises Unintelligible."""
    try:
        return zone.utc(text, where)
    except ValueError:
        raise _odd("a time that is none") from None


def _boolean(text: str | None) -> bool:
    if text not in (None, "", "T", "F"):
        raise _odd("a check box that is neither T nor F")
    return text == "T"


def number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _odd("a number that is none") from None


def _odd(what: str) -> Unintelligible:
    return Unintelligible(f"NetSuite shows {what}", system=str(SystemName.NETSUITE))


def address(parts: Mapping[str, str | None], line_id: str | None) -> Mapping[str, Any] | None:
    """A default address as one value, None where the record has none."""
    if line_id is None:
        return None
    return {"id": line_id, **{part: parts.get(part) or None for part in ADDRESS_PARTS}}


def encoded(value: Raw, info: FieldInfo) -> Any:
    """The JSON of one field; null clears it (documented). Raises Refused for what JSON or the kind cannot carry."""
    if info.kind == "multi_picklist":
        return {"items": [{"id": part} for part in str(value or "").split(";") if part]}
    if value is None:
        return None
    if info.kind in ("reference", "picklist") and not isinstance(value, Mapping):
        return {"id": str(value)}
    if isinstance(value, Decimal):
        return _json_number(value, info)
    return value


def _json_number(value: Decimal, info: FieldInfo) -> int | float | str:
    if info.kind not in _NUMBERS:
        return str(value)
    if value == value.to_integral_value():
        return int(value)
    if Decimal(repr(float(value))) != value:
        raise _refused(f"{info.name} has more digits than NetSuite keeps", info.name)
    return float(value)


def encoded_address(value: Mapping[str, Any]) -> dict[str, Any]:
    """The `addressBookAddress` of a line: the parts that are named, those that are None blanked.

    Raises Refused for a part that an address line does not have.
    """
    strange = sorted(set(value) - {"id", *ADDRESS_PARTS})
    if strange:
        raise _refused(f"an address line has no {', '.join(strange)}", "addressBook")
    parts: dict[str, Any] = {part: value[part] or None for part in ADDRESS_PARTS if part in value}
    if parts.get("country"):
        parts["country"] = {"id": parts["country"]}
    return parts


def _refused(text: str, *fields: str) -> Refused:
    return Refused(text, system=str(SystemName.NETSUITE), fields=fields)

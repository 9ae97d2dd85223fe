"""From a write to the JSON body of the record service. Pure.

Default addresses are lines of the `addressBook` list. A line without the id of an existing one is added, every
time (documented), so a changed address names the line that it changes (that lines are keyed by `id`: assumed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.flow import Write
from connector.core.ports import FieldInfo
from connector.systems.netsuite.records import ADDRESS_FIELDS, BILLING, FLAGS, SHIPPING
from connector.systems.netsuite.values import encoded, encoded_address

Lines = Mapping[str, str]
"""Address field -> id of the line that is that default now."""

_OTHER = {BILLING: SHIPPING, SHIPPING: BILLING}


@dataclass(frozen=True, slots=True)
class Body:
    """A request body, and the lists whose content it exchanges."""

    content: Mapping[str, Any]
    replace: tuple[str, ...] = ()


def body_of(
    write: Write, fields: Mapping[str, FieldInfo], key_field: str, subsidiary: str | None, lines: Lines
) -> Body:
    """The body of a create (`write.id` is None) or an update. Raises Refused for values that it cannot carry."""
    content: dict[str, Any] = {}
    for name, value in write.fields.items():
        if name not in ADDRESS_FIELDS:
            content[name] = encoded(value, fields.get(name, FieldInfo(name, "other")))
    if write.key is not None:
        content[key_field] = write.key
    if write.id is None and subsidiary is not None:
        content.setdefault("subsidiary", {"id": subsidiary})
    if items := address_lines(write.fields, lines):
        content["addressBook"] = {"items": items}
    return Body(content, _replaced(write, fields))


def _replaced(write: Write, fields: Mapping[str, FieldInfo]) -> tuple[str, ...]:
    """Multi-selects: their lines have no key, so an update would add to them (documented for unkeyed lists)."""
    if write.id is None:
        return ()
    return tuple(name for name in write.fields if name in fields and fields[name].kind == "multi_picklist")


def address_lines(fields: Mapping[str, Any], lines: Lines) -> list[dict[str, Any]]:
    """The lines to send for the address fields among `fields`; none for those that need no change."""
    wanted = {field: fields[field] for field in ADDRESS_FIELDS if field in fields}
    found: list[dict[str, Any]] = []
    for field in wanted:
        line = _line(field, wanted, lines)
        twin = next((other for other in found if line and _same_line(other, line)), None)
        if twin is not None and line is not None:
            twin.update(line)
        elif line is not None:
            found.append(line)
    return found


def _line(field: str, wanted: Mapping[str, Any], lines: Lines) -> dict[str, Any] | None:
    """An empty address only loses its default mark: the line itself may be in use elsewhere."""
    value, line = wanted[field], lines.get(field)
    if value is None:
        return {"id": int(line), FLAGS[field]: False} if line else None
    if line and not _belongs_to_other(field, wanted, lines):
        return {"id": int(line), "addressBookAddress": encoded_address(value)}
    return {FLAGS[field]: True, "addressBookAddress": encoded_address(value)}


def _belongs_to_other(field: str, wanted: Mapping[str, Any], lines: Lines) -> bool:
    """Whether the line is the other default too and has to stay as it is, or as that one wants it."""
    other = _OTHER[field]
    if lines.get(other) != lines[field]:
        return False
    if other not in wanted:
        return True
    return field == SHIPPING and wanted[other] is not None and not _same_address(wanted[other], wanted[field])


def _same_address(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return encoded_address(one) == encoded_address(other)


def _same_line(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """One existing line, or one new address."""
    if "id" in one or "id" in other:
        return one.get("id") == other.get("id")
    return bool(one["addressBookAddress"] == other["addressBookAddress"])

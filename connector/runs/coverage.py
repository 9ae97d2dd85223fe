"""Which vendor fields hold data that does not cross: named, so that nothing is silently left behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from connector.core.ports import RecordInfo
from connector.core.scene import Account
from connector.core.schema import Entity, SystemName
from connector.runs.parts import Parts


@dataclass(frozen=True, slots=True)
class Uncarried:
    """A writable vendor field that `records` live records hold a value in and that does not cross; `reason` is
    what the mapping file's `left_out` says, empty where no file mentions the field at all."""

    system: SystemName
    type: str
    field: str
    records: int
    reason: str


def uncarried(
    parts: Parts, account: Account, among: Collection[tuple[SystemName, str]] | None = None
) -> tuple[Uncarried, ...]:
    """Asks both systems for counts: one call for some fifty fields of each record type (of `among`, if given)."""
    found: list[Uncarried] = []
    for system in SystemName:
        for type_, info in sorted(account.infos.of(system).items()):
            if among is None or (system, type_) in among:
                found += _of_type(parts, system, type_, info)
    return tuple(found)


def _of_type(parts: Parts, system: SystemName, type_: str, info: RecordInfo) -> list[Uncarried]:
    carried, reasons = _known(parts, system, type_)
    candidates = sorted(
        name
        for name, field in info.fields.items()
        if name not in carried
        and name != info.key_field
        and (field.createable or field.updateable)
        and field.kind not in ("id", "address", "boolean")
    )
    counts = parts.systems.of(system).count_values(type_, candidates) if candidates else {}
    return [
        Uncarried(system, type_, name, count, reasons.get(name, "")) for name, count in sorted(counts.items()) if count
    ]


def _known(parts: Parts, system: SystemName, type_: str) -> tuple[set[str], Mapping[str, str]]:
    """What crosses, and what is left out with a reason, over all mapping files of that record type."""
    carried: set[str] = set()
    reasons: dict[str, str] = {}
    for entity in Entity:
        mapping = parts.mappings.of(entity)
        if mapping.record_type(system) == type_:
            carried |= {name.split(".")[0] for name in mapping.vendor_fields(system)}
            reasons |= mapping.left_out(system)
    return carried, reasons


def as_data(found: Collection[Uncarried]) -> tuple[dict[str, dict[str, dict[str, int]]], list[dict[str, object]]]:
    """For reports: fields that no file mentions (system -> type -> field -> records), and the left-out ones."""
    unmapped: dict[str, dict[str, dict[str, int]]] = {}
    left_out: list[dict[str, object]] = []
    for one in found:
        if one.reason:
            left_out.append(
                {
                    "system": str(one.system),
                    "type": one.type,
                    "field": one.field,
                    "records": one.records,
                    "reason": one.reason,
                }
            )
        else:
            unmapped.setdefault(str(one.system), {}).setdefault(one.type, {})[one.field] = one.records
    return unmapped, left_out

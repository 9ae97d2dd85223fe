"""Which vendor fields hold data that no mapping carries: named, so that nothing is silently left behind."""

from __future__ import annotations

from connector.core.ports import RecordInfo
from connector.core.scene import Account
from connector.core.schema import Entity, SystemName
from connector.runs.parts import Parts

Unmapped = dict[str, dict[str, dict[str, int]]]
"""System -> record type -> vendor field -> how many live records hold a value in it."""


def unmapped(parts: Parts, account: Account) -> Unmapped:
    """Writable fields with values that no mapping file carries or leaves out with a reason."""
    found: Unmapped = {}
    for system in SystemName:
        for type_, info in sorted(account.infos.of(system).items()):
            candidates = _not_carried(parts, system, type_, info)
            counts = parts.systems.of(system).count_values(type_, candidates) if candidates else {}
            held = {name: count for name, count in sorted(counts.items()) if count}
            if held:
                found.setdefault(str(system), {})[type_] = held
    return found


def _not_carried(parts: Parts, system: SystemName, type_: str, info: RecordInfo) -> list[str]:
    known = {info.key_field or ""}
    for entity in Entity:
        mapping = parts.mappings.of(entity)
        if mapping.record_type(system) == type_:
            known |= {name.split(".")[0] for name in mapping.vendor_fields(system)}
            known |= set(mapping.left_out(system))
    return sorted(
        name
        for name, field in info.fields.items()
        if name not in known and (field.createable or field.updateable) and field.kind not in ("id", "address")
    )

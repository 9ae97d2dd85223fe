"""An edit of a NetSuite lead that Salesforce converts before the edit was carried across.

Where the conversion makes the contact or account, the edit is written into its new counterpart (`create.py`). Where
it goes into one that was there before, Salesforce's own rule holds: only what is empty is filled. The rest is
held, and stands until a person decides, because no later look at the two records would show it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from connector.core.conversion import edits_left
from connector.core.flow import FieldChange, FieldConflict, Merged, Observed, Pair, Ref
from connector.core.mapping.translate import EntityMapping
from connector.core.merge import stamps, writers
from connector.core.planning.desk import Desk
from connector.core.schema import ABSENT, Entity, Gap, SystemName, Value

LATE_EDIT = "LATE_EDIT"
"""The code of holds on such edits."""

_CARRIED = "edited on the NetSuite lead while Salesforce converted it"
_HELD = f"{_CARRIED} into a record that holds something else"


def with_late_edits(desk: Desk, observed: Observed, refs: Pair[Ref], merged: Merged) -> Merged:
    """`merged`, and what becomes of edits of the lead that `refs` took the place of."""
    heir = desk.mapping(observed.entity)
    edits: dict[str, tuple[Value, Value | Gap]] = dict(_standing(desk, heir, refs, observed.values.salesforce))
    event = desk.heirs.get(refs.salesforce)
    if event is not None:
        edits |= edits_left(event, desk.mapping(Entity.LEAD), heir)
    changes, conflicts = [], []
    for name, (edit, before) in edits.items():
        held = Pair(observed.values.netsuite.get(name), observed.values.salesforce.get(name))
        if any(heir.same(name, edit, value) for _, value in held):
            continue
        if all(_untouched(heir, name, value, before) for _, value in held):
            changes += [FieldChange(name, system, value, edit, _CARRIED) for system, value in held]
        else:
            conflicts.append(_conflict(observed, name, edit, held))
    return _beside(merged, changes, conflicts)


def _untouched(heir: EntityMapping, name: str, value: Value, before: Value | Gap) -> bool:
    """Whether the record holds nothing of its own: nothing at all, or what the lead held."""
    return value is None or (not isinstance(before, Gap) and heir.same(name, value, before))


def _beside(merged: Merged, changes: list[FieldChange], conflicts: list[FieldConflict]) -> Merged:
    """`merged` with these verdicts in place of its own on the same fields."""
    decided = {change.field for change in changes} | {conflict.field for conflict in conflicts}
    return replace(
        merged,
        changes=(*(one for one in merged.changes if one.field not in decided), *changes),
        conflicts=(*(one for one in merged.conflicts if one.field not in decided), *conflicts),
    )


def _standing(
    desk: Desk, heir: EntityMapping, refs: Pair[Ref], now: Mapping[str, Value]
) -> Iterator[tuple[str, tuple[Value, Gap]]]:
    """Edits held earlier, unless somebody has typed into the field in Salesforce since."""
    for hold in desk.standing(refs):
        name = hold.field if hold.code == LATE_EDIT else None
        if name is not None and name in heir.fields and heir.same(name, now.get(name), hold.values.salesforce):
            yield name, (hold.values.netsuite, ABSENT)


def _conflict(observed: Observed, name: str, edit: Value, held: Pair[Value]) -> FieldConflict:
    return FieldConflict(
        name,
        values=held.replace(SystemName.NETSUITE, edit),
        base=held,
        reason=_HELD,
        modified_at=stamps(observed),
        modified_by=writers(observed),
        code=LATE_EDIT,
    )

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
from connector.core.schema import Entity, SystemName, Value

LATE_EDIT = "LATE_EDIT"
"""The code of holds on such edits."""

_CARRIED = "edited on the NetSuite lead while Salesforce converted it"
_HELD = f"{_CARRIED} into a record that holds something else"


def with_late_edits(desk: Desk, observed: Observed, refs: Pair[Ref], merged: Merged) -> Merged:
    """`merged`, and what becomes of edits of the lead that `refs` took the place of."""
    heir = desk.mapping(observed.entity)
    edits = dict(_standing(desk, heir, refs, observed.values.salesforce))
    event = desk.heirs.get(refs.salesforce)
    if event is not None:
        edits |= {name: edit for name, (edit, _) in edits_left(event, desk.mapping(Entity.LEAD), heir).items()}
    moving = {change.field for change in merged.changes} | {conflict.field for conflict in merged.conflicts}
    changes, conflicts = [], []
    for name, edit in edits.items():
        held = Pair(observed.values.netsuite.get(name), observed.values.salesforce.get(name))
        if name in moving or any(heir.same(name, edit, value) for _, value in held):
            continue
        if held.netsuite is None and held.salesforce is None:
            changes += [FieldChange(name, system, None, edit, _CARRIED) for system in SystemName]
        else:
            conflicts.append(_conflict(observed, name, edit, held))
    return replace(merged, changes=(*merged.changes, *changes), conflicts=(*merged.conflicts, *conflicts))


def _standing(
    desk: Desk, heir: EntityMapping, refs: Pair[Ref], now: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    """Edits held earlier, unless somebody has typed into the field in Salesforce since."""
    for hold in desk.standing(refs):
        name = hold.field if hold.code == LATE_EDIT else None
        if name is not None and name in heir.fields and heir.same(name, now.get(name), hold.values.salesforce):
            yield name, hold.values.netsuite


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

"""A tug of war: what we write into a field is changed back there, again and again.

Automation that rewrites our value at once is no tug of war: the value is read back, and becomes what both agree on.
This module looks at what comes later: the same value is to be written again into a record where we wrote it lately,
and the record holds something that we did not write. That is held with both values, until somebody decides or the two
agree. Whoever types A, then B, then A on the other side is no tug: the record holds the B that we wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from connector.core.flow import Base, FieldChange, FieldConflict, Merged, Observed, Pair, Written
from connector.core.mapping.translate import EntityMapping
from connector.core.merge import NEVER_AGREED, stamps, writers
from connector.core.planning.desk import Desk
from connector.core.schema import SystemName, Value

LATELY: Final = timedelta(hours=24)
"""How long a write of ours counts: a value that is changed back more slowly costs one write a day."""


def with_tugs_of_war(desk: Desk, observed: Observed, base: Base | None, merged: Merged) -> Merged:
    """`merged`, with changes that would only be changed back held instead."""
    changes, conflicts = [], list(merged.conflicts)
    for change in merged.changes:
        reason = _reason(desk, observed, change)
        if reason:
            conflicts.append(_tug(observed, base or NEVER_AGREED, change, reason))
        else:
            changes.append(change)
    return replace(merged, changes=tuple(changes), conflicts=tuple(conflicts))


def _reason(desk: Desk, observed: Observed, change: FieldChange) -> str:
    """Why the change is held; empty if it is not. What is held stays so, however long ago we wrote."""
    assert observed.link is not None
    for hold in desk.standing(observed.link.refs):
        if hold.kind == "tug_of_war" and hold.field == change.field:
            return hold.reason
    lately = desk.scene.written.get((observed.link.refs.of(change.system), change.field), ())
    changed_back = _changed_back(desk.mapping(observed.entity), change, lately)
    return _told(observed, change.system, changed_back) if changed_back else ""


def _changed_back(mapping: EntityMapping, change: FieldChange, lately: Sequence[Written]) -> Written | None:
    """The last write of the same value, if the record holds nothing that we wrote then or since."""
    same = [number for number, one in enumerate(lately) if mapping.same(change.field, one.value, change.value)]
    if not same:
        return None
    ours = [value for one in lately[same[-1] :] for value in (one.value, one.held)]
    return None if any(mapping.same(change.field, change.old, value) for value in ours) else lately[same[-1]]


def _told(observed: Observed, system: SystemName, wrote: Written) -> str:
    by = writers(observed).of(system)
    return (
        f"tug of war: written to {system.title} at {wrote.at:%Y-%m-%d %H:%M} UTC and changed back there since"
        f"{f' (last change by {by})' if by else ''}; it is not written again"
    )


def _tug(observed: Observed, base: Base, change: FieldChange, reason: str) -> FieldConflict:
    now: Pair[Value] = Pair(change.value, change.value)
    name = change.field
    return FieldConflict(
        name,
        values=now.replace(change.system, change.old),
        base=Pair(base.values.netsuite.get(name), base.values.salesforce.get(name)),
        reason=reason,
        modified_at=stamps(observed),
        modified_by=writers(observed),
        kind="tug_of_war",
    )

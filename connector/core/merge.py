"""Three-way merge, field by field, against what both sides last agreed on.

The base holds each side's own value, so that automation which rewrites what we wrote reads as "unchanged":
a side changed when it differs from *its* base, never because of who wrote last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.core.flow import Base, FieldChange, FieldConflict, Merged, Observed, Pair
from connector.core.mapping.translate import EntityMapping, FieldMapping
from connector.core.schema import ABSENT, Gap, SystemName, Value

NEVER_AGREED = Base(Pair({}, {}))


@dataclass(frozen=True, slots=True)
class _Sides:
    """One field on both sides: what it holds, what it held, and whether that is a change."""

    now: Pair[Value]
    base: Pair[Value | Gap]
    changed: Pair[bool]

    @property
    def fresh(self) -> bool:
        return self.base.netsuite is ABSENT


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Either one side takes the other's value, or nothing moves, or a person decides."""

    target: SystemName | None = None
    conflict: bool = False
    reason: str = ""


_LEAVE = _Verdict()


def merge(mapping: EntityMapping, observed: Observed, base: Base | None) -> Merged:
    """What each side of a linked thing shall hold. A field that one side did not show is left alone, and where it never
    did, what the other one shows is remembered, so that it is no news the next time."""
    agreed_base = base or NEVER_AGREED
    changes: list[FieldChange] = []
    conflicts: list[FieldConflict] = []
    agreed: Pair[dict[str, Value]] = Pair({}, {})
    for name, field in mapping.fields.items():
        sides = _sides(mapping, name, observed, agreed_base)
        if sides is None:
            for system in _shown_alone(name, observed, agreed_base):
                agreed.of(system)[name] = observed.values.of(system)[name]
            continue
        verdict = _verdict(mapping, field, sides, observed)
        if verdict.conflict:
            conflicts.append(_conflict(name, sides, observed, verdict.reason))
        elif verdict.target is not None and field.flows_to(verdict.target):
            changes.append(_change(name, sides, verdict.target, verdict.reason))
        else:
            agreed.netsuite[name] = sides.now.netsuite
            agreed.salesforce[name] = sides.now.salesforce
    return Merged(tuple(changes), tuple(conflicts), Pair(agreed.netsuite, agreed.salesforce))


def _sides(mapping: EntityMapping, name: str, observed: Observed, base: Base) -> _Sides | None:
    netsuite = observed.values.netsuite.get(name, ABSENT)
    salesforce = observed.values.salesforce.get(name, ABSENT)
    if isinstance(netsuite, Gap) or isinstance(salesforce, Gap):
        return None
    before: Pair[Value | Gap] = Pair(
        base.values.netsuite.get(name, ABSENT),
        base.values.salesforce.get(name, ABSENT),
    )
    if before.netsuite is ABSENT or before.salesforce is ABSENT:
        before = Pair(ABSENT, ABSENT)  # what one side held alone was never agreed on
    return _Sides(
        now=Pair(netsuite, salesforce),
        base=before,
        changed=Pair(
            _differs(mapping, name, netsuite, before.netsuite),
            _differs(mapping, name, salesforce, before.salesforce),
        ),
    )


def _shown_alone(name: str, observed: Observed, base: Base) -> Iterator[SystemName]:
    """The side that holds a field which the other one, in sight as well, does not show and never did."""
    for system, values in observed.values:
        in_sight = observed.seen.netsuite and observed.seen.salesforce
        if in_sight and name in values and name not in base.values.other(system):
            yield system


def _differs(mapping: EntityMapping, name: str, now: Value, before: Value | Gap) -> bool:
    return isinstance(before, Gap) or not mapping.same(name, now, before)


def _verdict(mapping: EntityMapping, field: FieldMapping, sides: _Sides, observed: Observed) -> _Verdict:
    if mapping.same(field.name, sides.now.netsuite, sides.now.salesforce) or field.create_only:
        return _LEAVE
    if field.skip_empty and (sides.now.netsuite is None or sides.now.salesforce is None):
        return _beside_nothing(sides)
    if field.direction != "both":
        return _one_way(field, sides)
    if not sides.fresh and not sides.changed.netsuite and not sides.changed.salesforce:
        return _LEAVE
    if field.owner in ("netsuite", "salesforce"):
        return _owned(SystemName(field.owner), sides)
    if sides.fresh:
        return _first_meeting(field, sides, observed)
    return _three_way(field, sides, observed)


def _beside_nothing(sides: _Sides) -> _Verdict:
    """One side is empty, and emptiness does not cross: it is filled when the other side has news."""
    empty = SystemName.NETSUITE if sides.now.netsuite is None else SystemName.SALESFORCE
    if sides.fresh or sides.changed.of(empty.other):
        return _Verdict(empty, reason=f"empty in {empty.title}")
    return _LEAVE


def _one_way(field: FieldMapping, sides: _Sides) -> _Verdict:
    """The value flows one way; an edit on the receiving side stays until the giving side changes."""
    target = SystemName.SALESFORCE if field.direction == "to_salesforce" else SystemName.NETSUITE
    nothing_to_give = sides.fresh and sides.now.other(target) is None
    if nothing_to_give or not (sides.fresh or sides.changed.other(target)):
        return _LEAVE
    return _Verdict(target, reason=f"flows one way, to {target.title}")


def _owned(owner: SystemName, sides: _Sides) -> _Verdict:
    if sides.fresh and sides.now.of(owner) is None:
        return _Verdict(owner, reason=f"{owner.title} owns the field but is empty: filled")
    if sides.changed.of(owner) or sides.fresh:
        return _Verdict(owner.other, reason=f"{owner.title} owns the field")
    return _Verdict(owner.other, reason=f"edit in {owner.other.title} ignored: not owner")


def _first_meeting(field: FieldMapping, sides: _Sides, observed: Observed) -> _Verdict:
    for system in SystemName:
        if sides.now.of(system) is None:
            return _Verdict(system, reason=f"empty in {system.title}")
    if field.owner == "newest":
        return _newest(observed, "the two never agreed")
    return _Verdict(conflict=True, reason="the two hold different values and never agreed on one")


def _three_way(field: FieldMapping, sides: _Sides, observed: Observed) -> _Verdict:
    if sides.changed.netsuite and sides.changed.salesforce:
        if field.owner == "newest":
            return _newest(observed, "both changed it")
        return _Verdict(conflict=True, reason="both sides changed it to different values")
    source = SystemName.NETSUITE if sides.changed.netsuite else SystemName.SALESFORCE
    return _Verdict(source.other, reason=f"changed in {source.title}")


def _newest(observed: Observed, why: str) -> _Verdict:
    changed_at = stamps(observed)
    if changed_at.netsuite is None or changed_at.salesforce is None or changed_at.netsuite == changed_at.salesforce:
        return _Verdict(conflict=True, reason=f"{why}, and it cannot be told which is newer")
    newer = SystemName.NETSUITE if changed_at.netsuite > changed_at.salesforce else SystemName.SALESFORCE
    return _Verdict(newer.other, reason=f"{why}; {newer.title} is newer")


def _change(name: str, sides: _Sides, target: SystemName, reason: str) -> FieldChange:
    old = sides.now.of(target)
    loses = sides.changed.of(target) and not (sides.base.of(target) is ABSENT and old is None)
    return FieldChange(name, target, old, sides.now.other(target), reason, loses)


def _conflict(name: str, sides: _Sides, observed: Observed, reason: str) -> FieldConflict:
    return FieldConflict(
        field=name,
        values=sides.now,
        base=Pair(_known(sides.base.netsuite), _known(sides.base.salesforce)),
        reason=reason,
        modified_at=stamps(observed),
        modified_by=writers(observed),
    )


def _known(value: Value | Gap) -> Value:
    return None if isinstance(value, Gap) else value


def stamps(observed: Observed) -> Pair[datetime | None]:
    """When each record was changed last, where it was seen."""
    netsuite, salesforce = observed.records.netsuite, observed.records.salesforce
    return Pair(netsuite.modified_at if netsuite else None, salesforce.modified_at if salesforce else None)


def writers(observed: Observed) -> Pair[str | None]:
    """Who changed each record last, where it was seen: the user's id as the vendor gives it."""
    netsuite, salesforce = observed.records.netsuite, observed.records.salesforce
    return Pair(netsuite.modified_by if netsuite else None, salesforce.modified_by if salesforce else None)


def overlay(base: Mapping[str, Value], agreed: Mapping[str, Value]) -> dict[str, Value]:
    """A side's base with newly agreed fields laid over it."""
    return {**base, **agreed}


def alike(one: Mapping[str, Value], other: Mapping[str, Value]) -> dict[str, Value]:
    """The values that both have, and have alike."""
    return {name: value for name, value in one.items() if name in other and other[name] == value}

"""Doubts as holds: what waits for a person, with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.conversion import TWICE_CONVERTED
from connector.core.flow import Ambiguous, FieldConflict, Gone, Hold, Observed, Pair, Ref
from connector.core.merge import stamps, writers
from connector.core.planning.heirs import LATE_EDIT
from connector.core.schema import Entity, Value


def ambiguous_hold(verdict: Ambiguous) -> Hold:
    refs = one_sided(verdict.ref)
    if len(verdict.candidates) == 1:
        refs = refs.replace(verdict.candidates[0].system, verdict.candidates[0])
    others = ", ".join(str(ref) for ref in verdict.candidates)
    reason = f"{verdict.reason} ({others})"
    return Hold("ambiguous", verdict.observed.entity, refs, None, reason, names=names_of(verdict.observed))


def conflict_hold(observed: Observed, refs: Pair[Ref], conflict: FieldConflict) -> Hold:
    return Hold(
        conflict.kind,
        observed.entity,
        Pair(refs.netsuite, refs.salesforce),
        conflict.field,
        conflict.reason,
        conflict.values,
        conflict.code,
        observed.link.id if observed.link else None,
        base=conflict.base,
        modified_at=conflict.modified_at,
        modified_by=conflict.modified_by,
        names=names_of(observed),
    )


def value_hold(observed: Observed, refs: Pair[Ref], field: str | None, reason: str) -> Hold:
    """A value that cannot be understood, or cannot be expressed on the other side; without `field`, one without which
    the record must not be written."""
    return Hold(
        "value",
        observed.entity,
        Pair(refs.netsuite, refs.salesforce),
        field,
        reason,
        Pair(*(values.get(field) if field else None for _, values in observed.values)),
        link_id=observed.link.id if observed.link else None,
        modified_at=stamps(observed),
        modified_by=writers(observed),
        names=names_of(observed),
    )


def gone_hold(gone: Gone) -> Hold:
    refs: Pair[Ref | None] = Pair(gone.link.refs.netsuite, gone.link.refs.salesforce)
    return Hold("deleted", gone.link.entity, refs, None, gone.reason, link_id=gone.link.id)


def stands(hold: Hold) -> bool:
    """Whether a hold stays until a person decides, because no look at the records would show it again."""
    return hold.code in (LATE_EDIT, TWICE_CONVERTED) or hold.kind == "tug_of_war"


def names_of(observed: Observed) -> Pair[str | None]:
    """What people call the two records."""
    return Pair(
        name_of(observed.entity, observed.values.netsuite), name_of(observed.entity, observed.values.salesforce)
    )


def name_of(entity: Entity, values: Mapping[str, Value]) -> str | None:
    """What people call a record that holds `values`; None if it has no name of its own.

    >>> name_of(Entity.LEAD, {"first_name": "Ann", "last_name": "Akin", "company": "Aethna"})
    'Ann Akin (Aethna)'
    """
    if entity in (Entity.ORGANIZATION, Entity.OPPORTUNITY):
        return _text(values.get("name")) or None
    person = " ".join(filter(None, (_text(values.get("first_name")), _text(values.get("last_name")))))
    company = _text(values.get("company"))
    return f"{person} ({company})" if person and company else person or company or None


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def one_sided(ref: Ref) -> Pair[Ref | None]:
    nothing: Pair[Ref | None] = Pair(None, None)
    return nothing.replace(ref.system, ref)

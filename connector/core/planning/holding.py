"""Doubts as holds: what waits for a person, with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.flow import Ambiguous, FieldConflict, Gone, Hold, Pair, Ref
from connector.core.schema import Entity, SystemName, Value


def ambiguous_hold(verdict: Ambiguous) -> Hold:
    record = verdict.observed.records.of(verdict.system)
    assert record is not None
    refs = one_sided(record.ref)
    if len(verdict.candidates) == 1:
        refs = refs.replace(verdict.candidates[0].system, verdict.candidates[0])
    others = ", ".join(str(ref) for ref in verdict.candidates)
    return Hold("ambiguous", verdict.observed.entity, refs, None, f"{verdict.reason} ({others})")


def conflict_hold(entity: Entity, refs: Pair[Ref], link_id: int | None, conflict: FieldConflict) -> Hold:
    both: Pair[Ref | None] = Pair(refs.netsuite, refs.salesforce)
    return Hold("conflict", entity, both, conflict.field, conflict.reason, conflict.values, conflict.code, link_id)


def value_hold(
    entity: Entity,
    refs: Pair[Ref],
    link_id: int | None,
    name: str,
    text: str,
    values: Mapping[str, Value] | None = None,
    system: SystemName | None = None,
) -> Hold:
    both: Pair[Ref | None] = Pair(refs.netsuite, refs.salesforce)
    held: Pair[Value] = Pair(None, None)
    if values is not None and system is not None:
        held = held.replace(system.other, values.get(name))
    return Hold("value", entity, both, name, text, held, link_id=link_id)


def gone_hold(gone: Gone) -> Hold:
    refs: Pair[Ref | None] = Pair(gone.link.refs.netsuite, gone.link.refs.salesforce)
    return Hold("deleted", gone.link.entity, refs, None, gone.reason, link_id=gone.link.id)


def one_sided(ref: Ref) -> Pair[Ref | None]:
    nothing: Pair[Ref | None] = Pair(None, None)
    return nothing.replace(ref.system, ref)

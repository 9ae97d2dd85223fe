"""Follow deletes: the counterpart of what was deleted goes out of use, children first. Edit beats delete, always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.core.flow import Deferred, Delete, Done, Hold, Outcome, Pair, Ref, Refused, SourceRecord, Unknown
from connector.core.planning.gone import DELETE_WAITS
from connector.core.ports import Intent
from connector.core.schema import Entity, SystemName
from connector.runs.reading import read
from connector.runs.records import canonical
from connector.runs.work import Work, chunks, close, pair_of, refused, sending

_CHILDREN_FIRST = (Entity.OPPORTUNITY, Entity.PERSON, Entity.LEAD, Entity.ORGANIZATION)


def delete(work: Work, deletes: Sequence[Delete]) -> None:
    for entity in _CHILDREN_FIRST:
        for system in SystemName:
            mine = [one for one in deletes if one.entity is entity and one.ref.system is system]
            for chunk in chunks(mine, work.parts.settings.chunk):
                _delete_chunk(work, system, chunk)


def _delete_chunk(work: Work, system: SystemName, deletes: Sequence[Delete]) -> None:
    now = read(work.parts, [one.ref for one in deletes])
    ready = [one for one in deletes if _untouched(work, one, now)]
    work.look_again((ref for one in deletes if one not in ready for ref in (one.ref, one.gone)), "edited meanwhile")
    if not ready:
        return
    sending(work, system, [(one.ref.type, one.ref) for one in ready])
    with work.store.transaction():
        ids = work.store.open_intents([_intent(work, one) for one in ready])
    outcomes = work.parts.systems.of(system).delete([one.ref for one in ready])
    with work.store.transaction():
        for one, outcome in zip(ready, outcomes, strict=True):
            _after(work, one, outcome)
        close(work, [(None, outcome, id_) for outcome, id_ in zip(outcomes, ids, strict=True)])


def _untouched(work: Work, one: Delete, now: Mapping[Ref, SourceRecord]) -> bool:
    """Whether the record still is what both sides last agreed on."""
    record = now.get(one.ref)
    if record is None or record.deleted or record.converted is not None:
        return False
    mapping, values = work.parts.mappings.of(one.entity), canonical(work, one.entity, record)
    known = (name for name in one.expected if name in values and name in mapping.fields)
    return all(mapping.same(name, values[name], one.expected[name]) for name in known)


def _intent(work: Work, one: Delete) -> Intent:
    return Intent(
        id=0,
        run_id=work.run_id,
        verb="delete",
        system=one.ref.system,
        entity=one.entity,
        type=one.ref.type,
        ref=one.ref,
        source=one.gone,
        key=None,
        payload_hash="",
        opened_at=work.parts.clock.now(),
    )


def _after(work: Work, one: Delete, outcome: Outcome) -> None:
    """Done, or gone already: the link ends. Anything else waits as a delete that was seen, for the next run."""
    system, gone_already = one.ref.system, isinstance(outcome, Refused) and outcome.kind == "missing"
    if isinstance(outcome, Done) or gone_already:
        work.store.end_link(one.link_id, "gone", one.reason, work.parts.clock.now())
        work.store.forget([one.ref, one.gone])
        if not gone_already:
            work.tally(system, one.entity, "deleted")
        return
    assert isinstance(outcome, Refused | Unknown | Deferred)
    reason = f"{one.reason}; {system.title} did not delete it: {outcome.reason}"
    hold = Hold("deleted", one.entity, _both(one), None, reason, code=DELETE_WAITS, link_id=one.link_id)
    work.applied.failures.append(hold)
    work.tally(system, one.entity, type(outcome).__name__.lower())
    if isinstance(outcome, Refused):
        refused(work, one.entity, system, outcome, [one.ref])


def _both(one: Delete) -> Pair[Ref | None]:
    pair = pair_of(one.ref, one.gone)
    return Pair(pair.netsuite, pair.salesforce)

"""Carry out a plan: intent, write, read back, remember. The only place that writes to the outside world.

Law: no write leaves without a committed intent; every write ends applied, refused or unknown; unknown is never
sent again without a look; the base is what was read back, not what was sent.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from connector.core.flow import (
    Base,
    Conversion,
    Convert,
    Create,
    Deferred,
    Done,
    Hold,
    Later,
    Link,
    LinkUp,
    Outcome,
    Pair,
    Plan,
    Planned,
    Raw,
    Ref,
    Refused,
    Relink,
    Retire,
    Settle,
    SourceRecord,
    Unknown,
    Update,
    Write,
)
from connector.core.mapping.translate import Links
from connector.core.matching.keys import key_of
from connector.core.matching.likeness import likeness
from connector.core.merge import overlay
from connector.core.ports import Intent, Store
from connector.core.schema import Entity, SystemName, Value
from connector.runs.observe import StoredLinks, read
from connector.runs.parts import Parts, Progress

_T = TypeVar("_T")
_A = TypeVar("_A", Create, Update)


@dataclass(slots=True)
class Applied:
    """What came of a plan. `queued`: records to look at again; `again`: already in this run."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Hold] = field(default_factory=list)
    conversions: list[tuple[Ref, Done, str]] = field(default_factory=list)
    queued: set[Ref] = field(default_factory=set)
    again: bool = False


def apply(parts: Parts, plan: Plan, run_id: int, progress: Progress, applied: Applied) -> None:
    """Carry out `plan`, parents first, telling `applied` what came of it as it goes."""
    work = _Work(parts, plan, run_id, progress, applied)
    _settle(work, plan.of(Settle))
    for entity in (Entity.ORGANIZATION, Entity.PERSON, Entity.OPPORTUNITY, Entity.LEAD):
        _link_up(work, [one for one in plan.of(LinkUp) if one.entity is entity])
    _update(work, _of_entity(plan.of(Update), Entity.LEAD))
    _create(work, _of_entity(plan.of(Create), Entity.ORGANIZATION))
    _update(work, _of_entity(plan.of(Update), Entity.ORGANIZATION))
    _convert(work, plan.of(Convert))
    for entity in (Entity.PERSON, Entity.OPPORTUNITY):
        _create(work, _of_entity(plan.of(Create), entity))
        _update(work, _of_entity(plan.of(Update), entity))
    _create(work, _of_entity(plan.of(Create), Entity.LEAD))
    _retire(work, plan.of(Retire))
    _relink(work, plan.of(Relink))


@dataclass(slots=True)
class _Work:
    parts: Parts
    plan: Plan
    run_id: int
    progress: Progress
    applied: Applied

    @property
    def store(self) -> Store:
        return self.parts.store

    def tally(self, system: SystemName, entity: Entity, verb: str, count: int = 1) -> None:
        self.applied.counts[f"{system}.{entity}.{verb}"] += count

    def look_again(self, refs: Iterable[Ref], reason: str, *, now: bool = True) -> None:
        """Queue records for another look: in this run (`now`), or in the next one."""
        several = list(refs)
        self.store.add_recheck(several, reason)
        self.applied.queued.update(several)
        self.applied.again = self.applied.again or now


def _of_entity(actions: tuple[_A, ...], entity: Entity) -> list[_A]:
    return [action for action in actions if action.entity is entity]


def _chunks(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


# --- our own state ---------------------------------------------------------------------------------------


def _settle(work: _Work, settles: Sequence[Settle]) -> None:
    for chunk in _chunks(settles, 1000):
        with work.store.transaction():
            bases = work.store.bases(settle.link_id for settle in chunk)
            work.store.save_bases({one.link_id: _laid_over(bases.get(one.link_id), one.agreed) for one in chunk})


def _laid_over(base: Base | None, agreed: Pair[Mapping[str, Value]]) -> Base:
    nothing: Pair[Mapping[str, Value]] = Pair({}, {})
    held = base.values if base else nothing
    return Base(Pair(overlay(held.netsuite, agreed.netsuite), overlay(held.salesforce, agreed.salesforce)))


def _remember(work: _Work, link: Link, agreed: Pair[Mapping[str, Value]]) -> None:
    before = work.store.bases([link.id]).get(link.id)
    work.store.save_bases({link.id: _laid_over(before, agreed)})


def _link_up(work: _Work, link_ups: Sequence[LinkUp]) -> None:
    for chunk in _chunks(link_ups, work.parts.settings.chunk):
        with work.store.transaction():
            for one in chunk:
                link = work.store.add_link(one.entity, one.refs, one.reason, work.parts.clock.now())
                work.store.save_bases({link.id: Base(one.agreed)})
        stamps = [
            (one.refs.of(system), key_of(one.refs.other(system)))
            for one in chunk
            for system, needed in one.keys
            if needed
        ]
        _stamp(work, stamps)
        for one in chunk:
            work.applied.counts[f"links.{one.entity}"] += 1


def _stamp(work: _Work, stamps: Sequence[tuple[Ref, str]]) -> None:
    """Write our key on records that exist already. A key is no business field: a failure is noted, not held."""
    for system in SystemName:
        mine = [(ref, key) for ref, key in stamps if ref.system is system]
        for chunk in _chunks(mine, work.parts.settings.chunk):
            writes = [Write(ref.type, ref.id, {}, key) for ref, key in chunk]
            for (ref, _key), outcome in zip(chunk, work.parts.systems.of(system).write(writes), strict=True):
                verb = "keyed" if isinstance(outcome, Done) else "not_keyed"
                work.applied.counts[f"{system}.{ref.type}.{verb}"] += 1


# --- resolving -------------------------------------------------------------------------------------------


def _resolve(work: _Work, later: Later, system: SystemName) -> str | None:
    """The id on `system` of what `later` is linked to by now."""
    link = work.store.links([later.ref]).get(later.ref)
    if link is not None and link.state == "active" and link.entity is not Entity.LEAD:
        return link.refs.of(system).id
    stand_in = work.plan.stand_ins.get(later.ref)
    return stand_in.id if stand_in is not None and stand_in.system is system else None


def _resolved(work: _Work, fields: Mapping[str, Planned], system: SystemName) -> dict[str, Raw] | Ref:
    """`fields` with every `Later` replaced, or the first record that has no counterpart yet."""
    done: dict[str, Raw] = {}
    for name, value in fields.items():
        if isinstance(value, Later):
            id_ = _resolve(work, value, system)
            if id_ is None:
                return value.ref
            done[name] = id_
        else:
            done[name] = value
    return done


# --- sending ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    """An action with its write ready to send."""

    action: Create | Update | Retire
    write: Write


def _send(work: _Work, system: SystemName, jobs: Sequence[_Job]) -> list[tuple[_Job, Outcome, int]]:
    """Intent first, then the write; returns the outcomes with their intents' ids, which are closed by then
    unless unknown."""
    with work.store.transaction():
        ids = work.store.open_intents([_intent(work, job) for job in jobs])
    outcomes = work.parts.systems.of(system).write([job.write for job in jobs])
    return list(zip(jobs, outcomes, ids, strict=True))


def _intent(work: _Work, job: _Job) -> Intent:
    action = job.action
    verb = "create" if isinstance(action, Create) else "update" if isinstance(action, Update) else "retire"
    ref = None if isinstance(action, Create) else action.ref
    return Intent(
        id=0,
        run_id=work.run_id,
        verb=verb,  # type: ignore[arg-type]
        system=action.system if isinstance(action, Create) else action.ref.system,
        entity=Entity.LEAD if isinstance(action, Retire) else action.entity,
        type=job.write.type,
        ref=ref,
        source=action.source if isinstance(action, Create) else None,
        key=job.write.key,
        payload_hash=_hash(job.write),
        opened_at=work.parts.clock.now(),
        values={} if isinstance(action, Retire) else action.values,
    )


def _hash(write: Write) -> str:
    text = json.dumps(write.fields, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_WORD = {Done: "applied", Refused: "refused", Unknown: "unknown", Deferred: "deferred"}


def _close(work: _Work, sent: Iterable[tuple[object, Outcome, int]]) -> None:
    work.store.close_intents({id_: _WORD[type(outcome)] for _, outcome, id_ in sent}, work.parts.clock.now())


# --- creating --------------------------------------------------------------------------------------------


def _create(work: _Work, creates: Sequence[Create]) -> None:
    for system in SystemName:
        mine = [one for one in creates if one.system is system]
        done = 0
        for chunk in _chunks(mine, work.parts.settings.chunk):
            _create_chunk(work, system, chunk)
            done += len(chunk)
            work.progress(f"creating {system.title} {mine[0].type}", done, len(mine))


def _create_chunk(work: _Work, system: SystemName, creates: Sequence[Create]) -> None:
    jobs = []
    for create in creates:
        fields = _resolved(work, create.fields, system)
        if isinstance(fields, Ref):
            _orphaned(work, create, fields)
        else:
            jobs.append(_Job(create, Write(create.type, None, fields, key_of(create.source))))
    if not jobs:
        return
    sent = _adopt_unknown(work, system, _send(work, system, jobs))
    made = {
        job.action.source: outcome.ref
        for job, outcome, _ in sent
        if isinstance(outcome, Done) and isinstance(job.action, Create)
    }
    back = read(work.parts, made.values())
    with work.store.transaction():
        for job, outcome, _ in sent:
            assert isinstance(job.action, Create)
            _created(work, job.action, outcome, back)
        _close(work, sent)
    _stamp(work, [(source, key_of(ref)) for source, ref in made.items()])


def _orphaned(work: _Work, create: Create, parent: Ref) -> None:
    reason = f"waits for its parent {parent}, which has no counterpart in {create.system.title} yet"
    work.applied.failures.append(Hold("missing_parent", create.entity, _one_sided(create.source), None, reason))
    work.look_again([create.source], "parent missing", now=False)


def _adopt_unknown(
    work: _Work, system: SystemName, sent: list[tuple[_Job, Outcome, int]]
) -> list[tuple[_Job, Outcome, int]]:
    """Look for creates whose answer was lost, by our key: what is found was applied."""
    lost = [job for job, outcome, _ in sent if isinstance(outcome, Unknown)]
    if not lost:
        return sent
    found: dict[str, Ref] = {}
    for type_ in sorted({job.write.type for job in lost}):
        keys = [job.write.key for job in lost if job.write.type == type_ and job.write.key]
        for key, refs in work.parts.systems.of(system).find_by_key(type_, keys).items():
            if len(refs) == 1:
                found[key] = refs[0]
    return [
        (job, Done(found[job.write.key]), id_)
        if isinstance(outcome, Unknown) and job.write.key in found
        else (job, outcome, id_)
        for job, outcome, id_ in sent
    ]


def _created(work: _Work, create: Create, outcome: Outcome, back: Mapping[Ref, SourceRecord]) -> None:
    if isinstance(outcome, Done):
        refs = _refs(create.source, outcome.ref)
        link = work.store.add_link(create.entity, refs, create.reason, work.parts.clock.now())
        held = _read_back(work, create.entity, back.get(outcome.ref), create.values)
        sent: Pair[Mapping[str, Value]] = Pair(create.values, create.values)
        _remember(work, link, sent.replace(create.system, held))
        work.store.index([(outcome.ref, create.entity, likeness(create.entity, held).carries)])
        work.tally(create.system, create.entity, "created")
    elif isinstance(outcome, Refused) and outcome.kind == "duplicate" and _adoptable(work, create, outcome):
        assert outcome.existing is not None
        refs = _refs(create.source, outcome.existing)
        work.store.add_link(create.entity, refs, "the system named it as the same", work.parts.clock.now())
        work.look_again([create.source, outcome.existing], "adopted")
        work.applied.counts[f"links.{create.entity}"] += 1
    else:
        _failed(work, create.entity, _one_sided(create.source), outcome, create.system, [create.source])


def _adoptable(work: _Work, create: Create, refused: Refused) -> bool:
    """A record that the system names as the double may be adopted when it is of the same kind and free."""
    existing = refused.existing
    if existing is None or existing.type != create.type:
        return False
    link = work.store.links([existing]).get(existing)
    record = read(work.parts, [existing]).get(existing)
    free = record is not None and not record.deleted and record.key in (None, "", key_of(create.source))
    return link is None and free


def _read_back(
    work: _Work, entity: Entity, record: SourceRecord | None, written: Mapping[str, Value]
) -> dict[str, Value]:
    """What the written side holds now, in the fields that were written; what was sent where it cannot be read."""
    if record is None or record.deleted:
        return dict(written)
    values = _canonical(work, entity, record)
    return {name: values.get(name, value) for name, value in written.items()}


def _canonical(work: _Work, entity: Entity, record: SourceRecord) -> Mapping[str, Value]:
    links: Links = StoredLinks(work.store)
    return work.parts.mappings.of(entity).read(record.ref.system, record.fields, links).values


# --- updating --------------------------------------------------------------------------------------------


def _update(work: _Work, updates: Sequence[Update]) -> None:
    for system in SystemName:
        mine = [one for one in updates if one.ref.system is system]
        done = 0
        for chunk in _chunks(mine, work.parts.settings.chunk):
            _update_chunk(work, system, chunk)
            done += len(chunk)
            work.progress(f"updating {system.title} {mine[0].ref.type}", done, len(mine))


def _update_chunk(work: _Work, system: SystemName, updates: Sequence[Update]) -> None:
    now = read(work.parts, [one.ref for one in updates])
    jobs = []
    for update in updates:
        fields = _resolved(work, update.fields, system)
        if isinstance(fields, Ref):
            work.look_again([update.ref, update.other], "parent missing", now=False)
        elif _moved(work, update, now.get(update.ref)):
            work.tally(system, update.entity, "moved")
            work.look_again([update.ref, update.other], "moved since it was read")
        else:
            jobs.append(_Job(update, Write(update.ref.type, update.ref.id, fields)))
    if not jobs:
        return
    sent = _send(work, system, jobs)
    applied = [
        job.action.ref for job, outcome, _ in sent if isinstance(outcome, Done) and isinstance(job.action, Update)
    ]
    back = read(work.parts, applied)
    with work.store.transaction():
        for job, outcome, _ in sent:
            assert isinstance(job.action, Update)
            _updated(work, job.action, outcome, back)
        _close(work, sent)


def _moved(work: _Work, update: Update, record: SourceRecord | None) -> bool:
    """Whether the record no longer holds what the plan believed, in the fields to be written."""
    if record is None or record.deleted or record.converted is not None:
        return True
    mapping = work.parts.mappings.of(update.entity)
    values = _canonical(work, update.entity, record)
    return any(
        name in values and not mapping.same(name, values[name], expected) for name, expected in update.expected.items()
    )


def _updated(work: _Work, update: Update, outcome: Outcome, back: Mapping[Ref, SourceRecord]) -> None:
    system = update.ref.system
    if isinstance(outcome, Done):
        held = _read_back(work, update.entity, back.get(update.ref), update.values)
        link = work.store.links([update.ref]).get(update.ref)
        if update.entity is Entity.LEAD:
            link = work.store.lead_links([update.ref]).get(update.ref, link)
        if link is not None:
            sent: Pair[Mapping[str, Value]] = Pair(update.values, update.values)
            _remember(work, link, sent.replace(system, held))
        work.tally(system, update.entity, "updated")
    else:
        both_refs = _refs_or_none(update.ref, update.other)
        _failed(work, update.entity, both_refs, outcome, system, [update.ref, update.other])


# --- converting ------------------------------------------------------------------------------------------


def _convert(work: _Work, converts: Sequence[Convert]) -> None:
    for chunk in _chunks(converts, 100):
        ready = []
        for convert in chunk:
            conversion = _conversion(work, convert)
            if conversion is None:
                work.look_again([convert.lead], "account missing", now=False)
                reason = "waits for its organization, which has no counterpart in Salesforce yet"
                hold = Hold("missing_parent", Entity.LEAD, _one_sided(convert.lead), None, reason)
                work.applied.failures.append(hold)
            else:
                ready.append((convert, conversion))
        if ready:
            _convert_chunk(work, ready)
            work.progress("converting Salesforce leads", len(ready), len(converts))


def _conversion(work: _Work, convert: Convert) -> Conversion | None:
    account = (
        convert.account if isinstance(convert.account, str) else _resolve(work, convert.account, SystemName.SALESFORCE)
    )
    if account is None:
        return None
    return Conversion(
        lead=convert.lead.id,
        account=account,
        contact=convert.contact if convert.contact_account == account else None,
        converted_status=convert.converted_status,
        owner=convert.owner,
        create_opportunity=convert.create_opportunity,
        opportunity_name=convert.opportunity_name,
    )


def _convert_chunk(work: _Work, ready: Sequence[tuple[Convert, Conversion]]) -> None:
    with work.store.transaction():
        ids = work.store.open_intents([_convert_intent(work, convert) for convert, _ in ready])
    outcomes = work.parts.systems.salesforce.convert([conversion for _, conversion in ready])
    stamps: list[tuple[Ref, str]] = []
    with work.store.transaction():
        for (convert, _), outcome in zip(ready, outcomes, strict=True):
            stamps += _after_conversion(work, convert, outcome)
        _close(work, [(None, outcome, id_) for outcome, id_ in zip(outcomes, ids, strict=True)])
    _stamp(work, stamps)


def _convert_intent(work: _Work, convert: Convert) -> Intent:
    return Intent(
        id=0,
        run_id=work.run_id,
        verb="convert",
        system=SystemName.SALESFORCE,
        entity=Entity.LEAD,
        type=convert.lead.type,
        ref=convert.lead,
        source=None,
        key=None,
        payload_hash="",
        opened_at=work.parts.clock.now(),
    )


def _after_conversion(work: _Work, convert: Convert, outcome: Outcome) -> list[tuple[Ref, str]]:
    """End the lead's link and link the person; what Salesforce made is looked at again in this run."""
    if not isinstance(outcome, Done) or outcome.converted is None:
        refs = _one_sided(convert.lead)
        _failed(work, Entity.LEAD, refs, outcome, SystemName.SALESFORCE, [convert.lead])
        return []
    now = work.parts.clock.now()
    became = outcome.converted
    work.store.end_link(convert.link_id, "converted", convert.reason, now)
    work.tally(SystemName.SALESFORCE, Entity.LEAD, "converted")
    work.applied.conversions.append((convert.lead, outcome, convert.reason))
    work.look_again([ref for ref in (became.account, became.contact, became.opportunity) if ref], "conversion")
    stamps: list[tuple[Ref, str]] = []
    if convert.person is not None and became.contact is not None:
        linked = work.store.links([convert.person, became.contact])
        if not any(link.state == "active" for link in linked.values()):
            pair = Pair(convert.person, became.contact)
            work.store.add_link(Entity.PERSON, pair, "made of one lead", now)
            stamps = [(convert.person, key_of(became.contact)), (became.contact, key_of(convert.person))]
        work.look_again([convert.person], "conversion")
    return stamps


# --- moving NetSuite leads on ----------------------------------------------------------------------------


def _retire(work: _Work, retires: Sequence[Retire]) -> None:
    ready = [one for one in retires if _successors_linked(work, one.after)]
    for retire in retires:
        if retire not in ready:
            work.look_again([retire.ref], "successors not linked yet", now=False)
    for chunk in _chunks(ready, work.parts.settings.chunk):
        jobs = [_Job(one, Write(one.ref.type, one.ref.id, _plain(one.fields))) for one in chunk]
        sent = _send(work, SystemName.NETSUITE, jobs)
        with work.store.transaction():
            for job, outcome, _ in sent:
                assert isinstance(job.action, Retire)
                if isinstance(outcome, Done):
                    work.tally(SystemName.NETSUITE, Entity.LEAD, "retired")
                    work.look_again([job.action.ref], "conversion")
                else:
                    refs = _one_sided(job.action.ref)
                    _failed(work, Entity.LEAD, refs, outcome, SystemName.NETSUITE, [job.action.ref])
            _close(work, sent)


def _plain(fields: Mapping[str, Planned]) -> dict[str, Raw]:
    return {name: value for name, value in fields.items() if not isinstance(value, Later)}


def _relink(work: _Work, relinks: Sequence[Relink]) -> None:
    for relink in relinks:
        if _successors_linked(work, relink.after):
            work.store.end_link(relink.retire, relink.state, relink.reason, work.parts.clock.now())
            work.applied.counts["links.lead.converted"] += 1
        else:
            link = work.store.links_by_id([relink.retire])[relink.retire]
            work.look_again(link.refs_both(), "successors not linked yet", now=False)


def _successors_linked(work: _Work, after: Iterable[Ref]) -> bool:
    refs = list(after)
    links = work.store.links(refs)
    return all((ref in links and links[ref].state == "active") or ref in work.plan.stand_ins for ref in refs)


# --- failing ---------------------------------------------------------------------------------------------


def _failed(
    work: _Work,
    entity: Entity,
    refs: Pair[Ref | None],
    outcome: Outcome,
    system: SystemName,
    look_at: Sequence[Ref],
) -> None:
    """A write that did not take: look again where that helps, hold where a person must."""
    if isinstance(outcome, Refused) and outcome.kind in ("stale", "converted"):
        work.look_again(look_at, outcome.reason)
    elif isinstance(outcome, Refused):
        kind = "deleted" if outcome.kind == "missing" else "refused"
        reason = f"{system.title} refused it: {outcome.reason}"
        work.applied.failures.append(
            Hold(kind, entity, refs, ", ".join(outcome.fields) or None, reason, code=outcome.code)  # type: ignore[arg-type]
        )
        work.tally(system, entity, "refused")
    elif isinstance(outcome, Unknown):
        work.look_again(look_at, outcome.reason, now=False)
        work.tally(system, entity, "unknown")
    elif isinstance(outcome, Deferred):
        work.look_again(look_at, outcome.reason, now=False)
        work.tally(system, entity, "deferred")


def _one_sided(ref: Ref) -> Pair[Ref | None]:
    nothing: Pair[Ref | None] = Pair(None, None)
    return nothing.replace(ref.system, ref)


def _refs(one: Ref, other: Ref) -> Pair[Ref]:
    return Pair(one, other) if one.system is SystemName.NETSUITE else Pair(other, one)


def _refs_or_none(one: Ref, other: Ref) -> Pair[Ref | None]:
    pair = _refs(one, other)
    return Pair(pair.netsuite, pair.salesforce)

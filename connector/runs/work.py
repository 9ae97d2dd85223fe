"""What the carrying out of a plan shares: sending with an intent, resolving ids, our key, what failed.

Law: no write leaves without a committed intent; every write ends applied, refused or unknown; unknown is never
sent again without a look.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from connector.core.brakes import Refusals, released
from connector.core.flow import (
    Base,
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
    Rekey,
    Retire,
    Unknown,
    Update,
    Write,
)
from connector.core.matching.likeness import child_key
from connector.core.merge import overlay
from connector.core.ports import Intent, Overruled, Store
from connector.core.schema import Entity, SystemName, Value
from connector.runs.parts import Parts, Progress

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Conversed:
    """A conversion that was carried across: the lead's two records, and what they became."""

    lead: Pair[Ref]
    became: tuple[Ref, ...]
    reason: str


@dataclass(slots=True)
class Applied:
    """What came of a plan. `queued`: records to look at again; `again`: already in this run. `refusals`
    counts over the passes of a run. `resting`: holds on refused writes that are not sent again yet. `half`: what
    the first of two records was given in a field that is written on both, and what it holds since. `missed`: both
    records of updates that did not take, or were not sent."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Hold] = field(default_factory=list)
    conversions: list[Conversed] = field(default_factory=list)
    queued: set[Ref] = field(default_factory=set)
    resting: list[Hold] = field(default_factory=list)
    half: dict[tuple[Ref, str], Value] = field(default_factory=dict)
    missed: set[Ref] = field(default_factory=set)
    again: bool = False
    refusals: Refusals = field(default_factory=Refusals)

    @property
    def in_trouble(self) -> set[Ref]:
        """Records with a write that did not take, or has not been tried."""
        failed = (ref for hold in (*self.failures, *self.resting) for _, ref in hold.refs if ref is not None)
        return {*self.queued, *failed}


@dataclass(slots=True)
class Work:
    """A plan being carried out. `to_be_linked`: what has no counterpart before this plan, and one after it."""

    parts: Parts
    plan: Plan
    run_id: int
    progress: Progress
    applied: Applied
    to_be_linked: frozenset[Ref] = field(init=False)
    _resting: dict[tuple[Entity, Ref, str], Hold] = field(init=False)

    def __post_init__(self) -> None:
        linking = (ref for one in self.plan.of(LinkUp) for _, ref in one.refs)
        self.to_be_linked = frozenset([*(one.source for one in self.plan.of(Create)), *linking])
        now = self.parts.clock.now()
        self._resting = {
            (one.hold.entity, ref, one.hold.payload): one.hold
            for one in self.store.open_holds()
            if one.hold.payload and one.next_try_at is not None and one.next_try_at > now
            for _, ref in one.hold.refs
            if ref is not None
        }

    @property
    def store(self) -> Store:
        return self.parts.store

    def tally(self, system: SystemName, entity: Entity, verb: str, count: int = 1) -> None:
        self.applied.counts[f"{system}.{entity}.{verb}"] += count

    def awake(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs without those that were refused just so a while ago: they rest, and their holds stand."""
        resting = [self._resting.get((_entity(job.action), _subject(job.action), digest(job.write))) for job in jobs]
        self.applied.resting += [hold for hold in resting if hold is not None]
        return [job for job, hold in zip(jobs, resting, strict=True) if hold is None]

    def look_again(self, refs: Iterable[Ref], reason: str, *, now: bool = True) -> None:
        """Queue records for another look: in this run (`now`), or in the next one."""
        several = list(refs)
        if several:
            self.store.add_recheck(several, reason)
            self.applied.queued.update(several)
            self.applied.again = self.applied.again or now


def chunks(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


# --- our own state ---------------------------------------------------------------------------------------


def laid_over(base: Base | None, agreed: Pair[Mapping[str, Value]]) -> Base:
    nothing: Pair[Mapping[str, Value]] = Pair({}, {})
    held = base.values if base else nothing
    return Base(Pair(overlay(held.netsuite, agreed.netsuite), overlay(held.salesforce, agreed.salesforce)))


def remember(work: Work, link: Link, agreed: Pair[Mapping[str, Value]]) -> None:
    before = work.store.bases([link.id]).get(link.id)
    work.store.save_bases({link.id: laid_over(before, agreed)})


def stamp(work: Work, keys: Sequence[Rekey]) -> None:
    """Write our key on records that exist already. It is no business field and may be written any number of
    times: no intent is needed, and a refusal is counted, not held; what may go better next time is tried then."""
    for system in SystemName:
        mine = [one for one in keys if one.ref.system is system]
        for chunk in chunks(mine, work.parts.settings.chunk):
            writes = [Write(one.ref.type, one.ref.id, {}, one.key) for one in chunk]
            for one, outcome in zip(chunk, work.parts.systems.of(system).write(writes), strict=True):
                work.tally(system, one.entity, "keyed" if isinstance(outcome, Done) else "not_keyed")
                if isinstance(outcome, Unknown | Deferred):
                    work.look_again([one.ref], "our key may be missing on it", now=False)


def release(work: Work, organizations: Sequence[Ref]) -> None:
    """Look again at the people and sales of organizations that have their own counterpart from now on, but for those
    that find theirs by this very plan, and their parent with it."""
    for system in SystemName:
        keys = [child_key(ref) for ref in organizations if ref.system is system]
        for entity in (Entity.PERSON, Entity.OPPORTUNITY) if keys else ():
            found = work.store.candidates(system, entity, keys)
            children = {ref for refs in found.values() for ref in refs} - work.to_be_linked
            if children:
                work.look_again(children, "its organization is linked now")


# --- resolving ---------------------------------------------------------------------------------------


def resolve(work: Work, later: Later, system: SystemName) -> str | None:
    """The id on `system` of what `later` is linked to by now."""
    link = work.store.links([later.ref]).get(later.ref)
    if link is not None and link.state == "active" and link.entity is not Entity.LEAD:
        return link.refs.of(system).id
    stand_in = work.plan.stand_ins.get(later.ref)
    return stand_in.id if stand_in is not None and stand_in.system is system else None


def resolved(work: Work, fields: Mapping[str, Planned], system: SystemName) -> tuple[dict[str, Raw], dict[str, Ref]]:
    """`fields` with every `Later` replaced; apart from them, those that name a record without a counterpart yet."""
    done: dict[str, Raw] = {}
    waiting: dict[str, Ref] = {}
    for name, value in fields.items():
        if not isinstance(value, Later):
            done[name] = value
        elif (id_ := resolve(work, value, system)) is not None:
            done[name] = id_
        else:
            waiting[name] = value.ref
    return done, waiting


# --- sending ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """An action with its write ready to send."""

    action: Create | Update | Retire
    write: Write


def send(work: Work, system: SystemName, jobs: Sequence[Job]) -> list[tuple[Job, Outcome, int]]:
    """Intent first, then the write; returns the outcomes with their intents' ids, which are closed by then
    unless unknown. BrakePulled when too many writes before it were refused."""
    sending(work, system, [(job.write.type, _subject(job.action)) for job in jobs])
    with work.store.transaction():
        ids = work.store.open_intents([intent(work, job) for job in jobs])
        updates = (job.action for job in jobs if isinstance(job.action, Update))
        work.store.put_overruled([lost for update in updates for lost in _overruled(work, update)])
    outcomes = work.parts.systems.of(system).write([job.write for job in jobs])
    return list(zip(jobs, outcomes, ids, strict=True))


def sending(work: Work, system: SystemName, writes: Iterable[tuple[str, Ref]]) -> None:
    """Count what is about to be sent, by record type and the record it is about."""
    heed_refusals(work)
    refusals = work.applied.refusals
    refusals.sent.update((system, type_) for type_, ref in writes if ref not in refusals.known)


def heed_refusals(work: Work) -> None:
    """Stop before a rule that refuses everything has filled the list of holds. Raises BrakePulled."""
    released([work.applied.refusals.pulled(work.parts.settings.limits)], work.parts.settings.allow)


def _subject(action: Create | Update | Retire) -> Ref:
    return action.source if isinstance(action, Create) else action.ref


def _entity(action: Create | Update | Retire) -> Entity:
    return Entity.LEAD if isinstance(action, Retire) else action.entity


def intent(work: Work, job: Job) -> Intent:
    action = job.action
    verb = "create" if isinstance(action, Create) else "update" if isinstance(action, Update) else "retire"
    ref = None if isinstance(action, Create) else action.ref
    return Intent(
        id=0,
        run_id=work.run_id,
        verb=verb,  # type: ignore[arg-type]
        system=action.system if isinstance(action, Create) else action.ref.system,
        entity=_entity(action),
        type=job.write.type,
        ref=ref,
        source=action.source if isinstance(action, Create) else None,
        key=job.write.key,
        payload_hash=digest(job.write),
        opened_at=work.parts.clock.now(),
        values=_sent(action),
    )


def _sent(action: Create | Update | Retire) -> Mapping[str, Value]:
    """What both sides hold once the write has taken: without fields that the plan writes on the other side too."""
    if isinstance(action, Retire):
        return {}
    joint = action.joint if isinstance(action, Update) else frozenset()
    return {name: value for name, value in action.values.items() if name not in joint}


def _overruled(work: Work, update: Update) -> Iterator[Overruled]:
    """The values of other people that a write is about to replace."""
    for name, reason in update.loses.items():
        yield Overruled(
            entity=update.entity,
            ref=update.ref,
            field=name,
            value=update.expected.get(name),
            value_written=update.values[name],
            modified_at=update.modified_at,
            modified_by=update.modified_by,
            reason=reason,
            at=work.parts.clock.now(),
            run_id=work.run_id,
        )


def digest(write: Write) -> str:
    """Tells a write from another one of the same record."""
    text = json.dumps(write.fields, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_WORD = {Done: "applied", Refused: "refused", Unknown: "unknown", Deferred: "deferred"}


def close(work: Work, sent: Iterable[tuple[object, Outcome, int]]) -> None:
    work.store.close_intents({id_: _WORD[type(outcome)] for _, outcome, id_ in sent}, work.parts.clock.now())


def answered(work: Work, sent: Iterable[tuple[object, Outcome, int]]) -> None:
    """Remember which writes have taken before they are read back, which may fail: what a person takes back meanwhile
    would look as though nothing had arrived."""
    done = {id_: "answered" for _, outcome, id_ in sent if isinstance(outcome, Done)}
    if done:
        work.store.close_intents(done, work.parts.clock.now())


# --- failing ---------------------------------------------------------------------------------------


def failed(
    work: Work,
    entity: Entity,
    refs: Pair[Ref | None],
    outcome: Outcome,
    system: SystemName,
    look_at: Sequence[Ref],
    payload: str = "",
    names: Pair[str | None] = Pair(None, None),
) -> None:
    """A write that did not take: look again where that helps, hold where a person must. `payload`: its digest."""
    if isinstance(outcome, Refused) and outcome.kind in ("stale", "converted"):
        work.look_again(look_at, outcome.reason)
    elif isinstance(outcome, Refused):
        kind = "deleted" if outcome.kind == "missing" else "refused"
        reason = f"{system.title} refused it: {outcome.reason}"
        fields = ", ".join(outcome.fields) or None
        hold = Hold(kind, entity, refs, fields, reason, code=outcome.code, names=names, payload=payload)  # type: ignore[arg-type]
        work.applied.failures.append(hold)
        work.tally(system, entity, "refused")
        refused(work, entity, system, outcome, look_at)
    elif isinstance(outcome, Unknown):
        work.look_again(look_at, outcome.reason, now=False)
        work.tally(system, entity, "unknown")
    elif isinstance(outcome, Deferred):
        work.look_again(look_at, outcome.reason, now=False)
        work.tally(system, entity, "deferred")


def refused(work: Work, entity: Entity, system: SystemName, outcome: Refused, refs: Iterable[Ref]) -> None:
    """Count a refusal, unless it is that of a record which is held for one already."""
    refusals = work.applied.refusals
    if not refusals.known.intersection(refs):
        refusals.refused[system, work.parts.mappings.of(entity).record_type(system), outcome.code] += 1


def one_sided(ref: Ref) -> Pair[Ref | None]:
    nothing: Pair[Ref | None] = Pair(None, None)
    return nothing.replace(ref.system, ref)


def pair_of(one: Ref, other: Ref) -> Pair[Ref]:
    return Pair(one, other) if one.system is SystemName.NETSUITE else Pair(other, one)


def refs_or_none(one: Ref, other: Ref) -> Pair[Ref | None]:
    pair = pair_of(one, other)
    return Pair(pair.netsuite, pair.salesforce)

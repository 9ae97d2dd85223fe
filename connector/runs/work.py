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

from connector.core.flow import (
    Base,
    Create,
    Deferred,
    Done,
    Hold,
    Later,
    Link,
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
from connector.core.ports import Intent, Store
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
    """What came of a plan. `queued`: records to look at again; `again`: already in this run."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Hold] = field(default_factory=list)
    conversions: list[Conversed] = field(default_factory=list)
    queued: set[Ref] = field(default_factory=set)
    again: bool = False


@dataclass(slots=True)
class Work:
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
    times: no intent is needed, and a failure is counted, not held; the record's next sighting tries again."""
    for system in SystemName:
        mine = [one for one in keys if one.ref.system is system]
        for chunk in chunks(mine, work.parts.settings.chunk):
            writes = [Write(one.ref.type, one.ref.id, {}, one.key) for one in chunk]
            for one, outcome in zip(chunk, work.parts.systems.of(system).write(writes), strict=True):
                work.tally(system, one.entity, "keyed" if isinstance(outcome, Done) else "not_keyed")


def release(work: Work, organizations: Sequence[Ref]) -> None:
    """Look again at the people and sales of organizations that have their own counterpart from now on."""
    for system in SystemName:
        keys = [child_key(ref) for ref in organizations if ref.system is system]
        for entity in (Entity.PERSON, Entity.OPPORTUNITY) if keys else ():
            found = work.store.candidates(system, entity, keys)
            children = {ref for refs in found.values() for ref in refs}
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


def resolved(work: Work, fields: Mapping[str, Planned], system: SystemName) -> dict[str, Raw] | Ref:
    """`fields` with every `Later` replaced, or the first record that has no counterpart yet."""
    done: dict[str, Raw] = {}
    for name, value in fields.items():
        if isinstance(value, Later):
            id_ = resolve(work, value, system)
            if id_ is None:
                return value.ref
            done[name] = id_
        else:
            done[name] = value
    return done


# --- sending ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """An action with its write ready to send."""

    action: Create | Update | Retire
    write: Write


def send(work: Work, system: SystemName, jobs: Sequence[Job]) -> list[tuple[Job, Outcome, int]]:
    """Intent first, then the write; returns the outcomes with their intents' ids, which are closed by then
    unless unknown."""
    with work.store.transaction():
        ids = work.store.open_intents([intent(work, job) for job in jobs])
    outcomes = work.parts.systems.of(system).write([job.write for job in jobs])
    return list(zip(jobs, outcomes, ids, strict=True))


def intent(work: Work, job: Job) -> Intent:
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


def close(work: Work, sent: Iterable[tuple[object, Outcome, int]]) -> None:
    work.store.close_intents({id_: _WORD[type(outcome)] for _, outcome, id_ in sent}, work.parts.clock.now())


# --- failing ---------------------------------------------------------------------------------------


def failed(
    work: Work,
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


def one_sided(ref: Ref) -> Pair[Ref | None]:
    nothing: Pair[Ref | None] = Pair(None, None)
    return nothing.replace(ref.system, ref)


def pair_of(one: Ref, other: Ref) -> Pair[Ref]:
    return Pair(one, other) if one.system is SystemName.NETSUITE else Pair(other, one)


def refs_or_none(one: Ref, other: Ref) -> Pair[Ref | None]:
    pair = pair_of(one, other)
    return Pair(pair.netsuite, pair.salesforce)

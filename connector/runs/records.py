"""Create and update records: send, read back, remember. The base is what was read back, not what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.core.flow import (
    Base,
    Create,
    Done,
    Hold,
    Link,
    Outcome,
    Pair,
    Ref,
    Refused,
    Rekey,
    SourceRecord,
    Unknown,
    Update,
    Write,
    Written,
)
from connector.core.lifecycle import may_have_moved
from connector.core.mapping.translate import Links
from connector.core.matching.keys import key_of
from connector.core.matching.likeness import likeness
from connector.core.planning.holding import name_of
from connector.core.schema import Entity, Gap, SystemName, Value
from connector.runs.reading import StoredLinks, is_last_written_by_us, read
from connector.runs.recover import agreed_with_found
from connector.runs.work import (
    Job,
    Work,
    answered,
    chunks,
    close,
    digest,
    failed,
    one_sided,
    pair_of,
    refs_or_none,
    release,
    remember,
    resolved,
    send,
    stamp,
)

# --- creating ---------------------------------------------------------------------------------------


def create(work: Work, creates: Sequence[Create]) -> None:
    for system in SystemName:
        mine = [one for one in creates if one.system is system]
        done = 0
        for chunk in chunks(mine, work.parts.settings.chunk):
            _create_chunk(work, system, chunk)
            done += len(chunk)
            work.progress(f"creating {system.title} {mine[0].type}", done, len(mine))


def _create_chunk(work: Work, system: SystemName, creates: Sequence[Create]) -> None:
    jobs = []
    for create in creates:
        fields, waiting = resolved(work, create.fields, system)
        if waiting:
            orphaned(work, create.entity, one_sided(create.source), next(iter(waiting.values())))
        else:
            jobs.append(Job(create, Write(create.type, None, fields, key_of(create.source))))
    jobs = work.awake(jobs)
    if not jobs:
        return
    answered = send(work, system, jobs)
    sent = _adopt_unknown(work, system, answered)
    made = [
        (job.action, outcome.ref)
        for job, outcome, _ in sent
        if isinstance(outcome, Done) and isinstance(job.action, Create)
    ]
    stamp(work, [Rekey(create.entity, create.source, key_of(ref)) for create, ref in made if create.stamp])
    # What was found by its key may have been edited before it was: only what was sent is agreed on.
    back = read(work.parts, [outcome.ref for _, outcome, _ in answered if isinstance(outcome, Done)])
    found = {key_of(create.source): ref for create, ref in made if ref not in back}
    agreed = agreed_with_found(work.parts, system, creates[0].entity, found) if found else {}
    doubles = _named_doubles(work, sent)
    with work.store.transaction():
        _remember_made(work, made, back, _answered_at(answered), agreed)
        for job, outcome, _ in sent:
            assert isinstance(job.action, Create)
            if not isinstance(outcome, Done):
                _not_created(work, job.action, job.write, outcome, doubles)
        close(work, sent)


def orphaned(work: Work, entity: Entity, refs: Pair[Ref | None], parent: Ref, field: str | None = None) -> None:
    """Hold a record, or the one field that names its parent, until that has a counterpart; the next run looks again."""
    reason = f"waits for its parent {parent}, which has no counterpart in {parent.system.other.title} yet"
    work.applied.failures.append(Hold("missing_parent", entity, refs, field, reason))
    work.look_again([ref for _, ref in refs if ref], "parent missing", now=False)


def _adopt_unknown(
    work: Work, system: SystemName, sent: list[tuple[Job, Outcome, int]]
) -> list[tuple[Job, Outcome, int]]:
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


def _answered_at(sent: Sequence[tuple[Job, Outcome, int]]) -> dict[Ref, datetime]:
    return {done.ref: done.at for _, done, _ in sent if isinstance(done, Done) and done.at is not None}


def _remember_made(
    work: Work,
    made: Sequence[tuple[Create, Ref]],
    back: Mapping[Ref, SourceRecord],
    answered_at: Mapping[Ref, datetime],
    agreed: Mapping[str, Mapping[str, Value]],
) -> None:
    """Link what was made; its base is what it holds now. A chunk at once, because a statement costs more than a row.
    `agreed`: by key, what is agreed on with what was only found."""
    bases: dict[int, Base] = {}
    likenesses, written, now = [], list[Written](), work.parts.clock.now()
    for create, ref in made:
        link = _linked_to(work, create, ref, create.reason)
        values = now_linked(work, create.values)
        if ref not in back:
            values = now_linked(work, agreed.get(key_of(create.source), {}))
        held = read_back(work, create.entity, back.get(ref), values, answered_at.get(ref))
        sent: Pair[Mapping[str, Value]] = Pair(values, values)
        bases[link.id] = Base(sent.replace(create.system, {**held, **_agreed_before(create)}))
        if create.edits:
            work.look_again([create.source, ref], "takes over edits of its lead")
            edits = now_linked(work, {name: edit for name, (edit, _) in create.edits.items()})
            written += [Written(ref, name, edit, held.get(name), now) for name, edit in edits.items()]
        likenesses.append((ref, create.entity, likeness(create.entity, held).carries))
        likenesses.append((create.source, create.entity, likeness(create.entity, values).carries))
        work.tally(create.system, create.entity, "created")
    work.store.save_bases(bases)
    work.store.index(likenesses)
    work.store.put_written(written)
    release(work, [create.source for create, _ in made if create.entity is Entity.ORGANIZATION])


def _linked_to(work: Work, create: Create, ref: Ref, reason: str) -> Link:
    """A link of the record that was to be made for `create`; it takes the place of the one to a deleted record."""
    now = work.parts.clock.now()
    if create.replaces is not None:
        work.store.end_link(create.replaces, "gone", create.reason, now)
        work.applied.counts[f"links.{create.entity}.ended"] += 1
    return work.store.add_link(create.entity, pair_of(create.source, ref), reason, now)


def _agreed_before(create: Create) -> dict[str, Value]:
    return {name: agreed for name, (_, agreed) in create.edits.items() if not isinstance(agreed, Gap)}


def _not_created(
    work: Work, create: Create, write: Write, outcome: Outcome, doubles: Mapping[Ref, SourceRecord]
) -> None:
    if isinstance(outcome, Refused) and outcome.kind == "duplicate" and _adoptable(work, create, outcome, doubles):
        assert outcome.existing is not None
        _linked_to(work, create, outcome.existing, "the system named it as the same")
        work.look_again([create.source, outcome.existing], "adopted")
        work.applied.counts[f"links.{create.entity}.linked"] += 1
    else:
        nameless: Pair[str | None] = Pair(None, None)
        source = create.source
        if isinstance(outcome, Refused) and outcome.kind == "missing":
            # What is not made yet cannot be missing: its parent is, which may be restored.
            outcome = replace(outcome, kind="rule")
        names = nameless.replace(source.system, name_of(create.entity, create.values))
        failed(work, create.entity, one_sided(source), outcome, create.system, [source], digest(write), names)


def _named_doubles(work: Work, sent: Sequence[tuple[Job, Outcome, int]]) -> Mapping[Ref, SourceRecord]:
    """The records that the system named as what a create would double: read before a transaction begins, because
    nobody else can write to our state during one."""
    named = [outcome.existing for _, outcome, _ in sent if isinstance(outcome, Refused) and outcome.existing]
    return read(work.parts, named)


def _adoptable(work: Work, create: Create, refused: Refused, doubles: Mapping[Ref, SourceRecord]) -> bool:
    """A record that the system names as the double may be adopted when it is of the same kind and free."""
    existing = refused.existing
    if existing is None or existing.type != create.type:
        return False
    link = work.store.links([existing]).get(existing)
    record = doubles.get(existing)
    free = record is not None and not record.deleted and record.key in (None, "", key_of(create.source))
    return link is None and free


def now_linked(work: Work, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """`values` with references to things that have been linked since they were translated named by their link."""
    refs = {
        name: Ref.parse(value.removeprefix("ref:"))
        for name, value in values.items()
        if isinstance(value, str) and value.startswith("ref:") and value.count(":") >= 3
    }
    links = StoredLinks(work.store)
    links.preload(refs.values())
    ids = {name: links.link_of(ref) for name, ref in refs.items()}
    return {**values, **{name: f"link:{id_}" for name, id_ in ids.items() if id_ is not None}}


def read_back(
    work: Work, entity: Entity, record: SourceRecord | None, written: Mapping[str, Value], answered_at: datetime | None
) -> dict[str, Value]:
    """What the written side holds now, in the fields that were written; what was sent where it cannot be read, or
    where somebody else has written since: what they typed is an edit then, and no rule of the system's."""
    if record is None or record.deleted or is_overwritten(work, record, answered_at):
        return dict(written)
    values = canonical(work, entity, record)
    return {name: values.get(name, value) for name, value in written.items()}


def is_overwritten(work: Work, record: SourceRecord, answered_at: datetime | None = None) -> bool:
    """Whether the record was last changed by another user than us, or after our write was answered, where that can be
    told. Rules that a system runs in our own transaction leave our name on it (documented for Salesforce), and come
    before the answer."""
    if answered_at is not None and record.modified_at is not None and record.modified_at > answered_at:
        return True
    return is_last_written_by_us(work.parts, record) is False


def canonical(work: Work, entity: Entity, record: SourceRecord) -> Mapping[str, Value]:
    links: Links = StoredLinks(work.store)
    return work.parts.mappings.of(entity).read(record.ref.system, record.fields, links).values


# --- updating ---------------------------------------------------------------------------------------


def update(work: Work, updates: Sequence[Update]) -> None:
    for system in SystemName:
        mine = [one for one in updates if one.ref.system is system]
        done = 0
        for chunk in chunks(mine, work.parts.settings.chunk):
            _update_chunk(work, system, chunk)
            done += len(chunk)
            work.progress(f"updating {system.title} {mine[0].ref.type}", done, len(mine))


def _update_chunk(work: Work, system: SystemName, updates: Sequence[Update]) -> None:
    now = read(work.parts, [one.ref for one in updates])
    work.applied.missed.update(ref for one in updates for ref in (one.ref, one.other))
    jobs = []
    for update in updates:
        fields, waiting = resolved(work, update.fields, system)
        if waiting:
            update = _without_orphans(work, update, waiting)
        if not fields:
            continue
        if _moved(work, update, now.get(update.ref)):
            work.tally(system, update.entity, "moved")
            work.look_again([update.ref, update.other], "moved since it was read")
        else:
            jobs.append(Job(update, Write(update.ref.type, update.ref.id, fields)))
    jobs = work.awake(jobs)
    if not jobs:
        return
    sent = send(work, system, jobs)
    answered(work, sent)
    applied = [
        job.action.ref for job, outcome, _ in sent if isinstance(outcome, Done) and isinstance(job.action, Update)
    ]
    work.applied.missed -= {ref for one in updates if one.ref in applied for ref in (one.ref, one.other)}
    back = read(work.parts, applied)
    with work.store.transaction():
        for job, outcome, _ in sent:
            assert isinstance(job.action, Update)
            _updated(work, job, outcome, back)
        close(work, sent)


def _without_orphans(work: Work, update: Update, waiting: Mapping[str, Ref]) -> Update:
    """An update without the fields that name a parent which has no counterpart yet: these are held, each alone."""
    lines, system = work.parts.mappings.of(update.entity).fields, update.ref.system
    written = ((name, vendor) for name in update.values for vendor in lines[name].lenses.of(system).writes)
    parents = {name: waiting[vendor] for name, vendor in written if vendor in waiting}
    for name, parent in parents.items():
        orphaned(work, update.entity, refs_or_none(update.ref, update.other), parent, name)
    return replace(
        update,
        values={name: value for name, value in update.values.items() if name not in parents},
        loses={name: reason for name, reason in update.loses.items() if name not in parents},
        joint=update.joint - parents.keys(),
    )


def _moved(work: Work, update: Update, record: SourceRecord | None) -> bool:
    """Whether the record no longer holds what the plan believed, in the fields to be written."""
    if record is None or record.deleted or record.converted is not None:
        return True
    mapping = work.parts.mappings.of(update.entity)
    values = canonical(work, update.entity, record)
    return any(
        name in values and not mapping.same(name, values[name], expected) for name, expected in update.expected.items()
    )


def _updated(work: Work, job: Job, outcome: Outcome, back: Mapping[Ref, SourceRecord]) -> None:
    update = job.action
    assert isinstance(update, Update)
    system = update.ref.system
    if isinstance(outcome, Done):
        values = now_linked(work, update.values)
        held = read_back(work, update.entity, back.get(update.ref), values, outcome.at)
        link = work.store.links([update.ref]).get(update.ref)
        if update.entity is Entity.LEAD:
            link = work.store.lead_links([update.ref]).get(update.ref, link)
        # A write into a NetSuite lead that has moved on may have come after its contact was made, which knows nothing
        # of it then.
        if link is not None and not (link.entity is Entity.LEAD and may_have_moved(back.get(update.ref))):
            remember(work, link, _agreed_on(work, update, values, held))
        now = work.parts.clock.now()
        work.store.put_written([Written(update.ref, name, sent, held[name], now) for name, sent in values.items()])
        work.tally(system, update.entity, "updated")
        if work.parts.mappings.of(update.entity).openers.intersection(values):
            work.look_again([update.ref, update.other], "it has other fields now")
    else:
        both_refs = refs_or_none(update.ref, update.other)
        failed(work, update.entity, both_refs, outcome, system, [update.ref, update.other], digest(job.write))


def _agreed_on(
    work: Work, update: Update, values: Mapping[str, Value], held: Mapping[str, Value]
) -> Pair[Mapping[str, Value]]:
    """What both sides agree on now. A field that the plan writes on both is agreed on once both hold it: until then
    the side that has it reads as edited, so that it crosses even if the other write is lost."""
    ours, theirs, half = dict(held), dict(values), work.applied.half
    for name in update.joint:
        if (update.other, name) in half:
            theirs[name] = half[update.other, name]
        else:
            half[update.ref, name] = ours.pop(name)
            del theirs[name]
    agreed: Pair[Mapping[str, Value]] = Pair(theirs, theirs)
    return agreed.replace(update.ref.system, ours)

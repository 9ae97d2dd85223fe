"""Carry out conversions: convertLead in Salesforce, moving leads on in NetSuite, the end of a lead's link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from connector.core.conversion import agreed_of_person
from connector.core.flow import (
    Base,
    Conversion,
    Convert,
    Done,
    Hold,
    Later,
    Outcome,
    Pair,
    Planned,
    Raw,
    Ref,
    Rekey,
    Relink,
    Retire,
    SourceRecord,
    Write,
)
from connector.core.lifecycle import entity_of
from connector.core.matching.keys import key_of
from connector.core.ports import Intent, Overruled
from connector.core.schema import Entity, SystemName
from connector.runs.reading import read
from connector.runs.records import canonical, is_overwritten
from connector.runs.work import (
    Conversed,
    Job,
    Work,
    chunks,
    close,
    digest,
    failed,
    one_sided,
    resolve,
    send,
    sending,
    stamp,
)


def convert(work: Work, converts: Sequence[Convert]) -> None:
    """Convert Salesforce leads; one whose edits did not reach it waits, as nothing would show them afterwards."""
    for chunk in chunks(converts, 100):
        ready = []
        for convert in chunk:
            conversion = _conversion(work, convert)
            if conversion is None:
                _wait(work, convert, "waits for its organization, which has no counterpart in Salesforce yet")
            elif convert.lead in work.applied.missed:
                _wait(work, convert, "waits until the edits of its NetSuite record have reached the lead")
            else:
                ready.append((convert, conversion))
        if ready:
            _convert_chunk(work, ready)
            work.progress("converting Salesforce leads", len(ready), len(converts))


def _wait(work: Work, convert: Convert, reason: str) -> None:
    refs = one_sided(convert.lead).replace(SystemName.NETSUITE, convert.person)
    work.applied.failures.append(Hold("missing_parent", Entity.LEAD, refs, None, reason))
    work.look_again(_in_hand(convert), reason, now=False)


def _conversion(work: Work, convert: Convert) -> Conversion | None:
    account = (
        convert.account if isinstance(convert.account, str) else resolve(work, convert.account, SystemName.SALESFORCE)
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


def _convert_chunk(work: Work, ready: Sequence[tuple[Convert, Conversion]]) -> None:
    sending(work, SystemName.SALESFORCE, [(convert.lead.type, convert.lead) for convert, _ in ready])
    with work.store.transaction():
        ids = work.store.open_intents([_convert_intent(work, convert) for convert, _ in ready])
        work.store.put_overruled([lost for convert, _ in ready for lost in _overruled(work, convert)])
    outcomes = work.parts.systems.salesforce.convert([conversion for _, conversion in ready])
    keys = {convert.lead: _keys(convert, outcome) for (convert, _), outcome in zip(ready, outcomes, strict=True)}
    stamp(work, [key for both in keys.values() for key in both])
    contacts = [key.ref for both in keys.values() for key in both if key.ref.system is SystemName.SALESFORCE]
    back = read(work.parts, [*contacts, *(lead for lead, both in keys.items() if both)])
    with work.store.transaction():
        for (convert, _), outcome in zip(ready, outcomes, strict=True):
            _after_conversion(work, convert, outcome, back)
        close(work, [(None, outcome, id_) for outcome, id_ in zip(outcomes, ids, strict=True)])


def _overruled(work: Work, convert: Convert) -> Iterator[Overruled]:
    """The edits that stay behind in the NetSuite record."""
    if not convert.loses:
        return
    customer = work.store.links_by_id([convert.link_id])[convert.link_id].refs.netsuite
    reason = f"both sides had changed it, and the lead was {convert.reason}"
    for name, (lost, carried) in convert.loses.items():
        now = work.parts.clock.now()
        yield Overruled(Entity.LEAD, customer, name, lost, carried, None, None, reason, now, work.run_id)


def _keys(convert: Convert, outcome: Outcome) -> list[Rekey]:
    """The person that the lead became carries our key on both sides from the first moment."""
    if not isinstance(outcome, Done) or outcome.converted is None:
        return []
    contact = outcome.converted.contact
    if convert.person is None or contact is None:
        return []
    return [
        Rekey(Entity.PERSON, convert.person, key_of(contact)),
        Rekey(Entity.PERSON, contact, key_of(convert.person)),
    ]


def _in_hand(convert: Convert) -> list[Ref]:
    """What a second look needs: the lead, and the prospect and the person that it became, which no cursor will show
    again."""
    prospect = convert.account.ref if isinstance(convert.account, Later) else None
    return [ref for ref in (convert.lead, prospect, convert.person) if ref is not None]


def _convert_intent(work: Work, convert: Convert) -> Intent:
    return Intent(
        id=0,
        run_id=work.run_id,
        verb="convert",
        system=SystemName.SALESFORCE,
        entity=Entity.LEAD,
        type=convert.lead.type,
        ref=convert.lead,
        source=convert.person,
        key=None,
        payload_hash="",
        opened_at=work.parts.clock.now(),
    )


def _after_conversion(work: Work, convert: Convert, outcome: Outcome, back: Mapping[Ref, SourceRecord]) -> None:
    """End the lead's link and link the person; what Salesforce made is looked at again in this run."""
    if not isinstance(outcome, Done) or outcome.converted is None:
        refs = one_sided(convert.lead).replace(SystemName.NETSUITE, convert.person)
        failed(work, Entity.LEAD, refs, outcome, SystemName.SALESFORCE, _in_hand(convert))
        return
    now = work.parts.clock.now()
    converted = outcome.converted
    became = [ref for ref in (converted.account, converted.contact, converted.opportunity) if ref]
    lead = work.store.links_by_id([convert.link_id])[convert.link_id].refs
    work.store.end_link(convert.link_id, "converted", convert.reason, now)
    work.tally(SystemName.SALESFORCE, Entity.LEAD, "converted")
    work.applied.conversions.append(Conversed(lead, tuple(became), convert.reason))
    work.look_again(became, "conversion")
    contact = converted.contact
    if convert.person is not None and contact is not None:
        linked = work.store.links([convert.person, contact])
        if not any(link.state == "active" for link in linked.values()):
            link = work.store.add_link(Entity.PERSON, Pair(convert.person, contact), "made of one lead", now)
            work.store.save_bases({link.id: _base_of_the_lead(work, convert, back, contact)})
        work.look_again([convert.person], "conversion")


def _base_of_the_lead(work: Work, convert: Convert, back: Mapping[Ref, SourceRecord], contact: Ref) -> Base:
    person, lead = work.parts.mappings.of(Entity.PERSON), back.get(convert.lead)
    values = canonical(work, Entity.PERSON, back[contact])
    held = canonical(work, Entity.LEAD, lead) if lead is not None else {}
    made = convert.contact is None and not is_overwritten(work, back[contact])
    return agreed_of_person(convert.agreed, person, held, values, made=made)


# --- moving NetSuite leads on ---------------------------------------------------------------------------------------


def retire(work: Work, retires: Sequence[Retire]) -> frozenset[Ref]:
    """Returns the leads that could not be moved on: their links must not end yet. One whose edits did not reach what
    it became stays in use: nothing else would show them."""
    ready = [
        one for one in retires if _successors_linked(work, one.after) and work.applied.missed.isdisjoint(one.after)
    ]
    done: set[Ref] = set()
    for chunk in chunks(ready, work.parts.settings.chunk):
        now = read(work.parts, [one.ref for one in chunk])
        still = [one for one in chunk if _unedited(work, one, now.get(one.ref))]
        work.look_again((one.ref for one in chunk if one not in still), "edited while it was being converted")
        jobs = work.awake([Job(one, Write(one.ref.type, one.ref.id, _plain(one.fields))) for one in still])
        sent = send(work, SystemName.NETSUITE, jobs)
        overtaken = _overtaken(work, sent)
        sent += send(work, SystemName.NETSUITE, [_undone(job.action) for job, *_ in sent if job.write.id in overtaken])
        with work.store.transaction():
            for job, outcome, _ in sent:
                assert isinstance(job.action, Retire)
                if job.action.ref.id in overtaken:
                    work.look_again([job.action.ref, *job.action.after], "moved on while it was taken out of use")
                elif isinstance(outcome, Done):
                    done.add(job.action.ref)
                    work.tally(SystemName.NETSUITE, Entity.LEAD, "retired")
                    work.look_again([job.action.ref, *job.action.after], "conversion")
                else:
                    refs, payload = one_sided(job.action.ref), digest(job.write)
                    failed(work, Entity.LEAD, refs, outcome, SystemName.NETSUITE, [job.action.ref], payload)
            close(work, sent)
    return frozenset(one.ref for one in retires) - done


def _overtaken(work: Work, sent: Iterable[tuple[Job, Outcome, int]]) -> set[str]:
    """The ids of leads that somebody made a prospect between our look and our write, which is to be undone then."""
    done = [outcome.ref for job, outcome, _ in sent if isinstance(outcome, Done) and _can_be_undone(job.action)]
    now = read(work.parts, done) if done else {}
    return {ref.id for ref, one in now.items() if not one.deleted and entity_of(one) is not Entity.LEAD}


def _can_be_undone(action: object) -> bool:
    return isinstance(action, Retire) and bool(action.undo)


def _undone(action: object) -> Job:
    assert isinstance(action, Retire)
    reason = f"moved on meanwhile, undone: {action.reason}"
    write = Write(action.ref.type, action.ref.id, _plain(action.undo))
    return Job(replace(action, fields=action.undo, reason=reason), write)


def _unedited(work: Work, one: Retire, record: SourceRecord | None) -> bool:
    """Whether the lead is still one, and holds what the plan knew: nobody looks into it any more once it is out of
    use."""
    if record is None or record.deleted:
        return True
    if entity_of(record) is not Entity.LEAD:
        return False
    mapping, values = work.parts.mappings.of(Entity.LEAD), canonical(work, Entity.LEAD, record)
    known = (name for name in one.expected if name in values and name in mapping.fields)
    return all(mapping.same(name, values[name], one.expected[name]) for name in known)


def _plain(fields: Mapping[str, Planned]) -> dict[str, Raw]:
    return {name: value for name, value in fields.items() if not isinstance(value, Later)}


def relink(work: Work, relinks: Sequence[Relink], unmoved: frozenset[Ref]) -> None:
    """End the links of leads whose successors are linked; the others are looked at again by the next run."""
    links = work.store.links_by_id(one.retire for one in relinks)
    for one in relinks:
        refs = links[one.retire].refs
        if refs.netsuite not in unmoved and _successors_linked(work, one.after):
            work.store.end_link(one.retire, one.state, one.reason, work.parts.clock.now())
            work.applied.counts[f"links.{links[one.retire].entity}.ended"] += 1
            if one.state == "converted":
                work.applied.conversions.append(Conversed(refs, one.after, one.reason))
        else:
            reason = _waits_for(work, one.after)
            if reason is not None:
                held: Pair[Ref | None] = Pair(refs.netsuite, refs.salesforce)
                work.applied.failures.append(Hold("missing_parent", links[one.retire].entity, held, None, reason))
            work.look_again(links[one.retire].refs_both(), reason or "still in use", now=False)


def _waits_for(work: Work, after: Sequence[Ref]) -> str | None:
    """What holds up the end of a lead; None where it is the lead's own write, which is told by itself."""
    if not _successors_linked(work, after):
        return "waits until what it became has a counterpart on the other side"
    return None if work.applied.missed.isdisjoint(after) else "waits until its edits have reached what it became"


def _successors_linked(work: Work, after: Iterable[Ref]) -> bool:
    refs = list(after)
    links = work.store.links(refs)
    return all((ref in links and links[ref].state == "active") or ref in work.plan.stand_ins for ref in refs)

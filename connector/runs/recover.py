"""Resolve what an earlier run left open, by reading: every pending intent becomes applied or is looked at again.

A create whose answer was lost is found by our key and adopted, with the values that were sent as its base (where it
was sent more than once: those sent alike each time), so that whatever a user typed into it since reads as that user's
edit; the source gets our key when it is looked at again. Of an update, what the record holds as it was sent is agreed
on, so that what a user typed on the other side since is an edit and no conflict. Everything else restarts from the
read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce

from connector.core.flow import Base, Link, Pair, Ref, SourceRecord
from connector.core.lifecycle import may_have_moved
from connector.core.merge import alike
from connector.core.ports import Intent
from connector.core.schema import Entity, SystemName, Value
from connector.runs.parts import Parts
from connector.runs.reading import StoredLinks, is_last_written_by_us, read
from connector.runs.work import laid_over


def recover(parts: Parts) -> int:
    """Close every pending intent; returns how many there were."""
    pending = parts.store.pending_intents()
    creates = [intent for intent in pending if intent.verb == "create"]
    found = _find_creates(parts, creates)
    agreed = _agreed_with(parts, creates, found)
    now = read(parts, [intent.ref for intent in pending if intent.verb == "update" and intent.ref is not None])
    for intent in pending:
        with parts.store.transaction():
            made = found.get((intent.system, intent.key or ""))
            if intent.verb == "create" and made is not None:
                _adopt(parts, intent, made, agreed.get(intent.key or "", intent.values))
            if intent.verb == "update" and intent.ref in now:
                _agree(parts, intent, now[intent.ref])
            refs = [ref for ref in (intent.ref, intent.source, made) if ref is not None]
            parts.store.add_recheck(refs, "left open by an earlier run")
            word = "applied" if made is not None else "deferred"
            parts.store.close_intents({intent.id: word}, parts.clock.now())
    return len(pending)


def _find_creates(parts: Parts, creates: Sequence[Intent]) -> Mapping[tuple[SystemName, str], Ref]:
    keys: dict[tuple[SystemName, str], list[str]] = defaultdict(list)
    for intent in creates:
        if intent.key:
            keys[intent.system, intent.type].append(intent.key)
    found: dict[tuple[SystemName, str], Ref] = {}
    for (system, type_), wanted in sorted(keys.items()):
        for key, refs in parts.systems.of(system).find_by_key(type_, wanted).items():
            if len(refs) == 1:
                found[system, key] = refs[0]
    return found


def _agreed_with(
    parts: Parts, creates: Sequence[Intent], found: Mapping[tuple[SystemName, str], Ref]
) -> Mapping[str, Mapping[str, Value]]:
    made: dict[tuple[SystemName, Entity], dict[str, Ref]] = defaultdict(dict)
    for intent in creates:
        ref = found.get((intent.system, intent.key or ""))
        if ref is not None and intent.key is not None:
            made[intent.system, intent.entity][intent.key] = ref
    agreed: dict[str, Mapping[str, Value]] = {}
    for (system, entity), refs in sorted(made.items()):
        agreed |= agreed_with_found(parts, system, entity, refs)
    return agreed


def _adopt(parts: Parts, intent: Intent, made: Ref, agreed: Mapping[str, Value]) -> None:
    source = intent.source
    assert source is not None
    of_kind = parts.store.lead_links if intent.entity is Entity.LEAD else parts.store.links
    known = {
        ref: link
        for ref, link in of_kind([made, source]).items()
        if link.state == "active" and link.entity is intent.entity
    }
    if made in known:
        return
    if source in known:  # it was made again, for one that was deleted
        parts.store.end_link(known[source].id, "gone", "made again", parts.clock.now())
    refs = Pair(made, source) if made.system is SystemName.NETSUITE else Pair(source, made)
    link = parts.store.add_link(intent.entity, refs, "adopted after a lost answer", parts.clock.now())
    parts.store.save_bases({link.id: Base(Pair(agreed, agreed))})


def agreed_with_found(
    parts: Parts, system: SystemName, entity: Entity, found: Mapping[str, Ref]
) -> dict[str, Mapping[str, Value]]:
    """By key, what is agreed on with records that were found by it: what every create under it sent alike, and of the
    rest what the record holds as one of them sent it. Which of them made it cannot be told, as one whose answer was
    lost may land after the source was edited and it was sent again."""
    each: dict[str, list[Mapping[str, Value]]] = defaultdict(list)
    for one in parts.store.creates_sent(system, list(found)):
        each[one.key or ""].append(one.values)
    unequal = [found[key] for key, sent in each.items() if any(values != sent[0] for values in sent)]
    now = read(parts, unequal) if unequal else {}
    return {key: _agreed(parts, entity, sent, now.get(found[key])) for key, sent in each.items()}


def _agreed(
    parts: Parts, entity: Entity, sent: Sequence[Mapping[str, Value]], record: SourceRecord | None
) -> Mapping[str, Value]:
    agreed = reduce(alike, sent)
    if record is None or record.deleted or (entity is Entity.LEAD and may_have_moved(record)):
        return agreed
    mapping = parts.mappings.of(entity)
    holds = mapping.read(record.ref.system, record.fields, StoredLinks(parts.store)).values
    took = {
        name: value
        for values in sent
        for name, value in values.items()
        if name in holds and mapping.same(name, holds[name], value)
    }
    return {**took, **agreed}


def _agree(parts: Parts, intent: Intent, record: SourceRecord) -> None:
    """Remember as agreed on what `record` holds as it was sent: the other side held it when it was sent. Of a write
    that was answered, all that was sent: what differs is a later edit, or, where nobody but us has written since, what
    the system made of it. Nothing of a lead that has moved on, as of one that was read back."""
    link = _link_of(parts, intent, record.ref)
    if link is None or (link.entity is Entity.LEAD and may_have_moved(record)):
        return
    mapping = parts.mappings.of(intent.entity)
    holds = mapping.read(record.ref.system, record.fields, StoredLinks(parts.store)).values
    sent = {name: value for name, value in intent.values.items() if name in holds}
    took = {name: value for name, value in sent.items() if intent.answered or mapping.same(name, holds[name], value)}
    if took:
        became = {name: holds[name] for name in took} if is_last_written_by_us(parts, record) else took
        agreed: Pair[Mapping[str, Value]] = Pair(took, took)
        base = parts.store.bases([link.id]).get(link.id)
        parts.store.save_bases({link.id: laid_over(base, agreed.replace(record.ref.system, became))})


def _link_of(parts: Parts, intent: Intent, ref: Ref) -> Link | None:
    of_kind = parts.store.lead_links if intent.entity is Entity.LEAD else parts.store.links
    link = of_kind([ref]).get(ref)
    return link if link is not None and link.state == "active" and link.entity is intent.entity else None

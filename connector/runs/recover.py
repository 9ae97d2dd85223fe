"""Resolve what an earlier run left open, by reading: every pending intent becomes applied or is looked at again.

A create whose answer was lost is found by our key and adopted, with the values that were sent as its base, so
that whatever a user typed into it since reads as that user's edit; the source gets our key when it is looked at
again. Everything else restarts from the read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from connector.core.flow import Base, Pair, Ref
from connector.core.ports import Intent
from connector.core.schema import SystemName, Value
from connector.runs.parts import Parts


def recover(parts: Parts) -> int:
    """Close every pending intent; returns how many there were."""
    pending = parts.store.pending_intents()
    found = _find_creates(parts, [intent for intent in pending if intent.verb == "create"])
    for intent in pending:
        with parts.store.transaction():
            made = found.get((intent.system, intent.key or ""))
            if intent.verb == "create" and made is not None:
                _adopt(parts, intent, made)
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


def _adopt(parts: Parts, intent: Intent, made: Ref) -> None:
    source = intent.source
    assert source is not None
    known = parts.store.links([made, source])
    if any(link.state == "active" and link.entity is intent.entity for link in known.values()):
        return
    refs = Pair(made, source) if made.system is SystemName.NETSUITE else Pair(source, made)
    link = parts.store.add_link(intent.entity, refs, "adopted after a lost answer", parts.clock.now())
    sent: Pair[Mapping[str, Value]] = Pair(intent.values, intent.values)
    parts.store.save_bases({link.id: Base(sent)})

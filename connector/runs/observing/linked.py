"""Links of which a side is in hand: as both sides are now, gone, or merged into another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connector.core.conversion import gone_reason
from connector.core.flow import Base, Gone, Link, Linked, Observed, Pair, Ref, SourceRecord
from connector.core.matching.pair import Newcomer
from connector.core.scene import NO_VALUES
from connector.core.schema import Entity, Value
from connector.runs.observing.look import Look, fetch, is_here, leads_own, problems_of, translate


def never_agreed_on(look: Look) -> set[Ref]:
    """The other records of links for which the base cannot stand in: what is in hand shows a field that was never
    agreed on, and that is news."""
    links = {link.id: link for link in look.store.links(look.records).values() if link.state == "active"}
    bases = look.store.bases(links)
    return {ref for link in links.values() for ref in _unknown_sides(look, link, bases.get(link.id))}


def _unknown_sides(look: Look, link: Link, base: Base | None) -> Iterator[Ref]:
    for system, ref in link.refs:
        other = look.records.get(link.refs.other(system))
        if ref in look.records or other is None or not is_here(other):
            continue
        if base is None or _shows_news(look, link.entity, other, base):
            yield ref


def _shows_news(look: Look, entity: Entity, record: SourceRecord, base: Base) -> bool:
    """Whether a record shows a field that was never agreed on, and holds not just what it did when its counterpart,
    which did not show that field, was last in sight."""
    mapping, values = look.parts.mappings.of(entity), translate(look, entity, record)
    held, theirs = base.values.of(record.ref.system), base.values.other(record.ref.system)
    fresh = values.keys() - (held.keys() & theirs.keys())
    return any(name not in held or not mapping.same(name, values[name], held[name]) for name in fresh)


def see_linked(look: Look) -> Iterator[Linked]:
    links = {link.id: link for link in look.store.links(look.records).values() if link.state == "active"}
    bases = look.store.bases(links)
    for link_id in sorted(links):
        observed = _observe_link(look, links[link_id], bases.get(link_id))
        if observed is not None:
            yield Linked(observed, bases.get(link_id))


def refs_of(linked: Linked) -> tuple[Ref, ...]:
    return linked.observed.link.refs_both() if linked.observed.link else ()


def _observe_link(look: Look, link: Link, base: Base | None) -> Observed | None:
    records = Pair(look.records.get(link.refs.netsuite), look.records.get(link.refs.salesforce))
    if any(record is not None and not is_here(record) for _, record in records):
        return None
    held = base.values if base else NO_VALUES
    values = Pair(
        _values_or(look, link, records.netsuite, held.netsuite),
        _values_or(look, link, records.salesforce, held.salesforce),
    )
    return Observed(
        entity=link.entity,
        link=link,
        records=records,
        values=values,
        seen=Pair(records.netsuite is not None, records.salesforce is not None),
        problems=Pair(problems_of(look, records.netsuite), problems_of(look, records.salesforce)),
    )


def _values_or(look: Look, link: Link, record: SourceRecord | None, held: Mapping[str, Value]) -> Mapping[str, Value]:
    values = held if record is None else translate(look, link.entity, record)
    return leads_own(look, link.refs.netsuite, values) if link.entity is Entity.LEAD else values


def see_gone(look: Look) -> Iterator[Gone]:
    deleted = sorted((record for record in look.records.values() if record.deleted), key=lambda one: one.ref)
    links = look.store.links(record.ref for record in deleted)
    lost = {link.id: record for record in deleted if (link := links.get(record.ref)) and _is_lasting(link)}
    bases = look.store.bases(lost)
    for link_id, record in lost.items():
        link, system = links[record.ref], record.ref.system
        base = bases[link_id].agreed.other(system) if link_id in bases else {}
        survivor = look.records.get(link.refs.other(system))
        yield Gone(link, system, gone_reason(record), record.merged_into, survivor, base)


def _is_lasting(link: Link) -> bool:
    """An active link that is no lead's: those have events of their own."""
    return link.state == "active" and link.entity is not Entity.LEAD


def see_merged(look: Look) -> Iterator[Linked]:
    """Links that go on with the winner of a merge, because it has none; the first loser's, where there are several."""
    losers = {ref: record for ref, record in look.records.items() if record.merged_into is not None}
    links = {**look.store.links(losers), **look.store.lead_links(losers)}
    bases = look.store.bases(link.id for link in links.values())
    for ref, link in sorted(links.items()):
        winner = look.newcomers.get(losers[ref].merged_into or ref)
        if link.state != "active" or winner is None or winner.entity is not link.entity:
            continue
        observed = _with_winner(look, link, winner)
        if observed is not None:
            del look.newcomers[winner.ref]
            yield Linked(observed, bases.get(link.id), fresh=True, reason=f"{ref} was merged into {winner.ref}")


def _with_winner(look: Look, link: Link, winner: Newcomer) -> Observed | None:
    survivor = link.refs.other(winner.ref.system)
    fetch(look, [survivor])
    record = look.records[survivor]
    if record.deleted:
        return None
    other = survivor.system
    records: Pair[SourceRecord | None] = Pair(winner.record, winner.record)
    values = Pair(winner.values, winner.values).replace(other, translate(look, link.entity, record))
    problems = Pair(problems_of(look, winner.record), problems_of(look, winner.record))
    return Observed(
        entity=link.entity,
        link=link,
        records=records.replace(other, record),
        values=values,
        seen=Pair(True, True),
        problems=problems.replace(other, problems_of(look, record)),
    )

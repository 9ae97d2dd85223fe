"""See what changed on both sides and gather the scene for the planner.

Reads only. Whatever the planner may need to know is fetched here, in bulk: the other side of a link from the
base, records that a key or a likeness points at, the results of a conversion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from connector.core.conversion import gone_reason
from connector.core.flow import Base, Gone, Link, Linked, Observed, Pair, Ref, SourceRecord
from connector.core.lifecycle import entity_of
from connector.core.mapping.translate import Links
from connector.core.matching.keys import parse_key
from connector.core.matching.likeness import likeness
from connector.core.matching.pair import Neighbourhood, Newcomer
from connector.core.planning.gone import waits
from connector.core.planning.holding import stands
from connector.core.ports import Store, Wanted
from connector.core.scene import Account, LeadEvent, Scene
from connector.core.schema import Entity, Stage, SystemName, Value
from connector.runs.account import types_of
from connector.runs.answers import asked_about, due, written_lately
from connector.runs.parts import Parts, Progress

_NO_VALUES: Pair[Mapping[str, Value]] = Pair({}, {})


class StoredLinks(Links):
    """The links of the store as the translators ask for them, remembered for one pass."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_ref: dict[Ref, int | None] = {}
        self._by_id: dict[int, Link] = {}

    def preload(self, refs: Iterable[Ref]) -> None:
        wanted = [ref for ref in set(refs) if ref not in self._by_ref]
        found = self._store.links(wanted)
        for ref in wanted:
            self._remember(ref, found.get(ref))

    def link_of(self, ref: Ref) -> int | None:
        if ref not in self._by_ref:
            self._remember(ref, self._store.links([ref]).get(ref))
        return self._by_ref[ref]

    def ref_of(self, link_id: int, system: SystemName) -> Ref | None:
        if link_id not in self._by_id:
            self._by_id.update(self._store.links_by_id([link_id]))
        link = self._by_id.get(link_id)
        return link.refs.of(system) if link else None

    def _remember(self, ref: Ref, link: Link | None) -> None:
        usable = link is not None and link.state == "active" and link.entity is not Entity.LEAD
        self._by_ref[ref] = link.id if link is not None and usable else None
        if link is not None:
            self._by_id[link.id] = link


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at both systems. `cursors` may be stored once the plan of `scene` has been carried out;
    `rechecked` are the queued records that this look covered; `records` all that are in hand. `unseen`: linked
    records that a complete read did not show."""

    scene: Scene
    records: Mapping[Ref, SourceRecord]
    cursors: Mapping[tuple[SystemName, str], str]
    rechecked: tuple[Ref, ...]
    unseen: frozenset[Ref]
    likenesses: tuple[tuple[Ref, Entity, frozenset[str]], ...]


@dataclass(slots=True)
class _Look:
    parts: Parts
    account: Account
    links: StoredLinks
    records: dict[Ref, SourceRecord] = field(default_factory=dict)
    cursors: dict[tuple[SystemName, str], str] = field(default_factory=dict)
    problems: dict[Ref, Mapping[str, str]] = field(default_factory=dict)
    newcomers: dict[Ref, Newcomer] = field(default_factory=dict)
    carriers: dict[tuple[SystemName, Entity, str], tuple[Ref, ...]] = field(default_factory=dict)
    listed_deleted: set[Ref] = field(default_factory=set)

    @property
    def store(self) -> Store:
        return self.parts.store


def observe(parts: Parts, account: Account, progress: Progress, *, everything: bool = False) -> Sighting:
    """Read what changed since the cursors (or everything) and lay out the scene."""
    look = _Look(parts, account, StoredLinks(parts.store))
    _read_changes(look, progress, everything)
    counts = Pair(_count(look, SystemName.NETSUITE), _count(look, SystemName.SALESFORCE))
    unseen = frozenset(_unseen(look)) if everything else frozenset()
    rechecked = tuple(parts.store.rechecks())
    now, holds, answers = parts.clock.now(), parts.store.open_holds(), tuple(parts.store.open_answers())
    queued = {*rechecked, *due(holds, now), *asked_about(answers)}
    _fetch(look, queued)
    _fetch(look, (ref for link in parts.store.lead_links(queued).values() for ref in link.refs_both()))
    _fetch(look, _results_of_conversions(look))
    _fetch(look, _leads_turned_contact(look))
    _fetch(look, _other_sides_of_moved_leads(look))
    _fetch(look, _claims_with_a_sale(look))
    _fetch(look, _held_together(look))
    _fetch(look, _winners(look))
    _fetch(look, _survivors(look))
    lead_links = parts.store.lead_links(look.records)
    _meet_newcomers(look, lead_links)
    _fetch_pointed_at(look, lead_links)
    merged = tuple(_merged(look))
    moved_on = frozenset(one.observed.link.id for one in merged if one.observed.link)
    linked = tuple(_linked(look))
    scene = Scene(
        links=look.links,
        around=Neighbourhood(look.carriers, _links_around(look)),
        linked=linked,
        newcomers=tuple(look.newcomers.values()),
        events=tuple(one for one in _events(look, lead_links) if one.link.id not in moved_on),
        gone=tuple(one for one in _gone(look) if one.link.id not in moved_on),
        merged=merged,
        standing=tuple(one.hold for one in holds if stands(one.hold)),
        answers=answers,
        written=written_lately(parts.store, (ref for one in linked for ref in _both(one)), now),
        deleted=frozenset(ref for ref, record in look.records.items() if record.deleted),
        witnessed=frozenset(look.listed_deleted | _remembered_deletions(look)),
        problems=look.problems,
        won=frozenset(),
        observed_count=counts,
    )
    scene = replace(scene, won=_won(look, scene))
    return Sighting(
        scene=scene,
        cursors=look.cursors,
        records=look.records,
        rechecked=rechecked,
        unseen=unseen,
        likenesses=tuple(_likenesses(look, scene)),
    )


def _likenesses(look: _Look, scene: Scene) -> Iterator[tuple[Ref, Entity, frozenset[str]]]:
    """The match keys to remember: of newcomers, and of linked records as they look now."""
    for one in look.newcomers.values():
        yield one.ref, one.entity, one.likeness.carries
    for linked in scene.linked:
        observed = linked.observed
        for system, record in observed.records:
            if record is not None:
                yield record.ref, observed.entity, likeness(observed.entity, observed.values.of(system)).carries


# --- reading ---------------------------------------------------------------------------------------------


def vendor_fields(parts: Parts, system: SystemName, type_: str) -> tuple[str, ...]:
    """Every field that some mapping reads from records of that type."""
    names: set[str] = set()
    for entity in Entity:
        mapping = parts.mappings.of(entity)
        if mapping.record_type(system) == type_:
            names |= set(mapping.vendor_fields(system))
    return tuple(sorted(names))


def read(parts: Parts, refs: Iterable[Ref]) -> dict[Ref, SourceRecord]:
    """The records as they are now, all mapped fields."""
    found: dict[Ref, SourceRecord] = {}
    wanted = sorted(set(refs))
    for system in SystemName:
        mine = [ref for ref in wanted if ref.system is system]
        if mine:
            fields = {type_: vendor_fields(parts, system, type_) for type_ in {ref.type for ref in mine}}
            found.update(parts.systems.of(system).read(mine, fields))
    return found


def _read_changes(look: _Look, progress: Progress, everything: bool) -> None:
    for system in SystemName:
        wanted = [
            Wanted(
                type=type_,
                fields=vendor_fields(look.parts, system, type_),
                since=None if everything else look.store.cursor(system, type_),
            )
            for type_ in types_of(system)
        ]
        for type_, changes in look.parts.systems.of(system).changes(wanted).items():
            for page in changes.pages:
                look.records.update((record.ref, record) for record in page)
                look.listed_deleted.update(record.ref for record in page if record.deleted)
                progress(f"reading {system.title} {type_}", _count(look, system), None)
            look.cursors[system, type_] = changes.cursor


def _fetch(look: _Look, refs: Iterable[Ref]) -> None:
    missing = [ref for ref in set(refs) if ref not in look.records]
    if missing:
        look.records.update(read(look.parts, missing))


def _count(look: _Look, system: SystemName) -> int:
    return sum(1 for ref in look.records if ref.system is system)


def _results_of_conversions(look: _Look) -> Iterator[Ref]:
    """What a freshly converted lead became: it is written before the lead is marked, so it may be older news."""
    converted = [record for record in look.records.values() if record.converted is not None]
    active = look.store.lead_links(record.ref for record in converted)
    for record in converted:
        became = record.converted
        if record.ref in active and became is not None:
            yield from (ref for ref in (became.account, became.contact, became.opportunity) if ref)
            yield active[record.ref].refs.netsuite


def _leads_turned_contact(look: _Look) -> list[Ref]:
    """Save & Convert may turn the lead's id into the contact's: that customer is gone without being deleted."""
    contacts = (ref for ref in look.records if ref.type == "contact")
    return list(look.store.lead_links(Ref(SystemName.NETSUITE, "customer", ref.id) for ref in contacts))


def _other_sides_of_moved_leads(look: _Look) -> set[Ref]:
    """Both records of a lead of which one moved on; what is held together with either follows from there."""
    moved = (ref for ref, record in look.records.items() if _may_have_moved(record))
    return {ref for link in look.store.lead_links(moved).values() for ref in link.refs_both()}


def _claims_with_a_sale(look: _Look) -> set[Ref]:
    """Organizations whose stage is on hold, when a won opportunity of theirs comes in sight: it may be what the claim
    to be a customer was waiting for."""
    waiting = {one.hold.link_id for one in look.store.open_holds() if one.hold.field == "stage"}
    sold = _sold_to(look, _sales_in_hand(look)) & waiting if waiting else set()
    return {ref for link in look.store.links_by_id(sold).values() for ref in link.refs_both()}


def _sales_in_hand(look: _Look) -> Iterator[Mapping[str, Value]]:
    """The Salesforce opportunities of this pass, in canonical values."""
    mapping = look.parts.mappings.of(Entity.OPPORTUNITY)
    for ref, record in look.records.items():
        if ref.system is SystemName.SALESFORCE and ref.type == mapping.record_type(ref.system) and not record.deleted:
            yield mapping.read(ref.system, record.fields, look.links).values


def _sold_to(look: _Look, sales: Iterable[Mapping[str, Value]]) -> set[int]:
    """The link ids of the organizations that one of `sales` was won at."""
    won = look.parts.mappings.conversion.customer_evidence.won_stages
    names = (str(sale.get("organization")) for sale in sales if sale.get("stage") in won)
    return {int(name.removeprefix("link:")) for name in names if name.startswith("link:")}


def _held_together(look: _Look) -> set[Ref]:
    """All records of a hold of which one is in hand: what is held differs from the base, which cannot stand in.
    A record may be in several holds, so that one brings the next. A lead whose conversion is held needs its other
    side too."""
    holds = [{ref for _, ref in one.hold.refs if ref} for one in look.store.open_holds()]
    held: set[Ref] = set()
    while more := [refs for refs in holds if refs & (held | look.records.keys()) and not refs <= held]:
        held.update(*more)
    return held | {ref for link in look.store.lead_links(held).values() for ref in link.refs_both()}


def _winners(look: _Look) -> list[Ref]:
    return [record.merged_into for record in look.records.values() if record.merged_into is not None]


def _survivors(look: _Look) -> set[Ref]:
    """The counterparts of what was deleted: a delete of both is the end of a link."""
    deleted = [ref for ref, record in look.records.items() if record.deleted]
    links = {**look.store.links(deleted), **look.store.lead_links(deleted)}
    return {ref for link in links.values() if link.state == "active" for ref in link.refs_both()}


def _remembered_deletions(look: _Look) -> set[Ref]:
    """What a system listed as deleted in an earlier pass, which wanted a decision."""
    waiting = {ref for one in look.store.open_holds() if waits(one.hold) for _, ref in one.hold.refs if ref}
    return {ref for ref in waiting if ref in look.records and look.records[ref].deleted}


def _unseen(look: _Look) -> Iterator[Ref]:
    for link in look.store.iter_links():
        yield from (ref for ref in link.refs_both() if ref not in look.records)


# --- translating -----------------------------------------------------------------------------------------


def translate(look: _Look, entity: Entity, record: SourceRecord) -> Mapping[str, Value]:
    """Canonical values of a record; what cannot be understood is noted and left out."""
    reading = look.parts.mappings.of(entity).read(record.ref.system, record.fields, look.links)
    problems = {
        name: text + _label(look, entity, record, name)
        for name, text in reading.problems.items()
        if not _expected_problem(entity, record, name)
    }
    if problems:
        look.problems[record.ref] = problems
    return reading.values


def _label(look: _Look, entity: Entity, record: SourceRecord, name: str) -> str:
    """What the account calls a list value that no file knows: an id alone tells an admin nothing."""
    info = look.account.infos.of(record.ref.system).get(record.ref.type)
    for vendor_field in look.parts.mappings.of(entity).fields[name].lenses.of(record.ref.system).reads:
        known = info.fields.get(vendor_field) if info else None
        raw = record.fields.get(vendor_field)
        if known is not None and known.options and isinstance(raw, str) and known.options.get(raw, raw) != raw:
            return f" ({vendor_field}: {known.options[raw]})"
    return ""


def _expected_problem(entity: Entity, record: SourceRecord, name: str) -> bool:
    """Half-way through a conversion a status belongs to the other stage: that says nothing new."""
    if record.ref.type != "customer":
        return False
    return (entity is Entity.LEAD and name == "status" and record.stage is not Stage.LEAD) or (
        entity is Entity.ORGANIZATION and name == "stage" and record.stage is Stage.LEAD
    )


# --- newcomers -------------------------------------------------------------------------------------------


def _meet_newcomers(look: _Look, lead_links: Mapping[Ref, Link]) -> None:
    known = look.store.links(look.records)
    converting = _converting_customers(look, lead_links)
    taken_up = converting | set(_results_of_conversions(look))
    for ref, record in sorted(look.records.items()):
        if ref in look.newcomers or not _is_live(record):
            continue
        link = known.get(ref)
        if link is not None and not (link.entity is Entity.LEAD and link.state == "active" and ref in converting):
            continue
        entity = Entity.ORGANIZATION if ref in converting else entity_of(record)
        # A filter of the files keeps strangers out, never what a linked lead became.
        if ref in taken_up or look.parts.mappings.of(entity).in_scope(ref.system, record.fields):
            _meet(look, entity, record)


def _meet(look: _Look, entity: Entity, record: SourceRecord) -> None:
    values = translate(look, entity, record)
    look.newcomers[record.ref] = Newcomer(entity, record, values, likeness(entity, values))


def _is_live(record: SourceRecord) -> bool:
    return not record.deleted and not record.inactive and record.converted is None


def _converting_customers(look: _Look, lead_links: Mapping[Ref, Link]) -> set[Ref]:
    """NetSuite customers with a lead's link that are, or are about to become, an organization of their own id."""
    found = set()
    for link in lead_links.values():
        customer = look.records.get(link.refs.netsuite)
        lead = look.records.get(link.refs.salesforce)
        if customer is None or customer.deleted:
            continue
        sold = lead is not None and lead.converted is not None
        if entity_of(customer) is Entity.ORGANIZATION or (sold and customer.individual is False):
            found.add(customer.ref)
    return found


def _fetch_pointed_at(look: _Look, lead_links: Mapping[Ref, Link]) -> None:
    """Bring in unlinked records that a newcomer's key or likeness points at."""
    _find_carriers(look)
    pointed = {claim for one in look.newcomers.values() if (claim := parse_key(one.record.key, one.ref.system))}
    pointed |= {ref for refs in look.carriers.values() for ref in refs}
    strangers = {ref for ref in pointed if ref not in look.records}
    strangers -= set(look.store.links(strangers))
    if strangers:
        _fetch(look, strangers)
        _meet_newcomers(look, lead_links)
        _find_carriers(look)


def _find_carriers(look: _Look) -> None:
    """Who carries the keys that the newcomers seek: what the store knows, and the newcomers themselves."""
    sought: dict[tuple[SystemName, Entity], set[str]] = {}
    for one in look.newcomers.values():
        sought.setdefault((one.ref.system.other, one.entity), set()).update(one.likeness.seeks)
    found: dict[tuple[SystemName, Entity, str], set[Ref]] = {}
    for (system, entity), keys in sorted(sought.items()):
        for key, refs in look.store.candidates(system, entity, sorted(keys)).items():
            # A record in hand carries what it is called now, not what it was called when it was last seen.
            found.setdefault((system, entity, key), set()).update(set(refs) - look.newcomers.keys())
    for one in look.newcomers.values():
        for key in one.likeness.carries:
            if key in sought.get((one.ref.system, one.entity), ()):
                found.setdefault((one.ref.system, one.entity, key), set()).add(one.ref)
    look.carriers = {where: tuple(sorted(refs)) for where, refs in found.items()}


def _links_around(look: _Look) -> dict[Ref, Link]:
    refs = {ref for refs in look.carriers.values() for ref in refs}
    return {
        ref: link
        for ref, link in look.store.links(refs).items()
        if link.state == "active" and ref not in look.newcomers
    }


# --- linked ----------------------------------------------------------------------------------------------


def _linked(look: _Look) -> Iterator[Linked]:
    links = {link.id: link for link in look.store.links(look.records).values() if link.state == "active"}
    bases = look.store.bases(links)
    for link_id in sorted(links):
        observed = _observe_link(look, links[link_id], bases.get(link_id))
        if observed is not None:
            yield Linked(observed, bases.get(link_id))


def _both(linked: Linked) -> tuple[Ref, ...]:
    return linked.observed.link.refs_both() if linked.observed.link else ()


def _observe_link(look: _Look, link: Link, base: Base | None) -> Observed | None:
    records = Pair(look.records.get(link.refs.netsuite), look.records.get(link.refs.salesforce))
    if any(record is not None and (record.deleted or record.converted) for _, record in records):
        return None
    if base is None and (records.netsuite is None or records.salesforce is None):
        _fetch(look, link.refs_both())
        records = Pair(look.records.get(link.refs.netsuite), look.records.get(link.refs.salesforce))
    held = base.values if base else _NO_VALUES
    values = Pair(
        _values_or(look, link.entity, records.netsuite, held.netsuite),
        _values_or(look, link.entity, records.salesforce, held.salesforce),
    )
    return Observed(
        entity=link.entity,
        link=link,
        records=records,
        values=values,
        seen=Pair(records.netsuite is not None, records.salesforce is not None),
        problems=Pair(_problems(look, records.netsuite), _problems(look, records.salesforce)),
    )


def _values_or(
    look: _Look, entity: Entity, record: SourceRecord | None, held: Mapping[str, Value]
) -> Mapping[str, Value]:
    return held if record is None else translate(look, entity, record)


def _problems(look: _Look, record: SourceRecord | None) -> Mapping[str, str]:
    return look.problems.get(record.ref, {}) if record else {}


def _gone(look: _Look) -> Iterator[Gone]:
    deleted = sorted((record for record in look.records.values() if record.deleted), key=lambda one: one.ref)
    links = look.store.links(record.ref for record in deleted)
    lost = {link.id: record for record in deleted if (link := links.get(record.ref)) and _is_lasting(link)}
    bases = look.store.bases(lost)
    for link_id, record in lost.items():
        link, system = links[record.ref], record.ref.system
        base = bases[link_id].values.other(system) if link_id in bases else {}
        survivor = look.records.get(link.refs.other(system))
        yield Gone(link, system, gone_reason(record), record.merged_into, survivor, base)


def _is_lasting(link: Link) -> bool:
    """An active link that is no lead's: those have events of their own."""
    return link.state == "active" and link.entity is not Entity.LEAD


def _merged(look: _Look) -> Iterator[Linked]:
    """Links that go on with the winner of a merge, because it has none; the first loser's, where there are several."""
    losers = {ref: record for ref, record in look.records.items() if record.merged_into is not None}
    links = {**look.store.links(losers), **look.store.lead_links(losers)}
    bases = look.store.bases(link.id for link in links.values())
    for ref, link in sorted(links.items()):
        winner = look.newcomers.get(losers[ref].merged_into or ref)
        if link.state != "active" or winner is None or winner.entity is not link.entity:
            continue
        del look.newcomers[winner.ref]
        observed = _with_winner(look, link, winner)
        if observed is not None:
            yield Linked(observed, bases.get(link.id), fresh=True, reason=f"{ref} was merged into {winner.ref}")


def _with_winner(look: _Look, link: Link, winner: Newcomer) -> Observed | None:
    survivor = link.refs.other(winner.ref.system)
    _fetch(look, [survivor])
    record = look.records[survivor]
    if record.deleted:
        return None
    other = survivor.system
    records: Pair[SourceRecord | None] = Pair(winner.record, winner.record)
    values = Pair(winner.values, winner.values).replace(other, translate(look, link.entity, record))
    problems = Pair(_problems(look, winner.record), _problems(look, winner.record))
    return Observed(
        entity=link.entity,
        link=link,
        records=records.replace(other, record),
        values=values,
        seen=Pair(True, True),
        problems=problems.replace(other, _problems(look, record)),
    )


# --- lead events -----------------------------------------------------------------------------------------


def _events(look: _Look, lead_links: Mapping[Ref, Link]) -> Iterator[LeadEvent]:
    """Lead links of which a side was converted, moved on or deleted."""
    moved = {link.id: link for ref, link in lead_links.items() if _may_have_moved(look.records.get(ref))}
    bases = look.store.bases(moved)
    for link_id in sorted(moved):
        link = moved[link_id]
        _fetch(look, link.refs_both())
        values = bases[link_id].values if link_id in bases else _NO_VALUES
        yield _event(look, link, values)


def _may_have_moved(record: SourceRecord | None) -> bool:
    if record is None:
        return False
    return record.deleted or record.converted is not None or entity_of(record) is Entity.ORGANIZATION


def _event(look: _Look, link: Link, values: Pair[Mapping[str, Value]]) -> LeadEvent:
    records = Pair(look.records.get(link.refs.netsuite), look.records.get(link.refs.salesforce))
    lead = {**values.salesforce, **values.netsuite}
    keys = likeness(Entity.PERSON, {**lead, "organization": _as_organization(look, link.refs.netsuite)}).seeks
    same_id = Ref(SystemName.NETSUITE, "contact", link.refs.netsuite.id)
    persons = tuple(
        one
        for ref, one in sorted(look.newcomers.items())
        if ref.system is SystemName.NETSUITE
        and one.entity is Entity.PERSON
        and (one.likeness.carries & keys or ref == same_id)
    )
    contacts, company = _linked_persons(look, keys)
    return LeadEvent(link, records, values, persons, company, contacts, _edited_lead(look, records))


def _as_organization(look: _Look, customer: Ref) -> str:
    """How people name the company that the lead's own record has become: without an e-mail, a person is told by name
    and company."""
    link_id = look.links.link_of(customer)
    return f"ref:{customer}" if link_id is None else f"link:{link_id}"


def _edited_lead(look: _Look, records: Pair[SourceRecord | None]) -> Mapping[str, Value]:
    lead, customer = records.salesforce, records.netsuite
    if lead is None or lead.converted is None or customer is None or customer.deleted:
        return {}
    return translate(look, Entity.LEAD, customer)


def _linked_persons(look: _Look, keys: frozenset[str]) -> tuple[tuple[tuple[Ref, Ref | None], ...], Ref | None]:
    """Linked Salesforce contacts that look like the lead, each with its account; and the NetSuite company of the
    only one, if its NetSuite contact was just changed, as Save & Convert into it does. Likeness alone is no proof: a
    deleted lead may be a double that somebody cleaned up, and a conversion cannot be undone."""
    found = look.store.candidates(SystemName.SALESFORCE, Entity.PERSON, sorted(keys))
    refs = sorted({ref for several in found.values() for ref in several})
    links = {ref: link for ref, link in look.store.links(refs).items() if link.state == "active"}
    bases = look.store.bases(link.id for link in links.values())
    contacts = tuple(
        (ref, _organization_of(look, bases.get(link.id), SystemName.SALESFORCE)) for ref, link in sorted(links.items())
    )
    company = None
    if len(links) == 1:
        (link,) = links.values()
        changed = look.records.get(link.refs.netsuite)
        if changed is not None and not changed.deleted:
            company = _organization_of(look, bases.get(link.id), SystemName.NETSUITE)
    return contacts, company


def _organization_of(look: _Look, base: Base | None, system: SystemName) -> Ref | None:
    held = base.values.of(system).get("organization") if base else None
    if isinstance(held, str) and held.startswith("link:"):
        return look.links.ref_of(int(held.removeprefix("link:")), system)
    return None


# --- evidence --------------------------------------------------------------------------------------------


def _won(look: _Look, scene: Scene) -> frozenset[int]:
    """Organizations with a won opportunity; looked up only when a customer claim is on the table."""
    claims = [
        one
        for one in scene.linked
        if one.observed.entity is Entity.ORGANIZATION
        and one.observed.values.salesforce.get("stage") == Stage.CUSTOMER
        and one.observed.values.netsuite.get("stage") == Stage.PROSPECT
    ]
    if not claims:
        return frozenset()
    bases = look.store.bases(link.id for link in list(look.store.iter_links(Entity.OPPORTUNITY)))
    known = (base.values.salesforce for base in bases.values())
    return frozenset(_sold_to(look, (*known, *_sales_in_hand(look))))

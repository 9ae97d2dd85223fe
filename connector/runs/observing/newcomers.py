"""Live records without a link, and those that look like them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.core.flow import Link, Ref, SourceRecord
from connector.core.lifecycle import entity_of
from connector.core.matching.keys import parse_key
from connector.core.matching.likeness import Likeness, likeness, linked_home
from connector.core.matching.pair import Newcomer
from connector.core.schema import Entity, SystemName, Value
from connector.runs.observing.around import held_together, leads_turned_contact, results_of_conversions
from connector.runs.observing.look import Look, fetch, is_here, translate


def meet_newcomers(look: Look, lead_links: Mapping[Ref, Link]) -> None:
    known = look.store.links(look.records)
    converting = _converting_customers(look, lead_links)
    taken_up = converting | set(results_of_conversions(look))
    for ref, record in sorted(look.records.items()):
        if ref in look.newcomers or not _is_live(record):
            continue
        link = known.get(ref)
        if link is not None and ref not in look.again and not _is_unlinked(link, record, converting):
            continue
        entity = Entity.ORGANIZATION if ref in converting or _is_an_accounts(record) else entity_of(record)
        # A filter of the files keeps strangers out, never what a linked lead became.
        if ref in taken_up or look.parts.mappings.of(entity).in_scope(ref.system, record.fields):
            _meet(look, entity, record, link)


def _is_unlinked(link: Link, record: SourceRecord, converting: set[Ref]) -> bool:
    """Whether a live record with a link has none as what it is by now: its link ended with a delete, and somebody has
    brought it back. Or it is a lead's that is being converted, or was, and something else took the place that this one
    wants."""
    if link.state == "gone":
        return True
    if link.entity is not Entity.LEAD:
        return False
    if link.state == "active":
        return record.ref in converting
    return link.state == "converted" and entity_of(record) is Entity.ORGANIZATION


def _meet(look: Look, entity: Entity, record: SourceRecord, link: Link | None) -> None:
    values, claim = translate(look, entity, record), parse_key(record.key, record.ref.system)
    if claim is None and link is not None and link.state == "gone":
        claim = link.refs.other(record.ref.system)
    look.newcomers[record.ref] = Newcomer(entity, record, values, likeness(entity, values), claim)


def _is_live(record: SourceRecord) -> bool:
    return not record.deleted and not record.inactive and record.converted is None


def _is_an_accounts(record: SourceRecord) -> bool:
    """Whether our key says that a NetSuite customer is an account, also where somebody has made it a lead again."""
    claim = parse_key(record.key, record.ref.system)
    return record.ref.type == "customer" and claim is not None and claim.type == "Account"


def _converting_customers(look: Look, lead_links: Mapping[Ref, Link]) -> set[Ref]:
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


def fetch_pointed_at(look: Look, lead_links: Mapping[Ref, Link]) -> Mapping[Ref, Link]:
    """Bring in what a newcomer's key or likeness points at, or what it belongs to, as far as it has no link, or no more
    than one to what was deleted: its organization may be younger than our look at the organizations. Those point at
    others in turn: whoever is one of several is told only by all of them, and so is whoever is on hold with one that
    comes in sight. A contact may be what a lead has become, which comes with it: returns the leads' links of all that
    is in hand by now."""
    _find_carriers(look)
    while strangers := _strangers(look) | ((held_together(look) | _leads_alike(look)) - look.records.keys()):
        fetch(look, strangers)
        fetch(look, leads_turned_contact(look))
        lead_links = look.store.lead_links(look.records)
        meet_newcomers(look, lead_links)
        _find_carriers(look)
    _find_carriers(look)  # whoever is looked for in an organization that another one looks like
    return lead_links


def _strangers(look: Look) -> set[Ref]:
    pointed = {one.claim for one in look.newcomers.values() if one.claim}
    pointed |= {parent for one in look.newcomers.values() if (parent := _unlinked_parent(one))}
    pointed |= {ref for refs in look.carriers.values() for ref in refs}
    pointed |= set(_seekers(look)) | set(_contacts_of_claimed_leads(look))
    strangers = {ref for ref in pointed if ref not in look.records}
    left = {ref for one in look.holds if one.hold.kind == "deleted" for _, ref in one.hold.refs}
    known = {ref for ref, link in look.store.links(strangers).items() if _is_known(link, ref)}
    return strangers - (known - left)


def _contacts_of_claimed_leads(look: Look) -> Iterator[Ref]:
    """What Salesforce made of the leads that keys name: a contact that NetSuite made of the same lead names that."""
    for one in look.newcomers.values():
        lead = look.records.get(one.claim) if one.entity is Entity.PERSON and one.claim is not None else None
        if lead is not None and lead.converted is not None and lead.converted.contact is not None:
            yield lead.converted.contact


def _leads_alike(look: Look) -> set[Ref]:
    """Linked NetSuite leads that new contacts there look like: Save & Convert may have made them of those since we
    looked at what was deleted."""
    side = SystemName.NETSUITE
    people = [one for one in look.newcomers.values() if one.ref.system is side and one.entity is Entity.PERSON]
    if not people:
        return set()
    companies = _company_names(look, people)
    keys: set[str] = set()
    for one in people:
        keys |= likeness(Entity.LEAD, {**one.values, "company": companies.get(one.values.get("organization"))}).carries
    found = {ref for refs in look.store.candidates(side, Entity.LEAD, sorted(keys)).values() for ref in refs}
    return {link.refs.netsuite for link in look.store.lead_links(found).values()}


def _company_names(look: Look, people: Sequence[Newcomer]) -> Mapping[Value, Value]:
    """What the organizations are called that these belong to, as far as it is known."""
    linked = look.store.bases({home for one in people if (home := linked_home(one.values)) is not None})
    names: dict[Value, Value] = {
        f"link:{link_id}": base.values.netsuite.get("name") for link_id, base in linked.items()
    }
    parents = {ref for one in people if (ref := _unlinked_parent(one)) is not None} & look.newcomers.keys()
    return names | {f"ref:{ref}": look.newcomers[ref].values.get("name") for ref in parents}


def _is_known(link: Link, ref: Ref) -> bool:
    """Whether a link, or what it ended with, says all about a record: a converted Salesforce lead is nobody any more,
    but the NetSuite customer that it was may have no place as the organization that it is now."""
    return link.state == "active" or (link.state == "converted" and ref.system is SystemName.SALESFORCE)


def _seekers(look: Look) -> Iterator[Ref]:
    """Those that may look for what a newcomer carries, though it does not look for them: somebody without an e-mail is
    told by name and company."""
    carried: dict[tuple[SystemName, Entity], set[str]] = {}
    for one in look.newcomers.values():
        carries = one.likeness.carries.union(*(alike.carries for alike in _elsewhere(look, one)))
        carried.setdefault((one.ref.system.other, one.entity), set()).update(carries)
    for (system, entity), keys in sorted(carried.items()):
        for refs in look.store.candidates(system, entity, sorted(keys)).values():
            yield from refs


def _unlinked_parent(newcomer: Newcomer) -> Ref | None:
    named = newcomer.values.get("organization")
    return Ref.parse(named.removeprefix("ref:")) if isinstance(named, str) and named.startswith("ref:") else None


def _find_carriers(look: Look) -> None:
    """Who carries the keys that the newcomers seek: what the store knows, and what is in hand."""
    sought: dict[tuple[SystemName, Entity], set[str]] = {}
    for one in look.newcomers.values():
        seeks = one.likeness.seeks.union(*(alike.seeks for alike in _elsewhere(look, one)))
        sought.setdefault((one.ref.system.other, one.entity), set()).update(seeks)
    in_hand = dict(_in_hand(look)) if sought else {}
    gone = {ref for ref, record in look.records.items() if record.deleted}
    found: dict[tuple[SystemName, Entity, str], set[Ref]] = {}
    for (system, entity), keys in sorted(sought.items()):
        for key, refs in look.store.candidates(system, entity, sorted(keys)).items():
            # A record in hand carries what it is called now, not what it was called when it was last seen, if a run
            # that came to its end has seen it at all; one that is gone carries nothing.
            found.setdefault((system, entity, key), set()).update(set(refs) - in_hand.keys() - gone)
    for ref, (entity, carries) in in_hand.items():
        for key in carries:
            if key in sought.get((ref.system, entity), ()):
                found.setdefault((ref.system, entity, key), set()).add(ref)
    look.carriers = {where: tuple(sorted(refs)) for where, refs in found.items()}


def _in_hand(look: Look) -> Iterator[tuple[Ref, tuple[Entity, frozenset[str]]]]:
    """What newcomers and linked records are told by."""
    for ref, link in look.store.links(look.records).items():
        record = look.records[ref]
        if link.state == "active" and is_here(record):
            yield ref, (link.entity, likeness(link.entity, translate(look, link.entity, record)).carries)
    for one in look.newcomers.values():
        yield one.ref, (one.entity, one.likeness.carries)


def _elsewhere(look: Look, one: Newcomer) -> Iterator[Likeness]:
    """The likeness of somebody as one of an organization that looks like their own, so that its people are in sight."""
    for place in _places_alike(look, one):
        yield likeness(one.entity, {**one.values, "organization": place})


def _places_alike(look: Look, one: Newcomer) -> Iterator[str]:
    """The linked organizations that an unlinked one looks like; of a linked one, those that are held as its doubles."""
    named = _unlinked_parent(one)
    parent = look.newcomers.get(named) if named is not None else None
    if parent is not None:
        places = ((parent.ref.system.other, parent.entity, key) for key in parent.likeness.seeks)
        others = {ref for place in places for ref in look.carriers.get(place, ())}
        yield from (f"link:{link_id}" for ref in others if (link_id := look.links.link_of(ref)) is not None)
    home = linked_home(one.values)
    if home is not None:
        yield from (f"ref:{ref}" for ref in look.doubles.get(home, ()))


def links_around(look: Look) -> dict[Ref, Link]:
    refs = {ref for refs in look.carriers.values() for ref in refs}
    refs |= {one.claim for one in look.newcomers.values() if one.claim}
    return {
        ref: link
        for ref, link in look.store.links(refs).items()
        if link.state == "active" and ref not in look.newcomers
    }


def moved_on_around(look: Look) -> dict[Ref, Link]:
    """What the leads that new leads claim were linked with before they moved on."""
    claims = {one.claim for one in look.newcomers.values() if one.entity is Entity.LEAD and one.claim is not None}
    return {ref: link for ref, link in look.store.links(claims).items() if link.state == "converted"}

"""Lead links of which a side was converted, moved on or was deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from connector.core.became import Keys, by_all_that_tells, homes_of_namesakes, keys_of, persons_of
from connector.core.flow import Base, Link, Pair, Ref
from connector.core.lifecycle import may_have_moved
from connector.core.matching.likeness import likeness
from connector.core.scene import NO_VALUES, LeadEvent
from connector.core.schema import Entity, SystemName, Value
from connector.runs.observing.around import leads_turned_contact
from connector.runs.observing.look import Look, fetch, is_here, leads_own, translate
from connector.runs.observing.newcomers import fetch_pointed_at, meet_newcomers


def see_events(look: Look, lead_links: Mapping[Ref, Link], rechecked: Collection[Ref]) -> Iterator[LeadEvent]:
    """Lead links of which a side was converted, moved on or deleted. `rechecked`: what an earlier look led to."""
    more = True
    while more:
        moved = {link.id: link for ref, link in lead_links.items() if may_have_moved(look.records.get(ref))}
        fetch(look, (ref for link in moved.values() for ref in link.refs_both()))
        bases = look.store.bases(moved)
        values = {id_: bases[id_].agreed if id_ in bases else NO_VALUES for id_ in moved}
        keys = {id_: _keys_of_person(look, link, values[id_]) for id_, link in moved.items()}
        more = _meet_people(look, lead_links, {key for some in keys.values() for key in some.new})
        if more:
            lead_links = fetch_pointed_at(look, look.store.lead_links(look.records))
    in_hand, people = (_contacts_in_hand(look), by_all_that_tells(look.newcomers.values())) if moved else ({}, {})
    for link_id, link in sorted(moved.items()):
        records, agreed, sought = Pair(*map(look.records.get, link.refs_both())), values[link_id], keys[link_id]
        alike = {contact for key in sought.known for contact in in_hand.get(key, ())} | _link_of_its_contact(look, link)
        contacts, company = _linked_persons(look, sought.known, alike)
        persons = persons_of(link, records.netsuite, agreed, sought, people)
        event = LeadEvent(link, records, agreed, persons, company, contacts, _leads_now(look, link))
        yield replace(event, seen_before=link.refs.netsuite in rechecked)


def _keys_of_person(look: Look, link: Link, values: Pair[Mapping[str, Value]]) -> Keys:
    now = _leads_now(look, link)
    lead = {**now.salesforce, **values.salesforce, **values.netsuite}
    homes = _homes(look, link.refs.netsuite, lead)
    if _is_gone_and_converted(look, link):
        homes |= homes_of_namesakes(look.newcomers.values(), lead)
    return keys_of(lead, homes)


def _homes(look: Look, customer: Ref, lead: Mapping[str, Value]) -> set[str]:
    """Where the person that the lead became may belong, which tells it where it has no e-mail: to what the lead's own
    record has become, or, if Save & Convert left nothing of that, to any company of the name that the lead gives."""
    record = look.records.get(customer)
    named = likeness(Entity.ORGANIZATION, {"name": lead.get("company")}).seeks
    companies = {customer}
    if record is not None and record.deleted and named:
        side, entity = SystemName.NETSUITE, Entity.ORGANIZATION
        new = (one for one in look.newcomers.values() if one.ref.system is side and one.entity is entity)
        companies.update(one.ref for one in new if one.likeness.carries & named)
        companies.update(ref for refs in look.store.candidates(side, entity, sorted(named)).values() for ref in refs)
    return {_as_organization(look, one) for one in companies}


def _is_gone_and_converted(look: Look, link: Link) -> bool:
    """Whether Salesforce has converted a lead that is gone from NetSuite."""
    customer, lead = look.records.get(link.refs.netsuite), look.records.get(link.refs.salesforce)
    return customer is not None and customer.deleted and lead is not None and lead.converted is not None


def _meet_people(look: Look, lead_links: Mapping[Ref, Link], keys: set[str]) -> bool:
    """Bring in the NetSuite contacts without a link that carry one of these keys, though nothing changed on them: which
    of several a lead became is told only by all of them. A contact may be what another lead has become, which comes
    with it. Returns whether there were any."""
    found = look.store.candidates(SystemName.NETSUITE, Entity.PERSON, sorted(keys)) if keys else {}
    strangers = {ref for refs in found.values() for ref in refs} - look.records.keys()
    strangers -= {ref for ref, link in look.store.links(strangers).items() if link.state == "active"}
    if strangers:
        fetch(look, strangers)
        fetch(look, leads_turned_contact(look))
        meet_newcomers(look, lead_links)
    return bool(strangers)


def _as_organization(look: Look, customer: Ref) -> str:
    """How people name the company that they belong to."""
    link_id = look.links.link_of(customer)
    return f"ref:{customer}" if link_id is None else f"link:{link_id}"


def _leads_now(look: Look, link: Link) -> Pair[Mapping[str, Value]]:
    """What the lead's two records hold; a NetSuite record that has moved on is no lead's any more."""
    lead, customer = look.records.get(link.refs.salesforce), look.records.get(link.refs.netsuite)
    now = NO_VALUES
    if lead is not None and not lead.deleted:
        now = now.replace(SystemName.SALESFORCE, translate(look, Entity.LEAD, lead))
    if lead is not None and lead.converted is not None and customer is not None and not customer.deleted:
        values = translate(look, Entity.LEAD, customer)
        now = now.replace(SystemName.NETSUITE, leads_own(look, customer.ref, values))
    return now


def _contacts_in_hand(look: Look) -> Mapping[str, set[int]]:
    """Match key -> the links of the contacts in hand of which one side carries it now: Save & Convert into a contact
    may have given it the very e-mail that tells it."""
    links = look.store.links(ref for ref, record in look.records.items() if is_here(record))
    found: dict[str, set[int]] = {}
    for ref, link in links.items():
        if link.entity is Entity.PERSON and link.state == "active" and ref in look.records:
            for key in likeness(Entity.PERSON, translate(look, Entity.PERSON, look.records[ref])).carries:
                found.setdefault(key, set()).add(link.id)
    return found


def _link_of_its_contact(look: Look, lead: Link) -> set[int]:
    """The link of the contact that Salesforce made of a lead, which may belong to a company of any name."""
    record = look.records.get(lead.refs.salesforce)
    contact = record.converted.contact if record is not None and record.converted is not None else None
    link = look.store.links([contact]).get(contact) if contact is not None else None
    return {link.id} if link is not None and link.state == "active" else set()


def _linked_persons(
    look: Look, keys: frozenset[str], in_hand: Collection[int]
) -> tuple[tuple[tuple[Ref, Ref | None], ...], Ref | None]:
    """Linked Salesforce contacts that look like the lead, each with its account; and the NetSuite company of the
    only one, if its NetSuite contact was just changed, as Save & Convert into it does. Likeness alone is no proof: a
    deleted lead may be a double that somebody cleaned up, and a conversion cannot be undone. `in_hand`: the links of
    those that look like it now, or were made of it."""
    found = look.store.candidates(SystemName.SALESFORCE, Entity.PERSON, sorted(keys))
    known = look.store.links(ref for several in found.values() for ref in several).values()
    alike = {link.id: link for link in (*known, *look.store.links_by_id(in_hand).values())}
    links = {link.refs.salesforce: link for link in alike.values() if link.state == "active"}
    bases = look.store.bases(link.id for link in links.values())
    contacts = tuple(
        (ref, _organization_of(look, bases.get(link.id), SystemName.SALESFORCE)) for ref, link in sorted(links.items())
    )
    company = None
    if len(links) == 1:
        (link,) = links.values()
        contact = look.records.get(link.refs.netsuite)
        if contact is not None and not contact.deleted and contact.ref in look.changed:
            company = _organization_of(look, bases.get(link.id), SystemName.NETSUITE)
    return contacts, company


def _organization_of(look: Look, base: Base | None, system: SystemName) -> Ref | None:
    held = base.values.of(system).get("organization") if base else None
    if isinstance(held, str) and held.startswith("link:"):
        return look.links.ref_of(int(held.removeprefix("link:")), system)
    return None

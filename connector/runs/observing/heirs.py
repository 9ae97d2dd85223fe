"""What leads that somebody edited while NetSuite moved them on may be converted into."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from connector.core.conversion import company_of
from connector.core.flow import Link, Ref
from connector.core.scene import LeadEvent
from connector.core.schema import Entity, SystemName
from connector.runs.observing.around import held_together
from connector.runs.observing.look import Look, fetch
from connector.runs.observing.newcomers import fetch_pointed_at, meet_newcomers


def bring_heirs(look: Look, events: Collection[LeadEvent], lead_links: Mapping[Ref, Link]) -> None:
    """Bring in both records of each, to see whether they have room for the edit, and what is held with them."""
    heirs = _heirs_of_edited(look, events)
    if heirs:
        fetch(look, heirs)
        fetch(look, held_together(look))
        meet_newcomers(look, lead_links)
        fetch_pointed_at(look, lead_links)


def _heirs_of_edited(look: Look, events: Collection[LeadEvent]) -> set[Ref]:
    edited = [one for one in events if one.left_behind is SystemName.SALESFORCE and _is_edited(look, one)]
    heirs = {ref for event in edited for pair in event.contacts for ref in pair if ref is not None}
    for event in edited:
        heirs |= {event.link.refs.netsuite, *filter(None, [event.linked_company])}
        heirs |= {company for one in event.persons if (company := company_of(one))}
    return {ref for link in look.store.links(heirs).values() if link.state == "active" for ref in link.refs_both()}


def _is_edited(look: Look, event: LeadEvent) -> bool:
    lead, agreed = look.parts.mappings.of(Entity.LEAD), event.values.salesforce
    now = event.now.salesforce.items()
    return any(not lead.same(name, value, agreed.get(name)) for name, value in now)

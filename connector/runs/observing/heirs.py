"""What leads that NetSuite moved on may be converted into."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from connector.core.conversion import company_of
from connector.core.flow import Link, Ref
from connector.core.scene import LeadEvent
from connector.core.schema import Entity, SystemName
from connector.runs.observing.look import Look, fetch
from connector.runs.observing.newcomers import fetch_pointed_at, meet_newcomers


def bring_heirs(look: Look, events: Collection[LeadEvent], lead_links: Mapping[Ref, Link]) -> bool:
    """Bring in both records of each, to see whether they have room for edits of the lead, what somebody emptied there,
    and what is held with them. Returns whether there were any that had not been in hand."""
    strangers = _heirs(look, events) - look.records.keys()
    if strangers:
        fetch(look, strangers)
        meet_newcomers(look, lead_links)
        fetch_pointed_at(look, lead_links)
    return bool(strangers)


def _heirs(look: Look, events: Collection[LeadEvent]) -> set[Ref]:
    moved_on = [one for one in events if one.left_behind is SystemName.SALESFORCE]
    heirs = {ref for event in moved_on for pair in event.contacts for ref in pair if ref is not None}
    for event in moved_on:
        heirs |= {event.link.refs.netsuite, *filter(None, [event.linked_company])}
        heirs |= {company for one in event.persons if (company := company_of(one))}
    links = (link for link in look.store.links(heirs).values() if link.state == "active")
    return {ref for link in links if link.entity is not Entity.LEAD for ref in link.refs_both()}

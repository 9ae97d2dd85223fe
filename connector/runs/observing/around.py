"""What a look must fetch besides what changed: the other side of a hold, the results of a conversion."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.flow import Ref
from connector.core.lifecycle import may_have_moved
from connector.core.planning.gone import waits
from connector.core.schema import SystemName
from connector.runs.observing.look import Look, is_here
from connector.runs.observing.sales import sales_in_hand, sold_to


def results_of_conversions(look: Look) -> Iterator[Ref]:
    """What a freshly converted lead became: it is written before the lead is marked, so it may be older news."""
    converted = [record for record in look.records.values() if record.converted is not None]
    active = look.store.lead_links(record.ref for record in converted)
    for record in converted:
        became = record.converted
        if record.ref in active and became is not None:
            yield from (ref for ref in (became.account, became.contact, became.opportunity) if ref)
            yield active[record.ref].refs.netsuite


def leads_turned_contact(look: Look) -> list[Ref]:
    """Save & Convert may turn the lead's id into the contact's: that customer is gone without being deleted."""
    contacts = (ref for ref in look.records if ref.type == "contact")
    return list(look.store.lead_links(Ref(SystemName.NETSUITE, "customer", ref.id) for ref in contacts))


def contacts_of_gone_leads(look: Look) -> list[Ref]:
    """The same from the other end: of a lead that is gone, whatever has its id as a contact by now."""
    gone = (ref for ref, record in look.records.items() if ref.type == "customer" and record.deleted)
    return [Ref(SystemName.NETSUITE, "contact", ref.id) for ref in look.store.lead_links(gone)]


def late_conversions(look: Look) -> set[Ref]:
    """Both records of converted leads of which NetSuite's is gone, or has the id of a contact without a link: somebody
    may have converted there what was out of use already."""
    contacts = {ref for ref in look.records if ref.type == "contact"}
    contacts -= {ref for ref, link in look.store.links(contacts).items() if link.state == "active"}
    customers = {Ref(SystemName.NETSUITE, "customer", ref.id) for ref in contacts}
    customers |= {ref for ref, record in look.records.items() if ref.type == "customer" and record.deleted}
    links = look.store.links(customers).values()
    return {ref for link in links if link.state == "converted" for ref in link.refs_both()}


def other_sides_of_moved_leads(look: Look) -> set[Ref]:
    """Both records of a lead of which one moved on; what is held together with either follows from there."""
    moved = (ref for ref, record in look.records.items() if may_have_moved(record))
    return {ref for link in look.store.lead_links(moved).values() for ref in link.refs_both()}


def claims_with_a_sale(look: Look) -> set[Ref]:
    """Organizations whose stage is on hold, when a won opportunity of theirs comes in sight: it may be what the claim
    to be a customer was waiting for."""
    waiting = {one.hold.link_id for one in look.holds if one.hold.field == "stage"}
    sold = sold_to(look, sales_in_hand(look)) & waiting if waiting else set()
    return {ref for link in look.store.links_by_id(sold).values() for ref in link.refs_both()}


def held_together(look: Look) -> set[Ref]:
    """All records of a hold of which one is in hand: what is held differs from the base, which cannot stand in.
    A record may be in several holds, so that one brings the next. A lead whose conversion is held needs its other
    side too."""
    holds = [{ref for _, ref in one.hold.refs if ref} for one in look.holds]
    held: set[Ref] = set()
    while more := [refs for refs in holds if refs & (held | look.records.keys()) and not refs <= held]:
        held.update(*more)
    return held | {ref for link in look.store.lead_links(held).values() for ref in link.refs_both()}


def winners_of_merges(look: Look) -> list[Ref]:
    return [record.merged_into for record in look.records.values() if record.merged_into is not None]


def losers_to_those_brought_back(look: Look) -> Iterator[Ref]:
    """Records that are held as deleted, when somebody brings back one of their kind that was deleted: they may
    have been merged into it, which only they tell."""
    held = {ref for one in look.holds if one.hold.kind == "deleted" for _, ref in one.hold.refs if ref}
    here = (ref for ref, record in look.records.items() if is_here(record))
    back = {ref.type for ref, link in look.store.links(here).items() if link.state == "gone"} if held else set()
    yield from (ref for ref in held if ref.type in back)


def survivors(look: Look) -> set[Ref]:
    """The counterparts of what was deleted: a delete of both is the end of a link."""
    deleted = [ref for ref, record in look.records.items() if record.deleted]
    links = {**look.store.links(deleted), **look.store.lead_links(deleted)}
    return {ref for link in links.values() if link.state == "active" for ref in link.refs_both()}


def remembered_deletions(look: Look) -> set[Ref]:
    """What a system listed as deleted in an earlier pass, which wanted a decision."""
    waiting = {ref for one in look.holds if waits(one.hold) for _, ref in one.hold.refs if ref}
    return {ref for ref in waiting if ref in look.records and look.records[ref].deleted}


def not_shown(look: Look) -> Iterator[Ref]:
    for link in look.store.iter_links():
        yield from (ref for ref in link.refs_both() if ref not in look.records)

"""What somebody emptied on a contact or an account stays empty when a lead is converted into it.

Salesforce fills there what is empty from the lead. What the lead still holds of such a field is emptied right before.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.conversion import edits_left, field_of_heir
from connector.core.flow import Convert, FieldChange, Linked, Merged, Observed, Pair, Ref, Update
from connector.core.planning.desk import Desk
from connector.core.planning.heirs import account_of, contact_of, is_alone, successors
from connector.core.planning.linked import write_merged
from connector.core.scene import LeadEvent
from connector.core.schema import Entity, SystemName


def keep_empty(desk: Desk) -> tuple[Ref, ...]:
    """Empty leads that would fill again what somebody emptied. Those that are given an edit first wait for the next
    look; returns what must be looked at again for them."""
    linked = {one.observed.link.refs.salesforce: one for one in desk.scene.linked if one.observed.link is not None}
    events = {event.link.id: event for event in desk.scene.events}
    edited = {one.ref for one in desk.actions if isinstance(one, Update)}
    again: list[Ref] = []
    for convert in [one for one in desk.actions if isinstance(one, Convert)]:
        event, heirs = events[convert.link_id], [linked[ref] for ref in _heirs_now(desk, convert) if ref in linked]
        stale = sorted({name for heir in heirs for name in _emptied(desk, event, heir)})
        if stale and convert.lead in edited:
            desk.actions.remove(convert)
            again += [convert.lead, *successors(convert)]
        elif stale:
            _empty(desk, event, stale)
    return tuple(again)


def _heirs_now(desk: Desk, convert: Convert) -> list[Ref]:
    """What the lead is converted into by this plan: nothing before its account is known, and a contact of that one."""
    account, contact = account_of(desk, convert), contact_of(convert)
    if account is None:
        return []
    return [account, contact] if contact is not None and convert.contact_account == account.id else [account]


def _emptied(desk: Desk, event: LeadEvent, linked: Linked) -> Iterator[str]:
    """The lead's fields that this heir once shared with it, and that somebody has emptied there since."""
    observed, lead = linked.observed, desk.mapping(Entity.LEAD)
    heir, held = desk.mapping(observed.entity), event.now.salesforce
    edited = edits_left(event, lead, heir)
    for name, value in held.items():
        own = field_of_heir(observed.entity, name)
        if value is None or own not in heir.fields or own in edited or not is_alone(desk, heir, own):
            continue
        if observed.values.salesforce.get(own, value) is None and _was_emptied(desk, linked, own):
            yield name


def _was_emptied(desk: Desk, linked: Linked, name: str) -> bool:
    """Whether both had agreed on a value, or that there is none was carried across lately."""
    assert linked.observed.link is not None
    if linked.base is not None and linked.base.values.salesforce.get(name) is not None:
        return True
    lately = (desk.scene.written.get((ref, name), ()) for ref in linked.observed.link.refs_both())
    return any(some[-1].value is None for some in lately if some)


def _empty(desk: Desk, event: LeadEvent, names: list[str]) -> None:
    held = event.now.salesforce
    reason = "emptied on the record that it is converted into, which Salesforce would fill again"
    changes = tuple(FieldChange(name, SystemName.SALESFORCE, held[name], None, reason) for name in names)
    observed = Observed(Entity.LEAD, event.link, event.records, event.now, Pair(False, True))
    write_merged(desk, observed, event.link.refs, Merged(changes, (), Pair({}, {})))

"""An edit of a lead without an heir: what it belongs to is gone from a side, and carries it nowhere."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final

from connector.core.conversion import edits_left
from connector.core.flow import Convert, Gone, Hold, Pair, Ref, Retire, SourceRecord
from connector.core.lifecycle import entity_of
from connector.core.mapping.translate import EntityMapping
from connector.core.planning.desk import Desk
from connector.core.planning.heirs import contact_of, take_back, waits_for_decision
from connector.core.scene import LeadEvent
from connector.core.schema import Entity, Value

STAYS_IN_USE: Final = "STAYS_IN_USE"
"""The code of holds on leads that Salesforce converted into what was deleted, and which an edit keeps in use."""


def keep_in_use(desk: Desk) -> None:
    """Let NetSuite leads that Salesforce converted stay in use where somebody edited them meanwhile, and what the edit
    belongs to is gone from Salesforce, or its counterpart from NetSuite: nothing else shows it. One that is a prospect
    by now shows what belongs to the account itself."""
    in_use = {one.ref for one in desk.actions if isinstance(one, Retire) and one.undo}
    for event in desk.scene.events:
        if event.link.refs.netsuite in in_use:
            lost = _without_heir(desk, event, (Entity.ORGANIZATION, Entity.PERSON))
        elif _is_prospect(event.records.netsuite):
            lost = _without_heir(desk, event, (Entity.PERSON,))
        else:
            continue
        if lost:
            take_back(desk, event)
            desk.actions.append(_still_in_use(event, lost))


def _is_prospect(customer: SourceRecord | None) -> bool:
    return customer is not None and not customer.deleted and entity_of(customer) is Entity.ORGANIZATION


def _still_in_use(event: LeadEvent, lost: list[str]) -> Hold:
    refs: Pair[Ref | None] = Pair(event.link.refs.netsuite, event.link.refs.salesforce)
    edit = f"an edit ({', '.join(lost)}) that nothing else shows"
    reason = f"converted in Salesforce, and what it became is gone since; it holds {edit}, and stays in use"
    return Hold("deleted", Entity.LEAD, refs, None, reason, code=STAYS_IN_USE, link_id=event.link.id)


def _without_heir(desk: Desk, event: LeadEvent, heirs: Container[Entity]) -> list[str]:
    """The fields of edits that belong to one of `heirs` which is gone on a side, and that the other does not show
    either."""
    lead = event.records.salesforce
    became = lead.converted if lead is not None else None
    lost: set[str] = set()
    for ref, entity in ((became.account, Entity.ORGANIZATION), (became.contact, Entity.PERSON)) if became else ():
        ended = _gone(desk, ref)
        if entity in heirs and ref is not None and (ended is not None or ref in desk.scene.deleted):
            lost |= _unshown(desk, event, desk.mapping(entity), ended)
    return sorted(lost)


def wait_for_gone(desk: Desk) -> None:
    """Let leads wait that would be converted into a contact whose counterpart was deleted in NetSuite, where they hold
    an edit: nothing carries it there before that is decided."""
    events = {event.link.id: event for event in desk.scene.events}
    for convert in [one for one in desk.actions if isinstance(one, Convert)]:
        event, ended = events[convert.link_id], _gone(desk, contact_of(convert))
        lost = _unshown(desk, event, desk.mapping(Entity.PERSON), ended) if ended is not None else ()
        if ended is not None and lost:
            desk.actions.remove(convert)
            until = f"waits until the deletion of {ended.link.refs.netsuite} is decided"
            desk.actions += waits_for_decision(event, f"its edit ({', '.join(sorted(lost))}) {until}", [convert])


def _gone(desk: Desk, ref: Ref | None) -> Gone | None:
    """The end of a Salesforce record's link."""
    return next((one for one in desk.scene.gone if one.link.refs.salesforce == ref), None)


def _unshown(desk: Desk, event: LeadEvent, heir: EntityMapping, ended: Gone | None) -> set[str]:
    """The fields of edits of a lead that belong to an heir, which is gone, and that the survivor does not show."""
    shown = _survivors_values(desk, heir, ended)
    left = edits_left(event, desk.mapping(Entity.LEAD), heir)
    return {name for name, (value, _) in left.items() if not heir.same(name, value, shown.get(name))}


def _survivors_values(desk: Desk, heir: EntityMapping, ended: Gone | None) -> Mapping[str, Value]:
    """What is left of an heir and its counterpart holds."""
    survivor = ended.survivor if ended is not None else None
    return {} if survivor is None else heir.read(survivor.ref.system, survivor.fields, desk.scene.links).values

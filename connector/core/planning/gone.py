"""A linked record was deleted: hold it, or, where the configuration says so, take its counterpart out of use too.

A delete is followed only when the system itself said that it happened, and only onto a counterpart that nobody has
edited since both last agreed: edit beats delete. That a record is not shown any more proves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from connector.core.conversion import gone_reason
from connector.core.flow import Action, Delete, Gone, Hold, Pair, Plan, Ref, Relink, SourceRecord
from connector.core.lifecycle import entity_of
from connector.core.planning.desk import Desk
from connector.core.planning.holding import gone_hold
from connector.core.scene import LeadEvent
from connector.core.schema import Entity, SystemName

DELETE_WAITS: Final = "DELETE_WAITS"
"""The code of holds for deletes that were seen, and may be followed by a later run."""

_LAST_STATE: Final = "deleted in both systems"


def plan_gone(desk: Desk, gone: Gone) -> None:
    """What follows from a delete. Nothing here where it is made again: that begins with the record that is left."""
    if gone.survivor is not None and gone.survivor.ref in desk.again:
        return
    answer = next((one for one in desk.answered(*gone.link.refs_both()) if one.kind == "deleted"), None)
    verdict = _verdict(desk, gone, follow=desk.follow_deletes or (answer is not None and answer.choice == "follow"))
    if answer is not None:
        lapsed = isinstance(verdict, Hold)
        desk.answers[answer.id] = "lapsed" if lapsed else "carried_out"
        if isinstance(verdict, Hold):
            verdict = replace(verdict, reason=f"{verdict.reason}; an answer by {answer.by} lapsed")
    desk.actions.append(verdict)


def lead_gone(event: LeadEvent) -> Gone:
    """The deletion of a lead's record on one side, as that of any other link."""
    netsuite = event.records.netsuite
    system = SystemName.NETSUITE if netsuite is not None and netsuite.deleted else SystemName.SALESFORCE
    record = event.records.of(system)
    merged_into = record.merged_into if record else None
    survivor = event.records.other(system)
    return Gone(event.link, system, gone_reason(record), merged_into, survivor, event.values.other(system))


def without_deletes(plan: Plan, reason: str) -> Plan:
    """The same plan with every delete waiting for a decision instead."""
    actions = (_waiting(one, reason) if isinstance(one, Delete) else one for one in plan.actions)
    return replace(plan, actions=tuple(actions))


def waits(hold: Hold) -> bool:
    """Whether a hold stands for a delete that was seen and that a later run may follow."""
    return hold.code == DELETE_WAITS


def _waiting(delete: Delete, reason: str) -> Hold:
    nobody: Pair[Ref | None] = Pair(None, None)
    refs = nobody.replace(delete.ref.system, delete.ref).replace(delete.gone.system, delete.gone)
    text = f"{delete.reason}; {reason}"
    return Hold("deleted", delete.entity, refs, None, text, code=DELETE_WAITS, link_id=delete.link_id)


def _verdict(desk: Desk, gone: Gone, *, follow: bool) -> Action:
    survivor = gone.survivor
    if survivor is not None and survivor.deleted and gone.merged_into is None and survivor.merged_into is None:
        return Relink(gone.link.id, _LAST_STATE, state="gone")
    if not follow or gone.merged_into is not None or survivor is None:
        return _seen(desk, gone, gone_hold(gone))
    obstacle = _obstacle(desk, gone, survivor)
    if obstacle:
        return _seen(desk, gone, replace(gone_hold(gone), reason=obstacle))
    if survivor.inactive:
        reason = f"deleted in {gone.system.title}, inactive in {gone.system.other.title}"
        return Relink(gone.link.id, reason, state="gone")
    ref, lost = survivor.ref, gone.link.refs.of(gone.system)
    return Delete(gone.link.entity, ref, lost, gone.link.id, gone.base, f"deleted in {gone.system.title}")


def _seen(desk: Desk, gone: Gone, hold: Hold) -> Hold:
    """What was seen once is remembered: no cursor shows a deletion twice."""
    witnessed = gone.merged_into is None and gone.link.refs.of(gone.system) in desk.scene.witnessed
    return replace(hold, code=DELETE_WAITS) if witnessed else hold


def _obstacle(desk: Desk, gone: Gone, survivor: SourceRecord) -> str:
    """Why the delete must not be followed; empty if it may."""
    there, here = gone.system.title, gone.system.other.title
    if gone.link.refs.of(gone.system) not in desk.scene.witnessed:
        return f"not visible in {there} any more, which does not list it as deleted; the other side is left alone"
    if survivor.converted is not None or _moved_on(gone, survivor):
        return f"deleted in {there}, converted in {here}: kept"
    edited = _edited(desk, gone, survivor)
    if edited:
        return f"deleted in {there}, edited in {here} since ({', '.join(edited)}): edit beats delete, it is kept"
    if survivor.ref.system is SystemName.NETSUITE and gone.link.entity is Entity.OPPORTUNITY:
        return f"deleted in {there}; NetSuite cannot make an opportunity inactive: delete it there by hand"
    return ""


def _moved_on(gone: Gone, survivor: SourceRecord) -> bool:
    """A NetSuite lead that has become a prospect meanwhile."""
    is_lead = gone.link.entity is Entity.LEAD and survivor.ref.type == "customer"
    return is_lead and entity_of(survivor) is not Entity.LEAD


def _edited(desk: Desk, gone: Gone, survivor: SourceRecord) -> list[str]:
    """The fields in which the survivor is not what both last agreed on."""
    mapping = desk.mapping(gone.link.entity)
    now = mapping.read(survivor.ref.system, survivor.fields, desk.scene.links).values
    return sorted(
        name
        for name, held in gone.base.items()
        if name in mapping.fields and name in now and not mapping.same(name, now[name], held)
    )

"""An edit of a lead that the other system converts before the edit was carried across.

Of a lead that Salesforce converts: where the conversion makes the contact or account, the edit of the NetSuite lead is
written into its new counterpart (`create.py`). Where it goes into one that was there before, Salesforce's own rule
holds: only what is empty is filled. Of a lead that moves on in NetSuite: our own conversion of the Salesforce lead into
an account or contact that is there fills only what is empty, so that an edit of that lead crosses before it.

The rest is held, and stands until a person decides, because no later look at the two records would show it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from connector.core.conversion import edits_left, only_the_persons
from connector.core.flow import (
    Action,
    Convert,
    Create,
    FieldChange,
    FieldConflict,
    Hold,
    Later,
    Link,
    Merged,
    Observed,
    Pair,
    Plan,
    Ref,
    Relink,
    Retire,
    Update,
)
from connector.core.mapping.document import Mappings
from connector.core.mapping.translate import EntityMapping
from connector.core.merge import stamps, writers
from connector.core.planning.desk import Beaten, Desk
from connector.core.ports import Overruled
from connector.core.scene import NO_VALUES, LeadEvent, Scene
from connector.core.schema import ABSENT, Entity, Gap, SystemName, Value

LATE_EDIT = "LATE_EDIT"
"""The code of holds on such edits."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """What somebody typed into the lead of `system`, and what the other lead held before (ABSENT: not known).
    `link_id`: of the lead; None once the edit is on hold. `fills`: whether it fills what is empty; not so where we know
    nothing of the lead any more: it may have been carried long ago, and emptied since."""

    system: SystemName
    value: Value
    before: Value | Gap
    link_id: int | None = None
    fills: bool = True

    @property
    def told(self) -> str:
        return f"edited on the {self.system.title} lead while {self.system.other.title} converted it"


def with_late_edits(desk: Desk, observed: Observed, refs: Pair[Ref], merged: Merged) -> Merged:
    """`merged`, and what becomes of edits of the lead that `refs` took the place of."""
    heir, standing = desk.mapping(observed.entity), _late_holds(desk, refs)
    waiting = (*_still_waiting(heir, standing, observed.values), *_left(desk, refs.salesforce, heir))
    uncarried = [(name, edit) for name, edit in waiting if not _has_arrived(desk, observed, refs, heir, name, edit)]
    changes, conflicts = [], []
    for name, edit in _in_turn(desk, heir, uncarried, set(_crossing(desk, refs, heir, merged))).items():
        held = _held(observed, name)
        if edit.fills and all(_untouched(heir, name, value, edit.before) for _, value in held):
            changes += [FieldChange(name, system, value, edit.value, edit.told) for system, value in held]
        else:
            conflicts.append(_conflict(observed, name, edit, held))
    if changes or any(one.field not in standing for one in conflicts):
        desk.overtaken.add(refs.salesforce)
    return _beside(merged, changes, conflicts)


def _in_turn(
    desk: Desk, heir: EntityMapping, edits: Iterable[tuple[str, _Edit]], crossing: Collection[str]
) -> dict[str, _Edit]:
    """The first edit of each field; the leads of the others have to wait, and so do those whose field is `crossing`."""
    first: dict[str, _Edit] = {}
    for name, edit in edits:
        lead = edit.link_id if is_alone(desk, heir, name) else None
        if lead is not None and name in crossing:
            desk.beaten[lead] = Beaten(name)
            continue
        before = first.setdefault(name, edit)
        if lead is not None and not heir.same(name, edit.value, before.value):
            desk.beaten[lead] = Beaten(name, by_held=before.link_id is None)
    return first


def is_alone(desk: Desk, heir: EntityMapping, name: str) -> bool:
    """Whether this heir is the only one that shows a field: a company lets the person tell what both have."""
    return heir.entity is not Entity.ORGANIZATION or name not in desk.mapping(Entity.PERSON).fields


def _left(desk: Desk, ref: Ref, heir: EntityMapping) -> Iterator[tuple[str, _Edit]]:
    """The edits that the leads which became the Salesforce record `ref` leave to it, by its field."""
    for event in desk.heirs.get(ref, ()):
        for name, (value, before) in edits_left(event, desk.mapping(Entity.LEAD), heir).items():
            yield name, _Edit(event.left_behind, value, before, event.link.id, fills=event.values != NO_VALUES)


def _crossing(desk: Desk, refs: Pair[Ref], heir: EntityMapping, merged: Merged) -> Iterator[str]:
    """The fields in which the two are about to be told alike what we wrote into one of them: an edit of another lead
    that is half-way across."""
    for change in merged.changes:
        lately = desk.scene.written.get((refs.other(change.system), change.field), ())
        if any(heir.same(change.field, change.value, one.value) for one in lately):
            yield change.field


def _held(observed: Observed, name: str) -> Pair[Value]:
    return Pair(observed.values.netsuite.get(name), observed.values.salesforce.get(name))


# --- leads that become one record ----------------------------------------------------------------------------------


def take_turns(desk: Desk) -> tuple[Ref, ...]:
    """Let a lead wait whose edit of a field was beaten by that of another lead which becomes the same record: it is
    carried or held once the first is. Returns what must be looked at again for it."""
    again: list[Ref] = []
    for event in desk.scene.events:
        beaten = desk.beaten.get(event.link.id)
        if beaten is None or not (taken := take_back(desk, event)):
            continue
        converts = [one for one in taken if isinstance(one, Convert)]
        if beaten.by_held:
            earlier = (
                f"its edit ({beaten.field}) waits until the earlier edit that is held on what it became is decided"
            )
            desk.actions += waits_for_decision(event, earlier, converts)
        else:
            again += [*event.link.refs_both(), *(ref for one in converts for ref in successors(one))]
    return tuple(again)


def take_back(desk: Desk, event: LeadEvent) -> list[Action]:
    """Take back the end of a lead: that its NetSuite record is taken out of use, its Salesforce record converted, and
    its link ended. Nothing of one that becomes the prospect itself, and stays in use so."""
    ends = [one for one in desk.actions if _is_end_of(event.link, one)]
    if any(isinstance(one, Retire) and not one.undo for one in ends):
        return []
    desk.actions = [one for one in desk.actions if one not in ends]
    return ends


def _is_end_of(lead: Link, action: Action) -> bool:
    match action:
        case Retire():
            return action.ref == lead.refs.netsuite
        case Convert():
            return action.link_id == lead.id
        case Relink():
            return action.retire == lead.id
    return False


def waits_for_decision(event: LeadEvent, reason: str, converts: Iterable[Convert]) -> Iterator[Hold]:
    refs: Pair[Ref | None] = Pair(event.link.refs.netsuite, event.link.refs.salesforce)
    yield Hold("stage", Entity.LEAD, refs, None, reason, link_id=event.link.id)
    for person in (one.person for one in converts if one.person is not None):
        yield Hold("stage", Entity.PERSON, Pair(person, None), None, f"the conversion of its lead waits: {reason}")


# --- conversions that come after the edits of their lead -----------------------------------------------------------


def know_heirs(desk: Desk, converts: Iterable[Convert]) -> None:
    """Tell the records that leads are about to be converted into from others."""
    events = {event.link.id: event for event in desk.scene.events}
    for convert in converts:
        for heir in filter(None, (contact_of(convert), account_of(desk, convert))):
            desk.heirs.setdefault(heir, []).append(events[convert.link_id])


def let_edits_cross(desk: Desk) -> tuple[Ref, ...]:
    """Take back the conversions of leads with an edit that has neither crossed nor is on hold yet; returns what must
    be looked at again for them."""
    again: list[Ref] = []
    for convert in [one for one in desk.actions if isinstance(one, Convert)]:
        if _is_overtaken(desk, convert):
            desk.actions.remove(convert)
            again += [convert.lead, *successors(convert)]
    return tuple(again)


def tell_losses(desk: Desk) -> None:
    """Note in conversions what stays behind in NetSuite: of a conflict that nobody has decided, Salesforce's value goes
    into the contact. A contact that NetSuite made holds its own, and the conflict goes on there."""
    organization = desk.mapping(Entity.ORGANIZATION)
    leads = {event.link.id: event.link.refs for event in desk.scene.events}
    conflicts: dict[Pair[Ref | None], dict[str, Pair[Value]]] = {}
    for hold in desk.actions:
        if isinstance(hold, Hold) and hold.kind == "conflict" and hold.field is not None:
            conflicts.setdefault(hold.refs, {})[hold.field] = hold.values
    for at, convert in enumerate(desk.actions):
        if isinstance(convert, Convert) and convert.person is None:
            refs: Pair[Ref | None] = Pair(*(ref for _, ref in leads[convert.link_id]))
            held = conflicts.get(refs, {})
            behind = only_the_persons({name: values.netsuite for name, values in held.items()}, organization)
            loses = {name: (value, held[name].salesforce) for name, value in behind.items()}
            desk.actions[at] = replace(convert, loses=loses)


def _is_overtaken(desk: Desk, convert: Convert) -> bool:
    account, contact = account_of(desk, convert), contact_of(convert)
    if not desk.overtaken.isdisjoint({account, contact}):
        return True
    made = {one.source for one in desk.actions if isinstance(one, Create)}
    if account is not None or made.isdisjoint(successors(convert)):
        return False
    (event,) = (one for one in desk.scene.events if one.link.id == convert.link_id)
    return bool(edits_left(event, desk.mapping(Entity.LEAD), desk.mapping(Entity.ORGANIZATION)))


def successors(convert: Convert) -> list[Ref]:
    """What its lead became in NetSuite."""
    prospect = [convert.account.ref] if isinstance(convert.account, Later) else []
    return [*prospect, *filter(None, [convert.person])]


def contact_of(convert: Convert) -> Ref | None:
    return Ref(SystemName.SALESFORCE, "Contact", convert.contact) if convert.contact else None


def account_of(desk: Desk, convert: Convert) -> Ref | None:
    """The account that the prospect is linked to, or will be by this plan, or that stands in for its own."""
    if not isinstance(convert.account, Later):
        return Ref(SystemName.SALESFORCE, "Account", convert.account)
    prospect = convert.account.ref
    link_id = desk.scene.links.link_of(prospect)
    if link_id is not None:
        return desk.scene.links.ref_of(link_id, SystemName.SALESFORCE)
    twin = next((ref for ref, twin in desk.twins.items() if twin == prospect), None)
    stand_in = desk.stand_ins.get(prospect)
    return twin or (stand_in if stand_in is not None and stand_in.system is SystemName.SALESFORCE else None)


# --- what becomes of an edit ---------------------------------------------------------------------------------------


def _has_arrived(desk: Desk, observed: Observed, refs: Pair[Ref], heir: EntityMapping, name: str, edit: _Edit) -> bool:
    """Whether one of the two holds the edit, or we have written it into one before: what stands there now is
    younger."""
    if any(heir.same(name, edit.value, value) for _, value in _held(observed, name)):
        return True
    lately = (one for _, ref in refs for one in desk.scene.written.get((ref, name), ()))
    return any(heir.same(name, edit.value, one.value) for one in lately)


def _untouched(heir: EntityMapping, name: str, value: Value, before: Value | Gap) -> bool:
    """Whether the record holds nothing of its own: nothing at all, or what the lead held."""
    return value is None or (not isinstance(before, Gap) and heir.same(name, value, before))


def _beside(merged: Merged, changes: list[FieldChange], conflicts: list[FieldConflict]) -> Merged:
    """`merged` with these verdicts in place of its own on the same fields."""
    decided = {change.field for change in changes} | {conflict.field for conflict in conflicts}
    return replace(
        merged,
        changes=(*(one for one in merged.changes if one.field not in decided), *changes),
        conflicts=(*(one for one in merged.conflicts if one.field not in decided), *conflicts),
    )


def _late_holds(desk: Desk, refs: Pair[Ref]) -> dict[str, Hold]:
    """Edits held earlier, by field."""
    return {hold.field: hold for hold in desk.standing(refs) if hold.code == LATE_EDIT and hold.field is not None}


def _still_waiting(
    heir: EntityMapping, standing: Mapping[str, Hold], now: Pair[Mapping[str, Value]]
) -> Iterator[tuple[str, _Edit]]:
    """The edits held earlier, unless somebody has typed into the field on the other side since."""
    for name, hold in standing.items():
        system = _typed_in(hold)
        theirs = hold.values.other(system)
        if name in heir.fields and heir.same(name, now.other(system).get(name), theirs):
            stood = any(value is not None for _, value in hold.base)
            yield name, _Edit(system, hold.values.of(system), ABSENT, fills=stood)


def passed_over(
    scene: Scene, mappings: Mappings, plan: Plan, kept: Iterable[Hold], run_id: int, at: datetime
) -> Iterator[Overruled]:
    """Edits held earlier that are held no longer, and that neither record shows or is about to be given: people
    decided otherwise, typed over them, or deleted the record. `kept`: the holds that stay open."""
    late = [hold for hold in scene.standing if hold.code == LATE_EDIT]
    if not late:
        return
    nothing: Pair[Mapping[str, Value]] = Pair({}, {})
    still = {(hold.refs, hold.field): hold.values for hold in kept if hold.kind == "conflict"}
    in_sight = {one.observed.link.refs: one.observed.values for one in scene.linked if one.observed.link is not None}
    for hold in late:
        name, refs, system = hold.field or "", _both(hold), _typed_in(hold)
        gone = refs not in in_sight and not scene.deleted.isdisjoint((refs.netsuite, refs.salesforce))
        if not (gone or refs in in_sight) or still.get((hold.refs, name)) == hold.values:
            continue
        held = nothing if gone else in_sight[refs]
        edit, ref = hold.values.of(system), refs.of(system)
        given = [one.values[name] for one in plan.of(Update) if one.ref == ref and name in one.values]
        shown = [*given, *(values.get(name) for _, values in held)]
        if not any(mappings.of(hold.entity).same(name, edit, value) for value in shown):
            stands = (*given, held.of(system).get(name))[0]
            yield Overruled(hold.entity, ref, name, edit, stands, None, None, hold.reason, at, run_id)


def _both(hold: Hold) -> Pair[Ref]:
    """The two records of a hold on a pair."""
    assert hold.refs.netsuite is not None and hold.refs.salesforce is not None
    return Pair(hold.refs.netsuite, hold.refs.salesforce)


def _typed_in(hold: Hold) -> SystemName:
    """The system whose lead was edited: the hold shows the edit in place of what the record there holds."""
    in_salesforce = hold.values.salesforce != hold.base.salesforce
    return SystemName.SALESFORCE if in_salesforce else SystemName.NETSUITE


def _conflict(observed: Observed, name: str, edit: _Edit, held: Pair[Value]) -> FieldConflict:
    return FieldConflict(
        name,
        values=held.replace(edit.system, edit.value),
        base=held,
        reason=f"{edit.told} into a record that holds something else",
        modified_at=stamps(observed),
        modified_by=writers(observed),
        code=LATE_EDIT,
    )

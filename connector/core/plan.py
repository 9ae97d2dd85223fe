"""From a scene to a plan: every write with its exact vendor fields, every doubt as a hold. Pure.

One function per verdict; nothing here knows how anything is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from connector.core.conversion import late_edits, plan_conversions
from connector.core.flow import (
    Action,
    Ambiguous,
    Base,
    Create,
    FieldChange,
    FieldConflict,
    Gone,
    Hold,
    Later,
    Linked,
    LinkUp,
    Merged,
    NewOn,
    Observed,
    Pair,
    Paired,
    Plan,
    Planned,
    Ref,
    Rekey,
    Settle,
    SourceRecord,
    Update,
)
from connector.core.lifecycle import entity_of
from connector.core.mapping.document import Mappings
from connector.core.mapping.translate import EntityMapping
from connector.core.matching.keys import key_of, parse_key
from connector.core.matching.pair import Match, Newcomer, pair
from connector.core.merge import NEVER_AGREED, merge, overlay
from connector.core.ports import RecordInfo
from connector.core.scene import Account, LeadEvent, Scene
from connector.core.schema import ABSENT, Entity, Gap, Stage, SystemName, Value


@dataclass(slots=True)
class _Desk:
    """What the planner works with while it goes through the scene. `twins`: Salesforce -> NetSuite records that
    this very plan links. `households`: accounts that a lead without a company became -> the name they are given.
    `heirs`: what a lead became in Salesforce -> the event of its conversion."""

    mappings: Mappings
    account: Account
    scene: Scene
    actions: list[Action] = field(default_factory=list)
    twins: dict[Ref, Ref] = field(default_factory=dict)
    households: dict[Ref, str] = field(default_factory=dict)
    heirs: dict[Ref, LeadEvent] = field(default_factory=dict)

    def mapping(self, entity: Entity) -> EntityMapping:
        return self.mappings.of(entity)

    def info(self, system: SystemName, entity: Entity) -> RecordInfo | None:
        return self.account.infos.of(system).get(self.mapping(entity).record_type(system))


def make_plan(scene: Scene, mappings: Mappings, account: Account) -> Plan:
    """All that a pass should do. The same scene always gives the same plan."""
    desk = _Desk(mappings, account, scene)
    desk.households.update(_households(scene, mappings))
    conversions = plan_conversions(scene.events, mappings.conversion, account.converted_statuses)
    desk.actions.extend(conversions.actions)
    by_ref = {newcomer.ref: newcomer for newcomer in scene.newcomers if newcomer.ref not in conversions.claimed}
    desk.heirs.update(conversions.heirs)
    for linked in scene.merged:
        _merged_away(desk, linked)
    _hold_left_behind(desk, by_ref)
    _resume_conversions(desk, by_ref)
    for customer, sold_as in conversions.in_place:
        _link_in_place(desk, by_ref, customer, sold_as)
    pairing = pair(by_ref.values(), scene.around)
    desk.twins.update({match.refs.salesforce: match.refs.netsuite for match in pairing.matches})
    for match in pairing.matches:
        _link_up(desk, match, by_ref)
    for verdict in pairing.verdicts:
        _unlinked(desk, verdict)
    for linked in scene.linked:
        _linked(desk, linked)
    for gone in scene.gone:
        desk.actions.append(_gone(gone))
    return Plan(tuple(desk.actions), pairing.stand_ins, scene.observed_count)


# --- linked ----------------------------------------------------------------------------------------------


def _linked(desk: _Desk, linked: Linked) -> None:
    """A thing known on both sides: settle what agrees, write what one side changed, hold what both did."""
    observed = linked.observed
    assert observed.link is not None
    regression = _regression(observed)
    if regression is not None:
        desk.actions.append(regression)
        return
    merged = _with_evidence(desk, observed, merge(desk.mapping(observed.entity), observed, linked.base))
    if _is_news(desk.mapping(observed.entity), linked, merged):
        desk.actions.append(Settle(observed.link.id, merged.agreed))
    _write_merged(desk, observed, observed.link.refs, observed.link.id, merged)
    desk.actions.extend(_lost_keys(desk, observed, observed.link.refs))


def _is_news(mapping: EntityMapping, linked: Linked, merged: Merged) -> bool:
    """Whether the agreement says anything that the base does not."""
    for system, agreed in merged.agreed:
        before = linked.base.values.of(system) if linked.base else {}
        if any(name not in before or before[name] != value for name, value in agreed.items()):
            return True
    return False


def _write_merged(desk: _Desk, observed: Observed, refs: Pair[Ref], link_id: int | None, merged: Merged) -> None:
    for system in SystemName:
        changes = [change for change in merged.changes if change.system is system]
        if changes:
            _update(desk, observed.entity, system, refs, link_id, changes)
    for conflict in merged.conflicts:
        desk.actions.append(_conflict(observed.entity, refs, link_id, conflict))
    for system, problems in observed.problems:
        for name, text in problems.items():
            desk.actions.append(_value_hold(observed.entity, refs, link_id, name, f"{system.title}: {text}"))


def _update(
    desk: _Desk,
    entity: Entity,
    system: SystemName,
    refs: Pair[Ref],
    link_id: int | None,
    changes: list[FieldChange],
) -> None:
    wanted = {change.field: change.value for change in changes}
    rendering = desk.mapping(entity).write(
        system,
        wanted,
        creating=False,
        links=desk.scene.links,
        info=desk.info(system, entity),
        holds={change.field: change.old for change in changes},
    )
    for name, text in rendering.problems.items():
        desk.actions.append(_value_hold(entity, refs, link_id, name, text, {name: wanted.get(name)}, system))
    written = {name: value for name, value in wanted.items() if name not in rendering.problems}
    if rendering.fields:
        old = {change.field: change.old for change in changes if change.field in written}
        desk.actions.append(
            Update(
                entity=entity,
                ref=refs.of(system),
                other=refs.other(system),
                fields=rendering.fields,
                values=written,
                expected=old,
                reason="; ".join(sorted({change.reason for change in changes if change.field in written})),
            )
        )


def _with_evidence(desk: _Desk, observed: Observed, merged: Merged) -> Merged:
    """Stages have more to them than other fields: NetSuite follows a customer claim of Salesforce only with a won
    opportunity behind it, and a customer in NetSuite, who has bought, is one for Salesforce too."""
    if observed.entity is not Entity.ORGANIZATION:
        return merged
    trusted = desk.mappings.conversion.customer_evidence.on_change == "trust"
    won = observed.link is not None and observed.link.id in desk.scene.won
    kept, held = [], []
    for change in merged.changes:
        claim = change.field == "stage" and change.system is SystemName.NETSUITE and change.value == Stage.CUSTOMER
        if claim and not (won or trusted):
            held.append(_claim(change))
        else:
            kept.append(change)
    for conflict in merged.conflicts:
        if conflict.field == "stage" and conflict.values.netsuite == Stage.CUSTOMER:
            kept.append(_bought(conflict))
        else:
            held.append(conflict)
    return Merged(tuple(kept), tuple(held), merged.agreed)


def _bought(conflict: FieldConflict) -> FieldChange:
    values = conflict.values
    return FieldChange("stage", SystemName.SALESFORCE, values.salesforce, values.netsuite, "a customer in NetSuite")


def _claim(change: FieldChange) -> FieldConflict:
    values: Pair[Value] = Pair(change.old, change.value)
    reason = "a customer in Salesforce without a won opportunity: NetSuite is left as it is"
    return FieldConflict(change.field, values, Pair(change.old, None), reason)


def _regression(observed: Observed) -> Hold | None:
    """A NetSuite customer turned back into a lead: Salesforce cannot un-convert, so a person decides."""
    record = observed.records.netsuite
    if observed.link is None or record is None or observed.entity is not Entity.ORGANIZATION:
        return None
    if not observed.seen.netsuite or entity_of(record) is not Entity.LEAD:
        return None
    refs: Pair[Ref | None] = Pair(observed.link.refs.netsuite, observed.link.refs.salesforce)
    reason = "stage regression: turned back into a lead in NetSuite, which Salesforce cannot follow"
    return Hold("stage", observed.entity, refs, "stage", reason, link_id=observed.link.id)


# --- our key ---------------------------------------------------------------------------------------------


def _has_room(desk: _Desk, entity: Entity, record: SourceRecord) -> bool:
    """Whether our key may be written on a record: the account has the field, and no other tool's value is in it."""
    info = desk.info(record.ref.system, entity)
    ours = not record.key or parse_key(record.key, record.ref.system) is not None
    return ours and (info is None or info.key_field is not None)


def _lost_keys(desk: _Desk, observed: Observed, refs: Pair[Ref]) -> Iterator[Rekey]:
    for system, record in observed.records:
        if record is not None and not record.key and _has_room(desk, observed.entity, record):
            yield Rekey(observed.entity, record.ref, key_of(refs.other(system)))


# --- found to be one thing -------------------------------------------------------------------------------


def _link_in_place(desk: _Desk, by_ref: dict[Ref, Newcomer], customer: Ref, sold_as: Ref) -> None:
    """A NetSuite customer that keeps its id through a conversion is the account that Salesforce made of the lead,
    unless that account has a counterpart already."""
    netsuite, salesforce = by_ref.pop(customer, None), by_ref.get(sold_as)
    if netsuite is None or salesforce is None:
        return
    del by_ref[sold_as]
    match = Match(Entity.ORGANIZATION, Pair(customer, sold_as), "made of one lead")
    _link_up(desk, match, {customer: netsuite, sold_as: salesforce})


def _link_up(desk: _Desk, match: Match, by_ref: Mapping[Ref, Newcomer]) -> None:
    netsuite, salesforce = by_ref[match.refs.netsuite], by_ref[match.refs.salesforce]
    observed = Observed(
        entity=match.entity,
        link=None,
        records=Pair(netsuite.record, salesforce.record),
        values=Pair(netsuite.values, _by_twin(desk, salesforce.values)),
        seen=Pair(True, True),
        problems=Pair(_problems(desk, match.refs.netsuite), _problems(desk, match.refs.salesforce)),
    )
    merged = _with_evidence(desk, observed, merge(desk.mapping(match.entity), observed, None))
    keys = _keys(desk, match.entity, netsuite.record, salesforce.record)
    desk.actions.append(LinkUp(match.entity, match.refs, merged.agreed, keys, match.reason))
    _write_merged(desk, observed, match.refs, None, merged)


def _keys(desk: _Desk, entity: Entity, netsuite: SourceRecord, salesforce: SourceRecord) -> Pair[bool]:
    """On which of two records our key must be written."""
    return Pair(
        netsuite.key != key_of(salesforce.ref) and _has_room(desk, entity, netsuite),
        salesforce.key != key_of(netsuite.ref) and _has_room(desk, entity, salesforce),
    )


def _merged_away(desk: _Desk, linked: Linked) -> None:
    """A linked record was merged into one without a link, which takes its place. What one side lacks is filled, not
    cleared: those fields count as never agreed on."""
    observed = linked.observed
    netsuite, salesforce = observed.records.netsuite, observed.records.salesforce
    assert observed.link is not None and netsuite is not None and salesforce is not None
    base = _without_gaps((linked.base or NEVER_AGREED).values, observed.values)
    merged = _with_evidence(desk, observed, merge(desk.mapping(observed.entity), observed, Base(base)))
    agreed: Pair[Mapping[str, Value]] = Pair(
        overlay(base.netsuite, merged.agreed.netsuite), overlay(base.salesforce, merged.agreed.salesforce)
    )
    refs, keys = Pair(netsuite.ref, salesforce.ref), _keys(desk, observed.entity, netsuite, salesforce)
    desk.actions.append(LinkUp(observed.entity, refs, agreed, keys, linked.reason, replaces=observed.link.id))
    _write_merged(desk, observed, refs, None, merged)


def _without_gaps(base: Pair[Mapping[str, Value]], now: Pair[Mapping[str, Value]]) -> Pair[Mapping[str, Value]]:
    def kept(held: Mapping[str, Value]) -> Mapping[str, Value]:
        filled = (name for name in held if None not in (now.netsuite.get(name), now.salesforce.get(name)))
        return {name: held[name] for name in filled}

    return Pair(kept(base.netsuite), kept(base.salesforce))


# --- what our key says although we forgot ----------------------------------------------------------------


def _hold_left_behind(desk: _Desk, by_ref: dict[Ref, Newcomer]) -> None:
    """A record whose key names one that is gone had a counterpart once: nothing is made again."""
    for ref, newcomer in list(by_ref.items()):
        claim = parse_key(newcomer.record.key, ref.system)
        if claim is not None and claim in desk.scene.deleted:
            reason = f"its counterpart {claim} is gone from {claim.system.title}; it is not made again"
            desk.actions.append(Hold("deleted", newcomer.entity, _one_sided(ref), None, reason))
            del by_ref[ref]


def _resume_conversions(desk: _Desk, by_ref: dict[Ref, Newcomer]) -> None:
    """An open Salesforce lead whose key names a NetSuite customer that is no lead any more: the two are linked as
    the lead that they were, and the conversion follows in the next pass."""
    nothing: Pair[Mapping[str, Value]] = Pair({}, {})
    for ref, newcomer in list(by_ref.items()):
        claim = parse_key(newcomer.record.key, ref.system)
        customer = by_ref.get(claim) if claim is not None else None
        if newcomer.entity is Entity.LEAD and customer is not None and customer.entity is Entity.ORGANIZATION:
            reason = "our key names the customer that the lead has become"
            desk.actions.append(LinkUp(Entity.LEAD, Pair(customer.ref, ref), nothing, Pair(False, False), reason))
            del by_ref[ref], by_ref[customer.ref]


def _by_twin(desk: _Desk, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """References to records that this plan links named as the other side names them: they are one thing now."""
    twins = {f"ref:{ref}": f"ref:{twin}" for ref, twin in desk.twins.items()}
    return {name: twins.get(value, value) if isinstance(value, str) else value for name, value in values.items()}


# --- on one side only ------------------------------------------------------------------------------------


def _unlinked(desk: _Desk, verdict: Paired) -> None:
    if isinstance(verdict, Ambiguous):
        desk.actions.append(_ambiguous(verdict))
    elif isinstance(verdict, NewOn):
        _create(desk, verdict)


def _create(desk: _Desk, new: NewOn) -> None:
    entity, target = new.observed.entity, new.system.other
    record = new.observed.records.of(new.system)
    assert record is not None
    mapping = desk.mapping(entity)
    values = _proven(desk, new, _flowing(mapping, target, new.observed.values.of(new.system)))
    given = _household(desk, record.ref, values)
    edits, before = _late_edits(desk, record.ref, mapping, target, values)
    rendering = mapping.write(
        target, {**values, **given, **edits}, creating=True, links=desk.scene.links, info=desk.info(target, entity)
    )
    apart = {*rendering.problems, *given, *(name for name, value in before.items() if value is ABSENT)}
    refs = _one_sided(record.ref)
    problems = {**_problems(desk, record.ref), **rendering.problems}
    missing = _missing(desk.info(target, entity), rendering.fields)
    if missing:
        reason = f"{target.title} demands {_demanded(mapping, target, missing)}, and the record has none"
        desk.actions.append(Hold("value", entity, refs, None, reason))
        return
    for name, text in problems.items():
        desk.actions.append(Hold("value", entity, refs, name, text, _seen_value(new, name)))
    desk.actions.append(
        Create(
            entity=entity,
            system=target,
            type=mapping.record_type(target),
            source=record.ref,
            fields=rendering.fields,
            values={name: value for name, value in values.items() if name not in apart},
            reason=new.reason,
            stamp=_has_room(desk, entity, record),
            before={name: value for name, value in before.items() if name not in rendering.problems},
        )
    )


def _households(scene: Scene, mappings: Mappings) -> Iterator[tuple[Ref, str]]:
    for event in scene.events:
        lead = event.records.salesforce
        name = mappings.conversion.household_name_of(event.values.salesforce)
        if lead is not None and lead.converted is not None and lead.converted.account is not None and name:
            yield lead.converted.account, name


def _household(desk: _Desk, ref: Ref, values: Mapping[str, Value]) -> dict[str, Value]:
    """The name of an organization that comes from a lead without a company. It is no agreed value yet: the side
    that has none is given it when the pair is looked at again."""
    name = desk.households.get(ref)
    return {"name": name} if name and "name" in values and values["name"] is None else {}


def _proven(desk: _Desk, new: NewOn, values: dict[str, Value]) -> dict[str, Value]:
    """A new account that claims to be a customer is believed, or first wants a won opportunity, as the rules say."""
    trusted = desk.mappings.conversion.customer_evidence.on_create == "trust"
    claim = new.observed.entity is Entity.ORGANIZATION and values.get("stage") == Stage.CUSTOMER
    if trusted or not claim or new.system is not SystemName.SALESFORCE:
        return values
    record = new.observed.records.salesforce
    assert record is not None
    reason = "a customer in Salesforce without a won opportunity: it becomes a prospect in NetSuite"
    held: Pair[Value] = Pair(None, values["stage"])
    desk.actions.append(Hold("conflict", Entity.ORGANIZATION, _one_sided(record.ref), "stage", reason, held))
    return {name: value for name, value in values.items() if name != "stage"}


def _flowing(mapping: EntityMapping, target: SystemName, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that may flow to `target`: one-way fields of the other direction stay behind."""
    return {name: value for name, value in values.items() if mapping.fields[name].flows_to(target)}


def _late_edits(
    desk: _Desk, ref: Ref, mapping: EntityMapping, target: SystemName, values: Mapping[str, Value]
) -> tuple[dict[str, Value], dict[str, Value | Gap]]:
    """What the counterpart of an heir takes over from the lead, and what counts as agreed on in those fields."""
    if ref not in desk.heirs:
        return {}, {}
    found = late_edits(desk.heirs[ref], desk.mapping(Entity.LEAD), mapping, values)
    edits = {name: edit for name, edit in found.items() if mapping.fields[name].flows_to(target)}
    return {name: value for name, (value, _) in edits.items()}, {name: agreed for name, (_, agreed) in edits.items()}


def _missing(info: RecordInfo | None, fields: Mapping[str, Planned]) -> list[str]:
    if info is None:
        return []
    return sorted(name for name, known in info.fields.items() if known.required and fields.get(name) is None)


def _demanded(mapping: EntityMapping, system: SystemName, missing: list[str]) -> str:
    """Vendor fields with what they mean, e.g. `organization (entity)`."""
    lines = mapping.targets(system)
    return ", ".join(f"{lines[name].name} (`{name}`)" if name in lines else f"`{name}`" for name in missing)


def _seen_value(new: NewOn, name: str) -> Pair[Value]:
    nothing: Pair[Value] = Pair(None, None)
    return nothing.replace(new.system, new.observed.values.of(new.system).get(name))


# --- holds -----------------------------------------------------------------------------------------------


def _ambiguous(verdict: Ambiguous) -> Hold:
    record = verdict.observed.records.of(verdict.system)
    assert record is not None
    refs = _one_sided(record.ref)
    if len(verdict.candidates) == 1:
        refs = refs.replace(verdict.candidates[0].system, verdict.candidates[0])
    others = ", ".join(str(ref) for ref in verdict.candidates)
    return Hold("ambiguous", verdict.observed.entity, refs, None, f"{verdict.reason} ({others})")


def _conflict(entity: Entity, refs: Pair[Ref], link_id: int | None, conflict: FieldConflict) -> Hold:
    both: Pair[Ref | None] = Pair(refs.netsuite, refs.salesforce)
    return Hold("conflict", entity, both, conflict.field, conflict.reason, conflict.values, link_id=link_id)


def _value_hold(
    entity: Entity,
    refs: Pair[Ref],
    link_id: int | None,
    name: str,
    text: str,
    values: Mapping[str, Value] | None = None,
    system: SystemName | None = None,
) -> Hold:
    both: Pair[Ref | None] = Pair(refs.netsuite, refs.salesforce)
    held: Pair[Value] = Pair(None, None)
    if values is not None and system is not None:
        held = held.replace(system.other, values.get(name))
    return Hold("value", entity, both, name, text, held, link_id=link_id)


def _gone(gone: Gone) -> Hold:
    refs: Pair[Ref | None] = Pair(gone.link.refs.netsuite, gone.link.refs.salesforce)
    return Hold("deleted", gone.link.entity, refs, None, gone.reason, link_id=gone.link.id)


def _one_sided(ref: Ref) -> Pair[Ref | None]:
    nothing: Pair[Ref | None] = Pair(None, None)
    return nothing.replace(ref.system, ref)


def _problems(desk: _Desk, ref: Ref) -> Mapping[str, str]:
    return desk.scene.problems.get(ref, {})


# --- parents ---------------------------------------------------------------------------------------------


def parents(fields: Mapping[str, Planned]) -> tuple[Ref, ...]:
    """The records whose counterparts must be known before `fields` can be written."""
    return tuple(value.ref for value in fields.values() if isinstance(value, Later))


def hold_orphans(plan: Plan, linked: Iterable[Ref]) -> Plan:
    """Turn creates whose parent will not be linked by this plan into holds, so that the preview is true."""
    known = set(linked) | set(plan.stand_ins) | {create.source for create in plan.of(Create)}
    for link_up in plan.of(LinkUp):
        known |= {link_up.refs.netsuite, link_up.refs.salesforce}
    missing: dict[Ref, list[Ref]] = defaultdict(list)
    actions: list[Action] = []
    for action in plan.actions:
        lost = [ref for ref in parents(action.fields) if ref not in known] if isinstance(action, Create) else []
        if isinstance(action, Create) and lost:
            missing[action.source] = lost
            actions.append(_orphan(action, lost))
        else:
            actions.append(action)
    return replace(plan, actions=tuple(actions)) if missing else plan


def _orphan(create: Create, lost: list[Ref]) -> Hold:
    reason = f"waits for its parent {lost[0]}, which has no counterpart in {create.system.title} yet"
    return Hold("missing_parent", create.entity, _one_sided(create.source), None, reason)

"""A thing known on both sides: settle what agrees, write what one side changed, hold what both did."""

from __future__ import annotations

from connector.core.flow import FieldChange, Hold, Linked, Merged, Observed, Pair, Ref, Settle, Update
from connector.core.lifecycle import entity_of
from connector.core.mapping.translate import EntityMapping
from connector.core.merge import merge
from connector.core.planning.desk import Desk
from connector.core.planning.evidence import with_evidence
from connector.core.planning.heirs import with_late_edits
from connector.core.planning.holding import conflict_hold, value_hold
from connector.core.planning.keying import lost_keys
from connector.core.schema import Entity, SystemName


def plan_linked(desk: Desk, linked: Linked) -> None:
    """A thing known on both sides: settle what agrees, write what one side changed, hold what both did."""
    observed = linked.observed
    assert observed.link is not None
    regression = _regression(observed)
    if regression is not None:
        desk.actions.append(regression)
        return
    merged = with_evidence(desk, observed, merge(desk.mapping(observed.entity), observed, linked.base))
    merged = with_late_edits(desk, observed, observed.link.refs, merged)
    if _is_news(desk.mapping(observed.entity), linked, merged):
        desk.actions.append(Settle(observed.link.id, merged.agreed))
    write_merged(desk, observed, observed.link.refs, observed.link.id, merged)
    desk.actions.extend(lost_keys(desk, observed, observed.link.refs))


def _is_news(mapping: EntityMapping, linked: Linked, merged: Merged) -> bool:
    """Whether the agreement says anything that the base does not."""
    for system, agreed in merged.agreed:
        before = linked.base.values.of(system) if linked.base else {}
        if any(name not in before or before[name] != value for name, value in agreed.items()):
            return True
    return False


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


def write_merged(desk: Desk, observed: Observed, refs: Pair[Ref], link_id: int | None, merged: Merged) -> None:
    for system in SystemName:
        changes = [change for change in merged.changes if change.system is system]
        if changes:
            _update(desk, observed.entity, system, refs, link_id, changes)
    for conflict in merged.conflicts:
        desk.actions.append(conflict_hold(observed.entity, refs, link_id, conflict))
    for system, problems in observed.problems:
        for name, text in problems.items():
            desk.actions.append(value_hold(observed.entity, refs, link_id, name, f"{system.title}: {text}"))


def _update(
    desk: Desk,
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
        desk.actions.append(value_hold(entity, refs, link_id, name, text, {name: wanted.get(name)}, system))
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

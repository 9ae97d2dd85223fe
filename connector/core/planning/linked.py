"""A thing known on both sides: settle what agrees, write what one side changed, hold what both did."""

from __future__ import annotations

from connector.core.flow import FieldChange, Hold, Linked, Merged, Observed, Pair, Ref, Settle, Update
from connector.core.lifecycle import entity_of
from connector.core.mapping.translate import EntityMapping
from connector.core.merge import merge, stamps, writers
from connector.core.planning.answers import with_answers
from connector.core.planning.desk import Desk
from connector.core.planning.evidence import with_evidence
from connector.core.planning.heirs import with_late_edits
from connector.core.planning.holding import conflict_hold, value_hold
from connector.core.planning.keying import lost_keys
from connector.core.planning.tugs import with_tugs_of_war
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
    merged = with_tugs_of_war(desk, observed, linked.base, merged)
    merged = with_answers(desk, observed, merged)
    if _is_news(desk.mapping(observed.entity), linked, merged):
        desk.actions.append(Settle(observed.link.id, merged.agreed))
    write_merged(desk, observed, observed.link.refs, merged)
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


def write_merged(desk: Desk, observed: Observed, refs: Pair[Ref], merged: Merged) -> None:
    """Changes as updates of each side; conflicts, and values that cannot be understood or expressed, as holds."""
    fields = [change.field for change in merged.changes]
    joint = frozenset(name for name in fields if fields.count(name) > 1)
    for system in SystemName:
        changes = [change for change in merged.changes if change.system is system]
        if changes:
            _update(desk, observed, system, refs, changes, joint)
    for conflict in merged.conflicts:
        desk.actions.append(conflict_hold(observed, refs, conflict))
    for system, problems in observed.problems:
        for name, text in problems.items():
            if name not in fields:
                desk.actions.append(value_hold(observed, refs, name, f"{system.title}: {text}"))


def _update(
    desk: Desk,
    observed: Observed,
    system: SystemName,
    refs: Pair[Ref],
    changes: list[FieldChange],
    joint: frozenset[str],
) -> None:
    wanted = {change.field: change.value for change in changes}
    held = {**observed.values.of(system), **{change.field: change.old for change in changes}}
    mapping = desk.mapping(observed.entity)
    rendering = mapping.write(
        system,
        wanted,
        creating=False,
        links=desk.scene.links,
        info=desk.info(system, observed.entity),
        holds=held,
    )
    if rendering.refused:
        desk.actions.append(value_hold(observed, refs, None, rendering.refused))
        return
    desk.actions.extend(value_hold(observed, refs, name, text) for name, text in rendering.problems.items())
    written = [change for change in changes if change.field not in rendering.problems]
    names = [change.field for change in written]
    expected = (*names, *sorted(mapping.beside(system, names) - set(names)))
    if rendering.fields:
        desk.actions.append(
            Update(
                entity=observed.entity,
                ref=refs.of(system),
                other=refs.other(system),
                fields=rendering.fields,
                values={change.field: change.value for change in written},
                expected={name: held[name] for name in expected if name in held},
                reason="; ".join(sorted({change.reason for change in written})),
                loses={change.field: change.reason for change in written if change.loses},
                modified_at=stamps(observed).of(system),
                modified_by=writers(observed).of(system),
                joint=joint & {change.field for change in written},
            )
        )

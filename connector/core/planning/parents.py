"""Nothing is made before its parent: a person before its organization."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from connector.core.flow import Action, Create, Hold, Later, LinkUp, Plan, Planned, Ref
from connector.core.planning.holding import one_sided


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
    return Hold("missing_parent", create.entity, one_sided(create.source), None, reason)

"""Compare every linked pair, field by field, and name what has no counterpart. Writes nothing anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector.core import plan as planner
from connector.core.brakes import check_identity
from connector.core.flow import Base, Hold, Linked, Observed, Pair, Plan, Ref
from connector.core.scene import Account
from connector.core.schema import ABSENT, Entity, Stage
from connector.runs.account import checked, identities
from connector.runs.coverage import uncarried
from connector.runs.observe import Sighting, observe
from connector.runs.parts import Parts, Progress, silent
from connector.runs.report import Difference, VerifyReport, plain


def verify(parts: Parts, on_progress: Progress = silent) -> VerifyReport:
    """Read both systems completely and compare."""
    check_identity(parts.store.identity(), identities(parts))
    parts, account = checked(parts, remember=False, believed_seconds=0)
    return replace(compare(parts, account, on_progress), uncarried=uncarried(parts, account))


def compare(parts: Parts, account: Account, on_progress: Progress = silent) -> VerifyReport:
    """The report without the fields that do not cross. `parts` and `account`: as `checked` gives them."""
    sighting = observe(parts, account, on_progress, everything=True)
    open_holds = {_place(one.hold): one.hold.reason for one in parts.store.open_holds()}
    unexplained: list[Difference] = []
    explained: list[Mapping[str, Any]] = []
    equal = 0
    for linked in sighting.scene.linked:
        found = list(differences(parts, linked))
        for difference in found:
            reason = open_holds.get(_spot(difference)) or open_holds.get((*_spot(difference)[:2], None))
            if reason is None:
                unexplained.append(difference)
            else:
                explained.append({**difference.data(), "reason": reason})
        equal += not found
    return VerifyReport(
        compared=len(sighting.scene.linked),
        equal=equal,
        differences=tuple(unexplained),
        explained=tuple(explained),
        unlinked=tuple(_unlinked(parts, sighting, planner.make_plan(sighting.scene, parts.mappings, account))),
        lead_and_customer=sum(_lead_and_customer(one.observed) for one in sighting.scene.linked),
    )


def _place(hold: Hold) -> tuple[Ref | None, Ref | None, str | None]:
    return hold.refs.netsuite, hold.refs.salesforce, None if hold.is_whole else hold.field


def _spot(difference: Difference) -> tuple[Ref | None, Ref | None, str | None]:
    return difference.refs.netsuite, difference.refs.salesforce, difference.field


def differences(parts: Parts, linked: Linked) -> Iterator[Difference]:
    """Fields in which the two sides differ, unless both still hold exactly what they agreed to differ in."""
    observed = linked.observed
    assert observed.link is not None
    mapping = parts.mappings.of(observed.entity)
    for name in mapping.fields:
        values = Pair(observed.values.netsuite.get(name, ABSENT), observed.values.salesforce.get(name, ABSENT))
        if values.netsuite is ABSENT or values.salesforce is ABSENT:
            continue
        known = Pair(values.netsuite, values.salesforce)
        if mapping.same(name, known.netsuite, known.salesforce) or _agreed(parts, linked, name):
            continue
        yield Difference(str(observed.entity), observed.link.refs, name, known)


def _agreed(parts: Parts, linked: Linked, name: str) -> bool:
    base: Base | None = linked.base
    if base is None or name not in base.values.netsuite or name not in base.values.salesforce:
        return False
    mapping = parts.mappings.of(linked.observed.entity)
    return all(
        mapping.same(name, linked.observed.values.of(system).get(name), held[name]) for system, held in base.values
    )


def _lead_and_customer(observed: Observed) -> bool:
    """Promotions go to customers as if they were leads when the two systems disagree like this."""
    record = observed.records.netsuite
    if record is None or record.stage is None:
        return False
    if observed.entity is Entity.LEAD:
        return record.stage is Stage.CUSTOMER
    return observed.entity is Entity.ORGANIZATION and record.stage is Stage.LEAD


def _unlinked(parts: Parts, sighting: Sighting, plan: Plan) -> Iterator[Mapping[str, str]]:
    reasons: dict[Ref, str] = {}
    for hold in (*plan.of(Hold), *(one.hold for one in parts.store.open_holds())):
        for _, ref in hold.refs:
            if ref is not None and hold.is_whole:
                reasons.setdefault(ref, hold.reason)
    for one in sighting.scene.newcomers:
        reason = reasons.get(one.ref, "not synced yet")
        yield {"record": str(one.ref), "entity": str(one.entity), "reason": plain(reason)}

"""What the brakes must know of a pass, and what of its plan they let through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from connector.core import brakes
from connector.core.brakes import Pulled
from connector.core.flow import Delete, Pair, Plan, Ref
from connector.core.planning.gone import without_deletes
from connector.core.schema import SystemName
from connector.runs.account import mappings_rewritten
from connector.runs.observe import Sighting
from connector.runs.parts import Parts

HELD_BY_BRAKE: Final = "the brake on deletes holds it"


def pulled_by(parts: Parts, plan: Plan) -> tuple[Pulled, ...]:
    """The brakes that a plan pulls by its size."""
    if not plan.writes:
        return ()
    limits, linked = parts.settings.limits, _linked(parts)
    rewritten = mappings_rewritten(parts)
    found = (
        brakes.mass_change(plan, linked.total(), limits),
        brakes.mapping_change(plan, limits) if rewritten else None,
        pulled_by_deletes(parts, plan),
    )
    return tuple(one for one in found if one is not None)


def pulled_by_deletes(parts: Parts, plan: Plan) -> Pulled | None:
    if not plan.of(Delete):
        return None
    return brakes.deletes(plan, brakes.linked_types(_linked(parts)), parts.settings.limits)


def pulled_by_sight(parts: Parts, sighting: Sighting) -> tuple[Pulled, ...]:
    """The brake on what a look at the systems did not show, though it should be there."""
    claims = {one.claim for one in sighting.scene.newcomers if one.claim is not None}
    missing = (_lost(parts, sighting) | claims) & sighting.scene.deleted | sighting.unseen
    if not missing:
        return ()
    linked = _linked(parts).total()
    expected = Pair(*(linked + sum(ref.system is system for ref in claims) for system in SystemName))
    found = brakes.vanished(_by_system(missing - _held_as_gone(parts)), expected, parts.settings.limits)
    return () if found is None else (found,)


def let_through(parts: Parts, plan: Plan, pulled: Sequence[Pulled]) -> tuple[Plan, tuple[Pulled, ...], str]:
    """The plan to carry out, the brakes that were released by name, and what the brake on deletes says, if it is
    pulled: it stops deletes alone. Raises BrakePulled for any other one that nobody released."""
    stopped = next((one for one in pulled if one.name == brakes.DELETES and one.name not in parts.settings.allow), None)
    released = brakes.released((one for one in pulled if one is not stopped), parts.settings.allow)
    if stopped is None:
        return plan, released, ""
    return without_deletes(plan, HELD_BY_BRAKE), released, str(stopped)


def _linked(parts: Parts) -> Counter[str]:
    """Active links by entity."""
    return Counter(str(link.entity) for link in parts.store.iter_links())


def _lost(parts: Parts, sighting: Sighting) -> set[Ref]:
    """Records with an active link that are gone."""
    deleted = sighting.scene.deleted
    links = {**parts.store.links(deleted), **parts.store.lead_links(deleted)}
    return {ref for ref, link in links.items() if link.state == "active"}


def _held_as_gone(parts: Parts) -> set[Ref]:
    """What is known to be gone since an earlier run says nothing new."""
    held = (one.hold for one in parts.store.open_holds() if one.hold.kind == "deleted")
    return {ref for hold in held for _, ref in hold.refs if ref is not None}


def _by_system(refs: set[Ref] | frozenset[Ref]) -> Pair[int]:
    counted = Counter(ref.system for ref in refs)
    return Pair(counted[SystemName.NETSUITE], counted[SystemName.SALESFORCE])

"""What our key on a record says although the state has forgotten it."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.flow import Hold, LinkUp, Pair, Ref
from connector.core.matching.keys import parse_key
from connector.core.matching.pair import Newcomer
from connector.core.planning.desk import Desk
from connector.core.planning.holding import one_sided
from connector.core.schema import Entity, Value


def hold_left_behind(desk: Desk, by_ref: dict[Ref, Newcomer]) -> None:
    """A record whose key names one that is gone had a counterpart once: nothing is made again."""
    for ref, newcomer in list(by_ref.items()):
        claim = parse_key(newcomer.record.key, ref.system)
        if claim is not None and claim in desk.scene.deleted:
            reason = f"its counterpart {claim} is gone from {claim.system.title}; it is not made again"
            desk.actions.append(Hold("deleted", newcomer.entity, one_sided(ref), None, reason))
            del by_ref[ref]


def resume_conversions(desk: Desk, by_ref: dict[Ref, Newcomer]) -> None:
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

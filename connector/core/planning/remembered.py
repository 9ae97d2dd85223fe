"""What our key on a record says although the state has forgotten it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.core.flow import Hold, LinkUp, Pair, Ref
from connector.core.matching.keys import parse_key
from connector.core.matching.pair import Newcomer
from connector.core.planning.desk import Desk
from connector.core.planning.holding import one_sided
from connector.core.schema import Entity, SystemName, Value

LEFT_BEHIND: Final = "LEFT_BEHIND"
"""The code of holds on records that had a counterpart, as their key says, which is gone."""

_BECAME = (Entity.ORGANIZATION, Entity.PERSON)


def hold_left_behind(desk: Desk, by_ref: dict[Ref, Newcomer]) -> None:
    """A record whose key names one that is gone had a counterpart once: nothing is made again."""
    for ref, newcomer in list(by_ref.items()):
        claim = parse_key(newcomer.record.key, ref.system)
        if claim is not None and claim in desk.scene.deleted and ref not in desk.again:
            reason = f"its counterpart {claim} is gone from {claim.system.title}; it is not made again"
            desk.actions.append(Hold("deleted", newcomer.entity, one_sided(ref), None, reason, code=LEFT_BEHIND))
            del by_ref[ref]


def hold_claimed(desk: Desk, by_ref: dict[Ref, Newcomer]) -> None:
    """A record whose key names one that has another counterpart by now: we made it and gave it up, and it appeared
    later. It must not get a counterpart of its own."""
    for ref, newcomer in list(by_ref.items()):
        claim = parse_key(newcomer.record.key, ref.system)
        link = desk.scene.around.links.get(claim) if claim is not None else None
        if claim is not None and link is not None and link.entity is newcomer.entity and ref not in link.refs_both():
            others = ", ".join(str(other) for other in link.refs_both())
            reason = f"our key on it names {claim}, which is linked already ({others}): a double to merge?"
            refs = one_sided(ref).replace(claim.system, claim)
            desk.actions.append(Hold("ambiguous", newcomer.entity, refs, None, reason))
            del by_ref[ref]


def resume_conversions(desk: Desk, by_ref: dict[Ref, Newcomer]) -> None:
    """An open Salesforce lead that has moved on in NetSuite, as our key says: the two are linked as the lead that they
    were, and the conversion follows in the next pass.

    Its own key names a customer that is no lead any more, which may have its account already: a lead that we made may
    appear long after we gave it up. Or it is named by the key of that customer, or of a contact that has its id.
    """
    for ref, newcomer in list(by_ref.items()):
        claim = parse_key(newcomer.record.key, ref.system)
        if claim is None or ref not in by_ref:
            continue
        if newcomer.entity is Entity.LEAD and _is_organization(desk, by_ref, claim):
            _resume(desk, claim, ref, "our key names the customer that the lead has become")
        elif newcomer.entity in _BECAME and claim in by_ref and by_ref[claim].entity is Entity.LEAD:
            customer = Ref(SystemName.NETSUITE, "customer", ref.id)
            _resume(desk, customer, claim, f"our key on the {newcomer.entity} that it has become names the lead")
        else:
            continue
        del by_ref[ref]
        by_ref.pop(claim, None)


def _resume(desk: Desk, customer: Ref, lead: Ref, reason: str) -> None:
    nothing: Pair[Mapping[str, Value]] = Pair({}, {})
    desk.actions.append(LinkUp(Entity.LEAD, Pair(customer, lead), nothing, Pair(False, False), reason))


def _is_organization(desk: Desk, by_ref: Mapping[Ref, Newcomer], ref: Ref) -> bool:
    newcomer = by_ref.get(ref)
    if newcomer is not None:
        return newcomer.entity is Entity.ORGANIZATION
    return ref.type == "customer" and desk.scene.links.link_of(ref) is not None

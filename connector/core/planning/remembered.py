"""What our key on a record says although the state has forgotten it, an ended link where there is no key, or a hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connector.core.conversion import TWICE_CONVERTED, second_contact
from connector.core.flow import Hold, LinkUp, NewOn, Pair, Ref
from connector.core.matching.likeness import child_key
from connector.core.matching.pair import Match, Newcomer, Pairing, both
from connector.core.planning.desk import Desk
from connector.core.planning.holding import one_sided
from connector.core.schema import Entity, SystemName, Value

LEFT_BEHIND: Final = "LEFT_BEHIND"
"""The code of holds on records that had a counterpart, as their key says, which is gone."""

_MAKE_ACTIVE: Final = "make it active there, and the two are linked again"

_BECAME = (Entity.ORGANIZATION, Entity.PERSON)


@dataclass(frozen=True, slots=True)
class Aside:
    """A newcomer that is held for what it claims. It gets no counterpart by itself, and is there for all who look like
    it, and for whoever says what it is."""

    newcomer: Newcomer
    hold: Hold


def left_behind(desk: Desk, by_ref: dict[Ref, Newcomer]) -> dict[Ref, Aside]:
    """Take out the records that claim one which is gone, or out of use and naming it in turn: they had a counterpart
    once, and nothing is made again."""
    found: dict[Ref, Aside] = {}
    for ref, newcomer in list(by_ref.items()):
        claim = newcomer.claim
        if claim is None or ref in desk.again:
            continue
        gone, where = claim in desk.scene.deleted, claim.system.title
        if not gone and desk.scene.inactive.get(claim) != ref:
            continue
        rest = f"gone from {where}; it is not made again" if gone else f"inactive in {where}: {_MAKE_ACTIVE}"
        reason, code = f"its counterpart {claim} is {rest}", LEFT_BEHIND if gone else ""
        hold = Hold("deleted", newcomer.entity, one_sided(ref), None, reason, code=code)
        found[ref] = Aside(by_ref.pop(ref), hold)
    return found


def claimed_instead(
    aside: Mapping[Ref, Aside], by_ref: Mapping[Ref, Newcomer], settled: Collection[Ref]
) -> Iterator[Match]:
    """Live records that claim one whose own claim is gone: what is there outweighs what is not."""
    taken = set(settled)
    for ref, newcomer in sorted(by_ref.items()):
        claimed = aside.get(newcomer.claim) if newcomer.claim is not None else None
        if claimed is None or claimed.hold.code != LEFT_BEHIND or claimed.newcomer.entity is not newcomer.entity:
            continue
        refs = both(ref, claimed.newcomer.ref)
        if taken.isdisjoint((refs.netsuite, refs.salesforce)):
            taken |= {refs.netsuite, refs.salesforce}
            yield Match(newcomer.entity, refs, f"{newcomer.claimed_by} names the other record")


def hold_second_contacts(desk: Desk, by_ref: dict[Ref, Newcomer]) -> None:
    """A contact that was held when both systems converted its lead, as long as the other contact is linked."""
    for hold in desk.scene.standing:
        contact, person = hold.refs.salesforce, hold.refs.netsuite
        if hold.code == TWICE_CONVERTED and contact and person in by_ref and desk.scene.links.link_of(contact):
            desk.actions.append(hold)
            del by_ref[person]


def claiming_others(desk: Desk, by_ref: dict[Ref, Newcomer], left: Mapping[Ref, Newcomer]) -> dict[Ref, Aside]:
    """Take out the records that claim one which has another counterpart by now, or had until it moved on: we made them
    and gave them up, and they appeared later. They must not get a counterpart of their own. A lead's link goes on until
    its conversion is over, also where its records are newcomers as what they have become. One that is `left` and names
    the other in turn is about to be linked with it."""
    leads = {ref: event.link for event in desk.scene.events for ref in event.link.refs_both()}
    links = {**desk.scene.around.moved_on, **desk.scene.around.links, **leads}
    found: dict[Ref, Aside] = {}
    for ref, newcomer in list(by_ref.items()):
        claim = newcomer.claim
        link = links.get(claim) if claim is not None else None
        if claim is None or link is None or (claim in left and left[claim].claim == ref):
            continue
        if link.entity is newcomer.entity and ref not in link.refs_both():
            others = ", ".join(str(other) for other in link.refs_both())
            state = "linked" if link.state == "active" else "converted"
            reason = f"{newcomer.claimed_by} names {claim}, which is {state} already ({others}): a double to merge?"
            hold = Hold("ambiguous", newcomer.entity, one_sided(ref).replace(claim.system, claim), None, reason)
            found[ref] = Aside(by_ref.pop(ref), hold)
    return found


def made_of_a_converted_lead(desk: Desk, by_ref: dict[Ref, Newcomer]) -> list[Pair[Ref]]:
    """The contacts that both systems made of one lead: our key on NetSuite's names the lead that Salesforce converted.
    Where Salesforce's has another counterpart, be it that only a key says so, NetSuite's is held."""
    named = {one.claim for one in by_ref.values()}
    both: list[Pair[Ref]] = []
    for ref, newcomer in list(by_ref.items()):
        became = desk.scene.converted.get(newcomer.claim) if newcomer.claim is not None else None
        contact = became.contact if became is not None else None
        if newcomer.entity is not Entity.PERSON or contact is None:
            continue
        claim = by_ref[contact].claim if contact in by_ref else None
        if claim in (None, ref) and contact not in named and desk.scene.links.link_of(contact) is None:
            both.append(Pair(ref, contact))
        else:
            desk.actions.append(second_contact(ref, contact))
            del by_ref[ref]
    return both


def hold_second_looks(desk: Desk, pairing: Pairing) -> frozenset[Ref]:
    """New NetSuite contacts that look like what Salesforce made of a lead that we knew, and which has its counterpart:
    NetSuite has converted the lead too, by a form that leaves its key on nothing. Returns them; they are held."""
    became = {desk.scene.converted[lead].contact for lead in desk.scene.knew}
    contacts = {one.ref for one in pairing.verdicts if isinstance(one, NewOn) and one.ref in pairing.alike}
    found = {ref: contact for ref in contacts for contact in pairing.alike[ref] if contact in became}
    desk.actions += [second_contact(ref, contact) for ref, contact in sorted(found.items())]
    return frozenset(found)


def resume_conversions(desk: Desk, by_ref: dict[Ref, Newcomer]) -> tuple[Ref, ...]:
    """A lead that one system has moved on and the other has not, as our key says: the two are linked as the lead that
    they were, and the conversion follows in the next pass. Returns what waits for that.

    An open Salesforce lead: its own key names a customer that is no lead any more, which may have its account already
    (a lead that we made may appear long after we gave it up), or it is named by the key of that customer, or of a
    contact that has its id. A NetSuite lead: its key names a lead that Salesforce has converted.
    """
    became: list[Newcomer] = []
    heirs: set[Ref] = set()
    for ref, newcomer in list(by_ref.items()):
        claim = newcomer.claim
        if claim is None or ref not in by_ref:
            continue
        converted = desk.scene.converted.get(claim)
        if newcomer.entity is Entity.LEAD and _is_organization(desk, by_ref, claim):
            _resume(desk, claim, ref, f"{newcomer.claimed_by} names the customer that the lead has become")
        elif newcomer.entity is Entity.LEAD and converted is not None:
            _resume(desk, ref, claim, f"{newcomer.claimed_by} names the lead that Salesforce has converted")
            heirs |= by_ref.keys() & set(filter(None, (converted.account, converted.contact, converted.opportunity)))
        elif newcomer.entity in _BECAME and claim.type == "Lead" and claim in by_ref:
            named = f"{newcomer.claimed_by} of the {newcomer.entity} that it has become names the lead"
            _resume(desk, Ref(SystemName.NETSUITE, "customer", ref.id), claim, named)
        else:
            continue
        became += [by_ref.pop(one) for one in (ref, claim) if one in by_ref]
    became += [by_ref.pop(ref) for ref in sorted(heirs)]
    return tuple(sorted(heirs.union(_wait_for([one for one in became if one.entity is Entity.ORGANIZATION], by_ref))))


def _wait_for(organizations: Sequence[Newcomer], by_ref: dict[Ref, Newcomer]) -> Collection[Ref]:
    """Take whoever may be the counterpart of these, and what belongs to either, out of the pass: alone they would be
    taken for new."""
    names = {key for one in organizations for key in one.likeness.carries}
    alike = {ref for ref, one in by_ref.items() if one.entity is Entity.ORGANIZATION and one.likeness.seeks & names}
    parents = {child_key(ref) for ref in (*alike, *(one.ref for one in organizations))}
    waiting = alike | {ref for ref, one in by_ref.items() if one.likeness.carries & parents}
    for ref in waiting:
        del by_ref[ref]
    return waiting


def _resume(desk: Desk, customer: Ref, lead: Ref, reason: str) -> None:
    nothing: Pair[Mapping[str, Value]] = Pair({}, {})
    desk.actions.append(LinkUp(Entity.LEAD, Pair(customer, lead), nothing, Pair(False, False), reason))


def _is_organization(desk: Desk, by_ref: Mapping[Ref, Newcomer], ref: Ref) -> bool:
    newcomer = by_ref.get(ref)
    if newcomer is not None:
        return newcomer.entity is Entity.ORGANIZATION
    return ref.type == "customer" and desk.scene.links.link_of(ref) is not None

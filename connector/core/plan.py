"""From a scene to a plan: every write with its exact vendor fields, every doubt as a hold. Pure.

One module of `planning/` per verdict; nothing there knows how anything is sent.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from connector.core.conversion import plan_conversions
from connector.core.flow import Alone, Ambiguous, Convert, NewOn, Plan, Ref
from connector.core.mapping.document import Mappings
from connector.core.matching.pair import Match
from connector.core.planning.again import make_again
from connector.core.planning.answers import answered_matches
from connector.core.planning.create import households, plan_create
from connector.core.planning.desk import Desk
from connector.core.planning.emptied import keep_empty
from connector.core.planning.found import link_in_place, link_up, made_of_one_lead, merged_away
from connector.core.planning.gone import lead_gone, plan_gone
from connector.core.planning.heirs import know_heirs, let_edits_cross, take_turns, tell_losses
from connector.core.planning.holding import ambiguous_hold
from connector.core.planning.linked import plan_linked
from connector.core.planning.orphans import keep_in_use, wait_for_gone
from connector.core.planning.remembered import (
    Aside,
    claimed_instead,
    claiming_others,
    hold_second_contacts,
    hold_second_looks,
    left_behind,
    made_of_a_converted_lead,
    resume_conversions,
)
from connector.core.planning.survivors import pair_with, survivors, without_state
from connector.core.scene import Account, Scene
from connector.core.schema import Entity

_Some = TypeVar("_Some")


def make_plan(scene: Scene, mappings: Mappings, account: Account, *, follow_deletes: bool = False) -> Plan:
    """All that a pass should do. The same scene always gives the same plan."""
    desk = Desk(mappings, account, scene, follow_deletes=follow_deletes)
    desk.households.update(households(scene, mappings))
    conversions = plan_conversions(scene.events, mappings.conversion, account.converted_statuses)
    desk.actions.extend(conversions.actions)
    make_again(desk, conversions.actions)
    claimed = conversions.claimed - desk.again.keys()
    by_ref = {newcomer.ref: newcomer for newcomer in scene.newcomers if newcomer.ref not in claimed}
    desk.heirs.update(conversions.heirs)
    for linked in scene.merged:
        merged_away(desk, linked)
    hold_second_contacts(desk, by_ref)
    gone = (*scene.gone, *map(lead_gone, conversions.deleted))
    left = survivors(desk, gone)
    aside = claiming_others(desk, by_ref, left)
    waiting = resume_conversions(desk, by_ref)
    aside |= left_behind(desk, by_ref)
    for customer, sold_as in conversions.in_place:
        link_in_place(desk, by_ref, customer, sold_as)
    people = [*conversions.people, *made_of_a_converted_lead(desk, by_ref)]
    certain = made_of_one_lead(desk, people, by_ref)
    everybody = by_ref | {ref: one.newcomer for ref, one in aside.items()}
    certain += answered_matches(desk, everybody, _refs_of(certain))
    certain += claimed_instead(aside, by_ref, _refs_of(certain))
    settled = _refs_of(certain)
    desk.twins.update({match.refs.salesforce: match.refs.netsuite for match in certain})
    aside = _without(aside, settled)
    around = replace(scene.around, held=frozenset(_organizations(aside)))
    left = _without({**left, **without_state(aside)}, settled)
    pairing = pair_with(left, _without(by_ref, settled).values(), around, desk.twins)
    matches = [*certain, *pairing.matches]
    linking = _refs_of(matches)
    desk.actions += [one.hold for one in _without(aside, linking).values()]
    desk.twins.update({match.refs.salesforce: match.refs.netsuite for match in pairing.matches})
    desk.stand_ins = pairing.stand_ins
    know_heirs(desk, [one for one in conversions.actions if isinstance(one, Convert)])
    for match in matches:
        link_up(desk, match, everybody | left)
    not_new = conversions.not_yet | hold_second_looks(desk, pairing)
    for verdict in pairing.verdicts:
        if not (isinstance(verdict, NewOn) and verdict.ref in not_new):
            _unlinked(desk, verdict)
    for linked in scene.linked:
        plan_linked(desk, linked)
    for one in gone:
        if one.survivor is None or one.survivor.ref not in linking:
            plan_gone(desk, one)
    keep_in_use(desk)
    wait_for_gone(desk)
    again = (*conversions.again, *waiting, *take_turns(desk), *let_edits_cross(desk), *keep_empty(desk))
    tell_losses(desk)
    return Plan(tuple(desk.actions), desk.stand_ins, scene.observed_count, desk.answers, again)


def _refs_of(matches: Iterable[Match]) -> set[Ref]:
    return {ref for match in matches for _, ref in match.refs}


def _without(some: Mapping[Ref, _Some], refs: Container[Ref]) -> dict[Ref, _Some]:
    return {ref: one for ref, one in some.items() if ref not in refs}


def _organizations(aside: Mapping[Ref, Aside]) -> Iterator[Ref]:
    """The organizations among those that are held, beside which no other of that name is made."""
    return (ref for ref, one in aside.items() if one.newcomer.entity is Entity.ORGANIZATION)


def _unlinked(desk: Desk, verdict: Alone) -> None:
    if isinstance(verdict, Ambiguous):
        desk.actions.append(ambiguous_hold(verdict))
    elif isinstance(verdict, NewOn):
        plan_create(desk, verdict)

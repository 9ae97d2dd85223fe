"""Carry out a plan, parents first. This module and those it calls (`work`, `records`, `conversions`, `deletes`) are
the only place that writes to the outside world: intent, write, read back, remember.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from connector.core.flow import (
    Base,
    Convert,
    Create,
    Delete,
    Hold,
    LinkUp,
    Pair,
    Plan,
    Ref,
    Rekey,
    Relink,
    Retire,
    Settle,
    Update,
)
from connector.core.matching.keys import key_of
from connector.core.schema import Entity
from connector.runs.conversions import convert, relink, retire
from connector.runs.deletes import delete
from connector.runs.parts import Parts, Progress
from connector.runs.records import create, now_linked, update
from connector.runs.work import Applied, Work, chunks, heed_refusals, laid_over, release, stamp

_A = TypeVar("_A", Create, Update)


def apply(parts: Parts, plan: Plan, run_id: int, progress: Progress, applied: Applied) -> None:
    """Carry out `plan`, parents first, telling `applied` what came of it as it goes. BrakePulled when a system refuses
    most of what it is sent."""
    work = Work(parts, plan, run_id, progress, applied)
    _settle(work, plan.of(Settle))
    stamp(work, plan.of(Rekey))
    for entity in (Entity.ORGANIZATION, Entity.PERSON, Entity.OPPORTUNITY, Entity.LEAD):
        _link_up(work, [one for one in plan.of(LinkUp) if one.entity is entity])
    update(work, _of_entity(plan.of(Update), Entity.LEAD))
    create(work, _of_entity(plan.of(Create), Entity.ORGANIZATION))
    update(work, _of_entity(plan.of(Update), Entity.ORGANIZATION))
    convert(work, plan.of(Convert))
    for entity in (Entity.PERSON, Entity.OPPORTUNITY):
        create(work, _of_entity(plan.of(Create), entity))
        update(work, _of_entity(plan.of(Update), entity))
    create(work, _of_entity(plan.of(Create), Entity.LEAD))
    unmoved = retire(work, plan.of(Retire))
    relink(work, plan.of(Relink), unmoved)
    delete(work, plan.of(Delete))
    if plan.again:
        stuck = not applied.in_trouble.isdisjoint(plan.again)
        work.look_again(plan.again, "a conversion waits for another look", now=not stuck)
    heed_refusals(work)


def _of_entity(actions: tuple[_A, ...], entity: Entity) -> list[_A]:
    return [action for action in actions if action.entity is entity]


def _settle(work: Work, settles: Sequence[Settle]) -> None:
    for chunk in chunks(settles, 1000):
        with work.store.transaction():
            bases = work.store.bases(settle.link_id for settle in chunk)
            work.store.save_bases({one.link_id: laid_over(bases.get(one.link_id), one.agreed) for one in chunk})


def _link_up(work: Work, link_ups: Sequence[LinkUp]) -> None:
    """Key first, link second: a run that stops in between finds the two by their keys."""
    for several in chunks(link_ups, work.parts.settings.chunk):
        chunk = list(_free(work, several))
        stamp(work, [key for one in chunk for key in _keys(one)])
        with work.store.transaction():
            for one in chunk:
                for ended in one.replaces:
                    work.store.end_link(ended, "gone", one.reason, work.parts.clock.now())
                link = work.store.add_link(one.entity, one.refs, one.reason, work.parts.clock.now())
                agreed = Pair(now_linked(work, one.agreed.netsuite), now_linked(work, one.agreed.salesforce))
                work.store.save_bases({link.id: Base(agreed)})
                work.applied.counts[f"links.{one.entity}.linked"] += 1
                if one.entity is Entity.LEAD and not one.agreed.netsuite:
                    work.look_again([ref for _, ref in one.refs], "the conversion of this lead goes on")
            release(work, [ref for one in chunk if one.entity is Entity.ORGANIZATION for _, ref in one.refs])


def _free(work: Work, link_ups: Sequence[LinkUp]) -> Iterator[LinkUp]:
    """Those of which neither record has a counterpart of that kind. The others are held: no plan should have them, and
    one that has must not stop everything else."""
    refs = [ref for one in link_ups for _, ref in one.refs]
    links = (*work.store.links(refs).values(), *work.store.lead_links(refs).values())
    taken = {(link.entity, ref): link.id for link in links if link.state == "active" for ref in link.refs_both()}
    for one in link_ups:
        places = [(one.entity, ref) for _, ref in one.refs]
        if any(place in taken and taken[place] not in one.replaces for place in places):
            refs_held: Pair[Ref | None] = Pair(one.refs.netsuite, one.refs.salesforce)
            reason = f"one of the two is linked as {one.entity} already, and so they were not ({one.reason})"
            work.applied.failures.append(Hold("ambiguous", one.entity, refs_held, None, reason))
        else:
            taken |= dict.fromkeys(places, 0)
            yield one


def _keys(one: LinkUp) -> list[Rekey]:
    return [
        Rekey(one.entity, one.refs.of(system), key_of(one.refs.other(system))) for system, needed in one.keys if needed
    ]

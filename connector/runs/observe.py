"""See what changed on both sides and gather the scene for the planner.

Reads only. Whatever the planner may need to know is fetched here, in bulk: the other side of a link from the
base, records that a key or a likeness points at, the results of a conversion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from connector.core.flow import Converted, Link, Pair, Ref, SourceRecord
from connector.core.matching.keys import parse_key
from connector.core.matching.likeness import likeness
from connector.core.matching.pair import Neighbourhood
from connector.core.planning.holding import stands
from connector.core.scene import Account, Scene
from connector.core.schema import Entity, SystemName
from connector.runs.answers import asked_about, due, written_lately
from connector.runs.observing.again import wanted_again
from connector.runs.observing.around import (
    claims_with_a_sale,
    contacts_of_gone_leads,
    held_together,
    late_conversions,
    leads_turned_contact,
    losers_to_those_brought_back,
    not_shown,
    other_sides_of_moved_leads,
    remembered_deletions,
    results_of_conversions,
    survivors,
    winners_of_merges,
)
from connector.runs.observing.events import see_events
from connector.runs.observing.heirs import bring_heirs
from connector.runs.observing.linked import never_agreed_on, refs_of, see_gone, see_linked, see_merged
from connector.runs.observing.look import Look, count_of, fetch, is_here, read_changes, translate
from connector.runs.observing.newcomers import fetch_pointed_at, links_around, meet_newcomers, moved_on_around
from connector.runs.observing.sales import won
from connector.runs.parts import Parts, Progress
from connector.runs.reading import StoredLinks


@dataclass(frozen=True, slots=True)
class Sighting:
    """One look at both systems. `cursors` may be stored once the plan of `scene` has been carried out;
    `rechecked` are the queued records that this look covered; `records` all that are in hand. `unseen`: linked
    records that a complete read did not show."""

    scene: Scene
    records: Mapping[Ref, SourceRecord]
    cursors: Mapping[tuple[SystemName, str], str]
    rechecked: tuple[Ref, ...]
    unseen: frozenset[Ref]
    likenesses: tuple[tuple[Ref, Entity, frozenset[str]], ...]


def observe(parts: Parts, account: Account, progress: Progress, *, everything: bool = False) -> Sighting:
    """Read what changed since the cursors (or everything) and lay out the scene."""
    holds = parts.store.open_holds()
    look = Look(parts, account, StoredLinks(parts.store), holds)
    read_changes(look, progress, everything)
    counts = Pair(count_of(look, SystemName.NETSUITE), count_of(look, SystemName.SALESFORCE))
    unseen = frozenset(not_shown(look)) if everything else frozenset()
    rechecked = tuple(parts.store.rechecks())
    now, answers = parts.clock.now(), tuple(parts.store.open_answers())
    queued = {*rechecked, *due(holds, now), *asked_about(answers)}
    fetch(look, queued)
    fetch(look, (ref for link in parts.store.lead_links(queued).values() for ref in link.refs_both()))
    fetch(look, results_of_conversions(look))
    fetch(look, leads_turned_contact(look))
    fetch(look, contacts_of_gone_leads(look))
    fetch(look, late_conversions(look))
    fetch(look, other_sides_of_moved_leads(look))
    fetch(look, claims_with_a_sale(look))
    fetch(look, losers_to_those_brought_back(look))
    fetch(look, winners_of_merges(look))
    fetch(look, survivors(look))
    fetch(look, held_together(look))
    fetch(look, results_of_conversions(look))  # of leads that only the last steps have brought in
    fetch(look, never_agreed_on(look))
    look.again = wanted_again(look, answers)
    look.links.treat_as_unlinked(look.again)
    lead_links: Mapping[Ref, Link] = parts.store.lead_links(look.records)
    meet_newcomers(look, lead_links)
    lead_links = fetch_pointed_at(look, lead_links)
    merged = tuple(see_merged(look))
    moved_on = frozenset(one.observed.link.id for one in merged if one.observed.link)
    events = tuple(one for one in see_events(look, lead_links, rechecked) if one.link.id not in moved_on)
    while bring_heirs(look, events, lead_links):
        lead_links = parts.store.lead_links(look.records)
        events = tuple(one for one in see_events(look, lead_links, rechecked) if one.link.id not in moved_on)
    linked = tuple(see_linked(look))
    converted = dict(_converted(look))
    scene = Scene(
        links=look.links,
        around=Neighbourhood(look.carriers, links_around(look), moved_on_around(look)),
        linked=linked,
        newcomers=tuple(look.newcomers.values()),
        events=events,
        gone=tuple(one for one in see_gone(look) if one.link.id not in moved_on),
        merged=merged,
        standing=tuple(one.hold for one in holds if stands(one.hold)),
        answers=answers,
        again=look.again,
        written=written_lately(parts.store, (ref for one in linked for ref in refs_of(one)), now),
        inactive={ref: parse_key(one.key, ref.system) for ref, one in look.records.items() if one.inactive},
        deleted=frozenset(ref for ref, record in look.records.items() if record.deleted),
        converted=converted,
        knew=frozenset(ref for ref in converted if parse_key(look.records[ref].key, ref.system) is not None),
        witnessed=frozenset(look.listed_deleted | remembered_deletions(look)),
        problems=look.problems,
        won=frozenset(),
        observed_count=counts,
    )
    scene = replace(scene, won=won(look, scene))
    return Sighting(
        scene=scene,
        cursors=look.cursors,
        records=look.records,
        rechecked=rechecked,
        unseen=unseen,
        likenesses=tuple(_likenesses(look, scene)),
    )


def _converted(look: Look) -> Iterator[tuple[Ref, Converted]]:
    """Leads that Salesforce has converted, and which have no link, as after the loss of our state, or one that is over
    to a NetSuite lead that is gone: somebody may have converted that too, late."""
    found = {ref: record.converted for ref, record in look.records.items() if record.converted is not None}
    links = look.store.links(found)
    over = {ref for ref, link in links.items() if link.state == "converted" and _is_gone(look, link.refs.netsuite)}
    yield from ((ref, became) for ref, became in found.items() if ref not in links or ref in over)


def _is_gone(look: Look, ref: Ref) -> bool:
    return ref in look.records and look.records[ref].deleted


def _likenesses(look: Look, scene: Scene) -> Iterator[tuple[Ref, Entity, frozenset[str]]]:
    """The match keys to remember: of newcomers, and of linked records as they look now, those whose counterpart is gone
    among them."""
    for one in look.newcomers.values():
        yield one.ref, one.entity, one.likeness.carries
    for linked in scene.linked:
        observed = linked.observed
        for system, record in observed.records:
            if record is not None:
                yield record.ref, observed.entity, likeness(observed.entity, observed.values.of(system)).carries
    for gone in scene.gone:
        left = gone.survivor
        if left is not None and is_here(left) and left.ref not in look.newcomers:
            entity = gone.link.entity
            yield left.ref, entity, likeness(entity, translate(look, entity, left)).carries

"""What is left of pairs of which one record was deleted: whoever types that in again finds it, and no double is made.

Nothing is made for them. A company is held instead, as its people would follow it on likeness alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connector.core.flow import Gone, Ref
from connector.core.lifecycle import entity_of
from connector.core.matching.keys import parse_key
from connector.core.matching.likeness import likeness
from connector.core.matching.pair import Match, Neighbourhood, Newcomer, Pairing, pair
from connector.core.planning.desk import Desk
from connector.core.planning.remembered import LEFT_BEHIND, Aside
from connector.core.schema import Entity


def survivors(desk: Desk, gone: Iterable[Gone]) -> dict[Ref, Newcomer]:
    """The live counterparts of what a system itself has listed as deleted, unless a person has said what becomes of
    them. Notes the links that end when they are linked anew."""
    found: dict[Ref, Newcomer] = {}
    for one in gone:
        newcomer = _survivor(desk, one)
        if newcomer is not None:
            found[newcomer.ref] = newcomer
            desk.left[newcomer.ref] = one.link.id
    return found


def _survivor(desk: Desk, gone: Gone) -> Newcomer | None:
    record, entity = gone.survivor, gone.link.entity
    if record is None or entity is Entity.ORGANIZATION or gone.merged_into is not None:
        return None
    if record.deleted or record.inactive or record.converted is not None or entity_of(record) is not entity:
        return None
    decided = record.ref in desk.again or any(one.kind == "deleted" for one in desk.answered(*gone.link.refs_both()))
    if decided or gone.link.refs.of(gone.system) not in desk.scene.witnessed:
        return None
    values = desk.mapping(entity).read(record.ref.system, record.fields, desk.scene.links).values
    return Newcomer(entity, record, values, likeness(entity, values), parse_key(record.key, record.ref.system))


def without_state(aside: Mapping[Ref, Aside]) -> dict[Ref, Newcomer]:
    """The same, where only our key tells that they had a counterpart."""
    left = {ref: one.newcomer for ref, one in aside.items() if one.hold.code == LEFT_BEHIND}
    return {ref: one for ref, one in left.items() if one.entity is not Entity.ORGANIZATION}


def pair_with(
    left: Mapping[Ref, Newcomer], newcomers: Iterable[Newcomer], around: Neighbourhood, twins: Mapping[Ref, Ref]
) -> Pairing:
    """Pair newcomers with each other and with what is left, of which nothing else is said here."""
    links = {ref: link for ref, link in around.links.items() if ref not in left}
    pairing = pair((*newcomers, *left.values()), replace(around, links=links), twins)
    pairing.matches = [match for match in pairing.matches if not _is_left(match, left)]
    pairing.verdicts = [verdict for verdict in pairing.verdicts if verdict.ref not in left]
    return pairing


def _is_left(match: Match, left: Mapping[Ref, Newcomer]) -> bool:
    """Whether both are what is left of two pairs: that is for a person to see."""
    return match.refs.netsuite in left and match.refs.salesforce in left

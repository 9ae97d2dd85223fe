"""Doubts that have become smaller: records held because others look like them, one of which has found its place."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.flow import Ref
from connector.core.matching.likeness import likeness, linked_home
from connector.core.ports import Store
from connector.core.scene import Scene
from connector.core.schema import Entity, SystemName
from connector.runs.reading import StoredLinks, held_doubles

_Likeness = tuple[Entity, frozenset[str]]


def smaller_doubts(store: Store, scene: Scene) -> set[Ref]:
    """The records on hold that look like something of `scene` that has been linked, or is no lead any more: they are
    to be looked at again, because nothing changes on them."""
    settled = list(_settled(store, scene))
    if not settled:
        return set()
    # What was refused may be the double of what was linked beside it.
    held = (one.hold for one in store.open_holds() if one.hold.kind in ("ambiguous", "refused"))
    unsure = {ref for hold in held for _, ref in hold.refs if ref}
    return {ref for entity, keys in settled for ref in _carriers(store, entity, keys) if ref in unsure}


def _settled(store: Store, scene: Scene) -> Iterator[_Likeness]:
    linked = store.links(one.ref for one in scene.newcomers)
    doubles = held_doubles((one.hold for one in store.open_holds()), StoredLinks(store))
    for one in scene.newcomers:
        link = linked.get(one.ref)
        if link is not None and link.state == "active" and link.entity is one.entity:
            yield one.entity, one.likeness.carries
            for double in doubles.get(linked_home(one.values) or 0, ()):
                yield one.entity, likeness(one.entity, {**one.values, "organization": f"ref:{double}"}).carries
    ended = store.links_by_id(event.link.id for event in scene.events)
    for event in scene.events:
        if ended[event.link.id].state != "active":
            values = {**event.values.salesforce, **event.values.netsuite}
            yield Entity.LEAD, likeness(Entity.LEAD, values).carries


def _carriers(store: Store, entity: Entity, keys: frozenset[str]) -> Iterator[Ref]:
    for system in SystemName:
        for refs in store.candidates(system, entity, sorted(keys)).values():
            yield from refs

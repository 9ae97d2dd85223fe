"""Reading records as they are now, and the links as the translators ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connector.core.flow import Hold, Link, Ref, SourceRecord
from connector.core.mapping.translate import Links
from connector.core.ports import Store
from connector.core.schema import Entity, SystemName
from connector.runs.parts import Parts


class StoredLinks(Links):
    """The links of the store as the translators ask for them, remembered for one pass."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_ref: dict[Ref, int | None] = {}
        self._by_id: dict[int, Link] = {}

    def preload(self, refs: Iterable[Ref]) -> None:
        wanted = [ref for ref in set(refs) if ref not in self._by_ref]
        found = self._store.links(wanted)
        for ref in wanted:
            self._remember(ref, found.get(ref))

    def treat_as_unlinked(self, refs: Iterable[Ref]) -> None:
        """From now on these have no link: theirs is about to end."""
        self._by_ref.update(dict.fromkeys(refs))

    def link_of(self, ref: Ref) -> int | None:
        if ref not in self._by_ref:
            self._remember(ref, self._store.links([ref]).get(ref))
        return self._by_ref[ref]

    def ref_of(self, link_id: int, system: SystemName) -> Ref | None:
        if link_id not in self._by_id:
            self._by_id.update(self._store.links_by_id([link_id]))
        link = self._by_id.get(link_id)
        return link.refs.of(system) if link else None

    def _remember(self, ref: Ref, link: Link | None) -> None:
        usable = link is not None and link.state == "active" and link.entity is not Entity.LEAD
        self._by_ref[ref] = link.id if link is not None and usable else None
        if link is not None:
            self._by_id[link.id] = link


def held_doubles(holds: Iterable[Hold], links: StoredLinks) -> Mapping[int, Sequence[Ref]]:
    """Organizations that are held because they look like a linked one, by its link."""
    unsure = [one for one in holds if (one.kind, one.entity) == ("ambiguous", Entity.ORGANIZATION)]
    links.preload(ref for hold in unsure for _, ref in hold.refs if ref is not None)
    found: dict[int, list[Ref]] = {}
    for hold in unsure:
        linked = {ref: links.link_of(ref) for _, ref in hold.refs if ref is not None}
        for link_id in filter(None, linked.values()):
            found.setdefault(link_id, []).extend(ref for ref, own in linked.items() if own is None)
    return found


def vendor_fields(parts: Parts, system: SystemName, type_: str) -> tuple[str, ...]:
    """Every field that some mapping reads from records of that type."""
    names: set[str] = set()
    for entity in Entity:
        mapping = parts.mappings.of(entity)
        if mapping.record_type(system) == type_:
            names |= set(mapping.vendor_fields(system))
    return tuple(sorted(names))


def read(parts: Parts, refs: Iterable[Ref]) -> dict[Ref, SourceRecord]:
    """The records as they are now, all mapped fields."""
    found: dict[Ref, SourceRecord] = {}
    wanted = sorted(set(refs))
    for system in SystemName:
        mine = [ref for ref in wanted if ref.system is system]
        if mine:
            fields = {type_: vendor_fields(parts, system, type_) for type_ in {ref.type for ref in mine}}
            found.update(parts.systems.of(system).read(mine, fields))
    return found


def is_last_written_by_us(parts: Parts, record: SourceRecord) -> bool | None:
    """Whether we were the last to change a record; None where that cannot be told."""
    ours = parts.systems.of(record.ref.system).user()
    return None if None in (ours, record.modified_by) else record.modified_by == ours

"""Two records that carry one key: found by a complete comparison, and held until a later one sees them no more.

Which of the two is right, no program can tell, and no look at one record shows that there is another: a run leaves
these holds as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from connector.core.flow import Hold, Ref, SourceRecord
from connector.core.ports import Store
from connector.core.schema import Entity
from connector.runs.parts import Parts
from connector.runs.reading import read
from connector.runs.work import one_sided


def double_key_hold(entity: Entity, ref: Ref, reason: str) -> Hold:
    """`ref`: the record that carries the key of another one's counterpart."""
    return Hold("double_key", entity, one_sided(ref), None, reason)


def double_key_holds(store: Store) -> list[Hold]:
    """Those that are open."""
    return [one.hold for one in store.open_holds() if one.hold.kind == "double_key"]


def close_settled(parts: Parts) -> None:
    """Close the holds of records that share their key with no other one any more."""
    held = [ref for hold in double_key_holds(parts.store) for _, ref in hold.refs if ref is not None]
    records = (record for record in read(parts, held).values() if record.key)
    settled = set(held) - set(_sharing(parts, records))
    others = [one.hold for one in parts.store.open_holds() if one.hold.kind != "double_key"]
    parts.store.clear_holds(settled, parts.clock.now(), keep=others)


def _sharing(parts: Parts, records: Iterable[SourceRecord]) -> Iterator[Ref]:
    """Those of `records` whose key another live record carries as well."""
    by_type = defaultdict(list)
    for record in records:
        by_type[record.ref.system, record.ref.type].append(record)
    for (system, type_), several in by_type.items():
        carriers = parts.systems.of(system).find_by_key(type_, [record.key for record in several if record.key])
        yield from (record.ref for record in several if len(carriers.get(record.key or "", ())) > 1)

"""Two versions of the mapping files, held against the linked records: which would change, and how. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from connector.core.flow import Base, Link, Observed, Pair, Planned, Raw, Ref, SourceRecord
from connector.core.mapping.check import check_mappings
from connector.core.mapping.document import Mappings
from connector.core.mapping.drift import drift, without
from connector.core.mapping.translate import EntityMapping
from connector.core.merge import merge
from connector.core.scene import Account
from connector.core.schema import Entity, SystemName
from connector.errors import MappingError
from connector.runs.account import fitted_before, inspect, looking_up, naming
from connector.runs.parts import Parts, Progress, silent
from connector.runs.reading import StoredLinks, vendor_fields
from connector.runs.report import plain

T = TypeVar("T")
_AT_ONCE = 200
SAMPLES = 100
"""Records that a report names; all are counted."""


@dataclass(frozen=True, slots=True)
class Differing:
    """What one version would do to a record and the other would not. `old` and `new`: vendor field -> what would be
    written, or that nothing would (absent)."""

    entity: Entity
    ref: Ref
    old: Mapping[str, Planned]
    new: Mapping[str, Planned]
    held: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        names = sorted({*self.old, *self.new})
        return {
            "entity": str(self.entity),
            "record": str(self.ref),
            "changes": {name: [_told(self.old, name), _told(self.new, name)] for name in names},
            "held": list(self.held),
        }


def _told(fields: Mapping[str, Planned], name: str) -> Any:
    return plain(fields[name]) if name in fields else "(left alone)"


@dataclass(frozen=True, slots=True)
class DiffReport:
    """`counts`: `system.type.field` -> records in which the two versions differ. `lines`: canonical fields that only
    one version has, or that both spell differently."""

    compared: int
    records: int
    counts: Mapping[str, int]
    samples: tuple[Differing, ...]
    lines: Mapping[str, str]

    def data(self) -> dict[str, Any]:
        return {
            "compared": self.compared,
            "records": self.records,
            "differing": dict(sorted(self.counts.items())),
            "samples": [one.data() for one in self.samples],
            "lines": dict(self.lines),
        }


def diff(parts: Parts, new: Mappings, on_progress: Progress = silent) -> DiffReport:
    """`parts.mappings` are the old ones; of these, what an account changed under is left out, as a run does. Raises
    MappingError where the new ones do not fit the accounts."""
    account = inspect(parts, remember=False, believed_seconds=0)
    lines, before = lines_between(parts.mappings, new), fitted_before(parts)
    parts, other = (
        looking_up(naming(replace(parts, mappings=one), account.infos, before)) for one in (parts.mappings, new)
    )
    new = other.mappings
    mistakes = check_mappings(new, account.infos, values=False)
    if mistakes:
        raise MappingError(mistakes)
    found = drift(parts.mappings, before, account.infos)
    parts = replace(parts, mappings=without(parts.mappings, found))
    counts: Counter[str] = Counter()
    samples: list[Differing] = []
    compared = records = 0
    for some in _chunks(parts.store.iter_links()):
        for one in _compare(parts, replace(parts, mappings=new), account, some):
            counts.update(f"{one.ref.system}.{one.ref.type}.{name}" for name in {*one.old, *one.new})
            counts.update(f"{one.ref.system}.{one.ref.type}.{name} held" for name in one.held)
            records += 1
            samples += [one] if len(samples) < SAMPLES else []
        compared += len(some)
        on_progress("comparing", compared, None)
    return DiffReport(compared, records, counts, tuple(samples), lines)


def lines_between(old: Mappings, new: Mappings) -> dict[str, str]:
    """`entity.field` -> added, removed or changed."""
    told: dict[str, str] = {}
    for entity in Entity:
        before, after = old.files[entity].fields, new.files[entity].fields
        for name in dict.fromkeys((*before, *after)):
            if name not in before or name not in after:
                told[f"{entity}.{name}"] = "added" if name in after else "removed"
            elif before[name] != after[name]:
                told[f"{entity}.{name}"] = "changed"
    return told


def _chunks(items: Iterator[T]) -> Iterator[list[T]]:
    while some := list(islice(items, _AT_ONCE)):
        yield some


def _compare(old: Parts, new: Parts, account: Account, links: list[Link]) -> Iterator[Differing]:
    records = _read(old, new, links)
    bases = old.store.bases(link.id for link in links)
    known = StoredLinks(old.store)
    for link in links:
        pair = Pair(records.get(link.refs.netsuite), records.get(link.refs.salesforce))
        if not any(one is None or one.deleted or one.converted for _, one in pair):
            both = [_outcome(side.mappings.of(link.entity), account, known, link, pair, bases) for side in (old, new)]
            yield from _differing(link, *both)


def _read(old: Parts, new: Parts, links: list[Link]) -> dict[Ref, SourceRecord]:
    """The records of both sides, with every field that either version looks at."""
    found: dict[Ref, SourceRecord] = {}
    for system, adapter in old.systems:
        refs = sorted({link.refs.of(system) for link in links})
        types = {ref.type for ref in refs}
        fields = {
            type_: sorted({*vendor_fields(old, system, type_), *vendor_fields(new, system, type_)}) for type_ in types
        }
        found.update(adapter.read(refs, fields))
    return found


@dataclass(frozen=True, slots=True)
class _Outcome:
    writes: Pair[Mapping[str, Planned]]
    held: Mapping[str, str]


def _outcome(
    mapping: EntityMapping,
    account: Account,
    links: StoredLinks,
    link: Link,
    records: Pair[SourceRecord | None],
    bases: Mapping[int, Base],
) -> _Outcome:
    """What a run would write to both records, and what it would hold."""
    readings = Pair(*(mapping.read(system, _fields(record), links) for system, record in records))
    observed = Observed(
        entity=link.entity,
        link=link,
        records=records,
        values=Pair(readings.netsuite.values, readings.salesforce.values),
        seen=Pair(True, True),
    )
    merged = merge(mapping, observed, bases.get(link.id))
    held = {name: text for _, reading in readings for name, text in reading.problems.items()}
    held |= {conflict.field: conflict.reason for conflict in merged.conflicts}
    writes: list[Mapping[str, Planned]] = []
    for system in SystemName:
        changes = [change for change in merged.changes if change.system is system]
        rendering = mapping.write(
            system,
            {change.field: change.value for change in changes},
            creating=False,
            links=links,
            info=account.infos.of(system).get(mapping.record_type(system)),
            holds={**readings.of(system).values, **{change.field: change.old for change in changes}},
        )
        held |= rendering.problems
        writes.append(rendering.fields)
    return _Outcome(Pair(*writes), held)


def _fields(record: SourceRecord | None) -> Mapping[str, Raw]:
    return record.fields if record is not None else {}


def _differing(link: Link, old: _Outcome, new: _Outcome) -> Iterator[Differing]:
    held = tuple(sorted(name for name in new.held if name not in old.held))
    for system, ref in link.refs:
        before, after = old.writes.of(system), new.writes.of(system)
        names = [name for name in {*before, *after} if before.get(name, link) != after.get(name, link)]
        newly_held = held if system is SystemName.NETSUITE else ()
        if names or newly_held:
            yield Differing(
                entity=link.entity,
                ref=ref,
                old={name: before[name] for name in names if name in before},
                new={name: after[name] for name in names if name in after},
                held=newly_held,
            )

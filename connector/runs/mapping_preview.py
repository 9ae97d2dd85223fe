"""Real records crossing over, field by field, both ways. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from connector.core.flow import Planned, Raw, Ref, SourceRecord
from connector.core.lifecycle import entity_of
from connector.core.mapping.translate import EntityMapping, FieldMapping
from connector.core.mapping.ways import way_of
from connector.core.ports import RecordInfo, Wanted
from connector.core.scene import Account
from connector.core.schema import ABSENT, Entity, Gap, SystemName, Value
from connector.runs.account import checked, types_of
from connector.runs.parts import Parts, Progress, silent
from connector.runs.reading import StoredLinks, read, vendor_fields
from connector.runs.report import plain


@dataclass(frozen=True, slots=True)
class Crossed:
    """One field of a record. `given` and `made` are vendor fields; `held` says why nothing is made, `stays` why the
    other side is left as it is. `how`: the codec and the forms of the line."""

    field: str
    how: str
    given: Mapping[str, Raw]
    made: Mapping[str, Planned]
    held: str = ""
    stays: str = ""

    def data(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "how": self.how,
            "values": {"given": plain(dict(self.given)), "made": plain(dict(self.made))},
            "held": self.held,
            "stays": self.stays,
        }


@dataclass(frozen=True, slots=True)
class RecordPreview:
    """A record and what the other side would hold of it. `other` is None where it would be made anew."""

    entity: Entity
    ref: Ref
    other: Ref | None
    fields: tuple[Crossed, ...]

    def data(self) -> dict[str, Any]:
        return {
            "entity": str(self.entity),
            "record": str(self.ref),
            "other": str(self.other) if self.other else None,
            "crossed": [one.data() for one in self.fields],
        }


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """`missing`: records that were asked for and are not there."""

    records: tuple[RecordPreview, ...]
    missing: tuple[Ref, ...] = ()

    def data(self) -> dict[str, Any]:
        return {
            "records": [one.data() for one in self.records],
            "missing": [str(ref) for ref in self.missing],
            "exit_code": 6 if self.missing else 0,
        }


def preview_records(
    parts: Parts,
    *,
    refs: Iterable[Ref] = (),
    sample: int = 3,
    changed_only: bool = False,
    on_progress: Progress = silent,
) -> PreviewReport:
    """The given records, or a sample of each record type; `changed_only` leaves out what the other side holds
    already. Writes nothing anywhere."""
    parts, account = checked(parts, remember=False, believed_seconds=0)
    wanted = tuple(refs)
    records = read(parts, wanted) if wanted else {one.ref: one for one in _sample(parts, sample, on_progress)}
    there = [record for record in records.values() if not record.deleted and record.converted is None]
    links = StoredLinks(parts.store)
    return PreviewReport(
        tuple(_previews(parts, account, links, there, changed_only)),
        tuple(ref for ref, record in records.items() if record.deleted),
    )


def _sample(parts: Parts, size: int, progress: Progress) -> Iterator[SourceRecord]:
    """The first live records of each type, as a full read gives them."""
    for system, adapter in parts.systems:
        wanted = [Wanted(type_, vendor_fields(parts, system, type_), None) for type_ in types_of(system)]
        for type_, changes in adapter.changes(wanted).items():
            progress(f"reading {system.title} {type_}", 0, None)
            records = (record for page in changes.pages for record in page)
            yield from islice((one for one in records if not one.deleted and one.converted is None), size)


def _previews(
    parts: Parts, account: Account, links: StoredLinks, records: list[SourceRecord], changed_only: bool
) -> Iterator[RecordPreview]:
    others = _others(parts, records)
    now = read(parts, others.values())
    for record in records:
        entity = entity_of(record)
        mapping = parts.mappings.of(entity)
        other = now.get(others[record.ref]) if record.ref in others else None
        if other is not None and (other.deleted or other.converted is not None):
            other = None
        info = account.infos.of(record.ref.system.other).get(mapping.record_type(record.ref.system.other))
        fields = tuple(_crossed(parts, mapping, links, record, other, info))
        if changed_only:
            fields = tuple(one for one in fields if not one.stays)
        if fields or not changed_only:
            yield RecordPreview(entity, record.ref, other.ref if other else None, fields)


def _others(parts: Parts, records: list[SourceRecord]) -> dict[Ref, Ref]:
    """The counterpart of each record that is linked."""
    links = parts.store.links(record.ref for record in records)
    return {ref: link.refs.other(ref.system) for ref, link in links.items() if link.state == "active"}


def _crossed(
    parts: Parts,
    mapping: EntityMapping,
    links: StoredLinks,
    record: SourceRecord,
    other: SourceRecord | None,
    info: RecordInfo | None,
) -> Iterator[Crossed]:
    here, there = record.ref.system, record.ref.system.other
    reading = mapping.read(here, record.fields, links)
    held_there = mapping.read(there, other.fields, links).values if other is not None else {}
    written = mapping.write(there, reading.values, creating=other is None, links=links, info=info, holds=held_there)
    for name, line in mapping.fields.items():
        value = reading.values.get(name, ABSENT)
        if value is ABSENT and name not in reading.problems:
            continue
        made = {vendor: written.fields[vendor] for vendor in line.lenses.of(there).writes if vendor in written.fields}
        problem = reading.problems.get(name) or written.problems.get(name) or ""
        yield Crossed(
            field=name,
            how=way_of(parts.mappings.files[mapping.entity].fields[name], line),
            given={vendor: record.fields.get(vendor) for vendor in line.lenses.of(here).reads},
            made={} if problem else made,
            held=problem,
            stays="" if problem else _stays(mapping, line, there, value, held_there.get(name, ABSENT), other is None),
        )


def _stays(
    mapping: EntityMapping, line: FieldMapping, there: SystemName, value: Value | Gap, held: Value | Gap, fresh: bool
) -> str:
    """Why the other side is left as it is; "" where it would change."""
    if not line.flows_to(there):
        return f"does not flow to {there.title}"
    if fresh:
        return "" if value is not None or line.default.of(there) is not None else "empty"
    if line.create_only:
        return "written to new records only"
    if isinstance(held, Gap) or isinstance(value, Gap):
        return f"does not exist on that record in {there.title}"
    return "equal" if mapping.same(line.name, value, held) else ""

"""One look at both systems: the records in hand, and how they are read and translated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from connector.core.conversion import has_moved_on, only_the_persons
from connector.core.flow import Ref, SourceRecord
from connector.core.matching.pair import Newcomer
from connector.core.ports import OpenHold, Store, Wanted
from connector.core.scene import Account
from connector.core.schema import Entity, Stage, SystemName, Value
from connector.runs.account import types_of
from connector.runs.parts import Parts, Progress
from connector.runs.reading import StoredLinks, held_doubles, read, vendor_fields


@dataclass
class Look:
    """What the steps of a look share. `holds`: those that are open. `carriers`: match key -> records that carry it, by
    system and entity. `listed_deleted`: records that a system itself told us were deleted. `changed`: records that an
    incremental read showed; others are in hand because something else led to them. `again`: as in `Scene`."""

    parts: Parts
    account: Account
    links: StoredLinks
    holds: Sequence[OpenHold]
    records: dict[Ref, SourceRecord] = field(default_factory=dict)
    translated: dict[tuple[Entity, Ref], Mapping[str, Value]] = field(default_factory=dict)
    cursors: dict[tuple[SystemName, str], str] = field(default_factory=dict)
    problems: dict[Ref, Mapping[str, str]] = field(default_factory=dict)
    newcomers: dict[Ref, Newcomer] = field(default_factory=dict)
    carriers: dict[tuple[SystemName, Entity, str], tuple[Ref, ...]] = field(default_factory=dict)
    listed_deleted: set[Ref] = field(default_factory=set)
    changed: set[Ref] = field(default_factory=set)
    again: dict[Ref, int | None] = field(default_factory=dict)

    @cached_property
    def doubles(self) -> Mapping[int, Sequence[Ref]]:
        """Organizations that are held because they look like a linked one, by its link."""
        return held_doubles((one.hold for one in self.holds), self.links)

    @property
    def store(self) -> Store:
        return self.parts.store


def read_changes(look: Look, progress: Progress, everything: bool) -> None:
    known = {} if everything else look.store.cursors()
    for system in SystemName:
        wanted = [
            Wanted(type=type_, fields=vendor_fields(look.parts, system, type_), since=known.get((system, type_)))
            for type_ in types_of(system)
        ]
        for type_, changes in look.parts.systems.of(system).changes(wanted).items():
            for page in changes.pages:
                look.records.update((record.ref, record) for record in page)
                look.changed.update(record.ref for record in page if not everything)
                look.listed_deleted.update(record.ref for record in page if record.deleted)
                progress(f"reading {system.title} {type_}", count_of(look, system), None)
            look.cursors[system, type_] = changes.cursor


def fetch(look: Look, refs: Iterable[Ref]) -> None:
    missing = [ref for ref in set(refs) if ref not in look.records]
    if missing:
        look.records.update(read(look.parts, missing))


def count_of(look: Look, system: SystemName) -> int:
    return sum(1 for ref in look.records if ref.system is system)


def translate(look: Look, entity: Entity, record: SourceRecord) -> Mapping[str, Value]:
    """Canonical values of a record in hand; what cannot be understood is noted and left out."""
    known = look.translated.get((entity, record.ref))
    if known is None:
        known = look.translated[entity, record.ref] = _translate(look, entity, record)
    return known


def leads_own(look: Look, customer: Ref, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """What a lead holds that its link still speaks for: where its NetSuite record has become an organization with an
    account, or with a contact beside it, what both have is that organization's. The Salesforce lead keeps its own until
    it is converted."""
    people = (one for one in look.newcomers.values() if one.entity is Entity.PERSON)
    if look.links.link_of(customer) is None and not has_moved_on(look.records.get(customer), people):
        return values
    return only_the_persons(values, look.parts.mappings.of(Entity.ORGANIZATION))


def _translate(look: Look, entity: Entity, record: SourceRecord) -> Mapping[str, Value]:
    reading = look.parts.mappings.of(entity).read(record.ref.system, record.fields, look.links)
    problems = {
        name: text + _label(look, entity, record, name)
        for name, text in reading.problems.items()
        if not _expected_problem(entity, record, name)
    }
    if problems:
        look.problems[record.ref] = problems
    return reading.values


def _label(look: Look, entity: Entity, record: SourceRecord, name: str) -> str:
    """What the account calls a list value that no file knows: an id alone tells an admin nothing."""
    info = look.account.infos.of(record.ref.system).get(record.ref.type)
    for vendor_field in look.parts.mappings.of(entity).fields[name].lenses.of(record.ref.system).reads:
        known = info.fields.get(vendor_field) if info else None
        raw = record.fields.get(vendor_field)
        if known is not None and known.options and isinstance(raw, str) and known.options.get(raw, raw) != raw:
            return f" ({vendor_field}: {known.options[raw]})"
    return ""


def _expected_problem(entity: Entity, record: SourceRecord, name: str) -> bool:
    """Half-way through a conversion a status belongs to the other stage: that says nothing new."""
    if record.ref.type != "customer":
        return False
    return (entity is Entity.LEAD and name == "status" and record.stage is not Stage.LEAD) or (
        entity is Entity.ORGANIZATION and name == "stage" and record.stage is Stage.LEAD
    )


def problems_of(look: Look, record: SourceRecord | None) -> Mapping[str, str]:
    return look.problems.get(record.ref, {}) if record else {}


def is_here(record: SourceRecord) -> bool:
    """Whether a record is neither gone nor has it become something else."""
    return not record.deleted and record.converted is None

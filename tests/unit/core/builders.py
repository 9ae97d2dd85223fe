"""Small scenes for the pure parts: one-field mappings, records, links, newcomers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.core.flow import Base, Link, Observed, Pair, Ref, SourceRecord
from connector.core.mapping.document import load_mappings
from connector.core.mapping.translate import EntityMapping
from connector.core.matching.keys import parse_key
from connector.core.matching.likeness import likeness
from connector.core.matching.pair import Newcomer
from connector.core.schema import ABSENT, Entity, Gap, Stage, SystemName, Value

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
MAPPINGS = load_mappings(Path(__file__).parents[3] / "mappings")
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def netsuite(type_: str, id_: int | str) -> Ref:
    return Ref(NETSUITE, type_, str(id_))


def salesforce(type_: str, number: int) -> Ref:
    prefix = {"Lead": "00Q", "Account": "001", "Contact": "003", "Opportunity": "006"}[type_]
    return Ref(SALESFORCE, type_, f"{prefix}{number:012}AAA")


CUSTOMER, LEAD = netsuite("customer", 1), salesforce("Lead", 1)


def record(ref: Ref, **more: Any) -> SourceRecord:
    return SourceRecord(ref=ref, fields={}, **more)


def one_field(name: str = "job_title", **changes: Any) -> EntityMapping:
    """The shipped lead mapping cut down to one text field, under another policy."""
    full = MAPPINGS.of(Entity.LEAD)
    line = replace(full.fields[name], **changes)
    return EntityMapping(full.entity, {name: line}, full.sides)


def sides(netsuite_value: Value | Gap, salesforce_value: Value | Gap, name: str = "job_title") -> Pair[Any]:
    """Both sides' values of one field; ABSENT leaves it out."""
    return Pair(
        {} if netsuite_value is ABSENT else {name: netsuite_value},
        {} if salesforce_value is ABSENT else {name: salesforce_value},
    )


def observed(values: Pair[Mapping[str, Value]], stamps: Pair[datetime | None] = Pair(None, None)) -> Observed:
    records: Pair[SourceRecord | None] = Pair(
        record(CUSTOMER, modified_at=stamps.netsuite, stage=Stage.LEAD), record(LEAD, modified_at=stamps.salesforce)
    )
    link = Link(1, Entity.LEAD, Pair(CUSTOMER, LEAD))
    return Observed(Entity.LEAD, link, records, values, Pair(True, True))


def base(netsuite_value: Value | Gap, salesforce_value: Value | Gap) -> Base:
    return Base(sides(netsuite_value, salesforce_value))


def newcomer(ref: Ref, entity: Entity, key: str | None = None, **values: Value) -> Newcomer:
    claim = parse_key(key, ref.system)
    return Newcomer(entity, record(ref, key=key), values, likeness(entity, values), claim)

"""Our key on records: where it has room, and where it is missing."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.flow import Observed, Pair, Ref, Rekey, SourceRecord
from connector.core.lifecycle import entity_of
from connector.core.matching.keys import key_of, parse_key
from connector.core.planning.desk import Desk
from connector.core.schema import Entity, SystemName


def has_room(desk: Desk, entity: Entity, record: SourceRecord) -> bool:
    """Whether our key may be written on a record: the account has the field, and no other tool's value is in it."""
    info = desk.info(record.ref.system, entity)
    ours = not record.key or parse_key(record.key, record.ref.system) is not None
    return ours and (info is None or info.key_field is not None)


def lost_keys(desk: Desk, observed: Observed, refs: Pair[Ref]) -> Iterator[Rekey]:
    """Our key where it is missing, or names what the record was linked with before."""
    for system, record in observed.records:
        if record is None or not has_room(desk, observed.entity, record) or _names_more(observed, record):
            continue
        named = parse_key(record.key, record.ref.system)
        was_lead = observed.entity is Entity.ORGANIZATION and _of_a_lead(named)
        if not record.key or (was_lead or named in desk.scene.deleted):
            yield Rekey(observed.entity, record.ref, key_of(refs.other(system)))


def _names_more(observed: Observed, record: SourceRecord) -> bool:
    """Whether the key on a lead names the account that it has become, its conversion on the other side not being over:
    also where that account is gone, which nothing else would tell if our state were lost."""
    return observed.entity is Entity.LEAD and bool(record.key) and entity_of(record) is Entity.ORGANIZATION


def _of_a_lead(named: Ref | None) -> bool:
    """Whether it still carries the key of the Salesforce lead that it was, because a conversion was interrupted."""
    return named is not None and named.system is SystemName.SALESFORCE and named.type == "Lead"


def missing_keys(desk: Desk, entity: Entity, netsuite: SourceRecord, salesforce: SourceRecord) -> Pair[bool]:
    """On which of two records our key must be written."""
    return Pair(
        netsuite.key != key_of(salesforce.ref) and has_room(desk, entity, netsuite),
        salesforce.key != key_of(netsuite.ref) and has_room(desk, entity, salesforce),
    )

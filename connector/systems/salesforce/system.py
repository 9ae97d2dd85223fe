"""The Salesforce side of the connector: `core/ports.py`'s System over one org."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from connector.core.flow import Conversion, Outcome, Ref, SourceRecord, Write
from connector.core.ports import Changes, RecordInfo, System, Wanted
from connector.core.schema import SystemName
from connector.errors import RemoteError, Unintelligible
from connector.systems.salesforce import changes as incremental
from connector.systems.salesforce import soql
from connector.systems.salesforce.client import MOST_PARTS_IN_COMPOSITE, Client, query_path
from connector.systems.salesforce.convert import convert_all
from connector.systems.salesforce.deletes import delete_all
from connector.systems.salesforce.ids import to_18
from connector.systems.salesforce.records import (
    ObjectInfo,
    definitions_query,
    field_ids,
    gone,
    object_info,
    ref,
    source_record,
    system_fields,
)
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.writes import write_all
from connector.systems.session import Session

log = logging.getLogger(__name__)

_IDS_IN_A_READ = 2000
_VALUES_IN_A_QUERY = 300
"""Keeps the URL of a query under 16 KiB."""
_COUNTS_IN_A_QUERY = 50


def open_session(settings: SalesforceSettings, **options: Any) -> Session:
    """A session that speaks to this org's host only. `options` are those of `Session`, a private `ca` for one."""
    return Session(
        SystemName.SALESFORCE,
        allowed_hosts=frozenset({settings.host}),
        concurrency=settings.concurrency,
        **options,
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SalesforceSystem(System):
    """One org. `now` is our own clock: it signs the first login, and never bounds a query. `ticks` are seconds that
    have passed since whenever."""

    name: SystemName = SystemName.SALESFORCE

    def __init__(
        self,
        settings: SalesforceSettings,
        session: Session | None = None,
        *,
        now: Callable[[], datetime] = _utc_now,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.session = session or open_session(settings)
        self._client = Client(settings, self.session, now, ticks)
        self._objects: dict[str, ObjectInfo] = {}

    def identity(self) -> str:
        """The org's id (18 characters): from the login's answer, or asked for where that names none."""
        found = self._client.authorizer.token.org_id
        if found:
            return to_18(found)
        return to_18(self._client.query("SELECT Id FROM Organization LIMIT 1")["records"][0]["Id"])

    def user(self) -> str | None:
        """The user's id (18 characters), where the login's answer names it."""
        found = self._client.authorizer.token.user_id
        return to_18(found) if found else None

    def describe(self, types: Sequence[str]) -> Mapping[str, RecordInfo]:
        """Metadata of the objects, in one call. A type that the org lacks is Missing. Fields have no ids where we may
        not ask for them."""
        for group in soql.chunks(list(dict.fromkeys(types)), MOST_PARTS_IN_COMPOSITE - 1):
            paths = [f"sobjects/{soql.name(type_)}/describe" for type_ in group]
            paths.append(query_path(definitions_query(group), deleted_too=False))
            *answers, definitions = self._client.composite_get(paths)
            if isinstance(definitions, RemoteError):
                log.info("Salesforce does not tell the ids of its custom fields: %s", definitions)
            ids = field_ids(definitions)
            for type_, answer in zip(group, answers, strict=True):
                if isinstance(answer, RemoteError):
                    raise answer
                self._objects[type_] = object_info(answer, self.settings.key_field_of(type_), ids.get(type_, {}))
        return {type_: self._objects[type_].record for type_ in types}

    def converted_statuses(self) -> tuple[str, ...]:
        """The values of Lead.Status that mean converted, in the admin's order."""
        rows = self._client.every_row("SELECT ApiName FROM LeadStatus WHERE IsConverted = true ORDER BY SortOrder")
        return tuple(row["ApiName"] for row in rows)

    def stages(self) -> Mapping[str, str]:
        """Salesforce keeps the stage in which record exists."""
        return {}

    def changes(self, wanted: Sequence[Wanted]) -> Mapping[str, Changes]:
        """What changed, by type: see `changes.py`. One call for each mark and one for all first pages."""
        readings = [incremental.reading(one, self._key_field(one.type)) for one in wanted]
        return incremental.changes(self._client, readings, self._without_key)

    def read(self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]]) -> Mapping[Ref, SourceRecord]:
        """The records as they are now, up to 2,000 a call. What is not there any more comes back `deleted`."""
        found: dict[Ref, SourceRecord] = {}
        for type_, group in _by_type(refs):
            for some in soql.chunks(group, _IDS_IN_A_READ):
                found.update(self._read(type_, some, fields.get(type_, ())))
        return found

    def find_by_key(self, type: str, keys: Sequence[str]) -> Mapping[str, tuple[Ref, ...]]:
        """Live records by key; keys compare without regard to case, as the org compares them."""
        field = self._key_field(type)
        if field is None:
            return {}
        found: dict[str, list[Ref]] = {}
        for some in soql.chunks(list(dict.fromkeys(keys)), _VALUES_IN_A_QUERY):
            for row in self._client.every_row(soql.select(("Id", field), type, soql.one_of(field, some))):
                found.setdefault(str(row[field]).lower(), []).append(ref(type, row["Id"]))
        return {key: tuple(found[key.lower()]) for key in keys if key.lower() in found}

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """Creates and updates in batches of 200; outcomes in the order of `writes`."""
        return write_all(self._client, writes, self._key_field)

    def convert(self, conversions: Sequence[Conversion]) -> Sequence[Outcome]:
        """Conversions, 100 a call; a lead that is converted already is Refused with kind `converted`."""
        return convert_all(self._client, conversions)

    def delete(self, refs: Sequence[Ref]) -> Sequence[Outcome]:
        """Into the recycle bin, 200 a call; what is in it already is Refused with kind `missing`."""
        return delete_all(self._client, refs)

    def count_values(self, type: str, fields: Sequence[str]) -> Mapping[str, int]:
        """How many live records hold a value in each field, in one query for 50 fields. What cannot be counted
        (check boxes, long texts) is left out of the answer, and named in the log."""
        countable = self._object(type).countable
        wanted = [name for name in dict.fromkeys(fields) if name in countable]
        skipped = [name for name in fields if name not in countable]
        if skipped:
            log.info("Salesforce cannot count the values of %s: %s", type, ", ".join(skipped))
        counts: dict[str, int] = {}
        for some in soql.chunks(wanted, _COUNTS_IN_A_QUERY):
            counts.update(self._count(type, some))
        return counts

    def labels(self, type: str, field: str) -> Mapping[str, str]:
        """Salesforce tells all its lists in the metadata."""
        known = self._object(type).record.fields.get(field)
        return (known.options if known else None) or {}

    def live_list(self, type: str, key_field: str) -> Mapping[str, str]:
        """Users (the only list that Salesforce keeps as records of its own)."""
        name, column = soql.name(type), soql.name(key_field)
        query = f"SELECT Id, {column} FROM {name} WHERE IsActive = true AND {column} != null"  # noqa: S608 - checked names
        return {to_18(row["Id"]): row[key_field] for row in self._client.every_row(query)}

    def calls_made(self) -> int:
        return self.session.counts.calls

    def close(self) -> None:
        self.session.close()

    def _count(self, type_: str, fields: Sequence[str]) -> dict[str, int]:
        columns = ", ".join(f"COUNT({soql.name(field)}) n{place}" for place, field in enumerate(fields))
        rows = self._client.query(f"SELECT {columns} FROM {soql.name(type_)}")["records"]  # noqa: S608 - checked names
        return {field: int(rows[0][f"n{place}"]) for place, field in enumerate(fields)}

    def _read(self, type_: str, refs: Sequence[Ref], fields: Sequence[str]) -> dict[Ref, SourceRecord]:
        key_field = self._key_field(type_)
        columns = dict.fromkeys((*system_fields(type_, key_field, deleted_too=False), *fields))
        body = {"ids": [to_18(one.id) for one in refs], "fields": list(columns)}
        rows = self._client.look_up(f"composite/sobjects/{soql.name(type_)}", body)
        if not isinstance(rows, list) or len(rows) != len(refs):
            raise Unintelligible("a read answers other records than were asked for", system=self.name)
        records = [source_record(type_, row, fields, key_field) for row in rows if row is not None]
        found = {record.ref: record for record in records}
        return found | self._absent(type_, [one for one in refs if one not in found], fields)

    def _absent(self, type_: str, refs: Sequence[Ref], fields: Sequence[str]) -> dict[Ref, SourceRecord]:
        """What became of records that a read did not give: in the recycle bin, merged, or gone without a trace."""
        key_field = self._key_field(type_)
        columns = (*system_fields(type_, key_field, deleted_too=True), *fields)
        found = {one: gone(one) for one in refs}
        for some in soql.chunks(refs, _VALUES_IN_A_QUERY):
            ids = [to_18(one.id) for one in some]
            page = self._client.query_all(soql.select(columns, type_, soql.one_of("Id", ids)))
            records = (source_record(type_, row, fields, key_field) for row in page["records"])
            found.update({record.ref: record for record in records})
        return found

    def _object(self, type_: str) -> ObjectInfo:
        if type_ not in self._objects:
            self.describe([type_])
        return self._objects[type_]

    def _key_field(self, type_: str) -> str | None:
        """Our key field of a type: believed in until a describe has shown that the org lacks it."""
        known = self._objects.get(type_)
        return known.record.key_field if known else self.settings.key_field_of(type_)

    def _without_key(self, one: incremental.Reading) -> incremental.Reading:
        """The reading without our key field, if the org lacks that."""
        return replace(one, key_field=self._object(one.type).record.key_field)


def _by_type(refs: Sequence[Ref]) -> Iterator[tuple[str, list[Ref]]]:
    for type_, group in groupby(sorted(dict.fromkeys(refs)), key=lambda one: one.type):
        yield type_, list(group)

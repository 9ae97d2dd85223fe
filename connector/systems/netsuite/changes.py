"""What changed since a cursor, without losing a record and without reading the overlap again and again.

NetSuite promises nothing about open transactions, so a change may appear with a stamp that lies behind us; every
read therefore looks back `overlap_seconds`. To make that cheap, one digest a type comes first: for every second
of the window, how many records carry that stamp and which (count, sum, least and greatest id). A second whose
digest is that of the last read, and that was over when it was read, holds nothing new. Only the records of the
other seconds are read; if there are none, no rows are read at all.

Rows come by growing id within the fixed window, not by (stamp, id): on the night when daylight saving ends an
hour of stamps comes twice, and a walk by stamp would run in circles or jump over it. Nothing here looks at our
own clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import chain

from connector.core.flow import Ref, SourceRecord
from connector.core.ports import Changes, Wanted
from connector.core.schema import SystemName
from connector.errors import Refused
from connector.systems.netsuite import suiteql, zone
from connector.systems.netsuite.client import Client, Row, UnknownName
from connector.systems.netsuite.columns import ROW, STAMP, rows_where
from connector.systems.netsuite.reader import Reader
from connector.systems.netsuite.records import RecordType, Table, record_type

_DELETED_TYPE_COLUMNS = ("type", "scriptid")

SETTLED_SECONDS = 2
"""How long a second must be over, by NetSuite's clock, before its digest is trusted."""

LONGEST_COMPARED = timedelta(days=1)
"""After a longer pause the whole window is read without comparing: its digest would have too many lines."""

_SECOND = suiteql.to_seconds(f"{ROW}.{STAMP}")

Digest = Mapping[str, tuple[str, ...]]
"""Account-local second -> (records, sum of their ids, least id, greatest id)."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a type was read. `mark_at` is NetSuite's clock at the beginning of the read."""

    mark_at: datetime
    zone_name: str
    digest: Digest = field(default_factory=dict)

    def to_text(self) -> str:
        data = {"mark": zone.iso(self.mark_at), "zone": self.zone_name, "digest": dict(sorted(self.digest.items()))}
        return json.dumps(data, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises Refused for text that is no cursor of ours."""
        try:
            data = json.loads(text)
            digest = {str(second): tuple(map(str, facts)) for second, facts in data["digest"].items()}
            return cls(zone.from_iso(data["mark"]), str(data["zone"]), digest)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused("the stored cursor is not one of ours", system=str(SystemName.NETSUITE)) from None


@dataclass(frozen=True, slots=True)
class Window:
    """One look at the account: its clock, and how far every read looks back."""

    now_at: datetime
    where: tzinfo
    zone_name: str
    overlap: timedelta

    def start(self, mark_at: datetime) -> str:
        """Account-local text of the beginning of the window of a read that follows `mark_at`."""
        return zone.lower_bound(mark_at - self.overlap, self.where)


def changed_seconds(old: Digest, new: Digest) -> list[str]:
    """The seconds whose digest is not the one that was read, in order."""
    return sorted(second for second, facts in new.items() if old.get(second) != facts)


def settled(digest: Digest, window: Window) -> Digest:
    """The part of a digest that the next read may trust: seconds that it will look at and that are over.

    Nothing is trusted while the clock changes: a second that comes twice would hide an edit of its second time.
    """
    if zone.clock_changes_near(window.now_at - window.overlap, window.now_at, window.where):
        return {}
    first = window.start(window.now_at)
    last = zone.local_text(window.now_at - timedelta(seconds=SETTLED_SECONDS), window.where)
    return {second: facts for second, facts in digest.items() if first <= second <= last}


class ChangeReader:
    """Incremental reads of several record types."""

    def __init__(self, client: Client, reader: Reader, overlap_seconds: int) -> None:
        self.warnings: list[str] = []
        self._client, self._reader = client, reader
        self._overlap = timedelta(seconds=overlap_seconds)

    def changes(self, wanted: Sequence[Wanted]) -> dict[str, Changes]:
        """One look at the clock, one digest a type, one look at the deletions; rows as the pages are taken."""
        clock = self._reader.clock()
        window = Window(clock.now_at, self._reader.zone, clock.zone_name, self._overlap)
        cursors = {want.type: Cursor.parse(want.since) for want in wanted if want.since is not None}
        deleted = self._deleted(window, cursors)
        return {want.type: self._changes(want, window, cursors.get(want.type), deleted) for want in wanted}

    def _changes(
        self, want: Wanted, window: Window, since: Cursor | None, deleted: Mapping[str, Sequence[SourceRecord]]
    ) -> Changes:
        record = record_type(want.type)
        compared = since is not None and not _too_old(since, window)
        start = window.start(_mark(since, window) if since and compared else window.now_at)
        digest = self._digest(record, start)
        cursor = Cursor(window.now_at, window.zone_name, settled(digest, window))
        rows = self._rows(want, record, rows_to_read(since, window, digest))
        gone = [tuple(deleted[record.name])] if deleted.get(record.name) else []
        return Changes(want.type, cursor.to_text(), chain(gone, rows))

    def _rows(self, want: Wanted, record: RecordType, where: str | None) -> Iterator[tuple[SourceRecord, ...]]:
        return iter(()) if where is None else self._reader.pages(record, want.fields, where)

    def _digest(self, record: RecordType, start: str) -> Digest:
        table = self._reader.tables(record)[0]
        try:
            return {row["lm"]: _facts(row) for row in self._client.all_rows(digest_query(table, start))}
        except UnknownName as unknown:
            self._reader.lacks(table, unknown.name)
        return self._digest(record, start)

    def _deleted(self, window: Window, cursors: Mapping[str, Cursor]) -> dict[str, list[SourceRecord]]:
        """Records that were deleted in the window, by record type. A merged-away record is one of them (documented)."""
        if not cursors:
            return {}
        start = min(window.start(_mark(cursor, window)) for cursor in cursors.values())
        records = [record_type(name) for name in cursors]
        found: dict[str, list[SourceRecord]] = {record.name: [] for record in records}
        for row in self._deleted_rows(start):
            names = {row.get(column, "").lower() for column in _DELETED_TYPE_COLUMNS}
            for record in records:
                if names & record.deleted_names:
                    ref = Ref(SystemName.NETSUITE, record.name, row["recordid"])
                    found[record.name].append(SourceRecord(ref, {}, deleted=True))
        return found

    def _deleted_rows(self, start: str) -> list[Row]:
        """An account without the list, or a role that may not see it, has no deletions: said in `warnings`."""
        columns = list(_DELETED_TYPE_COLUMNS)
        while columns:
            try:
                return list(self._client.all_rows(deleted_query(columns, start)))
            except UnknownName as unknown:
                if unknown.name not in columns:
                    break
                columns.remove(unknown.name)
        text = "the deleted records of NetSuite cannot be queried: deletions there will not be noticed"
        if text not in self.warnings:
            self.warnings.append(text)
        return []


def _mark(since: Cursor, window: Window) -> datetime:
    """The last mark; if their clock was set back since, so that it lies ahead, their present."""
    return min(since.mark_at, window.now_at)


def _too_old(since: Cursor, window: Window) -> bool:
    return window.now_at - since.mark_at > LONGEST_COMPARED


def rows_to_read(since: Cursor | None, window: Window, digest: Digest) -> str | None:
    """The condition on the records to read; "" for all of them, None for none."""
    if since is None:
        return ""
    if _too_old(since, window):
        return _stamped_from(window.start(since.mark_at))
    seconds = changed_seconds(since.digest if since.zone_name == window.zone_name else {}, digest)
    if not seconds:
        return None
    start = _stamped_from(zone.lower_bound(zone.utc(seconds[0], window.where), window.where))
    if len(seconds) > suiteql.MAX_IN_VALUES:
        return start
    return f"{start} AND {_SECOND} IN {suiteql.in_list(suiteql.text(second) for second in seconds)}"


def _stamped_from(second: str) -> str:
    return f"{ROW}.{STAMP} >= {suiteql.timestamp(second)}"


def _facts(row: Row) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in ("n", "ids", "first_id", "last_id"))


def digest_query(table: Table, start: str) -> str:
    """How many records, and which, carry each stamp from `start` on."""
    id_ = f"{ROW}.id"
    facts = f"COUNT(*) AS n, SUM({id_}) AS ids, MIN({id_}) AS first_id, MAX({id_}) AS last_id"
    source = f"{table.name} {ROW}{rows_where(table, _stamped_from(start))}"
    return f"SELECT {_SECOND} AS lm, {facts} FROM {source} GROUP BY {_SECOND} ORDER BY {_SECOND}"  # noqa: S608


def deleted_query(columns: Iterable[str], start: str) -> str:
    return (
        f"SELECT {ROW}.recordid AS recordid, {', '.join(f'{ROW}.{column} AS {column}' for column in columns)} "  # noqa: S608
        f"FROM deletedrecord {ROW} WHERE {ROW}.deleteddate >= {suiteql.timestamp(start)} "
        f"ORDER BY {ROW}.deleteddate, {ROW}.recordid"
    )

"""Carrying out writes through the record service, several at a time, each with its own outcome.

The record service has no key for repeating a call safely, so a write leaves once; what became of it when no
answer came is for the caller to find out (`Unknown`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from connector.core.flow import Deferred, Done, Outcome, Ref, Refused, Unknown, Write
from connector.core.schema import SystemName
from connector.errors import AuthFailed, DuplicateFound, RemoteError, Throttled
from connector.errors import Refused as RefusedError
from connector.systems.netsuite import suiteql
from connector.systems.netsuite.bodies import Body, Lines, body_of
from connector.systems.netsuite.client import Client, Row, UnknownName
from connector.systems.netsuite.columns import LINE_ID_COLUMNS, ROW
from connector.systems.netsuite.errors import outcome_of
from connector.systems.netsuite.reader import Reader
from connector.systems.netsuite.records import ADDRESS_FIELDS, FLAGS, RecordType, record_type
from connector.systems.netsuite.settings import NetSuiteSettings
from connector.systems.session import Response

FindByKey = Callable[[str, Sequence[str]], Mapping[str, tuple[Ref, ...]]]

NO_CONTENT = 204

_ENTITIES = ("customer", "contact")
"""Types that share one namespace of external ids (assumed)."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A write whose body is made."""

    write: Write
    record: RecordType
    body: Body


class Writer:
    """Writes to one account."""

    def __init__(self, client: Client, reader: Reader, settings: NetSuiteSettings, find_by_key: FindByKey) -> None:
        self._client, self._reader, self._settings, self._find_by_key = client, reader, settings, find_by_key

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """The outcomes in the order of `writes`; nothing is raised for a write that cannot be made. AuthFailed where
        the login was refused before anything was written: every further batch would only be refused as well."""
        try:
            lines = self._lines(writes)
            ready = [self._ready(write, lines) for write in writes]
        except RemoteError as error:
            after = error.retry_after_seconds if isinstance(error, Throttled) else None
            return [Deferred(f"not sent: {error}", after)] * len(writes)
        batch = _Batch(self._client, self._find_by_key)
        outcomes = self._outcomes(batch, ready)
        if batch.login_refused is not None and all(isinstance(one, Deferred) for one in outcomes):
            raise batch.login_refused
        return outcomes

    def _outcomes(self, batch: _Batch, ready: Sequence[_Ready | Outcome]) -> list[Outcome]:
        if self._settings.concurrency == 1 or len(ready) == 1:
            return [batch.outcome(one) for one in ready]
        with ThreadPoolExecutor(self._settings.concurrency, thread_name_prefix="netsuite") as workers:
            return list(workers.map(batch.outcome, ready))

    def _ready(self, write: Write, lines: Mapping[tuple[str, str], Lines]) -> _Ready | Outcome:
        record = record_type(write.type)
        key_field, subsidiary = self._settings.key_field(record.name), self._settings.subsidiary
        own_lines: Lines = {}
        if write.id is not None and _has_address(write):
            if (record.name, write.id) not in lines:
                return Refused(f"the address lines of {record.name} cannot be queried, so none can be changed")
            own_lines = lines[record.name, write.id]
        try:
            return _Ready(write, record, body_of(write, self._reader.fields(record), key_field, subsidiary, own_lines))
        except RefusedError as error:
            return outcome_of(error)

    def _lines(self, writes: Sequence[Write]) -> dict[tuple[str, str], Lines]:
        """(type, record id) -> its default address lines now, for the updates that write addresses.

        Types whose lines cannot be queried are left out: without the id of its line a changed address could
        only be added, again and again.
        """
        owners: dict[str, set[str]] = {}
        for write in writes:
            if write.id is not None and _has_address(write):
                owners.setdefault(write.type, set()).add(write.id)
        found: dict[tuple[str, str], Lines] = {}
        for type_, ids in owners.items():
            record = record_type(type_)
            for chunk in suiteql.chunks(sorted(ids)):
                rows = self._line_rows(record, chunk)
                if rows is not None:
                    held = _lines_by_owner(rows)
                    found |= {(record.name, owner): held.get(owner, {}) for owner in chunk}
        return found

    def _line_rows(self, record: RecordType, owners: Sequence[str]) -> list[Row] | None:
        for column in LINE_ID_COLUMNS:
            try:
                return list(self._client.all_rows(lines_query(record, column, owners)))
            except UnknownName as unknown:
                if unknown.name != column:
                    break
        self._reader.warn(f"the address lines of {record.name} cannot be queried: its addresses are not changed")
        return None


def _has_address(write: Write) -> bool:
    return any(field in write.fields for field in ADDRESS_FIELDS)


def _lines_by_owner(rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        held = {field: row["line"] for field, flag in FLAGS.items() if row.get(flag.lower()) == "T"}
        found.setdefault(row["entity"], {}).update(held)
    return found


def lines_query(record: RecordType, id_column: str, owners: Sequence[str]) -> str:
    flags = " OR ".join(f"{ROW}.{flag.lower()} = 'T'" for flag in FLAGS.values())
    columns = ", ".join(f"{ROW}.{name}" for name in ("entity", *(flag.lower() for flag in FLAGS.values())))
    listed = suiteql.in_list(suiteql.integer(owner) for owner in owners)
    return (
        f"SELECT {ROW}.{id_column} AS line, {columns} FROM {record.address_book} {ROW} "  # noqa: S608 - checked
        f"WHERE {ROW}.entity IN {listed} AND ({flags}) ORDER BY {ROW}.entity, {ROW}.{id_column}"
    )


def _answered_at(response: Response) -> datetime | None:
    """The server's own time of an answer, which every one carries (`Date`, RFC 9110)."""
    try:
        return parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return None


class _Batch:
    """The writes of one call. After a failed login, or when the budget is used up, the rest is not sent."""

    def __init__(self, client: Client, find_by_key: FindByKey) -> None:
        self._client, self._find_by_key = client, find_by_key
        self._ended = threading.Event()
        self.login_refused: AuthFailed | None = None

    def outcome(self, ready: _Ready | Outcome) -> Outcome:
        if not isinstance(ready, _Ready):
            return ready
        if self._ended.is_set():
            return Deferred("not sent: an earlier write of the batch showed that NetSuite takes none now")
        try:
            return self._sent(ready)
        except DuplicateFound as error:
            return self._duplicate(ready, error)
        except RemoteError as error:
            if isinstance(error, AuthFailed | Throttled):
                self._ended.set()
            if isinstance(error, AuthFailed):
                self.login_refused = error
            return outcome_of(error)

    def _sent(self, ready: _Ready) -> Outcome:
        id_ = ready.write.id
        if id_ is None:
            return self._created(ready, self._client.create(ready.record.name, ready.body.content))
        response = self._client.update(ready.record.name, id_, ready.body.content, ready.body.replace)
        if response.status_code != NO_CONTENT and self._client.written_id(response) != id_:
            return Unknown("NetSuite answered a change with something that is no receipt")
        return Done(Ref(SystemName.NETSUITE, ready.record.name, id_), at=_answered_at(response))

    def _created(self, ready: _Ready, response: Response) -> Outcome:
        id_ = self._client.written_id(response)
        if id_ is None:
            return Unknown("NetSuite made a record without saying which")
        return Done(Ref(SystemName.NETSUITE, ready.record.name, id_), at=_answered_at(response))

    def _duplicate(self, ready: _Ready, error: DuplicateFound) -> Outcome:
        try:
            return outcome_of(error, self._holder(ready))
        except RemoteError as failure:
            return Deferred(f"refused as a duplicate, and the other record cannot be looked up: {failure}")

    def _holder(self, ready: _Ready) -> Ref | None:
        """The one other record that holds the write's key."""
        key, name = ready.write.key, ready.record.name
        types = [name, *(other for other in _ENTITIES if name in _ENTITIES and other != name)]
        if key is None:
            return None
        for type_ in types:
            refs = [ref for ref in self._find_by_key(type_, [key])[key] if (ref.type, ref.id) != (name, ready.write.id)]
            if refs:
                return refs[0] if len(refs) == 1 else None
        return None

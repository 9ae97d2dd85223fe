"""What the straight line needs from the outside world. `systems/` and `state/` implement these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from connector.core.flow import (
    Base,
    Conversion,
    Hold,
    Link,
    LinkState,
    Outcome,
    Pair,
    Ref,
    RunRecord,
    SourceRecord,
    Write,
)
from connector.core.schema import Entity, SystemName, Value

FieldKind = Literal[
    "text", "long_text", "email", "phone", "url", "boolean", "integer", "number", "money", "percent",
    "date", "datetime", "picklist", "multi_picklist", "reference", "address", "id", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What we know of one vendor field. `options`: value -> label for lists; `restricted`: others are refused."""

    name: str
    kind: FieldKind
    label: str = ""
    length: int | None = None
    required: bool = False
    createable: bool = True
    updateable: bool = True
    restricted: bool = False
    options: Mapping[str, str] | None = None
    refers_to: tuple[str, ...] = ()
    custom: bool = False


@dataclass(frozen=True, slots=True)
class RecordInfo:
    """One record type as the account has it. `key_field`: where our key goes, None if the account has no place."""

    system: SystemName
    type: str
    fields: Mapping[str, FieldInfo]
    key_field: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record type to read incrementally: which fields, since which cursor (None: everything)."""

    type: str
    fields: tuple[str, ...]
    since: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Records changed since a cursor, page by page, deletions included. `cursor` is known before the pages
    are read and may be stored once every record of every page has an outcome (or is queued)."""

    type: str
    cursor: str
    pages: Iterator[tuple[SourceRecord, ...]]


class System(Protocol):
    """One vendor account. Methods raise `connector.errors.RemoteError` kinds; writes return outcomes instead."""

    name: SystemName

    def identity(self) -> str:
        """The account's or org's id, asked of the system itself; logs in if need be."""
        ...

    def describe(self, types: Sequence[str]) -> Mapping[str, RecordInfo]:
        """Metadata of the record types."""
        ...

    def converted_statuses(self) -> tuple[str, ...]:
        """Salesforce: the LeadStatus values with IsConverted. NetSuite: empty."""
        ...

    def stages(self) -> Mapping[str, str]:
        """NetSuite: customerStatus id -> stage (`lead`, `prospect`, `customer`). Salesforce: empty."""
        ...

    def changes(self, wanted: Sequence[Wanted]) -> Mapping[str, Changes]:
        """What changed, by record type."""
        ...

    def read(self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]]) -> Mapping[Ref, SourceRecord]:
        """The records as they are now; `fields` by record type. A ref that is gone comes back `deleted`."""
        ...

    def find_by_key(self, type: str, keys: Sequence[str]) -> Mapping[str, tuple[Ref, ...]]:
        """Live records whose key field holds one of `keys` (usually one each)."""
        ...

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        """Carry out creates and updates; outcomes in the order of `writes`. Never resends an unknown one."""
        ...

    def convert(self, conversions: Sequence[Conversion]) -> Sequence[Outcome]:
        """Salesforce: convertLead, up to 100 a call. NetSuite has no such call: Refused."""
        ...

    def count_values(self, type: str, fields: Sequence[str]) -> Mapping[str, int]:
        """How many live records hold a value in each of `fields` (used to name what no mapping carries)."""
        ...

    def calls_made(self) -> int:
        """Requests sent so far, retries among them."""
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that we are about to send: recorded before it leaves. `values`: the canonical values it carries,
    which become the base of a record that is adopted after a lost answer."""

    id: int
    run_id: int
    verb: Literal["create", "update", "convert", "retire"]
    system: SystemName
    entity: Entity
    type: str
    ref: Ref | None
    source: Ref | None
    key: str | None
    payload_hash: str
    opened_at: datetime
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold as stored."""

    id: int
    hold: Hold
    opened_at: datetime
    run_id: int


class Store(Protocol):
    """What we remember. All writes inside `transaction()` commit together or not at all."""

    def lock(self) -> AbstractContextManager[None]:
        """Held for a whole run; StateLocked if another process holds it. Dies with the process."""
        ...

    def transaction(self) -> AbstractContextManager[None]: ...

    def identity(self) -> Pair[str] | None: ...
    def set_identity(self, identity: Pair[str]) -> None: ...

    def cursor(self, system: SystemName, type: str) -> str | None: ...
    def set_cursor(self, system: SystemName, type: str, cursor: str) -> None: ...

    def links(self, refs: Iterable[Ref]) -> dict[Ref, Link]:
        """The link of each ref: the active one (a NetSuite customer in conversion has two: then not the lead's),
        else the latest ended one; refs without any are left out."""
        ...

    def lead_links(self, refs: Iterable[Ref]) -> dict[Ref, Link]:
        """The active lead link of each ref, if it has one."""
        ...

    def links_by_id(self, ids: Iterable[int]) -> dict[int, Link]: ...
    def iter_links(self, entity: Entity | None = None, state: LinkState = "active") -> Iterator[Link]: ...
    def add_link(self, entity: Entity, refs: Pair[Ref], reason: str, at: datetime) -> Link: ...
    def end_link(self, link_id: int, state: LinkState, reason: str, at: datetime) -> None: ...

    def bases(self, link_ids: Iterable[int]) -> dict[int, Base]: ...
    def save_bases(self, bases: Mapping[int, Base]) -> None: ...

    def index(self, entries: Iterable[tuple[Ref, Entity, frozenset[str]]]) -> None:
        """Remember the match keys of records, in place of what was remembered of each ref."""
        ...

    def candidates(self, system: SystemName, entity: Entity, keys: Iterable[str]) -> dict[str, tuple[Ref, ...]]:
        """Match key -> the records of that system and entity that carry it."""
        ...

    def forget(self, refs: Iterable[Ref]) -> None:
        """Drop the match keys of records that are gone."""
        ...

    def open_intents(self, intents: Sequence[Intent]) -> list[int]:
        """Commit-ready intents (their `id` is ignored); returns the ids given."""
        ...

    def close_intents(self, outcomes: Mapping[int, str], at: datetime) -> None:
        """Intent id -> `applied`, `refused`, `unknown` or `deferred`; an unknown intent stays pending."""
        ...

    def pending_intents(self) -> list[Intent]: ...

    def put_holds(self, holds: Sequence[Hold], run_id: int, at: datetime) -> None:
        """Open holds; one that is open already (same kind, refs, field) keeps its opening time."""
        ...

    def clear_holds(self, refs: Iterable[Ref], at: datetime) -> None:
        """Close every open hold that names one of `refs`."""
        ...

    def open_holds(self) -> list[OpenHold]: ...

    def add_recheck(self, refs: Iterable[Ref], reason: str) -> None:
        """Records to look at again in the next pass although no cursor will show them."""
        ...

    def rechecks(self) -> list[Ref]: ...
    def clear_rechecks(self, refs: Iterable[Ref]) -> None: ...

    def start_run(self, mode: str, at: datetime) -> int: ...
    def end_run(self, run: RunRecord) -> None: ...
    def runs(self, limit: int = 10) -> list[RunRecord]: ...

    def cached(self, system: SystemName, name: str) -> tuple[Any, datetime] | None:
        """JSON data kept with the time at which it was fetched."""
        ...

    def cache(self, system: SystemName, name: str, data: Any, at: datetime) -> None: ...

    def close(self) -> None: ...


class Clock(Protocol):
    """Our own clock: for reports and ages only, never in a query bound."""

    def now(self) -> datetime: ...
    def sleep(self, seconds: float) -> None: ...

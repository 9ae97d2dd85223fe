"""What the straight line needs from the outside world. `systems/` and `state/` implement these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from connector.core.flow import (
    Answer,
    AnswerFate,
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
    Written,
)
from connector.core.schema import Entity, SystemName, Value

FieldKind = Literal[
    "text", "long_text", "email", "phone", "url", "boolean", "integer", "number", "money", "percent",
    "date", "datetime", "picklist", "multi_picklist", "reference", "address", "id", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What we know of one vendor field. `options`: value -> label for lists; `restricted`: others are refused.
    `decimals`: digits after the point that a number keeps, None where nobody tells. `singly`: reading it costs a call
    for each record. `id`: what the account knows a custom field by whatever it is called; empty where nobody tells."""

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
    decimals: int | None = None
    singly: bool = False
    id: str = ""


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

    def user(self) -> str | None:
        """Who we are, as `SourceRecord.modified_by` names it; None where the system does not tell."""
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

    def delete(self, refs: Sequence[Ref]) -> Sequence[Outcome]:
        """Take records out of use so that a person can bring them back; outcomes in the order of `refs`.
        Salesforce: into the recycle bin; Refused for an account that still has people or opportunities, which would
        go with it. NetSuite, which has no recycle bin: made inactive; Refused for an opportunity, which cannot be."""
        ...

    def count_values(self, type: str, fields: Sequence[str]) -> Mapping[str, int]:
        """How many live records hold a value in each of `fields` (used to name what no mapping carries)."""
        ...

    def labels(self, type: str, field: str) -> Mapping[str, str]:
        """The values of a list field that records hold, with what people call them: for lists that metadata does not
        tell."""
        ...

    def live_list(self, type: str, key_field: str) -> Mapping[str, str]:
        """What people know the live records of a list by (`core/mapping/lookup.py`): id -> what `key_field` holds.
        Inactive records and those without are left out; all are, of a list that we may not ask for."""
        ...

    def calls_made(self) -> int:
        """Requests sent so far, retries among them."""
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that we are about to send: recorded before it leaves. `values`: the canonical values it carries,
    which become the base of a record that is adopted after a lost answer. `answered`: it is known to have taken, and
    not read back yet."""

    id: int
    run_id: int
    verb: Literal["create", "update", "convert", "retire", "delete"]
    system: SystemName
    entity: Entity
    type: str
    ref: Ref | None
    source: Ref | None
    key: str | None
    payload_hash: str
    opened_at: datetime
    values: Mapping[str, Value] = field(default_factory=dict)
    answered: bool = False


FIRST_REST = timedelta(hours=1)
LONGEST_REST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold as stored. `tries`: in how many runs it came up since it was opened or queued by hand; `ignored_by`:
    who does not want to hear of it, as long as it stays as it is."""

    id: int
    hold: Hold
    opened_at: datetime
    run_id: int
    tries: int = 1
    tried_at: datetime | None = None
    ignored_by: str = ""

    @property
    def next_try_at(self) -> datetime | None:
        """When it is looked at again although nothing changed: a refusal after 1, 2, 4 ... at most 24 hours, anything
        else only when somebody queues it."""
        since = self.tried_at or self.opened_at
        if self.tries == 0:
            return since
        if self.hold.kind != "refused":
            return None
        doubled: timedelta = FIRST_REST * 2 ** min(self.tries - 1, 5)
        return since + min(doubled, LONGEST_REST)


@dataclass(frozen=True, slots=True)
class Overruled:
    """A value that a person or program had typed, and that a write of ours replaced by `value_written`; or an edit of
    a lead that was held beside `ref`, which shows `value_written` instead."""

    entity: Entity
    ref: Ref
    field: str
    value: Value
    value_written: Value
    modified_at: datetime | None
    modified_by: str | None
    reason: str
    at: datetime
    run_id: int


class Store(Protocol):
    """What we remember. All writes inside `transaction()` commit together or not at all."""

    def lock(self) -> AbstractContextManager[None]:
        """Held for a whole run; StateLocked if another process holds it. Dies with the process."""
        ...

    def transaction(self) -> AbstractContextManager[None]: ...

    def identity(self) -> Pair[str] | None: ...
    def set_identity(self, identity: Pair[str]) -> None: ...

    def cursors(self) -> dict[tuple[SystemName, str], str]:
        """Of every record type that was read, by system and type."""
        ...

    def set_cursors(self, cursors: Mapping[tuple[SystemName, str], str]) -> None:
        """Remember these; cursors of other types stay."""
        ...

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
        """Intent id -> `applied`, `answered`, `refused`, `unknown` or `deferred`. What is unknown stays pending, and so
        does what was answered and is still to be read back."""
        ...

    def pending_intents(self) -> list[Intent]: ...

    def creates_sent(self, system: SystemName, keys: Iterable[str]) -> list[Intent]:
        """Every create that was ever to be sent under one of these keys and was not refused: it may land late."""
        ...

    def put_holds(self, holds: Sequence[Hold], run_id: int, at: datetime) -> None:
        """Open holds; one that is open already (same kind, refs, field) keeps its opening time, counts a try once a
        run, and stays ignored as long as reason and values do not change."""
        ...

    def clear_holds(self, refs: Iterable[Ref], at: datetime, keep: Iterable[Hold] = ()) -> None:
        """Close every open hold that names one of `refs` and is none of `keep` (by kind, refs and field)."""
        ...

    def open_holds(self) -> list[OpenHold]: ...

    def retry_holds(self, ids: Iterable[int]) -> None:
        """Have holds looked at by the next run; their back-off begins anew."""
        ...

    def ignore_holds(self, ids: Iterable[int], by: str) -> None: ...

    def put_answers(self, answers: Sequence[Answer]) -> None:
        """Keep answers (their `id` is ignored); one takes the place of an open one to the same hold."""
        ...

    def open_answers(self) -> list[Answer]: ...

    def close_answers(self, fates: Mapping[int, AnswerFate], at: datetime) -> None: ...

    def put_overruled(self, values: Sequence[Overruled]) -> None:
        """Keep values that are about to lose; one takes the place of the same value that lost to the same one for the
        same reason, as when its write was refused and is sent again."""
        ...

    def overruled(self, ref: Ref | None = None, field: str | None = None) -> list[Overruled]:
        """Values that lost, newest first."""
        ...

    def put_written(self, writes: Sequence[Written]) -> None: ...

    def written(self, refs: Iterable[Ref], since: datetime) -> list[Written]:
        """What we wrote into these records since then, oldest first."""
        ...

    def prune(self, overruled_before: datetime, written_before: datetime) -> None:
        """Forget values that lost, and writes, from before these times."""
        ...

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

"""The state store, `connector.core.ports.Store`, over SQLAlchemy Core. What is special to one kind of database is in
`sqlite.py` and `postgresql.py`, what a transaction is in `transactions.py`.

Every public method is one transaction, or a part of the `transaction()` around it. A store belongs to the thread
that opened it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, delete, func, or_, select
from sqlalchemy.exc import IntegrityError

from connector.core.flow import Answer, AnswerFate, Base, Hold, Link, LinkState, Pair, Ref, RunRecord, Written
from connector.core.ports import Intent, OpenHold, Overruled, Store
from connector.core.schema import Entity, SystemName
from connector.errors import ConfigError, StateError
from connector.state import rows, schema, sqlite, statements
from connector.state.database import Database
from connector.state.files import file_errors
from connector.state.lock import FileLock, MemoryLock
from connector.state.transactions import IN_A_STATEMENT, ROWS_AT_ONCE, Transactions
from connector.state.upgrade import NEWEST, upgrade, version_of

OUTCOMES = frozenset({"applied", "answered", "refused", "unknown", "deferred"})
_STAY_PENDING = frozenset({"answered", "unknown"})
HOLD_KEEPS = ("id", *schema.hold_key, "run_id", "opened_at", "closed_at", "tries", "ignored_by")
HOLD_CHANGES = tuple(column.name for column in schema.holds.c if column.name not in HOLD_KEEPS)
ANSWER_CHANGES = ("entity", "choice", "value", "netsuite_seen", "salesforce_seen", "by", "at")


def open_store(place: str | Path, *, busy_timeout_seconds: float | None = None) -> SqlStore:
    """Open the store, make it if it is not there, and upgrade its tables if they are older.

    `place` is a path, `sqlite:///path`, `:memory:` or `postgresql://...`. `busy_timeout_seconds` is how long another
    process that writes is waited for, in PostgreSQL also one that holds the lock; None for what is usual there.
    Raises StateError (StateTooNew for tables that are newer than we know), ConfigError for a place that is none of
    these.
    """
    store = SqlStore(_database(str(place), busy_timeout_seconds))
    try:
        store.upgrade()
    except BaseException:
        store.close()
        raise
    return store


def is_there(place: str | Path) -> bool:
    """Whether a store was made at `place` before; makes none. Raises as `open_store` does."""
    if not _is_postgresql(str(place)):
        path = path_of(str(place))
        return path is not None and path.exists()
    with closing(SqlStore(_database(str(place), None))) as store:
        return store.version() is not None


def _database(place: str, busy_timeout_seconds: float | None) -> Database:
    patience = {} if busy_timeout_seconds is None else {"busy_timeout_seconds": busy_timeout_seconds}
    return _server(place, patience) if _is_postgresql(place) else _file(path_of(place), patience)


def _file(path: Path | None, patience: Mapping[str, float]) -> Database:
    name = "state in memory" if path is None else str(path)
    with file_errors(name), sqlite.explained(name):
        connection = sqlite.connect(path, **patience)
    return Database(connection, sqlite, MemoryLock() if path is None else FileLock(path), name)


def _server(url: str, patience: Mapping[str, float]) -> Database:
    try:
        from connector.state import postgresql
    except ImportError:
        how = "pip install 'lead-connector[postgresql]'"
        raise ConfigError("PostgreSQL needs an extra of this product", where="state", how=how) from None
    name = postgresql.where_is(url)
    with postgresql.explained(name):
        connection = postgresql.connect(url, **patience)
    return Database(connection, postgresql, postgresql.AdvisoryLock(connection, name), name)


def _is_postgresql(place: str) -> bool:
    return place.startswith("postgresql://")


def path_of(place: str) -> Path | None:
    """The file of a store; None for one that is in memory or on a server (a URL of another kind: ConfigError)."""
    if _is_postgresql(place):
        return None
    if place in (":memory:", "sqlite://", "sqlite:///:memory:"):
        return None
    if "://" in place and not place.startswith("sqlite:///"):
        raise ConfigError(
            f"{place.split('://')[0]}:// is no kind of store",
            where="state",
            how="give a path, sqlite:///path or postgresql://user@host/database",
        )
    return Path(place.removeprefix("sqlite:///")).expanduser()


class SqlStore(Transactions, Store):
    """A store in an SQL database."""

    def version(self) -> str | None:
        """The number of the last upgrade, None where there are no tables yet."""
        with self._reading() as connection:
            return version_of(connection)

    def upgrade(self) -> None:
        """Bring the tables up to date; done by `open_store`."""
        if self.version() != NEWEST:
            with self._writing() as connection:
                upgrade(connection)

    def empty(self) -> None:
        """Forget everything, in one transaction; the tables stay."""
        with self._writing() as connection:
            for table in reversed(schema.metadata.sorted_tables):
                connection.execute(delete(table))

    def size(self) -> dict[str, int]:
        """Rows by table."""
        with self._reading() as connection:
            counted = ((table, select(func.count()).select_from(table)) for table in schema.metadata.sorted_tables)
            return {table.name: connection.execute(count).scalar_one() for table, count in counted}

    # identity and cursors ------------------------------------------------------------------------------------

    def identity(self) -> Pair[str] | None:
        accounts = {row["system"]: row["account"] for row in self._rows(statements.IDENTITY)}
        return Pair(accounts[SystemName.NETSUITE], accounts[SystemName.SALESFORCE]) if accounts else None

    def set_identity(self, identity: Pair[str]) -> None:
        accounts = [{"system": system, "account": account} for system, account in identity]
        self._write_many(self._dialect.upsert(schema.identity, ("system",), ("account",)), accounts)

    def cursors(self) -> dict[tuple[SystemName, str], str]:
        return {(row["system"], row["type"]): row["cursor"] for row in self._rows(statements.CURSORS)}

    def set_cursors(self, cursors: Mapping[tuple[SystemName, str], str]) -> None:
        moved = ({"system": system, "type": type_, "cursor": cursor} for (system, type_), cursor in cursors.items())
        self._write_many(self._dialect.upsert(schema.cursors, ("system", "type"), ("cursor",)), moved)

    # links and bases -----------------------------------------------------------------------------------------

    def links(self, refs: Iterable[Ref]) -> dict[Ref, Link]:
        return self._links_naming(refs, statements.LINKS_NAMING)

    def lead_links(self, refs: Iterable[Ref]) -> dict[Ref, Link]:
        return self._links_naming(refs, statements.LEAD_LINKS_NAMING)

    def _links_naming(self, refs: Iterable[Ref], lookup: Select[Any]) -> dict[Ref, Link]:
        wanted = frozenset(refs)
        parts = [rows.naming(some) for some in rows.parts(sorted(wanted), IN_A_STATEMENT)]
        return rows.links_by_ref(self._rows_of_parts(lookup, parts), wanted)

    def links_by_id(self, ids: Iterable[int]) -> dict[int, Link]:
        return {row["id"]: rows.link(row) for row in self._rows_among(statements.LINKS_BY_ID, ids)}

    def iter_links(self, entity: Entity | None = None, state: LinkState = "active") -> Iterator[Link]:
        """In the order in which they began, read page by page: a link that begins or ends meanwhile may or may
        not be among them, and other methods may be called in between."""
        page = self._links_after(0, entity, state)
        yield from page
        while len(page) == ROWS_AT_ONCE:
            page = self._links_after(page[-1].id, entity, state)
            yield from page

    def _links_after(self, last: int, entity: Entity | None, state: LinkState) -> list[Link]:
        wanted = {"last": last, "state": state, "size": ROWS_AT_ONCE} | ({} if entity is None else {"entity": entity})
        return [rows.link(row) for row in self._rows(statements.links_after(entity is not None), wanted)]

    def add_link(self, entity: Entity, refs: Pair[Ref], reason: str, at: datetime) -> Link:
        """Begin a link. StateError if an active link of this entity holds one of `refs` already."""
        row = rows.link_row(entity, refs, reason, at)
        with self._writing() as connection:
            try:
                link_id = connection.execute(statements.ADD_LINK, row).scalar_one()
            except IntegrityError:
                both = f"{refs.netsuite} or {refs.salesforce}"
                raise StateError(f"{both} is linked as {entity} already\n  end that link first") from None
        return Link(link_id, entity, refs, "active", reason)

    def end_link(self, link_id: int, state: LinkState, reason: str, at: datetime) -> None:
        """The link stays, to be found by its refs until they are linked anew. StateError if there is no such link."""
        ended = {"link_id": link_id, "state": state, "end_reason": reason, "ended_at": at}
        if self._write(statements.END_LINK, ended) == 0:
            raise StateError(f"there is no link {link_id}")

    def bases(self, link_ids: Iterable[int]) -> dict[int, Base]:
        return {row["link_id"]: rows.base(row) for row in self._rows_among(statements.BASES, link_ids)}

    def save_bases(self, bases: Mapping[int, Base]) -> None:
        """Remember the bases, in place of what was remembered of each link."""
        self._write_many(
            self._dialect.upsert(schema.bases, ("link_id",), ("netsuite", "salesforce")), rows.base_rows(bases)
        )

    # match keys ----------------------------------------------------------------------------------------------

    def index(self, entries: Iterable[tuple[Ref, Entity, frozenset[str]]]) -> None:
        with self._writing():
            for some in rows.parts(entries, ROWS_AT_ONCE):
                last_of_each = {ref: (entity, keys) for ref, entity, keys in some}
                self.forget(last_of_each)
                self._write_many(statements.add(schema.match_keys), rows.match_rows(last_of_each))

    def candidates(self, system: SystemName, entity: Entity, keys: Iterable[str]) -> dict[str, tuple[Ref, ...]]:
        """Keys that nothing carries are left out; the records of a key come in the order of their refs."""
        stored = {key: schema.storable_key(key) for key in keys}
        refs: defaultdict[str, list[Ref]] = defaultdict(list)
        for row in self._rows_among(statements.CANDIDATES, stored.values(), system=system, entity=entity):
            refs[row["key"]].append(Ref(system, row["type"], row["id"]))
        return {key: tuple(sorted(refs[stored[key]])) for key in sorted(stored) if stored[key] in refs}

    def forget(self, refs: Iterable[Ref]) -> None:
        self._write_many(statements.deletion_by_ref(schema.match_keys), map(rows.ref_parameters, refs))

    # intents -------------------------------------------------------------------------------------------------

    def open_intents(self, intents: Sequence[Intent]) -> list[int]:
        ids: list[int] = []
        with self._writing() as connection:
            for some in rows.parts(map(rows.intent_row, intents), ROWS_AT_ONCE):
                ids += connection.execute(statements.ADD_INTENTS, some).scalars()
        return ids

    def close_intents(self, outcomes: Mapping[int, str], at: datetime) -> None:
        if strange := set(outcomes.values()) - OUTCOMES:
            raise ValueError(f"no such outcome: {', '.join(sorted(strange))}")
        verdicts = (
            {"intent_id": id_, "outcome": outcome, "closed_at": None if outcome in _STAY_PENDING else at}
            for id_, outcome in outcomes.items()
        )
        self._write_many(statements.CLOSE_INTENT, verdicts)

    def pending_intents(self) -> list[Intent]:
        """In the order in which they were opened."""
        return [rows.intent(row) for row in self._rows(statements.PENDING_INTENTS)]

    def creates_sent(self, system: SystemName, keys: Iterable[str]) -> list[Intent]:
        """In the order in which they were opened, those of one key at least."""
        found = self._rows_among(statements.CREATES_SENT, keys, system=system, verb="create")
        return [rows.intent(row) for row in found]

    # holds -------------------------------------------------------------------------------------------------------

    def put_holds(self, holds: Sequence[Hold], run_id: int, at: datetime) -> None:
        """`run_id` and `at` stay those of the opening; everything else of an open hold becomes what is given."""
        put = self._dialect.upsert(
            schema.holds, schema.hold_key, HOLD_CHANGES, where=schema.hold_open, kept=_still_told
        )
        self._write_many(put, (rows.hold_row(hold, run_id, at) for hold in holds))

    def clear_holds(self, refs: Iterable[Ref], at: datetime, keep: Iterable[Hold] = ()) -> None:
        kept = {rows.names_of(hold) for hold in keep}
        with self._writing():
            stale = {row["id"] for row in self._holds_naming(refs) if rows.hold_names(row) not in kept}
            self._change_holds(stale, "closed_at", at)

    def _holds_naming(self, refs: Iterable[Ref]) -> Iterator[RowMapping]:
        for system, of_system in groupby(sorted(set(refs)), lambda ref: ref.system):
            yield from self._rows_among(statements.holds_naming(system), of_system)

    def _change_holds(self, ids: Iterable[int], column: str, value: Any) -> None:
        with self._writing() as connection:
            for some in rows.parts(sorted(set(ids)), IN_A_STATEMENT):
                connection.execute(statements.holds_change(column), {statements.AMONG: some, "value": value})

    def retry_holds(self, ids: Iterable[int]) -> None:
        self._change_holds(ids, "tries", 0)

    def ignore_holds(self, ids: Iterable[int], by: str) -> None:
        self._change_holds(ids, "ignored_by", by)

    def open_holds(self) -> list[OpenHold]:
        """In the order in which they were opened."""
        return [rows.open_hold(row) for row in self._rows(statements.OPEN_HOLDS)]

    # answers, and what the past tells a person --------------------------------------------------------------------

    def put_answers(self, answers: Sequence[Answer]) -> None:
        put = self._dialect.upsert(schema.answers, schema.hold_key, ANSWER_CHANGES, where=schema.answer_open)
        self._write_many(put, map(rows.answer_row, answers))

    def open_answers(self) -> list[Answer]:
        """In the order in which they were given."""
        return [rows.answer(row) for row in self._rows(statements.OPEN_ANSWERS)]

    def close_answers(self, fates: Mapping[int, AnswerFate], at: datetime) -> None:
        closed = ({"answer_id": id_, "fate": fate, "closed_at": at} for id_, fate in fates.items())
        self._write_many(statements.CLOSE_ANSWER, closed)

    def put_overruled(self, values: Sequence[Overruled]) -> None:
        lost = [rows.overruled_row(value) for value in values]
        with self._writing():
            self._write_many(statements.FORGET_SAME_LOSS, lost)
            self._write_many(statements.add(schema.overruled), lost)

    def overruled(self, ref: Ref | None = None, field: str | None = None) -> list[Overruled]:
        table = schema.overruled
        found = select(table).order_by(table.c.id.desc())
        found = found if ref is None else found.where(table.c.ref == ref)
        found = found if field is None else found.where(table.c.field == field)
        return [rows.overruled(row) for row in self._rows(found)]

    def put_written(self, writes: Sequence[Written]) -> None:
        self._write_many(statements.add(schema.written), map(rows.written_row, writes))

    def written(self, refs: Iterable[Ref], since: datetime) -> list[Written]:
        found = self._rows_among(statements.WRITTEN, refs, since=since)
        return [rows.written(row) for row in sorted(found, key=lambda row: int(row["id"]))]

    def prune(self, overruled_before: datetime, written_before: datetime) -> None:
        for table, before in ((schema.overruled, overruled_before), (schema.written, written_before)):
            self._write(statements.deletion_before(table), {"before": before})

    # rechecks ------------------------------------------------------------------------------------------------

    def add_recheck(self, refs: Iterable[Ref], reason: str) -> None:
        added = self._dialect.upsert(schema.rechecks, ("system", "type", "id"), ("reason",))
        self._write_many(
            added, ({"system": ref.system, "type": ref.type, "id": ref.id, "reason": reason} for ref in refs)
        )

    def rechecks(self) -> list[Ref]:
        """In the order of the refs."""
        return sorted(Ref(row["system"], row["type"], row["id"]) for row in self._rows(statements.RECHECKS))

    def clear_rechecks(self, refs: Iterable[Ref]) -> None:
        self._write_many(statements.deletion_by_ref(schema.rechecks), map(rows.ref_parameters, refs))

    # runs and cache ------------------------------------------------------------------------------------------

    def start_run(self, mode: str, at: datetime) -> int:
        run = {"mode": mode, "started_at": at, "counts": {}, "passes": 0, "ended": ""}
        with self._writing() as connection:
            run_id: int = connection.execute(statements.ADD_RUN, run).scalar_one()
        return run_id

    def end_run(self, run: RunRecord) -> None:
        """StateError if no such run was started."""
        if self._write(statements.END_RUN, {"run_id": run.id, **rows.run_row(run)}) == 0:
            raise StateError(f"there is no run {run.id}")

    def runs(self, limit: int = 10) -> list[RunRecord]:
        """The latest runs, newest first."""
        return [rows.run(row) for row in self._rows(select(schema.runs).order_by(schema.runs.c.id.desc()).limit(limit))]

    def cached(self, system: SystemName, name: str) -> tuple[Any, datetime] | None:
        found = self._rows(statements.CACHED, {"system": system, "name": name})
        return (found[0]["data"], found[0]["fetched_at"]) if found else None

    def cache(self, system: SystemName, name: str, data: Any, at: datetime) -> None:
        row = {"system": system, "name": name, "data": data, "fetched_at": at}
        self._write(self._dialect.upsert(schema.cached, ("system", "name"), ("data", "fetched_at")), row)


def _still_told(given: Any) -> Mapping[str, Any]:
    """What an open hold keeps when it comes up again: its tries, one more in another run, and that somebody ignores
    it, unless it tells something new."""
    held = schema.holds.c
    told = ("code", "netsuite_value", "salesforce_value")
    same = and_(_one_reason(held.reason, given.reason), *(held[name] == given[name] for name in told))
    again = or_(held.last_run_id.is_(None), held.last_run_id != given.last_run_id)
    return {
        "tries": case((again, held.tries + 1), else_=held.tries),
        "ignored_by": case((same, held.ignored_by), else_=""),
    }


def _one_reason(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether two reasons are one: what an account calls a value, in brackets at the end, may be learned later."""

    def begins(long: Any, short: Any) -> Any:
        return func.substr(long, 1, func.length(short) + 2) == short + " ("

    return or_(one == other, begins(one, other), begins(other, one))

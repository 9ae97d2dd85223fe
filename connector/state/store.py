"""The state store, `connector.core.ports.Store`, over SQLAlchemy Core. What is special to one kind of database is in
`sqlite.py` and `postgresql.py`.

Every public method is one transaction, or a part of the `transaction()` around it. A store belongs to the thread
that opened it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Executable,
    RootTransaction,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from connector.core.flow import Answer, AnswerFate, Base, Hold, Link, LinkState, Pair, Ref, RunRecord, Written
from connector.core.ports import Intent, OpenHold, Overruled, Store
from connector.core.schema import Entity, SystemName
from connector.errors import ConfigError, StateError
from connector.state import lookups, rows, schema, sqlite
from connector.state.database import Database
from connector.state.files import file_errors
from connector.state.lock import FileLock, MemoryLock
from connector.state.upgrade import NEWEST, upgrade, version_of

IN_A_STATEMENT = 500
"""How many values a statement lists, well under every database's limit on parameters."""

ROWS_AT_ONCE = 5_000
"""How many rows are held in memory while a long list is written or read."""

OUTCOMES = frozenset({"applied", "refused", "unknown", "deferred"})
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


class SqlStore(Store):
    """A store in an SQL database. Its `repr` shows where it is, never what it holds."""

    def __init__(self, database: Database) -> None:
        self._connection, self._lock, self._name = database.connection, database.lock, database.name
        self._upsert, self._dialect = database.dialect.upsert, database.dialect
        self._failed = False
        self._lost: StateError | None = None

    def __repr__(self) -> str:
        return f"SqlStore({self._name!r})"

    @property
    def place(self) -> str:
        """Where it is, without credentials."""
        return self._name

    def close(self) -> None:
        self._connection.close()
        self._connection.engine.dispose()

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

    # transactions --------------------------------------------------------------------------------------------

    def lock(self) -> AbstractContextManager[None]:
        self._refuse_if_closed()
        return self._lock.held()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside commits together. A block inside a block joins it. Once an exception has left
        an inner block or a method, the outermost block cannot commit any more, even if it was caught on the way."""
        with self._writing():
            yield

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._working(writing=False)

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._working(writing=True)

    @contextmanager
    def _working(self, writing: bool) -> Iterator[Connection]:
        self._refuse_if_closed()
        try:
            with self._dialect.explained(self._name):
                if self._connection.in_transaction():
                    yield from self._joined()
                else:
                    yield from self._begun(writing)
        except StateError as error:
            if self._connection.invalidated and self._lost is None:
                self._lost = error
            raise

    def _refuse_if_closed(self) -> None:
        """A connection that was lost is not made anew: the lock went with it, and what was in flight is not known."""
        if self._connection.closed:
            raise StateError(f"{self._name}: the store is closed")
        if self._connection.invalidated:
            raise self._lost or StateError(f"{self._name}: the connection was given up\n  run again")

    def _begun(self, writing: bool) -> Iterator[Connection]:
        self._dialect.begin_for_writing(self._connection, writing)
        self._failed = False
        with self._connection.begin() as transaction:
            yield self._connection
            if self._failed:
                raise StateError(f"{self._name}: nothing was saved, because a part of the transaction failed")
            self._commit(transaction)

    def _commit(self, transaction: RootTransaction) -> None:
        try:
            transaction.commit()
        except BaseException as error:
            self._undo(transaction)
            if not isinstance(error, DBAPIError) or not error.connection_invalidated:
                raise
            what = "the connection broke while saving; whether the last part was saved is not known"
            how = "run again: what is open is looked up in both systems before anything is sent"
            raise StateError(f"{self._name}: {what}\n  {how}") from None

    def _undo(self, transaction: RootTransaction) -> None:
        """SQLAlchemy takes a transaction whose COMMIT failed for over, while the database may still be in it."""
        transaction.rollback()
        if not self._connection.invalidated:
            self._connection.connection.rollback()

    def _joined(self) -> Iterator[Connection]:
        try:
            yield self._connection
        except BaseException:
            self._failed = True
            raise

    # reading and writing -------------------------------------------------------------------------------------

    def _rows(self, statement: Executable, parameters: rows.Parameters | None = None) -> Sequence[RowMapping]:
        with self._reading() as connection:
            return connection.execute(statement, parameters).mappings().all()

    def _rows_among(self, lookup: Select[Any], among: Iterable[Any], **parameters: Any) -> Iterator[RowMapping]:
        for some in rows.parts(sorted(set(among)), IN_A_STATEMENT):
            yield from self._rows(lookup, {lookups.AMONG: some, **parameters})

    def _rows_where(
        self, statement: Select[Any], column: ColumnElement[Any], among: Iterable[Any]
    ) -> Iterator[RowMapping]:
        for some in rows.parts(sorted(set(among)), IN_A_STATEMENT):
            yield from self._rows(statement.where(column.in_(some)))

    def _write(self, statement: Executable, parameters: rows.Parameters | None = None) -> int:
        """Returns how many rows were changed."""
        with self._writing() as connection:
            return connection.execute(statement, parameters).rowcount

    def _write_many(self, statement: Executable, parameters: Iterable[rows.Parameters]) -> None:
        with self._writing() as connection:
            for some in rows.parts(parameters, ROWS_AT_ONCE):
                connection.execute(statement, some)

    # identity and cursors ------------------------------------------------------------------------------------

    def identity(self) -> Pair[str] | None:
        accounts = {row["system"]: row["account"] for row in self._rows(select(schema.identity))}
        return Pair(accounts[SystemName.NETSUITE], accounts[SystemName.SALESFORCE]) if accounts else None

    def set_identity(self, identity: Pair[str]) -> None:
        accounts = [{"system": system, "account": account} for system, account in identity]
        self._write_many(self._upsert(schema.identity, ("system",), ("account",)), accounts)

    def cursor(self, system: SystemName, type: str) -> str | None:
        found = self._rows(lookups.CURSOR, {"system": system, "type": type})
        return found[0]["cursor"] if found else None

    def set_cursor(self, system: SystemName, type: str, cursor: str) -> None:
        row = {"system": system, "type": type, "cursor": cursor}
        self._write(self._upsert(schema.cursors, ("system", "type"), ("cursor",)), row)

    # links and bases -----------------------------------------------------------------------------------------

    def links(self, refs: Iterable[Ref]) -> dict[Ref, Link]:
        return self._links_by_ref(refs, lookups.links_of)

    def lead_links(self, refs: Iterable[Ref]) -> dict[Ref, Link]:
        return self._links_by_ref(refs, lookups.lead_links_of)

    def _links_by_ref(self, refs: Iterable[Ref], lookup: Callable[[SystemName], Select[Any]]) -> dict[Ref, Link]:
        found: dict[Ref, Link] = {}
        with self._reading():
            for system, type_, ids in rows.ids_by_type(refs):
                best_last = sorted(self._rows_among(lookup(system), ids, type=type_), key=rows.link_rank)
                found |= {link.refs.of(system): link for link in map(rows.link, best_last)}
        return found

    def links_by_id(self, ids: Iterable[int]) -> dict[int, Link]:
        with self._reading():
            found = self._rows_among(lookups.LINKS_BY_ID, ids)
            return {row["id"]: rows.link(row) for row in found}

    def iter_links(self, entity: Entity | None = None, state: LinkState = "active") -> Iterator[Link]:
        """In the order in which they began, read page by page: a link that begins or ends meanwhile may or may
        not be among them, and other methods may be called in between."""
        last = 0
        while page := self._links_after(last, entity, state):
            yield from page
            last = page[-1].id

    def _links_after(self, last: int, entity: Entity | None, state: LinkState) -> list[Link]:
        table = schema.links
        page = select(table).where(table.c.id > last, table.c.state == state).order_by(table.c.id).limit(ROWS_AT_ONCE)
        return [rows.link(row) for row in self._rows(page if entity is None else page.where(table.c.entity == entity))]

    def add_link(self, entity: Entity, refs: Pair[Ref], reason: str, at: datetime) -> Link:
        """Begin a link. StateError if an active link of this entity holds one of `refs` already."""
        added = insert(schema.links).returning(schema.links.c.id)
        with self._writing() as connection:
            try:
                link_id = connection.execute(added, rows.link_row(entity, refs, reason, at)).scalar_one()
            except IntegrityError:
                both = f"{refs.netsuite} or {refs.salesforce}"
                raise StateError(f"{both} is linked as {entity} already\n  end that link first") from None
        return Link(link_id, entity, refs, "active", reason)

    def end_link(self, link_id: int, state: LinkState, reason: str, at: datetime) -> None:
        """The link stays, to be found by its refs until they are linked anew. StateError if there is no such link."""
        table = schema.links
        ended = update(table).where(table.c.id == link_id).values(state=state, end_reason=reason, ended_at=at)
        if self._write(ended) == 0:
            raise StateError(f"there is no link {link_id}")

    def bases(self, link_ids: Iterable[int]) -> dict[int, Base]:
        with self._reading():
            found = self._rows_among(lookups.BASES, link_ids)
            return {row["link_id"]: rows.base(row) for row in found}

    def save_bases(self, bases: Mapping[int, Base]) -> None:
        """Remember the bases, in place of what was remembered of each link."""
        self._write_many(self._upsert(schema.bases, ("link_id",), ("netsuite", "salesforce")), rows.base_rows(bases))

    # match keys ----------------------------------------------------------------------------------------------

    def index(self, entries: Iterable[tuple[Ref, Entity, frozenset[str]]]) -> None:
        with self._writing():
            for some in rows.parts(entries, ROWS_AT_ONCE):
                last_of_each = {ref: (entity, keys) for ref, entity, keys in some}
                self.forget(last_of_each)
                self._write_many(insert(schema.match_keys), rows.match_rows(last_of_each))

    def candidates(self, system: SystemName, entity: Entity, keys: Iterable[str]) -> dict[str, tuple[Ref, ...]]:
        """Keys that nothing carries are left out; the records of a key come in the order of their refs."""
        stored = {key: schema.storable_key(key) for key in keys}
        refs: defaultdict[str, list[Ref]] = defaultdict(list)
        with self._reading():
            for row in self._rows_among(lookups.CANDIDATES, stored.values(), system=system, entity=entity):
                refs[row["key"]].append(Ref(system, row["type"], row["id"]))
        return {key: tuple(sorted(refs[stored[key]])) for key in sorted(stored) if stored[key] in refs}

    def forget(self, refs: Iterable[Ref]) -> None:
        self._write_many(_deletion_by_ref(schema.match_keys), map(rows.ref_parameters, refs))

    # intents -------------------------------------------------------------------------------------------------

    def open_intents(self, intents: Sequence[Intent]) -> list[int]:
        opened = insert(schema.intents).returning(schema.intents.c.id, sort_by_parameter_order=True)
        ids: list[int] = []
        with self._writing() as connection:
            for some in rows.parts(map(rows.intent_row, intents), ROWS_AT_ONCE):
                ids += connection.execute(opened, some).scalars()
        return ids

    def close_intents(self, outcomes: Mapping[int, str], at: datetime) -> None:
        if strange := set(outcomes.values()) - OUTCOMES:
            raise ValueError(f"no such outcome: {', '.join(sorted(strange))}")
        closed = update(schema.intents).where(schema.intents.c.id == bindparam("intent_id"))
        verdicts = (
            {"intent_id": id_, "outcome": outcome, "closed_at": None if outcome == "unknown" else at}
            for id_, outcome in outcomes.items()
        )
        self._write_many(closed, verdicts)

    def pending_intents(self) -> list[Intent]:
        """In the order in which they were opened."""
        table = schema.intents
        return [
            rows.intent(row)
            for row in self._rows(select(table).where(table.c.closed_at.is_(None)).order_by(table.c.id))
        ]

    # holds -------------------------------------------------------------------------------------------------------

    def put_holds(self, holds: Sequence[Hold], run_id: int, at: datetime) -> None:
        """`run_id` and `at` stay those of the opening; everything else of an open hold becomes what is given."""
        put = self._upsert(schema.holds, schema.hold_key, HOLD_CHANGES, where=schema.hold_open, kept=_still_told)
        self._write_many(put, (rows.hold_row(hold, run_id, at) for hold in holds))

    def clear_holds(self, refs: Iterable[Ref], at: datetime, keep: Iterable[Hold] = ()) -> None:
        kept = {rows.names_of(hold) for hold in keep}
        with self._writing():
            stale = {row["id"] for row in self._holds_naming(refs) if rows.hold_names(row) not in kept}
            self._write_holds(stale, {"closed_at": at})

    def _holds_naming(self, refs: Iterable[Ref]) -> Iterator[RowMapping]:
        key = select(schema.holds.c.id, *(schema.holds.c[name] for name in schema.hold_key)).where(schema.hold_open)
        for system, of_system in groupby(sorted(set(refs)), lambda ref: ref.system):
            yield from self._rows_where(key, schema.holds.c[f"{system}_ref"], of_system)

    def _write_holds(self, ids: Iterable[int], values: Mapping[str, Any]) -> None:
        for some in rows.parts(sorted(set(ids)), IN_A_STATEMENT):
            self._write(update(schema.holds).where(schema.hold_open, schema.holds.c.id.in_(some)).values(values))

    def retry_holds(self, ids: Iterable[int]) -> None:
        self._write_holds(ids, {"tries": 0})

    def ignore_holds(self, ids: Iterable[int], by: str) -> None:
        self._write_holds(ids, {"ignored_by": by})

    def open_holds(self) -> list[OpenHold]:
        """In the order in which they were opened."""
        return [rows.open_hold(row) for row in self._rows(lookups.OPEN_HOLDS)]

    # answers, and what the past tells a person --------------------------------------------------------------------

    def put_answers(self, answers: Sequence[Answer]) -> None:
        put = self._upsert(schema.answers, schema.hold_key, ANSWER_CHANGES, where=schema.answer_open)
        self._write_many(put, map(rows.answer_row, answers))

    def open_answers(self) -> list[Answer]:
        """In the order in which they were given."""
        table = schema.answers
        return [rows.answer(row) for row in self._rows(select(table).where(schema.answer_open).order_by(table.c.id))]

    def close_answers(self, fates: Mapping[int, AnswerFate], at: datetime) -> None:
        closed = update(schema.answers).where(schema.answers.c.id == bindparam("answer_id"))
        self._write_many(closed, ({"answer_id": id_, "fate": fate, "closed_at": at} for id_, fate in fates.items()))

    def put_overruled(self, values: Sequence[Overruled]) -> None:
        self._write_many(insert(schema.overruled), map(rows.overruled_row, values))

    def overruled(self, ref: Ref | None = None, field: str | None = None) -> list[Overruled]:
        table = schema.overruled
        found = select(table).order_by(table.c.id.desc())
        found = found if ref is None else found.where(table.c.ref == ref)
        found = found if field is None else found.where(table.c.field == field)
        return [rows.overruled(row) for row in self._rows(found)]

    def put_written(self, writes: Sequence[Written]) -> None:
        self._write_many(insert(schema.written), map(rows.written_row, writes))

    def written(self, refs: Iterable[Ref], since: datetime) -> list[Written]:
        table = schema.written
        with self._reading():
            found = self._rows_where(select(table).where(table.c.at >= since), table.c.ref, refs)
            return [rows.written(row) for row in sorted(found, key=lambda row: int(row["id"]))]

    def prune(self, overruled_before: datetime, written_before: datetime) -> None:
        for table, before in ((schema.overruled, overruled_before), (schema.written, written_before)):
            self._write(delete(table).where(table.c.at < before))

    # rechecks ------------------------------------------------------------------------------------------------

    def add_recheck(self, refs: Iterable[Ref], reason: str) -> None:
        added = self._upsert(schema.rechecks, ("system", "type", "id"), ("reason",))
        self._write_many(
            added, ({"system": ref.system, "type": ref.type, "id": ref.id, "reason": reason} for ref in refs)
        )

    def rechecks(self) -> list[Ref]:
        """In the order of the refs."""
        return sorted(Ref(row["system"], row["type"], row["id"]) for row in self._rows(select(schema.rechecks)))

    def clear_rechecks(self, refs: Iterable[Ref]) -> None:
        self._write_many(_deletion_by_ref(schema.rechecks), map(rows.ref_parameters, refs))

    # runs and cache ------------------------------------------------------------------------------------------

    def start_run(self, mode: str, at: datetime) -> int:
        run = {"mode": mode, "started_at": at, "counts": {}, "passes": 0, "ended": ""}
        with self._writing() as connection:
            run_id: int = connection.execute(insert(schema.runs).returning(schema.runs.c.id), run).scalar_one()
        return run_id

    def end_run(self, run: RunRecord) -> None:
        """StateError if no such run was started."""
        if self._write(update(schema.runs).where(schema.runs.c.id == run.id).values(rows.run_row(run))) == 0:
            raise StateError(f"there is no run {run.id}")

    def runs(self, limit: int = 10) -> list[RunRecord]:
        """The latest runs, newest first."""
        return [rows.run(row) for row in self._rows(select(schema.runs).order_by(schema.runs.c.id.desc()).limit(limit))]

    def cached(self, system: SystemName, name: str) -> tuple[Any, datetime] | None:
        found = self._rows(lookups.CACHED, {"system": system, "name": name})
        return (found[0]["data"], found[0]["fetched_at"]) if found else None

    def cache(self, system: SystemName, name: str, data: Any, at: datetime) -> None:
        row = {"system": system, "name": name, "data": data, "fetched_at": at}
        self._write(self._upsert(schema.cached, ("system", "name"), ("data", "fetched_at")), row)


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


@cache
def _deletion_by_ref(table: Table) -> Delete:
    """To be executed with `rows.ref_parameters`."""
    return delete(table).where(
        table.c.system == bindparam("ref_system"),
        table.c.type == bindparam("ref_type"),
        table.c.id == bindparam("ref_id"),
    )

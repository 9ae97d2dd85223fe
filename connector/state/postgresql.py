"""All that is special to PostgreSQL: connecting, the lock of a run, beginning a transaction, what its errors mean.

A store has one session, of its own, from opening to closing. Everything happens in it, the advisory lock of a run
included: a session that is lost takes lock and half-done work away together, so whoever lost the lock cannot write
any more; and a statement that a killed process left running keeps the lock until it has ended. A lost session is
not replaced: what was in flight is not known, so the store ends and the next run looks.

A store is the tables of one schema, the first on the search path. Needs the extra `lead-connector[postgresql]`.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from functools import cache
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, NullPool, Table, create_engine, event, text
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import DBAPIError, StatementError

from connector.errors import ConfigError, StateError, StateLocked
from connector.state.database import Kept, Purpose, nothing

BUSY_TIMEOUT_SECONDS = 5.0
"""How long another session is waited for: one that writes, or one that a killed run left behind with the lock."""

_DEFAULTS = {
    "connect_timeout": 10,
    "target_session_attrs": "read-write",  # of several servers the one that takes writes
    # A line that is cut without a word is noticed within a minute, not within hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""Connection options, as libpq names them, where the URL does not set them."""

_NAME = "lead-connector"
_APPLICATION_NAME_BYTES = 63
"""PostgreSQL cuts longer ones off (documented: NAMEDATALEN)."""

_RUN, _WRITER = 0x6C656164, 0x6C656165
"""The two advisory locks of a store, beside the oid of its schema. Numbers as good as any that nobody else takes."""

_SETTINGS = """
SELECT
    set_config('lock_timeout', %(patience)s, false),
    -- A run that was stopped in the middle of a transaction must not keep others out for ever,
    set_config('idle_in_transaction_session_timeout', '300s', false),
    -- nor one whose machine has gone: the server would not notice for two hours.
    set_config('tcp_keepalives_idle', '30', false),
    set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '3', false),
    -- An intent must be on the disk before its write leaves us.
    CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END
"""


# the connection ----------------------------------------------------------------------------------------------


def where_is(url: str) -> str:
    """The database that `url` leads to, without user, password and options. Raises ConfigError for no such URL."""
    facts = _facts(url)
    at = ",".join(f"{host}:{port}" for host, port in _hosts(facts))
    return f"postgresql://{at}/{facts.get('dbname', '')}"


def connect(url: str, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> Connection:
    """The one session of a store. `url`: as libpq takes it; what it leaves out comes from libpq's own places, the
    password file among them."""
    facts = {**_DEFAULTS, **_facts(url), "application_name": _application_name()}
    patience = f"{int(busy_timeout_seconds * 1000)}ms"

    def session() -> psycopg.Connection:
        # With `autocommit` the driver begins nothing by itself: `_listen` does.
        connection = psycopg.connect(autocommit=True, client_encoding="utf8", **facts)
        try:
            connection.execute(_SETTINGS, {"patience": patience})
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("postgresql+psycopg://", creator=session, poolclass=NullPool, hide_parameters=True)
    _listen(engine)
    return _usable(engine.connect(), where_is(url))


def _facts(url: str) -> dict[str, Any]:
    """What libpq reads in `url`; what a password that is not escaped would turn into is refused."""
    facts: dict[str, Any] | None = None
    with suppress(psycopg.ProgrammingError):  # its text may repeat the URL, and the URL may hold a password
        facts = dict(conninfo_to_dict(url))
    if facts is None or "@" in str(facts.get("host")) or not re.fullmatch(r"[\d,]*", str(facts.get("port") or "")):
        how = "write postgresql://user@host/database; in a password, @ : / ? # % stand as %40 %3A %2F %3F %23 %25"
        raise ConfigError("this is not the URL of a PostgreSQL database", where="state", how=how)
    return facts


def _hosts(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Host and port of each server; libpq takes several, with one port for all or one for each."""
    hosts, ports = (str(facts.get(name) or "").split(",") for name in ("host", "port"))
    for number, host in enumerate(hosts):
        yield host or "localhost", (ports * len(hosts))[number] or "5432"


def _application_name() -> str:
    """What the other runs, and the database's administrator, see of this session."""
    name = f"{_NAME} {os.getpid()} {socket.gethostname()}"
    return name.encode("ascii", "replace")[:_APPLICATION_NAME_BYTES].decode()


def _usable(connection: Connection, where: str) -> Connection:
    """The connection, if a store can be kept in its database."""
    try:
        with connection.begin():
            encoding, schema = connection.execute(_CHECK).one()
    except BaseException:
        _discard(connection)
        raise
    if encoding == "UTF8" and schema is not None:
        return connection
    _discard(connection)
    if schema is None:
        raise StateError(f"{where}: the schema that the URL names is not there\n  create it: CREATE SCHEMA ...")
    raise StateError(f"{where}: the database keeps texts as {encoding}\n  make one with ENCODING 'UTF8'")


_CHECK = text("SELECT current_setting('server_encoding'), current_schema()")


def _discard(connection: Connection) -> None:
    connection.close()
    connection.engine.dispose()


# transactions ------------------------------------------------------------------------------------------------


@cache  # to build one takes longer than to execute it
def upsert(
    table: Table, key: tuple[str, ...], changed: tuple[str, ...], where: Any = None, kept: Kept = nothing
) -> Insert:
    """INSERT that, where a row with this key is there, sets the `changed` columns of it instead, and what `kept`
    makes of the row given."""
    statement = insert(table)
    fresh = {name: statement.excluded[name] for name in changed} | dict(kept(statement.excluded))
    return statement.on_conflict_do_update(index_elements=key, index_where=where, set_=fresh)


def begin_for(connection: Connection, purpose: Purpose) -> None:
    """How the next transaction begins. Writers take turns, so that none is refused for what another did meanwhile;
    a reader sees the store as it was at one moment, however many statements it takes."""
    connection.info["writing"] = purpose == "write"


def _listen(engine: Any) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.info.get("writing"):
            connection.exec_driver_sql("BEGIN")
            connection.execute(_TAKE_TURN, {"kind": _WRITER})
        else:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


_SCHEMA = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
_TAKE_TURN = text(f"SELECT pg_advisory_xact_lock(:kind, {_SCHEMA}::int4)")


# the lock of a run -------------------------------------------------------------------------------------------

_TAKE = text(f"SELECT pg_advisory_lock(:kind, {_SCHEMA}::int4)")
_GIVE_BACK = text(f"SELECT pg_advisory_unlock(:kind, {_SCHEMA}::int4)")
_HOLDER = text(
    f"""
    SELECT session.application_name, session.backend_start
    FROM pg_locks AS held JOIN pg_stat_activity AS session USING (pid)
    WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2
        AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND held.classid = :kind AND held.objid = {_SCHEMA}
    """  # noqa: S608 - a constant
)


class AdvisoryLock:
    """One run at a time for a store, on whatever machines; it goes with its session, in whatever way that ends.

    Taking it waits for a while: PostgreSQL notices that a process was killed only when its statement has ended.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        if self._held:  # PostgreSQL would give it to the same session once more
            raise StateLocked(f"another run is going on (process {os.getpid()}, this one)\n  wait until it ends")
        self._take()
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._give_back()

    def _take(self) -> None:
        with explained(self._name):
            try:
                self._execute(_TAKE)
            except DBAPIError as error:
                if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                    raise
            else:
                return
            raise StateLocked(self._locked_by())

    def _locked_by(self) -> str:
        rows = self._execute(_HOLDER)
        name, since = rows[0] if rows else ("", None)
        _, process, machine = (f"{name} unknown unknown" if name.count(" ") < 2 else name).split(" ", 2)
        began = since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if since else "unknown"
        return (
            f"another run is going on at {machine} (process {process}, since {began})\n"
            "  wait until it ends, or stop that process"
        )

    def _give_back(self) -> None:
        """What is lost with its session needs no giving back."""
        if not (self._connection.closed or self._connection.invalidated):
            with suppress(StatementError):
                self._execute(_GIVE_BACK)

    def _execute(self, statement: Any) -> Any:
        begin_for(self._connection, "ask")
        with self._connection.begin():
            return self._connection.execute(statement, {"kind": _RUN}).all()


# errors ------------------------------------------------------------------------------------------------------

_BUSY = ("another process is writing to the store", "run again when it has ended")
_LOOKED_UP = "run again: what was committed is safe, what was open is looked up"
_MEANINGS = {
    "08": ("the connection to the database was lost", _LOOKED_UP),
    "25P03": ("the database ended a session that stood still in a transaction", _LOOKED_UP),
    "25006": ("the database takes no writes now", "let `state` lead to the primary server"),
    "3D000": ("there is no such database", "create it: CREATE DATABASE ... ENCODING 'UTF8'"),
    "28": ("the database refused the login", "check user, password and pg_hba.conf"),
    "40": _BUSY,
    "42501": ("the user may not do this", "let the user own the schema, or grant CREATE and USAGE on it"),
    "53100": ("the disk of the database is full", "free some space and run again; what was committed is safe"),
    "53": ("the database has no room for another session", "run again later, or raise its limits"),
    "55P03": _BUSY,
    "57": ("the database was shut down, or ended this session", _LOOKED_UP),
    "23": ("the store refuses what contradicts its own rules", "this is a bug: please report it"),
    "XX": (
        "the store is damaged",
        "restore a backup, or name an empty database and sync: links are found by their keys",
    ),
}


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn the database's errors into StateError with a next step; they carry no values."""
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, ValueError | TypeError):  # a value that we must not be given: our caller's bug
            raise error.orig from None
        # Not `from error`: PostgreSQL's texts repeat the values of the row.
        raise explain(error.orig, where) from None


def explain(error: BaseException | None, where: str) -> StateError:
    """The StateError for an error of the database driver."""
    code = getattr(error, "sqlstate", None) or ""
    if not code and isinstance(error, psycopg.OperationalError):
        return _unreachable(error, where)
    known = next((meaning for start, meaning in _MEANINGS.items() if code.startswith(start)), None)
    what, how = known or ("the store cannot be used", "run again; if it stays, please report it")
    return StateError(f"{where}: {what} ({type(error).__name__})\n  {how}")


def _unreachable(error: psycopg.OperationalError, where: str) -> StateError:
    """Without a code the driver tells of the connection alone: hosts, the user and the database, no values."""
    told = " ".join(str(error).split())
    how = "check that the server runs and lets this machine in, the user and the password; then run again"
    return StateError(f"{where}: cannot be reached, or the connection was lost\n  {told}\n  {how}")

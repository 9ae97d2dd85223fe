"""All that is special to SQLite: opening a file safely, beginning a transaction, and what its errors mean.

Write-ahead log with `synchronous=FULL`: a commit survives the loss of power, not only of the process, because an
intent must be on the disk before its write leaves us.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, Table, create_engine, event
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import StatementError

from connector.errors import StateError
from connector.state.database import Kept, Purpose, nothing
from connector.state.files import make_private, take_from_others

BUSY_TIMEOUT_SECONDS = 10.0


def connect(path: Path | None, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> Connection:
    """A connection to the database file, made if it is not there; to a fresh one in memory for None."""
    if path is not None:
        make_private(path)
        for companion in ("-wal", "-shm"):  # new ones take the mode of the database file
            take_from_others(path.with_name(path.name + companion))
    engine = create_engine(
        URL.create("sqlite", database=":memory:" if path is None else str(path)),
        poolclass=StaticPool,
        hide_parameters=True,  # an error must not carry personal data
        connect_args={"isolation_level": None, "timeout": busy_timeout_seconds, "check_same_thread": True},
    )
    _listen(engine)
    return engine.connect()


@cache  # to build one takes longer than to execute it
def upsert(
    table: Table, key: tuple[str, ...], changed: tuple[str, ...], where: Any = None, kept: Kept = nothing
) -> Insert:
    """INSERT that, where a row with this key is there, sets the `changed` columns of it instead, and what `kept`
    makes of the row given."""
    statement = insert(table)
    fresh = {name: statement.excluded[name] for name in changed} | dict(kept(statement.excluded))
    return statement.on_conflict_do_update(index_elements=key, index_where=where, set_=fresh)


_BEGIN: dict[Purpose, str] = {"ask": "", "read": "BEGIN", "write": "BEGIN IMMEDIATE"}


def begin_for(connection: Connection, purpose: Purpose) -> None:
    """How the next transaction begins. One question sees one moment by itself. A writer locks at once: one that read
    first and then finds that another process wrote meanwhile would be refused with no way to wait."""
    connection.info["begin"] = _BEGIN[purpose]


def _listen(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _record: object) -> None:
        try:
            for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {setting}")
        except sqlite3.Error:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Python's sqlite3 would begin late, and leave table changes out of the transaction.
        if how := connection.info.get("begin", "BEGIN"):
            connection.exec_driver_sql(how)


# errors ------------------------------------------------------------------------------------------------------

_RESTORE = (
    "restore a copy from before, or move the file away and sync: the links are found again by the keys on the records"
)
_MEANINGS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space and run again; what was committed is safe"),
    sqlite3.SQLITE_READONLY: ("the store cannot be written to", "check the rights on the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: ("the store cannot be opened", "check the path and the rights on the file and its folder"),
    sqlite3.SQLITE_BUSY: ("another process is writing to the store", "run again when it has ended"),
    sqlite3.SQLITE_CORRUPT: ("the store is damaged", _RESTORE),
    sqlite3.SQLITE_NOTADB: ("the file is no store of ours, or damaged", _RESTORE),
    sqlite3.SQLITE_IOERR: ("the disk cannot be read or written", "check the disk; what was committed is safe"),
    sqlite3.SQLITE_CONSTRAINT: ("the store refuses what contradicts its own rules", "this is a bug: please report it"),
}


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn the database's errors into StateError with a next step; they carry no values."""
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, ValueError | TypeError):  # a value that we must not be given: our caller's bug
            raise error.orig from None
        raise explain(error.orig, where) from error


def explain(error: BaseException | None, where: str) -> StateError:
    """The StateError for an error of the database driver."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    what, how = _MEANINGS.get(code, ("the store cannot be used", "run again; if it stays, please report it"))
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return StateError(f"{where}: {what} ({name})\n  {how}")

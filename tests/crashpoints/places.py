"""Where a scenario's state is kept: a SQLite file or a schema of a PostgreSQL server, copied whole for each point."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from connector.state.schema import metadata
from connector.state.store import open_store
from tests.doubles import postgresql

STORES = ("sqlite", "postgresql")


class Place(Protocol):
    """One store's place. Nobody may have it open while it is cleared or copied."""

    @property
    def url(self) -> str:
        """As `open_store` takes it."""
        ...

    def clear(self) -> None:
        """Make it a place without a store, or with an empty one."""
        ...

    def become(self, origin: Place) -> None:
        """Hold exactly what `origin` of the same kind holds."""
        ...

    def damage(self) -> list[str]:
        """What the database itself finds wrong."""
        ...


Places = Callable[[str], Place]


@contextmanager
def places(store: str) -> Iterator[Places]:
    """Makes places by name, on one kind of store; all are gone afterwards."""
    if store == "sqlite":
        with tempfile.TemporaryDirectory(dir=_memory()) as folder:
            yield lambda name: File(Path(folder) / f"{name}.db")
    else:
        with postgresql.running() as server:
            yield lambda name: Schema(server, name)


def _memory() -> str | None:
    """A file system in memory where there is one: a death of the process loses nothing of what was handed to either."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


@dataclass
class File:
    """A SQLite file."""

    path: Path

    @property
    def url(self) -> str:
        return str(self.path)

    def clear(self) -> None:
        for file in self.path.parent.glob(f"{self.path.name}*"):
            file.unlink()

    def become(self, origin: Place) -> None:
        self.clear()
        shutil.copy(origin.url, self.path)  # closed in order, so that all of it is in the one file

    def damage(self) -> list[str]:
        with closing(sqlite3.connect(self.path)) as connection:
            (told,) = connection.execute("PRAGMA integrity_check").fetchone()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        return [f"damaged: {told}"] * (told != "ok") + [f"orphans: {orphans}"] * bool(orphans)


class Schema:
    """A schema of a PostgreSQL server. It is cleared by emptying the tables: to make them anew would take longer."""

    def __init__(self, server: str, name: str) -> None:
        self._server, self._name = server, name
        self.url = postgresql.with_query(server, options=f"-csearch_path={name}")
        postgresql.execute(server, f"DROP SCHEMA IF EXISTS {name} CASCADE", f"CREATE SCHEMA {name}")
        open_store(self.url).close()

    def clear(self) -> None:
        tables = ", ".join(f"{self._name}.{table}" for table in metadata.tables)
        postgresql.execute(self._server, f"TRUNCATE {tables} RESTART IDENTITY CASCADE")

    def become(self, origin: Place) -> None:
        assert isinstance(origin, Schema)
        self.clear()
        postgresql.execute(self._server, *self._copy(origin._name))

    def _copy(self, origin: str) -> Iterator[str]:
        for table in metadata.sorted_tables:  # those that others refer to come first
            yield f"INSERT INTO {self._name}.{table.name} SELECT * FROM {origin}.{table.name}"
        yield (
            f"SELECT setval(format('{self._name}.%I', sequencename)::regclass, last_value) "
            f"FROM pg_sequences WHERE schemaname = '{origin}' AND last_value IS NOT NULL"
        )

    def damage(self) -> list[str]:
        """Its own constraints hold by themselves; what a dead engine left behind is a session that keeps a lock."""
        kept = postgresql.execute(
            self._server,
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
            f"AND objid = '{self._name}'::regnamespace::oid",
        )
        return [] if kept == [(0,)] else [f"{kept} advisory locks are kept"]

"""What a store asks of the database that it is kept in: where SQLite and PostgreSQL differ.

`sqlite.py` and `postgresql.py` are the two dialects; each is a module with these functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Insert, Table

from connector.state.lock import Lock

Purpose = Literal["ask", "read", "write"]
"""What a transaction is for: one question, several questions about one moment, or a change."""

Kept = Callable[[Any], Mapping[str, Any]]
"""The columns of a row to insert -> columns of the row that is there already, as SQL makes them."""


def nothing(given: Any) -> Mapping[str, Any]:
    """Columns that are not given stay as they are."""
    return {}


class Dialect(Protocol):
    """One kind of database."""

    def upsert(
        self, table: Table, key: tuple[str, ...], changed: tuple[str, ...], where: Any = None, kept: Kept = nothing
    ) -> Insert:
        """INSERT that, where a row with this key is there, sets the `changed` columns of it instead, and what `kept`
        makes of the row given."""
        ...

    def begin_for(self, connection: Connection, purpose: Purpose) -> None:
        """How the next transaction of `connection` begins. Writers take turns, readers see one moment."""
        ...

    def explained(self, where: str) -> AbstractContextManager[None]:
        """Turn the database's errors into StateError with a next step; they carry no values."""
        ...


@dataclass(frozen=True)
class Database:
    """An open database. `name` says where it is, without credentials."""

    connection: Connection
    dialect: Dialect
    lock: Lock
    name: str

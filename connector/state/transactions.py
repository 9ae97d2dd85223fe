"""How a store works in its database: transactions inside of transactions, and statements over long lists.

Its law: whatever is written inside one `transaction()` commits together or not at all; a connection that was lost is
not made anew. Nothing here knows what the tables hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Executable, RootTransaction, RowMapping
from sqlalchemy.exc import DBAPIError

from connector.errors import StateError
from connector.state import rows, statements
from connector.state.database import Database, Purpose

IN_A_STATEMENT = 500
"""How many values a statement lists, well under every database's limit on parameters."""

ROWS_AT_ONCE = 5_000
"""How many rows are held in memory while a long list is written or read."""


class Transactions:
    """One open database. Belongs to the thread that opened it; its `repr` shows where it is, never what it holds."""

    def __init__(self, database: Database) -> None:
        self._connection, self._lock, self._name = database.connection, database.lock, database.name
        self._dialect = database.dialect
        self._failed = False
        self._lost: StateError | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name!r})"

    @property
    def place(self) -> str:
        """Where it is, without credentials."""
        return self._name

    def close(self) -> None:
        self._connection.close()
        self._connection.engine.dispose()

    def lock(self) -> AbstractContextManager[None]:
        self._refuse_if_closed()
        return self._lock.held()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside commits together. A block inside a block joins it. Once an exception has left
        an inner block or a method, the outermost block cannot commit any more, even if it was caught on the way."""
        with self._writing():
            yield

    def _asking(self) -> AbstractContextManager[Connection]:
        return self._working("ask")

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._working("read")

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._working("write")

    @contextmanager
    def _working(self, purpose: Purpose) -> Iterator[Connection]:
        self._refuse_if_closed()
        try:
            with self._dialect.explained(self._name):
                if self._connection.in_transaction():
                    yield from self._joined()
                else:
                    yield from self._begun(purpose)
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

    def _begun(self, purpose: Purpose) -> Iterator[Connection]:
        self._dialect.begin_for(self._connection, purpose)
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

    def _rows(self, statement: Executable, parameters: rows.Parameters | None = None) -> Sequence[RowMapping]:
        with self._asking() as connection:
            return connection.execute(statement, parameters).mappings().all()

    def _rows_among(self, statement: Executable, among: Iterable[Any], **parameters: Any) -> list[RowMapping]:
        """The rows for the values `among`."""
        lists = rows.parts(sorted(set(among)), IN_A_STATEMENT)
        return self._rows_of_parts(statement, [{statements.AMONG: some, **parameters} for some in lists])

    def _rows_of_parts(self, statement: Executable, parts: Sequence[rows.Parameters]) -> list[RowMapping]:
        """The rows of a question asked in parts, all as they are at one moment. Nothing is asked about nothing."""
        if not parts:
            return []
        with self._asking() if len(parts) == 1 else self._reading() as connection:
            return [row for part in parts for row in connection.execute(statement, part).mappings().all()]

    def _write(self, statement: Executable, parameters: rows.Parameters | None = None) -> int:
        """Returns how many rows were changed."""
        with self._writing() as connection:
            return connection.execute(statement, parameters).rowcount

    def _write_many(self, statement: Executable, parameters: Iterable[rows.Parameters]) -> None:
        with self._writing() as connection:
            for some in rows.parts(parameters, ROWS_AT_ONCE):
                connection.execute(statement, some)

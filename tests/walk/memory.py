"""The state store of a simulated life: in memory, copied as a whole, with a say before each commit of something
written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, event

from connector.state.store import open_store

MEANING = {
    "links": "entity, netsuite_type, netsuite_id, salesforce_type, salesforce_id, state",
    "bases": "link_id, netsuite, salesforce",
    "rechecks": "system, type, id",
    "intents WHERE outcome IS NULL": "id",
    "holds WHERE closed_at IS NULL": "kind, entity, netsuite_ref, salesforce_ref, field, opened_at",
}
"""What a run that finds nothing to do must leave as it is."""


class Memory:
    """One store for all lives, one after the other: to make its tables takes longer than a short life."""

    def __init__(self) -> None:
        self.store = open_store(":memory:")
        self.on_commit: Callable[[], None] = _nothing
        self._raw: Any = self.store._connection.connection.driver_connection
        event.listen(self.store._connection, "commit", self._commit)

    def _commit(self, connection: Connection) -> None:
        """To die after a question is to die before the next call or write: no moment of its own."""
        if connection.info["begin"] == "BEGIN IMMEDIATE":
            self.on_commit()

    def image(self) -> bytes:
        """The database as it was when the last transaction ended; one that is going on ends here, undone."""
        self._raw.rollback()
        return bytes(self._raw.serialize())

    def restore(self, image: bytes) -> None:
        self._raw.deserialize(image)

    @property
    def busy(self) -> bool:
        return bool(self._raw.in_transaction)

    def digest(self) -> str:
        """Of everything in the store that means something, but for times and counters."""
        sums = hashlib.sha256()
        for table, columns in MEANING.items():
            sums.update(
                repr(self._raw.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}").fetchall()).encode()
            )
        return sums.hexdigest()

    def held_values(self) -> Iterator[str]:
        """Every value in an open hold, or in the list of those that were overruled: there a person finds what did not
        win."""
        held = "SELECT netsuite_value, salesforce_value FROM holds WHERE closed_at IS NULL"
        for row in self._raw.execute(f"{held} UNION SELECT value, NULL FROM overruled"):
            yield from (str(value) for value in row if value is not None)


def _nothing() -> None:
    """Commit, and go on."""


@cache
def memory() -> Memory:
    return Memory()

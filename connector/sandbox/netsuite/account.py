"""The state of one account: records, their ids and stamps, and the trail that every change leaves.

Rules about what a record may hold are in `rules.py`; this file stores what it is given, in one transaction
per request, and keeps `lastmodifieddate`, system notes and the deleted-record list.
"""

# ruff: noqa: S608 - table and column names come from the code, values are always bound
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from connector.sandbox.netsuite import schema
from connector.sandbox.netsuite.automation import Automation
from connector.sandbox.netsuite.fields import RecordType, record_types
from connector.sandbox.netsuite.moments import Zone
from connector.sandbox.netsuite.settings import Settings
from connector.sandbox.world import World

Row = dict[str, Any]

#: How a record is named wherever another one refers to it, as SQL over its own columns.
TITLES = {
    "customer": "CASE WHEN {t}.altname = {t}.entityid OR {t}.altname IS NULL THEN {t}.entityid "
    "ELSE {t}.entityid || ' ' || {t}.altname END",
    "contact": "{t}.entityid",
    "employee": "{t}.entityid",
    "customerstatus": "{t}.stage || '-' || {t}.name",
    "opportunity": "'Opportunity #' || {t}.tranid",
    "salesorder": "'Sales Order #' || {t}.tranid",
    "message": "{t}.subject",
    "phonecall": "{t}.title",
    "task": "{t}.title",
    "calendarevent": "{t}.title",
    "campaignresponse": "'Campaign Response ' || {t}.id",
}
#: Record type numbers of system notes and deleted records.
TYPE_NUMBERS = {"customer": -2, "contact": -6, "opportunity": -31, "employee": -4}
REST = "REST Web Services"
UI = "UI"
MERGE = "Duplicate Resolution"


class Account:
    """Records by lower-case type name. Every public read leaves the state as it is."""

    def __init__(self, world: World, settings: Settings, database: str) -> None:
        self.world = world
        self.settings = settings
        self.zone = Zone(settings.time_zone, settings.date_format)
        self.types = record_types(settings.without_credentials)
        self.automations: list[Automation] = []
        self.database = schema.open_account(database, settings)

    def close(self) -> None:
        self.database.close()

    # time and transactions

    def now(self) -> int:
        """The moment of the sandbox's clock, whole seconds."""
        return int(self.world.clock.now().timestamp())

    @contextmanager
    def change(self) -> Iterator[None]:
        """All of a request's writes, or none."""
        self.database.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    def next_id(self, sequence: str) -> int:
        found = self.database.execute(
            "UPDATE counter SET value = value + 1 WHERE name = ? RETURNING value", (sequence,)
        ).fetchall()
        return int(found[0][0])

    # reading

    def one(self, sql: str, *values: object) -> Row | None:
        found = self.database.execute(sql, values).fetchone()
        return dict(found) if found is not None else None

    def all(self, sql: str, *values: object) -> list[Row]:
        return [dict(row) for row in self.database.execute(sql, values)]

    def row(self, table: str, id_: int) -> Row | None:
        return self.one(f"SELECT * FROM {table} WHERE id = ?", id_)

    def usable(self, table: str, id_: int) -> bool:
        """Whether a reference may point at the record: it exists and is not inactive."""
        found = self.row(table, id_)
        return found is not None and found.get("isinactive") != "T"

    def id_of_external(self, table: str, external_id: str) -> int | None:
        if "externalid" not in self.types[table].fields:
            return None
        found = self.one(f"SELECT id FROM {table} WHERE externalid = ? COLLATE NOCASE", external_id)
        return int(found["id"]) if found else None

    def list_value(self, name: str, id_: int) -> Row | None:
        return self.one("SELECT id, name, isinactive FROM listvalue WHERE list = ? AND id = ?", name, id_)

    def list_id(self, name: str, text: str) -> int | None:
        found = self.one("SELECT id FROM listvalue WHERE list = ? AND name = ? COLLATE NOCASE ORDER BY id", name, text)
        return int(found["id"]) if found else None

    def title(self, table: str, id_: int) -> str | None:
        """What the account shows for a reference to the record."""
        name = TITLES.get(table, "{t}.name").format(t=table)
        found = self.one(f"SELECT {name} AS title FROM {table} WHERE id = ?", id_)
        return found["title"] if found else None

    def status(self, id_: int) -> Row | None:
        return self.row("customerstatus", id_)

    def stage(self, status: int) -> str:
        """LEAD, PROSPECT or CUSTOMER."""
        found = self.status(status)
        if found is None:
            raise ValueError(f"no customer status {status}")
        return str(found["stage"])

    def is_locked(self, table: str, id_: int) -> bool:
        return self.one("SELECT 1 FROM recordlock WHERE type = ? AND id = ?", table, id_) is not None

    # writing

    def insert(self, kind: RecordType, values: Row, id_: int | None = None) -> int:
        """Store a new record with fresh stamps and, unless it takes over one, a fresh id; its id."""
        id_ = id_ if id_ is not None else self._fresh_id(kind)
        row: Row = {**values, "id": id_}
        if kind.stamped:
            now = self.now()
            row[kind.created] = now
            row["lastmodifieddate"] = now
        self._insert(kind.table, row)
        return id_

    def _fresh_id(self, kind: RecordType) -> int:
        """Set-up records count on from their highest id; all others share a sequence with their family."""
        if kind.family != "setup":
            return self.next_id(kind.family)
        top = self.one(f"SELECT MAX(id) AS top FROM {kind.table}") or {}
        return max(int(top.get("top") or 0), 0) + 1

    def _insert(self, table: str, row: Row) -> None:
        marks = ", ".join("?" * len(row))
        columns = ", ".join(f'"{column}"' for column in row)
        self.database.execute(f"INSERT INTO {table}({columns}) VALUES ({marks})", tuple(row.values()))

    def update(self, kind: RecordType, old: Row, changes: Row, context: str = REST) -> None:
        """Store changed columns; the stamp moves even if nothing changes, notes are kept of what does."""
        row = dict(changes)
        if kind.stamped:
            row["lastmodifieddate"] = self.now()
        if row:
            columns = ", ".join(f'"{column}" = ?' for column in row)
            self.database.execute(f"UPDATE {kind.table} SET {columns} WHERE id = ?", (*row.values(), old["id"]))
        self._note(kind, old, changes, context)

    def _note(self, kind: RecordType, old: Row, changes: Row, context: str) -> None:
        for column, value in changes.items():
            if old.get(column) != value:
                self._insert(
                    "systemnote",
                    {
                        "id": self.next_id("systemnote"),
                        "recordid": old["id"],
                        "recordtypeid": TYPE_NUMBERS.get(kind.table),
                        "field": f"{kind.name.upper()}.{column.upper()}",
                        "oldvalue": old.get(column),
                        "newvalue": value,
                        "date": self.now(),
                        "context": context,
                        "name": self.settings.user_id,
                    },
                )

    def delete(self, kind: RecordType, id_: int, context: str = REST) -> None:
        """Remove a record and what hangs on it; the deleted-record list remembers."""
        name = self.title(kind.table, id_)
        self.database.execute(f"DELETE FROM {kind.table} WHERE id = ?", (id_,))
        self.database.execute("DELETE FROM recordlock WHERE type = ? AND id = ?", (kind.table, id_))
        if kind.family == "entity":
            self.database.execute("DELETE FROM addressbook WHERE owner = ?", (id_,))
            self.database.execute(f"DELETE FROM companycontactrelationship WHERE {_side(kind)} = ?", (id_,))
        self._insert(
            "deletedrecord",
            {
                "id": self.next_id("deletedrecord"),
                "recordid": id_,
                "recordtypeid": TYPE_NUMBERS.get(kind.table),
                "scriptid": kind.table,
                "type": kind.name[:1].upper() + kind.name[1:],
                "name": name,
                "context": context,
                "deletedby": self.settings.user_id,
                "deleteddate": self.now(),
                "iscustomrecord": "F",
            },
        )

    def set_lock(self, table: str, id_: int, *, locked: bool) -> None:
        self.database.execute("DELETE FROM recordlock WHERE type = ? AND id = ?", (table, id_))
        if locked:
            self._insert("recordlock", {"type": table, "id": id_})

    def add_list_value(self, name: str, text: str, id_: int | None = None) -> int:
        """A new value of an account list, with the next free positive id unless one is given."""
        top = self.one("SELECT MAX(id) AS top FROM listvalue WHERE list = ?", name)
        number = id_ if id_ is not None else max(int((top or {}).get("top") or 0), 0) + 1
        self._insert("listvalue", {"list": name, "id": number, "name": text, "isinactive": "F"})
        return number

    def relate(self, company: int, contact: int, role: int | None) -> None:
        """Attach a contact to a company; an existing attachment takes the new role, if one is named."""
        self.database.execute(
            "INSERT INTO companycontactrelationship(company, contact, role) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET role = COALESCE(excluded.role, role)",
            (company, contact, role),
        )

    def unrelate(self, company: int, contact: int) -> bool:
        done = self.database.execute(
            "DELETE FROM companycontactrelationship WHERE company = ? AND contact = ?", (company, contact)
        )
        return done.rowcount > 0

    # looking from outside

    def digest(self) -> str:
        """SHA-256 over all rows of all tables in id order."""
        total = hashlib.sha256()
        for table in schema.DATA_TABLES:
            total.update(table.encode())
            for row in self._sorted(table):
                total.update(repr(tuple(row)).encode())
        return total.hexdigest()

    def _sorted(self, table: str) -> Iterable[Any]:
        order = "1, 2" if table in ("listvalue", "companycontactrelationship", "recordlock") else "1"
        return self.database.execute(f"SELECT * FROM {table} ORDER BY {order}")


def _side(kind: RecordType) -> str:
    return "contact" if kind.table == "contact" else "company"

"""The rows of one org in SQLite: a table per object, a column per field, indexes on what queries filter by.

Text columns compare without ASCII case (as SOQL does), ids with case. Hidden columns start with an
underscore: when a row was deleted, and with which row it went.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from connector.sandbox.salesforce.describe import Schema, SObject
from connector.sandbox.salesforce.fields import ID_TYPES, TEXT_TYPES, Field

FILTERED_NAMES = {"Lead": ("Company",), "Account": ("Name",), "Opportunity": ("Name",)}
UNFILTERED_REFERENCES = ("OwnerId", "CreatedById", "LastModifiedById", "MasterRecordId")
HIDDEN = ("_deleted_at", "_deleted_with")


class Store:
    """Rows by object and id. Plain data access: no rule of Salesforce lives here."""

    def __init__(self, schema: Schema, database: str) -> None:
        self.schema = schema
        self.db = _opened(database)
        if database == ":memory:":
            _empty(schema).backup(self.db)
        else:
            _create_tables(self.db, schema)

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested."""
        self.db.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO step")
            self.db.execute("RELEASE step")
            raise
        self.db.execute("RELEASE step")

    def insert(self, sobject: SObject, row: dict[str, Any]) -> None:
        self.db.execute(_insert_sql(sobject.name, tuple(row)), tuple(row.values()))

    def insert_many(self, sobject: SObject, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self.db.executemany(_insert_sql(sobject.name, tuple(columns)), rows)

    def update(self, sobject: SObject, record_id: str, changes: dict[str, Any]) -> None:
        if changes:
            columns = ", ".join(f'"{name}"=?' for name in changes)
            sql = f'UPDATE "{sobject.name}" SET {columns} WHERE "Id"=?'  # noqa: S608  our own names
            self.db.execute(sql, (*changes.values(), record_id))

    def get(self, sobject: SObject, record_id: str) -> dict[str, Any] | None:
        """The row with stored values by field name, deleted ones too; None when there is none."""
        found = self.find(sobject, '"Id"=?', (record_id,))
        return found[0] if found else None

    def find(self, sobject: SObject, where: str = "1", values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows (hidden columns included) for a condition in SQL, ordered as they were made."""
        cursor = self.db.execute(f'SELECT * FROM "{sobject.name}" WHERE {where}', tuple(values))  # noqa: S608
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def find_equal(self, sobject: SObject, field: Field, value: Any) -> list[dict[str, Any]]:
        """Rows that are not deleted and whose field equals `value`, text without case."""
        column, wanted = match_column(field, value)
        live = ' AND "IsDeleted"=0' if sobject.has_recycle_bin else ""
        return self.find(sobject, f"{column}=?{live}", (wanted,))

    def count(self, sobject: SObject) -> int:
        live = ' WHERE "IsDeleted"=0' if sobject.has_recycle_bin else ""
        return int(self.db.execute(f'SELECT count(*) FROM "{sobject.name}"{live}').fetchone()[0])  # noqa: S608

    def rename_column(self, sobject: SObject, name: str, to: str) -> None:
        self.db.execute(f'ALTER TABLE "{sobject.name}" RENAME COLUMN "{name}" TO "{to}"')

    def remove(self, sobject: SObject, record_id: str) -> None:
        self.db.execute(f'DELETE FROM "{sobject.name}" WHERE "Id"=?', (record_id,))  # noqa: S608  our own names

    def purge(self, sobject: SObject, before: str) -> None:
        """Remove for good what was deleted before the stamp `before`."""
        sql = f'DELETE FROM "{sobject.name}" WHERE "_deleted_at" < ?'  # noqa: S608  our own names
        self.db.execute(sql, (before,))

    def highest_id(self, sobject: SObject) -> str | None:
        row = self.db.execute(f'SELECT max("Id") FROM "{sobject.name}"').fetchone()  # noqa: S608
        return None if row is None else row[0]


def _opened(database: str) -> sqlite3.Connection:
    db = sqlite3.connect(database, isolation_level=None, check_same_thread=False, cached_statements=1024)
    db.create_function("fold", 1, fold, deterministic=True)
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-65536", "temp_store=MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    return db


@lru_cache(maxsize=16)
def _empty(schema: Schema) -> sqlite3.Connection:
    """A database in memory with all tables, to be copied: to make the tables takes far longer."""
    db = _opened(":memory:")
    _create_tables(db, schema)
    return db


def _create_tables(db: sqlite3.Connection, schema: Schema) -> None:
    for sobject in schema.sobjects:
        columns = [f'"{field.name}" {_column_type(field)}' for field in sobject.stored]
        columns += [f'"{name}" TEXT' for name in HIDDEN if sobject.has_recycle_bin]
        db.execute(f'CREATE TABLE IF NOT EXISTS "{sobject.name}" ({", ".join(columns)})')
        for kind, name, body in _indexes(sobject):
            db.execute(f'CREATE {kind} IF NOT EXISTS "{name}" ON "{sobject.name}" {body}')


def fold(text: Any) -> Any:
    """Lower case over all of Unicode, which SQLite's own collation lacks."""
    return text.lower() if isinstance(text, str) else text


def match_column(field: Field, value: Any, column: str | None = None) -> tuple[str, Any]:
    """SQL of the column and the value to compare, so that text equality ignores case beyond ASCII too.

    Plain ASCII stays with the indexed column collation.
    """
    name = column or f'"{field.name}"'
    if isinstance(value, str) and field.type not in ID_TYPES and not value.isascii():
        return f"fold({name})", value.lower()
    return name, value


def _column_type(field: Field) -> str:
    if field.type in ID_TYPES:
        return "TEXT"
    if field.type in TEXT_TYPES:
        return "TEXT COLLATE NOCASE"
    return {"boolean": "INTEGER", "int": "INTEGER", "date": "TEXT", "datetime": "TEXT"}.get(field.type, "REAL")


def _indexes(sobject: SObject) -> list[tuple[str, str, str]]:
    """(kind, name, columns) of each index of the object's table."""
    table = sobject.name
    indexes = [("UNIQUE INDEX", f"{table}_by_id", '("Id")')]
    indexes += [("INDEX", f"{table}_by_{field.name}", f'("{field.name}")') for field in _filtered(sobject)]
    indexes.append(("INDEX", f"{table}_by_modstamp", '("SystemModstamp", "Id")'))
    if sobject.has_recycle_bin:
        deleted = '("_deleted_at") WHERE "_deleted_at" IS NOT NULL'
        indexes.append(("INDEX", f"{table}_by_deletion", deleted))
    return indexes


def _filtered(sobject: SObject) -> list[Field]:
    return [field for field in sobject.stored if field.type != "id" and _is_filtered(sobject.name, field)]


def _is_filtered(sobject: str, field: Field) -> bool:
    if field.type == "reference":
        return field.name not in UNFILTERED_REFERENCES
    return field.id_lookup or field.external_id or field.name in FILTERED_NAMES.get(sobject, ())


def _insert_sql(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    return f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608  our own names

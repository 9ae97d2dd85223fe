"""The account's tables in SQLite: one per record type, columns named as SuiteQL names them.

Moments are whole UTC seconds, booleans `T`/`F`, references integers. Lists with ids share one table; a view each.
"""

# ruff: noqa: S608 - table and column names come from the code, values are always bound
from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from connector.sandbox.netsuite import lists
from connector.sandbox.netsuite.fields import NAMED_LIST, Field, RecordType, custom_list, record_types
from connector.sandbox.netsuite.settings import Settings

_TYPES = {
    "integer": "INTEGER",
    "reference": "INTEGER",
    "list": "INTEGER",
    "date": "INTEGER",
    "datetime": "INTEGER",
    "number": "REAL",
    "currency": "REAL",
}
#: Columns that SuiteQL shows and the record service does not.
QUERY_ONLY = {
    "customer": {"entitynumber": "INTEGER", "dateclosed": "INTEGER", "weblead": "TEXT", "duplicate": "TEXT"},
}
_INDEXES = {
    "customer": (
        "lastmodifieddate, id",
        "entityid COLLATE NOCASE",
        "externalid COLLATE NOCASE",
        "email",
        "entitystatus",
        "companyname",
        "parent",
        "datecreated",
    ),
    "contact": (
        "lastmodifieddate, id",
        "company, entityid COLLATE NOCASE",
        "externalid COLLATE NOCASE",
        "email",
        "datecreated",
    ),
    "opportunity": ("lastmodifieddate, id", "entity", "externalid COLLATE NOCASE"),
    "salesorder": ("entity", "opportunity"),
    "phonecall": ("company", "contact", "lastmodifieddate, id"),
    "task": ("company", "contact", "lastmodifieddate, id"),
    "calendarevent": ("company", "contact", "lastmodifieddate, id"),
    "message": ("entity", "contact", "lastmodifieddate, id"),
    "campaignresponse": ("entity", "contact", "lastmodifieddate, id"),
    "addressbook": ("owner", "addressid"),
    "companycontactrelationship": ("contact",),
    "deletedrecord": ("deleteddate, recordid",),
    "systemnote": ("recordid", "date"),
}
_OWN_TABLES = (
    "listvalue(list TEXT, id INTEGER, name TEXT, isinactive TEXT DEFAULT 'F', PRIMARY KEY (list, id))",
    "addressbook(id INTEGER PRIMARY KEY, addressid INTEGER, owner INTEGER, ownertype TEXT, label TEXT, "
    "defaultbilling TEXT, defaultshipping TEXT, isresidential TEXT, addressee TEXT, attention TEXT, addr1 TEXT, "
    "addr2 TEXT, addr3 TEXT, addrphone TEXT, city TEXT, state TEXT, zip TEXT, country TEXT, override TEXT, "
    "addrtext TEXT, lastmodifieddate INTEGER)",
    "companycontactrelationship(company INTEGER, contact INTEGER, role INTEGER, PRIMARY KEY (company, contact))",
    "deletedrecord(id INTEGER PRIMARY KEY, recordid INTEGER, recordtypeid INTEGER, scriptid TEXT, type TEXT, "
    "name TEXT, context TEXT, deletedby INTEGER, deleteddate INTEGER, iscustomrecord TEXT)",
    "systemnote(id INTEGER PRIMARY KEY, recordid INTEGER, recordtypeid INTEGER, field TEXT, oldvalue TEXT, "
    "newvalue TEXT, date INTEGER, context TEXT, name INTEGER)",
    "recordlock(type TEXT, id INTEGER, PRIMARY KEY (type, id))",
    "counter(name TEXT PRIMARY KEY, value INTEGER)",
)
_COUNTERS = {
    "entity": 1000,
    "transaction": 500,
    "activity": 200,
    "address": 3000,
    "customernumber": 1000,
    "tran_opportunity": 0,
    "tran_salesorder": 0,
    "deletedrecord": 0,
    "systemnote": 0,
}
DATA_TABLES = (
    *[
        "customer",
        "contact",
        "opportunity",
        "salesorder",
        "phonecall",
        "task",
        "calendarevent",
        "message",
        "campaignresponse",
    ],
    *["employee", "customerstatus", "listvalue", "addressbook", "companycontactrelationship", "deletedrecord"],
    *["systemnote", "recordlock", "counter"],
)


def open_database(path: str) -> sqlite3.Connection:
    """A connection that one thread at a time may use; unordered reads come in no helpful order."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    database.row_factory = sqlite3.Row
    for pragma in (
        "journal_mode=WAL",
        "synchronous=OFF",
        "temp_store=MEMORY",
        "cache_size=-65536",
        "reverse_unordered_selects=ON",
    ):
        database.execute(f"PRAGMA {pragma}")
    return database


def open_account(path: str, settings: Settings) -> sqlite3.Connection:
    """The database of an account, with what is missing made; one in memory is a copy of one that was made before."""
    database = open_database(path)
    if path == ":memory:":
        _fresh(settings.without_credentials).backup(database)
    else:
        _create(database, settings)
    return database


@lru_cache(maxsize=16)
def _fresh(settings: Settings) -> sqlite3.Connection:
    database = open_database(":memory:")
    _create(database, settings)
    return database


def _create(database: sqlite3.Connection, settings: Settings) -> None:
    """All that is missing, or nothing of it."""
    database.execute("BEGIN")
    try:
        _add_missing(database, record_types(settings.without_credentials), settings)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _add_missing(database: sqlite3.Connection, types: Mapping[str, RecordType], settings: Settings) -> None:
    """Tables, columns of new custom fields, indexes, and the lists of a fresh account."""
    fresh = not _tables(database)
    for statement in _statements(types):
        database.execute(statement)
    for kind in types.values():
        _add_columns(database, kind)
    for table, columns in _INDEXES.items():
        for number, column in enumerate(columns):
            database.execute(f"CREATE INDEX IF NOT EXISTS {table}_{number} ON {table}({column})")
    if fresh:
        _fill(database)
    _fill_settings(database, settings)


def _tables(database: sqlite3.Connection) -> set[str]:
    return {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _column(field: Field) -> str:
    kind = _TYPES.get(field.kind, "TEXT")
    return f"id {kind} PRIMARY KEY" if field.column == "id" else f'"{field.column}" {kind}'


def _is_list(kind: RecordType) -> bool:
    return len(kind.fields) == len(NAMED_LIST)


def _statements(types: Mapping[str, RecordType]) -> Iterator[str]:
    for table in _OWN_TABLES:
        yield f"CREATE TABLE IF NOT EXISTS {table}"
    for kind in types.values():
        if _is_list(kind):
            yield (
                f"CREATE VIEW IF NOT EXISTS {kind.table} AS "
                f"SELECT id, name, isinactive FROM listvalue WHERE list = '{kind.table}'"
            )
            yield from _list_writes(kind.table)
        else:
            columns = [_column(field) for field in kind.fields.values()]
            columns += [f"{name} {type_}" for name, type_ in QUERY_ONLY.get(kind.table, {}).items()]
            yield f"CREATE TABLE IF NOT EXISTS {kind.table}({', '.join(columns)})"


def _list_writes(table: str) -> Iterator[str]:
    """A list's view takes writes as a table would."""
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {table}_new INSTEAD OF INSERT ON {table} BEGIN INSERT INTO listvalue"
        f"(list, id, name, isinactive) VALUES ('{table}', NEW.id, NEW.name, COALESCE(NEW.isinactive, 'F')); END"
    )
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {table}_changed INSTEAD OF UPDATE ON {table} BEGIN UPDATE listvalue "
        f"SET name = NEW.name, isinactive = NEW.isinactive WHERE list = '{table}' AND id = OLD.id; END"
    )
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {table}_gone INSTEAD OF DELETE ON {table} BEGIN DELETE FROM listvalue "
        f"WHERE list = '{table}' AND id = OLD.id; END"
    )


def _add_columns(database: sqlite3.Connection, kind: RecordType) -> None:
    if _is_list(kind):
        return
    present = {row["name"] for row in database.execute(f"PRAGMA table_info({kind.table})")}
    for field in kind.fields.values():
        if field.column not in present:
            database.execute(f"ALTER TABLE {kind.table} ADD COLUMN {_column(field)}")


def _add_values(database: sqlite3.Connection, name: str, values: Iterable[tuple[int, str]]) -> None:
    database.executemany(
        "INSERT OR IGNORE INTO listvalue(list, id, name) VALUES (?, ?, ?)",
        [(name, number, text) for number, text in values],
    )


def _fill(database: sqlite3.Connection) -> None:
    for name, values in lists.LISTS.items():
        _add_values(database, name, values)
    database.executemany("INSERT INTO counter VALUES (?, ?)", _COUNTERS.items())
    database.executemany(
        "INSERT INTO employee(id, firstname, lastname, email, title, isinactive, issalesrep, entityid, "
        "datecreated, lastmodifieddate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
        [(*person, f"{person[1]} {person[2]}") for person in lists.EMPLOYEES],
    )


def _fill_settings(database: sqlite3.Connection, settings: Settings) -> None:
    for custom in settings.all_custom_fields:
        if custom.kind == "list":
            _add_values(database, custom_list(custom), enumerate(custom.choices, 1))
    if settings.one_world:
        _add_values(database, "subsidiary", enumerate(settings.subsidiaries, 1))
    database.executemany(
        "INSERT OR IGNORE INTO customerstatus(id, name, stage, probability, isinactive, includeinleadreports) "
        "VALUES (?, ?, ?, ?, 'F', ?)",
        [
            (status.id, status.name, status.stage, status.probability, "T" if status.stage == "LEAD" else "F")
            for status in lists.STATUSES + settings.statuses
        ],
    )

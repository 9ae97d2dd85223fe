"""Stores of every version open; those of a later one, and other people's databases, are refused untouched."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from connector.core.flow import Base, Link, Pair, Ref
from connector.core.schema import Entity, SystemName
from connector.errors import StateError, StateTooNew
from connector.state import schema
from connector.state.sqlite import connect
from connector.state.store import open_store
from connector.state.upgrade import NEWEST, UPGRADES, upgrade

VERSION_1 = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001');
CREATE TABLE identity (system VARCHAR(20) NOT NULL PRIMARY KEY, account TEXT NOT NULL);
CREATE TABLE cursors (system VARCHAR(20) NOT NULL, type TEXT NOT NULL, cursor TEXT NOT NULL,
    PRIMARY KEY (system, type));
CREATE TABLE links (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, entity VARCHAR(20) NOT NULL,
    netsuite_type TEXT NOT NULL, netsuite_id TEXT NOT NULL, salesforce_type TEXT NOT NULL, salesforce_id TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, began_at TEXT NOT NULL, end_reason TEXT, ended_at TEXT);
CREATE INDEX links_netsuite ON links (netsuite_type, netsuite_id);
CREATE INDEX links_salesforce ON links (salesforce_type, salesforce_id);
CREATE UNIQUE INDEX links_netsuite_active ON links (netsuite_type, netsuite_id, entity) WHERE state = 'active';
CREATE UNIQUE INDEX links_salesforce_active ON links (salesforce_type, salesforce_id, entity) WHERE state = 'active';
CREATE TABLE bases (
    link_id INTEGER NOT NULL PRIMARY KEY REFERENCES links (id), netsuite TEXT NOT NULL, salesforce TEXT NOT NULL);
CREATE TABLE match_keys (
    system VARCHAR(20) NOT NULL, entity VARCHAR(20) NOT NULL, key TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (system, entity, key, type, id));
CREATE INDEX match_keys_ref ON match_keys (system, type, id);
CREATE TABLE intents (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL, verb TEXT NOT NULL,
    system VARCHAR(20) NOT NULL, entity VARCHAR(20) NOT NULL, type TEXT NOT NULL, ref TEXT NOT NULL,
    source TEXT NOT NULL, key TEXT, payload_hash TEXT NOT NULL, opened_at TEXT NOT NULL, outcome TEXT, closed_at TEXT);
CREATE INDEX intents_pending ON intents (id) WHERE closed_at IS NULL;
CREATE TABLE holds (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, entity VARCHAR(20) NOT NULL,
    netsuite_ref TEXT NOT NULL, salesforce_ref TEXT NOT NULL, field TEXT NOT NULL, reason TEXT NOT NULL,
    code TEXT NOT NULL, netsuite_value TEXT NOT NULL, salesforce_value TEXT NOT NULL,
    link_id INTEGER REFERENCES links (id), run_id INTEGER NOT NULL, opened_at TEXT NOT NULL, closed_at TEXT);
CREATE UNIQUE INDEX holds_open ON holds (kind, netsuite_ref, salesforce_ref, field) WHERE closed_at IS NULL;
CREATE INDEX holds_open_netsuite ON holds (netsuite_ref) WHERE closed_at IS NULL;
CREATE INDEX holds_open_salesforce ON holds (salesforce_ref) WHERE closed_at IS NULL;
CREATE TABLE rechecks (
    system VARCHAR(20) NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (system, type, id));
CREATE TABLE runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, mode TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT,
    counts TEXT NOT NULL, passes INTEGER NOT NULL, ended TEXT NOT NULL);
CREATE TABLE cached (
    system VARCHAR(20) NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL, fetched_at TEXT NOT NULL,
    PRIMARY KEY (system, name));

INSERT INTO identity VALUES ('netsuite', '1234567'), ('salesforce', '00D000000000001AAA');
INSERT INTO cursors VALUES ('salesforce', 'Lead', '2026-03-01T12:00:00Z');
INSERT INTO links VALUES (4, 'lead', 'customer', '7', 'Lead', '00Q000000000001AAA', 'active', 'found by key',
    '2026-03-01T12:00:00.000000+00:00', NULL, NULL);
INSERT INTO bases VALUES (4, '{"budget":{"decimal":"1.50"},"interests":["a","b"]}', '{"email":null}');
INSERT INTO match_keys VALUES ('netsuite', 'lead', 'email:a@example.com', 'customer', '7');
INSERT INTO intents VALUES (9, 1, 'create', 'netsuite', 'lead', 'customer', '', 'salesforce:Lead:00Q000000000002AAA',
    'sf-00Q000000000002AAA', 'f00d', '2026-03-01T12:00:00.000000+00:00', 'unknown', NULL);
INSERT INTO holds VALUES (2, 'conflict', 'lead', 'netsuite:customer:7', '', 'email', 'both changed', '', '"a"', 'null',
    4, 1, '2026-03-01T12:00:00.000000+00:00', NULL);
INSERT INTO runs VALUES (1, 'sync', '2026-03-01T12:00:00.000000+00:00', NULL, '{"netsuite.lead.created":1}', 1, '');
INSERT INTO cached VALUES ('salesforce', 'describe', '{"a":[1]}', '2026-03-01T12:00:00.000000+00:00');
"""
VERSION_2 = f"""{VERSION_1}
ALTER TABLE intents ADD COLUMN "values" TEXT DEFAULT '{{}}' NOT NULL;
UPDATE alembic_version SET version_num = '0002';
"""
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "connector.db"


def fill(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    path.chmod(0o600)


@pytest.mark.parametrize("made", [VERSION_1, VERSION_2], ids=["version 1", "version 2"])
def test_a_store_of_an_earlier_version_opens_with_all_that_it_holds(path: Path, made: str) -> None:
    fill(path, made)
    store = open_store(path)
    customer = Ref(SystemName.NETSUITE, "customer", "7")
    refs = Pair(customer, Ref(SystemName.SALESFORCE, "Lead", "00Q000000000001AAA"))
    link = Link(4, Entity.LEAD, refs, "active", "found by key")
    assert store.identity() == Pair("1234567", "00D000000000001AAA")
    assert store.cursors() == {(SystemName.SALESFORCE, "Lead"): "2026-03-01T12:00:00Z"}
    assert store.links([customer]) == {customer: link}
    agreed: Pair[dict[str, object]] = Pair({"budget": Decimal("1.50"), "interests": ("a", "b")}, {"email": None})
    assert store.bases([4]) == {4: Base(agreed)}  # type: ignore[arg-type]
    key = "email:a@example.com"
    assert store.candidates(SystemName.NETSUITE, Entity.LEAD, [key]) == {key: (customer,)}
    assert [(intent.id, intent.values) for intent in store.pending_intents()] == [(9, {})]
    (hold,) = store.open_holds()
    assert (hold.opened_at, hold.hold.link_id) == (NOON, 4)
    assert (hold.hold.values, hold.hold.base) == (Pair("a", None), Pair(None, None))
    assert (hold.tries, hold.tried_at, hold.ignored_by) == (1, None, "")
    assert (store.open_answers(), store.overruled(), store.written([customer], NOON)) == ([], [], [])
    assert store.runs()[0].counts == {"netsuite.lead.created": 1}
    assert store.cached(SystemName.SALESFORCE, "describe") == ({"a": [1]}, NOON)
    store.end_link(4, "gone", "", NOON)
    assert store.add_link(Entity.LEAD, refs, "", NOON).id == 5
    store.close()


def test_the_upgrades_make_the_tables_that_the_code_knows() -> None:
    connection = connect(None)
    with connection.begin():
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    connection.close()
    connection.engine.dispose()


def test_indices_and_their_conditions_are_those_that_the_code_knows() -> None:
    made, known = connect(None), connect(None)
    with made.begin(), known.begin():
        upgrade(made)
        schema.metadata.create_all(known)
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        assert made.exec_driver_sql(query).all() == known.exec_driver_sql(query).all()
    for connection in (made, known):
        connection.close()
        connection.engine.dispose()


def test_the_newest_version_is_the_last_upgrade() -> None:
    assert ScriptDirectory(str(UPGRADES)).get_heads() == [NEWEST]


def test_a_store_of_a_later_version_is_refused_and_left_alone(path: Path) -> None:
    fill(path, "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('9999');")
    before = path.read_bytes()
    with pytest.raises(StateTooNew, match=r"tables 9999, known up to 0003\)\n  install"):
        open_store(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("alembic_version",)]
    assert len(path.read_bytes()) == len(before)


def test_a_database_of_someone_else_is_refused_and_left_alone(path: Path) -> None:
    fill(path, "CREATE TABLE invoices (id);")
    with pytest.raises(StateError, match="other tables than ours"):
        open_store(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


LATER_UPGRADE = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "0004", "0003"
def upgrade():
    op.add_column("holds", sa.Column("answer", sa.Text))
    {last}
"""


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The real upgrades and room for one more."""
    folder = tmp_path / "50% upgrades"
    (folder / "versions").mkdir(parents=True)
    for file in (UPGRADES / "env.py", *UPGRADES.glob("versions/v*.py")):
        (folder / file.relative_to(UPGRADES)).write_text(file.read_text())
    return folder


def test_an_older_store_gets_the_upgrades_that_it_lacks_and_keeps_its_rows(path: Path, later: Path) -> None:
    fill(path, VERSION_1)
    (later / "versions" / "v0004.py").write_text(LATER_UPGRADE.format(last=""))
    connection = connect(path)
    with connection.begin():
        upgrade(connection, later)
    with connection.begin():
        assert connection.exec_driver_sql("SELECT field, answer FROM holds").all() == [("email", None)]
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0004"
    connection.close()
    connection.engine.dispose()
    with pytest.raises(StateTooNew):
        open_store(path)


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(path: Path, later: Path) -> None:
    fill(path, VERSION_1)
    (later / "versions" / "v0004.py").write_text(LATER_UPGRADE.format(last="raise KeyError"))
    connection = connect(path)
    with pytest.raises(KeyError), connection.begin():
        upgrade(connection, later)
    connection.close()
    connection.engine.dispose()
    with closing(sqlite3.connect(path)) as plain:
        assert "answer" not in plain.execute("SELECT sql FROM sqlite_master WHERE name = 'holds'").fetchone()[0]
    open_store(path).close()

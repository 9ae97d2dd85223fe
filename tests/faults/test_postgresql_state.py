"""F39 where our state lies in PostgreSQL: cut, full, read-only, locked, restored.

A run that cannot remember stops before it sends, and the next one finds everything in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from connector.errors import StateError, StateLocked
from connector.state import schema
from connector.state.store import open_store
from tests.doubles import postgresql
from tests.faults.happenings import edit
from tests.faults.laboratory import Ending, Laboratory
from tests.faults.scene import settle
from tests.story.people import linked_lead, live, told_alike
from tests.unit.state.test_postgresql import Wire, end_sessions

PATIENCE_SECONDS = 0.2
COMMITS = range(1, 14)
"""Of the run that carries one edit: one more than it has."""


@contextmanager
def stored(place: str) -> Iterator[Laboratory]:
    """A laboratory whose state lies at `place`, with one linked lead and one edit to carry."""
    lab = Laboratory(state=place)
    try:
        lead, _ = linked_lead(lab)
        edit(lab, True, lead, "New")
        lab.sent.clear()
        yield lab
    finally:
        lab.close()


def reopened(lab: Laboratory, place: str) -> None:
    """The next process, with the state at `place`."""
    lab.store.close()
    lab.store = open_store(place, busy_timeout_seconds=PATIENCE_SECONDS)
    lab.restart()


def writes(lab: Laboratory) -> int:
    return sum(one.writes for one in lab.sent)


def stops(ending: Ending, message: str) -> None:
    assert isinstance(ending.error, StateError)
    assert ending.exit_code == 1
    assert message in str(ending.error)


def goes_on(lab: Laboratory, place: str) -> None:
    """With the fault gone the edit arrives, and nothing is there twice."""
    reopened(lab, place)
    settle(lab)
    told_alike(lab)
    (customer,), (lead,) = lab.rows("netsuite", "customer"), live(lab, "Lead")
    assert (customer["title"], lead["Title"]) == ("New", "New")
    assert lab.store.pending_intents() == []


def noted(place: str) -> int:
    """The writes that our state has an intent of."""
    ((count,),) = postgresql.execute(place, "SELECT count(*) FROM intents WHERE verb = 'update'")
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", COMMITS)
def test_a_connection_that_is_cut_at_a_commit(postgresql_place: str, number: int, late: bool) -> None:
    """`late`: the server has committed, and its answer is lost."""
    with stored(postgresql_place) as lab:
        wire = Wire(postgresql_place, late=late)
        reopened(lab, wire.url)
        lab.sent.clear()
        cut_at(lab, wire, number)
        ending = lab.attempt()
        lab.store.close()
        wire.close()
        assert (ending.error is not None) == wire.armed, "every cut is told"
        if ending.error is not None:
            stops(ending, "not known")
        assert writes(lab) <= noted(postgresql_place), "a write left before its intent was on record"
        goes_on(lab, postgresql_place)


def cut_at(lab: Laboratory, wire: Wire, number: int) -> None:
    """Have the wire cut the connection at the n-th commit of something written."""
    seen: list[Connection] = []
    connection: Any = lab.store._connection

    @event.listens_for(connection, "commit")
    def counted(one: Connection) -> None:
        if one.info.get("writing"):
            seen.append(one)
            wire.armed = len(seen) == number


def test_the_commits_that_are_cut_are_all_that_there_are(postgresql_place: str) -> None:
    with stored(postgresql_place) as lab:
        seen = []
        connection: Any = lab.store._connection
        event.listen(connection, "commit", lambda one: seen.append(one) if one.info.get("writing") else None)
        assert lab.attempt().error is None
        assert len(seen) < max(COMMITS)


def test_a_session_that_is_ended_while_we_read(postgresql_place: str) -> None:
    with stored(postgresql_place) as lab:
        end_sessions(postgresql_place)
        stops(lab.attempt(), "ended this session")
        assert writes(lab) == 0
        goes_on(lab, postgresql_place)


FULL = (
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
    "CREATE TRIGGER full_disk BEFORE INSERT ON intents FOR EACH ROW EXECUTE FUNCTION full_disk()",
)


def test_a_full_disk(postgresql_place: str) -> None:
    """The server says so when the intent is to be noted."""
    with stored(postgresql_place) as lab:
        postgresql.execute(postgresql_place, *FULL)
        stops(lab.attempt(), "the disk of the database is full")
        assert writes(lab) == 0
        postgresql.execute(postgresql_place, "DROP TRIGGER full_disk ON intents")
        goes_on(lab, postgresql_place)


def test_a_server_that_takes_no_writes(postgresql_place: str) -> None:
    """As a standby after a failover."""
    with stored(postgresql_place) as lab:
        options = postgresql.with_query(postgresql_place, application_name="standby")
        reopened(lab, options)
        lab.store._connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        lab.store._connection.commit()
        stops(lab.attempt(), "takes no writes now")
        assert writes(lab) == 0
        goes_on(lab, postgresql_place)


def test_another_run_holds_the_lock(postgresql_place: str) -> None:
    with stored(postgresql_place) as lab, closing(open_store(postgresql_place)) as other:
        reopened(lab, postgresql_place)
        with other.lock():
            ending = lab.attempt()
        assert isinstance(ending.error, StateLocked)
        assert ending.exit_code == 4
        assert writes(lab) == 0
        goes_on(lab, postgresql_place)


def test_a_table_that_somebody_else_has_locked(postgresql_place: str) -> None:
    """An administrator at work, or a backup of another kind than ours."""
    import psycopg

    with stored(postgresql_place) as lab, closing(psycopg.connect(postgresql_place)) as administrator:
        reopened(lab, postgresql_place)
        administrator.execute("LOCK TABLE intents IN ACCESS EXCLUSIVE MODE")
        stops(lab.attempt(), "another process is writing to the store")
        assert writes(lab) == 0
        administrator.rollback()
        goes_on(lab, postgresql_place)


def test_a_restored_backup_counts_as_a_lost_state(postgresql_place: str) -> None:
    """Yesterday's tables come back: what was made since is found again by its key, not made twice, not deleted."""
    with stored(postgresql_place) as lab:
        backup = {table.name: rows_of(lab, table.name) for table in schema.metadata.sorted_tables}
        lab.new_salesforce("Lead", FirstName="New", LastName="Comer", Company="Comer Inc", Email="n@comer.example")
        settle(lab)
        before = (len(lab.rows("netsuite", "customer")), len(live(lab, "Lead")))
        restore(lab, backup)
        reopened(lab, postgresql_place)
        settle(lab)
        assert (len(lab.rows("netsuite", "customer")), len(live(lab, "Lead"))) == before == (2, 2)
        told_alike(lab)


def rows_of(lab: Laboratory, table: str) -> list[dict[str, Any]]:
    connection = lab.store._connection
    with connection.begin():
        return [dict(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()]


def restore(lab: Laboratory, backup: dict[str, list[dict[str, Any]]]) -> None:
    connection = lab.store._connection
    connection.info["writing"] = True
    with connection.begin():
        for name in reversed(backup):
            connection.exec_driver_sql(f'DELETE FROM "{name}"')
        for name, rows in backup.items():
            for row in rows:
                columns, marks = ", ".join(f'"{one}"' for one in row), ", ".join(["%s"] * len(row))
                connection.exec_driver_sql(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', tuple(row.values()))

"""Faults of our own state where it lies in PostgreSQL: cut, full, read-only, locked, restored.

A run that cannot remember stops before it sends, and the next one finds everything in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from typing import Any

from sqlalchemy import Connection, event

from connector.errors import StateError, StateLocked
from connector.state import schema
from connector.state.store import open_store
from tests.doubles import postgresql
from tests.faults.calls import Call
from tests.faults.happenings import edit, laboratory
from tests.faults.laboratory import Ending, Laboratory
from tests.faults.reactions import Reaction
from tests.faults.scene import settle
from tests.story.people import linked_lead, live, told_alike
from tests.unit.state.test_postgresql import Wire, end_sessions

PATIENCE_SECONDS = 0.2
FEWEST_COMMITS = 8
"""Of the run that carries one edit: with fewer, the cuts would not have met what they are to meet."""


@contextmanager
def stored(call: Call) -> Iterator[tuple[Laboratory, str]]:
    """A laboratory whose state lies in an empty schema of the server, with one linked lead and one edit to carry; and
    where that is."""
    with postgresql.schema(call.path) as place, laboratory(state=place) as lab:
        lead, _ = linked_lead(lab)
        edit(lab, True, lead, "New")
        lab.sent.clear()
        yield lab, place


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


def stops_unsent(lab: Laboratory, message: str) -> None:
    """A run that ends with this message and has written nothing."""
    stops(lab.attempt(), message)
    assert writes(lab) == 0


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
    ((found,),) = postgresql.execute(place, "SELECT count(*) FROM intents WHERE verb = 'update'")
    assert isinstance(found, int)
    return found


# --- cut ------------------------------------------------------------------------------------------------------------


def _cut_at_each_commit(call: Call) -> None:
    """The connection breaks before the server has seen a commit, or after it has committed and its answer is lost."""
    for late in (False, True):
        number = next(number for number in count(1) if not _cut_at(call, number, late))
        assert number > FEWEST_COMMITS


def _cut_at(call: Call, number: int, late: bool) -> bool:
    """Whether the run has a commit of that number."""
    with stored(call) as (lab, place):
        wire = Wire(place, late=late)
        reopened(lab, wire.url)
        lab.sent.clear()
        _cuts(lab, wire, number)
        ending = lab.attempt()
        lab.store.close()
        wire.close()
        assert (ending.error is not None) == wire.armed, "every cut is told"
        if ending.error is not None:
            stops(ending, "not known")
        assert writes(lab) <= noted(place), "a write left before its intent was on record"
        goes_on(lab, place)
        return wire.armed


def _cuts(lab: Laboratory, wire: Wire, number: int) -> None:
    """Have the wire cut the connection at the n-th commit of something written."""
    seen: list[Connection] = []
    connection: Any = lab.store._connection

    @event.listens_for(connection, "commit")
    def counted(one: Connection) -> None:
        if one.info.get("writing"):
            seen.append(one)
            wire.armed = len(seen) == number


def _session_ended(call: Call) -> None:
    with stored(call) as (lab, place):
        end_sessions(place)
        stops_unsent(lab, "ended this session")
        goes_on(lab, place)


# --- full, read-only, locked ----------------------------------------------------------------------------------------

FULL = (
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
    "CREATE TRIGGER full_disk BEFORE INSERT ON intents FOR EACH ROW EXECUTE FUNCTION full_disk()",
)


def _full_disk(call: Call) -> None:
    """The server says so when the intent is to be noted."""
    with stored(call) as (lab, place):
        postgresql.execute(place, *FULL)
        stops_unsent(lab, "the disk of the database is full")
        postgresql.execute(place, "DROP TRIGGER full_disk ON intents")
        goes_on(lab, place)


def _takes_no_writes(call: Call) -> None:
    """As a standby after a failover."""
    with stored(call) as (lab, place):
        reopened(lab, postgresql.with_query(place, application_name="standby"))
        lab.store._connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        lab.store._connection.commit()
        stops_unsent(lab, "takes no writes now")
        goes_on(lab, place)


def _table_locked(call: Call) -> None:
    """An administrator at work, or a backup of another kind than ours."""
    import psycopg

    with stored(call) as (lab, place), closing(psycopg.connect(place)) as administrator:
        reopened(lab, place)
        administrator.execute("LOCK TABLE intents IN ACCESS EXCLUSIVE MODE")
        stops_unsent(lab, "another process is writing to the store")
        administrator.rollback()
        goes_on(lab, place)


def _second_runner(call: Call) -> None:
    """Another run holds the lock: exit 4, not a single write."""
    with stored(call) as (lab, place), closing(open_store(place)) as other:
        reopened(lab, place)
        with other.lock():
            ending = lab.attempt()
        assert isinstance(ending.error, StateLocked)
        assert ending.exit_code == 4
        assert writes(lab) == 0
        goes_on(lab, place)


# --- restored -------------------------------------------------------------------------------------------------------


def _restored(call: Call) -> None:
    """Yesterday's tables come back: what was made since is found again by its key, not made twice, not deleted."""
    with stored(call) as (lab, place):
        backup = {table.name: _rows_of(lab, table.name) for table in schema.metadata.sorted_tables}
        lab.new_salesforce("Lead", FirstName="New", LastName="Comer", Company="Comer Inc", Email="n@comer.example")
        settle(lab)
        before = (len(lab.rows("netsuite", "customer")), len(live(lab, "Lead")))
        _restore(lab, backup)
        reopened(lab, place)
        settle(lab)
        assert (len(lab.rows("netsuite", "customer")), len(live(lab, "Lead"))) == before == (2, 2)
        told_alike(lab)


def _rows_of(lab: Laboratory, table: str) -> list[dict[str, Any]]:
    connection = lab.store._connection
    with connection.begin():
        return [dict(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()]


def _restore(lab: Laboratory, backup: dict[str, list[dict[str, Any]]]) -> None:
    connection = lab.store._connection
    connection.info["writing"] = True
    with connection.begin():
        for name in reversed(backup):
            connection.exec_driver_sql(f'DELETE FROM "{name}"')
        for name, rows in backup.items():
            for row in rows:
                columns, marks = ", ".join(f'"{one}"' for one in row), ", ".join(["%s"] * len(row))
                connection.exec_driver_sql(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', tuple(row.values()))


TROUBLES: tuple[Callable[[Call], None], ...] = (
    _cut_at_each_commit,
    _session_ended,
    _full_disk,
    _takes_no_writes,
    _table_locked,
    _restored,
)


def _state_trouble(call: Call) -> None:
    for check in TROUBLES:
        check(call)


SECOND_RUNNER = Reaction("stop before any write, exit 4", _second_runner)
STATE_TROUBLE = Reaction(
    "stop before sending; a cut commit is told as not known; restored: found by key", _state_trouble
)

"""What only PostgreSQL can do to a store: sessions end, answers are lost, others share the database."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlencode

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from connector.core.flow import Hold, Pair, Ref
from connector.core.schema import Entity, SystemName
from connector.errors import ConfigError, StateError, StateLocked, StateTooNew
from connector.state import schema
from connector.state.store import SqlStore, is_there, open_store
from connector.state.upgrade import upgrade
from tests.doubles import postgresql

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "jane@example.com"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(postgresql_place: str) -> Iterator[SqlStore]:
    with closing(open_store(postgresql_place, busy_timeout_seconds=0.1)) as store:
        yield store


@pytest.fixture
def other(postgresql_place: str, store: SqlStore) -> Iterator[SqlStore]:
    """A second store on the same tables."""
    with closing(open_store(postgresql_place, busy_timeout_seconds=0.1)) as other:
        yield other


@contextmanager
def connected(place: str, *, writing: bool = True) -> Iterator[Connection]:
    from connector.state.postgresql import begin_for, connect

    connection = connect(place)
    begin_for(connection, "write" if writing else "read")
    try:
        yield connection
    finally:
        connection.close()
        connection.engine.dispose()


def end_sessions(place: str) -> None:
    """What an administrator, a restart or a failover does to the sessions of this process."""
    ours = f"FROM pg_stat_activity WHERE application_name LIKE 'lead-connector {os.getpid()} %'"
    postgresql.execute(place, f"SELECT pg_terminate_backend(pid, 5000) {ours}")


def start_runs(store: SqlStore, number: int) -> None:
    for _ in range(number):
        store.start_run("sync", NOON)


# tables ------------------------------------------------------------------------------------------------------


def test_the_upgrades_make_the_tables_and_indices_that_the_code_knows(postgresql_place: str) -> None:
    indices = (
        "SELECT replace(indexdef, schemaname || '.', '') FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1"
    )
    with connected(postgresql_place) as connection:
        with connection.begin():
            upgrade(connection)
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []
            made = connection.exec_driver_sql(indices).all()
        with connection.begin() as undone:
            connection.exec_driver_sql("DROP TABLE alembic_version")
            schema.metadata.drop_all(connection)
            schema.metadata.create_all(connection)
            known = connection.exec_driver_sql(indices).all()
            undone.rollback()
    assert [row for row in made if "alembic" not in row[0]] == known


def test_a_store_of_a_later_version_is_refused(postgresql_place: str) -> None:
    open_store(postgresql_place).close()
    postgresql.execute(postgresql_place, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StateTooNew, match="tables 9999"):
        open_store(postgresql_place)


def test_a_schema_with_other_tables_is_refused_and_left_alone(postgresql_place: str) -> None:
    postgresql.execute(postgresql_place, "CREATE TABLE invoices (id int)")
    with pytest.raises(StateError, match="other tables than ours"):
        open_store(postgresql_place)
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    assert postgresql.execute(postgresql_place, tables) == [("invoices",)]


def test_looking_whether_a_store_is_there_makes_none(postgresql_place: str) -> None:
    assert not is_there(postgresql_place)
    assert not is_there(postgresql_place)
    open_store(postgresql_place).close()
    assert is_there(postgresql_place)


def test_schemas_of_one_database_are_stores_of_their_own(
    postgresql_server: str, postgresql_place: str, store: SqlStore
) -> None:
    with postgresql.schema(postgresql_server) as place, closing(open_store(place, busy_timeout_seconds=0.1)) as another:
        start_runs(store, 1)
        assert another.runs() == []
        with store.lock(), another.lock(), store.transaction():
            start_runs(another, 1)


# one moment, one writer --------------------------------------------------------------------------------------


def test_writers_take_turns_and_readers_do_not_wait(store: SqlStore, other: SqlStore) -> None:
    with store.transaction():
        start_runs(store, 1)
        assert other.runs() == []
        with pytest.raises(StateError, match=r"another process is writing to the store \(LockNotAvailable\)"):
            other.start_run("sync", NOON)
    start_runs(other, 1)
    assert len(store.runs()) == 2


def test_a_reader_sees_one_moment_and_writes_nothing(postgresql_place: str, store: SqlStore) -> None:
    count = "SELECT count(*) FROM runs"
    with connected(postgresql_place, writing=False) as connection, connection.begin():
        assert connection.exec_driver_sql(count).scalar() == 0
        start_runs(store, 1)
        assert connection.exec_driver_sql(count).scalar() == 0
        with pytest.raises(DBAPIError, match="read-only transaction"):
            connection.exec_driver_sql("DELETE FROM runs")


def test_commits_reach_the_disk_even_where_the_server_is_set_to_answer_early(postgresql_place: str) -> None:
    hasty = postgresql.with_query(postgresql_place, options="-csynchronous_commit=off")
    with connected(hasty) as connection, connection.begin():
        settings = ("synchronous_commit", "idle_in_transaction_session_timeout", "lock_timeout")
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in settings]
    assert found == ["on", "5min", "5s"]


# sessions that end -------------------------------------------------------------------------------------------


def test_a_session_that_ends_in_a_transaction_saves_nothing_and_ends_the_store(
    postgresql_place: str, store: SqlStore
) -> None:
    with pytest.raises(StateError, match=r"ended this session \(AdminShutdown\)"), store.transaction():
        start_runs(store, 1)
        end_sessions(postgresql_place)
        start_runs(store, 1)
    for use in (store.runs, store.pending_intents, lambda: start_runs(store, 1), lambda: store.lock().__enter__()):
        with pytest.raises(StateError, match="ended this session"):
            use()
    with closing(open_store(postgresql_place)) as after:
        assert after.runs() == []


def test_whoever_loses_the_lock_cannot_write_any_more(postgresql_place: str, store: SqlStore) -> None:
    with store.lock():
        end_sessions(postgresql_place)
        with closing(open_store(postgresql_place)) as next_run, next_run.lock():
            with pytest.raises(StateError):
                start_runs(store, 1)
            with pytest.raises(StateError):  # nor after a second look, with a session that was made anew
                start_runs(store, 1)
            assert next_run.runs() == []


def test_the_lock_of_another_run_names_its_process_and_machine(store: SqlStore, other: SqlStore) -> None:
    with store.lock(), pytest.raises(StateLocked) as caught, other.lock():
        raise AssertionError("two hold the lock")
    assert f"at {socket.gethostname()[:20]}" in str(caught.value)
    assert f"(process {os.getpid()}, since 20" in str(caught.value)
    with other.lock():
        pass


BUSY = """
import sys
from connector.state.store import open_store
store = open_store(sys.argv[1])
with store.lock(), store._reading() as connection:
    connection.exec_driver_sql("SELECT pg_sleep(1)")
"""


def test_a_run_waits_for_the_last_statement_of_one_that_was_killed(postgresql_place: str, store: SqlStore) -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY, postgresql_place], cwd=ROOT) as process:
        busy = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(1)' "
        busy += f"AND application_name LIKE 'lead-connector {process.pid} %'"
        while postgresql.execute(postgresql_place, busy) == [(0,)]:
            assert process.poll() is None
        process.kill()
    with pytest.raises(StateLocked), store.lock():
        raise AssertionError("its statement has not ended")
    with closing(open_store(postgresql_place)) as patient, patient.lock():
        assert postgresql.execute(postgresql_place, busy) == [(0,)]


class Wire:
    """Stands between a store and its server, and cuts the connection at COMMIT once `armed`: before the server has
    seen it, or, if `late`, after the server has answered."""

    def __init__(self, url: str, *, late: bool) -> None:
        self.late, self.armed = late, False
        self._facts = _facts(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._carry)
        self._thread.start()

    @property
    def url(self) -> str:
        port = str(self._listener.getsockname()[1])
        own = {"host": "127.0.0.1", "port": port, "sslmode": "disable", "gssencmode": "disable"}
        return "postgresql://?" + urlencode(self._facts | own, quote_via=quote)

    def _carry(self) -> None:
        client, _ = self._listener.accept()
        with client, self._upstream() as server:
            while True:
                (one, *_), _, _ = select.select([client, server], [], [])
                data = one.recv(65536)
                cut = one is client and self.armed and b"COMMIT\0" in data
                if not data or (cut and not self.late):
                    return
                (server if one is client else client).sendall(data)
                if cut:
                    server.recv(65536)
                    return

    def _upstream(self) -> socket.socket:
        host, port = self._facts.get("host") or "localhost", self._facts.get("port") or "5432"
        if not host.startswith("/"):
            return socket.create_connection((host, int(port)))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def close(self) -> None:
        self._thread.join(timeout=20)
        self._listener.close()


def _facts(url: str) -> dict[str, str]:
    from psycopg.conninfo import conninfo_to_dict

    return {name: str(value) for name, value in conninfo_to_dict(url).items()}


@pytest.mark.parametrize(("late", "saved"), [(False, 0), (True, 1)], ids=["before", "after"])
def test_a_connection_cut_at_commit_is_told_as_not_known(postgresql_place: str, late: bool, saved: int) -> None:
    with closing(Wire(postgresql_place, late=late)) as wire, closing(open_store(wire.url)) as store:
        wire.armed = True
        with pytest.raises(StateError, match=r"whether the last part was saved is not known\n  run again"):
            start_runs(store, 1)
        with pytest.raises(StateError, match="not known"):  # what a caller's own cleaning up would be told
            store.runs()
    with closing(open_store(postgresql_place)) as after:
        assert len(after.runs()) == saved


# errors ------------------------------------------------------------------------------------------------------


def told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


def test_errors_show_no_values(postgresql_place: str, store: SqlStore) -> None:
    postgresql.execute(postgresql_place, "CREATE UNIQUE INDEX strange ON holds (reason)")
    refs: Pair[Ref | None] = Pair(None, Ref(SystemName.SALESFORCE, "Lead", "1"))
    holds = [Hold("conflict", Entity.LEAD, refs, field, SECRET, Pair(SECRET, 1)) for field in ("email", "phone")]
    with pytest.raises(StateError, match=r"contradicts its own rules \(UniqueViolation\)") as caught:
        store.put_holds(holds, 1, NOON)
    assert SECRET not in told(caught.value)


def test_a_password_shows_nowhere() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"postgresql://connector:canary1@127.0.0.1:{port}/leads?sslpassword=canary2"
    with pytest.raises(StateError, match=rf"postgresql://127\.0\.0\.1:{port}/leads: cannot be reached") as caught:
        open_store(url)
    assert "canary" not in told(caught.value)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("postgresql://u:canary@db.example/leads?password=canary", "postgresql://db.example:5432/leads"),
        ("postgresql://u@a:1,b:2/leads", "postgresql://a:1,b:2/leads"),
        ("postgresql:///leads?host=/run/postgresql", "postgresql:///run/postgresql:5432/leads"),
        ("postgresql://", "postgresql://localhost:5432/"),
    ],
)
def test_a_store_is_named_by_its_server_and_database(url: str, where: str) -> None:
    from connector.state.postgresql import where_is

    assert where_is(url) == where


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:canary@host:x/db",
        "postgresql://u:canary@host/db?canary=1",
        "postgresql://u:can/canary@host/db",
        "postgresql://u:can@canary@host/db",
    ],
)
def test_what_is_no_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError, match="not the URL of a PostgreSQL database") as caught:
        open_store(url)
    assert "canary" not in told(caught.value)


def test_a_schema_and_a_database_that_are_not_there_are_named(postgresql_server: str) -> None:
    with pytest.raises(StateError, match="the schema that the URL names is not there"):
        open_store(postgresql.with_query(postgresql_server, options="-csearch_path=nowhere"))
    with pytest.raises(StateError, match=r'database "nowhere" does not exist'):
        open_store(postgresql.with_query(postgresql_server, dbname="nowhere"))


def test_the_extra_that_is_missing_is_named() -> None:
    program = "import sys; sys.modules['psycopg'] = None\nfrom connector.state.store import open_store\n"
    program += "try: open_store('postgresql://host/db')\nexcept Exception as error: print(type(error).__name__, error)"
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("ConfigError state: PostgreSQL needs an extra")
    assert "pip install 'lead-connector[postgresql]'" in ended.stdout

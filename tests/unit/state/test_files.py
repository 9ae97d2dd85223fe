"""Opening a store: places, rights on files, and what is said when the disk or the file is not well."""

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE

import pytest
from sqlalchemy import Connection

from connector.core.flow import Base, Hold, Pair, Ref
from connector.core.schema import Entity, SystemName
from connector.errors import ConfigError, StateError
from connector.state import sqlite
from connector.state.database import Database
from connector.state.lock import MemoryLock
from connector.state.sqlite import connect
from connector.state.store import SqlStore, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "jane@example.com"
HELD = Hold(
    "conflict", Entity.LEAD, Pair(None, Ref(SystemName.SALESFORCE, "Lead", "1")), "email", SECRET, Pair(SECRET, 1)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state" / "connector.db"


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    """The connection of a store, so that a test can make the database behave badly."""
    connection = connect(path)
    SqlStore(Database(connection, sqlite, MemoryLock(), "the store")).upgrade()
    yield connection
    connection.close()
    connection.engine.dispose()


def mode(path: Path) -> int:
    return S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("place", ["{}/x.db", "sqlite:///{}/x.db"])
def test_a_store_is_made_where_the_place_says(tmp_path: Path, place: str) -> None:
    open_store(place.format(tmp_path)).close()
    assert (tmp_path / "x.db").exists()


@pytest.mark.parametrize("place", [":memory:", "sqlite://", "sqlite:///:memory:"])
def test_stores_in_memory_make_no_file_and_share_nothing(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = open_store(place), open_store(place)
    first.start_run("sync", NOON)
    assert second.runs() == []
    with first.lock(), second.lock():
        pass
    first.close()
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_place_is_a_mistake_in_the_config() -> None:
    with pytest.raises(ConfigError, match="mysql://"):
        open_store("mysql://user:password@host/db")


def test_only_the_owner_can_read_the_files_and_new_folders(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    old = os.umask(0)
    try:
        store = open_store(path)
        with store.lock():
            store.start_run("sync", NOON)
            modes = {file.name: mode(file) for file in path.parent.iterdir()}
    finally:
        os.umask(old)
    store.close()
    assert modes == dict.fromkeys(["connector.db", "connector.db-wal", "connector.db-shm", "connector.db.lock"], 0o600)
    assert (mode(path.parent), mode(path.parent.parent)) == (0o700, 0o700)
    assert caplog.text == ""  # they were so from the start, not mended


def test_a_store_that_others_can_read_is_mended_and_that_is_said(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    open_store(path).close()
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        open_store(path).close()
    assert mode(path) == 0o600
    assert "connector.db was open to others (mode 0644)" in caplog.text


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_store(tmp_path / "x.db").close()
    assert mode(tmp_path) == 0o755


def test_reading_leaves_the_file_as_it_is(path: Path) -> None:
    store = open_store(path)
    store.put_holds([HELD], 1, NOON)
    store.close()
    before = path.read_bytes()
    store = open_store(path)
    with store.lock():
        assert store.open_holds()
    store.close()
    assert path.read_bytes() == before
    assert not path.with_name("connector.db-wal").exists()


def test_the_settings_that_make_commits_last(connection: Connection) -> None:
    with connection.begin():
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


# errors ------------------------------------------------------------------------------------------------------


def test_opening_one_store_twice_keeps_the_locks_of_the_first(path: Path) -> None:
    """Closing a descriptor of the database file would drop this process's locks on it; the next process to come and
    go would then hold itself for the last one and take the log away under our feet."""
    first = open_store(path)
    first.start_run("sync", NOON)
    open_store(path).close()
    in_a_process = "import sys; from connector.state.store import open_store; open_store(sys.argv[1]).close()"
    subprocess.run([sys.executable, "-c", in_a_process, str(path)], cwd=Path(__file__).parents[3], check=True)
    first.start_run("sync", NOON)
    with closing(open_store(path)) as second:
        assert len(second.runs()) == 2
    first.close()


def test_a_transaction_that_has_read_can_always_write(path: Path) -> None:
    first, second = open_store(path), open_store(path, busy_timeout_seconds=0)
    with first.transaction():
        assert first.runs() == []
        with pytest.raises(StateError, match="another process is writing"):
            second.start_run("sync", NOON)
        first.start_run("sync", NOON)
    first.close()
    second.close()


def test_a_busy_store_can_be_read_and_is_written_to_later(path: Path) -> None:
    first, second = open_store(path), open_store(path, busy_timeout_seconds=0)
    with first.transaction():
        first.start_run("sync", NOON)
        assert second.runs() == []
        with pytest.raises(StateError, match="SQLITE_BUSY"):
            second.start_run("sync", NOON)
    assert second.start_run("sync", NOON) == 2
    first.close()
    second.close()


def test_a_full_disk_is_named_and_nothing_of_the_transaction_stays(connection: Connection) -> None:
    store = SqlStore(Database(connection, sqlite, MemoryLock(), "the store"))
    link = store.add_link(Entity.LEAD, pair_of_refs(), "", NOON)
    with connection.begin():
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StateError, match=r"the disk is full \(SQLITE_FULL\)\n  free some space"), store.transaction():
        store.start_run("sync", NOON)
        store.save_bases({link.id: Base(Pair({"text": "x" * 100_000}, {}))})
    with connection.begin():
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert store.runs() == []
    assert store.start_run("sync", NOON)


def pair_of_refs() -> Pair[Ref]:
    return Pair(Ref(SystemName.NETSUITE, "customer", "1"), Ref(SystemName.SALESFORCE, "Lead", "1"))


def test_a_store_that_cannot_be_written_to_is_named_and_can_still_be_read(connection: Connection) -> None:
    with connection.begin():
        connection.exec_driver_sql("PRAGMA query_only=ON")
    store = SqlStore(Database(connection, sqlite, MemoryLock(), "the store"))
    with pytest.raises(StateError, match="cannot be written to"):
        store.start_run("sync", NOON)
    assert store.runs() == []


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("notes of mine\n" * 1000)
    with pytest.raises(StateError, match=r"connector.db: the file is no store of ours, or damaged"):
        open_store(path)
    assert path.read_text().startswith("notes of mine")


def test_a_damaged_file_is_named_with_what_to_do(path: Path) -> None:
    store = open_store(path)
    store.put_holds([HELD], 1, NOON)
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StateError, match=r"the store is damaged \(SQLITE_CORRUPT\)\n  restore a copy"):
        read_all(path)


def read_all(path: Path) -> None:
    with closing(open_store(path)) as store:
        store.open_holds()


@pytest.mark.parametrize("name", ["", "file.txt/x.db"])
def test_a_place_that_cannot_be_a_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(StateError, match="check the path"):
        open_store(tmp_path / name)
    assert mode(tmp_path) == 0o755


def test_errors_and_repr_show_no_values(connection: Connection) -> None:
    store = SqlStore(Database(connection, sqlite, MemoryLock(), "the store"))
    with connection.begin():
        connection.exec_driver_sql("DROP TABLE holds")
    with pytest.raises(StateError) as caught:
        store.put_holds([HELD], 1, NOON)
    seen: BaseException | None = caught.value
    while seen is not None:
        assert SECRET not in str(seen) + repr(seen)
        seen = seen.__cause__ or seen.__context__
    assert repr(store) == "SqlStore('the store')"


def test_a_copy_taken_between_commits_opens(path: Path, tmp_path: Path) -> None:
    """What the loss of power leaves: the database and its log as they were at one moment."""
    store = open_store(path)
    copy = tmp_path / "copy.db"
    for number in range(5):
        store.start_run("sync", NOON)
        for end in ("", "-wal"):
            copy.with_name(copy.name + end).write_bytes(path.with_name(path.name + end).read_bytes())
        other = open_store(copy)
        assert len(other.runs()) == number + 1
        other.close()
        with closing(sqlite3.connect(copy)) as plain:
            assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()

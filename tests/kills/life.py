"""Days in a town: people work, the connector is struck down while it syncs, then calm, then everything is looked at."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.doubles import postgresql
from tests.kills.blows import KILLS, SYNC, Blow, Scene, blows_on
from tests.kills.people import People, wrong
from tests.kills.runner import Starter
from tests.kills.town import ServedTown

BLOWS_A_DAY = 6
DAYS_A_TOWN = 20
OTHER_ONE_IN = 6
CALM_RUNS = 6


@dataclass
class Tally:
    """What was done and what came of it. `tried` and `hit` by the name of the blow."""

    tried: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0
    days: int = 0

    @property
    def kills(self) -> int:
        return sum(self.hit[kill.__name__] for kill in KILLS)


def attack(store: str, kills: int, seed: int) -> Iterator[Tally]:
    """Towns one after the other until so many kills have met a live process; the tally after each day."""
    tally, started = Tally(), time.perf_counter()
    with _server(store) as server:
        while tally.kills < kills:
            with _scene(seed, server) as scene:
                for _ in _days(scene, store, tally, kills):
                    tally.seconds = time.perf_counter() - started
                    yield tally
            seed += 1


@contextmanager
def _server(store: str) -> Iterator[str | None]:
    if store == "sqlite":
        yield None
    else:
        with postgresql.running() as url:
            yield url


@contextmanager
def _scene(seed: int, server: str | None) -> Iterator[Scene]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lead-connector-kills-")))
        state = stack.enter_context(postgresql.schema(server)) if server else "state.db"
        town = ServedTown(seed, folder, state)
        stack.callback(town.close)
        starters = Starter(folder, 1), Starter(folder, 2)
        for starter in starters:
            stack.callback(starter.close)
        yield Scene(town, starters, random.Random(f"kills {seed}"), server)


def _days(scene: Scene, store: str, tally: Tally, kills: int) -> Iterator[None]:
    people = People(scene.town, scene.chance)
    for day in range(DAYS_A_TOWN):
        if tally.kills >= kills:
            break
        people.begin_the_day()
        for _ in range(BLOWS_A_DAY):
            _strike(scene, _draw(scene, store), tally)
            people.go_on()
        told = list(_calm(scene))
        people.end_the_day()
        told += wrong(scene.town, people)
        told += _state_damage(scene)
        tally.violations += [f"town {scene.town.stand.seed}, day {day + 1}: {one}" for one in told]
        tally.days += 1
        yield
        if told:
            break  # what is wrong once would be told every day


def _draw(scene: Scene, store: str) -> Blow:
    return scene.chance.choice(KILLS if scene.chance.randrange(OTHER_ONE_IN) else blows_on(store))


def _strike(scene: Scene, blow: Blow, tally: Tally) -> None:
    struck = blow(scene)
    scene.town.set_trap(None)
    scene.town.settle()
    tally.tried[blow.__name__] += 1
    tally.hit[blow.__name__] += struck.hit
    tally.violations += [f"town {scene.town.stand.seed}, {blow.__name__}: {told}" for told in struck.wrong]


def _calm(scene: Scene) -> Iterator[str]:
    """Runs until one has nothing to write, and what is wrong with them; then what `verify` says."""
    writes: list[int] = []
    while not writes or writes[-1]:
        ended = scene.starters[0].start(SYNC).wait()
        if ended.code or "writes" not in ended.data:
            yield f"a calm run ended with {ended.code}: {ended.err[-600:]}"
            return
        writes.append(sum(ended.data["writes"].values()))
        if len(writes) == CALM_RUNS:
            yield f"no rest: {writes}"
            return
    verified = scene.starters[0].start(["verify", "--json", "--config", "config.yaml"]).wait()
    if verified.code:
        yield f"verify ended with {verified.code}: {verified.out[:1500]} {verified.err[-300:]}"


def _state_damage(scene: Scene) -> list[str]:
    """What SQLite finds wrong in its own file; PostgreSQL would have said so by itself."""
    if scene.server:
        return []
    with closing(sqlite3.connect(scene.town.folder / "state.db")) as connection:
        (told,) = connection.execute("PRAGMA integrity_check").fetchone()
    return [] if told == "ok" else [f"the state is damaged: {told}"]

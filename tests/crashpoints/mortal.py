"""A town whose connector can die at any moment: before or after any call, before or after any commit.

A death is a BaseException out of the transport or out of the database's COMMIT. From then on nothing of that engine
moves any more: neither a call nor a statement gets through, so that what `finally` blocks still try cannot count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from sqlalchemy import Connection, Engine, event

from connector.runs.parts import Parts
from connector.runs.report import SyncReport
from connector.runs.sync import sync
from connector.sandbox.faults import READING_METHODS, READING_PATHS
from connector.sandbox.front import Front
from connector.sandbox.stand import SALESFORCE_INSTANCE_URL, SALESFORCE_LOGIN_URL
from connector.sandbox.transport import SandboxAdapter
from connector.state.store import SqlStore, open_store
from tests.crashpoints.places import Place
from tests.story.town import Town

CALM_RUNS = 8
WRITING = "WRITE"
COMMIT = "COMMIT"


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class Fate:
    """Counts the moments at which a run may die, and ends it at one of them (None: at none)."""

    def __init__(self, dies_at: int | None = None, dies_after: str | None = None) -> None:
        self.dies_at, self.dies_after = dies_at, dies_after
        self.moments: list[str] = []
        self.dead = False

    def moment(self, name: str) -> None:
        self.still_lives()
        self.moments.append(name)
        if self.is_the_end(name, len(self.moments)):
            self.die(name)

    def die(self, name: str) -> None:
        self.dead = True
        raise Crash(name)

    def is_the_end(self, name: str, number: int) -> bool:
        named = self.dies_after is not None and name.startswith("after ") and self.dies_after in name
        return number == self.dies_at or named

    def still_lives(self) -> None:
        if self.dead:
            raise Crash("dead already")


class MortalTransport(BaseAdapter):
    """The sandbox's transport, with a moment on either side of each call."""

    def __init__(self, sandbox: SandboxAdapter, fate: Fate) -> None:
        super().__init__()
        self._sandbox, self._fate = sandbox, fate

    def send(self, request: requests.PreparedRequest, *words: Any, **more: Any) -> requests.Response:
        name = f"{WRITING if _writes(request) else 'READ'} {request.method} {urlsplit(request.url or '').path}"
        self._fate.moment(f"before {name}")
        answer = self._sandbox.send(request, *words, **more)
        self._fate.moment(f"after {name}")
        return answer

    def close(self) -> None:
        self._sandbox.close()


def _writes(request: requests.PreparedRequest) -> bool:
    return request.method not in READING_METHODS and not READING_PATHS.search(request.url or "")


def begins_a_world(moments: Sequence[str], point: int) -> bool:
    """Whether a death at `point` leaves another world than one at the point before: something was written between."""
    name = moments[point - 1]
    return point == 1 or name == f"after {COMMIT}" or name.startswith(f"after {WRITING}")


def watch_commits(connection: Connection | type[Engine], fate: Fate) -> None:
    """Put a moment before and after each COMMIT of something written. A death after it comes when the database has
    committed and before our code hears of it."""

    @event.listens_for(connection, "commit")
    def commit(connection: Connection) -> None:
        if not _writing(connection):
            return
        fate.moment(f"before {COMMIT}")
        if fate.is_the_end(f"after {COMMIT}", len(fate.moments) + 1):
            driver: Any = connection.connection.driver_connection
            driver.commit()
        fate.moment(f"after {COMMIT}")

    @event.listens_for(connection, "before_cursor_execute")
    def execute(*_: Any) -> None:
        fate.still_lives()


def _writing(connection: Connection) -> bool:
    """Whether the transaction was begun in order to write; each kind of database notes it in its own way."""
    return bool(connection.info.get("writing")) or connection.info.get("begin") == "BEGIN IMMEDIATE"


class MortalTown(Town):
    """A town with its state at a place of ours. `typed`: what people entered, by (name, field)."""

    def __init__(self, place: Place, **options: Any) -> None:
        self.place, self.fate = place, Fate()
        self.typed: dict[tuple[str, str], str] = {}
        place.clear()
        super().__init__(state=place.url, **options)

    def _wire(self) -> Parts:
        parts = super()._wire()
        netsuite, salesforce = self.fronts
        host = f"https://{self.stand.netsuite_host}"
        self.netsuite_session.mount(host, MortalTransport(SandboxAdapter(netsuite), self.fate))
        for url in (SALESFORCE_LOGIN_URL, SALESFORCE_INSTANCE_URL):
            self.salesforce_session.mount(url, MortalTransport(SandboxAdapter(salesforce), self.fate))
        watch_commits(connection_of(self.store), self.fate)
        return parts

    @property
    def fronts(self) -> tuple[Front, Front]:
        return self.stand.netsuite_front, self.stand.salesforce_front

    # --- the engine ------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """The engine is gone; the state stays where it is."""
        self.netsuite_session.close()
        self.salesforce_session.close()
        self.store.close()

    def start(self, fate: Fate | None = None, place: Place | None = None) -> None:
        """A new engine on the state as it is."""
        self.place, self.fate = place or self.place, fate or Fate()
        self.store = open_store(self.place.url)
        self.parts = self._wire()

    def run_until_death(self, fate: Fate, place: Place | None = None) -> None:
        """A run under `fate`, and a new engine if it died."""
        self.start(fate, place)
        self.wait(60)
        try:
            sync(self.parts)
        except BaseException:
            if not fate.dead:  # what a dead engine still raises on its way out is heard by nobody
                raise
        self.stop()
        self.start()

    def calm(self) -> SyncReport:
        """Runs until one of them has nothing to write; AssertionError if that does not come about."""
        for _ in range(CALM_RUNS):
            report = self.sync()
            if not any(count for _, count in report.writes):
                return report
        raise AssertionError(f"no rest within {CALM_RUNS} runs: {dict(report.counts)}")

    def forget(self) -> None:
        """Lose the connector's state."""
        self.stop()
        self.place.clear()
        self.start()


def connection_of(store: SqlStore) -> Connection:
    """The store's connection: a commit has no other seam."""
    return store._connection

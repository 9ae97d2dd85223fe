"""One simulated life: both sandboxes, our engine, and a trace that happens between any two calls of ours.

    storm   the engine runs again and again until the trace is used up: operations, faults, crashes
    calm    no edits, no faults, long waits, runs until two in a row write nothing

A crash is a BaseException out of a call; the store is put back to what had been committed at that moment, so that
nothing which the dying process still did on its way out can count, and a new engine opens it.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from connector.core.flow import Pair
from connector.core.mapping.document import Mappings, load_mappings
from connector.errors import ConnectorError
from connector.runs.account import checked
from connector.runs.parts import Parts, RunSettings
from connector.runs.report import SyncReport
from connector.runs.sync import sync
from connector.sandbox.faults import READING_METHODS, READING_PATHS
from connector.sandbox.salesforce.settings import DuplicateRule
from connector.sandbox.salesforce.settings import Settings as SalesforceSandbox
from connector.sandbox.stand import SALESFORCE_INSTANCE_URL, SALESFORCE_LOGIN_URL, Stand
from connector.sandbox.transport import SandboxAdapter
from connector.state.store import SqlStore, open_store
from connector.systems.netsuite.settings import NetSuiteSettings, TokenLogin
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from connector.systems.salesforce.auth import ClientCredentials
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem
from connector.systems.salesforce.system import open_session as open_salesforce
from tests.walk.crowd import Crowd
from tests.walk.trace import Operation, Trace

ORG_ID = "00D000000000062EAA"
CALM_RUNS = 12
CALM_WAIT_SECONDS = 1800
STORM_RUNS = 200
RUN_SETTINGS = RunSettings(metadata_seconds=10**8)


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class Clock:
    """Our own clock: waiting turns it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@cache
def mappings() -> Mappings:
    return load_mappings(Path(__file__).resolve().parents[2] / "mappings")


@dataclass
class Life:
    """One trace being lived. `log`: our calls, as sent; `runs`: how each run ended."""

    trace: Trace
    log: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    calm_reports: list[SyncReport] = field(default_factory=list)
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        rules = (DuplicateRule("Lead", "Email", "Block"),) if self.trace["salesforce"]["block_equal_mails"] else ()
        org = SalesforceSandbox(org_id=ORG_ID, duplicate_rules=rules, daily_api_limit=10**6)
        self.stand = Stand.in_process(seed=self.trace["seed"], salesforce=org)
        self.clock = Clock()
        self.crowd = Crowd(self.stand)
        self.left: list[Operation] = list(reversed(self.trace["operations"]))
        self.unread: set[str] = set()
        self.crash_at: str | None = None
        self.committed: bytes | None = None
        self.store = _store()
        self._restore(_template())
        self.parts = self._wire()

    # --- the engine ------------------------------------------------------------------------------------------------

    def _wire(self) -> Parts:
        return Parts(systems_of(self), self.store, mappings(), self.clock, RUN_SETTINGS)

    def run(self) -> SyncReport | None:
        """A run; None when it could not be finished, for which the trace has to be the reason."""
        try:
            report = sync(self.parts)
        except Crash:
            self._start_anew()
            return None
        except ConnectorError as error:
            self.runs.append(type(error).__name__)
            return None
        self.runs.append(report.ended)
        return report

    def _start_anew(self) -> None:
        self.runs.append("crashed")
        assert self.committed is not None
        self._restore(self.committed)
        self._end_sessions()
        self.parts = self._wire()

    def _restore(self, database: bytes) -> None:
        raw(self.store).deserialize(database)

    def _end_sessions(self) -> None:
        for _, system in self.parts.systems:
            system.session.close()  # type: ignore[attr-defined]

    def close(self) -> None:
        self._end_sessions()
        self.stand.close()

    # --- the weather -----------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Storm, then calm."""
        for _ in range(STORM_RUNS):
            if not self.left:
                break
            self.run()
            self.wait(60)
        self.left.clear()
        self.crash_at = None
        for side in ("netsuite", "salesforce"):
            self.front(side).arm([])
        for _ in range(CALM_RUNS):
            self.wait(CALM_WAIT_SECONDS)
            report = self.run()
            if report is not None:
                self.calm_reports.append(report)
            quiet = [not any(count for _, count in one.writes) for one in self.calm_reports[-2:]]
            if len(quiet) == 2 and all(quiet):
                break

    def wait(self, seconds: float) -> None:
        self.stand.turn_clocks(seconds)
        self.clock.sleep(seconds)

    def front(self, side: str) -> Any:
        return self.stand.netsuite_front if side == "netsuite" else self.stand.salesforce_front

    def before_call(self, side: str, request: requests.PreparedRequest) -> None:
        """Everything of the trace up to the next `yield` happens now; then our call goes out."""
        self.log.append(_line(request))
        writes = _writes(request)
        self.crowd.risky = frozenset(self.unread | ({side} if writes else set()))
        (self.unread.add if writes else self.unread.discard)(side)
        while self.left:
            operation = self.left.pop()
            if operation["do"] == "yield":
                break
            self._happens(operation)
        if self.crash_at == "before":
            self._crash()

    def after_call(self) -> None:
        if self.crash_at == "after":
            self._crash()

    def _happens(self, operation: Operation) -> None:
        match operation["do"]:
            case "tick":
                self.wait(operation["seconds"])
            case "faults":
                self.front(operation["side"]).arm(operation["faults"])
            case "crash":
                self.crash_at = operation["when"]
            case _:
                self.crowd.does(operation)

    def _crash(self) -> None:
        self.crash_at = None
        connection = raw(self.store)
        assert not connection.in_transaction, "a call inside a transaction"
        self.committed = connection.serialize()
        raise Crash


class Hook(BaseAdapter):
    """Lets the trace happen around each call, then hands it to the sandbox."""

    def __init__(self, life: Life, side: str) -> None:
        super().__init__()
        self._life, self._side = life, side
        self._sandbox = SandboxAdapter(life.front(side))

    def send(self, request: requests.PreparedRequest, *words: Any, **more: Any) -> requests.Response:
        self._life.before_call(self._side, request)
        answer = self._sandbox.send(request, *words, **more)
        self._life.after_call()
        return answer

    def close(self) -> None:
        self._sandbox.close()


def systems_of(life: Life) -> Pair[Any]:
    """The real adapters, one call at a time, on fresh sessions."""
    ours, theirs = life.stand.netsuite_login, life.stand.salesforce_login
    token = TokenLogin(ours.consumer_key, ours.consumer_secret, ours.token_id, ours.token_secret)
    netsuite_settings = NetSuiteSettings(ours.account_id, token, concurrency=1)
    credentials = ClientCredentials(theirs.consumer_key, theirs.client_secret)
    salesforce_settings = SalesforceSettings(credentials, domain="sandbox", concurrency=1)
    seeded = {"sleep": life.clock.sleep, "random": random.Random(f"session {life.trace['seed']}")}
    netsuite = netsuite_session(netsuite_settings, **seeded)
    salesforce = open_salesforce(salesforce_settings, **seeded)
    netsuite.mount(f"https://{life.stand.netsuite_host}", Hook(life, "netsuite"))
    for url in (SALESFORCE_LOGIN_URL, SALESFORCE_INSTANCE_URL):
        salesforce.mount(url, Hook(life, "salesforce"))
    now = life.clock.now
    return Pair(
        NetSuiteSystem(netsuite_settings, netsuite, now=lambda: now().timestamp()),
        SalesforceSystem(salesforce_settings, salesforce, now=now, ticks=lambda: now().timestamp()),
    )


def raw(store: SqlStore) -> Any:
    """The driver's own connection, to copy a database in memory as a whole."""
    return store._connection.connection.driver_connection


@cache
def _store() -> SqlStore:
    """One store in memory for all lives, one after the other: to make its tables takes longer than a short life."""
    return open_store(":memory:")


@cache
def _template() -> bytes:
    """A store with its tables, and with the metadata of the two accounts: both cost more than a whole life."""
    life = object.__new__(Life)
    life.trace, life.log, life.left, life.crash_at = {"seed": 0, "operations": []}, [], [], None
    life.unread = set()
    life.stand, life.clock = Stand.in_process(salesforce=SalesforceSandbox(org_id=ORG_ID)), Clock()
    life.crowd, life.store = Crowd(life.stand), _store()
    life.parts = life._wire()
    checked(life.parts)
    image = bytes(raw(life.store).serialize())
    life.close()
    return image


def _writes(request: requests.PreparedRequest) -> bool:
    return request.method not in READING_METHODS and not READING_PATHS.search(request.url or "")


def _line(request: requests.PreparedRequest) -> str:
    """A call as it is sent, without what differs from process to process: secrets, and the hosts."""
    parts = urlsplit(request.url or "")
    body = request.body or b""
    secret = "oauth2" in parts.path
    told = hashlib.sha256(body.encode() if isinstance(body, str) else bytes(body)).hexdigest()[:12]
    return f"{request.method} {parts.path}?{parts.query} {'' if secret else told}"

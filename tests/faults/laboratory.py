"""A town whose wires are watched: every request of ours is noted, and something may happen around one of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import requests
from requests.adapters import BaseAdapter

from connector.core.flow import Pair
from connector.errors import ConnectorError
from connector.runs.parts import Parts, RunSettings
from connector.runs.report import SyncReport
from connector.runs.sync import sync
from connector.sandbox.salesforce.settings import Settings as SalesforceSandbox
from connector.sandbox.stand import SALESFORCE_INSTANCE_URL
from connector.sandbox.transport import SandboxAdapter
from connector.systems.keyfile import parse_private_key
from connector.systems.netsuite.settings import CertificateLogin, NetSuiteSettings
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from connector.systems.salesforce.auth import ClientCredentials
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem
from connector.systems.salesforce.system import open_session as open_salesforce
from tests.faults.calls import Call, call_of
from tests.story.town import Town

DESCRIBE_EACH_RUN = RunSettings(metadata_seconds=0)
STEADY = RunSettings(metadata_seconds=10**9, metadata_for_writes_seconds=10**9)
BETWEEN_RUNS_SECONDS = 180
"""Longer than Salesforce's shortest window, so that every run asks for its mark."""


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


@dataclass(frozen=True)
class Sent:
    """One request of ours, and the answer's status, or the name of what broke."""

    side: str
    call: Call | None
    method: str
    url: str
    headers: dict[str, str]
    body: str
    answer: int | str

    @property
    def writes(self) -> bool:
        return self.call is not None and self.call.kind == "write"

    def mentions(self, word: str) -> bool:
        return word.lower() in f"{self.url} {self.body}".lower()


@dataclass(frozen=True)
class Ending:
    """How a run ended: with a report, with one of our errors, or not at all."""

    report: SyncReport | None = None
    error: ConnectorError | None = None
    crashed: bool = False

    @property
    def exit_code(self) -> int:
        """What the command line would end with."""
        if self.error is not None:
            return self.error.exit_code
        return 6 if self.report is not None and self.report.incomplete else 0

    @property
    def hold_kinds(self) -> list[str]:
        return sorted({hold.kind for hold in self.report.holds}) if self.report else []

    @property
    def codes(self) -> set[str]:
        return {hold.code for hold in self.report.holds} if self.report else set()


@dataclass
class Moment:
    """Something that happens once, before or after the next request of a kind."""

    call: Call
    when: str
    do: Callable[[Sent | requests.PreparedRequest], None]


@dataclass
class Notes:
    sent: list[Sent] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)


class Laboratory(Town):
    """`sent` are our requests so far. Both logins are OAuth 2.0, and every run asks for fresh metadata."""

    def __init__(self, **options: Any) -> None:
        self.notes = Notes()
        super().__init__(**{"settings": DESCRIBE_EACH_RUN, **options})

    @property
    def sent(self) -> list[Sent]:
        return self.notes.sent

    def _wire(self) -> Parts:
        ours, theirs = self.stand.netsuite_login, self.stand.salesforce_login
        key: Any = parse_private_key(ours.key.private_pem.encode())
        netsuite_settings = NetSuiteSettings(
            ours.account_id, CertificateLogin(ours.client_id, ours.certificate_id, key), concurrency=1
        )
        credentials = ClientCredentials(theirs.consumer_key, theirs.client_secret)
        salesforce_settings = SalesforceSettings(credentials, domain="sandbox", concurrency=1)
        options: dict[str, Any] = {"sleep": self.clock.sleep, "random": random.Random(1)}
        self.netsuite_session = netsuite_session(netsuite_settings, **options)
        self.salesforce_session = open_salesforce(salesforce_settings, **options)
        self.netsuite_session.mount("https://", Watch(self, "netsuite", self.stand.netsuite_front))
        self.salesforce_session.mount(SALESFORCE_INSTANCE_URL, Watch(self, "salesforce", self.stand.salesforce_front))
        now = self.clock.now
        systems: Pair[Any] = Pair(
            NetSuiteSystem(netsuite_settings, self.netsuite_session, now=lambda: now().timestamp()),
            SalesforceSystem(salesforce_settings, self.salesforce_session, now=now, ticks=lambda: now().timestamp()),
        )
        return Parts(systems, self.store, self.mappings, self.clock, self.settings)

    def restart(self) -> None:
        """A new process on the same state: nobody is logged in."""
        self.netsuite_session.close()
        self.salesforce_session.close()
        self.parts = self._wire()

    def attempt(self) -> Ending:
        """A run some minutes after whatever happened last, however it ends."""
        self.wait(BETWEEN_RUNS_SECONDS)
        try:
            return Ending(report=sync(self.parts))
        except ConnectorError as error:
            return Ending(error=error)
        except Crash:
            self.restart()
            return Ending(crashed=True)

    def calm_down(self) -> None:
        """From now on no run asks for metadata again."""
        self.parts = replace(self.parts, settings=STEADY)

    def once(self, call: Call, when: str, do: Callable[[Any], None]) -> None:
        self.notes.moments.append(Moment(call, when, do))

    def happens(self, call: Call | None, when: str, request: requests.PreparedRequest) -> None:
        due = next((one for one in self.notes.moments if one.call == call and one.when == when), None)
        if due is not None:
            self.notes.moments.remove(due)
            due.do(request)

    def front(self, side: str) -> Any:
        return self.stand.netsuite_front if side == "netsuite" else self.stand.salesforce_front


class Watch(BaseAdapter):
    """Hands requests to a sandbox and notes them."""

    def __init__(self, laboratory: Laboratory, side: str, front: Any) -> None:
        super().__init__()
        self._laboratory, self._side, self._sandbox = laboratory, side, SandboxAdapter(front)

    def send(self, request: requests.PreparedRequest, *words: Any, **more: Any) -> requests.Response:
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
        call = call_of(self._side, str(request.method), str(request.url), body)
        self._laboratory.happens(call, "before", request)
        answer: int | str = "broken"
        try:
            response = self._sandbox.send(request, *words, **more)
            answer = response.status_code
        except requests.RequestException as error:
            answer = type(error).__name__
            raise
        finally:
            told = Sent(self._side, call, str(request.method), str(request.url), dict(request.headers), body, answer)
            self._laboratory.sent.append(told)
        self._laboratory.happens(call, "after", request)
        return response

    def close(self) -> None:
        self._sandbox.close()


def small_pages() -> SalesforceSandbox:
    """An org that hands out 100 leads at a time: 200 rows a page, half of it with long text."""
    return SalesforceSandbox(page_size=200)

"""Our calls, as the simulation sees them pass: they give people their chance to act, and are remembered."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote_plus, urlsplit

import requests
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from requests.adapters import BaseAdapter

from connector.core.flow import Pair
from connector.sandbox.broken import Broken
from connector.sandbox.faults import READING_METHODS, READING_PATHS
from connector.sandbox.front import Caller, Front
from connector.sandbox.stand import SALESFORCE_INSTANCE_URL, SALESFORCE_LOGIN_URL, Stand
from connector.sandbox.transport import SandboxAdapter
from connector.sandbox.wire import Answer, Request
from connector.systems.netsuite.settings import CertificateLogin, NetSuiteSettings
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from connector.systems.salesforce.auth import ClientCredentials
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem
from connector.systems.salesforce.system import open_session as open_salesforce
from tests.walk.sight import NAMES

# Salesforce: records by their ids and fields, and several questions in one call.
_READS_BY_POST = re.compile(r'composite/sobjects/\w+ .*"fields": ?\[|composite (?!.*"method": ?"(?!GET))')


@dataclass
class Call:
    """One request of ours. `line`: how it goes into the log; `answered`: what came back, empty where nothing did;
    `forgotten`: we died before we had committed what came back."""

    side: str
    line: str
    writes: bool
    asked: str
    answered: str = ""
    forgotten: bool = False

    def touches(self, ref: str, field: str) -> bool:
        """Whether it writes this record, or got to see this field of it."""
        _, type_, id_ = ref.split(":")
        if not self.writes:
            return NAMES[self.side][field].lower() in self.asked.lower() and self._shows(type_, id_)
        if self.side == "netsuite":
            return re.search(rf"/{type_}/{id_}\b", self.asked + self.answered, re.IGNORECASE) is not None
        # In a list of records, in the path, in a conversion.
        return re.search(rf'("id": ?"|/|>){id_}\b', self.asked + self.answered) is not None

    def _shows(self, type_: str, id_: str) -> bool:
        if id_ not in self.answered:  # most answers show other records, and to compile a pattern takes long
            return False
        if self.side == "salesforce":
            return re.search(rf'"Id": ?"{id_}"', self.answered) is not None
        wanted = re.search(rf"\b(from|/) ?{type_}\b", self.asked, re.IGNORECASE)
        return wanted is not None and re.search(rf'"id": ?"?{id_}\b', self.answered) is not None


class Watcher(Protocol):
    """Told of each call of ours, before it leaves and when its answer (if there is one) has come."""

    def before_call(self, call: Call) -> None: ...
    def after_call(self) -> None: ...


class Hook(BaseAdapter):
    """Lets the trace happen around each call, which goes to the sandbox."""

    def __init__(self, watcher: Watcher, side: str, front: Front) -> None:
        super().__init__()
        self._watcher, self._side, self._ear = watcher, side, _Ear(front)
        self._sandbox = SandboxAdapter(self._ear)  # type: ignore[arg-type]

    def send(self, request: requests.PreparedRequest, *words: Any, **more: Any) -> requests.Response:
        call = told(self._side, request)
        self._watcher.before_call(call)
        answer = self._sandbox.send(request, *words, **more)
        call.answered = self._ear.heard
        self._watcher.after_call()
        return answer

    def close(self) -> None:
        self._sandbox.close()


class _Ear:
    """A front that remembers what it answered last."""

    def __init__(self, front: Front) -> None:
        self.brain, self._front, self.heard = front.brain, front, ""

    def handle(self, request: Request, caller: Caller) -> Answer | Broken:
        answer = self._front.handle(request, caller)
        self.heard = ""
        if isinstance(answer, Answer) and answer.status < 300:
            place = next((text for name, text in answer.headers.items() if name.lower() == "location"), "")
            self.heard = f"{place} {answer.body.decode('utf-8', 'replace')}"
        return answer


def told(side: str, request: requests.PreparedRequest) -> Call:
    """A request, without what differs from process to process: secrets, and the hosts."""
    parts, body = urlsplit(request.url or ""), request.body or b""
    text = "" if "oauth2" in parts.path else body if isinstance(body, str) else bytes(body).decode()
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    writes = request.method not in READING_METHODS and not READING_PATHS.search(request.url or "")
    writes = writes and not _READS_BY_POST.search(f"{parts.path} {text}")
    asked = f"{parts.path}?{unquote_plus(parts.query)} {text}"
    return Call(side, f"{request.method} {parts.path}?{parts.query} {digest}", writes, asked)


def systems(stand: Stand, watcher: Watcher, clock: Any, seed: int) -> Pair[Any]:
    """The real adapters on fresh sessions, one call at a time."""
    ours, theirs = stand.netsuite_login, stand.salesforce_login
    key = load_pem_private_key(ours.key.private_pem.encode(), None)
    login = CertificateLogin(ours.client_id, ours.certificate_id, key)  # type: ignore[arg-type]
    netsuite_settings = NetSuiteSettings(ours.account_id, login, concurrency=1)
    credentials = ClientCredentials(theirs.consumer_key, theirs.client_secret)
    salesforce_settings = SalesforceSettings(credentials, domain="sandbox", concurrency=1)
    seeded = {"sleep": clock.sleep, "random": random.Random(f"session {seed}")}
    netsuite = netsuite_session(netsuite_settings, **seeded)
    salesforce = open_salesforce(salesforce_settings, **seeded)
    netsuite.mount(f"https://{stand.netsuite_host}", Hook(watcher, "netsuite", stand.netsuite_front))
    for url in (SALESFORCE_LOGIN_URL, SALESFORCE_INSTANCE_URL):
        salesforce.mount(url, Hook(watcher, "salesforce", stand.salesforce_front))
    return Pair(
        NetSuiteSystem(netsuite_settings, netsuite, now=lambda: clock.now().timestamp()),
        SalesforceSystem(salesforce_settings, salesforce, now=clock.now, ticks=lambda: clock.now().timestamp()),
    )

"""One org of the Salesforce sandbox, in process, and our adapter on it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.core.flow import Ref, SourceRecord, Write
from connector.core.ports import Wanted
from connector.core.schema import SystemName
from connector.sandbox.front import Front
from connector.sandbox.salesforce.routes import Salesforce
from connector.sandbox.salesforce.settings import Settings
from connector.sandbox.transport import SandboxAdapter
from connector.sandbox.world import World
from connector.systems.salesforce.auth import ClientCredentials, JwtBearer, Login
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem, open_session

URL = "https://127.0.0.1:8443"
SECRET = "a-client-secret"
KEY = generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@dataclass
class Org:
    """A sandbox org and everything that a test does to it behind the adapter's back."""

    brain: Salesforce
    front: Front
    systems: list[SalesforceSystem] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def connect(
        self, login: Login | None = None, session_options: Mapping[str, Any] | None = None, **settings: Any
    ) -> SalesforceSystem:
        """An adapter with the given settings; nothing of it sleeps."""
        told = SalesforceSettings(login or self.jwt, local_url=URL, **settings)
        options = {"sleep": self.pauses.append, "random": random.Random(1), **(session_options or {})}
        session = open_session(told, **options)
        session.mount(URL, SandboxAdapter(self.front))
        clock = self.brain.world.clock
        system = SalesforceSystem(told, session, now=clock.now, ticks=lambda: clock.now().timestamp())
        self.systems.append(system)
        return system

    @property
    def jwt(self) -> JwtBearer:
        settings = Settings()
        return JwtBearer(settings.consumer_key, settings.username, KEY)

    @property
    def client_credentials(self) -> ClientCredentials:
        return ClientCredentials(Settings().consumer_key, SECRET)

    def make(self, type_: str, **fields: Any) -> str:
        """What a person makes in the UI; its id."""
        made = self.front.act({"do": "create", "type": type_, "fields": fields})
        return str(made["id"])

    def edit(self, type_: str, id_: str, **fields: Any) -> None:
        self.front.act({"do": "update", "type": type_, "id": id_, "fields": fields})

    def rows(self, type_: str) -> dict[str, dict[str, Any]]:
        return {row["Id"]: row for row in self.brain.rows(type_)}

    def fault(self, kind: str, *, match: Mapping[str, Any] | None = None, **more: Any) -> None:
        self.front.arm([{"kind": kind, "match": dict(match or {}), **more}])

    def calls(self) -> dict[str, int]:
        """Calls by route since the last time; counting starts anew."""
        counted: dict[str, int] = self.front.stats()["by_route"]
        self.front.reset_stats()
        return counted

    def advance(self, seconds: float) -> None:
        self.front.advance(seconds)


def make_org(**settings: Any) -> Org:
    told = Settings(consumer_public_key=PUBLIC_KEY, client_secret=SECRET, **settings)
    brain = Salesforce(World(seed=3), settings=told)
    return Org(brain, Front(brain))


@pytest.fixture
def new_org() -> Iterator[Callable[..., Org]]:
    """Makes orgs with other settings than usual."""
    made: list[Org] = []

    def make(**settings: Any) -> Org:
        made.append(make_org(**settings))
        return made[-1]

    yield make
    for one in made:
        for system in one.systems:
            system.close()


@pytest.fixture
def org(new_org: Callable[..., Org]) -> Org:
    return new_org()


@pytest.fixture
def system(org: Org) -> SalesforceSystem:
    return org.connect()


def sf(type_: str, id_: str) -> Ref:
    return Ref(SystemName.SALESFORCE, type_, id_)


def create(type_: str, key: str | None = None, **fields: Any) -> Write:
    return Write(type_, None, fields, key)


LEAD_FIELDS = ("FirstName", "LastName", "Company", "Email", "Status", "AnnualRevenue")


def changed(
    system: SalesforceSystem, since: str | None = None, type_: str = "Lead", fields: tuple[str, ...] = LEAD_FIELDS
) -> tuple[list[SourceRecord], str]:
    """All records that changed, and the cursor."""
    found = system.changes([Wanted(type_, fields, since)])[type_]
    return [record for page in found.pages for record in page], found.cursor

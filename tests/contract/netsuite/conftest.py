"""One account of the NetSuite sandbox, in process, and our adapter on it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.core.flow import Ref, SourceRecord, Write
from connector.core.ports import Wanted
from connector.core.schema import SystemName
from connector.sandbox.front import Front
from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.netsuite.settings import Settings
from connector.sandbox.transport import SandboxAdapter
from connector.sandbox.world import World
from connector.systems.netsuite.settings import CertificateLogin, NetSuiteSettings, TokenLogin
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session

KEY = generate_private_key(SECP256R1())
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
QUERY = "POST /services/rest/query/v1/suiteql"

LEAD_FIELDS = ("companyName", "firstName", "lastName", "email", "entityStatus", "isInactive", "leadSource")


@dataclass
class Account:
    """A sandbox account and everything that a test does to it behind the adapter's back."""

    brain: NetSuite
    front: Front
    systems: list[NetSuiteSystem] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def connect(
        self,
        login: CertificateLogin | TokenLogin | None = None,
        session_options: Mapping[str, Any] | None = None,
        now: Callable[[], float] | None = None,
        **settings: Any,
    ) -> NetSuiteSystem:
        """An adapter with the given settings; nothing of it sleeps."""
        told = NetSuiteSettings(self.brain.settings.account_id, login or certificate_login(), **settings)
        options = {"sleep": self.pauses.append, "random": random.Random(1), **(session_options or {})}
        session = netsuite_session(told, **options)
        session.mount("https://", SandboxAdapter(self.front))
        system = NetSuiteSystem(told, session, now=now or self.now)
        self.systems.append(system)
        return system

    def make(self, type_: str = "customer", **fields: Any) -> str:
        """What a person makes in the UI; its id. Customers are leads unless the fields say something else."""
        if type_ == "customer":
            fields = {"entityStatus": {"id": "6"}, **fields}
        return str(self.front.act({"do": "create", "type": type_, "fields": fields})["id"])

    def edit(self, id_: str, type_: str = "customer", **fields: Any) -> None:
        self.front.act({"do": "update", "type": type_, "id": id_, "fields": fields})

    def delete(self, id_: str, type_: str = "customer") -> None:
        self.front.act({"do": "delete", "type": type_, "id": id_})

    def row(self, id_: str, table: str = "customer") -> dict[str, Any]:
        return next(row for row in self.brain.rows(table) if str(row["id"]) == id_)

    def stamp(self, id_: str, moment: int, table: str = "customer") -> None:
        """Give a record a stamp (UTC seconds), as a transaction does that began then and is committed now."""
        statement = f"UPDATE {table} SET lastmodifieddate = ? WHERE id = ?"
        self.brain.account.database.execute(statement, (moment, int(id_)))

    def now(self) -> float:
        return float(self.brain.world.clock.now().timestamp())

    def fault(self, kind: str, *, match: Mapping[str, Any] | None = None, **more: Any) -> None:
        self.front.arm([{"kind": kind, "match": dict(match or {}), **more}])

    def calls(self) -> dict[str, int]:
        """Calls by route since the last time; counting starts anew."""
        counted: dict[str, int] = self.front.stats()["by_route"]
        self.front.reset_stats()
        return counted

    def advance(self, seconds: float) -> None:
        self.front.advance(seconds)


def certificate_login() -> CertificateLogin:
    settings = Settings()
    return CertificateLogin(settings.client_id, settings.certificate_id, KEY)


def token_login(**changes: str) -> TokenLogin:
    settings = Settings()
    given = {
        "consumer_key": settings.consumer_key,
        "consumer_secret": settings.consumer_secret,
        "token_id": settings.token_id,
        "token_secret": settings.token_secret,
    }
    return TokenLogin(**{**given, **changes})


@pytest.fixture
def new_account() -> Iterator[Callable[..., Account]]:
    """Makes accounts with other settings than usual."""
    made: list[Account] = []

    def make(**settings: Any) -> Account:
        brain = NetSuite(World(seed=3), settings=Settings(public_key_pem=PUBLIC_KEY, **settings))
        made.append(Account(brain, Front(brain)))
        return made[-1]

    yield make
    for one in made:
        for system in one.systems:
            system.close()
        one.brain.close()


@pytest.fixture
def account(new_account: Callable[..., Account]) -> Account:
    return new_account()


@pytest.fixture
def system(account: Account) -> NetSuiteSystem:
    return account.connect()


def ns(type_: str, id_: str) -> Ref:
    return Ref(SystemName.NETSUITE, type_, id_)


def create(type_: str = "customer", key: str | None = None, **fields: Any) -> Write:
    return Write(type_, None, fields, key)


def changed(
    system: NetSuiteSystem,
    since: str | None = None,
    type_: str = "customer",
    fields: tuple[str, ...] = LEAD_FIELDS,
) -> tuple[list[SourceRecord], str]:
    """All records that changed, and the cursor."""
    found = system.changes([Wanted(type_, fields, since)])[type_]
    return [record for page in found.pages for record in page], found.cursor

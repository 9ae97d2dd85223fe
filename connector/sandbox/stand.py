"""Both sandboxes as one stand: brains, fronts, fresh credentials, served on loopback or in process.

with Stand(directory=folder, running_clocks=True).serving(tls=True) as at:
    at.salesforce.url, at.netsuite.url, at.certificate

stand = Stand.in_process(seed=7)      # clocks stand still until turned
stand.mount(session)                  # the vendors' own host names now lead to the sandboxes
"""

from __future__ import annotations

import random
import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from connector.sandbox.front import Front
from connector.sandbox.loading import LoadReport, load
from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.netsuite.settings import Settings as NetSuiteSettings
from connector.sandbox.salesforce.routes import Salesforce
from connector.sandbox.salesforce.settings import Settings as SalesforceSettings
from connector.sandbox.serve import HANG_SECONDS, Authority, serve, write_private
from connector.sandbox.transport import SandboxAdapter
from connector.sandbox.world import Clock, World

SALESFORCE_LOGIN_URL = "https://login.salesforce.com"
SALESFORCE_INSTANCE_URL = "https://sandbox.my.salesforce.com"


@dataclass(frozen=True)
class Key:
    """A fresh key pair; `private_file` (0600) only where the stand has a directory."""

    private_pem: str = field(repr=False)
    public_pem: str
    private_file: Path | None = None

    def written_to(self, path: Path) -> Key:
        write_private(path, self.private_pem.encode())
        return replace(self, private_file=path)


@dataclass(frozen=True)
class SalesforceLogin:
    """How a client logs in to the Salesforce sandbox: JWT bearer (RS256) or client credentials."""

    org_id: str
    username: str
    consumer_key: str
    client_secret: str = field(repr=False)
    key: Key
    audience: str = SALESFORCE_LOGIN_URL


@dataclass(frozen=True)
class NetSuiteLogin:
    """How a client logs in to the NetSuite sandbox: OAuth 2.0 M2M (ES256) or token-based."""

    account_id: str
    client_id: str
    certificate_id: str
    key: Key
    consumer_key: str
    consumer_secret: str = field(repr=False)
    token_id: str
    token_secret: str = field(repr=False)


@dataclass(frozen=True)
class Addresses:
    """Where the stand is served. URLs without a trailing slash; `certificate`: PEM of the CA, None for HTTP."""

    netsuite_url: str
    salesforce_url: str
    certificate: Path | None


class Stand:
    """A NetSuite account and a Salesforce org that know nothing of each other.

    `seed` decides ids and made-up data. Keys and secrets are fresh in every process; keys are written below
    `directory` (made if need be), which serving with TLS requires. Settings that are given keep all but
    their credentials. `running_clocks`: time passes; otherwise it stands until turned.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        directory: Path | None = None,
        running_clocks: bool = False,
        netsuite: NetSuiteSettings | None = None,
        salesforce: SalesforceSettings | None = None,
        databases: tuple[str, str] = (":memory:", ":memory:"),
    ) -> None:
        self.seed = seed
        self.directory = directory
        if directory is not None:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        netsuite_key, salesforce_key = self._key("netsuite", ec_key()), self._key("salesforce", rsa_key())
        netsuite_settings = netsuite_credentials(netsuite or NetSuiteSettings(), seed, netsuite_key)
        salesforce_settings = salesforce_credentials(salesforce or SalesforceSettings(), seed, salesforce_key)
        self.netsuite = NetSuite(self._world(running_clocks), settings=netsuite_settings, database=databases[0])
        self.salesforce = Salesforce(self._world(running_clocks), settings=salesforce_settings, database=databases[1])
        self.netsuite_front = Front(self.netsuite)
        self.salesforce_front = Front(self.salesforce)
        self._netsuite_slug = netsuite_settings.slug
        self.netsuite_login = netsuite_login(netsuite_settings, netsuite_key)
        self.salesforce_login = salesforce_login(salesforce_settings, self.salesforce.org.org_id, salesforce_key)

    @classmethod
    def in_process(
        cls,
        *,
        seed: int = 0,
        directory: Path | None = None,
        netsuite: NetSuiteSettings | None = None,
        salesforce: SalesforceSettings | None = None,
    ) -> Stand:
        """A stand for simulation: nothing is served, clocks stand still, the vendors' host names are used."""
        org = replace(salesforce or SalesforceSettings(), instance_url=SALESFORCE_INSTANCE_URL)
        return cls(seed=seed, directory=directory, netsuite=netsuite, salesforce=org)

    @property
    def netsuite_host(self) -> str:
        """The account's own REST host, as the real vendor names it."""
        return f"{self._netsuite_slug}.suitetalk.api.netsuite.com"

    def mount(self, session: requests.Session) -> None:
        """Lead the vendors' URLs of `session` to this stand, in process."""
        session.mount(f"https://{self.netsuite_host}", SandboxAdapter(self.netsuite_front))
        for url in (SALESFORCE_LOGIN_URL, SALESFORCE_INSTANCE_URL):
            session.mount(url, SandboxAdapter(self.salesforce_front))

    @contextmanager
    def serving(
        self,
        *,
        tls: bool = False,
        netsuite_port: int = 0,
        salesforce_port: int = 0,
        hang_seconds: float = HANG_SECONDS,
    ) -> Iterator[Addresses]:
        """Serve both on 127.0.0.1 (port 0: a free one) until the block ends. OSError when a port is taken."""
        authority = Authority(self._directory()) if tls else None
        fronts = {"netsuite": self.netsuite_front, "salesforce": self.salesforce_front}
        ports = {"netsuite": netsuite_port, "salesforce": salesforce_port}
        with serve(fronts, ports, tls=authority, hang_seconds=hang_seconds) as urls:
            certificate = authority.certificate if authority else None
            yield Addresses(urls["netsuite"], urls["salesforce"], certificate)

    def load(self, directory: Path) -> LoadReport:
        """Load tree-format JSON into Salesforce and lead lists (CSV) into NetSuite; what else is there is named."""
        return load(directory, self.netsuite, self.salesforce)

    def close(self) -> None:
        """Close both databases. A stand in memory is gone then."""
        self.netsuite.close()
        self.salesforce.close()

    def turn_clocks(self, seconds: float) -> None:
        """Advance both vendors' clocks by the same time."""
        for front in (self.netsuite_front, self.salesforce_front):
            front.advance(seconds)

    def _world(self, running: bool) -> World:
        return World(self.seed, Clock(running=running))

    def _directory(self) -> Path:
        if self.directory is None:
            raise ValueError("serving with TLS needs a directory for its keys")
        return self.directory

    def _key(self, vendor: str, key: Key) -> Key:
        return key if self.directory is None else key.written_to(self.directory / f"{vendor}.key.pem")


def netsuite_credentials(settings: NetSuiteSettings, seed: int, key: Key) -> NetSuiteSettings:
    """`settings` with ids drawn from the seed, fresh secrets, and the public half of `key`."""
    draw = random.Random(f"netsuite {seed}")
    return replace(
        settings,
        consumer_key=_id(draw, 64),
        consumer_secret=secrets.token_hex(32),
        token_id=_id(draw, 64),
        token_secret=secrets.token_hex(32),
        client_id=_id(draw, 64),
        certificate_id=_id(draw, 43),
        public_key_pem=key.public_pem,
    )


def salesforce_credentials(settings: SalesforceSettings, seed: int, key: Key) -> SalesforceSettings:
    """`settings` with a consumer key drawn from the seed, a fresh secret, and the public half of `key`."""
    draw = random.Random(f"salesforce {seed}")
    return replace(
        settings,
        consumer_key="3MVG9" + _id(draw, 80),
        client_secret=secrets.token_hex(32),
        consumer_public_key=key.public_pem,
        # Clients sign with the machine's clock, and the sandbox's is turned.
        check_jwt_lifetime=False,
    )


def netsuite_login(settings: NetSuiteSettings, key: Key) -> NetSuiteLogin:
    return NetSuiteLogin(
        account_id=settings.account_id,
        client_id=settings.client_id,
        certificate_id=settings.certificate_id,
        key=key,
        consumer_key=settings.consumer_key,
        consumer_secret=settings.consumer_secret,
        token_id=settings.token_id,
        token_secret=settings.token_secret,
    )


def salesforce_login(settings: SalesforceSettings, org_id: str, key: Key) -> SalesforceLogin:
    return SalesforceLogin(
        org_id=org_id,
        username=settings.username,
        consumer_key=settings.consumer_key,
        client_secret=settings.client_secret or "",
        key=key,
    )


@cache
def rsa_key() -> Key:
    """This process's RSA key (2048 bits): made once, because making one takes long."""
    return _pair(rsa.generate_private_key(65537, 2048))


@cache
def ec_key() -> Key:
    """This process's P-256 key."""
    return _pair(ec.generate_private_key(ec.SECP256R1()))


def _pair(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Key:
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    public = private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Key(private.private_bytes(pem, pkcs8, plain).decode(), public.decode())


def _id(draw: random.Random, length: int) -> str:
    return "".join(draw.choices(string.ascii_letters + string.digits, k=length))

"""Puts the parts together: the only file that sees the adapters, the store, the mapping files and the configuration."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connector.config import (
    Config,
    LocalSandbox,
    NetSuiteConfig,
    NetSuiteOAuth2,
    NetSuiteToken,
    SalesforceClientCredentials,
    SalesforceConfig,
    SalesforceJwt,
    mappings_folder,
    state_place,
)
from connector.core.brakes import Limits
from connector.core.flow import Pair
from connector.core.mapping.document import load_mappings
from connector.core.ports import Clock, System
from connector.errors import ConfigError
from connector.runs.parts import Parts, RunSettings
from connector.state.aside import set_aside
from connector.state.store import is_there, open_store, path_of
from connector.systems.keyfile import parse_private_key
from connector.systems.netsuite.settings import CertificateLogin, NetSuiteSettings, TokenLogin
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from connector.systems.salesforce.auth import ClientCredentials, JwtBearer
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem, open_session

NETSUITE_KEY_FIELDS: Final = {
    "customer": "custentity_salesforce_id",
    "contact": "custentity_salesforce_id",
    "opportunity": "custbody_salesforce_id",
}
"""Where our key goes with `key_field: custom`."""


class MachineClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@contextmanager
def build(
    config: Config, *, remember: bool = True, allow: frozenset[str] = frozenset(), clock: Clock | None = None
) -> Iterator[Parts]:
    """Everything that a run works with; closed when the block ends. Calls no system yet.

    `remember`: False for what changes nothing: where there is no state yet, none is made. `allow`: brakes
    that are released, by name. `clock`: the machine's, unless given; retries wait on it. Raises ConfigError,
    MappingError and StateError.
    """
    clock = clock or MachineClock()
    mappings = load_mappings(mappings_folder(config))
    state = state_place(config)
    place = state if remember or is_there(state) else ":memory:"
    settings = RunSettings(
        limits=Limits(**config.brakes.model_dump()), allow=allow, follow_deletes=config.deletes == "follow"
    )
    with connect(config, clock) as systems, closing(open_store(place)) as store:
        yield Parts(systems, store, mappings, clock, settings)


@dataclass(frozen=True, slots=True)
class StateFacts:
    """Our own state from outside. `tables`: the number of the last upgrade; `bytes`: None where nobody can tell."""

    place: str
    tables: str
    bytes: int | None
    rows: Mapping[str, int]


def state_facts(config: Config) -> StateFacts | None:
    """What there is of a state; None where no run has made one yet."""
    place = state_place(config)
    if not is_there(place):
        return None
    with closing(open_store(place)) as store:
        path = path_of(str(place))
        return StateFacts(store.place, store.version() or "", path.stat().st_size if path else None, store.size())


def set_state_aside(config: Config) -> str:
    """Where the state has gone; empty where there was none."""
    return set_aside(state_place(config), MachineClock().now())


@contextmanager
def connect(config: Config, clock: Clock) -> Iterator[Pair[System]]:
    """Both adapters, each with its own session; nobody logs in before the first call."""
    sandbox = config.local_sandbox
    netsuite = netsuite_settings(config.netsuite, sandbox)
    salesforce = salesforce_settings(config.salesforce, sandbox)
    with (
        netsuite_session(netsuite, sleep=clock.sleep) as one,
        open_session(salesforce, ca=_ca(sandbox), sleep=clock.sleep) as other,
    ):
        yield Pair(NetSuiteSystem(netsuite, one), SalesforceSystem(salesforce, other))


def netsuite_settings(config: NetSuiteConfig, sandbox: LocalSandbox | None) -> NetSuiteSettings:
    return NetSuiteSettings(
        account_id=config.account,
        login=_netsuite_login(config.auth),
        sandbox_url=sandbox.netsuite if sandbox else None,
        concurrency=config.concurrency,
        overlap_seconds=config.overlap_seconds,
        key_fields=NETSUITE_KEY_FIELDS if config.key_field == "custom" else {},
        subsidiary=config.subsidiary,
        ca=_ca(sandbox),
    )


def _netsuite_login(auth: NetSuiteOAuth2 | NetSuiteToken) -> CertificateLogin | TokenLogin:
    if isinstance(auth, NetSuiteToken):
        return TokenLogin(
            consumer_key=auth.consumer_key,
            consumer_secret=auth.consumer_secret.get_secret_value(),
            token_id=auth.token_id,
            token_secret=auth.token_secret.get_secret_value(),
        )
    where = "netsuite.auth.private_key"
    key = parse_private_key(auth.private_key.get_secret_value().encode(), where=where)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ConfigError("NetSuite takes RSA and elliptic-curve keys only", where=where)
    return CertificateLogin(auth.client_id, auth.certificate_id, key)


def salesforce_settings(config: SalesforceConfig, sandbox: LocalSandbox | None) -> SalesforceSettings:
    return SalesforceSettings(
        login=_salesforce_login(config.auth),
        domain="" if sandbox else config.domain,
        sandbox_name=config.sandbox_name or "",
        local_url=sandbox.salesforce if sandbox else "",
        api_version=config.api_version,
        key_field=config.key_field,
        allow_duplicates=config.allow_duplicates,
        concurrency=config.concurrency,
    )


def _salesforce_login(auth: SalesforceJwt | SalesforceClientCredentials) -> JwtBearer | ClientCredentials:
    if isinstance(auth, SalesforceClientCredentials):
        return ClientCredentials(auth.client_id, auth.client_secret.get_secret_value())
    pem = auth.private_key.get_secret_value().encode()
    return JwtBearer.from_pem(auth.consumer_key, auth.username, pem, where="salesforce.auth.private_key")


def _ca(sandbox: LocalSandbox | None) -> str | None:
    return str(sandbox.ca) if sandbox and sandbox.ca else None

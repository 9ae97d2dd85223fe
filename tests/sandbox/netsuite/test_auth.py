"""Logins: signatures and assertions are verified for real, and every failure of a request looks the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from requests_oauthlib import OAuth1

from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.netsuite.settings import Settings
from connector.sandbox.wire import Answer, Headers, Request
from connector.sandbox.world import World
from tests.sandbox.netsuite.caller import HOST, RECORD, Caller, wire

TOKEN = "/services/rest/auth/oauth2/v1/token"


def _signed(account: Caller, **changes: Any) -> Answer:
    settings = account.brain.settings
    fields = {
        "client_key": settings.consumer_key,
        "client_secret": settings.consumer_secret,
        "resource_owner_key": settings.token_id,
        "resource_owner_secret": settings.token_secret,
        "realm": settings.realm,
        "signature_method": "HMAC-SHA256",
        **changes,
    }
    url = f"{HOST}{RECORD}/customer?limit=5&offset=0&q=email%20IS%20%22a%2Bb%40c.example%22"
    return account.brain.answer(wire(requests.Request("GET", url, auth=OAuth1(**fields)).prepare()))


def test_a_good_signature_with_a_query_is_accepted(account: Caller) -> None:
    assert _signed(account).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": "wrong"},
        {"resource_owner_secret": "wrong"},
        {"client_key": "wrong"},
        {"resource_owner_key": "wrong"},
        {"signature_method": "HMAC-SHA1"},
        {"realm": "tstdrv1234567"},
    ],
)
def test_any_wrong_part_of_a_signature_gets_the_one_401(account: Caller, changes: dict[str, str]) -> None:
    answer = _signed(account, **changes)
    assert account.refused(answer, 401).startswith("Invalid login attempt.")
    assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_LOGIN"


def test_a_signature_covers_the_query(account: Caller) -> None:
    prepared = requests.Request("GET", f"{HOST}{RECORD}/customer?limit=5", auth=account.auth).prepare()
    good = wire(prepared)
    forged = Request("GET", good.url.replace("limit=5", "limit=6"), good.path, "limit=6", good.headers)
    assert account.brain.answer(forged).status == 401


def test_a_signed_request_works_once(account: Caller) -> None:
    request = wire(requests.Request("GET", f"{HOST}{RECORD}/customer", auth=account.auth).prepare())
    assert [account.brain.answer(request).status for _ in range(2)] == [200, 401]


def test_no_credentials_get_the_one_401(account: Caller) -> None:
    answer = account.brain.answer(Request("GET", f"{HOST}{RECORD}/customer", f"{RECORD}/customer"))
    assert account.refused(answer, 401).startswith("Invalid login attempt.")


def test_old_timestamps_are_refused_where_the_account_checks_them(start: Callable[..., Caller]) -> None:
    account = start(clock_tolerance_seconds=300)
    assert _signed(account).status == 401
    stamp = str(int(account.brain.world.clock.now().timestamp()))
    assert _signed(account, timestamp=stamp).status == 200


class Machine:
    """A machine-to-machine client with a certificate."""

    def __init__(self, brain: NetSuite, key: Any, algorithm: str) -> None:
        self.brain = brain
        self.key = key
        self.algorithm = algorithm

    def assertion(self, **changes: Any) -> str:
        now = int(self.brain.world.clock.now().timestamp())
        claims = {
            "iss": self.brain.settings.client_id,
            "aud": HOST + TOKEN,
            "scope": ["rest_webservices"],
            "iat": now,
            "exp": now + 300,
            **changes,
        }
        headers = {"kid": changes.pop("kid", self.brain.settings.certificate_id)}
        claims.pop("kid", None)
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers=headers)

    def ask(self, assertion: str, **changes: str) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            **changes,
        }
        headers = Headers({"Content-Type": "application/x-www-form-urlencoded"})
        return self.brain.answer(Request("POST", HOST + TOKEN, TOKEN, "", headers, urlencode(form).encode()))

    def read(self, token: str) -> Answer:
        path = f"{RECORD}/customer"
        return self.brain.answer(Request("GET", HOST + path, path, "", Headers({"Authorization": f"Bearer {token}"})))


@pytest.fixture(params=["PS256", "ES256"])
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    key: Any = ec.generate_private_key(ec.SECP256R1())
    if request.param == "PS256":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    brain = NetSuite(World(7), settings=Settings(public_key_pem=pem.decode()))
    yield Machine(brain, key, request.param)
    brain.close()


def test_an_assertion_gets_a_token_that_works_for_an_hour(machine: Machine) -> None:
    answer = machine.ask(machine.assertion())
    body = answer.json()
    assert (answer.status, body["expires_in"], body["token_type"]) == (200, 3600, "Bearer")
    assert machine.read(body["access_token"]).status == 200
    machine.brain.world.clock.advance(3600)
    late = machine.read(body["access_token"])
    assert late.status == 401
    assert "invalid_token" in late.headers["WWW-Authenticate"]


def test_scopes_may_come_as_one_text(machine: Machine) -> None:
    assert machine.ask(machine.assertion(scope="rest_webservices restlets")).status == 200


def test_tokens_can_be_expired_at_once(machine: Machine) -> None:
    token = machine.ask(machine.assertion()).json()["access_token"]
    machine.brain.expire_tokens()
    assert machine.read(token).status == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "somebody"}, "invalid_grant"),
        ({"aud": "https://elsewhere.example/token"}, "invalid_grant"),
        ({"kid": "another"}, "invalid_grant"),
        ({"exp": 1_900_000_000}, "invalid_grant"),
        ({"scope": ["everything"]}, "invalid_scope"),
    ],
)
def test_wrong_claims_are_refused(machine: Machine, changes: dict[str, Any], error: str) -> None:
    answer = machine.ask(machine.assertion(**changes))
    assert (answer.status, answer.json()["error"]) == (400, error)


def test_a_foreign_key_is_refused(machine: Machine) -> None:
    foreign: Any = ec.generate_private_key(ec.SECP256R1())
    if machine.algorithm == "PS256":
        foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = Machine(machine.brain, foreign, machine.algorithm).assertion()
    assert machine.ask(forged).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("machine", ["PS256"], indirect=True)
def test_rs256_is_not_accepted(machine: Machine) -> None:
    forged = Machine(machine.brain, machine.key, "RS256").assertion()
    assert machine.ask(forged).json()["error"] == "invalid_grant"


def test_another_grant_is_refused(machine: Machine) -> None:
    answer = machine.ask(machine.assertion(), grant_type="password")
    assert answer.json()["error"] == "unsupported_grant_type"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_python_client_signs_as_the_account_expects(account: Caller) -> None:
    """The `netsuite` package's own OAuth1 signing, body included, passes the check."""
    rest_api_base = pytest.importorskip("netsuite.rest_api_base")
    httpx = pytest.importorskip("httpx")
    settings = account.brain.settings
    auth = rest_api_base.OAuth1Auth(
        client_id=settings.consumer_key,
        client_secret=settings.consumer_secret,
        token=settings.token_id,
        token_secret=settings.token_secret,
        realm=settings.realm,
        force_include_body=True,
        signature_method="HMAC-SHA256",
    )
    plain = httpx.Request(
        "POST",
        f"{HOST}/services/rest/query/v1/suiteql?limit=10&offset=0",
        headers={"Content-Type": "application/json", "Prefer": "transient"},
        content=b'{"q": "SELECT id FROM employee WHERE firstname = \'Rosa\'"}',
    )
    signed = next(auth.auth_flow(plain))
    answer = account.brain.answer(
        Request(
            "POST", str(signed.url), signed.url.path, signed.url.query.decode(), Headers(signed.headers), plain.content
        )
    )
    assert answer.status == 200, answer.body
    assert answer.json()["items"] == [{"links": [], "id": "11"}]

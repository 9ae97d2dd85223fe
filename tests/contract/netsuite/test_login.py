"""Logging in to NetSuite: both ways, what expires, what is refused, and what an overloaded account looks like."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.errors import AuthFailed, ConfigError, Unavailable
from connector.sandbox.front import Front
from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.netsuite.settings import Settings
from connector.sandbox.world import World
from connector.systems.netsuite.auth import signing_algorithm
from connector.systems.netsuite.settings import CertificateLogin, NetSuiteSettings
from tests.contract.netsuite.conftest import KEY, QUERY, Account, changed, token_login

TOKEN = "POST /services/rest/auth/oauth2/v1/token"


def test_a_certificate_buys_one_token_for_many_calls(account: Account) -> None:
    system = account.connect()
    assert system.identity() == account.brain.settings.realm
    system.stages()
    assert account.calls() == {TOKEN: 1, QUERY: 2}


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(rsa.generate_private_key(65537, 2048), "PS256"), (ec.generate_private_key(ec.SECP384R1()), "ES384")],
    ids=["rsa", "p-384"],
)
def test_the_algorithm_follows_the_key(
    new_account: Callable[..., Account], key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, algorithm: str
) -> None:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    brain = NetSuite(World(), settings=Settings(public_key_pem=pem))
    account = Account(brain, Front(brain))
    settings = Settings()
    system = account.connect(CertificateLogin(settings.client_id, settings.certificate_id, key))
    assert signing_algorithm(key) == algorithm
    assert system.identity()
    system.close()
    brain.close()


def test_token_based_authentication_signs_every_call(account: Account) -> None:
    system = account.connect(token_login(), sandbox_url=None)
    account.make(companyName="Acme", isPerson=False)
    assert [record.fields["companyName"] for record in changed(system)[0]] == ["Acme"]
    assert TOKEN not in account.calls()


def test_a_repeated_signature_has_a_fresh_nonce(account: Account) -> None:
    """The sandbox refuses a nonce that it has seen, so a retried call needs another one."""
    system = account.connect(token_login())
    account.fault("lose_answer", match={"path": "suiteql"})
    assert system.stages()["6"] == "lead"


def test_an_expired_token_is_renewed_once_and_at_once(account: Account) -> None:
    system = account.connect()
    system.stages()
    account.calls()
    account.advance(600)
    account.brain.expire_tokens()
    system.identity()
    assert account.calls() == {TOKEN: 1, QUERY: 2}
    assert account.pauses == []


def test_a_token_is_renewed_before_it_ends(account: Account) -> None:
    system = account.connect()
    system.identity()
    account.calls()
    account.advance(3590)
    system.identity()
    assert account.calls() == {TOKEN: 1, QUERY: 1}


def test_one_refused_login_is_not_believed(account: Account) -> None:
    """An overloaded account answers 401 as well; a fresh token after a pause may do."""
    system = account.connect()
    system.identity()
    account.calls()
    account.fault("expire_token", match={"path": "suiteql"}, times=2)
    system.identity()
    assert account.calls() == {TOKEN: 2, QUERY: 3}
    assert len(account.pauses) == 2


def test_a_login_that_stays_refused_ends_with_an_explanation(account: Account) -> None:
    system = account.connect()
    account.fault("expire_token", match={"path": "suiteql"}, times=None)
    with pytest.raises(AuthFailed, match="Login Audit Trail"):
        system.identity()
    assert account.calls()[QUERY] == 3


def test_a_wrong_token_secret_is_a_failed_login(account: Account) -> None:
    secret = "not-the-secret-of-the-token"
    system = account.connect(token_login(token_secret=secret))
    with pytest.raises(AuthFailed, match="Login Audit Trail") as failure:
        system.identity()
    assert secret not in str(failure.value) and secret not in repr(system.settings)


def test_an_unknown_certificate_is_a_failed_login(account: Account) -> None:
    login = CertificateLogin(Settings().client_id, "another-certificate", KEY)
    with pytest.raises(AuthFailed, match="certificate") as failure:
        account.connect(login).identity()
    assert failure.value.code == "invalid_grant"


def test_a_wrong_clock_is_named_as_the_cause(new_account: Callable[..., Account]) -> None:
    account = new_account(clock_tolerance_seconds=300)
    ahead = account.brain.world.clock.now().timestamp() + 7200
    system = account.connect(now=lambda: ahead)
    with pytest.raises(AuthFailed, match="clock is 7200 s ahead of NetSuite's"):
        system.identity()


def test_a_garbled_token_answer_is_asked_for_again(account: Account) -> None:
    system = account.connect()
    account.fault("garble", match={"path": "token"}, form="html")
    assert system.identity()


def test_an_unreachable_account_is_unavailable(account: Account) -> None:
    system = account.connect()
    account.fault("refuse", times=None)
    with pytest.raises(Unavailable):
        system.identity()


@pytest.mark.parametrize(
    ("account_id", "host", "realm"),
    [
        ("123456_SB1", "123456-sb1.suitetalk.api.netsuite.com", "123456_SB1"),
        ("123456-sb1", "123456-sb1.suitetalk.api.netsuite.com", "123456_SB1"),
        ("TSTDRV18275", "tstdrv18275.suitetalk.api.netsuite.com", "TSTDRV18275"),
    ],
)
def test_host_and_realm_follow_from_the_account_id(account_id: str, host: str, realm: str) -> None:
    settings = NetSuiteSettings(account_id, token_login())
    assert (settings.host, settings.realm) == (host, realm)


@pytest.mark.parametrize("account_id", ["", "evil.example/x", "12 34", "1234@host", "../1"])
def test_an_account_id_cannot_name_another_host(account_id: str) -> None:
    with pytest.raises(ConfigError):
        NetSuiteSettings(account_id, token_login())

"""Logging in, and what happens to the session on the way."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from connector.core.ports import Wanted
from connector.errors import AuthFailed, Throttled, Unavailable, Unintelligible
from connector.systems.salesforce.auth import ClientCredentials, JwtBearer
from connector.systems.salesforce.system import SalesforceSystem
from connector.systems.session import PreparedRequest
from tests.contract.salesforce.conftest import LEAD_FIELDS, SECRET, Org, changed, create


def test_both_ways_of_logging_in(org: Org) -> None:
    assert org.connect(org.jwt).identity() == org.connect(org.client_credentials).identity()


def test_one_token_serves_all_calls(org: Org, system: SalesforceSystem) -> None:
    system.identity()
    changed(system)
    system.write([create("Account", Name="A")])
    assert sum(count for route, count in org.calls().items() if "token" in route) == 1


def test_a_wrong_key_or_secret_ends_it_and_shows_neither(org: Org) -> None:
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    for login in (
        JwtBearer(org.jwt.consumer_key, org.jwt.username, stranger),
        JwtBearer(org.jwt.consumer_key, "nobody@canary.example", org.jwt.private_key),
        ClientCredentials(org.jwt.consumer_key, "canary"),
    ):
        with pytest.raises(AuthFailed) as told:
            org.connect(login).identity()
        assert "canary" not in str(told.value)
        assert told.value.exit_code == 3


def test_a_refused_login_is_not_repeated(org: Org) -> None:
    org.calls()
    with pytest.raises(AuthFailed):
        org.connect(ClientCredentials(org.jwt.consumer_key, "wrong")).identity()
    assert sum(org.calls().values()) == 1


def test_a_clock_that_is_wrong_is_put_right_by_the_answers_date(org: Org) -> None:
    wrong = org.brain.world.clock.now().replace(year=2020)
    system = org.connect()
    other = SalesforceSystem(system.settings, system.session, now=lambda: wrong)
    assert other.identity() == org.brain.org.org_id


def test_an_org_at_another_address_is_not_followed(new_org: Callable[..., Org]) -> None:
    org = new_org(instance_url="https://evil.example")
    with pytest.raises(AuthFailed, match=r"evil\.example"):
        org.connect().identity()


def test_an_expired_token_is_renewed_once(org: Org, system: SalesforceSystem) -> None:
    system.identity()
    org.advance(3 * 3600)
    org.calls()
    assert system.converted_statuses()
    assert sum(org.calls().values()) == 3


def test_a_token_that_another_thread_has_renewed_already_is_kept(org: Org, system: SalesforceSystem) -> None:
    authorizer = system._client.authorizer
    rejected = PreparedRequest()
    rejected.prepare("GET", "https://127.0.0.1:8443/")
    authorizer.authorize(rejected)
    authorizer.renew(rejected)
    fresh = authorizer.token
    authorizer.renew(rejected)
    assert authorizer.token is fresh
    assert sum(org.calls().values()) == 2


def test_tokens_that_are_never_accepted_end_it(org: Org, system: SalesforceSystem) -> None:
    system.identity()
    org.fault("expire_token", match={"path": "query"}, times=None)
    org.calls()
    with pytest.raises(AuthFailed, match="just issued"):
        system.converted_statuses()
    assert sum(org.calls().values()) == 3


@pytest.mark.parametrize("form", ["truncated", "html", "cut"])
def test_a_garbled_read_is_repeated_and_never_taken_for_no_rows(org: Org, form: str) -> None:
    org.make("Lead", LastName="A", Company="X")
    system = org.connect()
    system.identity()
    org.fault("garble", match={"path": "composite"}, form=form, times=2)
    records, _ = changed(system)
    assert len(records) == 1
    assert system.session.counts.retries == 2
    org.fault("garble", match={"path": "composite"}, form=form, times=None)
    with pytest.raises((Unintelligible, Unavailable)):
        changed(system)


def test_a_server_that_stays_down_is_unavailable_after_the_budget(org: Org, system: SalesforceSystem) -> None:
    system.identity()
    org.fault("error", times=None)
    with pytest.raises(Unavailable):
        system.converted_statuses()
    assert len(org.pauses) == 5


def test_the_daily_limit_ends_the_run_at_once(new_org: Callable[..., Org]) -> None:
    org = new_org(daily_api_limit=2)
    system = org.connect(daily_share=1.0)
    with pytest.raises(Throttled):
        for _ in range(5):
            system.converted_statuses()
    assert org.pauses == []


def test_we_stop_at_our_share_of_the_daily_limit(new_org: Callable[..., Org]) -> None:
    org = new_org(daily_api_limit=10)
    system = org.connect(daily_share=0.5)
    with pytest.raises(Throttled, match="stop at 50 %"):
        for _ in range(10):
            system.converted_statuses()
    assert sum(count for route, count in org.calls().items() if "query" in route) == 5


def test_the_budget_of_a_run_is_kept(org: Org) -> None:
    system = org.connect(session_options={"budget": 2, "random": random.Random(1)})
    system.converted_statuses()
    with pytest.raises(Throttled, match="budget of 2 calls"):
        system.converted_statuses()


def test_no_secret_and_no_value_is_logged(org: Org, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    org.make("Lead", LastName="Canary", Company="X")
    system = org.connect(org.client_credentials)
    list(system.changes([Wanted("Lead", LEAD_FIELDS, None)])["Lead"].pages)
    system.write([create("Lead", LastName="Canary")])
    token = system._client.authorizer.token.value
    for secret in (SECRET, token, "Canary"):
        assert secret not in caplog.text
    assert "salesforce" in caplog.text

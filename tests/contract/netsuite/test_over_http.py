"""The adapter against the sandbox over real sockets: never more in flight than allowed, and time-outs that hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connector.core.flow import Done, Unknown, Write
from connector.sandbox.serve import serve
from connector.systems.netsuite.settings import NetSuiteSettings
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from tests.contract.netsuite.conftest import Account, certificate_login, create


@contextmanager
def connected(account: Account, concurrency: int, read_seconds: float = 20) -> Iterator[NetSuiteSystem]:
    with serve({"netsuite": account.front}, hang_seconds=1) as urls:
        settings = NetSuiteSettings(
            account.brain.settings.account_id,
            certificate_login(),
            sandbox_url=urls["netsuite"],
            concurrency=concurrency,
        )
        options = {"sleep": account.pauses.append, "random": random.Random(1), "read_seconds": read_seconds}
        with netsuite_session(settings, **options) as session:
            yield NetSuiteSystem(settings, session, now=account.now)


def leads(count: int) -> list[Write]:
    return [create(key=f"sf-{n}", isPerson=False, companyName=f"C{n}", entityStatus="6") for n in range(count)]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_are_in_flight_than_the_settings_allow(account: Account, concurrency: int) -> None:
    with connected(account, concurrency) as system:
        account.fault("slow", match={"path": "/record/v1/customer$"}, seconds=0.02, times=None)
        outcomes = system.write(leads(12))
        assert all(isinstance(outcome, Done) for outcome in outcomes)
        stats = account.front.stats()
    assert stats["most_in_flight"] == concurrency
    assert stats["throttled"] == 0


def test_an_account_that_grants_less_is_waited_for(new_account: Callable[..., Account]) -> None:
    account = new_account(concurrency_limit=1)
    with connected(account, 3) as system:
        account.fault("slow", match={"path": "/record/v1/customer$"}, seconds=0.01, times=None)
        outcomes = system.write(leads(6))
    made = sum(isinstance(outcome, Done) for outcome in outcomes)
    assert made == len(account.brain.rows("customer"))
    assert not any(isinstance(outcome, Unknown) for outcome in outcomes)


def test_a_write_without_an_answer_is_unknown_and_was_sent_once(account: Account) -> None:
    with connected(account, 2, read_seconds=0.3) as system:
        system.describe(["customer"])
        account.fault("lose_answer", match={"path": "/record/v1/customer$"})
        [outcome] = system.write(leads(1))
        assert isinstance(outcome, Unknown)
    assert len(account.brain.rows("customer")) == 1

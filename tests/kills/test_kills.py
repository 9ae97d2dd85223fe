"""A small part of `python -m tests.kills`."""

from __future__ import annotations

import pytest

from tests.crashpoints.places import STORES
from tests.kills.blows import blows_on, database_restarted
from tests.kills.life import attack


@pytest.mark.slow
@pytest.mark.parametrize("store", STORES)
def test_real_kills_lose_and_double_nothing(store: str) -> None:
    *_, tally = attack(store, kills=3, seed=11)
    assert tally.violations == []
    assert tally.kills >= 3


def test_a_database_server_that_is_not_ours_is_not_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_PG_URL", raising=False)
    assert database_restarted in blows_on("postgresql")
    monkeypatch.setenv("TEST_PG_URL", "postgresql://somewhere/else")
    assert database_restarted not in blows_on("postgresql")

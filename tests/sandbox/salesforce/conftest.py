"""Sandboxed orgs for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector.sandbox.salesforce.routes import Salesforce
from connector.sandbox.salesforce.settings import Settings
from connector.sandbox.world import World
from tests.sandbox.salesforce.caller import SECRET, Client, MakeClient


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    """`make_client(page_size=200, ...)`: a client of a new org with those settings."""
    opened: list[Salesforce] = []

    def make(seed: int = 7, version: str = "v62.0", **settings: Any) -> Client:
        brain = Salesforce(World(seed), settings=Settings(client_secret=SECRET, **settings))
        opened.append(brain)
        return Client(brain, version)

    yield make
    for brain in opened:
        brain.close()


@pytest.fixture
def client(make_client: MakeClient) -> Client:
    return make_client()

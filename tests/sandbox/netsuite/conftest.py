from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.netsuite.settings import Settings
from connector.sandbox.world import World
from tests.sandbox.netsuite.caller import Caller

_REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "reference"


@pytest.fixture
def start() -> Iterator[Callable[..., Caller]]:
    """Starts accounts with the given settings; closes them afterwards."""
    brains: list[NetSuite] = []

    def begin(**settings: object) -> Caller:
        brains.append(NetSuite(World(7), settings=Settings(**settings)))  # type: ignore[arg-type]
        return Caller(brains[-1])

    yield begin
    for brain in brains:
        brain.close()


@pytest.fixture
def account(start: Callable[..., Caller]) -> Caller:
    """A fresh standard account."""
    return start()


@pytest.fixture
def recordings() -> Path:
    """The folder of recorded NetSuite answers, where it lies beside the project."""
    folder = _REFERENCE / "netsuite"
    if not folder.is_dir():
        pytest.skip("recorded NetSuite answers are not beside this project")
    return folder


@pytest.fixture
def lead_list() -> Path:
    """A made-up lead list of 100 rows, where it lies beside the project."""
    path = _REFERENCE / "input" / "lists" / "leads-100.csv"
    if not path.is_file():
        pytest.skip("the lead list leads-100.csv is not beside this project")
    return path

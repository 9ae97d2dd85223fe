"""The stores that the suite runs on. A new kind of store is one more line in `KINDS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.core.ports import Store
from connector.state.store import open_store
from tests.doubles import postgresql


@dataclass(frozen=True)
class Kind:
    """How to make a place for a store of this kind, given an empty folder and a way to the PostgreSQL server;
    `lasting` ones can be opened again."""

    name: str
    place: Callable[[Path, Callable[[], str]], AbstractContextManager[str]]
    lasting: bool


KINDS = (
    Kind("memory", lambda folder, server: nullcontext(":memory:"), lasting=False),
    Kind("sqlite file", lambda folder, server: nullcontext(f"sqlite:///{folder}/state/connector.db"), lasting=True),
    Kind("postgresql", lambda folder, server: postgresql.schema(server()), lasting=True),
)


def place_of(kind: Kind, folder: Path, request: pytest.FixtureRequest) -> AbstractContextManager[str]:
    return kind.place(folder, lambda: str(request.getfixturevalue("postgresql_server")))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with place_of(request.param, tmp_path, request) as place:
        store = open_store(place)
        yield store
        store.close()


@pytest.fixture(params=[kind for kind in KINDS if kind.lasting], ids=lambda kind: kind.name)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store that outlives its process can be opened."""
    with place_of(request.param, tmp_path, request) as place:
        yield place

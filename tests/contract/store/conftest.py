"""The stores that the suite runs on. A new kind of store is one more line in `KINDS`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.core.ports import Store
from connector.state.store import open_store


@dataclass(frozen=True)
class Kind:
    """How to name a place for a store of this kind in an empty folder; `lasting` ones can be opened again."""

    name: str
    place: Callable[[Path], str]
    lasting: bool


KINDS = (
    Kind("memory", lambda folder: ":memory:", lasting=False),
    Kind("sqlite file", lambda folder: f"sqlite:///{folder}/state/connector.db", lasting=True),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = open_store(request.param.place(tmp_path))
    yield store
    store.close()


@pytest.fixture(params=[kind for kind in KINDS if kind.lasting], ids=lambda kind: kind.name)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store that outlives its process can be opened."""
    place: str = request.param.place(tmp_path)
    return place

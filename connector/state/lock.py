"""One run at a time: a lock that dies with its process.

For a file it is `flock` on a second file beside it. The kernel lets it go when the process ends in whatever way, so
there is no stale lock and no clock in it; the file itself stays and says who holds the lock, or held it last. What
does it for PostgreSQL is in `postgresql.py`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock as ThreadLock
from typing import Protocol

from connector.errors import StateLocked
from connector.state.files import file_errors


class Lock(Protocol):
    def held(self) -> AbstractContextManager[None]:
        """Hold the lock for the time of the block; StateLocked when someone else holds it, and keeps it."""
        ...


class FileLock:
    """Between processes, and between stores in one process, that use the same database file."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(store.name + ".lock")

    @contextmanager
    def held(self) -> Iterator[None]:
        with file_errors(self._path):
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take(file)
            os.ftruncate(file, 0)
            os.pwrite(file, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(file)

    def _take(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateLocked(_locked_by(file)) from None


def _locked_by(file: int) -> str:
    """Who holds the lock. The file is written when the lock is taken: its time is the time of taking."""
    process = os.pread(file, 20, 0).decode("ascii", "replace") or "unknown"
    since = datetime.fromtimestamp(int(os.fstat(file).st_mtime), UTC).isoformat().replace("+00:00", "Z")
    return f"another run is going on (process {process}, since {since})\n  wait until it ends, or stop that process"


class MemoryLock:
    """For a store in memory, which no other process can reach."""

    def __init__(self) -> None:
        self._lock = ThreadLock()

    @contextmanager
    def held(self) -> Iterator[None]:
        if not self._lock.acquire(blocking=False):
            raise StateLocked(f"another run is going on (process {os.getpid()}, this one)\n  wait until it ends")
        try:
            yield
        finally:
            self._lock.release()

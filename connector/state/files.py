"""Files that only their owner may read: the state store holds personal data."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE

from connector.errors import StateError

log = logging.getLogger(__name__)

_OTHERS = 0o077


def make_private(path: Path) -> None:
    """Make the file (0600) and the folders above it (0700) where they are missing; take other people's access away
    from a file that is there, and say so. Folders that are there are left as they are. Raises OSError."""
    _make_folders(path.parent)
    # Never open one that is there: closing it would drop the locks that SQLite holds on it in this process.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    take_from_others(path)


def take_from_others(path: Path) -> None:
    """Take every right of group and others away from the file, if it is there. Raises OSError."""
    if path.is_file() and (mode := S_IMODE(path.stat().st_mode)) & _OTHERS:
        path.chmod(mode & ~_OTHERS)
        log.warning("%s was open to others (mode %04o), now it is not (%04o)", path, mode, mode & ~_OTHERS)


def _make_folders(folder: Path) -> None:
    if not folder.exists():
        _make_folders(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def file_errors(where: Path | str) -> Iterator[None]:
    """Turn an OSError into a StateError with a next step."""
    try:
        yield
    except OSError as error:
        how = "check the path, and the rights on the file and its folder"
        raise StateError(f"{where}: {error.strerror}\n  {how}") from error

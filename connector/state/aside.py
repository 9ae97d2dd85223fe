"""Setting a state aside, so that the next run begins with an empty one."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from connector.state.files import file_errors
from connector.state.lock import FileLock
from connector.state.store import is_there, open_store, path_of


def set_aside(place: str | Path, at: datetime) -> str:
    """Where the state has gone; empty where there was none.

    A file is renamed, with the time behind its name. The tables of PostgreSQL are emptied in one transaction: make a
    copy before, if you want to keep it. Raises StateLocked while a run goes on, and as `open_store` does.
    """
    if not is_there(place):
        return ""
    path = path_of(str(place))
    if path is None:
        return _emptied(place)
    with closing(open_store(path)):
        pass  # on closing, SQLite brings what it has beside the file into it
    with FileLock(path).held(), file_errors(path):
        return str(_renamed(path, at))


def _emptied(place: str | Path) -> str:
    with closing(open_store(place)) as store, store.lock():
        store.empty()
    return "nowhere: its tables were emptied"


def _renamed(path: Path, at: datetime) -> Path:
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}.{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.{stamp}-{number}")
    for end in ("-wal", "-shm"):
        companion = path.with_name(path.name + end)
        if companion.exists():
            companion.rename(target.with_name(target.name + end))
    path.rename(target)
    return target

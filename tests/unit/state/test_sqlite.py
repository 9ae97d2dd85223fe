"""What is special to SQLite, where the file and its rights are not the subject."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.core.flow import Base, Pair
from connector.errors import StateError
from connector.state.store import open_store


def test_a_store_whose_commit_failed_says_so_and_can_be_used_again(tmp_path: Path) -> None:
    """A run that ends with such an error still notes how it ended."""
    store = open_store(tmp_path / "state.db")
    with pytest.raises(StateError, match="contradicts its own rules"), store.transaction():
        store._connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # found out at COMMIT only
        store.save_bases({999: Base(Pair({}, {}))})
    assert store.start_run("sync", datetime(2026, 1, 5, tzinfo=UTC)) == 1
    assert not store.bases([999])
    store.close()

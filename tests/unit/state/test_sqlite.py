"""What is special to SQLite, where the file and its rights are not the subject."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, event

from connector.core.flow import Base, Pair, Ref
from connector.core.schema import Entity, SystemName
from connector.errors import StateError
from connector.state import rows, statements
from connector.state.store import SqlStore, open_store
from connector.state.transactions import IN_A_STATEMENT

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_store_whose_commit_failed_says_so_and_can_be_used_again(tmp_path: Path) -> None:
    """A run that ends with such an error still notes how it ended."""
    store = open_store(tmp_path / "state.db")
    with pytest.raises(StateError, match="contradicts its own rules"), store.transaction():
        store._connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # found out at COMMIT only
        store.save_bases({999: Base(Pair({}, {}))})
    assert store.start_run("sync", datetime(2026, 1, 5, tzinfo=UTC)) == 1
    assert not store.bases([999])
    store.close()


@contextmanager
def statements_of(store: SqlStore) -> Iterator[list[str]]:
    """What reaches the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement.split()[0])

    event.listen(store._connection, "before_cursor_execute", note)
    yield seen
    event.remove(store._connection, "before_cursor_execute", note)


def test_a_question_about_nothing_does_not_reach_the_database(tmp_path: Path) -> None:
    """Most runs find little: what they ask then must cost nothing."""
    begun: list[object] = []
    with closing(open_store(tmp_path / "state.db")) as store:
        event.listen(store._connection, "begin", begun.append)
        assert store.links([]) == store.lead_links([]) == {}
        assert store.links_by_id([]) == {}
        assert store.bases([]) == {}
        assert store.candidates(SystemName.NETSUITE, Entity.LEAD, []) == {}
        assert store.written([], NOON) == []
    assert begun == []


@pytest.mark.parametrize("lookup", [statements.LINKS_NAMING, statements.LEAD_LINKS_NAMING])
def test_links_are_looked_up_by_the_indices_of_their_refs(tmp_path: Path, lookup: Select[Any]) -> None:
    refs = [Ref(SystemName.NETSUITE, "customer", "1"), Ref(SystemName.SALESFORCE, "Lead", "00Q1")]
    with closing(open_store(tmp_path / "state.db")) as store:
        asked = lookup.params(rows.naming(refs)).compile(store._connection, compile_kwargs={"literal_binds": True})
        plan = [row[-1] for row in store._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    assert not any(step.startswith("SCAN") for step in plan)
    assert {step.split("INDEX ")[1].split()[0].removesuffix("_active") for step in plan if "SEARCH" in step} == {
        "links_netsuite",
        "links_salesforce",
    }


def test_one_question_needs_no_transaction_and_several_see_one_moment(tmp_path: Path) -> None:
    refs = [Ref(SystemName.NETSUITE, "customer", "1"), Ref(SystemName.SALESFORCE, "Lead", "00Q1")]
    with closing(open_store(tmp_path / "state.db")) as store, statements_of(store) as seen:
        store.cursors()
        store.bases([1])
        store.links(refs)
        assert seen == ["SELECT", "SELECT", "SELECT"]
        seen.clear()
        store.bases(range(IN_A_STATEMENT + 1))
        assert seen == ["BEGIN", "SELECT", "SELECT"]

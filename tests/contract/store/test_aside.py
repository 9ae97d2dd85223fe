"""A state is set aside whole: what it held is kept where the kind of store can, and the next one begins empty."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.core.flow import Pair, Ref
from connector.core.schema import Entity, SystemName
from connector.errors import StateLocked
from connector.state.aside import set_aside
from connector.state.store import is_there, open_store

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ONE = Pair(Ref(SystemName.NETSUITE, "customer", "7"), Ref(SystemName.SALESFORCE, "Lead", "00Q000000000001AAA"))


def filled(place: str) -> None:
    with closing(open_store(place)) as store:
        store.set_identity(Pair("TSTDRV", "00D"))
        store.add_link(Entity.LEAD, ONE, "made", AT)


def links(place: str | Path) -> int:
    with closing(open_store(place)) as store:
        return sum(1 for _ in store.iter_links())


def test_the_next_state_begins_empty(place: str) -> None:
    filled(place)
    assert links(place) == 1
    set_aside(place, AT)
    assert links(place) == 0
    with closing(open_store(place)) as store:
        assert store.identity() is None
        assert store.size()["links"] == 0
        assert set(store.size().values()) == {0}


def test_a_file_is_kept_under_another_name_and_none_is_lost(tmp_path: Path) -> None:
    place = tmp_path / "connector.db"
    kept = []
    for _ in range(3):
        filled(str(place))
        kept.append(set_aside(place, AT))
    assert kept[0] == f"{place}.20260105T093000Z"
    assert [links(one) for one in kept] == [1, 1, 1]
    assert not is_there(place)


def test_where_there_is_none_nothing_happens(tmp_path: Path) -> None:
    assert set_aside(tmp_path / "connector.db", AT) == ""
    assert list(tmp_path.iterdir()) == []


def test_not_while_a_run_goes_on(place: str) -> None:
    filled(place)
    with closing(open_store(place)) as store, store.lock(), pytest.raises(StateLocked):
        set_aside(place, AT)
    assert links(place) == 1

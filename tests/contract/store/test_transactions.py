"""What is written together commits together, and one run at a time holds the lock: of every store, against the port."""

import pytest

from connector.core.flow import Base, Link, Pair, Written
from connector.core.ports import Store
from connector.core.schema import Entity
from connector.errors import StateError, StateLocked
from tests.contract.store.samples import (
    LATER,
    NOON,
    SALESFORCE,
    answer,
    conflict,
    intent,
    lead,
    linked,
    lost,
)

LEAD = Entity.LEAD

# transactions ------------------------------------------------------------------------------------------------


def test_everything_in_a_transaction_is_undone_by_an_exception(store: Store) -> None:
    link = linked(store, 1)
    store.put_holds([conflict(1)], 1, NOON)
    before = snapshot(store)
    with pytest.raises(KeyError), store.transaction():
        write_everything(store, link)
        raise KeyError
    assert snapshot(store) == before


def test_everything_in_a_transaction_is_kept_without_one(store: Store) -> None:
    link = linked(store, 1)
    before = snapshot(store)
    with store.transaction():
        write_everything(store, link)
        inside = snapshot(store)
    assert before != inside == snapshot(store)


def write_everything(store: Store, link: Link) -> None:
    store.set_identity(Pair("1", "2"))
    store.set_cursors({(SALESFORCE, "Lead"): "9"})
    store.end_link(link.id, "gone", "", LATER)
    store.save_bases({linked(store, 2).id: Base(Pair({"a": 1}, {}))})
    store.index([(lead(1), LEAD, frozenset({"key"}))])
    store.open_intents([intent()])
    store.clear_holds([lead(1)], LATER)
    store.put_holds([conflict(2)], 1, NOON)
    store.retry_holds([hold.id for hold in store.open_holds()])
    store.ignore_holds([hold.id for hold in store.open_holds()], "jo")
    store.put_answers([answer()])
    store.put_overruled([lost(1)])
    store.put_written([Written(lead(1), "email", "a", "a", NOON)])
    store.add_recheck([lead(1)], "")
    store.start_run("sync", NOON)
    store.cache(SALESFORCE, "x", 1, NOON)


def snapshot(store: Store) -> list[object]:
    links = [*store.iter_links(), *store.iter_links(state="gone")]
    return [
        store.identity(),
        store.cursors(),
        links,
        store.bases(link.id for link in links),
        store.candidates(SALESFORCE, LEAD, ["key"]),
        store.pending_intents(),
        store.open_holds(),
        store.open_answers(),
        store.overruled(),
        store.written([lead(1)], NOON),
        store.rechecks(),
        store.runs(),
        store.cached(SALESFORCE, "x"),
    ]


def test_a_transaction_in_a_transaction_joins_it(store: Store) -> None:
    with pytest.raises(KeyError), store.transaction():
        with store.transaction():
            store.set_cursors({(SALESFORCE, "Lead"): "1"})
        raise KeyError
    assert store.cursors() == {}


def test_a_part_that_failed_cannot_be_committed_even_if_caught(store: Store) -> None:
    link = linked(store, 1)
    with pytest.raises(StateError, match="nothing was saved"), store.transaction():
        store.set_cursors({(SALESFORCE, "Lead"): "1"})
        with pytest.raises(StateError):
            linked(store, 1)
    assert store.cursors() == {}
    assert list(store.iter_links()) == [link]


def test_a_transaction_after_a_failed_one_starts_afresh(store: Store) -> None:
    with pytest.raises(StateError), store.transaction():
        store.end_link(1, "gone", "", NOON)
    with store.transaction():
        store.set_cursors({(SALESFORCE, "Lead"): "1"})
    assert store.cursors() == {(SALESFORCE, "Lead"): "1"}


# the lock ----------------------------------------------------------------------------------------------------


def test_the_lock_is_held_by_one_at_a_time_and_can_be_taken_again(store: Store) -> None:
    with store.lock(), pytest.raises(StateLocked, match="process"), store.lock():
        raise AssertionError("two hold the lock")
    with pytest.raises(KeyError), store.lock():
        raise KeyError
    with store.lock():
        store.set_cursors({(SALESFORCE, "Lead"): "1"})


def test_the_store_can_be_read_and_written_without_the_lock(store: Store) -> None:
    with store.lock():
        store.set_cursors({(SALESFORCE, "Lead"): "1"})
        assert store.cursors() == {(SALESFORCE, "Lead"): "1"}


def test_a_closed_store_says_so_and_closing_twice_is_no_error(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StateError, match="closed"):
        store.rechecks()

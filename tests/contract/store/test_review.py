"""What every store does about holds that wait for a person, their answers, and what the past tells them."""

from dataclasses import replace

import pytest

from connector.core.flow import Pair, Written
from connector.core.ports import OpenHold, Store
from tests.contract.store.samples import LATER, NOON, answer, conflict, customer, lead, lost


def test_a_hold_comes_back_with_all_that_it_knows(store: Store) -> None:
    told = replace(
        conflict(),
        base=Pair("o", None),
        modified_at=Pair(NOON, None),
        modified_by=Pair("7", "005000000000001AAA"),
        names=Pair("Ann Akin", None),
        payload="f00d",
    )
    store.put_holds([told], 1, NOON)
    (opened,) = store.open_holds()
    assert opened == OpenHold(opened.id, told, NOON, 1, 1, NOON)


def test_a_hold_counts_a_try_once_a_run_until_it_is_queued_by_hand(store: Store) -> None:
    for run, at in ((1, NOON), (1, NOON), (2, LATER), (2, LATER)):
        store.put_holds([conflict()], run, at)
    (hold,) = store.open_holds()
    assert (hold.tries, hold.tried_at, hold.opened_at) == (2, LATER, NOON)
    store.retry_holds([hold.id])
    assert store.open_holds()[0].tries == 0
    store.put_holds([conflict()], 3, LATER)
    assert store.open_holds()[0].tries == 1


@pytest.mark.parametrize(
    ("change", "told_again"),
    [
        ({"names": Pair("A", "B")}, False),
        ({"values": Pair("a", "c")}, True),
        ({"reason": "news"}, True),
        ({"code": "X"}, True),
    ],
    ids=str,
)
def test_an_ignored_hold_stays_so_as_long_as_it_tells_nothing_new(
    store: Store, change: dict[str, object], told_again: bool
) -> None:
    store.put_holds([conflict()], 1, NOON)
    store.ignore_holds([one.id for one in store.open_holds()], "jo")
    store.put_holds([replace(conflict(), **change)], 2, LATER)  # type: ignore[arg-type]
    assert store.open_holds()[0].ignored_by == ("" if told_again else "jo")


def test_clearing_spares_what_is_to_be_kept(store: Store) -> None:
    store.put_holds([conflict(1, "email"), conflict(1, "phone"), conflict(2)], 1, NOON)
    before = store.open_holds()
    store.clear_holds([customer(1), lead(1), lead(2)], LATER, keep=[replace(conflict(1, "phone"), reason="new")])
    assert store.open_holds() == [before[1]]


def test_answers_are_open_until_they_are_closed_and_the_last_one_counts(store: Store) -> None:
    store.put_answers([answer(1), answer(2), answer(1, None)])
    store.put_answers([answer(1, choice="ignore", value=None, by="al", at=LATER)])
    first, second, third = store.open_answers()
    assert replace(first, id=0) == answer(1, choice="ignore", value=None, by="al", at=LATER)
    assert (replace(second, id=0), replace(third, id=0)) == (answer(2), answer(1, None))
    store.close_answers({first.id: "carried_out", third.id: "lapsed"}, LATER)
    assert store.open_answers() == [second]
    store.put_answers([answer(1)])
    assert [replace(one, id=0) for one in store.open_answers()] == [answer(2), answer(1)]


def test_values_that_lost_are_found_by_record_and_field_newest_first_until_they_are_pruned(store: Store) -> None:
    store.put_overruled([lost(1), lost(2), lost(1, LATER), lost(1, LATER, "phone")])
    assert store.overruled() == [lost(1, LATER, "phone"), lost(1, LATER), lost(2), lost(1)]
    assert store.overruled(lead(1), "email") == [lost(1, LATER), lost(1)]
    assert store.overruled(field="phone") == [lost(1, LATER, "phone")]
    store.prune(overruled_before=LATER, written_before=LATER)
    assert store.overruled() == [lost(1, LATER, "phone"), lost(1, LATER)]


def test_a_value_that_loses_again_by_the_same_decision_is_listed_once_with_the_last_time(store: Store) -> None:
    empty = replace(lost(1, field="phone"), value=None)
    store.put_overruled([lost(1), empty])
    store.put_overruled([lost(1, LATER), replace(empty, at=LATER)])
    assert store.overruled() == [replace(empty, at=LATER), lost(1, LATER)]
    one = lost(1)
    others = [replace(one, value="x"), replace(one, value_written="x"), replace(one, reason="x"), lost(1, field="fax")]
    store.put_overruled([lost(2), *others])
    assert len(store.overruled()) == 7


def test_what_was_written_lately_is_found_by_record_oldest_first_until_it_is_pruned(store: Store) -> None:
    writes = [Written(lead(1), "email", value, held, at) for value, held, at in (("a", "A", NOON), ("b", None, LATER))]
    store.put_written([*writes, Written(lead(2), "email", "x", "x", LATER)])
    assert store.written([lead(1), customer(1)], NOON) == writes
    assert store.written([lead(1)], LATER) == writes[1:]
    store.prune(overruled_before=NOON, written_before=LATER)
    assert store.written([lead(1)], NOON) == writes[1:]

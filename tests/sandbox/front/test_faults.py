"""Which requests a fault strikes, and what is refused as a fault list."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.faults import KINDS, FaultList, may_write, parse
from connector.sandbox.wire import Headers, Request
from tests.sandbox.front.echo import get, put


def armed(*spec: dict[str, Any], seed: int = 1) -> FaultList:
    faults = FaultList(seed)
    faults.replace(parse(list(spec)))
    return faults


def struck(faults: FaultList, number: int) -> list[bool]:
    return [faults.early(get()) is not None for _ in range(number)]


def test_a_fault_strikes_once_unless_told_otherwise() -> None:
    assert struck(armed({"kind": "refuse"}), 3) == [True, False, False]
    assert struck(armed({"kind": "refuse", "times": None}), 3) == [True, True, True]


def test_after_lets_the_first_matching_requests_pass() -> None:
    assert struck(armed({"kind": "refuse", "after": 2, "times": 1}), 4) == [False, False, True, False]


def test_requests_that_do_not_match_are_not_counted_as_passed() -> None:
    faults = armed({"kind": "refuse", "after": 1, "match": {"method": "PUT"}})
    assert faults.early(get()) is None
    assert faults.early(put()) is None
    assert faults.early(put()) is not None


def test_the_draw_of_chances_repeats_with_the_seed() -> None:
    spec = {"kind": "refuse", "times": None, "probability": 0.5}
    first, again, other = (struck(armed(spec, seed=seed), 64) for seed in (1, 1, 2))
    assert first == again != other
    assert 10 < sum(first) < 54


def test_a_row_lock_passes_by_logins_and_queries() -> None:
    faults = armed({"kind": "lock_row", "times": None})
    for path in ("/services/oauth2/token", "/services/rest/query/v1/suiteql", "/services/data/v62.0/query"):
        assert faults.early(Request("POST", f"http://localhost{path}", path)) is None
    assert faults.early(put()) is not None


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"method": "put"}, True),
        ({"method": "GET"}, False),
        ({"path": r"^/things\?q=\d$"}, True),
        ({"path": "^things"}, False),
        ({"body": "need"}, True),
        ({"body": "Need"}, False),
        ({"writes_only": True}, True),
        ({"method": "PUT", "path": "/things", "body": "absent"}, False),
    ],
)
def test_everything_named_in_a_match_must_hold(match: dict[str, Any], fits: bool) -> None:
    request = Request("PUT", "https://e/things?q=1", "/things", "q=1", Headers(), b"a needle")
    assert (armed({"kind": "throttle", "match": match}).early(request) is not None) is fits


@pytest.mark.parametrize(
    ("method", "path", "writes"),
    [
        ("GET", "/services/data", False),
        ("POST", "/services/oauth2/token", False),
        ("POST", "/services/rest/query/v1/suiteql", False),
        ("POST", "/services/rest/record/v1/customer", True),
        ("PATCH", "/services/data/v62.0/sobjects/Lead/1", True),
        ("POST", "/services/Soap/u/62.0", True),
    ],
)
def test_logins_and_queries_are_no_writes(method: str, path: str, writes: bool) -> None:
    assert may_write(Request(method, "https://e" + path, path)) is writes


def test_the_first_unspent_fault_of_the_list_strikes_alone() -> None:
    faults = armed({"kind": "throttle"}, {"kind": "lock_row"})
    assert [type(faults.early(get())).__name__ for _ in range(3)] == ["Throttle", "LockRow", "NoneType"]


def test_a_late_fault_that_asks_for_writes_lets_answers_pass_that_changed_nothing() -> None:
    faults = armed({"kind": "lose_answer", "match": {"writes_only": True}})
    assert faults.late(put(), wrote=False) is None
    assert faults.late(put(), wrote=True) is not None


def test_early_and_late_faults_do_not_use_each_other_up() -> None:
    faults = armed({"kind": "lose_answer"}, {"kind": "slow", "seconds": 1})
    assert faults.early(get()).kind == "slow"  # type: ignore[union-attr]
    assert faults.late(get(), wrote=False).kind == "lose_answer"  # type: ignore[union-attr]


def test_the_listing_tells_how_often_each_matched_and_fired() -> None:
    faults = armed({"kind": "throttle", "times": 2, "match": {"method": "GET"}})
    struck(faults, 3)
    [told] = faults.listing()
    assert (told["kind"], told["matched"], told["fired"]) == ("throttle", 3, 2)
    assert told["match"]["method"] == "GET"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"kind": "refuse"}, "list"),
        ([{"kind": "explode"}], "explode"),
        ([{}], "kind"),
        ([{"kind": "slow"}], "seconds"),
        ([{"kind": "slow", "seconds": -1}], "seconds"),
        ([{"kind": "refuse", "seconds": 1}], "seconds"),
        ([{"kind": "refuse", "times": 0}], "times"),
        ([{"kind": "refuse", "times": "2"}], "times"),
        ([{"kind": "refuse", "match": {"paht": "x"}}], "paht"),
        ([{"kind": "refuse", "match": {"path": "("}}], "regular expression"),
        ([{"kind": "error", "status": 404}], "status"),
        ([{"kind": "refuse", "probability": 2}], "probability"),
        ("nonsense", "list"),
    ],
)
def test_a_wrong_fault_list_is_refused_with_its_mistake_and_the_kinds(spec: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        parse(spec)
    assert all(kind in str(caught.value) for kind in KINDS)


def test_every_fault_of_the_issue_has_a_kind() -> None:
    assert set(KINDS) == {
        "refuse", "error", "throttle", "slow", "lose_request", "lose_answer",
        "delay", "garble", "expire_token", "lock_row", "reply",
    }  # fmt: skip

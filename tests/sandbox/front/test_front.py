"""The pipeline: counting, the gate, each fault, and the lock around the brain."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connector.sandbox.broken import Broken
from connector.sandbox.front import Front
from connector.sandbox.wire import Answer, Request
from tests.sandbox.front.echo import Echo, Patient, get, put

NETSUITE_500 = {
    "type": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6",
    "title": "Internal Server Error",
    "status": 500,
    "o:errorDetails": [
        {"detail": "The service is temporarily unavailable.", "o:errorCode": "UNEXPECTED_ERROR"},
    ],
}


def front_with(*faults: dict[str, Any], limit: int | None = None) -> tuple[Front, Echo]:
    brain = Echo(limit)
    front = Front(brain)
    front.arm(list(faults))
    return front, brain


def ask(front: Front, request: Request) -> Answer:
    outcome = front.handle(request, Patient())
    assert isinstance(outcome, Answer)
    return outcome


def broken(front: Front, request: Request) -> str:
    outcome = front.handle(request, Patient())
    assert isinstance(outcome, Broken)
    return outcome.how


def test_calls_are_counted_by_route_and_writes_by_what_changed() -> None:
    front, _ = front_with()
    for request in (get(), get(), put(), put(path="/query")):
        ask(front, request)
    stats = front.stats()
    assert stats["calls"] == 4
    assert stats["by_route"] == {"GET /things": 2, "PUT /query": 1, "PUT /things": 1}
    assert (stats["writes"], stats["in_flight"], stats["most_in_flight"]) == (1, 0, 1)


def test_a_reset_forgets_the_counts() -> None:
    front, _ = front_with()
    ask(front, put())
    front.reset_stats()
    assert front.stats()["calls"] == front.stats()["writes"] == front.stats()["most_in_flight"] == 0


@pytest.mark.parametrize(("kind", "how"), [("refuse", "refused"), ("lose_request", "unanswered")])
def test_a_request_that_never_arrives_is_neither_counted_nor_carried_out(kind: str, how: str) -> None:
    front, brain = front_with({"kind": kind})
    assert broken(front, put()) == how
    assert brain.written == []
    assert front.stats()["calls"] == 0


@pytest.mark.parametrize("how", ["timeout", "reset"])
def test_a_lost_answer_follows_a_write_that_happened(how: str) -> None:
    front, brain = front_with({"kind": "lose_answer", "how": how})
    assert broken(front, put("kept")) == {"timeout": "unanswered", "reset": "reset"}[how]
    assert brain.written == ["kept"]
    assert front.stats()["writes"] == 1


def test_a_delayed_write_lands_before_the_first_request_after_its_moment() -> None:
    front, brain = front_with({"kind": "delay", "seconds": 60})
    assert broken(front, put("late")) == "unanswered"
    front.advance(59)
    ask(front, get())
    assert brain.written == []
    assert front.stats()["late_writes"] == 1
    brain.world.clock.advance(1)
    ask(front, put("later"))
    assert brain.written == ["late", "later"]
    assert front.stats()["writes"] == 2


def test_delayed_writes_land_in_the_order_of_their_moments() -> None:
    front, brain = front_with({"kind": "delay", "seconds": 60}, {"kind": "delay", "seconds": 30})
    broken(front, put("sixty"))
    broken(front, put("thirty"))
    front.advance(100)
    assert brain.written == ["thirty", "sixty"]


def test_a_slow_request_whose_client_gives_up_is_carried_out_later() -> None:
    class Hasty(Patient):
        def wait(self, seconds: float) -> float:
            return seconds - 5

    front, brain = front_with({"kind": "slow", "seconds": 20})
    assert front.handle(put("slow"), Hasty()) == Broken("unanswered")
    front.advance(14)
    assert brain.written == []
    front.advance(1)
    assert brain.written == ["slow"]


def test_an_error_carries_a_page_or_the_vendors_json() -> None:
    front, brain = front_with(
        {"kind": "error"},
        {"kind": "error", "status": 500, "format": "json"},
        {"kind": "error", "status": 502, "content": "bad gateway"},
    )
    page, data, own = (ask(front, put()) for _ in range(3))
    assert (page.status, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert page.body.startswith(b"<!DOCTYPE html>")
    assert (data.status, data.json()) == (500, NETSUITE_500)
    assert (own.status, own.body) == (502, b"bad gateway")
    assert brain.written == []


def test_salesforce_words_an_error_in_its_own_json() -> None:
    front, brain = front_with({"kind": "error", "status": 599, "format": "json"})
    brain.name = "salesforce"
    answer = ask(front, put())
    assert (answer.status, answer.json()[0]["errorCode"]) == (599, "SERVER_UNAVAILABLE")


def test_an_error_may_hide_a_write_that_happened() -> None:
    front, brain = front_with({"kind": "error", "applied": True})
    assert ask(front, put("done")).status == 503
    assert brain.written == ["done"]


def test_throttle_and_lock_are_the_vendors_own_refusals() -> None:
    front, brain = front_with({"kind": "throttle"}, {"kind": "lock_row"})
    assert [ask(front, put()).body for _ in range(2)] == [b'{"error":"too many"}', b'{"error":"locked"}']
    assert brain.written == []
    assert front.stats()["throttled"] == 1


def test_an_expired_token_is_refused_by_the_vendor() -> None:
    front, _ = front_with({"kind": "expire_token"})
    assert ask(front, get()).status == 401


def test_garbled_answers_follow_a_write_that_happened() -> None:
    front, brain = front_with({"kind": "garble"}, {"kind": "garble", "form": "html"})
    half, page = ask(front, put("1")), ask(front, put("2"))
    assert (half.status, half.body) == (200, b'{"id":"1","s')
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "location" not in half.headers
    assert brain.written == ["1", "2"]


def test_a_garbled_answer_without_a_body_is_no_json_either() -> None:
    front, _ = front_with({"kind": "garble"}, {"kind": "garble", "form": "cut"})
    delete = Request("DELETE", "https://echo.example/things", "/things")
    assert ask(front, delete).body == b"{"
    outcome = front.handle(delete, Patient())
    assert isinstance(outcome, Broken)
    assert outcome.partial is not None
    assert outcome.partial.status == 200


def test_an_answer_of_ones_own_takes_the_place_of_the_vendors() -> None:
    own = {"kind": "reply", "status": 302, "headers": {"location": "https://elsewhere.example"}, "content": "gone"}
    front, brain = front_with(own, {**own, "applied": True})
    refused, applied = ask(front, put("1")), ask(front, put("2"))
    assert (refused.status, refused.headers["location"], refused.body) == (302, "https://elsewhere.example", b"gone")
    assert applied.status == 302
    assert brain.written == ["2"]


@pytest.mark.parametrize(("form", "left"), [("reversed", [3, 2, 1]), ("shorter", [1, 2])])
def test_a_list_may_come_in_disorder(form: str, left: list[int]) -> None:
    class Listing(Echo):
        def answer(self, request: Request) -> Answer:
            body = [1, 2, 3] if request.path.endswith("list") else {"items": [1, 2, 3], "count": 3}
            return Answer(200, {"content-type": "application/json"}, json.dumps(body).encode())

    front = Front(Listing())
    front.arm([{"kind": "garble", "form": form, "times": None}])
    for path, found in (("/list", left), ("/page", {"items": left, "count": 3})):
        assert ask(front, Request("GET", f"https://echo.example{path}", path)).json() == found


def test_a_cut_answer_announces_more_than_arrives() -> None:
    front, _ = front_with({"kind": "garble", "form": "cut"})
    outcome = front.handle(put(), Patient())
    assert isinstance(outcome, Broken)
    assert outcome.partial is not None
    assert int(outcome.partial.headers["content-length"]) > len(outcome.partial.body)


def test_a_cut_answer_announces_one_length_only() -> None:
    class Counting(Echo):
        def answer(self, request: Request) -> Answer:
            return Answer(200, {"Content-Length": "4"}, b"1234")

    front = Front(Counting())
    front.arm([{"kind": "garble", "form": "cut"}])
    assert front.handle(get(), Patient()) == Broken("cut", Answer(200, {"content-length": "4"}, b"12"))


def test_a_bug_of_the_brain_is_loud_and_counted() -> None:
    front, _ = front_with()
    answer = ask(front, get("/boom"))
    assert (answer.status, answer.headers["x-sandbox"]) == (500, "bug")
    assert b"the sandbox broke" in answer.body
    assert front.stats()["bugs"] == 1


def test_answers_carry_the_worlds_date() -> None:
    front, brain = front_with()
    assert ask(front, get()).headers["date"] == "Mon, 05 Jan 2026 09:00:00 GMT"
    brain.world.clock.advance(3600)
    assert ask(front, get()).headers["date"] == "Mon, 05 Jan 2026 10:00:00 GMT"


class Meeting(Patient):
    """Clients that all wait until `number` of them are there."""

    def __init__(self, number: int) -> None:
        self.barrier = threading.Barrier(number, timeout=10)

    def wait(self, seconds: float) -> float:
        self.barrier.wait()
        return 0


def test_requests_over_the_limit_are_throttled_and_take_no_slot() -> None:
    front, _ = front_with({"kind": "slow", "seconds": 1, "times": 3}, limit=3)
    inside = Meeting(4)
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(front.handle, get(), inside) for _ in range(3)]
        while front.stats()["in_flight"] < 3:
            threading.Event().wait(0.001)
        refused = [ask(front, get()).status for _ in range(2)]
        inside.wait(0)
        admitted = [done.result() for done in waiting]
    assert refused == [429, 429]
    assert [answer.status for answer in admitted if isinstance(answer, Answer)] == [200, 200, 200]
    assert front.stats()["most_in_flight"] == 4
    assert ask(front, get()).status == 200


def test_a_request_that_is_being_throttled_takes_no_slot() -> None:
    class Relents(Echo):
        """Lets one request in, and asks again itself while it still throttles another."""

        def throttle_answer(self, request: Request) -> Answer:
            self.limit = 1
            assert ask(front, get()).status == 200
            return super().throttle_answer(request)

    front = Front(Relents(limit=0))
    assert ask(front, get()).status == 429
    assert front.stats()["bugs"] == 0


def test_the_brain_is_never_asked_by_two_threads_at_once() -> None:
    class Single(Echo):
        def answer(self, request: Request) -> Answer:
            assert not self.written, "two at once"
            self.written.append("in")
            threading.Event().wait(0.001)
            self.written.clear()
            return Answer(200)

    front = Front(Single())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(front, get()), range(40)))
    assert {answer.status for answer in answers} == {200}
    assert front.stats()["calls"] == 40

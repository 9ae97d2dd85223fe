"""The control routes: what they answer, whom they refuse, and that they leave no trace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.sandbox.front import Front
from connector.sandbox.wire import Answer, Headers, Request
from tests.sandbox.front.echo import Echo, Patient, get

ROUTES = [
    "GET /_sandbox/",
    "GET /_sandbox/stats",
    "POST /_sandbox/stats/reset",
    "GET /_sandbox/clock",
    "POST /_sandbox/clock",
    "GET /_sandbox/faults",
    "POST /_sandbox/faults",
    "DELETE /_sandbox/faults",
    "POST /_sandbox/act",
]


class Remote(Patient):
    in_process = False


def control(
    front: Front, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **where: Any
) -> tuple[int, Any]:
    url = f"http://{where.get('host', '127.0.0.1:8080')}{path}"
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method, url, path, "", Headers(headers or {}), content)
    answer = front.handle(request, where.get("caller", Remote()))
    assert isinstance(answer, Answer)
    return answer.status, answer.json()


def test_the_index_names_every_route_with_a_line() -> None:
    status, told = control(Front(Echo()), "GET", "/_sandbox/")
    assert status == 200
    assert list(told["routes"]) == ROUTES
    assert all(told["routes"].values())
    assert all(told["faults"].values())


def test_control_routes_are_neither_counted_nor_gated_nor_faulted() -> None:
    front = Front(Echo(limit=0))
    control(front, "POST", "/_sandbox/faults", [{"kind": "refuse", "times": None}])
    status, stats = control(front, "GET", "/_sandbox/stats")
    assert (status, stats["calls"], stats["most_in_flight"]) == (200, 0, 0)


def test_stats_can_be_reset() -> None:
    front = Front(Echo())
    front.handle(get(), Patient())
    assert control(front, "GET", "/_sandbox/stats")[1]["by_route"] == {"GET /things": 1}
    assert control(front, "POST", "/_sandbox/stats/reset")[1]["by_route"] == {}


def test_the_clock_is_read_and_turned() -> None:
    front = Front(Echo())
    assert control(front, "GET", "/_sandbox/clock") == (200, {"now": "2026-01-05T09:00:00+00:00"})
    turned = control(front, "POST", "/_sandbox/clock", {"advance_seconds": 90.5})
    assert turned == (200, {"now": "2026-01-05T09:01:30.500000+00:00"})
    assert control(front, "GET", "/_sandbox/clock") == turned


@pytest.mark.parametrize("body", [{}, {"advance_seconds": "1"}, {"advance_seconds": True}, {"advance_seconds": -1},
                                  {"advance_seconds": 1, "more": 1}, [], b"{", b'{"advance_seconds": NaN}',
                                  {"advance_seconds": 1e300}])  # fmt: skip
def test_a_clock_is_not_turned_by_nonsense(body: Any) -> None:
    status, told = control(Front(Echo()), "POST", "/_sandbox/clock", body)
    assert (status, list(told)) == (400, ["error"])


def test_a_posted_list_replaces_the_armed_faults() -> None:
    front = Front(Echo())
    control(front, "POST", "/_sandbox/faults", [{"kind": "throttle"}])
    control(front, "POST", "/_sandbox/faults", [{"kind": "lock_row", "times": 2}])
    front.handle(get(), Patient())
    [fault] = control(front, "GET", "/_sandbox/faults")[1]["faults"]
    assert (fault["kind"], fault["times"], fault["fired"]) == ("lock_row", 2, 1)
    assert control(front, "DELETE", "/_sandbox/faults") == (200, {"faults": []})


def test_a_wrong_fault_list_leaves_the_armed_one_alone() -> None:
    front = Front(Echo())
    control(front, "POST", "/_sandbox/faults", [{"kind": "throttle"}])
    status, told = control(front, "POST", "/_sandbox/faults", [{"kind": "explode"}])
    assert status == 400
    assert "explode" in told["error"]
    assert "lose_answer" in told["error"]
    assert front.faults()[0]["kind"] == "throttle"


def test_a_deed_is_done_or_refused_with_its_reason() -> None:
    front = Front(Echo())
    assert control(front, "POST", "/_sandbox/act", {"do": "nothing"}) == (200, {"done": "nothing"})
    assert control(front, "POST", "/_sandbox/act", {"do": "fly"}) == (400, {"error": "unknown deed 'fly'"})


def test_a_deed_that_breaks_the_sandbox_is_a_loud_bug() -> None:
    front = Front(Echo())
    answer = front.handle(
        Request("POST", "http://localhost/", "/_sandbox/act", "", Headers(), b'{"do": []}'), Patient()
    )
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["x-sandbox"]) == (500, "bug")
    assert front.stats()["bugs"] == 1


def test_an_unknown_control_route_lists_the_known_ones() -> None:
    status, told = control(Front(Echo()), "PUT", "/_sandbox/stats")
    assert status == 404
    assert list(told["routes"]) == ROUTES


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example:80", "localhost@evil:1"])
def test_a_foreign_host_is_refused(host: str) -> None:
    assert control(Front(Echo()), "GET", "/_sandbox/stats", host=host)[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:99", "[::1]:99", "[::1]", "LOCALHOST"])
def test_the_same_machine_is_served(host: str) -> None:
    assert control(Front(Echo()), "GET", "/_sandbox/stats", host=host)[0] == 200


def test_a_web_page_is_refused_even_on_the_same_machine() -> None:
    front = Front(Echo())
    origin = {"Origin": "http://127.0.0.1:8080"}
    assert control(front, "POST", "/_sandbox/act", {"do": "nothing"}, origin)[0] == 403


def test_in_process_the_vendors_own_host_names_will_do() -> None:
    host = "acme.my.salesforce.com"
    assert control(Front(Echo()), "GET", "/_sandbox/stats", host=host, caller=Patient())[0] == 200

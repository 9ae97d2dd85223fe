"""The in-process front, used as any program uses `requests`."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from urllib3 import Timeout
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from connector.sandbox.front import Front
from connector.sandbox.transport import SandboxAdapter, read_seconds
from tests.sandbox.front.echo import Echo

URL = "https://echo.example/things"


@pytest.fixture
def brain() -> Echo:
    return Echo()


@pytest.fixture
def front(brain: Echo) -> Front:
    return Front(brain)


@pytest.fixture
def session(front: Front) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.mount("https://", SandboxAdapter(front))
        yield session


def test_a_response_is_a_whole_requests_response(session: requests.Session) -> None:
    response = session.put(URL, json={"a": 1}, timeout=5)
    assert (response.status_code, response.reason, response.url) == (201, "Created", URL)
    assert response.json() == {"id": "1", "success": True}
    assert response.headers["LOCATION"] == "/things/1"
    assert response.elapsed > timedelta(0)
    assert response.request.method == "PUT"
    assert response.raw.status == 201


def test_a_response_can_be_streamed(session: requests.Session) -> None:
    response = session.get(URL, stream=True, timeout=5)
    whole = b"".join(response.iter_content(7))
    assert len(whole) == int(response.headers["content-length"])
    response.close()


def test_the_vendor_sees_the_url_as_it_was_written(session: requests.Session) -> None:
    seen = session.get("https://echo.example:8443/a%2Fb%20c?q=x%20y&z=%2B#part", timeout=5).json()
    assert seen["url"] == "https://echo.example:8443/a%2Fb%20c?q=x%20y&z=%2B"
    assert (seen["path"], seen["query"]) == ("/a%2Fb%20c", "q=x%20y&z=%2B")
    assert seen["headers"]["host"] == "echo.example:8443"


def test_a_url_without_a_path_has_the_root_path(session: requests.Session) -> None:
    assert session.get("https://echo.example?q=1", timeout=5).json()["path"] == "/"


@pytest.mark.parametrize(
    "body", ["é", "é".encode(), io.BytesIO("é".encode()), iter(["é".encode()]), bytearray("é".encode())]
)
def test_every_kind_of_body_arrives(session: requests.Session, brain: Echo, body: Any) -> None:
    session.put(URL, data=body, timeout=5)
    assert brain.written == ["é"]


def test_a_204_has_no_body(session: requests.Session) -> None:
    response = session.delete(URL, timeout=5)
    assert (response.status_code, response.content) == (204, b"")


def test_a_refused_connection_was_never_made(session: requests.Session, front: Front) -> None:
    front.arm([{"kind": "refuse"}])
    with pytest.raises(requests.ConnectionError) as caught:
        session.put(URL, timeout=5)
    assert isinstance(caught.value.args[0], MaxRetryError)
    assert isinstance(caught.value.args[0].reason, NewConnectionError)


def test_a_reset_connection_broke_after_it_was_made(session: requests.Session, front: Front, brain: Echo) -> None:
    front.arm([{"kind": "lose_answer", "how": "reset"}])
    with pytest.raises(requests.ConnectionError) as caught:
        session.put(URL, timeout=5)
    assert isinstance(caught.value.args[0], ProtocolError)
    assert len(brain.written) == 1


@pytest.mark.parametrize("fault", [{"kind": "lose_request"}, {"kind": "lose_answer"}, {"kind": "delay", "seconds": 99}])
def test_silence_ends_at_the_read_timeout(session: requests.Session, front: Front, brain: Echo, fault: Any) -> None:
    front.arm([fault])
    before = brain.world.clock.now()
    with pytest.raises(requests.ReadTimeout):
        session.put(URL, timeout=(1, 7))
    assert brain.world.clock.now() - before == timedelta(seconds=7)


def test_without_a_read_timeout_the_network_gives_up(session: requests.Session, front: Front, brain: Echo) -> None:
    front.arm([{"kind": "lose_request"}])
    before = brain.world.clock.now()
    with pytest.raises(requests.ConnectionError):
        session.put(URL)
    assert brain.world.clock.now() - before == timedelta(minutes=10)


def test_a_slow_answer_within_the_timeout_turns_the_clock(session: requests.Session, front: Front, brain: Echo) -> None:
    front.arm([{"kind": "slow", "seconds": 5}])
    began = time.monotonic()
    response = session.put(URL, timeout=6)
    assert response.status_code == 201
    assert response.headers["date"] == "Mon, 05 Jan 2026 09:00:05 GMT"
    assert time.monotonic() - began < 1


def test_an_answer_slower_than_the_timeout_is_carried_out_all_the_same(
    session: requests.Session, front: Front, brain: Echo
) -> None:
    front.arm([{"kind": "slow", "seconds": 20}])
    with pytest.raises(requests.ReadTimeout):
        session.put(URL, data="slow", timeout=6)
    assert brain.written == []
    front.advance(13)
    assert brain.written == []
    front.advance(1)
    assert brain.written == ["slow"]


def test_a_cut_body_breaks_while_it_is_read(session: requests.Session, front: Front) -> None:
    front.arm([{"kind": "garble", "form": "cut"}])
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.put(URL, timeout=5)


def test_a_truncated_body_is_no_json(session: requests.Session, front: Front) -> None:
    front.arm([{"kind": "garble"}])
    response = session.put(URL, timeout=5)
    assert response.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()


def test_control_routes_work_in_process(session: requests.Session) -> None:
    turned = session.post("https://echo.example/_sandbox/clock", json={"advance_seconds": 60}, timeout=5)
    assert turned.json() == {"now": "2026-01-05T09:01:00+00:00"}


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [(None, None), (3, 3), ((1, 2.5), 2.5), ((1, None), None), (Timeout(read=4), 4.0), (Timeout(), None)],
)
def test_read_timeouts_are_understood_in_every_form(timeout: Any, seconds: float | None) -> None:
    assert read_seconds(timeout) == seconds

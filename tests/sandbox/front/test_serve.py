"""The real servers: sockets, TLS, and connections that really break."""

from __future__ import annotations

import socket
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from connector.sandbox.front import Front
from connector.sandbox.serve import Authority, serve
from tests.sandbox.front.echo import Echo


class Served:
    """One echo front on HTTP or HTTPS, with a session that knows how to reach it."""

    def __init__(self, url: str, session: requests.Session, brain: Echo, front: Front) -> None:
        self.url, self.session, self.brain, self.front = url, session, brain, front


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module", params=["http", "https"])
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Served]:
    brain = Echo(limit=5)
    front = Front(brain)
    tls = authority if request.param == "https" else None
    with serve({"echo": front}, tls=tls, hang_seconds=0.3) as urls, requests.Session() as session:
        session.verify = str(authority.certificate)
        session.trust_env = False
        yield Served(urls["echo"], session, brain, front)


@pytest.fixture
def served(server: Served) -> Served:
    """The running server, with no faults armed and nothing counted."""
    server.front.arm([])
    server.front.reset_stats()
    server.brain.written.clear()
    return server


def test_the_vendor_sees_the_request_as_it_was_written(served: Served) -> None:
    seen = served.session.get(served.url + "/a%2Fb%20c?q=x%20y&z=%2B", headers={"X-Thing": "1"}, timeout=5).json()
    assert seen["url"] == served.url + "/a%2Fb%20c?q=x%20y&z=%2B"
    assert (seen["path"], seen["query"], seen["headers"]["x-thing"]) == ("/a%2Fb%20c", "q=x%20y&z=%2B", "1")


def test_the_host_header_decides_the_url_that_is_signed(served: Served) -> None:
    seen = served.session.get(served.url + "/x", headers={"Host": "acme.example"}, timeout=5).json()
    assert seen["url"] == served.url.split("://")[0] + "://acme.example/x"


def test_answers_arrive_whole_with_the_worlds_date_only(served: Served) -> None:
    response = served.session.put(served.url + "/things", data="body", timeout=5)
    assert (response.status_code, response.json()) == (201, {"id": "1", "success": True})
    assert response.headers["date"] == "Mon, 05 Jan 2026 09:00:00 GMT"
    assert "server" not in response.headers
    assert served.brain.written == ["body"]


def test_an_empty_answer_keeps_the_connection_usable(served: Served) -> None:
    assert served.session.delete(served.url + "/things", timeout=5).status_code == 204
    assert served.session.get(served.url + "/things", timeout=5).status_code == 200


def test_a_call_does_not_wait_for_delayed_acknowledgements(served: Served) -> None:
    url = served.url + "/things"
    served.session.get(url, timeout=5)
    began = time.monotonic()
    for _ in range(10):
        served.session.get(url, timeout=5)
    assert time.monotonic() - began < 10 * 0.035  # Nagle's algorithm would cost 40 ms each


def test_a_large_body_arrives_whole(served: Served) -> None:
    served.session.put(served.url + "/things", data="x" * 3_000_000, timeout=10)
    assert len(served.brain.written[0]) == 3_000_000


def test_a_refused_connection_is_reset_without_an_answer(served: Served) -> None:
    served.front.arm([{"kind": "refuse"}])
    with pytest.raises(requests.ConnectionError):
        served.session.put(served.url + "/things", timeout=5)
    assert served.brain.written == []


def test_a_lost_answer_is_reset_after_the_write(served: Served) -> None:
    served.front.arm([{"kind": "lose_answer", "how": "reset"}])
    with pytest.raises(requests.ConnectionError):
        served.session.put(served.url + "/things", data="kept", timeout=5)
    assert served.brain.written == ["kept"]


@pytest.mark.parametrize("kind", ["lose_request", "lose_answer"])
def test_silence_lasts_until_the_clients_timeout(served: Served, kind: str) -> None:
    served.front.arm([{"kind": kind}])
    with pytest.raises(requests.ReadTimeout):
        served.session.put(served.url + "/things", timeout=0.1)
    assert len(served.brain.written) == (kind == "lose_answer")


def test_silence_ends_in_a_reset_when_the_client_would_wait_for_ever(served: Served) -> None:
    served.front.arm([{"kind": "lose_request"}])
    with pytest.raises(requests.ConnectionError) as caught:
        served.session.put(served.url + "/things", timeout=30)
    assert not isinstance(caught.value, requests.ReadTimeout)


def test_a_cut_body_breaks_while_it_is_read(served: Served) -> None:
    served.front.arm([{"kind": "garble", "form": "cut"}])
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        served.session.put(served.url + "/things", timeout=5)


def test_the_server_lives_on_after_every_broken_connection(served: Served) -> None:
    served.front.arm([{"kind": "refuse"}, {"kind": "garble", "form": "cut"}])
    for _ in range(2):
        with pytest.raises(requests.RequestException):
            served.session.put(served.url + "/things", timeout=5)
    assert served.session.get(served.url + "/things", timeout=5).status_code == 200


def test_a_client_that_dies_while_it_speaks_is_forgotten_without_noise(caplog: pytest.LogCaptureFixture) -> None:
    with serve({"echo": Front(Echo())}) as urls:
        host, port = urls["echo"].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"POST /x HTTP/1.1\r\nHost: acme.example\r\nContent-Length: 10\r\n\r\nhalf")
        assert requests.get(urls["echo"] + "/x", timeout=5).status_code == 200
    assert caplog.records == []


def test_a_slow_request_stops_nobody_else_and_fills_the_gate(served: Served) -> None:
    slow = {"kind": "slow", "seconds": 0.25, "times": 5, "match": {"path": "/slow"}}
    served.front.arm([slow])
    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(served.session.get, served.url + "/slow", timeout=5) for _ in range(5)]
        while served.front.stats()["in_flight"] < 5:
            time.sleep(0.005)
        began = time.monotonic()
        refused = served.session.get(served.url + "/things", timeout=5)
        assert time.monotonic() - began < 0.2
        statuses = [done.result().status_code for done in waiting]
    assert (refused.status_code, statuses) == (429, [200] * 5)


def test_control_routes_work_on_the_wire_but_not_for_web_pages(served: Served) -> None:
    stats = served.url + "/_sandbox/stats"
    assert served.session.get(stats, timeout=5).json()["calls"] == 0
    assert served.session.get(stats, headers={"Host": "evil.example"}, timeout=5).status_code == 403
    assert served.session.get(stats, headers={"Origin": "http://evil.example"}, timeout=5).status_code == 403


def test_a_stranger_to_our_authority_is_not_trusted(served: Served) -> None:
    if served.url.startswith("https"):
        with requests.Session() as session, pytest.raises(requests.exceptions.SSLError):
            session.get(served.url + "/things", timeout=5)


def test_the_servers_key_is_for_its_owner_only(authority: Authority) -> None:
    assert stat.S_IMODE(authority.server_file.stat().st_mode) == 0o600
    assert b"PRIVATE" not in authority.certificate.read_bytes()


def test_each_brain_has_its_own_port_and_all_close_in_the_end() -> None:
    with serve({"one": Front(Echo()), "two": Front(Echo())}) as urls:
        assert urls["one"] != urls["two"]
        for url in urls.values():
            requests.get(url + "/things", timeout=5)
    for url in urls.values():
        with pytest.raises(requests.ConnectionError):
            requests.get(url + "/things", timeout=5)


def test_stopping_does_not_wait_for_silent_or_slow_requests() -> None:
    front = Front(Echo())
    front.arm([{"kind": "slow", "seconds": 60}, {"kind": "lose_request"}])
    with ThreadPoolExecutor(2) as pool:
        with serve({"echo": front}) as urls:
            for _ in range(2):
                pool.submit(requests.get, urls["echo"] + "/things", timeout=20)
            while front.stats()["calls"] + front.stats()["in_flight"] < 1:
                time.sleep(0.005)
            began = time.monotonic()
        assert time.monotonic() - began < 5


def test_stopping_does_not_wait_for_clients_that_keep_their_connection(authority: Authority) -> None:
    with requests.Session() as session:
        with serve({"echo": Front(Echo())}, tls=authority) as urls:
            session.get(urls["echo"] + "/things", verify=str(authority.certificate), timeout=5)
            began = time.monotonic()
        assert time.monotonic() - began < 2


def test_a_taken_port_is_said_at_once_and_nothing_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(OSError, match="in use"),
            serve({"free": Front(Echo()), "echo": Front(Echo())}, {"echo": port}),
        ):
            pass


def test_servers_are_reachable_from_this_machine_only() -> None:
    with serve({"echo": Front(Echo())}) as urls:
        assert urls["echo"].startswith("http://127.0.0.1:")


def test_a_broken_key_file_is_said_to_the_caller(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.server_file.write_text("no key")
    with pytest.raises(OSError), serve({"echo": Front(Echo())}, tls=authority):
        pass

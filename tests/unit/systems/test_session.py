"""The session keeps its law: bounded time, no blind resend of a write, nobody else gets the token."""

from __future__ import annotations

import json
import logging
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from connector.core.schema import SystemName
from connector.errors import AuthFailed, OutcomeUnknown, RemoteError, Throttled, Unavailable, Unintelligible
from connector.systems.session import PreparedRequest, Response, Session, Verdict, by_status, decoded

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Serve = Callable[[socket.socket, bytes], None]


class Server:
    """Loopback HTTP of one answer per connection; `answers` are used in order, the last one again and again."""

    def __init__(self, *answers: bytes | Serve, wrap: Callable[[socket.socket], socket.socket] = lambda sock: sock):
        self.answers, self.wrap = answers, wrap
        self.requests: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Server:
        self.threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with plain:
            try:
                with self.wrap(plain) as sock:
                    request = _read_request(sock)
                    answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
                    self.requests.append(request)
                    if callable(answer):
                        answer(sock, request)
                    else:
                        sock.sendall(_closing(answer))
            except OSError:
                return


def _closing(answer: bytes) -> bytes:
    return answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def _read_request(sock: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while lengths and len(body) < int(lengths[0]):
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(status: int, body: str = "{}", **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\n{lines}\r\n{body}".encode()


@contextmanager
def session_for(server: Server, **options: object) -> Iterator[Session]:
    options = {"concurrency": 2, "retries": 2, "sleep": lambda seconds: None, "random": random.Random(7), **options}
    options.setdefault("allowed_hosts", frozenset({server.host}))
    with Session(SystemName.SALESFORCE, **options) as session:  # type: ignore[arg-type]
        yield session


def get(session: Session, server: Server, path: str = "/thing?q=secret", **options: object) -> Response:
    return session.request("GET", f"http://{server.host}{path}", **options)  # type: ignore[arg-type]


def post(session: Session, server: Server, **options: object) -> Response:
    return session.request("POST", f"http://{server.host}/thing", json={"a": 1}, **options)  # type: ignore[arg-type]


def hang_up(sock: socket.socket, request: bytes) -> None:
    """The answer to an applied write that never arrives."""


@pytest.mark.parametrize("status", [408, 420, 429, 500, 502, 503])
def test_a_failing_read_is_tried_again(status: int) -> None:
    with Server(answer(status), OK) as server, session_for(server) as session:
        assert get(session, server).status_code == 200
        assert session.counts.calls == 2
        assert session.counts.retries == 1


def test_a_read_that_fails_for_good_is_unavailable() -> None:
    with Server(answer(503)) as server, session_for(server) as session:
        with pytest.raises(Unavailable):
            get(session, server)
        assert len(server.requests) == 3


@pytest.mark.parametrize("failure", [answer(500), answer(503), answer(408), hang_up, answer(200, "{")])
def test_a_write_without_an_answer_is_unknown_and_never_sent_again(failure: bytes | Serve) -> None:
    with Server(failure, OK) as server, session_for(server) as session:
        with pytest.raises(OutcomeUnknown):
            post(session, server, decode=lambda response: response.json())
        assert len(server.requests) == 1


def test_a_throttled_write_was_not_applied_and_is_sent_again() -> None:
    with Server(answer(429), answer(429), OK) as server, session_for(server) as session:
        assert post(session, server).status_code == 200
        assert len(server.requests) == 3


def test_a_write_that_could_not_even_connect_is_unavailable_not_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    host = frozenset({f"127.0.0.1:{port}"})
    with (
        Session(SystemName.SALESFORCE, allowed_hosts=host, concurrency=1, retries=2, sleep=lambda s: None) as session,
        pytest.raises(Unavailable, match="cannot connect"),
    ):
        session.request("POST", f"http://127.0.0.1:{port}/thing", data="x")
    assert session.counts.calls == 3


def test_the_pause_grows_and_honours_what_the_server_asks_for() -> None:
    pauses: list[float] = []
    with (
        Server(answer(503), answer(503), answer(429, Retry_After="17"), OK) as server,
        session_for(server, retries=3, sleep=pauses.append) as session,
    ):
        get(session, server)
    assert 0 <= pauses[0] <= 0.5
    assert 0 <= pauses[1] <= 1
    assert pauses[2] == 17


def test_a_server_that_asks_for_a_long_pause_ends_the_call_at_once() -> None:
    with Server(answer(429, Retry_After="900")) as server, session_for(server) as session:
        with pytest.raises(Throttled) as told:
            get(session, server)
        assert told.value.retry_after_seconds == 900
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":',
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        answer(200, "<html>maintenance</html>"),
    ],
)
def test_a_garbled_or_truncated_read_is_tried_again(broken: bytes) -> None:
    with Server(broken, OK) as server, session_for(server) as session:
        assert decoded(get(session, server, decode=lambda response: response.json())) == {}
        assert len(server.requests) == 2


def test_a_read_that_stays_garbled_is_unintelligible_not_empty() -> None:
    with Server(answer(200, "<html>")) as server, session_for(server) as session, pytest.raises(Unintelligible):
        get(session, server, decode=lambda response: response.json())


def _drip_body(sock: socket.socket, request: bytes) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    _drip(sock)


def _drip_head(sock: socket.socket, request: bytes) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _drip(sock)


def _drip(sock: socket.socket) -> None:
    stop = threading.Event()
    for _ in range(1000):
        sock.sendall(b"x")
        stop.wait(0.01)


@pytest.mark.parametrize("drip", [_drip_body, _drip_head])
def test_the_total_time_is_kept_against_a_server_that_drips_bytes(drip: Serve) -> None:
    started = time.monotonic()
    with (
        Server(drip) as server,
        session_for(server, total_seconds=0.2, read_seconds=5, retries=0) as session,
        pytest.raises(Unavailable),
    ):
        get(session, server)
    assert time.monotonic() - started < 3


def test_a_redirect_is_named_and_the_token_does_not_follow() -> None:
    with Server(OK) as thief, Server(answer(302, Location=f"http://{thief.host}/in")) as server:
        hosts = frozenset({server.host, thief.host})
        with session_for(server, allowed_hosts=hosts) as session:
            session.authorizer = Tokens()
            with pytest.raises(Unintelligible, match=thief.host):
                session.get(f"http://{server.host}/thing")
        assert thief.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://example.my.salesforce.com/x",
        "https://user:pw@example.my.salesforce.com/x",
        "https://example.my.salesforce.com:8443/x",
        "https://example.my.salesforce.com@evil.example/x",
    ],
)
def test_only_allowed_hosts_are_spoken_to(url: str) -> None:
    hosts = frozenset({"example.my.salesforce.com"})
    with Session(SystemName.SALESFORCE, allowed_hosts=hosts, concurrency=1) as session:
        with pytest.raises(Unintelligible):
            session.request("GET", url)
        assert session.counts.calls == 0


def test_verification_cannot_be_switched_off() -> None:
    with Server(OK) as server, session_for(server) as session, pytest.raises(TypeError):
        session.request("GET", f"http://{server.host}/", verify=False)  # type: ignore[call-arg]


def test_a_private_ca_is_added_and_strangers_are_not_trusted(tmp_path: Path) -> None:
    import ssl

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    with Server(OK, wrap=lambda sock: context.wrap_socket(sock, server_side=True)) as server:
        url = f"https://{server.host}/thing"
        with session_for(server, ca=str(pem)) as session:
            assert session.get(url).status_code == 200
        with session_for(server) as session:
            session.verify = False
            with pytest.raises(Unavailable, match="TLS"):
                session.request("POST", url, data="x")
            assert session.counts.calls == 1


class Tokens:
    """An authorizer whose tokens are t0, t1, ..."""

    attempts = 1

    def __init__(self) -> None:
        self.renewed = 0
        self.lock = threading.Lock()

    def authorize(self, request: PreparedRequest) -> None:
        request.headers["Authorization"] = f"Bearer t{self.renewed}"

    def renew(self, rejected: PreparedRequest) -> None:
        with self.lock:
            if rejected.headers["Authorization"] == f"Bearer t{self.renewed}":
                self.renewed += 1

    def explain(self, response: Response) -> str:
        return "the login is rejected"


def judge(response: Response) -> Verdict:
    return Verdict.EXPIRED if response.status_code == 401 else by_status(response)


def test_an_expired_login_is_renewed_once_and_the_same_headers_are_sent_again() -> None:
    with Server(answer(401), OK) as server, session_for(server) as session:
        session.authorizer, session.judge = Tokens(), judge
        response = session.request("PATCH", f"http://{server.host}/x", data="b", headers={"If-Match": '"etag"'})
        assert response.status_code == 200
        first, second = server.requests
        assert b"Bearer t0" in first
        assert b"Bearer t1" in second
        assert first.replace(b"Bearer t0", b"Bearer t1") == second
        assert b'If-Match: "etag"' in second


def test_a_login_that_is_rejected_twice_ends_it() -> None:
    with Server(answer(401)) as server, session_for(server) as session:
        session.authorizer, session.judge = Tokens(), judge
        with pytest.raises(AuthFailed, match="the login is rejected"):
            get(session, server)
        assert len(server.requests) == 2


def test_an_anonymous_call_carries_no_proof() -> None:
    with Server(OK) as server, session_for(server) as session:
        session.authorizer = Tokens()
        get(session, server, anonymous=True)
        assert b"Bearer" not in server.requests[0]


def test_never_more_calls_in_flight_than_allowed() -> None:
    gate, inside, most = threading.Lock(), [0], [0]

    def serve(sock: socket.socket, request: bytes) -> None:
        with gate:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        threading.Event().wait(0.02)
        with gate:
            inside[0] -= 1
        sock.sendall(_closing(OK))

    with Server(serve) as server, session_for(server, concurrency=3) as session:
        threads = [threading.Thread(target=get, args=(session, server)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most[0] == 3
        assert session.counts.most_in_flight == 3
        assert session.counts.calls == 12
        assert session.counts.in_flight == 0


def test_the_budget_ends_the_run_in_clear_words() -> None:
    with Server(OK) as server, session_for(server, budget=2) as session:
        get(session, server)
        get(session, server)
        with pytest.raises(Throttled, match="budget of 2 calls"):
            get(session, server)
        assert len(server.requests) == 2
        assert session.counts.in_flight == 0


def test_nothing_personal_or_secret_is_logged_or_raised(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="connector")
    body = json.dumps({"who": "canary-body"})
    answers = answer(200, body, X_SFDC_Request_Id="req-1"), answer(500, body)
    with Server(*answers) as server, session_for(server, retries=0) as session:
        session.authorizer = Tokens()
        get(session, server, "/thing?q=canary-query")
        with pytest.raises(RemoteError) as told:
            session.request("GET", f"http://{server.host}/thing?q=canary-query", headers={"X-A": "canary-head"})
    written = caplog.text + str(told.value) + repr(told.value.__context__)
    assert "req-1" in written
    assert "canary" not in written
    assert "Bearer" not in written

"""The in-process front: a `requests` adapter that hands requests to a sandbox instead of to a socket.

    session.mount("https://", SandboxAdapter(front))

Fast and deterministic. Time does not pass while a client waits: the world's clock is advanced instead.
Broken connections reach the caller as the exceptions that `requests` raises for real ones.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from http.client import responses as reasons
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPConnectionPool, HTTPResponse, Timeout
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from connector.sandbox.broken import Broken
from connector.sandbox.front import Front
from connector.sandbox.wire import Answer, Headers, Request
from connector.sandbox.world import Clock

TimeoutSpec = float | tuple[float | None, float | None] | Timeout | None

# A client without a read timeout waits until something on the way gives up: then its connection is reset.
PATIENCE_OF_THE_NETWORK_SECONDS = 600.0

# urllib3's errors name the connection that failed; these two are never opened.
_POOL = HTTPConnectionPool("sandbox.invalid")
_CONNECTION = HTTPConnection("sandbox.invalid")


class SandboxAdapter(BaseAdapter):
    """Answers `requests` from `front`, without sockets. Thread-safe."""

    def __init__(self, front: Front) -> None:
        super().__init__()
        self.front = front

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: TimeoutSpec = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The sandbox's response. Raises what `requests` raises for a connection that breaks so."""
        client = _Client(self.front.brain.world.clock, read_seconds(timeout))
        outcome = self.front.handle(wire_request(request), client)
        if isinstance(outcome, Answer):
            return _response(request, outcome)
        if outcome.how == "cut" and outcome.partial is not None:
            return _response(request, outcome.partial)
        raise _exception(request, outcome, client)

    def close(self) -> None:
        """Nothing is held open."""


class _Client:
    """The waiting end of one call: waiting turns the clock, up to the read timeout."""

    in_process = True

    def __init__(self, clock: Clock, read_timeout: float | None) -> None:
        self.clock = clock
        self.read_timeout = read_timeout

    def wait(self, seconds: float) -> float:
        if self.read_timeout is None or seconds <= self.read_timeout:
            self.clock.advance(seconds)
            return 0
        return seconds

    def give_up(self) -> None:
        self.clock.advance(PATIENCE_OF_THE_NETWORK_SECONDS if self.read_timeout is None else self.read_timeout)


def read_seconds(timeout: TimeoutSpec) -> float | None:
    """The read timeout, in seconds, of whatever form `requests` accepts; None: no limit."""
    if isinstance(timeout, tuple):
        return timeout[1]
    if isinstance(timeout, Timeout):
        read = timeout.read_timeout
        return float(read) if isinstance(read, int | float) else None
    return timeout


def wire_request(request: requests.PreparedRequest) -> Request:
    """What a server would see of a prepared request; percent-encoding untouched."""
    url = (request.url or "").partition("#")[0]
    rest = url.partition("://")[2]
    authority, slash, target = rest.partition("/")
    path, _, query = target.partition("?")
    headers = Headers({name: _text(value) for name, value in request.headers.items()})
    headers.setdefault("host", authority)
    return Request(request.method or "GET", url, slash + path, query, headers, _bytes(request.body))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    if hasattr(body, "read"):
        return _bytes(body.read())
    return b"".join(_bytes(part) for part in body)


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    body = b"" if request.method == "HEAD" else answer.body
    headers = {"content-length": str(len(answer.body)), **answer.headers}
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(headers)
    response.encoding = get_encoding_from_headers(response.headers)
    response.reason = reasons.get(answer.status, "")
    response.url = request.url or ""
    response.request = request
    response.raw = HTTPResponse(
        io.BytesIO(body),
        headers=headers,
        status=answer.status,
        reason=response.reason,
        preload_content=False,
        request_method=request.method,
        enforce_content_length=True,
    )
    return response


def _exception(
    request: requests.PreparedRequest, broken: Broken, client: _Client
) -> requests.exceptions.RequestException:
    if broken.how == "refused":
        refusal = NewConnectionError(
            _CONNECTION, "Failed to establish a new connection: [Errno 111] Connection refused"
        )
        told = MaxRetryError(_POOL, request.url or "", refusal)
        return requests.exceptions.ConnectionError(told, request=request)
    if broken.how == "unanswered":
        client.give_up()
        if client.read_timeout is not None:
            text = f"Read timed out. (read timeout={client.read_timeout})"
            return requests.exceptions.ReadTimeout(ReadTimeoutError(_POOL, request.url, text), request=request)
    reset = ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
    return requests.exceptions.ConnectionError(reset, request=request)

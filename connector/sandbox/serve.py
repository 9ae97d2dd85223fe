"""The real fronts: HTTP or HTTPS servers on loopback, one port per brain, all in one thread of this process.

    with serve({"netsuite": front, "salesforce": other}, tls=Authority(directory)) as urls:
        requests.get(urls["netsuite"] + "/_sandbox/stats", verify=authority.certificate)

Brains run in a pool of threads, so that a slow one does not stop the server and the concurrency gate sees
every request at once. A broken connection is a really broken one: reset, left hanging, or cut short.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connector.sandbox.broken import Broken
from connector.sandbox.front import Front
from connector.sandbox.wire import Answer, Headers, Request

LOOPBACK = "127.0.0.1"
HANG_SECONDS = 60.0  # how long an unanswered connection stays open before it is reset
THREADS = 64
RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends RST, unsent data is dropped
TRANSPORT = "connector.sandbox.transport"


class Authority:
    """A throw-away certificate authority whose files live in `directory`.

    `certificate` is the CA's PEM file, to be given to clients; it vouches for localhost and 127.0.0.1 only.
    """

    def __init__(self, directory: Path) -> None:
        authority = trustme.CA()
        server = authority.issue_cert("localhost", LOOPBACK, "::1")
        self.certificate = directory / "ca.pem"
        self.server_file = directory / "server.pem"
        authority.cert_pem.write_to_path(str(self.certificate))
        write_private(self.server_file, server.private_key_and_cert_chain_pem.bytes())


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whatever the umask."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)


@contextlib.contextmanager
def serve(
    fronts: Mapping[str, Front],
    ports: Mapping[str, int] | None = None,
    *,
    tls: Authority | None = None,
    hang_seconds: float = HANG_SECONDS,
) -> Iterator[dict[str, str]]:
    """Serve each front on its port of 127.0.0.1 (a free one when not named) until the block ends.

    Gives the URL of each, without a trailing slash; connections are accepted from then on.
    OSError when a port is taken.
    """
    scheme = "https" if tls else "http"
    with contextlib.ExitStack() as opened:
        listening = {name: opened.enter_context(_listener((ports or {}).get(name, 0))) for name in fronts}
        servers = _Servers(fronts, listening, tls, hang_seconds)
        servers.start()
        opened.callback(servers.stop)
        yield {name: f"{scheme}://{LOOPBACK}:{sock.getsockname()[1]}" for name, sock in listening.items()}


def _listener(port: int) -> socket.socket:
    # asyncio switches Nagle off only where the protocol is named; without it every call waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


class _Servers:
    """uvicorn servers that share a thread, an event loop and a pool of threads for the brains."""

    def __init__(
        self,
        fronts: Mapping[str, Front],
        listening: Mapping[str, socket.socket],
        tls: Authority | None,
        hang_seconds: float,
    ) -> None:
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sandbox")
        house = _House(self._pool, self._stopping, hang_seconds)
        self._running = [
            (uvicorn.Server(_config(_App(front, house), tls)), listening[name]) for name, front in fronts.items()
        ]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-servers", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self._stopping.set()
        for server, _ in self._running:
            server.should_exit = True
        self._thread.join()
        self._pool.shutdown()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve_all())

    async def _serve_all(self) -> None:
        serving = [asyncio.create_task(server.serve(sockets=[listening])) for server, listening in self._running]
        while not all(server.started for server, _ in self._running):
            await asyncio.sleep(0.001)
        self._ready.set()
        await asyncio.gather(*serving)


def _config(app: ASGIApp, tls: Authority | None) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,  # the front gives the date of the sandbox's own clock
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        ssl_certfile=tls.server_file if tls else None,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
    config.load()  # here, so that what is wrong with it is raised to the caller and not in the servers' thread
    return config


class _Connection(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which lets the application reach the connection in order to break it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"transport": self.transport}}

    def shutdown(self) -> None:
        # uvicorn would wait for the client's end of TLS, which a client that is gone never sends.
        self.transport.abort()


class _OnTheWire:
    """A client at the other end of a socket: waiting is real, and ends early when the servers stop."""

    in_process = False

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def wait(self, seconds: float) -> float:
        self._stopping.wait(seconds)
        return 0  # nobody can see from here whether the client is still there


@dataclass(frozen=True)
class _House:
    """What the applications of all ports share."""

    pool: ThreadPoolExecutor
    stopping: threading.Event
    hang_seconds: float


class _App:
    """The ASGI application of one front."""

    def __init__(self, front: Front, house: _House) -> None:
        self._front = front
        self._house = house
        self._caller = _OnTheWire(house.stopping)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await _wire_request(HttpRequest(scope, receive))
        except ClientDisconnect:
            return  # before it had said everything: there is nobody to answer
        loop = asyncio.get_running_loop()
        outcome = await loop.run_in_executor(self._house.pool, self._front.handle, request, self._caller)
        if isinstance(outcome, Answer):
            await _response(outcome)(scope, receive, send)
        else:
            await self._break(outcome, scope, receive, send)

    async def _break(self, broken: Broken, scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope["extensions"][TRANSPORT]["transport"]
        if broken.how == "unanswered":
            await self._hang(receive)
        if broken.how == "cut" and broken.partial is not None:
            await _send_partial(broken.partial, send)
            transport.close()  # what was written still goes out
        else:
            _reset(transport)
        await receive()  # returns when the connection is gone

    async def _hang(self, receive: Receive) -> None:
        """Leave the client without an answer until it goes, the time is up, or the servers stop."""
        gone = asyncio.ensure_future(receive())
        await asyncio.wait({gone}, timeout=self._house.hang_seconds)
        gone.cancel()


def _reset(transport: Any) -> None:
    """Close with RST, so that the client cannot mistake it for an orderly end."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    transport.abort()


async def _wire_request(request: HttpRequest) -> Request:
    """The request as the client wrote it: the Host header decides, percent-encoding stays."""
    scope = request.scope
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    headers = _headers(scope["headers"])
    host = headers.get("host", f"{LOOPBACK}:{scope['server'][1]}")
    url = f"{scope['scheme']}://{host}{path}" + (f"?{query}" if query else "")
    return Request(scope["method"], url, path, query, headers, await request.body())


def _headers(raw: list[tuple[bytes, bytes]]) -> Headers:
    """Header lines as text; the values of a repeated name are joined as RFC 9110 says."""
    headers = Headers()
    for name, value in raw:
        text, earlier = value.decode("latin-1"), headers.get(name.decode("latin-1"))
        headers[name.decode("latin-1")] = text if earlier is None else f"{earlier}, {text}"
    return headers


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))


async def _send_partial(answer: Answer, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})

"""One hardened `requests` session for both systems.

Its law: a call ends in a bounded time with an answer or with one of our errors; a write is sent a second time
only if it is certain that the first was not applied; what proves who we are goes to allowed hosts only; and
neither headers nor bodies ever reach a log.

    prepare -> [ authorize -> send -> read -> judge ] -> answer
                 └──── again: transport failure, throttled, expired login ────┘
"""

from __future__ import annotations

import logging
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

import certifi
from requests import PreparedRequest, Response
from requests import Session as RequestsSession
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as ConnectionFailed
from requests.exceptions import ConnectTimeout, RequestException, SSLError, Timeout
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from connector.core.schema import SystemName
from connector.errors import AuthFailed, OutcomeUnknown, RemoteError, Throttled, Unavailable, Unintelligible
from connector.systems.deadline import pool_classes
from connector.systems.redaction import without_proofs

__all__ = [
    "Authorizer",
    "Counts",
    "PreparedRequest",
    "Response",
    "Session",
    "Verdict",
    "by_status",
    "decoded",
    "request_id",
]

log = logging.getLogger("connector.calls")

_MAX_BODY_BYTES = 256 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_REQUEST_ID = re.compile(r"[\w.:-]{1,64}")
_REQUEST_ID_HEADERS = ("X-SFDC-Request-Id", "X-N-OperationId", "X-Request-Id")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_REDIRECTS = (301, 302, 303, 307, 308)


class Verdict(Enum):
    """What an answer means for the call as a whole."""

    ANSWER = "the system has spoken: hand it to the caller, whatever it says"
    EXPIRED = "the login is not accepted any more and nothing was applied: log in and send again"
    THROTTLED = "too many requests and nothing was applied: wait and send again"
    BROKEN = "the server failed; a write may have been applied or not"


def by_status(response: Response) -> Verdict:
    """The verdict that the HTTP status alone allows. 406 and 420 are transient in practice at Salesforce."""
    if response.status_code == 429:
        return Verdict.THROTTLED
    if response.status_code in (406, 408, 420) or response.status_code >= 500:
        return Verdict.BROKEN
    return Verdict.ANSWER


class Authorizer(Protocol):
    """Proves who we are. Used by many threads at once."""

    attempts: int
    """How often a rejected login is renewed for one call before it is believed."""

    def authorize(self, request: PreparedRequest) -> None:
        """Add the proof to a request that is about to leave; called for each sending."""
        ...

    def renew(self, rejected: PreparedRequest) -> None:
        """Log in anew, unless another thread has done so since `rejected` was authorized. May raise AuthFailed."""
        ...

    def explain(self, response: Response) -> str:
        """Why the login is rejected again and again, and what to do about it, in one or two sentences."""
        ...


@dataclass
class Counts:
    """What a session did so far. `calls` are requests that left (retries among them)."""

    calls: int = 0
    retries: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    bytes_received: int = 0


@dataclass(frozen=True)
class _Call:
    """One call of the caller, however often it is sent."""

    prepared: PreparedRequest
    safe: bool
    judge: Callable[[Response], Verdict]
    decode: Callable[[Response], Any] | None
    authorizer: Authorizer | None

    @property
    def name(self) -> str:
        """Method, host and path, without the query: its values may be personal data."""
        parts = urlsplit(self.prepared.url or "")
        return f"{self.prepared.method} {_host(parts)}{parts.path}"


class _Failure(Exception):
    """A sending that brought no answer; `again` says whether sending once more is allowed and promising."""

    def __init__(self, error: RemoteError, *, again: bool, retry_after_seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.again, self.retry_after_seconds = error, again, retry_after_seconds


class _Adapter(HTTPAdapter):
    """Connections with a total time-out, and with a private CA in addition to the public ones."""

    def __init__(self, *, ca: str | None, total_seconds: float, connections: int) -> None:
        self._tls = _tls_context(ca)
        self._total_seconds = total_seconds
        super().__init__(pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=self._tls)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = pool_classes(self._total_seconds)


def _tls_context(ca: str | None) -> ssl.SSLContext:
    return _trusting(ca) if ca else _trusting_the_public()


@cache
def _trusting_the_public() -> ssl.SSLContext:
    """Once per process: to read the public CAs takes longer than a dozen calls."""
    return _trusting(None)


def _trusting(ca: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    if ca:
        context.load_verify_locations(cafile=ca)
    return context


class Session(RequestsSession):
    """A `requests.Session` that keeps the law above. Thread-safe.

    `allowed_hosts`: `host[:port]` in lower case, or a predicate over that text. Plain http is spoken to allowed
    loopback hosts only. `budget`: requests that may leave in all. `ca`: path of a PEM file with a further CA.
    The attribute `authorizer` is set once the system's login is known; `judge` may be exchanged by the adapter.
    """

    def __init__(
        self,
        system: SystemName,
        *,
        allowed_hosts: frozenset[str] | Callable[[str], bool],
        concurrency: int,
        connect_seconds: float = 10,
        read_seconds: float = 120,
        total_seconds: float = 300,
        retries: int = 5,
        budget: int | None = None,
        ca: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        random: random.Random | None = None,
        user_agent: str = "lead-connector",
    ) -> None:
        super().__init__()
        self.system = system
        self.authorizer: Authorizer | None = None
        self.judge: Callable[[Response], Verdict] = by_status
        self.sleep = sleep
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["User-Agent"] = user_agent
        adapter = _Adapter(ca=ca, total_seconds=total_seconds, connections=concurrency)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self._allowed = allowed_hosts if callable(allowed_hosts) else allowed_hosts.__contains__
        self._timeouts = (connect_seconds, read_seconds)
        self._total_seconds = total_seconds
        self._budget = budget
        self._random = random or _random_source()
        self._slots = threading.BoundedSemaphore(concurrency)
        self._lock = threading.Lock()
        self._counts = Counts()
        self._retrying = Retrying(
            stop=stop_after_attempt(retries + 1),
            retry=retry_if_exception(lambda error: isinstance(error, _Failure) and error.again),
            wait=self._pause,
            before_sleep=self._count_retry,
            sleep=sleep,
            reraise=True,
        )

    @property
    def counts(self) -> Counts:
        with self._lock:
            return replace(self._counts)

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        safe: bool | None = None,
        decode: Callable[[Response], Any] | None = None,
        judge: Callable[[Response], Verdict] | None = None,
        anonymous: bool = False,
        params: Mapping[str, str | int] | None = None,
        data: Any = None,
        json: Any = None,
        headers: Any = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The system's answer, body read. Statuses that are answers (most 4xx among them) are not errors here.

        `safe`: sending twice does no harm (default: GET and HEAD). `decode` turns the body of a 2xx into data,
        which `decoded(response)` then gives; its ValueError means that the body is garbled. `judge` replaces the
        session's own for this call. `anonymous` calls carry no proof of who we are (the login itself).
        `allow_redirects` is there because `get()` passes it; no redirect is ever followed.

        Raises Unavailable (surely not applied), Throttled, OutcomeUnknown (unsafe calls only), AuthFailed,
        Unintelligible.
        """
        prepared = PreparedRequest()
        # Not `prepare_request`: it merges cookies, hooks and logins, and there are none.
        prepared.prepare_method(method.upper())
        prepared.url = _address(url, tuple((params or {}).items()))
        prepared.prepare_headers({**self.headers, **(headers or {})})
        prepared.prepare_body(data, None, json)
        self._check_address(prepared.url or "")
        call = _Call(
            prepared=prepared,
            safe=method.upper() in ("GET", "HEAD") if safe is None else safe,
            judge=judge or self.judge,
            decode=decode,
            authorizer=None if anonymous else self.authorizer,
        )
        return self._with_valid_login(call)

    def _with_valid_login(self, call: _Call) -> Response:
        """The same call again, same headers, under a renewed login if the first is not accepted."""
        response = self._patiently(call)
        if call.authorizer is None or call.judge(response) is not Verdict.EXPIRED:
            return response
        for _ in range(call.authorizer.attempts):
            call.authorizer.renew(response.request)
            response = self._patiently(call)
            if call.judge(response) is not Verdict.EXPIRED:
                return response
        raise AuthFailed(call.authorizer.explain(response), **self._facts(response))

    def _patiently(self, call: _Call) -> Response:
        try:
            return self._retrying(self._attempt, call)
        except _Failure as failure:
            raise failure.error from None

    def _attempt(self, call: _Call) -> Response:
        prepared = call.prepared.copy()
        if call.authorizer is not None:
            call.authorizer.authorize(prepared)
        with self._slot():
            response = self._exchange(call, prepared)
        return self._judged(call, response)

    def _exchange(self, call: _Call, prepared: PreparedRequest) -> Response:
        """Send and read the whole body; transport failures become `_Failure`."""
        started = time.monotonic()
        try:
            # Not `send` of the session: it would keep cookies, and prepare to follow a redirect.
            adapter = self.get_adapter(prepared.url or "")
            response = adapter.send(prepared, stream=True, timeout=self._timeouts, verify=True, proxies={})
            with response:
                self._read_body(response, started + self._total_seconds)
        except RequestException as error:
            log.debug("%s %s: %s", self.system, call.name, type(error).__name__)
            raise self._transport_failure(call, error) from None
        self._log(call, response, time.monotonic() - started)
        return response

    def _read_body(self, response: Response, ends_at: float) -> None:
        """Read at most so many bytes until `ends_at` (sockets keep that by themselves, other transports not)."""
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > _MAX_BODY_BYTES:
                raise RequestException("the answer is too big")
            if time.monotonic() > ends_at:
                raise Timeout("the answer took longer than allowed in total")
        # requests keeps a body that was read piece by piece nowhere; this is where it would keep a whole one.
        response._content = bytes(body)
        with self._lock:
            self._counts.bytes_received += len(body)

    def _judged(self, call: _Call, response: Response) -> Response:
        """The response, if it is an answer (or an expired login); else a `_Failure`."""
        if response.status_code in _REDIRECTS:
            raise _Failure(self._redirected(response), again=False)
        verdict = call.judge(response)
        if verdict is Verdict.THROTTLED:
            raise self._throttled(response)
        if verdict is Verdict.BROKEN:
            raise self._broken(call, f"the server answered {response.status_code}", response)
        if call.decode is not None and response.ok and response.status_code != 204:
            try:
                response.decoded = call.decode(response)  # type: ignore[attr-defined]
            except ValueError:
                raise self._broken(call, "the answer is garbled", response) from None
        return response

    def _broken(self, call: _Call, what: str, response: Response) -> _Failure:
        facts = self._facts(response)
        if not call.safe:
            return _Failure(OutcomeUnknown(f"{call.name}: {what}", **facts), again=False)
        error = Unintelligible if response.ok else Unavailable
        after = _retry_after(response)
        return _Failure(error(f"{call.name}: {what}", **facts), again=True, retry_after_seconds=after)

    def _throttled(self, response: Response) -> _Failure:
        after = _retry_after(response)
        error = Throttled("too many requests", retry_after_seconds=after, **self._facts(response))
        return _Failure(error, again=(after or 0) <= _LONGEST_PAUSE_SECONDS, retry_after_seconds=after)

    def _redirected(self, response: Response) -> RemoteError:
        """We never follow: the other host would get our token."""
        host = urlsplit(response.headers.get("Location", "")).netloc.rpartition("@")[2] or "another path"
        return Unintelligible(
            f"the server sends us on to {without_proofs(host)}; not followed", **self._facts(response)
        )

    def _transport_failure(self, call: _Call, error: RequestException) -> _Failure:
        """What a broken connection means. The texts of HTTP libraries hold URLs, so they are not passed on."""
        what = f"{call.name}: {_in_words(error)}"
        if _never_sent(error):
            return _Failure(Unavailable(what, system=self.system), again=not isinstance(error, SSLError))
        if call.safe:
            return _Failure(Unavailable(what, system=self.system), again=True)
        return _Failure(OutcomeUnknown(what, system=self.system), again=False)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        """One of the places for calls in flight, and one call of the budget."""
        with self._slots:
            self._count_call()
            try:
                yield
            finally:
                with self._lock:
                    self._counts.in_flight -= 1

    def _count_call(self) -> None:
        with self._lock:
            counts = self._counts
            if self._budget is not None and counts.calls >= self._budget:
                text = f"the budget of {self._budget} calls for this run is used up; the next run goes on from here"
                raise _Failure(Throttled(text, system=self.system), again=False)
            counts.calls += 1
            counts.in_flight += 1
            counts.most_in_flight = max(counts.in_flight, counts.most_in_flight)

    def _count_retry(self, state: RetryCallState) -> None:
        with self._lock:
            self._counts.retries += 1

    def _pause(self, state: RetryCallState) -> float:
        """Exponential back-off with full jitter, and never less than the server asked for."""
        ceiling = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** (state.attempt_number - 1))
        with self._lock:
            pause = self._random.uniform(0, ceiling)
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_seconds if isinstance(error, _Failure) else None
        return max(pause, min(asked or 0, _LONGEST_PAUSE_SECONDS))

    def _check_address(self, url: str) -> None:
        parts = urlsplit(url)
        host = _host(parts)
        if parts.username or parts.password:
            raise Unintelligible("an address with a user name in it is not used", system=self.system)
        if not self._allowed(host):
            raise Unintelligible(f"{host} is not one of this system's hosts", system=self.system)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise Unintelligible(f"{host} is spoken to over https only", system=self.system)

    def _facts(self, response: Response) -> dict[str, Any]:
        return {"system": str(self.system), "status": response.status_code, "request_id": request_id(response)}

    def _log(self, call: _Call, response: Response, seconds: float) -> None:
        if not log.isEnabledFor(logging.DEBUG):
            return
        facts = {
            "system": str(self.system),
            "call": call.name,
            "status": response.status_code,
            "ms": round(seconds * 1000),
            "request": request_id(response),
        }
        log.debug("%(system)s %(call)s %(status)s %(ms)s ms %(request)s", facts, extra={"facts": facts})


def decoded(response: Response) -> Any:
    """What the `decode` of the call made of the body; None for an answer without one."""
    return getattr(response, "decoded", None)


def request_id(response: Response) -> str:
    """The vendor's own name for the call, which its support asks for; empty where none is sent, or something else."""
    told = next((response.headers[name] for name in _REQUEST_ID_HEADERS if name in response.headers), "")
    return told if _REQUEST_ID.fullmatch(told) and told not in _proof(response.request) else ""


def _proof(request: PreparedRequest) -> str:
    """Everything of a request in which a token, a secret or a signature may stand."""
    body = request.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    return f"{request.headers.get('Authorization', '')} {text}"


@lru_cache(maxsize=64)  # most calls of a run go to a few addresses
def _address(url: str, params: tuple[tuple[str, str | int], ...]) -> str:
    """A whole URL, percent-encoded as it travels."""
    prepared = PreparedRequest()
    prepared.prepare_url(url, dict(params))
    return prepared.url or ""


def _random_source() -> random.Random:
    return random.Random()


@lru_cache(maxsize=64)
def _host(parts: SplitResult) -> str:
    """`host[:port]`, the port only where it is not the scheme's own."""
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def _retry_after(response: Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else None


def _never_sent(error: RequestException) -> bool:
    """True only if no byte of the request can have reached the server."""
    if isinstance(error, ConnectTimeout):
        return True
    cause = getattr(error.args[0], "reason", None) if isinstance(error, ConnectionFailed) and error.args else None
    if isinstance(cause, NewConnectionError | ConnectTimeoutError):
        return True
    return "CERTIFICATE_VERIFY_FAILED" in str(cause) if isinstance(error, SSLError) else False


def _in_words(error: RequestException) -> str:
    if isinstance(error, SSLError):
        return "no trusted TLS connection (for a private CA name its file in the configuration)"
    if _never_sent(error):
        return "cannot connect"
    if isinstance(error, Timeout):
        return "no answer in time"
    return "the connection broke before the whole answer arrived"

"""The brain: which request goes to which handler, and how replies and refusals go back on the wire.

Law: a request that no route, header rule or handler knows is refused with 501 and `x-sandbox: not-emulated`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from connector.sandbox.salesforce import acts, envelope, handlers, replication, row_collections, rows, soap
from connector.sandbox.salesforce.auth import OAuthRefusal, Sessions, bearer, grant, read_form
from connector.sandbox.salesforce.call import Call, Reply
from connector.sandbox.salesforce.composite import composite
from connector.sandbox.salesforce.errors import (
    NotEmulated,
    NotModified,
    PreconditionFailed,
    Problem,
    Refusal,
    no_such_resource,
    refuse,
    row_is_locked,
)
from connector.sandbox.salesforce.fields import Field
from connector.sandbox.salesforce.jsontext import render
from connector.sandbox.salesforce.load import LoadReport, load
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.query import Queries
from connector.sandbox.salesforce.seed import seed
from connector.sandbox.salesforce.settings import Settings
from connector.sandbox.salesforce.usage import Usage
from connector.sandbox.salesforce.values import wire_value
from connector.sandbox.wire import Answer, Request
from connector.sandbox.world import World

LONGEST_URL = 16_384
VERSION = re.compile(r"v(\d+)\.0")
JSON = "application/json;charset=UTF-8"
NO_CACHE = "no-cache,must-revalidate,max-age=0,no-store,private"
REAL_VERSIONS = range(31, 69)


@dataclass(frozen=True)
class Route:
    """`path` below the version root, variable segments in braces; `params` the query parameters known."""

    method: str
    path: str
    handle: Callable[[Call], Reply]
    params: frozenset[str] = frozenset()

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(part for part in self.path.split("/") if part)


def _route(method: str, path: str, handle: Callable[[Call], Reply], params: str = "") -> Route:
    return Route(method, path, handle, frozenset(params.split()))


def _elsewhere(call: Call) -> Reply:
    """Answered by the brain itself, which knows the session and the usage."""
    raise NotEmulated(call.request.path)


ROUTES = (
    _route("GET", "/", handlers.resources),
    _route("GET", "/sobjects", handlers.all_sobjects),
    _route("GET", "/sobjects/{type}", handlers.one_sobject),
    _route("POST", "/sobjects/{type}", rows.create_row),
    _route("GET", "/sobjects/{type}/describe", handlers.describe),
    _route("GET", "/sobjects/{type}/updated", replication.updated, "start end"),
    _route("GET", "/sobjects/{type}/deleted", replication.deleted, "start end"),
    _route("GET", "/sobjects/{type}/{id}", rows.read_row, "fields"),
    _route("PATCH", "/sobjects/{type}/{id}", rows.update_row),
    _route("DELETE", "/sobjects/{type}/{id}", rows.delete_row),
    _route("GET", "/sobjects/{type}/{field}/{value}", rows.read_by_key, "fields"),
    _route("PATCH", "/sobjects/{type}/{field}/{value}", rows.upsert_row, "updateOnly"),
    _route("DELETE", "/sobjects/{type}/{field}/{value}", rows.delete_by_key),
    _route("GET", "/query", handlers.query, "q"),
    _route("GET", "/queryAll", handlers.query_all, "q"),
    _route("GET", "/query/{locator}", handlers.query_more),
    _route("GET", "/queryAll/{locator}", handlers.query_more),
    _route("GET", "/limits", _elsewhere),
    _route("GET", "/limits/recordCount", handlers.record_counts, "sObjects"),
    _route("POST", "/composite", _elsewhere),
    _route("POST", "/composite/sobjects", row_collections.create_rows),
    _route("PATCH", "/composite/sobjects", row_collections.update_rows),
    _route("DELETE", "/composite/sobjects", row_collections.delete_rows, "ids allOrNone"),
    _route("GET", "/composite/sobjects/{type}", row_collections.read_rows, "ids fields"),
    _route("POST", "/composite/sobjects/{type}", row_collections.read_rows_posted),
    _route("PATCH", "/composite/sobjects/{type}/{field}", row_collections.upsert_rows),
)
COLLECTIONS = "/composite/sobjects"


@lru_cache(maxsize=4096)
def _shape(segments: tuple[str, ...]) -> tuple[Route, ...]:
    """All routes (one per method) of the first path template that fits."""
    fitting = [route for route in ROUTES if _fits(route.segments, segments)]
    return tuple(route for route in fitting if route.path == fitting[0].path) if fitting else ()


def _fits(template: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    if len(template) != len(segments):
        return False
    return all(part[0] == "{" or part == given for part, given in zip(template, segments, strict=True))


def _parts(template: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str]:
    pairs = zip(template, segments, strict=True)
    return {part[1:-1]: given for part, given in pairs if part[0] == "{"}


class Salesforce:
    """One emulated org. Single-threaded: whoever serves it holds a lock."""

    name = "salesforce"

    def __init__(self, world: World, *, settings: Settings | None = None, database: str = ":memory:") -> None:
        self.world = world
        self.settings = settings or Settings()
        self.org = Org(world, self.settings, database)
        self.queries = Queries(self.org)
        self.sessions = Sessions(self.org)
        self.usage = Usage()
        self._requests = 0

    def close(self) -> None:
        self.org.close()

    # what the front calls

    def answer(self, request: Request) -> Answer:
        """The vendor's answer to one request; never raises for anything that a client can send."""
        self._requests += 1
        self.org.settle()
        if len(request.url) > LONGEST_URL:
            return Answer(414, {"Content-Type": "text/html"}, b"<h1>URI Too Long</h1>")
        try:
            return self._dispatch(request)
        except NotEmulated as unknown:
            return _not_emulated(str(unknown))
        except OAuthRefusal as refusal:
            return self._json(Reply(400, refusal.body))
        except Refusal as refusal:
            return self._json(_refused(refusal))

    def act(self, deed: dict[str, Any]) -> dict[str, Any]:
        """What people do in the UI; see `acts`. ValueError for what is unknown or impossible."""
        self.org.settle()
        return acts.act(self.org, deed)

    def expire_tokens(self) -> None:
        self.sessions.close_all()

    def lock_answer(self, request: Request) -> Answer:
        """The record is locked: a row error where rows have their own outcome, else 400."""
        path = "/".join(request.segments)
        problem = row_is_locked(request.segments[-1] if request.segments else "").problems[0]
        if "/Soap/" in path:
            return self._locked_conversion(request, problem)
        if f"{path}/".find(f"{COLLECTIONS}/") >= 0:
            failed = {"success": False, "errors": [problem.as_row_error()]}
            return self._json(Reply(200, [failed] * _row_count(request)))
        return self._json(Reply(400, [problem.as_request_error()]))

    def throttle_answer(self, request: Request) -> Answer:
        message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
        return self._json(_refused(refuse("REQUEST_LIMIT_EXCEEDED", message)))

    def route(self, request: Request) -> str:
        segments = request.segments
        if segments[:2] != ("services", "data") or len(segments) < 3:
            return f"{request.method} /{'/'.join(segments[:3])}"
        found = _shape(segments[3:])
        path = found[0].path if found else "/" + "/".join(segments[3:4])
        return f"{request.method} {path}"

    def concurrency_limit(self) -> int | None:
        return self.settings.concurrency_limit

    # what tests and the demo call

    def rows(self, sobject: str, *fields: str) -> list[dict[str, Any]]:
        """Every row of one object, deleted ones too, with values as JSON shows them: all, or those of `fields` that it
        has. Reading only."""
        self.org.settle()
        found = self.org.sobject(sobject)
        shown = [field for field in found.stored if not fields or field.name in fields]
        return [_visible(shown, row) for row in self.org.rows(found.name)]

    def digest(self) -> str:
        """A hash over all data; two equal digests mean that nothing was written."""
        self.org.settle()
        return self.org.digest()

    def load(self, records: list[dict[str, Any]]) -> LoadReport:
        """Import records of the tree format as a data import would; see `load`."""
        self.org.settle()
        return load(self.org, records)

    def seed(self, leads: int, *, accounts: int = 0, contacts: int = 0, opportunities: int = 0) -> dict[str, int]:
        """Made-up records, as many as asked, always the same for the same seed; counts per object."""
        self.org.settle()
        return seed(self.org, leads, accounts, contacts, opportunities)

    # dispatch

    def _dispatch(self, request: Request) -> Answer:
        segments = request.segments
        if segments[:2] == ("services", "data"):
            if len(segments) == 2:
                return self._json(handlers.versions() if request.method == "GET" else _not_allowed(["GET"]))
            return self._data(request)
        if segments[:3] == ("services", "Soap", "u") and request.method == "POST":
            return self._soap(request)
        if segments[:2] == ("services", "oauth2") and len(segments) == 3:
            return self._json(self._oauth(request, segments[2]))
        if segments[:1] == ("id",) and len(segments) == 3:
            user_id = self.sessions.user_of(bearer(request))
            return self._json(Reply(200, handlers.identity(self.org, user_id, request)))
        raise NotEmulated(f"{request.method} {request.path}")

    def _oauth(self, request: Request, what: str) -> Reply:
        if what == "token" and request.method == "POST":
            return Reply(200, grant(self.org, self.sessions, request))
        if what == "revoke" and request.method == "POST":
            self.sessions.close(read_form(request).get("token", ""))
            return Reply(200)
        if what == "userinfo" and request.method in ("GET", "POST"):
            return Reply(200, handlers.identity(self.org, self.sessions.user_of(bearer(request)), request))
        raise NotEmulated(f"{request.method} {request.path}")

    def _data(self, request: Request) -> Answer:
        user_id = self.sessions.user_of(bearer(request))
        used = self._spend()
        reply = self._serve_or_refuse(request, user_id)
        if reply.status != 204:
            usage = f"api-usage={used}/{self.settings.daily_api_limit}"
            reply = replace(reply, headers={"Sforce-Limit-Info": usage} | reply.headers)
        return self._json(reply)

    def _spend(self) -> int:
        """Count one request. Refusal REQUEST_LIMIT_EXCEEDED when the day's allowance is gone."""
        if self.usage.count(self.org.now()) >= self.settings.daily_api_limit:
            raise refuse("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        return self.usage.add(self.org.now())

    def _serve(self, request: Request, user_id: str) -> Reply:
        """Answer one data request, or one step of a composite."""
        if len(request.segments) < 3:
            raise no_such_resource()
        version, segments = _version(request.segments[2]), request.segments[3:]
        routes = _shape(segments)
        if not routes:
            raise NotEmulated(f"{request.method} {request.path}")
        route = next((one for one in routes if one.method == request.method), None)
        if route is None:
            return _not_allowed([one.method for one in routes])
        unknown = request.params.keys() - route.params
        if unknown:
            raise NotEmulated(f"query parameter {', '.join(sorted(unknown))} on {route.path}")
        root = f"/services/data/v{version:.1f}"
        parts = _parts(route.segments, segments)
        call = Call(self.org, self.queries, request, root, version, user_id, parts)
        return self._handle(route, call)

    def _handle(self, route: Route, call: Call) -> Reply:
        call.refuse_unknown_headers()
        try:
            if route.path == "/limits":
                return handlers.limits(self.usage.count(self.org.now()), self.settings.daily_api_limit)
            if route.path == "/composite":
                return composite(call, lambda request: self._serve_step(request, call.user_id))
            return route.handle(call)
        except PreconditionFailed:
            return Reply(412)
        except NotModified as unchanged:
            return Reply(304, None, unchanged.headers)

    def _serve_step(self, request: Request, user_id: str) -> Reply:
        if request.segments[3:4] == ("composite",) and request.segments[3:5] != ("composite", "sobjects"):
            raise NotEmulated("composite inside composite")
        return self._serve_or_refuse(request, user_id)

    def _serve_or_refuse(self, request: Request, user_id: str) -> Reply:
        try:
            return self._serve(request, user_id)
        except Refusal as refusal:
            return _refused(refusal)

    # SOAP

    def _soap(self, request: Request) -> Answer:
        _version(f"v{request.segments[3] if len(request.segments) > 3 else ''}")
        try:
            headers, operation = envelope.parse(request.body)
            return self._soap_call(request, headers, operation)
        except envelope.BadEnvelope as bad:
            return envelope.client_fault(str(bad))
        except soap.Fault as fault:
            return envelope.fault(fault.code, fault.message)

    def _soap_call(self, request: Request, headers: list[Any], operation: Any) -> Answer:
        name = envelope.local(operation)
        if name not in soap.OPERATIONS:
            raise NotEmulated(f"SOAP {name}")
        try:
            user_id = self.sessions.user_of(soap.session_token(headers))
            used = self._spend()
        except Refusal as refusal:
            message = refusal.problems[0].message
            if refusal.problems[0].code == "INVALID_SESSION_ID":
                message = "Invalid Session ID found in SessionHeader: Illegal Session"
            raise soap.Fault(refusal.problems[0].code, message) from refusal
        saver = soap.saver_of(headers, user_id, float(request.segments[3]))
        results = soap.OPERATIONS[name](self.org, saver, operation)
        answer = envelope.response(name, results, (used, self.settings.daily_api_limit))
        return replace(answer, wrote=any(("success", True) in result for result in results))

    def _locked_conversion(self, request: Request, problem: Problem) -> Answer:
        count = max(1, request.body.count(b"leadConverts>") // 2)
        result = (
            ("accountId", None),
            ("contactId", None),
            ("errors", (("fields", None), ("message", problem.message), ("statusCode", problem.code))),
            ("leadId", None),
            ("opportunityId", None),
            ("success", False),
        )
        used = self.usage.count(self.org.now())
        return envelope.response("convertLead", [result] * count, (used, self.settings.daily_api_limit))

    # the wire

    def _json(self, reply: Reply) -> Answer:
        headers = {
            "Server": "sfdcedge",
            "X-SFDC-Request-Id": f"{self.world.seed:08x}{self._requests:016x}",
            "Cache-Control": NO_CACHE,
            **reply.headers,
        }
        if reply.body is None:
            return Answer(reply.status, headers, b"", reply.wrote)
        headers["Content-Type"] = JSON
        return Answer(reply.status, headers, render(reply.body).encode(), reply.wrote)


def _version(text: str) -> float:
    """The API version of a path. NotEmulated for those that exist but are not emulated here."""
    match = VERSION.fullmatch(text)
    number = int(match.group(1)) if match else 0
    if number in handlers.VERSIONS:
        return float(number)
    if number in REAL_VERSIONS:
        raise NotEmulated(f"API version {text}")
    raise no_such_resource()


def _refused(refusal: Refusal) -> Reply:
    return Reply(refusal.status, [problem.as_request_error() for problem in refusal.problems])


def _not_allowed(methods: list[str]) -> Reply:
    message = f"HTTP Method not allowed. Allowed are {','.join(methods)}"
    return _refused(refuse("METHOD_NOT_ALLOWED", message))


def _not_emulated(what: str) -> Answer:
    headers = {"Content-Type": JSON, "x-sandbox": "not-emulated"}
    return Answer(501, headers, render({"sandbox": "not emulated", "what": what}).encode())


def _row_count(request: Request) -> int:
    ids = request.params.get("ids")
    return len(ids.split(",")) if ids else max(1, request.body.count(b'"attributes"'))


def _visible(fields: Sequence[Field], row: dict[str, Any]) -> dict[str, Any]:
    return {field.name: wire_value(field, row[field.name]) for field in fields}

"""The NetSuite brain: every path of the services, who may call it, and what answers."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable
from email.utils import format_datetime
from typing import Any

from connector.sandbox.netsuite import auth, deeds, handlers, lead_list, made_up, metadata, subresources
from connector.sandbox.netsuite.account import Account
from connector.sandbox.netsuite.answers import plain
from connector.sandbox.netsuite.errors import (
    NotEmulated,
    Refusal,
    locked,
    too_many_requests,
)
from connector.sandbox.netsuite.query import QueryService
from connector.sandbox.netsuite.settings import Settings
from connector.sandbox.wire import Answer, Request
from connector.sandbox.world import World

_RECORD = "/services/rest/record/v1"
_LINE = f"{_RECORD}/{{type}}/{{id}}/addressBook/{{line}}"
_SYSTEM = "/services/rest/system/v1"
_NEXT_TO_EVERY_ANSWER = {
    "Cache-Control": "No-Cache",
    "Pragma": "No-Cache",
    "Expires": "0",
    "Strict-Transport-Security": "max-age=31536000",
    "Vary": "User-Agent, Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
Handler = Callable[..., Answer]


class NetSuite:
    """One emulated account. Give it to a front; look into it with `rows` and `digest`."""

    name = "netsuite"

    def __init__(self, world: World, *, settings: Settings | None = None, database: str = ":memory:") -> None:
        self.world = world
        self.settings = settings or Settings()
        self.account = Account(world, self.settings, database)
        self._auth = auth.Auth(world, self.settings)
        self._query = QueryService(self.account)
        # Apart from the world's randomness, so that reading does not change what comes after.
        self._job_ids = random.Random(f"jobs {world.seed}")
        self._routes = self._route_table()

    def close(self) -> None:
        self.account.close()

    # Brain

    def answer(self, request: Request) -> Answer:
        return self._decorated(self._answer(request))

    def act(self, deed: dict[str, Any]) -> dict[str, Any]:
        """What people do in the UI; see `deeds.DEEDS`. ValueError for what is unknown or refused."""
        return deeds.carry_out(self.account, deed)

    def expire_tokens(self) -> None:
        self._auth.expire()

    def lock_answer(self, request: Request) -> Answer:
        return self._decorated(locked().answer())

    def throttle_answer(self, request: Request) -> Answer:
        return self._decorated(too_many_requests().answer())

    def route(self, request: Request) -> str:
        found = self._match(request)
        return f"{request.method} {found[0] if found else '(unknown)'}"

    def concurrency_limit(self) -> int | None:
        return self.settings.concurrency_limit

    # data

    def rows(self, table: str, *columns: str) -> list[dict[str, Any]]:
        """All rows of a record type or own table (`customer`, `addressbook`, `deletedrecord`, ...) by id, as stored;
        of `columns`, if some are named."""
        wanted = ", ".join(columns) or "*"
        return self.account.all(f"SELECT {wanted} FROM {table.lower()} ORDER BY 1")  # noqa: S608 - no requests

    def digest(self) -> str:
        """A hash of all data; reading leaves it as it is."""
        return self.account.digest()

    def load_leads(self, rows: Iterable[dict[str, str]]) -> lead_list.Report:
        """Import a CSV lead list, as the import assistant would; see `lead_list.load`."""
        return lead_list.load(self.account, rows)

    def seed(self, *, leads: int = 0, prospects: int = 0, customers: int = 0, opportunities: int = 0) -> dict[str, int]:
        """Fill the account with made-up people and companies; how many records of each type were made."""
        wanted = made_up.Wanted(leads, prospects, customers, opportunities)
        return made_up.fill(self.account, wanted)

    # answering

    def _answer(self, request: Request) -> Answer:
        try:
            if request.method == "POST" and request.path == auth.TOKEN_PATH:
                return self._auth.token(request)
            self._auth.check(request)
        except Refusal as refusal:
            return auth.login_refused(refusal, request, self.settings.realm)
        try:
            return self._routed(request)
        except (Refusal, NotEmulated) as refusal:
            return refusal.answer()

    def _routed(self, request: Request) -> Answer:
        found = self._match(request)
        if found is None:
            raise NotEmulated(f"{request.method} {request.path}")
        _, handler, values = found
        if request.method == "GET":
            return handler(request, *values)
        with self.account.change():
            return handler(request, *values)

    def _match(self, request: Request) -> tuple[str, Handler, list[str]] | None:
        segments = request.segments
        for method, template, parts, handler in self._routes:
            values = _values(parts, segments) if method in (request.method, "*") else None
            if values is not None:
                return template, handler, values
        return None

    def _decorated(self, answer: Answer) -> Answer:
        headers = {
            **_NEXT_TO_EVERY_ANSWER,
            **answer.headers,
            "Date": format_datetime(self.world.clock.now(), usegmt=True),
            "x-n-operationid": self._job_id(),
            "x-netsuite-jobid": self._job_id(),
        }
        return Answer(answer.status, headers, answer.body, answer.wrote)

    def _job_id(self) -> str:
        return str(uuid.UUID(int=self._job_ids.getrandbits(128), version=4))

    # routes

    def _route_table(self) -> list[tuple[str, str, tuple[str, ...], Handler]]:
        table: list[tuple[str, str, Handler]] = [
            ("POST", auth.TOKEN_PATH, self._auth.token),
            ("POST", "/services/rest/query/v1/suiteql", self._query.suiteql),
            ("GET", f"{_SYSTEM}/governanceLimits", self._governance),
            ("GET", f"{_SYSTEM}/serverTime", self._server_time),
            ("GET", f"{_RECORD}/metadata-catalog", self._on(metadata.read_catalog)),
            ("GET", f"{_RECORD}/metadata-catalog/{{type}}", self._on(metadata.read_schema)),
            ("GET", f"{_RECORD}/{{type}}", self._on(handlers.read_collection)),
            ("POST", f"{_RECORD}/{{type}}", self._on(handlers.create_record)),
            ("*", f"{_RECORD}/{{type}}", _batch),
            ("GET", f"{_RECORD}/{{type}}/{{id}}", self._on(handlers.read_record)),
            ("PATCH", f"{_RECORD}/{{type}}/{{id}}", self._on(handlers.update_record)),
            ("PUT", f"{_RECORD}/{{type}}/{{id}}", self._on(handlers.upsert_record)),
            ("DELETE", f"{_RECORD}/{{type}}/{{id}}", self._on(handlers.delete_record)),
            ("POST", f"{_RECORD}/{{type}}/{{id}}/!transform/{{target}}", self._on(handlers.transform)),
            ("POST", f"{_RECORD}/{{type}}/{{id}}/!attach/contact/{{contact}}", self._on(handlers.attach)),
            ("POST", f"{_RECORD}/{{type}}/{{id}}/!detach/contact/{{contact}}", self._on(handlers.detach)),
            ("GET", f"{_RECORD}/{{type}}/{{id}}/{{name}}", self._on(subresources.read)),
            ("POST", f"{_RECORD}/{{type}}/{{id}}/{{name}}", self._on(subresources.refuse_create)),
            ("DELETE", f"{_RECORD}/{{type}}/{{id}}/{{name}}", self._on(subresources.refuse_delete)),
            ("GET", _LINE, self._on(subresources.read_line)),
            ("PATCH", _LINE, self._on(subresources.change_line)),
            ("DELETE", _LINE, self._on(subresources.refuse_delete)),
            ("GET", f"{_LINE}/addressBookAddress", self._on(subresources.read_address)),
            ("PATCH", f"{_LINE}/addressBookAddress", self._on(subresources.change_address)),
            ("POST", f"{_LINE}/addressBookAddress", self._on(subresources.refuse_create)),
            ("DELETE", f"{_LINE}/addressBookAddress", self._on(subresources.refuse_delete)),
        ]
        return [
            (method, template, tuple(part for part in template.split("/") if part), handler)
            for method, template, handler in table
        ]

    def _on(self, handler: Callable[..., Answer]) -> Handler:
        def call(request: Request, *values: str) -> Answer:
            return handler(self.account, request, *values)

        return call

    def _governance(self, request: Request) -> Answer:
        limit = self.settings.concurrency_limit
        return plain(
            {
                "accountConcurrencyLimit": limit,
                "accountUnallocatedConcurrencyLimit": limit,
                "integrationLimitType": "accountLimit",
            }
        )

    def _server_time(self, request: Request) -> Answer:
        return plain({"serverTime": self.world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")})


def _values(parts: tuple[str, ...], segments: tuple[str, ...]) -> list[str] | None:
    """The values of a template's `{...}` parts, or None if the path is another one. Names compare without case."""
    if len(parts) != len(segments):
        return None
    values = []
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{"):
            values.append(segment)
        elif part.lower() != segment.lower():
            return None
    return values


def _batch(request: Request, type_: str) -> Answer:
    raise NotEmulated(f"batch: {request.method} on the collection {type_}")

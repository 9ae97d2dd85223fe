"""NetSuite's two services as calls: queries that are read, records that are written, and their metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

from connector.core.schema import SystemName
from connector.errors import RemoteError, Unintelligible
from connector.systems.netsuite import suiteql
from connector.systems.netsuite.errors import error_of, problem_of, unknown_name
from connector.systems.netsuite.settings import NetSuiteSettings
from connector.systems.netsuite.zone import AccountClock
from connector.systems.session import Response, Session, decoded

Row = Mapping[str, str]
"""One row of a query: lower-case column -> text. A column without a value is not there (recorded)."""

RECORDS = "/services/rest/record/v1"
QUERY = "/services/rest/query/v1/suiteql"
MAX_PAGE_ROWS = 1000

_RECORD_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LOCAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


class UnknownName(Exception):
    """The account lacks a column or a table, or hides it from our role."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query's rows, and what NetSuite says about all of them."""

    rows: list[Row]
    total: int
    self_link: str


class Client:
    """The calls of one account over one session. Thread-safe; all state is the session's."""

    def __init__(self, settings: NetSuiteSettings, session: Session) -> None:
        self._settings, self._session = settings, session

    # reading

    def first_rows(self, query: str) -> list[Row]:
        """One page of at most 1,000 rows, for queries that limit themselves.

        Raises UnknownName, RemoteError.
        """
        return self._page(query, 0).rows

    def all_rows(self, query: str) -> Iterator[Row]:
        """All rows by offset, for short lists in a stable order. Raises as `first_rows`, and Unintelligible if
        NetSuite ends before its own total: it cuts at 100,000 rows without a word (documented)."""
        offset = 0
        while True:
            page = self._page(query, offset)
            yield from page.rows
            offset += MAX_PAGE_ROWS
            if len(page.rows) < MAX_PAGE_ROWS:
                break
        if page.total > offset - MAX_PAGE_ROWS + len(page.rows):
            raise Unintelligible("a query ended before its last row", system=str(SystemName.NETSUITE))

    def _page(self, query: str, offset: int) -> Page:
        response = self._session.request(
            "POST",
            self._settings.base_url + QUERY,
            params={"limit": MAX_PAGE_ROWS, "offset": offset},
            json={"q": query},
            headers={"Prefer": "transient", "Accept": "application/json"},
            safe=True,
            decode=page_of,
        )
        if not response.ok:
            raise _query_error(response)
        page: Page = decoded(response)
        return page

    def clock(self) -> AccountClock:
        """The account's zone and its local time, in one query. Raises RemoteError."""
        now = suiteql.to_seconds("CURRENT_DATE")
        rows = self.first_rows(f"SELECT SESSIONTIMEZONE AS zone, {now} AS clock FROM DUAL")  # noqa: S608 - constants
        # Aliases of bare expressions may come back as `expr1` (recorded), so the values tell which is which.
        values = list(rows[0].values()) if rows else []
        times = [value for value in values if _LOCAL_TIME.fullmatch(value)]
        zones = [value for value in values if not _LOCAL_TIME.fullmatch(value)]
        if len(times) != 1 or len(zones) != 1:
            raise Unintelligible("NetSuite does not tell its time", system=str(SystemName.NETSUITE))
        return AccountClock(zones[0], times[0])

    def account_slug(self) -> str | None:
        """The account as NetSuite's own links spell it, from the cheapest query; None where links do not tell."""
        host = urlsplit(self._page("SELECT 1 AS one FROM DUAL", 0).self_link).hostname or ""
        return host.split(".", 1)[0] if host.endswith(".suitetalk.api.netsuite.com") else None

    def schema(self, type_: str) -> Mapping[str, Any]:
        """The JSON schema of a record type as the account has it, custom fields included."""
        response = self._session.request(
            "GET",
            f"{self._settings.base_url}{RECORDS}/metadata-catalog/{_segment(type_)}",
            headers={"Accept": "application/schema+json"},
            decode=_schema,
        )
        if not response.ok:
            raise error_of(problem_of(response))
        found: Mapping[str, Any] = decoded(response)
        return found

    def references(self, type_: str, id_: str, fields: Sequence[str]) -> Mapping[str, str]:
        """What some reference fields of one record hold: lower-case field -> id. A field without a value is not there
        (recorded). Raises RemoteError: Missing for a record that is gone, Refused for one that is locked."""
        response = self._session.request(
            "GET",
            f"{self._settings.base_url}{RECORDS}/{_segment(type_)}/{record_id(id_)}",
            params={"fields": ",".join(fields)},
            headers={"Accept": "application/json"},
            decode=_references,
        )
        if not response.ok:
            raise error_of(problem_of(response))
        found: Mapping[str, str] = decoded(response)
        return found

    # writing

    def create(self, type_: str, body: Mapping[str, Any]) -> Response:
        """POST a new record. Raises RemoteError for anything but success."""
        return self._written("POST", f"/{_segment(type_)}", body, ())

    def update(self, type_: str, id_: str, body: Mapping[str, Any], replace: Sequence[str] = ()) -> Response:
        """PATCH a record; `replace` names the lists whose content is to be exchanged, not added to."""
        return self._written("PATCH", f"/{_segment(type_)}/{record_id(id_)}", body, replace)

    def _written(self, method: str, path: str, body: Mapping[str, Any], replace: Sequence[str]) -> Response:
        response = self._session.request(
            method,
            self._settings.base_url + RECORDS + path,
            params={"replace": ",".join(replace)} if replace else None,
            data=json.dumps(body, allow_nan=False).encode(),
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                # The default ignores unknown field names and so loses values (documented).
                "X-NetSuite-PropertyNameValidation": "Error",
                "X-NetSuite-PropertyValueValidation": "Error",
            },
            safe=False,
        )
        if not response.ok:
            raise error_of(problem_of(response))
        return response

    def written_id(self, response: Response) -> str | None:
        """The record's id from `Location`; None if it is missing, cut, or names another host."""
        location = urlsplit(response.headers.get("Location", ""))
        if location.netloc and location.netloc.lower() != self._settings.host:
            return None
        last = location.path.rstrip("/").rpartition("/")[2]
        return last if suiteql.is_internal_id(last) else None


def record_id(id_: str) -> str:
    """An internal id fit for a path. ValueError for anything else."""
    if not suiteql.is_internal_id(id_):
        raise ValueError(f"not an internal id: {id_!r}")
    return id_


def _segment(type_: str) -> str:
    if not _RECORD_TYPE.fullmatch(type_):
        raise ValueError(f"not a record type: {type_!r}")
    return quote(type_, safe="")


def page_of(response: Response) -> Page:
    """ValueError for anything but a whole page: half an answer must never look like few rows."""
    body = json.loads(response.content)
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list) or body.get("count") != len(items):
        raise ValueError("not a page of rows")
    rows = [_row(item) for item in items]
    links = body.get("links") or [{}]
    return Page(rows, int(body.get("totalResults", len(rows))), str(links[0].get("href", "")))


def _row(item: Any) -> Row:
    if not isinstance(item, dict):
        raise ValueError("not a row")
    return {name.lower(): str(value) for name, value in item.items() if name != "links" and value is not None}


def _schema(response: Response) -> Mapping[str, Any]:
    body = json.loads(response.content, parse_float=Decimal)
    if not isinstance(body, dict) or not isinstance(body.get("properties"), dict):
        raise ValueError("not a schema")
    return body


def _references(response: Response) -> Mapping[str, str]:
    body = json.loads(response.content)
    if not isinstance(body, dict):
        raise ValueError("not a record")
    return {name.lower(): str(held["id"]) for name, held in body.items() if isinstance(held, dict) and "id" in held}


def _query_error(response: Response) -> RemoteError | UnknownName:
    problem = problem_of(response)
    name = unknown_name(problem)
    return UnknownName(name) if name else error_of(problem)

"""The query service: one SuiteQL request, checked, run and written the vendor's way."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from connector.sandbox.netsuite import functions
from connector.sandbox.netsuite.account import Account
from connector.sandbox.netsuite.answers import CAP, check_parameters, paging, resource
from connector.sandbox.netsuite.errors import NotEmulated, Refusal, invalid_content, invalid_parameter, search_error
from connector.sandbox.netsuite.functions import Failure, text_of
from connector.sandbox.netsuite.scope import Output, Query
from connector.sandbox.netsuite.statements import Statement, Statements
from connector.sandbox.wire import Answer, Request


class QueryService:
    """SuiteQL over one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._failure = Failure()
        self._statements = Statements(account.settings, account.zone)
        functions.install(account.database, account, self._failure)

    def suiteql(self, request: Request) -> Answer:
        """`POST /query/v1/suiteql` with `{"q": ..., "params": [...]}`."""
        check_parameters(request, {"limit", "offset"})
        if "transient" not in request.headers.get("prefer", ""):
            raise _header_missing()
        limit, offset = paging(request)
        if offset >= CAP:
            raise invalid_parameter("offset", f"At most {CAP} results can be read.")
        text, params = _body(request)
        statement = self._statements.statement(text, params)
        rows, total = self._run(statement, limit, offset)
        return _page(request, statement.query, rows, limit, offset, total)

    def _run(self, statement: Statement, limit: int, offset: int) -> tuple[list[tuple[Any, ...]], int]:
        query, values = statement.query, statement.values
        select = ", ".join(_written(output) for output in query.outputs)
        try:
            rows = self._fetch(f"SELECT {select} FROM ({query.sql}) LIMIT {limit + 1} OFFSET {offset}", values)  # noqa: S608
            if offset == 0 and len(rows) <= limit:
                return rows, len(rows)
            total = self._fetch(f"SELECT COUNT(*) FROM ({query.sql})", values)[0][0]  # noqa: S608
        except sqlite3.Error as error:
            raise self._refusal(error) from error
        return rows[:limit], int(total)

    def _fetch(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._account.database.execute(sql, values)]

    def _refusal(self, error: sqlite3.Error) -> Exception:
        """What a function refused while the query ran; else SQLite met something that the checks let through."""
        return self._failure.take() or NotEmulated(f"SuiteQL: {error}")


def _written(output: Output) -> str:
    return f'ns_date("{output.key}")' if output.type == "date" else f'"{output.key}"'


def _header_missing() -> Refusal:
    return Refusal(
        400,
        "INVALID_HEADER",
        "The required request header 'Prefer' is missing or invalid. Use 'Prefer: transient'.",
        **{"o:errorHeader": "Prefer"},
    )


def _body(request: Request) -> tuple[str, list[Any]]:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise invalid_content() from None
    if not isinstance(body, dict) or not isinstance(body.get("q"), str):
        raise search_error("Search error occurred: The query is missing.")
    params = body.get("params", [])
    if set(body) - {"q", "params"} or not isinstance(params, list):
        raise invalid_content("params")
    if not all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in params):
        raise invalid_content("params")
    return body["q"], params


def _page(request: Request, query: Query, rows: list[tuple[Any, ...]], limit: int, offset: int, total: int) -> Answer:
    keys = [output.key for output in query.outputs]
    order = sorted(range(len(keys)), key=lambda at: keys[at])
    items: list[dict[str, Any]] = [
        {"links": [], **{keys[at]: text_of(row[at]) for at in order if row[at] is not None}} for row in rows
    ]
    reachable = min(total, CAP)
    body = {
        "links": _links(request, limit, offset, reachable),
        "count": len(items),
        "hasMore": offset + len(items) < reachable,
        "items": items,
        "offset": offset,
        "totalResults": total,
    }
    return resource(body, "collection", Preference_Applied="transient")


def _links(request: Request, limit: int, offset: int, total: int) -> list[dict[str, str]]:
    href = request.base_url + request.path

    def link(rel: str, at: int) -> dict[str, str]:
        return {"rel": rel, "href": f"{href}?limit={limit}&offset={at}", "method": "POST"}

    links = []
    if offset + limit < total:
        links.append(link("next", offset + limit))
    if offset:
        links += [link("previous", offset - limit), link("first", 0)]
    if total > limit:
        links.append(link("last", (total - 1) // limit // limit * limit))
    query = f"?{request.query}" if request.query else ""
    return [*links, {"rel": "self", "href": href + query, "method": "POST"}]

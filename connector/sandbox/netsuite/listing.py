"""Collections of the record service: pages of ids, in no useful order, with the vendor's odd `last` link."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from connector.sandbox.netsuite.account import Account
from connector.sandbox.netsuite.answers import CAP, check_parameters, paging, resource
from connector.sandbox.netsuite.errors import invalid_parameter
from connector.sandbox.netsuite.fields import RecordType
from connector.sandbox.netsuite.filters import condition
from connector.sandbox.netsuite.shapes import ROOT, self_link
from connector.sandbox.wire import Answer, Request

_PAGES = 1000


def collection(account: Account, kind: RecordType, request: Request) -> Answer:
    """`GET /{type}?q=&limit=&offset=`: ids and links only."""
    check_parameters(request, {"q", "limit", "offset"})
    limit, offset = paging(request)
    if offset // limit >= _PAGES or offset >= CAP:
        raise invalid_parameter("offset", f"At most {_PAGES} pages can be read.")
    ids, total = _page(account, kind, request.params.get("q"), limit, offset)
    base = f"{request.base_url}{ROOT}/{kind.table}"
    body = {
        "links": _links(base, request, limit, offset, total),
        "count": len(ids),
        "hasMore": offset + len(ids) < total,
        "items": [{"links": self_link(f"{base}/{id_}"), "id": str(id_)} for id_ in ids],
        "offset": offset,
        "totalResults": total,
    }
    return resource(body, "collection")


def _page(account: Account, kind: RecordType, q: str | None, limit: int, offset: int) -> tuple[list[int], int]:
    text, values = condition(account, kind, q) if q else ("1", [])
    total = account.all(f"SELECT COUNT(*) AS n FROM {kind.table} WHERE {text}", *values)[0]["n"]  # noqa: S608
    # The vendor's order is not by id; this one is stable and as little help.
    rows = account.all(
        f"SELECT id FROM {kind.table} WHERE {text} ORDER BY (id * 7919) % 10007, id LIMIT ? OFFSET ?",  # noqa: S608
        *values,
        limit,
        offset,
    )
    return [row["id"] for row in rows], int(total)


def _links(base: str, request: Request, limit: int, offset: int, total: int) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = []
    if offset + limit < total:
        links.append({"rel": "next", "href": _href(base, request, limit, offset + limit)})
    if offset:
        links.append({"rel": "previous", "href": _href(base, request, limit, offset - limit)})
        links.append({"rel": "first", "href": _href(base, request, limit, 0)})
    if total > limit:
        links.append({"rel": "last", "href": _href(base, request, limit, _odd_last(limit, total))})
    query = f"?{request.query}" if request.query else ""
    return [*links, *self_link(base + query)]


def _odd_last(limit: int, total: int) -> int:
    """The recorded links name the last page's number, rounded down to a multiple of the limit, as its offset."""
    last_page = (total - 1) // limit
    return last_page // limit * limit


def _href(base: str, request: Request, limit: int, offset: int) -> str:
    kept = {name: value for name, value in request.params.items() if name == "q"}
    return f"{base}?{urlencode({**kept, 'limit': limit, 'offset': offset})}"

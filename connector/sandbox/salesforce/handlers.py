"""Everything readable that is not a row: versions, describe, queries, limits, who am I."""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce.call import Call, Reply
from connector.sandbox.salesforce.definitions import field_definitions, is_about_definitions
from connector.sandbox.salesforce.describe import describe_global, describe_sobject, summary
from connector.sandbox.salesforce.errors import NotModified, refuse
from connector.sandbox.salesforce.moments import http_date, parse_http_date
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.record_types import infos
from connector.sandbox.wire import Request
from connector.sandbox.world import START

VERSIONS = {
    59: "Winter '24",
    60: "Spring '24",
    61: "Summer '24",
    62: "Winter '25",
    63: "Spring '25",
    64: "Summer '25",
    65: "Winter '26",
    66: "Spring '26",
}
RESOURCES = ("sobjects", "query", "queryAll", "limits", "composite")
DESCRIBED_AT = http_date(START)


def versions() -> Reply:
    return Reply(
        200,
        [
            {"label": label, "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number, label in VERSIONS.items()
        ],
    )


def resources(call: Call) -> Reply:
    return Reply(200, {name: f"{call.root}/{name}" for name in RESOURCES})


def all_sobjects(call: Call) -> Reply:
    _refuse_unmodified(call)
    return Reply(200, describe_global(call.org.schema, call.root), _described())


def one_sobject(call: Call) -> Reply:
    basic = summary(call.sobject, call.root)
    return Reply(200, {"objectDescribe": basic, "recentItems": []})


def describe(call: Call) -> Reply:
    sobject = call.sobject
    _refuse_unmodified(call)
    record_types = infos(call.org, sobject, call.root)
    return Reply(200, describe_sobject(sobject, call.root, record_types), _described())


def _described() -> dict[str, str]:
    return {"Last-Modified": DESCRIBED_AT, "ETag": '"5eed0001"'}


def _refuse_unmodified(call: Call) -> None:
    """304 when the client's copy is not older than the org's metadata, which never changes here."""
    given = call.request.headers.get("If-Modified-Since")
    since, changed = parse_http_date(given) if given else None, parse_http_date(DESCRIBED_AT)
    if since is not None and changed is not None and since >= changed:
        raise NotModified(_described())


def query(call: Call) -> Reply:
    return _query(call, all_rows=False)


def query_all(call: Call) -> Reply:
    return _query(call, all_rows=True)


def _query(call: Call, *, all_rows: bool) -> Reply:
    text = call.request.params.get("q")
    if not text:
        raise refuse("MALFORMED_QUERY", "unexpected token: <EOF>")
    if is_about_definitions(text):
        return Reply(200, field_definitions(call.org, text, call.root))
    return Reply(200, call.queries.run(text, call.root, all_rows=all_rows, batch_size=call.batch_size()))


def query_more(call: Call) -> Reply:
    return Reply(200, call.queries.next(call.parts["locator"], call.root))


def record_counts(call: Call) -> Reply:
    names = [name for name in call.request.params.get("sObjects", "").split(",") if name]
    found = [call.org.sobject(name) for name in names] or list(call.org.schema.sobjects)
    counts = ((sobject, call.org.store.count(sobject)) for sobject in found)
    return Reply(200, {"sObjects": [{"count": n, "name": sobject.name} for sobject, n in counts if n]})


def limits(used: int, most: int) -> Reply:
    bulk = {"Max": 15000, "Remaining": 15000}
    return Reply(
        200,
        {
            "DailyApiRequests": {"Max": most, "Remaining": max(0, most - used)},
            "DailyBulkApiBatches": bulk,
            "DailyBulkV2QueryJobs": {"Max": 10000, "Remaining": 10000},
        },
    )


def identity(org: Org, user_id: str, request: Request) -> dict[str, Any]:
    """The answer of the id URL and of userinfo: who the token belongs to, and where the API lives."""
    user = org.store.get(org.sobject("User"), user_id) or {}
    base = org.settings.instance_url or request.base_url
    url = f"{base}/id/{org.org_id}/{user_id}"
    return {
        "id": url,
        "sub": url,
        "user_id": user_id,
        "organization_id": org.org_id,
        "username": user.get("Username"),
        "preferred_username": user.get("Username"),
        "display_name": user.get("Name"),
        "name": user.get("Name"),
        "email": user.get("Email"),
        "active": True,
        "user_type": "STANDARD",
        "urls": {
            "rest": f"{base}/services/data/v{{version}}/",
            "sobjects": f"{base}/services/data/v{{version}}/sobjects/",
            "query": f"{base}/services/data/v{{version}}/query/",
            "partner": f"{base}/services/Soap/u/{{version}}/{org.org_id[:15]}",
        },
    }

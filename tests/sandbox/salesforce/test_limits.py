"""The API allowance, and how the vendor says too many requests."""

from __future__ import annotations

from connector.sandbox.wire import Headers, Request
from tests.sandbox.salesforce.caller import HOST, Client, MakeClient, recording, shape


def test_the_days_allowance_ends_and_rolls(make_client: MakeClient) -> None:
    client = make_client(daily_api_limit=3)
    assert [client.get("/limits").headers["Sforce-Limit-Info"] for _ in range(3)][-1] == "api-usage=3/3"
    answer = client.get("/limits")
    assert answer.status == 403
    assert answer.json() == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert b"sf:REQUEST_LIMIT_EXCEEDED" in client.soap("<urn:undelete><urn:ids>x</urn:ids></urn:undelete>").body
    client.brain.world.clock.advance(24 * 3600 + 60)
    client.log_in()
    assert client.get("/limits").status == 200


def test_limits_and_counts(client: Client) -> None:
    limits = client.get("/limits").json()
    assert limits["DailyApiRequests"] == {"Max": 15000, "Remaining": 14999}
    client.lead()
    counts = client.get("/limits/recordCount?sObjects=Lead").json()
    recorded = recording("salesforce/rest/collections_insert_events_leads_typeof_query_v62.json")[0]
    assert counts == {"sObjects": [{"count": 1, "name": "Lead"}]}
    assert shape(counts) == shape(recorded["response"]["body"])


def test_refusals_count_and_carry_the_usage(client: Client) -> None:
    answer = client.post("/sobjects/Lead", {})
    assert (answer.status, answer.headers["Sforce-Limit-Info"]) == (400, "api-usage=1/15000")


def test_too_many_at_once(make_client: MakeClient) -> None:
    client = make_client(concurrency_limit=5)
    path = client.root + "/limits"
    answer = client.brain.throttle_answer(Request("GET", HOST + path, path, "", Headers()))
    assert (answer.status, answer.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert answer.json()[0]["message"].startswith("ConcurrentRequests")
    assert client.brain.concurrency_limit() == 5


def test_routes_have_names_for_statistics(client: Client) -> None:
    def name(method: str, path: str) -> str:
        return client.brain.route(Request(method, HOST + path, path, "", Headers()))

    assert name("PATCH", "/services/data/v62.0/sobjects/Lead/00Q1") == "PATCH /sobjects/{type}/{id}"
    assert (
        name("PATCH", "/services/data/v62.0/composite/sobjects/Lead/K__c") == "PATCH /composite/sobjects/{type}/{field}"
    )
    assert name("GET", "/services/data/v62.0/query/") == "GET /query"
    assert name("POST", "/services/Soap/u/62.0") == "POST /services/Soap/u"
    assert name("POST", "/services/oauth2/token") == "POST /services/oauth2/token"
    assert name("GET", "/services/data/v62.0/jobs/ingest/750") == "GET /jobs"

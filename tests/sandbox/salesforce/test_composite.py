"""`/composite`: several requests in one."""

from __future__ import annotations

from typing import Any

from tests.sandbox.salesforce.caller import Client, recording, shape


def step(client: Client, reference: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    entry = {"referenceId": reference, "method": method, "url": client.root + path}
    return entry if body is None else entry | {"body": body}


def test_later_steps_use_earlier_answers(client: Client) -> None:
    steps = [
        step(client, "a", "POST", "/sobjects/Account", {"Name": "Cedar"}),
        step(client, "c", "POST", "/sobjects/Contact", {"LastName": "Holm", "AccountId": "@{a.id}"}),
        step(client, "q", "GET", "/query?q=SELECT Id, AccountId FROM Contact WHERE Id = '@{c.id}'"),
        step(client, "u", "PATCH", "/sobjects/Contact/@{q.records[0].Id}", {"FirstName": "Ada"}),
    ]
    answer = client.post("/composite", {"allOrNone": True, "compositeRequest": steps})
    entries = answer.json()["compositeResponse"]
    assert [entry["httpStatusCode"] for entry in entries] == [201, 201, 200, 204]
    assert entries[2]["body"]["records"][0]["AccountId"] == entries[0]["body"]["id"]
    assert entries[3]["body"] is None
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/15000"


def test_all_or_none_undoes_and_halts(client: Client) -> None:
    before = client.brain.digest()
    steps = [
        step(client, "a", "POST", "/sobjects/Account", {"Name": "Cedar"}),
        step(client, "b", "POST", "/sobjects/Account", {}),
        step(client, "c", "POST", "/sobjects/Account", {"Name": "Never"}),
    ]
    answer = client.post("/composite", {"allOrNone": True, "compositeRequest": steps})
    codes = [entry["body"][0]["errorCode"] for entry in answer.json()["compositeResponse"]]
    assert (answer.status, codes) == (200, ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"])
    assert client.brain.digest() == before
    assert not answer.wrote


def test_without_all_or_none_the_others_stay(client: Client) -> None:
    steps = [
        step(client, "b", "POST", "/sobjects/Account", {}),
        step(client, "c", "POST", "/sobjects/Contact", {"LastName": "a", "AccountId": "@{b.id}"}),
        step(client, "d", "POST", "/sobjects/Account", {"Name": "Stays"}),
    ]
    entries = client.post("/composite", {"compositeRequest": steps}).json()["compositeResponse"]
    assert [entry["httpStatusCode"] for entry in entries] == [400, 400, 201]
    assert entries[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_twenty_five_steps_of_which_five_queries(client: Client) -> None:
    writes = [step(client, f"w{n}", "POST", "/sobjects/Account", {"Name": str(n)}) for n in range(26)]
    queries = [step(client, f"q{n}", "GET", "/query?q=SELECT Id FROM Lead") for n in range(6)]
    assert client.post("/composite", {"compositeRequest": writes}).status == 400
    assert client.post("/composite", {"compositeRequest": writes[:25]}).status == 200
    assert client.post("/composite", {"compositeRequest": queries}).status == 400


def test_answers_look_as_recorded(client: Client) -> None:
    (recorded,) = recording("salesforce/rest/composite_subrequest_invalid_type_400.json")
    steps = recorded["request"]["body"]["compositeRequest"]
    for entry in steps:
        entry["url"] = entry["url"].replace("/services/data/vxx.0", client.root)
    entries = client.post("/composite", {"compositeRequest": steps}).json()["compositeResponse"]
    expected = recorded["response"]["body"]["compositeResponse"]
    assert entries[1] == expected[1]
    assert shape(entries[0]) == shape(expected[0])


def test_a_missing_object_and_an_unchanged_describe_look_as_recorded(client: Client) -> None:
    (missing,) = recording("salesforce/rest/composite_subrequest_404.json")
    entry = client.post("/composite", {"compositeRequest": [step(client, "CCI__RefId__0__", "GET", "/sobjects/Foo")]})
    assert entry.json()["compositeResponse"] == missing["response"]["body"]["compositeResponse"]
    (unchanged,) = recording("salesforce/rest/composite_if_modified_since_304.json")
    since = {"httpHeaders": {"If-Modified-Since": "Tue, 06 Jan 2026 00:00:00 GMT"}}
    steps = [step(client, "CCI__RefId__0__", "GET", "/sobjects") | since]
    found = client.post("/composite", {"compositeRequest": steps}).json()["compositeResponse"][0]
    assert shape(found) == shape(unchanged["response"]["body"]["compositeResponse"][0])
    assert found["httpStatusCode"] == 304

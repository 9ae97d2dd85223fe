"""sObject Collections: many rows, one request, one outcome each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.salesforce.caller import Client, recording, shape


def rows(kind: str, *fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"attributes": {"type": kind}} | given for given in fields]


def test_every_row_has_its_own_outcome_in_request_order(client: Client) -> None:
    answer = client.post("/composite/sobjects", {"records": rows("Account", {"Name": "a"}, {}, {"Name": "c"})})
    good, bad, other = answer.json()
    assert (answer.status, answer.wrote) == (200, True)
    assert good == {"id": good["id"], "success": True, "errors": []}
    assert bad["success"] is False
    assert "id" not in bad
    assert bad["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert other["success"] is True


def test_all_rows_may_fail_with_http_200(client: Client) -> None:
    answer = client.post("/composite/sobjects", {"records": rows("Account", {}, {"Nonsense": 1})})
    assert (answer.status, answer.wrote) == (200, False)
    assert [row["success"] for row in answer.json()] == [False, False]


def test_all_or_none_rolls_back(client: Client) -> None:
    before = client.brain.digest()
    answer = client.post("/composite/sobjects", {"allOrNone": True, "records": rows("Contact", {}, {"LastName": "b"})})
    assert answer.json() == recording("salesforce/errors/amp__batch__create__contacts__partial-but-allOrNone.json")
    assert client.brain.digest() == before


def test_created_rows_look_as_recorded(client: Client) -> None:
    answer = client.post("/composite/sobjects", recording("salesforce/rest/amp__batch__create__contacts__payload.json"))
    recorded = recording("salesforce/rest/amp__batch__create__contacts__success.json")
    assert shape(answer.json()) == shape(recorded)


def test_an_empty_request_is_refused_as_recorded(client: Client) -> None:
    answer = client.post("/composite/sobjects", {"records": []})
    assert answer.status == 400
    assert answer.json() == [{"message": "At least 1 record is required", "errorCode": "REQUIRED_FIELD_MISSING"}]


def test_two_hundred_rows_and_ten_runs_are_the_limit(client: Client) -> None:
    many = rows("Account", *({"Name": str(n)} for n in range(201)))
    assert client.post("/composite/sobjects", {"records": many}).json()[0]["errorCode"] == "EXCEEDED_ID_LIMIT"
    assert client.post("/composite/sobjects", {"records": many[:200]}).status == 200
    pair = rows("Account", {"Name": "a"}) + rows("Contact", {"LastName": "a"})
    assert client.post("/composite/sobjects", {"records": pair * 5}).status == 200
    chunky = client.post("/composite/sobjects", {"records": pair * 6})
    assert (chunky.status, chunky.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")


def test_update_rows(client: Client) -> None:
    lead = client.lead()
    records = rows("Lead", {"Id": lead, "FirstName": "Ada"}, {"id": lead[:15], "Title": "x"}, {"FirstName": "x"})
    records += rows("Lead", {"Id": "00Q000000000001", "Title": "x"}, {"Id": "nonsense", "Title": "x"})
    codes = [(row["errors"] or [{"statusCode": "ok"}])[0]["statusCode"] for row in _patch(client, records)]
    assert codes == ["ok", "DUPLICATE_VALUE", "MISSING_ARGUMENT", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID"]
    assert client.read("Lead", lead, "Name")["Name"] == "Ada Holm"


def _patch(client: Client, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = client.patch("/composite/sobjects", {"records": records})
    assert answer.status == 200
    return list(answer.json())


def test_upsert_rows_by_key(client: Client) -> None:
    first = {"NetSuite_Id__c": "1", "LastName": "a", "Company": "c"}
    path = "/composite/sobjects/Lead/NetSuite_Id__c"
    assert client.patch(path, {"records": rows("Lead", first)}).json()[0]["created"] is True
    again = client.patch(path, {"records": rows("Lead", first | {"LastName": "b"}, first)}).json()
    assert again[0]["created"] is False
    assert again[1]["errors"][0]["statusCode"] == "DUPLICATE_VALUE"
    assert [row["LastName"] for row in client.query("SELECT LastName FROM Lead")] == ["b"]


def test_upsert_by_a_null_id_creates(client: Client) -> None:
    records = rows("Account", {"Id": None, "Name": "Sitwell-Bluth", "AccountNumber": "420"})
    answer = client.patch("/composite/sobjects/Account/Id", {"allOrNone": False, "records": records})
    recorded = next(
        call["response"]["body"]
        for call in recording("salesforce/rest/collections_upsert_by_Id_recorded.json")
        if call["request"]["method"] == "PATCH"
    )
    assert shape(answer.json()) == shape(recorded)


def test_a_row_without_attributes_fails_alone(client: Client) -> None:
    answer = client.patch("/composite/sobjects/Account/NetSuite_Id__c", {"records": [{"Name": "a"}]})
    assert (answer.status, answer.json()[0]["errors"][0]["statusCode"]) == (200, "JSON_PARSER_ERROR")


def test_delete_and_read_rows(client: Client) -> None:
    one, two = client.lead(FirstName="Ada"), client.lead()
    assert [row["success"] for row in client.delete(f"/composite/sobjects?ids={two}").json()] == [True]
    found = client.get(f"/composite/sobjects/Lead?ids={one},{two}&fields=Id,FirstName").json()
    assert found[0]["FirstName"] == "Ada"
    assert found[1] is None
    posted = client.post("/composite/sobjects/Lead", {"ids": [one], "fields": ["Name"]}).json()
    assert posted[0]["Name"] == "Ada Holm"


@pytest.mark.parametrize("all_or_none", [True, False])
def test_one_call_counts_as_one_request(client: Client, all_or_none: bool) -> None:
    body = {"allOrNone": all_or_none, "records": rows("Account", *({"Name": str(n)} for n in range(50)))}
    answer = client.post("/composite/sobjects", body)
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/15000"

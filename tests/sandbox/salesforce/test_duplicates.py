"""Duplicate rules."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.settings import DuplicateRule
from tests.sandbox.salesforce.caller import Client, MakeClient, recording, shape

BODY = {"LastName": "Twin", "Company": "Cedar", "Email": "ADA@cedar.example"}
ALLOW = "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true"


@pytest.fixture
def alerting(make_client: MakeClient) -> Client:
    rules = (DuplicateRule("Contact"), DuplicateRule("Lead", against=("Lead", "Contact")))
    return make_client(duplicate_rules=rules, version="v60.0")


def test_an_alert_looks_as_recorded_and_names_the_match(alerting: Client) -> None:
    first = alerting.create("Contact", LastName="Holm", Email="ada@cedar.example")
    answer = alerting.post("/sobjects/Contact", {"LastName": "Twin", "Email": "ADA@cedar.example"})
    entry = answer.json()[0]
    assert answer.status == 400
    assert shape(answer.json()) == shape(recording("salesforce/errors/duplicates_detected_400_v60.json"))
    assert entry["duplicateResult"]["matchResults"][0]["matchRecords"][0]["record"]["Id"] == first
    assert (entry["errorCode"], entry["message"]) == ("DUPLICATES_DETECTED", "Use one of these records?")


def test_allow_save_overrides_an_alert(alerting: Client) -> None:
    alerting.create("Contact", LastName="Holm", Email="ada@cedar.example")
    assert alerting.post("/sobjects/Lead", BODY).status == 400
    assert alerting.post("/sobjects/Lead", BODY, Sforce_Duplicate_Rule_Header=ALLOW).status == 201


def test_a_rule_can_match_another_object(alerting: Client) -> None:
    contact = alerting.create("Contact", LastName="Holm", Email="ada@cedar.example")
    (match,) = alerting.post("/sobjects/Lead", BODY).json()[0]["duplicateResult"]["matchResults"]
    assert (match["entityType"], match["matchRecords"][0]["record"]["Id"]) == ("Contact", contact)


def test_a_block_cannot_be_overridden(make_client: MakeClient) -> None:
    client = make_client(duplicate_rules=(DuplicateRule("Lead", action="Block"),))
    client.post("/sobjects/Lead", BODY)
    answer = client.post("/sobjects/Lead", BODY, Sforce_Duplicate_Rule_Header=ALLOW)
    assert answer.json()[0]["duplicateResult"]["allowSave"] is False


def test_old_versions_misspell_the_key(make_client: MakeClient) -> None:
    client = make_client(duplicate_rules=(DuplicateRule("Lead"),), misspelt_duplicate_key_below=63.0)
    client.post("/sobjects/Lead", BODY)
    assert "duplicateResut" in client.post("/sobjects/Lead", BODY).json()[0]
    client.root = "/services/data/v63.0"
    assert "duplicateResult" in client.post("/sobjects/Lead", BODY).json()[0]


def test_a_collection_row_does_not_name_the_match(alerting: Client) -> None:
    alerting.post("/sobjects/Lead", BODY)
    records = [{"attributes": {"type": "Lead"}} | BODY]
    (row,) = alerting.post("/composite/sobjects", {"records": records}).json()
    error = {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    assert row == {"success": False, "errors": [error]}


def test_an_update_is_checked_when_it_changes_the_field(alerting: Client) -> None:
    alerting.post("/sobjects/Lead", BODY)
    other = alerting.lead()
    assert alerting.patch(f"/sobjects/Lead/{other}", {"Title": "x"}).status == 204
    assert alerting.patch(f"/sobjects/Lead/{other}", {"Email": BODY["Email"]}).status == 400
    assert alerting.post("/sobjects/Lead", BODY, Sforce_Duplicate_Rule_Header="includeRecordDetails=true").status == 501

"""FieldDefinition: the ids of fields, which outlast their names."""

from __future__ import annotations

import pytest

from tests.sandbox.salesforce.caller import Client

QUERY = "SELECT QualifiedApiName, DurableId, EntityDefinition.QualifiedApiName FROM FieldDefinition WHERE "


def ids(client: Client, sobject: str) -> dict[str, str]:
    rows = client.query(f"{QUERY}EntityDefinition.QualifiedApiName = '{sobject}'")
    return {row["QualifiedApiName"]: row["DurableId"] for row in rows}


def test_every_field_of_the_named_objects_has_a_durable_id(client: Client) -> None:
    rows = client.query(f"{QUERY}EntityDefinition.QualifiedApiName IN ('Lead', 'Account')")
    described = client.get("/sobjects/Lead/describe").json()["fields"]
    of_leads = [row for row in rows if row["EntityDefinition"]["QualifiedApiName"] == "Lead"]
    assert [row["QualifiedApiName"] for row in of_leads] == [field["name"] for field in described]
    assert len({row["DurableId"] for row in rows}) == len(rows)
    found = ids(client, "Lead")
    assert found["Company"] == "Lead.Company"
    assert found["Budget__c"].startswith("Lead.00N")
    assert len(found["Budget__c"]) == len("Lead.") + 15


def test_a_query_must_name_its_objects(client: Client) -> None:
    answer = client.ask("SELECT DurableId FROM FieldDefinition")
    assert (answer.status, answer.json()[0]["errorCode"]) == (400, "MALFORMED_QUERY")
    assert "a filter on a reified column is required" in answer.json()[0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        f"{QUERY}DurableId = 'Lead.Company'",
        f"{QUERY}EntityDefinition.QualifiedApiName != 'Lead'",
        f"{QUERY}EntityDefinition.QualifiedApiName = 'Lead' LIMIT 5",
        "SELECT IsIndexed FROM FieldDefinition WHERE EntityDefinitionId = 'Lead'",
    ],
)
def test_what_is_not_imitated_says_so(client: Client, query: str) -> None:
    assert client.ask(query).status == 501


def test_another_name_leaves_the_id_alone(client: Client) -> None:
    lead = client.lead(SICCode__c="6798")
    before = ids(client, "Lead")["SICCode__c"]
    client.brain.act({"do": "rename_field", "type": "Lead", "field": "SICCode__c", "name": "Industry_Code__c"})
    after = ids(client, "Lead")
    assert after["Industry_Code__c"] == before
    assert "SICCode__c" not in after
    assert client.read("Lead", lead)["Industry_Code__c"] == "6798"
    assert client.ask("SELECT SICCode__c FROM Lead").status == 400


@pytest.mark.parametrize(("field", "name"), [("Company", "Firm__c"), ("Budget__c", "B__c"), ("SICCode__c", "Company")])
def test_only_a_custom_field_gets_another_free_name(client: Client, field: str, name: str) -> None:
    with pytest.raises(ValueError, match="custom field"):
        client.brain.act({"do": "rename_field", "type": "Lead", "field": field, "name": name})

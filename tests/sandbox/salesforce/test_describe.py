"""Describe answers, held against the recorded ones field by field."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.salesforce.caller import Client, recording

COMPARED = re.findall(
    r"\w+",
    "type length precision scale digits nillable createable updateable defaultedOnCreate externalId "
    "unique idLookup filterable sortable groupable restrictedPicklist relationshipName compoundFieldName "
    "soapType byteLength label",
)
RECORDED = ("Lead", "Account", "Contact", "Opportunity", "OpportunityContactRole", "Event")
# The recorded accounts belong to an org with person accounts; the fiscal period is ASCII.
KNOWN_DIFFERENCES = {("Account", "Name", "compoundFieldName"), ("Opportunity", "Fiscal", "byteLength")}


@pytest.mark.parametrize("name", RECORDED)
def test_fields_agree_with_the_recording(client: Client, name: str) -> None:
    recorded = {field["name"]: field for field in recording(f"salesforce/describe/{name}.json")["fields"]}
    ours = {field["name"]: field for field in client.get(f"/sobjects/{name}/describe").json()["fields"]}
    differences = [
        (name, shared, key, ours[shared][key], recorded[shared][key])
        for shared in ours.keys() & recorded.keys()
        for key in COMPARED
        if ours[shared][key] != recorded[shared][key] and (name, shared, key) not in KNOWN_DIFFERENCES
    ]
    assert differences == []
    assert set(next(iter(ours.values()))) == set(next(iter(recorded.values())))


@pytest.mark.parametrize("name", RECORDED)
def test_the_object_has_the_recorded_keys(client: Client, name: str) -> None:
    recorded = recording(f"salesforce/describe/{name}.json")
    ours = client.get(f"/sobjects/{name}/describe").json()
    assert ours["keyPrefix"] == recorded["keyPrefix"]
    assert set(ours) - set(recorded) <= {"associateEntityType", "associateParentEntity", "sobjectDescribeOption"}
    assert set(recorded) - set(ours) == set()
    for ours_first, recorded_first in zip(ours["childRelationships"], recorded["childRelationships"], strict=False):
        assert set(ours_first) == set(recorded_first)
    for ours_first, recorded_first in zip(ours["recordTypeInfos"], recorded["recordTypeInfos"], strict=False):
        assert set(ours_first) == set(recorded_first)


@pytest.mark.parametrize("name", ["Lead", "Account", "Contact", "Opportunity"])
def test_child_relationships_agree_with_the_recording(client: Client, name: str) -> None:
    def listed(describe: dict[str, Any]) -> set[tuple[Any, ...]]:
        keys = ("childSObject", "field", "relationshipName", "cascadeDelete")
        return {tuple(child[key] for key in keys) for child in describe["childRelationships"]}

    ours = listed(client.get(f"/sobjects/{name}/describe").json())
    assert ours <= listed(recording(f"salesforce/describe/{name}.json"))


def test_the_global_describe_has_the_recorded_keys(client: Client) -> None:
    recorded, ours = recording("salesforce/describe/_global.json"), client.get("/sobjects").json()
    assert set(ours) == set(recorded)
    lead = next(entry for entry in ours["sobjects"] if entry["name"] == "Lead")
    assert set(lead) == set(next(entry for entry in recorded["sobjects"] if entry["name"] == "Lead"))


def test_every_object_of_the_issue_is_described(client: Client) -> None:
    names = re.findall(
        r"\w+",
        "Lead Account Contact Opportunity OpportunityContactRole Task Event Campaign CampaignMember User "
        "Group Organization LeadStatus RecordType",
    )
    assert [entry["name"] for entry in client.get("/sobjects").json()["sobjects"]] == names
    for name in names:
        assert client.get(f"/sobjects/{name}/describe").status == 200


def test_required_fields_are_the_documented_ones(client: Client) -> None:
    def needed(name: str) -> list[str]:
        fields = client.get(f"/sobjects/{name}/describe").json()["fields"]
        return [f["name"] for f in fields if f["createable"] and not f["nillable"] and not f["defaultedOnCreate"]]

    assert needed("Lead") == ["LastName", "Company"]
    assert needed("Contact") == ["LastName"]
    assert needed("Account") == ["Name"]
    assert needed("Opportunity") == ["Name", "StageName", "CloseDate"]


def test_custom_fields_are_described(client: Client) -> None:
    fields = {field["name"]: field for field in client.get("/sobjects/Lead/describe").json()["fields"]}
    key = fields["NetSuite_Id__c"]
    flags = (key["custom"], key["externalId"], key["unique"], key["idLookup"], key["length"])
    assert flags == (True, True, True, True, 40)
    assert key["caseSensitive"] is False
    values = [entry["value"] for entry in fields["Buying_Reason__c"]["picklistValues"]]
    assert values == ["New Need", "Replacement", "Expansion", "Cost Saving", "Compliance"]
    assert fields["Buying_Reason__c"]["restrictedPicklist"] is True


def test_an_unchanged_describe_is_304(client: Client) -> None:
    answer = client.get("/sobjects/Lead/describe")
    seen = answer.headers["Last-Modified"]
    again = client.get("/sobjects/Lead/describe", If_Modified_Since=seen)
    assert (again.status, again.body) == (304, b"")


def test_the_organization_can_be_read(client: Client) -> None:
    (row,) = client.query("SELECT Id, Name, IsSandbox, InstanceName, OrganizationType FROM Organization")
    assert (row["Id"], row["IsSandbox"]) == (client.brain.org.org_id, True)
    assert len(client.query("SELECT Id, IsActive FROM User WHERE IsActive = true")) == 3
    assert [row["Name"] for row in client.query("SELECT Name FROM Group WHERE Type = 'Queue'")] == ["Inbound Leads"]

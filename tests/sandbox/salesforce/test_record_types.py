"""Record types: an org in which leads and accounts come in several kinds."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.settings import RecordType
from tests.sandbox.salesforce.caller import Client, MakeClient, recording

TYPES = (
    RecordType("Lead", "Retail_Lead", default=True),
    RecordType("Lead", "Trade_Lead", "Trade"),
    RecordType("Lead", "Old_Lead", active=False),
    RecordType("Lead", "Secret_Lead", available=False),
    RecordType("Account", "Shop"),
    RecordType("Contact", "Buyer", default=True),
)


@pytest.fixture
def typed(make_client: MakeClient) -> Client:
    return make_client(record_types=TYPES)


def id_of(client: Client, developer_name: str) -> str:
    (row,) = client.query(f"SELECT Id FROM RecordType WHERE DeveloperName = '{developer_name}'")
    return str(row["Id"])


def names(client: Client, sobject: str) -> list[str]:
    return [field["name"] for field in client.get(f"/sobjects/{sobject}/describe").json()["fields"]]


def test_they_can_be_queried(typed: Client) -> None:
    rows = typed.query(
        "SELECT Id, DeveloperName, Name, SobjectType, IsActive FROM RecordType WHERE SobjectType = 'Lead'"
    )
    assert [(row["DeveloperName"], row["Name"], row["IsActive"]) for row in rows] == [
        ("Retail_Lead", "Retail Lead", True),
        ("Trade_Lead", "Trade", True),
        ("Old_Lead", "Old Lead", False),
        ("Secret_Lead", "Secret Lead", True),
    ]
    assert all(row["Id"].startswith("012") and len(row["Id"]) == 18 for row in rows)


def test_only_an_object_that_has_some_has_the_field(typed: Client, client: Client) -> None:
    assert [name for name in ("Lead", "Account", "Opportunity") if "RecordTypeId" in names(typed, name)] == [
        "Lead",
        "Account",
    ]
    assert "RecordTypeId" not in names(client, "Lead")


def test_the_field_is_described_as_recorded(typed: Client) -> None:
    recorded = next(
        field for field in recording("salesforce/describe/Account.json")["fields"] if field["name"] == "RecordTypeId"
    )
    fields = typed.get("/sobjects/Account/describe").json()["fields"]
    ours = next(field for field in fields if field["name"] == "RecordTypeId")
    assert ours == recorded


def test_describe_tells_which_there_are_and_which_is_the_default(typed: Client) -> None:
    infos = typed.get("/sobjects/Lead/describe").json()["recordTypeInfos"]
    told = {
        one["developerName"]: (one["active"], one["available"], one["defaultRecordTypeMapping"], one["master"])
        for one in infos
    }
    assert told == {
        "Master": (True, True, False, True),
        "Old_Lead": (False, True, False, False),
        "Retail_Lead": (True, True, True, False),
        "Secret_Lead": (True, False, False, False),
        "Trade_Lead": (True, True, False, False),
    }
    assert next(one for one in infos if one["master"])["recordTypeId"] == "012000000000000AAA"
    account = typed.get("/sobjects/Account/describe").json()["recordTypeInfos"]
    assert [one["developerName"] for one in account if one["defaultRecordTypeMapping"]] == ["Master"]


def test_one_record_type_is_described_as_recorded(make_client: MakeClient) -> None:
    recorded = recording("salesforce/describe/Account.json")["recordTypeInfos"]
    client = make_client(record_types=(RecordType("Account", "Household", default=True),))
    ours = client.get("/sobjects/Account/describe").json()["recordTypeInfos"]
    own = ("recordTypeId", "urls")
    assert [{k: v for k, v in one.items() if k not in own} for one in ours] == [
        {k: v for k, v in one.items() if k not in own} for one in recorded
    ]


def test_a_new_record_gets_the_users_default_or_what_it_names(typed: Client) -> None:
    trade = id_of(typed, "Trade_Lead")
    plain, named = typed.lead(), typed.lead(RecordTypeId=trade)
    assert typed.read("Lead", plain)["RecordTypeId"] == id_of(typed, "Retail_Lead")
    assert typed.read("Lead", named)["RecordTypeId"] == trade
    assert typed.read("Account", typed.create("Account", Name="Aethna"))["RecordTypeId"] is None


def test_records_can_be_found_by_the_name_of_their_record_type(typed: Client) -> None:
    trade = typed.lead(RecordTypeId=id_of(typed, "Trade_Lead"))
    typed.lead()
    rows = typed.query("SELECT Id, RecordType.DeveloperName FROM Lead WHERE RecordType.DeveloperName = 'Trade_Lead'")
    assert [(row["Id"], row["RecordType"]["DeveloperName"]) for row in rows] == [(trade, "Trade_Lead")]


@pytest.mark.parametrize("name", ["Shop", "Old_Lead", "Secret_Lead"])
def test_a_record_type_that_is_not_the_users_to_choose_is_refused(typed: Client, name: str) -> None:
    wrong, lead = id_of(typed, name), typed.lead()
    refused = {
        "message": f"Record Type ID: this ID value isn't valid for the user: {wrong}",
        "errorCode": "INVALID_CROSS_REFERENCE_KEY",
        "fields": ["RecordTypeId"],
    }
    created = typed.post("/sobjects/Lead", {"LastName": "Holm", "Company": "Cedar", "RecordTypeId": wrong})
    changed = typed.patch(f"/sobjects/Lead/{lead}", {"RecordTypeId": wrong})
    assert (created.status, created.json()) == (400, [refused])
    assert (changed.status, changed.json()) == (400, [refused])


def test_an_id_that_is_no_record_types_and_the_master_are_told_apart(typed: Client) -> None:
    unknown = typed.post("/sobjects/Lead", {"LastName": "H", "Company": "C", "RecordTypeId": "012bB0000000009"})
    master = typed.post("/sobjects/Lead", {"LastName": "H", "Company": "C", "RecordTypeId": "012000000000000AAA"})
    assert (unknown.status, unknown.json()[0]["errorCode"]) == (400, "INVALID_CROSS_REFERENCE_KEY")
    assert master.status == 501


def test_a_record_of_a_type_that_went_out_of_use_can_still_be_changed(typed: Client) -> None:
    lead = typed.lead(RecordTypeId=id_of(typed, "Trade_Lead"))
    typed.brain.act({"do": "record_type", "id": id_of(typed, "Trade_Lead"), "fields": {"IsActive": False}})
    kept = typed.read("Lead", lead)["RecordTypeId"]
    assert typed.patch(f"/sobjects/Lead/{lead}", {"Title": "CEO", "RecordTypeId": kept}).status == 204


def test_what_a_lead_becomes_gets_the_default_record_type(typed: Client) -> None:
    lead = typed.lead(RecordTypeId=id_of(typed, "Trade_Lead"))
    done = typed.brain.act({"do": "convert", "id": lead})
    assert typed.read("Contact", done["contact"])["RecordTypeId"] == id_of(typed, "Buyer")
    assert typed.read("Account", done["account"])["RecordTypeId"] is None


def test_an_admin_renames_one_and_its_id_stays(typed: Client) -> None:
    trade = id_of(typed, "Trade_Lead")
    typed.brain.act({"do": "record_type", "id": trade, "fields": {"DeveloperName": "B2B_Lead"}})
    assert id_of(typed, "B2B_Lead") == trade
    infos = typed.get("/sobjects/Lead/describe").json()["recordTypeInfos"]
    assert next(one["developerName"] for one in infos if one["recordTypeId"] == trade) == "B2B_Lead"
    with pytest.raises(ValueError, match="nobody changes"):
        typed.brain.act({"do": "record_type", "id": trade, "fields": {"SobjectType": "Account"}})


def test_imported_and_made_up_records_get_the_default_too(make_client: MakeClient) -> None:
    client = make_client(record_types=(RecordType("Lead", "Retail_Lead", default=True),))
    client.brain.seed(leads=2, accounts=0, contacts=0, opportunities=0)
    client.brain.load([{"attributes": {"type": "Lead"}, "LastName": "Holm", "Company": "Cedar"}])
    assert {row["RecordTypeId"] for row in client.query("SELECT RecordTypeId FROM Lead")} == {
        id_of(client, "Retail_Lead")
    }

"""Imports of the tree format and made-up records."""

from __future__ import annotations

from tests.sandbox.salesforce.caller import Client, MakeClient, recording


def tree(kind: str, reference: str = "", **fields: object) -> dict[str, object]:
    return {"attributes": {"type": kind, "referenceId": reference}} | fields


def test_the_developer_org_sample_loads_whole(client: Client) -> None:
    records = []
    for name in ("Account", "Contact", "Lead", "Opportunity", "Campaign", "Case"):
        records += recording(f"input/developer-org/{name}.json")["records"]
    report = client.brain.load(records).as_data()
    assert report["loaded"] == {"Account": 12, "Contact": 20, "Lead": 22, "Opportunity": 31, "Campaign": 4}
    assert report["skipped"] == {"Case": 26}
    assert report["rows_refused"] == report["lacking"] == report["refused"] == {}
    (lead,) = client.query("SELECT Salutation, Country, NumberofLocations__c FROM Lead WHERE LastName = 'Akin'")
    assert (lead["Salutation"], lead["Country"], lead["NumberofLocations__c"]) == ("Ms", "USA", 130.0)
    odd = client.query("SELECT IsConverted FROM Lead WHERE Status = 'Closed - Converted'")
    assert odd
    assert not any(row["IsConverted"] for row in odd)


def test_nothing_is_dropped_without_a_line_in_the_report(client: Client) -> None:
    report = client.brain.load(
        [
            tree("Account", "A1", Name="Cedar", Nonsense__c=1, CreatedDate="2020-01-01T00:00:00Z"),
            tree("Contact", "", LastName="Holm", AccountId="@A1", Email="no mail"),
            tree("Lead", "", LastName="No company"),
            tree("Lead", "", LastName="a", Company="b", NetSuite_Id__c="1"),
            tree("Lead", "", LastName="a", Company="b", NetSuite_Id__c="1"),
            tree("User", "", LastName="x"),
        ]
    )
    assert report.as_data() == {
        "loaded": {"Account": 1, "Contact": 1, "Lead": 1},
        "skipped": {"User": 1},
        "rows_refused": {
            "Lead": ["Required fields are missing: [Company]", "duplicate value found: NetSuite_Id__c"],
        },
        "lacking": {"Account": {"Nonsense__c": 1}},
        "ignored": {"Account": {"CreatedDate": 1}},
        "refused": {"Contact": {"Email": 1}},
    }
    (contact,) = client.query("SELECT Account.Name FROM Contact")
    assert contact["Account"]["Name"] == "Cedar"


def test_made_up_records_are_the_same_for_the_same_seed(make_client: MakeClient) -> None:
    one, two, other = make_client(seed=1), make_client(seed=1), make_client(seed=2)
    for client in (one, two, other):
        made = client.brain.seed(300, accounts=20, contacts=40, opportunities=10)
        assert made == {"Lead": 300, "Account": 20, "Contact": 40, "Opportunity": 10}
    assert one.brain.digest() == two.brain.digest() != other.brain.digest()
    assert len({row["SystemModstamp"] for row in one.brain.rows("Lead")}) == 2
    assert len({row["Email"] for row in one.brain.rows("Lead")}) == 300
    assert one.query("SELECT COUNT(Id) FROM Contact WHERE Account.Name != null")[0]["expr0"] == 40
    assert one.brain.rows("Lead")[0]["LastModifiedById"] in one.brain.org.people.humans
    assert not one.brain.rows("Lead")[0]["IsConverted"]

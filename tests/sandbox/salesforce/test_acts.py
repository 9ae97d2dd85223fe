"""What people and admins do in the UI."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.sandbox.salesforce.routes import Salesforce
from connector.sandbox.salesforce.settings import DuplicateRule
from connector.sandbox.world import World
from tests.sandbox.salesforce.caller import Client, MakeClient


def test_people_write_as_people(client: Client) -> None:
    people = client.brain.org.people
    made = client.brain.act({"do": "create", "type": "Lead", "fields": {"LastName": "a", "Company": "b"}})
    row = client.read("Lead", made["id"])
    assert (row["CreatedById"], row["OwnerId"]) == (people.humans[0], people.humans[0])
    deed = {"do": "update", "type": "Lead", "id": made["id"], "fields": {"Title": "x"}, "user": people.humans[1]}
    client.brain.act(deed)
    assert client.read("Lead", made["id"])["LastModifiedById"] == people.humans[1]
    client.brain.act({"do": "delete", "type": "Lead", "id": made["id"]})
    assert client.query("SELECT Id FROM Lead") == []


def test_alerts_do_not_stop_people_and_blocks_do(make_client: MakeClient) -> None:
    fields = {"LastName": "a", "Company": "b", "Email": "a@b.example"}
    deed = {"do": "create", "type": "Lead", "fields": fields}
    for action, refused in (("Alert", False), ("Block", True)):
        client = make_client(duplicate_rules=(DuplicateRule("Lead", action=action),))
        client.brain.act(deed)
        if refused:
            with pytest.raises(ValueError, match="DUPLICATES_DETECTED"):
                client.brain.act(deed)
        else:
            client.brain.act(deed)


@pytest.mark.parametrize(
    "deed",
    [
        {"do": "dance"},
        {"do": "update", "type": "Lead"},
        {"do": "undelete", "id": "nonsense"},
        {"do": "create", "type": "Case", "fields": {}},
        {"do": "create", "type": "Lead", "fields": {}},
        {"do": "create", "type": "Lead", "fields": {}, "surprise": 1},
        {"do": "automation", "type": "Lead", "field": "Nope", "kind": "upper"},
        {"do": "automation", "type": "Lead", "field": "Company", "kind": "sing"},
    ],
)
def test_impossible_deeds_are_named(client: Client, deed: dict[str, object]) -> None:
    before = client.brain.digest()
    with pytest.raises(ValueError, match=r".{10}"):
        client.brain.act(deed)
    assert client.brain.digest() == before


@pytest.mark.parametrize(
    ("field", "kind", "argument", "sent", "kept"),
    [
        ("Company", "upper", None, "Cedar", "CEDAR"),
        ("Company", "lower", None, "Cedar", "cedar"),
        ("Company", "title", None, "cedar foods", "Cedar Foods"),
        ("Company", "trim", None, "Cedar   Foods", "Cedar Foods"),
        ("Phone", "phone_format", None, "415.555.0100", "(415) 555-0100"),
        ("Budget__c", "round", -2, 149.5, 100.0),
        ("Rating", "set_default", "Cold", None, "Cold"),
    ],
)
def test_automation_rewrites_a_field_in_the_same_transaction(
    client: Client, field: str, kind: str, argument: object, sent: object, kept: object
) -> None:
    deed = {"do": "automation", "type": "Lead", "field": field, "kind": kind, "argument": argument}
    client.brain.act(deed)
    lead = client.lead(**{field: sent})
    assert client.read("Lead", lead, field)[field] == kept
    client.patch(f"/sobjects/Lead/{lead}", {field: sent})
    row = client.read("Lead", lead)
    assert (row[field], row["LastModifiedById"]) == (kept, client.brain.org.people.integration)


def test_automation_may_be_a_second_later_save(client: Client) -> None:
    rule = {"do": "automation", "type": "Lead", "field": "Company", "kind": "upper", "bump_seconds": 2}
    client.brain.act(rule)
    row = client.read("Lead", client.lead(Company="Cedar"))
    assert (row["Company"], row["SystemModstamp"]) == ("CEDAR", "2026-01-05T09:00:02.000+0000")
    assert row["LastModifiedById"] == client.brain.org.people.humans[0]


def test_an_org_kept_in_a_file_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = str(tmp_path / "org.db")
    fields = {"LastName": "a", "Company": "b"}
    brain = Salesforce(World(1), database=path)
    first = brain.act({"do": "create", "type": "Lead", "fields": fields})["id"]
    before = brain.digest()
    brain.close()
    again = Salesforce(World(1), database=path)
    assert again.digest() == before
    assert again.act({"do": "create", "type": "Lead", "fields": fields})["id"] > first
    again.close()

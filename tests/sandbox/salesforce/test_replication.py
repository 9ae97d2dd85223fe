"""`updated` and `deleted`, and the late commits that make their safe mark worth having."""

from __future__ import annotations

import pytest

from tests.sandbox.salesforce.caller import Client, recording, shape

WINDOW = "start=2026-01-05T08:00:00%2B00:00&end=2026-01-05T10:00:00Z"


def test_updated_lists_ids_and_looks_as_recorded(client: Client) -> None:
    lead = client.lead()
    answer = client.get(f"/sobjects/Lead/updated/?{WINDOW}").json()
    assert answer == {"ids": [lead], "latestDateCovered": "2026-01-05T09:00:00.000+0000"}
    assert shape(answer) == shape(recording("salesforce/replication/get_updated.json"))


def test_deleted_lists_tombstones_and_looks_as_recorded(client: Client) -> None:
    lead = client.lead()
    client.brain.world.clock.advance(30)
    client.delete(f"/sobjects/Lead/{lead}")
    answer = client.get(f"/sobjects/Lead/deleted/?{WINDOW}").json()
    assert answer["deletedRecords"] == [{"id": lead, "deletedDate": "2026-01-05T09:00:30.000+0000"}]
    assert shape(answer) == shape(recording("salesforce/replication/get_deleted.json"))
    assert client.get(f"/sobjects/Lead/updated/?{WINDOW}").json()["ids"] == []


def test_updated_of_several_objects_in_one_composite_call(client: Client) -> None:
    lead = client.lead()
    steps = [
        {"method": "GET", "url": f"{client.root}/sobjects/{name}/updated/?{WINDOW}", "referenceId": name}
        for name in ("Lead", "Account")
    ]
    answer = client.post("/composite", {"allOrNone": False, "compositeRequest": steps}).json()["compositeResponse"]
    covered = "2026-01-05T09:00:00.000+0000"
    assert [entry["body"] for entry in answer] == [
        {"ids": [lead], "latestDateCovered": covered},
        {"ids": [], "latestDateCovered": covered},
    ]


def test_seconds_are_ignored(client: Client) -> None:
    client.brain.world.clock.advance(50)
    lead = client.lead()
    early = client.get("/sobjects/Lead/updated?start=2026-01-05T08:59:59Z&end=2026-01-05T09:00:59Z").json()
    later = client.get("/sobjects/Lead/updated?start=2026-01-05T09:00:59Z&end=2026-01-05T09:01:00Z").json()
    assert (early["ids"], later["ids"]) == ([], [lead])
    assert later["latestDateCovered"] == "2026-01-05T09:00:00.000+0000"


@pytest.mark.parametrize(
    "window",
    [
        "start=2026-01-05T09:00:00Z&end=2026-01-05T09:00:30Z",
        "start=2025-12-01T09:00:00Z&end=2026-01-05T09:00:30Z",
        "start=2026-01-05T09:00:00&end=2026-01-05T10:00:00Z",
        "start=2026-01-05T08:00:00+00:00&end=2026-01-05T10:00:00Z",
    ],
)
def test_bad_windows_are_refused(client: Client, window: str) -> None:
    answer = client.get(f"/sobjects/Lead/updated?{window}")
    assert (answer.status, answer.json()[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")


def test_a_late_commit_appears_later_with_its_old_stamp(client: Client) -> None:
    lead = client.lead()
    client.brain.world.clock.advance(60)
    deed = {"do": "late_commit", "type": "Lead", "id": lead, "fields": {"FirstName": "Late"}, "seconds": 300}
    opened = client.brain.act(deed)
    assert opened["stamp"] == "2026-01-05T09:01:00.000+0000"
    client.brain.world.clock.advance(299)
    assert client.read("Lead", lead, "FirstName")["FirstName"] is None
    mark = client.get(f"/sobjects/Lead/updated?{WINDOW}").json()["latestDateCovered"]
    assert mark == "2026-01-05T09:01:00.000+0000"
    assert client.get(f"/sobjects/Contact/updated?{WINDOW}").json()["latestDateCovered"] > mark
    client.brain.world.clock.advance(1)
    row = client.read("Lead", lead, "FirstName", "SystemModstamp", "LastModifiedById")
    assert (row["FirstName"], row["SystemModstamp"]) == ("Late", opened["stamp"])
    assert row["LastModifiedById"] == client.brain.org.people.humans[0]
    assert client.get(f"/sobjects/Lead/updated?{WINDOW}").json()["latestDateCovered"] > mark


def test_a_row_in_an_open_transaction_is_locked(client: Client) -> None:
    lead = client.lead()
    client.brain.act({"do": "late_commit", "type": "Lead", "id": lead, "fields": {"Title": "x"}, "seconds": 60})
    answer = client.patch(f"/sobjects/Lead/{lead}", {"Title": "y"})
    assert answer.json() == [
        {
            "message": f"unable to obtain exclusive access to this record or 1 records: {lead}",
            "errorCode": "UNABLE_TO_LOCK_ROW",
            "fields": [],
        }
    ]
    client.brain.world.clock.advance(60)
    assert client.patch(f"/sobjects/Lead/{lead}", {"Title": "y"}).status == 204


def test_a_late_create_is_invisible_until_it_commits(client: Client) -> None:
    fields = {"LastName": "Late", "Company": "Cedar"}
    made = client.brain.act({"do": "late_commit", "type": "Lead", "fields": fields, "seconds": 60})
    assert client.query("SELECT Id FROM Lead", deleted=True) == []
    client.brain.world.clock.advance(60)
    assert [row["Id"] for row in client.query("SELECT Id FROM Lead")] == [made["id"]]

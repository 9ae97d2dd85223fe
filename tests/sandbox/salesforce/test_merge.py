"""Merge and undelete, over SOAP and in the UI."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.sandbox.salesforce.caller import Client, recording


def merge(client: Client, master: str, *losers: str, fields: str = "") -> bytes:
    gone = "".join(f"<urn:recordToMergeIds>{loser}</urn:recordToMergeIds>" for loser in losers)
    kind = 'xmlns:ens="urn:sobject.partner.soap.sforce.com"'
    record = f"<urn:masterRecord {kind}><ens:type>Lead</ens:type><ens:Id>{master}</ens:Id>{fields}</urn:masterRecord>"
    return client.soap(f"<urn:merge><urn:request>{record}{gone}</urn:request></urn:merge>").body


def tags(xml: bytes) -> list[str]:
    return [element.tag for element in ET.fromstring(xml).iter()]


def test_losers_point_at_the_master_and_children_move_without_stamps(client: Client) -> None:
    master, loser = client.lead(NetSuite_Id__c="1"), client.lead(NetSuite_Id__c="2")
    task = client.create("Task", WhoId=loser, Subject="Call")
    client.brain.world.clock.advance(60)
    body = merge(client, master, loser, fields="<ens:Title>CFO</ens:Title>")
    assert b"<success>true</success>" in body
    assert tags(body) == tags(recording("salesforce/soap/merge_response.xml").encode())
    soql = "SELECT Id, MasterRecordId, IsDeleted, SystemModstamp FROM Lead WHERE MasterRecordId != null"
    (gone,) = client.query(soql, deleted=True)
    assert (gone["Id"], gone["MasterRecordId"], gone["IsDeleted"]) == (loser, master, True)
    assert gone["SystemModstamp"] == "2026-01-05T09:01:00.000+0000"
    row = client.read("Task", task)
    assert (row["WhoId"], row["SystemModstamp"]) == (master, row["CreatedDate"])
    assert client.read("Lead", master)["Title"] == "CFO"
    assert client.query("SELECT Id FROM Lead WHERE NetSuite_Id__c = '2'") == []


def test_a_merge_that_cannot_be_writes_nothing(client: Client) -> None:
    master, others = client.lead(), [client.lead() for _ in range(3)]
    contact = client.create("Contact", LastName="a")
    before = client.brain.digest()
    for losers in (others, [master], [contact], ["nonsense"]):
        body = merge(client, master, *losers)
        assert b"<success>false</success>" in body
    assert client.brain.digest() == before


def test_undelete_keeps_the_id_and_moves_the_stamp(client: Client) -> None:
    account = client.create("Account", Name="Cedar")
    contact = client.create("Contact", LastName="Holm", AccountId=account)
    client.delete(f"/sobjects/Account/{account}")
    client.brain.world.clock.advance(60)
    body = client.soap(f"<urn:undelete><urn:ids>{account}</urn:ids></urn:undelete>").body
    assert tags(body) == tags(recording("salesforce/soap/undelete_response.xml").encode())
    assert client.read("Account", account)["SystemModstamp"] == "2026-01-05T09:01:00.000+0000"
    assert client.read("Contact", contact)["AccountId"] == account


def test_undelete_fails_when_the_key_is_taken_or_nothing_is_in_the_bin(client: Client) -> None:
    lead = client.lead(NetSuite_Id__c="1")
    client.delete(f"/sobjects/Lead/{lead}")
    client.lead(NetSuite_Id__c="1")
    with pytest.raises(ValueError, match="DUPLICATE_VALUE"):
        client.brain.act({"do": "undelete", "id": lead})
    with pytest.raises(ValueError, match="UNDELETE_FAILED"):
        client.brain.act({"do": "undelete", "id": client.lead()})


def test_people_merge_and_undelete_in_the_ui(client: Client) -> None:
    master, loser = client.lead(), client.lead()
    done = client.brain.act({"do": "merge", "type": "Lead", "id": master, "losers": [loser], "fields": {"Title": "x"}})
    assert done == {"id": master, "merged": [loser]}
    assert client.read("Lead", master)["LastModifiedById"] == client.brain.org.people.humans[0]
    assert client.brain.act({"do": "undelete", "id": loser}) == {"id": loser}
    assert client.read("Lead", loser)["MasterRecordId"] is None


def test_a_converted_lead_cannot_be_merged(client: Client) -> None:
    master, loser = client.lead(), client.lead()
    client.brain.act({"do": "convert", "id": loser})
    assert b"CANNOT_UPDATE_CONVERTED_LEAD" in merge(client, master, loser)

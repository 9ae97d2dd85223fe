"""Lead conversion over SOAP and in the UI."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from connector.sandbox.salesforce.fields import text
from connector.sandbox.salesforce.settings import DuplicateRule, LeadStatus
from connector.sandbox.wire import Answer
from tests.sandbox.salesforce.caller import Client, MakeClient, recording

NS = "{urn:partner.soap.sforce.com}"
ORDER = re.findall(
    r"\w+",
    "accountId bypassAccountDedupeCheck bypassContactDedupeCheck contactId convertedStatus "
    "doNotCreateOpportunity leadId opportunityId opportunityName overwriteLeadSource ownerId "
    "sendNotificationEmail",
)


def request(lead: str, **options: Any) -> str:
    values = {"leadId": lead, "convertedStatus": "Closed - Converted", "doNotCreateOpportunity": "false"} | options
    inside = "".join(f"<urn:{name}>{values[name]}</urn:{name}>" for name in ORDER if values.get(name) is not None)
    return f"<urn:leadConverts>{inside}</urn:leadConverts>"


def convert(client: Client, lead: str, **options: Any) -> dict[str, str | None]:
    return results(client.soap(f"<urn:convertLead>{request(lead, **options)}</urn:convertLead>"))[0]


def results(answer: Answer) -> list[dict[str, str | None]]:
    assert answer.status == 200, answer.body
    found = ET.fromstring(answer.body).iter(f"{NS}result")
    return [{child.tag.removeprefix(NS): child.text for child in result.iter()} for result in found]


def tags(xml: bytes | str) -> list[str]:
    return [element.tag for element in ET.fromstring(xml).iter()]


FULL = {
    "FirstName": "Ada",
    "Salutation": "Ms.",
    "Title": "CFO",
    "Email": "ada@cedar.example",
    "Phone": "1",
    "MobilePhone": "2",
    "Website": "https://cedar.example",
    "Industry": "Energy",
    "AnnualRevenue": 7,
    "LeadSource": "Web",
    "Street": "Oak 1",
    "City": "Bonn",
    "DoNotCall": True,
    "Budget__c": 500,
    "Sales_Readiness__c": "Evaluating",
    "SICCode__c": "2768",
}


def test_a_lead_becomes_account_contact_and_opportunity(client: Client) -> None:
    lead = client.lead(**FULL)
    done = convert(client, lead)
    assert done["success"] == "true"
    account = client.read("Account", str(done["accountId"]))
    contact = client.read("Contact", str(done["contactId"]))
    deal = client.read("Opportunity", str(done["opportunityId"]))
    assert (account["Name"], account["BillingCity"], account["Industry"]) == ("Cedar Foods", "Bonn", "Energy")
    assert (account["AccountSource"], account["AnnualRevenue"], account["Phone"]) == ("Web", 7, "1")
    assert (contact["Name"], contact["Title"], contact["MobilePhone"]) == ("Ada Holm", "CFO", "2")
    assert (contact["AccountId"], contact["MailingStreet"], contact["DoNotCall"]) == (account["Id"], "Oak 1", True)
    assert (deal["Name"], deal["AccountId"], deal["CloseDate"]) == ("Cedar Foods", account["Id"], "2026-03-31")
    assert (deal["StageName"], deal["Amount"], deal["LeadSource"]) == ("Prospecting", None, "Web")
    assert (deal["Budget__c"], deal["Sales_Readiness__c"]) == (500.0, "Evaluating")


def test_the_lead_is_frozen_with_its_targets(client: Client) -> None:
    lead = client.lead()
    done = convert(client, lead)
    row = client.read("Lead", lead)
    assert (row["IsConverted"], row["Status"], row["ConvertedDate"]) == (True, "Closed - Converted", "2026-01-05")
    ids = [row[f"Converted{name}Id"] for name in ("Account", "Contact", "Opportunity")]
    assert ids == [done["accountId"], done["contactId"], done["opportunityId"]]
    answer = client.patch(f"/sobjects/Lead/{lead}", {"Title": "x"})
    frozen = {"message": "cannot reference converted lead", "errorCode": "CANNOT_UPDATE_CONVERTED_LEAD", "fields": []}
    assert (answer.status, answer.json()) == (400, [frozen])


def test_a_second_conversion_is_refused_as_recorded(client: Client) -> None:
    lead = client.lead()
    convert(client, lead)
    answer = client.soap(f"<urn:convertLead>{request(lead)}</urn:convertLead>")
    assert (answer.status, answer.wrote) == (200, False)
    (row,) = results(answer)
    assert (row["statusCode"], row["message"]) == ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    recorded = recording("salesforce/soap/convertLead_already_converted_response.xml")
    assert tags(answer.body)[-len(tags(recorded)) + 2 :] == tags(recorded)[2:]


def test_the_answer_looks_as_recorded(client: Client) -> None:
    answer = client.soap(f"<urn:convertLead>{request(client.lead())}</urn:convertLead>")
    assert tags(answer.body) == tags(recording("salesforce/soap/convertLead_response.xml").encode())
    assert answer.headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert b"<current>2</current><limit>15000</limit><type>API REQUESTS</type>" in answer.body


def test_an_opportunity_is_optional(client: Client) -> None:
    answer = client.soap(f"<urn:convertLead>{request(client.lead(), doNotCreateOpportunity='true')}</urn:convertLead>")
    assert b'<opportunityId xsi:nil="true"/>' in answer.body
    assert client.query("SELECT Id FROM Opportunity") == []


def test_only_empty_fields_of_existing_records_are_filled(client: Client) -> None:
    account = client.create("Account", Name="Kept", Phone="9")
    contact = client.create("Contact", LastName="Kept", AccountId=account, LeadSource="Other")
    options = {"accountId": account[:15], "contactId": contact, "doNotCreateOpportunity": "true"}
    convert(client, client.lead(**FULL), **options)
    kept = client.read("Account", account)
    person = client.read("Contact", contact)
    assert (kept["Name"], kept["Phone"], kept["Industry"]) == ("Kept", "9", "Energy")
    assert (person["LastName"], person["Title"], person["LeadSource"], person["DoNotCall"]) == (
        "Kept",
        "CFO",
        "Other",
        False,
    )
    convert(client, client.lead(**FULL), **options, overwriteLeadSource="true")
    assert client.read("Contact", contact)["LeadSource"] == "Web"


def test_without_an_account_id_a_new_account_is_made_even_if_one_has_the_name(client: Client) -> None:
    client.create("Account", Name="Cedar Foods")
    convert(client, client.lead())
    assert len(client.query("SELECT Id FROM Account WHERE Name = 'Cedar Foods'")) == 2


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"convertedStatus": "Working - Contacted"}, "INVALID_STATUS"),
        ({"convertedStatus": None}, "INVALID_STATUS"),
        ({"contactId": "CONTACT"}, "REQUIRED_FIELD_MISSING"),
        ({"accountId": "OTHER", "contactId": "CONTACT"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"accountId": "001000000000001"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"overwriteLeadSource": "true"}, "REQUIRED_FIELD_MISSING"),
        ({"opportunityName": "x", "doNotCreateOpportunity": "true"}, "INVALID_INPUT"),
        ({"opportunityName": "x" * 81}, "STRING_TOO_LONG"),
        ({"ownerId": "INACTIVE"}, "INACTIVE_OWNER_OR_USER"),
        ({"leadId": "00Q000000000001"}, "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_bad_arguments_fail_the_lead_and_write_nothing(client: Client, options: dict[str, Any], code: str) -> None:
    account = client.create("Account", Name="a")
    ids = {
        "CONTACT": client.create("Contact", LastName="c", AccountId=account),
        "OTHER": client.create("Account", Name="b"),
        "INACTIVE": client.brain.org.people.inactive,
    }
    lead = client.lead()
    before = client.brain.digest()
    row = convert(client, lead, **{name: ids.get(value, value) for name, value in options.items()})
    assert (row["success"], row["statusCode"], row["accountId"]) == ("false", code, None)
    assert client.brain.digest() == before


def test_a_queue_owned_lead_needs_an_owner(client: Client) -> None:
    people = client.brain.org.people
    lead = client.lead(OwnerId=people.queue)
    assert convert(client, lead)["success"] == "false"
    done = convert(client, lead, ownerId=people.humans[1])
    assert client.read("Account", str(done["accountId"]))["OwnerId"] == people.humans[1]


def test_elements_out_of_order_are_ignored(client: Client) -> None:
    lead = client.lead()
    late = f"<urn:leadConverts><urn:leadId>{lead}</urn:leadId><urn:convertedStatus>Closed - Converted"
    (row,) = results(client.soap(f"<urn:convertLead>{late}</urn:convertedStatus></urn:leadConverts></urn:convertLead>"))
    assert row["statusCode"] == "INVALID_STATUS"


def test_several_leads_each_with_its_own_outcome(client: Client) -> None:
    one, two = client.lead(), client.lead()
    bad = request(two, convertedStatus="Nonsense")
    rows = results(client.soap(f"<urn:convertLead>{request(one)}{bad}{request(two)}</urn:convertLead>"))
    assert [row["success"] for row in rows] == ["true", "false", "true"]
    assert [row["leadId"] for row in rows] == [one, two, two]
    many = client.soap(f"<urn:convertLead>{request(one) * 101}</urn:convertLead>")
    assert many.status == 500
    assert b"<faultcode>sf:EXCEEDED_LEAD_CONVERT_LIMIT</faultcode>" in many.body


def test_activities_and_campaigns_follow_the_person(client: Client) -> None:
    lead, campaign = client.lead(), client.create("Campaign", Name="Fair")
    task = client.create("Task", WhoId=lead, Subject="Call")
    event = client.create("Event", WhoId=lead, StartDateTime="2026-01-06T09:00:00Z", DurationInMinutes=30)
    client.create("CampaignMember", CampaignId=campaign, LeadId=lead)
    client.brain.world.clock.advance(60)
    done = convert(client, lead)
    for name, record_id in (("Task", task), ("Event", event)):
        row = client.read(name, record_id)
        assert (row["WhoId"], row["WhatId"]) == (done["contactId"], done["opportunityId"])
        assert row["LastModifiedDate"] == row["SystemModstamp"] > row["CreatedDate"]
    (member,) = client.query("SELECT ContactId, Type FROM CampaignMember")
    assert (member["ContactId"], member["Type"]) == (done["contactId"], "Contact")
    assert client.read("Opportunity", str(done["opportunityId"]))["CampaignId"] == campaign
    (role,) = client.query("SELECT ContactId, IsPrimary FROM OpportunityContactRole")
    assert (role["ContactId"], role["IsPrimary"]) == (done["contactId"], True)


def test_unmapped_custom_fields_stay_behind_and_mapped_ones_move(make_client: MakeClient) -> None:
    extra = (("Contact", text("Tier__c", 20, "Tier")), ("Lead", text("Tier__c", 20, "Tier")))
    for mapping, expected in (((), None), ((("Tier__c", "Contact.Tier__c"),), "gold")):
        client = make_client(extra_fields=extra, conversion_map=mapping)
        done = convert(client, client.lead(Tier__c="gold", Budget__c=5))
        assert client.read("Contact", str(done["contactId"]))["Tier__c"] == expected
        assert client.read("Opportunity", str(done["opportunityId"]))["Budget__c"] is None


def test_a_required_custom_field_without_mapping_stops_the_conversion(make_client: MakeClient) -> None:
    client = make_client(extra_fields=(("Account", text("Region__c", 20, "Region", nillable=False)),))
    lead = client.lead()
    before = client.brain.digest()
    assert convert(client, lead)["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert client.brain.digest() == before


def test_duplicate_rules_stop_a_conversion_only_where_conversions_are_validated(make_client: MakeClient) -> None:
    rule = DuplicateRule("Contact", "Email", "Alert")
    allow = "<urn:DuplicateRuleHeader><urn:allowSave>true</urn:allowSave></urn:DuplicateRuleHeader>"
    for validated in (False, True):
        client = make_client(duplicate_rules=(rule,), require_validation_for_converted_leads=validated)
        client.create("Contact", LastName="Twin", Email="ada@cedar.example")
        lead = client.lead(Email="ada@cedar.example")
        operation = f"<urn:convertLead>{request(lead)}</urn:convertLead>"
        (row,) = results(client.soap(operation, header=allow))
        assert row["success"] == ("false" if validated else "true")
    assert row["statusCode"] == "DUPLICATES_DETECTED"
    assert convert(client, lead, bypassContactDedupeCheck="true")["success"] == "true"


def test_several_converted_statuses(make_client: MakeClient) -> None:
    statuses = (
        LeadStatus("Open", default=True),
        LeadStatus("Qualified", converted=True),
        LeadStatus("Won", converted=True),
    )
    client = make_client(lead_statuses=statuses)
    soql = "SELECT MasterLabel, ApiName, IsConverted, IsDefault, SortOrder FROM LeadStatus WHERE IsConverted = true"
    assert [row["MasterLabel"] for row in client.query(soql)] == ["Qualified", "Won"]
    lead = client.lead()
    assert convert(client, lead, convertedStatus="Won")["success"] == "true"
    assert client.read("Lead", lead)["Status"] == "Won"


def test_session_faults_and_bad_envelopes_are_http_500(client: Client) -> None:
    expired = client.soap("<urn:undelete><urn:ids>x</urn:ids></urn:undelete>", token="none")
    assert expired.status == 500
    assert b"<faultcode>sf:INVALID_SESSION_ID</faultcode>" in expired.body
    assert b"<sf:exceptionCode>INVALID_SESSION_ID</sf:exceptionCode>" in expired.body
    broken = client.send("POST", "/services/Soap/u/62.0", b"<nothing", Content_Type="text/xml")
    assert (broken.status, b"<faultcode>soapenv:Client</faultcode>" in broken.body) == (500, True)
    assert client.soap("<urn:login/>").status == 501
    assert (
        client.soap(f"<urn:convertLead>{request(client.lead())}</urn:convertLead>", header="<urn:Odd/>").status == 501
    )


def test_a_person_converts_in_the_ui(client: Client) -> None:
    people, lead = client.brain.org.people, client.lead()
    done = client.brain.act({"do": "convert", "id": lead, "opportunity": "Big deal"})
    assert client.read("Opportunity", done["opportunity"])["Name"] == "Big deal"
    assert client.read("Lead", lead)["LastModifiedById"] == people.humans[0]
    other = client.brain.act({"do": "convert", "id": client.lead(), "account": done["account"], "opportunity": False})
    assert (other["account"], other["opportunity"]) == (done["account"], None)
    with pytest.raises(ValueError, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        client.brain.act({"do": "convert", "id": lead})

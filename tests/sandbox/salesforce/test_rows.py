"""`/sobjects/X`: create, read, update, delete, upsert, and the rules that every write obeys."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.salesforce.caller import Client, MakeClient


def problem(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json()[0]["errorCode"]


def test_create_answers_201_with_a_location(client: Client) -> None:
    answer = client.post("/sobjects/Lead/", {"LastName": "Holm", "Company": "Cedar Foods"})
    body = answer.json()
    assert answer.status == 201
    assert body == {"id": body["id"], "success": True, "errors": []}
    assert answer.headers["Location"] == f"/services/data/v62.0/sobjects/Lead/{body['id']}"
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/15000"
    assert answer.wrote


def test_a_new_lead_gets_its_defaults(client: Client) -> None:
    row = client.read("Lead", client.lead(FirstName="Ada"))
    user = client.brain.org.people.integration
    assert row["Name"] == "Ada Holm"
    assert row["Status"] == "Open - Not Contacted"
    assert row["IsConverted"] is False
    assert (row["OwnerId"], row["CreatedById"], row["LastModifiedById"]) == (user, user, user)
    assert row["CreatedDate"] == row["SystemModstamp"] == "2026-01-05T09:00:00.000+0000"


def test_an_update_answers_204_and_moves_the_stamps(client: Client) -> None:
    lead = client.lead()
    client.brain.world.clock.advance(61.9)
    answer = client.patch(f"/sobjects/Lead/{lead}", {"FirstName": "Ada"})
    assert (answer.status, answer.body) == (204, b"")
    assert "Sforce-Limit-Info" not in answer.headers
    assert "Content-Type" not in answer.headers
    row = client.read("Lead", lead)
    assert (row["Name"], row["SystemModstamp"]) == ("Ada Holm", "2026-01-05T09:01:01.000+0000")
    assert row["LastModifiedDate"] == row["SystemModstamp"] > row["CreatedDate"]


def test_field_names_ignore_case_and_text_is_trimmed(client: Client) -> None:
    lead = client.lead(lastname="  Brandt ", description="   ")
    assert client.read("Lead", lead, "LastName", "Description")["LastName"] == "Brandt"
    assert client.read("Lead", lead, "Description")["Description"] is None


def test_null_clears_a_field_and_absence_leaves_it(client: Client) -> None:
    lead = client.lead(Title="CFO", Phone="1")
    client.patch(f"/sobjects/Lead/{lead}", {"Title": None})
    assert client.read("Lead", lead, "Title", "Phone") | {"attributes": 0, "Id": 0} == {
        "attributes": 0,
        "Title": None,
        "Phone": "1",
        "Id": 0,
    }


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"Company": "x"}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ({"LastName": "a"}, "REQUIRED_FIELD_MISSING", ["Company"]),
        ({"LastName": " ", "Company": "x"}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ({"LastName": "a" * 81, "Company": "x"}, "STRING_TOO_LONG", ["LastName"]),
        ({"LastName": "a", "Company": "x", "Nonsense": 1}, "INVALID_FIELD", None),
        ({"LastName": "a", "Company": "x", "Name": "b"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"]),
        ({"LastName": "a", "Company": "x", "Id": "b"}, "INVALID_FIELD", None),
        ({"LastName": "a", "Company": "x", "Email": "no mail"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        (
            {"LastName": "a", "Company": "x", "Buying_Reason__c": "Whim"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            ["Buying_Reason__c"],
        ),
        ({"LastName": "a", "Company": "x", "NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", None),
        (
            {"LastName": "a", "Company": "x", "NumberOfEmployees": 10**9},
            "NUMBER_OUTSIDE_VALID_RANGE",
            ["NumberOfEmployees"],
        ),
        ({"LastName": "a", "Company": 42}, "JSON_PARSER_ERROR", None),
        ({"LastName": "a", "Company": "x", "Status": "Closed - Converted"}, "INVALID_STATUS", ["Status"]),
        ({"LastName": "a", "Company": "x", "OwnerId": "nonsense"}, "MALFORMED_ID", ["OwnerId"]),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_by_name(client: Client, body: Any, code: str, fields: list[str] | None) -> None:
    before = client.brain.digest()
    answer = client.post("/sobjects/Lead", body)
    entry = answer.json()[0]
    assert (answer.status, entry["errorCode"], entry.get("fields")) == (400, code, fields)
    assert client.brain.digest() == before
    assert not answer.wrote


def test_every_field_problem_is_reported_at_once(client: Client) -> None:
    answer = client.post("/sobjects/Lead", {"LastName": "a" * 81, "Company": "b" * 256})
    assert [entry["fields"] for entry in answer.json()] == [["LastName"], ["Company"]]
    assert answer.json()[1]["message"].startswith("Company: data value too large: bbb")
    assert answer.json()[1]["message"].endswith("(max length=255)")


def test_an_unrestricted_picklist_takes_any_value(client: Client) -> None:
    assert client.read("Lead", client.lead(LeadSource="Trade Show"), "LeadSource")["LeadSource"] == "Trade Show"


def test_money_keeps_the_digits_of_its_field(client: Client) -> None:
    lead = client.lead(AnnualRevenue=139000000, Budget__c=50000, NumberofLocations__c=6)
    body = client.get(f"/sobjects/Lead/{lead}?fields=AnnualRevenue,Budget__c,NumberofLocations__c").body
    assert b'"AnnualRevenue":139000000,' in body
    assert b'"Budget__c":50000.00,' in body
    assert b'"NumberofLocations__c":6.0' in body


def test_a_unique_key_is_unique_without_case(client: Client) -> None:
    first = client.lead(NetSuite_Id__c="ns-1")
    answer = client.post("/sobjects/Lead", {"LastName": "b", "Company": "c", "NetSuite_Id__c": "NS-1"})
    entry = answer.json()[0]
    assert (answer.status, entry["errorCode"]) == (400, "DUPLICATE_VALUE")
    assert entry["message"].endswith(f"record with id: {first}")
    client.delete(f"/sobjects/Lead/{first}")
    assert client.lead(NetSuite_Id__c="ns-1") != first


def test_references_must_point_at_a_living_row_of_the_right_object(client: Client) -> None:
    account, people = client.create("Account", Name="Cedar"), client.brain.org.people
    contact = client.create("Contact", LastName="Holm", AccountId=account[:15])
    assert client.read("Contact", contact)["AccountId"] == account
    assert problem(client.post("/sobjects/Contact", {"LastName": "a", "AccountId": contact}))[1] == (
        "FIELD_INTEGRITY_EXCEPTION"
    )
    gone = client.create("Account", Name="Gone")
    client.delete(f"/sobjects/Account/{gone}")
    assert problem(client.post("/sobjects/Contact", {"LastName": "a", "AccountId": gone}))[1] == "ENTITY_IS_DELETED"
    refused = client.post("/sobjects/Account", {"Name": "a", "OwnerId": people.inactive})
    assert problem(refused) == (400, "INACTIVE_OWNER_OR_USER")
    assert client.lead(OwnerId=people.queue)
    assert problem(client.post("/sobjects/Account", {"Name": "a", "OwnerId": people.queue}))[0] == 400


def test_a_parent_can_be_named_by_its_key(client: Client) -> None:
    account = client.create("Account", Name="Cedar", NetSuite_Id__c="42")
    contact = client.create("Contact", LastName="Holm", Account={"NetSuite_Id__c": "42"})
    assert client.read("Contact", contact)["AccountId"] == account
    answer = client.post("/sobjects/Contact", {"LastName": "a", "Account": {"NetSuite_Id__c": "43"}})
    assert problem(answer) == (400, "INVALID_FIELD")


def test_delete_goes_to_the_bin_and_takes_children_along(client: Client) -> None:
    account = client.create("Account", Name="Cedar")
    contact = client.create("Contact", LastName="Holm", AccountId=account)
    assert client.delete(f"/sobjects/Account/{account}").status == 204
    again = client.delete(f"/sobjects/Account/{account}")
    assert again.status == 404
    assert again.json() == [{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}]
    assert client.get(f"/sobjects/Contact/{contact}").status == 404
    assert client.query("SELECT Id FROM Contact") == []
    assert len(client.query("SELECT Id FROM Contact WHERE IsDeleted = true", deleted=True)) == 1


def test_the_bin_is_emptied_after_fifteen_days(client: Client) -> None:
    lead = client.lead()
    client.delete(f"/sobjects/Lead/{lead}")
    client.brain.world.clock.advance(15 * 86400 + 3600)
    client.log_in()
    assert client.query("SELECT Id FROM Lead", deleted=True) == []


def test_what_is_not_there_is_404(client: Client) -> None:
    missing = client.get("/sobjects/Lead/00Q000000000001EAA")
    assert missing.status == 404
    assert missing.json() == [{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}]
    odd = client.get("/sobjects/Lead/23foo")
    assert odd.json()[0]["message"] == "Provided external ID field does not exist or is not accessible: 23foo"
    assert client.get("/sobjects/Foo").status == 404


def test_upsert_creates_then_updates(client: Client) -> None:
    path = "/sobjects/Lead/NetSuite_Id__c/a%2Fb"
    made = client.patch(path, {"LastName": "Holm", "Company": "Cedar"})
    assert (made.status, made.json()["created"]) == (201, True)
    changed = client.patch(path, {"FirstName": "Ada"})
    assert changed.status == 200
    assert changed.json() == {"id": made.json()["id"], "success": True, "errors": [], "created": False}
    assert client.get(path).json()["NetSuite_Id__c"] == "a/b"
    repeated = client.patch(path, {"FirstName": "Ada", "NetSuite_Id__c": "a/b"})
    assert repeated.status == 400


def test_upsert_by_an_ambiguous_key_answers_300_with_urls(client: Client) -> None:
    ids = [client.lead(Email="a@cedar.example"), client.lead(Email="A@cedar.example")]
    answer = client.patch("/sobjects/Lead/Email/a@cedar.example", {"FirstName": "Ada"})
    assert answer.status == 300
    assert answer.json() == [f"/services/data/v62.0/sobjects/Lead/{record_id}" for record_id in ids]


def test_upsert_by_a_field_that_is_no_key_is_404(client: Client) -> None:
    answer = client.patch("/sobjects/Lead/Company/x", {"LastName": "a"})
    text = "Provided external ID field does not exist or is not accessible: Company"
    assert (answer.status, answer.json()) == (404, [{"message": text, "errorCode": "NOT_FOUND"}])


def test_update_only_never_creates(client: Client) -> None:
    assert client.patch("/sobjects/Lead/NetSuite_Id__c/9?updateOnly=true", {"LastName": "a"}).status == 404
    lead = client.lead()
    answer = client.patch(f"/sobjects/Lead/Id/{lead}?updateOnly=true", {"FirstName": "Ada"})
    assert (answer.status, answer.json()["created"]) == (200, False)


def test_conditional_headers_compare_whole_seconds(client: Client) -> None:
    lead = client.lead()
    path, seen = f"/sobjects/Lead/{lead}", client.get(f"/sobjects/Lead/{lead}").headers["Last-Modified"]
    assert client.get(path, If_Modified_Since=seen).status == 304
    assert client.patch(path, {"FirstName": "Same second"}, If_Unmodified_Since=seen).status == 204
    client.brain.world.clock.advance(5)
    client.patch(path, {"FirstName": "Later"})
    assert client.patch(path, {"FirstName": "Mine"}, If_Unmodified_Since=seen).status == 412
    assert client.patch(path, {"FirstName": "Mine"}, If_Unmodified_Since="whenever").status == 400
    assert client.read("Lead", lead, "FirstName")["FirstName"] == "Later"


def test_etags_are_for_accounts_only(client: Client) -> None:
    account = client.create("Account", Name="Cedar")
    tag = client.get(f"/sobjects/Account/{account}").headers["ETag"]
    assert client.get(f"/sobjects/Account/{account}", If_None_Match=tag).status == 304
    assert client.patch(f"/sobjects/Account/{account}", {"Name": "a"}, If_Match='"other"').status == 412
    assert client.patch(f"/sobjects/Account/{account}", {"Name": "a"}, If_Match=tag).status == 204
    lead = client.lead()
    assert "ETag" not in client.get(f"/sobjects/Lead/{lead}").headers
    assert client.get(f"/sobjects/Lead/{lead}", If_Match=tag).status == 501


def test_an_active_assignment_rule_takes_the_lead_unless_switched_off(make_client: MakeClient) -> None:
    client = make_client(assign_leads_to_queue=True)
    people, body = client.brain.org.people, {"LastName": "Holm", "Company": "Cedar"}
    assigned = client.post("/sobjects/Lead", body).json()["id"]
    kept = client.post("/sobjects/Lead", body, Sforce_Auto_Assign="FALSE").json()["id"]
    assert client.read("Lead", assigned, "OwnerId")["OwnerId"] == people.queue
    assert client.read("Lead", kept, "OwnerId")["OwnerId"] == people.integration


def test_a_stage_implies_probability_and_category(client: Client) -> None:
    deal = {"Name": "Generators", "StageName": "Negotiation/Review", "CloseDate": "2026-03-31", "Amount": 1000}
    row = client.read("Opportunity", client.create("Opportunity", **deal))
    assert (row["Probability"], row["ForecastCategoryName"], row["IsClosed"]) == (90.0, "Pipeline", False)
    assert (row["ExpectedRevenue"], row["FiscalQuarter"], row["FiscalYear"]) == (900.0, 1, 2026)


def test_an_opportunitys_contact_becomes_its_primary_role(client: Client) -> None:
    contact = client.create("Contact", LastName="Holm")
    deal = {"Name": "x", "StageName": "Prospecting", "CloseDate": "2026-03-31", "ContactId": contact}
    opportunity = client.create("Opportunity", **deal)
    roles = client.query("SELECT OpportunityId, ContactId, IsPrimary FROM OpportunityContactRole")
    assert [(r["OpportunityId"], r["ContactId"], r["IsPrimary"]) for r in roles] == [(opportunity, contact, True)]
    refused = client.patch(f"/sobjects/Opportunity/{opportunity}", {"ContactId": contact})
    assert problem(refused) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_bodies_must_be_json(client: Client) -> None:
    path = client.root + "/sobjects/Lead"
    assert client.send("POST", path, b"a=b", Content_Type="application/x-www-form-urlencoded").status == 415
    broken = client.send("POST", path, b"{", Content_Type="application/json")
    assert problem(broken) == (400, "JSON_PARSER_ERROR")


def test_what_is_unknown_is_refused_loudly(client: Client) -> None:
    for answer in (
        client.get("/jobs/ingest"),
        client.get("/sobjects/Lead?surprise=1"),
        client.get("/limits", Sforce_Surprise="1"),
        client.post("/composite/batch", {}),
        client.send("GET", "/services/data/v58.0/limits"),
        client.send("GET", "/services/apexrest/x"),
        client.post("/sobjects/User", {"LastName": "x"}),
    ):
        assert (answer.status, answer.headers["x-sandbox"]) == (501, "not-emulated")
        assert answer.json()["sandbox"] == "not emulated"
    assert client.send("PUT", client.root + "/sobjects/Lead").status == 405
    assert client.send("GET", "/services/data/v99.0/limits").status == 404


def test_the_same_seed_and_calls_make_the_same_ids(make_client: MakeClient) -> None:
    one, two, other = make_client(seed=3), make_client(seed=3), make_client(seed=4)
    assert one.lead() == two.lead() != other.lead()
    assert one.brain.digest() == two.brain.digest()


def test_reading_changes_nothing(client: Client) -> None:
    lead = client.lead()
    before = client.brain.digest()
    client.read("Lead", lead)
    client.query("SELECT Id FROM Lead")
    client.get("/sobjects/Lead/describe")
    client.get("/sobjects/Lead/updated?start=2026-01-05T08:00:00Z&end=2026-01-05T09:00:00Z")
    assert client.brain.digest() == before


def test_a_locked_row_has_the_vendors_words(client: Client) -> None:
    from connector.sandbox.wire import Headers, Request
    from tests.sandbox.salesforce.caller import HOST

    path = f"{client.root}/sobjects/Lead/00Q000000000001EAA"
    answer = client.brain.lock_answer(Request("PATCH", HOST + path, path, "", Headers()))
    assert problem(answer) == (400, "UNABLE_TO_LOCK_ROW")
    path = f"{client.root}/composite/sobjects"
    answer = client.brain.lock_answer(Request("PATCH", HOST + path, path, "", Headers(), b'{"attributes":{}}'))
    assert (answer.status, answer.json()[0]["errors"][0]["statusCode"]) == (200, "UNABLE_TO_LOCK_ROW")

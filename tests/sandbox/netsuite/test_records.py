"""The record service: shapes of records, what a write must and may hold, how it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.sandbox.netsuite.settings import CustomField
from tests.sandbox.netsuite.caller import HOST, RECORD, Caller

_STRICT = {"X_NetSuite_PropertyNameValidation": "Error"}


def test_a_create_answers_204_with_its_location(account: Caller) -> None:
    answer = account.send("POST", f"{RECORD}/Customer", {"companyName": "Acme"})
    assert (answer.status, answer.body, answer.wrote) == (204, b"", True)
    assert answer.headers["Location"] == f"{HOST}{RECORD}/customer/1001"


def test_an_individual_lead_reads_back_as_written(account: Caller) -> None:
    lead = account.lead(
        email="ann@acme.example", leadSource="-6", salesReadiness=3, estimatedBudget=1500.5, url="https://a.example"
    )
    shown = account.get(f"/customer/{lead}")
    assert shown["id"] == lead
    assert (shown["isPerson"], shown["firstName"], shown["companyName"]) == (True, "Ann", "Acme")
    assert shown["leadSource"] == {"links": [], "id": "-6", "refName": "Web"}
    assert shown["entityStatus"]["refName"] == "LEAD-Unqualified"
    assert shown["entityStatus"]["links"][0]["href"] == f"{HOST}{RECORD}/customerstatus/6"
    assert (shown["searchStage"], shown["estimatedBudget"]) == ("Lead", 1500.5)
    assert shown["altName"] == "Ann Lee"


def test_a_field_without_a_value_is_absent(account: Caller) -> None:
    lead = account.lead(phone="555 123 4567")
    account.change(f"/customer/{lead}", phone=None)
    shown = account.get(f"/customer/{lead}")
    assert "phone" not in shown
    assert "email" not in shown


def test_datetimes_show_whole_minutes(account: Caller) -> None:
    account.brain.world.clock.advance(47)
    shown = account.get(f"/customer/{account.lead()}")
    assert shown["dateCreated"] == shown["lastModifiedDate"] == "2026-01-05T09:00:00Z"


def test_every_write_moves_the_stamp(account: Caller) -> None:
    lead = account.lead()
    account.brain.world.clock.advance(60)
    account.change(f"/customer/{lead}")
    shown = account.get(f"/customer/{lead}")
    assert (shown["dateCreated"], shown["lastModifiedDate"]) == ("2026-01-05T09:00:00Z", "2026-01-05T09:01:00Z")


def test_a_form_demands_its_own_fields(start: Callable[..., Caller]) -> None:
    shops = CustomField("custentity_shops", "customer", "integer", "Shops", mandatory=True, forms=(-2,))
    account = start(custom_fields=(shops,))
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A", "customForm": {"id": "-2"}})
    assert account.refused(answer).endswith("Please enter value(s) for: Shops.")
    made = account.make("customer", companyName="B", customForm={"id": "-2"}, custentity_shops=3)
    assert account.get(f"/customer/{made}")["customForm"]["id"] == "-2"
    account.make("customer", companyName="C")


def test_names_compare_without_case(account: Caller) -> None:
    made = account.make("customer", companyname="Acme", entitystatus={"id": "6"})
    assert account.get(f"/CUSTOMER/{made}")["companyName"] == "Acme"


def test_only_the_named_fields_are_shown(account: Caller) -> None:
    shown = account.get(f"/customer/{account.lead()}?fields=companyName,lastName")
    assert set(shown) == {"links", "id", "companyName", "lastName"}


def test_enums_can_be_shown_as_their_ids(account: Caller) -> None:
    lead = account.lead()
    assert account.get(f"/customer/{lead}")["emailPreference"] == {"id": "DEFAULT", "refName": "Default"}
    assert account.get(f"/customer/{lead}?simpleEnumFormat=true")["emailPreference"] == "DEFAULT"


def test_references_are_taken_as_object_text_number_and_external_id(account: Caller) -> None:
    parent = account.company(externalId="globex-1")
    for given in ({"id": parent}, parent, int(parent), {"externalId": "GLOBEX-1"}):
        child = account.make("customer", companyName="Branch", parent=given)
        assert account.get(f"/customer/{child}")["parent"]["id"] == parent


def test_a_reference_to_nothing_is_an_invalid_field_value(account: Caller) -> None:
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A", "leadSource": "9999"})
    detail = "You have entered an Invalid Field Value 9999 for the following field: leadsource"
    assert account.refused(answer) == f"Error while accessing a resource. {detail}"


def test_an_inactive_rep_cannot_be_chosen(account: Caller) -> None:
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A", "salesRep": "13"})
    assert "Invalid Field Value 13" in account.refused(answer)


def test_a_person_needs_names_and_a_company_its_name(account: Caller) -> None:
    person = account.send("POST", f"{RECORD}/customer", {"isPerson": True, "email": "a@b.example"})
    assert account.refused(person).endswith("Please enter value(s) for: First Name, Last Name.")
    company = account.send("POST", f"{RECORD}/customer", {})
    assert account.refused(company).endswith("Please enter value(s) for: Company Name.")


def test_company_and_person_names_without_is_person_make_a_company(account: Caller) -> None:
    made = account.make("customer", companyName="Acme", firstName="Ann", lastName="Lee", entityStatus=6)
    shown = account.get(f"/customer/{made}")
    assert shown["isPerson"] is False
    assert "firstName" not in shown


def test_names_alone_make_a_person(account: Caller) -> None:
    made = account.make("customer", firstName="Ann", lastName="Lee", entityStatus=6)
    assert account.get(f"/customer/{made}")["isPerson"] is True


def test_is_person_cannot_change(account: Caller) -> None:
    answer = account.send("PATCH", f"{RECORD}/customer/{account.lead()}", {"isPerson": False})
    assert "isperson" in account.refused(answer)


def test_without_a_status_a_customer_is_closed_won(account: Caller) -> None:
    shown = account.get(f"/customer/{account.make('customer', companyName='Acme')}")
    assert (shown["entityStatus"]["id"], shown["searchStage"]) == ("13", "Customer")


@pytest.mark.parametrize("name", ["lastModifiedDate", "searchStage", "altName", "contactRoles", "subsidiary"])
def test_read_only_fields_cannot_be_written(account: Caller, name: str) -> None:
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A", name: "x"})
    assert f"set a value for element {name.lower()}" in account.refused(answer)


@pytest.mark.parametrize(
    ("fields", "length"),
    [
        ({"companyName": "x" * 84}, 83),
        ({"isPerson": True, "firstName": "x" * 33, "lastName": "L"}, 32),
        ({"companyName": "A", "salutation": "x" * 31}, 30),
        ({"companyName": "A", "comments": "x" * 1000}, 999),
        ({"companyName": "A", "phone": "1" * 33}, 32),
    ],
)
def test_too_long_texts_are_refused(account: Caller, fields: dict[str, object], length: int) -> None:
    detail = account.refused(account.send("POST", f"{RECORD}/customer", fields))
    assert detail.endswith(f"contained more than the maximum number ( {length} ) of characters allowed.")


def test_the_longest_text_fits(account: Caller) -> None:
    assert account.get(f"/customer/{account.company(companyName='x' * 83)}")["companyName"] == "x" * 83


@pytest.mark.parametrize(("name", "value"), [("email", "no mail"), ("url", "www.acme.example"), ("phone", "12345")])
def test_malformed_mails_urls_and_phones_are_refused(account: Caller, name: str, value: str) -> None:
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A", name: value})
    assert account.refused(answer)


@pytest.mark.parametrize(
    ("name", "value"), [("isInactive", "true"), ("estimatedBudget", "12"), ("startDate", "5/1/2026"), ("comments", 5)]
)
def test_a_value_of_a_wrong_json_type_is_invalid_content(account: Caller, name: str, value: object) -> None:
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A", name: value})
    assert answer.status == 400
    error = answer.json()["o:errorDetails"][0]
    assert (error["o:errorCode"], error["o:errorPath"]) == ("INVALID_CONTENT", name)


@pytest.mark.parametrize(
    "body",
    [
        '{"companyName": "\\ud800"}',
        '{"companyName": "A", "estimatedBudget": Infinity}',
        '{"companyName": "A", "estimatedBudget": 1e400}',
        '{"companyName": "A", "custentity_employees": 1000000000000000000000}',
        '{"companyName": "A", "addressBook": {"items": [{"addressBookAddress": {"country": ["US"]}}]}}',
        '{"companyName": "A", "addressBook": {"items": [{"addressBookAddress": {"city": "\\ud800"}}]}}',
        '{"companyName": " "}',
        "[]",
    ],
)
def test_odd_bodies_are_refused_and_nothing_breaks(account: Caller, body: str) -> None:
    assert account.send("POST", f"{RECORD}/customer", body).status == 400


def test_a_body_that_is_not_json_is_invalid_content(account: Caller) -> None:
    answer = account.send("POST", f"{RECORD}/customer", "companyName=Acme")
    assert account.refused(answer) == "Invalid content in the request body."


def test_unknown_names_follow_the_validation_mode(account: Caller) -> None:
    body = {"companyName": "A", "favouriteColour": "red"}
    warned = account.send("POST", f"{RECORD}/customer", body)
    assert warned.status == 204
    assert "favouriteColour" in warned.headers["X-NetSuite-PropertyValidation"]
    ignored = account.send("POST", f"{RECORD}/customer", body, X_NetSuite_PropertyNameValidation="ignore")
    assert "X-NetSuite-PropertyValidation" not in ignored.headers
    refused = account.send("POST", f"{RECORD}/customer", body, **_STRICT)
    assert "favouriteColour" in account.refused(refused)
    unknown = account.send("POST", f"{RECORD}/customer", body, X_NetSuite_PropertyNameValidation="loud")
    assert (unknown.status, unknown.headers["x-sandbox"]) == (501, "not-emulated")


def test_a_known_field_that_is_not_emulated_says_so(account: Caller) -> None:
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A", "salesTeam": {"items": []}})
    assert answer.status == 501
    assert answer.json() == {"sandbox": "not emulated", "what": "field salesteam of customer"}


def test_a_refused_write_leaves_nothing_behind(account: Caller) -> None:
    before = account.brain.digest()
    answer = account.send(
        "POST",
        f"{RECORD}/customer",
        {"companyName": "A", "addressBook": {"items": [{"addressBookAddress": {"country": "XX"}}]}},
    )
    assert "Invalid Field Value XX" in account.refused(answer)
    assert account.brain.digest() == before


def test_the_same_external_id_on_any_entity_already_exists(account: Caller) -> None:
    account.company(externalId="lead_1")
    answer = account.send("POST", f"{RECORD}/contact", {"firstName": "A", "lastName": "B", "externalId": "LEAD_1"})
    assert account.refused(answer) == "Error while accessing a resource. This entity already exists."


def test_names_are_ids_without_auto_numbering(start: Callable[..., Caller]) -> None:
    account = start(auto_numbering=False)
    made = account.company()
    assert account.get(f"/customer/{made}")["entityId"] == "Globex"
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "GLOBEX"})
    assert account.refused(answer) == "Error while accessing a resource. This entity already exists."


def test_numbers_are_ids_with_auto_numbering(account: Caller) -> None:
    shown = [account.get(f"/customer/{account.company(entityId='mine')}") for _ in range(2)]
    assert [one["entityId"] for one in shown] == ["CUST1001", "CUST1002"]
    own = account.company(entityId="mine", autoName=False)
    assert account.get(f"/customer/{own}")["entityId"] == "mine"


def test_put_with_an_external_id_makes_and_then_changes(account: Caller) -> None:
    first = account.send("PUT", f"{RECORD}/customer/eid:sf_1", {"companyName": "Acme"})
    second = account.send("PUT", f"{RECORD}/customer/eid:sf_1", {"phone": "555 123 4567"})
    assert first.status == second.status == 204
    assert first.headers["Location"] == second.headers["Location"]
    shown = account.get("/customer/eid:sf_1")
    assert (shown["companyName"], shown["phone"], shown["externalId"]) == ("Acme", "555 123 4567", "sf_1")


def test_put_with_an_internal_id_is_refused(account: Caller) -> None:
    answer = account.send("PUT", f"{RECORD}/customer/{account.company()}", {"phone": "555 123 4567"})
    assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_REQUEST"


def test_selected_fields_are_cleared(account: Caller) -> None:
    made = account.company(phone="555 123 4567", fax="555 123 4568")
    path = f"{RECORD}/customer/{made}?replaceSelectedFields=true&replace=phone"
    assert account.send("PATCH", path, {}).status == 204
    shown = account.get(f"/customer/{made}")
    assert "phone" not in shown
    assert shown["fax"] == "555 123 4568"


def test_unknown_instances_and_types(account: Caller) -> None:
    for path in ("/customer/-1", "/employee/999999", "/customer/eid:none", "/customer/abc"):
        answer = account.send("GET", RECORD + path)
        assert account.refused(answer, 404).startswith("The record instance does not exist.")
    for type_ in ("lead", "prospect", "note", "bad-path"):
        answer = account.send("GET", f"{RECORD}/{type_}")
        assert account.refused(answer, 404) == f"Record type '{type_}' does not exist."
    answer = account.send("GET", f"{RECORD}/opportunity/999999")
    assert account.refused(answer).endswith("Transaction type specified is incorrect.")


def test_a_deleted_record_is_gone(account: Caller) -> None:
    made = account.company()
    assert account.send("DELETE", f"{RECORD}/customer/{made}").status == 204
    assert account.send("GET", f"{RECORD}/customer/{made}").status == 404


def test_a_record_with_dependants_cannot_be_deleted(account: Caller) -> None:
    company = account.company()
    account.make("contact", firstName="Ann", lastName="Lee", company=company)
    answer = account.send("DELETE", f"{RECORD}/customer/{company}")
    assert "dependent records" in account.refused(answer)


def test_subscription_status_and_unsubscribe_agree(account: Caller) -> None:
    lead = account.lead()
    shown = account.get(f"/customer/{lead}")
    assert (shown["globalSubscriptionStatus"]["id"], shown["unsubscribe"]) == ("2", True)
    account.change(f"/customer/{lead}", globalSubscriptionStatus={"id": "3"})
    assert account.get(f"/customer/{lead}")["unsubscribe"] is False


def test_custom_fields_by_script_id(account: Caller) -> None:
    lead = account.lead(
        custentity_salesforce_id="00Q1", custentity_annual_revenue=12.345, custentity_rating={"id": "2"}
    )
    shown = account.get(f"/customer/{lead}")
    assert (shown["custentity_salesforce_id"], shown["custentity_annual_revenue"]) == ("00Q1", 12.35)
    assert shown["custentity_rating"]["refName"] == "Warm"


def test_one_world_wants_a_subsidiary(start: Callable[..., Caller]) -> None:
    account = start(one_world=True)
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A"})
    assert account.refused(answer).endswith("Please enter value(s) for: Primary Subsidiary.")
    made = account.make("customer", companyName="A", subsidiary="1")
    assert account.get(f"/customer/{made}")["subsidiary"]["refName"] == "Headquarters"


def test_a_locked_record_can_neither_be_read_nor_written(account: Caller) -> None:
    lead = account.lead()
    account.brain.act({"do": "lock", "id": lead})
    for method in ("GET", "PATCH", "DELETE"):
        answer = account.send(method, f"{RECORD}/customer/{lead}", {} if method == "PATCH" else None)
        assert account.refused(answer).endswith("This record has been locked by a user defined workflow.")
    assert account.rows("SELECT id FROM customer") == [{"id": lead}]
    account.brain.act({"do": "lock", "id": lead, "locked": False})
    assert account.get(f"/customer/{lead}")["id"] == lead


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("PATCH", f"{RECORD}/customer", {}),
        ("POST", f"{RECORD}/customer", {"Prefer": "respond-async"}),
        ("GET", "/services/rest/async/v1/job/1", {}),
        ("POST", "/app/site/hosting/restlet.nl?script=1&deploy=1", {}),
        ("POST", f"{RECORD}/winLossReason", {}),
        ("POST", f"{RECORD}/customer/1/!transform/salesOrder", {}),
    ],
)
def test_what_is_not_emulated_is_refused_loudly(
    account: Caller, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = account.send(method, path, {"companyName": "A"}, **headers)
    assert (answer.status, answer.headers["x-sandbox"]) == (501, "not-emulated")
    assert answer.json()["sandbox"] == "not emulated"


def test_reading_changes_nothing(account: Caller) -> None:
    lead = account.lead(email="ann@acme.example")
    before = account.brain.digest()
    account.get(f"/customer/{lead}?expandSubResources=true")
    account.get("/customer")
    account.get("/metadata-catalog")
    account.rows("SELECT * FROM customer")
    account.query("SELECT nothing FROM customer")
    assert account.brain.digest() == before


def test_the_same_calls_give_the_same_ids(start: Callable[..., Caller]) -> None:
    digests = []
    for reads in (0, 3):
        account = start()
        for _ in range(reads):
            account.get("/customer")
        account.lead()
        account.company()
        digests.append(account.brain.digest())
    assert digests[0] == digests[1]


def test_headers_beside_every_answer(account: Caller) -> None:
    answer = account.send("GET", f"{RECORD}/customer")
    assert answer.headers["Content-Type"] == "application/vnd.oracle.resource+json; type=collection; charset=UTF-8"
    assert len(answer.headers["x-netsuite-jobid"]) == len(answer.headers["x-n-operationid"]) == 36
    assert answer.headers["Date"] == "Mon, 05 Jan 2026 09:00:00 GMT"


def test_employees_statuses_and_lead_sources_are_written_like_other_records(account: Caller) -> None:
    bodies = {
        "employee": {"firstName": "Rae", "lastName": "Poe", "email": "rae@acme.example"},
        "customerStatus": {"name": "Warm", "stage": "LEAD"},
        "leadSource": {"name": "Podcast"},
    }
    for type_, body in bodies.items():
        made = account.send("POST", f"{RECORD}/{type_}", body)
        assert made.status == 204
        id_ = made.headers["Location"].rpartition("/")[2]
        shown = account.get(f"/{type_}/{id_}")
        assert [shown[name] if name != "stage" else shown[name]["id"] for name in body] == list(body.values())
        name = "lastName" if type_ == "employee" else "name"
        account.change(f"/{type_}/{id_}", **{name: "Other"})
        assert account.get(f"/{type_}/{id_}")[name] == "Other"
        assert account.send("POST", f"{RECORD}/{type_}", {}).status == 400
        assert account.send("DELETE", f"{RECORD}/{type_}/{id_}").status == 204
        assert account.send("GET", f"{RECORD}/{type_}/{id_}").status == 404


def test_a_new_status_and_source_serve_a_lead_and_cannot_be_deleted_then(account: Caller) -> None:
    made = account.send("POST", f"{RECORD}/customerStatus", {"name": "Warm", "stage": "LEAD"})
    status = made.headers["Location"].rpartition("/")[2]
    source = account.send("POST", f"{RECORD}/leadSource", {"name": "Podcast"}).headers["Location"].rpartition("/")[2]
    lead = account.get(f"/customer/{account.lead(entityStatus=status, leadSource=source)}")
    assert (lead["searchStage"], lead["leadSource"]["refName"]) == ("Lead", "Podcast")
    for path in (f"{RECORD}/customerStatus/{status}", f"{RECORD}/leadSource/{source}"):
        assert account.send("DELETE", path).status == 400

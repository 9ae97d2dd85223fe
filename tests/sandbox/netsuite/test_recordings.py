"""The sandbox's answers held against answers that real accounts gave: same keys, same kinds of value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connector.sandbox.netsuite.tables import catalogue
from tests.sandbox.netsuite.caller import RECORD, Caller

#: What a delivery network and a web server put beside an answer.
_NOT_OURS = {"akamai-grn", "connection", "content-encoding", "content-length"}


def _read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def shape(value: Any) -> Any:
    """A value's kinds: objects by key, lists by their first item, links without their targets."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def _header_names(headers: Any) -> set[str]:
    return {name.lower() for name in headers} - _NOT_OURS


def test_a_collection_page(account: Caller, recordings: Path) -> None:
    recorded = _read(recordings, "record_collection_page_1.json")["response"]
    for number in range(30):
        account.company(companyName=f"C{number}")
    answer = account.send("GET", f"{RECORD}/customer?limit=5")
    assert shape(answer.json()) == shape(recorded["body"])
    assert [link["rel"] for link in answer.json()["links"]] == [link["rel"] for link in recorded["body"]["links"]]
    assert _header_names(answer.headers) == _header_names(recorded["headers"])
    assert answer.headers["Content-Type"] == recorded["headers"]["content-type"]


def test_a_missing_instance(account: Caller, recordings: Path) -> None:
    recorded = _read(recordings, "error_404_instance.json")
    answer = account.send("GET", recorded["request"]["path"])
    assert (answer.status, answer.json()) == (404, recorded["response"]["body"])
    assert _header_names(answer.headers) == _header_names(recorded["response"]["headers"])


def test_a_suiteql_page(account: Caller, recordings: Path) -> None:
    recorded = _read(recordings, "suiteql_page_fetch_first.json")["response"]
    for number in range(6):
        account.lead(lastName=f"L{number}", companyName="Acme" if number == 5 else None)
    answer = account.query("SELECT id, companyname FROM customer FETCH FIRST 5 ROWS ONLY")
    body = answer.json()
    assert set(body) == set(recorded["body"])
    assert body["links"][0].keys() == recorded["body"]["links"][0].keys()
    keys = {tuple(item) for item in recorded["body"]["items"]}
    assert {tuple(item) for item in body["items"]} == keys
    assert (body["count"], body["hasMore"], body["totalResults"]) == (5, False, 5)
    assert _header_names(answer.headers) == _header_names(recorded["headers"])


def test_the_time_zone_probe(account: Caller, recordings: Path) -> None:
    recorded = _read(recordings, "suiteql_session_timezone.json")
    assert account.query(recorded["query"]).json()["items"] == recorded["body"]["items"]


def test_customer_rows_of_the_query_service(account: Caller, recordings: Path) -> None:
    account.company(email="a@b.example", entityStatus="13")
    (row,) = account.rows("SELECT * FROM customer")
    recorded = _read(recordings, "suiteql_customer_rows.json")["rows"][0]
    common = set(row) & set(recorded)
    assert len(common) >= 18
    assert {key: type(row[key]) for key in common} == {key: type(recorded[key]) for key in common}
    for key in ("probability", "searchstage", "isperson", "isinactive", "weblead", "currency", "entitystatus"):
        assert row[key] == recorded[key], key


def test_all_query_columns_are_columns_of_a_real_account(account: Caller, recordings: Path) -> None:
    known = set(_read(recordings, "analytics_customer_rows.json")["columns"])
    fields = _read(recordings, "record_fields_2026_1.json")["records"]["customer"]["fields"]
    account.company()
    answer = account.query("SELECT * FROM customer WHERE id = 0")
    assert answer.status == 200
    shown = {key for key in catalogue(account.brain.settings)["customer"].columns if "custentity" not in key}
    assert shown - known <= {name.lower() for name in fields}


def test_fields_are_fields_of_the_2026_1_browser(account: Caller, recordings: Path) -> None:
    records = _read(recordings, "record_fields_2026_1.json")["records"]
    for name in ("customer", "contact", "customerStatus"):
        ours = account.brain.account.types[name.lower()].fields.values()
        invented = {field.name for field in ours if not field.custom} - set(records[name]["fields"])
        assert not invented, name


def test_an_expanded_record(account: Caller, recordings: Path) -> None:
    recorded = _read(recordings, "record_instance_expand_sub_resources.json")["response"]["body"]
    made = account.company(
        addressBook={
            "items": [
                {
                    "defaultBilling": True,
                    "defaultShipping": True,
                    "addressBookAddress": {"addressee": "x", "country": "FR", "override": True},
                }
            ]
        }
    )
    shown = account.get(f"/customer/{made}?expandSubResources=true")
    assert shape(shown["links"]) == shape(recorded["links"])
    assert shape(shown["addressBook"]) == shape(recorded["addressBook"])
    assert shape(shown["contactList"]) == shape(recorded["contactList"])
    common = (
        {
            "autoName",
            "companyName",
            "customForm",
            "dateCreated",
            "emailPreference",
            "entityId",
            "id",
            "isInactive",
            "isPerson",
            "lastModifiedDate",
            "unsubscribe",
        }
        & set(shown)
        & set(recorded)
    )
    for key in common - {"customForm", "emailPreference"}:
        assert shape(shown[key]) == shape(recorded[key]), key
    assert len(common) >= 8


def test_a_contact(account: Caller, recordings: Path) -> None:
    recorded = _read(recordings, "record_contact_instance.json")["response"]["body"]
    made = account.make("contact", firstName="8EfDwj", lastName="FwBUDB21", email="78s1wf3i@example.com")
    shown = account.get(f"/contact/{made}")
    for key in (
        "entityId",
        "firstName",
        "lastName",
        "email",
        "isInactive",
        "isPrivate",
        "unsubscribe",
        "globalSubscriptionStatus",
    ):
        assert shown[key] == recorded[key], key
    for key in ("id", "dateCreated", "lastModifiedDate", "owner"):
        assert shape(shown[key]) == shape(recorded[key]), key


def test_recorded_refusals(account: Caller, recordings: Path) -> None:
    person, login, query = _read(recordings, "errors_recorded.json")
    answer = account.send("POST", f"{RECORD}/customer", {"isPerson": True})
    assert answer.json()["o:errorDetails"] == person["body"]["o:errorDetails"]
    account.auth.client.client_secret = "wrong"
    answer = account.send("GET", f"{RECORD}/customer/123")
    assert answer.json()["o:errorDetails"] == login["body"]["o:errorDetails"]
    account.auth.client.client_secret = account.brain.settings.consumer_secret
    assert account.query("SELECT subsidiary FROM transaction").json() == query["body"]


def test_messages_of_a_live_account(account: Caller, recordings: Path) -> None:
    said = [case["detail_contains"] for case in _read(recordings, "error_messages_live_asserted.json")["cases"]]
    answers = [
        account.send("GET", f"{RECORD}/bad-path"),
        account.send("GET", f"{RECORD}/customer/-1"),
        account.send("POST", f"{RECORD}/customer", "not json"),
        account.send("POST", f"{RECORD}/customer", {}),
        account.query("select not_existing_field from customer"),
        account.query("select id from transactiontablethatdoesnotexist"),
    ]
    for answer, text in zip(answers, said, strict=True):
        assert text in answer.json()["o:errorDetails"][0]["detail"]


def test_bodies_that_real_accounts_took(start: Any, recordings: Path) -> None:
    account = start(one_world=True)
    taken = _read(recordings, "error_messages_live_asserted.json")["request_body_accepted_204"]["body"]
    assert account.send("POST", f"{RECORD}/customer", taken).status == 204
    lead = _read(recordings, "request_create_lead_scalars.json")["body"]
    assert account.send("POST", f"{RECORD}/customer", lead).status == 204


def test_the_metadata_catalog(account: Caller, recordings: Path) -> None:
    recorded = _read(recordings, "metadata_catalog.json")
    ours = account.get("/metadata-catalog")
    assert shape(ours) == shape(recorded)
    named = {item["name"] for item in recorded["items"]}
    # Not every account offers these two; the emulated one does.
    assert {item["name"] for item in ours["items"]} - named <= {"leadsource", "winlossreason"}

"""What people do in the user interface, and the trail it leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.netsuite.caller import RECORD, Caller

_BOOK = {"items": [{"defaultBilling": True, "addressBookAddress": {"addr1": "1 Main St", "country": "US"}}]}
_LEAD = {
    "email": "ann@acme.example",
    "phone": "555 123 4567",
    "mobilePhone": "555 123 9999",
    "title": "Buyer",
    "url": "https://acme.example",
    "leadSource": "-6",
    "estimatedBudget": 900,
    "salesReadiness": "4",
    "salesRep": "11",
    "comments": "met at fair",
    "addressBook": _BOOK,
    "custentity_salesforce_id": "00Q1",
    "externalId": "lead-1",
}


def _act(account: Caller, do: str, **deed: Any) -> dict[str, Any]:
    return account.brain.act({"do": do, **deed})


def test_people_create_update_and_delete(account: Caller) -> None:
    made = _act(account, "create", type="customer", fields={"companyName": "Acme", "entityStatus": "6"})["id"]
    _act(account, "update", type="customer", id=made, fields={"phone": "555 123 4567"})
    assert account.get(f"/customer/{made}")["phone"] == "555 123 4567"
    assert account.rows("SELECT context FROM systemnote") == [{"context": "UI"}]
    _act(account, "delete", type="customer", id=made)
    assert account.rows("SELECT context FROM deletedrecord") == [{"context": "UI"}]


def test_a_status_is_set_by_hand(account: Caller) -> None:
    assert _act(account, "set_status", id=account.lead(), status=8)["stage"] == "Prospect"


@pytest.mark.parametrize(
    "deed",
    [
        {"do": "dance"},
        {"do": "lock"},
        {"do": "lock", "id": "1001", "colour": "red"},
        {"do": "lock", "id": "9999"},
        {"do": "automation", "type": "customer", "field": "nope", "kind": "upper"},
        {"do": "automation", "type": "customer", "field": "id", "kind": "upper"},
        {"do": "automation", "type": "customer", "field": "title", "kind": "sing"},
        {"do": "update", "type": "customer", "id": "1001", "fields": {"nope": 1}},
        {"do": "update", "type": "customer", "id": "1001", "fields": {"entityStatus": "999"}},
        {"do": "save_and_convert", "lead": "1001", "variant": "explodes"},
        {"do": "merge", "winner": "1001", "losers": ["1001"]},
        {"do": "add_list_value", "list": "nolist", "name": "x"},
    ],
)
def test_an_impossible_deed_changes_nothing(account: Caller, deed: dict[str, Any]) -> None:
    account.lead()
    before = account.brain.digest()
    with pytest.raises(ValueError, match=r"\w"):
        account.brain.act(deed)
    assert account.brain.digest() == before


def _convert(account: Caller, **wish: Any) -> tuple[str, dict[str, Any]]:
    lead = account.lead(**_LEAD)
    return lead, _act(account, "save_and_convert", lead=lead, **wish)


@pytest.mark.parametrize(
    ("variant", "prospect_is_lead", "contact_is_lead"),
    [("stays", True, False), ("becomes_contact", False, True), ("disappears", False, False)],
)
def test_which_id_survives_a_conversion_is_a_setting(
    start: Callable[..., Caller], variant: str, prospect_is_lead: bool, contact_is_lead: bool
) -> None:
    account = start(lead_conversion=variant)
    lead, made = _convert(account)
    assert (made["prospect"] == lead, made["contact"] == lead) == (prospect_is_lead, contact_is_lead)
    prospect, contact = account.get(f"/customer/{made['prospect']}"), account.get(f"/contact/{made['contact']}")
    assert (prospect["isPerson"], prospect["companyName"], prospect["searchStage"]) == (False, "Acme", "Prospect")
    assert (contact["firstName"], contact["company"]["id"]) == ("Ann", made["prospect"])
    gone = [row["recordid"] for row in account.rows("SELECT recordid FROM deletedrecord")]
    assert gone == ([lead] if variant == "disappears" else [])
    assert (account.send("GET", f"{RECORD}/customer/{lead}").status == 200) is prospect_is_lead


@pytest.mark.parametrize("variant", ["stays", "becomes_contact", "disappears"])
def test_values_go_where_the_vendors_table_says(account: Caller, variant: str) -> None:
    _, made = _convert(account, variant=variant)
    prospect, contact = account.get(f"/customer/{made['prospect']}"), account.get(f"/contact/{made['contact']}")
    for name in ("email", "phone", "comments"):
        assert prospect[name] == contact[name] == _LEAD[name]
    assert (prospect["url"], prospect["estimatedBudget"], prospect["salesReadiness"]["id"]) == (_LEAD["url"], 900, "4")
    assert (contact["title"], contact["mobilePhone"], contact["contactSource"]["id"]) == ("Buyer", "555 123 9999", "-6")
    assert not {"firstName", "title", "mobilePhone"} & set(prospect)
    assert account.get(f"/contact/{made['contact']}/addressBook")["totalResults"] == 1
    assert account.get(f"/customer/{made['prospect']}/addressBook")["totalResults"] == 0


def test_external_id_and_custom_fields_go_with_the_surviving_id(account: Caller) -> None:
    _, made = _convert(account, variant="becomes_contact")
    contact = account.get(f"/contact/{made['contact']}")
    assert (contact["externalId"], contact["custentity_salesforce_id"]) == ("lead-1", "00Q1")
    assert "externalId" not in account.get(f"/customer/{made['prospect']}")


def test_an_opportunity_takes_the_qualification(account: Caller) -> None:
    _, made = _convert(account, opportunity=True, title="First order")
    deal = account.get(f"/opportunity/{made['opportunity']}")
    assert (deal["title"], deal["entity"]["id"]) == ("First order", made["prospect"])
    assert (deal["estimatedBudget"], deal["leadSource"]["id"], deal["salesRep"]["id"]) == (900, "-6", "11")
    assert "estimatedBudget" not in account.get(f"/customer/{made['prospect']}")


def test_converting_into_an_existing_prospect_fills_only_blanks(account: Caller) -> None:
    prospect = account.company(companyName="Acme Corp", salesReadiness="1")
    lead, made = _convert(account, prospect=prospect)
    assert (made["prospect"], made["variant"]) == (prospect, "disappears")
    shown = account.get(f"/customer/{prospect}")
    assert (shown["companyName"], shown["salesReadiness"]["id"]) == ("Acme Corp", "1")
    assert (shown["email"], shown["estimatedBudget"]) == ("ann@acme.example", 900)
    assert "phone" not in shown
    assert account.send("GET", f"{RECORD}/customer/{lead}").status == 404


@pytest.mark.parametrize(
    ("choice", "title", "phone"),
    [("add_missing", "Chief", "555 123 4567"), ("replace", "Buyer", "555 123 4567"), ("keep", "Chief", None)],
)
def test_an_existing_contact_is_filled_replaced_or_kept(
    account: Caller, choice: str, title: str, phone: str | None
) -> None:
    contact = account.make("contact", firstName="Ann", lastName="Lee", title="Chief")
    _, made = _convert(account, contact=contact, contact_choice=choice)
    shown = account.get(f"/contact/{contact}")
    assert (made["contact"], shown["title"], shown.get("phone")) == (contact, title, phone)
    assert shown["company"]["id"] == made["prospect"]


@pytest.mark.parametrize(
    ("lead_status", "contact_status", "status", "unsubscribed"),
    [("4", "1", "4", True), ("3", "4", "3", False), ("1", "1", "1", False), ("1", "2", "2", True)],
)
def test_subscriptions_of_equal_mails_are_merged(
    account: Caller, lead_status: str, contact_status: str, status: str, unsubscribed: bool
) -> None:
    contact = account.make(
        "contact", firstName="A", lastName="L", email=_LEAD["email"], globalSubscriptionStatus=contact_status
    )
    lead = account.lead(**{**_LEAD, "globalSubscriptionStatus": lead_status})
    _act(account, "save_and_convert", lead=lead, contact=contact, contact_choice="keep")
    shown = account.get(f"/contact/{contact}")
    assert (shown["globalSubscriptionStatus"]["id"], shown["unsubscribe"]) == (status, unsubscribed)


@pytest.mark.parametrize("variant", ["stays", "becomes_contact", "disappears"])
def test_activities_move_to_the_contact(account: Caller, variant: str) -> None:
    lead = account.lead(**_LEAD)
    call = account.make("phoneCall", title="Hello", company=lead)
    answer = account.make("campaignResponse", entity=lead, campaignEvent="1")
    made = _act(account, "save_and_convert", lead=lead, variant=variant)
    assert account.get(f"/phoneCall/{call}")["contact"]["id"] == made["contact"]
    assert account.get(f"/campaignResponse/{answer}")["contact"]["id"] == made["contact"]


def test_only_individual_leads_with_a_company_convert(account: Caller) -> None:
    for lead in (account.company(entityStatus="6"), account.lead(companyName=None), account.lead(entityStatus="8")):
        with pytest.raises(ValueError, match="customer"):
            _act(account, "save_and_convert", lead=lead)


def test_a_merge_deletes_the_losers_and_fills_the_winner(account: Caller) -> None:
    winner = account.company(phone="555 123 4567")
    loser = account.company(companyName="Globex Ltd", phone="555 000 0000", email="a@b.example", addressBook=_BOOK)
    contact = account.make("contact", firstName="Ann", lastName="Lee", company=loser)
    deal = account.make("opportunity", entity=loser, expectedCloseDate="2026-06-30")
    _act(account, "merge", winner=winner, losers=[loser])
    shown = account.get(f"/customer/{winner}")
    assert (shown["companyName"], shown["phone"], shown["email"]) == ("Globex", "555 123 4567", "a@b.example")
    assert account.get(f"/contact/{contact}")["company"]["id"] == winner
    assert account.get(f"/opportunity/{deal}")["entity"]["id"] == winner
    assert account.get(f"/customer/{winner}/addressBook")["totalResults"] == 1
    assert account.get(f"/customer/{winner}/contactList")["items"][0]["id"] == contact
    (gone,) = account.rows("SELECT recordid, context FROM deletedrecord")
    assert gone == {"recordid": loser, "context": "Duplicate Resolution"}
    notes = account.rows(f"SELECT context FROM systemnote WHERE recordid = {winner}")
    assert {note["context"] for note in notes} == {"Duplicate Resolution"}


def test_contacts_can_be_merged(account: Caller) -> None:
    winner, loser = (account.make("contact", firstName=name, lastName="Lee") for name in ("Ann", "Anne"))
    call = account.make("phoneCall", title="Hello", contact=loser)
    _act(account, "merge", type="contact", winner=winner, losers=[loser])
    assert account.get(f"/phoneCall/{call}")["contact"]["id"] == winner


def test_a_mass_update_gives_one_second_to_all(account: Caller) -> None:
    ids = [account.company(companyName=f"C{number}") for number in range(5)]
    account.brain.world.clock.advance(100)
    assert _act(account, "mass_update", ids=ids, fields={"category": "7"}) == {"updated": 5}
    assert {row["lastmodifieddate"] for row in account.brain.rows("customer")} == {account.brain.account.now()}
    assert {row["category"] for row in account.brain.rows("customer")} == {7}


@pytest.mark.parametrize(
    ("field", "kind", "argument", "sent", "kept"),
    [
        ("title", "upper", None, "chair", "CHAIR"),
        ("phone", "phone_e164", None, "(415) 555-0100", "+14155550100"),
        ("estimatedBudget", "round", -2, 149.5, 100.0),
        ("fax", "set_always", None, "415 555 0100", None),
        ("custentity_employees", "at_least", 10, 3, 10),
    ],
)
def test_a_script_rewrites_a_field_whoever_saves(
    account: Caller, field: str, kind: str, argument: Any, sent: Any, kept: Any
) -> None:
    _act(account, "automation", type="customer", field=field, kind=kind, argument=argument)
    lead = account.lead(**{field: sent})
    assert account.get(f"/customer/{lead}").get(field) == kept
    account.change(f"/customer/{lead}", **{field: sent})
    assert account.get(f"/customer/{lead}").get(field) == kept
    _act(account, "update", type="customer", id=lead, fields={field: sent})
    assert account.get(f"/customer/{lead}").get(field) == kept


def test_a_script_of_one_field_leaves_the_others_and_other_types_alone(account: Caller) -> None:
    _act(account, "automation", type="customer", field="title", kind="upper")
    lead, contact = account.lead(title="chair"), account.make("contact", firstName="Ann", lastName="Lee", title="chair")
    account.change(f"/customer/{lead}", comments="met at fair")
    assert account.get(f"/customer/{lead}")["comments"] == "met at fair"
    assert account.get(f"/contact/{contact}")["title"] == "chair"


def test_lists_grow_and_values_are_renamed(account: Caller) -> None:
    added = _act(account, "add_list_value", list="leadSource", name="Podcast")["id"]
    lead = account.lead(leadSource=added)
    _act(account, "rename_list_value", list="leadSource", id=added, name="Podcasts")
    assert account.get(f"/customer/{lead}")["leadSource"] == {"links": [], "id": "13", "refName": "Podcasts"}
    assert account.get(f"/leadSource/{added}")["name"] == "Podcasts"
    status = _act(account, "add_list_value", list="customerStatus", name="Nurturing", stage="LEAD")["id"]
    assert account.get(f"/customer/{account.lead(entityStatus=status)}")["searchStage"] == "Lead"


def test_activities_have_their_own_records(account: Caller) -> None:
    lead = account.lead()
    task = account.make("task", title="Call back", company=lead, dueDate="2026-02-01", priority="HIGH")
    shown = account.get(f"/task/{task}")
    assert (shown["title"], shown["dueDate"], shown["status"]["id"], shown["company"]["id"]) == (
        "Call back",
        "2026-02-01",
        "NOTSTART",
        lead,
    )
    event = account.make("calendarEvent", title="Demo", startDate="2026-02-02", startTime="10:30", company=lead)
    assert account.get(f"/calendarEvent/{event}")["startTime"] == "10:30"
    mail = account.make("message", subject="Hi", entity=lead, message="text", authorEmail="rosa@account.example")
    assert account.get(f"/message/{mail}")["subject"] == "Hi"
    answer = account.send("POST", f"{RECORD}/phoneCall", {"message": "no subject"})
    assert account.refused(answer).endswith("Please enter value(s) for: Subject.")

"""Lead, prospect, customer: one record whose stage follows its status, moved along by transactions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.sandbox.netsuite.settings import Status
from tests.sandbox.netsuite.caller import RECORD, Caller

_CLOSE = "2026-06-30"


def _stage(account: Caller, customer: str) -> str:
    return str(account.get(f"/customer/{customer}")["searchStage"])


@pytest.mark.parametrize(("status", "stage"), [(7, "Lead"), (8, "Prospect"), (13, "Customer"), (14, "Prospect")])
def test_the_stage_follows_the_status(account: Caller, status: int, stage: str) -> None:
    lead = account.lead()
    account.change(f"/customer/{lead}", entityStatus={"id": str(status)})
    assert _stage(account, lead) == stage


def test_a_customer_can_go_back_to_lead(account: Caller) -> None:
    lead = account.lead()
    account.change(f"/customer/{lead}", entityStatus="13")
    account.change(f"/customer/{lead}", entityStatus="6")
    assert _stage(account, lead) == "Lead"


def test_the_status_cannot_be_cleared(account: Caller) -> None:
    answer = account.send("PATCH", f"{RECORD}/customer/{account.lead()}", {"entityStatus": None})
    assert account.refused(answer).endswith("Please enter value(s) for: Status.")


def test_the_base_statuses(account: Caller) -> None:
    rows = account.rows("SELECT id, stage, name FROM customerstatus WHERE stage = 'LEAD' ORDER BY id")
    assert rows == [
        {"id": "6", "stage": "LEAD", "name": "Unqualified"},
        {"id": "7", "stage": "LEAD", "name": "Qualified"},
        {"id": "17", "stage": "LEAD", "name": "Disqualified"},
    ]
    shown = account.get("/customerStatus/13")
    assert (shown["name"], shown["stage"]["id"], shown["probability"]) == ("Closed Won", "CUSTOMER", 100)


def test_an_account_may_have_more_statuses(start: Callable[..., Caller]) -> None:
    account = start(statuses=(Status(30, "LEAD", "Nurturing", 5.0),))
    assert account.get(f"/customer/{account.lead(entityStatus='30')}")["entityStatus"]["refName"] == "LEAD-Nurturing"


def test_an_opportunity_makes_a_lead_a_prospect(account: Caller) -> None:
    lead = account.lead()
    account.make("opportunity", entity=lead, expectedCloseDate=_CLOSE, title="Deal")
    assert _stage(account, lead) == "Prospect"


def test_by_setting_an_opportunity_leaves_the_stage(start: Callable[..., Caller]) -> None:
    account = start(opportunity_moves_stage=False)
    lead = account.lead()
    account.make("opportunity", entity=lead, expectedCloseDate=_CLOSE)
    assert _stage(account, lead) == "Lead"


def test_a_sales_order_makes_a_customer(account: Caller) -> None:
    lead = account.lead()
    assert account.brain.act({"do": "sales_order", "customer": lead, "total": 99})["stage"] == "Customer"
    assert account.get(f"/customer/{lead}")["entityStatus"]["id"] == "13"
    assert account.rows("SELECT type, foreigntotal FROM transaction") == [{"type": "SalesOrd", "foreigntotal": "99"}]


def test_by_setting_a_sales_order_leaves_the_stage(start: Callable[..., Caller]) -> None:
    account = start(sales_order_moves_stage=False)
    assert account.brain.act({"do": "sales_order", "customer": account.lead()})["stage"] == "Lead"


def test_a_lead_transforms_into_an_opportunity(account: Caller) -> None:
    lead = account.lead(leadSource="-6", estimatedBudget=500, buyingReason="1")
    path = f"{RECORD}/customer/{lead}/!transform/opportunity"
    answer = account.send("POST", path, {"title": "Deal", "expectedCloseDate": _CLOSE})
    assert answer.status == 204
    shown = account.get("/opportunity/" + answer.headers["Location"].rsplit("/", 1)[1])
    assert (shown["entity"]["id"], shown["title"], shown["estimatedBudget"]) == (lead, "Deal", 500)
    assert (shown["leadSource"]["id"], shown["buyingReason"]["id"]) == ("-6", "1")
    assert _stage(account, lead) == "Prospect"


def test_only_known_transforms_exist(account: Caller) -> None:
    for target in ("lead", "prospect", "contact"):
        answer = account.send("POST", f"{RECORD}/customer/{account.lead()}/!transform/{target}", {})
        assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "INVALID_REQUEST"


def test_an_opportunity_needs_company_and_close_date(account: Caller) -> None:
    answer = account.send("POST", f"{RECORD}/opportunity", {"title": "Deal"})
    assert account.refused(answer).endswith("Please enter value(s) for: Company, Expected Close.")


def test_an_opportunity_takes_probability_and_outcome_from_its_status(account: Caller) -> None:
    company = account.company()
    deal = account.make(
        "opportunity", entity=company, expectedCloseDate=_CLOSE, projectedTotal=1000, entityStatus={"id": "9"}
    )
    shown = account.get(f"/opportunity/{deal}")
    assert (shown["probability"], shown["weightedTotal"], shown["status"]["id"]) == (50, 500, "A")
    for status, outcome in (("13", "C"), ("14", "D")):
        account.change(f"/opportunity/{deal}", entityStatus=status)
        assert account.get(f"/opportunity/{deal}")["status"]["id"] == outcome


def test_an_opportunity_has_no_lead_status(account: Caller) -> None:
    body = {"entity": account.company(), "expectedCloseDate": _CLOSE, "entityStatus": "6"}
    assert "Invalid Field Value 6" in account.refused(account.send("POST", f"{RECORD}/opportunity", body))


def test_an_opportunity_says_created_date(account: Caller) -> None:
    deal = account.make("opportunity", entity=account.company(), expectedCloseDate=_CLOSE)
    shown = account.get(f"/opportunity/{deal}")
    assert "dateCreated" not in shown
    assert (shown["createdDate"], shown["expectedCloseDate"]) == ("2026-01-05T09:00:00Z", _CLOSE)
    assert shown["tranDate"] == "2026-01-05"

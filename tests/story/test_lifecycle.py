"""Every cell of (how far NetSuite is, how far Salesforce is) has one outcome, and the pair then tells one story."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.story.people import CUSTOMER_STATUS, PROSPECT_STATUS, active, calm, linked_lead, live, open_holds
from tests.story.town import Town

IN_STEP, CONVERTED, FOLLOWED, MARKED, HELD = "in step", "converted", "followed", "marked", "held"

CELLS = {
    ("Lead", "open"): IN_STEP,
    ("Lead", "account"): FOLLOWED,
    ("Lead", "customer"): FOLLOWED,
    ("Prospect", "open"): CONVERTED,
    ("Prospect", "account"): IN_STEP,
    ("Prospect", "customer"): HELD,
    ("Customer", "open"): CONVERTED,
    ("Customer", "account"): MARKED,
    ("Customer", "customer"): IN_STEP,
}
ENDS: dict[tuple[str, str], tuple[str, str]] = {
    ("Lead", "open"): ("Lead", "open"),
    ("Lead", "account"): ("Prospect", "Prospect"),
    ("Lead", "customer"): ("Customer", "Customer - Direct"),
    ("Prospect", "open"): ("Prospect", "Prospect"),
    ("Prospect", "account"): ("Prospect", "Prospect"),
    ("Prospect", "customer"): ("Prospect", "Customer - Direct"),
    ("Customer", "open"): ("Customer", "Customer - Direct"),
    ("Customer", "account"): ("Customer", "Customer - Direct"),
    ("Customer", "customer"): ("Customer", "Customer - Direct"),
}
"""Stage in NetSuite and account type in Salesforce when the connector is done."""


def reach(town: Town, netsuite: str, salesforce: str) -> None:
    """Bring a linked pair into a cell, without the connector looking at the last step."""
    lead, customer = linked_lead(town)
    if netsuite == "Lead":
        if salesforce != "open":
            became = town.salesforce("convert", id=lead, opportunity=False)
            kind = "Customer - Direct" if salesforce == "customer" else "Prospect"
            town.salesforce("update", type="Account", id=became["account"], fields={"Type": kind})
        return
    status = {"Prospect": PROSPECT_STATUS, "Customer": CUSTOMER_STATUS}[netsuite]
    if salesforce == "open":
        town.netsuite("set_status", id=customer, status=status)
        return
    town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    calm(town)
    if netsuite == "Customer":
        town.netsuite("set_status", id=customer, status=status)
    if salesforce == "customer":
        (account,) = live(town, "Account")
        town.salesforce("update", type="Account", id=account["Id"], fields={"Type": "Customer - Direct"})


def where(town: Town) -> tuple[str, str]:
    (customer,) = active(town, "customer")
    accounts = live(town, "Account")
    assert len(accounts) <= 1
    return customer["searchstage"], accounts[0]["Type"] if accounts else "open"


@pytest.mark.parametrize(("netsuite", "salesforce"), CELLS)
def test_every_cell_has_its_outcome(make_town: Callable[..., Town], netsuite: str, salesforce: str) -> None:
    town, outcome = make_town(), CELLS[netsuite, salesforce]
    reach(town, netsuite, salesforce)
    report = town.sync()
    assert report.counts["salesforce.lead.converted"] == (outcome == CONVERTED)
    assert report.counts["netsuite.lead.retired"] == (outcome == FOLLOWED)
    assert report.counts["salesforce.organization.updated"] == (outcome == MARKED)
    assert [hold.field for hold in report.holds] == (["stage"] if outcome == HELD else [])
    calm(town)
    assert where(town) == ENDS[netsuite, salesforce]
    assert open_holds(town) == ([("conflict", "stage")] if outcome == HELD else [])
    assert town.verify().lead_and_customer == 0

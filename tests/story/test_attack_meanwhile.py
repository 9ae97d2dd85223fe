"""Conversions and edits while a run is under way: what one of our looks has missed, another one must not misread."""

from __future__ import annotations

from typing import Any

from tests.story.meanwhile import meanwhile
from tests.story.people import (
    active,
    calm,
    customer_fields,
    linked_account,
    linked_lead,
    live,
    open_holds,
    told_alike,
)
from tests.story.town import Town

LOOK_AT_CONTACTS = "FROM contact"
PAGE_OF_CONTACTS = "r.salutation AS salutation"


def seasoned_lead(town: Town, **more: Any) -> str:
    """A NetSuite lead on both sides, of which nothing is new to anybody; its NetSuite id."""
    customer = town.new_netsuite("customer", **{**customer_fields("Ray", "Ray Ltd"), **more})
    town.sync()
    town.wait(3600)
    town.sync()
    return customer


def test_a_lead_that_disappears_between_our_look_at_the_deleted_and_at_the_contacts(town: Town) -> None:
    """Its contact looks new, and nothing says yet that the lead is gone: made beside the open lead, it would be there
    twice once a person converts that."""
    customer = seasoned_lead(town, email=None)
    (lead,) = live(town, "Lead")
    done = meanwhile(
        town,
        "netsuite",
        LOOK_AT_CONTACTS,
        lambda: town.netsuite("save_and_convert", lead=customer, variant="disappears"),
    )
    town.sync()
    assert done()
    if not town.row("salesforce", "Lead", lead["Id"])["IsConverted"]:
        town.salesforce("convert", id=lead["Id"])
    told_alike(town)
    assert [row["IsConverted"] for row in live(town, "Lead")] == [True]
    assert len(live(town, "Contact")) == len(active(town, "contact")) == 1
    assert open_holds(town) == []


def test_a_contact_that_is_edited_between_our_looks_at_a_conversion_and_at_contacts(town: Town) -> None:
    """Save & Convert made the contact, which somebody empties before we see it: the lead's value must not fill it."""
    customer = seasoned_lead(town, comments="met at fair")
    made = town.netsuite("save_and_convert", lead=customer, variant="stays")
    emptied = {"type": "contact", "id": made["contact"], "fields": {"comments": None}}
    done = meanwhile(town, "netsuite", PAGE_OF_CONTACTS, lambda: town.netsuite("update", **emptied))
    calm(town)
    assert done()
    (contact,) = live(town, "Contact")
    assert (contact["Description"], active(town, "contact")[0]["comments"]) == (None, None)


def test_netsuite_converts_while_we_look_at_a_lead_that_salesforce_has_converted_elsewhere(town: Town) -> None:
    """The lead's own record is a company by now, whose contact none of our looks has shown yet: Salesforce's must not
    be made there beside it."""
    account, _ = linked_account(town, "Other Inc")
    lead, customer = linked_lead(town)
    town.wait(3600)
    town.sync()
    town.salesforce("convert", id=lead, account=account, opportunity=False)
    done = meanwhile(
        town,
        "netsuite",
        f"r.id IN ({customer})",
        lambda: town.netsuite("save_and_convert", lead=customer, variant="stays"),
    )
    calm(town)
    assert done()
    assert len(live(town, "Contact")) == len(active(town, "contact")) == 1
    assert open_holds(town) == [("conflict", "organization")]

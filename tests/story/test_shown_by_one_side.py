"""Fields that one side never shows: no reason to read its records again and again, nor to write what was not read."""

from __future__ import annotations

from tests.story.people import calm, linked_lead, told_alike
from tests.story.town import Town

OPTED_OUT = "4"
"""The one subscription state of NetSuite that says anything about a lead's wish."""


def netsuite_calls(town: Town) -> int:
    before = town.parts.systems.netsuite.calls_made()
    town.sync()
    return town.parts.systems.netsuite.calls_made() - before


def test_what_only_salesforce_shows_is_no_reason_to_read_netsuite_again(town: Town) -> None:
    lead, _ = linked_lead(town)
    calm(town)
    at_rest = netsuite_calls(town)
    town.salesforce("update", type="Lead", id=lead, fields={"DoNotCall": True})  # no mapping reads it
    assert netsuite_calls(town) == at_rest


def test_what_changed_where_only_one_side_shows_it_is_compared_with_the_other_side_once(town: Town) -> None:
    lead, customer = linked_lead(town)
    calm(town)
    at_rest = netsuite_calls(town)
    town.salesforce("update", type="Lead", id=lead, fields={"HasOptedOutOfEmail": True})
    assert netsuite_calls(town) > at_rest
    town.salesforce("update", type="Lead", id=lead, fields={"DoNotCall": True})
    assert netsuite_calls(town) == at_rest
    town.netsuite("update", type="customer", id=customer, fields={"globalSubscriptionStatus": {"id": OPTED_OUT}})
    told_alike(town)


def test_a_side_that_begins_to_show_a_field_meets_what_the_other_one_holds_now(town: Town) -> None:
    lead, customer = linked_lead(town)
    calm(town)
    town.netsuite("update", type="customer", id=customer, fields={"globalSubscriptionStatus": {"id": OPTED_OUT}})
    told_alike(town)
    assert town.row("salesforce", "Lead", lead)["HasOptedOutOfEmail"] is True
    (lost,) = town.store.overruled(field="email_opt_out")
    assert (lost.value, lost.value_written) == (False, True)
    assert lost.modified_at is not None, "the lead was looked at, though only NetSuite had news"

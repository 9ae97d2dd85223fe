"""Records whose link ended with a delete, and that somebody brings back: seen, held or linked again, never doubled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.core.flow import Hold
from connector.runs.parts import RunSettings
from tests.story.answering import answer
from tests.story.people import active, calm, counterpart, linked_account, linked_lead, live, open_holds, told_alike
from tests.story.town import Town


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    """A town where deletes are followed."""
    return make_town(settings=RunSettings(follow_deletes=True))


def the_hold(town: Town) -> Hold:
    (one,) = town.store.open_holds()
    return one.hold


def deleted_and_restored(town: Town) -> tuple[str, str]:
    """A lead that was deleted in Salesforce, where somebody restored it after its customer was made inactive."""
    lead, customer = linked_lead(town)
    town.salesforce("delete", type="Lead", id=lead)
    town.sync()
    assert (active(town, "customer"), open_holds(town)) == ([], [])
    town.salesforce("undelete", id=lead)
    return lead, customer


def test_a_restored_lead_names_the_counterpart_that_followed_it(town: Town) -> None:
    lead, customer = deleted_and_restored(town)
    calm(town)
    assert the_hold(town).kind == "deleted"
    assert f"customer:{customer} is inactive in NetSuite: make it active there" in the_hold(town).reason
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    calm(town)
    assert (len(town.rows("netsuite", "customer")), len(live(town, "Lead"))) == (1, 1)


def test_once_both_are_back_they_are_linked_and_edits_cross(town: Town) -> None:
    lead, customer = deleted_and_restored(town)
    town.salesforce("update", type="Lead", id=lead, fields={"Title": "CEO"})
    town.sync()
    town.netsuite("update", type="customer", id=customer, fields={"isInactive": False})
    told_alike(town)
    assert open_holds(town) == []
    assert counterpart(town, "Lead", lead) == customer
    assert town.row("netsuite", "customer", customer)["title"] == "CEO"
    (link,) = town.store.iter_links()
    assert (link.refs.netsuite.id, link.refs.salesforce.id) == (customer, lead)


def test_a_restored_account_is_linked_with_its_company_that_is_active_again(town: Town) -> None:
    account, customer = linked_account(town)
    town.salesforce("delete", type="Account", id=account)
    town.sync()
    assert active(town, "customer") == []
    town.netsuite("update", type="customer", id=customer, fields={"isInactive": False})
    town.sync()
    assert "is gone from Salesforce" in the_hold(town).reason
    town.salesforce("undelete", id=account)
    told_alike(town)
    assert open_holds(town) == []
    assert (len(live(town, "Account")), len(active(town, "customer"))) == (1, 1)


def test_a_lead_restored_after_its_customer_was_deleted_for_good_is_made_again_when_somebody_says_so(
    town: Town,
) -> None:
    lead, old = linked_lead(town)
    town.netsuite("delete", type="customer", id=old)
    town.sync()
    assert live(town, "Lead") == []
    town.salesforce("undelete", id=lead)
    calm(town)
    assert "is gone from NetSuite; it is not made again" in the_hold(town).reason
    answer(town, "again")
    told_alike(town)
    (customer,) = active(town, "customer")
    assert counterpart(town, "Lead", lead) == str(customer["id"]) != old


def test_an_edit_of_a_lead_whose_contact_was_deleted_crosses_when_that_is_restored(town: Town) -> None:
    """Nothing changes on the lead, which is held and stays in use until then."""
    lead, customer = linked_lead(town)
    became = town.salesforce("convert", id=lead, opportunity=False)
    town.salesforce("delete", type="Contact", id=became["contact"])
    town.netsuite("update", type="customer", id=customer, fields={"title": "CEO"})
    calm(town)
    assert open_holds(town) == [("deleted", None)]
    town.wait(7 * 24 * 3600)
    town.sync()
    town.salesforce("undelete", id=became["contact"])
    told_alike(town)
    assert open_holds(town) == []
    assert town.row("salesforce", "Contact", became["contact"])["Title"] == "CEO"
    assert customer not in [str(row["id"]) for row in active(town, "customer")]

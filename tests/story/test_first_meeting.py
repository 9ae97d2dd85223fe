"""Two systems that both hold the same people before we ever looked: they are linked, and nothing is doubled."""

from __future__ import annotations

from tests.story.people import active, live, open_holds, writes
from tests.story.town import Town

DAY = "2026-06-30"


def both_companies(town: Town) -> tuple[str, str]:
    """One company on both sides, without our key: its ids in NetSuite and Salesforce."""
    customer = town.new_netsuite("customer", isPerson=False, companyName="Paper Mill", entityStatus={"id": "8"})
    return customer, town.new_salesforce("Account", Name="Paper Mill")


def test_people_without_an_email_are_told_by_the_company_that_is_linked_with_them(town: Town) -> None:
    customer, account = both_companies(town)
    town.new_netsuite("contact", firstName="Ann", lastName="Ray", company={"id": customer})
    town.new_salesforce("Contact", FirstName="Ann", LastName="Ray", AccountId=account)
    town.sync()
    (contact,), (person,) = live(town, "Contact"), active(town, "contact")
    assert contact["NetSuite_Id__c"] == f"ns-contact-{person['id']}"
    assert open_holds(town) == []
    assert writes(town.sync()) == 0


def test_sales_are_told_by_the_company_that_is_linked_with_them(town: Town) -> None:
    customer, account = both_companies(town)
    sale = {"Name": "Paper", "AccountId": account, "StageName": "Qualification", "CloseDate": DAY}
    town.salesforce("create", type="Opportunity", fields=sale)
    same = {"title": "Paper", "entity": {"id": customer}, "entityStatus": {"id": "8"}, "expectedCloseDate": DAY}
    town.netsuite("create", type="opportunity", fields=same)
    town.sync()
    assert (len(live(town, "Opportunity")), len(town.rows("netsuite", "opportunity"))) == (1, 1)
    assert writes(town.sync()) == 0


def test_namesakes_of_different_companies_stay_apart(town: Town) -> None:
    customer, _ = both_companies(town)
    town.new_netsuite("contact", firstName="Ann", lastName="Ray", company={"id": customer})
    town.new_salesforce(
        "Contact", FirstName="Ann", LastName="Ray", AccountId=town.new_salesforce("Account", Name="Ink")
    )
    town.sync()
    assert (len(live(town, "Contact")), len(active(town, "contact"))) == (2, 2)

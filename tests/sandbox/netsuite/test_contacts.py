"""Contacts, their companies and roles, and addresses of both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.netsuite.caller import HOST, RECORD, Caller


def _contact(account: Caller, company: str | None = None, **fields: Any) -> str:
    return account.make("contact", **{"firstName": "Ann", "lastName": "Lee", "company": company, **fields})


def _roles(account: Caller, company: str) -> list[dict[str, Any]]:
    return list(account.get(f"/customer/{company}/contactRoles")["items"])


def test_a_contact_is_named_after_its_person(account: Caller) -> None:
    contact = _contact(account)
    assert account.get(f"/contact/{contact}")["entityId"] == "Ann Lee"
    account.change(f"/contact/{contact}", lastName="Li")
    assert account.get(f"/contact/{contact}")["entityId"] == "Ann Li"


def test_a_contact_needs_a_name(account: Caller) -> None:
    answer = account.send("POST", f"{RECORD}/contact", {"email": "a@b.example"})
    assert account.refused(answer).endswith("Please enter value(s) for: Contact Name.")


def test_one_company_has_one_contact_of_a_name(account: Caller) -> None:
    company, other = account.company(), account.company()
    _contact(account, company)
    body = {"firstName": "ann", "lastName": "LEE", "company": company}
    assert "A contact record with this name already exists." in account.refused(
        account.send("POST", f"{RECORD}/contact", body)
    )
    assert _contact(account, other)


def test_without_a_company_a_name_is_taken_once_too(account: Caller) -> None:
    _contact(account)
    answer = account.send("POST", f"{RECORD}/contact", {"firstName": "Ann", "lastName": "Lee"})
    assert "A contact record with this name already exists." in account.refused(answer)


def test_the_company_is_the_first_relation(account: Caller) -> None:
    company, other = account.company(), account.company()
    contact = _contact(account, company)
    assert [role["contact"]["id"] for role in _roles(account, company)] == [contact]
    account.change(f"/contact/{contact}", company=other)
    assert _roles(account, company) == []
    assert [role["contact"]["id"] for role in _roles(account, other)] == [contact]


def test_a_contact_is_attached_with_a_role_and_detached(account: Caller) -> None:
    company, contact = account.company(externalId="globex"), _contact(account, email="ann@a.example")
    path = f"{RECORD}/customer/eid:globex/!attach/contact/{contact}"
    assert account.send("POST", path, {"role": {"id": "-10"}}).status == 204
    (role,) = _roles(account, company)
    assert (role["role"]["refName"], role["contactName"], role["email"]) == (
        "Primary Contact",
        "Ann Lee",
        "ann@a.example",
    )
    assert account.rows("SELECT company, contact, role FROM companycontactrelationship") == [
        {"company": company, "contact": contact, "role": "-10"}
    ]
    assert account.send("POST", path.replace("attach", "detach")).status == 204
    assert _roles(account, company) == []


def test_an_empty_body_attaches_without_a_role(account: Caller) -> None:
    company, contact = account.company(), _contact(account)
    assert account.send("POST", f"{RECORD}/customer/{company}/!attach/contact/{contact}").status == 204
    assert "role" not in _roles(account, company)[0]


def test_attaching_moves_no_stamp(account: Caller) -> None:
    company, contact = account.company(), _contact(account)
    account.brain.world.clock.advance(120)
    account.send("POST", f"{RECORD}/customer/{company}/!attach/contact/{contact}")
    assert account.get(f"/contact/{contact}")["lastModifiedDate"] == "2026-01-05T09:00:00Z"


def test_an_unknown_role_is_refused(account: Caller) -> None:
    path = f"{RECORD}/customer/{account.company()}/!attach/contact/{_contact(account)}"
    assert "Invalid Field Value 77" in account.refused(account.send("POST", path, {"role": "77"}))


def test_detaching_from_the_primary_company_clears_it(account: Caller) -> None:
    company = account.company()
    contact = _contact(account, company)
    account.send("POST", f"{RECORD}/customer/{company}/!detach/contact/{contact}")
    assert "company" not in account.get(f"/contact/{contact}")


# addresses


def _book(city: str, **line: Any) -> dict[str, Any]:
    address = {"addr1": "1 Main St", "city": city, "state": "CA", "zip": "94105", "country": {"id": "US"}}
    return {"items": [{**line, "addressBookAddress": address}]}


def _lines(account: Caller, customer: str) -> list[dict[str, Any]]:
    return list(account.get(f"/customer/{customer}/addressBook")["items"])


def test_an_address_is_shown_as_written(account: Caller) -> None:
    lead = account.lead(addressBook=_book("Fresno", defaultBilling=True, label="Home"))
    (line,) = account.get(f"/customer/{lead}?expandSubResources=true")["addressBook"]["items"]
    address = line["addressBookAddress"]
    assert (address["city"], address["state"], address["country"]["refName"]) == ("Fresno", "CA", "United States")
    assert (line["label"], line["defaultBilling"], line["defaultShipping"]) == ("Home", True, False)
    assert line["id"] == line["internalId"] == int(line["addressId"])


def test_not_expanded_a_sublist_is_a_link(account: Caller) -> None:
    lead = account.lead(addressBook=_book("Fresno"))
    link = {"rel": "self", "href": f"{HOST}{RECORD}/customer/{lead}/addressBook", "method": "GET"}
    assert account.get(f"/customer/{lead}")["addressBook"] == {"links": [link]}


def test_a_patch_appends_an_address_every_time(account: Caller) -> None:
    lead = account.lead(addressBook=_book("Fresno"))
    for _ in range(2):
        account.change(f"/customer/{lead}", addressBook=_book("Fresno"))
    assert len(_lines(account, lead)) == 3


def test_a_patch_with_the_line_id_updates_the_line(account: Caller) -> None:
    lead = account.lead(addressBook=_book("Fresno"))
    (line,) = _lines(account, lead)
    account.change(f"/customer/{lead}", addressBook=_book("Oakland", id=line["id"]))
    (changed,) = _lines(account, lead)
    assert (changed["id"], changed["addressBookAddress"]["city"]) == (line["id"], "Oakland")


def test_replace_leaves_only_the_given_lines(account: Caller) -> None:
    lead = account.lead(addressBook=_book("Fresno"))
    path = f"/customer/{lead}?replace=addressBook"
    account.change(path, addressBook=_book("Oakland"))
    (line,) = _lines(account, lead)
    assert line["addressBookAddress"]["city"] == "Oakland"


@pytest.mark.parametrize("empty", [None, {"items": None}])
def test_null_empties_the_address_book(account: Caller, empty: Any) -> None:
    lead = account.lead(addressBook=_book("Fresno"))
    account.change(f"/customer/{lead}", addressBook=empty)
    assert _lines(account, lead) == []


def test_one_line_is_the_default(account: Caller) -> None:
    lead = account.lead(addressBook=_book("Fresno", defaultBilling=True))
    account.change(f"/customer/{lead}", addressBook=_book("Oakland", defaultBilling=True))
    assert [line["defaultBilling"] for line in _lines(account, lead)] == [False, True]
    assert "Oakland" in account.get(f"/customer/{lead}")["defaultAddress"]


def test_an_unknown_country_is_refused(account: Caller) -> None:
    book = {"items": [{"addressBookAddress": {"country": "USA"}}]}
    answer = account.send("POST", f"{RECORD}/customer", {"companyName": "A", "addressBook": book})
    assert "Invalid Field Value USA" in account.refused(answer)


def test_addresses_can_be_joined_in_suiteql(account: Caller) -> None:
    lead = account.lead(addressBook=_book("Fresno", defaultBilling=True))
    _contact(account, addressBook=_book("Oakland"))
    for owner, city in (("customer", "Fresno"), ("contact", "Oakland")):
        rows = account.rows(
            f"SELECT o.id, a.city, a.country, b.defaultbilling FROM {owner} o "
            f"JOIN {owner}addressbook b ON b.entity = o.id "
            f"JOIN {owner}addressbookentityaddress a ON a.nkey = b.addressbookaddress"
        )
        assert [(row["city"], row["country"]) for row in rows] == [(city, "US")]
    assert lead

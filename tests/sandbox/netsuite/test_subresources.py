"""What hangs on a record under a URL of its own: lines, addresses, referred records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.netsuite.caller import RECORD, Caller

_FRESNO = {"addr1": "1 Main St", "city": "Fresno", "state": "CA", "zip": "93650", "country": {"id": "US"}}


@pytest.fixture
def lead(account: Caller) -> str:
    return account.lead(addressBook={"items": [{"label": "Home", "addressBookAddress": _FRESNO}]})


@pytest.fixture
def line(account: Caller, lead: str) -> str:
    """The path of the lead's only address line."""
    (found,) = account.get(f"/customer/{lead}/addressBook")["items"]
    return f"/customer/{lead}/addressBook/{found['id']}"


def _patch(account: Caller, path: str, body: Any, **headers: str) -> Any:
    return account.send("PATCH", RECORD + path, body, **headers)


def test_lines_and_addresses_have_their_own_urls(account: Caller, lead: str, line: str) -> None:
    assert account.get(line)["id"] == int(line.rsplit("/", 1)[1])
    assert account.get(f"{line}/addressBookAddress")["city"] == "Fresno"
    assert account.send("GET", f"{RECORD}/customer/{lead}/addressBook/1").status == 404


def test_a_line_and_its_address_can_be_changed_under_their_own_urls(account: Caller, line: str) -> None:
    answer = _patch(account, line, {"label": "Office", "defaultBilling": True})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Location"].endswith(line)
    assert _patch(account, f"{line}/addressBookAddress", {"city": "Oakland", "zip": None}).status == 204
    changed = account.get(line)
    address = changed["addressBookAddress"]
    assert (changed["label"], changed["defaultBilling"], address["city"]) == ("Office", True, "Oakland")
    assert (address["addr1"], "zip" in address) == ("1 Main St", False)


def test_a_line_takes_its_address_in_the_same_body(account: Caller, line: str) -> None:
    assert _patch(account, line, {"addressBookAddress": {"city": "Oakland"}}).status == 204
    changed = account.get(line)
    assert (changed["label"], changed["addressBookAddress"]["city"]) == ("Home", "Oakland")


def test_the_default_address_of_the_record_follows_its_line(account: Caller, lead: str, line: str) -> None:
    _patch(account, line, {"defaultBilling": True})
    assert "Fresno" in account.get(f"/customer/{lead}")["defaultAddress"]
    _patch(account, f"{line}/addressBookAddress", {"city": "Oakland"})
    assert "Oakland" in account.get(f"/customer/{lead}")["defaultAddress"]


def test_a_change_of_a_line_moves_the_stamp_of_its_record(account: Caller, lead: str, line: str) -> None:
    stamp = f"SELECT TO_CHAR(lastmodifieddate, 'YYYY-MM-DD HH24:MI:SS') AS at FROM customer WHERE id = {lead}"
    before = account.rows(stamp)
    account.brain.world.clock.advance(90)
    _patch(account, f"{line}/addressBookAddress", {"city": "Oakland"})
    assert account.rows(stamp)[0]["at"] > before[0]["at"]


@pytest.mark.parametrize(
    ("tail", "body", "text"),
    [
        ("", {"nickname": "x"}, "'nickname'"),
        ("", {"id": 1}, "'id'"),
        ("", {"addressBookAddress": "Fresno"}, "'addressBookAddress'"),
        ("/addressBookAddress", {"country": "USA"}, "Invalid Field Value USA"),
        ("/addressBookAddress", {"town": "Oakland"}, "'addressBookAddress.town'"),
        ("/addressBookAddress", [], "Invalid content"),
    ],
)
def test_a_wrong_change_of_a_line_is_refused_and_changes_nothing(
    account: Caller, line: str, tail: str, body: Any, text: str
) -> None:
    before = account.brain.digest()
    assert text in account.refused(_patch(account, line + tail, body))
    assert account.brain.digest() == before


def test_lines_of_others_and_of_locked_records_cannot_be_changed(account: Caller, lead: str, line: str) -> None:
    other = account.company()
    elsewhere = line.replace(f"/customer/{lead}/", f"/customer/{other}/")
    assert _patch(account, elsewhere, {"label": "x"}).status == 404
    account.brain.act({"do": "lock", "id": lead})
    assert "locked" in account.refused(_patch(account, line, {"label": "x"}))


@pytest.mark.parametrize(
    ("method", "tail"),
    [
        ("POST", ""),
        ("DELETE", ""),
        ("DELETE", "/{line}"),
        ("POST", "/{line}/addressBookAddress"),
        ("DELETE", "/{line}/addressBookAddress"),
    ],
)
def test_a_subresource_is_neither_made_nor_deleted_by_itself(
    account: Caller, lead: str, line: str, method: str, tail: str
) -> None:
    path = f"{RECORD}/customer/{lead}/addressBook" + tail.format(line=line.rsplit("/", 1)[1])
    before = account.brain.digest()
    answer = account.send(method, path, {"addressBookAddress": _FRESNO} if method == "POST" else None)
    assert "by itself" in account.refused(answer, 405)
    assert answer.json()["o:errorDetails"][0]["o:errorCode"] == "METHOD_NOT_ALLOWED"
    assert account.brain.digest() == before


def test_what_no_evidence_speaks_of_is_not_emulated(account: Caller, lead: str, line: str) -> None:
    assert account.send("PUT", RECORD + line, {"label": "x"}).status == 501
    assert account.send("PATCH", f"{RECORD}/customer/{lead}/addressBook", {"items": []}).status == 501
    assert account.send("GET", f"{RECORD}/customer/{lead}/salesTeam").status == 501


def test_a_referred_record_is_read_through_its_parent(account: Caller, lead: str) -> None:
    company = account.company()
    contact = account.make("contact", firstName="Bo", lastName="Ek", company={"id": company})
    assert account.get(f"/contact/{contact}/company")["companyName"] == "Globex"
    assert account.get(f"/customer/{lead}/entityStatus")["id"] == "6"
    assert account.send("GET", f"{RECORD}/customer/{lead}/salesRep").status == 404
    assert account.send("GET", f"{RECORD}/customer/{lead}/companyName").status == 404

"""Forms of several fields, and what they are wrapped in: each is a lens, and says what it loses."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.flow import Later, Pair, Ref
from connector.core.mapping import address, lenses
from connector.core.mapping.codecs import CODECS, Options, Unfit
from connector.core.mapping.lenses import SaysNothing, Table
from connector.core.schema import ABSENT, Address, Entity, SystemName, Value
from tests.unit.mapping.conftest import FakeLinks

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
LINKS = FakeLinks()
TEXT = CODECS["text"](Options())
PARTS = address.parts(
    {"street": "Street", "city": "City", "state": "State", "postal_code": "PostalCode", "country": "Country"}
)
LINE = address.sub_record("addressBook.billing")


def got(lens: lenses.Lens, raw: dict[str, Any]) -> Any:
    return lens.get(raw, LINKS)


def put(lens: lenses.Lens, value: Value, held: Any = ABSENT) -> dict[str, Any]:
    return dict(lens.put(value, LINKS, held))


# --- one field, several fields ---------------------------------------------------------------------------


def test_a_field_that_was_not_read_is_not_empty() -> None:
    lens = lenses.single("Title", TEXT, SALESFORCE)
    assert got(lens, {}) is ABSENT
    assert got(lens, {"Title": None}) is None


def test_first_of_reads_what_is_there_and_writes_the_first() -> None:
    lens = lenses.first_of(("companyName", "altName"), TEXT, NETSUITE)
    assert got(lens, {"companyName": "Acme", "altName": "Jane"}) == "Acme"
    assert got(lens, {"companyName": "", "altName": "Jane"}) == "Jane"
    assert got(lens, {"companyName": None, "altName": None}) is None
    assert got(lens, {}) is ABSENT
    assert put(lens, "Acme") == {"companyName": "Acme"}


def test_yes_when_says_yes_or_nothing() -> None:
    lens = lenses.yes_when({"globalSubscriptionStatus": "4"})
    assert got(lens, {"globalSubscriptionStatus": "4"}) is True
    assert got(lens, {"globalSubscriptionStatus": "2"}) is ABSENT
    assert put(lens, True) == {}


# --- wrappings -------------------------------------------------------------------------------------------


def test_a_default_is_written_for_nothing_and_reads_as_nothing() -> None:
    lens = lenses.with_default(lenses.single("LastName", TEXT, SALESFORCE), "[not provided]")
    assert put(lens, None) == {"LastName": "[not provided]"}
    assert got(lens, {"LastName": "[not provided]"}) is None
    assert got(lens, {"LastName": "Akin"}) == "Akin"
    assert got(lens, {}) is ABSENT


@given(st.none() | st.text(min_size=1).filter(lambda text: text != "[not provided]"))
def test_a_default_loses_nothing(value: str | None) -> None:
    lens = lenses.with_default(lenses.single("LastName", TEXT, SALESFORCE), "[not provided]")
    assert got(lens, put(lens, value)) == value


def test_a_condition_makes_the_field_absent_elsewhere() -> None:
    lens = lenses.only_when(lenses.single("firstName", TEXT, NETSUITE), {"isPerson": True})
    assert got(lens, {"firstName": "Tim", "isPerson": True}) == "Tim"
    assert got(lens, {"firstName": None, "isPerson": False}) is ABSENT
    assert got(lens, {"firstName": "Tim"}) is ABSENT
    assert lens.reads == ("firstName", "isPerson")
    assert lens.writes == ("firstName",)


def test_all_conditions_must_hold() -> None:
    both = {"isPerson": True, "isPrivate": False}
    lens = lenses.only_when(lenses.single("firstName", TEXT, NETSUITE), both)
    assert got(lens, {"firstName": "Tim", "isPerson": True, "isPrivate": True}) is ABSENT
    assert got(lens, {"firstName": "Tim", **both}) == "Tim"
    assert got(lenses.yes_when(both), {"isPerson": True, "isPrivate": True}) is ABSENT
    assert got(lenses.yes_when(both), both) is True


# --- values tables ---------------------------------------------------------------------------------------


def table(unknown: str = "hold") -> Pair[Table]:
    netsuite = Table({"8": "prospect", "9": "prospect", "13": "customer"}, {"prospect": "8", "customer": "13"}, unknown)
    salesforce = Table(
        {"Prospect": "prospect", "Direct": "customer", "Channel": "customer"},
        {"prospect": "Prospect", "customer": "Direct"},
        unknown,
    )
    return Pair(netsuite, salesforce)


def tabled(unknown: str = "hold", system: SystemName = NETSUITE) -> lenses.Lens:
    return lenses.single("status", lenses.tabled(CODECS["picklist"](Options()), table(unknown)), system)


def test_many_values_may_mean_one_and_the_first_is_written() -> None:
    assert [got(tabled(), {"status": raw}) for raw in ("8", "9", "13")] == ["prospect", "prospect", "customer"]
    assert put(tabled(), "prospect") == {"status": "8"}
    assert lenses.tabled(CODECS["picklist"](Options()), table()).lossy


@given(st.sampled_from(["prospect", "customer"]), st.sampled_from(list(SystemName)))
def test_every_meaning_survives_a_table(value: str, system: SystemName) -> None:
    lens = tabled(system=system)
    assert got(lens, put(lens, value)) == value


def test_a_value_outside_the_table_is_held() -> None:
    with pytest.raises(Unfit, match="not in the values table"):
        got(tabled(), {"status": "99"})


def test_or_passed_on_or_taken_for_empty_or_ignored() -> None:
    assert got(tabled("pass"), {"status": "99"}) == "99"
    assert got(tabled("default"), {"status": "99"}) is None
    with pytest.raises(SaysNothing):
        got(tabled("ignore"), {"status": "99"})
    assert got(lenses.ignoring(tabled("ignore")), {"status": "99"}) is ABSENT
    assert put(lenses.ignoring(tabled("ignore")), "lead") == {}


def test_an_empty_field_may_have_a_meaning() -> None:
    netsuite, salesforce = (
        Table({"8": "prospect"}, {"prospect": "8"}, "hold"),
        Table({"Prospect": "prospect", "": "prospect"}, {"prospect": "Prospect"}, "hold"),
    )
    codec = lenses.tabled(CODECS["picklist"](Options()), Pair(netsuite, salesforce))
    account, customer = lenses.single("Type", codec, SALESFORCE), lenses.single("status", codec, NETSUITE)
    assert got(account, {"Type": None}) == "prospect" == got(customer, {"status": "8"})
    assert got(customer, {"status": None}) is None
    assert put(account, "prospect") == {"Type": "Prospect"}


def test_several_values_go_through_a_table_one_by_one() -> None:
    codec = lenses.tabled(CODECS["multi_picklist"](Options()), table())
    lens = lenses.single("statuses", codec, NETSUITE)
    assert got(lens, {"statuses": "13;8"}) == ("customer", "prospect")
    assert put(lens, ("customer", "prospect")) == {"statuses": "13;8"}


# --- links -----------------------------------------------------------------------------------------------


def test_a_link_is_the_same_on_both_sides() -> None:
    netsuite = lenses.link("company", Entity.ORGANIZATION, NETSUITE)
    salesforce = lenses.link("AccountId", Entity.ORGANIZATION, SALESFORCE)
    assert got(netsuite, {"company": "42"}) == got(salesforce, {"AccountId": "001A"}) == "link:7"
    assert put(netsuite, "link:7") == {"company": "42"}
    assert put(salesforce, "link:7") == {"AccountId": "001A"}


def test_what_is_not_linked_yet_is_written_later() -> None:
    salesforce = lenses.link("AccountId", Entity.ORGANIZATION, SALESFORCE)
    netsuite = lenses.link("company", Entity.ORGANIZATION, NETSUITE)
    value = got(salesforce, {"AccountId": "001B"})
    assert value == "ref:salesforce:Account:001B"
    assert put(salesforce, value) == {"AccountId": "001B"}
    assert put(netsuite, value) == {"company": Later(Ref(SALESFORCE, "Account", "001B"))}


def test_a_link_without_a_record_there_is_held() -> None:
    with pytest.raises(Unfit, match="link 8 has no record in NetSuite"):
        put(lenses.link("company", Entity.ORGANIZATION, NETSUITE), "link:8")


def test_no_link_is_no_value() -> None:
    lens = lenses.link("company", Entity.ORGANIZATION, NETSUITE)
    assert got(lens, {"company": None}) is None
    assert put(lens, None) == {"company": None}


# --- addresses -------------------------------------------------------------------------------------------

WORDS = st.text(string.ascii_letters + string.digits + " .,'#-", min_size=1, max_size=20).filter(str.strip)
STREETS = st.lists(WORDS | st.just(""), min_size=1, max_size=5).map("\n".join) | st.none()
ADDRESSES = st.builds(
    Address,
    street=STREETS.filter(lambda street: street is None or bool(street.strip())),
    city=st.none() | WORDS,
    state=st.none() | WORDS,
    postal_code=st.none() | WORDS,
    country=st.none() | st.sampled_from(["US", "DE", "KR", "CI", "GB", "XK"]),
).filter(lambda one: one != Address())


@given(ADDRESSES)
def test_an_address_survives_either_side(value: Address) -> None:
    for lens in (LINE, PARTS):
        assert address.address_key(got(lens, put(lens, value))) == address.address_key(value)


@given(ADDRESSES)
def test_an_address_survives_the_way_to_netsuite_and_back(value: Address) -> None:
    there = got(LINE, put(LINE, value))
    back = got(PARTS, put(PARTS, there))
    assert address.address_key(back) == address.address_key(value)


@given(ADDRESSES)
def test_an_address_that_was_read_is_written_as_it_was(value: Address) -> None:
    for lens in (LINE, PARTS):
        raw = put(lens, value)
        assert put(lens, got(lens, raw)) == raw or len(address.street_lines(value.street)) != len(
            (value.street or "").split("\n")
        )


def test_lines_of_a_street_become_lines_of_a_netsuite_address() -> None:
    street = "888 N Euclid \nHallis Center, Room 501\nTucson, AZ 85721\nUnited States"
    line = put(LINE, Address(street=street))["addressBook.billing"]
    assert (line["addr1"], line["addr2"]) == ("888 N Euclid", "Hallis Center, Room 501")
    assert line["addr3"] == "Tucson, AZ 85721, United States"


def test_addresses_differ_by_content_and_not_by_layout() -> None:
    assert address.address_key(Address(street="a\r\nb\n\nc ")) == address.address_key(Address(street="a\nb, c"))
    assert address.address_key(Address(street="a\nb")) != address.address_key(Address(street="a\nc"))
    assert address.address_key(None) == address.address_key(Address())


def test_a_part_that_netsuite_cannot_hold_is_a_problem() -> None:
    with pytest.raises(Unfit, match="city has 51 characters, NetSuite holds 50"):
        put(LINE, Address(city="x" * 51))


def test_an_unknown_country_holds_the_whole_address() -> None:
    raw = dict.fromkeys(("Street", "City", "State", "PostalCode")) | {"Country": "Atlantis"}
    with pytest.raises(Unfit, match="Atlantis"):
        got(PARTS, raw)


def test_an_address_with_a_part_that_we_may_not_see_is_absent() -> None:
    assert got(PARTS, {"Street": "a", "City": "b", "State": "c", "PostalCode": "d"}) is ABSENT


def test_what_is_there_and_means_the_same_is_not_rewritten() -> None:
    """Salesforce holds `USA`: a new street must not turn it into `United States`."""
    held = got(PARTS, {"Street": "a", "City": "b", "State": None, "PostalCode": None, "Country": "USA"})
    assert put(PARTS, Address("z", "b", None, None, "US"), held) == {"Street": "z"}
    assert put(PARTS, Address("z", "b", None, None, "US"))["Country"] == "United States"


def test_no_address_empties_what_is_there() -> None:
    assert put(LINE, None) == {"addressBook.billing": None}
    assert put(PARTS, None, Address(city="b")) == {"City": None}
    assert set(put(PARTS, None).values()) == {None}

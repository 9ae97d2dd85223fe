"""Joined and split texts, states with their country, lookups, scopes, tables in files."""

from __future__ import annotations

import string
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.flow import Pair
from connector.core.mapping import forms, states
from connector.core.mapping.address import address_key
from connector.core.mapping.codecs import Unfit
from connector.core.mapping.language import Join, Rule
from connector.core.mapping.lenses import Lens, SaysNothing
from connector.core.mapping.lookup import NO_LISTS, looked_up
from connector.core.mapping.scope import EVERYTHING, Scope
from connector.core.mapping.tables import CsvTable, read_csv
from connector.core.mapping.translate import EntityMapping
from connector.core.schema import ABSENT, Address, SystemName
from tests.unit.mapping.conftest import FakeLinks
from tests.unit.mapping.two_accounts import ACCOUNTS, mapping_of
from tests.unit.mapping.whole_language import built

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
LINKS = FakeLinks()
WORDS = st.lists(st.text(string.ascii_letters + ".'é", min_size=1, max_size=8), min_size=1, max_size=6)


def name(rest: str = "first") -> Lens:
    return forms.join(Join.model_validate({"join": ["First", "Middle", "Last"], "rest": rest}), written=True)


# --- joined ----------------------------------------------------------------------------------------------


@given(WORDS, st.sampled_from(["first", "last"]))
def test_a_joined_text_survives_being_taken_apart(words: list[str], rest: str) -> None:
    lens, text = name(rest), " ".join(words)
    assert lens.get(dict(lens.put(text, LINKS, ABSENT)), LINKS) == text  # type: ignore[arg-type]


@given(st.text(string.ascii_letters + "  ", max_size=20), st.sampled_from(["first", "last"]))
def test_what_counts_as_equal_survives_whatever_its_spaces(text: str, rest: str) -> None:
    lens, key = name(rest), forms.joined_key(" ")
    assert key(lens.get(dict(lens.put(text, LINKS, ABSENT)), LINKS)) == key(text)  # type: ignore[arg-type]


def test_the_rest_goes_where_the_form_says() -> None:
    assert name().put("Madonna", LINKS, ABSENT) == {"First": None, "Middle": None, "Last": "Madonna"}
    assert name("last").put("Madonna", LINKS, ABSENT) == {"First": "Madonna", "Middle": None, "Last": None}
    assert name().put(None, LINKS, ABSENT) == {"First": None, "Middle": None, "Last": None}


def test_a_joined_text_of_which_a_part_was_not_read_is_absent() -> None:
    assert name().get({"First": "Jo", "Last": "Doe"}, LINKS) is ABSENT
    assert name().get({"First": None, "Middle": " ", "Last": ""}, LINKS) is None


@pytest.mark.parametrize(
    ("parts", "rest", "text"),
    [
        ((None, None, "Doe"), "first", "Doe"),
        (("Mary  Ann", "Lee", "Doe"), "first", "Mary Ann Lee Doe"),
        (("Jo", None, None), "last", "Jo"),
        (("Jo", "Lee", "van Doe"), "last", "Jo Lee van Doe"),
    ],
)
def test_parts_that_come_back_are_joined(parts: tuple[str | None, ...], rest: str, text: str) -> None:
    assert name(rest).get(dict(zip(("First", "Middle", "Last"), parts, strict=True)), LINKS) == text


@pytest.mark.parametrize(
    ("parts", "rest"),
    [(("Jo", "Lee", "van Doe"), "first"), (("Jo", None, "Doe"), "first"), (("Mary Ann", "Lee", "Doe"), "last")],
)
def test_parts_that_would_come_back_as_others_are_held_unless_values_flow_one_way(
    parts: tuple[str | None, ...], rest: str
) -> None:
    raw = dict(zip(("First", "Middle", "Last"), parts, strict=True))
    with pytest.raises(Unfit, match="would not be taken apart at ' ' into the same parts again"):
        name(rest).get(raw, LINKS)
    one_way = forms.join(Join.model_validate({"join": list(raw), "rest": rest}), written=False)
    assert one_way.get(raw, LINKS) == " ".join(part for part in parts if part)


# --- taken apart -----------------------------------------------------------------------------------------


def pieces_of_a_name() -> EntityMapping:
    return mapping_of(
        "first_name: {netsuite: name32, salesforce: {split: Text40, part: 1, rest: first}}",
        "last_name: {netsuite: companyName, salesforce: {split: Text40, part: 2, rest: first}}",
    )


def written(values: dict[str, Any], holds: dict[str, Any] | None = None) -> tuple[Any, Any]:
    mapping, info = pieces_of_a_name(), ACCOUNTS.salesforce["Lead"]
    made = mapping.write(SALESFORCE, values, creating=holds is None, links=LINKS, info=info, holds=holds)
    return made.fields, made.problems


def test_pieces_make_the_text_and_a_piece_is_put_between_the_others() -> None:
    both = {"first_name": "Mary Ann", "last_name": "Smith"}
    assert written(both) == ({"Text40": "Mary Ann Smith"}, {})
    assert written(both, {"first_name": "Jo", "last_name": "Doe"}) == ({"Text40": "Mary Ann Smith"}, {})
    assert written({"last_name": "Doe"}, both) == ({"Text40": "Mary Ann Doe"}, {})
    assert written({"first_name": None}, both) == ({"Text40": "Smith"}, {})
    assert written({"last_name": None, "first_name": None}, both) == ({"Text40": None}, {})


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ({"last_name": "van Doe"}, {"first_name": "Jo", "last_name": "Doe"}),
        ({"last_name": None}, {"first_name": "Jo", "last_name": "Doe"}),
        ({"last_name": "Doe"}, {"last_name": "Smith"}),
    ],
)
def test_a_piece_that_would_be_read_as_another_is_held(values: dict[str, Any], holds: dict[str, Any]) -> None:
    fields, problems = written(values, holds)
    assert (fields, set(problems)) == ({}, set(values))


def test_a_text_that_is_too_long_holds_all_the_pieces_that_are_written() -> None:
    fields, problems = written({"first_name": "x" * 30, "last_name": "y" * 30})
    assert (fields, set(problems)) == ({}, {"first_name", "last_name"})


def test_the_pieces_of_a_text_know_of_each_other() -> None:
    assert pieces_of_a_name().beside(SALESFORCE, ["last_name"]) == {"first_name", "last_name"}
    assert pieces_of_a_name().beside(NETSUITE, ["last_name"]) == frozenset()


# --- states ----------------------------------------------------------------------------------------------


def test_a_state_needs_its_country_to_be_known() -> None:
    lens = forms.state("State", "Country", "name")
    assert lens.get({"State": "va", "Country": "USA"}, LINKS) == "US-VA"
    assert lens.get({"State": "WA", "Country": "Australia"}, LINKS) == "AU-WA"
    assert lens.get({"State": "Somerset", "Country": "UK"}, LINKS) == "Somerset"
    assert lens.get({"State": "VA", "Country": None}, LINKS) == "VA"
    assert lens.get({"State": "VA"}, LINKS) is ABSENT
    assert lens.put("US-VA", LINKS, ABSENT) == {"State": "Virginia"}
    with pytest.raises(Unfit, match="'Bavaria' is not a state of United States"):
        lens.get({"State": "Bavaria", "Country": "US"}, LINKS)


# --- lookups ---------------------------------------------------------------------------------------------

LISTS: Any = Pair(
    {"owners": {"1": "kim@a.example", "2": "Lee@a.example", "3": "lee@a.example", "4": ""}},
    {"owners": {"005A": "KIM@a.example"}},
)


def test_a_record_is_found_by_what_people_know_it_by() -> None:
    codec = looked_up("owners", LISTS, "hold")
    assert codec.read.netsuite("1") == "kim@a.example"
    assert codec.write.salesforce("kim@a.example") == "005A"
    assert codec.key("Kim@A.example") == codec.key("kim@a.example")
    assert codec.read.netsuite(None) is None


@pytest.mark.parametrize(
    ("way", "value", "why"),
    [
        ("read", "9", "'9' is not among NetSuite's owners, or has no e-mail"),
        ("read", "4", "'4' is not among NetSuite's owners, or has no e-mail"),
        ("write", "ann@a.example", "none of NetSuite's owners has the e-mail 'ann@a.example'"),
        ("write", "lee@a.example", "the e-mail of several of NetSuite's owners: 2, 3"),
    ],
)
def test_what_is_not_found_or_found_twice_is_held(way: str, value: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        getattr(looked_up("owners", LISTS, "hold"), way).netsuite(value)


def test_or_ignored_or_taken_for_empty() -> None:
    assert looked_up("owners", LISTS, "default").read.netsuite("9") is None
    assert looked_up("owners", LISTS, "default").write.netsuite("ann@a.example") is None
    with pytest.raises(SaysNothing):
        looked_up("owners", LISTS, "ignore").read.netsuite("9")


def test_a_list_that_was_not_read_holds_rather_than_empties() -> None:
    codec = looked_up("owners", NO_LISTS, "default")
    for convert in (codec.read.netsuite, codec.write.salesforce):
        with pytest.raises(Unfit, match="have not been read yet"):
            convert("1")


# --- scope -----------------------------------------------------------------------------------------------


def scope(operator: str, value: Any = None) -> Scope:
    return Scope((Rule.model_validate({"field": "f", "operator": operator, "value": value}),))


@pytest.mark.parametrize(
    ("operator", "value", "inside", "outside"),
    [
        ("is", "3", ["3", 3, "1;3"], ["33", None, ""]),
        ("is", True, [True], [False, None, "T"]),
        ("is", False, [False, None], [True]),
        ("is_not", "3", ["4", None], ["3", "1;3"]),
        ("in", ["1", "3"], ["1", "3", "3;9"], ["2", None]),
        ("not_in", ["1", "3"], ["2", None], ["1"]),
        ("contains", "Hotel", ["Grand Hotels"], ["grand hotels", None]),
        ("begins_with", "Gr", ["Grand"], ["a Grand", None]),
        ("above", 10, [11, Decimal("10.5")], [10, None]),
        ("below", 10, [9], [10, None, ""]),
        ("above", "2026-01-01", ["2026-01-02"], ["2025-12-31", "2026-01-01"]),
        ("empty", None, [None, ""], ["x", 0]),
        ("filled", None, ["x", 0], [None, ""]),
    ],
)
def test_an_operator_says_who_is_in(operator: str, value: Any, inside: list[Any], outside: list[Any]) -> None:
    chosen = scope(operator, value)
    assert [held for held in inside if not chosen.has({"f": held})] == []
    assert [held for held in outside if chosen.has({"f": held})] == []


def test_a_field_that_we_may_not_see_keeps_a_record_out() -> None:
    assert not scope("empty").has({})
    assert EVERYTHING.has({})


def test_all_rules_must_be_true() -> None:
    both = Scope((*scope("filled").rules, *scope("is", "3").rules))
    assert both.has({"f": "3"})
    assert not both.has({"f": "4"})


# --- tables in files -------------------------------------------------------------------------------------


def test_rows_of_one_value_belong_together() -> None:
    table = read_csv(b"canonical,salesforce,netsuite\nwarm,Warm,2\nwarm,Tepid,\nwarm,,4\n\nhot,Hot,1\n", "x.csv")
    assert isinstance(table, CsvTable)
    assert {name: (row.netsuite, row.salesforce) for name, row in table.rows.items()} == {
        "warm": (("2", "4", ""), ("Warm", "Tepid", "")),
        "hot": (("1",), ("Hot",)),
    }


@pytest.mark.parametrize(
    ("text", "line", "what", "expected"),
    [
        (b"", 1, "the file is empty", "salesforce,netsuite"),
        (b"\xff", 1, "not UTF-8", "UTF-8"),
        (b"salesforce,netsuit\nHot,1\n", 1, "`netsuit` is not a column", "did you mean `netsuite`?"),
        (b"salesforce\nHot\n", 1, "the column `netsuite` is missing", "a header"),
        (b"salesforce,netsuite,netsuite\n", 1, "a column stands twice", ""),
        (b"salesforce,netsuite\nHot,1\nWarm, Tepid,2\n", 3, "the row has 3 cells, the header 2", "double quotes"),
        (b'salesforce,netsuite\n"Hot,1\n', 1, "not readable as CSV", ""),
    ],
)
def test_a_damaged_table_is_named_at_its_line(text: bytes, line: int, what: str, expected: str) -> None:
    found = read_csv(text, "x.csv")
    assert isinstance(found, list)
    assert (found[0].file, found[0].line) == ("x.csv", line)
    assert what in found[0].what and expected in found[0].expected


# --- gates -----------------------------------------------------------------------------------------------

LINES = """\
entity: organization
netsuite: {record: customer, when: {stage: [prospect, customer]}, create: {entityStatus: "8"}}
salesforce: {record: Account}
fields:
  stage: {netsuite: entityStatus, salesforce: Type, values: {prospect: "8", customer: "13"}}
  variant: {netsuite: form, salesforce: Form__c, values: {retail: R, trade: T}}
  custom.terms: {netsuite: terms, salesforce: Terms__c, from_stage: customer}
  custom.shops: {netsuite: shops, salesforce: Shops__c, variant: retail}
"""


def gated() -> EntityMapping:
    mapping = built(LINES)
    assert isinstance(mapping, EntityMapping), mapping
    return mapping


def test_what_a_record_does_not_have_yet_is_absent_and_not_empty() -> None:
    read = gated().read
    prospect = read(NETSUITE, {"entityStatus": "8", "form": "T", "terms": None, "shops": None}, LINKS)
    assert prospect.values == {"stage": "prospect", "variant": "trade"}
    customer = read(NETSUITE, {"entityStatus": "13", "form": "R", "terms": "5", "shops": "3"}, LINKS)
    assert customer.values == {"stage": "customer", "variant": "retail", "custom.terms": "5", "custom.shops": "3"}
    account = read(SALESFORCE, {"Type": "prospect", "Form__c": "trade", "Terms__c": "5", "Shops__c": "3"}, LINKS)
    assert account.values == {"stage": "prospect", "variant": "trade", "custom.terms": "5"}


def test_a_new_record_is_judged_by_the_values_it_is_made_from() -> None:
    values = {"variant": "trade", "custom.terms": "5", "custom.shops": "3"}
    made = gated().write(NETSUITE, values, creating=True, links=LINKS, info=None)
    assert (made.fields, made.passed_over) == ({"entityStatus": "8", "form": "T"}, {"custom.terms", "custom.shops"})
    of_customer = gated().write(NETSUITE, {**values, "stage": "customer"}, creating=True, links=LINKS, info=None)
    assert of_customer.fields == {"entityStatus": "13", "form": "T", "terms": "5"}


# --- states in addresses ---------------------------------------------------------------------------------


def test_an_address_is_the_same_however_its_state_is_spelt() -> None:
    short, long = (Address(state=state, country="US") for state in ("WV", "West Virginia"))
    assert address_key(short) == address_key(long)
    assert address_key(Address(state="WV")) != address_key(Address(state="West Virginia"))
    assert len([code for code in states._NAMES if code.startswith("US-")]) == 50 + 1 + 5 + 3  # DC, islands, military

"""The two-way proof: twenty losses, each found with its smallest value, and no alarm for what is sound."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from connector.core.mapping import forms
from connector.core.mapping.language import Join
from connector.core.mapping.proof import Loss, prove
from connector.core.schema import SystemName
from tests.unit.mapping.two_accounts import ACCOUNTS, mapping_of

CUT_AT_32, CUT_AT_40, CUT_AT_83 = (f"{'abcd abcd ab'!r}... ({length} characters)" for length in (33, 41, 84))

LOSSES = {
    "a name is cut": (
        "company: {netsuite: companyName, salesforce: Company, on_too_long: cut}",
        "cut",
        CUT_AT_83,
        "on_too_long: hold",
    ),
    "a first name is cut": (
        "first_name: {netsuite: name32, salesforce: Name80, on_too_long: cut}",
        "cut",
        CUT_AT_32,
        "on_too_long: hold",
    ),
    "a text is cut the other way": (
        "custom.a: {netsuite: text300, salesforce: Text40, on_too_long: cut}",
        "cut",
        CUT_AT_40,
        "on_too_long: hold",
    ),
    "two values of NetSuite become one": (
        "custom.a: {netsuite: shade, salesforce: Colour__c, values: {Red: ['1', '4'], Green: '2', Blue: '3'}}",
        "merged",
        "'4'",
        "row of its own",
    ),
    "two values of Salesforce become one": (
        "custom.a: {netsuite: colour, salesforce: Shade__c, values: {Green: '2', Blue: '3',"
        " red: {netsuite: '1', salesforce: [Red, Crimson]}}}",
        "merged",
        "'Crimson'",
        "row of its own",
    ),
    "an unknown value empties the other side": (
        "custom.a: {netsuite: shade, salesforce: Shade__c, values: {Red: '1', Green: '2', Blue: '3'},"
        " unknown: default, default: {salesforce: Crimson}}",
        "merged",
        "'4'",
        "unknown: hold",
    ),
    "an unknown value passes for a known one": (
        "custom.a: {netsuite: shade, salesforce: OpenColour__c, values: {'1': '2'}, unknown: pass}",
        "merged",
        "'1'",
        "unknown: hold",
    ),
    "several of a list become one": (
        "custom.a: {netsuite: many, salesforce: Colours__c, as: multi_picklist, values: {Red: ['1', '2'], Blue: '3'}}",
        "merged",
        "'2'",
        "row of its own",
    ),
    "an instant becomes a day without its zone": (
        "custom.a: {netsuite: day, salesforce: Moment__c}",
        "changed",
        "'1970-01-01'",
        "as: date, zone: {salesforce:",
    ),
    "a day of an instant cannot be told": (
        "custom.a: {netsuite: moment, salesforce: Day__c, as: date}",
        "never",
        "'2026-01-05T00:30:00Z'",
        "as: date, zone: {netsuite:",
    ),
    "money loses its cents": (
        "budget: {netsuite: amount2, salesforce: Amount0, as: money}",
        "rounded",
        "0.1",
        "decimals: 0",
    ),
    "money loses what is less than a cent": (
        "budget: {netsuite: amount2, salesforce: Amount4, as: money, decimals: 4}",
        "rounded",
        "0.001",
        "decimals: 2",
    ),
    "a number is rounded": (
        "custom.a: {netsuite: number4, salesforce: Number2, as: number}",
        "rounded",
        "0.001",
        "decimals: 2",
    ),
    "a fraction loses digits that the percentage has": (
        "custom.a: {netsuite: fraction2, salesforce: Percent2, as: percent, scale: {netsuite: 100}}",
        "rounded",
        "0.1",
        "decimals: 0",
    ),
    "a number loses the zeros that people typed": (
        "custom.a: {netsuite: text300, salesforce: Number2}",
        "changed",
        "'0'",
        "direction: to_salesforce",
    ),
    "a value of the table is trimmed": (
        "custom.a: {netsuite: colour, salesforce: OpenColour__c, values: {'Red ': '1', Green: '2', Blue: '3'}}",
        "unreadable",
        "'1'",
        "spell the row 'Red '",
    ),
    "a list folds the case of a text": (
        "custom.a: {netsuite: name32, salesforce: OpenColour__c}",
        "changed",
        "'RED'",
        "direction: to_salesforce",
    ),
    "a default is also a value": (
        "custom.a: {netsuite: name32, salesforce: Name80, default: {salesforce: A}}",
        "changed",
        "'A'",
        "a text that nobody types",
    ),
    "an empty field becomes a value": (
        "custom.a: {netsuite: colour, salesforce: Colour__c,"
        " values: {Red: '1', Green: '2', none: {netsuite: '3', salesforce: ''}}}",
        "changed",
        "empty",
        "take the value",
    ),
    "a list comes back in another order": (
        "custom.a: {netsuite: words, salesforce: Colours__c}",
        "changed",
        "'Green;Red'",
        "as: multi_picklist",
    ),
}

SOUND = {
    "text": "custom.a: {netsuite: text300, salesforce: Nickname}",
    "text that is held where it is too long": "company: {netsuite: companyName, salesforce: Company}",
    "text that refuses the record": "custom.a: {netsuite: text300, salesforce: Text40, on_too_long: refuse}",
    "text both ways": "first_name: {netsuite: name32, salesforce: Name80}",
    "long text": "description: {netsuite: comments, salesforce: Description, as: long_text}",
    "text in a long text": "custom.a: {netsuite: comments, salesforce: Nickname, as: long_text}",
    "a default that nobody types": "company: {netsuite: companyName, salesforce: Company,"
    ' default: {salesforce: "[not provided]"}}',
    "a default on either side": "last_name: {netsuite: name32, salesforce: Name80,"
    ' default: {netsuite: "[not provided]", salesforce: "[not provided]"}}',
    "e-mail": "email: {netsuite: email, salesforce: Email, as: email}",
    "e-mail as text": "custom.a: {netsuite: email, salesforce: Email}",
    "e-mail in a text": "custom.a: {netsuite: text300, salesforce: Email, as: email}",
    "phone": "phone: {netsuite: phone, salesforce: Phone, as: phone}",
    "phone of another country": "phone: {netsuite: phone, salesforce: Phone, as: phone, region: DE}",
    "phone in a text": "phone: {netsuite: text300, salesforce: Phone, as: phone}",
    "web address": "website: {netsuite: url, salesforce: Website, as: url}",
    "check box": "custom.a: {netsuite: flag, salesforce: Flag__c, as: boolean}",
    "whole number": "employees: {netsuite: count, salesforce: Count__c, as: integer}",
    "whole number beside a number": "employees: {netsuite: count, salesforce: Number2, as: integer}",
    "money": "budget: {netsuite: amount2, salesforce: Amount2, as: money}",
    "money without cents": "budget: {netsuite: amount2, salesforce: Amount0, as: money, decimals: 0}",
    "money in yen": "budget: {netsuite: amount2, salesforce: Amount0, as: money, currency: JPY}",
    "money beside finer money": "budget: {netsuite: amount2, salesforce: Amount4, as: money}",
    "number": "custom.a: {netsuite: number4, salesforce: Number4, as: number}",
    "number with the digits that both keep": "custom.a: {netsuite: number4, salesforce: Number2, as: number,"
    " decimals: 2}",
    "number of which nobody tells the digits": "custom.a: {netsuite: number, salesforce: Number4, as: number,"
    " decimals: 4}",
    "percentage": "custom.a: {netsuite: percent2, salesforce: Percent2, as: percent}",
    "percentage as a fraction": "custom.a: {netsuite: fraction2, salesforce: Percent0, as: percent, decimals: 0,"
    " scale: {netsuite: 100}}",
    "day": "custom.a: {netsuite: day, salesforce: Day__c, as: date}",
    "day as text": "custom.a: {netsuite: day, salesforce: Day__c}",
    "instant": "custom.a: {netsuite: moment, salesforce: Moment__c, as: datetime}",
    "list": "custom.a: {netsuite: colour, salesforce: Colour__c, values: {Red: '1', Green: '2', Blue: '3'}}",
    "list with a value that is held": "custom.a: {netsuite: shade, salesforce: Colour__c,"
    " values: {Red: '1', Green: '2', Blue: '3'}}",
    "list whose values no metadata tells": "custom.a: {netsuite: open_list, salesforce: Colour__c,"
    " values: {Red: '1', Green: '2', Blue: '3'}}",
    "list one way": "custom.a: {netsuite: shade, salesforce: Colour__c, direction: to_salesforce,"
    " values: {Red: ['1', '4'], Green: '2', Blue: '3'}}",
    "list that leaves alone what it does not know": "custom.a: {netsuite: shade, salesforce: Colour__c,"
    " unknown: ignore, values: {Red: '1', Green: '2', Blue: '3'}}",
    "list in a text": "custom.a: {netsuite: words, salesforce: Colours__c, as: multi_picklist}",
    "several of a list": "custom.a: {netsuite: many, salesforce: Colours__c, as: multi_picklist,"
    " values: {Red: '1', Green: '2', Blue: '3'}}",
    "several of a list of one's own words": "interests: {netsuite: words, salesforce: Colours__c, as: multi_picklist}",
    "address": "address: {netsuite: addressBook.billing, as: address, salesforce:"
    " {street: Street, city: City, state: State, postal_code: PostalCode, country: Country}}",
    "the first of two names": "company: {netsuite: {first_of: [companyName, altName]}, salesforce: Company}",
}


def losses_of(line: str) -> tuple[Loss, ...]:
    return prove(mapping_of(line), ACCOUNTS)


def given(loss: Loss) -> str:
    return loss.what.partition(" in ")[0] if loss.breach != "never" else loss.what.split("; ")[1].partition(" does")[0]


def test_there_are_sixty() -> None:
    assert (len(LOSSES), len(SOUND)) == (20, 40)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_found_with_its_smallest_value_and_its_repair(name: str) -> None:
    line, breach, smallest, repair = LOSSES[name]

    found = {loss.breach: loss for loss in losses_of(line)}

    assert breach in found
    assert given(found[breach]).startswith(smallest)
    assert repair in found[breach].repair


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_gives_no_alarm(name: str) -> None:
    assert [loss.what for loss in losses_of(SOUND[name])] == []


def test_sixty_mappings_are_proved_in_less_than_five_seconds() -> None:
    mappings = [mapping_of(line) for line in (*(loss[0] for loss in LOSSES.values()), *SOUND.values())]
    before = time.process_time()

    for mapping in mappings:
        prove(mapping, ACCOUNTS)

    assert time.process_time() - before < 5


def test_what_the_file_asks_for_is_told_as_such() -> None:
    declared = {name: {loss.declared for loss in losses_of(LOSSES[name][0])} for name in LOSSES}

    assert declared["a name is cut"] == {"on_too_long: cut"}
    assert declared["two values of NetSuite become one"] == {"several values in the row of 'Red'"}
    assert declared["an unknown value empties the other side"] == {"unknown: default"}
    assert declared["money loses its cents"] == {""}


def test_decimals_are_tried_where_nobody_tells_how_many_a_field_keeps() -> None:
    (loss,) = losses_of("budget: {netsuite: number, salesforce: Amount0, as: money}")

    assert (loss.breach, given(loss)) == ("rounded", "0.1")


def test_a_field_that_an_account_lacks_is_left_to_the_check() -> None:
    assert losses_of("custom.a: {netsuite: nowhere, salesforce: Text40}") == ()


# --- texts joined and taken apart ------------------------------------------------------------------------

JOINED = "custom.a: {netsuite: text300, salesforce: {join: [Name80, Nickname], rest: REST}}"
SPLIT = (
    "first_name: {netsuite: name32, salesforce: {split: Nickname, part: 1, rest: REST}}",
    "last_name: {netsuite: companyName, salesforce: {split: Nickname, part: 2, rest: REST}}",
)


@pytest.mark.parametrize("rest", ["first", "last"])
@pytest.mark.parametrize("lines", [(JOINED,), SPLIT], ids=["join", "split"])
def test_joined_and_split_texts_lose_nothing_both_ways(lines: tuple[str, ...], rest: str) -> None:
    mapping = mapping_of(*(line.replace("REST", rest) for line in lines))
    assert all(line.flows_to(system) for line in mapping.fields.values() for system in SystemName)
    assert [loss.what for loss in prove(mapping, ACCOUNTS)] == []


def test_a_join_that_did_not_hold_what_comes_back_otherwise_would_be_found() -> None:
    mapping = mapping_of(JOINED.replace("REST", "last"))
    careless = forms.join(Join.model_validate({"join": ["Name80", "Nickname"]}), written=False)
    line = mapping.fields["custom.a"]
    fields = {line.name: replace(line, lenses=line.lenses.replace(SystemName.SALESFORCE, careless))}
    assert {loss.breach for loss in prove(replace(mapping, fields=fields), ACCOUNTS)} == {"merged"}

"""Broken files: each mistake at its line and column (where the `‸` stands), in an admin's words."""

from __future__ import annotations

import pytest

from connector.core.mapping.translate import EntityMapping
from tests.unit.mapping.whole_language import built

HEAD = """\
entity: organization
netsuite: {record: customer, when: {stage: [prospect, customer]}}
salesforce: {record: Account}
"""

LINES = [
    # a line of `fields`, what is said, what was expected
    ("‸nmae: {netsuite: a, salesforce: b}", "`nmae` is not a field of an organization", "did you mean `name`?"),
    ("‸custom.Region: {netsuite: a, salesforce: b}", "`custom.Region` is not a field", "custom.<name>"),
    ("‸name: {netsuite: a}", "`salesforce` is missing", ""),
    ("name: ‸a", "`a` cannot stand here", "keys and values"),
    ("name: {netsuite: ‸[a], salesforce: b}", "not a field name and not a form", "{first_of: [...]}"),
    ("name: {netsuite: {first_of: ‸[a]}, salesforce: b}", "at least 2", ""),
    ("name: {netsuite: {first_of: [a, ‸{b: c}]}, salesforce: b}", "a group of keys cannot stand here", "text"),
    ("name: {netsuite: {‸jion: 1}, salesforce: b}", "unknown key `jion`", "`join`"),
    ("name: {netsuite: {join: [a, b], ‸whith: x}, salesforce: b}", "unknown key `whith`", "did you mean `with`?"),
    ("name: {netsuite: {join: [a, b], rest: ‸lats}, salesforce: b}", "`lats` is not a choice", "did you mean `last`?"),
    ("phone: {netsuite: ‸{join: [a, b]}, salesforce: b, as: phone}", "`join` makes text", "as: text"),
    ("name: {netsuite: ‸{split: a, part: 1}, salesforce: b}", "a piece alone can only be read", "parts 1, 2"),
    ("name: {netsuite: {split: a, part: ‸0}, salesforce: b, direction: to_salesforce}", "greater than", ""),
    ("name: {netsuite: ‸{const: x}, salesforce: b, direction: to_netsuite}", "`const` can only", "to_salesforce"),
    ("name: {netsuite: a, salesforce: ‸{compute: 'x'}}", "`compute` can only be read", "direction: to_netsuite"),
    (
        "name: {netsuite: {compute: ‸IIF(a)}, salesforce: b, direction: to_salesforce}",
        "`IIF` is not a function",
        "did you mean `IF`?",
    ),
    (
        "name: {netsuite: {compute: 'a + ‸LEFFT(b, 1)'}, salesforce: b, direction: to_salesforce}",
        "`LEFFT` is not a function",
        "did you mean `LEFT`?",
    ),
    (
        "name: {netsuite: {compute: 'a ‸= 1'}, salesforce: b, direction: to_salesforce}",
        "not readable as an expression",
        "expected `==` where `=` stands",
    ),
    (
        "name: {netsuite: {compute: 'a + ‸b.c'}, salesforce: b, direction: to_salesforce}",
        "`b.c` has no place in an expression",
        "operators are",
    ),
    (
        "name: {netsuite: {compute: ‸'IF(a, b)'}, salesforce: b, direction: to_salesforce}",
        "`IF` does not take these 2 arguments",
        "expected IF(condition, then, else)",
    ),
    (
        "name: {netsuite: {compute: ‸'__import__(a)'}, salesforce: b, direction: to_salesforce}",
        "`__import__` is not a function",
        "expected one of",
    ),
    ("name: {netsuite: a, salesforce: b, when: {netsuite: 'x ‸&& y'}}", "not readable", "expected `and`"),
    ("name: {netsuite: a, salesforce: b, when: {netsuite: {x: ‸[1]}}}", "not one value", "text, a number"),
    ("name: {netsuite: a, salesforce: b, as: ‸txt}", "`txt` is not a choice", "did you mean `text`?"),
    ("name: {netsuite: a, salesforce: b, ‸region: US}", "`region` has no meaning for `as: text`", ""),
    ("name: {netsuite: a, salesforce: b, ‸zone: {netsuite: UTC}}", "`zone` has no meaning for `as: text`", ""),
    ("phone: {netsuite: a, salesforce: b, as: phone, region: ‸USA}", "`USA` is not a code", "such as US"),
    ("phone: {netsuite: a, salesforce: b, as: phone, region: ‸QQ}", "'QQ' is not a country code", "such as US"),
    ("phone: {netsuite: a, salesforce: b, as: phone, spelling: {netsuite: ‸code}}", "no spelling of a phone", "e164"),
    ("custom.s: {netsuite: a, salesforce: b, as: ‸state}", "a state needs to know its country", "`country: US`"),
    ("custom.s: {netsuite: a, salesforce: b, as: state, country: ‸Atlantis}", "not a country code", "such as US"),
    ("custom.s: {netsuite: a, salesforce: b, as: state, ‸country: {netsuite: c}}", "`salesforce` is missing", ""),
    (
        "custom.d: {netsuite: a, salesforce: b, as: datetime, zone: {netsuite: ‸America/New_Yrok}}",
        "`America/New_Yrok` is not a time zone",
        "did you mean `America/New_York`?",
    ),
    ("custom.m: {netsuite: a, salesforce: b, as: money, currency: ‸dollars}", "`dollars` is not a line", "USD"),
    ("custom.m: {netsuite: a, salesforce: b, as: money, currency: ‸Usd}", "`Usd` is not a code", "USD"),
    ("custom.m: {netsuite: a, salesforce: b, as: money, decimals: ‸two}", "`two` cannot stand here", "a whole number"),
    ("custom.m: {netsuite: a, salesforce: b, as: percent, scale: {netsuite: ‸0}}", "greater than 0", ""),
    ("owner: {netsuite: a, salesforce: b, as: ‸lookup}", "in which list", "lookup: owners"),
    ("owner: {netsuite: a, salesforce: b, lookup: ‸owner}", "`owner` is not a choice", "did you mean `owners`?"),
    ("owner: {netsuite: a, salesforce: b, lookup: owners, unknown: ‸pass}", "means nothing in the other", "ignore"),
    ("rating: {netsuite: a, salesforce: b, values: ‸ratings}", "`ratings` is not the name of a table", "CSV"),
    ("rating: {netsuite: a, salesforce: b, values: ‸../ratings.csv}", "is not the name of a table", "CSV"),
    ("rating: {netsuite: a, salesforce: b, values: {Hot: '1', ‸Warm: '1'}}", "stands for both", "one meaning"),
    ("rating: {netsuite: a, salesforce: b, values: {Hot: ‸[]}}", "an empty list names no value", ""),
    ("rating: {netsuite: a, salesforce: b, values: {hot: {netsuite: '1', ‸salesfource: x}}}", "unknown", "salesforce"),
    ("rating: {netsuite: a, salesforce: b, values: {Hot: '1'}, unknown: ‸default}", "needs a `default`", ""),
    ("name: {netsuite: a, salesforce: b, ‸skip_empty: true, default: {netsuite: x}}", "either skipped or", ""),
    ("name: {netsuite: a, salesforce: b, skip_empty: ‸yes}", "`yes` cannot stand here", "true or false"),
    ("name: {netsuite: a, salesforce: b, from_stage: ‸lead}", "do not come to be lead", "expected customer"),
    ("name: {netsuite: a, salesforce: b, from_stage: ‸customer}", "no line tells the stage", "called `stage`"),
    ("name: {netsuite: a, salesforce: b, variant: ‸retail}", "`retail` is not a variant", "a line called `variant`"),
    ("‸variant: {netsuite: a, salesforce: b}", "needs a table of the variants", "expected `values:`"),
    ("name: {netsuite: a, salesforce: b}\n  custom.x: {netsuite: ‸a, salesforce: c}", "`a` is written by", ""),
    ("parent: {netsuite: a, salesforce: b, as: ‸link}", "what it points to", "to: organization"),
    ("parent: {netsuite: ‸{const: 1}, salesforce: b, as: link, to: organization}", "a link is one field", "name of a"),
    ("name: {netsuite: a, salesforce: b\n  number‸: {netsuite: c, salesforce: d}", "expected ',' or '}'", ""),
    ("name: {netsuite: a, salesforce: b}\n  ‸name: {netsuite: c, salesforce: d}", "found duplicate key", ""),
    ("name: ‸*other", "aliases (`*name`) are not allowed", ""),
]  # fmt: skip

HEADERS = [
    ("scope: [{field: a, operator: ‸equals, value: 1}]", "`equals` is not a choice", ""),
    ("scope: [‸{field: a, operator: in, value: x}]", "`in` compares with a list", ""),
    ("scope: [‸{field: a, operator: is, value: [x]}]", "`is` compares with one value", ""),
    ("scope: [‸{field: a, operator: is}]", "`is` needs a `value`", ""),
    ("scope: [‸{field: a, operator: filled, value: 1}]", "`filled` compares with nothing", "expected no `value`"),
    ("scope: [{‸feild: a}]", "unknown key `feild`", "did you mean `field`?"),
    ("scope: ‸all", "`all` cannot stand here", "a list"),
    ("demands: {‸retail: [a]}", "`retail` is not a variant of this file", "a line called `variant`"),
    ("create: {a: ‸[1]}", "not one value", "text, a number"),
]


def assert_told(marked: str, what: str, expected: str) -> None:
    before, _, after = marked.partition("‸")
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    found = built(before + after)
    assert not isinstance(found, EntityMapping)
    told = [str(mistake) for mistake in found]
    here = [mistake for mistake in found if (mistake.line, mistake.column) == (line, column)]
    assert any(what in mistake.what and expected in mistake.expected for mistake in here), (line, column, told)
    for mistake in found:
        assert mistake.source == (before + after).splitlines()[mistake.line - 1]


@pytest.mark.parametrize(("line", "what", "expected"), LINES, ids=[line for line, *_ in LINES])
def test_a_mistake_in_a_line_is_named_where_it_stands(line: str, what: str, expected: str) -> None:
    assert_told(f"{HEAD}fields:\n  {line}\n", what, expected)


@pytest.mark.parametrize(("key", "what", "expected"), HEADERS, ids=[key for key, *_ in HEADERS])
def test_a_mistake_in_a_header_is_named_where_it_stands(key: str, what: str, expected: str) -> None:
    head = HEAD.replace("record: Account", f"record: Account, {key}")
    assert_told(f"{head}fields:\n  name: {{netsuite: a, salesforce: b}}\n", what, expected)


def test_a_form_that_demands_what_nothing_gives_is_named() -> None:
    head = HEAD.replace("record: customer", "record: customer, demands: {retail: [a, ‸custentity_shops]}")
    line = "variant: {netsuite: a, salesforce: b, values: {retail: {netsuite: '1', salesforce: '2'}}}"
    assert_told(f"{head}fields:\n  {line}\n", "demands `custentity_shops`, and nothing gives it", "map it")


def test_there_are_at_least_fifty() -> None:
    assert len(LINES) + len(HEADERS) >= 50

"""Expressions: closed, bounded, exact, and empty where something is missing."""

from __future__ import annotations

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from connector.core.mapping.codecs import Unfit
from connector.core.mapping.expressions import LONGEST, Misread, parse
from connector.core.mapping.functions import LONGEST_TEXT

RECORD: dict[str, Any] = {
    "isPerson": True,
    "email": None,
    "company": "Acme",
    "budget": Decimal("1000.10"),
    "employees": 950,
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("budget * 3", Decimal("3000.30")),
        ("budget + 0.1", Decimal("1000.20")),
        ("employees / 4 - 1", Decimal("236.5")),
        ("-employees", -950),
        ("company + ' ' + email", "Acme "),
        ("company + 1", "Acme1"),
        ("email + 1", None),
        ("budget > 1000 and not ISBLANK(company)", True),
        ("email > 1", False),
        ("email == ''", True),
        ("email != 'x'", True),
        ("isPerson == 1", False),
        ("employees == 950.0", True),
        ("missing", None),
        ("IF(ISBLANK(email), 'none', LOWER(email))", "none"),
        ("CASE(company, 'Acme', 'ours', 'theirs')", "ours"),
    ],
)
def test_a_value_is_exact_and_empty_where_something_is_missing(text: str, wanted: object) -> None:
    assert parse(text).value(RECORD) == wanted


def test_the_fields_that_it_names_are_known_beforehand() -> None:
    assert parse("IF(ISBLANK(b), a, true) + a").names == ("b", "a")


def test_only_the_branch_that_counts_is_looked_at() -> None:
    assert parse("IF(ISBLANK(email), 0, 1 / 0)").value(RECORD) == 0
    assert parse("OR(isPerson, 1 / 0 > 1)").holds(RECORD)


@pytest.mark.parametrize(
    "text",
    [
        "a.b", "a[0]", "(1).__class__", "lambda: 1", "[1]", "{1: 2}", "{1}", "[x for x in y]", "f'{a}'",
        "a if b else c", "a := 1", "True", "*a", "a ** 9", "a // 2", "a % 2", "a << 9", "~a", "1 in a", "a is null",
        "IF", "IF(1, 2)", "IF(*a)",
        "LEFT(text=1)", "eval('1')", "a()()", "a.b()", "__import__('os')", "None", "b'x'", "1j", "1e999", "...", "a; b",
        "import os", "", " ", "a\x00", "(" * 300, "-" * 90 + "1", "a" * (LONGEST + 1), "+".join("a" * 120), "yield 1",
        "await a", "'unclosed", "a\nb",
    ],
)  # fmt: skip
def test_what_is_not_of_the_language_is_refused_when_the_file_is_read(text: str) -> None:
    with pytest.raises(Misread):
        parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / 0", "division by zero"),
        ("company * 2", "'Acme' is not a number"),
        ("company < 1", "'Acme' is not a number"),
        ("huge * huge", "the number is too big"),
        ("VALUE(company)", "'Acme' is not a number"),
        ("SUBSTITUTE(s, '', 'x') + s + s + s + s", "characters"),
        ("SUBSTITUTE(s, 'a', s)", "characters"),
    ],
)
def test_what_cannot_be_computed_is_held_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        parse(text).value({**RECORD, "s": "a" * 10_000, "huge": Decimal("1E+900")})


def test_a_text_never_grows_beyond_what_a_field_holds() -> None:
    assert len(str(parse("s + s").value({"s": "a" * (LONGEST_TEXT // 2)}))) == LONGEST_TEXT


def test_nothing_that_chance_writes_is_anything_but_read_or_refused() -> None:
    chance = random.Random(4)
    pieces = ["a", "1", "2.5", "'x'", "(", ")", ",", "+", "-", "*", "/", "<", "==", "and", "or", "not", "IF(", "LEFT(",
              ".", "[", "]", "true", "null", "ROUND(", "**", " ", "\n", "é", "MID("]  # fmt: skip
    for _ in range(3000):
        text = " ".join(chance.choice(pieces) for _ in range(chance.randint(1, 14)))
        try:
            parse(text).value({"a": chance.choice([None, "x", 3, Decimal("1E+400"), True, {"id": "1"}])})
        except (Misread, Unfit):
            continue


def test_expressions_in_several_threads_do_not_see_each_others_records() -> None:
    expression = parse("IF(a > 0, a + a, b)")
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda n: expression.value({"a": n, "b": n}), range(1, 2000)))
    finally:
        sys.setswitchinterval(before)
    assert found == [2 * n for n in range(1, 2000)]

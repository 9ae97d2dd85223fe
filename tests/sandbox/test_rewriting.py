"""Every kind of automation: what it makes of a value, and that it leaves alone what it has made."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.rewriting import KINDS

CASES: tuple[tuple[str, Any, Any, Any], ...] = (
    ("upper", None, "Chair", "CHAIR"),
    ("lower", None, "Chair", "chair"),
    ("title", None, "head of sales", "Head Of Sales"),
    ("trim", None, "  head   of sales ", "head of sales"),
    ("truncate", 4, "head of sales", "head"),
    ("prefix", "A-", "17", "A-17"),
    ("suffix", ".", "done", "done."),
    ("strip_scheme", None, "https://acme.example", "acme.example"),
    ("strip_accents", None, "Müller-Núñez", "Muller-Nunez"),
    ("phone_format", None, "+1 415.555.0100", "(415) 555-0100"),
    ("phone_format", None, "+44 20 7946 0958", "+44 20 7946 0958"),
    ("phone_e164", None, "(415) 555-0100", "+14155550100"),
    ("first_of_month", None, "2026-03-17", "2026-03-01"),
    ("round", -2, 149.5, 100.0),
    ("at_least", 10, 3, 10),
    ("replace", {"USA": "United States"}, "USA", "United States"),
    ("replace", {"USA": "United States"}, "France", "France"),
    ("set_default", "Cold", None, "Cold"),
    ("set_default", "Cold", "Hot", "Hot"),
    ("set_always", None, "Hot", None),
)


@pytest.mark.parametrize(("kind", "argument", "before", "after"), CASES)
def test_a_kind_rewrites_once_and_no_more(kind: str, argument: Any, before: Any, after: Any) -> None:
    assert KINDS[kind](before, argument) == after
    assert KINDS[kind](after, argument) == after


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"set_default", "set_always"}))
def test_a_kind_leaves_an_empty_field_empty(kind: str) -> None:
    assert KINDS[kind](None, {} if kind == "replace" else "1") is None


def test_every_kind_has_a_case() -> None:
    assert {kind for kind, *_ in CASES} == KINDS.keys()

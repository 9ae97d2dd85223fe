"""The ledger is true: every behaviour it names has a test that exists, under an id of its own."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from connector.sandbox.fidelity import EVIDENCE, Behaviour, as_data, as_lines, counts, ledger

ROOT = Path(__file__).parents[2]


@cache
def names_in(path: str) -> frozenset[str]:
    """The test names in a file: `test_x`, and `Class::test_x` for methods."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(_named(tree.body, ""))


def _named(body: list[ast.stmt], prefix: str) -> list[str]:
    names: list[str] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.append(prefix + node.name)
        if isinstance(node, ast.ClassDef):
            names += _named(node.body, f"{prefix}{node.name}::")
    return names


def exists(behaviour: Behaviour) -> bool:
    path, _, name = behaviour.test.partition("::")
    return (ROOT / path).is_file() and name.split("[")[0] in names_in(path)


def test_every_behaviour_has_a_test_that_exists() -> None:
    assert [(b.id, b.test) for b in ledger() if not exists(b)] == []


def test_a_behaviour_without_a_test_would_be_found() -> None:
    here = "tests/sandbox/test_fidelity.py::"
    assert exists(Behaviour("a", "a", "assumed", "a", here + "test_a_behaviour_without_a_test_would_be_found"))
    assert not exists(Behaviour("a", "a", "assumed", "a", here + "test_nothing"))
    assert not exists(Behaviour("a", "a", "assumed", "a", "tests/sandbox/test_none.py::test_nothing"))


def test_every_id_is_used_once() -> None:
    assert [id for id, number in Counter(b.id for b in ledger()).items() if number > 1] == []


def test_every_behaviour_says_what_and_on_which_evidence() -> None:
    assert [b.id for b in ledger() if not (b.what and b.source and b.evidence in EVIDENCE)] == []


@pytest.mark.parametrize("vendor", ["front", "netsuite", "salesforce"])
def test_every_part_keeps_a_ledger(vendor: str) -> None:
    assert any(vendor in b.test for b in ledger())


def test_the_ledger_prints_every_behaviour_and_counts_the_assumed_ones() -> None:
    some = (
        Behaviour("a.one", "does one", "recorded", "a page", "t"),
        Behaviour("b", "does two", "assumed", "nobody", "t"),
    )
    assert counts(some) == {"documented": 0, "recorded": 1, "assumed": 1}
    assert as_lines(some) == [
        "a.one  recorded    does one  [a page]",
        "b      assumed     does two  [nobody]",
        "2 behaviours: 0 documented, 1 recorded, 1 assumed",
    ]
    assert as_data(some)["counts"]["assumed"] == 1
    assert as_data(some)["behaviours"][0] == {
        "id": "a.one",
        "what": "does one",
        "evidence": "recorded",
        "source": "a page",
        "test": "t",
    }

"""The list of planted bugs: all of them can be planted, and every invariant has one. `python -m tests.mutants` plants
them and sees that they are noticed."""

from __future__ import annotations

import pytest

from tests.mutants.catalogue import MUTANTS
from tests.mutants.planting import PROJECT, Mutant

INVARIANTS = {f"I{number}" for number in range(1, 29)}


def test_every_invariant_has_a_planted_bug() -> None:
    assert {mutant.breaks for mutant in MUTANTS} == INVARIANTS
    assert len(MUTANTS) >= 40


def test_no_two_planted_bugs_have_one_name() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_bug_can_be_planted(mutant: Mutant) -> None:
    source = (PROJECT / mutant.path).read_text(encoding="utf-8")
    assert mutant.planted(source) != source

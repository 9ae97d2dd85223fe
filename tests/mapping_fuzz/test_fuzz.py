"""No damaged mapping file ends in a traceback. The long run is `python -m tests.mapping_fuzz --files 10000`."""

from __future__ import annotations

from tests.mapping_fuzz.fuzz import damaged, findings, judge, mistakes_of


def test_a_few_hundred_damaged_files_are_understood_or_refused() -> None:
    assert [(one.seed, one.problem) for one in findings(iter(range(300)))] == []


def test_most_damage_is_noticed() -> None:
    """Else the fuzz would only be reading good files."""
    assert sum(bool(mistakes_of(damaged(seed))) for seed in range(60)) > 30


def test_the_same_seed_makes_the_same_file() -> None:
    assert damaged(7) == damaged(7) != damaged(8)


def test_a_file_beyond_reason_is_refused_in_time() -> None:
    for text in ("[" * 100_000, "a: " * 50_000, "{a: " * 50_000, "- " * 100_000, "&a [" * 1000):
        assert judge(text) == ""

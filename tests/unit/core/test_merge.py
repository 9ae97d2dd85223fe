"""What a merge says besides who wins (`test_merge_laws.py` proves that): values, reasons, times, what loses."""

from __future__ import annotations

from connector.core.flow import Pair
from connector.core.merge import merge, overlay
from tests.unit.core.builders import EARLY, LATE, SALESFORCE, base, observed, one_field, sides


def test_a_change_carries_the_old_and_the_new_value_and_a_conflict_both() -> None:
    (change,) = merge(one_field(), observed(sides("new", "old")), base("old", "old")).changes
    assert (change.system, change.old, change.value) == (SALESFORCE, "old", "new")
    assert "NetSuite" in change.reason
    (conflict,) = merge(one_field(), observed(sides("a", "b"), Pair(EARLY, LATE)), base("o", None)).conflicts
    assert (conflict.values, conflict.base) == (Pair("a", "b"), Pair("o", None))
    assert conflict.modified_at == Pair(EARLY, LATE)


def test_equal_stamps_do_not_tell_which_is_newer() -> None:
    found = merge(one_field(owner="newest"), observed(sides("a", "b"), Pair(LATE, LATE)), base("o", "o"))
    assert len(found.conflicts) == 1


def test_automation_that_rewrote_our_value_reads_as_no_change() -> None:
    found = merge(one_field(), observed(sides("Jo", "JO")), base("Jo", "JO"))
    assert (found.changes, found.conflicts) == ((), ())
    assert found.agreed == sides("Jo", "JO")


def test_without_a_base_nothing_was_agreed() -> None:
    (conflict,) = merge(one_field(), observed(sides("a", "b")), None).conflicts
    assert conflict.base == Pair(None, None)


def test_overlay_keeps_what_is_not_agreed_anew() -> None:
    assert overlay({"a": 1, "b": 2}, {"b": None}) == {"a": 1, "b": None}


def test_the_only_edit_overrules_nobody_and_an_owner_overrules_an_edit() -> None:
    (crossing,) = merge(one_field(), observed(sides("new", "old")), base("old", "old")).changes
    (restored,) = merge(one_field(owner="netsuite"), observed(sides("old", "typed")), base("old", "old")).changes
    assert (crossing.loses, restored.loses) == (False, True)
    assert restored.reason == "edit in Salesforce ignored: not owner"

"""The merge against an oracle of its own, over every small case, and its laws over drawn ones."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.flow import Base, Pair
from connector.core.merge import merge, overlay
from connector.core.schema import ABSENT, Gap, SystemName, Value
from tests.unit.core.builders import EARLY, LATE, SALESFORCE, base, observed, one_field, sides

VALUES: list[Any] = [ABSENT, None, "x", "y", "z"]
POLICIES = [
    *({"owner": owner, "direction": "both"} for owner in ("netsuite", "salesforce", "newest", "both")),
    *({"owner": "both", "direction": way} for way in ("to_netsuite", "to_salesforce")),
    {"owner": "both", "direction": "both", "create_only": True},
]
STAMPS = {"no stamps": Pair(None, None), "NetSuite newer": Pair(LATE, EARLY), "Salesforce newer": Pair(EARLY, LATE)}


def oracle(policy: dict[str, Any], before: tuple[Any, Any], n: Any, s: Any, newer: str | None) -> str:
    """What should happen: `to_netsuite` or `to_salesforce` (that side takes the other's value), `conflict`,
    `agree`, or `unseen`. Written from the rules in words, not from the code."""
    if ABSENT in (n, s):
        return "unseen"
    if n == s or policy.get("create_only"):
        return "agree"
    met = ABSENT not in before
    edited_n, edited_s = n != before[0], s != before[1]
    if policy["direction"] != "both":
        gives, edited = (n, edited_n) if policy["direction"] == "to_salesforce" else (s, edited_s)
        crosses = edited if met else gives is not None
        return policy["direction"] if crosses else "agree"
    if met and not edited_n and not edited_s:
        return "agree"
    if policy["owner"] in ("netsuite", "salesforce"):
        owned = {"netsuite": n, "salesforce": s}[policy["owner"]]
        other = {"netsuite": "salesforce", "salesforce": "netsuite"}[policy["owner"]]
        return f"to_{policy['owner']}" if not met and owned is None else f"to_{other}"
    if not met and None in (n, s):
        return "to_netsuite" if n is None else "to_salesforce"
    if met and edited_n != edited_s:
        return "to_salesforce" if edited_n else "to_netsuite"
    return "conflict" if policy["owner"] == "both" or newer is None else newer


@pytest.mark.parametrize("stamps", STAMPS)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: "-".join(str(word) for word in policy.values()))
def test_every_small_case_is_as_the_rules_say(policy: dict[str, Any], stamps: str) -> None:
    mapping = one_field(**policy)
    newer = {"NetSuite newer": "to_salesforce", "Salesforce newer": "to_netsuite"}.get(stamps)
    for b_n, b_s, n, s in product(VALUES, repeat=4):
        found = merge(mapping, observed(sides(n, s), STAMPS[stamps]), base(b_n, b_s))
        assert verdict(found) == oracle(policy, (b_n, b_s), n, s, newer), (b_n, b_s, n, s)


def verdict(found: Any) -> str:
    """One field's verdict, and that it is only one: changed, held or agreed."""
    agreed = "job_title" in found.agreed.netsuite
    assert agreed == ("job_title" in found.agreed.salesforce)
    assert len(found.changes) + len(found.conflicts) + agreed <= 1
    if found.changes:
        return f"to_{found.changes[0].system}"
    return "conflict" if found.conflicts else "agree" if agreed else "unseen"


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
    assert verdict(merge(one_field(), observed(sides("a", "b")), None)) == "conflict"


def test_overlay_keeps_what_is_not_agreed_anew() -> None:
    assert overlay({"a": 1, "b": 2}, {"b": None}) == {"a": 1, "b": None}


# --- laws ------------------------------------------------------------------------------------------------

some_value = st.one_of(st.just(ABSENT), st.none(), st.text(min_size=1, max_size=5))
policies = st.sampled_from(POLICIES)


@given(policies, some_value, some_value, some_value, some_value)
def test_carrying_out_a_merge_leaves_nothing_to_do(policy: dict[str, Any], b_n: Any, b_s: Any, n: Any, s: Any) -> None:
    mapping, stamps = one_field(**policy), Pair(EARLY, LATE)
    first = merge(mapping, observed(sides(n, s), stamps), base(b_n, b_s))
    values = {"netsuite": n, "salesforce": s}
    for change in first.changes:
        values[change.system] = change.value
    written = {change.field: change.value for change in first.changes}
    agreed = Base(
        Pair(
            overlay(overlay(base(b_n, b_s).values.netsuite, first.agreed.netsuite), written),
            overlay(overlay(base(b_n, b_s).values.salesforce, first.agreed.salesforce), written),
        )
    )
    second = merge(mapping, observed(sides(values["netsuite"], values["salesforce"]), stamps), agreed)
    assert second.changes == ()
    assert second.conflicts == first.conflicts


@given(policies, some_value, some_value, some_value, some_value)
def test_the_same_in_gives_the_same_out(policy: dict[str, Any], b_n: Any, b_s: Any, n: Any, s: Any) -> None:
    mapping, now, before = one_field(**policy), observed(sides(n, s)), base(b_n, b_s)
    assert merge(mapping, now, before) == merge(mapping, now, before)


@given(st.sampled_from(["both", "newest"]), some_value, some_value, some_value, some_value)
def test_swapping_the_sides_swaps_the_result(owner: str, b_n: Any, b_s: Any, n: Any, s: Any) -> None:
    mapping = one_field(owner=owner)
    one = merge(mapping, observed(sides(n, s), Pair(EARLY, LATE)), base(b_n, b_s))
    other = merge(mapping, observed(sides(s, n), Pair(LATE, EARLY)), base(b_s, b_n))
    assert [(c.system, c.value) for c in one.changes] == [(c.system.other, c.value) for c in other.changes]
    assert [c.values for c in one.conflicts] == [Pair(c.values.salesforce, c.values.netsuite) for c in other.conflicts]


@given(some_value, some_value, some_value, some_value)
def test_no_value_is_ever_invented(b_n: Value | Gap, b_s: Value | Gap, n: Value | Gap, s: Value | Gap) -> None:
    found = merge(one_field(), observed(sides(n, s)), base(b_n, b_s))
    assert all(change.value in (n, s) and change.old in (n, s) for change in found.changes)
    assert all(change.system in SystemName for change in found.changes)

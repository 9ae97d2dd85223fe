"""The planner's proof: every small case against an oracle of its own, and laws over drawn ones.

The oracle is a table of the rules as an admin would tell them; it knows nothing of `merge.py`. Two fields at once show
that no field looks at another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.core.flow import Base, FieldChange, Hold, Linked, Merged, Observed, Pair, Plan, Settle, Update
from connector.core.mapping.translate import EntityMapping
from connector.core.matching.pair import Neighbourhood
from connector.core.merge import merge, overlay
from connector.core.plan import make_plan
from connector.core.scene import Account, Scene
from connector.core.schema import ABSENT, Entity, SystemName
from tests.unit.core.builders import EARLY, LATE, MAPPINGS, observed

FIRST, SECOND = "job_title", "fax"
STATES: tuple[Any, ...] = (ABSENT, None, "x", "y", "z")
Word = Literal["unseen", "leave", "to_netsuite", "to_salesforce", "hold"]


class Rule(NamedTuple):
    """A line of a mapping file, as far as it decides."""

    owner: str = "both"
    direction: str = "both"
    create_only: bool = False


RULES = tuple(
    Rule(owner, direction, create_only)
    for owner, direction, create_only in product(
        ("netsuite", "salesforce", "newest", "both"), ("both", "to_netsuite", "to_salesforce"), (False, True)
    )
)
STAMPS: dict[str, Pair[Any]] = {
    "nobody knows when": Pair(None, None),
    "NetSuite changed last": Pair(LATE, EARLY),
    "Salesforce changed last": Pair(EARLY, LATE),
    "both at once": Pair(LATE, LATE),
}
TAKES_THE_OTHER = {"netsuite": "to_salesforce", "salesforce": "to_netsuite"}
"""Whose value holds -> which way it goes."""


class Case(NamedTuple):
    """One field: what each side held when they last agreed, and what it holds now."""

    base_netsuite: Any
    base_salesforce: Any
    netsuite: Any
    salesforce: Any


CASES = tuple(Case(*case) for case in product(STATES, repeat=4))


def oracle(rule: Rule, case: Case, stamps: str) -> Word:
    """What the rules say, first line that fits."""
    met = ABSENT not in (case.base_netsuite, case.base_salesforce)
    edited = {
        name for name in ("netsuite", "salesforce") if not met or getattr(case, name) != getattr(case, f"base_{name}")
    }
    empty = [name for name in ("netsuite", "salesforce") if getattr(case, name) is None]
    if ABSENT in (case.netsuite, case.salesforce):
        return "unseen"  # what we may not see is left alone
    if case.netsuite == case.salesforce:
        return "leave"  # nothing to do
    if rule.create_only:
        return "leave"  # only new records are given it
    if rule.direction != "both":
        return one_way(rule, case, met, edited)
    if met and not edited:
        return "leave"  # they agreed to differ
    if rule.owner in TAKES_THE_OTHER:
        fill = not met and rule.owner in empty  # an owner that is empty at the first meeting is filled
        other = "salesforce" if rule.owner == "netsuite" else "netsuite"
        return TAKES_THE_OTHER[other if fill else rule.owner]  # type: ignore[return-value]
    if not met and empty:
        return "to_netsuite" if empty == ["netsuite"] else "to_salesforce"  # what is empty is filled
    if len(edited) == 1:
        return TAKES_THE_OTHER[edited.pop()]  # type: ignore[return-value]  # the only edit crosses
    if rule.owner == "newest" and stamps == "NetSuite changed last":
        return "to_salesforce"
    if rule.owner == "newest" and stamps == "Salesforce changed last":
        return "to_netsuite"
    return "hold"


def one_way(rule: Rule, case: Case, met: bool, edited: set[str]) -> Word:
    """Only the giving side's edits cross; at the first meeting, only what there is to give."""
    giver = "netsuite" if rule.direction == "to_salesforce" else "salesforce"
    gives = giver in edited if met else getattr(case, giver) is not None
    return rule.direction if gives else "leave"  # type: ignore[return-value]


# --- merge against the oracle ----------------------------------------------------------------------------


def mapping_of(**rules: Rule) -> EntityMapping:
    """The shipped lead mapping cut down to text fields under other rules."""
    full = MAPPINGS.of(Entity.LEAD)
    lines = {name: replace(full.fields[name], **rule._asdict()) for name, rule in rules.items()}
    return EntityMapping(full.entity, lines, full.sides)


def seen(cases: dict[str, Case], stamps: str = "nobody knows when") -> Observed:
    now = Pair(
        {name: case.netsuite for name, case in cases.items() if case.netsuite is not ABSENT},
        {name: case.salesforce for name, case in cases.items() if case.salesforce is not ABSENT},
    )
    return observed(now, STAMPS[stamps])


def base_of(cases: dict[str, Case]) -> Base:
    return Base(
        Pair(
            {name: case.base_netsuite for name, case in cases.items() if case.base_netsuite is not ABSENT},
            {name: case.base_salesforce for name, case in cases.items() if case.base_salesforce is not ABSENT},
        )
    )


def words(merged: Merged, name: str) -> list[Word]:
    """Everything that a merge says of a field: always exactly one word."""
    found: list[Word] = [f"to_{one.system}" for one in merged.changes if one.field == name]  # type: ignore[misc]
    found += ["hold" for one in merged.conflicts if one.field == name]
    found += ["leave"] if name in merged.agreed.netsuite and name in merged.agreed.salesforce else []
    return found or ["unseen"]


def expected(rule: Rule, case: Case, stamps: str, mapping: EntityMapping, name: str) -> Word:
    word = oracle(rule, case, stamps)
    blocked = word.startswith("to_") and not mapping.fields[name].flows_to(SystemName(word.removeprefix("to_")))
    return "leave" if blocked else word


@pytest.mark.parametrize("stamps", STAMPS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(str(part) for part in rule))
def test_every_case_of_every_rule_is_as_the_oracle_says(rule: Rule, stamps: str) -> None:
    mapping = mapping_of(job_title=rule)
    for case in CASES:
        merged = merge(mapping, seen({FIRST: case}, stamps), base_of({FIRST: case}))
        assert words(merged, FIRST) == [expected(rule, case, stamps, mapping, FIRST)], case


SMALL = tuple(Case(*case) for case in product((ABSENT, None, "x", "y"), repeat=4))


def test_no_field_looks_at_another() -> None:
    """Every case of one field beside every case of another under another rule."""
    rule, other = Rule(), Rule("salesforce")
    mapping = mapping_of(job_title=rule, fax=other)
    wanted = {case: [oracle(rule, case, "nobody knows when")] for case in SMALL}
    beside = {case: [oracle(other, case, "nobody knows when")] for case in SMALL}
    for one, two in product(SMALL, SMALL):
        both = {FIRST: one, SECOND: two}
        merged = merge(mapping, seen(both), base_of(both))
        assert (words(merged, FIRST), words(merged, SECOND)) == (wanted[one], beside[two]), both


# --- laws over drawn cases -------------------------------------------------------------------------------

values = st.one_of(st.just(ABSENT), st.none(), st.sampled_from("xyz"), st.text(min_size=1, max_size=6))
cases = st.builds(Case, values, values, values, values)
rules = st.sampled_from(RULES)
stamps_drawn = st.sampled_from(sorted(STAMPS))


@given(rules, rules, cases, cases, stamps_drawn)
def test_same_in_same_out(rule: Rule, other: Rule, case: Case, beside: Case, stamps: str) -> None:
    both = {FIRST: case, SECOND: beside}
    once, again = (merge(mapping_of(job_title=rule, fax=other), seen(both, stamps), base_of(both)) for _ in range(2))
    assert once == again


@given(rules, cases, stamps_drawn)
def test_merging_what_was_merged_changes_nothing(rule: Rule, case: Case, stamps: str) -> None:
    """Remembering what a merge says is agreed, without writing anything, does not change its mind."""
    mapping, now = mapping_of(job_title=rule), seen({FIRST: case}, stamps)
    first = merge(mapping, now, base_of({FIRST: case}))
    second = merge(mapping, now, settled(base_of({FIRST: case}), first))
    assert [(one.system, one.value) for one in second.changes] == [(one.system, one.value) for one in first.changes]
    assert [one.values for one in second.conflicts] == [one.values for one in first.conflicts]


def settled(base: Base, merged: Merged) -> Base:
    return Base(
        Pair(
            overlay(base.values.netsuite, merged.agreed.netsuite),
            overlay(base.values.salesforce, merged.agreed.salesforce),
        )
    )


@given(rules, cases, stamps_drawn)
def test_swapping_the_systems_swaps_the_result(rule: Rule, case: Case, stamps: str) -> None:
    one = merge(mapping_of(job_title=rule), seen({FIRST: case}, stamps), base_of({FIRST: case}))
    turned = swapped_case(case)
    other = merge(
        mapping_of(job_title=swapped_rule(rule)),
        seen({FIRST: turned}, SWAPPED_STAMPS[stamps]),
        base_of({FIRST: turned}),
    )
    assert sorted(map(told, one.changes)) == sorted(told(swapped_change(change)) for change in other.changes)
    assert [swap(one.values) for one in one.conflicts] == [one.values for one in other.conflicts]
    assert swap(one.agreed) == other.agreed


SWAPPED = {
    "netsuite": "salesforce",
    "salesforce": "netsuite",
    "to_netsuite": "to_salesforce",
    "to_salesforce": "to_netsuite",
}
SWAPPED_STAMPS = {
    **{name: name for name in STAMPS},
    "NetSuite changed last": "Salesforce changed last",
    "Salesforce changed last": "NetSuite changed last",
}


def swapped_rule(rule: Rule) -> Rule:
    return rule._replace(
        owner=SWAPPED.get(rule.owner, rule.owner), direction=SWAPPED.get(rule.direction, rule.direction)
    )


def swapped_case(case: Case) -> Case:
    return Case(case.base_salesforce, case.base_netsuite, case.salesforce, case.netsuite)


def swapped_change(change: FieldChange) -> FieldChange:
    return replace(change, system=change.system.other)


def swap(pair: Pair[Any]) -> Pair[Any]:
    return Pair(pair.salesforce, pair.netsuite)


def told(change: FieldChange) -> tuple[str, str, str, bool]:
    return str(change.system), repr(change.old), repr(change.value), change.loses


@given(rules, cases, stamps_drawn)
@example(Rule(owner="netsuite"), Case(None, None, "x", " "), "NetSuite changed last")
def test_only_what_somebody_typed_is_said_to_lose(rule: Rule, case: Case, stamps: str) -> None:
    mapping = mapping_of(job_title=rule)
    for change in merge(mapping, seen({FIRST: case}, stamps), base_of({FIRST: case})).changes:
        met = ABSENT not in (case.base_netsuite, case.base_salesforce)
        before = getattr(case, f"base_{change.system}") if met else None
        assert change.loses != mapping.same(FIRST, change.old, before)


@given(rules, cases, stamps_drawn)
def test_what_one_side_shows_alone_is_remembered_of_that_side_unless_it_was_agreed_on_once(
    rule: Rule, case: Case, stamps: str
) -> None:
    agreed = merge(mapping_of(job_title=rule), seen({FIRST: case}, stamps), base_of({FIRST: case})).agreed
    for system in SystemName:
        shown, hidden = getattr(case, str(system)), getattr(case, str(system.other))
        if hidden is ABSENT:
            alone = shown is not ABSENT and getattr(case, f"base_{system.other}") is ABSENT
            assert (agreed.of(system), agreed.of(system.other)) == ({FIRST: shown} if alone else {}, {})


def test_what_stands_in_for_a_record_out_of_sight_is_not_taken_for_news() -> None:
    """A base that one side has alone: that it shows the field still says nothing of what the other one shows by now."""
    alone = seen({FIRST: Case(ABSENT, "x", ABSENT, "x")})
    half = replace(alone, records=alone.records.replace(SystemName.NETSUITE, None), seen=Pair(False, True))
    assert merge(mapping_of(job_title=Rule()), half, None).agreed == Pair({}, {})


# --- planning after applying -----------------------------------------------------------------------------


class NoLinks:
    """No field of these cases points at another record."""

    def link_of(self, ref: Any) -> int | None:
        return None

    def ref_of(self, link_id: int, system: SystemName) -> None:
        return None


def planned(rules: dict[str, Rule], one: Observed, base: Base) -> Plan:
    mappings = replace(MAPPINGS, entities={**MAPPINGS.entities, Entity.LEAD: mapping_of(**rules)})
    scene = Scene(NoLinks(), Neighbourhood({}, {}), linked=(Linked(one, base),))  # type: ignore[arg-type]
    return make_plan(scene, mappings, Account(Pair({}, {})))


def applied(plan: Plan, one: Observed, base: Base) -> tuple[Observed, Base]:
    """What both systems hold, and what we remember, after a plan was carried out to the letter."""
    now: dict[SystemName, dict[str, Any]] = {system: dict(held) for system, held in one.values}
    kept: dict[SystemName, dict[str, Any]] = {system: dict(held) for system, held in base.values}
    for settle in plan.of(Settle):
        for system, agreed in settle.agreed:
            kept[system].update(agreed)
    for update in plan.of(Update):
        now[update.ref.system].update(update.values)
        for system in SystemName:
            kept[system].update(update.values)
    after = Pair(now[SystemName.NETSUITE], now[SystemName.SALESFORCE])
    return replace(one, values=after), Base(Pair(kept[SystemName.NETSUITE], kept[SystemName.SALESFORCE]))


@given(rules, rules, cases, cases, stamps_drawn)
def test_planning_after_applying_gives_nothing(rule: Rule, other: Rule, case: Case, beside: Case, stamps: str) -> None:
    both = {FIRST: case, SECOND: beside}
    lines = {FIRST: rule, SECOND: other}
    first = planned(lines, seen(both, stamps), base_of(both))
    now, kept = applied(first, seen(both, stamps), base_of(both))
    second = planned(lines, now, kept)
    assert (second.of(Update), second.of(Settle)) == ((), ())
    assert list(held(second)) == list(held(first))


def held(plan: Plan) -> Iterator[tuple[Any, ...]]:
    yield from ((one.kind, one.field, one.values) for one in plan.of(Hold))

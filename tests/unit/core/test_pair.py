"""Who is whom: one to one, in any order, keys before likeness, doubt to a person."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from connector.core.flow import Ambiguous, Link, NewOn, Pair, Ref
from connector.core.matching.keys import key_of
from connector.core.matching.pair import Neighbourhood, Newcomer, Pairing, pair
from connector.core.schema import Entity
from tests.unit.core.builders import netsuite, newcomer, salesforce

ANN = {"first_name": "Ann", "last_name": "Akin", "email": "ann@a.example"}


def around(newcomers: Iterable[Newcomer], *linked: Newcomer) -> Neighbourhood:
    carriers: dict[tuple[object, Entity, str], tuple[Ref, ...]] = {}
    for one in [*newcomers, *linked]:
        for key in one.likeness.carries:
            where = (one.ref.system, one.entity, key)
            carriers[where] = (*carriers.get(where, ()), one.ref)
    links = {one.ref: Link(9, one.entity, Pair(netsuite("customer", 99), one.ref)) for one in linked}
    return Neighbourhood(carriers, links)  # type: ignore[arg-type]


def paired(*newcomers: Newcomer, linked: tuple[Newcomer, ...] = ()) -> Pairing:
    return pair(newcomers, around(newcomers, *linked))


def matches(found: Pairing) -> list[tuple[str, str]]:
    return sorted((match.refs.netsuite.id, match.refs.salesforce.id[-4:-3]) for match in found.matches)


def ours(number: int, entity: Entity = Entity.LEAD, key: str | None = None, **values: str) -> Newcomer:
    type_ = {"lead": "Lead", "organization": "Account", "person": "Contact"}[entity]
    return newcomer(salesforce(type_, number), entity, key, **(values or ANN))


def theirs(number: int, entity: Entity = Entity.LEAD, key: str | None = None, **values: str) -> Newcomer:
    type_ = "contact" if entity is Entity.PERSON else "customer"
    return newcomer(netsuite(type_, number), entity, key, **(values or ANN))


def test_two_that_look_alike_are_one() -> None:
    assert matches(paired(theirs(1), ours(1))) == [("1", "1")]


def test_one_of_two_that_look_alike_is_ambiguous_from_every_side() -> None:
    found = paired(theirs(1), ours(1), ours(2))
    assert found.matches == []
    assert [type(verdict) for verdict in found.verdicts] == [Ambiguous] * 3


def test_a_key_beats_likeness() -> None:
    named = ours(2, first_name="Quite", last_name="Other")
    found = paired(theirs(1, key=key_of(salesforce("Lead", 2))), ours(1), named)
    assert matches(found) == [("1", "2")]
    assert [type(verdict) for verdict in found.verdicts] == [NewOn]


def test_of_two_records_with_one_key_the_one_that_is_named_back_wins() -> None:
    """A clone copies our key: the original is the one that the other side names."""
    key = key_of(salesforce("Lead", 1))
    found = paired(theirs(1, key=key), theirs(2, key=key), ours(1, key=key_of(netsuite("customer", 2))))
    assert matches(found) == [("2", "1")]


def test_a_key_to_a_record_that_names_another_is_not_believed() -> None:
    stranger = key_of(netsuite("customer", 7))
    found = paired(theirs(1, key=key_of(salesforce("Lead", 1)), last_name="A"), ours(1, key=stranger, last_name="B"))
    assert found.matches == []


def test_keys_do_not_join_records_of_different_kinds() -> None:
    found = paired(theirs(1, Entity.ORGANIZATION, key_of(salesforce("Lead", 1)), name="A"), ours(1, last_name="B"))
    assert found.matches == []


def test_another_tools_key_says_nothing() -> None:
    assert matches(paired(theirs(1, key="acme-77"), ours(1, key="sf-1-2"))) == [("1", "1")]


def test_a_double_of_a_linked_organization_is_held_and_the_linked_one_stands_in() -> None:
    linked = ours(5, Entity.ORGANIZATION, name="Ray Ltd")
    found = paired(theirs(1, Entity.ORGANIZATION, name="Ray, Limited"), linked=(linked,))
    assert found.stand_ins == {netsuite("customer", 1): linked.ref}
    assert [type(verdict) for verdict in found.verdicts] == [Ambiguous]


def test_an_organization_that_this_very_pass_links_by_key_stands_in_for_its_double() -> None:
    """As after the loss of our state, when nobody has a link: the double must not be taken for new."""
    account = ours(5, Entity.ORGANIZATION, key_of(netsuite("customer", 9)), name="Ray Ltd")
    customer = theirs(9, Entity.ORGANIZATION, key_of(account.ref), name="Ray Ltd")
    found = paired(account, customer, theirs(1, Entity.ORGANIZATION, name="Ray, Limited"))
    assert matches(found) == [("9", "5")]
    assert found.stand_ins == {netsuite("customer", 1): account.ref}
    assert [type(verdict) for verdict in found.verdicts] == [Ambiguous]


def test_of_two_linked_lookalikes_none_stands_in() -> None:
    linked = (ours(5, Entity.ORGANIZATION, name="Ray Ltd"), ours(6, Entity.ORGANIZATION, name="Ray Inc"))
    found = paired(theirs(1, Entity.ORGANIZATION, name="Ray"), linked=linked)
    assert found.stand_ins == {}
    assert [type(verdict) for verdict in found.verdicts] == [Ambiguous]


def test_a_linked_person_who_looks_alike_does_not_stop_a_new_one() -> None:
    found = paired(theirs(1, Entity.PERSON), linked=(ours(5, Entity.PERSON),))
    assert [type(verdict) for verdict in found.verdicts] == [NewOn]


def test_records_of_one_side_are_never_matched_with_each_other() -> None:
    assert paired(theirs(1), theirs(2)).matches == []


names = st.sampled_from(["Akin", "Ray", "Moss"])
crowd = st.tuples(st.lists(names, max_size=4), st.lists(names, max_size=4))


@given(crowd, st.randoms(use_true_random=False))
def test_the_order_says_nothing_and_every_match_is_one_to_one(
    drawn: tuple[list[str], list[str]], random: object
) -> None:
    left, right = drawn
    people = [theirs(n, first_name="A", last_name=name, email="a@a.example") for n, name in enumerate(left)]
    people += [ours(n, first_name="A", last_name=name, email="a@a.example") for n, name in enumerate(right)]
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = pair(people, around(people)), pair(shuffled, around(people))
    assert matches(one) == matches(other)
    assert sorted(map(repr, one.verdicts)) == sorted(map(repr, other.verdicts))
    taken = [ref for match in one.matches for _, ref in match.refs]
    assert len(taken) == len(set(taken))
    assert len(taken) + len(one.verdicts) == len(people)
    expected = [name for name in sorted(set(left) & set(right)) if left.count(name) == right.count(name) == 1]
    assert len(one.matches) == len(expected)

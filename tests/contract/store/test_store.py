"""What every store does. Written against the port only."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from connector.core.flow import Base, Hold, Link, Pair, Ref, RunRecord
from connector.core.ports import Store
from connector.core.schema import Address, Entity
from connector.errors import StateError
from tests.contract.store.samples import (
    LATER,
    NETSUITE,
    NOON,
    SALESFORCE,
    account,
    both,
    conflict,
    customer,
    intent,
    lead,
    linked,
)

LEAD, ORGANIZATION = Entity.LEAD, Entity.ORGANIZATION

# identity and cursors ----------------------------------------------------------------------------------------


def test_an_empty_store_knows_no_accounts(store: Store) -> None:
    assert store.identity() is None


def test_the_accounts_are_remembered_and_exchanged_as_a_pair(store: Store) -> None:
    store.set_identity(Pair("1234567", "00D000000000001AAA"))
    store.set_identity(Pair("7654321_SB1", "00D000000000002AAA"))
    assert store.identity() == Pair("7654321_SB1", "00D000000000002AAA")


def test_a_cursor_belongs_to_one_type_of_one_system(store: Store) -> None:
    store.set_cursors({(SALESFORCE, "Lead"): "2026-03-01T12:00:00Z"})
    store.set_cursors({(NETSUITE, "customer"): "x|7"})
    store.set_cursors({(SALESFORCE, "Lead"): "2026-03-01T13:00:00Z"})
    assert store.cursors() == {(SALESFORCE, "Lead"): "2026-03-01T13:00:00Z", (NETSUITE, "customer"): "x|7"}


# links -------------------------------------------------------------------------------------------------------


def test_a_link_is_found_from_both_sides_and_by_id(store: Store) -> None:
    link = linked(store, 7)
    assert link == Link(link.id, LEAD, both(7), "active", "found by key")
    assert store.links([customer(7), lead(7), customer(8)]) == {customer(7): link, lead(7): link}
    assert store.links_by_id([link.id, link.id, 999]) == {link.id: link}


def test_an_id_that_two_record_types_share_names_two_records(store: Store) -> None:
    """NetSuite counts its people and its sales apart (recorded)."""
    one = linked(store, 7)
    sale = Ref(NETSUITE, "opportunity", "7")
    other = store.add_link(Entity.OPPORTUNITY, Pair(sale, Ref(SALESFORCE, "Opportunity", "006")), "", NOON)
    assert store.links([customer(7), sale]) == {customer(7): one, sale: other}
    assert store.links([customer(7), Ref(NETSUITE, "opportunity", "8")]) == {customer(7): one}
    assert store.lead_links([customer(8), sale]) == {}


def test_an_ended_link_is_still_found_and_says_why_it_ended(store: Store) -> None:
    link = linked(store, 7)
    store.end_link(link.id, "gone", "deleted in Salesforce", LATER)
    assert store.links([lead(7)]) == {lead(7): replace(link, state="gone", reason="deleted in Salesforce")}


def test_the_active_link_is_preferred_to_ended_ones_whatever_their_times(store: Store) -> None:
    ended = linked(store, 7)
    active = store.add_link(ORGANIZATION, Pair(customer(7), account(1)), "converted", NOON)
    store.end_link(ended.id, "converted", "converted", LATER)
    assert store.links([customer(7), lead(7)])[customer(7)] == active
    assert store.links([lead(7)])[lead(7)].id == ended.id


def test_of_several_ended_links_the_one_that_ended_last_is_found(store: Store) -> None:
    first, second = linked(store, 7), store.add_link(ORGANIZATION, Pair(customer(7), account(1)), "", NOON)
    store.end_link(second.id, "gone", "first to end", NOON)
    store.end_link(first.id, "gone", "last to end", LATER)
    assert store.links([customer(7)])[customer(7)].id == first.id


def test_of_links_that_ended_together_the_youngest_is_found(store: Store) -> None:
    first, second = linked(store, 7), store.add_link(ORGANIZATION, Pair(customer(7), account(1)), "", NOON)
    store.end_link(second.id, "gone", "", LATER)
    store.end_link(first.id, "gone", "", LATER)
    assert store.links([customer(7)])[customer(7)].id == second.id


@pytest.mark.parametrize("lead_first", [True, False])
def test_a_customer_in_conversion_has_two_active_links(store: Store, lead_first: bool) -> None:
    made = {}
    for entity in (LEAD, ORGANIZATION) if lead_first else (ORGANIZATION, LEAD):
        other = lead(7) if entity is LEAD else account(1)
        made[entity] = store.add_link(entity, Pair(customer(7), other), "", NOON)
    assert store.links([customer(7)]) == {customer(7): made[ORGANIZATION]}
    assert store.lead_links([customer(7), lead(7), account(1)]) == {customer(7): made[LEAD], lead(7): made[LEAD]}


def test_an_ended_lead_link_is_no_lead_link_any_more(store: Store) -> None:
    store.end_link(linked(store, 7).id, "converted", "", LATER)
    assert store.lead_links([customer(7), lead(7)]) == {}


@pytest.mark.parametrize("refs", [Pair(customer(7), lead(8)), Pair(customer(8), lead(7))])
def test_a_ref_has_at_most_one_active_link_of_an_entity(store: Store, refs: Pair[Ref]) -> None:
    link = linked(store, 7)
    with pytest.raises(StateError, match="linked as lead already"):
        store.add_link(LEAD, refs, "", NOON)
    assert list(store.iter_links()) == [link]


def test_a_ref_can_be_linked_anew_once_its_link_ended(store: Store) -> None:
    store.end_link(linked(store, 7).id, "gone", "", LATER)
    again = linked(store, 7)
    assert store.links([lead(7)])[lead(7)] == again


def test_ending_a_link_that_is_not_there_is_an_error(store: Store) -> None:
    with pytest.raises(StateError, match="no link 5"):
        store.end_link(5, "gone", "", NOON)


def test_ids_that_differ_only_in_case_are_different_records(store: Store) -> None:
    upper, lower = Ref(SALESFORCE, "Lead", "00Q00000000ABCDAAA"), Ref(SALESFORCE, "Lead", "00Q00000000abcdAAA")
    first = store.add_link(LEAD, Pair(customer(1), upper), "", NOON)
    second = store.add_link(LEAD, Pair(customer(2), lower), "", NOON)
    assert store.links([upper, lower]) == {upper: first, lower: second}
    store.index([(upper, LEAD, frozenset({"K"})), (lower, LEAD, frozenset({"k"}))])
    assert store.candidates(SALESFORCE, LEAD, ["k"]) == {"k": (lower,)}


def test_the_same_id_of_another_type_or_system_is_another_record(store: Store) -> None:
    link = store.add_link(ORGANIZATION, Pair(Ref(NETSUITE, "customer", "1"), account(1)), "", NOON)
    store.add_link(Entity.PERSON, Pair(Ref(NETSUITE, "contact", "1"), lead(1)), "", NOON)
    assert store.links([Ref(NETSUITE, "customer", "1"), Ref(SALESFORCE, "customer", "1")]) == {
        Ref(NETSUITE, "customer", "1"): link
    }


def test_links_are_walked_in_the_order_in_which_they_began(store: Store) -> None:
    made = [linked(store, number, LEAD if number % 2 else ORGANIZATION) for number in (5, 3, 9, 1)]
    store.end_link(made[1].id, "gone", "", LATER)
    assert [link.id for link in store.iter_links()] == [made[0].id, made[2].id, made[3].id]
    assert list(store.iter_links(ORGANIZATION)) == []
    assert [link.id for link in store.iter_links(LEAD, "gone")] == [made[1].id]


def test_the_store_can_be_written_to_while_links_are_walked(store: Store) -> None:
    for number in range(3):
        linked(store, number)
    for link in store.iter_links():
        store.end_link(link.id, "gone", "", LATER)
    assert list(store.iter_links()) == []


# bases -------------------------------------------------------------------------------------------------------

VALUES = {
    "name": "Ærø \U0001f600 \x00 \ud800 \"quoted\" 'single'",
    "empty": "",
    "nothing": None,
    "yes": True,
    "one": 1,
    "money": Decimal("1.10"),
    "tiny": Decimal("-0E-7"),
    "day": date(2026, 2, 28),
    "moment": datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC),
    "address": Address("1 Main St\nFloor 2", None, "", "02134", "US"),
    "interests": ("a", "b"),
    "none_of_them": (),
    "custom.size": "L",
}


def test_a_base_comes_back_as_it_was_types_and_all(store: Store) -> None:
    link, base = linked(store, 1), Base(Pair(VALUES, {}))
    store.save_bases({link.id: base})
    found = store.bases([link.id, 999])
    assert found == {link.id: base}
    read = found[link.id].values.netsuite
    assert {name: type(value) for name, value in read.items()} == {name: type(value) for name, value in VALUES.items()}
    assert str(read["money"]) == "1.10"


def test_a_new_base_takes_the_place_of_the_old_one_whole(store: Store) -> None:
    link = linked(store, 1)
    store.save_bases({link.id: Base(Pair({"email": "a", "phone": "1"}, {"email": "a"}))})
    store.save_bases({link.id: Base(Pair({"email": "b"}, {}))})
    assert store.bases([link.id])[link.id] == Base(Pair({"email": "b"}, {}))


def test_a_base_needs_its_link(store: Store) -> None:
    with pytest.raises(StateError):
        store.save_bases({41: Base(Pair({}, {}))})


# match keys --------------------------------------------------------------------------------------------------


def test_candidates_carry_the_key_in_the_same_system_and_entity(store: Store) -> None:
    store.index(
        [
            (lead(2), LEAD, frozenset({"email:a@example.com", "phone:1"})),
            (lead(1), LEAD, frozenset({"email:a@example.com"})),
            (customer(1), LEAD, frozenset({"email:a@example.com"})),
            (account(1), ORGANIZATION, frozenset({"email:a@example.com"})),
        ]
    )
    found = store.candidates(SALESFORCE, LEAD, ["phone:1", "email:a@example.com", "email:b@example.com"])
    assert found == {"email:a@example.com": (lead(1), lead(2)), "phone:1": (lead(2),)}
    assert list(found) == sorted(found)


def test_indexing_a_record_again_forgets_its_old_keys_and_entity(store: Store) -> None:
    store.index([(customer(1), LEAD, frozenset({"old", "kept"}))])
    store.index([(customer(1), ORGANIZATION, frozenset({"kept", "new"}))])
    assert store.candidates(NETSUITE, LEAD, ["old", "kept", "new"]) == {}
    assert set(store.candidates(NETSUITE, ORGANIZATION, ["old", "kept", "new"])) == {"kept", "new"}


def test_the_last_entry_of_a_record_counts(store: Store) -> None:
    store.index([(lead(1), LEAD, frozenset({"a"})), (lead(1), LEAD, frozenset({"b"}))])
    assert set(store.candidates(SALESFORCE, LEAD, ["a", "b"])) == {"b"}


def test_forgotten_records_are_no_candidates(store: Store) -> None:
    store.index([(lead(1), LEAD, frozenset({"a"})), (lead(2), LEAD, frozenset({"a"}))])
    store.forget([lead(1), lead(3)])
    assert store.candidates(SALESFORCE, LEAD, ["a"]) == {"a": (lead(2),)}


LONG = "".join(random.Random(3).choices("abcdefghijklmnopqrstuvwxyz\u00e9\u6f22", k=20_000))
"""No database can make it short."""

HOSTILE = [
    LONG,
    "'; DROP TABLE links; --",
    '"',
    "%",
    "_",
    "\x00",
    "\ud800",
    "\u202egnp.exe",
    "x" * 100_000,
    "\U0001f600",
]


def test_long_keys_that_begin_alike_are_different_keys(store: Store) -> None:
    store.index([(lead(1), LEAD, frozenset({LONG + "1"})), (lead(2), LEAD, frozenset({LONG + "2"}))])
    assert store.candidates(SALESFORCE, LEAD, [LONG + "2", LONG]) == {LONG + "2": (lead(2),)}


@pytest.mark.parametrize("key", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_can_be_a_match_key_and_a_reason(store: Store, key: str) -> None:
    store.index([(lead(1), LEAD, frozenset({key})), (lead(2), LEAD, frozenset({"other"}))])
    assert store.candidates(SALESFORCE, LEAD, [key]) == {key: (lead(1),)}
    store.put_holds([replace(conflict(), reason=key, code=key, values=Pair(key, None))], 1, NOON)
    assert store.open_holds()[0].hold.values == Pair(key, None)


# intents -----------------------------------------------------------------------------------------------------


def test_an_intent_comes_back_as_it_was_opened(store: Store) -> None:
    update = intent(2, verb="update", ref=customer(2), source=None, key=None, values={})
    ids = store.open_intents([intent(1), update])
    assert store.pending_intents() == [replace(intent(1), id=ids[0]), replace(update, id=ids[1])]


def test_ids_of_intents_are_given_in_their_order(store: Store) -> None:
    ids = store.open_intents([intent(number) for number in range(3000)])
    assert len(set(ids)) == 3000
    found = {pending.id: pending.source for pending in store.pending_intents()}
    assert [found[id_] for id_ in ids] == [lead(number) for number in range(3000)]


def test_an_intent_stays_pending_as_long_as_its_outcome_is_unknown_or_unread(store: Store) -> None:
    applied, refused, unknown, deferred, answered, never = store.open_intents([intent(number) for number in range(6)])
    outcomes = {applied: "applied", refused: "refused", unknown: "unknown", deferred: "deferred", answered: "answered"}
    store.close_intents(outcomes, LATER)
    pending = {one.id: one.answered for one in store.pending_intents()}
    assert pending == {unknown: False, answered: True, never: False}
    store.close_intents({unknown: "applied", answered: "applied"}, LATER)
    assert [one.id for one in store.pending_intents()] == [never]


def test_an_outcome_that_is_none_closes_nothing(store: Store) -> None:
    (id_,) = store.open_intents([intent()])
    with pytest.raises(ValueError, match="aplied"):
        store.close_intents({id_: "aplied"}, LATER)
    assert len(store.pending_intents()) == 1


def test_all_creates_under_a_key_that_may_land_are_found(store: Store) -> None:
    same = intent(1, values={"email": "b@example.com"})
    other_verb = intent(1, verb="update", ref=customer(1))
    elsewhere = intent(1, system=SALESFORCE)
    first, refused, again, last, *_ = store.open_intents(
        [intent(1), intent(1), same, intent(1), intent(2), other_verb, elsewhere]
    )
    store.close_intents({first: "deferred", refused: "refused", again: "applied"}, LATER)
    found = store.creates_sent(NETSUITE, [f"sf-{lead(1).id}", "sf-none"])
    expected = [(first, intent(1).values), (again, same.values), (last, intent(1).values)]
    assert [(one.id, one.values) for one in found] == expected
    assert store.creates_sent(NETSUITE, []) == []


def test_no_intents_are_no_ids(store: Store) -> None:
    assert store.open_intents([]) == []


# holds -------------------------------------------------------------------------------------------------------


def test_a_hold_comes_back_with_its_values_and_run(store: Store) -> None:
    link = linked(store, 1)
    whole = Hold("refused", LEAD, Pair(None, lead(2)), None, "too long", code="STRING_TOO_LONG")
    money = replace(conflict(1), values=Pair(Decimal("1.50"), None), link_id=link.id)
    store.put_holds([whole, money], 7, NOON)
    opened = store.open_holds()
    assert [hold.hold for hold in opened] == [whole, money]
    assert {(hold.run_id, hold.opened_at) for hold in opened} == {(7, NOON)}
    assert opened[0].hold.field is None


def test_a_hold_that_is_open_keeps_its_opening_and_takes_the_new_values(store: Store) -> None:
    store.put_holds([conflict(values=Pair("a", "b"))], 1, NOON)
    store.put_holds([replace(conflict(values=Pair("a", "c")), reason="still")], 2, LATER)
    (hold,) = store.open_holds()
    assert (hold.opened_at, hold.run_id) == (NOON, 1)
    assert (hold.hold.values, hold.hold.reason) == (Pair("a", "c"), "still")


def test_kind_refs_and_field_make_a_hold(store: Store) -> None:
    holds = [
        conflict(1, "email"),
        conflict(1, "phone"),
        conflict(1, None),
        conflict(2, "email"),
        replace(conflict(1, "email"), kind="value"),
        replace(conflict(1, "email"), refs=Pair(customer(1), None)),
    ]
    store.put_holds(holds + holds, 1, NOON)
    assert [hold.hold for hold in store.open_holds()] == holds


@pytest.mark.parametrize("ref", [customer(1), lead(1)])
def test_clearing_closes_every_hold_that_names_the_ref_on_either_side(store: Store, ref: Ref) -> None:
    store.put_holds([conflict(1, "email"), conflict(1, "phone"), conflict(2)], 1, NOON)
    store.clear_holds([ref, customer(99)], LATER)
    assert [hold.hold for hold in store.open_holds()] == [conflict(2)]


def test_a_hold_opened_anew_after_clearing_is_a_new_one(store: Store) -> None:
    store.put_holds([conflict()], 1, NOON)
    (first,) = store.open_holds()
    store.clear_holds([lead(1)], NOON)
    store.put_holds([conflict()], 2, LATER)
    (second,) = store.open_holds()
    assert (second.opened_at, second.run_id) == (LATER, 2)
    assert second.id != first.id


# rechecks, runs, cache ---------------------------------------------------------------------------------------


def test_rechecks_are_a_set_in_the_order_of_the_refs(store: Store) -> None:
    store.add_recheck([lead(2), customer(1)], "parent was missing")
    store.add_recheck([lead(1), lead(2)], "outcome unknown")
    assert store.rechecks() == [customer(1), lead(1), lead(2)]
    store.clear_rechecks([lead(1), customer(1), customer(5)])
    assert store.rechecks() == [lead(2)]


def test_runs_are_listed_newest_first(store: Store) -> None:
    first, second, third = (store.start_run("sync", NOON + timedelta(minutes=minute)) for minute in range(3))
    ended = RunRecord(second, NOON, LATER, "sync", {"salesforce.lead.created": 2}, 3, "done")
    store.end_run(ended)
    assert [run.id for run in store.runs()] == [third, second, first]
    assert store.runs(2)[1] == ended
    assert store.runs(1) == [RunRecord(third, NOON + timedelta(minutes=2), None, "sync")]


def test_a_run_that_never_started_cannot_end(store: Store) -> None:
    with pytest.raises(StateError, match="no run 3"):
        store.end_run(RunRecord(3, NOON, LATER, "sync"))


def test_cached_data_comes_back_with_its_time(store: Store) -> None:
    data = {"fields": [{"name": "Email", "length": 80, "big": 12345678901234567890123}], "none": None}
    store.cache(SALESFORCE, "describe.Lead", {"old": True}, NOON)
    store.cache(SALESFORCE, "describe.Lead", data, LATER)
    assert store.cached(SALESFORCE, "describe.Lead") == (data, LATER)
    assert store.cached(NETSUITE, "describe.Lead") is None


def test_times_are_kept_as_instants_whatever_their_zone(store: Store) -> None:
    store.cache(SALESFORCE, "x", 1, NOON.astimezone(timezone(timedelta(hours=-5))))
    _, fetched_at = store.cached(SALESFORCE, "x") or (None, None)
    assert (fetched_at, fetched_at.utcoffset() if fetched_at else None) == (NOON, timedelta(0))
    with pytest.raises(ValueError, match="time zone"):
        store.cache(SALESFORCE, "x", 2, datetime(2026, 3, 1))
    assert store.cached(SALESFORCE, "x") == (1, NOON)


# size and order ----------------------------------------------------------------------------------------------


def test_ten_thousand_links_with_all_that_hangs_on_them_are_kept(store: Store) -> None:
    values = {f"field_{number}": "some text" for number in range(20)}
    with store.transaction():
        links = [linked(store, number) for number in range(10_000)]
    store.save_bases({link.id: Base(Pair(values, values)) for link in links})
    store.index((ref, LEAD, frozenset({f"a{link.id}", f"b{link.id}"})) for link in links for _, ref in link.refs)
    store.put_holds([conflict(number) for number in range(10_000)], 1, NOON)
    refs = [link.refs.salesforce for link in links]
    random.Random(1).shuffle(refs)
    assert len(store.links(refs)) == len(store.bases(link.id for link in links)) == 10_000
    assert len(store.candidates(NETSUITE, LEAD, (f"a{link.id}" for link in links))) == 10_000
    assert sum(1 for _ in store.iter_links()) == 10_000
    store.clear_holds(refs, LATER)
    assert store.open_holds() == []


def test_results_do_not_depend_on_the_order_of_what_was_asked_or_written(store: Store) -> None:
    numbers = list(range(2000))
    random.Random(2).shuffle(numbers)
    store.index((lead(number), LEAD, frozenset({"shared"})) for number in numbers)
    store.add_recheck(map(lead, numbers), "")
    in_order = tuple(map(lead, range(2000)))
    assert store.candidates(SALESFORCE, LEAD, ["shared"])["shared"] == in_order
    assert tuple(store.rechecks()) == in_order
    made = [linked(store, number) for number in numbers[:1200]]
    assert list(store.links_by_id(link.id for link in reversed(made))) == [link.id for link in made]

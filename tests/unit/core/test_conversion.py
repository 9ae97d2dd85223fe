"""Lead events as a table: each kind of conversion, in each of its id variants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.core.conversion import Conversions, late_edits, plan_conversions
from connector.core.flow import Convert, Converted, Hold, Later, Link, Pair, Relink, Retire, SourceRecord
from connector.core.scene import LeadEvent
from connector.core.schema import ABSENT, Entity, Stage
from tests.unit.core.builders import CUSTOMER, LEAD, MAPPINGS, netsuite, newcomer, record, salesforce

ACCOUNT, CONTACT = salesforce("Account", 1), salesforce("Contact", 1)
SOLD = record(LEAD, converted=Converted(ACCOUNT, CONTACT, None))
OPEN = record(LEAD)
RULES = MAPPINGS.conversion


def event(theirs: SourceRecord | None, ours: SourceRecord | None, **more: Any) -> LeadEvent:
    return LeadEvent(Link(7, Entity.LEAD, Pair(CUSTOMER, LEAD)), Pair(theirs, ours), Pair({}, {}), **more)


def planned(one: LeadEvent, statuses: tuple[str, ...] = ("Closed - Converted",), rules: Any = RULES) -> Conversions:
    return plan_conversions([one], rules, statuses)


def customer(**more: Any) -> SourceRecord:
    return record(CUSTOMER, **{"stage": Stage.LEAD, "individual": True, **more})


def kinds(found: Conversions) -> list[str]:
    return [type(action).__name__ for action in found.actions]


FIRST_IN_SALESFORCE = {
    "an individual": (customer(), ["Retire", "Relink"], []),
    "an individual out of use": (customer(inactive=True), ["Relink"], []),
    "a company": (customer(individual=False), ["Retire", "Relink"], [(CUSTOMER, ACCOUNT)]),
    "converted as well": (customer(stage=Stage.PROSPECT), ["Relink"], [(CUSTOMER, ACCOUNT)]),
    "deleted": (customer(deleted=True), ["Relink"], []),
    "not seen": (None, ["Relink"], []),
}


@pytest.mark.parametrize("case", FIRST_IN_SALESFORCE)
def test_a_lead_converted_in_salesforce(case: str) -> None:
    theirs, actions, in_place = FIRST_IN_SALESFORCE[case]
    found = planned(replace(event(theirs, SOLD), seen_before=True))
    assert kinds(found) == actions
    assert found.in_place == in_place
    assert set(found.heirs) == {ACCOUNT, CONTACT}
    (end,) = [one for one in found.actions if isinstance(one, Relink)]
    assert (end.retire, end.state) == (7, "converted")
    assert ACCOUNT in end.after


def test_what_a_lead_that_is_gone_became_in_netsuite_may_be_younger_than_our_look() -> None:
    found = planned(event(customer(deleted=True), SOLD))
    assert kinds(found) == []
    assert found.not_yet == {ACCOUNT, CONTACT}
    assert {CUSTOMER, ACCOUNT, CONTACT} <= set(found.again)


def test_an_individual_lead_goes_out_of_use_only_after_both_successors() -> None:
    (retire,) = [one for one in planned(event(customer(), SOLD)).actions if isinstance(one, Retire)]
    assert retire.fields == {"isInactive": True}
    assert retire.after == (ACCOUNT, CONTACT)


def test_a_company_lead_becomes_the_prospect_itself() -> None:
    (retire,) = [one for one in planned(event(customer(individual=False), SOLD)).actions if isinstance(one, Retire)]
    assert retire.fields == {"entityStatus": RULES.prospect_status}


def test_a_lead_may_be_kept_in_use() -> None:
    assert kinds(planned(event(customer(), SOLD), rules=RULES.model_copy(update={"retire_lead": "keep"}))) == ["Relink"]


def person(number: int, company: str | None = "55") -> Any:
    one = newcomer(netsuite("contact", number), Entity.PERSON, last_name="Ray")
    return replace(one, record=replace(one.record, fields={"company": company}))


FIRST_IN_NETSUITE: dict[str, tuple[LeadEvent, Any, Any]] = {
    "status": (event(customer(stage=Stage.PROSPECT), OPEN), CUSTOMER, None),
    "at once a customer": (event(customer(stage=Stage.CUSTOMER), OPEN), CUSTOMER, None),
    "id stays": (event(customer(stage=Stage.PROSPECT), OPEN, persons=(person(9),)), CUSTOMER, "9"),
    "id becomes the contact's": (
        event(customer(deleted=True), OPEN, persons=(person(1), person(2))),
        netsuite("customer", 55),
        "1",
    ),
    "id disappears": (event(customer(deleted=True), OPEN, persons=(person(9),)), netsuite("customer", 55), "9"),
    "id disappears into a linked contact": (
        event(customer(deleted=True), OPEN, linked_company=netsuite("customer", 66)),
        netsuite("customer", 66),
        None,
    ),
}


@pytest.mark.parametrize("case", FIRST_IN_NETSUITE)
def test_a_lead_converted_in_netsuite(case: str) -> None:
    one, prospect, contact = FIRST_IN_NETSUITE[case]
    found = planned(one)
    (convert,) = found.actions
    assert isinstance(convert, Convert)
    assert (convert.lead, convert.link_id, convert.account) == (LEAD, 7, Later(prospect))
    assert (convert.person.id if convert.person else None) == contact
    assert {ref.id for ref in found.claimed} == ({contact} if contact else set())


def test_of_which_of_two_leads_a_contact_is_made_nobody_can_tell() -> None:
    """Both systems have converted both, and NetSuite's only contact looks like both: to link it with the first, or even
    with each, would be a guess."""
    alike, gone = (person(99),), customer(deleted=True)
    twin = Link(8, Entity.LEAD, Pair(netsuite("customer", 56), salesforce("Lead", 2)))
    other = record(twin.refs.salesforce, converted=Converted(ACCOUNT, salesforce("Contact", 2), None))
    first = event(gone, SOLD, persons=alike)
    second = replace(event(gone, other, persons=alike), link=twin)
    assert plan_conversions([first], RULES, ()).people == [Pair(alike[0].ref, CONTACT)]
    assert plan_conversions([first, second], RULES, ()).people == []


def test_the_only_lookalike_contact_is_converted_into_with_its_account() -> None:
    one = event(customer(stage=Stage.PROSPECT), OPEN, contacts=((CONTACT, ACCOUNT),))
    (convert,) = planned(one).actions
    assert isinstance(convert, Convert)
    assert (convert.contact, convert.contact_account) == (CONTACT.id, ACCOUNT.id)


def test_without_a_lookalike_contact_the_conversion_makes_one() -> None:
    (convert,) = planned(event(customer(stage=Stage.PROSPECT), OPEN, contacts=())).actions
    assert isinstance(convert, Convert)
    assert convert.contact is None


def test_several_lookalike_contacts_are_a_question_for_a_person() -> None:
    several = ((CONTACT, ACCOUNT), (salesforce("Contact", 2), ACCOUNT))
    (hold,) = planned(event(customer(stage=Stage.PROSPECT), OPEN, contacts=several)).actions
    assert isinstance(hold, Hold)
    assert hold.kind == "ambiguous"


DELETED = {
    "deleted in NetSuite": event(customer(deleted=True), OPEN),
    "deleted in Salesforce": event(customer(), record(LEAD, deleted=True)),
    "converted here, deleted there": event(customer(stage=Stage.PROSPECT), record(LEAD, deleted=True)),
}


@pytest.mark.parametrize("case", DELETED)
def test_a_lead_that_was_only_deleted_is_no_conversion(case: str) -> None:
    found = planned(DELETED[case])
    assert (found.actions, found.deleted) == ([], [DELETED[case]])


HELD = {
    "deleted beside a look-alike": (event(customer(deleted=True), OPEN, contacts=((CONTACT, ACCOUNT),)), "deleted"),
    "two contacts and no lead": (event(customer(deleted=True), OPEN, persons=(person(8), person(9))), "ambiguous"),
    "a contact without a company": (event(customer(deleted=True), OPEN, persons=(person(8, None),)), "ambiguous"),
}


@pytest.mark.parametrize("case", HELD)
def test_what_only_a_person_can_tell_is_held(case: str) -> None:
    one, kind = HELD[case]
    (hold,) = planned(one).actions
    assert isinstance(hold, Hold)
    assert (hold.kind, hold.link_id) == (kind, 7)


def test_a_converted_status_must_be_chosen_where_there_are_two() -> None:
    (hold,) = planned(event(customer(stage=Stage.PROSPECT), OPEN), ("Closed - Converted", "Won")).actions
    assert isinstance(hold, Hold)


def test_an_edit_is_no_event() -> None:
    assert planned(event(customer(), OPEN)).actions == []


# --- edits that nobody had carried across ----------------------------------------------------------------


def edits(now: Any, agreed: tuple[Any, Any], heir_holds: Any) -> Any:
    values: Pair[Any] = Pair({"job_title": agreed[0]}, {"job_title": agreed[1]})
    one = replace(event(customer(), SOLD), values=values, now=Pair({"job_title": now}, {}))
    return late_edits(one, MAPPINGS.of(Entity.LEAD), MAPPINGS.of(Entity.PERSON), {"job_title": heir_holds})


def test_late_edits() -> None:
    assert edits("CEO", ("Aide", "Aide"), "Aide") == {"job_title": ("CEO", "Aide")}
    assert edits("Aide", ("Aide", "Aide"), "Aide") == {}
    assert edits("CEO", ("Aide", "Aide"), "Owner") == {"job_title": ("CEO", ABSENT)}
    assert edits(None, ("Aide", "Aide"), "Aide") == {"job_title": (None, "Aide")}
    assert edits("CEO", ("Aide", "Aide"), None) == {"job_title": ("CEO", None)}
    assert edits("CEO", ("Aide", "Aide"), "CEO") == {}
    assert edits("CEO", (ABSENT, ABSENT), "Owner") == {"job_title": ("CEO", ABSENT)}
    assert edits(None, (ABSENT, ABSENT), "Owner") == {}


def test_a_new_company_name_is_the_organizations_name() -> None:
    one = replace(
        event(customer(), SOLD), values=Pair({"company": "A"}, {"company": "A"}), now=Pair({"company": "B"}, {})
    )
    found = late_edits(one, MAPPINGS.of(Entity.LEAD), MAPPINGS.of(Entity.ORGANIZATION), {"name": "A"})
    assert found == {"name": ("B", "A")}

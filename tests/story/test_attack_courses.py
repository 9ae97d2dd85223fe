"""Every way in which a lead moves on, met by every edit of what people are told by: on either side, before or after."""

from __future__ import annotations

from typing import Any

import pytest

from tests.story.people import PROSPECT_STATUS, active, linked_lead, live, open_holds, writes
from tests.story.town import Town

MOVES = ("in Salesforce", "by status", "stays", "becomes_contact", "disappears")
EDITS: tuple[tuple[str, str, str] | None, ...] = (
    None,
    ("netsuite", "email", "new@mail.example"),
    ("netsuite", "firstName", "Nora"),
    ("netsuite", "lastName", "Nobel"),
    ("netsuite", "companyName", "Nobel Inc"),
    ("salesforce", "Email", "new@mail.example"),
    ("salesforce", "FirstName", "Sara"),
    ("salesforce", "LastName", "Sagan"),
    ("salesforce", "Company", "Sagan Inc"),
)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: " ".join(edit[:2]) if edit else "no edit")
@pytest.mark.parametrize("mail", [True, False])
@pytest.mark.parametrize("late", [False, True])
def test_a_lead_that_moves_on_is_one_person_in_one_company(
    town: Town, move: str, edit: tuple[str, str, str] | None, mail: bool, late: bool
) -> None:
    lead, customer = linked_lead(town, **({} if mail else {"Email": None}))
    town.wait(3600)
    town.sync()
    if edit and not late:
        _edits(town, edit, lead, customer, {})
    became = _moves_on(town, move, lead, customer)
    if edit and late:
        _edits(town, edit, lead, customer, became)
    reports = [_next_run(town) for _ in range(4)]
    assert writes(reports[-1]) == 0
    records = (live(town, "Contact"), active(town, "contact"), live(town, "Account"), active(town, "customer"))
    assert [len(found) for found in records] == [1, 1, 1, 1]
    assert town.verify().differences == ()
    if _is_told_by_nothing(move, edit, mail):
        assert open_holds(town) == [("deleted", None)]
    else:
        assert open_holds(town) == []
        assert town.row("salesforce", "Lead", lead)["IsConverted"] is True


def _moves_on(town: Town, move: str, lead: str, customer: str) -> dict[str, Any]:
    if move == "in Salesforce":
        return town.salesforce("convert", id=lead, opportunity=False)
    if move == "by status":
        return town.netsuite("set_status", id=customer, status=PROSPECT_STATUS)
    return town.netsuite("save_and_convert", lead=customer, variant=move)


def _edits(town: Town, edit: tuple[str, str, str], lead: str, customer: str, became: dict[str, Any]) -> None:
    """Type into the lead, or into what it became on that side by now."""
    side, field, value = edit
    company = field in ("companyName", "Company")
    if side == "netsuite":
        made = ("customer", "prospect") if company else ("contact", "contact")
        type_, id_ = (made[0], became[made[1]]) if "prospect" in became else ("customer", customer)
        town.netsuite("update", type=type_, id=id_, fields={field: value})
    elif "account" in became:
        type_, key, name = ("Account", "account", "Name") if company else ("Contact", "contact", field)
        town.salesforce("update", type=type_, id=became[key], fields={name: value})
    else:
        town.salesforce("update", type="Lead", id=lead, fields={field: value})


def _next_run(town: Town) -> Any:
    report = town.sync()
    town.wait(4000)
    return report


def _is_told_by_nothing(move: str, edit: tuple[str, str, str] | None, mail: bool) -> bool:
    """Whether NetSuite's conversion left neither the lead's id nor our key, and what else tells it has changed."""
    names = ("lastName",) if mail else ("firstName", "lastName", "companyName")
    return move == "disappears" and edit is not None and edit[0] == "netsuite" and edit[1] in names

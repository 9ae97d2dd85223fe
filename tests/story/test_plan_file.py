"""A plan that was kept in a file is a promise: exactly its actions are carried out, or skipped and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from connector.core.brakes import Limits
from connector.core.plan_file import PlanFile, from_lines, to_lines
from connector.core.schema import SystemName
from connector.errors import BrakePulled, PlanUnfit
from connector.runs.parts import RunSettings
from connector.runs.plan_file import ApplyReport, draw_up, perform
from tests.promise.keeping import crowd, keep
from tests.story.people import calm, told_alike
from tests.story.test_acceptance_plan import a_day, changed, planned, snapshot
from tests.story.town import Town

NO_BRAKE = RunSettings(limits=Limits(mass_change_min=10_000))


def promised(town: Town) -> PlanFile:
    """The plan as the file holds it."""
    _, file = draw_up(town.parts)
    return from_lines(list(to_lines(file)))


def carried_out(town: Town, file: PlanFile) -> ApplyReport:
    town.wait(60)
    return perform(town.parts, file)


def test_a_plan_survives_its_file(town: Town) -> None:
    a_day(town)
    _, file = draw_up(town.parts)
    lines = list(to_lines(file))
    assert from_lines(lines) == file
    assert "personal data" in lines[0]
    assert list(to_lines(from_lines(lines))) == lines


def test_a_plan_changes_nothing_and_its_file_exactly_what_it_says(town: Town) -> None:
    a_day(town)
    before = snapshot(town)
    report, file = draw_up(town.parts)
    assert snapshot(town) == before
    outcome = carried_out(town, file)
    assert outcome.moved == ()
    assert changed(before, snapshot(town)) == planned(report.data()["actions"])
    assert town.store.pending_intents() == []
    told_alike(town)


def test_the_same_file_again_writes_nothing(town: Town) -> None:
    a_day(town)
    file = promised(town)
    first = carried_out(town, file)
    before = snapshot(town)
    calls = town.netsuite_session.counts.calls
    again = carried_out(town, file)
    assert snapshot(town) == before
    assert again.done_before == again.planned == first.planned
    assert (again.moved, dict(again.counts)) == ((), {})
    assert town.netsuite_session.counts.calls - calls < 10, "it reads, in bulk"


def test_the_cursors_stay_where_they_are_and_the_next_sync_sees_everything(town: Town) -> None:
    a_day(town)
    file = promised(town)
    before = cursors(town)
    town.new_salesforce("Lead", LastName="Late", Company="Late Inc", Email="late@late.example")
    carried_out(town, file)
    assert cursors(town) == before
    assert town.sync().counts["netsuite.lead.created"] == 1
    calm(town)


def cursors(town: Town) -> dict[tuple[SystemName, str], str]:
    return town.store.cursors()


# --- refused ---------------------------------------------------------------------------------------------------


def test_a_plan_for_other_accounts_is_refused(town: Town) -> None:
    a_day(town)
    file = promised(town)
    before = snapshot(town)
    for accounts in (replace(file.accounts, netsuite="OTHER"), replace(file.accounts, salesforce="00Dother")):
        with pytest.raises(BrakePulled, match="this plan is for"):
            carried_out(town, replace(file, accounts=accounts))
    assert snapshot(town) == before


def test_a_plan_of_other_mapping_files_is_refused(town: Town) -> None:
    a_day(town)
    before = snapshot(town)
    with pytest.raises(PlanUnfit, match="mapping files were changed"):
        carried_out(town, replace(promised(town), mappings="other"))
    assert snapshot(town) == before


@pytest.mark.parametrize("damage", ["cut", "changed", "other format", "no plan", "empty"])
def test_a_damaged_file_is_refused(town: Town, damage: str) -> None:
    a_day(town)
    lines = list(to_lines(draw_up(town.parts)[1]))
    broken = {
        "cut": lines[:-1],
        "changed": [*lines[:-1], lines[-1].replace("Aethna", "Evil")[:-1] + " }"],
        "other format": [lines[0].replace('"format": 1', '"format": 99'), *lines[1:]],
        "no plan": ["netsuite: {account: 1}"],
        "empty": [],
    }
    with pytest.raises(PlanUnfit):
        from_lines(broken[damage])


def test_the_brakes_are_checked_again_when_it_is_carried_out(make_town: Callable[..., Town]) -> None:
    town = make_town(settings=NO_BRAKE)
    crowd(town, 12)
    for row in town.rows("salesforce", "Lead"):
        town.salesforce("update", type="Lead", id=row["Id"], fields={"Title": "CEO"})
    file = promised(town)
    before = snapshot(town)
    town.settings = RunSettings(limits=Limits(mass_change_min=5))
    town.reload()
    with pytest.raises(BrakePulled, match="--allow mass-change"):
        carried_out(town, file)
    assert snapshot(town) == before
    town.settings = replace(town.settings, allow=frozenset({"mass-change"}))
    town.reload()
    assert carried_out(town, file).released


# --- moved ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["edited", "gone", "converted"])
def test_what_moved_is_named_and_left_alone(town: Town, what: str) -> None:
    crowd(town, 2)
    lead = town.rows("salesforce", "Lead")[0]
    town.salesforce("update", type="Lead", id=lead["Id"], fields={"Title": "CEO"})
    town.wait(60)
    file = promised(town)
    match what:
        case "edited":
            town.salesforce("update", type="Lead", id=lead["Id"], fields={"Title": "Chair"})
        case "gone":
            town.salesforce("delete", type="Lead", id=lead["Id"])
        case "converted":
            town.salesforce("convert", id=lead["Id"])
    before = snapshot(town)
    report = carried_out(town, file)
    assert changed(before, snapshot(town)) == {}
    (moved,) = report.moved
    assert next(iter(moved.why.values())) in ("it was edited", "it is gone", "it was converted")
    assert {ref.id for ref in moved.why} == {lead["Id"]}
    told_alike(town)


def test_among_many_pairs_exactly_those_edited_since_are_skipped(make_town: Callable[..., Town]) -> None:
    """`python -m tests.promise` is the same at full size."""
    kept = keep(make_town(settings=NO_BRAKE), pairs=120, changes=100, edits=20)
    assert (kept.outside, kept.missing, kept.unnamed, kept.wrongly_named, kept.again) == ([], [], [], [], 0)
    assert len(kept.moved) == 20
    assert kept.planned > 100

"""An admin's path: a list gets a value, a run tells the row to add, and the next run crosses what was held."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.core.flow import Pair, Ref
from connector.core.mapping.document import load_mappings
from connector.core.mapping.insertion import insert_line
from connector.core.mapping.suggest import Proposal
from connector.core.schema import SystemName
from connector.runs.advice import Advice
from connector.runs.mapping_check import check
from connector.runs.mapping_diff import diff
from connector.runs.mapping_preview import preview_records
from connector.runs.mapping_suggest import suggest
from connector.runs.mapping_write import write_proposals
from tests.story.town import MAPPINGS, Town


@pytest.fixture
def town(make_town: Callable[..., Town], tmp_path: Path) -> Town:
    """A town whose mapping files may be edited."""
    return make_town(mappings=shutil.copytree(MAPPINGS, tmp_path / "mappings"))


def new_lead(town: Town, number: int, **fields: object) -> str:
    person = {"isPerson": True, "firstName": "Ada", "lastName": f"Lead{number}", "companyName": f"Company {number}"}
    return town.new_netsuite("customer", **person, email=f"lead{number}@a.example", entityStatus={"id": "6"}, **fields)


def in_salesforce(town: Town, number: int) -> dict[str, object]:
    return next(row for row in town.rows("salesforce", "Lead") if row["LastName"] == f"Lead{number}")


def paste(town: Town, proposal: Proposal) -> None:
    path = town.mappings_folder / proposal.file
    path.write_text(insert_line(path.read_text(), proposal.path, proposal.yaml))
    town.reload()


def proposal_for(proposals: tuple[Proposal, ...], file: str) -> Proposal:
    return next(one for one in proposals if one.file == file)


def test_a_list_value_that_netsuite_got_crosses_once_its_row_is_pasted(town: Town) -> None:
    new_lead(town, 1)
    town.sync()
    value = town.netsuite("add_list_value", list="leadsource", name="Podcast")["id"]
    new_lead(town, 2, leadSource={"id": value}, phone="+1 434 369 3100")
    town.reload()

    told = town.sync()

    assert [(hold.field, hold.kind) for hold in told.holds] == [("source", "value")]
    assert in_salesforce(town, 2)["Phone"] == "+1 434 369 3100"
    assert in_salesforce(town, 2)["LeadSource"] is None
    proposal = proposal_for(told.advice.proposals, "lead.yaml")
    assert proposal.yaml == f'Podcast: "{value}"'
    assert "value appeared" in {change.kind for change in told.advice.drift.changes}

    paste(town, proposal)
    settled = town.sync()

    assert settled.holds == ()
    assert settled.counts["salesforce.lead.updated"] == 1
    assert in_salesforce(town, 2)["LeadSource"] == "Podcast"
    assert town.sync().writes == Pair(0, 0)


def test_a_row_is_written_into_the_table_beside_the_file(town: Town) -> None:
    lead, table = town.mappings_folder / "lead.yaml", town.mappings_folder / "sources.csv"
    ids = {"Web": "-6", "Trade Show": "9", "Other": "5"}
    named = re.sub(r"(salesforce: LeadSource\n    values:)\n(      .*\n)+", r"\1 sources.csv\n", lead.read_text())
    lead.write_text(named)
    table.write_bytes("\r\n".join(["netsuite,salesforce", *(f'{id_},"{name}"' for name, id_ in ids.items())]).encode())
    before = table.read_bytes()
    value = town.netsuite("add_list_value", list="leadsource", name="Podcast")["id"]
    town.reload()
    new_lead(town, 1, leadSource={"id": value})
    assert [hold.field for hold in town.sync().holds] == ["source"]

    report = write_proposals(suggest(town.parts), town.mappings_folder)

    assert ("sources.csv", f"{value},Podcast") in {(one.file, one.yaml) for one in report.written}
    assert table.read_bytes() == before + f"\r\n{value},Podcast".encode()
    town.reload()
    assert town.sync().holds == ()
    assert in_salesforce(town, 1)["LeadSource"] == "Podcast"


def test_what_is_written_keeps_the_line_ends_of_the_file(town: Town) -> None:
    lead = town.mappings_folder / "lead.yaml"
    text = lead.read_bytes().replace(b"\n", b"\r\n")
    lead.write_bytes(text)
    line = Proposal("lead.yaml", ("fields",), "custom.x: {netsuite: custentity_x, salesforce: X__c}", ())

    report = write_proposals(Advice(proposals=(line,)), town.mappings_folder)

    assert report.written == (line,)
    assert lead.read_bytes().replace(b"  " + line.yaml.encode() + b"\r\n", b"") == text


def test_the_name_of_a_value_is_found_where_no_metadata_tells_it(town: Town) -> None:
    value = town.netsuite("add_list_value", list="salesreadiness", name="Ready in Q3")["id"]
    new_lead(town, 1, salesReadiness={"id": value})

    told = town.sync()

    proposal = proposal_for(told.advice.proposals, "lead.yaml")
    assert proposal.yaml == f'Ready in Q3: "{value}"'
    assert proposal.reasons[1] == "Salesforce has no value 'Ready in Q3': add it there first"


def test_what_is_held_from_an_earlier_run_is_suggested_for_every_file_with_that_list(town: Town) -> None:
    value = town.netsuite("add_list_value", list="leadsource", name="Podcast")["id"]
    new_lead(town, 1, leadSource={"id": value})
    town.sync()
    town.sync()

    found = suggest(town.parts)

    rows = {one.file for one in found.proposals if one.yaml == f'Podcast: "{value}"'}
    assert rows == {"lead.yaml", "organization.yaml", "person.yaml", "opportunity.yaml"}


def test_a_value_renamed_under_its_id_goes_on_crossing(town: Town) -> None:
    new_lead(town, 1, leadSource={"id": "9"})
    town.sync()
    town.netsuite("rename_list_value", list="leadsource", id="9", name="Fair")
    new_lead(town, 2, leadSource={"id": "9"})
    town.reload()

    told = town.sync()

    assert told.holds == ()
    assert in_salesforce(town, 2)["LeadSource"] == "Trade Show"
    assert "value renamed: 9 (Trade Show) -> 9 (Fair)" in {change.what for change in told.advice.drift.changes}


def test_the_shipped_files_damage_nothing_on_the_sandboxes(town: Town) -> None:
    report = check(town.parts)

    assert report.data()["exit_code"] == 0
    assert [loss.what for _, loss in report.losses if not loss.declared] == []


def test_a_check_without_the_accounts_believes_the_last_run(town: Town) -> None:
    assert check(town.parts, offline=True).metadata is None
    town.sync()
    town.wait(3600)
    calls = [system.calls_made() for _, system in town.parts.systems]

    report = check(town.parts, offline=True)

    assert report.data()["metadata"]["age_seconds"] == {"netsuite": 3600.0, "salesforce": 3600.0}
    assert [system.calls_made() for _, system in town.parts.systems] == calls


def test_a_preview_shows_what_a_run_would_write(town: Town) -> None:
    id_ = new_lead(town, 1, leadSource={"id": "9"}, phone="+1 434 369 3100")
    town.sync()
    town.netsuite("update", type="customer", id=id_, fields={"phone": "+1 434 369 3199"})

    ref = Ref(SystemName.NETSUITE, "customer", id_)
    (record,) = preview_records(town.parts, refs=[ref], changed_only=True).records

    assert [(one.field, one.how, one.made) for one in record.fields] == [
        ("phone", "phone", {"Phone": "+1 434 369 3199"})
    ]
    everything = preview_records(town.parts, refs=[ref]).records[0].fields
    assert {one.field: one.how for one in everything}["source"] == "picklist by values"
    assert town.sync().counts == {"salesforce.lead.updated": 1}


def test_a_sample_shows_both_directions(town: Town) -> None:
    new_lead(town, 1)
    town.new_salesforce("Lead", LastName="Blair", Company="Banking Corp.", Status="Open - Not Contacted")

    shown = preview_records(town.parts, sample=1).records

    assert {(one.ref.type, one.other) for one in shown} == {("customer", None), ("Lead", None)}


def test_a_record_that_is_not_there_is_named(town: Town) -> None:
    missing = Ref(SystemName.NETSUITE, "customer", "999999")

    report = preview_records(town.parts, refs=[missing])

    assert (report.records, report.missing) == ((), (missing,))


def test_a_diff_names_the_records_that_would_change_and_how(town: Town, tmp_path: Path) -> None:
    for number in (1, 2):
        new_lead(town, number, title="CEO" if number == 1 else None)
    town.sync()
    other = shutil.copytree(town.mappings_folder, tmp_path / "other")
    lead = other / "lead.yaml"
    lead.write_text(lead.read_text().replace("salesforce: Title", "salesforce: Description").replace(
        "  description:   {netsuite: comments, salesforce: Description, as: long_text}\n", ""
    ))  # fmt: skip

    report = diff(town.parts, load_mappings(other))

    assert report.lines == {"lead.job_title": "changed", "lead.description": "removed"}
    assert (report.compared, report.records) == (2, 1)
    (one,) = report.samples
    assert (str(one.ref.system), one.old, one.new) == ("netsuite", {}, {"title": None})
    assert diff(town.parts, town.mappings).records == 0

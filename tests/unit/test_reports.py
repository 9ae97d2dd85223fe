"""Reports for people: everything that matters is named, values are masked, nothing steers the terminal."""

from __future__ import annotations

import dataclasses
import json
import re

import click
import pytest

from connector.core.flow import Hold, Pair, Ref
from connector.core.schema import Entity, SystemName
from connector.ui import reports
from connector.ui.tables import MASK, table, width
from tests.unit.ui_data import CONFLICT, PLAN, QUIET, STATUS, SYNC, VERIFY


def shown(text: str) -> str:
    """The text without its own colours, the columns set apart by single spaces."""
    return re.sub(r" +", " ", click.unstyle(text))


def test_a_sync_tells_what_was_written_where_converted_held_and_left_behind() -> None:
    text = shown(reports.sync(SYNC.data()))

    assert "Synced: records written: 13 in NetSuite and 1 in Salesforce (1.2 s, 2 passes)." in text
    assert "where what created updated converted linked" in text
    assert "NetSuite lead 12 0 0 0" in text
    assert "Conversions (1)" in text
    assert "On hold (2)" in text
    assert "-> Decide which value is right" in text
    assert "Salesforce Lead Odd_Field__c 7" in text
    assert "Salesforce Lead Jigsaw 2 a key of another product" in text
    assert "Calls: NetSuite 13, Salesforce 4" in text


def test_a_run_that_writes_nothing_says_so() -> None:
    assert shown(reports.sync(QUIET.data())) == "Nothing to do: no record was written on either side (0.5 s, 1 pass)."


def test_a_run_whose_writes_were_all_refused_does_not_say_that_there_was_nothing_to_do() -> None:
    text = shown(reports.sync(dataclasses.replace(QUIET, counts={"netsuite.person.refused": 1}).data()))

    assert "Nothing to do" not in text
    assert "Not everything could be written" in text


def test_a_value_that_is_held_names_the_mapping_file_that_could_take_it() -> None:
    held = dataclasses.replace(CONFLICT, kind="value", field="source")
    text = shown(reports.sync(dataclasses.replace(QUIET, holds=(held,)).data()))

    assert "-> Correct the value in its system, or give it a row in lead.yaml." in text


def test_a_run_that_ended_early_says_what_next() -> None:
    text = shown(reports.sync(dataclasses.replace(SYNC, ended="stopped early: the day's calls are used up").data()))

    assert "Sync stopped early: the day's calls are used up" in text
    assert "run it again" in text


def test_a_plan_names_each_write_with_its_fields_and_reason_for_holding() -> None:
    text = shown(reports.plan(reports.masked(PLAN.data())))

    assert "Records to write: 1 (" in text
    assert "create lead in NetSuite (1)" in text
    assert "salesforce:Lead:00Q000000000001AAA companyName, parent new in Salesforce" in text
    assert "Aethna" not in text


def test_a_dry_run_is_told_apart_from_a_run() -> None:
    text = shown(reports.sync(dataclasses.replace(QUIET, mode="dry-run", plan=PLAN).data()))

    assert text.startswith("Dry run: nothing was changed")


def test_a_verification_lists_differences_and_what_is_not_linked() -> None:
    text = shown(reports.verify(VERIFY.data()))

    assert "2 linked pairs compared: 1 equal, 1 differ." in text
    assert "lead email netsuite:customer:647 salesforce:Lead:00Q000000000001AAA" in text
    assert "lead salesforce:Lead:00Q000000000001AAA not synced yet" in text
    assert "1 are a lead in one system and a customer in the other" in text


def test_a_status_tells_runs_links_and_what_waits() -> None:
    text = shown(reports.status(STATUS.data()))

    assert "NetSuite TSTDRV1234567 and Salesforce 00D000000000001AAA" in text
    assert "lead 12" in text
    assert "3 sync 2026-05-01T00:00:00 done 2" in text
    assert "2 records to look at again" in text


def test_a_state_without_runs_says_how_to_begin() -> None:
    assert "connector sync" in reports.status(dataclasses.replace(STATUS, identity=None).data())


def test_values_are_masked_unless_asked_for() -> None:
    data = SYNC.data()

    assert "+1 555 0100" in json.dumps(data)
    assert "+1 555 0100" not in json.dumps(reports.masked(data))
    assert MASK in reports.sync(reports.masked(data))
    assert "NetSuite: +1 555 0100 | Salesforce: +1 555 0199" in shown(reports.sync(data))


def test_control_characters_never_reach_the_terminal() -> None:
    for render, report in ((reports.plan, PLAN), (reports.sync, SYNC)):
        text = click.unstyle(render(reports.harmless(report.data())))
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_many_holds_of_a_kind_are_counted_and_shown_by_example() -> None:
    holds = tuple(
        Hold("value", Entity.LEAD, Pair(Ref(SystemName.NETSUITE, "customer", str(number)), None), "source", "odd")
        for number in range(50)
    )

    text = shown(reports.sync(dataclasses.replace(SYNC, holds=holds).data()))

    assert "value: lead source (50)\n odd\n netsuite:customer:0\n netsuite:customer:1\n ... and 48 more" in text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (SYNC.data(), 0),
        (QUIET.data(), 0),
        (PLAN.data(), 0),
        (VERIFY.data(), 6),
        (dataclasses.replace(VERIFY, differences=()).data(), 0),
        (dataclasses.replace(SYNC, counts={"netsuite.lead.refused": 1}).data(), 6),
        (dataclasses.replace(SYNC, ended="stopped early: budget").data(), 6),
        (dataclasses.replace(PLAN, brake="too much").data(), 5),
        (dataclasses.replace(QUIET, plan=dataclasses.replace(PLAN, brake="too much"), ended="too much").data(), 5),
        (STATUS.data(), 0),
        ({"exit_code": 3}, 3),
    ],
)
def test_the_exit_code_says_what_a_script_must_know(data: dict[str, object], code: int) -> None:
    assert reports.exit_code(data) == code


def test_columns_stay_aligned_with_wide_and_combining_characters() -> None:
    lines = [click.unstyle(line) for line in table(("name", "n"), [("株式会社", 1), ("José", 2), ("Zoe\u0301", 3)])]

    assert {width(line) for line in lines} == {width(lines[0])}


def test_a_hold_names_both_records_and_the_field() -> None:
    text = shown(reports.sync(dataclasses.replace(SYNC, holds=(CONFLICT,)).data()))

    assert "conflict: lead phone (1)\n both sides changed it\n netsuite:customer:647 / salesforce:Lead:00Q" in text


def test_reasons_come_by_frequency_and_the_rare_ones_are_counted() -> None:
    holds = tuple(
        Hold("value", Entity.LEAD, Pair(Ref(SystemName.NETSUITE, "customer", str(n)), None), "source", f"odd {n % 9}")
        for n in range(17)
    )

    text = shown(reports.sync(dataclasses.replace(SYNC, holds=holds).data()))

    assert text.index("odd 0") < text.index("odd 1")
    assert "odd 8" not in text
    assert "... and 4 more reasons" in text

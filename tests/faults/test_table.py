"""Every cell of the fault table: injected, and its reaction seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.calls import COLUMNS, STATE_ON_SERVER, Call
from tests.faults.reactions import Reaction
from tests.faults.table import Row, as_markdown, missing, rows

TABLE = rows()
CHECKED = [
    pytest.param(call, reaction, id=f"{row.id} {call.title}".replace(" ", "-"))
    for row in TABLE
    for call, reaction in row.cells.items()
]


@pytest.mark.parametrize(("call", "reaction"), CHECKED)
def test_the_reaction_to_a_fault(call: Call, reaction: Reaction, request: pytest.FixtureRequest) -> None:
    if call is STATE_ON_SERVER:
        call = replace(call, path=request.getfixturevalue("postgresql_server"))
    reaction.check(call)


def test_every_fault_has_a_row() -> None:
    assert [row.id for row in TABLE] == [f"F{number}" for number in range(1, 43)]


def test_every_cell_has_a_check_or_a_reason() -> None:
    assert missing(TABLE) == []


def test_a_cell_without_a_check_is_noticed() -> None:
    row = Row("F1", "connection refused").on(COLUMNS[1:], TABLE[0].cells[COLUMNS[0]])
    assert missing([row]) == [f"F1 {COLUMNS[0].title}"]


def test_every_reason_says_something() -> None:
    assert all(len(why) > 10 for row in TABLE for why in row.absent.values())


def test_the_printed_table_has_a_cell_for_each_call() -> None:
    lines = [line for line in as_markdown(TABLE).splitlines() if line.startswith("|")]
    assert len(lines) == 42 + 2
    assert {line.count("|") for line in lines} == {len(COLUMNS) + 2}

"""Plan files, the complete comparison and rebuilding, as an operator calls them."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.core.brakes import BRAKES
from connector.sandbox.stand import Stand
from connector.ui import invocation
from connector.ui.sandbox_config import write_config
from tests.story.command_line import connector


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a configuration for two sandboxes that hold a few records."""
    stand = Stand(seed=5, directory=tmp_path / "keys", running_clocks=True)
    stand.netsuite.seed(leads=3, prospects=2)
    stand.salesforce.seed(4, accounts=2, contacts=3, opportunities=1)
    with stand.serving() as at:
        write_config(tmp_path / "config.yaml", stand, at)
        yield tmp_path


def test_the_command_line_knows_every_brake() -> None:
    assert invocation.BRAKES == BRAKES


def test_a_plan_is_kept_looked_at_and_carried_out(folder: Path) -> None:
    kept = connector("plan", "--out", "day.plan", folder=folder)
    assert kept.code == 0, kept.err
    assert "Carry it out: connector apply day.plan" in kept.out
    file = folder / "day.plan"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    head, *actions = map(json.loads, file.read_text().splitlines())
    assert head["actions"] == len(actions) > 0
    assert all("verb" in action and "decided_from" in action for action in actions)

    first = connector("apply", "day.plan", "--json", folder=folder)
    again = connector("apply", "day.plan", folder=folder)
    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert first.data["counts"]["netsuite"]["lead"]["created"] > 0
    assert "0 carried out" in again.out


def test_a_file_that_is_no_plan_is_refused(folder: Path) -> None:
    (folder / "day.plan").write_text("netsuite: {}\n")
    connector("apply", "day.plan", folder=folder).complains(2, "this is no plan file")
    (folder / "day.plan").write_bytes(b"\xff\xfe")
    connector("apply", "day.plan", folder=folder).complains(2, "cannot be read")


def test_a_complete_comparison(folder: Path) -> None:
    connector("sync", folder=folder)
    told = connector("verify", "--full", folder=folder)
    data = connector("verify", "--full", "--recheck", "--json", folder=folder).data
    assert told.code == 0, told.out + told.err
    assert "without a finding" in told.out
    assert data["compared"] == data["equal"] > 0
    assert connector("verify", "--recheck", folder=folder).code == 2


def test_a_state_is_shown_set_aside_and_found_again(folder: Path) -> None:
    nothing = connector("state", "show", folder=folder)
    assert "No run has been made" in nothing.out
    connector("sync", folder=folder)
    shown = connector("state", "show", "--json", folder=folder).data["state"]
    assert shown["rows"]["links"] > 0
    assert connector("state", "rebuild", folder=folder).code == 2, "nobody can be asked"
    rebuilt = connector("state", "rebuild", "--yes", "--json", folder=folder)
    assert rebuilt.code == 0, rebuilt.err
    assert sum(rebuilt.data["links"].values()) == shown["rows"]["links"]
    assert Path(rebuilt.data["kept"]).exists()
    after = connector("sync", "--json", folder=folder).data
    assert after["writes"] == {"netsuite": 0, "salesforce": 0}

"""The commands on the accounts, one after the other, as an operator calls them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.stand import Stand
from connector.ui.sandbox_config import write_config
from connector.ui.tables import MASK
from tests.story.command_line import connector


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a configuration for two sandboxes that hold a few records."""
    folder = tmp_path_factory.mktemp("runs")
    stand = Stand(seed=5, directory=folder / "keys", running_clocks=True)
    stand.netsuite.seed(leads=3, prospects=2)
    stand.salesforce.seed(4, accounts=2, contacts=3, opportunities=1)
    with stand.serving() as at:
        write_config(folder / "config.yaml", stand, at)
        yield folder


def test_an_operators_first_hour(folder: Path) -> None:
    masked = connector("plan", "--json", folder=folder)
    planned = connector("plan", "--json", "--show-values", folder=folder)
    dry = connector("sync", "--dry-run", "--json", folder=folder)
    synced = connector("sync", "--json", folder=folder)
    again = connector("sync", folder=folder)
    verified = connector("verify", "--json", folder=folder)
    known = connector("status", folder=folder)

    assert [one.code for one in (masked, planned, dry, synced, again, verified, known)] == [0] * 7, synced.err
    assert planned.data["writes"] == dry.data["plan"]["writes"] > 0
    assert written_values(masked.data) <= {MASK, "None"}
    assert len(written_values(planned.data)) > 20
    assert synced.data["writes"]["netsuite"] > 0
    assert again.out.startswith("Nothing to do: no record was written on either side")
    assert (verified.data["differences"], verified.data["unlinked"]) == ([], [])
    assert "NetSuite TSTDRV1234567 and Salesforce 00D" in known.out


def written_values(plan: dict[str, Any]) -> set[str]:
    """Every value that the plan would write."""
    return {str(value) for action in plan["actions"] for value in action.get("fields", {}).values()}


def test_a_lost_state_is_found_again_by_our_keys(folder: Path) -> None:
    connector("sync", folder=folder)
    fresh = (folder / "config.yaml").read_text().replace("state: ", "state: other-")
    (folder / "fresh.yaml").write_text(fresh)

    first, second = (connector("sync", "--json", "--config", "fresh.yaml", folder=folder) for _ in range(2))

    assert (first.code, second.code) == (0, 0), first.err
    assert first.data["writes"] == second.data["writes"] == {"netsuite": 0, "salesforce": 0}
    assert second.data["holds"] == []

"""The state in PostgreSQL, as an operator has it: through the command line, against both sandboxes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.stand import Stand
from connector.state.store import is_there
from connector.ui.sandbox_config import write_config
from tests.story.command_line import connector


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a configuration that takes the place of the state from the environment."""
    folder = tmp_path_factory.mktemp("postgresql")
    stand = Stand(seed=5, directory=folder / "keys", running_clocks=True)
    stand.netsuite.seed(leads=3, prospects=2)
    stand.salesforce.seed(4, accounts=2, contacts=3, opportunities=1)
    with stand.serving() as at:
        config = folder / "config.yaml"
        write_config(config, stand, at)
        lines = [line for line in config.read_text().splitlines() if not line.startswith("state:")]
        config.write_text("\n".join([*lines, "state: ${env:STATE_URL}", ""]))
        yield folder


def test_a_sync_with_its_state_in_postgresql(folder: Path, postgresql_place: str) -> None:
    known = {"STATE_URL": postgresql_place}

    dry = connector("sync", "--dry-run", "--json", folder=folder, **known)
    assert (dry.code, is_there(postgresql_place)) == (0, False), dry.err

    first = connector("sync", "--json", folder=folder, **known)
    again = connector("sync", folder=folder, **known)
    status = connector("status", folder=folder, **known)

    assert (first.code, again.code, status.code) == (0, 0, 0), first.err + again.err + status.err
    assert first.data["writes"]["netsuite"] > 0
    assert again.out.startswith("Nothing to do: no record was written on either side")
    assert "NetSuite TSTDRV1234567 and Salesforce 00D" in status.out
    assert not (folder / "state").exists()


def test_a_database_that_cannot_be_reached_is_told_without_its_password(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"postgresql://connector:canary-canary@127.0.0.1:{port}/leads"

    ended = connector("sync", "-vv", "--debug", folder=folder, STATE_URL=url)
    assert ended.code == 1
    assert f"postgresql://127.0.0.1:{port}/leads: cannot be reached" in ended.err
    assert "canary" not in ended.out + ended.err

    connector("status", folder=folder, STATE_URL=url).complains(1, "Connection refused", "check that the server runs")

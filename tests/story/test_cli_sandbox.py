"""`connector sandbox serve`: one ready line, a configuration that works at once, and a clean end."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.story.command_line import connector, start
from tests.story.town import MAPPINGS


@contextmanager
def serving(*arguments: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Sandboxes that are ready, with the addresses that they told; stopped cleanly at the end."""
    with served(*arguments, "--json", folder=folder) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate(timeout=10)[1]
        yield json.loads(line)["ready"]
        _, err = stopped(process)
        assert process.returncode == 0, err
        assert "Traceback" not in err


@contextmanager
def served(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The process of `connector sandbox serve`, gone at the end whatever happens."""
    with start("sandbox", "serve", *arguments, folder=folder) as process:
        try:
            yield process
        finally:
            process.kill()


def stopped(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Its last words. The signal of Ctrl-C goes the same way, but what a shell runs in the background ignores it."""
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=20)


@pytest.mark.parametrize("tls", [(), ("--tls",)])
def test_the_written_configuration_works_as_it_is(tmp_path: Path, tls: tuple[str, ...]) -> None:
    with serving("--empty", "--config-out", "here/config.yaml", *tls, folder=tmp_path) as ready:
        assert ready["config"] == "here/config.yaml"
        ended = connector("doctor", "--config", "here/config.yaml", folder=tmp_path)

    assert ended.code == 0, ended.out + ended.err
    assert "NetSuite login: reached, and logged in to TSTDRV1234567" in ended.out


def test_secrets_lie_beside_the_configuration_and_are_private(tmp_path: Path) -> None:
    with serving("--empty", "--config-out", "config.yaml", folder=tmp_path):
        files = list((tmp_path / "config-secrets").iterdir())

    assert "PRIVATE KEY" not in (tmp_path / "config.yaml").read_text()
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_configuration_written_by_hand_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("netsuite: {}\n")

    ended = connector("sandbox", "serve", "--config-out", "config.yaml", folder=tmp_path)

    ended.complains(2, "exists and was not written by this command")
    assert (tmp_path / "config.yaml").read_text() == "netsuite: {}\n"


def test_a_configuration_of_earlier_sandboxes_is_written_anew(tmp_path: Path) -> None:
    for _ in range(2):
        with serving("--empty", "--config-out", "config.yaml", folder=tmp_path):
            assert "local_sandbox:" in (tmp_path / "config.yaml").read_text()


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        connector("sandbox", "serve", "--netsuite-port", port, folder=tmp_path).complains(2, port)


def test_a_folder_is_loaded_and_what_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    lead = {"attributes": {"type": "Lead"}, "LastName": "Moreau", "Company": "Harbor Optics", "Shoe_Size__c": 44}
    (tmp_path / "data/leads.json").write_text(json.dumps({"records": [lead]}))
    (tmp_path / "data/notes.txt").write_text("not for us")

    with served("--load", "data", folder=tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        _, err = stopped(process)

    assert "Lead: 1" in err
    assert "Shoe_Size__c" in err
    assert "notes.txt" in err


def test_empty_and_load_exclude_each_other(tmp_path: Path) -> None:
    ended = connector("sandbox", "serve", "--empty", "--load", str(tmp_path), folder=tmp_path)

    assert ended.code == 2
    assert "exclude each other" in ended.err


def test_people_get_one_line_and_the_logins_of_other_clients(tmp_path: Path) -> None:
    with served(folder=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready: NetSuite http://127.0.0.1:")
        out, err = stopped(process)

    assert (process.returncode, out) == (0, "")
    for word in ("consumer key", "token secret", "private key", "stopped"):
        assert word in err


def test_the_ledger_counts_what_is_only_assumed(tmp_path: Path) -> None:
    text, data = (connector("sandbox", "fidelity", *json_, folder=tmp_path) for json_ in ((), ("--json",)))

    assert text.code == 0
    assert f"{data.data['counts']['assumed']} assumed" in text.out.splitlines()[-1]


def test_an_org_may_have_record_types_from_the_start(tmp_path: Path) -> None:
    shutil.copytree(MAPPINGS, tmp_path / "mappings")
    file = tmp_path / "mappings/lead.yaml"
    file.write_text(file.read_text().replace("record: Lead", "record: Lead\n  create: {RecordTypeId: Trade}"))
    types = ("--record-type", "Lead:Retail", "--record-type", "Lead:Trade", "--record-type", "Account:Shop")
    with serving("--empty", *types, "--config-out", "config.yaml", folder=tmp_path):
        ended = connector("mapping", "check", folder=tmp_path)
    assert ended.code == 0, ended.out + ended.err


@pytest.mark.parametrize("wrong", ["Task:Call", "Lead", "Lead:Two words"])
def test_a_record_type_that_cannot_be_is_told(tmp_path: Path, wrong: str) -> None:
    ended = connector("sandbox", "serve", "--record-type", wrong, folder=tmp_path)
    assert ended.code == 2
    assert "as in Lead:Retail" in ended.err

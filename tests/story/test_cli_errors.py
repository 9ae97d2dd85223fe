"""What can go wrong before a run begins: each has one clear message, the right exit code, and no traceback."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.config import load_config
from connector.runs.sync import sync
from connector.sandbox.stand import Stand
from connector.state.store import open_store
from connector.ui.guard import guarded
from connector.ui.sandbox_config import write_config
from connector.wiring import MachineClock, build
from tests.story.command_line import Ended, connector

ACCOUNT_COMMANDS = ("doctor", "plan", "sync", "verify", "status")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A ready configuration for two empty sandboxes that are being served."""
    folder = tmp_path_factory.mktemp("served")
    stand = Stand(directory=folder / "keys", running_clocks=True)
    with stand.serving() as at:
        write_config(folder / "config.yaml", stand, at)
        yield folder / "config.yaml"


@pytest.fixture
def config(served: Path, tmp_path: Path) -> Path:
    """A copy of that configuration, to be spoilt; the keys stay where they are."""
    text = served.read_text().replace("${file:keys/", f"${{file:{served.parent}/keys/")
    (tmp_path / "config.yaml").write_text(text)
    return tmp_path / "config.yaml"


def spoil(config: Path, old: str, new: str) -> None:
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


@pytest.mark.parametrize("command", ACCOUNT_COMMANDS)
def test_no_configuration(command: str, tmp_path: Path) -> None:
    connector(command, folder=tmp_path).complains(2, "there is no config.yaml", "connector sandbox serve --config-out")


def test_an_error_is_one_json_object_when_json_is_asked_for(tmp_path: Path) -> None:
    ended = connector("sync", "--json", folder=tmp_path)

    ended.complains(2)
    assert ended.data["error"]["kind"] == "ConfigError"
    assert ended.data["error"]["exit_code"] == 2


def test_a_configuration_that_is_not_yaml(config: Path) -> None:
    spoil(config, "netsuite:\n  account", "netsuite: [\n  account")

    connector("sync", folder=config.parent).complains(2, "config.yaml:4:3: expected")


def test_a_misspelt_key(config: Path) -> None:
    spoil(config, "  concurrency: 4", "  concurency: 4")

    connector("plan", folder=config.parent).complains(2, "config.yaml:9:3", "Did you mean `concurrency`?")


def test_a_mapping_that_names_an_unknown_field(config: Path) -> None:
    own_mappings(config, "organization.yaml", "companyName", "compnyName")

    ended = connector("doctor", "--json", folder=config.parent)

    faults = [check for check in ended.data["checks"] if check["state"] == "fail"]
    assert ended.code == 2
    assert any("compnyName" in check["what"] and "organization.yaml:" in check["name"] for check in faults)


def test_a_mapping_file_that_is_broken(config: Path) -> None:
    own_mappings(config, "lead.yaml", "entity: lead", "entty: lead")

    connector("sync", folder=config.parent).complains(2, "lead.yaml:", "did you mean `entity`?")


def own_mappings(config: Path, name: str, old: str, new: str) -> None:
    """A folder of mapping files beside the configuration, one of them spoilt."""
    folder = config.parent / "mine"
    folder.mkdir()
    for shipped in (Path(__file__).parents[2] / "mappings").iterdir():
        (folder / shipped.name).write_text(shipped.read_text())
    spoil(folder / name, old, new)
    config.write_text(config.read_text() + "mappings: mine\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    consumer_key: 3MVG9", "    consumer_key: 4MVG9"),
        ("    username: integration@northwind.example", "    username: nobody@northwind.example"),
    ],
)
def test_credentials_that_salesforce_refuses(config: Path, old: str, new: str) -> None:
    spoil(config, old, new)

    connector("sync", folder=config.parent).complains(3, "salesforce")


def test_credentials_that_netsuite_refuses(config: Path) -> None:
    text = config.read_text()
    config.write_text(text.replace("certificate_id: ", "certificate_id: x"))

    connector("sync", folder=config.parent).complains(3, "netsuite", "Login Audit Trail")


def test_doctor_names_the_login_that_is_refused_and_goes_on_with_the_other_side(config: Path) -> None:
    config.write_text(config.read_text().replace("certificate_id: ", "certificate_id: x"))

    ended = connector("doctor", "--json", folder=config.parent)

    found = {(check["subject"], check["name"]): check["state"] for check in ended.data["checks"]}
    assert ended.code == 3
    assert found["netsuite", "login"] == "fail"
    assert found["salesforce", "login"] == "ok"


@pytest.fixture
def process_edge() -> Iterator[None]:
    """Gives back the log handlers and the signal handler that the outer edge of a process sets."""
    handlers, handler = logging.getLogger().handlers[:], signal.getsignal(signal.SIGTERM)
    yield
    logging.getLogger().handlers[:] = handlers
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.usefixtures("process_edge")
def test_a_system_that_cannot_be_reached(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    lines = config.read_text().splitlines()
    config.write_text(
        "\n".join(f"  netsuite: http://127.0.0.1:{closed}" if "  netsuite: http" in one else one for one in lines)
    )

    def work() -> int:
        with build(load_config(config), remember=False, clock=Hurried()) as parts:
            sync(parts)
        return 0

    code = guarded(work)

    Ended(code, *capsys.readouterr()).complains(1, "netsuite")


class Hurried(MachineClock):
    """Does not wait between one try and the next."""

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0


def test_a_second_run_at_once(config: Path) -> None:
    state = config.parent / "state.db"
    config.write_text("\n".join(line for line in config.read_text().splitlines() if not line.startswith("state:")))
    config.write_text(config.read_text() + "\nstate: state.db\n")
    store = open_store(state)
    with store.lock():
        connector("sync", folder=config.parent).complains(4)
    store.close()


def test_commands_that_only_look_leave_no_state_behind(config: Path) -> None:
    for command in (("doctor",), ("sync", "--dry-run")):
        connector(*command, folder=config.parent)

    assert not (config.parent / "state").exists()


def test_a_secret_never_reaches_the_output(config: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary-canary-canary")
    secret.chmod(0o600)
    jwt = config.read_text().partition("method: jwt")[2].partition("\n\n")[0]
    spoil(
        config,
        f"method: jwt{jwt}",
        f"method: client_credentials\n    client_id: x\n    client_secret: ${{file:{secret}}}",
    )

    for command in ("sync", "doctor"):
        ended = connector(command, "-vv", "--debug", folder=config.parent)
        assert ended.code == 3
        assert "canary" not in ended.out + ended.err

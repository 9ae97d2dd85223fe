"""No secret in any byte that we write, on whatever path we fail: every command, every fault, real HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.security.canary import leaks
from tests.security.office import ARGUMENTS, KEYS, SECRETS, Office, account_commands, office
from tests.security.wiretap import Parrot

LOUD = ("-vv", "--debug")
WRITES = {"method": "POST", "path": "/(record/v1/|composite/sobjects$|Soap)"}
FAULTS: dict[str, list[dict[str, Any]]] = {
    "none": [],
    "refused": [{"kind": "refuse"}],
    "write lost": [{"kind": "lose_request", "match": WRITES}],
    "answer lost": [{"kind": "lose_answer", "how": "reset", "match": WRITES}],
    "applied late": [{"kind": "delay", "seconds": 1, "match": WRITES}],
    "half an answer": [{"kind": "garble", "form": "truncated", "match": WRITES}],
    "page": [{"kind": "garble", "form": "html", "match": WRITES}],
    "busy": [{"kind": "error", "match": WRITES}],
    "throttled": [{"kind": "throttle"}],
    "token expired": [{"kind": "expire_token", "match": {"path": "^(?!.*oauth2)"}}],
    "row locked": [{"kind": "lock_row", "match": WRITES}],
    "redirected": [{"kind": "reply", "status": 302, "headers": {"Location": "https://elsewhere.example"}}],
}
TALKING = (("doctor",), ("plan",), ("sync",), ("verify",))
PARROTS = [Parrot(400), Parrot(403), Parrot(404), Parrot(302), Parrot(400, logins=True), Parrot(401, logins=True)]


def assert_silent(tapped: Office, printed: bytes) -> None:
    assert leaks(tapped.secrets, printed) == []
    assert leaks(tapped.secrets, tapped.written()) == []


def loudly(tapped: Office, commands: Iterable[tuple[str, ...]]) -> None:
    """Each command with all that it has to say."""
    config = ("--config", str(tapped.folder / "config.yaml"))
    tapped.call("plan", "--out", str(tapped.folder / "plan.json"), *config)
    (tapped.folder / "plan.json").touch()
    for number, command in enumerate(commands):
        tapped.newcomers(number)
        words = (word.format(folder=tapped.folder) for word in ARGUMENTS.get(command, ()))
        code, printed = tapped.call(*command, *words, *config, *LOUD)
        assert (code, b"Usage:" in printed) != (2, True), f"{command}: say in ARGUMENTS how it is called"
        assert_silent(tapped, printed)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_command_tells_a_secret_whatever_fails(tmp_path: Path, fault: str) -> None:
    with office(tmp_path, KEYS if len(fault) % 2 else SECRETS) as tapped:
        for front in (tapped.stand.netsuite_front, tapped.stand.salesforce_front):
            front.arm(FAULTS[fault])
        loudly(tapped, account_commands() if fault in ("none", "token expired") else TALKING)
        assert len(tapped.secrets) > 5, "nothing crossed the wire"


@pytest.mark.parametrize("parrot", PARROTS, ids=lambda parrot: f"{parrot.status}{' login' * parrot.logins}")
def test_a_server_that_repeats_our_secrets_is_not_repeated(tapped: Office, parrot: Parrot) -> None:
    for tap in tapped.taps.values():
        tap.parrot = parrot
    loudly(tapped, account_commands() if parrot == PARROTS[0] else TALKING)


@pytest.mark.parametrize("status", [400, 409, 500])
def test_a_server_that_repeats_our_secrets_when_we_write(tapped: Office, status: int) -> None:
    """The refusals of single records end in the state and in reports."""
    tapped.newcomers(0)
    config = ("--config", str(tapped.folder / "config.yaml"))
    tapped.call("sync", *config)
    tapped.newcomers(1)
    for tap in tapped.taps.values():
        tap.parrot = Parrot(status, writes_only=True)
    for command in ("sync", "sync", "status"):
        _, printed = tapped.call(command, *config, *LOUD)
        assert_silent(tapped, printed)


def test_a_database_password_is_not_told(tmp_path: Path) -> None:
    password = "canary/p@ss word%1"
    with office(tmp_path) as tapped:
        config = tapped.folder / "config.yaml"
        config.write_text(config.read_text().replace("state: state/connector.db", 'state: "${env:DATABASE}"'))
        place = f"postgresql://someone:{quote(password, safe='')}@127.0.0.1:1/nowhere"
        tapped.environment["DATABASE"] = place
        for command in (*TALKING, ("status",), ("state", "show"), ("state", "rebuild")):
            words = ARGUMENTS.get(command, ())
            code, printed = tapped.call(*command, *words, "--config", str(config), *LOUD)
            assert code == 1, command
            assert leaks([password, place], printed) == []


def test_a_secret_in_the_configuration_itself_is_not_told(tmp_path: Path) -> None:
    with office(tmp_path) as tapped:
        config = tapped.folder / "config.yaml"
        config.write_text(config.read_text().replace("${env:CONSUMER_SECRET}", "canary-in-the-file"))
        code, printed = tapped.call("sync", "--config", str(config), *LOUD)
        assert code == 2
        assert b"canary" not in printed


@pytest.mark.parametrize("encode", [str, quote, lambda text: base64.b64encode(f"x{text}".encode()).decode()])
def test_the_search_finds_what_is_hidden(encode: Any) -> None:
    secret = "ab+/cd==0123456789&?<>\"'"
    assert leaks([secret], f"before {encode(secret)} after".encode())
    assert leaks([secret], b"nothing") == []

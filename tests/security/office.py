"""An office that works with the real command line: a configuration, key files, a state, two tapped servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from connector.sandbox.serve import serve
from connector.sandbox.stand import Stand
from connector.ui.cli import main
from connector.wiring import MachineClock
from tests.security.wiretap import Wiretap
from tests.story.town import MAPPINGS

KEYS = """
netsuite:
  account: "{account}"
  auth:
    method: oauth2
    client_id: {client_id}
    certificate_id: {certificate_id}
    private_key: "${{file:{keys}/netsuite.key.pem}}"
salesforce:
  domain: sandbox
  auth:
    method: jwt
    consumer_key: {consumer_key}
    username: {username}
    private_key: "${{file:{keys}/salesforce.key.pem}}"
"""
SECRETS = """
netsuite:
  account: "{account}"
  auth:
    method: token
    consumer_key: {ns_consumer_key}
    consumer_secret: "${{env:CONSUMER_SECRET}}"
    token_id: {token_id}
    token_secret: "${{env:TOKEN_SECRET}}"
salesforce:
  domain: sandbox
  auth: {{method: client_credentials, client_id: {consumer_key}, client_secret: "${{env:CLIENT_SECRET}}"}}
"""
PLACES = """
local_sandbox: {{netsuite: "{netsuite}", salesforce: "{salesforce}"}}
state: {state}
"""
ARGUMENTS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("apply",): ("{folder}/plan.json",),
    ("mapping", "diff"): (str(MAPPINGS), str(MAPPINGS)),
    ("review", "show"): ("1",),
    ("review", "answer"): ("1", "--ignore"),
    ("holds", "retry"): ("--all",),
    ("state", "rebuild"): ("--yes",),
}
"""What a command needs beside its usual options; `{folder}` is where its configuration lies."""


class Hurried(MachineClock):
    """Does not wait between one try and the next."""

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0


@dataclass
class Office:
    """`folder` holds the configuration and whatever the connector writes; the keys lie elsewhere."""

    folder: Path
    stand: Stand
    taps: dict[str, Wiretap]
    environment: dict[str, str]
    state: Path = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.folder / "state" / "connector.db"

    @property
    def secrets(self) -> set[str]:
        """Everything that proves who we are, configured or met on the wire so far."""
        ours, theirs = self.stand.netsuite_login, self.stand.salesforce_login
        configured = {ours.consumer_secret, ours.token_secret, theirs.client_secret}
        keys = {ours.key.private_pem, theirs.key.private_pem}
        return configured | keys | {proof for tap in self.taps.values() for proof in tap.proofs}

    def call(self, *words: str) -> tuple[int, bytes]:
        """Exit code and everything printed."""
        result = CliRunner(env=self.environment).invoke(main, list(words), obj=Hurried())
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output_bytes

    def written(self) -> bytes:
        """Every byte of the files that the connector made: the state, what belongs to it, plans, reports."""
        made = (path for path in self.folder.rglob("*") if path.is_file() and path.name != "config.yaml")
        return b"".join(path.read_bytes() for path in sorted(made))

    def newcomers(self, number: int) -> None:
        """Work for the next run on both sides."""
        name = f"Worker{number}"
        fields = {"FirstName": "Ann", "LastName": name, "Company": f"{name} Inc", "Email": f"{name}@w.example"}
        self.stand.salesforce_front.act({"do": "create", "type": "Lead", "fields": fields})
        person = {"isPerson": True, "firstName": "Bob", "lastName": f"N{name}", "companyName": f"N{name} Ltd"}
        made = {**person, "entityStatus": {"id": "6"}}
        self.stand.netsuite_front.act({"do": "create", "type": "customer", "fields": made})


@contextmanager
def office(folder: Path, login: str = SECRETS) -> Iterator[Office]:
    """Two tapped servers and a configuration in `folder`/work; the keys lie beside it."""
    keys, work = folder / "keys", folder / "work"
    work.mkdir(mode=0o700)
    stand = Stand(directory=keys, running_clocks=True)
    taps = {"netsuite": Wiretap(stand.netsuite_front), "salesforce": Wiretap(stand.salesforce_front)}
    with serve(taps, hang_seconds=0.05) as urls:  # type: ignore[arg-type]
        facts = {**facts_of(stand), **urls, "keys": str(keys), "state": "state/connector.db"}
        (work / "config.yaml").write_text((login + PLACES).format(**facts))
        ours, theirs = stand.netsuite_login, stand.salesforce_login
        environment = {
            "CONSUMER_SECRET": ours.consumer_secret,
            "TOKEN_SECRET": ours.token_secret,
            "CLIENT_SECRET": theirs.client_secret,
        }
        yield Office(work, stand, taps, environment)
    stand.close()


def facts_of(stand: Stand) -> dict[str, Any]:
    ours, theirs = stand.netsuite_login, stand.salesforce_login
    return {
        "account": ours.account_id,
        "client_id": ours.client_id,
        "certificate_id": ours.certificate_id,
        "ns_consumer_key": ours.consumer_key,
        "token_id": ours.token_id,
        "consumer_key": theirs.consumer_key,
        "username": theirs.username,
    }


def account_commands() -> list[tuple[str, ...]]:
    """Every command that takes a configuration, as its words."""
    return sorted(path for path, command in _leaves(main, ()) if "config" in {one.name for one in command.params})


def _leaves(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, below in command.commands.items():
        yield from _leaves(below, (*path, name))

"""`connector sandbox`: both vendors as local sandboxes, with a ready configuration to use them."""

from __future__ import annotations

import json
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from connector.errors import ConfigError
from connector.ui.guard import guarded
from connector.ui.sandbox_config import login_facts, refuse_to_overwrite, write_config

if TYPE_CHECKING:
    from connector.sandbox.salesforce.settings import RecordType
    from connector.sandbox.stand import Addresses, Stand


MADE_UP: Final = {
    "netsuite": {"leads": 30, "prospects": 10, "customers": 10, "opportunities": 8},
    "salesforce": {"leads": 40, "accounts": 15, "contacts": 25, "opportunities": 10},
}
"""How many records of each kind the sandboxes start with, unless they start empty or are loaded."""
TYPED: Final = ("Lead", "Account", "Contact", "Opportunity")
"""The objects that may have record types."""


@dataclass(frozen=True)
class Serving:
    """What `connector sandbox serve` was asked for; port 0 is a free one."""

    netsuite_port: int
    salesforce_port: int
    tls: bool
    empty: bool
    load: Path | None
    custom_field: tuple[str, ...]
    record_type: tuple[str, ...]
    seed: int
    config_out: Path | None
    as_json: bool


def _checked(context: click.Context, option: click.Parameter, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Record types as `Lead:Retail`. Raises BadParameter."""
    wrong = [text for text in asked if not re.fullmatch(rf"({'|'.join(TYPED)}):[A-Za-z]\w*", text)]
    if wrong:
        raise click.BadParameter(f"{wrong[0]}: expected one of {', '.join(TYPED)} and a name, as in Lead:Retail")
    return asked


@click.group(short_help="Both vendors as local sandboxes.")
def sandbox() -> None:
    """NetSuite and Salesforce as faithful local sandboxes: no account, no network, nothing to break."""


@sandbox.command()
@click.option(
    "--netsuite-port", type=click.IntRange(0, 65535), default=0, help="Port of NetSuite; default: a free one."
)
@click.option("--salesforce-port", type=click.IntRange(0, 65535), default=0, help="Port of Salesforce; likewise.")
@click.option("--tls", is_flag=True, help="Serve HTTPS, with a throw-away certificate authority.")
@click.option("--empty", is_flag=True, help="Start without any record.")
@click.option(
    "--load",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Start with the records of this folder: *.json in tree format (Salesforce), *.csv lead lists (NetSuite).",
)
@click.option(
    "--custom-field",
    multiple=True,
    metavar="LABEL",
    help="A text field of your own on NetSuite's customers and Salesforce's leads and accounts.",
)
@click.option(
    "--record-type",
    multiple=True,
    metavar="OBJECT:NAME",
    callback=_checked,
    help="A record type of a Salesforce object, such as Lead:Retail; the first of an object is the users' default.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same ids and records.")
@click.option(
    "--config-out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a ready configuration here, its secrets in files beside it.",
)
@click.option("--json", "as_json", is_flag=True, help="The ready line as one JSON object.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def serve(as_json: bool, debug: bool, **options: Any) -> None:
    """Serve both sandboxes on this machine until Ctrl-C.

    Prints one line on stdout when both accept connections, and on stderr how any client can log in.
    Without --empty and --load, both start with made-up records.
    """
    if options["empty"] and options["load"]:
        raise click.UsageError("--empty and --load exclude each other")
    serving = Serving(**options, as_json=as_json)
    sys.exit(guarded(lambda: _serve(serving), as_json=as_json, debug=debug))


@sandbox.command()
@click.option("--json", "as_json", is_flag=True, help="The ledger as one JSON object.")
def fidelity(as_json: bool) -> None:
    """List every behaviour that the sandboxes imitate, with its evidence; what is only assumed is counted."""
    sys.exit(guarded(lambda: _list_behaviours(as_json), as_json=as_json))


def _list_behaviours(as_json: bool) -> int:
    from connector.sandbox.fidelity import as_data, as_lines, ledger

    behaviours = ledger()
    click.echo(json.dumps(as_data(behaviours)) if as_json else "\n".join(as_lines(behaviours)))
    return 0


def _serve(serving: Serving) -> int:
    from connector.sandbox.stand import Stand

    if serving.config_out:
        refuse_to_overwrite(serving.config_out)
    with ExitStack() as until:
        folder = until.enter_context(_folder_for_secrets(serving.config_out))
        accounts = _accounts(serving.custom_field, serving.record_type)
        stand = Stand(seed=serving.seed, directory=folder, running_clocks=True, **accounts)
        _fill(stand, serving)
        at = _listen(stand, serving, until)
        if serving.config_out:
            write_config(serving.config_out, stand, at)
        _stay(stand, at, serving)
    return 0


def _accounts(labels: Sequence[str], record_types: Sequence[str]) -> dict[str, Any]:
    """Both accounts with a text field of these labels, named as the vendors name what an admin adds, and the org with
    these record types."""
    from connector.sandbox.netsuite.settings import CustomField
    from connector.sandbox.netsuite.settings import Settings as NetSuite
    from connector.sandbox.salesforce.fields import text
    from connector.sandbox.salesforce.settings import Settings as Salesforce

    names = {label: re.sub(r"\W+", "_", label.strip()) for label in labels}
    ours = [
        CustomField(f"custentity_{name.lower()}", "customer", "text", label, length=300)
        for label, name in names.items()
    ]
    theirs = [(of, text(f"{name}__c", 255, label)) for of in ("Lead", "Account") for label, name in names.items()]
    org = Salesforce(extra_fields=tuple(theirs), record_types=tuple(_record_types(record_types)))
    return {"netsuite": NetSuite(custom_fields=tuple(ours)), "salesforce": org}


def _record_types(asked: Sequence[str]) -> Iterator[RecordType]:
    """The record types of `_checked`; the first of an object is its default."""
    from connector.sandbox.salesforce.settings import RecordType

    seen: set[str] = set()
    for text in asked:
        sobject, _, name = text.partition(":")
        yield RecordType(sobject, name, default=sobject not in seen)
        seen.add(sobject)


def _fill(stand: Stand, serving: Serving) -> None:
    if serving.load:
        click.echo("\n".join(loaded(asdict(stand.load(serving.load)))), err=True)
    elif not serving.empty:
        stand.netsuite.seed(**MADE_UP["netsuite"])
        stand.salesforce.seed(**MADE_UP["salesforce"])


def loaded(report: Mapping[str, Any]) -> Iterator[str]:
    """A load report as lines, without the ids that were given."""
    lists = {
        name: {key: part for key, part in told.items() if key != "ids"} for name, told in report["netsuite"].items()
    }
    org = dict(report["salesforce"] or {})
    unknown = {kind: f"{count} (the org has no such object)" for kind, count in org.get("skipped", {}).items()}
    org |= {"skipped": unknown} if unknown else {}
    yield from outline({**report, "salesforce": org, "netsuite": lists})


def outline(data: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """What was loaded and what was not, by name: one line a value, indented below what it belongs to."""
    for name, value in data.items():
        if isinstance(value, Mapping) and value:
            yield f"{'  ' * depth}{name}:"
            yield from outline(value, depth + 1)
        elif value or value == 0:
            yield f"{'  ' * depth}{name}: {value}"


@contextmanager
def _folder_for_secrets(config_out: Path | None) -> Iterator[Path]:
    """Beside the configuration when one is written, else a folder that goes when the sandboxes stop."""
    if config_out:
        yield config_out.absolute().parent / f"{config_out.stem}-secrets"
    else:
        with tempfile.TemporaryDirectory(prefix="connector-sandbox-") as folder:
            yield Path(folder)


def _listen(stand: Stand, serving: Serving, until: ExitStack) -> Addresses:
    """Serve both until `until` ends. Raises ConfigError when a port is taken."""
    ports = {"netsuite_port": serving.netsuite_port, "salesforce_port": serving.salesforce_port}
    try:
        return until.enter_context(stand.serving(tls=serving.tls, **ports))
    except OSError as error:
        asked = f"ports {serving.netsuite_port} and {serving.salesforce_port}"
        how = "Choose other ports, or none for free ones."
        raise ConfigError(f"cannot listen on {asked}: {error.strerror}", how=how) from error


def _announce(stand: Stand, at: Addresses, serving: Serving) -> None:
    """The logins for people, then one line on stdout for programs that wait for it."""
    click.echo(login_facts(stand, at), err=True)
    ready = {
        "netsuite": at.netsuite_url,
        "salesforce": at.salesforce_url,
        "config": serving.config_out and str(serving.config_out),
    }
    line = f"ready: NetSuite {at.netsuite_url}  Salesforce {at.salesforce_url}"
    click.echo(json.dumps({"ready": ready}) if serving.as_json else line)


def _stay(stand: Stand, at: Addresses, serving: Serving) -> None:
    """Until Ctrl-C, which is the way to stop and no error, from the ready line on."""
    try:
        _announce(stand, at, serving)
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("stopped", err=True)

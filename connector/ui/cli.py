"""The command line: reads options, calls the runs, prints their reports, and ends with a code that scripts can use.

What each command does lives in `runs/`; how a report looks lives in `reports.py`.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

import click

from connector.ui import reports
from connector.ui.guard import EXIT_CODES, guarded
from connector.ui.progress import OnProgress, progress
from connector.ui.sandbox import sandbox

if TYPE_CHECKING:
    from connector.runs.parts import Parts

F = TypeVar("F", bound=Callable[..., Any])
BRAKES = ("mass-change",)


class Report(Protocol):
    """What every run hands back."""

    def data(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Invocation:
    """How a command on the accounts was called. `remember`: whether it may write our own state."""

    config: Path
    as_json: bool = False
    verbose: int = 0
    debug: bool = False
    show_values: bool = False
    remember: bool = False
    allow: frozenset[str] = frozenset()


def on_accounts(command: F) -> F:
    """Options of a command that works on the two accounts; it receives them as one `Invocation`."""

    @click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("config.yaml"),
        show_default=True,
        help="The configuration file.",
    )
    @click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout; logs go to stderr.")
    @click.option("--show-values", is_flag=True, help="Show values of records; they may be personal data.")
    @click.option("-v", "--verbose", count=True, help="Log what happens; -vv logs every call.")
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @functools.wraps(command)
    def with_invocation(
        config: Path, as_json: bool, show_values: bool, verbose: int, debug: bool, **options: Any
    ) -> Any:
        return command(Invocation(config, as_json, verbose, debug, show_values), **options)

    return with_invocation  # type: ignore[return-value]


def perform(
    invocation: Invocation,
    work: Callable[[Parts, OnProgress], Report],
    render: Callable[[dict[str, Any]], str],
) -> NoReturn:
    """Do `work` with the parts that the configuration names, print its report, end the process."""

    def to_the_end() -> int:
        data = _report_of(invocation, work).data()
        shown = data if invocation.show_values else reports.masked(data)
        click.echo(json.dumps(shown) if invocation.as_json else render(reports.harmless(shown)))
        return reports.exit_code(data)

    sys.exit(guarded(to_the_end, as_json=invocation.as_json, debug=invocation.debug, verbose=invocation.verbose))


def _report_of(invocation: Invocation, work: Callable[[Parts, OnProgress], Report]) -> Report:
    from connector.config import load_config
    from connector.wiring import build

    config = load_config(invocation.config)
    with (
        build(config, remember=invocation.remember, allow=invocation.allow) as parts,
        progress(wanted=not invocation.as_json) as on_progress,
    ):
        return work(parts, on_progress)


def _version() -> str:
    try:
        return version("lead-connector")
    except PackageNotFoundError:
        return "(from the source tree)"


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(_version(), prog_name="connector")
def main() -> None:
    """Keeps NetSuite and Salesforce telling the same story about leads, their conversion included.

    \b
    Try it without any account:
      connector demo

    \b
    Try it by hand, on two local sandboxes:
      connector sandbox serve --config-out sandbox/config.yaml     (leave it running)
      connector doctor --config sandbox/config.yaml                is everything in place?
      connector plan   --config sandbox/config.yaml                what would a sync do?
      connector sync   --config sandbox/config.yaml                do it
      connector verify --config sandbox/config.yaml                do both sides agree?

    \b
    With your own accounts:
      cp config.example.yaml config.yaml                           fill it in
      connector doctor
      connector sync --dry-run
    """


@main.command(short_help="See it all happen, without any account.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def demo(as_json: bool, debug: bool) -> None:
    """Start both sandboxes, fill them, let people edit and convert leads on both sides, and sync in between."""

    def to_the_end() -> int:
        from connector.ui.demo import run_demo

        return run_demo(as_json=as_json)

    sys.exit(guarded(to_the_end, as_json=as_json, debug=debug))


@main.command(short_help="Is everything in place? Changes nothing.")
@on_accounts
def doctor(invocation: Invocation) -> None:
    """Check reach, logins, permissions, and the fields that the mapping needs; changes nothing."""
    from connector.runs.doctor import doctor as examine

    perform(invocation, examine, reports.doctor)


@main.command(short_help="What would a sync do now? Changes nothing.")
@on_accounts
def plan(invocation: Invocation) -> None:
    """Show what a sync would do now, record by record; changes nothing anywhere."""
    from connector.runs.sync import make_plan

    perform(invocation, make_plan, reports.plan)


@main.command(short_help="Bring both systems to the same story.")
@click.option("--dry-run", is_flag=True, help="Change nothing anywhere, not even our own state.")
@click.option("--allow", multiple=True, type=click.Choice(BRAKES), help="Release a brake for this run.")
@on_accounts
def sync(invocation: Invocation, dry_run: bool, allow: tuple[str, ...]) -> None:
    """Bring both systems to the same story: read what changed, plan, check the brakes, write.

    Running it again is always safe: what is in place already is not written a second time.
    """
    from connector.runs.sync import sync as synchronise

    perform(
        replace(invocation, remember=not dry_run, allow=frozenset(allow)),
        lambda parts, on_progress: synchronise(parts, dry_run=dry_run, on_progress=on_progress),
        reports.sync,
    )


@main.command(short_help="Do both sides agree? Changes nothing.")
@on_accounts
def verify(invocation: Invocation) -> None:
    """Compare every linked pair of records and list what differs and what is not linked; writes nothing."""
    from connector.runs.verify import verify as compare

    perform(invocation, compare, reports.verify)


@main.command(short_help="What do we remember? Asks no system.")
@on_accounts
def status(invocation: Invocation) -> None:
    """Tell from our own state: the last runs, the links, and what waits for a person. Asks no system."""
    from connector.runs.status import status as recall

    perform(invocation, lambda parts, _: recall(parts.store), reports.status)


main.add_command(sandbox)

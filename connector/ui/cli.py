"""The command line: reads options, calls the runs, prints their reports, and ends with a code that scripts can use.

What each command does lives in `runs/`; how a report looks lives in `reports.py`.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

import click

from connector.ui import reports
from connector.ui.guard import EXIT_CODES, guarded
from connector.ui.invocation import Invocation, allowing, on_accounts, perform
from connector.ui.mapping import mapping
from connector.ui.plan import apply, plan
from connector.ui.review import holds, review
from connector.ui.sandbox import sandbox
from connector.ui.state import state
from connector.ui.verify import verify


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


@main.command(short_help="Bring both systems to the same story.")
@click.option("--dry-run", is_flag=True, help="Change nothing anywhere, not even our own state.")
@allowing
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


@main.command(short_help="What do we remember? Asks no system.")
@on_accounts
def status(invocation: Invocation) -> None:
    """Tell from our own state: the last runs, the links, what waits for a person, and what the accounts changed lately.
    Asks no system."""
    from connector.runs.status import status as recall

    perform(invocation, lambda parts, _: recall(parts), reports.status)


main.add_command(plan)
main.add_command(apply)
main.add_command(verify)
main.add_command(state)
main.add_command(holds)
main.add_command(review)
main.add_command(mapping)
main.add_command(sandbox)

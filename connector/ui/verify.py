"""`connector verify`: do both sides agree?"""

from __future__ import annotations

from dataclasses import replace

import click

from connector.ui import reports
from connector.ui.invocation import Invocation, on_accounts, perform
from connector.ui.tables import heading


@click.command(short_help="Do both sides agree? Changes nothing.")
@click.option("--full", is_flag=True, help="Compare every record there is, slowly; goes on where it was stopped.")
@click.option("--recheck", is_flag=True, help="With --full: let the next sync look at what is found.")
@click.option("--restart", is_flag=True, help="With --full: begin again instead of going on.")
@on_accounts
def verify(invocation: Invocation, full: bool, recheck: bool, restart: bool) -> None:
    """Compare every linked pair of records and list what differs and what is not linked; writes nothing.

    With --full it streams through any number of records, and finds what no run can see: changes without a stamp, two
    records with one key, links to records that are gone.
    """
    if not full:
        if recheck or restart:
            raise click.UsageError("--recheck and --restart belong to --full")
        from connector.runs.verify import verify as compare

        perform(invocation, compare, reports.verify)
    from connector.runs.verify_full import verify_full

    perform(
        replace(invocation, remember=True),
        lambda parts, on_progress: verify_full(parts, on_progress, recheck=recheck, restart=restart),
        _compared,
    )


def _compared(data: reports.Data) -> str:
    first = f"{data['compared']:,} linked pairs compared: {data['equal']:,} without a finding."
    more = sum(data["counts"].values()) - len(data["findings"])
    rows = ((one["kind"], one["entity"], " ".join(one["refs"]), one["field"], one["why"]) for one in data["findings"])
    return reports.text(
        [
            heading(first),
            *reports.section("Found", ("what", "how many"), data["counts"].items(), counted=False),
            *reports.section("Findings", ("what", "thing", "records", "field", "why"), rows),
            *([f"  ... and {more:,} more that only the counts tell"] if more else []),
            *([f"Queued for the next sync: {data['queued']:,} records."] if data["queued"] else []),
        ]
    )

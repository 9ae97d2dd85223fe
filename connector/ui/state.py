"""`connector state`: look at what we remember from outside, and build it up anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from connector.ui import reports
from connector.ui.invocation import Invocation, allowing, on_accounts, tell
from connector.ui.progress import progress
from connector.ui.tables import heading

if TYPE_CHECKING:
    from connector.runs.rebuild import RebuildReport
    from connector.wiring import StateFacts

_WARNING = (
    "The present state is set aside, and built up again from what both systems hold. Nothing is written to them. "
    "What people answered to holds, and what values lost, stays behind in the old state. Go on?"
)


@click.group(short_help="Look at our own state, or build it up anew.")
def state() -> None:
    """What the connector remembers: links, what both sides last agreed on, open holds, cursors."""


@state.command(short_help="Where is it, and how big?")
@on_accounts
def show(invocation: Invocation) -> None:
    """Tell where the state is, of which version, and what it holds. Asks no system; changes nothing."""

    def facts() -> _Shown:
        from connector.config import load_config
        from connector.wiring import state_facts

        return _Shown(state_facts(load_config(invocation.config)))

    tell(invocation, facts, _shown)


@state.command(short_help="Set it aside and find everything again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@allowing
@on_accounts
def rebuild(invocation: Invocation, yes: bool, allow: tuple[str, ...]) -> None:
    """Set the present state aside and find every link again, by the keys on the records, then by likeness.

    Nothing is written to either system: fields that are equal are settled, different ones are held, and what a sync
    would write is left to the next one. A file is renamed, with the time behind its name; the tables of PostgreSQL
    are emptied.
    """
    if not yes:
        if invocation.as_json or not sys.stdin.isatty():
            raise click.UsageError("nobody can be asked here: add --yes")
        click.confirm(_WARNING, abort=True)
    called = replace(invocation, remember=True, allow=frozenset(allow))
    tell(called, lambda: _rebuilt(called), _found_again)


def _rebuilt(invocation: Invocation) -> RebuildReport:
    """The systems are asked first: a state is not given up for accounts that cannot be reached, or are others."""
    from connector.config import load_config
    from connector.core.brakes import check_identity
    from connector.runs.account import checked, identities
    from connector.runs.rebuild import rebuild as find_again
    from connector.wiring import build, set_state_aside

    config = load_config(invocation.config)
    with build(config, remember=False) as parts:
        check_identity(parts.store.identity(), identities(parts))
        checked(parts, remember=False)
    kept = set_state_aside(config)
    with (
        build(config, allow=invocation.allow) as parts,
        progress(wanted=not invocation.as_json) as on_progress,
    ):
        return find_again(parts, on_progress, kept=kept)


@dataclass(frozen=True, slots=True)
class _Shown:
    facts: StateFacts | None

    def data(self) -> dict[str, Any]:
        return {"state": asdict(self.facts) if self.facts else None}


# --- as text -----------------------------------------------------------------------------------------------------


def _shown(data: reports.Data) -> str:
    facts = data["state"]
    if facts is None:
        return "No run has been made with this state yet: connector sync"
    size = "" if facts["bytes"] is None else f", {facts['bytes']:,} bytes"
    first = f"{facts['place']} (tables {facts['tables']}{size})"
    return reports.text(
        [heading(first), *reports.section("Rows", ("table", "rows"), facts["rows"].items(), counted=False)]
    )


def _found_again(data: reports.Data) -> str:
    return reports.text(
        [
            heading(f"Found again: {sum(data['links'].values()):,} links ({data['seconds']:.1f} s)."),
            *_kept(data["kept"]),
            *reports.section("Links", ("what", "linked"), data["links"].items(), counted=False),
            *reports.section("Left to the next sync", ("action", "how many"), data["left"].items(), counted=False),
            *reports.hold_list(data["holds"]),
        ]
    )


def _kept(place: str) -> Iterator[str]:
    if place:
        yield f"The state from before has gone to {place}"

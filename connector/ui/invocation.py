"""What every command on the accounts shares: its options, and doing the work between configuration and report."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

import click

from connector.ui import reports
from connector.ui.guard import guarded
from connector.ui.progress import OnProgress, progress

if TYPE_CHECKING:
    from connector.core.ports import Clock
    from connector.runs.parts import Parts

F = TypeVar("F", bound=Callable[..., Any])


BRAKES = ("mass-change", "deletes", "vanished", "mapping", "refusals")
"""Those of `connector.core.brakes`, known without loading it; a test holds the two together."""

allowing = click.option("--allow", multiple=True, type=click.Choice(BRAKES), help="Release a brake for this run.")


class Report(Protocol):
    """What every run hands back."""

    def data(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Invocation:
    """How a command on the accounts was called. `remember`: whether it may write our own state. `mappings`: the folder
    of the mapping files, instead of the configured one."""

    config: Path
    as_json: bool = False
    verbose: int = 0
    debug: bool = False
    show_values: bool = False
    remember: bool = False
    allow: frozenset[str] = frozenset()
    mappings: Path | None = None


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
    tell(invocation, lambda: _report_of(invocation, work), render)


def tell(invocation: Invocation, report: Callable[[], Report], render: Callable[[dict[str, Any]], str]) -> NoReturn:
    """Get a report, print it, end the process; an error on the way becomes a message and an exit code."""

    def to_the_end() -> int:
        data = report().data()
        shown = data if invocation.show_values else reports.masked(data)
        click.echo(json.dumps(shown) if invocation.as_json else render(reports.harmless(shown)))
        return reports.exit_code(data)

    sys.exit(guarded(to_the_end, as_json=invocation.as_json, debug=invocation.debug, verbose=invocation.verbose))


def _clock() -> Clock | None:
    """Who calls the command line from a program may bring a clock of their own, as click's `obj`."""
    clock: Clock | None = click.get_current_context().obj
    return clock


def _report_of(invocation: Invocation, work: Callable[[Parts, OnProgress], Report]) -> Report:
    from connector.config import load_config
    from connector.wiring import build

    config = load_config(invocation.config)
    if invocation.mappings is not None:
        config = config.model_copy(update={"mappings": invocation.mappings})
    with (
        build(config, remember=invocation.remember, allow=invocation.allow, clock=_clock()) as parts,
        progress(wanted=not invocation.as_json) as on_progress,
    ):
        return work(parts, on_progress)

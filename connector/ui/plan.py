"""`connector plan` and `connector apply`: show what a sync would do, keep it in a file, carry out exactly that."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connector.errors import PlanUnfit
from connector.ui import reports
from connector.ui.invocation import Invocation, Report, allowing, on_accounts, perform
from connector.ui.tables import heading

if TYPE_CHECKING:
    from connector.core.plan_file import PlanFile
    from connector.runs.parts import Parts
    from connector.ui.progress import OnProgress


@click.command(short_help="What would a sync do now? Changes nothing.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the plan in this file, for `connector apply`. It holds personal data; only you can read it.",
)
@allowing
@on_accounts
def plan(invocation: Invocation, out: Path | None, allow: tuple[str, ...]) -> None:
    """Show what a sync would do now, record by record; changes nothing anywhere."""
    from connector.runs.sync import make_plan

    called = replace(invocation, allow=frozenset(allow))
    if out is None:
        perform(called, make_plan, reports.plan)
    perform(called, lambda parts, on_progress: _kept(parts, on_progress, out), _planned)


@click.command(short_help="Carry out a plan that was kept in a file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@allowing
@on_accounts
def apply(invocation: Invocation, file: Path, allow: tuple[str, ...]) -> None:
    """Carry out exactly the actions of FILE, which `connector plan --out FILE` made.

    An action whose records were changed since is skipped and named; what is in place already is not written again.
    """
    from connector.runs.plan_file import perform as carry_out

    perform(
        replace(invocation, remember=True, allow=frozenset(allow)),
        lambda parts, on_progress: carry_out(parts, _read(file), on_progress),
        _applied,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A plan, and the file that it was written to."""

    report: Report
    file: Path

    def data(self) -> dict[str, Any]:
        return {**self.report.data(), "file": str(self.file)}


def _kept(parts: Parts, on_progress: OnProgress, out: Path) -> _Kept:
    from connector.core.plan_file import to_lines
    from connector.runs.plan_file import draw_up

    report, file = draw_up(parts, on_progress)
    _write(out, to_lines(file))
    return _Kept(report, out)


def _write(path: Path, lines: Iterable[str]) -> None:
    """The whole file or none, and from the first byte on for nobody else: it holds personal data."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.writelines(f"{line}\n" for line in lines)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise PlanUnfit(f"{path}: {error.strerror}") from error


def _read(path: Path) -> PlanFile:
    from connector.core.plan_file import from_lines

    try:
        return from_lines(path.read_text(encoding="ascii").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise PlanUnfit(f"{path} cannot be read: {error}") from None


# --- as text -----------------------------------------------------------------------------------------------------


def _planned(data: reports.Data) -> str:
    kept = f"Kept in {data['file']}; it holds personal data. Carry it out: connector apply {data['file']}"
    return f"{reports.plan(data)}\n\n{kept}"


def _applied(data: reports.Data) -> str:
    """What became of a plan file."""
    return reports.text(
        [
            heading(_headline(data)),
            *reports.brakes(data),
            *reports.count_table(data["counts"]),
            *reports.section(
                "Moved since the plan was made, and left alone", ("action", "what", "record", "why"), _moved(data)
            ),
            *reports.hold_list(data["holds"]),
        ]
    )


def _headline(data: reports.Data) -> str:
    before, moved = data["done_before"], len(data["moved"])
    done = data["planned"] - before - moved
    first = f"{data['planned']:,} planned: {done:,} carried out, {before:,} in place already, {moved:,} moved."
    return f"{first}\n{reports.NOT_ALL}" if data["incomplete"] else first


def _moved(data: reports.Data) -> Iterator[tuple[str, ...]]:
    for one in data["moved"]:
        for record in one["moved"]:
            yield one["verb"], one.get("entity", ""), record["record"], record["why"]

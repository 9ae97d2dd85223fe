"""Progress of long work: a line per step, on a terminal only. Elsewhere silence, so that logs stay readable."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OnProgress = Callable[[str, int, int | None], None]
"""Called with the step's name, how many are done, and how many there are (None while nobody knows)."""


def _silent(step: str, done: int, total: int | None) -> None:
    """Nobody is watching."""


@contextmanager
def progress(*, wanted: bool) -> Iterator[OnProgress]:
    """What a run calls to tell how far it is; draws on stderr when `wanted` and stderr is a terminal."""
    if wanted and sys.stderr.isatty():
        with _drawn() as drawing:
            yield drawing
    else:
        yield _silent


@contextmanager
def _drawn() -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        steps: dict[str, TaskID] = {}

        def advance(step: str, done: int, total: int | None) -> None:
            if step not in steps:
                steps[step] = bars.add_task(step, total=total)
            bars.update(steps[step], completed=done, total=total)

        yield advance

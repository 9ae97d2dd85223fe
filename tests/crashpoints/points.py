"""Live a scenario once whole and once for each point at which it can die, and compare the ends.

Every life is a forked process that begins in the same prepared world, so that nothing of one reaches another, and the
world need not be made again: the sandboxes are copied with the process, the state with its file or schema.
"""

from __future__ import annotations

import gc
import os
import pickle
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from tests.crashpoints.laws import broken
from tests.crashpoints.mortal import Fate, MortalTown
from tests.crashpoints.places import Place, Places
from tests.crashpoints.scenarios import Scenario
from tests.crashpoints.story import Story, tell

T = TypeVar("T")


@dataclass(frozen=True)
class Violation:
    """What is wrong after a death at `point` (0: without any)."""

    point: int
    moment: str
    what: str


@dataclass
class Examined:
    """What came of a scenario. `points`: the moments at which its run died, one life each."""

    name: str
    calls: int = 0
    commits: int = 0
    points: int = 0
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)


@dataclass(frozen=True)
class Life:
    """One life: the moments of its run, what was told in the end, and what is wrong with that. Where the story is
    the undisturbed one, the laws hold as they held there: all that they look at is in it."""

    moments: Sequence[str]
    died: bool
    story: Story
    wrong: Sequence[str]


def every(_: Sequence[str], __: int) -> bool:
    """All points."""
    return True


def examine(
    scenario: Scenario, places: Places, jobs: int, only: Callable[[Sequence[str], int], bool] = every
) -> Examined:
    """The points of `scenario` that `only` takes (it is given all moments and a point), `jobs` processes at a time."""
    started, found = time.perf_counter(), Examined(scenario.name)
    town = MortalTown(places("origin"), **scenario.options)
    copies = [places(f"copy{number}") for number in range(jobs)]
    try:
        _prepare(town, scenario)
        whole = apart(lambda: _live(town, scenario, copies[0], Fate()))
        found.violations += [Violation(0, "undisturbed", told) for told in whole.wrong]
        found.calls = sum(not one.endswith("COMMIT") for one in whole.moments) // 2
        found.commits = whole.moments.count("after COMMIT")
        points = [number for number in range(1, len(whole.moments) + 1) if only(whole.moments, number)]
        found.points = len(points)
        shares = [
            partial(_die_at_each, town, scenario, copy, points[number::jobs], whole)
            for number, copy in enumerate(copies)
        ]
        violations = (one for share in side_by_side(shares) for one in share)
        found.violations += sorted(violations, key=lambda one: one.point)
    finally:
        town.stand.close()
    found.seconds = time.perf_counter() - started
    return found


def _prepare(town: MortalTown, scenario: Scenario) -> None:
    """Bring the town to the beginning of the run that is to die, its state closed."""
    if not scenario.first:
        town.calm()
    for deed in scenario.before:
        deed(town)
    if scenario.before:
        town.calm()
    for deed in scenario.work:
        deed(town)
    town.stop()


def _live(town: MortalTown, scenario: Scenario, place: Place, fate: Fate, expected: Story | None = None) -> Life:
    """The run under `fate`, what people do meanwhile, calm, what they do afterwards, calm again."""
    place.become(town.place)
    town.run_until_death(fate, place)
    for deed in scenario.meanwhile:
        deed(town)
    wrong = list(_calm(town))
    for deed in scenario.afterwards:
        deed(town)
    wrong += _calm(town) if scenario.afterwards else []
    story = tell(town)
    if story != expected:
        wrong += broken(town, scenario)
    town.stop()
    return Life(fate.moments, fate.dead, story, wrong + place.damage())


def _calm(town: MortalTown) -> Iterator[str]:
    try:
        town.calm()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        yield f"{type(error).__name__}: {error} ({where.filename.rpartition('/')[2]}:{where.lineno})"


def _die_at_each(
    town: MortalTown, scenario: Scenario, place: Place, points: Sequence[int], whole: Life
) -> list[Violation]:
    return [one for point in points for one in _die_at(town, scenario, place, point, whole)]


def _die_at(town: MortalTown, scenario: Scenario, place: Place, point: int, whole: Life) -> list[Violation]:
    life = apart(lambda: _live(town, scenario, place, Fate(point), whole.story))
    moment = life.moments[-1]
    wrong = [told for told in life.wrong if told not in whole.wrong]
    if not life.died or moment != whole.moments[point - 1]:
        wrong.append(f"died at {moment!r} where the undisturbed run has {whole.moments[point - 1]!r}")
    if not scenario.unknowable:
        wrong += different(whole.story, life.story)
    return [Violation(point, moment, told) for told in wrong]


def different(expected: Story, told: Story) -> list[str]:
    """What the two stories do not share, line by line."""
    found = []
    for chapter in expected:
        missing = _without(expected[chapter], told[chapter])
        added = _without(told[chapter], expected[chapter])
        found += [f"{chapter}: - {line}" for line in missing] + [f"{chapter}: + {line}" for line in added]
    return found


def _without(lines: Iterable[str], others: Iterable[str]) -> list[str]:
    left = list(others)
    return [line for line in lines if line not in left or left.remove(line)]  # type: ignore[func-returns-value]


# --- processes -----------------------------------------------------------------------------------------------------


def apart(work: Callable[[], T]) -> T:
    """What `work` returns, done in a process of its own that is gone afterwards."""
    return side_by_side([work])[0]


def side_by_side(works: Sequence[Callable[[], T]]) -> list[T]:
    """What each of `works` returns, each in a process of its own at the same time. RuntimeError where one fails."""
    begun = [_begin(work) for work in works]
    return [_end(child, reader) for child, reader in begun]


def _begin(work: Callable[[], object]) -> tuple[int, int]:
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    os.close(reader)
    gc.disable()  # a life is short, and collecting would copy every page that it shares with its parent
    try:
        answer = pickle.dumps((True, work()))
    except BaseException:
        answer = pickle.dumps((False, traceback.format_exc()))
    with os.fdopen(writer, "wb") as pipe:
        pipe.write(answer)
    os._exit(0)  # neither `finally` blocks nor exit handlers of the parent are ours to run


def _end(child: int, reader: int) -> Any:
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    fine, value = pickle.loads(answer)
    if not fine:
        raise RuntimeError(f"a life ended otherwise than it should:\n{value}")
    return value

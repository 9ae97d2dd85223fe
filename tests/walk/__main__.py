"""python -m tests.walk --seeds N --start S       live N seeds from S on; --start random begins anywhere
python -m tests.walk --seeds N --small         lives made in another manner; or --dense, --pairs, --losses, --backups
python -m tests.walk --replay FILE             live one saved trace
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.walk.manners import MAKERS, WORDS, Manner
from tests.walk.shrink import shrink
from tests.walk.walk import judge, load, save
from tests.walk.world import newborn

HEADINGS = {
    "the connector and people": "(calls|runs|edits)$",
    "what people did": "people: ",
    "what the machine did": "(crash|state|rival|encore)",
    "faults": "fault ",
    "edits between our look and our write, or between it and our next look": "window: ",
}
"""What the summary tells apart, and the names of the figures under each heading."""

SEEDS_IN_A_HAND = 10
"""How many seeds a process takes at a time."""


@dataclass(frozen=True)
class Lived:
    """What is left of a life: small enough to be handed from process to process."""

    seed: int
    violations: tuple[str, ...]
    invariants: tuple[str, ...]
    tally: Counter[str]


@dataclass
class Summary:
    """All lives together."""

    jobs: int
    seeds: int = 0
    failed: list[int] = field(default_factory=list)
    invariants: Counter[str] = field(default_factory=Counter)
    tally: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.perf_counter)

    def add(self, one: Lived) -> None:
        self.seeds += 1
        self.tally.update(one.tally)
        if one.violations:
            self.failed.append(one.seed)
            self.invariants.update(one.invariants)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    @property
    def rate(self) -> float:
        return 60 * self.seeds / self.seconds

    def lines(self) -> Iterator[str]:
        yield f"{self.seeds} seeds, {len(self.failed)} failed, {self.seconds:.0f} s"
        yield f"{self.rate:.0f} seeds a minute, {self.rate / self.jobs:.0f} on each core"
        if self.failed:
            yield f"broken: {_told(self.invariants)}"
        for heading, named in HEADINGS.items():
            figures = {name: number for name, number in self.tally.items() if re.match(named, name)}
            yield f"{heading}: {_told(figures)}"


def _told(figures: dict[str, int]) -> str:
    return ", ".join(f"{name.split(': ')[-1]} {number:,}" for name, number in sorted(figures.items())) or "none"


def main() -> int:
    options = _options()
    if options.replay:
        return _replay(options.replay)
    start = random.randrange(10**9) if options.start == "random" else int(options.start)
    sys.stdout.write(f"{_command(options.seeds, start, options.manner)}\n")
    summary = Summary(options.jobs)
    for one in _lives(range(start, start + options.seeds), options.jobs, options.manner):
        summary.add(one)
        if one.violations:
            _tell(one, options.manner)
            if options.shrink:
                _shrink(one, options.shrink, options.manner)
        _progress(summary, options.seeds)
    sys.stdout.writelines(f"{line}\n" for line in summary.lines())
    return 1 if summary.failed else 0


def _options() -> argparse.Namespace:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m tests.walk", description=__doc__, formatter_class=as_written)
    parser.add_argument("--seeds", type=int, default=100, metavar="N")
    parser.add_argument("--start", default="0", metavar="S", help="the first seed, or random")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at once")
    manners = parser.add_mutually_exclusive_group()
    for manner, what in WORDS.items():
        manners.add_argument(f"--{manner}", action="store_const", dest="manner", const=manner, help=what)
    parser.set_defaults(manner="plain")
    parser.add_argument("--replay", type=Path, metavar="FILE")
    parser.add_argument("--shrink", type=Path, metavar="DIR", help="shrink what fails and save it there")
    return parser.parse_args()


def _lives(seeds: Iterable[int], jobs: int, manner: Manner) -> Iterator[Lived]:
    one_life = partial(live, manner=manner)
    if jobs == 1:
        _settle()
        yield from map(one_life, seeds)
        return
    with ProcessPoolExecutor(jobs, initializer=_settle) as pool:
        yield from pool.map(one_life, seeds, chunksize=SEEDS_IN_A_HAND)


def _settle() -> None:
    """Make what all lives share, which is never garbage: the collector need not look at it again after every life. Nor
    as often as it does by itself: a life leaves little behind."""
    for met in (False, True):
        newborn(met)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def live(seed: int, manner: Manner = "plain") -> Lived:
    verdict = judge(MAKERS[manner](seed))
    return Lived(seed, tuple(map(str, verdict.violations)), tuple(sorted(verdict.invariants)), verdict.tally)


def _replay(place: Path) -> int:
    verdict = judge(load(place))
    sys.stdout.writelines(f"{violation}\n" for violation in verdict.violations)
    return 1 if verdict.violations else 0


def _command(seeds: int, start: int, manner: Manner) -> str:
    how = "" if manner == "plain" else f" --{manner}"
    return f"python -m tests.walk --seeds {seeds} --start {start}{how}"


def _tell(one: Lived, manner: Manner) -> None:
    sys.stdout.write(f"seed {one.seed}: {_command(1, one.seed, manner)}\n")
    sys.stdout.writelines(f"    {violation}\n" for violation in one.violations)
    sys.stdout.flush()


def _shrink(one: Lived, folder: Path, manner: Manner) -> None:
    for invariant in one.invariants:
        trace = shrink(MAKERS[manner](one.seed), invariant)
        place = folder / f"{invariant.split()[0]}-seed-{one.seed}.json"
        save(trace, invariant, place)
        sys.stdout.write(f"    {len(trace['operations'])} operations: python -m tests.walk --replay {place}\n")


def _progress(summary: Summary, seeds: int) -> None:
    """One line that is written over and over, where somebody sits and watches."""
    if sys.stderr.isatty():
        end = "\n" if summary.seeds == seeds else ""
        told = f"{summary.seeds} of {seeds} seeds, {len(summary.failed)} failed, {summary.rate:.0f} a minute"
        sys.stderr.write(f"\r{told}{end}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())

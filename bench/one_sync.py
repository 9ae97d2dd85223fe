"""One sync in a process of its own: `python -m bench.one_sync CONFIG [--later SECONDS] [--profile FILE]`.

`--later` sets our own clock ahead, so that what was remembered of both accounts is out of date. `--profile` writes
cProfile's statistics; the times in the answer mean little then.
"""

from __future__ import annotations

import argparse
import cProfile
from datetime import datetime, timedelta
from pathlib import Path

from bench.usage import Stopwatch, tell
from connector.config import load_config
from connector.runs.report import SyncReport
from connector.runs.sync import sync
from connector.wiring import MachineClock, build


class LaterClock(MachineClock):
    """This machine's clock, so many seconds ahead."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._ahead


def run(config: Path, later_seconds: float) -> SyncReport:
    # That N leads into an empty account are a mass change is the point of the first run.
    allow = frozenset({"mass-change"})
    with build(load_config(config), allow=allow, clock=LaterClock(later_seconds)) as parts:
        return sync(parts)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--later", type=float, default=0)
    parser.add_argument("--profile", type=Path)
    asked = parser.parse_args()
    stopwatch = Stopwatch()
    if asked.profile:
        profiler = cProfile.Profile()
        report = profiler.runcall(run, asked.config, asked.later)
        profiler.dump_stats(asked.profile)
    else:
        report = run(asked.config, asked.later)
    tell(stopwatch.usage(), {"report": report.data()})


if __name__ == "__main__":
    main()

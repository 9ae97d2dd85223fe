"""One sync in a process of its own: `python -m bench.one_sync CONFIG [PROFILE]`.

With PROFILE, cProfile's statistics are written there, and the times in the answer mean little.
"""

from __future__ import annotations

import cProfile
import sys
from pathlib import Path

from bench.usage import Stopwatch, tell
from connector.config import load_config
from connector.runs.report import SyncReport
from connector.runs.sync import sync
from connector.wiring import build


def run(config: Path) -> SyncReport:
    # That N leads into an empty account are a mass change is the point of the first run.
    with build(load_config(config), allow=frozenset({"mass-change"})) as parts:
        return sync(parts)


def main() -> None:
    config, *profile = map(Path, sys.argv[1:])
    stopwatch = Stopwatch()
    if profile:
        profiler = cProfile.Profile()
        report = profiler.runcall(run, config)
        profiler.dump_stats(profile[0])
    else:
        report = run(config)
    tell(stopwatch.usage(), {"report": report.data()})


if __name__ == "__main__":
    main()

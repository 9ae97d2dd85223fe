"""python -m tests.walk --seeds N --start S      live N seeds from S on
python -m tests.walk --replay FILE             live one saved trace
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.walk.trace import make_trace
from tests.walk.walk import Verdict, judge, load, save, shrink


def main() -> int:
    options = _options()
    if options.replay:
        return _replay(options.replay)
    started, failed, tally = time.perf_counter(), [], Counter[str]()
    for seed in range(options.start, options.start + options.seeds):
        verdict = judge(make_trace(seed))
        tally.update(calls=len(verdict.log), edits=verdict.findings.edits, window=len(verdict.findings.window))
        if verdict.violations:
            failed.append(seed)
            tally.update(verdict.invariants)
            _tell(seed, verdict)
            if options.shrink:
                _shrink(seed, verdict, options.shrink)
    _sum_up(options.seeds, failed, tally, time.perf_counter() - started)
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.walk", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, metavar="N")
    parser.add_argument("--start", type=int, default=0, metavar="S")
    parser.add_argument("--replay", type=Path, metavar="FILE")
    parser.add_argument("--shrink", type=Path, metavar="DIR", help="shrink what fails and save it there")
    return parser.parse_args()


def _replay(place: Path) -> int:
    verdict = judge(load(place))
    sys.stdout.writelines(f"{violation}\n" for violation in verdict.violations)
    return 1 if verdict.violations else 0


def _tell(seed: int, verdict: Verdict) -> None:
    sys.stdout.write(f"seed {seed}: python -m tests.walk --seeds 1 --start {seed}\n")
    sys.stdout.writelines(f"    {violation}\n" for violation in verdict.violations)
    sys.stdout.flush()


def _shrink(seed: int, verdict: Verdict, folder: Path) -> None:
    for invariant in sorted(verdict.invariants):
        trace = shrink(make_trace(seed), invariant)
        place = folder / f"{invariant.split()[0]}-seed-{seed}.json"
        save(trace, invariant, place)
        sys.stdout.write(f"    {len(trace['operations'])} operations: python -m tests.walk --replay {place}\n")


def _sum_up(seeds: int, failed: list[int], tally: Counter[str], seconds: float) -> None:
    rate = 60 * seeds / seconds
    sys.stdout.write(
        f"{seeds} seeds, {len(failed)} failed, {seconds:.0f} s, {rate:.0f} seeds a minute: {dict(tally)}\n"
    )


if __name__ == "__main__":
    sys.exit(main())

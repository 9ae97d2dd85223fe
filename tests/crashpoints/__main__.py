"""python -m tests.crashpoints                            every point of every scenario, on SQLite
python -m tests.crashpoints --store both               and on PostgreSQL
python -m tests.crashpoints --distinct                 one of those that leave the same world
python -m tests.crashpoints --scenario NAME --point N  the scenarios whose name contains NAME, one point
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from tests.crashpoints.mortal import begins_a_world
from tests.crashpoints.places import STORES, places
from tests.crashpoints.points import Examined, every, examine
from tests.crashpoints.scenarios import SCENARIOS, Scenario

WIDTH = 62
SHOWN = 12


def main() -> int:
    options = _options()
    chosen = [one for one in SCENARIOS if options.scenario.lower() in one.name.lower()]
    if options.list or not chosen:
        sys.stdout.writelines(f"{one.name}\n" for one in chosen or SCENARIOS)
        return 0 if options.list else 2
    stores = STORES if options.store == "both" else (options.store,)
    examined = [one for store in stores for one in _on_store(store, chosen, options)]
    violations = sum(len(one.violations) for one in examined)
    points, seconds = sum(one.points for one in examined), sum(one.seconds for one in examined)
    sys.stdout.write(f"\n{len(examined)} scenarios, {points} points, {seconds:.0f} s, {violations} violations\n")
    return 1 if violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.crashpoints", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenario", default="", metavar="NAME", help="those whose name contains NAME")
    parser.add_argument("--store", choices=(*STORES, "both"), default="sqlite")
    parser.add_argument("--point", type=int, metavar="N", help="only the N-th point")
    parser.add_argument("--distinct", action="store_true", help="one point of those that leave the same world")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="lives at a time")
    parser.add_argument("--list", action="store_true", help="list the scenarios")
    return parser.parse_args()


def _on_store(store: str, scenarios: Sequence[Scenario], options: argparse.Namespace) -> list[Examined]:
    sys.stdout.write(f"\n{store:<{WIDTH}} calls  commits  points  seconds  violations\n")
    found = []
    with places(store) as place:
        for scenario in scenarios:
            found.append(examine(scenario, place, options.jobs, _chosen(options)))
            _tell(found[-1])
    return found


def _chosen(options: argparse.Namespace) -> Callable[[Sequence[str], int], bool]:
    if options.point is not None:
        return lambda _, point: bool(point == options.point)
    return begins_a_world if options.distinct else every


def _tell(one: Examined) -> None:
    numbers = f"{one.calls:>5}  {one.commits:>7}  {one.points:>6}  {one.seconds:>7.1f}  {len(one.violations):>10}"
    sys.stdout.write(f"{one.name:<{WIDTH}} {numbers}\n")
    for wrong in one.violations[:SHOWN]:
        sys.stdout.write(f"    --scenario '{one.name}' --point {wrong.point}: {wrong.moment}: {wrong.what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""python -m tests.kills --store sqlite --n 500           until 500 kills have met a live process
python -m tests.kills --store postgresql --n 500 --seed 7
"""

from __future__ import annotations

import argparse
import sys

from tests.crashpoints.places import STORES
from tests.kills.life import Tally, attack


def main() -> int:
    options = _options()
    tally, told = Tally(), 0
    for tally in attack(options.store, options.n, options.seed):
        sys.stdout.writelines(f"{one}\n" for one in tally.violations[told:])
        sys.stdout.flush()
        told = len(tally.violations)
        _progress(tally, options.n)
        if tally.seconds > 60 * options.minutes:
            break
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    _sum_up(options.store, tally)
    return 1 if tally.violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.kills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", choices=STORES, default="sqlite")
    parser.add_argument("--n", type=int, default=20, metavar="N", help="kills that met a live process")
    parser.add_argument(
        "--minutes", type=float, default=float("inf"), metavar="M", help="stop after a day that ends later"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the first town")
    return parser.parse_args()


def _progress(tally: Tally, kills: int) -> None:
    """One line that is written over and over, where somebody sits and watches."""
    if sys.stderr.isatty():
        minutes = tally.seconds / 60
        sys.stderr.write(f"\r{tally.kills} of {kills} kills, {len(tally.violations)} violations, {minutes:.0f} min ")
        sys.stderr.flush()


def _sum_up(store: str, tally: Tally) -> None:
    sys.stdout.write(f"{store:<32} tried  met a live process\n")
    for name in sorted(tally.tried):
        sys.stdout.write(f"{name.replace('_', ' '):<32} {tally.tried[name]:>5}  {tally.hit[name]:>18}\n")
    rate = 60 * tally.kills / tally.seconds if tally.seconds else 0
    sys.stdout.write(
        f"{tally.kills} kills, {sum(tally.hit.values())} blows, {tally.days} days, {tally.seconds:.0f} s, "
        f"{rate:.0f} kills a minute, {len(tally.violations)} violations\n"
    )


if __name__ == "__main__":
    sys.exit(main())

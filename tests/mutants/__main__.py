"""python -m tests.mutants                 plant every bug; each must be noticed
python -m tests.mutants --quick         the half that every push runs
python -m tests.mutants --only NAME     one, with what its tests print
python -m tests.mutants --list          what is planted, and which invariant it breaks
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.catalogue import MUTANTS
from tests.mutants.planting import Finding, Mutant, copy_of_the_project, plant


def main() -> int:
    options = _options()
    chosen = [one for one in MUTANTS if _wanted(one, options)]
    if options.list:
        sys.stdout.writelines(f"{one.breaks:4} {one.name}: {one.path}\n" for one in chosen)
        return 0
    if not chosen:
        sys.stderr.write("no planted bug has that name; --list shows them\n")
        return 2
    survivors = []
    for finding in _findings(chosen, options.jobs):
        word = "noticed" if finding.noticed else "SURVIVED"
        sys.stdout.write(f"{word:9} {finding.seconds:6.1f} s  {finding.mutant.breaks:4} {finding.mutant.name}\n")
        sys.stdout.flush()
        if not finding.noticed:
            survivors.append(finding.mutant.name)
        if options.only or not finding.noticed:
            sys.stdout.write(finding.output + "\n")
    sys.stdout.write(f"{len(chosen) - len(survivors)} of {len(chosen)} planted bugs were noticed\n")
    return 1 if survivors else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only those that are noticed fast")
    parser.add_argument("--only", action="append", metavar="NAME", help="this one; may be given again")
    parser.add_argument("--list", action="store_true", help="list them and end")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="how many at a time (2)")
    return parser.parse_args()


def _wanted(mutant: Mutant, options: argparse.Namespace) -> bool:
    if options.only:
        return mutant.name in options.only
    return mutant.quick or not options.quick


def _findings(mutants: Sequence[Mutant], jobs: int) -> Iterator[Finding]:
    """Findings in the order of the catalogue. Every job has a copy of the project of its own."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            place = Path(folder) / str(number)
            place.mkdir()
            copy_of_the_project(place)
            copies.put(place)

        def planted(mutant: Mutant) -> Finding:
            copy = copies.get()
            try:
                return plant(mutant, copy)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(planted, mutants)


if __name__ == "__main__":
    sys.exit(main())

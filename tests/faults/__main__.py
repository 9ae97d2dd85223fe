"""`python -m tests.faults`: the fault table, and the long counts that the tests run in small.

--table            every fault against every call, as Markdown
--creates 10000    new leads on each side while answers are lost and writes land late
--clocks 5000      clocks apart, daylight-saving nights, equal stamps, late commits
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

from tests.faults.crossing import CLOCKS, Figures, creates
from tests.faults.table import as_markdown, rows


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__.splitlines()[0])
    words.add_argument("--table", action="store_true", help="print the fault table as Markdown")
    words.add_argument("--creates", type=int, metavar="N", help="N creates on each side, answers lost")
    words.add_argument("--clocks", type=int, metavar="N", help="N leads in each scenario of clocks and stamps")
    asked = words.parse_args()
    if asked.table:
        sys.stdout.write(as_markdown(rows()) + "\n")
    if not (asked.table or asked.creates or asked.clocks):
        words.print_help()
    clean = True
    since = time.monotonic()
    for figures in _figures(asked.creates, asked.clocks):
        sys.stdout.write(f"{figures} in {time.monotonic() - since:.0f} s\n")
        sys.stdout.flush()
        clean, since = clean and figures.clean, time.monotonic()
    return 0 if clean else 1


def _figures(creations: int | None, clocks: int | None) -> Iterator[Figures]:
    if creations:
        yield from (creates(creations, side) for side in ("netsuite", "salesforce"))
    if clocks:
        yield from (scenario(clocks) for scenario in CLOCKS)


if __name__ == "__main__":
    sys.exit(main())

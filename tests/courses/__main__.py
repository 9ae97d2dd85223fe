"""`python -m tests.courses`: short random courses of what the lives of the walk cannot do."""

from __future__ import annotations

import argparse
import sys
import time

from tests.courses.course import take


def main() -> int:
    """0 if no course ended in a complaint."""
    parser = argparse.ArgumentParser(prog="python -m tests.courses", description=__doc__)
    parser.add_argument("--courses", type=int, default=1000, metavar="N", help="how many (1000)")
    parser.add_argument("--start", type=int, default=0, metavar="S", help="the seed of the first (0)")
    asked = parser.parse_args()
    began, failed = time.monotonic(), 0
    for seed in range(asked.start, asked.start + asked.courses):
        told, complaints = take(seed)
        if complaints:
            failed += 1
            print(f"course {seed}: python -m tests.courses --courses 1 --start {seed}", *told, sep="\n    ")
            print(*complaints, sep="\n  ! ", flush=True)
    print(f"{asked.courses:,} courses, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

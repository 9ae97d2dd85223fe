"""`python -m tests.mapping_fuzz --files 10000`: damaged mapping files, none of which may end in a traceback."""

from __future__ import annotations

import argparse
import sys
import time

from tests.mapping_fuzz.fuzz import damaged, findings, mistakes_of


def main() -> int:
    """0, or 1 if anything was found; prints the command that shows a finding again."""
    parser = argparse.ArgumentParser(prog="python -m tests.mapping_fuzz", description="Damage mapping files.")
    parser.add_argument("--files", type=int, default=10_000, help="how many (10000)")
    parser.add_argument("--start", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--show", action="store_true", help="print the first file, and what is said about it")
    asked = parser.parse_args()
    if asked.show:
        text = damaged(asked.start)
        print(text, *mistakes_of(text), sep="\n")
        return 0
    began = time.perf_counter()
    found = list(findings(iter(range(asked.start, asked.start + asked.files))))
    for one in found:
        print(f"{one.problem}\n  python -m tests.mapping_fuzz --show --start {one.seed}")
    print(f"{asked.files} files, {len(found)} findings, {time.perf_counter() - began:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

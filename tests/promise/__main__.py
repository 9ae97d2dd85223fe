"""`python -m tests.promise`: 10,000 pairs, 2,000 mixed changes, 150 records edited between plan and apply."""

from __future__ import annotations

import argparse
import sys
import time

from connector.core.brakes import Limits
from connector.runs.parts import RunSettings
from tests.promise.keeping import keep
from tests.story.town import Town


def main() -> int:
    """0 if the promise was kept to the letter."""
    parser = argparse.ArgumentParser(prog="python -m tests.promise", description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--changes", type=int, default=2_000)
    parser.add_argument("--edits", type=int, default=150)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    began = time.monotonic()
    town = Town(settings=RunSettings(limits=Limits(mass_change_min=asked.pairs)))
    try:
        kept = keep(town, asked.pairs, asked.changes, asked.edits, asked.seed)
    finally:
        town.close()
    print(f"{asked.pairs:,} pairs, {asked.changes:,} mixed changes, {asked.edits:,} edited between plan and apply:")
    print(f"  {kept.planned:,} actions planned, {kept.written:,} records changed")
    print(f"  outside the plan: {len(kept.outside)}; planned and missing: {len(kept.missing)}")
    print(f"  named as moved: {len(kept.moved):,}; not named: {len(kept.unnamed)}; wrong: {len(kept.wrongly_named)}")
    print(f"  changed by the same file again: {kept.again}; {time.monotonic() - began:.0f} s, seed {asked.seed}")
    for problem in (*kept.outside[:3], *kept.missing[:3], *kept.unnamed[:3], *kept.wrongly_named[:3]):
        print(f"  {problem}")
    return 0 if kept.to_the_letter else 1


if __name__ == "__main__":
    sys.exit(main())

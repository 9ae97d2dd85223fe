"""`python -m bench`: the first sync of 10,000 leads, a run without a change, a hundred edits; see docs/benchmark.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.floors import Term
from bench.phases import Phase, Work, bare_phases, connector_phases
from bench.verdicts import Figure, Results
from connector.config import load_config

HEADINGS = ("", "measured", "floor", "ratio", "per record")


def main() -> int:
    """0, or 1 if a bar was crossed."""
    asked = _arguments()
    results = measure(Work(asked.leads, asked.edits // 2), asked.profile)
    print(json.dumps(results.data(), indent=2) if asked.json else "\n".join(_report(results, asked.explain)))
    return 0 if all(bar.ok for bar in results.bars()) else 1


def measure(work: Work, profiles: Path | None) -> Results:
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as name:
        folder = Path(name)
        bare = dict(bare_phases(folder / "bare", work, _progress))
        phases = list(connector_phases(folder / "connector", work, profiles, _progress))
        in_flight = load_config(folder / "connector" / "config.yaml").netsuite.concurrency
    return Results(work, phases, bare, in_flight)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What a sync costs, beside its floor.")
    parser.add_argument("--leads", type=_count, default=10_000, help="leads in Salesforce (10000)")
    parser.add_argument("--edits", type=_count, default=100, help="edits in the run with changes, half a side (100)")
    parser.add_argument("--explain", action="store_true", help="name every term of the floors, and all calls by route")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--profile", type=Path, metavar="FOLDER", help="write cProfile statistics of each run there")
    asked = parser.parse_args()
    if asked.edits % 2 or asked.edits > asked.leads:
        parser.error("--edits must be even, and not more than the leads")
    if asked.profile:
        asked.profile = asked.profile.resolve()
        asked.profile.mkdir(parents=True, exist_ok=True)
    return asked


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError("a number from 2 on is needed")
    return int(text)


def _progress(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


# --- the report ---


def _report(results: Results, explain: bool) -> Iterator[str]:
    for phase in results.phases:
        yield ""
        yield results.work.titles[phase.name]
        yield from _table([HEADINGS, *map(_cells, results.figures(phase))])
        yield from _remarks(phase)
        if explain:
            yield from _explained(results, phase)
    yield ""
    for bar in results.bars():
        yield f"{'ok  ' if bar.ok else 'OVER'}  {bar.name}: {_number(bar.measured)}, at most {_number(bar.at_most)}"


def _cells(figure: Figure) -> tuple[str, ...]:
    floor, ratio, each = figure.floor, figure.ratio, figure.per_record
    return (
        figure.name,
        _number(figure.measured),
        "" if floor is None else _number(floor),
        "" if ratio is None else f"{ratio:.2f}",
        "" if each is None else f"{each:.4f}",
    )


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for name, *cells in rows:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield f"  {name.ljust(widths[0])}  {numbers}".rstrip()


def _remarks(phase: Phase) -> Iterator[str]:
    throttled = phase.counted.netsuite.throttled + phase.counted.salesforce.throttled
    if phase.holds:
        yield f"  {phase.holds} holds"
    if throttled:
        yield f"  {throttled} calls throttled"
    if phase.ended != "done":
        yield f"  ended: {phase.ended}"


def _explained(results: Results, phase: Phase) -> Iterator[str]:
    floors = results.work.floors[phase.name]
    for system, counted in phase.counted:
        yield f"  {system.title} floor"
        yield from (f"    {_term(term)}" for term in floors.of(system))
        yield f"  {system.title} calls"
        yield from (f"    {calls:>7,}  {route}" for route, calls in counted.by_route.items())


def _term(term: Term) -> str:
    return f"{term.calls:>7,}  {term.why}"


def _number(value: float) -> str:
    """Whole numbers as they are, others with two decimals."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


if __name__ == "__main__":
    sys.exit(main())

"""The benchmark's story: what is done to the sandboxes, in which order, and what was counted each time.

    first sync -> at once again -> settling -> no change -> edits on both sides -> the echo of those -> metadata anew

Every phase is one fresh process. Between the first two no time passes; before each of the others, the sandboxes'
clocks go on by a quarter of an hour, which is how often a scheduled sync runs. Before the last, our own clock goes
on as well: once a day, a run asks for both accounts' metadata again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.bare import EDITED, Both
from bench.floors import Floor, changes, first_sync, no_change
from bench.sandboxes import Counted, Sandboxes, sandboxes
from bench.usage import Usage, run_module
from connector.core.flow import Pair
from connector.core.schema import SystemName

PAUSE_SECONDS = 1_000
METADATA_SECONDS = 25 * 3_600

FIRST, AGAIN, SETTLING, QUIET = "first", "again", "settling", "quiet"
CHANGES, ECHO, METADATA = "changes", "echo", "metadata"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """How much there is to do: `leads` in Salesforce, and `each` edits on both sides among them."""

    leads: int
    each: int

    @property
    def titles(self) -> dict[str, str]:
        return {
            FIRST: f"First sync: {self.leads:,} Salesforce leads into an empty NetSuite",
            AGAIN: "Again at once, nothing changed",
            SETTLING: "A quarter of an hour later, nothing changed (settling)",
            QUIET: "Steady state, nothing changed",
            CHANGES: f"{2 * self.each:,} edits, half on each side",
            ECHO: "The run after those, nothing changed",
            METADATA: "Nothing changed, and the day of the metadata is over",
        }

    @property
    def floors(self) -> dict[str, Floor]:
        quiet = no_change()
        return {
            FIRST: first_sync(self.leads),
            AGAIN: quiet,
            SETTLING: quiet,
            QUIET: quiet,
            CHANGES: changes(self.each),
            ECHO: quiet,
            METADATA: quiet,
        }


@dataclass(frozen=True)
class Phase:
    """One run of the connector. `records`: vendor records written, as its report says."""

    name: str
    usage: Usage
    counted: Pair[Counted]
    records: Pair[int]
    holds: int
    ended: str


@dataclass(frozen=True)
class Bare:
    """One round of the bare loop."""

    usage: Usage
    counted: Pair[Counted]


def connector_phases(folder: Path, work: Work, profiles: Path | None, progress: Progress) -> Iterator[Phase]:
    """The whole story with the connector in it."""
    with sandboxes(folder, work.leads) as box:
        for name, title in work.titles.items():
            _prepare(box, name, work)
            progress(title)
            yield _sync(box, name, profiles)


def bare_phases(folder: Path, work: Work, progress: Progress) -> Iterator[tuple[str, Bare]]:
    """The same with the bare loop, on sandboxes of its own. It keeps no state, so nothing has to settle."""
    with sandboxes(folder, work.leads) as box:
        marks: Mapping[str, str] = {}
        for name in (FIRST, QUIET, CHANGES):
            _prepare(box, name, work)
            progress(f"Bare loop: {name}")
            told = run_module("bench.bare", str(box.folder), name, json.dumps(marks))
            if told["left"]:
                raise RuntimeError(f"the bare loop left {told['left']} records behind: its figures are no floor")
            marks = told["marks"]
            yield name, Bare(Usage(**told["usage"]), box.counted())


def _sync(box: Sandboxes, name: str, profiles: Path | None) -> Phase:
    later = METADATA_SECONDS if name == METADATA else 0
    words = [str(box.folder / "config.yaml"), "--later", str(later)]
    words += ["--profile", str(profiles / f"{name}.prof")] if profiles else []
    told = run_module("bench.one_sync", *words)
    report: Mapping[str, Any] = told["report"]
    return Phase(
        name=name,
        usage=Usage(**told["usage"]),
        counted=box.counted(),
        records=Pair(report["writes"]["netsuite"], report["writes"]["salesforce"]),
        holds=len(report["holds"]),
        ended=report["ended"],
    )


def _prepare(box: Sandboxes, name: str, work: Work) -> None:
    if name not in (FIRST, AGAIN):
        box.wait(PAUSE_SECONDS)
    if name == CHANGES:
        _edit(box, work.each)
        box.wait(PAUSE_SECONDS)


def _edit(box: Sandboxes, each: int) -> None:
    """People type into `each` leads here and `each` other ones there."""
    netsuite, salesforce = EDITED
    for number, (customer, lead) in enumerate(_linked(box, 2 * each)):
        title = f"Head of Department {number + 1}"
        if number % 2:
            box.edit(SystemName.NETSUITE, "customer", customer, {netsuite: title})
        else:
            box.edit(SystemName.SALESFORCE, "Lead", lead, {salesforce: title})


def _linked(box: Sandboxes, count: int) -> list[tuple[str, str]]:
    """NetSuite and Salesforce ids of `count` pairs, found by the key that their Salesforce lead carries."""
    with closing(Both(box.logins)) as both:
        found = both.salesforce.query(f"SELECT Id, NetSuite_Id__c FROM Lead ORDER BY Id LIMIT {count}")["records"]
    box.counted()  # these calls are nobody's
    return [(row["NetSuite_Id__c"].rpartition("-")[2], row["Id"]) for row in found]

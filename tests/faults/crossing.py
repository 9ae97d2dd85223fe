"""Leads made in great number on both sides, whatever the clocks and the wires do: how many crossed, how many twice.

Every scenario answers with figures; nothing may be missing and nothing double. The tests run them small,
`python -m tests.faults` at full size.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from connector.sandbox.salesforce.settings import Settings as SalesforceSandbox
from connector.sandbox.world import START
from tests.faults.laboratory import STEADY, Ending, Laboratory

DAY = 86_400
LATEST_COMMIT_SECONDS = 900
CREATES = {"method": "POST", "path": "/(record/v1/|composite/sobjects$)"}


@dataclass(frozen=True)
class Figures:
    """`made` leads in all; how many are not on both sides (`missing`), and how many more than once (`double`)."""

    scenario: str
    made: int
    missing: int
    double: int
    runs: int
    struck: int = 0

    @property
    def clean(self) -> bool:
        return (self.missing, self.double) == (0, 0)

    def __str__(self) -> str:
        struck = f", {self.struck:,} calls struck" if self.struck else ""
        return (
            f"{self.scenario}: {self.made:,} made, {self.missing} missing, {self.double} double"
            f" ({self.runs} runs{struck})"
        )


class Crossing:
    """A laboratory that counts what was made in it."""

    def __init__(self, lab: Laboratory) -> None:
        self.lab = lab
        self.made: dict[str, str] = {}
        self.runs = 0

    def in_salesforce(self, **deed: Any) -> str:
        """A new lead; `deed` may make it a late commit."""
        name = f"S{len(self.made):05}"
        fields = {"FirstName": "Ann", "LastName": name, "Company": f"{name} Inc", "Email": f"{name}@s.example"}
        made = self.lab.stand.salesforce_front.act({"do": "create", "type": "Lead", "fields": fields, **deed})
        self.made[name] = str(made["id"])
        return name

    def in_netsuite(self, stamped_back: float = 0) -> str:
        """A new lead; `stamped_back`: how long ago the transaction began that becomes visible now."""
        name = f"N{len(self.made):05}"
        names = {"isPerson": True, "firstName": "Bob", "lastName": name, "companyName": f"{name} Ltd"}
        fields = {**names, "email": f"{name}@n.example", "entityStatus": {"id": "6"}}
        self.made[name] = str(
            self.lab.stand.netsuite_front.act({"do": "create", "type": "customer", "fields": fields})["id"]
        )
        if stamped_back:
            self.stamp(name, self.netsuite_now() - stamped_back)
        return name

    def stamp(self, name: str, at: float) -> None:
        """Give a NetSuite lead a stamp, in UTC seconds."""
        database = self.lab.stand.netsuite.account.database
        database.execute("UPDATE customer SET lastmodifieddate = ? WHERE lastname = ?", (int(at), name))

    def netsuite_now(self) -> float:
        return self.lab.stand.netsuite.world.clock.now().timestamp()

    def run(self, wait: float = 60) -> Ending:
        self.lab.wait(wait)
        self.runs += 1
        return self.lab.attempt()

    def rest(self) -> None:
        """Runs until one has nothing to write."""
        for _ in range(8):
            ending = self.run(1200)
            if ending.report is not None and not any(count for _, count in ending.report.writes):
                return
        raise AssertionError(f"no rest: {ending}")

    def figures(self, scenario: str, struck: int = 0) -> Figures:
        there = Counter(row["lastname"] for row in self.lab.rows("netsuite", "customer"))
        here = Counter(row["LastName"] for row in self.lab.rows("salesforce", "Lead"))
        missing = sum(1 for name in self.made if not there[name] or not here[name])
        double = sum(count > 1 for counter in (there, here) for count in counter.values())
        return Figures(scenario, len(self.made), missing, double, self.runs, struck)


@contextmanager
def crossing(**options: Any) -> Iterator[Crossing]:
    lab = Laboratory(**{"settings": STEADY, **options})
    try:
        yield Crossing(lab)
    finally:
        lab.close()


# --- the wires ------------------------------------------------------------------------------------------------------


def creates(count: int, side: str) -> Figures:
    """`count` new leads on the other side, whose creation on `side` loses 30% of the answers and is applied late in
    10% of the calls. A call to Salesforce takes several records, so there it is batches of ten that are struck."""
    org = SalesforceSandbox(daily_api_limit=10**7)
    with crossing(salesforce=org, settings=replace(STEADY, chunk=10)) as world:
        for _ in range(count):
            (world.in_salesforce if side == "netsuite" else world.in_netsuite)()
        front = world.lab.front(side)
        front.arm(
            [
                {"kind": "lose_answer", "match": CREATES, "probability": 0.3, "times": None},
                {"kind": "delay", "seconds": 600, "match": CREATES, "probability": 0.1, "times": None},
            ]
        )
        for _ in range(4):
            world.run()
        struck = sum(fault["fired"] for fault in front.faults())
        front.arm([])
        world.rest()
        return world.figures(f"creates in {side}, 30% lost answers, 10% late", struck)


# --- the clocks -----------------------------------------------------------------------------------------------------


def clocks_apart(count: int, ahead: str) -> Figures:
    """The clock of `ahead` is two days ahead of the other server's, and ours is a day off both."""
    with crossing() as world:
        world.lab.front(ahead).advance(2 * DAY)
        world.lab.clock.sleep(DAY)
        for n in range(count):
            (world.in_salesforce if n % 2 else world.in_netsuite)()
            world.lab.wait(7)
            if n % max(1, count // 10) == 0:
                world.run()
        world.rest()
        return world.figures(f"clocks two days apart, {ahead} ahead")


def daylight_saving(count: int, night: datetime) -> Figures:
    """An account in New York lives through the hours around a change of its clock, with runs all the while."""
    account = NetSuiteSandbox(time_zone="America/New_York")
    with crossing(netsuite=account) as world:
        world.lab.wait((night - START).total_seconds())
        step = 10 * 3600 / count
        for n in range(count):
            (world.in_salesforce if n % 5 == 0 else world.in_netsuite)()
            world.lab.wait(step)
            if n % max(1, count // 25) == 0:
                world.run(1)
        world.rest()
        return world.figures(f"New York, the night of {night:%Y-%m-%d}")


AUTUMN = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
SPRING = datetime(2026, 3, 8, 2, 0, tzinfo=UTC)


def equal_stamps(count: int) -> Figures:
    """Half of the leads on each side; all of a side carry one and the same stamp, of a second that was read before."""
    with crossing() as world:
        first = world.in_netsuite()
        world.in_salesforce()
        second = world.netsuite_now()
        world.stamp(first, second)
        world.run(3)
        for _ in range(count // 2):
            world.stamp(world.in_netsuite(), second)
        for _ in range(count // 2):
            world.in_salesforce()
        world.rest()
        return world.figures("one identical stamp")


def late_commits(count: int, seed: int = 1) -> Figures:
    """Transactions that become visible up to 15 minutes after the stamp that they carry."""
    draw = random.Random(seed)
    with crossing() as world:
        for n in range(count):
            lag = draw.uniform(1, LATEST_COMMIT_SECONDS)
            if n % 2:
                world.in_salesforce(do="late_commit", seconds=lag)
            else:
                world.in_netsuite(stamped_back=lag)
            world.lab.wait(draw.uniform(1, 20))
            if n % max(1, count // 40) == 0:
                world.run(1)
        world.lab.wait(LATEST_COMMIT_SECONDS)
        world.rest()
        return world.figures("late commits up to 15 minutes")


CLOCKS: tuple[Callable[[int], Figures], ...] = (
    lambda count: clocks_apart(count, "salesforce"),
    lambda count: clocks_apart(count, "netsuite"),
    lambda count: daylight_saving(count, AUTUMN),
    lambda count: daylight_saving(count, SPRING),
    equal_stamps,
    late_commits,
)

"""One simulated life: both sandboxes, our engine, and a trace that happens between any two calls of ours.

    storm   the engine runs again and again until the trace is used up: operations, faults, crashes
    calm    no edits, no faults, long waits, runs until two in a row write nothing

A crash is a BaseException out of a call or out of a commit; the store is put back to what had been committed at that
moment, so that nothing which the dying process still did on its way out can count, and a new engine opens it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from connector.core.mapping.document import Mappings, load_mappings
from connector.errors import ConnectorError, StateLocked
from connector.runs.account import checked, identities, remember_mappings
from connector.runs.parts import Parts, RunSettings
from connector.runs.report import SyncReport
from connector.runs.sync import sync
from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from connector.sandbox.salesforce.settings import DuplicateRule
from connector.sandbox.salesforce.settings import Settings as SalesforceSandbox
from connector.sandbox.stand import Stand
from tests.walk import deeds, faults
from tests.walk.calls import Call, systems
from tests.walk.crowd import Crowd
from tests.walk.memory import Memory, memory
from tests.walk.trace import PLAIN, Operation, Trace

ORG_ID = "00D000000000062EAA"
CALM_RUNS = 12
CALM_WAIT_SECONDS = 4000
"""Longer than a refused write rests, a transaction stays open and a request is under way."""
STORM_RUNS = 200
RUN_SETTINGS = RunSettings(metadata_seconds=10**8, metadata_for_writes_seconds=10**8)


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class Clock:
    """Our own clock: waiting turns it."""

    def __init__(self, ahead_seconds: float = 0) -> None:
        self.at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC) + timedelta(seconds=ahead_seconds)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@cache
def mappings() -> Mappings:
    return load_mappings(Path(__file__).resolve().parents[2] / "mappings")


@dataclass
class Life:
    """One trace being lived.

    `calls`: ours, in order; `begun`: how many there were when each run began; `runs`: how each ended; `calm`: the
    reports of the calm; `digests`: our state after each run of the calm; `broken`: promises that were seen to be
    broken on the way; `held_when_lost`: the values that only a hold may have shown when our state was lost;
    `losses`: how many calls had been made by then; `copies`: our state before each run, if one of them is put back;
    `tally`: what happened how often.
    """

    trace: Trace
    calls: list[Call] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    calm: list[SyncReport] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    held_when_lost: set[str] = field(default_factory=set)
    losses: list[int] = field(default_factory=list)
    copies: list[bytes] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.trace = {**PLAIN, **self.trace}
        self.stand, self.clock = _stand(self.trace), Clock(self.trace["clocks"]["ours"])
        self.crowd = Crowd(self.stand)
        self.left: list[Operation] = list(reversed(self.trace["operations"]))
        self.crash_at: tuple[str, str] | None = None
        self.last_words: bytes | None = None
        self._committed = 0  # of our calls, what came back
        self._is_put_back = any(one["do"] == "put_back" for one in self.left)
        self.memory = memory()
        self.memory.restore(self.newborn)
        self.memory.on_commit = self.before_commit
        self.parts = self._wired()

    @property
    def newborn(self) -> bytes:
        return newborn(self.trace["met"])

    @property
    def store(self) -> Any:
        return self.memory.store

    @property
    def log(self) -> list[str]:
        """What we did: every call as sent, and how each run ended."""
        return [*(call.line for call in self.calls), *self.runs]

    def calls_by_run(self) -> Iterator[list[Call]]:
        for start, end in pairwise([*self.begun, len(self.calls)]):
            yield self.calls[start:end]

    def figures(self) -> Counter[str]:
        """What happened in this life, and how often."""
        did = Counter({f"people: {name.replace('_', ' ')}": times for name, times in self.crowd.done.items()})
        ours = Counter({"calls": len(self.calls), "runs": len(self.runs), "edits": len(self.crowd.edits)})
        return ours + did + self.tally

    # --- the engine ------------------------------------------------------------------------------------------------

    def _wired(self) -> Parts:
        both = systems(self.stand, self, self.clock, self.trace["seed"])
        return Parts(both, self.store, mappings(), self.clock, RUN_SETTINGS)

    def run(self) -> SyncReport | None:
        """A run; None when it could not be finished, for which the trace has to be the reason."""
        self.begun.append(len(self.calls))
        if self._is_put_back:
            self.copies.append(self.memory.image())
        try:
            report = sync(self.parts)
        except Crash:
            self._start_anew()
            return None
        except ConnectorError as error:
            self.runs.append(type(error).__name__)
            return None
        self.runs.append(report.ended)
        return report

    def _start_anew(self) -> None:
        assert self.last_words is not None
        self.runs.append("crashed")
        self.memory.restore(self.last_words)
        self._end_sessions()
        self.parts = self._wired()

    def _end_sessions(self) -> None:
        for _, system in self.parts.systems:
            system.session.close()  # type: ignore[attr-defined]

    def close(self) -> None:
        self._end_sessions()
        self.stand.close()

    # --- the weather -----------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Storm, then calm."""
        for _ in range(STORM_RUNS):
            if not self.left:
                break
            self._end_pause(self.run())
            self.wait(60)
        self._fair_weather()
        if "preview" in self.trace["encore"]:
            self._preview()
        for _ in range(CALM_RUNS):
            self.wait(CALM_WAIT_SECONDS)
            report = self.run()
            if report is not None:
                self.calm.append(report)
                self.digests.append(self.memory.digest())
            if self.quiet and self.digests[-1] == self.digests[-2]:
                break

    def _end_pause(self, report: SyncReport | None) -> None:
        """After a run that had nothing to do, the next one would not have either: the trace goes on at once."""
        if report is not None and not _wrote(report):
            self._skip_pause()

    def _skip_pause(self) -> None:
        if self.left and self.left[-1]["do"] == "yield":
            self.left.pop()

    @property
    def quiet(self) -> bool:
        """Two runs in a row had nothing to do."""
        return len(self.calm) > 1 and not any(map(_wrote, self.calm[-2:]))

    def _fair_weather(self) -> None:
        self.left.clear()
        self.crash_at = None
        for side in ("netsuite", "salesforce"):
            self._arm(side, [])

    def _preview(self) -> None:
        """I26: a dry run changes nothing anywhere."""
        before = self.everything()
        try:
            sync(self.parts, dry_run=True)
        except ConnectorError as error:
            self.broken.append(("I17", f"the dry run ended with {type(error).__name__}: {error}"))
        for what, one, other in zip(("our state", "NetSuite", "Salesforce"), before, self.everything(), strict=True):
            if one != other:
                self.broken.append(("I26", f"a dry run changed {what}"))

    def everything(self) -> tuple[bytes, str, str]:
        """Our state, byte for byte, and all data of the two systems."""
        return self.memory.image(), self.stand.netsuite.digest(), self.stand.salesforce.digest()

    def wait(self, seconds: float) -> None:
        self.stand.turn_clocks(seconds)
        self.clock.sleep(seconds)

    def front(self, side: str) -> Any:
        return self.stand.netsuite_front if side == "netsuite" else self.stand.salesforce_front

    def before_call(self, call: Call) -> None:
        """Everything of the trace up to the next `yield` happens now; then our call goes out."""
        assert not self.memory.busy, "a call inside a transaction"
        if self.crash_at == ("after", "commit, made"):
            self._crash()
        self.calls.append(call)
        self.crowd.call = len(self.calls)
        while self.left:
            operation = self.left.pop()
            if operation["do"] == "yield":
                if operation.get("calls", 1) > 1:
                    self.left.append({"do": "yield", "calls": operation["calls"] - 1})
                break
            idle = self.crowd.idle
            self._happens(operation)
            if self.trace["brisk"] and self.crowd.idle > idle:  # nothing is new to anybody
                self._skip_pause()
        self.crowd.commit()
        if self.crash_at == ("before", "call"):
            self._crash()

    def after_call(self) -> None:
        if self.crash_at == ("after", "call"):
            self._crash()

    def before_commit(self) -> None:
        """The moment after a commit is the moment before whatever comes next: a call, or another commit."""
        if self.crash_at in (("before", "commit"), ("after", "commit, made")):
            self._crash()
        self._committed = len(self.calls)
        if self.crash_at == ("after", "commit"):
            self.crash_at = ("after", "commit, made")

    def _happens(self, operation: Operation) -> None:
        match operation["do"]:
            case "tick":
                self.wait(operation["seconds"])
            case "faults":
                self._arm(operation["side"], operation["faults"])
            case "crash":
                self.crash_at = (operation["when"], operation.get("of", "call"))
            case "forget":
                self._lose_state(self.newborn)
            case "put_back":
                self.tally["state put back"] += 1
                self._lose_state(self._before_runs(operation["runs"]))
            case "rival":
                self._rival()
            case _:
                deeds.carry_out(self.crowd, operation, dense=self.trace["dense"])

    def _arm(self, side: str, spec: list[faults.Fault]) -> None:
        """Faults instead of those before, of which it is counted how often each kind struck."""
        for spent in self.front(side).faults():
            self.tally[f"fault {faults.name_of(spent)}"] += spent["fired"]
        self.front(side).arm(spec)

    def _lose_state(self, image: bytes) -> NoReturn:
        """We die, and our state is `image` from now on."""
        self.held_when_lost.update(self.memory.held_values())
        self.losses.append(len(self.calls))
        self._crash(image)

    def _before_runs(self, runs: int) -> bytes:
        """Our state as it was before the last `runs` runs began, be it before the first."""
        return self.copies[-runs] if runs <= len(self.copies) else self.newborn

    def _rival(self) -> None:
        """I20: another run, which starts in the middle of ours, is refused."""
        self.tally["rival"] += 1
        try:
            with self.store.lock():
                self.broken.append(("I20", "a second run could begin while one was going on"))
        except StateLocked:
            return

    def _crash(self, image: bytes | None = None) -> NoReturn:
        when, what = self.crash_at or ("with", "all state lost")
        self.tally[f"crash {when} {what.partition(',')[0]}" if image is None else "state lost"] += 1
        self.crash_at = None
        self.last_words = image or self.memory.image()
        for call in self.calls[self._committed :]:
            call.forgotten = True
        raise Crash


def _wrote(report: SyncReport) -> bool:
    return any(count for _, count in report.writes)


def _stand(trace: Trace) -> Stand:
    rules = (DuplicateRule("Lead", "Email", "Block"),) if trace["salesforce"]["block_equal_mails"] else ()
    org = SalesforceSandbox(org_id=ORG_ID, duplicate_rules=rules, daily_api_limit=10**6)
    account = NetSuiteSandbox(time_zone=trace["netsuite"]["time_zone"])
    stand = Stand.in_process(seed=trace["seed"], salesforce=org, netsuite=account)
    stand.netsuite_front.advance(trace["clocks"]["netsuite"])
    stand.salesforce_front.advance(trace["clocks"]["salesforce"])
    return stand


@cache
def newborn(met: bool) -> bytes:
    """A store that knows nothing but the metadata of the two accounts, which costs more than a whole life to ask, and
    if they have `met`, which accounts they are."""
    life = object.__new__(Life)
    life.trace, life.calls, life.left, life.crash_at = {**PLAIN, "seed": 0}, [], [], None
    life.stand, life.clock, life.memory = _stand(life.trace), Clock(), Memory()
    life.crowd = Crowd(life.stand)
    life.parts = life._wired()
    checked(life.parts)
    remember_mappings(life.parts)
    if met:
        life.store.set_identity(identities(life.parts))
    life.close()
    return life.memory.image()

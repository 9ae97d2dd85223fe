"""The one pipeline between a client and a brain, whichever way the client comes in.

    control? -> early fault -> counted, gated -> brain -> late fault -> answer, or a broken connection

The brain is single-threaded: the front holds a lock around it, and around nothing that waits.
"""

from __future__ import annotations

import heapq
import threading
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from typing import Any, Protocol

from connector.sandbox import control
from connector.sandbox.broken import Broken, bug_answer, cut, error_answer, garbled
from connector.sandbox.faults import (
    Delay,
    Early,
    Error,
    ExpireToken,
    FaultList,
    Garble,
    Late,
    LockRow,
    LoseAnswer,
    LoseRequest,
    Refuse,
    Reply,
    Slow,
    Throttle,
    parse,
)
from connector.sandbox.wire import Answer, Request
from connector.sandbox.world import Brain


class Caller(Protocol):
    """The client's end of one request."""

    in_process: bool

    def wait(self, seconds: float) -> float:
        """Let `seconds` pass. The seconds that are left when the client gives up first, or 0."""
        ...


@dataclass
class Statistics:
    """What a front counts. `present` includes the requests that wait or are being throttled."""

    routes: Counter[str] = field(default_factory=Counter)
    writes: int = 0
    throttled: int = 0
    bugs: int = 0
    present: int = 0
    most_present: int = 0
    admitted: int = 0

    def fresh(self) -> Statistics:
        """Everything at zero but the requests that are in flight at this moment."""
        return Statistics(present=self.present, most_present=self.present, admitted=self.admitted)

    def listing(self) -> dict[str, Any]:
        return {
            "calls": self.routes.total(),
            "by_route": dict(sorted(self.routes.items())),
            "writes": self.writes,
            "throttled": self.throttled,
            "in_flight": self.present,
            "most_in_flight": self.most_present,
            "bugs": self.bugs,
        }


class Front:
    """Serves one brain to any number of threads."""

    def __init__(self, brain: Brain) -> None:
        self.brain = brain
        self._brain_lock = threading.RLock()
        self._count_lock = threading.Lock()
        self._faults = FaultList(brain.world.seed)
        self._statistics = Statistics()
        self._late_writes: list[tuple[float, int, Request]] = []
        self._postponed = 0

    def handle(self, request: Request, caller: Caller) -> Answer | Broken:
        """What the client gets for `request`."""
        if control.is_control(request):
            return self._control(request, caller)
        fault = self._early_fault(request)
        if isinstance(fault, Refuse):
            return Broken("refused")
        if isinstance(fault, LoseRequest):
            return Broken("unanswered")
        with self._present() as admitted:
            outcome = self._pass(request, fault, caller) if admitted else self._throttle(request)
        return self._dated(outcome)

    # What the control routes ask for; tests may call it directly as well.

    def stats(self) -> dict[str, Any]:
        """`{calls, by_route, writes, throttled, in_flight, most_in_flight, bugs, late_writes}`.

        `calls` are the requests that reached the vendor; `late_writes` those that it has yet to carry out.
        """
        with self._count_lock:
            return {**self._statistics.listing(), "late_writes": len(self._late_writes)}

    def reset_stats(self) -> None:
        with self._count_lock:
            self._statistics = self._statistics.fresh()

    def now(self) -> str:
        """The server's time, ISO 8601 in UTC."""
        return self.brain.world.clock.now().isoformat()

    def advance(self, seconds: float) -> str:
        """Turn the clock, carry out what is due by then; the new time."""
        with self._brain_lock:
            self.brain.world.clock.advance(seconds)
            self._carry_out_late_writes()
            return self.now()

    def faults(self) -> list[dict[str, Any]]:
        with self._count_lock:
            return self._faults.listing()

    def arm(self, spec: Any) -> None:
        """Replace the armed faults by those of a list of `{kind, match, times, ...}`; ValueError if wrong."""
        faults = parse(spec)
        with self._count_lock:
            self._faults.replace(faults)

    def act(self, deed: dict[str, Any]) -> dict[str, Any]:
        """Carry out what people do in the UI. ValueError for what is unknown or impossible."""
        with self._brain_lock:
            self._carry_out_late_writes()
            return self.brain.act(deed)

    # The pipeline's steps, in their order.

    def _control(self, request: Request, caller: Caller) -> Answer:
        try:
            return control.handle(self, request, in_process=caller.in_process)
        except Exception:
            return self._bug()

    def _early_fault(self, request: Request) -> Early | None:
        with self._count_lock:
            return self._faults.early(request)

    @contextmanager
    def _present(self) -> Iterator[bool]:
        """Count a request in and out; whether the concurrency limit admits it."""
        limit = self.brain.concurrency_limit()
        with self._count_lock:
            admitted = limit is None or self._statistics.admitted < limit
            self._move(+1, admitted)
        try:
            yield admitted
        finally:
            with self._count_lock:
                self._move(-1, admitted)

    def _move(self, step: int, admitted: bool) -> None:
        counted = self._statistics
        counted.present += step
        counted.admitted += step * admitted
        counted.most_present = max(counted.most_present, counted.present)

    def _pass(self, request: Request, fault: Early | None, caller: Caller) -> Answer | Broken:
        match fault:
            case Throttle():
                return self._throttle(request)
            case LockRow():
                return self._refuse_locked(request)
            case Error() | Reply():
                return self._fail(request, fault)
            case Delay(seconds=seconds):
                return self._postpone(request, seconds)
            case Slow(seconds=seconds):
                left = caller.wait(seconds)
                if left > 0:
                    return self._postpone(request, left)
            case ExpireToken():
                with self._brain_lock:
                    self.brain.expire_tokens()
            case _:
                pass
        return self._spoil(request, self._ask(request))

    def _ask(self, request: Request) -> Answer:
        """The brain's answer, in its turn."""
        with self._brain_lock:
            self._carry_out_late_writes()
            self._count_call(request)
            return self._carry_out(request)

    def _throttle(self, request: Request) -> Answer:
        with self._count_lock:
            self._statistics.throttled += 1
        with self._brain_lock:
            self._count_call(request)
            return self.brain.throttle_answer(request)

    def _refuse_locked(self, request: Request) -> Answer:
        with self._brain_lock:
            self._count_call(request)
            return self.brain.lock_answer(request)

    def _fail(self, request: Request, fault: Error | Reply) -> Answer:
        if fault.applied:
            self._ask(request)
        else:
            with self._brain_lock:
                self._count_call(request)
        if isinstance(fault, Reply):
            return Answer(fault.status, fault.headers, fault.content.encode())
        return error_answer(fault, self.brain.name)

    def _postpone(self, request: Request, seconds: float) -> Broken:
        """Nobody answers, and the brain gets `request` when its clock has moved on by `seconds`."""
        with self._brain_lock:
            self._count_call(request)
            self._postponed += 1
            due = self.brain.world.clock.now().timestamp() + seconds
            heapq.heappush(self._late_writes, (due, self._postponed, request))
        return Broken("unanswered")

    def _carry_out_late_writes(self) -> None:
        while self._late_writes and self._late_writes[0][0] <= self.brain.world.clock.now().timestamp():
            self._carry_out(heapq.heappop(self._late_writes)[2])

    def _carry_out(self, request: Request) -> Answer:
        try:
            answer = self.brain.answer(request)
        except Exception:
            return self._bug()
        with self._count_lock:
            self._statistics.writes += answer.wrote
        return answer

    def _bug(self) -> Answer:
        """Whatever a brain raises is a bug of the sandbox: counted, and shown instead of an answer."""
        with self._count_lock:
            self._statistics.bugs += 1
        return bug_answer(traceback.format_exc())

    def _spoil(self, request: Request, answer: Answer) -> Answer | Broken:
        """Let the late fault that strikes, if one does, have the answer."""
        match self._late_fault(request, answer):
            case LoseAnswer(how="reset"):
                return Broken("reset")
            case LoseAnswer():
                return Broken("unanswered")
            case Garble(form="cut"):
                return cut(answer)
            case Garble(form=form):
                return garbled(answer, form)
        return answer

    def _late_fault(self, request: Request, answer: Answer) -> Late | None:
        with self._count_lock:
            return self._faults.late(request, answer.wrote)

    def _count_call(self, request: Request) -> None:
        route = self.brain.route(request)
        with self._count_lock:
            self._statistics.routes[route] += 1

    def _dated(self, outcome: Answer | Broken) -> Answer | Broken:
        if isinstance(outcome, Broken) or any(name.lower() == "date" for name in outcome.headers):
            return outcome
        date = format_datetime(self.brain.world.clock.now(), usegmt=True)
        return replace(outcome, headers={**outcome.headers, "date": date})

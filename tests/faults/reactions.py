"""What we must do about a fault, as checks: each injects one into a run that makes the call, and asserts what came.

Every check ends the same way: once the fault is over, the world comes to rest as if nothing had happened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import unquote

from tests.faults.calls import Call
from tests.faults.laboratory import Crash, Ending, Laboratory, Sent
from tests.faults.scene import assert_nothing_lost, ready

Fault = dict[str, Any]

NO_LOGIN = {"path": "^(?!.*/oauth2/)"}
SOAP_ONLY = {"path": "/services/Soap/"}


@dataclass(frozen=True)
class Reaction:
    """`word`: what the table says; `check` raises AssertionError."""

    word: str
    check: Callable[[Call], None]


@contextmanager
def working(call: Call) -> Iterator[Laboratory]:
    """A laboratory in which the next run makes `call`; closed at the end."""
    lab = ready(call)
    try:
        yield lab
    finally:
        lab.close()


def struck(lab: Laboratory, call: Call, fault: Fault, *, surely: bool = True) -> Ending:
    """A run that `fault` strikes at `call`; the fault is over afterwards."""
    front = lab.front(call.side)
    front.arm([{"match": {**call.match, **fault.get("match", {})}, **_without_match(fault)}])
    ending = lab.attempt()
    fired = front.faults()[0]["fired"]
    front.arm([])
    assert fired or not surely, f"no {call.title} was struck"
    return ending


def struck_from(lab: Laboratory, call: Call, faults: Iterable[Fault]) -> Ending:
    """A run that meets `faults` from its first `call` on, whatever else it asks of that side."""
    front = lab.front(call.side)
    lab.once(call, "before", lambda _: front.arm([{"match": NO_LOGIN, "times": None, **one} for one in faults]))
    ending = lab.attempt()
    assert any(one["fired"] for one in front.faults()), f"no {call.title} was struck"
    front.arm([])
    return ending


def _without_match(fault: Fault) -> Fault:
    return {name: value for name, value in fault.items() if name != "match"}


# --- the reactions --------------------------------------------------------------------------------------------------


def retried(**fault: Any) -> Reaction:
    """Sent again within the run. If it goes on for longer than we have patience, the run ends or the write waits,
    without a single write more to that side; the next run goes on."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {**fault, "times": None})
            if call.kind == "write":
                assert (ending.error, ending.exit_code) == (None, 6), ending
            else:
                assert ending.exit_code == 1, ending
                assert_no_write_after(lab, call)
            lab.sent.clear()
            ending = struck(lab, call, {**fault, "times": 1})
            assert (ending.exit_code, ending.report and ending.report.ended) == (0, "done"), ending
            assert [one.call for one in lab.sent].count(call) >= 2
            assert_nothing_lost(lab, call)

    return Reaction("retried", check)


def patient(**fault: Any) -> Reaction:
    """Waited for, and sent again, whatever it is: nothing was applied. If it goes on, the run ends early."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {**fault, "times": None})
            early = ending.report is not None and ending.report.ended.startswith("stopped early")
            assert early or ending.exit_code in (1, 6), ending
            lab.sent.clear()
            ending = struck(lab, call, {**fault, "times": 2})
            assert (ending.exit_code, ending.report and ending.report.ended) == (0, "done"), ending
            assert [one.call for one in lab.sent].count(call) >= 3
            assert_nothing_lost(lab, call)

    return Reaction("waits, then ends early", check)


def looked_up(**fault: Any) -> Reaction:
    """Applied or not, nobody knows: the record is read before anything is sent to it again."""

    def check(call: Call) -> None:
        with working(call) as lab:
            struck(lab, call, {**fault, "times": None})
            assert_read_before_next_write(lab.sent, call)
            struck(lab, call, {**fault, "times": 1}, surely=False)
            assert_nothing_lost(lab, call)
            assert_read_before_next_write(lab.sent, call)

    return Reaction("unknown: read, then decide", check)


def read_again(**fault: Any) -> Reaction:
    """Refused because of somebody else: restarts from the read, never resends the old payload."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {**fault, "times": 1})
            assert ending.error is None, ending
            assert_nothing_lost(lab, call)
            assert_read_before_next_write(lab.sent, call, by_name=call.name != "create")

    return Reaction("restart from the read", check)


def held(code: str, **fault: Any) -> Reaction:
    """The record waits, with the system's own code; all others arrive; it follows when the cause is gone."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {**fault, "times": 1})
            assert ending.report is not None
            assert (ending.hold_kinds, ending.codes) == (["refused"], {code}), ending
            assert sum(count for _, count in ending.report.writes) > 3
            assert_nothing_lost(lab, call)

    return Reaction(f"held ({code})", check)


def found_by_key(**fault: Any) -> Reaction:
    """Made, and the answer does not say which: the record with our key is it, within the same run."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {**fault, "times": None})
            assert (ending.exit_code, ending.hold_kinds) == (0, []), ending
            assert_read_before_next_write(lab.sent, call)
            assert_nothing_lost(lab, call)

    return Reaction("found by key", check)


def new_login(*faults: Fault) -> Reaction:
    """One new login, and the same request again with the same headers; refused for good, the run stops."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {"kind": "expire_token", "times": 1})
            assert ending.exit_code == 0, ending
            refused, again = _refused_and_again(lab, call)
            assert _but_the_proof(refused) == _but_the_proof(again)
            assert_nothing_lost(lab, call)
        with working(call) as lab:
            ending = struck_from(lab, call, faults)
            assert ending.exit_code in ((3,) if call.kind != "write" else (3, 6)), ending
            assert_writes_stopped(lab, call, most=6)
            assert_nothing_lost(lab, call)

    return Reaction("one new login; then stop, exit 3", check)


def ends_early(*faults: Fault) -> Reaction:
    """A matter of the whole account: hardly a write more to that side, no hold for a record; the next run goes on."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck_from(lab, call, faults)
            early = ending.report is not None and ending.report.ended.startswith("stopped early")
            assert early or ending.exit_code in (1, 6), ending
            assert_writes_stopped(lab, call, most=2)
            assert "refused" not in {one.hold.kind for one in lab.store.open_holds()}
            assert_nothing_lost(lab, call)

    return Reaction("run ends early", check)


def stops(code: int, word: str, most_calls: int = 1, **fault: Any) -> Reaction:
    """No write more to that side, no hold for a record; the next run goes on."""

    def check(call: Call) -> None:
        with working(call) as lab:
            ending = struck(lab, call, {**fault, "times": None})
            assert ending.exit_code == code, ending
            assert [one.call for one in lab.sent].count(call) <= most_calls
            assert_no_write_after(lab, call)
            assert lab.store.open_holds() == []
            assert_nothing_lost(lab, call)

    return Reaction(word, check)


def survives_a_crash() -> Reaction:
    """The process dies before the request leaves, and after the answer has arrived; the next run takes over."""

    def check(call: Call) -> None:
        for when in ("before", "after"):
            with working(call) as lab:
                lab.once(call, when, _die)
                assert lab.attempt().crashed
                assert_nothing_lost(lab, call)
                if call.kind == "write":
                    assert_read_before_next_write(lab.sent, call)

    return Reaction("the next run takes over", check)


def _die(_: object) -> None:
    raise Crash


# --- what the requests must show ------------------------------------------------------------------------------------


def assert_no_write_after(lab: Laboratory, call: Call) -> None:
    """After the first request that was struck, nothing was written to that side, but for writes on their way."""
    first = next(place for place, one in enumerate(lab.sent) if one.call == call)
    later = [one.url for one in lab.sent[first + 1 :] if one.side == call.side and one.writes]
    assert later == [], later


def assert_writes_stopped(lab: Laboratory, call: Call, most: int) -> None:
    """From the first request that was struck on, at most so many writes left for that side."""
    first = next(place for place, one in enumerate(lab.sent) if one.call == call)
    later = [one.url for one in lab.sent[first:] if one.side == call.side and one.writes]
    assert len(later) <= most, later


def assert_read_before_next_write(sent: list[Sent], call: Call, *, by_name: bool = True) -> None:
    """For every record of the first request of `call`: the next that mentions it on that side only reads. What was
    surely not made has no name there yet: then any look at that side will do (`by_name` False)."""
    place, first = next((place, one) for place, one in enumerate(sent) if one.call == call)
    later = [one for one in sent[place + 1 :] if one.side == call.side]
    for name in names_in(first):
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
        named = (one for one in later if word.search(f"{unquote(one.url)} {one.body}") or not (by_name or one.writes))
        following = next(named, None)
        assert following is None or not following.writes, f"{name} was sent again unread"


def names_in(request: Sent) -> list[str]:
    """What the records of a write are known by: our key where they are new, else their ids."""
    keys = re.findall(r'"(?:externalId|NetSuite_Id__c)": ?"([\w-]+)"', request.body)
    if request.call is not None and request.call.name == "create":
        return keys
    if request.side == "netsuite":
        return [re.split(r"[/?]", request.url.partition("/record/v1/")[2])[1]]
    return re.findall(r'(?:"id": ?"|<urn:leadId>)(\w{18})', request.body)


def _refused_and_again(lab: Laboratory, call: Call) -> tuple[Sent, Sent]:
    made = (one for one in lab.sent if one.call == call)
    first = next(one for one in made if one.answer == 401 or "faultcode" in str(one.answer) or call.name == "convert")
    return first, next(islice(made, 1))


def _but_the_proof(one: Sent) -> tuple[str, dict[str, str], str]:
    headers = {name: value for name, value in one.headers.items() if name not in ("Authorization", "Content-Length")}
    return one.url, headers, re.sub(r"<urn:sessionId>.*?</urn:sessionId>", "", one.body)

"""A trace: everything that happens to a simulated pair of accounts, made up front from one seed, as plain JSON.

    {"seed": 7, "salesforce": {"block_equal_mails": false}, "operations": [{"do": "lead", ...}, {"do": "yield"}, ...]}

`yield` lets the connector make its next call. Every other operation is something that people, the network or the
machine do. Operations name people and companies by their names and are skipped where they make no sense, so
that a trace with operations left out is still a trace.

Swarm: each seed draws which kinds of operations and faults exist for it at all, and how often each comes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Operation = dict[str, Any]
Trace = dict[str, Any]

SIDES = ("netsuite", "salesforce")
RECORD_WRITES = "/(record/v1/(customer|contact|opportunity)|composite/sobjects|sobjects|Soap/u)"
LONGER_THAN_PATIENCE = 12
"""More times than any call is tried in one run."""


@dataclass
class _Draw:
    """One seed's world: who there is, what can happen, and the next number for a value that is found nowhere else."""

    chance: random.Random
    people: dict[str, str]
    companies: tuple[str, ...]
    token: int = 0
    side: Callable[[], str] = field(init=False)

    def __post_init__(self) -> None:
        favourite, lean = self.chance.choice(SIDES), self.chance.choice((0.5, 0.5, 0.8, 1.0))
        other = SIDES[favourite == "netsuite"]
        self.side = lambda: favourite if self.chance.random() < lean else other

    def person(self) -> str:
        return self.chance.choice(sorted(self.people))

    def company(self) -> str:
        return self.chance.choice(self.companies)

    def value(self) -> str:
        self.token += 1
        return f"v{self.token}"


def make_trace(seed: int) -> Trace:
    """The trace of `seed`, always the same."""
    chance = random.Random(f"walk {seed}")
    companies = tuple(f"Company{n} Inc" for n in range(chance.randint(1, 3)))
    people = {f"Person{n}": chance.choice(companies) for n in range(chance.randint(1, 5))}
    draw = _Draw(chance, people, companies)
    settings = {"block_equal_mails": chance.random() < 0.1}
    return {"seed": seed, "salesforce": settings, "operations": list(_operations(draw))}


def _operations(draw: _Draw) -> Iterator[Operation]:
    chance = draw.chance
    weights = _swarm(chance)
    yield from (_lead(draw, person) for person in sorted(draw.people) if chance.random() < 0.6)
    pause = chance.choice((2, 6, 15))
    for _ in range(chance.randint(5, 30)):
        yield from ({"do": "yield"} for _ in range(chance.randint(0, 2 * pause)))
        kind = chance.choices(list(weights), list(weights.values()))[0]
        yield from KINDS[kind](draw)


def _swarm(chance: random.Random) -> dict[str, int]:
    kinds = [kind for kind in KINDS if chance.random() < 0.45] or ["edit"]
    calm = chance.random() < 0.25
    kinds = [kind for kind in kinds if not (calm and kind in STORMS)] or ["edit"]
    return {kind: chance.choice((1, 2, 5)) for kind in kinds} | {"edit": 4}


# --- what people do ------------------------------------------------------------------------------------------------


def _lead(draw: _Draw, person: str) -> Operation:
    found = {"do": "lead", "side": draw.side(), "person": person, "company": draw.people[person]}
    return {**found, "mail": draw.chance.random() < 0.8, "title": draw.value()}


def _leads(draw: _Draw) -> Iterator[Operation]:
    yield _lead(draw, draw.person())


def _edits(draw: _Draw) -> Iterator[Operation]:
    company = draw.chance.random() < 0.25
    name = draw.company() if company else draw.person()
    what = draw.chance.choice(("description", "number") if company else ("title", "description"))
    yield {"do": "edit", "side": draw.side(), "name": name, "field": what, "value": draw.value()}


def _clear(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "edit", "side": draw.side(), "name": draw.person(), "field": "description", "value": None}


def _organizations(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "organization", "side": draw.side(), "company": draw.company(), "number": draw.value()}


def _contacts(draw: _Draw) -> Iterator[Operation]:
    person = draw.person()
    where = {"side": draw.side(), "person": person, "company": draw.people[person]}
    yield {"do": "contact", **where, "title": draw.value()}


def _opportunities(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "opportunity", "side": draw.side(), "company": draw.company(), "name": f"Sale {draw.value()}"}


def _salesforce_conversions(draw: _Draw) -> Iterator[Operation]:
    existing, sale = draw.chance.random() < 0.6, draw.chance.random() < 0.3
    yield {"do": "convert", "person": draw.person(), "existing": existing, "opportunity": sale}


def _statuses(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "status", "person": draw.person(), "status": draw.chance.choice(("8", "8", "13"))}


def _save_and_convert(draw: _Draw) -> Iterator[Operation]:
    variant = draw.chance.choice(("stays", "becomes_contact", "disappears"))
    existing, sale = draw.chance.random() < 0.5, draw.chance.random() < 0.3
    person = draw.person()
    yield {"do": "save_and_convert", "person": person, "variant": variant, "existing": existing, "opportunity": sale}


def _sales_orders(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "sales_order", "company": draw.company()}


def _merges(draw: _Draw) -> Iterator[Operation]:
    winner, loser = draw.chance.choice(((draw.person(), draw.person()), (draw.company(), draw.company())))
    yield {"do": "merge", "side": draw.side(), "winner": winner, "loser": loser}


def _deletions(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "delete", "side": draw.side(), "name": draw.person()}


def _late_commits(draw: _Draw) -> Iterator[Operation]:
    seconds = draw.chance.choice((30, 200, 800))
    if draw.chance.random() < 0.5:
        what = draw.chance.choice(("title", "description"))
        where = {"do": "late_edit", "person": draw.person(), "field": what}
        yield {**where, "value": draw.value(), "seconds": seconds}
    else:
        yield {**_lead(draw, draw.person()), "side": "salesforce", "do": "late_lead", "seconds": seconds}


def _locks(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "lock", "name": draw.person(), "locked": draw.chance.random() < 0.7}


# --- what the network and the machine do ---------------------------------------------------------------------------


def _ticks(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "tick", "seconds": draw.chance.choice((1, 1, 60, 400, 4000))}


def _crashes(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "crash", "when": draw.chance.choice(("before", "after"))}


def _faults(draw: _Draw) -> Iterator[Operation]:
    """A few faults at once, in bursts that may outlast every retry."""
    kinds = [draw.chance.choice(FAULTS) for _ in range(draw.chance.randint(1, 3))]
    faults = [_armed(draw, kind) for kind in kinds]
    yield {"do": "faults", "side": draw.side(), "faults": faults}


def _armed(draw: _Draw, fault: Operation) -> Operation:
    times, after = draw.chance.choice((1, 1, 3, LONGER_THAN_PATIENCE)), draw.chance.choice((0, 0, 2, 9))
    return {**fault, "times": times, "after": after}


_ANY_WRITE = {"match": {"path": RECORD_WRITES, "writes_only": True}}
# A late update may land on a newer edit, which nobody who writes over this wire can prevent: only creates are late.
_A_CREATE = {"match": {"path": RECORD_WRITES, "writes_only": True, "method": "POST"}}
FAULTS: tuple[Operation, ...] = (
    {"kind": "refuse"},
    {"kind": "lose_request", **_ANY_WRITE},
    {"kind": "error"},
    {"kind": "error", "applied": True, **_ANY_WRITE},
    {"kind": "throttle"},
    {"kind": "slow", "seconds": 20},
    {"kind": "delay", "seconds": 90, **_A_CREATE},
    {"kind": "delay", "seconds": 900, **_A_CREATE},
    {"kind": "expire_token"},
    {"kind": "lock_row", **_ANY_WRITE},
    {"kind": "lose_answer", **_ANY_WRITE},
    {"kind": "lose_answer", "how": "reset", **_ANY_WRITE},
    {"kind": "lose_answer"},
    {"kind": "garble"},
    {"kind": "garble", "form": "html"},
    {"kind": "garble", "form": "cut", **_ANY_WRITE},
)

KINDS: dict[str, Callable[[_Draw], Iterator[Operation]]] = {
    "lead": _leads,
    "edit": _edits,
    "clear": _clear,
    "organization": _organizations,
    "contact": _contacts,
    "opportunity": _opportunities,
    "convert": _salesforce_conversions,
    "status": _statuses,
    "save_and_convert": _save_and_convert,
    "sales_order": _sales_orders,
    "merge": _merges,
    "delete": _deletions,
    "late_commit": _late_commits,
    "lock": _locks,
    "tick": _ticks,
    "faults": _faults,
    "crash": _crashes,
}
STORMS = frozenset({"faults", "crash", "late_commit", "lock"})

"""A trace: everything that happens to a simulated pair of accounts, made up front from one seed, as plain JSON.

    {"seed": 7, "netsuite": {...}, "salesforce": {...}, "clocks": {...}, "encore": [...], "brisk": true, "met": true,
     "dense": false, "operations": [{"do": "lead", ...}, {"do": "yield", "calls": 4}, ...]}

`yield` lets the connector make its next calls. Every other operation is something that people, the network or the
machine do. Operations name people and companies by their names and are skipped where they make no sense, so
that a trace with operations left out is still a trace. In a `brisk` one the pause after a skipped operation is skipped
as well: nothing is new to anybody. Where the accounts have `met`, no run is their first, which counts what no line
carries, and does nothing else that others do not do. In a `dense` one, who looks for somebody and finds nobody takes
somebody else.

A small trace is that of one or two people, and of a few operations, of which most concern a lead that moves on.

Swarm: each seed draws which kinds of operations and faults exist for it at all, and how often each comes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.walk import faults

Operation = dict[str, Any]
Trace = dict[str, Any]

SIDES = ("netsuite", "salesforce")
DAY = 86_400
SPRING, AUTUMN = 62 * DAY, 299 * DAY + 20 * 3600
"""From the sandboxes' first moment to shortly before clocks change: on 8 March and on 1 November 2026."""
PAIR = ("Person0", "Person1")
SMALL_COMPANIES = ("Company0 Inc", "Company1 Inc")
ELSEWHERE = "elsewhere"
PLAIN: Trace = {
    "netsuite": {"time_zone": "America/Los_Angeles"},
    "salesforce": {"block_equal_mails": False},
    "clocks": {"netsuite": 0, "salesforce": 0, "ours": 0},
    "encore": [],
    "brisk": False,
    "met": False,
    "dense": False,
}
"""What a trace says that says nothing of these."""


@dataclass
class _Draw:
    """One seed's world: who there is, what can happen, and the next number for a value that is found nowhere else."""

    chance: random.Random
    people: dict[str, str]
    companies: tuple[str, ...]
    fault_kinds: tuple[str, ...]
    spaced: bool
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    side: Callable[[], str] = field(init=False)

    def __post_init__(self) -> None:
        favourite, lean = self.chance.choice(SIDES), self.chance.choice((0.5, 0.5, 0.8, 1.0))
        other = SIDES[favourite == "netsuite"]
        self.side = lambda: favourite if self.chance.random() < lean else other

    def likely(self, share: float) -> bool:
        return self.chance.random() < share

    def person(self) -> str:
        return self.chance.choice(sorted(self.people))

    def company(self) -> str:
        return self.chance.choice(self.companies)

    def value(self) -> str:
        """A text that nobody has typed before, also when case and spaces are left out of account."""
        number = next(self.numbers)
        return f"v{number}  x" if self.spaced and self.likely(0.3) else f"v{number}"


def make_trace(seed: int, *, dense: bool = False) -> Trace:
    """The trace of `seed`, always the same."""
    chance = random.Random(f"walk {seed}")
    companies = tuple(f"Company{n} Inc" for n in range(chance.randint(1, 2 if dense else 3)))
    people = {f"Person{n}": chance.choice(companies) for n in range(chance.randint(1, 3 if dense else 5))}
    draw = _Draw(chance, people, companies, _fault_kinds(chance), spaced=chance.random() < 0.2)
    world = {**_accounts(chance), "clocks": _clocks(chance), "encore": _encore(chance)}
    world |= {"brisk": True, "met": chance.random() < 0.9, "dense": dense}
    return {"seed": seed, **world, "operations": list(_operations(draw, dense))}


def make_small_trace(seed: int) -> Trace:
    """The small trace of `seed`, always the same."""
    chance = random.Random(f"small {seed}")
    companies = SMALL_COMPANIES[: chance.choice((1, 1, 2))]
    people = dict.fromkeys(PAIR[: chance.choice((1, 1, 2))], companies[0])
    draw = _Draw(chance, people, companies, _fault_kinds(chance), spaced=False)
    world = {**_accounts(chance), "clocks": _clocks(chance) if draw.likely(0.2) else PLAIN["clocks"], "encore": []}
    world |= {"brisk": True, "met": chance.random() < 0.9, "dense": True}
    return {"seed": seed, **world, "operations": list(_few_operations(draw))}


def _fault_kinds(chance: random.Random) -> tuple[str, ...]:
    return tuple(kind for kind in sorted(faults.KINDS) if chance.random() < 0.4)


def _accounts(chance: random.Random) -> Trace:
    zones = ("America/Los_Angeles", "America/New_York", "Europe/Berlin", "Asia/Kolkata")
    return {
        "netsuite": {"time_zone": chance.choice(zones)},
        "salesforce": {"block_equal_mails": chance.random() < 0.1},
    }


def _clocks(chance: random.Random) -> dict[str, int]:
    """How far ahead each clock is: the year moves for all, and none need agree with another."""
    season = chance.choice((0, 0, 0, SPRING, AUTUMN))
    apart = (0, 0, 0, 7, 3600, 2 * DAY)
    return {
        "netsuite": season + chance.choice(apart),
        "salesforce": season + chance.choice(apart),
        "ours": season + chance.choice((0, 0, 0, 3600, -3600, 2 * DAY, -2 * DAY)),
    }


def _encore(chance: random.Random) -> list[str]:
    return [name for name in ("preview", "edit", "forget") if chance.random() < 0.25]


def _operations(draw: _Draw, dense: bool) -> Iterator[Operation]:
    chance = draw.chance
    weights = _swarm(chance) | (_moves(chance) if dense else {})
    yield from (_lead(draw, person) for person in sorted(draw.people) if draw.likely(0.6))
    yield from _drawn(draw, weights, pause=chance.choice((2, 6, 15)), number=chance.randint(5, 30))


def _few_operations(draw: _Draw) -> Iterator[Operation]:
    chance = draw.chance
    yield from (_lead(draw, person) for person in sorted(draw.people))
    yield from (_organization(draw, company) for company in draw.companies[1:])
    pause = chance.choice((2, 6, 12))
    if draw.likely(0.7):
        yield {"do": "yield", "calls": 60}
    yield from _drawn(draw, MOSTLY_MOVES, pause, number=chance.randint(3, 7))


def _drawn(draw: _Draw, weights: Mapping[str, int], pause: int, number: int) -> Iterator[Operation]:
    chance = draw.chance
    for _ in range(number):
        calls = chance.randint(0, 2 * pause)
        if calls:
            yield {"do": "yield", "calls": calls}
        kind = chance.choices(list(weights), list(weights.values()))[0]
        yield from KINDS[kind](draw)


def _swarm(chance: random.Random) -> dict[str, int]:
    kinds = [kind for kind in KINDS if chance.random() < (0.1 if kind in SELDOM else 0.4)]
    quiet = chance.random() < 0.25
    kinds = [kind for kind in kinds if not (quiet and kind in STORMS)]
    return {kind: chance.choice((1, 2, 5)) for kind in kinds} | {"edit": 3, "contest": 2}


def _moves(chance: random.Random) -> dict[str, int]:
    """More of what leads move on by, and of what meets them on the way."""
    return {kind: chance.choice((3, 5, 8)) for kind in MOVES if chance.random() < 0.7}


# --- what people do ------------------------------------------------------------------------------------------------


def _lead(draw: _Draw, person: str) -> Operation:
    found = {"do": "lead", "side": draw.side(), "person": person, "company": draw.people[person]}
    return {**found, "mail": draw.likely(0.8), "title": draw.value()}


def _leads(draw: _Draw) -> Iterator[Operation]:
    yield _lead(draw, draw.person())


def _somebody(draw: _Draw, share_of_companies: float) -> tuple[str, Sequence[str]]:
    """A name, and the fields that such a record has."""
    if draw.likely(share_of_companies):
        return draw.company(), ("description", "number")
    return draw.person(), ("title", "description", "email")


def _typed(draw: _Draw, field: str) -> str:
    return f"v{next(draw.numbers)}@mail.example" if field == "email" else draw.value()


def _edits(draw: _Draw) -> Iterator[Operation]:
    name, fields = _somebody(draw, 0.25)
    what = draw.chance.choice(fields)
    yield {"do": "edit", "side": draw.side(), "name": name, "field": what, "value": _typed(draw, what)}


def _contests(draw: _Draw) -> Iterator[Operation]:
    """Both sides edit one field before the connector gets to see either."""
    name, fields = _somebody(draw, 0.25)
    what = draw.chance.choice(fields)
    for side in draw.chance.sample(SIDES, 2):
        yield {"do": "edit", "side": side, "name": name, "field": what, "value": _typed(draw, what)}


def _clear(draw: _Draw) -> Iterator[Operation]:
    name, _ = _somebody(draw, 0.25)
    yield {"do": "edit", "side": draw.side(), "name": name, "field": "description", "value": None}


def _mass_updates(draw: _Draw) -> Iterator[Operation]:
    kind = draw.chance.choice(("lead", "contact", "organization"))
    yield {"do": "mass_update", "side": draw.side(), "kind": kind, "field": "description", "value": draw.value()}


def _organization(draw: _Draw, company: str) -> Operation:
    return {"do": "organization", "side": draw.side(), "company": company, "number": draw.value()}


def _organizations(draw: _Draw) -> Iterator[Operation]:
    yield _organization(draw, draw.company())


def _contacts(draw: _Draw) -> Iterator[Operation]:
    person = draw.person()
    where = {"side": draw.side(), "person": person, "company": draw.people[person]}
    yield {"do": "contact", **where, "title": draw.value(), "mail": draw.likely(0.8)}


def _opportunities(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "opportunity", "side": draw.side(), "company": draw.company(), "name": f"Sale {draw.value()}"}


def _into(draw: _Draw) -> Operation:
    """What a lead is converted into: each either made by the conversion or there already, the company perhaps of
    another name than the lead gives."""
    existing = draw.chance.choices((False, True, ELSEWHERE), (5, 3, 2))[0]
    return {"existing": existing, "contact": draw.likely(0.3), "opportunity": draw.likely(0.3)}


def _salesforce_conversions(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "convert", "person": draw.person(), **_into(draw)}


def _statuses(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "status", "person": draw.person(), "status": draw.chance.choice(("8", "8", "13"))}


def _save_and_convert(draw: _Draw) -> Iterator[Operation]:
    variant = draw.chance.choice(("stays", "becomes_contact", "disappears"))
    choice = draw.chance.choice(("replace", "add_missing", "keep"))
    yield {"do": "save_and_convert", "person": draw.person(), "variant": variant, "choice": choice, **_into(draw)}


def _sales_orders(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "sales_order", "company": draw.company()}


def _merges(draw: _Draw) -> Iterator[Operation]:
    winner, loser = draw.chance.choice(((draw.person(), draw.person()), (draw.company(), draw.company())))
    yield {"do": "merge", "side": draw.side(), "winner": winner, "loser": loser}


def _deletions(draw: _Draw) -> Iterator[Operation]:
    name, _ = _somebody(draw, 0.15)
    yield {"do": "delete", "side": draw.side(), "name": name}


def _undeletions(draw: _Draw) -> Iterator[Operation]:
    name, _ = _somebody(draw, 0.15)
    yield {"do": "delete", "side": "salesforce", "name": name}
    yield {"do": "yield", "calls": draw.chance.randint(1, 60)}
    yield {"do": "undelete", "name": name}


def _late_commits(draw: _Draw) -> Iterator[Operation]:
    seconds = draw.chance.choice((30, 200, 800))
    if draw.likely(0.5):
        what = draw.chance.choice(("title", "description"))
        where = {"do": "late_edit", "person": draw.person(), "field": what}
        yield {**where, "value": draw.value(), "seconds": seconds}
    else:
        yield {**_lead(draw, draw.person()), "side": "salesforce", "do": "late_lead", "seconds": seconds}


def _locks(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "lock", "name": draw.person(), "locked": draw.likely(0.7)}


def _automation(draw: _Draw) -> Iterator[Operation]:
    kind, type_ = draw.chance.choice(("upper", "title", "trim", "set_default")), draw.chance.choice(("Lead", "Contact"))
    what = draw.chance.choice(("title", "description"))
    yield {"do": "automation", "type": type_, "field": what, "kind": kind, "again": draw.likely(0.3)}


# --- what the machine does -----------------------------------------------------------------------------------------


def _ticks(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "tick", "seconds": draw.chance.choice((1, 1, 60, 400, 4000))}


def _crashes(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "crash", "when": draw.chance.choice(("before", "after")), "of": draw.chance.choice(("call", "commit"))}


def _rivals(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "rival"}


def _lost_states(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "forget"}


def _faults(draw: _Draw) -> Iterator[Operation]:
    yield {"do": "faults", "side": draw.side(), "faults": faults.some(draw.chance, draw.fault_kinds)}


KINDS: dict[str, Callable[[_Draw], Iterator[Operation]]] = {
    "lead": _leads,
    "edit": _edits,
    "contest": _contests,
    "clear": _clear,
    "mass_update": _mass_updates,
    "organization": _organizations,
    "contact": _contacts,
    "opportunity": _opportunities,
    "convert": _salesforce_conversions,
    "status": _statuses,
    "save_and_convert": _save_and_convert,
    "sales_order": _sales_orders,
    "merge": _merges,
    "delete": _deletions,
    "undelete": _undeletions,
    "late_commit": _late_commits,
    "lock": _locks,
    "automation": _automation,
    "tick": _ticks,
    "faults": _faults,
    "crash": _crashes,
    "rival": _rivals,
    "forget": _lost_states,
}
STORMS = frozenset({"faults", "crash", "late_commit", "lock", "forget"})
SELDOM = frozenset({"rival", "forget", "automation"})
MOVES = ("lead", "save_and_convert", "convert", "status", "clear", "delete", "contact", "mass_update")
MOSTLY_MOVES = {
    "convert": 4,
    "save_and_convert": 4,
    "status": 4,
    "edit": 6,
    "contest": 1,
    "clear": 2,
    "delete": 3,
    "undelete": 2,
    "late_commit": 3,
    "merge": 2,
    "mass_update": 1,
    "organization": 2,
    "contact": 2,
    "crash": 2,
    "faults": 2,
    "lock": 1,
    "forget": 1,
    "tick": 1,
    "lead": 3,
    "sales_order": 1,
    "opportunity": 1,
}
"""What a small life is made of, and how often each comes."""

"""Not drawn by lot, but counted: a lead moves on, and something else happens so many calls of ours later.

A trace is made from its number, which counts through the worlds that the lead is in, its moves, the deeds after it, the
calls of a quiet run that have been made by then, and those between the two; among those after which our state is lost,
also the calls until then. Numbers that follow each other are far apart in this count, so that some of them tell of all.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from math import prod

from tests.walk.faults import KINDS, LONGER_THAN_A_CALL
from tests.walk.trace import ELSEWHERE, PLAIN, SIDES, SMALL_COMPANIES, Operation, Trace

PERSON, OTHER = "Person0", "Person1"
COMPANY, OTHER_COMPANY = SMALL_COMPANIES
IN_SYNC = 60
"""After so many calls of ours a new lead has crossed, and a quiet run has begun."""

_Operations = tuple[Operation, ...]


def _lead(side: str, person: str = PERSON, title: str = "v1", *, mail: bool = True) -> Operation:
    return {"do": "lead", "side": side, "person": person, "company": COMPANY, "mail": mail, "title": title}


def _edit(side: str, name: str, field: str, value: str | None) -> Operation:
    return {"do": "edit", "side": side, "name": name, "field": field, "value": value}


def _mass_update(side: str) -> Operation:
    return {"do": "mass_update", "side": side, "kind": "contact", "field": "description", "value": "v9"}


def _organization(side: str, company: str = COMPANY) -> Operation:
    return {"do": "organization", "side": side, "company": company, "number": "v8"}


def _contact(side: str) -> Operation:
    return {"do": "contact", "side": side, "person": PERSON, "company": COMPANY, "title": "v9", "mail": True}


def _delete(side: str, name: str = PERSON) -> Operation:
    return {"do": "delete", "side": side, "name": name}


def _merge(side: str, name: str = COMPANY) -> Operation:
    return {"do": "merge", "side": side, "winner": name, "loser": name}


def _save_and_convert(variant: str, choice: str = "keep", *, existing: bool | str = False) -> Operation:
    contact = bool(existing)
    how = {"variant": variant, "choice": choice, "existing": existing, "contact": contact, "opportunity": False}
    return {"do": "save_and_convert", "person": PERSON, **how}


def _convert(*, existing: bool | str = False) -> Operation:
    return {"do": "convert", "person": PERSON, "existing": existing, "contact": bool(existing), "opportunity": False}


def _status(status: str) -> Operation:
    return {"do": "status", "person": PERSON, "status": status}


def _crash(when: str, of: str) -> Operation:
    return {"do": "crash", "when": when, "of": of}


def _fault(side: str, kind: str, times: int) -> Operation:
    return {"do": "faults", "side": side, "faults": [{**KINDS[kind], "times": times, "after": 0}]}


_DESCRIBED = {side: _edit(side, PERSON, "description", "v2") for side in SIDES}
_WORLDS: tuple[_Operations, ...] = (
    *((_lead(side), _DESCRIBED[side]) for side in SIDES),
    *((_lead(side, mail=False), _DESCRIBED[side]) for side in SIDES),
    (_organization("netsuite"), _lead("salesforce"), _DESCRIBED["salesforce"]),
    (_organization("salesforce"), _lead("netsuite"), _DESCRIBED["netsuite"]),
    *(
        (_organization(side, OTHER_COMPANY), _lead(side, mail=mail), _DESCRIBED[side])
        for side, mail in product(SIDES, (True, False))
    ),
    (_lead("netsuite"), _DESCRIBED["netsuite"], _lead("salesforce", OTHER, "v3")),
    (_organization("netsuite"), _contact("netsuite"), _lead("salesforce", title="v4")),
)
_MOVES: _Operations = (
    *(_save_and_convert(variant) for variant in ("stays", "becomes_contact", "disappears")),
    *(_save_and_convert(variant, existing=True) for variant in ("stays", "becomes_contact", "disappears")),
    *(_save_and_convert(variant, existing=ELSEWHERE) for variant in ("becomes_contact", "disappears")),
    _save_and_convert("stays", "replace", existing=True),
    *(_status(status) for status in ("8", "13")),
    *(_convert(existing=existing) for existing in (False, True, ELSEWHERE)),
    *(_delete(side) for side in SIDES),
)
_FORGOTTEN: _Operations = ({"do": "forget"},)
_DEEDS: tuple[_Operations, ...] = (
    *((_edit(side, PERSON, "title", "v9"),) for side in SIDES),
    *((_edit(side, PERSON, "description", None),) for side in SIDES),
    *((_edit(side, PERSON, "email", mail),) for side, mail in product(SIDES, ("v9@mail.example", None))),
    *((_edit(side, COMPANY, "description", "v9"),) for side in SIDES),
    tuple(_edit(side, PERSON, "title", f"v9 {side}") for side in SIDES),
    *((_mass_update(side),) for side in SIDES),
    *((_delete(side, name),) for side in SIDES for name in (PERSON, COMPANY)),
    (_delete("salesforce"), {"do": "yield", "calls": 10}, {"do": "undelete", "name": PERSON}),
    *((_convert(existing=existing),) for existing in (False, ELSEWHERE)),
    *((_save_and_convert(variant),) for variant in ("stays", "disappears")),
    (_save_and_convert("disappears", existing=ELSEWHERE),),
    (_status("13"),),
    *((_contact(side),) for side in SIDES),
    *((_organization(side),) for side in SIDES),
    *((_lead(side, title="v9"),) for side in SIDES),
    ({"do": "late_edit", "person": PERSON, "field": "title", "value": "v9", "seconds": 200},),
    ({"do": "lock", "name": PERSON, "locked": True},),
    _FORGOTTEN,
    *((_crash(when, of),) for when, of in product(("before", "after"), ("call", "commit"))),
    *((_fault(side, "lose_answer, write", 1),) for side in SIDES),
    *((_fault(side, "error", LONGER_THAN_A_CALL),) for side in SIDES),
)
_MERGED: tuple[_Operations, ...] = (
    *((_organization(side), _merge(side)) for side in SIDES),
    *((move, _merge(side)) for move in (_convert(), _save_and_convert("disappears")) for side in SIDES),
)
"""Deeds by which there are two companies of one name, which become one."""
_CALLS_INTO_A_RUN = (0, 5)
_CALLS_BETWEEN = range(26)
_CALLS_UNTIL_LOST = (0, 2, 5, 9, 14, 20, 40)
_OLDEST_COPY = 4
_STRIDE = 1_000_003
"""A prime, so that steps of this length come to every number once."""


def _sizes(*choices: Collection[object]) -> tuple[int, ...]:
    return tuple(map(len, (_WORLDS, _MOVES, *choices, _CALLS_INTO_A_RUN, _CALLS_BETWEEN)))


_BEFORE_THE_LOSS = (*(deed for deed in _DEEDS if deed is not _FORGOTTEN), *_MERGED)
_PAIRS, _LOSSES = _sizes(_DEEDS), _sizes(_BEFORE_THE_LOSS, _CALLS_UNTIL_LOST)

PAIRS, LOSSES = prod(_PAIRS), prod(_LOSSES)
"""How many there are."""


def make_pair_trace(number: int) -> Trace:
    """The trace of that number; from `PAIRS` on they begin anew."""
    world, move, deed, into_the_run, between = _place(number, _PAIRS)
    return _trace(number, (world, move, into_the_run, between), _DEEDS[deed])


def make_loss_trace(number: int) -> Trace:
    """The same with the loss of our state after the deed; from `LOSSES` on they begin anew."""
    world, move, deed, until_lost, into_the_run, between = _place(number, _LOSSES)
    after = (*_BEFORE_THE_LOSS[deed], *_pause(_CALLS_UNTIL_LOST[until_lost]), *_FORGOTTEN)
    return _trace(number, (world, move, into_the_run, between), after)


def make_backup_trace(number: int) -> Trace:
    """The same where our state is not lost: a copy of it, of up to `_OLDEST_COPY` runs ago, takes its place."""
    trace = make_loss_trace(number)
    *operations, lost = trace["operations"]
    assert (lost,) == _FORGOTTEN
    return {**trace, "operations": [*operations, {"do": "put_back", "runs": 1 + number % _OLDEST_COPY}]}


def _place(number: int, sizes: tuple[int, ...]) -> list[int]:
    rest, place = number * _STRIDE % prod(sizes), []
    for size in sizes:
        rest, at = divmod(rest, size)
        place.append(at)
    return place


def _pause(calls: int) -> _Operations:
    return ({"do": "yield", "calls": calls},) if calls else ()


def _trace(number: int, place: tuple[int, int, int, int], after: _Operations) -> Trace:
    world, move, into_the_run, between = place
    before = (*_WORLDS[world], *_pause(IN_SYNC + _CALLS_INTO_A_RUN[into_the_run]))
    found = {**PLAIN, "met": True, "brisk": True, "dense": True}
    return {"seed": number, **found, "operations": [*before, _MOVES[move], *_pause(_CALLS_BETWEEN[between]), *after]}

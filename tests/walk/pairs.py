"""Not drawn by lot, but all of them: a lead moves on, and people do something else so many calls of ours later.

A trace is made from its number, which counts through the sides on which the lead is made, its moves, the deeds after
it, the calls of a quiet run that have been made by then, and those between the two.
"""

from __future__ import annotations

from itertools import product

from tests.walk.trace import PLAIN, SIDES, Operation, Trace

PERSON, COMPANY = "Person0", "Company0 Inc"
IN_SYNC = 60
"""After so many calls of ours a new lead has crossed, and a quiet run has begun."""


def _edit(side: str, name: str, field: str, value: str | None) -> Operation:
    return {"do": "edit", "side": side, "name": name, "field": field, "value": value}


def _save_and_convert(variant: str, choice: str = "keep", *, existing: bool = False) -> Operation:
    how = {"variant": variant, "choice": choice, "existing": existing, "contact": False, "opportunity": False}
    return {"do": "save_and_convert", "person": PERSON, **how}


_CONVERT: Operation = {"do": "convert", "person": PERSON, "existing": False, "contact": False, "opportunity": False}
_MOVES: tuple[Operation, ...] = (
    _save_and_convert("stays"),
    _save_and_convert("becomes_contact"),
    _save_and_convert("disappears"),
    {"do": "status", "person": PERSON, "status": "13"},
    _CONVERT,
    _save_and_convert("stays", "replace", existing=True),
)
_DEEDS: tuple[Operation, ...] = (
    _edit("netsuite", PERSON, "title", "v9"),
    _edit("netsuite", PERSON, "description", None),
    _edit("salesforce", PERSON, "title", "v9"),
    _edit("salesforce", PERSON, "description", None),
    {"do": "delete", "side": "netsuite", "name": PERSON},
    {"do": "delete", "side": "salesforce", "name": PERSON},
    _CONVERT,
    _save_and_convert("stays"),
    _edit("netsuite", COMPANY, "description", "v9"),
)
_PAIRS = tuple(product(SIDES, _MOVES, _DEEDS, (0, 5, 10, 15), range(26)))
NUMBER = len(_PAIRS)
"""How many there are."""


def make_pair_trace(number: int) -> Trace:
    """The trace of that number; from `NUMBER` on they begin anew."""
    side, move, deed, into_the_run, between = _PAIRS[number % NUMBER]
    lead = {"do": "lead", "side": side, "person": PERSON, "company": COMPANY, "mail": True, "title": "v1"}
    before = [lead, _edit(side, PERSON, "description", "v2"), {"do": "yield", "calls": IN_SYNC + into_the_run}]
    pause = [{"do": "yield", "calls": between}] if between else []
    world = {**PLAIN, "met": True, "brisk": True, "dense": True}
    return {"seed": number, **world, "operations": [*before, move, *pause, deed]}

"""The faults that a simulated network can have, in bursts that may outlast every retry of a call, or of a whole run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

Fault = dict[str, Any]

RECORD_WRITES = "/(record/v1/(customer|contact|opportunity)|composite/sobjects|sobjects|Soap/u)"
LONGER_THAN_A_CALL = 12
"""More often than a call is tried: six times, and once more under each new login."""
LONGER_THAN_A_RUN = 40
BURSTS = (1, 1, 3, LONGER_THAN_A_CALL, LONGER_THAN_A_RUN)

_A_WRITE = {"match": {"path": RECORD_WRITES, "writes_only": True}}
# A late update may land on a newer edit, which nobody who writes over this wire can prevent: only creates are late.
_A_CREATE = {"match": {"path": RECORD_WRITES, "writes_only": True, "method": "POST"}}

KINDS: dict[str, Fault] = {
    "refuse": {"kind": "refuse"},
    "lose_request": {"kind": "lose_request", **_A_WRITE},
    "error": {"kind": "error"},
    "error, json": {"kind": "error", "status": 500, "format": "json"},
    "error, applied": {"kind": "error", "applied": True, **_A_WRITE},
    "throttle": {"kind": "throttle"},
    "slow": {"kind": "slow", "seconds": 20},
    "delay, 90 s": {"kind": "delay", "seconds": 90, **_A_CREATE},
    "delay, 900 s": {"kind": "delay", "seconds": 900, **_A_CREATE},
    "expire_token": {"kind": "expire_token"},
    "lock_row": {"kind": "lock_row", **_A_WRITE},
    "lose_answer": {"kind": "lose_answer"},
    "lose_answer, write": {"kind": "lose_answer", **_A_WRITE},
    "lose_answer, reset": {"kind": "lose_answer", "how": "reset", **_A_WRITE},
    "garble": {"kind": "garble"},
    "garble, html": {"kind": "garble", "form": "html"},
    "garble, cut": {"kind": "garble", "form": "cut"},
    "garble, write": {"kind": "garble", "form": "cut", **_A_WRITE},
}


def some(chance: random.Random, kinds: Sequence[str]) -> list[Fault]:
    """A few faults of these kinds at once; of any kind where the seed has none of its own."""
    names = [chance.choice(kinds or tuple(KINDS)) for _ in range(chance.randint(1, 3))]
    return [_burst(chance, KINDS[name]) for name in names]


def _burst(chance: random.Random, fault: Fault) -> Fault:
    now_and_then = {"probability": 0.3} if chance.random() < 0.2 else {}
    return {**fault, **now_and_then, "times": chance.choice(BURSTS), "after": chance.choice((0, 0, 2, 9))}


def name_of(fault: Fault) -> str:
    """What a figure calls an armed fault: its kind, and its form where that has several."""
    form = fault.get("form") or fault.get("how") or ("applied" if fault.get("applied") else "")
    return f"{fault['kind']} {form}".strip()

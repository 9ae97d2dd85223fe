"""Find the shortest trace that still breaks the same invariant: fewer operations (ddmin), then a plainer world, then
smaller numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.walk.trace import PLAIN, Operation, Trace
from tests.walk.walk import judge

Breaks = Callable[[Trace], bool]
NUMBERS = ("calls", "seconds", "times", "after")


def shrink(trace: Trace, invariant: str, most_tries: int = 400) -> Trace:
    """`trace` as small as it gets within so many tries."""
    tries = iter(range(most_tries))

    def breaks(candidate: Trace) -> bool:
        return next(tries, None) is not None and invariant in judge(candidate).invariants

    return smaller_numbers(plainer_world(fewer_operations(trace, breaks), breaks), breaks)


def fewer_operations(trace: Trace, breaks: Breaks) -> Trace:
    """Halves, quarters, ... single operations are left out for as long as it goes on breaking."""
    operations: list[Operation] = trace["operations"]
    size = max(1, len(operations) // 2)
    while True:
        start, shorter = 0, False
        while start < len(operations):
            without = operations[:start] + operations[start + size :]
            if breaks({**trace, "operations": without}):
                operations, shorter = without, True
            else:
                start += size
        if size == 1 and not shorter:
            return {**trace, "operations": operations}
        size = max(1, size // 2)


def plainer_world(trace: Trace, breaks: Breaks) -> Trace:
    """Without whatever is special about the accounts, the clocks and what comes after the calm."""
    for part, plain in PLAIN.items():
        candidate = {**trace, part: plain}
        if candidate != trace and breaks(candidate):
            trace = candidate
    return trace


def smaller_numbers(trace: Trace, breaks: Breaks) -> Trace:
    """Each number halved as often as it goes."""
    for place, operation in enumerate(trace["operations"]):
        for name in NUMBERS:
            for number in _smaller(operation.get(name)):
                candidate = _with(trace, place, name, number)
                if not breaks(candidate):
                    break
                trace = candidate
    return trace


def _smaller(number: Any) -> Iterator[int]:
    while isinstance(number, int) and number > 1:
        number //= 2
        yield number


def _with(trace: Trace, place: int, name: str, number: int) -> Trace:
    operations = list(trace["operations"])
    operations[place] = {**operations[place], name: number}
    return {**trace, "operations": operations}

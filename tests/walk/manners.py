"""In which manners lives are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from tests.walk.pairs import LOSSES, PAIRS, make_backup_trace, make_loss_trace, make_pair_trace
from tests.walk.trace import Trace, make_small_trace, make_trace

Manner = Literal["plain", "dense", "small", "pairs", "losses", "backups"]

MAKERS: Mapping[Manner, Callable[[int], Trace]] = {
    "plain": make_trace,
    "dense": partial(make_trace, dense=True),
    "small": make_small_trace,
    "pairs": make_pair_trace,
    "losses": make_loss_trace,
    "backups": make_backup_trace,
}
"""What makes a trace of a seed."""

WORDS: Mapping[Manner, str] = {
    "dense": "more leads that move on, less that comes to nothing",
    "small": "one or two people, a few operations, most of them of leads that move on",
    "pairs": f"a lead that moves on, and one thing that happens soon after: {PAIRS:,} lives are all there are",
    "losses": f"the same, and then our state is lost: {LOSSES:,} lives",
    "backups": "the same, and a copy of our state, some runs old, is put back instead",
}
"""How the manners are told that are asked for by name."""

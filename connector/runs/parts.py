"""What every run works with, put together by `connector.wiring`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from connector.core.brakes import Limits
from connector.core.flow import Pair
from connector.core.mapping.document import Mappings
from connector.core.ports import Clock, Store, System

Progress = Callable[[str, int, int | None], None]
"""Told of long work: what is going on, how much is done, how much there is (None: not known)."""


def silent(what: str, done: int, total: int | None) -> None:
    """Progress that goes nowhere."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a run behaves.

    `chunk`: records per write round. `max_passes`: how often one run looks again after a conversion or a late
    parent. `metadata_seconds`: how long an account's metadata is believed by runs that write nothing (see
    `first_look`), and `metadata_for_writes_seconds` by those that do (0 asks anew). `allow`: brakes released for this
    run, by name.
    `follow_deletes`: whether a delete on one side is followed on the other.
    """

    limits: Limits = field(default_factory=Limits)
    chunk: int = 200
    max_passes: int = 5
    metadata_seconds: int = 24 * 3600
    metadata_for_writes_seconds: int = 0
    allow: frozenset[str] = frozenset()
    follow_deletes: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """The two systems, what we remember, the mapping files, our clock."""

    systems: Pair[System]
    store: Store
    mappings: Mappings
    clock: Clock
    settings: RunSettings = field(default_factory=RunSettings)

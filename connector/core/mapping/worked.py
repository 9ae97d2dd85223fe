"""Worked examples of the mapping language: beside what they explain, run as tests, shown in the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Ways = Literal["two-way", "lossy", "one-way"]
"""How much of a value survives the way back. `two-way`: all of it. `lossy`: the meaning, not the spelling, or not
which of several vendor values stood there. `one-way`: it is only read."""


@dataclass(frozen=True, slots=True)
class Worked:
    """Lines of a mapping file as an admin writes them, and a record of either side that crosses by them.

    `way`: from which side the example is run; `both` runs it twice. `held`: the reason for which the value is held
    instead. `create`: what the header gives to every new record, by side. `files`: CSV tables beside the mapping.
    `lists`: live lists by side, name of the list, and id (see `lookup.py`).
    """

    lines: str
    netsuite: Mapping[str, Any]
    salesforce: Mapping[str, Any]
    way: Literal["both", "to_netsuite", "to_salesforce"] = "both"
    held: str = ""
    entity: str = "lead"
    create: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

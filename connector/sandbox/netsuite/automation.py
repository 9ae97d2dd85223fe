"""User event scripts that an admin installed: before a record is stored they rewrite one of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.sandbox.netsuite.fields import RecordType
from connector.sandbox.rewriting import KINDS


@dataclass(frozen=True)
class Automation:
    """A script that rewrites a column of a type's records on every save, whoever saves."""

    table: str
    column: str
    kind: str
    argument: Any = None


def installed(kind: RecordType, field: str, rewrite: str, argument: Any) -> Automation:
    """The script as the account keeps it; ValueError when it cannot work."""
    known = kind.fields.get(field.lower())
    if known is None or known.read_only:
        raise ValueError(f"no field {kind.name}.{field} that can be written")
    if rewrite not in KINDS:
        raise ValueError(f"unknown automation {rewrite!r}; known: {', '.join(sorted(KINDS))}")
    return Automation(kind.table, known.column, rewrite, argument)


def rewritten(scripts: Iterable[Automation], kind: RecordType, row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that the scripts change of a record about to be stored as `row`."""
    changes: dict[str, Any] = {}
    for one in scripts:
        if one.table == kind.table:
            before = changes.get(one.column, row.get(one.column))
            after = KINDS[one.kind](before, one.argument)
            if after != before:
                changes[one.column] = after
    return changes

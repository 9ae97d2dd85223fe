"""A query that is ready to run: SQL, and how its columns make up the records of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.fields import Field


@dataclass
class Node:
    """One record in the answer: its id column, its fields and its parents, in the order selected.

    `sobject` is None where the type of the parent depends on the row.
    """

    sobject: SObject | None
    id_column: int
    entries: list[tuple[str, Any]] = field(default_factory=list)

    def parent(self, name: str) -> Node | None:
        return next((e for n, e in self.entries if n == name and isinstance(e, Node)), None)


@dataclass(frozen=True)
class Leaf:
    field: Field
    column: int


@dataclass(frozen=True)
class Address:
    """A compound address: (key in the answer, leaf) pairs."""

    parts: tuple[tuple[str, Leaf], ...]


@dataclass(frozen=True)
class ChildPlan:
    name: str
    plan: Plan
    key_column: int
    limit: int | None
    offset: int


@dataclass
class Plan:
    """Ready to run: `SELECT {columns} {body}` with `values`. `kind`: records, count or groups."""

    kind: str
    sobject: SObject
    columns: list[str]
    joins: str
    where: str
    values: list[Any]
    order: str
    limit: int | None
    offset: int
    node: Node
    children: list[ChildPlan]
    group_columns: list[tuple[str, Field | None]] = field(default_factory=list)
    group: str = ""
    has_long_text: bool = False


@dataclass(frozen=True)
class Column:
    """A path resolved to SQL."""

    sql: str
    field: Field

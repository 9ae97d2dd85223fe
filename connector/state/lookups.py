"""The look-ups that a run makes again and again, built once: to build such a statement takes longer than to run it.

Each is executed with its parameters by name; the values of `AMONG` are a list.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, select

from connector.core.schema import Entity, SystemName
from connector.state import schema

AMONG = "among"


def _among(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.in_(bindparam(AMONG, expanding=True))


def _equal(table: Table, *names: str) -> Select[Any]:
    return select(table).where(*(table.c[name] == bindparam(name) for name in names))


CURSOR = _equal(schema.cursors, "system", "type")
CACHED = _equal(schema.cached, "system", "name")
CANDIDATES = _equal(schema.match_keys, "system", "entity").where(_among(schema.match_keys.c.key))
BASES = select(schema.bases).where(_among(schema.bases.c.link_id)).order_by(schema.bases.c.link_id)
LINKS_BY_ID = select(schema.links).where(_among(schema.links.c.id)).order_by(schema.links.c.id)
OPEN_HOLDS = select(schema.holds).where(schema.hold_open).order_by(schema.holds.c.id)


@cache
def links_of(system: SystemName) -> Select[Any]:
    """The links of some ids of one `type` in a system."""
    table = schema.links
    return select(table).where(table.c[f"{system}_type"] == bindparam("type"), _among(table.c[f"{system}_id"]))


@cache
def lead_links_of(system: SystemName) -> Select[Any]:
    table = schema.links
    return links_of(system).where(table.c.state == "active", table.c.entity == Entity.LEAD)

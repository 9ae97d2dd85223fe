"""The statements that a run makes again and again, built once: to build one takes longer than to execute it.

Each is executed with its parameters by name; the values of `AMONG` are a list. What an INSERT or an UPDATE sets are
further parameters, by the names of the columns.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from connector.core.schema import Entity, SystemName
from connector.state import schema

AMONG = "among"


def _among(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.in_(bindparam(AMONG, expanding=True))


def _equal(table: Table, *names: str) -> Select[Any]:
    return select(table).where(*(table.c[name] == bindparam(name) for name in names))


IDENTITY = select(schema.identity)
CURSORS = select(schema.cursors)
CACHED = _equal(schema.cached, "system", "name")
RECHECKS = select(schema.rechecks)
CANDIDATES = _equal(schema.match_keys, "system", "entity").where(_among(schema.match_keys.c.key))
BASES = select(schema.bases).where(_among(schema.bases.c.link_id)).order_by(schema.bases.c.link_id)
WRITTEN = select(schema.written).where(schema.written.c.at >= bindparam("since"), _among(schema.written.c.ref))
PENDING_INTENTS = select(schema.intents).where(schema.intents.c.closed_at.is_(None)).order_by(schema.intents.c.id)
_may_land = or_(schema.intents.c.outcome.is_(None), schema.intents.c.outcome != "refused")
CREATES_SENT = (
    _equal(schema.intents, "system", "verb")
    .where(_among(schema.intents.c.key), _may_land)
    .order_by(schema.intents.c.id)
)
OPEN_HOLDS = select(schema.holds).where(schema.hold_open).order_by(schema.holds.c.id)
OPEN_ANSWERS = select(schema.answers).where(schema.answer_open).order_by(schema.answers.c.id)

ADD_LINK = insert(schema.links).returning(schema.links.c.id)
ADD_RUN = insert(schema.runs).returning(schema.runs.c.id)
ADD_INTENTS = insert(schema.intents).returning(schema.intents.c.id, sort_by_parameter_order=True)
END_LINK = update(schema.links).where(schema.links.c.id == bindparam("link_id"))
END_RUN = update(schema.runs).where(schema.runs.c.id == bindparam("run_id"))
CLOSE_INTENT = update(schema.intents).where(schema.intents.c.id == bindparam("intent_id"))
CLOSE_ANSWER = update(schema.answers).where(schema.answers.c.id == bindparam("answer_id"))
FORGET_SAME_LOSS = delete(schema.overruled).where(
    *(schema.overruled.c[name] == bindparam(name) for name in ("ref", "field", "value", "value_written", "reason"))
)


LINKS_BY_ID = select(schema.links).where(_among(schema.links.c.id)).order_by(schema.links.c.id)


def _names(system: SystemName) -> ColumnElement[bool]:
    """Whether a link's ref in a system is of one of some types and has one of some ids: more than exactly the refs
    wanted, but by the index of the refs."""
    type_, id_ = (schema.links.c[f"{system}_{part}"] for part in ("type", "id"))
    return and_(*(column.in_(bindparam(column.name, expanding=True)) for column in (type_, id_)))


LINKS_NAMING = select(schema.links).where(or_(*map(_names, SystemName)))
LEAD_LINKS_NAMING = LINKS_NAMING.where(schema.links.c.state == "active", schema.links.c.entity == Entity.LEAD)


@cache
def links_after(of_entity: bool) -> Select[Any]:
    """The first `size` links after the one with the id `last`: those in one `state`, of one `entity` or of all."""
    table = schema.links
    page = select(table).where(table.c.id > bindparam("last"), table.c.state == bindparam("state"))
    page = page.order_by(table.c.id).limit(bindparam("size"))
    return page.where(table.c.entity == bindparam("entity")) if of_entity else page


@cache
def holds_naming(system: SystemName) -> Select[Any]:
    """What makes each open hold that names one of some refs of a system the hold that it is."""
    table = schema.holds
    key = select(table.c.id, *(table.c[name] for name in schema.hold_key))
    return key.where(schema.hold_open, _among(table.c[f"{system}_ref"]))


@cache
def add(table: Table) -> Insert:
    return insert(table)


@cache
def deletion_by_ref(table: Table) -> Delete:
    """To be executed with `rows.ref_parameters`."""
    return delete(table).where(
        table.c.system == bindparam("ref_system"),
        table.c.type == bindparam("ref_type"),
        table.c.id == bindparam("ref_id"),
    )


@cache
def deletion_before(table: Table) -> Delete:
    """Of the rows from before the time `before`."""
    return delete(table).where(table.c.at < bindparam("before"))


@cache
def holds_change(column: str) -> Update:
    """Sets one column of some open holds, by their ids."""
    value = bindparam("value", type_=schema.holds.c[column].type)
    return update(schema.holds).where(schema.hold_open, _among(schema.holds.c.id)).values({column: value})

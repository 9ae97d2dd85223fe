"""The tables. `upgrades/versions/` makes them in the database; a test holds the two together.

A ref stands as columns (type, id) where it is looked up in bulk, as text `system:type:id` where it is carried along.
Times are ISO text in UTC with microseconds: they sort as text, and every database returns what was put in.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, Enum, ForeignKey, Index, Integer, MetaData, Table, Text, TypeDecorator

from connector.core.flow import Ref
from connector.core.schema import Entity, SystemName, Value
from connector.state.values import dump_value, dump_values, load_value, load_values

# SQLAlchemy types turn rows into our own values --------------------------------------------------------------


class Instant(TypeDecorator[datetime]):
    """A UTC-aware datetime."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: object) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class JsonText(TypeDecorator[Any]):
    """Plain JSON data. Kept as text: SQLite's JSON column type would round long numbers."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: object) -> str:
        return json.dumps(value, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: object) -> Any:
        return None if value is None else json.loads(value)


class ValueText(TypeDecorator[Any]):
    """One canonical value."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Value, dialect: object) -> str:
        return dump_value(value)

    def process_result_value(self, value: str | None, dialect: object) -> Value:
        return None if value is None else load_value(value)


class ValuesText(TypeDecorator[Mapping[str, Value]]):
    """Canonical values by field."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Value] | None, dialect: object) -> str:
        return dump_values(value or {})

    def process_result_value(self, value: str | None, dialect: object) -> dict[str, Value]:
        return {} if value is None else load_values(value)


class OptionalRef(TypeDecorator[Ref]):
    """A ref or none. None is empty text, not NULL: unique indices hold two NULLs for different."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Ref | None, dialect: object) -> str:
        return "" if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: object) -> Ref | None:
        return Ref.parse(value) if value else None


class Prose(TypeDecorator[str]):
    """Text that we did not make ourselves: what a database cannot hold is replaced, not refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """`text` without what no database text can hold: lone surrogates (all) and NUL (PostgreSQL).

    >>> storable("a\\x00b")
    'a\\ufffdb'
    """
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


_LONGEST_KEY_BYTES = 1000
"""PostgreSQL indexes rows of up to 2704 bytes (documented: a third of a page)."""


class MatchKey(Prose):
    """A match key of any length: of long ones an index holds the beginning and a digest."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        return None if value is None else storable_key(value)


def storable_key(key: str) -> str:
    """`key` as it is stored; the same for one that is stored already.

    >>> len(storable_key("x" * 5000))
    964
    """
    text = storable(key)
    data = text.encode()
    if len(data) <= _LONGEST_KEY_BYTES:
        return text
    beginning = data[:900].decode(errors="ignore")
    return beginning + sha256(data).hexdigest()


def _one_of(words: type[enum.Enum]) -> Enum:
    return Enum(words, native_enum=False, length=20, values_callable=lambda kind: [word.value for word in kind])


# the tables --------------------------------------------------------------------------------------------------

metadata = MetaData()

identity = Table(
    "identity",
    metadata,
    Column("system", _one_of(SystemName), primary_key=True),
    Column("account", Text, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("system", _one_of(SystemName), primary_key=True),
    Column("type", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entity", _one_of(Entity), nullable=False),
    Column("netsuite_type", Text, nullable=False),
    Column("netsuite_id", Text, nullable=False),
    Column("salesforce_type", Text, nullable=False),
    Column("salesforce_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("end_reason", Prose),
    Column("ended_at", Instant),
    sqlite_autoincrement=True,
)
_active = links.c.state == "active"
for _side in SystemName:
    _ref = (links.c[f"{_side}_type"], links.c[f"{_side}_id"])
    Index(f"links_{_side}", *_ref)
    Index(f"links_{_side}_active", *_ref, links.c.entity, unique=True, sqlite_where=_active, postgresql_where=_active)

bases = Table(
    "bases",
    metadata,
    Column("link_id", Integer, ForeignKey("links.id"), primary_key=True, autoincrement=False),
    Column("netsuite", ValuesText, nullable=False),
    Column("salesforce", ValuesText, nullable=False),
)

match_keys = Table(
    "match_keys",
    metadata,
    Column("system", _one_of(SystemName), primary_key=True),
    Column("entity", _one_of(Entity), primary_key=True),
    Column("key", MatchKey, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("id", Text, primary_key=True),
)
Index("match_keys_ref", match_keys.c.system, match_keys.c.type, match_keys.c.id)

intents = Table(
    "intents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, nullable=False),
    Column("verb", Text, nullable=False),
    Column("system", _one_of(SystemName), nullable=False),
    Column("entity", _one_of(Entity), nullable=False),
    Column("type", Text, nullable=False),
    Column("ref", OptionalRef, nullable=False),
    Column("source", OptionalRef, nullable=False),
    Column("key", Text),
    Column("payload_hash", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("outcome", Text),
    Column("closed_at", Instant),
    Column("values", ValuesText, nullable=False, server_default="{}"),
    sqlite_autoincrement=True,
)
_pending = intents.c.closed_at.is_(None)
Index("intents_pending", intents.c.id, sqlite_where=_pending, postgresql_where=_pending)

holds = Table(
    "holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("entity", _one_of(Entity), nullable=False),
    Column("netsuite_ref", OptionalRef, nullable=False),
    Column("salesforce_ref", OptionalRef, nullable=False),
    Column("field", Text, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("code", Prose, nullable=False),
    Column("netsuite_value", ValueText, nullable=False),
    Column("salesforce_value", ValueText, nullable=False),
    Column("link_id", Integer, ForeignKey("links.id")),
    Column("run_id", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    *(Column(f"{side}_base", ValueText, nullable=False, server_default="null") for side in SystemName),
    *(Column(f"{side}_modified_at", Instant) for side in SystemName),
    *(Column(f"{side}_modified_by", Prose) for side in SystemName),
    *(Column(f"{side}_name", Prose) for side in SystemName),
    Column("payload", Text, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="1"),
    Column("tried_at", Instant),
    Column("last_run_id", Integer),
    Column("ignored_by", Prose, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
hold_key = ("kind", "netsuite_ref", "salesforce_ref", "field")
hold_open = holds.c.closed_at.is_(None)
Index(
    "holds_open",
    *(holds.c[name] for name in hold_key),
    unique=True,
    sqlite_where=hold_open,
    postgresql_where=hold_open,
)
for _side in SystemName:
    Index(f"holds_open_{_side}", holds.c[f"{_side}_ref"], sqlite_where=hold_open, postgresql_where=hold_open)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("entity", _one_of(Entity), nullable=False),
    Column("netsuite_ref", OptionalRef, nullable=False),
    Column("salesforce_ref", OptionalRef, nullable=False),
    Column("field", Text, nullable=False),
    Column("choice", Text, nullable=False),
    Column("value", ValueText, nullable=False),
    Column("netsuite_seen", ValueText, nullable=False),
    Column("salesforce_seen", ValueText, nullable=False),
    Column("by", Prose, nullable=False),
    Column("at", Instant, nullable=False),
    Column("fate", Text),
    Column("closed_at", Instant),
    sqlite_autoincrement=True,
)
answer_open = answers.c.closed_at.is_(None)
Index(
    "answers_open",
    *(answers.c[name] for name in hold_key),
    unique=True,
    sqlite_where=answer_open,
    postgresql_where=answer_open,
)

overruled = Table(
    "overruled",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entity", _one_of(Entity), nullable=False),
    Column("ref", OptionalRef, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", ValueText, nullable=False),
    Column("value_written", ValueText, nullable=False),
    Column("modified_at", Instant),
    Column("modified_by", Prose),
    Column("reason", Prose, nullable=False),
    Column("at", Instant, nullable=False),
    Column("run_id", Integer, nullable=False),
    sqlite_autoincrement=True,
)
Index("overruled_ref", overruled.c.ref)
Index("overruled_at", overruled.c.at)

written = Table(
    "written",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ref", OptionalRef, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", ValueText, nullable=False),
    Column("held", ValueText, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)
Index("written_ref", written.c.ref)
Index("written_at", written.c.at)

rechecks = Table(
    "rechecks",
    metadata,
    Column("system", _one_of(SystemName), primary_key=True),
    Column("type", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("reason", Prose, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mode", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("counts", JsonText, nullable=False),
    Column("passes", Integer, nullable=False),
    Column("ended", Prose, nullable=False),
    sqlite_autoincrement=True,
)

cached = Table(
    "cached",
    metadata,
    Column("system", _one_of(SystemName), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("data", JsonText, nullable=False),
    Column("fetched_at", Instant, nullable=False),
)

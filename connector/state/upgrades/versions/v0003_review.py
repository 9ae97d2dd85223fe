"""Holds know both sides and their tries; answers to them; values that lost; what was written lately."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SIDES = ("netsuite", "salesforce")


def upgrade() -> None:
    _widen_holds()
    _create_answers()
    _create_overruled()
    _create_written()


def _id() -> "sa.Column[int]":
    return sa.Column("id", sa.Integer, primary_key=True)


def _text(name: str, nullable: bool = False, default: str | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=nullable, server_default=default)


def _entity() -> "sa.Column[str]":
    return sa.Column("entity", sa.String(20), nullable=False)


def _widen_holds() -> None:
    columns: list[sa.Column[Any]] = [
        *(_text(f"{side}_base", default="null") for side in SIDES),
        *(_text(f"{side}_{fact}", nullable=True) for fact in ("modified_at", "modified_by", "name") for side in SIDES),
        _text("payload", default=""),
        sa.Column("tries", sa.Integer, nullable=False, server_default="1"),
        _text("tried_at", nullable=True),
        sa.Column("last_run_id", sa.Integer),
        _text("ignored_by", default=""),
    ]
    for column in columns:
        op.add_column("holds", column)


def _create_answers() -> None:
    key = ["kind", "netsuite_ref", "salesforce_ref", "field"]
    op.create_table(
        "answers",
        _id(),
        _entity(),
        *(_text(name) for name in (*key, "choice", "value", "netsuite_seen", "salesforce_seen", "by", "at")),
        _text("fate", nullable=True),
        _text("closed_at", nullable=True),
        sqlite_autoincrement=True,
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index("answers_open", "answers", key, unique=True, sqlite_where=still_open, postgresql_where=still_open)


def _create_overruled() -> None:
    op.create_table(
        "overruled",
        _id(),
        _entity(),
        *(_text(name) for name in ("ref", "field", "value", "value_written")),
        *(_text(name, nullable=True) for name in ("modified_at", "modified_by")),
        *(_text(name) for name in ("reason", "at")),
        sa.Column("run_id", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("overruled_ref", "overruled", ["ref"])
    op.create_index("overruled_at", "overruled", ["at"])


def _create_written() -> None:
    op.create_table(
        "written",
        _id(),
        *(_text(name) for name in ("ref", "field", "value", "held", "at")),
        sqlite_autoincrement=True,
    )
    op.create_index("written_ref", "written", ["ref"])
    op.create_index("written_at", "written", ["at"])

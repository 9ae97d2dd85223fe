"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_agreements()
    _create_links()
    _create_bases_and_match_keys()
    _create_intents()
    _create_holds()
    _create_runs()


def _word(name: str, **options: Any) -> "sa.Column[str]":
    return sa.Column(name, sa.String(20), nullable=False, **options)


def _text(name: str, nullable: bool = False, **options: Any) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=nullable, **options)


def _id() -> "sa.Column[int]":
    return sa.Column("id", sa.Integer, primary_key=True)


def _partial_index(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _create_agreements() -> None:
    op.create_table("identity", _word("system", primary_key=True), _text("account"))
    op.create_table("cursors", _word("system", primary_key=True), _text("type", primary_key=True), _text("cursor"))


def _create_links() -> None:
    op.create_table(
        "links",
        _id(),
        _word("entity"),
        _text("netsuite_type"),
        _text("netsuite_id"),
        _text("salesforce_type"),
        _text("salesforce_id"),
        _text("state"),
        _text("reason"),
        _text("began_at"),
        _text("end_reason", nullable=True),
        _text("ended_at", nullable=True),
        sqlite_autoincrement=True,
    )
    for side in ("netsuite", "salesforce"):
        columns = [f"{side}_type", f"{side}_id"]
        op.create_index(f"links_{side}", "links", columns)
        _partial_index(f"links_{side}_active", "links", [*columns, "entity"], "state = 'active'", unique=True)


def _create_bases_and_match_keys() -> None:
    op.create_table(
        "bases",
        sa.Column("link_id", sa.Integer, sa.ForeignKey("links.id"), primary_key=True, autoincrement=False),
        _text("netsuite"),
        _text("salesforce"),
    )
    op.create_table(
        "match_keys",
        _word("system", primary_key=True),
        _word("entity", primary_key=True),
        _text("key", primary_key=True),
        _text("type", primary_key=True),
        _text("id", primary_key=True),
    )
    op.create_index("match_keys_ref", "match_keys", ["system", "type", "id"])


def _create_intents() -> None:
    op.create_table(
        "intents",
        _id(),
        sa.Column("run_id", sa.Integer, nullable=False),
        _text("verb"),
        _word("system"),
        _word("entity"),
        _text("type"),
        _text("ref"),
        _text("source"),
        _text("key", nullable=True),
        _text("payload_hash"),
        _text("opened_at"),
        _text("outcome", nullable=True),
        _text("closed_at", nullable=True),
        sqlite_autoincrement=True,
    )
    _partial_index("intents_pending", "intents", ["id"], "closed_at IS NULL")


def _create_holds() -> None:
    op.create_table(
        "holds",
        _id(),
        _text("kind"),
        _word("entity"),
        _text("netsuite_ref"),
        _text("salesforce_ref"),
        _text("field"),
        _text("reason"),
        _text("code"),
        _text("netsuite_value"),
        _text("salesforce_value"),
        sa.Column("link_id", sa.Integer, sa.ForeignKey("links.id")),
        sa.Column("run_id", sa.Integer, nullable=False),
        _text("opened_at"),
        _text("closed_at", nullable=True),
        sqlite_autoincrement=True,
    )
    key = ["kind", "netsuite_ref", "salesforce_ref", "field"]
    _partial_index("holds_open", "holds", key, "closed_at IS NULL", unique=True)
    for side in ("netsuite", "salesforce"):
        _partial_index(f"holds_open_{side}", "holds", [f"{side}_ref"], "closed_at IS NULL")


def _create_runs() -> None:
    op.create_table(
        "rechecks",
        _word("system", primary_key=True),
        _text("type", primary_key=True),
        _text("id", primary_key=True),
        _text("reason"),
    )
    op.create_table(
        "runs",
        _id(),
        _text("mode"),
        _text("started_at"),
        _text("ended_at", nullable=True),
        _text("counts"),
        sa.Column("passes", sa.Integer, nullable=False),
        _text("ended"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "cached",
        _word("system", primary_key=True),
        _text("name", primary_key=True),
        _text("data"),
        _text("fetched_at"),
    )

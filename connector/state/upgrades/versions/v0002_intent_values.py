"""Intents carry the canonical values of their write; those opened before carry none."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("intents", sa.Column("values", sa.Text, nullable=False, server_default="{}"))

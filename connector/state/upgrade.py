"""Bringing a store to the tables that this version of the connector knows.

The number of the last upgrade stands in the store (`alembic_version`). An upgrade is one transaction: it happens
whole or not at all. There is no way back except a copy made before.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from connector.errors import StateError, StateTooNew

NEWEST = "0003"
UPGRADES = Path(__file__).with_name("upgrades")


def version_of(connection: Connection) -> str | None:
    """The number of the last upgrade, None for an empty database. StateError if other tables are in it."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if tables:
        raise StateError("the database holds other tables than ours\n  point `state` at a place of its own")
    return None


def upgrade(connection: Connection, upgrades: Path = UPGRADES) -> None:
    """Run the upgrades that are missing, inside the caller's transaction. StateTooNew if the store is ahead."""
    # Imported here: most starts find the store up to date, and alembic would double the time that they take.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(upgrades).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    refuse_newer(version_of(connection), known)
    command.upgrade(config, "head")


def refuse_newer(version: str | None, known: set[str]) -> None:
    """StateTooNew for a version that is not among the known ones."""
    if version is not None and version not in known:
        raise StateTooNew(
            f"the store was written by a newer version of the connector (tables {version}, known up to {max(known)})\n"
            "  install that version or a later one, or point `state` at another place"
        )

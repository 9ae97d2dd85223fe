"""What alembic runs before the versions. The connection, in a transaction of ours, comes from `state/upgrade.py`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()

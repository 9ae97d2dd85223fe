"""The numbered upgrades of our own tables, in alembic's layout (`env.py`, `versions/`), packaged with the code."""

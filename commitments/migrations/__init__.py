"""Alembic migrations, run from the installed package."""

"""What a database holds that is none of ours: it would do its work in our name, or keep us from doing ours.

Triggers, views and virtual tables run by themselves in whoever opens the file. Other tables and columns are somebody's
who writes into our ledger past the verbs: the next version's migration would meet or lose them. Of indexes a plain one
is let be, since it only makes somebody's own query faster; one that is unique, partial or of an expression can refuse
what our verbs write.
"""

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import text
from sqlalchemy.orm import Session

import commitments.models
import notifications.models
from commitments.base import Base

RUNNING = """
    SELECT type || ' ' || name FROM sqlite_master
    WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'
"""
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
COLUMNS = "SELECT name, hidden FROM pragma_table_xinfo(:name)"
INDEXES = """
    SELECT name FROM pragma_index_list(:name) AS i
    WHERE origin = 'c' AND ("unique" OR partial OR EXISTS (SELECT 1 FROM pragma_index_info(i.name) WHERE cid < 0))
"""
__all__ = ["commitments", "first", "notifications"]  # both, so that all tables are known
OURS = {**Base.metadata.tables}
VERSION = {"alembic_version": {"version_num"}}


def first(session: Session) -> str | None:
    """Return the first thing of an SQLite database that we never make, with what it is, or None."""
    return next(chain(session.scalars(text(RUNNING)), _tables(session)), None)


def _tables(session: Session) -> Iterator[str]:
    known = VERSION | {name: {column.name for column in table.columns} for name, table in OURS.items()}
    names = session.scalars(text(TABLES)).all()
    yield from (f"table {name}" for name in names if name not in known)
    for name in names:
        yield from _parts(session, name, known[name])


def _parts(session: Session, table: str, known: set[str]) -> Iterator[str]:
    """Name columns that are not ours or that are worked out by the database, and indexes that can refuse a row."""
    for column, hidden in session.execute(text(COLUMNS), {"name": table}):
        if column not in known or hidden:
            yield f"column {table}.{column}"
    ours = {str(index.name) for index in OURS[table].indexes} if table in OURS else set()
    yield from (f"index {name}" for name in session.scalars(text(INDEXES), {"name": table}) if name not in ours)

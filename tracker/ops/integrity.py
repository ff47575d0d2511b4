"""Whether an SQLite ledger is sound, and whether everything in it is ours.

Pages, references and texts: slow on a large ledger, as is walking the history, so ``doctor`` alone asks. What is none
of ours would do its work in our name, or keep us from doing ours: ``restore`` asks. Triggers, views and virtual tables
run by themselves in whoever opens the file. Other tables and columns are somebody's who writes past the verbs: the next
version's migration would meet or lose them. Of indexes a plain one is let be, since it only makes somebody's own query
faster; one that is unique, partial or of an expression can refuse what our verbs write.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from sqlalchemy import JSON, Column, Connection, Date, LargeBinary, String, Table, text
from sqlalchemy.orm import Session

import commitments.models  # noqa: F401 - so that all tables are known
import notifications.models  # noqa: F401 - so that all tables are known
from commitments.base import Base
from commitments.damage import Unreadable, error_at, from_json, is_damaged, visible
from commitments.errors import sentence

MAX_NAMED = 20  # of a kind that are named; a file that is all rubbish has more than anybody reads
NAMES = ("ref", "name", "document_number")  # by which people know a row, in this order
MAX_SHOWN_CHARS = 40  # characters of a damaged text
BATCH_ROWS = 1000  # read at a time
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
VERSION = {"alembic_version": {"version_num"}}


class Damage(NamedTuple):
    """A text that is not what the program wrote: where it stands, and how it reads with signs in its place."""

    table: str
    row: str
    column: str
    text: str

    def message(self) -> str:
        """Return the sentence for the operator."""
        return sentence("cli.doctor.damaged", **self._asdict())


def problems(connection: Connection) -> Iterator[str]:
    """Yield what SQLite itself finds wrong with pages, indexes, constraints and references."""
    for (words,) in connection.exec_driver_sql(f"PRAGMA quick_check({MAX_NAMED})"):
        if words != "ok":
            yield visible(" ".join(words.split()))
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(MAX_NAMED):
        yield sentence("cli.doctor.reference", row=row, table=table, parent=parent)


def damaged(connection: Connection) -> Iterator[Damage]:
    """Yield every text of every table that is not UTF-8, and every JSON value that is none."""
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
        listed = ", ".join(f'"{column.name}"' for column in columns)
        found = connection.exec_driver_sql(f'SELECT {listed} FROM "{table.name}"')  # noqa: S608 - our own names
        while rows := found.fetchmany(BATCH_ROWS):
            yield from (
                Damage(table.name, _named(table, columns, row), column.name, _shown(value))
                for row in rows
                for column, value in zip(columns, row, strict=True)
                if isinstance(value, str) and _is_wrong(value, column)
            )


def _is_wrong(value: str, column: Column[object]) -> bool:
    """Say whether this text cannot be what the column holds. Most are ASCII, which is known at once."""
    if isinstance(column.type, JSON):
        return is_damaged(value) or isinstance(from_json(value), Unreadable)
    if isinstance(column.type, String):
        return not value.isascii() and is_damaged(value)
    return not _is_read(value, date if isinstance(column.type, Date) else datetime)  # and no number is kept as text


def _is_read(value: str, kind: type[date]) -> bool:
    try:
        return bool(kind.fromisoformat(value))
    except ValueError:
        return False


def _shown(value: str) -> str:
    """Return the damaged place, or where a value begins that is as a whole not what it should be."""
    return str(error_at(value).facts["text"]) if is_damaged(value) else value[:MAX_SHOWN_CHARS]


def _named(table: Table, columns: Sequence[Column[object]], row: Sequence[object]) -> str:
    """Name a row by its key, and by what people call it."""
    known = dict(zip((column.name for column in columns), row, strict=True))
    key = "/".join(visible(str(known[column.name])) for column in table.primary_key)
    name = next((visible(str(known[each])) for each in NAMES if each in known), "")
    return f"{key} ({name})" if name else key


def first_foreign(session: Session) -> str | None:
    """Return the first thing of an SQLite database that we never make, with what it is, or None."""
    return next(chain(session.scalars(text(RUNNING)), _tables(session)), None)


def _tables(session: Session) -> Iterator[str]:
    known = VERSION | {name: {column.name for column in table.columns} for name, table in Base.metadata.tables.items()}
    names = session.scalars(text(TABLES)).all()
    yield from (f"table {name}" for name in names if name not in known)
    for name in names:
        yield from _parts(session, name, known[name])


def _parts(session: Session, table: str, known: set[str]) -> Iterator[str]:
    """Name columns that are not ours or that are worked out by the database, and indexes that can refuse a row."""
    for column, hidden in session.execute(text(COLUMNS), {"name": table}):
        if column not in known or hidden:
            yield f"column {table}.{column}"
    ours = (
        {str(index.name) for index in Base.metadata.tables[table].indexes} if table in Base.metadata.tables else set()
    )
    yield from (f"index {name}" for name in session.scalars(text(INDEXES), {"name": table}) if name not in ours)

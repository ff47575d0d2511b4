"""Is the file of an SQLite ledger sound? Its pages, its references, and every text in it.

Slow on a large ledger, as is walking the history: ``doctor`` alone asks.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import JSON, Column, Connection, Date, LargeBinary, String, Table

from commitments.base import Base
from commitments.damage import Unreadable, error_at, from_json, is_damaged, visible

MOST = 20  # of a kind that are named; a file that is all rubbish has more than anybody reads
NAMES = ("ref", "name", "document_number")  # by which people know a row, in this order
SHOWN = 40  # characters of a damaged text
ROWS = 1000  # read at a time


class Damage(NamedTuple):
    """A text that is not what the program wrote: where it stands, and how it reads with signs in its place."""

    table: str
    row: str
    column: str
    text: str

    def __str__(self) -> str:
        """Return the sentence for the operator."""
        return f"{self.table} {self.row}: the text in {self.column} is damaged: {self.text}"


def problems(connection: Connection) -> Iterator[str]:
    """Yield what SQLite itself finds wrong with pages, indexes, constraints and references."""
    for (words,) in connection.exec_driver_sql(f"PRAGMA quick_check({MOST})"):
        if words != "ok":
            yield visible(" ".join(words.split()))
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(MOST):
        yield f"row {row} of {table} speaks of a row of {parent} that is not there"


def damaged(connection: Connection) -> Iterator[Damage]:
    """Yield every text of every table that is not UTF-8, and every JSON value that is none."""
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
        listed = ", ".join(f'"{column.name}"' for column in columns)
        found = connection.exec_driver_sql(f'SELECT {listed} FROM "{table.name}"')  # noqa: S608 - our own names
        while rows := found.fetchmany(ROWS):
            for row in rows:
                yield from _of_row(table, columns, row)


def _of_row(table: Table, columns: Sequence[Column[object]], row: Sequence[object]) -> Iterator[Damage]:
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, str) and _is_wrong(value, column):
            yield Damage(table.name, _named(table, columns, row), column.name, _shown(value))


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
    return str(error_at(value).facts["text"]) if is_damaged(value) else value[:SHOWN]


def _named(table: Table, columns: Sequence[Column[object]], row: Sequence[object]) -> str:
    """Name a row by its key, and by what people call it."""
    known = dict(zip((column.name for column in columns), row, strict=True))
    key = "/".join(visible(str(known[column.name])) for column in table.primary_key)
    name = next((visible(str(known[each])) for each in NAMES if each in known), "")
    return f"{key} ({name})" if name else key

"""The database: instants in UTC, engine, transactions.

SQLite runs with ``journal_mode=PERSIST`` and ``synchronous=EXTRA`` (a commit is durable when it returns) and every
writing transaction begins with ``BEGIN IMMEDIATE`` (pysqlite's own BEGIN comes after the first SELECT and loses
updates). Whoever opens a transaction ends it; nobody else commits. Text that is not UTF-8 is read all the same
(``commitments.damage``). Longer than most files: all that is particular to one of the two databases stands here.
"""

import math
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    Row,
    Select,
    String,
    cast,
    create_engine,
    event,
    literal,
    make_url,
)
from sqlalchemy.dialects import sqlite as sqlite_types
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.types import TypeDecorator

from commitments import damage
from commitments.errors import (
    AlreadyExists,
    DatabaseBusy,
    DatabaseMissing,
    DatabaseUnusable,
    Mistake,
    SameValue,
    sentence,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PRAGMAS: tuple[str, ...] = (
    "journal_mode=PERSIST",
    "synchronous=EXTRA",
    "busy_timeout=15000",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)
WAL_SOUND = (3, 51, 3)
T = TypeVar("T")
R = TypeVar("R", bound=tuple[Any, ...])
HOPELESS = (
    "readonly", "read-only", "unable to open", "disk", "malformed", "not a database", "no such table",
    "does not exist", "connection", "permission denied",
)  # fmt: skip
ONE_VALUE = ("decode", "too big", "out of range")
BUSY_WORDS = ("database is locked", "database table is locked", "deadlock detected", "could not serialize")


_JSON: dict[str, Any] = {"json_serializer": damage.to_json, "json_deserializer": damage.from_json}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC. Naive values are refused (SQLite would silently drop the offset)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive instant {value} refused; give it a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Day(sqlite_types.DATE):
    """A day as SQLite keeps it, in text that anybody may have changed."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Read it. Raises DamagedText: without the day it would say something else."""
        read = super().result_processor(dialect, coltype)
        return read and damage.or_named(read)


class _Instant(sqlite_types.DATETIME):
    """An instant as SQLite keeps it."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Read it. Raises DamagedText."""
        read = super().result_processor(dialect, coltype)
        return read and damage.or_named(read)


def sqlite_path(url: str) -> Path | None:
    """Return the file of an SQLite URL, or None for other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def file_identity(database: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from another of the same name; None when there is none, or on PostgreSQL."""
    try:
        found = database.stat() if database else None
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def stored(text: str) -> str | ColumnElement[str]:
    """Return what compares with a text as SQLite holds it, which for a damaged one only its bytes do."""
    if not damage.is_damaged(text):
        return text
    return cast(literal(text.encode("utf-8", "surrogateescape"), LargeBinary), String)


def shown(url: URL) -> str:
    """Return an address for people, without the password, nor one among its parameters."""
    hidden = {name: "***" for name in url.query if "password" in name}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def open_engine(url: str, *, create: bool = False, durable: bool = True) -> Engine:
    """Open the database. Raises DatabaseMissing rather than making an empty one, unless ``create``.

    Only a rehearsal, which may be made again, does without ``durable`` commits.
    """
    path = sqlite_path(url)
    if path is not None:
        _check_file(path, create=create)
    try:
        engine = create_engine(url, **(_JSON if path is not None else {}))
    except ModuleNotFoundError as missing:
        raise DatabaseUnusable(
            path=shown(make_url(url)), problem=Mistake("driver_missing", name=missing.name)
        ) from missing
    if path is not None:
        engine.dialect.colspecs = {**engine.dialect.colspecs, Date: _Day, DateTime: _Instant}
        pragmas = PRAGMAS if durable else (*PRAGMAS, "synchronous=OFF")
        event.listen(engine, "connect", partial(_prepare_sqlite, pragmas))
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _check_file(path: Path, *, create: bool) -> None:
    if not path.exists() and not create:
        raise DatabaseMissing(path=path)
    if path.is_dir():
        raise DatabaseUnusable(path=path, problem=Mistake("is_folder"))


def _prepare_sqlite(pragmas: Iterable[str], dbapi: Any, _record: object) -> None:
    dbapi.isolation_level = None
    dbapi.text_factory = damage.from_bytes
    for pragma in sorted(pragmas, key=_when):
        try:
            dbapi.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as trouble:
            if not (pragma.startswith("journal_mode") and _another_mode(dbapi, trouble)):
                raise


def _when(pragma: str) -> int:
    """How long to wait is said first; what may have to wait comes last."""
    return 0 if pragma.startswith("busy_timeout") else 2 if pragma.startswith("journal_mode") else 1


def _another_mode(dbapi: Any, trouble: sqlite3.OperationalError) -> bool:
    """Say whether another program keeps the file in WAL mode, in which we go on: it cannot be changed meanwhile."""
    return is_busy(trouble) and str(dbapi.execute("PRAGMA journal_mode").fetchone()[0]).lower() == "wal"


def less_durable(connection: Connection) -> str:
    """Return why commits are less durable than promised, or "".

    Another program may have set WAL and keep it open. SQLite before 3.51.3 can damage a database in that mode.
    """
    if connection.dialect.name != "sqlite":
        return ""
    mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()).lower()
    if mode != "wal" or sqlite3.sqlite_version_info >= WAL_SOUND:
        return ""
    return sentence("storage.wal", version=sqlite3.sqlite_version)


def check_writable(engine: Engine) -> None:
    """Write one row as it is and take it back. Raises StorageTrouble; that somebody else is writing is no trouble."""
    with plain_errors(engine):
        raw = engine.raw_connection()
        try:
            _write_in_vain(raw.cursor(), sqlite=engine.dialect.name == "sqlite")
        except Exception as trouble:
            if not is_busy(trouble) and "lock timeout" not in str(trouble):
                raise
        finally:
            raw.rollback()
            raw.invalidate()  # it waits less long for locks than others


def _write_in_vain(cursor: Any, *, sqlite: bool) -> None:
    if sqlite:
        cursor.execute("PRAGMA busy_timeout=500")
        cursor.execute("BEGIN IMMEDIATE")
    else:
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
    cursor.execute("UPDATE instance SET id = id")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def tables_may_be_remade(engine: Engine) -> Iterator[Connection]:
    """Give a connection for a migration: SQLite, which alters no column, lets go of no table that others refer to."""
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        driver: Any = connection.connection.driver_connection
        if sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def reading(engine: Engine) -> "Iterator[Session]":
    """Give a session that only looks; the transaction ends with the block."""
    from sqlalchemy.orm import Session  # noqa: PLC0415 - slow to import, and lists need none

    with plain_errors(engine), Session(engine.execution_options(reads=True), expire_on_commit=False) as session:
        yield session


@contextmanager
def one_moment(engine: Engine) -> "Iterator[Session]":
    """Give a session that only looks, all of whose statements see the same moment; on SQLite they always do."""
    still = engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")
    with reading(still) as session:
        yield session


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """Give a bare connection for one quick look; the transaction ends with the block."""
    with plain_errors(engine), engine.connect().execution_options(reads=True) as connection:
        yield connection


def all_rows(connection: Connection, query: Select[R]) -> Sequence[Row[R]]:
    """Return all rows of a long list: decoded by the driver alone, a tenth faster, unless one of them is damaged."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        return connection.execute(query).all()
    raw.text_factory = str
    try:
        return connection.execute(query).all()
    except OperationalError as trouble:
        if "decode" not in str(trouble.orig):
            raise
    finally:
        raw.text_factory = damage.from_bytes
    return connection.execute(query).all()


@contextmanager
def writing(engine: Engine) -> "Iterator[Session]":
    """Give a session whose work is committed whole at the end of the block, or not at all."""
    from sqlalchemy.orm import Session  # noqa: PLC0415 - slow to import

    with plain_errors(engine), Session(engine, expire_on_commit=False) as session:
        yield session
        commit(session)


def commit(session: "Session") -> None:
    """Commit. An SQLite reader may make COMMIT answer BUSY; the transaction stands, and COMMIT is said again."""
    if session.get_bind().dialect.name == "sqlite" and session.in_transaction():
        session.flush()
        raw = session.connection().connection.driver_connection
        if raw is not None and raw.in_transaction:
            until_done(lambda: raw.execute("COMMIT"))
    session.commit()


def until_done(
    work: Callable[[], T], patience: float = 60.0, again: Callable[[BaseException], bool] | None = None
) -> T:
    """Do a whole transaction again while ``again`` (default: busy) says it may help, at most ``patience`` seconds."""
    until = monotonic() + patience
    while True:
        try:
            return work()
        except Exception as trouble:
            if not (again or is_busy)(trouble) or monotonic() > until:
                raise
            sleep(0.05 if patience < math.inf else 0.5)


def is_busy(trouble: BaseException) -> bool:
    """Say whether the same transaction may succeed when tried again."""
    return any(words in str(trouble) for words in BUSY_WORDS)


def copy_into(engine: Engine, target: Path) -> None:
    """Write a consistent copy of an SQLite database to a new file, through SQLite; nobody is stopped meanwhile."""
    with plain_errors(engine):
        raw = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as trouble:
        raise DatabaseUnusable(path=target, problem=trouble) from trouble
    finally:
        raw.close()


@contextmanager
def plain_errors(engine: Engine) -> Iterator[None]:
    """Turn what only the operator can mend (rights, disk, damage) into one sentence."""
    try:
        yield
    except IntegrityError as trouble:
        raise _taken(str(trouble.orig)) from trouble
    except (sqlite3.Error, DBAPIError) as trouble:
        original = getattr(trouble, "orig", trouble)
        text = " ".join(str(original).split()).rstrip(".")
        if is_busy(trouble):
            raise DatabaseBusy(path=shown(engine.url), problem=text) from trouble
        if any(word in text for word in ONE_VALUE):  # not the database, but one row of it
            raise
        # psycopg's own errors about a value have no SQLSTATE either, but are not operational
        if isinstance(trouble, sqlite3.Error | OperationalError) or any(word in text for word in HOPELESS):
            raise DatabaseUnusable(path=shown(engine.url), problem=text) from trouble
        raise


def _taken(text: str) -> AlreadyExists:
    """Name the table and columns of a violated unique constraint, as either database says it."""
    sqlite = re.search(r"failed: (\w+)\.(.+)", text)
    if sqlite:
        return SameValue(kind=sqlite[1], field=sqlite[2].replace(f"{sqlite[1]}.", ""))
    postgresql = re.search(r'"uq_([a-z]+)_(\w+)"', text)
    if postgresql:
        return SameValue(kind=postgresql[1], field=postgresql[2])
    return AlreadyExists(kind="", name=text.strip())

"""Moving a ledger to another database: everything, into an empty one, in one transaction, verified.

What fails leaves the other database empty, so it can be done again. Afterwards only the copy may send: the ledger it
was made from remembers another environment, since two that send would tell everything twice.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Table, func, insert, make_url, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from commitments import schema
from commitments.base import Base
from commitments.errors import DatabaseHeld, DatabaseUnusable, Refused, sentence
from commitments.history import chain
from commitments.storage import open_engine, shown, sqlite_path, writing
from notifications.models import Instance
from notifications.outbox import attempts, workers

if TYPE_CHECKING:
    from tracker.app import App

CHUNK_ROWS = 1000
MOVED, COMING = ", moved to ", ", being copied"


class NotEmpty(Refused):
    """A copy never mixes with what is there."""


class AlreadyMoved(Refused):
    """What was moved is history; a second copy of it would tell everything twice."""


class CopyDiffers(Refused):
    """The copy is not what it was made from; nothing of it was kept."""


def copy(app: "App", url: str, say: Callable[[str], None]) -> dict[str, int]:
    """Carry the ledger to the database at ``url``; return the rows of each table. A finished copy is found again.

    At no time may both of them send: the source stops before the target begins.
    Raises DatabaseHeld while a daemon runs, NotEmpty, AlreadyMoved, CopyDiffers, DatabaseUnusable.
    """
    target = open_engine(url, create=True)
    try:
        with app.sending():
            with writing(app.engine) as source:
                refuse_while_daemons_run(source, app)
                chain.lock(source)
                rows = _carry(app, source, target, say)
            _enable(target)
    except DBAPIError as trouble:
        raise DatabaseUnusable(path=shown(target.url), problem=str(trouble.orig).strip()) from trouble
    else:
        return rows
    finally:
        target.dispose()


def _carry(app: "App", source: Session, target: Engine, say: Callable[[str], None]) -> dict[str, int]:
    rows = _count(source.connection())
    place = source.get_one(Instance, 1).environment.partition(MOVED)[2]
    if place and place != shown(target.url):  # what moved may be copied to where it moved, and nowhere else
        raise AlreadyMoved(place=place)
    if schema.current(target) != schema.HEAD:  # it may have our tables from a copy that failed
        schema.upgrade(target)
    if not _already(target, source, rows):
        attempts.recover(source, app.clock(), app.config.mail.retry_unknown_after, alone=True)
        _fill(target, source, rows, say)
    _mark(source, target)
    return rows


def refuse_while_daemons_run(session: Session, app: "App") -> None:
    """On SQLite the sending lock says so; on PostgreSQL the heartbeats do. Raises DatabaseHeld."""
    if app.database is None and (alive := workers.alive(session, app.clock())):
        place = shown(make_url(app.config.database_url))
        raise DatabaseHeld(path=place, holder=", ".join(alive))


def _already(target: Engine, source: Session, rows: dict[str, int]) -> bool:
    """Say whether the target holds this very ledger. Raises NotEmpty when it holds anything else."""
    with target.connect() as connection:
        found = _count(connection)
        if not any(found.values()):
            return False
        with Session(connection) as there:
            same = found == rows and chain.head(there) == chain.head(source)
    if not same:
        table = next(name for name, count in found.items() if count)
        raise NotEmpty(path=shown(target.url), rows=found[table], table=table)
    return True


def _count(connection: Connection) -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def _fill(target: Engine, source: Session, rows: dict[str, int], say: Callable[[str], None]) -> None:
    """Write every table in one transaction, parents first; what does not verify is rolled back."""
    with target.begin() as connection:
        for table in Base.metadata.sorted_tables:
            _fill_table(connection, source, table)
            say(f"{table.name}: {rows[table.name]}")
        if connection.dialect.name == "postgresql":
            _move_sequences(connection)
        connection.execute(update(Instance).values(environment=Instance.environment + COMING))
        if _count(connection) != rows:
            raise CopyDiffers(what=sentence("cli.copy.rows"))
        with Session(connection, join_transaction_mode="rollback_only") as copied:
            if chain.verify(copied) != chain.head(source):
                raise CopyDiffers(what=sentence("cli.copy.chain"))


def _fill_table(connection: Connection, source: Session, table: Table) -> None:
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys)
    found = source.connection().execute(query, execution_options={"yield_per": CHUNK_ROWS})
    for some in found.mappings().partitions(CHUNK_ROWS):
        connection.execute(insert(table), [dict(row) for row in some])


def _move_sequences(connection: Connection) -> None:
    """Let the next row of each table get the number after the newest."""
    for table in Base.metadata.sorted_tables:
        serial = connection.scalar(select(func.pg_get_serial_sequence(table.name, "id"))) if "id" in table.c else None
        newest = connection.scalar(select(func.max(table.c.id))) if serial else None
        if newest:
            connection.execute(select(func.setval(serial, newest)))


def _mark(source: Session, target: Engine) -> None:
    """The ledger we came from may send no more: its environment is another now."""
    own = source.get_one(Instance, 1).environment.partition(MOVED)[0]
    source.execute(update(Instance).values(environment=f"{own}{MOVED}{shown(target.url)}"))


def _enable(target: Engine) -> None:
    """Let the copy send, once it is certain that the ledger it was made from does not."""
    with writing(target) as session:
        instance = session.get_one(Instance, 1)
        instance.environment = instance.environment.partition(MOVED)[0].removesuffix(COMING)


def evidence_folder(app: "App", url: str) -> Path:
    """Return where the program will look for evidence once the configuration names ``url``."""
    path = sqlite_path(url)
    return (path.parent if path else app.config.folder) / "evidence"

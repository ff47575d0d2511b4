"""Copies of an SQLite ledger: made through SQLite, verified before they count, with the evidence beside them.

The live file is never opened by hand: closing it would drop SQLite's locks (POSIX). Putting one back: ``restore``.
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

from commitments import evidence, schema
from commitments.errors import (
    DatabaseUnusable,
    EvidenceDamaged,
    HistoryBroken,
    Mistake,
    Refused,
    SchemaTooNew,
    sentence,
)
from commitments.files.durable import sync
from commitments.history import chain
from commitments.storage import copy_into, open_engine, reading, writing
from notifications.models import Instance
from tracker.app import App
from tracker.config.values import DatabaseUrl
from tracker.files import WorkOfOthers

KEPT_BACKUPS = 14
MAX_NAMED = 10
MAGIC = b"SQLite format 3\0"  # how every SQLite database begins
EVIDENCE = "[0-9a-f]" * 64  # kept under its sha256; anything else there is somebody's half-written file


class NotSqlite(Refused):
    """PostgreSQL has its own tools."""


class BadBackup(Refused):
    """A copy that cannot be trusted."""


@dataclass(frozen=True)
class Copied:
    """What a backup holds: its file, rows by table, the head of its history."""

    path: Path
    rows: dict[str, int]
    head: str


def backup(app: App, target: Path, *, force: bool = False) -> Copied:
    """Write a verified copy to ``target``, over an older one: whole or not at all.

    Raises NotSqlite, BadBackup, EvidenceDamaged when all is written, and WorkOfOthers when another kind of file
    stands there, unless ``force``.
    """
    elsewhere(app, target)
    if not force and not _free(target):
        raise WorkOfOthers(path=target)
    made = copy_ledger(app.engine, target, app.folder / "evidence")
    check_evidence(app, target)
    return made


def check_evidence(app: App, target: Path) -> None:
    """Compare evidence with the hashes it was taken in with. Raises EvidenceDamaged; the copy is good all the same."""
    found = [f"{ref} {name}" for ref, name, _ in evidence.faults(app.engine, app.folder / "evidence")]
    if found:
        raise EvidenceDamaged(path=target, files=", ".join(found[:MAX_NAMED]) + (" …" if found[MAX_NAMED:] else ""))


def elsewhere(app: App, file: Path) -> Path:
    """Return the ledger's file. Raises NotSqlite, and BadBackup when ``file`` is the ledger itself or a folder."""
    if app.database is None:
        raise NotSqlite
    if file.is_dir():
        raise BadBackup(path=file, problem=Mistake("is_folder"))
    if file.exists() and app.database.exists() and file.samefile(app.database):
        raise BadBackup(path=file, problem=Mistake("is_ledger"))
    return app.database


def _free(target: Path) -> bool:
    """Say whether nothing stands there but an older copy, which nobody works in."""
    if not target.exists():
        return True
    with target.open("rb") as file:
        return file.read(len(MAGIC)) in (b"", MAGIC)


def copy_ledger(engine: Engine, target: Path, files: Path) -> Copied:
    """Copy a ledger through SQLite, verify the copy, then give it its name; ``files`` is the folder of its evidence."""
    partial = target.with_name(f".{target.name}.part")
    drop(partial)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with writing(engine) as session:  # nobody else writes between the counting and the copying
            rows = _rows(session)
            copy_into(engine, partial)
        facts = verify(partial)
        _sound(target, facts.rows, rows)
        sync(partial)
        copy_evidence(files, target.parent / "evidence")
        partial.replace(target)
        sync(target.parent)
    except OSError as trouble:
        raise BadBackup(path=target, problem=trouble.strerror) from trouble
    finally:
        drop(partial)
    return Copied(target, facts.rows, facts.head)


def verify(path: Path) -> Copied:
    """Open a copy by itself and look at all of it. Raises BadBackup, SchemaTooNew."""
    if path.is_symlink():
        raise BadBackup(path=path, problem=Mistake("is_link", target=path.resolve()))
    if not path.is_file():
        raise BadBackup(path=path, problem=Mistake("irregular_file" if path.exists() else "file_missing"))
    engine = open_engine(DatabaseUrl.at(path).address)
    try:
        with reading(engine) as session:
            _sound(path, session.execute(text("PRAGMA integrity_check")).scalar(), "ok")
            _sound(path, session.execute(text("PRAGMA foreign_key_check")).first(), None)
            found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if found not in schema.REVISIONS:
                raise SchemaTooNew(path=path, found=found, known=schema.HEAD)
            return Copied(path, _rows(session), str(chain.verify(session)))
    except (DatabaseUnusable, HistoryBroken) as trouble:
        raise BadBackup(path=path, problem=trouble.facts["problem"]) from trouble
    finally:
        engine.dispose()


def _rows(session: Session) -> dict[str, int]:
    names = inspect(session.connection()).get_table_names()
    return {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() or 0 for name in names}  # noqa: S608 - our own table names


def _sound(path: Path, found: object, wanted: object) -> None:
    if found != wanted:
        raise BadBackup(path=path, problem=Mistake("unsound", found=found))


def copy_evidence(source: Path, target: Path) -> None:
    """Copy what is not there yet, or no longer what it was; a file without the hash it is named by is not copied."""
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in source.glob(EVIDENCE):
        if evidence.fault(target, file.name) and not evidence.fault(source, file.name):
            partial = target / f".{file.name}.part"
            shutil.copyfile(file, partial)
            sync(partial)
            partial.replace(target / file.name)
    sync(target)


def newest_said(app: App) -> str:
    """Say which copy of the ledger is the newest, for a sentence about trouble."""
    if app.database is None:
        return sentence("cli.backup.server")
    kept = sorted((app.folder / "backups").glob("yinuo-????-??-??.db"))
    return sentence("cli.backup.newest", path=kept[-1]) if kept else sentence("cli.backup.none")


def nightly(app: App) -> Path | None:
    """Back up once a day into ``backups/``; keep the newest fourteen. Nothing to do on PostgreSQL.

    Raises EvidenceDamaged when all is done.
    """
    if app.database is None:
        return None
    target = app.folder / "backups" / f"yinuo-{app.today.isoformat()}.db"
    if target.exists():
        return None
    copy_ledger(app.engine, target, app.folder / "evidence")
    for old in sorted(target.parent.glob("yinuo-????-??-??.db"))[:-KEPT_BACKUPS]:
        old.unlink()
    with writing(app.engine) as session:
        session.get_one(Instance, 1).backed_up_at = app.clock()
    check_evidence(app, target)
    return target


def drop(partial: Path) -> None:
    """Remove an unfinished copy and its journal, which SQLite would otherwise play into the next one."""
    for left in (partial, partial.with_name(f"{partial.name}-journal")):
        with suppress(OSError):
            left.unlink(missing_ok=True)

"""Copies of an SQLite ledger: made through SQLite, verified before they count, with the evidence beside them.

The live file is never opened by hand: closing it would drop SQLite's locks (POSIX). Longer than most files: copying
and restoring are each other's measure.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from commitments import evidence, history, schema
from commitments.errors import (
    DatabaseUnusable,
    EvidenceDamaged,
    HistoryBroken,
    Refused,
    RowDiffers,
    SchemaTooNew,
)
from commitments.storage import copy_into, is_busy, one_moment, open_engine, reading, writing
from notifications import alerts, delivery
from notifications.models import Instance, Notice
from notifications.outbox import attempts, holds
from tracker import strangers
from tracker.app import App
from tracker.ops import link_revocation
from tracker.written import WorkOfOthers

KEEP = 14
MOST_NAMED = 10
ALTERED_NAMED = 3
MAGIC = b"SQLite format 3\0"  # how every SQLite database begins
JOURNALS = ("-journal", "-wal", "-shm")  # the last two where another program set WAL mode
EVIDENCE = "[0-9a-f]" * 64  # kept under its sha256; anything else there is somebody's half-written file


class NotSqlite(Refused):
    """PostgreSQL has its own tools."""

    en = "This ledger is on PostgreSQL: use pg_dump and pg_restore, see docs/operations.md."
    zh = "台账在 PostgreSQL 上：请用 pg_dump 和 pg_restore，见 docs/operations.md。"


class BadBackup(Refused):
    """A copy that cannot be trusted."""

    en = "{path} is not a good copy: {problem}."
    zh = "{path} 不是完好的备份：{problem}。"


class Altered(Refused):
    """A copy whose rows somebody changed past the verbs."""

    en = (
        "{path}: {count} fields are not as its history says: {some}. Take another copy; where the rows were mended by "
        "hand, restore it with --altered."
    )
    zh = "{path}：有{count}处与变更记录不符：{some}。请换一份备份；如系手工更正，可加 --altered 恢复。"

    def __init__(self, *, path: Path, found: Sequence[RowDiffers]) -> None:
        """Take the copy and what differs in it; the first few are named."""
        self.named = found[:ALTERED_NAMED]
        super().__init__(path=path, count=len(found))

    def told(self, locale: str) -> str:
        """Return the sentence, the differences in the reader's words."""
        some = "; ".join(each.told(locale).rstrip(".。") for each in self.named)
        more = " …" if int(str(self.facts["count"])) > len(self.named) else ""
        return (self.zh if locale.startswith("zh") else self.en).format(**self.facts, some=some + more)


@dataclass(frozen=True)
class Copied:
    """What a backup holds: its file, rows by table, the head of its history."""

    path: Path
    rows: dict[str, int]
    head: str


@dataclass(frozen=True)
class Restored:
    """Where the ledger before lies, and how many notices and messages wait for a person."""

    kept: Path | None
    notices: int
    messages: int


def backup(app: App, target: Path, *, force: bool = False) -> Copied:
    """Write a verified copy to ``target``, over an older one: whole or not at all.

    Raises NotSqlite, BadBackup, EvidenceDamaged when all is written, and WorkOfOthers when another kind of file
    stands there, unless ``force``.
    """
    _elsewhere(app, target)
    if not force and not _free(target):
        raise WorkOfOthers(path=target)
    made = copy_ledger(app.engine, target, app.folder / "evidence")
    check_evidence(app, target)
    return made


def check_evidence(app: App, target: Path) -> None:
    """Compare evidence with the hashes it was taken in with. Raises EvidenceDamaged; the copy is good all the same."""
    found = [f"{ref} {name}" for ref, name, _ in evidence.faults(app.engine, app.folder / "evidence")]
    if found:
        raise EvidenceDamaged(path=target, files=", ".join(found[:MOST_NAMED]) + (" …" if found[MOST_NAMED:] else ""))


def _elsewhere(app: App, file: Path) -> Path:
    """Return the ledger's file. Raises NotSqlite, and BadBackup when ``file`` is the ledger itself or a folder."""
    if app.database is None:
        raise NotSqlite
    if file.is_dir():
        raise BadBackup(path=file, problem="it is a folder")
    if file.exists() and app.database.exists() and file.samefile(app.database):
        raise BadBackup(path=file, problem="it is the ledger itself")
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
    _drop(partial)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with writing(engine) as session:  # nobody else writes between the counting and the copying
            rows = _rows(session)
            copy_into(engine, partial)
        facts = verify(partial)
        _sound(target, facts.rows, rows)
        _sync(partial)
        copy_evidence(files, target.parent / "evidence")
        partial.replace(target)
        _sync(target.parent)
    except OSError as trouble:
        raise BadBackup(path=target, problem=trouble.strerror) from trouble
    finally:
        _drop(partial)
    return Copied(target, facts.rows, facts.head)


def verify(path: Path) -> Copied:
    """Open a copy by itself and look at all of it. Raises BadBackup, SchemaTooNew."""
    if path.is_symlink():
        raise BadBackup(path=path, problem=f"it is a link; name the file itself, {path.resolve()}")
    if not path.is_file():
        problem = "it is no regular file" if path.exists() else "there is no such file"
        raise BadBackup(path=path, problem=problem)
    engine = open_engine(f"sqlite:///{path}")
    try:
        with reading(engine) as session:
            _sound(path, session.execute(text("PRAGMA integrity_check")).scalar(), "ok")
            _sound(path, session.execute(text("PRAGMA foreign_key_check")).first(), None)
            found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if found not in schema.REVISIONS:
                raise SchemaTooNew(path=path, found=found, known=schema.HEAD)
            return Copied(path, _rows(session), str(history.verify(session)))
    except (DatabaseUnusable, HistoryBroken) as trouble:
        raise BadBackup(path=path, problem=trouble.facts["problem"]) from trouble
    finally:
        engine.dispose()


def _refuse_strange(path: Path) -> None:
    """Refuse a copy with things in it that we never make: they would do their work in our name."""
    engine = open_engine(f"sqlite:///{path}")
    try:
        with reading(engine) as session:
            found = strangers.first(session)
    finally:
        engine.dispose()
    if found:
        raise BadBackup(path=path, problem=f"it holds {found}, which is none of ours; drop it or take another copy")


def _rows(session: Session) -> dict[str, int]:
    names = inspect(session.connection()).get_table_names()
    return {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() or 0 for name in names}  # noqa: S608 - our own table names


def _sound(path: Path, found: object, wanted: object) -> None:
    if found != wanted:
        raise BadBackup(path=path, problem=f"the check says {found}")


def copy_evidence(source: Path, target: Path) -> None:
    """Copy what is not there yet, or no longer what it was; a file without the hash it is named by is not copied."""
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in source.glob(EVIDENCE):
        if evidence.fault(target, file.name) and not evidence.fault(source, file.name):
            partial = target / f".{file.name}.part"
            shutil.copyfile(file, partial)
            _sync(partial)
            partial.replace(target / file.name)
    _sync(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def newest_said(app: App) -> str:
    """Say which copy of the ledger is the newest, for a sentence about trouble."""
    if app.database is None:
        return "Look at the server, and at your own dumps."
    kept = sorted((app.folder / "backups").glob("yinuo-????-??-??.db"))
    return f"The newest backup is {kept[-1]}." if kept else "There is no backup."


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
    for old in sorted(target.parent.glob("yinuo-????-??-??.db"))[:-KEEP]:
        old.unlink()
    with writing(app.engine) as session:
        session.get_one(Instance, 1).backed_up_at = app.clock()
    check_evidence(app, target)
    return target


def restore(app: App, file: Path, *, altered: bool = False) -> Restored:
    """Put a copy in place of the ledger, whole or not at all; ``altered`` takes one that is not as its history says.

    Raises NotSqlite, BadBackup, Altered, SchemaTooNew, DatabaseUnusable, DatabaseHeld. Everything due before now is
    held until ``outbox release``, because what was sent after the copy was made is not known; it is held before the
    copy gets the ledger's name, so that no daemon ever sees it otherwise.
    """
    database = _elsewhere(app, file)
    verify(file)
    _refuse_strange(file)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with app.sending():
            return _replace(app, database, file, altered=altered)
    except OSError as trouble:
        raise DatabaseUnusable(path=database, problem=trouble.strerror) from trouble


def _replace(app: App, database: Path, file: Path, *, altered: bool) -> Restored:
    """Make the new ledger ready beside the present one, then let it take its name."""
    fresh = database.with_name(f".{database.name}.part")
    _drop(fresh)
    try:
        shutil.copyfile(file, fresh)
        copied = App(app.config.at_database(fresh).without_pages(), actor=app.actor, clock=app.clock)
        _prepare(copied, file, altered=altered)
        copy_evidence(file.parent / "evidence", app.folder / "evidence")
        notices, messages = _hold(copied, file.name, link_revocation.generations(database))
        return Restored(_swap(fresh, database, app.clock()), notices, messages)
    finally:
        _drop(fresh)


def _prepare(app: App, file: Path, *, altered: bool) -> None:
    """Upgrade the copy where it is older, and hold its rows against its history. Raises Altered, unless ``altered``."""
    from tracker.ops import upgrade  # noqa: PLC0415
    from tracker.ops.doctor import differences, worded  # noqa: PLC0415

    upgrade.prepare(app)
    if altered:
        return
    with one_moment(app.engine) as session:
        found = [worded(each, app.zone) for each in differences(session)]
    if found:
        app.engine.dispose()
        raise Altered(path=file, found=found)


def _hold(app: App, source: str, generations: Mapping[str, int]) -> tuple[int, int]:
    """Hold what is due by now in the copy; return how many notices and messages."""
    office, now = app.office(), app.clock()
    try:
        with writing(app.engine) as session:  # who was sending when the copy was made does so no more
            attempts.recover(session, now, office.unknown_after, alone=True)
        delivery.hold_due(office, now)
        with app.register() as keeper:
            link_revocation.keep_void(keeper, source, generations)
            notices, messages = _park_all(keeper.session, app)
            keeper.note("restore", source, changes={"notices": [None, notices], "messages": [None, messages]})
        return notices, messages
    finally:
        app.engine.dispose()


def _park_all(session: Session, app: App) -> tuple[int, int]:
    """Count held notices, park messages; an alert says how many, also when the guard had held some of them before."""
    held = select(func.count()).where(Notice.state == "held", Notice.reason == holds.GUARD)
    notices = session.scalar(held) or 0
    messages = holds.park(session)
    alerts.clear(session, holds.GUARD, app.clock())
    if notices or messages:
        words = f"a backup was restored: {notices} notices and {messages} messages due before now are held"
        alerts.raise_(session, holds.GUARD, words, app.clock())
    return notices, messages


def _swap(fresh: Path, database: Path, now: datetime) -> Path | None:
    """Give the copy the ledger's name at one stroke; the ledger before, its journal with it, keeps another."""
    kept = None
    _sync(fresh)
    if database.exists():
        kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%d-%H%M%S}")
        shutil.copymode(database, fresh)
        with _at_rest(database):
            os.link(database, kept)
            for beside in JOURNALS:  # one that stayed would be played into the copy
                with suppress(FileNotFoundError):
                    Path(f"{database}{beside}").rename(f"{kept}{beside}")
            fresh.replace(database)
    else:
        fresh.replace(database)
    _sync(database.parent)
    return kept


@contextmanager
def _at_rest(database: Path) -> Iterator[None]:
    """Roll back what was left half done and keep writers out. A damaged ledger has neither: it too can be replaced."""
    engine = open_engine(f"sqlite:///{database}")
    try:
        with Session(engine) as session:
            try:
                session.connection()
            except DBAPIError as trouble:
                if is_busy(trouble):
                    raise DatabaseUnusable(path=database, problem=trouble.orig) from trouble
            yield
    finally:
        engine.dispose()


def _drop(partial: Path) -> None:
    """Remove an unfinished copy and its journal, which SQLite would otherwise play into the next one."""
    for left in (partial, _journal(partial)):
        with suppress(OSError):
            left.unlink(missing_ok=True)


def _journal(database: Path) -> Path:
    return database.with_name(f"{database.name}-journal")

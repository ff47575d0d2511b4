"""Copies of an SQLite ledger: made through SQLite, verified before they count, with the evidence beside them.

The live file is never opened by hand: closing it would drop SQLite's locks (POSIX).
"""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text, update

from commitments import history
from commitments.errors import DatabaseUnusable, HistoryBroken, Refused
from commitments.storage import copy_into, open_engine, reading, writing
from notifications import alerts, holding, outbox
from notifications.models import WAITING, Instance, Message, Notice

if TYPE_CHECKING:
    from tracker.app import App

KEEP = 14
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # a message that waits for a person


class NotSqlite(Refused):
    """PostgreSQL has its own tools."""

    en = "This ledger is on PostgreSQL: use pg_dump and pg_restore, see docs/operations.md."
    zh = "台账在 PostgreSQL 上：请用 pg_dump 和 pg_restore，见 docs/operations.md。"


class BadBackup(Refused):
    """A copy that cannot be trusted."""

    en = "{path} is not a good copy: {problem}."
    zh = "{path} 不是完好的备份：{problem}。"


@dataclass(frozen=True)
class Copied:
    """What a backup holds: its file, rows by table, the head of its history."""

    path: Path
    rows: dict[str, int]
    head: str


def backup(app: "App", target: Path) -> Copied:
    """Write a verified copy to ``target``: whole or not at all. Raises NotSqlite, BadBackup, AlreadyExists."""
    if app.database is None:
        raise NotSqlite
    return copy_ledger(app.engine, target, app.folder / "evidence")


def copy_ledger(engine: Engine, target: Path, evidence: Path) -> Copied:
    """Copy a ledger through SQLite, verify the copy, then give it its name."""
    partial = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        copy_into(engine, partial)
        facts = verify(partial)
        _sync(partial)
        partial.replace(target)
        _sync(target.parent)
        _copy_evidence(evidence, target.parent / "evidence")
    except OSError as trouble:
        raise BadBackup(path=target, problem=trouble.strerror) from trouble
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return Copied(target, facts.rows, facts.head)


def verify(path: Path) -> Copied:
    """Open a copy by itself and look at all of it. Raises BadBackup."""
    if not path.is_file():
        raise BadBackup(path=path, problem="there is no such file")
    engine = open_engine(f"sqlite:///{path}")
    try:
        with reading(engine) as session:
            _sound(path, session.execute(text("PRAGMA integrity_check")).scalar(), "ok")
            _sound(path, session.execute(text("PRAGMA foreign_key_check")).first(), None)
            names = inspect(session.connection()).get_table_names()
            rows = {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() or 0 for name in names}  # noqa: S608 - our own table names
            return Copied(path, rows, str(history.verify(session)))
    except (DatabaseUnusable, HistoryBroken) as trouble:
        raise BadBackup(path=path, problem=trouble.facts["problem"]) from trouble
    finally:
        engine.dispose()


def _sound(path: Path, found: object, wanted: object) -> None:
    if found != wanted:
        raise BadBackup(path=path, problem=f"the check says {found}")


def _copy_evidence(source: Path, target: Path) -> None:
    """Evidence is named by its hash, so what is there already is the same."""
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if not (target / file.name).exists():
            shutil.copyfile(file, target / f".{file.name}.part")
            (target / f".{file.name}.part").replace(target / file.name)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def nightly(app: "App") -> Path | None:
    """Back up once a day into ``backups/``; keep the newest fourteen. Nothing to do on PostgreSQL."""
    if app.database is None:
        return None
    target = app.folder / "backups" / f"yinuo-{app.today.isoformat()}.db"
    if target.exists():
        return None
    backup(app, target)
    for old in sorted(target.parent.glob("yinuo-????-??-??.db"))[:-KEEP]:
        old.unlink()
    with writing(app.engine) as session:
        session.get_one(Instance, 1).backed_up_at = app.clock()
    return target


def newest(app: "App") -> Path | None:
    """Return the newest nightly backup."""
    return max((app.folder / "backups").glob("yinuo-????-??-??.db"), default=None)


def restore(app: "App", file: Path) -> tuple[Path | None, int]:
    """Put a copy in place of the ledger; return where the old one went and how many notices are held.

    Everything due before now is held until ``outbox release``: what was sent after the copy was made is not known.
    """
    if app.database is None:
        raise NotSqlite
    verify(file)
    database = app.database
    with app.sending():
        kept = _put_aside(database, app.clock())
        fresh = database.with_name(f".{database.name}.part")
        shutil.copyfile(file, fresh)
        _sync(fresh)
        fresh.replace(database)
        _sync(database.parent)
        _copy_evidence(file.parent / "evidence", app.folder / "evidence")
        return kept, _hold(file, type(app)(app.config, actor=app.actor, clock=app.clock))


def _put_aside(database: Path, now: datetime) -> Path | None:
    """Keep the present ledger under another name, its journal gone with it."""
    if not database.exists():
        return None
    kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%d-%H%M%S}")
    database.replace(kept)
    database.with_name(database.name + "-journal").unlink(missing_ok=True)
    return kept


def _hold(file: Path, app: "App") -> int:
    """Hold what is due by now in the restored ledger, which may have to be upgraded first."""
    from notifications import delivery  # noqa: PLC0415
    from notifications.sending import Report  # noqa: PLC0415
    from tracker import setup  # noqa: PLC0415

    setup.prepare(app)
    office, now = app.office(), app.clock()
    delivery.plan(office, now, Report())
    with app.register() as keeper:
        session = keeper.session
        held = outbox.hold(session, holding.GUARD, Notice.slot <= app.today)
        waiting = update(Message).where(Message.state.in_((*WAITING, "sending")))
        session.execute(waiting.values(next_at=NEVER, token=None, leased_until=None))
        session.execute(update(Message).where(Message.state == "sending").values(state="unknown"))
        if held:
            alerts.raise_(
                session, holding.GUARD, f"restored from {file.name}: {held} notices due before now are held", now
            )
        keeper.note("restore", file.name, changes={"held": held})
    return held

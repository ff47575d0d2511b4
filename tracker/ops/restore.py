"""Putting a copy in place of the ledger: whole or not at all, and nothing goes out before somebody has looked."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from commitments.errors import DatabaseUnusable, Mistake, Problem, Refused, RowDiffers
from commitments.files.durable import sync
from commitments.storage import is_busy, one_moment, open_engine, reading, writing
from notifications import alerts, delivery
from notifications.models import GUARD, Notice
from notifications.outbox import attempts, holds
from notifications.remarks import remark
from tracker.app import App
from tracker.config.values import DatabaseUrl
from tracker.ops import integrity, link_revocation, upgrade
from tracker.ops.backup import BadBackup, copy_evidence, drop, elsewhere, verify
from tracker.ops.doctor import differences, worded

ALTERED_NAMED = 3
JOURNALS = ("-journal", "-wal", "-shm")  # the last two where another program set WAL mode


class Altered(Refused):
    """A copy whose rows somebody changed past the verbs."""

    def __init__(self, *, path: Path, found: Sequence[RowDiffers]) -> None:
        """Take the copy and what differs in it; the first few are named."""
        super().__init__(path=path, count=len(found), some=Problem(lambda locale: _first(found, locale)))


def _first(found: Sequence[RowDiffers], locale: str) -> str:
    """Return the first few of many differences in the reader's words."""
    some = "; ".join(each.message(locale).rstrip(".。") for each in found[:ALTERED_NAMED])
    return some + (" …" if len(found) > ALTERED_NAMED else "")


@dataclass(frozen=True)
class Restored:
    """Where the ledger before lies, and how many notices and messages wait for a person."""

    kept: Path | None
    notices: int
    messages: int


def restore(app: App, file: Path, *, altered: bool = False) -> Restored:
    """Put a copy in place of the ledger, whole or not at all; ``altered`` takes one that is not as its history says.

    Raises NotSqlite, BadBackup, Altered, SchemaTooNew, DatabaseUnusable, DatabaseHeld. Everything due before now is
    held until ``outbox release``, because what was sent after the copy was made is not known; it is held before the
    copy gets the ledger's name, so that no daemon ever sees it otherwise.
    """
    database = elsewhere(app, file)
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
    drop(fresh)
    try:
        shutil.copyfile(file, fresh)
        copied = App(app.config.at_database(fresh).without_pages(), actor=app.actor, clock=app.clock)
        _prepare(copied, file, altered=altered)
        copy_evidence(file.parent / "evidence", app.folder / "evidence")
        notices, messages = _hold(copied, file.name, link_revocation.generations(database))
        return Restored(_swap(fresh, database, app.clock()), notices, messages)
    finally:
        drop(fresh)


def _prepare(app: App, file: Path, *, altered: bool) -> None:
    """Upgrade the copy where it is older, and hold its rows against its history. Raises Altered, unless ``altered``."""
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
    context, now = app.context(), app.clock()
    try:
        with writing(app.engine) as session:  # who was sending when the copy was made does so no more
            attempts.recover(session, now, context.unknown_after, alone=True)
        delivery.hold_due(context, now)
        with app.register() as keeper:
            link_revocation.keep_void(keeper, source, generations)
            notices, messages = _park_all(keeper.session, app)
            keeper.note("restore", source, changes={"notices": [None, notices], "messages": [None, messages]})
        return notices, messages
    finally:
        app.engine.dispose()


def _park_all(session: Session, app: App) -> tuple[int, int]:
    """Count held notices, park messages; an alert says how many, also when the guard had held some of them before."""
    held = select(func.count()).where(Notice.state == "held", Notice.reason == GUARD)
    notices = session.scalar(held) or 0
    messages = holds.suspend_all(session)
    alerts.clear(session, GUARD, app.clock())
    if notices or messages:
        alerts.raise_(session, GUARD, remark("restored", notices=notices, messages=messages), app.clock())
    return notices, messages


def _swap(fresh: Path, database: Path, now: datetime) -> Path | None:
    """Give the copy the ledger's name at one stroke; the ledger before, its journal with it, keeps another."""
    kept = None
    sync(fresh)
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
    sync(database.parent)
    return kept


@contextmanager
def _at_rest(database: Path) -> Iterator[None]:
    """Roll back what was left half done and keep writers out. A damaged ledger has neither: it too can be replaced."""
    engine = open_engine(DatabaseUrl.at(database).address)
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


def _refuse_strange(path: Path) -> None:
    """Refuse a copy with things in it that we never make: they would do their work in our name."""
    engine = open_engine(DatabaseUrl.at(path).address)
    try:
        with reading(engine) as session:
            found = integrity.first_foreign(session)
    finally:
        engine.dispose()
    if found:
        raise BadBackup(path=path, problem=Mistake("stranger", found=found))

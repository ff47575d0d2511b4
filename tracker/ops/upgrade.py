"""Making a ledger ready: database, schema, folders, the row that says which ledger this is. Safe to repeat."""

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from commitments import schema
from commitments.errors import DatabaseUnusable, sentence
from commitments.models import Department
from commitments.storage import open_engine, reading, shown, writing
from notifications.models import Instance
from tracker.ops import backup, link_keys
from tracker.ops.move import refuse_while_daemons_run

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tracker.app import App


def prepare_alone(app: "App") -> list[str]:
    """Do the same from a command: an upgrade waits until no daemon runs. Raises DatabaseHeld."""
    engine = _opened(app)
    upgrade_due = schema.current(engine) not in (None, schema.HEAD)
    engine.dispose()
    with app.sending() if upgrade_due else nullcontext():
        return prepare(app)


def is_empty(app: "App") -> bool:
    """Say whether nobody has worked in this ledger yet."""
    with app.reading() as session:
        return session.scalar(select(Department.id).limit(1)) is None


def prepare(app: "App") -> list[str]:
    """Create what is missing, upgrade what is older after a verified backup; return a line for each thing done.

    Raises DatabaseHeld when daemons run over an older schema.
    """
    engine = _opened(app)
    try:
        done = [*_upgraded(app, engine), *_identified(app, engine), *_folders(app)]
        _know_keys(app, engine)
        return done
    finally:
        engine.dispose()


def _opened(app: "App") -> "Engine":
    """Open the database, making the file when there is none. Raises DatabaseUnusable."""
    try:
        if app.database is not None:
            app.database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise DatabaseUnusable(path=app.database, problem=trouble.strerror) from trouble
    engine = open_engine(app.config.database_url, create=True)
    with reading(engine) as session:
        session.connection()
    return engine


def _upgraded(app: "App", engine: "Engine") -> Iterator[str]:
    found = schema.current(engine)
    if found == schema.HEAD:
        return
    if found is not None:
        with reading(engine) as session:
            refuse_while_daemons_run(session, app)
    if found is not None and found in schema.REVISIONS and app.database is not None:
        kept = app.folder / "backups" / f"before-upgrade-{found}-{app.today}.db"
        backup.copy_ledger(engine, kept, app.folder / "evidence")
        yield sentence("cli.init.backup", path=kept)
    schema.upgrade(engine)
    yield sentence("cli.init.database", url=shown(engine.url), revision=schema.HEAD)


def _identified(app: "App", engine: "Engine") -> Iterator[str]:
    """Give the ledger its identity, from which Message-IDs are derived, and its environment."""
    with writing(engine) as session:
        if session.get(Instance, 1) is not None:
            return
        session.add(Instance(uuid=uuid.uuid4().hex, environment=app.config.environment, created_at=app.clock()))
    yield sentence("cli.init.ledger", environment=app.config.environment)


def _know_keys(app: "App", engine: "Engine") -> None:
    """Write into the history that there are keys where an earlier version made them without a word."""
    if not app.config.web.base_url or not app.config.keys_file.exists():
        return
    with writing(engine) as session:
        if not link_keys.known(session):
            app.register_on(session).note(link_keys.MADE, str(app.config.web.keys_file))


def _folders(app: "App") -> Iterator[str]:
    """Evidence and backups are nobody else's business."""
    for name in ("evidence", "backups"):
        folder: Path = app.folder / name
        if not folder.is_dir():
            try:
                folder.mkdir(mode=0o700)
            except OSError as trouble:
                raise DatabaseUnusable(path=folder, problem=trouble.strerror) from trouble
            yield sentence("cli.init.folder", path=folder)

"""The keys that sign links: one a line, the newest first, in a file that is nobody else's business.

The file is made when it is first needed, and an entry of the history says so: where there is one and the file is gone,
none is made until a person asks for it. It is written whole or not at all, and never takes the place of another: links
signed with a lost key open nothing any more.
"""

import logging
import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from commitments.errors import Mistake, sentence
from commitments.files.durable import sync
from tracker.config.values import link_keys
from tracker.errors import ConfigError, KeysGone

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.app import App

log = logging.getLogger("yinuo.keys")
KEPT_KEYS = 2  # the newest, and the one before it, so that links in mails of last week still open
MADE, ROTATED = "links_made", "links_rotated"  # entries of the history that show that there were keys


def known(session: "Session") -> bool:
    """Say whether keys were ever made for this ledger."""
    from sqlalchemy import select

    from commitments.models import HistoryEntry

    made = select(HistoryEntry.seq).where(HistoryEntry.action.in_((MADE, ROTATED)))
    return session.scalars(made.limit(1)).first() is not None


def were_made(app: "App") -> bool:
    """Say whether keys were ever made for the ledger of a program."""
    with app.reading() as session:
        return known(session)


def of_ledger(app: "App") -> tuple[str, ...]:
    """Return the keys of a ledger, the newest first; the first one is made. None when the file is gone."""
    path = app.config.keys_file
    return read(path) if path.exists() or _make_first(app, path) else ()


def _make_first(app: "App", path: Path) -> bool:
    """Make the first key and write it into the history; False where there were keys already and they are gone."""
    with app.register() as register:  # who comes second finds the file of the first
        if known(register.session):
            return path.exists()
        register.note(MADE, str(app.config.web.keys_file))
        read(path)
    return True


def gone(path: Path) -> KeysGone:
    """Return what to say of a file that is not there any more."""
    return KeysGone([sentence("cli.links.gone", path=path)])


def read(path: Path) -> tuple[str, ...]:
    """Return the keys, the newest first; make the first one where there is no file. Raises ConfigError."""
    if not path.exists():
        _place(path, (_new(),), replacing=False)
        log.info("made %s; keep a copy: without it the links that are given out open nothing", path)
    try:
        return link_keys(path)
    except Mistake as wrong:
        raise _trouble(path, wrong) from wrong


def rotate(path: Path) -> tuple[str, ...]:
    """Put a new key first and keep one before it, if it is there; return the keys. Raises ConfigError."""
    there = path.exists()
    keys = (_new(), *(read(path) if there else ()))[:KEPT_KEYS]
    _place(path, keys, replacing=there)
    return keys


def _new() -> str:
    return secrets.token_urlsafe(32)


def _place(path: Path, keys: tuple[str, ...], *, replacing: bool) -> None:
    """Write beside the file, then give it its name; who comes second with a first key takes that of the other."""
    try:
        partial = _written(path.parent, "".join(f"{key}\n" for key in keys))
        try:
            if replacing:  # whoever could read the old file can read the new one: root may turn the keys of a service
                known = path.stat()
                os.chown(partial, known.st_uid, known.st_gid)
                partial.chmod(stat.S_IMODE(known.st_mode))
                partial.replace(path)
            else:
                path.hardlink_to(partial)
        except FileExistsError:
            pass
        finally:
            partial.unlink(missing_ok=True)
        sync(path.parent)
    except OSError as trouble:
        raise _trouble(path, sentence("cli.links.unwritable", problem=trouble.strerror)) from trouble


def _written(folder: Path, text: str) -> Path:
    """Return a new file of mode 0600 that outlives a power cut."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".web-keys-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    sync(Path(name))
    return Path(name)


def _trouble(path: Path, problem: str | Mistake) -> ConfigError:
    return ConfigError([sentence("cli.links.keys", path=path, problem=problem)])

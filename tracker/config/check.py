"""What can be wrong with a configuration that was read: ``config check`` shows it, and ``doctor`` among other things.

No database is needed.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from commitments import addresses
from commitments.errors import Error, Problem, sentence
from tracker.config.values import LOOPBACK
from tracker.errors import KeysGone

if TYPE_CHECKING:
    from tracker.app import App

OK, WARN, BAD = "ok", "warn", "bad"
MIN_FREE_BYTES = 200 * 2**20  # bytes
NETWORK = ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs")


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, what to do."""

    what: str
    state: str
    text: str


def check_all(app: "App") -> Iterator[Finding]:
    """Make every check of this module, lazily. Raises ConfigError for what cannot be read at all."""
    for look in (places, mail, templates, links):
        yield from look(app)


def places(app: "App") -> Iterator[Finding]:
    """Look at folders, free space and file system."""
    folders = {app.folder, app.config.mail_folder} if app.config.mail.channel == "folder" else {app.folder}
    for folder in sorted(folders):
        nearest = next(place for place in (folder, *folder.resolve().parents) if place.exists())
        writable = os.access(nearest, os.W_OK)
        key = "cli.doctor.writable" if writable else "cli.doctor.not_writable"
        yield Finding("folder", OK if writable else BAD, sentence(key, folder=folder))
    free = shutil.disk_usage(app.folder).free
    yield Finding("disk", OK if free > MIN_FREE_BYTES else BAD, sentence("cli.doctor.free", n=free // 2**20))
    if app.database is not None:
        kind = _filesystem(app.database)
        words = sentence("cli.doctor.network", kind=kind) if kind in NETWORK else kind
        yield Finding("filesystem", BAD if kind in NETWORK else OK, words)
        yield Finding("sqlite", OK, sqlite3.sqlite_version)


def _filesystem(path: Path) -> str:
    """Return the kind of the file system a path lies on, from /proc/mounts."""
    best, kind = "", "unknown"
    mounts = Path("/proc/mounts")
    for line in mounts.read_text(encoding="utf-8").splitlines() if mounts.exists() else ():
        _, point, found, *_ = line.split()
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, found
    return kind


def mail(app: "App") -> Iterator[Finding]:
    """Look at the carrier and at our own addresses. Raises ConfigError when the password cannot be read."""
    settings, organisation = app.config.mail, app.config.organisation
    yield Finding("channel", OK, settings.channel)
    if not organisation.name:
        yield Finding("name", WARN, sentence("cli.doctor.unnamed"))
    if not organisation.mailbox:
        yield Finding("organisation", BAD, sentence("cli.doctor.nobody"))
    for name in ("mailbox", "reply_to"):
        if settings.channel == "smtp" and addresses.is_example(getattr(organisation, name)):
            yield Finding("organisation", BAD, sentence("cli.doctor.example", name=name))
    app.channel()
    app.config.password()


def templates(app: "App") -> Iterator[Finding]:
    """Parse every template of the operator's."""
    folder = app.config.templates_folder
    if folder is None:
        return
    if not folder.is_dir():
        yield Finding("templates", BAD, sentence("cli.doctor.no_folder", folder=folder))
        return
    from jinja2 import Environment, TemplateSyntaxError

    for file in sorted(path for path in folder.rglob("*.*") if path.suffix in (".txt", ".html")):
        try:
            Environment(autoescape=True).parse(file.read_text(encoding="utf-8"))
        except (TemplateSyntaxError, OSError, UnicodeDecodeError) as wrong:
            yield Finding("templates", BAD, sentence("cli.doctor.template", file=file, problem=wrong))
    yield Finding("templates", OK, str(folder))


def links(app: "App") -> Iterator[Finding]:
    """Links are keys: they must not travel in the clear, and somebody must be able to sign them."""
    base, file = app.config.web.base_url, app.config.keys_file
    if not base:
        return
    if base.startswith("http://") and urlsplit(base).hostname not in LOOPBACK:
        yield Finding("links", WARN, sentence("cli.doctor.clear", base=base))
    if (lost := _lost_keys(app)) is not None:
        yield Finding("links", BAD, lost)
    elif file.exists() or os.access(file.parent, os.W_OK):
        yield Finding("links", OK, base)
    else:
        yield Finding("links", BAD, sentence("cli.doctor.no_keys", file=file))


def _lost_keys(app: "App") -> str | None:
    """Say that there were keys and that they are gone; without a ledger there were none."""
    try:
        app.check_keys()
    except KeysGone as gone:
        return Problem(gone.message)
    except Error:
        return None
    return None

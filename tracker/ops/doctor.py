"""What ``doctor`` looks at: one small check each, with what to do."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import func, select, text

from commitments import addresses, evidence, history, replay, schema
from commitments.damage import visible
from commitments.deadlines import LIVE_STATES, provisional
from commitments.errors import Error, RowDiffers
from commitments.models import Commitment, Department, Letter
from commitments.storage import PRAGMAS, looking, one_moment, reading
from notifications.models import Instance, Notice
from notifications.outbox.leases import NO_MAILBOX
from notifications.passes import said
from notifications.plan import snapshots
from tracker.config import LOOPBACK
from tracker.ops import soundness, status
from tracker.ops.link_keys import KeysGone
from tracker.private import open_to_others

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.app import App

OK, WARN, BAD = "ok", "warn", "bad"
MOST = 20  # of a kind that a person reads here
LEAST_FREE = 200 * 2**20  # bytes
NOVEMBER = (11, 15)  # the State Council publishes next year's calendar in early November
UNNAMED = (
    "organisation.name is empty: fill in whose ledger this is; until then the only unit that letters name signs mails"
)
RESTS = "alert: channel "
MEND = (
    "mend the relay or [mail]; the alert clears by itself with the first message that goes, and "
    "`tracker outbox retry N` ends a rest at once"
)
NETWORK = ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs")


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, what to do."""

    what: str
    state: str
    text: str


def examine(app: "App") -> list[Finding]:
    """Make every check; one that cannot be made is itself a finding."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings += check(app)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the other checks are made
            findings.append(Finding(check.__name__.strip("_"), BAD, said(trouble)))
    return findings


def _configuration(app: "App") -> Iterator[Finding]:
    yield Finding("configuration", OK, str(app.config.source))


def settings(app: "App") -> list[Finding]:
    """Make the checks that concern the configuration alone; no database is needed."""
    return [finding for check in (_places, _mail, _templates, _links) for finding in check(app)]


def _database(app: "App") -> Iterator[Finding]:
    with reading(app.engine) as session:
        yield Finding("schema", OK, schema.HEAD)
        if app.database is not None:
            for pragma in ("journal_mode", "synchronous", "foreign_keys"):
                found = session.execute(text(f"PRAGMA {pragma}")).scalar()
                wanted = next(each.split("=")[1] for each in PRAGMAS if each.startswith(pragma))
                same = str(found).upper() in (wanted, {"EXTRA": "3", "ON": "1"}.get(wanted))
                another = pragma == "journal_mode" and found == "wal"
                words = (
                    "wal: another program set it and keeps the database open; close that program" if another else found
                )
                yield Finding(pragma, OK if same else WARN if another else BAD, str(words))
        instance = session.get_one(Instance, 1)
        same = instance.environment == app.config.environment
        yield Finding("environment", OK if same else BAD, f"{instance.environment} / {app.config.environment}")
    with one_moment(app.engine) as session:
        yield Finding("history", OK, f"the chain holds to {history.verify(session).seq}")
        found = [str(worded(each, app.zone)) for each in islice(differences(session), MOST + 1)]
    for sentence in found[:MOST]:
        yield Finding("history", BAD, sentence)
    if found[MOST:]:
        yield Finding("history", BAD, "more rows differ: `tracker history verify` names them all")


def differences(session: "Session") -> Iterator[replay.Difference]:
    """Yield what the tables hold otherwise than the history says, digests among it."""
    yield from replay.differences(session)
    yield from snapshots.differences(session)


def worded(difference: replay.Difference, zone: tzinfo) -> RowDiffers:
    """Return a difference as a sentence; instants are told in ``zone``."""
    return RowDiffers(zone=zone, **difference._asdict())


def _file(app: "App") -> Iterator[Finding]:
    """Ask SQLite what it finds wrong with the file, and name each damaged text in it."""
    if app.database is None:
        return
    with looking(app.engine) as connection:
        problems = list(soundness.problems(connection))
        texts = list(islice(soundness.damaged(connection), soundness.MOST))
    for words in problems:
        yield Finding("file", BAD, words)
    for damage in texts:
        yield Finding("text", BAD, str(damage))
    if not problems and not texts:
        yield Finding("file", OK, "pages, references and texts are sound")


def _places(app: "App") -> Iterator[Finding]:
    folders = {app.folder, app.config.mail_folder} if app.config.mail.channel == "folder" else {app.folder}
    for folder in sorted(folders):
        writable = os.access(_nearest(folder), os.W_OK)
        yield Finding("folder", OK if writable else BAD, f"{folder} {'is' if writable else 'is not'} writable")
    free = shutil.disk_usage(app.folder).free
    yield Finding("disk", OK if free > LEAST_FREE else BAD, f"{free // 2**20} MiB free")
    if app.database is not None:
        kind = _filesystem(app.database)
        words = f"{kind}; SQLite needs a local disk" if kind in NETWORK else kind
        yield Finding("filesystem", BAD if kind in NETWORK else OK, words)
        yield Finding("sqlite", OK, sqlite3.sqlite_version)


def _private(app: "App") -> Iterator[Finding]:
    """Name what others can read: earlier versions left modes to the umask, and people copy files."""
    kept = [app.folder / "evidence", app.folder / "backups", *(app.folder / "backups").glob("*.db")]
    if app.database is not None:
        kept += [app.database.with_name(app.database.name + end) for end in ("", "-journal", ".lock")]
    if app.config.mail.channel == "folder":
        kept.append(app.config.mail_folder)
    for path in filter(Path.exists, kept):
        if command := open_to_others(path):
            yield Finding("private", WARN, f"others can read {path}, where links that are keys may stand: {command}")


def _evidence(app: "App") -> Iterator[Finding]:
    """Name files that are no longer what was taken in."""
    found = list(islice(evidence.faults(app.engine, app.folder / "evidence"), MOST + 1))
    for ref, name, fault in found[:MOST]:
        yield Finding("evidence", BAD, f"{ref}: {name} is {fault}; take it from an older copy of the ledger")
    if found[MOST:]:
        yield Finding("evidence", BAD, "more files are not what they were")


def _nearest(folder: Path) -> Path:
    """Return a folder or the first of its parents that exists."""
    return next(place for place in (folder, *folder.resolve().parents) if place.exists())


def _filesystem(path: Path) -> str:
    """Return the kind of the file system a path lies on, from /proc/mounts."""
    best, kind = "", "unknown"
    mounts = Path("/proc/mounts")
    for line in mounts.read_text(encoding="utf-8").splitlines() if mounts.exists() else ():
        _, point, found, *_ = line.split()
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, found
    return kind


def _mailboxes(app: "App") -> Iterator[Finding]:
    """Name departments whose notices are held because nobody can be written to."""
    held = select(Notice.department_id, func.count()).where(Notice.state == "held", Notice.reason == NO_MAILBOX)
    owners = select(Commitment.lead_id).union(select(Letter.proposing_unit_id))
    with reading(app.engine) as session:
        counts = dict(session.execute(held.group_by(Notice.department_id)).all())
        owning = set(session.scalars(owners))
        without = select(Department).where(Department.mailbox == "")
        for department in session.scalars(without.order_by(Department.name)):
            words = f"{department.name} has no mailbox; {counts.get(department.id, 0)} notices are held. "
            yield Finding(
                "mailbox", BAD if department.id in owning else WARN,
                words + f"Set one: tracker department edit {department.name} --mailbox ADDRESS",
            )  # fmt: skip


def _addresses(app: "App") -> Iterator[Finding]:
    """Name addresses that no mail can carry: written by another program, or before the rule was what it is."""
    with reading(app.engine) as session:
        for department in session.scalars(select(Department).order_by(Department.name)):
            for address in filter(None, (department.mailbox, department.escalation)):
                if wrong := addresses.problem(address):
                    yield Finding(
                        "mailbox", BAD, f"{department.name}: {visible(address)!r} cannot be written to: {wrong}"
                    )


def _mail(app: "App") -> Iterator[Finding]:
    mail, organisation = app.config.mail, app.config.organisation
    yield Finding("channel", OK, mail.channel)
    if not organisation.name:
        yield Finding("name", WARN, UNNAMED)
    if not organisation.mailbox:
        yield Finding("organisation", BAD, "organisation.mailbox is empty: nobody gets status digests and alerts")
    for name in ("mailbox", "reply_to"):
        if mail.channel == "smtp" and getattr(organisation, name).endswith(".example"):
            yield Finding("organisation", BAD, f"organisation.{name} is still an example address")
    app.channel()
    app.config.password()


def _name(app: "App") -> Iterator[Finding]:
    """Mails are signed by somebody: nothing goes out while it is not clear by whom."""
    if (several := app.several_units()) is not None:
        yield Finding("name", BAD, f"{several} Nothing is sent until then.")


def _templates(app: "App") -> Iterator[Finding]:
    """Parse every template of the operator's."""
    folder = app.config.templates_folder
    if folder is None:
        return
    if not folder.is_dir():
        yield Finding("templates", BAD, f"{folder} does not exist")
        return
    from jinja2 import Environment, TemplateSyntaxError  # noqa: PLC0415

    for file in sorted(path for path in folder.rglob("*.*") if path.suffix in (".txt", ".html")):
        try:
            Environment(autoescape=True).parse(file.read_text(encoding="utf-8"))
        except (TemplateSyntaxError, OSError, UnicodeDecodeError) as wrong:
            yield Finding("templates", BAD, f"{file}: {wrong}; our own template is used instead")
    yield Finding("templates", OK, str(folder))


def _links(app: "App") -> Iterator[Finding]:
    """Links are keys: they must not travel in the clear, and somebody must be able to sign them."""
    base, file = app.config.web.base_url, app.config.keys_file
    if not base:
        return
    if base.startswith("http://") and urlsplit(base).hostname not in LOOPBACK:
        yield Finding("links", WARN, f"{base}: a link is a key and travels in the clear; use https")
    if (lost := _lost_keys(app)) is not None:
        yield Finding("links", BAD, lost)
    elif file.exists() or os.access(file.parent, os.W_OK):
        yield Finding("links", OK, base)
    else:
        yield Finding("links", BAD, f"{file} is not there and cannot be made: name another web.keys_file")


def _lost_keys(app: "App") -> str | None:
    """Say that there were keys and that they are gone; without a ledger there were none."""
    try:
        app.check_keys()
    except KeysGone as gone:
        return str(gone)
    except Error:
        return None
    return None


def _calendar(app: "App") -> Iterator[Finding]:
    following = app.today.year + 1
    missing = app.workdays.provisional(following)
    late = missing and (app.today.month, app.today.day) >= NOVEMBER
    words = f"the working days of {following} are not there; put them into the calendar file ([calendar] file)"
    yield Finding("calendar", WARN if late else OK, words if late else f"working days of {app.today.year} are known")
    with reading(app.engine) as session:
        computed = select(Commitment).where(Commitment.due_from.is_not(None), Commitment.state.in_(LIVE_STATES))
        uncertain = [
            row.ref
            for row in session.scalars(computed)
            if provisional(row.due_from, row.due_offset, row.due_on, app.workdays)
        ]
    if uncertain:
        yield Finding("calendar", WARN, f"provisional deadlines: {', '.join(uncertain[:20])}")


def _running(app: "App") -> Iterator[Finding]:
    found = status.look(app)
    code, why = status.judge(found)
    for sentence in why:
        advice = _of_the_rest(found["channel_rests_until"], app) if sentence.startswith(RESTS) else ""
        yield Finding("running", BAD if code == status.DOWN else WARN, sentence + advice)
    if not found["workers"]:
        yield Finding("running", WARN, "no daemon runs; nothing goes out by itself")


def _of_the_rest(until: datetime | None, app: "App") -> str:
    """Say until when the channel rests, on the organisation's clock, and what to do."""
    resting = until is not None and until > app.clock()
    rest = f"it rests until {until.astimezone(app.zone):%Y-%m-%d %H:%M}" if until and resting else "it is tried again"
    return f". {rest}; {MEND}"


CHECKS: tuple[Callable[["App"], Iterator[Finding]], ...] = (
    _configuration, _database, _file, _places, _private, _evidence, _mailboxes, _name, _addresses, _mail, _templates,
    _links, _calendar, _running,
)  # fmt: skip

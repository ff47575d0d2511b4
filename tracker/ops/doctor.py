"""What ``doctor`` looks at: one small check each, with what to do."""

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from commitments import addresses, evidence, schema
from commitments.calendar.deadlines import LIVE_STATES, provisional
from commitments.damage import visible
from commitments.errors import Problem, RowDiffers, sentence
from commitments.history import chain, replay
from commitments.models import Commitment, Department, Letter
from commitments.storage import PRAGMAS, looking, one_moment, reading
from notifications.models import NO_MAILBOX, Instance, Notice
from notifications.passes import said
from notifications.plan import snapshots
from tracker.config import check
from tracker.config.check import BAD, OK, WARN, Finding
from tracker.files import open_to_others
from tracker.ops import integrity, status

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tracker.app import App

MAX_NAMED = 20  # of a kind that a person reads here
NOVEMBER = (11, 15)  # the State Council publishes next year's calendar in early November
RESTS = "alert: channel "


def examine(app: "App") -> list[Finding]:
    """Make every check; one that cannot be made is itself a finding."""
    findings: list[Finding] = []
    for look in CHECKS:
        try:
            findings += look(app)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the other checks are made
            findings.append(Finding(look.__name__.strip("_"), BAD, said(trouble)))
    return findings


def _configuration(app: "App") -> Iterator[Finding]:
    yield Finding("configuration", OK, str(app.config.source))


def _database(app: "App") -> Iterator[Finding]:
    with reading(app.engine) as session:
        yield Finding("schema", OK, schema.HEAD)
        if app.database is not None:
            for pragma in ("journal_mode", "synchronous", "foreign_keys"):
                found = session.execute(text(f"PRAGMA {pragma}")).scalar()
                wanted = next(each.split("=")[1] for each in PRAGMAS if each.startswith(pragma))
                same = str(found).upper() in (wanted, {"EXTRA": "3", "ON": "1"}.get(wanted))
                another = pragma == "journal_mode" and found == "wal"
                words = sentence("cli.doctor.wal") if another else str(found)
                yield Finding(pragma, OK if same else WARN if another else BAD, words)
        instance = session.get_one(Instance, 1)
        same = instance.environment == app.config.environment
        yield Finding("environment", OK if same else BAD, f"{instance.environment} / {app.config.environment}")
    with one_moment(app.engine) as session:
        yield Finding("history", OK, sentence("cli.doctor.chain", seq=chain.verify(session).seq))
        found = (Problem(worded(each, app.zone).message) for each in differences(session))
        yield from _first_of("history", found, "cli.doctor.more_rows")


def _first_of(what: str, problems: Iterator[str], more: str) -> Iterator[Finding]:
    """Yield as many as a person reads, and say where there are more."""
    yield from (Finding(what, BAD, words) for words in islice(problems, MAX_NAMED))
    if next(problems, None) is not None:
        yield Finding(what, BAD, sentence(more))


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
        problems = list(integrity.problems(connection))
        texts = list(islice(integrity.damaged(connection), integrity.MAX_NAMED))
    for words in problems:
        yield Finding("file", BAD, words)
    for damage in texts:
        yield Finding("text", BAD, damage.message())
    if not problems and not texts:
        yield Finding("file", OK, sentence("cli.doctor.sound"))


def _private(app: "App") -> Iterator[Finding]:
    """Name what others can read: earlier versions left modes to the umask, and people copy files."""
    kept = [app.folder / "evidence", app.folder / "backups", *(app.folder / "backups").glob("*.db")]
    if app.database is not None:
        kept += [app.database.with_name(app.database.name + end) for end in ("", "-journal", ".lock")]
    if app.config.mail.channel == "folder":
        kept.append(app.config.mail_folder)
    for path in filter(Path.exists, kept):
        if command := open_to_others(path):
            yield Finding("private", WARN, sentence("cli.doctor.open", path=path, command=command))


def _evidence(app: "App") -> Iterator[Finding]:
    """Name files that are no longer what was taken in."""
    found = (
        sentence("cli.doctor.evidence", ref=ref, name=name, fault=sentence(f"cli.doctor.{fault}"))
        for ref, name, fault in evidence.faults(app.engine, app.folder / "evidence")
    )
    yield from _first_of("evidence", found, "cli.doctor.more_evidence")


def _mailboxes(app: "App") -> Iterator[Finding]:
    """Name departments whose notices are held because nobody can be written to."""
    held = select(Notice.department_id, func.count()).where(Notice.state == "held", Notice.reason == NO_MAILBOX)
    owners = select(Commitment.lead_id).union(select(Letter.proposing_unit_id))
    with reading(app.engine) as session:
        counts = dict(session.execute(held.group_by(Notice.department_id)).all())
        owning = set(session.scalars(owners))
        without = select(Department).where(Department.mailbox == "")
        for department in session.scalars(without.order_by(Department.name)):
            words = sentence("cli.doctor.no_mailbox", name=department.name, n=counts.get(department.id, 0))
            yield Finding("mailbox", BAD if department.id in owning else WARN, words)


def _addresses(app: "App") -> Iterator[Finding]:
    """Name addresses that no mail can carry: written by another program, or before the rule was what it is."""
    with reading(app.engine) as session:
        for department in session.scalars(select(Department).order_by(Department.name)):
            for address in filter(None, (department.mailbox, department.escalation)):
                if wrong := addresses.problem(address):
                    facts = {"name": department.name, "address": repr(visible(address)), "why": wrong}
                    yield Finding("mailbox", BAD, sentence("cli.doctor.bad_mailbox", **facts))


def _name(app: "App") -> Iterator[Finding]:
    """Mails are signed by somebody: nothing goes out while it is not clear by whom."""
    if (several := app.several_units()) is not None:
        yield Finding("name", BAD, sentence("cli.doctor.several", problem=several))


def _calendar(app: "App") -> Iterator[Finding]:
    following = app.today.year + 1
    missing = app.workdays.provisional(following)
    late = missing and (app.today.month, app.today.day) >= NOVEMBER
    unpublished = sentence("cli.doctor.unpublished", year=following)
    known = sentence("cli.doctor.published", year=app.today.year)
    yield Finding("calendar", WARN if late else OK, unpublished if late else known)
    with reading(app.engine) as session:
        computed = select(Commitment).where(Commitment.due_from.is_not(None), Commitment.state.in_(LIVE_STATES))
        uncertain = [
            row.ref
            for row in session.scalars(computed)
            if provisional(row.due_from, row.due_offset, row.due_on, app.workdays)
        ]
    if uncertain:
        yield Finding("calendar", WARN, sentence("cli.doctor.provisional", refs=uncertain[:20]))


def _running(app: "App") -> Iterator[Finding]:
    found = status.look(app)
    code, why = status.judge(found)
    for each in why:
        words = _of_the_rest(each, found["channel_rests_until"], app) if each.startswith(RESTS) else each
        yield Finding("running", BAD if code == status.DOWN else WARN, words)
    if not found["workers"]:
        yield Finding("running", WARN, sentence("cli.doctor.no_daemon"))


def _of_the_rest(why: str, until: datetime | None, app: "App") -> str:
    """Say until when the channel rests, on the organisation's clock, and what to do."""
    rest = sentence("cli.doctor.again")
    if until is not None and until > app.clock():
        rest = sentence("cli.doctor.until", at=f"{until.astimezone(app.zone):%Y-%m-%d %H:%M}")
    return sentence("cli.doctor.rests", why=why, rest=rest)


CHECKS: tuple[Callable[["App"], Iterator[Finding]], ...] = (
    _configuration, _database, _file, check.places, _private, _evidence, _mailboxes, _name, _addresses, check.mail,
    check.templates, check.links, _calendar, _running,
)  # fmt: skip

"""What becomes open: how much of it is late already, and entering it as history, of which nothing past is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from commitments.models import Commitment, Source
from notifications.plan import planner, schedule, subjects

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from commitments.register.context import Register
    from tracker.app import App

HORIZON = timedelta(days=11 * 366)  # repeats lie ten years apart at most
BATCH = 500


@dataclass(frozen=True)
class Late:
    """How many commitments were overdue when they became open, and the day on which their leads are first reminded.

    ``quiet`` says that they were entered as history.
    """

    overdue: int
    first: date | None
    quiet: bool


def opened(app: "App", register: "Register", refs: Sequence[str], *, quiet: bool) -> list[Late]:
    """Look at commitments that have just become open, and say how many were late.

    With ``quiet``, and of drafts so marked, nothing of the past will be told.
    """
    register.session.flush()
    history = set(refs) if quiet else _marked(register.session, refs)
    planner.decline(register.session, app.context(name=""), sorted(history), register.now)
    return _late(app, register.session, refs, history)


def of(app: "App", session: "Session", refs: Sequence[str], *, quiet: bool) -> list[Late]:
    """Say again how many of these were late when they became open."""
    return _late(app, session, refs, set(refs) if quiet else _marked(session, refs))


def _late(app: "App", session: "Session", refs: Sequence[str], history: Collection[str]) -> list[Late]:
    groups: dict[bool, list[schedule.ReminderSubject]] = {False: [], True: []}
    for each in _subjects(app, session, refs):
        if each.late(app.today):
            groups[each.ref in history].append(each)
    return [Late(len(some), _first(app, session, some[0]), quiet) for quiet, some in groups.items() if some]


def mark_history(session: "Session", refs: Sequence[str]) -> None:
    """Let these drafts of a letter be entered as history once they are confirmed."""
    letters = select(Commitment.letter_id).where(Commitment.ref.in_(refs[:1]))
    for source in session.scalars(select(Source).where(Source.letter_id.in_(letters))):
        source.places = {**source.places, **{ref: {**source.places[ref], "quiet": True} for ref in refs}}


def drafts_overdue(session: "Session", letter: str, today: date) -> int:
    """Count the drafts of a letter whose deadline has passed."""
    from commitments.queries.lookup import find_letter

    its = (Commitment.letter_id == find_letter(session, letter).id, Commitment.state == "draft")
    return session.scalar(select(func.count(Commitment.id)).where(*its, Commitment.due_on < today)) or 0


def _marked(session: "Session", refs: Sequence[str]) -> set[str]:
    """Return those of the drafts that were imported as history."""
    found: set[str] = set()
    for start in range(0, len(refs), BATCH):
        batch = set(refs[start : start + BATCH])
        letters = select(Commitment.letter_id).where(Commitment.ref.in_(batch))
        for places in session.scalars(select(Source.places).where(Source.letter_id.in_(letters))):
            found |= {ref for ref, subject in places.items() if ref in batch and subject.get("quiet")}
    return found


def _subjects(app: "App", session: "Session", refs: Sequence[str]) -> list[schedule.ReminderSubject]:
    found: list[schedule.ReminderSubject] = []
    for start in range(0, len(refs), BATCH):
        batch = (Commitment.ref.in_(refs[start : start + BATCH]), Commitment.state == "open")
        ids = session.scalars(select(Commitment.id).where(*batch)).all()
        found += subjects.load(session, ids, app.policy, app.zone)
    return found


def next_reminder(app: "App", session: "Session", ref: str) -> date | None:
    """Return the working day on which the lead of something open is reminded or asked next, today if that is owed."""
    (subject,) = _subjects(app, session, [ref])
    settled = planner.settled(session, [subject.id])
    owed = schedule.required_notices(subject, app.policy, app.today, app.workdays)
    if any(_is_reminder(notice) and notice.key not in settled for notice in owed):
        return app.workdays.on_or_after(app.today)
    return _first(app, session, subject)


def _first(app: "App", session: "Session", subject: schedule.ReminderSubject) -> date | None:
    """Return the day of the first reminder to come; all that become open on one day have the same."""
    settled, last = planner.settled(session, [subject.id]), app.today + HORIZON
    ahead = schedule.upcoming(subject, app.policy, app.today, last, app.workdays, settled)
    return next((notice.send_on for notice in ahead if _is_reminder(notice)), None)


def _is_reminder(notice: schedule.RequiredNotice) -> bool:
    return notice.key.kind in ("reminder", "review") and notice.key.role == "lead"

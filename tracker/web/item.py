"""What the pages tell of one commitment: its words and dates, what happened so far, what waits for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from commitments.deadlines import LIVE_STATES, band, provisional, working_days_left
from commitments.models import (
    Commitment,
    Department,
    Dispute,
    Evidence,
    Extension,
    HistoryEntry,
    Progress,
    Receipt,
    Source,
)
from commitments.queries.lookup import offices
from commitments.storage import stored
from notifications.mail.compose import target_lines
from notifications.mail.render import TargetLine

if TYPE_CHECKING:
    from tracker.app import App

LARGEST = 2**31 - 1  # number of an event that databases can compare
MOST_EVENTS = 200  # on one page; the others are a link away
T = TypeVar("T", Evidence, Extension)


@dataclass(frozen=True)
class Event:
    """One entry of the history, on its civil day."""

    seq: int
    on: date
    action: str
    actor: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """A commitment as pages show it. ``row`` has letter, lead, support and targets loaded; days left as in mails.

    ``earlier`` is the number of the last event shown, where there are older ones. ``offices`` are those of its actors
    that are departments; the others are persons and their logins.
    """

    row: Commitment
    verbatim: bool
    band: str | None
    days_left: int | None
    working_days_left: int | None
    provisional: bool
    targets: Sequence[TargetLine]
    events: Sequence[Event]
    earlier: int | None
    evidence: Sequence[Evidence]
    extension: Extension | None
    disputes: Sequence[tuple[Dispute, str]]
    receipts: dict[int, date]
    offices: frozenset[str]

    @property
    def live(self) -> bool:
        """Say whether anything can still be done about it."""
        return self.row.state in LIVE_STATES

    def role(self, department_id: int) -> str | None:
        """Return ``lead`` or ``support``, or None for somebody else."""
        if self.row.lead_id == department_id:
            return "lead"
        return "support" if department_id in {each.id for each in self.row.support} else None


def tell(session: Session, ref: str, app: "App", before: int | None = None) -> Told | None:
    """Read everything about one commitment; None where there is no such ref.

    Of what happened the newest MOST_EVENTS, or those before the event of that number.
    """
    row = session.scalars(
        select(Commitment).where(Commitment.ref == stored(ref)).options(
            joinedload(Commitment.letter), joinedload(Commitment.lead),
            selectinload(Commitment.support), selectinload(Commitment.targets),
        )
    ).first()  # fmt: skip
    if row is None:
        return None
    events, evidence = _events(session, ref, app, before), session.scalars(_of(Evidence, row)).all()
    extension = session.scalars(_of(Extension, row).where(Extension.state == "waiting")).first()
    actors = {each.actor for each in events} | {each.given_by for each in evidence}
    is_open, due = row.state == "open", row.due_on if row.state == "open" else None
    return Told(
        row=row,
        verbatim=session.get(Source, row.letter_id) is not None,
        band=band(row.due_on, row.review_on, app.today, app.ladder, app.workdays) if is_open else None,
        days_left=(due - app.today).days if due else None,
        working_days_left=working_days_left(app.today, due, app.workdays) if due else None,
        provisional=provisional(row.due_from, row.due_offset, row.due_on, app.workdays),
        targets=target_lines(row, _figures(session, row)),
        events=events[:MOST_EVENTS],
        earlier=events[MOST_EVENTS - 1].seq if events[MOST_EVENTS:] else None,
        evidence=evidence,
        extension=extension,
        disputes=_disputes(session, row),
        receipts=_receipts(session, row, app),
        offices=offices(session, actors | ({extension.asked_by} if extension else set())),
    )


def _of(table: type[T], row: Commitment) -> Select[T]:
    return select(table).where(table.commitment_id == row.id).order_by(table.id)


def _figures(session: Session, row: Commitment) -> dict[str, float]:
    figures: dict[str, float] = {}
    query = select(Progress.figures).where(Progress.commitment_id == row.id).order_by(Progress.on, Progress.id)
    for moved in session.scalars(query) if row.targets else ():
        figures |= moved
    return figures


def _events(session: Session, ref: str, app: "App", before: int | None) -> list[Event]:
    """Return what happened, newest first: one more than a page holds."""
    columns = (HistoryEntry.seq, HistoryEntry.at, HistoryEntry.action, HistoryEntry.actor, HistoryEntry.reason)
    query = select(*columns).where(HistoryEntry.subject == stored(ref)).order_by(HistoryEntry.seq.desc())
    if before is not None:
        query = query.where(HistoryEntry.seq < min(before, LARGEST))
    return [
        Event(seq, at.astimezone(app.zone).date(), action, actor, reason)
        for seq, at, action, actor, reason in session.execute(query.limit(MOST_EVENTS + 1))
    ]


def _disputes(session: Session, row: Commitment) -> list[tuple[Dispute, str]]:
    query = select(Dispute, Department.name).join(Department, Department.id == Dispute.department_id)
    waiting = query.where(Dispute.commitment_id == row.id, Dispute.state == "waiting").order_by(Dispute.id)
    return [(dispute, name) for dispute, name in session.execute(waiting)]


def _receipts(session: Session, row: Commitment, app: "App") -> dict[int, date]:
    """Return on which day each department acknowledged it."""
    query = select(Receipt.department_id, Receipt.at).where(Receipt.commitment_id == row.id)
    return {department: at.astimezone(app.zone).date() for department, at in session.execute(query)}

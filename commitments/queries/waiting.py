"""What waits for the coordinator: requests for more time, disputes, reports, drafts; and what proposing units answered.

Each question is one statement, for the page, the weekly status and the digests alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from commitments.calendar.deadlines import LIVE_STATES
from commitments.models import Answer, Commitment, Department, Dispute, Extension, Letter

MOST_WAITING = 20  # rows a queue shows; its count counts all
T = TypeVar("T")


class Asked(NamedTuple):
    """A request to move a deadline (延期)."""

    ref: str
    title: str
    lead: str
    old_due: date
    new_due: date
    reason: str
    asked_by: str
    asked_at: datetime


class Disputed(NamedTuple):
    """A department says that a live commitment is not its to do; ``department`` may lead or support."""

    ref: str
    title: str
    lead: str
    department: str
    reason: str
    raised_at: datetime


class Reported(NamedTuple):
    """A department says that it is done, and nobody has accepted it yet."""

    ref: str
    title: str
    lead: str
    due_on: date | None
    reported_done_on: date | None


class Draft(NamedTuple):
    """A commitment read from a letter that nobody has confirmed."""

    ref: str
    title: str
    letter: str
    lead: str


class Answered(NamedTuple):
    """The newest answer of a proposing unit (评价) on a month such as ``2019-07``."""

    unit: str
    month: str
    grade: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Queue(Generic[T]):
    """The first MOST_WAITING rows of the ``count`` there are."""

    count: int
    rows: Sequence[T]


@dataclass(frozen=True)
class Waiting:
    """What somebody must decide, longest waiting first, and what units answered, newest first."""

    extensions: Queue[Asked]
    disputes: Queue[Disputed]
    reported_done: Queue[Reported]
    drafts: Queue[Draft]
    answers: Queue[Answered]


def waiting(session: Session) -> Waiting:
    """Return what waits for the coordinator; instants are aware UTC."""
    newest_first = newest_answers().order_by(None).order_by(Answer.at.desc(), Answer.id.desc())
    return Waiting(
        extensions=_queue(session, waiting_extensions(), Asked),
        disputes=_queue(session, waiting_disputes(), Disputed),
        reported_done=_queue(session, _reported(), Reported),
        drafts=_queue(session, _drafts(), Draft),
        answers=_queue(session, newest_first, Answered),
    )


def _queue(session: Session, query: Select[Any], row: Callable[..., T]) -> Queue[T]:
    """Read the head of a queue; a short one needs no second look to be counted."""
    rows = [row(*facts) for facts in session.execute(query.limit(MOST_WAITING))]
    if len(rows) < MOST_WAITING:
        return Queue(len(rows), rows)
    return Queue(session.scalar(query.order_by(None).with_only_columns(func.count())) or 0, rows)


def waiting_extensions() -> Select[Any]:
    """Select ref, title, lead, old_due, new_due, reason, asked_by and asked_at of the requests, oldest first."""
    one = Extension
    query = _of_commitment(one.old_due, one.new_due, one.reason, _asker().label("asked_by"), one.asked_at)
    query = query.join(one, one.commitment_id == Commitment.id).where(one.state == "waiting")
    return query.order_by(one.asked_at, one.id)


def _asker() -> ColumnElement[str]:
    """Who asked, by the name of a department: a person who wrote it down did so for the lead."""
    known = aliased(Department)
    return case((Extension.asked_by.in_(select(known.name)), Extension.asked_by), else_=Department.name)


def waiting_disputes() -> Select[Any]:
    """Select ref, title, lead, department, reason and raised_at of the disputes to decide, oldest first.

    One of a commitment that was closed meanwhile rests; it waits again when the commitment is opened again.
    """
    who = aliased(Department)
    query = _of_commitment(who.name.label("department"), Dispute.reason, Dispute.raised_at)
    query = query.join(Dispute, Dispute.commitment_id == Commitment.id).join(who, Dispute.department_id == who.id)
    query = query.where(Dispute.state == "waiting", Commitment.state.in_(LIVE_STATES))
    return query.order_by(Dispute.raised_at, Dispute.id)


def _of_commitment(*more: Any) -> Select[Any]:
    columns: list[Any] = [Commitment.ref, Commitment.title, Department.name.label("lead"), *more]
    return select(*columns).join_from(Commitment, Department, Commitment.lead_id == Department.id)


def _reported() -> Select[Any]:
    query = _of_commitment(Commitment.due_on, Commitment.reported_done_on)
    return query.where(Commitment.state == "reported_done").order_by(Commitment.reported_done_on, Commitment.ref)


def _drafts() -> Select[Any]:
    columns: list[Any] = [Commitment.ref, Commitment.title, Letter.name.label("document_number"), Department.name]
    query = select(*columns).join_from(Commitment, Letter).join(Department, Commitment.lead_id == Department.id)
    return query.where(Commitment.state == "draft").order_by(Commitment.ref)


def newest_answers(*given: ColumnElement[bool]) -> Select[Any]:
    """Select unit, month, grade, reason and answered_at of each unit's newest answer on each month, by unit.

    Conditions on ``Answer`` narrow what counts: the newest of a week, of one unit.
    """
    newest = select(func.max(Answer.id)).where(*given).group_by(Answer.unit_id, Answer.month)
    unit: Any = Department.name.label("unit")
    query = select(unit, Answer.month, Answer.grade, Answer.reason, Answer.at.label("answered_at"))
    query = query.where(Answer.id.in_(newest))
    return query.join_from(Answer, Department).order_by(Department.name, Answer.month)

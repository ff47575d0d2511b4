"""Notices that should have gone out by now and did not, whatever the cause: what nobody noticed is seen here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commitments.calendar.workdays import WorkCalendar
from notifications.models import WAITING, Attempt, Instance, Message, Notice
from notifications.outbox import holds

OVERDUE_AFTER = timedelta(hours=2)  # of sending time
STANDSTILL_AFTER = timedelta(minutes=10)  # since the last message that was accepted: a slow pace is no standstill
MAX_ROWS = 5000  # notices that are looked at
LOOK_BACK = timedelta(days=40)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When the office tells anything: on working days after ``send_at``."""

    zone: ZoneInfo
    send_at: time
    workdays: WorkCalendar

    def ago(self, sending_time: timedelta, now: datetime) -> datetime:
        """Return the instant: what waited before it waited for more than so much time to tell anything.

        At most forty days ago.
        """
        day = now.astimezone(self.zone).date()
        while now - self.start(day) < LOOK_BACK:
            if self.workdays.is_workday(day):
                opens, end = datetime.combine(day, self.send_at, self.zone).astimezone(UTC), min(now, self.end(day))
                if end - opens > sending_time:
                    return end - sending_time
                sending_time -= max(timedelta(), end - opens)
            day -= timedelta(days=1)
        return now - LOOK_BACK

    def end(self, day: date) -> datetime:
        """Return when a day is over."""
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)

    def start(self, day: date) -> datetime:
        """Return when a day begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def count(session: Session, hours: Hours, now: datetime) -> int:
    """Return how many notices and messages have waited for more than OVERDUE_AFTER while nothing rests.

    An addressee who had a message on a day waits for the next one, and that day does not count.
    """
    rest = session.get_one(Instance, 1).paused_until or EPOCH
    if rest > now or _moving(session, now):
        return 0
    limit = hours.ago(OVERDUE_AFTER, now)
    waiting = (*_notices(session, hours, now), *_messages(session, now))
    return sum(max(since, rest) < limit for since in waiting)


def _moving(session: Session, now: datetime) -> bool:
    lately = Attempt.started_at > now - STANDSTILL_AFTER - OVERDUE_AFTER
    accepted = select(Attempt.id).where(lately, Attempt.outcome == "ok")
    return session.scalars(accepted.where(Attempt.finished_at > now - STANDSTILL_AFTER).limit(1)).first() is not None


def _notices(session: Session, hours: Hours, now: datetime) -> Iterator[datetime]:
    """Yield since when each owed notice could have gone out."""
    today = now.astimezone(hours.zone).date()
    told = select(func.max(Message.told_on)).where(Message.addressee == Notice.addressee, Message.state != "cancelled")
    owed = select(Notice.slot, Notice.created_at, told.scalar_subquery()).where(Notice.state == "owed")
    for slot, created, last in session.execute(owed.where(Notice.slot <= today).order_by(Notice.slot).limit(MAX_ROWS)):
        yield max(created, hours.start(slot), hours.end(last) if last else EPOCH)


def _messages(session: Session, now: datetime) -> Iterator[datetime]:
    """Yield since when each message that waits could have been tried."""
    waiting = select(Message.next_at).where(Message.state.in_(WAITING), Message.next_at <= now, ~holds.suspended())
    yield from session.scalars(waiting.limit(MAX_ROWS))

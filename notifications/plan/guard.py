"""What keeps a pass from doing harm: a clock that is not to be believed, more notices at once than a person would."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commitments.errors import sentence
from notifications import alerts
from notifications.context import Context
from notifications.models import GUARD, RELEASED, Instance, Notice
from notifications.outbox import holds
from notifications.remarks import remark

MAX_CLOCK_ROLLBACK = timedelta(hours=26)  # more is a wrong clock, not a change of zone
EARLIEST_YEAR = 2000  # a machine without a clock battery starts in 1970


def check_clock(session: Session, context: Context, now: datetime) -> str:
    """Return why the clock is not to be believed, with one alert for the operator, or "".

    Until ``outbox release`` nothing is planned or sent then: what a wrong clock has recorded cannot be taken back.
    When the clock comes back by itself, so does the program.
    """
    why = _doubt(session.get_one(Instance, 1), context, now)
    if why:
        alerts.raise_(session, holds.CLOCK, remark("clock", why=why), now)
    else:
        alerts.clear(session, holds.CLOCK, now)
    return why


def _doubt(instance: Instance, context: Context, now: datetime) -> str:
    last = instance.planned_at
    if now.year < EARLIEST_YEAR:
        return sentence("silence.clock_says", day=now.date())
    if last is not None and last - now > MAX_CLOCK_ROLLBACK:
        return sentence("silence.clock_back", n=(last - now).days)
    if last is not None and now - last > context.guard.longest_gap:
        return sentence("silence.gap", n=(now - last).days)
    return ""


def hold_flood(session: Session, context: Context, now: datetime) -> None:
    """Hold everything at once when a pass would tell more than a person would believe."""
    ready = (Notice.state == "owed", Notice.slot <= context.today(now), Notice.reason != RELEASED)
    counts = select(func.count(), func.count(Notice.addressee.distinct())).where(*ready)
    notices, recipients = session.execute(counts).one()
    limit = context.guard
    if recipients <= limit.recipients and notices <= limit.notices:
        return
    holds.hold(session, GUARD, *ready)
    most = {"most_recipients": limit.recipients, "most_notices": limit.notices}
    alerts.raise_(session, GUARD, remark("flood", notices=notices, recipients=recipients, **most), now)

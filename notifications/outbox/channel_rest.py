"""A channel in trouble rests: longer each time in a row, or as the relay's words have it."""

import logging
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from notifications import alerts
from notifications.channels import ChannelDown
from notifications.channels.smtp_answers import HOUR, NEXT_DAY
from notifications.context import Context
from notifications.models import Instance
from notifications.remarks import remark

MINUTE = timedelta(minutes=1)
MARGIN = timedelta(minutes=10)  # after midnight: the relay's clock is not ours
PAUSES = (1, 2, 5, 10)  # minutes a channel rests after the 1st, 2nd … trouble in a row
CHANNEL_ALERT = "channel"
log = logging.getLogger("yinuo.delivery")


def end(session: Session, now: datetime) -> None:
    """A message got through: the channel works."""
    instance = session.get_one(Instance, 1)
    if instance.channel_failures:
        instance.channel_failures, instance.paused_until = 0, None
        alerts.clear(session, CHANNEL_ALERT, now)


def begin(session: Session, context: Context, now: datetime, down: ChannelDown) -> None:
    """Let a channel in trouble rest; nothing counts against the messages."""
    instance = session.get_one(Instance, 1)
    until = _rests_until(context, instance, now, down.rest)
    instance.channel_failures += 1
    instance.paused_until = until
    alerts.raise_(session, CHANNEL_ALERT, remark("channel", name=context.channel.name, problem=down.why), now)
    log.warning("channel %s rests for %d min: %s", context.channel.name, (until - now) // MINUTE, down)


def _rests_until(context: Context, instance: Instance, now: datetime, asked: timedelta | None) -> datetime:
    """Return when the channel may work again: longer each time in a row, or as the relay's words have it.

    A day's quota ends at midnight. When it did not, the relay counts its days otherwise, and is asked every hour.
    """
    if asked is None:
        return now + timedelta(minutes=PAUSES[min(instance.channel_failures, len(PAUSES) - 1)])
    if asked != NEXT_DAY:
        return now + asked
    today, last = context.today(now), instance.paused_until
    if instance.channel_failures and last is not None and context.today(last) == today:
        return now + HOUR
    return datetime.combine(today + timedelta(days=1), time(), context.zone).astimezone(UTC) + MARGIN

"""The books of a batch while its messages fly: what has ended is settled in the commit that begins what goes next."""

import logging
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from commitments.errors import StorageTrouble
from commitments.storage import until_done, writing
from notifications import alerts
from notifications.channels import ChannelDown, Outcome
from notifications.channels.answers import HOUR, NEXT_DAY
from notifications.connections import Ended
from notifications.models import Instance
from notifications.outbox import attempts, leases, refusals
from notifications.outbox.leases import Lease
from notifications.passes import Report
from notifications.settings import Office

MARGIN = timedelta(minutes=10)  # after midnight: the relay's clock is not ours
PAUSES = (1, 2, 5, 10)  # minutes a channel rests after the 1st, 2nd … trouble in a row
CHANNEL_ALERT = "channel"
log = logging.getLogger("yinuo.delivery")


@dataclass
class Books:
    """Settles, begins and renews under one lease; ``refusing`` are the outcomes that make the channel rest."""

    office: Office
    lease: Lease
    clock: Callable[[], datetime]
    report: Report
    refusing: list[Outcome] = field(default_factory=list)

    def turn_over(self, ended: Sequence[Ended], keys: Sequence[int], flying: Sequence[int]) -> set[int]:
        """Settle what has ended, begin what goes out next, renew what flies, in one commit; return what may go out.

        What has ended or flies lives only in memory, so with any of it this repeats until it succeeds.
        """
        if not (ended or keys or flying):
            return set()
        work = partial(self._written, ended, keys, flying)
        try:
            begun = until_done(work, patience=math.inf, again=_storage_trouble) if ended or flying else until_done(work)
        except Exception:
            if len(ended) > 1:
                self._settle_apart(ended)
            raise
        return begun

    def _written(self, ended: Sequence[Ended], keys: Sequence[int], flying: Sequence[int]) -> set[int]:
        """Do the whole transaction; only when it has been committed is anything remembered of it."""
        with writing(self.office.engine) as session:
            now = self.clock()
            outcomes, rests = refusals.judged(session, ended, now)
            states = attempts.settle_all(session, self.lease, outcomes, now, self.office.unknown_after)
            current = replace(self.lease, now=now, clock=leases.lease_clock(session, now))
            leases.renew(session, current, flying)
            begun = attempts.begin(session, current, keys)
            if "sent" in states and not self.report.sent:
                _recovered(session, now)
        self.refusing += rests
        self.report.outcomes.update(state for state in states if state)
        return begun

    def _settle_apart(self, ended: Sequence[Ended]) -> None:
        """Record each outcome by itself, so that one that cannot be recorded takes no other with it."""
        for one in ended:
            with suppress(Exception):  # the trouble with the whole of them is raised
                self.turn_over([one], (), ())

    def raise_refusal(self) -> None:
        """Raise ChannelDown when the relay has had enough of us."""
        if self.refusing:
            longest = max((each.rest for each in self.refusing if each.rest), default=None)
            raise ChannelDown(self.refusing[0].answer, longest)


def _storage_trouble(trouble: BaseException) -> bool:
    log.warning("an outcome could not be recorded yet: %s", trouble)
    return isinstance(trouble, DBAPIError | StorageTrouble)


def _recovered(session: Session, now: datetime) -> None:
    """A message got through: the channel works."""
    instance = session.get_one(Instance, 1)
    if instance.channel_failures:
        instance.channel_failures, instance.paused_until = 0, None
        alerts.clear(session, CHANNEL_ALERT, now)


def rest(office: Office, now: datetime, down: ChannelDown) -> None:
    """Let a channel in trouble rest; nothing counts against the messages."""
    with writing(office.engine) as session:
        instance = session.get_one(Instance, 1)
        until = _rests_until(office, instance, now, down.rest)
        instance.channel_failures += 1
        instance.paused_until = until
        alerts.raise_(session, CHANNEL_ALERT, f"channel {office.channel.name}: {down}", now)
    log.warning("channel %s rests until %s: %s", office.channel.name, until.astimezone(office.zone), down)


def _rests_until(office: Office, instance: Instance, now: datetime, asked: timedelta | None) -> datetime:
    """Return when the channel may work again: longer each time in a row, or as the relay's words have it.

    A day's quota ends at midnight. When it did not, the relay counts its days otherwise, and is asked every hour.
    """
    if asked is None:
        return now + timedelta(minutes=PAUSES[min(instance.channel_failures, len(PAUSES) - 1)])
    if asked != NEXT_DAY:
        return now + asked
    today, last = office.today(now), instance.paused_until
    if instance.channel_failures and last is not None and office.today(last) == today:
        return now + HOUR
    return datetime.combine(today + timedelta(days=1), time(), office.zone).astimezone(UTC) + MARGIN

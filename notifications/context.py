"""What a pass works with: who sends, by which rules, over which carrier, from which database."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from commitments.calendar.deadlines import Offset
from commitments.calendar.workdays import WorkCalendar
from notifications.channels import Channel
from notifications.links import Links
from notifications.mail.render import Renderer
from notifications.plan.schedule import Policy


@dataclass(frozen=True, kw_only=True)
class Guard:
    """More than this in one pass is held until a person releases it."""

    recipients: int
    notices: int
    longest_gap: timedelta = timedelta(days=45)


@dataclass(frozen=True, kw_only=True)
class DigestRules:
    """When monthly digests go out: ``day`` counts working days of the month after, from 1.

    ``approval`` is ``none`` or ``required``.
    """

    day: int
    approval: str


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything a pass needs that does not change while it runs. Only the clock is passed beside it.

    ``contact`` is the organisation's own, never one of a letter. Without ``links`` mails have neither links nor
    calendars.
    """

    engine: Engine
    environment: str
    name: str
    mailbox: str
    reply_to: str
    contact: str
    sender: str
    language: str
    zone: ZoneInfo
    send_at: time
    workdays: WorkCalendar
    policy: Policy
    review_every: Offset
    evidence_folder: Path
    digest: DigestRules
    status_weekday: str
    guard: Guard
    unknown_after: timedelta
    channel: Channel
    renderer: Renderer
    worker: str
    alone: bool
    links: Links | None = None

    def today(self, now: datetime) -> date:
        """Return the civil date of an instant where the organisation is."""
        return now.astimezone(self.zone).date()

    def may_send(self, now: datetime) -> bool:
        """Nothing is told on a day off or before the send time."""
        local = now.astimezone(self.zone)
        return self.workdays.is_workday(local.date()) and local.time() >= self.send_at

    @cached_property
    def rules_hash(self) -> str:
        """Change when rungs, calendar, send time or zone do, so that every open commitment is looked at again."""
        parts = (self.policy, self.workdays.fingerprint, self.send_at, self.zone.key)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

"""Claims: what waits is taken under a lease, by one sender at a time.

A lease carries a token and an expiry; whatever is written later asks for the token, so that a sleeper who wakes up
after its lease changes nothing. On SQLite one process holds the sending lock, and every lease of another is void.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from commitments.storage import UtcDateTime, stored
from notifications.models import UNSENT, WAITING, Message, Notice

T = TypeVar("T")
LEASE = timedelta(minutes=2)  # renewed while a transmission goes on, so that the dead are soon replaced
NOTICES_PER_ADDRESSEE = 8  # that are looked at to find addressees
NOTICES_PER_CLAIM = 1000  # or a few more are composed at a time: a flood must not fill the memory


@dataclass(frozen=True)
class Lease:
    """Who takes work. ``now`` decides what is due; ``clock`` measures leases, the database's where it is shared."""

    token: str
    worker: str
    now: datetime
    clock: datetime

    @property
    def until(self) -> datetime:
        """Return the end of the lease."""
        return self.clock + LEASE


def new_lease(session: Session, worker: str, now: datetime) -> Lease:
    """Return a lease with a token of its own."""
    return Lease(secrets.token_hex(8), worker, now, lease_clock(session, now))


def lease_clock(session: Session, now: datetime) -> datetime:
    """Return the clock leases are measured by: the database's where several machines share it."""
    if session.get_bind().dialect.name == "postgresql":
        return session.scalars(select(func.clock_timestamp(type_=UtcDateTime()))).one()
    return now


def claim_notices(session: Session, lease: Lease, today: date, channel: str, addressees: int) -> list[int]:
    """Take the owed notices of up to ``addressees`` addressees, fewer if they have many each; return their ids.

    An addressee who has had a message today waits for the next working day.
    """
    free = _ready(lease, today, channel)
    oldest = select(Notice.addressee).where(free).order_by(Notice.slot, Notice.addressee)
    names = list(dict.fromkeys(session.scalars(oldest.limit(NOTICES_PER_ADDRESSEE * addressees))))
    if session.get_bind().dialect.name == "postgresql":  # daemons side by side do not all reach for the same ones
        Random(lease.token).shuffle(names)  # noqa: S311 - no secret
    some = names[:addressees]
    chosen = select(Notice.addressee, Notice.id).where(free, Notice.addressee.in_([stored(name) for name in some]))
    found: dict[str, list[int]] = {name: [] for name in some}
    for name, notice in session.execute(chosen.with_for_update(skip_locked=True)):
        found[name].append(notice)
    return _claim(session, Notice, _up_to(NOTICES_PER_CLAIM, found.values()), lease)


def _up_to(size: int, groups: Iterable[Sequence[int]]) -> list[int]:
    """Return the ids of the first groups, whole ones, until there are ``size`` of them."""
    ids: list[int] = []
    for group in groups:
        if len(ids) >= size:
            break
        ids.extend(group)
    return ids


def anything_waits(session: Session, lease: Lease, today: date, channel: str) -> bool:
    """Say whether a lease taken now would hold anything."""
    notices = select(Notice.id).where(_ready(lease, today, channel)).limit(1)
    messages = select(Message.id).where(_due(lease)).limit(1)
    return any(session.scalars(query).first() is not None for query in (notices, messages))


def claim_messages(session: Session, lease: Lease, at_most: int, states: Sequence[str] = WAITING) -> list[int]:
    """Take messages that wait for another try (or were stored and never started), those tried least first."""
    due = select(Message.id).where(_due(lease), Message.state.in_(states))
    chosen = due.order_by(Message.attempts, Message.next_at).limit(at_most).with_for_update(skip_locked=True)
    return _claim(session, Message, session.scalars(chosen).all(), lease)


def renew(session: Session, lease: Lease, messages: Sequence[int]) -> None:
    """Keep what is being transmitted ours; a sleeper whose lease ran out and was taken over renews nothing."""
    if not messages:
        return
    mine = update(Message).where(Message.id.in_(messages), Message.token == lease.token, Message.state == "sending")
    session.execute(mine.values(leased_until=lease.until))


def release(session: Session, lease: Lease, messages: Sequence[int], notices: Sequence[int]) -> None:
    """Give back what this lease still holds of these."""
    taken: tuple[tuple[type[Notice | Message], tuple[str, ...], Sequence[int]], ...]
    taken = ((Notice, UNSENT, notices), (Message, WAITING, messages))
    for table, states, ids in taken:
        for some in chunks(ids):
            mine = update(table).where(table.id.in_(some), table.state.in_(states), table.token == lease.token)
            session.execute(mine.values(token=None, leased_until=None))


def _claim(session: Session, table: type[Notice] | type[Message], ids: Sequence[int], lease: Lease) -> list[int]:
    values = {"token": lease.token, "leased_until": lease.until}
    for some in chunks(ids):
        session.execute(update(table).where(table.id.in_(some)).values(values))
    return list(ids)


def _ready(lease: Lease, today: date, channel: str) -> ColumnElement[bool]:
    owed = and_(Notice.state == "owed", Notice.slot <= today)
    return and_(owed, free(Notice, lease.clock), ~_had_message(today, channel))


def _due(lease: Lease) -> ColumnElement[bool]:
    waiting = and_(Message.state.in_(WAITING), Message.next_at <= lease.now)
    return and_(waiting, free(Message, lease.clock))


def free(table: type[Notice] | type[Message], clock: datetime) -> ColumnElement[bool]:
    """Select what no lease holds by now."""
    return or_(table.token.is_(None), table.leased_until < clock)


def _had_message(today: date, channel: str) -> ColumnElement[bool]:
    """Say whether the addressee has had a message today; looked up in the index that allows only one."""
    told = and_(Message.channel == channel, Message.told_on == today, Message.state != literal_column("'cancelled'"))
    return exists().where(told, Message.addressee == Notice.addressee)


def chunks(ids: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    """Return ids, or refs, in parts that fit into one statement."""
    return (ids[start : start + size] for start in range(0, len(ids), size))

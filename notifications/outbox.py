"""The outbox: leasing duties, freezing messages, holding back. Core statements in short transactions.

A lease carries a token and an expiry; whatever is written later asks for the token, so that a sleeper who wakes up
after its lease changes nothing. On SQLite one process holds the sending lock, and every lease of another is void.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from commitments.storage import UtcDateTime
from notifications.models import MESSAGE_UNDER_WAY, NOTICE_UNSENT, WAITING, Message, Notice

LEASE = timedelta(minutes=20)  # longer than the longest transmission (15 minutes)
RELEASED = "released"  # a notice freed from the guard is not held by it again


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


def add_notices(session: Session, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert notices that do not exist yet; return how many were new."""
    if not rows:
        return 0
    statement = _insert(session, Notice).on_conflict_do_nothing(index_elements=["key"]).returning(Notice.id)
    return len(session.execute(statement, list(rows)).all())


def _insert(session: Session, table: type[Notice] | type[Message]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, which each database spells in its own dialect."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def lease_clock(session: Session, now: datetime) -> datetime:
    """Return the clock leases are measured by: the database's where several machines share it."""
    if session.get_bind().dialect.name == "postgresql":
        return session.scalars(select(func.clock_timestamp(type_=UtcDateTime()))).one()
    return now


# -- leasing ---------------------------------------------------------------------------------------------------


def lease_notices(session: Session, lease: Lease, today: date, channel: str, addressees: int) -> list[int]:
    """Take the owed notices of up to ``addressees`` addressees; return their ids.

    An addressee who has had a message today waits for the next working day.
    """
    free = _ready(lease, today, channel)
    names = (
        select(Notice.addressee)
        .where(free)
        .group_by(Notice.addressee)
        .order_by(func.min(Notice.slot))
        .limit(addressees)
    )
    chosen = select(Notice.id).where(free, Notice.addressee.in_(names)).with_for_update(skip_locked=True)
    return _take(session, Notice, chosen, lease)


def anything_waits(session: Session, lease: Lease, today: date, channel: str) -> bool:
    """Say whether a lease taken now would hold anything."""
    notices = select(Notice.id).where(_ready(lease, today, channel)).limit(1)
    messages = select(Message.id).where(_due(lease)).limit(1)
    return any(session.scalars(query).first() is not None for query in (notices, messages))


def lease_messages(session: Session, lease: Lease, at_most: int) -> list[int]:
    """Take messages that wait for another try (or were frozen and never begun); return their ids."""
    chosen = (
        select(Message.id).where(_due(lease)).order_by(Message.next_at).limit(at_most).with_for_update(skip_locked=True)
    )
    return _take(session, Message, chosen, lease)


def release(session: Session, lease: Lease) -> None:
    """Give back what this lease still holds."""
    for table, index in ((Notice, NOTICE_UNSENT), (Message, MESSAGE_UNDER_WAY)):
        mine = update(table).where(index, table.token == lease.token, table.state != "sending")
        session.execute(mine.values(token=None, leased_until=None))


def _take(session: Session, table: type[Notice] | type[Message], chosen: Select[int], lease: Lease) -> list[int]:
    ids = list(session.scalars(chosen))
    values = {"token": lease.token, "leased_until": lease.until}
    for some in _chunks(ids):
        session.execute(update(table).where(table.id.in_(some)).values(values))
    return ids


def _ready(lease: Lease, today: date, channel: str) -> ColumnElement[bool]:
    owed = and_(NOTICE_UNSENT, Notice.state == "owed", Notice.slot <= today)
    return and_(owed, _free(Notice, lease.clock), ~_told_on(today, channel))


def _due(lease: Lease) -> ColumnElement[bool]:
    waiting = and_(MESSAGE_UNDER_WAY, Message.state.in_(WAITING), Message.next_at <= lease.now)
    return and_(waiting, _free(Message, lease.clock))


def _free(table: type[Notice] | type[Message], clock: datetime) -> ColumnElement[bool]:
    return or_(table.token.is_(None), table.leased_until < clock)


def _told_on(today: date, channel: str) -> ColumnElement[bool]:
    same = and_(Message.addressee == Notice.addressee, Message.channel == channel, Message.told_on == today)
    return select(Message.id).where(same, Message.state != "cancelled").exists()


def _chunks(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


# -- freezing --------------------------------------------------------------------------------------------------


def freeze(session: Session, lease: Lease, message: Mapping[str, Any], notices: Sequence[int]) -> int | None:
    """Store a message with its bytes and put its notices into it; return its id.

    None when another daemon has frozen one for this addressee meanwhile; the notices wait for the next working day.
    """
    row = {**message, "state": "frozen", "attempts": 0, "token": lease.token, "leased_until": lease.until, "error": ""}
    key = session.scalars(_insert(session, Message).on_conflict_do_nothing().returning(Message.id), [row]).first()
    if key is None:
        return None
    into = update(Notice).where(Notice.id.in_(notices), Notice.token == lease.token)
    session.execute(into.values(state="in_message", message_id=key, token=None, leased_until=None))
    return key


def compositions(session: Session, addressees: Sequence[str], channel: str) -> Mapping[tuple[str, date], int]:
    """Count the messages composed for each addressee and slot, so that the next gets its own number."""
    query = select(Message.addressee, Message.slot, func.count()).where(
        Message.addressee.in_(addressees), Message.channel == channel
    )
    rows = session.execute(query.group_by(Message.addressee, Message.slot))
    return {(addressee, slot): count for addressee, slot, count in rows}


def settle_notices(session: Session, endings: Mapping[str, Sequence[int]], reason: str = "") -> None:
    """Move notices to a state: ``{"cancelled": ids, "superseded": ids, "owed": ids}``."""
    for state, ids in endings.items():
        values = {"state": state, "reason": reason, "token": None, "leased_until": None, "message_id": None}
        for some in _chunks(ids):
            session.execute(update(Notice).where(Notice.id.in_(some)).values(values))


def dissolve(session: Session, message: int, reason: str) -> None:
    """Cancel a message that is no longer true before its next try; its notices are owed again."""
    cancelled = update(Message).where(Message.id == message, Message.state.in_(("frozen", "retry")))
    session.execute(cancelled.values(state="cancelled", error=reason, token=None, leased_until=None))
    back = update(Notice).where(Notice.message_id == message, Notice.state == "in_message")
    session.execute(back.values(state="owed", message_id=None))


# -- holding -------------------------------------------------------------------------------------------------


def hold(session: Session, reason: str, *conditions: ColumnElement[bool]) -> int:
    """Hold owed notices; return how many."""
    owed = update(Notice).where(NOTICE_UNSENT, Notice.state == "owed", Notice.token.is_(None), *conditions)
    return len(session.execute(owed.values(state="held", reason=reason).returning(Notice.id)).all())


def unhold(session: Session, reason: str, *conditions: ColumnElement[bool], now_reason: str = "") -> int:
    """Let notices held for ``reason`` be owed again; return how many."""
    held = update(Notice).where(NOTICE_UNSENT, Notice.state == "held", Notice.reason == reason, *conditions)
    return len(session.execute(held.values(state="owed", reason=now_reason).returning(Notice.id)).all())


def cancel_held(session: Session, reason: str) -> int:
    """Cancel notices held for ``reason``; return how many."""
    held = update(Notice).where(NOTICE_UNSENT, Notice.state == "held", Notice.reason == reason)
    return len(session.execute(held.values(state="cancelled").returning(Notice.id)).all())


def waiting(session: Session) -> Sequence[Notice]:
    """Return the notices that are owed or held, oldest slot first."""
    query = select(Notice).where(NOTICE_UNSENT).order_by(Notice.slot, Notice.id)
    return session.scalars(query.limit(1000)).all()

"""Holding back: notices for a reason, messages until a person says so; releasing and cancelling what is held."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from notifications import alerts
from notifications.models import BY_HAND, GUARD, PLANNING, RELEASED, UNCOMPOSABLE, WAITING, Instance, Message, Notice
from notifications.outbox import claims, messages, refusals
from notifications.outbox.transitions import MESSAGE, NOTICE
from notifications.remarks import remark

CLOCK = "clock"  # alerts: the clock is not to be believed …
REFUSED = "refused"  # … and the relay refuses everybody
DAMAGED = "damaged/"  # … and a message cannot be sent as it is stored
UNCOMPOSABLE_ALERTS = "poison/"  # … and something cannot be composed
SUSPENDED_UNTIL = datetime(9999, 12, 31, tzinfo=UTC)  # ``next_at`` of a suspended message: a person must say when


def hold(session: Session, reason: str, *conditions: ColumnElement[bool]) -> int:
    """Hold owed notices; return how many."""
    held = NOTICE.change("hold").where(Notice.token.is_(None), *conditions).values(reason=reason)
    return len(session.execute(held.returning(Notice.id)).all())


def unhold(session: Session, reason: str, *conditions: ColumnElement[bool], now_reason: str = "") -> int:
    """Let notices held for ``reason`` be owed again; return how many."""
    freed = NOTICE.change("release").where(Notice.reason == reason, *conditions).values(reason=now_reason)
    return len(session.execute(freed.returning(Notice.id)).all())


def end_planning(session: Session, lease: claims.Lease) -> int:
    """Let what this pass found be owed, and what a planner left that died; return how many notices.

    Until then it is held, so that the guard sees the whole of it before any daemon sends a part.
    """
    ours = or_(Notice.token == lease.token, claims.free(Notice, lease.clock))
    found = NOTICE.change("release").where(Notice.reason == PLANNING, ours)
    owed = found.values(reason="", token=None, leased_until=None)
    return len(session.execute(owed.returning(Notice.id)).all())


def cancel_held(session: Session, reason: str) -> int:
    """Cancel notices held for ``reason``; return how many."""
    held = NOTICE.change("cancel").where(Notice.state == "held", Notice.reason == reason)
    return len(session.execute(held.values(reason=BY_HAND).returning(Notice.id)).all())


def hold_these(session: Session, ids: Sequence[int], reason: str, now: datetime) -> None:
    """Hold owed notices of ours that cannot go out as they are."""
    for some in claims.chunks(ids):
        held = NOTICE.change("hold", indexed=False).where(Notice.id.in_(some))
        session.execute(held.values(reason=reason, held_at=now, token=None, leased_until=None))


def suspend_all(session: Session) -> int:
    """Suspend every message that still has to go out; return how many. For restored ledgers."""
    session.execute(MESSAGE.change("lose"))
    waiting = update(Message).where(Message.state.in_(WAITING))
    found = waiting.values(next_at=SUSPENDED_UNTIL, token=None, leased_until=None).returning(Message.id)
    return len(session.execute(found).all())


def suspend_damaged(session: Session, message: int, now: datetime) -> None:
    """Suspend a message whose row is damaged: who gets it, when, or under which id, is not certain."""
    found = update(Message).where(Message.id == message).values(next_at=SUSPENDED_UNTIL).returning(Message.mailbox)
    damaged = remark("damaged", id=message, mailbox=session.scalar(found))
    alerts.raise_(session, f"{DAMAGED}{message}", damaged, now)


def release(session: Session, now: datetime) -> int:
    """Free what the guard holds, suspended messages included, and believe the clock; return how many of them."""
    freed = unhold(session, GUARD, now_reason=RELEASED)
    resumed = update(Message).where(suspended()).values(next_at=now).returning(Message.id)
    _trust_clock(session, now)
    return freed + len(session.execute(resumed).all())


def cancel(session: Session, now: datetime) -> int:
    """Cancel what the guard holds, suspended messages included; return how many notices."""
    _trust_clock(session, now)
    waiting = session.scalars(select(Message).where(suspended())).all()
    return cancel_held(session, GUARD) + sum(messages.cancel_message(session, message) for message in waiting)


def clock_doubted(session: Session) -> bool:
    """Say whether passes are held because of the clock."""
    return any(alert.key == CLOCK for alert in alerts.standing(session))


def _trust_clock(session: Session, now: datetime) -> None:
    """A person has looked: from here on the clock is believed."""
    for key in (GUARD, CLOCK, REFUSED):
        alerts.clear(session, key, now)
    instance = session.get_one(Instance, 1)
    if instance.planned_at is not None:
        instance.planned_at = now


def clear_alerts(session: Session, now: datetime) -> None:
    """Say which alerts no longer hold: what they spoke of was sent, cancelled or mended."""
    keys = {alert.key for alert in alerts.standing(session)}
    held = set(session.scalars(select(Notice.reason).where(Notice.state == "held").distinct()))
    over = {key for key in keys if key.startswith(UNCOMPOSABLE_ALERTS)} if UNCOMPOSABLE not in held else set()
    none_suspended = not count_suspended(session)
    over |= {GUARD} if GUARD not in held and none_suspended else set()
    over |= {key for key in keys if key.startswith(DAMAGED)} if none_suspended else set()
    dead = set(session.scalars(select(Message.id).where(Message.state == "dead")))
    over |= {key for key in keys if key.startswith("dead/") and key.removeprefix("dead/") not in map(str, dead)}
    for key in over & keys:
        alerts.clear(session, key, now)
    refusals.clear_lasting(session, now)


def suspended() -> ColumnElement[bool]:
    """Select the messages that wait for a person."""
    return and_(Message.state.in_(WAITING), Message.next_at >= SUSPENDED_UNTIL)


def is_suspended(message: Message) -> bool:
    """Say whether a message waits for a person."""
    return message.state in WAITING and message.next_at >= SUSPENDED_UNTIL


def count_suspended(session: Session) -> int:
    """Count the messages that wait for a person."""
    return session.scalar(select(func.count()).select_from(Message).where(suspended())) or 0


def suspended_notices(session: Session) -> Sequence[Notice]:
    """Return the notices in messages that wait for a person, oldest slot first."""
    inside = select(Notice).join(Message, Notice.message_id == Message.id).where(suspended())
    carried = inside.where(Notice.state == "in_message").order_by(Notice.slot, Notice.id)
    return session.scalars(carried).all()

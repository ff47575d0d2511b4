"""What a person decides about held notices and messages: let go or cancel."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from notifications import alerts
from notifications.models import BY_HAND, GUARD, RELEASED, UNCOMPOSABLE, WAITING, Instance, Message, Notice
from notifications.outbox import leases, refusals
from notifications.outbox.transitions import MESSAGE, NOTICE

CLOCK = "clock"  # alerts: the clock is not to be believed …
REFUSED = "refused"  # … and the relay refuses everybody
DAMAGED = "damaged/"  # … and a message cannot be sent as it is stored
SUSPENDED_UNTIL = datetime(9999, 12, 31, tzinfo=UTC)  # ``next_at`` of a suspended message: a person must say when


def suspend_all(session: Session) -> int:
    """Suspend every message that still has to go out; return how many. For restored ledgers."""
    session.execute(MESSAGE.change("lose"))
    waiting = update(Message).where(Message.state.in_(WAITING))
    found = waiting.values(next_at=SUSPENDED_UNTIL, token=None, leased_until=None).returning(Message.id)
    return len(session.execute(found).all())


def suspend_damaged(session: Session, message: int, now: datetime) -> None:
    """Suspend a message whose row is damaged: who gets it, when, or under which id, is not certain."""
    found = update(Message).where(Message.id == message).values(next_at=SUSPENDED_UNTIL).returning(Message.mailbox)
    words = f"message {message} to {session.scalar(found)} is held: its row is damaged, see `tracker doctor`"
    alerts.raise_(session, f"{DAMAGED}{message}", words, now)


def release(session: Session, now: datetime) -> int:
    """Free what the guard holds, suspended messages included, and believe the clock; return how many of them."""
    freed = leases.unhold(session, GUARD, now_reason=RELEASED)
    resumed = update(Message).where(suspended()).values(next_at=now).returning(Message.id)
    _settle(session, now)
    return freed + len(session.execute(resumed).all())


def cancel(session: Session, now: datetime) -> int:
    """Cancel what the guard holds, suspended messages included; return how many notices."""
    _settle(session, now)
    messages = session.scalars(select(Message).where(suspended())).all()
    return leases.cancel_held(session, GUARD) + sum(cancel_message(session, message) for message in messages)


def clock_doubted(session: Session) -> bool:
    """Say whether passes are held because of the clock."""
    return any(alert.key == CLOCK for alert in alerts.standing(session))


def _settle(session: Session, now: datetime) -> None:
    """A person has looked: from here on the clock is believed."""
    for key in (GUARD, CLOCK, REFUSED):
        alerts.clear(session, key, now)
    instance = session.get_one(Instance, 1)
    if instance.planned_at is not None:
        instance.planned_at = now


def end_alerts(session: Session, now: datetime) -> None:
    """Say which alerts no longer hold: what they spoke of was sent, cancelled or mended."""
    keys = {alert.key for alert in alerts.standing(session)}
    held = set(session.scalars(select(Notice.reason).where(Notice.state == "held").distinct()))
    over = {key for key in keys if key.startswith("poison/")} if UNCOMPOSABLE not in held else set()
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


def dead(session: Session) -> Sequence[Message]:
    """Return the messages that were given up, oldest first."""
    return session.scalars(select(Message).where(Message.state == "dead").order_by(Message.id)).all()


def try_again(session: Session, message: Message, now: datetime) -> None:
    """Have a message tried at the next pass, a dead one too; a channel that rests is woken for it."""
    if message.state == "dead":
        message.state, message.refused_since = MESSAGE.after(message.state, "retry"), None
        session.execute(NOTICE.change("retry").where(Notice.message_id == message.id))
        alerts.clear(session, f"dead/{message.id}", now)
    message.next_at = now
    session.get_one(Instance, 1).paused_until = None


def cancel_message(session: Session, message: Message) -> int:
    """Cancel one message that has not gone out, with its notices; return how many of those."""
    message.state, message.error, message.token = MESSAGE.after(message.state, "cancel"), "cancelled by hand", None
    carried = NOTICE.change("cancel message").where(Notice.message_id == message.id)
    return len(session.execute(carried.values(reason=BY_HAND).returning(Notice.id)).all())

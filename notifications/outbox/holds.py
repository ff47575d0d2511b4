"""What a person decides about held notices and messages: let go or cancel."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from notifications import alerts
from notifications.models import WAITING, Instance, Message, Notice
from notifications.outbox import leases, refusals
from notifications.plan.planner import POISON

GUARD = "guard"
CLOCK = "clock"  # alerts: the clock is not to be believed …
REFUSED = "refused"  # … and the relay refuses everybody
DAMAGED = "damaged/"  # … and a message cannot be sent as it is stored
PARKED = datetime(9999, 12, 31, tzinfo=UTC)  # when a message is tried that waits for a person


def park(session: Session) -> int:
    """Let every message that still has to go out wait for a person; return how many. For restored ledgers."""
    waiting = update(Message).where(Message.state.in_((*WAITING, "sending")))
    session.execute(waiting.where(Message.state == "sending").values(state="unknown"))
    parked = waiting.values(next_at=PARKED, token=None, leased_until=None).returning(Message.id)
    return len(session.execute(parked).all())


def park_damaged(session: Session, message: int, now: datetime) -> None:
    """Let a message wait for a person whose row is damaged: who gets it, when, or under which id, is not certain."""
    parked = update(Message).where(Message.id == message).values(next_at=PARKED).returning(Message.mailbox)
    words = f"message {message} to {session.scalar(parked)} is held: its row is damaged, see `tracker doctor`"
    alerts.raise_(session, f"{DAMAGED}{message}", words, now)


def release(session: Session, now: datetime) -> int:
    """Free what the guard holds, parked messages included, and believe the clock; return how many of them."""
    freed = leases.unhold(session, GUARD, now_reason=leases.RELEASED)
    parked = update(Message).where(_parked()).values(next_at=now).returning(Message.id)
    _settle(session, now)
    return freed + len(session.execute(parked).all())


def cancel(session: Session, now: datetime) -> int:
    """Cancel what the guard holds, parked messages included; return how many notices."""
    _settle(session, now)
    parked = session.scalars(select(Message).where(_parked())).all()
    return leases.cancel_held(session, GUARD) + sum(cancel_message(session, message) for message in parked)


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
    over = {key for key in keys if key.startswith("poison/")} if POISON not in held else set()
    nothing_parked = not parked(session)
    over |= {GUARD} if GUARD not in held and nothing_parked else set()
    over |= {key for key in keys if key.startswith(DAMAGED)} if nothing_parked else set()
    dead = set(session.scalars(select(Message.id).where(Message.state == "dead")))
    over |= {key for key in keys if key.startswith("dead/") and key.removeprefix("dead/") not in map(str, dead)}
    for key in over & keys:
        alerts.clear(session, key, now)
    refusals.clear_lasting(session, now)


def parked(session: Session) -> int:
    """Count the messages that wait for a person."""
    return session.scalar(select(func.count()).select_from(Message).where(_parked())) or 0


def parked_notices(session: Session) -> Sequence[Notice]:
    """Return the notices in messages that wait for a person, oldest slot first."""
    inside = select(Notice).join(Message, Notice.message_id == Message.id).where(_parked())
    carried = inside.where(Notice.state == "in_message").order_by(Notice.slot, Notice.id)
    return session.scalars(carried).all()


def is_parked(message: Message) -> bool:
    """Say whether a message waits for a person."""
    return message.state in WAITING and message.next_at >= PARKED


def dead(session: Session) -> Sequence[Message]:
    """Return the messages that were given up, oldest first."""
    return session.scalars(select(Message).where(Message.state == "dead").order_by(Message.id)).all()


def try_again(session: Session, message: Message, now: datetime) -> None:
    """Have a message tried at the next pass, a dead one too; a channel that rests is woken for it."""
    if message.state == "dead":
        message.state, message.refused_since = "retry", None
        carried = update(Notice).where(Notice.message_id == message.id, Notice.state == "dead")
        session.execute(carried.values(state="in_message"))
        alerts.clear(session, f"dead/{message.id}", now)
    message.next_at = now
    session.get_one(Instance, 1).paused_until = None


def _parked() -> ColumnElement[bool]:
    return and_(Message.state.in_(WAITING), Message.next_at >= PARKED)


def cancel_message(session: Session, message: Message) -> int:
    """Cancel one message that has not gone out, with its notices; return how many of those."""
    message.state, message.error, message.token = "cancelled", "cancelled by hand", None
    carried = update(Notice).where(Notice.message_id == message.id, Notice.state == "in_message")
    return len(session.execute(carried.values(state="cancelled", reason=leases.BY_HAND).returning(Notice.id)).all())

"""What a person decides about held notices and messages: let go or cancel."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from notifications import alerts, outbox
from notifications.models import WAITING, Message, Notice

GUARD = "guard"


def release(session: Session, now: datetime) -> int:
    """Free what the guard holds, restored messages included; return how many notices."""
    freed = outbox.unhold(session, GUARD, now_reason=outbox.RELEASED)
    parked = update(Message).where(Message.state.in_(WAITING), Message.next_at > now.replace(year=now.year + 100))
    session.execute(parked.values(next_at=now))
    alerts.clear(session, GUARD, now)
    return freed


def cancel(session: Session, now: datetime) -> int:
    """Cancel what the guard holds; return how many notices."""
    alerts.clear(session, GUARD, now)
    return outbox.cancel_held(session, GUARD)


def cancel_message(session: Session, message: Message) -> int:
    """Cancel one message that has not gone out, with its notices; return how many of those."""
    message.state, message.error = "cancelled", "cancelled by hand"
    carried = update(Notice).where(Notice.message_id == message.id, Notice.state == "in_message")
    return len(session.execute(carried.values(state="cancelled").returning(Notice.id)).all())

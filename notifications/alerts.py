"""What the operator must know: shown by ``status``, ``doctor``, the log and the weekly status digest."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from commitments.damage import visible
from commitments.storage import stored
from notifications.models import Alert


def raise_(session: Session, key: str, text: str, now: datetime) -> None:
    """Raise an alert once; a cleared one is raised again. One that stands has the newest words, and its first time."""
    key, text = visible(key), visible(text)  # what is damaged must not keep us from saying so
    row = session.scalars(select(Alert).where(Alert.key == key)).first()
    if row is None:
        session.add(Alert(key=key, text=text, at=now))
    elif row.cleared_at is not None:
        row.text, row.at, row.cleared_at = text, now, None
    elif row.text != text:
        row.text = text


def clear(session: Session, key: str, now: datetime) -> None:
    """Say that an alert no longer holds."""
    session.execute(update(Alert).where(Alert.key == stored(key), Alert.cleared_at.is_(None)).values(cleared_at=now))


def standing(session: Session) -> Sequence[Alert]:
    """Return the alerts that hold, oldest first."""
    return session.scalars(select(Alert).where(Alert.cleared_at.is_(None)).order_by(Alert.at)).all()

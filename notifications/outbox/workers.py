"""The daemons of a database and their heartbeats, by the database's clock where several machines share it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from notifications.models import Worker
from notifications.outbox.claims import lease_clock

ALIVE_FOR = timedelta(minutes=1)  # since the last heartbeat, which comes every 15 seconds
FORGOTTEN_AFTER = timedelta(hours=1)  # one that was killed is missed for so long; then it is history


def beat(session: Session, worker: Worker, now: datetime) -> None:
    """Say that a worker lives."""
    worker.heartbeat_at = lease_clock(session, now)
    session.merge(worker)


def sign_off(session: Session, worker: str, now: datetime) -> None:
    """Say that a worker ended as it should."""
    session.execute(update(Worker).where(Worker.id == worker).values(stopped_at=lease_clock(session, now)))


def alive(session: Session, now: datetime) -> Sequence[str]:
    """Return the names of those whose heart beats."""
    beating = (Worker.stopped_at.is_(None), Worker.heartbeat_at > lease_clock(session, now) - ALIVE_FOR)
    return session.scalars(select(Worker.id).where(*beating).order_by(Worker.id)).all()


def expected(session: Session) -> Sequence[Worker]:
    """Return those that have not signed off, oldest first."""
    return session.scalars(select(Worker).where(Worker.stopped_at.is_(None)).order_by(Worker.started_at)).all()


def forget(session: Session, now: datetime) -> Sequence[str]:
    """Sign off those silent for so long that nobody waits for them; return their names."""
    clock = lease_clock(session, now)
    silent = update(Worker).where(Worker.stopped_at.is_(None), Worker.heartbeat_at < clock - FORGOTTEN_AFTER)
    return session.scalars(silent.values(stopped_at=clock).returning(Worker.id)).all()

"""Notices: written by the planner, read to be composed, ended unsent."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from notifications.models import UNSENT, Message, Notice
from notifications.outbox.claims import chunks
from notifications.outbox.transitions import NEW, NOTICE


def add(session: Session, rows: Sequence[Mapping[str, object]], event: str) -> int:
    """Insert notices that do not exist yet, by ``plan``, ``owe`` or ``decline``; return how many are new.

    One that was cancelled or overtaken unsent is owed anew when it holds again; what a person declined (it has a
    reason) stays declined.
    """
    if not rows:
        return 0
    state = NOTICE.after(NEW, event)
    statement = insert(session, Notice)
    again = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={name: statement.excluded[name] for name in ("state", "reason", "slot", "token", "leased_until")},
        where=and_(or_(*(Notice.state == before for before in NOTICE.possible(event))), Notice.reason == ""),
    )
    new = [{**row, "state": state} for row in rows]
    return len(session.connection().execute(again.returning(Notice.id), new).all())


def insert(session: Session, table: type[Notice] | type[Message]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, which each database spells in its own dialect."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def end(session: Session, endings: Mapping[str, Sequence[int]]) -> None:
    """Let unsent notices end, by event: ``{"cancel": ids, "supersede": ids}``."""
    for event, ids in endings.items():
        for some in chunks(ids):
            ended = NOTICE.change(event, indexed=False).where(Notice.id.in_(some))
            session.execute(ended.values(reason="", held_at=None, token=None, leased_until=None))


def of_ids(session: Session, ids: Sequence[int]) -> Iterator[Notice]:
    """Yield notices, oldest first."""
    for some in chunks(ids):
        yield from session.scalars(select(Notice).where(Notice.id.in_(some)).order_by(Notice.id))


def of_message(session: Session, message: int) -> Sequence[Notice]:
    """Return the notices that a message carries, oldest first."""
    return session.scalars(select(Notice).where(Notice.message_id == message).order_by(Notice.id)).all()


def waiting(session: Session) -> Sequence[Notice]:
    """Return the notices that are owed or held, oldest slot first."""
    query = select(Notice).where(Notice.state.in_(UNSENT)).order_by(Notice.slot, Notice.id)
    return session.scalars(query).all()


def count_waiting(session: Session) -> Mapping[tuple[str, str], int]:
    """Count the notices that are owed or held, by state and reason."""
    query = select(Notice.state, Notice.reason, func.count()).where(Notice.state.in_(UNSENT))
    found = session.execute(query.group_by(Notice.state, Notice.reason).order_by(Notice.reason))
    return {(state, reason): count for state, reason, count in found}

"""The outbox: leasing duties, freezing messages, holding back. Core statements in short transactions.

A lease carries a token and an expiry; whatever is written later asks for the token, so that a sleeper who wakes up
after its lease changes nothing. On SQLite one process holds the sending lock, and every lease of another is void.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from commitments.storage import UtcDateTime, stored
from notifications.models import BY_HAND, PLANNING, UNSENT, WAITING, Message, Notice
from notifications.outbox.transitions import MESSAGE, NEW, NOTICE

LEASE = timedelta(minutes=2)  # renewed while a transmission goes on, so that the dead are soon replaced
WINDOW = 8  # times as many notices are looked at as addressees are taken
CARDS = 1000  # about as many notices are composed at a time: a flood must not fill the memory


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


def add_notices(session: Session, rows: Sequence[Mapping[str, object]], event: str) -> int:
    """Insert notices that do not exist yet, by ``plan``, ``owe`` or ``decline``; return how many are new.

    One that was cancelled or overtaken unsent is owed anew when it holds again; what a person declined (it has a
    reason) stays declined.
    """
    if not rows:
        return 0
    state = NOTICE.after(NEW, event)
    statement = _insert(session, Notice)
    again = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={name: statement.excluded[name] for name in ("state", "reason", "slot", "token", "leased_until")},
        where=and_(or_(*(Notice.state == before for before in NOTICE.possible(event))), Notice.reason == ""),
    )
    new = [{**row, "state": state} for row in rows]
    return len(session.connection().execute(again.returning(Notice.id), new).all())


def _insert(session: Session, table: type[Notice] | type[Message]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, which each database spells in its own dialect."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def lease(session: Session, worker: str, now: datetime) -> Lease:
    """Return a lease with a token of its own."""
    return Lease(secrets.token_hex(8), worker, now, lease_clock(session, now))


def lease_clock(session: Session, now: datetime) -> datetime:
    """Return the clock leases are measured by: the database's where several machines share it."""
    if session.get_bind().dialect.name == "postgresql":
        return session.scalars(select(func.clock_timestamp(type_=UtcDateTime()))).one()
    return now


# -- leasing ---------------------------------------------------------------------------------------------------


def lease_notices(session: Session, lease: Lease, today: date, channel: str, addressees: int) -> list[int]:
    """Take the owed notices of up to ``addressees`` addressees, fewer if they have many each; return their ids.

    An addressee who has had a message today waits for the next working day.
    """
    free = _ready(lease, today, channel)
    oldest = select(Notice.addressee).where(free).order_by(Notice.slot, Notice.addressee).limit(WINDOW * addressees)
    names = list(dict.fromkeys(session.scalars(oldest)))
    if session.get_bind().dialect.name == "postgresql":  # daemons side by side do not all reach for the same ones
        Random(lease.token).shuffle(names)  # noqa: S311 - no secret
    some = names[:addressees]
    chosen = select(Notice.addressee, Notice.id).where(free, Notice.addressee.in_([stored(name) for name in some]))
    found: dict[str, list[int]] = {name: [] for name in some}
    for name, notice in session.execute(chosen.with_for_update(skip_locked=True)):
        found[name].append(notice)
    return _take(session, Notice, _up_to(CARDS, found.values()), lease)


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


def lease_messages(session: Session, lease: Lease, at_most: int, states: Sequence[str] = WAITING) -> list[int]:
    """Take messages that wait for another try (or were frozen and never begun), those tried least first."""
    due = select(Message.id).where(_due(lease), Message.state.in_(states))
    chosen = due.order_by(Message.attempts, Message.next_at).limit(at_most).with_for_update(skip_locked=True)
    return _take(session, Message, session.scalars(chosen).all(), lease)


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
        for some in _chunks(ids):
            mine = update(table).where(table.id.in_(some), table.state.in_(states), table.token == lease.token)
            session.execute(mine.values(token=None, leased_until=None))


def _take(session: Session, table: type[Notice] | type[Message], ids: Sequence[int], lease: Lease) -> list[int]:
    values = {"token": lease.token, "leased_until": lease.until}
    for some in _chunks(ids):
        session.execute(update(table).where(table.id.in_(some)).values(values))
    return list(ids)


def _ready(lease: Lease, today: date, channel: str) -> ColumnElement[bool]:
    owed = and_(Notice.state == "owed", Notice.slot <= today)
    return and_(owed, _free(Notice, lease.clock), ~_told_on(today, channel))


def _due(lease: Lease) -> ColumnElement[bool]:
    waiting = and_(Message.state.in_(WAITING), Message.next_at <= lease.now)
    return and_(waiting, _free(Message, lease.clock))


def _free(table: type[Notice] | type[Message], clock: datetime) -> ColumnElement[bool]:
    return or_(table.token.is_(None), table.leased_until < clock)


def _told_on(today: date, channel: str) -> ColumnElement[bool]:
    """Say whether the addressee has had a message today; looked up in the index that allows only one."""
    told = and_(Message.channel == channel, Message.told_on == today, Message.state != literal_column("'cancelled'"))
    return exists().where(told, Message.addressee == Notice.addressee)


def _chunks(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


# -- freezing --------------------------------------------------------------------------------------------------


def freeze(
    session: Session, lease: Lease, messages: Sequence[tuple[Mapping[str, Any], Sequence[int]]]
) -> dict[str, int]:
    """Store messages with their bytes, each with the notices it carries; return the new ids by Message-ID.

    One is missing when another daemon froze a message for its addressee meanwhile, or cancelled one of the notices:
    they wait. Core and sets of rows: this runs for every message.
    """
    if not messages:
        return {}
    common = {
        "state": MESSAGE.after(NEW, "store"),
        "attempts": 0,
        "token": lease.token,
        "leased_until": lease.until,
        "error": "",
    }
    connection = session.connection()
    connection.execute(_insert(session, Message).on_conflict_do_nothing(), [{**row, **common} for row, _ in messages])
    names = [row["message_id"] for row, _ in messages]
    ours = select(Message.message_id, Message.id).where(Message.message_id.in_(names), Message.token == lease.token)
    stored: dict[str, int] = dict(connection.execute(ours).all())
    carried = {stored[row["message_id"]]: notices for row, notices in messages if row["message_id"] in stored}
    emptied = _put_into(session, lease, carried)
    return {name: key for name, key in stored.items() if key not in emptied}


_INTO = (
    NOTICE.change("store")
    .where(Notice.id == bindparam("notice"), Notice.token == bindparam("mine"))
    .values(message_id=bindparam("message"), token=None, leased_until=None)
)


def _put_into(session: Session, lease: Lease, carried: Mapping[int, Sequence[int]]) -> set[int]:
    """Put notices into their messages; undo and return the messages that did not get all of theirs."""
    if not carried:
        return set()
    connection = session.connection()
    pairs = [{"notice": n, "message": key, "mine": lease.token} for key, notices in carried.items() for n in notices]
    connection.execute(_INTO, pairs)
    count = select(Notice.message_id, func.count()).where(Notice.message_id.in_(carried)).group_by(Notice.message_id)
    found: dict[int | None, int] = dict(connection.execute(count).all())
    short = {key for key, notices in carried.items() if found.get(key, 0) != len(notices)}
    if short:
        connection.execute(NOTICE.change("take out").where(Notice.message_id.in_(short)).values(message_id=None))
        connection.execute(delete(Message).where(Message.id.in_(short)))
    return short


def compositions(session: Session, addressees: Sequence[str], channel: str) -> Mapping[tuple[str, date], int]:
    """Count the messages composed for each addressee and slot, so that the next gets its own number."""
    query = select(Message.addressee, Message.slot, func.count()).where(
        Message.addressee.in_([stored(name) for name in addressees]), Message.channel == channel
    )
    rows = session.execute(query.group_by(Message.addressee, Message.slot))
    return {(addressee, slot): count for addressee, slot, count in rows}


def end_notices(session: Session, endings: Mapping[str, Sequence[int]]) -> None:
    """Let unsent notices end, by event: ``{"cancel": ids, "supersede": ids}``."""
    for event, ids in endings.items():
        for some in _chunks(ids):
            ended = NOTICE.change(event, indexed=False).where(Notice.id.in_(some))
            session.execute(ended.values(reason="", held_at=None, token=None, leased_until=None))


def hold_these(session: Session, ids: Sequence[int], reason: str, now: datetime) -> None:
    """Hold owed notices of ours that cannot go out as they are."""
    for some in _chunks(ids):
        held = NOTICE.change("hold", indexed=False).where(Notice.id.in_(some))
        session.execute(held.values(reason=reason, held_at=now, token=None, leased_until=None))


def dissolve(session: Session, message: int, reason: str) -> None:
    """Cancel a message that is no longer true before its next try; its notices are owed again."""
    discarded = MESSAGE.change("discard").where(Message.id == message)
    session.execute(discarded.values(error=reason, token=None, leased_until=None))
    since = select(Message.refused_since).where(Message.id == message).scalar_subquery()
    back = NOTICE.change("take out").where(Notice.message_id == message)
    session.execute(back.values(message_id=None, refused_since=since))


# -- holding -------------------------------------------------------------------------------------------------


def hold(session: Session, reason: str, *conditions: ColumnElement[bool]) -> int:
    """Hold owed notices; return how many."""
    held = NOTICE.change("hold").where(Notice.token.is_(None), *conditions).values(reason=reason)
    return len(session.execute(held.returning(Notice.id)).all())


def unhold(session: Session, reason: str, *conditions: ColumnElement[bool], now_reason: str = "") -> int:
    """Let notices held for ``reason`` be owed again; return how many."""
    freed = NOTICE.change("release").where(Notice.reason == reason, *conditions).values(reason=now_reason)
    return len(session.execute(freed.returning(Notice.id)).all())


def planned(session: Session, lease: Lease) -> int:
    """Let what this pass found be owed, and what a planner left that died; return how many notices.

    Until then it is held, so that the guard sees the whole of it before any daemon sends a part.
    """
    ours = or_(Notice.token == lease.token, _free(Notice, lease.clock))
    found = NOTICE.change("release").where(Notice.reason == PLANNING, ours)
    owed = found.values(reason="", token=None, leased_until=None)
    return len(session.execute(owed.returning(Notice.id)).all())


def cancel_held(session: Session, reason: str) -> int:
    """Cancel notices held for ``reason``; return how many."""
    held = NOTICE.change("cancel").where(Notice.state == "held", Notice.reason == reason)
    return len(session.execute(held.values(reason=BY_HAND).returning(Notice.id)).all())


def waiting(session: Session) -> Sequence[Notice]:
    """Return the notices that are owed or held, oldest slot first."""
    query = select(Notice).where(Notice.state.in_(UNSENT)).order_by(Notice.slot, Notice.id)
    return session.scalars(query).all()


def count_waiting(session: Session) -> Mapping[tuple[str, str], int]:
    """Count the notices that are owed or held, by state and reason."""
    query = select(Notice.state, Notice.reason, func.count()).where(Notice.state.in_(UNSENT))
    found = session.execute(query.group_by(Notice.state, Notice.reason).order_by(Notice.reason))
    return {(state, reason): count for state, reason, count in found}

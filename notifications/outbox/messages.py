"""Messages: stored with their bytes before the first attempt, read for another one, discarded when no longer true."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select
from sqlalchemy.orm import Session

from commitments.errors import DamagedText
from commitments.storage import stored
from notifications import alerts
from notifications.models import BY_HAND, Instance, Message, Notice
from notifications.outbox.claims import Lease
from notifications.outbox.notices import insert
from notifications.outbox.transitions import MESSAGE, NEW, NOTICE
from notifications.remarks import remark


def store_rendered(
    session: Session, lease: Lease, messages: Sequence[tuple[Mapping[str, Any], Sequence[int]]]
) -> dict[str, int]:
    """Store messages with their bytes, each with the notices it carries; return the new ids by Message-ID.

    One is missing when another daemon stored a message for its addressee meanwhile, or cancelled one of the notices:
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
    connection.execute(insert(session, Message).on_conflict_do_nothing(), [{**row, **common} for row, _ in messages])
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


def readable(session: Session, ids: Sequence[int]) -> Sequence[Message]:
    """Return messages, the longest waiting first; one with a date that is none keeps no other waiting."""
    query = select(Message).where(Message.id.in_(ids)).order_by(Message.next_at)
    try:
        return session.scalars(query).all()
    except DamagedText:
        return [message for key in ids for message in _readable_alone(session, query, key)]


def _readable_alone(session: Session, query: Select[Any], key: int) -> Sequence[Message]:
    try:
        return session.scalars(query.where(Message.id == key)).all()
    except DamagedText:
        return []


def discard_stale(session: Session, message: int, reason: str) -> None:
    """Cancel a message that is no longer true before its next attempt; its notices are owed again."""
    discarded = MESSAGE.change("discard").where(Message.id == message)
    session.execute(discarded.values(error=reason, token=None, leased_until=None))
    since = select(Message.refused_since).where(Message.id == message).scalar_subquery()
    back = NOTICE.change("take out").where(Notice.message_id == message)
    session.execute(back.values(message_id=None, refused_since=since))


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
    message.state, message.error, message.token = MESSAGE.after(message.state, "cancel"), remark("cancelled"), None
    carried = NOTICE.change("cancel message").where(Notice.message_id == message.id)
    return len(session.execute(carried.values(reason=BY_HAND).returning(Notice.id)).all())

"""Attempts to transmit: starting one, recording how it ended, finding those whose sender died.

The outcome of a transmission lives only in memory until ``finish`` has been committed, so its caller repeats it until
it succeeds. Only an ``unknown`` outcome may ever make the same bytes go out twice.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from commitments.storage import UtcDateTime
from notifications import alerts
from notifications.channels import Outcome
from notifications.models import UNSENT, WAITING, Attempt, Message, Notice
from notifications.outbox import holds
from notifications.outbox.claims import Lease, lease_clock
from notifications.outbox.transitions import ATTEMPT, MESSAGE, NOTICE
from notifications.remarks import remark, worded

CONFIRM_AFTER = timedelta(minutes=30)  # a 5xx is asked once more before it counts
GIVE_UP_AFTER = timedelta(days=5)  # of refusals that concern the message itself
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240))
ENDED = {"temporary": "deferred", "permanent": "refused", "unknown": "may have arrived"}  # outcomes in the log
log = logging.getLogger("yinuo.delivery")

# Built once: they run for every message, and building them costs more than running them.
_OURS = (Message.id.in_(bindparam("keys", expanding=True)), Message.token == bindparam("mine"))
_START = (
    MESSAGE.change("start")
    .where(*_OURS)
    .values(attempts=Message.attempts + 1, leased_until=bindparam("until", type_=UtcDateTime))
    .returning(Message.id, Message.attempts)
)
_ATTEMPTS = insert(Attempt)
_NOW = bindparam("now", type_=UtcDateTime)
_SENT = (
    MESSAGE.change("accept")
    .where(*_OURS)
    .values(sent_at=_NOW, error="", token=None, leased_until=None)
    .returning(Message.id)
)
_ACCEPTED = (
    ATTEMPT.change("ok")
    .where(Attempt.message_id == bindparam("key"))
    .values(finished_at=_NOW, answer=bindparam("said"))
)
_TOLD = NOTICE.change("accept").where(Notice.message_id.in_(bindparam("keys", expanding=True))).values(told_at=_NOW)


def start(session: Session, lease: Lease, messages: Sequence[int]) -> set[int]:
    """Mark leased messages as being sent and open an attempt for each; return those that are still ours."""
    if not messages:
        return set()
    ours = {"keys": messages, "mine": lease.token, "until": lease.until}
    started = session.connection().execute(_START, ours).all()
    rows = [{"message_id": key, "n": n, "worker": lease.worker, "started_at": lease.now} for key, n in started]
    if rows:
        session.connection().execute(_ATTEMPTS, rows)
    return {key for key, _ in started}


def finish(
    session: Session, lease: Lease, ended: Sequence[tuple[int, Outcome]], now: datetime, unknown_after: timedelta
) -> list[str]:
    """Record how transmissions ended; return the new states. What was accepted, the usual case, goes in sets."""
    sent = {key: outcome.answer for key, outcome in ended if outcome.kind == "ok"}
    states = [MESSAGE.after("sending", "accept")] * _finish_accepted(session, lease, sent, now)
    others = [(key, outcome) for key, outcome in ended if key not in sent]
    return states + [_finish_other(session, lease, key, outcome, now, unknown_after) for key, outcome in others]


def _finish_accepted(session: Session, lease: Lease, answers: Mapping[int, str], now: datetime) -> int:
    if not answers:
        return 0
    connection = session.connection()
    done = connection.scalars(_SENT, {"keys": list(answers), "mine": lease.token, "now": now}).all()
    if done:
        said = [{"key": key, "said": answers[key].replace("\0", " "), "now": now} for key in done]
        connection.execute(_ACCEPTED, said)
        connection.execute(_TOLD, {"keys": done, "now": now})
    return len(done)


def _finish_other(
    session: Session, lease: Lease, message: int, outcome: Outcome, now: datetime, unknown_after: timedelta
) -> str:
    """Record how a transmission ended that was not accepted; return the new state, or "" when the lease was lost.

    Saying it twice changes nothing: the token is gone after the first time.
    """
    row = _sending(session, lease, message)
    if row is None:
        return ""
    if row["attempts"] == 1:
        who, how = f"{row['addressee']} <{row['mailbox']}>", ENDED[outcome.kind]
        log.warning("message %d to %s %s: %s", message, who, how, worded(outcome.answer))
    event, values = _decide(session, row, outcome, now, unknown_after)
    _record(session, row, event, values, outcome, now)
    return MESSAGE.after("sending", event)


def _sending(session: Session, lease: Lease, message: int) -> RowMapping | None:
    """Return what is known of a message that this lease is sending."""
    columns = (Message.id, Message.token, Message.attempts, Message.refused_since, Message.addressee, Message.mailbox)
    mine = (Message.id == message, Message.token == lease.token, Message.state == "sending")
    return session.execute(select(*columns).where(*mine)).mappings().first()


def _decide(
    session: Session, row: RowMapping, outcome: Outcome, now: datetime, unknown_after: timedelta
) -> tuple[str, dict[str, Any]]:
    """Return by which event an attempt ends, and what else it writes. Nobody is given up while all are refused."""
    confirmed = outcome.kind == "permanent" and _refused_before(session, row["id"])
    event, values = _verdict(
        row["attempts"], row["refused_since"] or now, outcome, now, unknown_after, confirmed=confirmed
    )
    if event == "give up" and outcome.kind == "permanent" and _all_are_refused(session, now):
        alerts.raise_(session, holds.REFUSED, remark("all_refused", answer=outcome.answer), now)
        return "refuse", {"next_at": holds.SUSPENDED_UNTIL}
    return event, values


def _record(
    session: Session, row: RowMapping, event: str, values: Mapping[str, Any], outcome: Outcome, now: datetime
) -> None:
    """Write how an attempt ended: to its message, to itself and, where it was the last, to the notices inside."""
    answer = outcome.answer.replace("\0", " ")  # PostgreSQL cannot keep a NUL
    ended = MESSAGE.change(event).where(Message.id == row["id"], Message.token == row["token"]).values(values)
    session.execute(ended.values(error=answer, token=None, leased_until=None))
    _close_attempt(session, row["id"], outcome.kind, answer, now)
    if event == "give up":
        session.execute(NOTICE.change(event).where(Notice.message_id == row["id"]))
        dead = remark("dead", id=row["id"], mailbox=row["mailbox"], answer=outcome.answer)
        alerts.raise_(session, f"dead/{row['id']}", dead, now)


def _verdict(
    attempts: int, since: datetime, outcome: Outcome, now: datetime, unknown_after: timedelta, *, confirmed: bool
) -> tuple[str, dict[str, Any]]:
    """Decide which event ends an attempt of a message first refused at ``since``.

    Relay trouble counts against no message.
    """
    over = now - since >= GIVE_UP_AFTER
    if outcome.kind == "unknown":
        pause = unknown_after * 2 ** min(attempts - 1, 4)
        return ("give up" if over else "lose"), {"refused_since": since, "next_at": now + pause}
    pause = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    if outcome.relay:  # the others first: a relay that hangs up on this one must not keep them waiting
        return "refuse", {"next_at": now + pause}
    if outcome.kind == "permanent":
        return ("give up" if confirmed else "refuse"), {"refused_since": since, "next_at": now + CONFIRM_AFTER}
    return ("give up" if over else "refuse"), {"refused_since": since, "next_at": now + pause}


def _refused_before(session: Session, message: int) -> bool:
    earlier = select(Attempt.id).where(Attempt.message_id == message, Attempt.outcome == "permanent")
    return session.scalars(earlier.limit(1)).first() is not None


def _all_are_refused(session: Session, now: datetime) -> bool:
    """Say whether, within a day, several messages were refused for good and none accepted: the relay, not they."""
    lately = Attempt.started_at > now - timedelta(days=1)
    query = select(Attempt.outcome, func.count(Attempt.message_id.distinct())).where(lately).group_by(Attempt.outcome)
    count: dict[str | None, int] = dict(session.execute(query).all())
    return count.get("permanent", 0) > 1 and not count.get("ok", 0)


def _close_attempt(session: Session, message: int, kind: str, answer: str, now: datetime) -> None:
    ended = ATTEMPT.change(kind).where(Attempt.message_id == message)
    session.execute(ended.values(answer=answer, finished_at=now))


def recover(session: Session, now: datetime, unknown_after: timedelta, *, alone: bool) -> int:
    """Mark transmissions whose sender died as ``unknown``; return how many.

    ``alone`` says that we hold the only sending lock, so that whatever is being sent belongs to the dead. Otherwise
    only leases that have run out, by the database's clock, count.
    """
    if alone:
        leased = update(Notice).where(Notice.state.in_(UNSENT), Notice.token.is_not(None))
        session.execute(leased.values(token=None, leased_until=None))
    sending = select(Message.id).where(Message.state == "sending")
    ids = list(session.scalars(sending if alone else sending.where(Message.leased_until < lease_clock(session, now))))
    for message in ids:
        _close_attempt(session, message, "unknown", remark("sender_ended"), now)
        lost = {"next_at": now + unknown_after, "token": None, "leased_until": None}
        session.execute(MESSAGE.change("lose").where(Message.id == message).values(lost))
    if alone:
        taken = update(Message).where(Message.state.in_(WAITING), Message.token.is_not(None))
        session.execute(taken.values(token=None, leased_until=None))
    return len(ids)


def in_doubt(session: Session, messages: Sequence[int]) -> set[int]:
    """Return those of some messages that may have arrived already."""
    lost = select(Attempt.message_id).where(Attempt.message_id.in_(messages), Attempt.outcome == "unknown")
    return set(session.scalars(lost))


def started_since(session: Session, worker: str, since: datetime) -> int:
    """Count the attempts a worker started after ``since``, for pacing."""
    mine = (Attempt.started_at > since, Attempt.worker == worker)
    return session.scalar(select(func.count()).select_from(Attempt).where(*mine)) or 0

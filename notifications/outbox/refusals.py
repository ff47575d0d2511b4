"""Whose trouble a refusal is: decided from what else the relay took and refused, before the outcome is recorded.

A relay that has had enough of us (quota, frequency, a filter, a lost login) answers each recipient with a 5xx, after
many that it accepted. No message may die of that. The other way round, one message that is refused while others go out
must not keep them waiting: then it is that message's own trouble, whatever the words.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import Session

from notifications import alerts
from notifications.channels import Outcome
from notifications.channels.smtp_answers import canonical, names_mailbox
from notifications.connections import Ended
from notifications.models import WAITING, Attempt, Message
from notifications.remarks import remark

MIN_ALIKE = 3  # addressees refused with the same words …
ALIKE_WITHIN = timedelta(hours=1)  # … in this time are not each at fault
MAX_COMPARED = 1000  # refusals that are compared
TRIES_BEFORE_ALERT = 2  # tries before it is said that one lasts
LASTING = "refusals"  # alert: a message is refused again and again while others go out
REFUSED = ("permanent", "temporary")


def judged(session: Session, ended: Sequence[Ended], now: datetime) -> tuple[list[Ended], list[Outcome]]:
    """Return the outcomes as they are to be recorded, and those for which the channel must rest."""
    verdicts = [(key, *_verdict(session, key, outcome, ended, now)) for key, outcome in ended]
    return [(key, outcome) for key, outcome, _ in verdicts], [outcome for _, outcome, rests in verdicts if rests]


def _verdict(
    session: Session, key: int, outcome: Outcome, ended: Sequence[Ended], now: datetime
) -> tuple[Outcome, bool]:
    """Return an outcome with the blame where it belongs, and whether the channel must rest."""
    if outcome.relay or outcome.kind not in REFUSED:
        return outcome, False
    if not outcome.refuses_us and not _others_hear_the_same(session, key, outcome, ended, now):
        return outcome, False
    spared = replace(outcome, kind="temporary", relay=True)
    if not _others_went_out(session, key):
        return spared, True
    if outcome.refuses_us:
        _say_it_lasts(session, key, outcome, now)
        return spared, False
    return (outcome if names_mailbox(outcome.answer) else replace(outcome, kind="temporary")), False


def _others_hear_the_same(session: Session, key: int, outcome: Outcome, ended: Sequence[Ended], now: datetime) -> bool:
    """Say whether so many addressees were refused for good with the same words.

    Those of the last hour count, and all since the relay last accepted anything.
    """
    if outcome.kind != "permanent":
        return False
    tried = select(Message.addressee, Message.mailbox, Attempt.answer).join(Attempt, Attempt.message_id == Message.id)
    since = min(filter(None, (now - ALIKE_WITHIN, _last_accepted(session, Message.id != key))))
    lately = tried.where(Attempt.started_at > since, Attempt.outcome.in_(REFUSED), Attempt.answer.startswith("5"))
    said = [tuple(row) for row in session.execute(lately.order_by(Attempt.id.desc()).limit(MAX_COMPARED))]
    answers = {other: found.answer for other, found in ended if found.kind == "permanent"}
    names = select(Message.id, Message.addressee, Message.mailbox).where(Message.id.in_(answers))
    now_said = {row.id: (row.addressee, row.mailbox, answers[row.id]) for row in session.execute(names)}
    if key not in now_said:
        return False
    mine = canonical(outcome.answer, now_said[key][1])
    alike = {who for who, mailbox, answer in (*said, *now_said.values()) if canonical(answer, mailbox) == mine}
    return len(alike) >= MIN_ALIKE


def _others_went_out(session: Session, key: int) -> bool:
    """Say whether the relay has accepted others since it first refused this addressee, and refused none of them since.

    By addressee: a message that waits overnight is composed anew.
    """
    mine = select(Message.addressee).where(Message.id == key).scalar_subquery()
    first, accepted = _first_refused(session, mine), _last_accepted(session, Message.addressee != mine)
    if first is None or accepted is None or accepted <= first:
        return False
    others = select(Attempt.id).join(Message, Attempt.message_id == Message.id).where(Message.addressee != mine)
    refused = others.where(Attempt.outcome.in_(REFUSED), Attempt.finished_at > accepted)
    return session.scalars(refused.limit(1)).first() is None


def _first_refused(session: Session, mine: ScalarSelect[str]) -> datetime | None:
    """Return since when an addressee has been refused without being told anything."""
    told = _last_accepted(session, Message.addressee == mine)
    tried = select(func.min(Attempt.finished_at)).join(Message, Attempt.message_id == Message.id)
    refused = tried.where(Message.addressee == mine, Attempt.outcome.in_(REFUSED))
    return session.scalar(refused.where(Attempt.finished_at > told) if told else refused)


def _last_accepted(session: Session, whose: ColumnElement[bool]) -> datetime | None:
    """Return when a message to some addressees was last accepted."""
    accepted = select(Attempt.finished_at).join(Message, Attempt.message_id == Message.id)
    chosen = accepted.where(Attempt.outcome == "ok", whose).order_by(Attempt.started_at.desc())
    return session.scalars(chosen.limit(1)).first()


def _say_it_lasts(session: Session, key: int, outcome: Outcome, now: datetime) -> None:
    """Raise an alert for a message that no rest has helped."""
    message = session.get_one(Message, key)
    if message.attempts > TRIES_BEFORE_ALERT:
        lasts = remark("refused", id=key, mailbox=message.mailbox, answer=outcome.answer)
        alerts.raise_(session, LASTING, lasts, now)


def clear_lasting(session: Session, now: datetime) -> None:
    """Say that no message is refused again and again any more."""
    still = exists().where(Message.state.in_(WAITING), Message.attempts > 1, Message.error != "")
    if not session.scalar(select(still)):
        alerts.clear(session, LASTING, now)

"""The weekly status (每周办理情况) for our own office: how the whole ledger stands, worst first, and what waits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Executable, func, select
from sqlalchemy.orm import Session

from commitments.history import chain
from commitments.models import Commitment, Department
from commitments.queries import statistics
from commitments.queries.as_of import commitments_as_of
from commitments.queries.statistics import CommitmentAsOf, Period
from commitments.queries.waiting import newest_answers, waiting_disputes, waiting_extensions
from commitments.storage import UtcDateTime
from notifications.context import Context
from notifications.keys import ORGANISATION, Addressee, NoticeKey
from notifications.models import NO_MAILBOX, STATE_NOT_INDEXED, UNSENT, Alert, Message, Notice
from notifications.outbox import notices
from notifications.plan.digests import dicts, plain, within
from notifications.plan.periods import recent_weeks, status_owed
from notifications.remarks import words

MAX_OVERDUE_ROWS = 200  # rows a status prints; its totals count all
OVERDUE_FIELDS = ("ref", "title", "lead", "due_on", "days_left", "working_days_left", "band", "state", "waiting")
DEPARTMENT_FIELDS = ("open", "reported_done", "overdue", "due_soon", "closed")


def plan(session: Session, context: Context, now: datetime) -> int:
    """Owe the status of this week, one a week; an empty ledger has none. Return how many notices are new."""
    if not context.status_weekday or session.scalars(select(Commitment.id).limit(1)).first() is None:
        return 0
    today = context.today(now)
    told = last_told(session, today)
    owed = status_owed(today, context.status_weekday, context.workdays, context.today(told) if told else None)
    if owed is None:
        return 0
    week, send_on = owed
    addressee = str(Addressee("status", period=week))
    key = NoticeKey(kind="status", subject=week, name=ORGANISATION, role=ORGANISATION)
    new = notices.add(session, [{
        "key": str(key), "kind": "status_digest",
        "addressee": addressee, "role": ORGANISATION, "slot": send_on, "created_at": now,
    }], "owe")  # fmt: skip
    if new:
        earlier = select(Notice.id).where(Notice.kind == "status_digest", Notice.addressee < addressee)
        notices.end(session, {"supersede": session.scalars(earlier.where(Notice.state.in_(UNSENT))).all()})
    return new


def status(session: Session, context: Context, now: datetime) -> dict[str, Any]:
    """Return how the whole ledger stands, worst first, and what waits for the organisation, ready for JSON.

    What moved, slipped or stayed silent is of the last seven days, what units answered is all since the last status was
    told: days off make a week longer or shorter. ``week`` is that of ``now``. Instants are told as civil dates.
    """
    here = now.astimezone(context.zone)
    week = Period(here - timedelta(days=7), here + timedelta(microseconds=1), here.date())
    stand = commitments_as_of(session, None, week, context.policy.ladder, context.workdays)
    told = last_told(session, week.day)
    since = replace(week, start=told) if told else week
    waiting = {name: dicts(session, query, context.zone) for name, query in _waiting(since).items()}
    return plain({
        "week": f"{here:%G-W%V}",
        "as_of": week.day,
        "totals": {**statistics.totals(stand), "drafts": len(waiting["drafts"])},
        "red": _overdue(stand),
        "done_waiting": [
            {"ref": one.ref, "title": one.title, "lead": one.lead, "reported_on": one.reported_done_on}
            for one in stand if one.state == "reported_done"
        ],
        **waiting,
        "dead": [{**row, "error": words(context.language, row["error"])} for row in waiting["dead"]],
        "alerts": [{**row, "text": words(context.language, row["text"])} for row in waiting["alerts"]],
        "departments": _by_lead(stand),
        "chain": asdict(chain.head(session)),
    })  # fmt: skip


def newest(session: Session) -> str | None:
    """Return the addressee of the newest weekly status, waiting or told."""
    return session.scalar(select(func.max(Notice.addressee)).where(Notice.kind == "status_digest"))


def last_told(session: Session, today: date) -> datetime | None:
    """Return when the last weekly status was told, if in the last weeks."""
    last = func.max(Notice.told_at, type_=UtcDateTime())
    lately = [str(Addressee("status", period=week)) for week in recent_weeks(today)]
    return session.scalar(select(last).where(Notice.addressee.in_(lately), STATE_NOT_INDEXED == "told"))


def _overdue(stand: Sequence[CommitmentAsOf]) -> list[dict[str, Any]]:
    """Return the overdue ones, longest overdue first."""
    overdue = [one for one in stand if one.band == "overdue"]
    overdue.sort(key=lambda one: (one.days_left or 0, one.ref))
    return [{field: getattr(one, field) for field in OVERDUE_FIELDS} for one in overdue[:MAX_OVERDUE_ROWS]]


def _by_lead(stand: Sequence[CommitmentAsOf]) -> list[dict[str, Any]]:
    """Return the figures of each lead department, most overdue first."""
    owned: dict[str, list[CommitmentAsOf]] = defaultdict(list)
    for one in stand:
        owned[one.lead].append(one)
    counted = {name: statistics.totals(some) for name, some in owned.items()}
    worst_first = sorted(counted, key=lambda name: (-counted[name]["overdue"], name))
    return [{"name": name, **{field: counted[name][field] for field in DEPARTMENT_FIELDS}} for name in worst_first]


def _waiting(week: Period) -> dict[str, Executable]:
    """Select what waits for somebody: extensions, disputes, drafts, dead messages, alerts; answers of the week.

    Of departments that cannot be told, since no mailbox is known, how many notices are held and since what day.
    """
    dead = select(Message.mailbox.label("to"), Message.subject, Message.error, Message.frozen_at.label("at"))
    drafts = select(Commitment.ref, Commitment.title).where(Commitment.state == "draft")
    held, since = func.count().label("held"), func.min(Notice.slot).label("since")
    unreached = select(Department.name, held, since).join(Notice, Notice.department_id == Department.id)
    unreached = unreached.where(Notice.state == "held", Notice.reason == NO_MAILBOX, Department.mailbox == "")
    return {
        "extensions": waiting_extensions(),
        "disputes": waiting_disputes(),
        "answers": newest_answers(*within(week)),
        "unreached": unreached.group_by(Department.name).order_by(since, Department.name),
        "drafts": drafts.order_by(Commitment.ref),
        "dead": dead.where(Message.state == "dead").order_by(Message.id),
        "alerts": select(Alert.at, Alert.text).where(Alert.cleared_at.is_(None)).order_by(Alert.at, Alert.id),
    }

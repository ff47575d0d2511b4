"""Everything some messages speak of, read in a handful of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments.models import Commitment, Department
from commitments.queries.as_of import CORRECTING
from commitments.queries.detail import CommitmentDetail, load_details
from notifications.context import Context
from notifications.mail import calendar_events, ics
from notifications.models import Digest, Instance, Notice
from notifications.plan import status_digest, subjects, told_days
from notifications.plan.schedule import ReminderSubject, RequiredNotice, required_notices

MAX_DAYS_NAMED = 8  # days of earlier reminders that a card names, the newest; one more says that there were others
Row = TypeVar("Row", Department, Digest)
ACTIONS = ("reopen", *CORRECTING)  # of the history, what cards tell


@dataclass
class Batch:
    """The notices of one addressee that go out together, and what turned out untrue on the way.

    ``elsewhere`` are notices by the addressee they have by now.
    """

    addressee: str
    notices: list[Notice]
    untrue: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    held: str = ""
    why: str = ""
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What batches are composed from, read at once; ``events`` are by language and ref."""

    instance: str
    link_generation: int
    departments: Mapping[int, Department]
    commitments: Mapping[int, CommitmentDetail]
    facts: Mapping[int, ReminderSubject]
    valid: Mapping[int, Mapping[str, RequiredNotice]]
    told: Mapping[int, tuple[date, ...]]
    digests: Mapping[int, Digest]
    status: Mapping[str, object] | None
    newest_status: str | None
    events: Mapping[str, Mapping[str, ics.Event]]


def gather(session: Session, batches: Sequence[Batch], context: Context, now: datetime) -> Material:
    """Read everything these batches speak of."""
    notices = [notice for batch in batches for notice in batch.notices]
    ids = sorted({notice.commitment_id for notice in notices if notice.commitment_id})
    today = context.today(now)
    known = {each.id: each for each in subjects.load(session, ids, context.policy, context.zone)}
    valid = {
        key: {str(notice.key): notice for notice in required_notices(each, context.policy, today, context.workdays)}
        for key, each in known.items()
    }
    weekly = any(notice.kind == "status_digest" for notice in notices)
    instance = session.get_one(Instance, 1)
    departments = _by_id(session, Department, {notice.department_id for notice in notices if notice.department_id})
    return Material(
        instance=instance.uuid,
        link_generation=instance.link_generation,
        departments=departments,
        commitments=load_details(session, ids, ACTIONS),
        facts=known,
        valid=valid,
        told=told_days.all_days(session, _escalated(notices), context.zone, MAX_DAYS_NAMED + 1),
        digests=_by_id(session, Digest, {notice.digest_id for notice in notices if notice.digest_id}),
        status=status_digest.status(session, context, now) if weekly else None,
        newest_status=status_digest.newest(session) if weekly else None,
        events=_events(session, notices, departments, context) if context.links else {},
    )


def _by_id(session: Session, table: type[Row], ids: Iterable[int]) -> dict[int, Row]:
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(ids)))}


def _escalated(notices: Sequence[Notice]) -> set[int]:
    return {n.commitment_id for n in notices if n.kind == "escalation" and n.commitment_id}


def _events(
    session: Session, notices: Sequence[Notice], departments: Mapping[int, Department], context: Context
) -> dict[str, dict[str, ics.Event]]:
    """Return the dates of what is newly assigned, in the language of each reader."""
    new = [notice for notice in notices if notice.kind == "assignment"]
    wanted = Commitment.id.in_(sorted({notice.commitment_id for notice in new if notice.commitment_id}))
    spoken = sorted({departments[notice.department_id].locale for notice in new if notice.department_id})
    return {
        locale: {each.ref: each for each in calendar_events.events(session, wanted, rules=_rules(context, locale))}
        for locale in spoken
    }


def _rules(context: Context, locale: str) -> calendar_events.Rules:
    return calendar_events.Rules(ladder=context.policy.ladder, workdays=context.workdays, locale=locale)

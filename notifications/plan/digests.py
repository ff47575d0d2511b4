"""The monthly digest (月报) of a proposing unit: which are owed, what they state, approval.

What a past month owes is settled once its first digest is made: nothing recorded later changes the past, so
the months before a unit's newest digest are never looked at again. Longer than most files: which are owed, what they
state and how they are let go rest on the same rows.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Executable, func, select
from sqlalchemy.orm import Session

from commitments.calendar.deadlines import LIVE_STATES
from commitments.calendar.months import month_of, shifted
from commitments.damage import error_at, is_damaged, whole
from commitments.errors import NoSuchDigest
from commitments.history import chain
from commitments.models import Answer, Commitment, Department, HistoryEntry, Letter
from commitments.queries import lookup, statistics
from commitments.queries.as_of import TIME_TO_ANSWER, commitments_as_of
from commitments.queries.statistics import CommitmentAsOf, Period
from commitments.queries.waiting import newest_answers
from commitments.register.context import Register
from commitments.storage import UtcDateTime
from commitments.text.canonical import number_key
from notifications.context import Context
from notifications.models import APPROVAL, STATE_NOT_INDEXED, Digest, Notice
from notifications.outbox import holds
from notifications.plan import masking, snapshots
from notifications.plan.periods import Owed, folded, newest_due, owed_months, period

CIVIL = {"asked_at": "asked_on", "raised_at": "raised_on", "answered_at": "on"}  # instants told as days
NO_MONTH = "9999-13"  # sorts behind every month, and before a damaged one


# -- which are owed ------------------------------------------------------------------------------------------


def owing(
    session: Session, context: Context, now: datetime, *, again: bool = False
) -> list[tuple[Department, list[str]]]:
    """Return each unit with its months that have no digest yet; ``again`` says that one could not be made before."""
    today = context.today(now)
    due = newest_due(today, context.digest.day, context.workdays)
    if not again and _settled(session, due, period(due, context.zone, today)):
        return []
    chain.lock(session)  # before rows are locked: who writes an entry locks in this order too
    return list(_candidates(session, due, context.zone))


def make(session: Session, unit: Department, months: Sequence[str], context: Context, now: datetime) -> list[Digest]:
    """Make a unit's digests with their snapshots, numbered in order of period; return them. Raises DamagedText."""
    if is_damaged(months[0]):
        raise error_at(months[0])
    made = _make(session, unit, months, context, now)
    session.flush()
    for row in made:
        snapshots.record(session, row, now)
    return made


def _settled(session: Session, due: str, span: Period) -> bool:
    """Say, at every tick, whether the month was decided already or ended before the ledger began."""
    decided = select(Digest.id).where(Digest.period >= due, Digest.period < NO_MONTH)
    if session.scalar(decided.limit(1)) is not None:
        return True
    begun = session.scalar(select(HistoryEntry.at).order_by(HistoryEntry.seq).limit(1))
    return begun is None or begun >= span.end


def _candidates(session: Session, due: str, zone: ZoneInfo) -> Iterator[tuple[Department, list[str]]]:
    """Yield each unit with its months that have no digest; the lock lets one planner at a time decide."""
    proposing = select(Department).where(Department.id.in_(select(Letter.proposing_unit_id)))
    locked = proposing.order_by(Department.id).with_for_update(key_share=True)
    units = {unit.id: unit for unit in session.scalars(locked)}
    made = select(Digest.unit_id, func.max(Digest.period)).group_by(Digest.unit_id)
    newest = dict(session.execute(made).all())
    for key, opened_at, closed_on, live in session.execute(_spans()):
        if newest.get(key, "") > NO_MONTH:  # for ``make`` to refuse: what this unit was told is not known
            yield units[key], [newest[key]]
            continue
        opened = month_of(opened_at.astimezone(zone))
        closed = None if live or closed_on is None else month_of(closed_on)
        if months := owed_months(opened, closed, newest.get(key), due):
            yield units[key], months


def _spans() -> Executable:
    """Select by unit when its first commitment became open, when its last one closed, how many are live."""
    spans = select(
        Letter.proposing_unit_id,
        func.min(Commitment.opened_at),
        func.max(Commitment.closed_on),
        func.count().filter(Commitment.state.in_(LIVE_STATES)),
    )
    spans = spans.join_from(Commitment, Letter).where(
        Commitment.opened_at.is_not(None), Letter.proposing_unit_id.is_not(None)
    )
    return spans.group_by(Letter.proposing_unit_id).order_by(Letter.proposing_unit_id)


def _make(session: Session, unit: Department, months: Sequence[str], context: Context, now: datetime) -> list[Digest]:
    """Add a unit's digests to the session; a month in which nothing was open owes none."""
    today = context.today(now)
    drafts: dict[str, dict[str, Any]] = {}
    for month in months:
        earlier = next(reversed(drafts.values()), None)
        drafts[month] = snapshot(session, unit, Owed(month), context, today, earlier)
    telling = [month for month in months if not _idle(drafts[month])]
    made: list[Digest] = []
    for owed in folded(telling, today, context.digest.day, context.workdays):
        facts = snapshot(session, unit, owed, context, today) if owed.folded else drafts[owed.period]
        facts |= {"number": facts["number"] + len(made), "late": owed.late}
        made.append(_row(unit, owed.period, now, number=facts["number"], late=owed.late, snapshot=facts))
        session.add_all(_row(unit, month, now, folded_into=owed.period) for month in owed.folded)
    session.add_all(made)
    return made


def _row(unit: Department, month: str, now: datetime, **facts: Any) -> Digest:
    return Digest(unit_id=unit.id, period=month, created_at=now, **facts)


def _idle(facts: Mapping[str, Any]) -> bool:
    rows = facts["commitments"]
    changed = any(row["happened"] or row["corrections"] for row in rows)
    return all(row["state"] == "closed" for row in rows) and not changed


# -- what a digest states ------------------------------------------------------------------------------------


def snapshot(
    session: Session,
    unit: Department,
    owed: Owed,
    context: Context,
    today: date,
    earlier: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what a digest states, ready for JSON; nothing is stored, so it serves as a preview too.

    ``number`` is the unit's next; ``previous`` is None when nothing was open before. ``earlier`` is the snapshot before
    it where that is not stored yet; corrections are told against it, or against the unit's last digest.
    """
    span = period(owed.period, context.zone, today, since=owed.first)
    before = period(shifted(owed.first, -1), context.zone, today)
    stand = _told_to(session, unit, span, context)
    stood = _told_to(session, unit, before, context)
    said = _rows(earlier) if earlier else _said(session, unit, owed.first)
    rows = [{**asdict(one), "corrections": masking.corrections(one, said.get(one.ref))} for one in stand]
    return masking.masked(plain({
        "unit": unit.name,
        "organisation": context.name,
        "contact": context.contact or context.reply_to,
        "number": _next_number(session, unit),
        "period": owed.period,
        "late": owed.late,
        "as_of": span.day,
        "folded": owed.folded,
        "letters": _letters(session, unit, span),
        "totals": statistics.totals(stand),
        "previous": statistics.totals(stood) if stood else None,
        "rates": [rate._asdict() for rate in statistics.rates(stand, span)],
        "commitments": rows,
        "answers": _answers(session, unit, span),
        "chain": asdict(chain.head(session)),
    }))  # fmt: skip


def _told_to(session: Session, unit: Department, span: Period, context: Context) -> list[CommitmentAsOf]:
    """Return how the commitments of a unit stood; whose lead was not told of it in time is not called silent."""
    stand = commitments_as_of(session, unit, span, context.policy.ladder, context.workdays)
    told = dict(_first_told(session, unit, span)) if any(one.silent for one in stand) else {}
    asked = {key for key, on in told.items() if context.workdays.between(on, span.day) >= TIME_TO_ANSWER}
    return [replace(one, silent=one.silent and (one.ref, one.lead) in asked) for one in stand]


def _first_told(session: Session, unit: Department, span: Period) -> Iterator[tuple[tuple[str, str], date]]:
    """Yield for ref and lead the day on which that department was first told of it, in whatever notice."""
    by_then = (STATE_NOT_INDEXED == "told", Notice.told_at < span.end, Notice.role == "lead")
    first = func.min(Notice.told_at, type_=UtcDateTime())
    query = select(Commitment.ref, Department.name, first).join_from(Notice, Commitment).join(Letter)
    query = query.join(Department, Department.id == Notice.department_id)
    query = query.where(*by_then, Letter.proposing_unit_id == unit.id).group_by(Commitment.ref, Department.name)
    for ref, name, at in session.execute(query):
        if at is not None:
            yield (ref, name), at.astimezone(span.end.tzinfo).date()


def _said(session: Session, unit: Department, month: str) -> dict[str, Mapping[str, Any]]:
    """Return by ref what the unit's last digest before ``month`` said of each; one a person cancelled said nothing."""
    cancelled = select(Notice.digest_id).where(Notice.role == "unit", Notice.state == "cancelled")
    earlier = select(Digest).where(Digest.unit_id == unit.id, Digest.period < month, Digest.number.is_not(None))
    earlier = earlier.where(Digest.id.not_in(cancelled.where(Notice.digest_id.is_not(None))))
    last = session.scalars(earlier.order_by(Digest.number.desc()).limit(1)).first()
    return _rows(last.snapshot) if last else {}


def _rows(facts: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {row["ref"]: row for row in whole(facts)["commitments"]}


def _next_number(session: Session, unit: Department) -> int:
    return (session.scalar(select(func.max(Digest.number)).where(Digest.unit_id == unit.id)) or 0) + 1


def _letters(session: Session, unit: Department, span: Period) -> list[dict[str, Any]]:
    """Return the letters of a unit; ``shared`` says that another letter of the ledger answers this proposal number."""
    title = Letter.proposal_title.label("title")
    opened = select(Commitment.letter_id).where(Commitment.opened_at < span.end)
    query = select(Letter.document_number, Letter.proposal_number, title, Letter.signed_on)
    query = query.where(Letter.proposing_unit_id == unit.id, Letter.id.in_(opened))
    counted = Counter(
        map(number_key, session.scalars(select(Letter.proposal_number).where(Letter.proposal_number != "")))
    )
    rows = session.execute(query.order_by(Letter.signed_on.nulls_last(), Letter.id)).mappings()
    return [{**row, "shared": counted[number_key(row["proposal_number"])] > 1} for row in rows]


def _answers(session: Session, unit: Department, span: Period) -> list[dict[str, Any]]:
    """Return what the unit answered in the period: ``month`` (of the report it graded), grade, reason, ``on``."""
    given = dicts(session, newest_answers(*within(span), Answer.unit_id == unit.id), span.end.tzinfo)
    return [{name: value for name, value in row.items() if name != "unit"} for row in given]


# -- approval ------------------------------------------------------------------------------------------------


def find(session: Session, unit_name: str, month: str) -> Digest:
    """Return the digest that tells of this month. Raises NoSuchDepartment, NoSuchDigest."""
    unit = lookup.find_department(session, unit_name)
    query = select(Digest).where(Digest.unit_id == unit.id)
    row = session.scalars(query.where(Digest.period == month)).first()
    if row is not None and row.folded_into is not None:
        row = session.scalars(query.where(Digest.period == row.folded_into)).first()
    if row is None:
        raise NoSuchDigest(unit=unit.name, month=month)
    return row


def approve(register: Register, unit_name: str, month: str, by: str) -> Digest:
    """Let a digest that waits for approval go out; a second approval changes nothing. Raises NoSuchDigest."""
    row = find(register.session, unit_name, month)
    if row.approved_at is None:
        row.approved_by, row.approved_at = by, register.now
        changes = {"by": by, "sha256": snapshots.sha256(row.snapshot)}
        register.note("digest_approved", f"{row.snapshot['unit']} {row.period}", changes=changes)
        holds.unhold(register.session, APPROVAL, Notice.digest_id == row.id)
    return row


# -- rows as JSON keeps them --------------------------------------------------------------------------------


def within(span: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Select the answers that units gave in a period."""
    return Answer.at >= span.start, Answer.at < span.end


def dicts(session: Session, query: Executable, zone: tzinfo | None) -> list[dict[str, Any]]:
    """Return rows with their instants told as civil dates."""
    rows = session.execute(query).mappings()
    return [{CIVIL.get(name, name): _civil(value, zone) for name, value in row.items()} for row in rows]


def _civil(value: object, zone: tzinfo | None) -> object:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write dates as ISO strings and tuples as lists, as JSON will keep them."""
    plain: dict[str, Any] = json.loads(json.dumps(facts, default=date.isoformat, ensure_ascii=False))
    return plain

"""The planner over the database: looks at what is due, writes the notices owed, tidies those no longer owed.

Longer than most files: what plans a notice, holds it and takes it back must agree on its key and its line of post.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from commitments.damage import visible
from commitments.models import Commitment, Department, support_table
from commitments.register import next_action
from commitments.register.context import Register
from commitments.storage import stored
from notifications import alerts
from notifications.keys import ORGANISATION, Addressee, NoticeKey
from notifications.models import (
    APPROVAL,
    NO_MAILBOX,
    PLANNING,
    QUIET,
    STATE_NOT_INDEXED,
    UNCOMPOSABLE,
    UNSENT,
    Digest,
    Instance,
    Notice,
)
from notifications.outbox import holds, notices
from notifications.outbox.claims import Lease
from notifications.passes import Steps
from notifications.plan import digests, tellings
from notifications.plan.periods import status_owed
from notifications.plan.schedule import (
    LADDER_KINDS,
    Duty,
    Facts,
    Policy,
    declined,
    duties,
    next_look,
)
from notifications.settings import Office

log = logging.getLogger("yinuo.delivery")
BATCH = 500
DIGESTS = "digests"  # the step of a pass
COLUMNS = (
    Commitment.id, Commitment.ref, Commitment.state, Commitment.arming, Commitment.due_on, Commitment.review_on,
    Commitment.reported_done_on, Commitment.closed_on, Commitment.opened_at, Commitment.reopened_at,
    Department.name.label("lead"),
)  # fmt: skip


def plan_batch(session: Session, office: Office, lease: Lease, leaving_out: Collection[int] = ()) -> tuple[int, int]:
    """Look at up to BATCH commitments whose day has come; return (looked at, notices new).

    What is new is held under this lease until ``holds.end_planning``.
    """
    return plan_these(session, office, lease, due(session, office, lease, leaving_out))


def due(session: Session, office: Office, lease: Lease, leaving_out: Collection[int] = ()) -> list[int]:
    """Return up to BATCH commitments whose day has come, locked for this transaction."""
    come = select(Commitment.id).where(Commitment.next_action_on <= office.today(lease.now))
    if leaving_out:
        come = come.where(Commitment.id.not_in(leaving_out))
    come = come.order_by(Commitment.next_action_on).limit(BATCH)
    return list(session.scalars(come.with_for_update(skip_locked=True)))


def plan_these(session: Session, office: Office, lease: Lease, ids: Sequence[int]) -> tuple[int, int]:
    """Write what is owed for some commitments; return (looked at, notices new)."""
    today = office.today(lease.now)
    found = facts(session, ids, office.policy, office.zone)
    owed = {each.id: duties(each, office.policy, today, office.workdays) for each in found}
    mark = {"reason": PLANNING, "token": lease.token, "leased_until": lease.until}
    new = notices.add(session, [{**row, **mark} for row in _rows(session, office, owed, lease.now)], "plan")
    _tidy(session, owed)
    looks = {each.id: next_look(each, office.policy, today, office.workdays) for each in found}
    next_action.move_next_action(session, looks)
    return len(found), new


def facts(session: Session, ids: Sequence[int], policy: Policy, zone: ZoneInfo) -> list[Facts]:
    """Load what the planner must know of these commitments, in three statements."""
    query = select(*COLUMNS).join(Department, Commitment.lead_id == Department.id).where(Commitment.id.in_(ids))
    supports, told = _supports(session, ids), tellings.deciding(session, ids, zone, policy.escalate_after_reviews)
    found = []
    for row in session.execute(query).mappings():
        known = dict(row)
        opened, again = known.pop("opened_at"), known.pop("reopened_at")
        since = (again or opened).astimezone(zone).date()
        support, heard = tuple(supports[row["id"]]), told.get(row["id"], ())
        found.append(Facts(**known, since=since, support=support, told=heard))
    return found


def _supports(session: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    query = (
        select(support_table.c.commitment_id, Department.name)
        .join(Department, Department.id == support_table.c.department_id)
        .where(support_table.c.commitment_id.in_(ids))
        .order_by(Department.id)
    )
    supports: dict[int, list[str]] = defaultdict(list)
    for commitment, name in session.execute(query):
        supports[commitment].append(name)
    return supports


def _rows(
    session: Session, office: Office, owed: Mapping[int, Iterable[Duty]], now: datetime
) -> Iterable[dict[str, object]]:
    names = {duty.department for some in owed.values() for duty in some if duty.department}
    columns = (Department.name, Department.id, Department.escalation)
    wanted = Department.name.in_([stored(name) for name in names])
    departments = {row.name: row for row in session.execute(select(*columns).where(wanted))}
    for commitment, some in owed.items():
        for duty in some:
            found = departments.get(duty.department or "")
            row = _row(duty, commitment, found.id if found else None, now)
            if duty.key.role == "escalation":
                row["addressee"] = escalation_line(found.escalation if found else "", office.mailbox)
            yield row


def escalation_line(escalation: str, organisation: str) -> str:
    """Return the line of post of an escalation: that of the mailbox in which it ends, the organisation's by default.

    However many departments share a mailbox, and whichever way it is written, it gets one message a day.
    """
    mailbox = visible(escalation or organisation).strip().casefold()
    return str(Addressee("escalation", mailbox or ORGANISATION))


def _row(duty: Duty, commitment: int, department: int | None, now: datetime) -> dict[str, object]:
    return {
        "key": str(duty.key),
        "kind": duty.key.kind,
        "addressee": str(duty.addressee),
        "role": duty.key.role,
        "slot": duty.slot,
        "rung": duty.key.step,
        "due_on": duty.key.day,
        "commitment_id": commitment,
        "department_id": department,
        "created_at": now,
    }


def _tidy(session: Session, owed: Mapping[int, Sequence[Duty]]) -> None:
    """Supersede unsent rungs overtaken by a higher one; cancel unsent notices that no longer hold."""
    unsent = select(Notice.id, Notice.key, Notice.commitment_id).where(
        Notice.commitment_id.in_(list(owed)), STATE_NOT_INDEXED.in_(UNSENT)
    )
    endings: dict[str, list[int]] = {"supersede": [], "cancel": []}
    for notice, its_key, commitment in session.execute(unsent):
        event = obsolete_by(its_key, {str(duty.key) for duty in owed[commitment or 0]})
        if event:
            endings[event].append(notice)
    notices.end(session, endings)


def obsolete_by(its_key: str, owed: Collection[str]) -> str | None:
    """Return by which event an unsent notice ends when only ``owed`` holds; None when it stands."""
    if its_key in owed:
        return None
    ladder = _ladder(its_key)
    overtaken = ladder is not None and ladder in map(_ladder, owed)
    return "supersede" if overtaken else "cancel"


def _ladder(its_key: str) -> NoticeKey | None:
    """Return what the keys of one ladder have in common; None for a notice that no other takes the place of."""
    key = NoticeKey.parse(its_key)
    return replace(key, step="") if key and key.kind in LADDER_KINDS else None


def settled(session: Session, ids: Sequence[int]) -> set[NoticeKey]:
    """Return the keys of what was told already or declined; what was overtaken unsent may be owed anew."""
    again = and_(STATE_NOT_INDEXED.in_(("cancelled", "superseded")), Notice.reason == "")
    ended = (Notice.commitment_id.in_(ids), STATE_NOT_INDEXED.not_in(UNSENT), ~again)
    return {key for text in session.scalars(select(Notice.key).where(*ended)) if (key := NoticeKey.parse(text))}


def decline(session: Session, office: Office, refs: Sequence[str], now: datetime) -> None:
    """Enter these commitments as history: what should have been told by now is written as cancelled, and never told."""
    session.flush()
    today = office.today(now)
    for start in range(0, len(refs), BATCH):
        ids = session.scalars(select(Commitment.id).where(Commitment.ref.in_(refs[start : start + BATCH]))).all()
        found = facts(session, ids, office.policy, office.zone)
        owed = {each.id: declined(each, office.policy, today, office.workdays) for each in found}
        rows = [{**row, "reason": QUIET} for row in _rows(session, office, owed, now)]
        notices.add(session, rows, "decline")


def plan_digests(session: Session, office: Office, now: datetime, steps: Steps) -> int:
    """Make the digests owed by now and the notices that carry them; return how many status notices are new.

    One that cannot be made stops no other. That it failed is written down together with those that were made, so that
    the month is not taken for settled: it is tried again in each pass.
    """
    new = 0
    known = {alert.key for alert in alerts.standing(session) if alert.key.startswith(f"pass/{DIGESTS}/")}
    for unit, months in digests.owing(session, now, office.digest, office.workdays, again=bool(known)):
        with steps.step(DIGESTS, unit.name), session.begin_nested():
            _plan_unit(session, unit, months, office, now)
    with steps.step(DIGESTS), session.begin_nested():
        new = _plan_status(session, office, now)
    for failure in (each for each in steps.failed if each.step == DIGESTS):
        if failure.key not in known:
            log.error("%s", failure.text, exc_info=failure.trouble)
        alerts.raise_(session, failure.key, failure.text, now)
    return new


def _plan_unit(session: Session, unit: Department, months: Sequence[str], office: Office, now: datetime) -> None:
    event = "plan" if office.digest.approval == "required" else "owe"
    for digest in digests.make(session, unit, months, now, office.digest, office.workdays):
        notices.add(session, list(_digest_rows(session, digest, office, now)), event)


def _digest_rows(session: Session, digest: Digest, office: Office, now: datetime) -> Iterable[dict[str, object]]:
    """The unit's digest, and a separate copy to the organisation."""
    unit = session.get_one(Department, digest.unit_id)
    common = {
        "kind": "monthly_digest",
        "slot": digests.slot(digest.period, office.digest.day, office.workdays),
        "digest_id": digest.id,
        "created_at": now,
        "reason": APPROVAL if office.digest.approval == "required" else "",
    }
    name = visible(unit.name)
    key = partial(NoticeKey, kind="digest", subject=name, step=digest.period)
    yield {**common, "key": str(key(name=name, role="unit")), "role": "unit", "department_id": unit.id,
           "addressee": str(Addressee("digest", name, digest.period))}  # fmt: skip
    yield {**common, "key": str(key(name=ORGANISATION, role="copy")), "role": "copy", "department_id": None,
           "addressee": str(Addressee("copy", name, digest.period))}  # fmt: skip


def _plan_status(session: Session, office: Office, now: datetime) -> int:
    """The weekly status digest, one a week; an empty ledger has no status."""
    if not office.status_weekday or session.scalars(select(Commitment.id).limit(1)).first() is None:
        return 0
    today = office.today(now)
    told = digests.status_told(session, today)
    last = office.today(told) if told else None
    owed = status_owed(today, office.status_weekday, office.workdays, last)
    if owed is None:
        return 0
    week, slot = owed
    line = str(Addressee("status", period=week))
    key = NoticeKey(kind="status", subject=week, name=ORGANISATION, role=ORGANISATION)
    new = notices.add(session, [{
        "key": str(key), "kind": "status_digest",
        "addressee": line, "role": ORGANISATION, "slot": slot, "created_at": now,
    }], "owe")  # fmt: skip
    if new:
        earlier = select(Notice.id).where(Notice.kind == "status_digest", Notice.addressee < line)
        notices.end(session, {"supersede": session.scalars(earlier.where(Notice.state.in_(UNSENT))).all()})
    return new


def retry_uncomposable(session: Session, office: Office, now: datetime) -> None:
    """What could not be composed is tried again each day: a name, a mailbox or a template may be mended."""
    midnight = datetime.combine(office.today(now), time(), office.zone)
    holds.unhold(session, UNCOMPOSABLE, Notice.held_at < midnight)


def mind_mailboxes(session: Session, office: Office) -> None:
    """Hold the notices of whoever has no mailbox, and free them once there is one. Nothing is dropped."""
    _mind_lines(session, office)
    without = select(Department.id).where(Department.mailbox == "")
    to_department = Notice.role.in_(("lead", "support", "unit"))
    holds.hold(session, NO_MAILBOX, to_department, Notice.department_id.in_(without))
    holds.unhold(session, NO_MAILBOX, to_department, Notice.department_id.not_in(without))
    others = Notice.role.not_in(("lead", "support", "unit"))
    if office.mailbox:
        holds.unhold(session, NO_MAILBOX, others)
        return
    escalated = and_(Notice.role == "escalation", Notice.department_id.in_(
        select(Department.id).where(Department.escalation != "")))  # fmt: skip
    holds.hold(session, NO_MAILBOX, others, ~escalated)


def _mind_lines(session: Session, office: Office) -> None:
    """Let unsent escalations follow the mailbox in which they end: it may have been changed since they were planned."""
    waiting = (Notice.role == "escalation", Notice.state.in_(UNSENT), Notice.token.is_(None))
    found = select(Notice.department_id, Department.escalation, Notice.addressee).join(Department).where(*waiting)
    for department, escalation, addressee in session.execute(found.distinct()).all():
        line = escalation_line(escalation, office.mailbox)
        if line != addressee:
            mine = (*waiting, Notice.department_id == department, Notice.addressee == stored(addressee))
            session.execute(update(Notice).where(*mine).values(addressee=line))


def readdress(session: Session, lines: Mapping[str, Sequence[int]]) -> None:
    """Give owed notices to another line of post: ``{"boss@gz.example/escalation": ids}``."""
    for line, ids in lines.items():
        owed = update(Notice).where(Notice.id.in_(ids), Notice.state == "owed")
        session.execute(owed.values(addressee=line, token=None, leased_until=None))


def mind_rules(session: Session, office: Office, now: datetime) -> list[tuple[str, date, date]]:
    """When rungs, calendar, send time or zone changed: compute deadlines again, look at everything again.

    Returns (ref, old, new) of the deadlines that moved.
    """
    instance = session.get_one(Instance, 1)
    if instance.rules_hash == office.rules_hash:
        return []
    today = office.today(now)
    keeper = Register(
        session, actor="tracker", now=now, today=today, workdays=office.workdays,
        review_every=office.review_every, evidence_folder=office.evidence_folder,
    )  # fmt: skip
    moved = next_action.recompute(keeper)
    session.flush()
    next_action.rearm_all(session, today)
    instance.rules_hash = office.rules_hash
    return moved

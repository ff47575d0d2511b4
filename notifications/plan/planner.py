"""The planner over the database: looks at what is due, writes the notices owed, tidies those no longer owed.

Longer than most files: what plans a notice, holds it and takes it back must agree on its key and its addressee.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from commitments.damage import visible
from commitments.models import Commitment, Department
from commitments.register import next_action
from commitments.register.context import Register
from commitments.storage import stored
from notifications import alerts
from notifications.context import Context
from notifications.keys import ORGANISATION, Addressee, NoticeKey
from notifications.models import (
    APPROVAL,
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
from notifications.outbox.claims import Lease, chunks
from notifications.passes import Steps
from notifications.plan import digests, mailboxes, status_digest, subjects
from notifications.plan.periods import send_on
from notifications.plan.schedule import LADDER_KINDS, RequiredNotice, declined, next_look, required_notices
from notifications.remarks import worded

log = logging.getLogger("yinuo.delivery")
COMMITMENTS_AT_A_TIME = 500
DIGESTS = "digests"  # the step of a pass


def plan_next(session: Session, context: Context, lease: Lease, leaving_out: Collection[int] = ()) -> tuple[int, int]:
    """Look at up to COMMITMENTS_AT_A_TIME commitments whose day has come; return (looked at, notices new).

    What is new is held under this lease until ``holds.end_planning``.
    """
    return plan_these(session, context, lease, due(session, context, lease, leaving_out))


def due(session: Session, context: Context, lease: Lease, leaving_out: Collection[int] = ()) -> list[int]:
    """Return up to COMMITMENTS_AT_A_TIME commitments whose day has come, locked for this transaction."""
    come = select(Commitment.id).where(Commitment.next_action_on <= context.today(lease.now))
    if leaving_out:
        come = come.where(Commitment.id.not_in(leaving_out))
    come = come.order_by(Commitment.next_action_on).limit(COMMITMENTS_AT_A_TIME)
    return list(session.scalars(come.with_for_update(skip_locked=True)))


def plan_these(session: Session, context: Context, lease: Lease, ids: Sequence[int]) -> tuple[int, int]:
    """Write what is owed for some commitments; return (looked at, notices new)."""
    today = context.today(lease.now)
    found = subjects.load(session, ids, context.policy, context.zone)
    owed = {each.id: required_notices(each, context.policy, today, context.workdays) for each in found}
    mark = {"reason": PLANNING, "token": lease.token, "leased_until": lease.until}
    new = notices.add(session, [{**row, **mark} for row in _rows(session, context, owed, lease.now)], "plan")
    _tidy(session, owed)
    looks = {each.id: next_look(each, context.policy, today, context.workdays) for each in found}
    next_action.move_next_action(session, looks)
    return len(found), new


def _rows(
    session: Session, context: Context, owed: Mapping[int, Iterable[RequiredNotice]], now: datetime
) -> Iterable[dict[str, object]]:
    names = {required.department for some in owed.values() for required in some if required.department}
    columns = (Department.name, Department.id, Department.escalation)
    wanted = Department.name.in_([stored(name) for name in names])
    departments = {row.name: row for row in session.execute(select(*columns).where(wanted))}
    for commitment, some in owed.items():
        for required in some:
            found = departments.get(required.department or "")
            row = _row(required, commitment, found.id if found else None, now)
            if required.key.role == "escalation":
                row["addressee"] = mailboxes.escalation_addressee(found.escalation if found else "", context.mailbox)
            yield row


def _row(required: RequiredNotice, commitment: int, department: int | None, now: datetime) -> dict[str, object]:
    return {
        "key": str(required.key),
        "kind": required.key.kind,
        "addressee": str(required.addressee),
        "role": required.key.role,
        "slot": required.send_on,
        "rung": required.key.step,
        "due_on": required.key.day,
        "commitment_id": commitment,
        "department_id": department,
        "created_at": now,
    }


def _tidy(session: Session, owed: Mapping[int, Sequence[RequiredNotice]]) -> None:
    """Supersede unsent rungs overtaken by a higher one; cancel unsent notices that no longer hold."""
    unsent = select(Notice.id, Notice.key, Notice.commitment_id).where(
        Notice.commitment_id.in_(list(owed)), STATE_NOT_INDEXED.in_(UNSENT)
    )
    endings: dict[str, list[int]] = {"supersede": [], "cancel": []}
    for notice, its_key, commitment in session.execute(unsent):
        event = obsolete_by(its_key, {str(required.key) for required in owed[commitment or 0]})
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


def decline(session: Session, context: Context, refs: Sequence[str], now: datetime) -> None:
    """Enter these commitments as history: what should have been told by now is written as cancelled, and never told."""
    session.flush()
    today = context.today(now)
    for some in chunks(refs):
        ids = session.scalars(select(Commitment.id).where(Commitment.ref.in_(some))).all()
        found = subjects.load(session, ids, context.policy, context.zone)
        owed = {each.id: declined(each, context.policy, today, context.workdays) for each in found}
        rows = [{**row, "reason": QUIET} for row in _rows(session, context, owed, now)]
        notices.add(session, rows, "decline")


def plan_digests(session: Session, context: Context, now: datetime, steps: Steps) -> int:
    """Make the digests owed by now and the notices that carry them; return how many status notices are new.

    One that cannot be made stops no other. That it failed is written down together with those that were made, so that
    the month is not taken for settled: it is tried again in each pass.
    """
    new = 0
    known = {alert.key for alert in alerts.standing(session) if alert.key.startswith(f"pass/{DIGESTS}/")}
    for unit, months in digests.owing(session, context, now, again=bool(known)):
        with steps.step(DIGESTS, unit.name), session.begin_nested():
            _plan_unit(session, unit, months, context, now)
    with steps.step(DIGESTS), session.begin_nested():
        new = status_digest.plan(session, context, now)
    for failure in (each for each in steps.failed if each.step == DIGESTS):
        if failure.key not in known:
            log.error("%s", worded(failure.text), exc_info=failure.trouble)
        alerts.raise_(session, failure.key, failure.text, now)
    return new


def _plan_unit(session: Session, unit: Department, months: Sequence[str], context: Context, now: datetime) -> None:
    event, reason = ("plan", APPROVAL) if context.digest.approval == "required" else ("owe", "")
    for digest in digests.make(session, unit, months, context, now):
        slot = send_on(digest.period, context.digest.day, context.workdays)
        common = {"kind": "monthly_digest", "slot": slot, "digest_id": digest.id, "created_at": now, "reason": reason}
        notices.add(session, [{**common, **row} for row in _digest_rows(unit, digest)], event)


def _digest_rows(unit: Department, digest: Digest) -> Iterable[dict[str, object]]:
    """Yield who gets a digest: the unit, and the organisation a copy of its own."""
    name = visible(unit.name)
    key = partial(NoticeKey, kind="digest", subject=name, step=digest.period)
    yield {"key": str(key(name=name, role="unit")), "role": "unit", "department_id": unit.id,
           "addressee": str(Addressee("digest", name, digest.period))}  # fmt: skip
    yield {"key": str(key(name=ORGANISATION, role="copy")), "role": "copy", "department_id": None,
           "addressee": str(Addressee("copy", name, digest.period))}  # fmt: skip


def retry_uncomposable(session: Session, context: Context, now: datetime) -> None:
    """What could not be composed is tried again each day: a name, a mailbox or a template may be mended."""
    midnight = datetime.combine(context.today(now), time(), context.zone)
    holds.unhold(session, UNCOMPOSABLE, Notice.held_at < midnight)


def sync_rules(session: Session, context: Context, now: datetime) -> list[tuple[str, date, date]]:
    """When rungs, calendar, send time or zone changed: compute deadlines again, look at everything again.

    Returns (ref, old, new) of the deadlines that moved.
    """
    instance = session.get_one(Instance, 1)
    if instance.rules_hash == context.rules_hash:
        return []
    today = context.today(now)
    keeper = Register(
        session, actor="tracker", now=now, today=today, workdays=context.workdays,
        review_every=context.review_every, evidence_folder=context.evidence_folder,
    )  # fmt: skip
    moved = next_action.recompute_deadlines(keeper)
    session.flush()
    next_action.look_at_all_again(session, today)
    instance.rules_hash = context.rules_hash
    return moved

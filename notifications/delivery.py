"""The pass: plan → claim → compose → store → send → record.

A pass may be cut at any point: what it leaves behind is picked up by the next one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from commitments.errors import StorageTrouble, WrongEnvironment, sentence
from commitments.models import Commitment
from commitments.storage import reading, writing
from notifications import passes
from notifications.context import Context
from notifications.models import GUARD, Instance, Notice
from notifications.outbox import attempts, claims, holds
from notifications.outbox.claims import Lease
from notifications.passes import Failure, Report, Steps
from notifications.plan import guard, mailboxes, planner
from notifications.sender import Sender


def pass_once(
    context: Context,
    clock: Callable[[], datetime],
    stop: Callable[[], bool] = lambda: False,
    steps: Steps | None = None,
) -> Report:
    """Do one whole pass. What fails in one step stops no other: it is in ``report.steps``, and an alert says so.

    Raises WrongEnvironment before anything is written, and whatever keeps the pass from even beginning.
    """
    report = Report(steps=steps or Steps())
    check_environment(context)
    with writing(context.engine) as session:
        report.silent_because = guard.check_clock(session, context, clock())
        if report.silent_because:
            return report
        lost = attempts.recover(session, clock(), context.unknown_after, alone=context.alone)
    report.steps.done.append("begin")
    report.outcomes += Counter(unknown=lost)
    with report.steps.step("plan"):
        plan(context, clock(), report, stop)
    with report.steps.step("look"):
        report.silent_because = why_not(context, clock())
    if not report.silent_because:
        with report.steps.step("send"):
            Sender(context, clock, stop, report).run()
    report.recorded = passes.conclude(context.engine, report.steps, clock())
    return report


def why_not(context: Context, now: datetime) -> str:
    """Return why nothing may be sent now, or ""."""
    local = now.astimezone(context.zone)
    if not context.workdays.is_workday(local.date()):
        return sentence("silence.day_off", day=local.date())
    if not context.may_send(now):
        return sentence("silence.early", time=f"{context.send_at:%H:%M}")
    with reading(context.engine) as session:
        paused = session.get_one(Instance, 1).paused_until
    if paused is None or paused <= now:
        return ""
    until = paused.astimezone(context.zone)
    if until.date() == local.date():
        return sentence("silence.rests", time=f"{until:%H:%M}")
    return sentence("silence.rests_on", time=f"{until:%H:%M}", day=until.date())


def check_environment(context: Context) -> None:
    """A copied database must not send for the original."""
    with reading(context.engine) as session:
        found = session.get_one(Instance, 1).environment
    if found != context.environment:
        raise WrongEnvironment(found=found, wanted=context.environment)


# -- planning --------------------------------------------------------------------------------------------------


def plan(context: Context, now: datetime, report: Report, stop: Callable[[], bool] = lambda: False) -> None:
    """Write every notice owed by now, in short transactions; then guard against telling too much at once.

    Commitments that cannot be planned stop no others; they stand in ``report.steps``.
    """
    with writing(context.engine) as session:
        report.moved = len(planner.sync_rules(session, context, now))
        lease = claims.new_lease(session, context.worker, now)
    failed: dict[int, Exception] = {}
    looked = planner.COMMITMENTS_AT_A_TIME
    while looked == planner.COMMITMENTS_AT_A_TIME and not stop():
        looked, new = _plan_some(context, lease, failed)
        report.planned += new
    with writing(context.engine) as session:
        finish_plan(session, context, lease, report)
    report.steps.failed += _failures(context, failed)


def _failures(context: Context, failed: Mapping[int, Exception]) -> Iterator[Failure]:
    """Yield one failure for each cause, with the ref of the first it met."""
    by_cause: dict[str, list[int]] = {}
    for key, trouble in failed.items():
        by_cause.setdefault(passes.cause(trouble), []).append(key)
    named = select(Commitment.id, Commitment.ref).where(Commitment.id.in_([first for first, *_ in by_cause.values()]))
    with reading(context.engine) as session:
        refs = dict(session.execute(named).all()) if failed else {}
    for first, *others in by_cause.values():
        yield Failure("plan", failed[first], str(refs.get(first)), len(others))


def _plan_some(context: Context, lease: Lease, failed: dict[int, Exception]) -> tuple[int, int]:
    """Plan the next commitments, each by itself where one of them cannot be planned; those are put into ``failed``."""
    try:
        with writing(context.engine) as session:
            return planner.plan_next(session, context, lease, failed)
    except StorageTrouble:
        raise
    except Exception:  # noqa: BLE001 - it comes again for whoever is at fault
        with reading(context.engine) as session:
            ids = planner.due(session, context, lease, failed)
        new = sum(_plan_one(context, lease, key, failed) for key in ids)
        return (0 if failed.keys() >= set(ids) else len(ids)), new


def _plan_one(context: Context, lease: Lease, key: int, failed: dict[int, Exception]) -> int:
    try:
        with writing(context.engine) as session:
            return planner.plan_these(session, context, lease, [key])[1]
    except Exception as trouble:  # noqa: BLE001 - told when the others are planned
        failed[key] = trouble
        return 0


def hold_due(context: Context, now: datetime) -> None:
    """Plan whatever the clock says, and hold all of it for a person to release or cancel."""
    report = Report()
    plan(context, now, report)
    for failure in report.steps.failed:
        if failure.step == "plan":
            raise failure.trouble
    with writing(context.engine) as session:
        holds.hold(session, GUARD, Notice.slot <= context.today(now))


@contextmanager
def trial(context: Context, now: datetime) -> Iterator[Session]:
    """Plan in one transaction that is rolled back at the end; the session shows what would be owed."""
    with Session(context.engine) as session:
        planner.sync_rules(session, context, now)
        lease = claims.new_lease(session, context.worker, now)
        while planner.plan_next(session, context, lease)[0] == planner.COMMITMENTS_AT_A_TIME:
            pass
        report = Report()
        finish_plan(session, context, lease, report)
        for failure in report.steps.failed:
            raise failure.trouble
        session.flush()
        yield session
        session.rollback()


def finish_plan(session: Session, context: Context, lease: Lease, report: Report) -> None:
    """Make digests owed, mind mailboxes, hold what the guard must see, note when we planned: all at one stroke."""
    now = lease.now
    holds.end_planning(session, lease)
    with report.steps.step(planner.DIGESTS), session.begin_nested():
        report.planned += planner.plan_digests(session, context, now, report.steps)
    holds.clear_alerts(session, now)
    planner.retry_uncomposable(session, context, now)
    mailboxes.hold_without_mailbox(session, context)
    guard.hold_flood(session, context, now)
    session.get_one(Instance, 1).planned_at = now

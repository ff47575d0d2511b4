"""The pass: plan → lease → compose → freeze → send → settle.

A pass may be cut at any point: what it leaves behind is picked up by the next one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commitments.errors import StorageTrouble, WrongEnvironment
from commitments.models import Commitment
from commitments.storage import reading, writing
from notifications import alerts, passes
from notifications.models import GUARD, RELEASED, Instance, Notice
from notifications.outbox import attempts, claims, holds
from notifications.outbox.claims import Lease
from notifications.passes import Failure, Report, Steps
from notifications.plan import planner
from notifications.sender import Sender
from notifications.settings import Office

CLOCK_BACK = timedelta(hours=26)  # more is a wrong clock, not a change of zone
UNBORN = 2000  # a machine without a clock battery starts in 1970


def pass_once(
    office: Office,
    clock: Callable[[], datetime],
    stop: Callable[[], bool] = lambda: False,
    steps: Steps | None = None,
) -> Report:
    """Do one whole pass. What fails in one step stops no other: it is in ``report.steps``, and an alert says so.

    Raises WrongEnvironment before anything is written, and whatever keeps the pass from even beginning.
    """
    report = Report(steps=steps or Steps())
    check_environment(office)
    with writing(office.engine) as session:
        report.silent_because = mind_clock(session, office, clock())
        if report.silent_because:
            return report
        lost = attempts.recover(session, clock(), office.unknown_after, alone=office.alone)
    report.steps.done.append("begin")
    report.outcomes += Counter(unknown=lost)
    with report.steps.step("plan"):
        plan(office, clock(), report, stop)
    with report.steps.step("look"):
        report.silent_because = why_not(office, clock())
    if not report.silent_because:
        with report.steps.step("send"):
            Sender(office, clock, stop, report).run()
    report.recorded = passes.conclude(office.engine, report.steps, clock())
    return report


def why_not(office: Office, now: datetime) -> str:
    """Return why nothing may be sent now, or ""."""
    local = now.astimezone(office.zone)
    if not office.workdays.is_workday(local.date()):
        return f"{local.date()} is a day off"
    if not office.may_tell(now):
        return f"it is before {office.send_at:%H:%M}"
    with reading(office.engine) as session:
        paused = session.get_one(Instance, 1).paused_until
    if paused is None or paused <= now:
        return ""
    until = paused.astimezone(office.zone)
    return f"the channel rests until {until:%H:%M}{'' if until.date() == local.date() else f' on {until.date()}'}"


def check_environment(office: Office) -> None:
    """A copied database must not send for the original."""
    with reading(office.engine) as session:
        found = session.get_one(Instance, 1).environment
    if found != office.environment:
        raise WrongEnvironment(found=found, wanted=office.environment)


# -- the clock -------------------------------------------------------------------------------------------------


def mind_clock(session: Session, office: Office, now: datetime) -> str:
    """Return why the clock is not to be believed, with one alert for the operator, or "".

    Until ``outbox release`` nothing is planned or sent then: what a wrong clock makes the books say cannot be unsaid.
    When the clock comes back by itself, so does the program.
    """
    why = _doubt(session.get_one(Instance, 1), office, now)
    if why:
        words = f"nothing is planned or sent: {why}; look at the clock, then `tracker outbox release` or `cancel`"
        alerts.raise_(session, holds.CLOCK, words, now)
    else:
        alerts.clear(session, holds.CLOCK, now)
    return why


def _doubt(instance: Instance, office: Office, now: datetime) -> str:
    last = instance.planned_at
    if now.year < UNBORN:
        return f"the clock says {now:%Y-%m-%d}"
    if last is not None and last - now > CLOCK_BACK:
        return f"the clock went back {(last - now).days} days"
    if last is not None and now - last > office.guard.longest_gap:
        return f"nothing was planned for {(now - last).days} days"
    return ""


# -- planning --------------------------------------------------------------------------------------------------


def plan(office: Office, now: datetime, report: Report, stop: Callable[[], bool] = lambda: False) -> None:
    """Write every notice owed by now, in short transactions; then guard against telling too much at once.

    Commitments that cannot be planned stop no others; they stand in ``report.steps``.
    """
    with writing(office.engine) as session:
        report.moved = len(planner.mind_rules(session, office, now))
        lease = claims.new_lease(session, office.worker, now)
    failed: dict[int, Exception] = {}
    looked = planner.BATCH
    while looked == planner.BATCH and not stop():
        looked, new = _plan_some(office, lease, failed)
        report.planned += new
    with writing(office.engine) as session:
        finish_plan(session, office, lease, report)
    report.steps.failed += _failures(office, failed)


def _failures(office: Office, failed: Mapping[int, Exception]) -> Iterator[Failure]:
    """Yield one failure for each cause, with the ref of the first it met."""
    by_cause: dict[str, list[int]] = {}
    for key, trouble in failed.items():
        by_cause.setdefault(passes.cause(trouble), []).append(key)
    named = select(Commitment.id, Commitment.ref).where(Commitment.id.in_([first for first, *_ in by_cause.values()]))
    with reading(office.engine) as session:
        refs = dict(session.execute(named).all()) if failed else {}
    for first, *others in by_cause.values():
        more = f" and {len(others)} more" if others else ""
        yield Failure("plan", failed[first], f"{refs.get(first)}{more}")


def _plan_some(office: Office, lease: Lease, failed: dict[int, Exception]) -> tuple[int, int]:
    """Plan a batch, each commitment by itself where one of them cannot be planned; those are put into ``failed``."""
    try:
        with writing(office.engine) as session:
            return planner.plan_batch(session, office, lease, failed)
    except StorageTrouble:
        raise
    except Exception:  # noqa: BLE001 - it comes again for whoever is at fault
        with reading(office.engine) as session:
            ids = planner.due(session, office, lease, failed)
        new = sum(_plan_one(office, lease, key, failed) for key in ids)
        return (0 if failed.keys() >= set(ids) else len(ids)), new


def _plan_one(office: Office, lease: Lease, key: int, failed: dict[int, Exception]) -> int:
    try:
        with writing(office.engine) as session:
            return planner.plan_these(session, office, lease, [key])[1]
    except Exception as trouble:  # noqa: BLE001 - told when the others are planned
        failed[key] = trouble
        return 0


def hold_due(office: Office, now: datetime) -> None:
    """Plan whatever the clock says, and hold all of it for a person to release or cancel."""
    report = Report()
    plan(office, now, report)
    for failure in report.steps.failed:
        if failure.step == "plan":
            raise failure.trouble
    with writing(office.engine) as session:
        holds.hold(session, GUARD, Notice.slot <= office.today(now))


@contextmanager
def trial(office: Office, now: datetime) -> Iterator[Session]:
    """Plan in one transaction that is rolled back at the end; the session shows what would be owed."""
    with Session(office.engine) as session:
        planner.mind_rules(session, office, now)
        lease = claims.new_lease(session, office.worker, now)
        while planner.plan_batch(session, office, lease)[0] == planner.BATCH:
            pass
        report = Report()
        finish_plan(session, office, lease, report)
        for failure in report.steps.failed:
            raise failure.trouble
        session.flush()
        yield session
        session.rollback()


def finish_plan(session: Session, office: Office, lease: Lease, report: Report) -> None:
    """Make digests owed, mind mailboxes, hold what the guard must see, note when we planned: all at one stroke."""
    now = lease.now
    holds.end_planning(session, lease)
    with report.steps.step(planner.DIGESTS), session.begin_nested():
        report.planned += planner.plan_digests(session, office, now, report.steps)
    holds.end_alerts(session, now)
    planner.retry_uncomposable(session, office, now)
    planner.mind_mailboxes(session, office)
    _guard(session, office, now)
    session.get_one(Instance, 1).planned_at = now


def _guard(session: Session, office: Office, now: datetime) -> None:
    """Hold everything at once when a pass would tell more than a person would believe."""
    ready = (Notice.state == "owed", Notice.slot <= office.today(now), Notice.reason != RELEASED)
    counts = select(func.count(), func.count(Notice.addressee.distinct())).where(*ready)
    notices, recipients = session.execute(counts).one()
    limit = office.guard
    if recipients <= limit.recipients and notices <= limit.notices:
        return
    holds.hold(session, GUARD, *ready)
    why = f"more than {limit.recipients} recipients or {limit.notices} notices at once"
    alerts.raise_(session, GUARD, f"{notices} notices to {recipients} recipients are held: {why}", now)

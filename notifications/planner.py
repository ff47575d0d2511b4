"""Which notices should exist by now: a pure function of one commitment, the policy and the day.

Level-triggered: it never asks what happened when it last ran, so a missed, late or doubled tick changes nothing. The
rule is the table "Who is told what, and when" in docs/design.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from commitments.deadlines import Ladder, Offset, Step, Workdays

CHANNEL = "mail"
ORGANISATION = "organisation"
SUPPORT_FROM = Offset(-7, "wd")  # supporting departments are told from here to the deadline
LADDER_KINDS = ("reminder", "review", "escalation")  # a higher rung of these takes the place of a lower one


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The ladders, and from which overdue rung on an escalation goes out."""

    ladder: Ladder
    escalate_after: Offset

    @property
    def review(self) -> Ladder:
        """Return the ladder of commitments without a deadline."""
        return Ladder.for_review(self.ladder.repeat)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the planner must know of a commitment. Departments are names; ``since`` is the day it last became open."""

    id: int
    ref: str
    state: str
    arming: int
    since: date
    lead: str
    support: tuple[str, ...]
    due_on: date | None
    review_on: date | None
    reported_done_on: date | None
    closed_on: date | None


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A notice that should exist. ``slot`` is the working day on which it is told."""

    key: str
    kind: str
    role: str
    addressee: str
    department: str | None
    slot: date
    rung: str = ""
    due_on: date | None = None


def duties(facts: Facts, policy: Policy, today: date, workdays: Workdays) -> list[Duty]:
    """Return every notice owed by ``today``; of a ladder only the highest rung reached."""
    if facts.state == "closed":
        slot = workdays.on_or_after(facts.closed_on or today)
        return [_to(facts, "closed", role, name, slot, due=facts.closed_on) for role, name in _owners(facts)]
    slot = workdays.on_or_after(facts.since)
    owed = [_to(facts, "assignment", role, name, slot) for role, name in _owners(facts)]
    if facts.state == "reported_done":
        return [*owed, _done(facts, workdays.on_or_after(facts.reported_done_on or today))]
    if facts.state == "open":
        owed += _on_ladder(facts, policy, today, workdays)
    return owed


def next_look(facts: Facts, policy: Policy, today: date, workdays: Workdays) -> date | None:
    """Return the next day on which ``duties`` can say more, or None when only a change can."""
    if facts.state != "open":
        return None
    if facts.due_on is not None:
        return policy.ladder.following(facts.due_on, today, workdays).slot
    return policy.review.following(facts.review_on, today, workdays).slot if facts.review_on else None


def coming(facts: Facts, policy: Policy, first: date, last: date, workdays: Workdays) -> Iterator[Duty]:
    """Yield the ladder notices with a slot in ``first..last``, both included, as things stand."""
    day, ladder = (facts.due_on, policy.ladder) if facts.due_on else (facts.review_on, policy.review)
    if facts.state != "open" or day is None:
        return
    for step in ladder.steps(day, first, last, workdays):
        yield from _of_step(facts, policy, step, workdays)


def _owners(facts: Facts) -> list[tuple[str, str]]:
    return [("lead", facts.lead), *(("support", name) for name in facts.support)]


def _on_ladder(facts: Facts, policy: Policy, today: date, workdays: Workdays) -> list[Duty]:
    day, ladder = (facts.due_on, policy.ladder) if facts.due_on else (facts.review_on, policy.review)
    step = ladder.reached(day, today, workdays) if day else None
    return list(_of_step(facts, policy, step, workdays)) if step else []


def _of_step(facts: Facts, policy: Policy, step: Step, workdays: Workdays) -> Iterator[Duty]:
    """Yield who is told at this rung: lead; supporting departments near the deadline; escalation when long overdue."""
    if facts.due_on is None:
        yield _to(facts, "review", "lead", facts.lead, step.slot, step.rung, facts.review_on)
        return
    yield _to(facts, "reminder", "lead", facts.lead, step.slot, step.rung, facts.due_on)
    if not step.overdue and step.nominal >= SUPPORT_FROM.after(facts.due_on, workdays):
        for name in facts.support:
            yield _to(facts, "reminder", "support", name, step.slot, step.rung, facts.due_on)
    if step.overdue and step.nominal >= policy.escalate_after.after(facts.due_on, workdays):
        yield _to(facts, "escalation", "escalation", facts.lead, step.slot, step.rung, facts.due_on)


def _to(
    facts: Facts, kind: str, role: str, department: str, slot: date, rung: str = "", due: date | None = None
) -> Duty:
    return Duty(
        key=key(f"{kind}/{facts.arming}", facts.ref, rung, due, department, role),
        kind=kind,
        role=role,
        addressee=f"{department}/escalation" if role == "escalation" else department,
        department=department,
        slot=slot,
        rung=rung,
        due_on=due,
    )


def _done(facts: Facts, slot: date) -> Duty:
    reported = facts.reported_done_on
    return Duty(
        key=key(f"done/{facts.arming}", facts.ref, "", reported, ORGANISATION, ORGANISATION),
        kind="done",
        role=ORGANISATION,
        addressee=ORGANISATION,
        department=None,
        slot=slot,
        due_on=reported,
    )


def key(kind: str, subject: str, rung: str, day: date | None, name: str, role: str) -> str:
    """Spell a notice's unique key: ``reminder/1|2019-1007-03|+6wd|2019-12-31|市民政局|lead|mail``."""
    return "|".join((kind, subject, rung, day.isoformat() if day else "", name, role, CHANNEL))

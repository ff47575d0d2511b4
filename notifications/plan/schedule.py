"""Which notices should exist by now: a pure function of one commitment, the policy and the day.

Level-triggered: it never asks what happened when it last ran, so a missed, late or doubled tick changes nothing. The
rule is docs/telling.md, "Who is told what, and when". Nobody is accused of what they were never told: an
escalation follows from the days on which the lead really was told, which are facts like the others.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from commitments.damage import visible
from commitments.deadlines import Ladder, Offset, Step, Workdays
from notifications.keys import ORGANISATION, Addressee, NoticeKey

SUPPORT_FROM = Offset(-7, "wd")  # supporting departments are told from here to the deadline
LADDER_KINDS = ("reminder", "review", "escalation")  # a higher rung of these takes the place of a lower one


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The ladders; how long after a telling an escalation goes out, and after how many questions about undated ones.

    ``list_day`` is the day of the week on which long unanswered questions stand in one list; 0 is Monday.
    """

    ladder: Ladder
    escalate_after: Offset
    escalate_after_reviews: int = 2
    list_day: int = 0

    @property
    def review(self) -> Ladder:
        """Return the ladder of commitments without a deadline."""
        return Ladder.for_review(self.ladder.repeat, self.ladder.rarer, self.list_day)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the planner must know of a commitment. Departments are names; ``since`` is the day it last became open.

    ``told`` are the first days on which the present lead was told of the present date since then: at overdue rungs of a
    deadline, or asked about an undated one without an answer; as many as the policy asks for are enough.
    """

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
    told: tuple[date, ...] = ()

    def late(self, today: date) -> bool:
        """Say whether it was overdue already when it became open.

        Seen from a day before it became open, as when the past is rehearsed, nothing is late.
        """
        return self.due_on is not None and self.due_on < self.since <= today


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A notice that should exist. ``slot`` is the working day on which it is told; a ``listed`` one has no card."""

    key: NoticeKey
    department: str | None
    slot: date
    listed: bool = False

    @property
    def addressee(self) -> Addressee:
        """Return who is told; which mailbox an escalation ends in is for the database to say."""
        if self.department is None:
            return Addressee(ORGANISATION)
        return Addressee("escalation" if self.key.role == "escalation" else "department", self.key.name)


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
    """Return the next day on which ``duties`` can say more, or None when only a change can.

    Of a lead who is yet to be told, the telling may happen at any moment, today at the earliest.
    """
    day, ladder = _ladder(facts, policy, today, workdays)
    if facts.state != "open" or day is None:
        return None
    following = ladder.following(day, today, workdays).slot
    begun = facts.due_on is None or facts.due_on < today
    if day > today or not begun:
        return following
    chance = _escalation_day(facts, policy, workdays) or _after(policy, today, workdays)
    return min(following, chance) if chance > today else following


def coming(
    facts: Facts, policy: Policy, first: date, last: date, workdays: Workdays, settled: Collection[NoticeKey] = ()
) -> Iterator[Duty]:
    """Yield the ladder notices with a slot in ``first..last``, both included, if each is told on its day.

    ``settled`` are the keys of those that were told or declined already.
    """
    day: date | None = first
    seen = set(settled)
    while day is not None and day <= last:
        new = [duty for duty in _on_ladder(facts, policy, day, workdays) if duty.key not in seen]
        seen |= {duty.key for duty in new}
        yield from (duty for duty in new if duty.slot >= first)
        if any(_tells(duty) for duty in new):
            facts = replace(facts, told=(*facts.told, day))
        day = next_look(facts, policy, day, workdays)


def counted_from(facts: Facts, policy: Policy, today: date, workdays: Workdays) -> date | None:
    """Return the day from which rungs are counted."""
    return _ladder(facts, policy, today, workdays)[0]


def declined(facts: Facts, policy: Policy, today: date, workdays: Workdays) -> list[Duty]:
    """Return what is told to nobody when a commitment is entered as history: all of it that lies before now.

    Of what is overdue already, or should have been asked already, that is every rung up to the first repeat.
    """
    owed = duties(facts, policy, today, workdays)
    day, ladder = _ladder(facts, policy, today, workdays)
    asked = facts.due_on is None and facts.review_on is not None and facts.review_on <= today
    if facts.state == "open" and day is not None and (asked or facts.late(today)):
        owed += [duty for step in ladder.listed(day, workdays) for duty in _of_step(facts, step, workdays)]
    return list({duty.key: duty for duty in owed if duty.key.kind in ("assignment", *LADDER_KINDS)}.values())


def _owners(facts: Facts) -> list[tuple[str, str]]:
    return [("lead", facts.lead), *(("support", name) for name in facts.support)]


def _ladder(facts: Facts, policy: Policy, today: date, workdays: Workdays) -> tuple[date | None, Ladder]:
    """Return the day from which rungs are counted, and the rungs.

    What was late when it became open is counted from that day, the day of its assignment, since nobody could have been
    told before.
    """
    opened = workdays.on_or_after(facts.since)
    if facts.late(today):
        return opened, policy.ladder.overdue_part()
    if facts.due_on is not None or facts.review_on is None:
        return facts.due_on, policy.ladder
    return opened if facts.review_on < facts.since <= today else facts.review_on, policy.review


def _on_ladder(facts: Facts, policy: Policy, today: date, workdays: Workdays) -> list[Duty]:
    day, ladder = _ladder(facts, policy, today, workdays)
    step = ladder.reached(day, today, workdays) if day else None
    if day is None or step is None:
        return []
    return [*_of_step(facts, step, workdays), *_escalation(facts, policy, day, step, today, workdays)]


def _of_step(facts: Facts, step: Step, workdays: Workdays) -> Iterator[Duty]:
    """Yield who is told at this rung: the lead; supporting departments near the deadline."""
    if facts.due_on is None:
        asked = _to(facts, "review", "lead", facts.lead, step.slot, step.rung, facts.review_on)
        yield replace(asked, listed=step.listed)
        return
    yield _to(facts, "reminder", "lead", facts.lead, step.slot, step.rung, facts.due_on)
    if not step.overdue and step.nominal >= SUPPORT_FROM.after(facts.due_on, workdays):
        for name in facts.support:
            yield _to(facts, "reminder", "support", name, step.slot, step.rung, facts.due_on)


def _escalation(facts: Facts, policy: Policy, day: date, step: Step, today: date, workdays: Workdays) -> Iterator[Duty]:
    """Yield the escalation at this rung, once the lead has been told and has had the time to act."""
    ready = _escalation_day(facts, policy, workdays)
    if ready is None or ready > today:
        return
    if facts.due_on is None or (step.overdue and step.nominal >= policy.escalate_after.after(day, workdays)):
        slot, date_meant = max(step.slot, ready), facts.due_on or facts.review_on
        yield _to(facts, "escalation", "escalation", facts.lead, slot, step.rung, date_meant)


def _escalation_day(facts: Facts, policy: Policy, workdays: Workdays) -> date | None:
    """Return the first day of an escalation, or None while the lead has not been told often enough."""
    needed = 1 if facts.due_on else policy.escalate_after_reviews
    return _after(policy, facts.told[needed - 1], workdays) if len(facts.told) >= needed else None


def _after(policy: Policy, told: date, workdays: Workdays) -> date:
    return workdays.on_or_after(policy.escalate_after.after(told, workdays))


def _tells(duty: Duty) -> bool:
    """Say whether this notice, once told, counts towards an escalation."""
    return duty.key.role == "lead" and (duty.key.kind == "review" or duty.key.step.startswith("+"))


def _to(
    facts: Facts, kind: str, role: str, department: str, slot: date, rung: str = "", due: date | None = None
) -> Duty:
    """A damaged ref or name has signs in its key: the notice is written, and held where it cannot be composed."""
    return Duty(
        key=NoticeKey(
            kind=kind,
            generation=facts.arming,
            subject=visible(facts.ref),
            step=rung,
            day=due,
            name=visible(department),
            role=role,
        ),
        department=department,
        slot=slot,
    )


def _done(facts: Facts, slot: date) -> Duty:
    return replace(_to(facts, "done", ORGANISATION, ORGANISATION, slot, due=facts.reported_done_on), department=None)

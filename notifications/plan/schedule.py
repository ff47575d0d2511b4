"""Which notices should exist by now: a pure function of one commitment, the policy and the day.

Level-triggered: it never asks what happened when it last ran, so a missed, late or doubled tick changes nothing. The
rule is docs/telling.md, "Who is told what, and when". Nobody is accused of what they were never told: an
escalation follows from the days on which the lead really was told, which are facts like the others.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from commitments.calendar.deadlines import Ladder, Offset, Step, Workdays
from commitments.damage import visible
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
class ReminderSubject:
    """What the planner must know of a commitment. Departments are names; ``since`` is the day it last became open.

    ``told`` are the first days on which the present lead was told of the present date since then: at overdue rungs of a
    deadline, or asked about an undated one without an answer; as many as the policy asks for are enough.
    """

    id: int
    ref: str
    state: str
    generation: int
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
class RequiredNotice:
    """A notice that should exist. ``send_on`` is the working day on which it is told; a ``listed`` one has no card."""

    key: NoticeKey
    department: str | None
    send_on: date
    listed: bool = False

    @property
    def addressee(self) -> Addressee:
        """Return who is told; which mailbox an escalation ends in is for the database to say."""
        if self.department is None:
            return Addressee(ORGANISATION)
        return Addressee("escalation" if self.key.role == "escalation" else "department", self.key.name)


def required_notices(subject: ReminderSubject, policy: Policy, today: date, workdays: Workdays) -> list[RequiredNotice]:
    """Return every notice owed by ``today``; of a ladder only the highest rung reached."""
    if subject.state == "closed":
        send_on = workdays.on_or_after(subject.closed_on or today)
        return [_to(subject, "closed", role, name, send_on, due=subject.closed_on) for role, name in _owners(subject)]
    send_on = workdays.on_or_after(subject.since)
    owed = [_to(subject, "assignment", role, name, send_on) for role, name in _owners(subject)]
    if subject.state == "reported_done":
        return [*owed, _done(subject, workdays.on_or_after(subject.reported_done_on or today))]
    if subject.state == "open":
        owed += _on_ladder(subject, policy, today, workdays)
    return owed


def next_look(subject: ReminderSubject, policy: Policy, today: date, workdays: Workdays) -> date | None:
    """Return the next day on which ``required_notices`` can say more, or None when only a change can.

    Of a lead who is yet to be told, the telling may happen at any moment, today at the earliest.
    """
    day, ladder = _ladder(subject, policy, today, workdays)
    if subject.state != "open" or day is None:
        return None
    following = ladder.following(day, today, workdays).send_on
    begun = subject.due_on is None or subject.due_on < today
    if day > today or not begun:
        return following
    chance = _escalation_day(subject, policy, workdays) or _after(policy, today, workdays)
    return min(following, chance) if chance > today else following


def upcoming(
    subject: ReminderSubject,
    policy: Policy,
    first: date,
    last: date,
    workdays: Workdays,
    settled: Collection[NoticeKey] = (),
) -> Iterator[RequiredNotice]:
    """Yield the ladder notices to be sent in ``first..last``, both included, if each is told on its day.

    ``settled`` are the keys of those that were told or declined already.
    """
    day: date | None = first
    seen = set(settled)
    while day is not None and day <= last:
        new = [notice for notice in _on_ladder(subject, policy, day, workdays) if notice.key not in seen]
        seen |= {notice.key for notice in new}
        yield from (notice for notice in new if notice.send_on >= first)
        if any(_tells(notice) for notice in new):
            subject = replace(subject, told=(*subject.told, day))
        day = next_look(subject, policy, day, workdays)


def counted_from(subject: ReminderSubject, policy: Policy, today: date, workdays: Workdays) -> date | None:
    """Return the day from which rungs are counted."""
    return _ladder(subject, policy, today, workdays)[0]


def declined(subject: ReminderSubject, policy: Policy, today: date, workdays: Workdays) -> list[RequiredNotice]:
    """Return what is told to nobody when a commitment is entered as history: all of it that lies before now.

    Of what is overdue already, or should have been asked already, that is every rung up to the first repeat.
    """
    owed = required_notices(subject, policy, today, workdays)
    day, ladder = _ladder(subject, policy, today, workdays)
    asked = subject.due_on is None and subject.review_on is not None and subject.review_on <= today
    if subject.state == "open" and day is not None and (asked or subject.late(today)):
        owed += [notice for step in ladder.listed(day, workdays) for notice in _of_step(subject, step, workdays)]
    return list({notice.key: notice for notice in owed if notice.key.kind in ("assignment", *LADDER_KINDS)}.values())


def _owners(subject: ReminderSubject) -> list[tuple[str, str]]:
    return [("lead", subject.lead), *(("support", name) for name in subject.support)]


def _ladder(subject: ReminderSubject, policy: Policy, today: date, workdays: Workdays) -> tuple[date | None, Ladder]:
    """Return the day from which rungs are counted, and the rungs.

    What was late when it became open is counted from that day, the day of its assignment, since nobody could have been
    told before.
    """
    opened = workdays.on_or_after(subject.since)
    if subject.late(today):
        return opened, policy.ladder.overdue_part()
    if subject.due_on is not None or subject.review_on is None:
        return subject.due_on, policy.ladder
    return opened if subject.review_on < subject.since <= today else subject.review_on, policy.review


def _on_ladder(subject: ReminderSubject, policy: Policy, today: date, workdays: Workdays) -> list[RequiredNotice]:
    day, ladder = _ladder(subject, policy, today, workdays)
    step = ladder.reached(day, today, workdays) if day else None
    if day is None or step is None:
        return []
    return [*_of_step(subject, step, workdays), *_escalation(subject, policy, day, step, today, workdays)]


def _of_step(subject: ReminderSubject, step: Step, workdays: Workdays) -> Iterator[RequiredNotice]:
    """Yield who is told at this rung: the lead; supporting departments near the deadline."""
    if subject.due_on is None:
        asked = _to(subject, "review", "lead", subject.lead, step.send_on, step.name, subject.review_on)
        yield replace(asked, listed=step.listed)
        return
    yield _to(subject, "reminder", "lead", subject.lead, step.send_on, step.name, subject.due_on)
    if not step.overdue and step.nominal >= SUPPORT_FROM.after(subject.due_on, workdays):
        for name in subject.support:
            yield _to(subject, "reminder", "support", name, step.send_on, step.name, subject.due_on)


def _escalation(
    subject: ReminderSubject, policy: Policy, day: date, step: Step, today: date, workdays: Workdays
) -> Iterator[RequiredNotice]:
    """Yield the escalation at this rung, once the lead has been told and has had the time to act."""
    ready = _escalation_day(subject, policy, workdays)
    if ready is None or ready > today:
        return
    if subject.due_on is None or (step.overdue and step.nominal >= policy.escalate_after.after(day, workdays)):
        send_on, date_meant = max(step.send_on, ready), subject.due_on or subject.review_on
        yield _to(subject, "escalation", "escalation", subject.lead, send_on, step.name, date_meant)


def _escalation_day(subject: ReminderSubject, policy: Policy, workdays: Workdays) -> date | None:
    """Return the first day of an escalation, or None while the lead has not been told often enough."""
    needed = 1 if subject.due_on else policy.escalate_after_reviews
    return _after(policy, subject.told[needed - 1], workdays) if len(subject.told) >= needed else None


def _after(policy: Policy, told: date, workdays: Workdays) -> date:
    return workdays.on_or_after(policy.escalate_after.after(told, workdays))


def _tells(notice: RequiredNotice) -> bool:
    """Say whether this notice, once told, counts towards an escalation."""
    return notice.key.role == "lead" and (notice.key.kind == "review" or notice.key.step.startswith("+"))


def _to(
    subject: ReminderSubject,
    kind: str,
    role: str,
    department: str,
    send_on: date,
    step: str = "",
    due: date | None = None,
) -> RequiredNotice:
    """A damaged ref or name has signs in its key: the notice is written, and held where it cannot be composed."""
    ref, name = visible(subject.ref), visible(department)
    key = NoticeKey(kind=kind, generation=subject.generation, subject=ref, step=step, day=due, name=name, role=role)
    return RequiredNotice(key=key, department=department, send_on=send_on)


def _done(subject: ReminderSubject, send_on: date) -> RequiredNotice:
    return replace(
        _to(subject, "done", ORGANISATION, ORGANISATION, send_on, due=subject.reported_done_on), department=None
    )

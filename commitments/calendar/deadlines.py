"""The rules over dates: offsets, the ladder of reminders, time bands.

Pure functions over civil dates in the organisation's zone; standard library only. A *slot* is the day on which a rung
is told, always a working day: a rung up to the deadline that falls on a day off moves to the previous working day, a
later one to the next (the rule: a warning must not come late, a reproach must not come early). Longer than most
files: offsets, ladder and status are read best together.
"""

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Protocol, Self

LIVE_STATES = ("open", "reported_done")  # of a commitment that has a time band
YEARS = (1949, 2199)  # of dates that somebody may mean
LISTED_FROM = 3  # from this repeat on, review questions stand in one list a week


class Workdays(Protocol):
    """What the rules ask of a working-day calendar; see ``commitments.calendar.workdays``."""

    def add(self, start: date, n: int) -> date:
        """Return the n-th working day after (before, if negative) ``start``."""

    def between(self, start: date, end: date) -> int:
        """Count working days after ``start`` up to and including ``end``; negative backwards."""

    def is_workday(self, day: date) -> bool:
        """Say whether ``day`` is worked."""

    def on_or_before(self, day: date) -> date:
        """Return ``day`` or the working day before it."""

    def on_or_after(self, day: date) -> date:
        """Return ``day`` or the working day after it."""

    def provisional(self, year: int) -> bool:
        """Say whether the working days of ``year`` are not yet published."""


class Dated(Protocol):
    """What of a commitment says how it stands: a mapped row, or one of the columns a list reads."""

    @property
    def state(self) -> str:
        """Draft, open, reported_done or closed."""

    @property
    def due_on(self) -> date | None:
        """The deadline."""

    @property
    def due_from(self) -> date | None:
        """The day the deadline was counted from."""

    @property
    def due_offset(self) -> str | None:
        """The distance it was counted by, such as ``+20wd``."""

    @property
    def review_on(self) -> date | None:
        """The day of review, without a deadline."""

    @property
    def reported_done_on(self) -> date | None:
        """The day it was reported done."""


@dataclass(frozen=True)
class Status:
    """How a commitment stands on a day.

    ``band`` is one of those that ``band`` names. The days left are negative when overdue, and there only with a
    deadline; the working days not across a year of which they are not yet published. All three are None in a state
    that has no band. ``provisional``: the deadline itself was counted across such a year.
    """

    band: str | None
    days_left: int | None
    provisional: bool
    _count: Callable[[], int | None] = field(default=lambda: None, repr=False, compare=False)

    @cached_property
    def working_days_left(self) -> int | None:
        """Count them when they are asked for; a list asks for none."""
        return self._count()


@dataclass(frozen=True)
class Offset:
    """A distance in days (``d``), working days (``wd``) or months (``m``): ``-7wd``, ``0d``, ``3m``."""

    n: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``[+-]N(d|wd|m)``. Raises ValueError with a sentence that names the text."""
        match = re.fullmatch(r"\s*([+-]?\d{1,5})(d|wd|m)\s*", text)
        if match is None:
            raise ValueError(f"{text!r} is not a distance like -7wd, 30d or 3m")
        return cls(int(match[1]), match[2])

    def __str__(self) -> str:
        """Return the form ``parse`` reads: ``+6wd``, ``0d``, ``-30d``."""
        return f"{self.n:+d}{self.unit}" if self.n else f"0{self.unit}"

    def after(self, day: date, workdays: Workdays) -> date:
        """Return the day at this distance; the 31st moves to the month's last day where there is none.

        What lies beyond the calendar is its last day, or its first: a ledger may hold 9999-12-31, which stops nothing.
        """
        try:
            return self._counted(day, workdays)
        except (OverflowError, ValueError):
            return date.max if self.n > 0 else date.min

    def _counted(self, day: date, workdays: Workdays) -> date:
        if self.unit == "wd":
            return workdays.add(day, self.n)
        return day + timedelta(days=self.n) if self.unit == "d" else _add_months(day, self.n)


def _add_months(day: date, n: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


@dataclass(frozen=True)
class Step:
    """A rung laid on the calendar: its name, the day it counts from the deadline, the day it is told.

    A ``listed`` one is told in the list of the week.
    """

    name: str
    nominal: date
    send_on: date
    overdue: bool
    listed: bool = False


@dataclass(frozen=True)
class Ladder:
    """When a department is told of one date.

    ``rungs`` lie around the date; after the last of them the ladder repeats without end: first after ``repeat``, then
    after each of ``rarer``, whose last one goes on. With ``early`` the rungs up to the date move back off days off; a
    review ladder has only rungs from its date on. With ``list_day`` (0 is Monday) repeats from ``LISTED_FROM`` on wait
    for that day of the week.
    """

    rungs: tuple[Offset, ...]
    repeat: Offset
    rarer: tuple[Offset, ...] = ()
    early: bool = True
    list_day: int | None = None

    @classmethod
    def for_review(cls, repeat: Offset, rarer: tuple[Offset, ...] = (), list_day: int | None = None) -> Self:
        """Return the ladder of a review date: asked on the day, then again and again."""
        return cls(rungs=(Offset(0, repeat.unit),), repeat=repeat, rarer=rarer, early=False, list_day=list_day)

    def overdue_part(self) -> Self:
        """Return what is left of the ladder for a deadline that has passed."""
        return replace(self, rungs=tuple(rung for rung in self.rungs if rung.n > 0))

    def reached(self, day: date, today: date, workdays: Workdays) -> Step | None:
        """Return the highest rung whose day is today or past, or None before the first."""
        told = [step for step in self.listed(day, workdays) if step.send_on <= today]
        last = told[-1] if told else None
        if len(told) < len(self.rungs):
            return last
        k = self._repeats_until(day, today, workdays)
        while k and self._repeated(day, k, workdays).send_on > today:
            k -= 1
        return self._repeated(day, k, workdays) if k else last

    def following(self, day: date, today: date, workdays: Workdays) -> Step:
        """Return the first rung whose day lies after today; there always is one."""
        for step in self.listed(day, workdays):
            if step.send_on > today:
                return step
        return next(step for step in self._repeats_from(day, today, workdays) if step.send_on > today)

    def steps(self, day: date, first: date, last: date, workdays: Workdays) -> Iterator[Step]:
        """Yield every rung told in ``first..last``, both included, in order."""
        for step in self.listed(day, workdays):
            if first <= step.send_on <= last:
                yield step
        for step in self._repeats_from(day, first, workdays):
            if step.send_on > last:
                return
            if step.send_on >= first:
                yield step
            if step.send_on == date.max:  # and so are all that follow
                return

    def listed(self, day: date, workdays: Workdays) -> list[Step]:
        """Return the rungs that do not repeat, in order."""
        steps = [self._step(offset, day, workdays) for offset in self.rungs]
        return sorted(steps, key=lambda step: (step.nominal, step.send_on))

    # -- repeats -----------------------------------------------------------------------------------------------

    def _repeats_from(self, day: date, today: date, workdays: Workdays) -> Iterator[Step]:
        k = max(1, self._repeats_until(day, today, workdays))
        while True:
            yield self._repeated(day, k, workdays)
            k += 1

    def _repeated(self, day: date, k: int, workdays: Workdays) -> Step:
        nominal = day
        for ahead in (distance := self._distance(day, k, workdays)):
            nominal = ahead.after(nominal, workdays)
        listed = self.list_day is not None and k >= LISTED_FROM
        wait = timedelta(days=((self.list_day or 0) - nominal.weekday()) % 7 if listed else 0)
        told = nominal + min(wait, date.max - nominal)
        return Step("".join(map(str, distance)), nominal, workdays.on_or_after(told), overdue=True, listed=listed)

    def _distance(self, day: date, k: int, workdays: Workdays) -> list[Offset]:
        """Return how far the k-th repeat lies from the day; neighbours of one unit are one offset (``+16wd+1m``)."""
        gaps = (self.repeat, *self.rarer)
        once, last = gaps[: min(k, len(gaps) - 1)], gaps[-1]
        ahead = [self._base(day, workdays), *once, Offset((k - len(once)) * last.n, last.unit)]
        joined: list[Offset] = []
        for each in (offset for offset in ahead if offset.n):
            before = joined.pop() if joined and joined[-1].unit == each.unit else Offset(0, each.unit)
            joined.append(Offset(before.n + each.n, each.unit))
        return joined

    def _base(self, day: date, workdays: Workdays) -> Offset:
        """Return the last overdue rung, from which the repeats are counted; the date itself if there is none."""
        late = [rung for rung in self.rungs if rung.n > 0]
        return max(late, key=lambda rung: rung.after(day, workdays), default=Offset(0, self.repeat.unit))

    def _repeats_until(self, day: date, today: date, workdays: Workdays) -> int:
        """Count the repeats whose day has come, at most one too many; counting beats walking for what is years late."""
        once, last = len(self.rarer), (self.repeat, *self.rarer)[-1]
        for k in range(1, once + 1):
            if self._repeated(day, k, workdays).nominal > today:
                return k - 1
        start = self._base(day, workdays).after(day, workdays)
        if once:
            start = self._repeated(day, once, workdays).nominal
        return once + max(0, _passed(start, today, last.unit, workdays) // last.n)

    def _step(self, offset: Offset, day: date, workdays: Workdays) -> Step:
        nominal = offset.after(day, workdays)
        back = self.early and offset.n <= 0
        send_on = workdays.on_or_before(nominal) if back else workdays.on_or_after(nominal)
        return Step(str(offset), nominal, send_on, overdue=not back)


def is_meant(day: date) -> bool:
    """Say whether somebody can mean this day: 9999-12-31 stands for none."""
    return YEARS[0] <= day.year <= YEARS[1]


def _passed(start: date, end: date, unit: str, workdays: Workdays) -> int:
    """Count the whole units between two days; of months, at most one too many."""
    if unit == "m":
        return (end.year - start.year) * 12 + end.month - start.month
    return workdays.between(start, end) if unit == "wd" else (end - start).days


def due_soon_from(ladder: Ladder, due_on: date, workdays: Workdays) -> date:
    """Return the day a deadline turns ``due_soon``: the earliest working-day rung, else the earliest rung."""
    before = [rung for rung in ladder.rungs if rung.n <= 0]
    working = [rung for rung in before if rung.unit == "wd"] or before
    return min((rung.after(due_on, workdays) for rung in working), default=due_on)


def due_soon_until(ladder: Ladder, today: date, workdays: Workdays) -> date:
    """Return the last deadline that is ``due_soon`` today, or ``today``: later deadlines turn so no earlier."""
    ahead = 1
    while due_soon_from(ladder, today + timedelta(days=ahead), workdays) <= today:
        ahead *= 2
    days = range(ahead // 2, ahead)
    later = bisect_right(days, today, key=lambda n: due_soon_from(ladder, today + timedelta(days=n), workdays))
    return today + timedelta(days=days[later - 1])


def status(one: Dated, today: date, ladder: Ladder, workdays: Workdays, states: Sequence[str] = ("open",)) -> Status:
    """Return how a commitment stands today; only in ``states`` has it a band and days left.

    Who has reported done waits for an answer and is not hurried. Where a list gives such a one a band all the same, it
    is that of the day of the report.
    """
    unsure = provisional(one.due_from, one.due_offset, one.due_on, workdays)
    if one.state not in states:
        return Status(None, None, unsure)
    reported_on = one.reported_done_on if one.state == "reported_done" else None
    light = band(one.due_on, one.review_on, reported_on or today, ladder, workdays)
    if one.due_on is None:
        return Status(light, None, unsure)
    count = partial(working_days_left, today, one.due_on, workdays)
    return Status(light, (one.due_on - today).days, unsure, count)


def band(due_on: date | None, review_on: date | None, today: date, ladder: Ladder, workdays: Workdays) -> str:
    """Name the time band of an open commitment: on_track, due_soon, due_today, overdue or review_due."""
    if due_on is None:
        return "review_due" if review_on is not None and review_on <= today else "on_track"
    if today >= due_on:
        return "due_today" if today == due_on else "overdue"
    return "due_soon" if today >= due_soon_from(ladder, due_on, workdays) else "on_track"


def working_days_left(today: date, due_on: date, workdays: Workdays) -> int | None:
    """Return the working days until a deadline; None across a year of which they are not yet published."""
    years = range(min(today, due_on).year, max(today, due_on).year + 1)
    return None if any(workdays.provisional(year) for year in years) else workdays.between(today, due_on)


def provisional(due_from: date | None, due_offset: str | None, due_on: date | None, workdays: Workdays) -> bool:
    """Say whether a deadline was counted in working days across a year that is not yet published."""
    if due_from is None or due_on is None or not (due_offset or "").endswith("wd"):
        return False
    return any(workdays.provisional(year) for year in range(due_from.year, due_on.year + 1))

"""Months and weeks of reporting: pure functions over text like ``2019-07`` and civil dates.

A period is a calendar month in the organisation's zone; its digest is sent on a working day of the
month after. Status weeks are ISO weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from commitments.calendar.deadlines import Workdays
from commitments.calendar.months import first_day, month_of, shifted
from commitments.queries.statistics import Period

MAX_SINGLE_MONTHS = 3  # this many of the newest missed months get a digest of their own
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Owed:
    """A digest to be made: ``late`` when its day is past; ``folded`` are older months it tells too."""

    period: str
    late: bool = False
    folded: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """Return the earliest month it tells of."""
        return min((self.period, *self.folded))


def period(month: str, zone: ZoneInfo, today: date, since: str | None = None) -> Period:
    """Return the stretch from the start of ``since`` (default: of the month) to the month's end."""
    first, following = first_day(since or month), first_day(shifted(month, 1))
    start, end = (datetime.combine(day, time(), zone) for day in (first, following))
    return Period(start, end, min(following - timedelta(days=1), today))


def send_on(month: str, day: int, workdays: Workdays) -> date:
    """Return the day on which a month's digest is sent: the ``day``-th working day of the month after."""
    return workdays.add(first_day(shifted(month, 1)) - timedelta(days=1), day)


def newest_due(today: date, day: int, workdays: Workdays) -> str:
    """Return the newest month whose digest is to be sent."""
    month = shifted(month_of(today), -1)
    while send_on(month, day, workdays) > today:
        month = shifted(month, -1)
    return month


def owed_months(opened: str, closed: str | None, newest: str | None, due: str) -> list[str]:
    """Return a unit's months up to ``due`` that have no digest.

    They begin where its first commitment became open in this ledger, or after its ``newest`` digest, and end
    where its last one closed (None: one is open still).
    """
    month, last = shifted(newest, 1) if newest else opened, min(due, closed or due)
    months = []
    while month <= last:
        months.append(month)
        month = shifted(month, 1)
    return months


def folded(months: Sequence[str], today: date, day: int, workdays: Workdays) -> list[Owed]:
    """Return the digests of these months: the newest three singly, all older ones in the newest of those."""
    older, newest = months[:-MAX_SINGLE_MONTHS], months[-MAX_SINGLE_MONTHS:]
    owed = [Owed(older[-1], late=True, folded=tuple(older[:-1]))] if older else []
    return owed + [Owed(month, late=send_on(month, day, workdays) < today) for month in newest]


def status_week(today: date, weekday: str, workdays: Workdays) -> tuple[str, date]:
    """Return the ISO week whose status is due or comes next, and the day on which it is sent.

    That is the weekday or the working day after it; where days off push it into the next week, the
    status of the week before is due until that week's own day.
    """
    monday = today - timedelta(days=today.weekday())
    days = [start + timedelta(days=WEEKDAYS.index(weekday)) for start in (monday - timedelta(days=7), monday)]
    last, this = (workdays.on_or_after(day) for day in days)
    return (f"{days[0]:%G-W%V}", last) if last >= monday and this > today else (f"{days[1]:%G-W%V}", this)


def status_due(today: date, weekday: str, workdays: Workdays) -> tuple[str, date] | None:
    """Return the ISO week whose status is owed today, and the day for it; None when there is none.

    A status that was missed is not made up on the eve of the next one: nobody reads the same page twice.
    """
    week, due = status_week(today, weekday, workdays)
    if due > today:
        return None
    following = next(day for n in range(1, 15) if (day := _status_after(today, n, weekday, workdays)) > due)
    eve = workdays.on_or_after(today) >= following or today + timedelta(days=1) >= following
    return None if eve and due != today else (week, due)


def status_owed(today: date, weekday: str, workdays: Workdays, last: date | None) -> tuple[str, date] | None:
    """Return what ``status_due`` does, unless the last was told (on ``last``) the day before this one or later.

    That is so where long days off put one off, or the weekday was changed: the next one then comes in its own week.
    """
    due = status_due(today, weekday, workdays)
    return due if due and (last is None or (due[1] - last).days > 1) else None


def recent_weeks(today: date) -> list[str]:
    """Return the last six ISO weeks, this one too."""
    return [f"{today - timedelta(days=7 * n):%G-W%V}" for n in range(6)]


def _status_after(today: date, days: int, weekday: str, workdays: Workdays) -> date:
    return status_week(today + timedelta(days=days), weekday, workdays)[1]

"""What falls due or is to be reviewed in a month, day by day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from commitments.calendar.deadlines import LIVE_STATES
from commitments.calendar.workdays import WorkCalendar
from commitments.models import Commitment, Department

MOST_A_DAY = 20  # commitments a day names; its count counts all


class Falling(NamedTuple):
    """A live commitment on its day; ``what`` is ``due`` or ``review``."""

    what: str
    ref: str
    title: str
    lead: str
    state: str


@dataclass(frozen=True)
class Day:
    """A day of the month; ``why_off`` as ``WorkCalendar.why_off`` says it, None on a working day.

    ``items`` are the first MOST_A_DAY of the ``count`` that fall on it.
    """

    day: date
    why_off: str | None
    count: int
    items: tuple[Falling, ...]


@dataclass(frozen=True)
class Month:
    """The days of a month in order; ``provisional`` while its year's working days are not published."""

    first: date
    provisional: bool
    days: tuple[Day, ...]


def month(session: Session, first_day: date, workdays: WorkCalendar) -> Month:
    """Return what falls due or is to be reviewed on each day of the month that begins on ``first_day``."""
    following = (first_day + timedelta(days=31)).replace(day=1)
    falling: dict[date, list[Falling]] = defaultdict(list)
    number: dict[date, int] = {}
    for day, count, *facts in session.execute(_falling(first_day, following)):
        number[day] = count
        falling[day].append(Falling(*facts))
    days = (first_day + timedelta(days=n) for n in range((following - first_day).days))
    found = (Day(day, workdays.why_off(day), number.get(day, 0), tuple(falling[day])) for day in days)
    return Month(first_day, workdays.provisional(first_day.year), tuple(found))


def _falling(first: date, following: date) -> Select[Any]:
    """Select the first few of each day, deadlines before reviews, with how many there are."""
    both = union_all(_of_month("due", first, following), _of_month("review", first, following)).subquery()
    place = func.row_number().over(partition_by=both.c.day, order_by=(both.c.what, both.c.ref))
    count = func.count().over(partition_by=both.c.day)
    ranked = select(both, place.label("place"), count.label("count")).subquery()
    query = select(ranked.c.day, ranked.c.count, *(ranked.c[name] for name in Falling._fields))
    return query.where(ranked.c.place <= MOST_A_DAY).order_by(ranked.c.day, ranked.c.place)


def _of_month(what: str, first: date, following: date) -> Select[Any]:
    day = Commitment.due_on if what == "due" else Commitment.review_on
    lead, kind = Department.name.label("lead"), literal(what).label("what")
    columns: list[Any] = [day.label("day"), kind, Commitment.ref, Commitment.title, lead, Commitment.state]
    query = select(*columns).join_from(Commitment, Department, Commitment.lead_id == Department.id)
    undated = () if what == "due" else (Commitment.due_on.is_(None),)
    return query.where(Commitment.state.in_(LIVE_STATES), *undated, day >= first, day < following)

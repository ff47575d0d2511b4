"""The whole ledger on one page: worst first with its bands, and the figures of each department.

Core queries over plain rows, a handful for any ledger. The bands are those of ``calendar.deadlines.status``, written as
conditions that the index on state, deadline and ref answers in order; a test holds the two together.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, Self

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    SQLColumnExpression,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import Session

from commitments.models import PROVEN_OUTCOMES, VOID_OUTCOMES, Commitment, Department, Letter
from commitments.queries.listing import Filter
from commitments.queries.statistics import Rate

BANDS = ("overdue", "due_today", "due_soon", "review_due", "on_track", "reported_done", "draft", "closed")


# -- the list ------------------------------------------------------------------------------------------------


class PageCursor(NamedTuple):
    """Where a page ended: the segment of the list, the day and the ref of its last row."""

    segment: int
    day: date
    ref: str

    def __str__(self) -> str:
        """Return the form ``read`` reads, for an address."""
        return f"{self.segment}.{self.day}.{self.ref}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a cursor; None for what is none. Never raises: addresses come from anywhere."""
        try:
            segment, day, ref = text.split(".", 2)
            return cls(int(segment), date.fromisoformat(day), ref) if ref.isprintable() else None
        except ValueError:
            return None


class DashboardRow(NamedTuple):
    """One commitment as the list shows it; ``letter`` is the document number, ``lead`` a name, ``band`` of BANDS.

    ``due_from`` and ``due_offset`` are what ``deadlines.provisional`` asks for.
    """

    id: int
    ref: str
    title: str
    letter: str
    lead: str
    kind: str
    strength: str
    due_on: date | None
    first_due_on: date | None
    due_from: date | None
    due_offset: str | None
    review_on: date | None
    state: str
    outcome: str | None
    reported_done_on: date | None
    closed_on: date | None
    band: str
    cursor: PageCursor


class Segment(NamedTuple):
    """A part of the list: its band, what stands in it, and the day it is sorted by before the ref, if any."""

    band: str
    holds: ColumnElement[bool]
    day: SQLColumnExpression[Any] | None


_NAMES = {"letter": Letter.name, "lead": Department.name}
_COLUMNS: list[Any] = [_NAMES.get(name, getattr(Commitment, name, None)) for name in DashboardRow._fields[:-2]]


def worst_first(
    session: Session,
    wanted: Filter,
    today: date,
    soon_until: date,
    band: str | None = None,
    after: PageCursor | None = None,
    size: int = 50,
) -> list[DashboardRow]:
    """Return up to ``size`` commitments, worst first: longest overdue on top, the closed last; within a day by ref.

    ``soon_until`` is ``deadlines.due_soon_until``; ``band`` narrows to one of BANDS, any other finds nothing. The page
    after this one begins ``after`` the cursor of its last row.
    """
    whole = segments(today, soon_until)
    if wanted.department:
        return _at_once(session, wanted, whole, band, after, size)
    rows: list[DashboardRow] = []
    for number, segment in enumerate(whole):
        passed = after is not None and number < after.segment
        if not passed and band in (None, segment.band) and len(rows) < size:
            rows += _page(session, wanted, number, segment, after, size - len(rows))
    return rows


def segments(today: date, soon_until: date) -> list[Segment]:
    """Return the list's segments in order, which no commitment escapes and none meets twice.

    Those on track stand in two: with a deadline, then with a review date only, so that the index gives both in order.
    """
    one, due, review = Commitment, Commitment.due_on, Commitment.review_on
    is_open = one.state == "open"
    undated, reviewed = and_(is_open, due.is_(None)), func.coalesce(review, date.max)
    return [
        Segment("overdue", and_(is_open, due < today), due),
        Segment("due_today", and_(is_open, due == today), due),
        Segment("due_soon", and_(is_open, due > today, due <= soon_until), due),
        Segment("review_due", and_(undated, reviewed <= today), reviewed),
        Segment("on_track", and_(is_open, due > soon_until), due),
        Segment("on_track", and_(undated, reviewed > today), reviewed),
        Segment("reported_done", one.state == "reported_done", func.coalesce(one.reported_done_on, date.min)),
        Segment("draft", one.state == "draft", None),
        Segment("closed", one.state == "closed", None),
    ]


def _at_once(
    session: Session, wanted: Filter, whole: Sequence[Segment], band: str | None, after: PageCursor | None, size: int
) -> list[DashboardRow]:
    """Ask for all segments in one statement: a department has few enough to sort, and many statements cost more."""
    chosen = [(number, each) for number, each in enumerate(whole) if band in (None, each.band)]
    if not chosen or (after is not None and after.segment not in range(len(whole))):  # an address somebody made up
        return []
    number = case(*((each.holds, number) for number, each in chosen), else_=len(whole))
    days = ((each.holds, each.day) for each in whole if each.day is not None)
    day = type_coerce(case(*days, else_=date.min), Date())
    query = select(*_COLUMNS, number, day).join_from(Commitment, Letter)
    query = query.join(Department, Commitment.lead_id == Department.id)
    query = query.where(number < len(whole), *wanted.conditions(Commitment))
    if after is not None:
        query = query.where(tuple_(number, day, Commitment.ref) > tuple_(*map(literal, after)))
    rows = session.execute(query.order_by(number, day, Commitment.ref).limit(size))
    return [DashboardRow._make((*facts, whole[n].band, PageCursor(n, on, facts[1]))) for *facts, n, on in rows]


def _page(
    session: Session, wanted: Filter, number: int, segment: Segment, after: PageCursor | None, size: int
) -> Iterator[DashboardRow]:
    order = (Commitment.ref,) if segment.day is None else (segment.day, Commitment.ref)
    query = select(*_COLUMNS, *order[:-1]).join_from(Commitment, Letter)
    query = query.join(Department, Commitment.lead_id == Department.id)
    query = query.where(segment.holds, *wanted.conditions(Commitment))
    if after is not None and after.segment == number:
        query = query.where(*_later(segment, after))
    for row in session.execute(query.order_by(*order).limit(size)):
        facts, day = row[: len(_COLUMNS)], row[-1] if segment.day is not None else date.min
        yield DashboardRow._make((*facts, segment.band, PageCursor(number, day, row.ref)))


def _later(segment: Segment, after: PageCursor) -> Iterator[ColumnElement[bool]]:
    """Yield what lies behind a cursor; the first condition is the one the index takes."""
    if segment.day is None:
        yield Commitment.ref > after.ref
    else:
        yield segment.day >= after.day
        yield or_(segment.day > after.day, Commitment.ref > after.ref)


def counts(session: Session, wanted: Filter, today: date, soon_until: date) -> dict[str, int]:
    """Count what a filter matches by band, in the order of BANDS, those with none included."""
    found = dict.fromkeys(BANDS, 0)
    narrowed = tuple(wanted.conditions(Commitment))
    for segment in segments(today, soon_until):
        query = select(func.count()).select_from(Commitment).where(segment.holds, *narrowed)
        found[segment.band] += session.scalar(query) or 0
    return found


# -- the departments -----------------------------------------------------------------------------------------


class DepartmentFigures(NamedTuple):
    """The figures of one lead department; ``waiting`` has reported done and waits for acceptance.

    The rates (按期率) are of this year until today, by first and by current date, as ``statistics.rates`` counts them.
    """

    id: int
    name: str
    open: int
    overdue: int
    waiting: int
    closed: int
    on_time_first: Rate
    on_time_current: Rate

    @property
    def live(self) -> int:
        """Return how many are not closed."""
        return self.open + self.waiting


def departments(session: Session, today: date) -> list[DepartmentFigures]:
    """Return the figures of every department that leads a commitment, most overdue first, then by name."""
    counted = _by_lead(today).subquery()
    names, figures = (Department.id, Department.name), list(counted.c)[1:]
    query = select(*names, *figures).join_from(Department, counted, Department.id == counted.c.lead)
    return [_figures(*row) for row in session.execute(query.order_by(counted.c.overdue.desc(), Department.name))]


def _by_lead(today: date) -> Select[Any]:
    """Count by lead. The lead is an expression so that the table is read through once, not lead by lead."""
    state, lead = Commitment.state, (Commitment.lead_id + 0).label("lead")
    figures: list[Any] = [
        func.count().filter(state == "open").label("open"),
        func.count().filter(state == "open", Commitment.due_on < today).label("overdue"),
        func.count().filter(state == "reported_done").label("waiting"),
        func.count().filter(state == "closed").label("closed"),
        *_on_time(Commitment.first_due_on, today),
        *_on_time(Commitment.due_on, today),
    ]
    return select(lead, *figures).where(state != "draft").group_by(lead)


def _on_time(day: Any, today: date) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Count those due this year until today, and those of them done by that day (``CommitmentAsOf.done_by``)."""
    void = and_(Commitment.outcome.in_(VOID_OUTCOMES), Commitment.closed_on <= day)
    due = and_(day.between(today.replace(month=1, day=1), today), func.coalesce(void, false()).is_(False))
    done = or_(Commitment.state == "reported_done", Commitment.outcome.in_(PROVEN_OUTCOMES))
    by = func.coalesce(Commitment.reported_done_on, Commitment.closed_on) <= day
    return func.count().filter(due, done, by), func.count().filter(due)


def _figures(*row: Any) -> DepartmentFigures:
    facts, first, current = row[:6], row[6:8], row[8:]
    return DepartmentFigures._make((*facts, Rate("on_time_first", *first), Rate("on_time_current", *current)))


# -- what the list can be narrowed to --------------------------------------------------------------------------


def department_names(session: Session, at_most: int) -> list[tuple[int, str]]:
    """Return the first departments by name, each with its id."""
    query = select(Department.id, Department.name).order_by(Department.name).limit(at_most)
    return [(number, name) for number, name in session.execute(query)]


def letter_numbers(session: Session, at_most: int) -> list[tuple[int, str, str]]:
    """Return the newest letters: id, name, proposal number."""
    query = select(Letter.id, Letter.name, Letter.proposal_number).order_by(Letter.signed_on.desc())
    return [(number, name, proposal) for number, name, proposal in session.execute(query.limit(at_most))]

"""What the coordinator's page shows, asked of the ledger: Core queries over plain rows, a handful for any ledger.

The bands are those of ``commitments.deadlines.band``, written as conditions that the index on state, deadline and ref
answers in order; a test holds the two together. Longer than most files: the questions of one page, side by side.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, NamedTuple, Self, TypeVar

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
    union_all,
)
from sqlalchemy.orm import Session, aliased

from commitments.deadlines import LIVE_STATES
from commitments.models import (
    PROVEN_OUTCOMES,
    VOID_OUTCOMES,
    Answer,
    Commitment,
    Department,
    Dispute,
    Extension,
    Letter,
)
from commitments.queries.listing import Filter
from commitments.queries.statistics import Rate
from commitments.register.responses import asker
from commitments.workdays import WorkCalendar

BANDS = ("overdue", "due_today", "due_soon", "review_due", "on_track", "reported_done", "draft", "closed")
MOST_WAITING = 20  # rows a queue shows; its count counts all
MOST_A_DAY = 20  # commitments a day of the month names; its count counts all
T = TypeVar("T")


# -- the list ------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a page ended: the stretch of the list, the day and the ref of its last row."""

    stretch: int
    day: date
    ref: str

    def __str__(self) -> str:
        """Return the form ``read`` reads, for an address."""
        return f"{self.stretch}.{self.day}.{self.ref}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a place; None for what is none. Never raises: addresses come from anywhere."""
        try:
            stretch, day, ref = text.split(".", 2)
            return cls(int(stretch), date.fromisoformat(day), ref) if ref.isprintable() else None
        except ValueError:
            return None


class Row(NamedTuple):
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
    place: Place


class Stretch(NamedTuple):
    """A run of the list: its band, what stands in it, and the day it is sorted by before the ref, if any."""

    band: str
    holds: ColumnElement[bool]
    day: SQLColumnExpression[Any] | None


_NAMES = {"letter": Letter.document_number, "lead": Department.name}
_COLUMNS: list[Any] = [_NAMES.get(name, getattr(Commitment, name, None)) for name in Row._fields[:-2]]


def worst_first(
    session: Session,
    wanted: Filter,
    today: date,
    soon_until: date,
    band: str | None = None,
    after: Place | None = None,
    size: int = 50,
) -> list[Row]:
    """Return up to ``size`` commitments, worst first: longest overdue on top, the closed last; within a day by ref.

    ``soon_until`` is ``deadlines.due_soon_until``; ``band`` narrows to one of BANDS, any other finds nothing. The page
    after this one begins ``after`` the place of its last row.
    """
    runs = stretches(today, soon_until)
    if wanted.department:
        return _at_once(session, wanted, runs, band, after, size)
    rows: list[Row] = []
    for number, stretch in enumerate(runs):
        passed = after is not None and number < after.stretch
        if not passed and band in (None, stretch.band) and len(rows) < size:
            rows += _page(session, wanted, number, stretch, after, size - len(rows))
    return rows


def stretches(today: date, soon_until: date) -> list[Stretch]:
    """Return the list's runs in order, which no commitment escapes and none meets twice.

    Those on track stand in two: with a deadline, then with a review date only, so that the index gives both in order.
    """
    one, due, review = Commitment, Commitment.due_on, Commitment.review_on
    is_open = one.state == "open"
    undated, reviewed = and_(is_open, due.is_(None)), func.coalesce(review, date.max)
    return [
        Stretch("overdue", and_(is_open, due < today), due),
        Stretch("due_today", and_(is_open, due == today), due),
        Stretch("due_soon", and_(is_open, due > today, due <= soon_until), due),
        Stretch("review_due", and_(undated, reviewed <= today), reviewed),
        Stretch("on_track", and_(is_open, due > soon_until), due),
        Stretch("on_track", and_(undated, reviewed > today), reviewed),
        Stretch("reported_done", one.state == "reported_done", func.coalesce(one.reported_done_on, date.min)),
        Stretch("draft", one.state == "draft", None),
        Stretch("closed", one.state == "closed", None),
    ]


def _at_once(
    session: Session, wanted: Filter, runs: Sequence[Stretch], band: str | None, after: Place | None, size: int
) -> list[Row]:
    """Ask for all runs in one statement: a department has few enough to sort, and many statements cost more."""
    chosen = [(number, run) for number, run in enumerate(runs) if band in (None, run.band)]
    if not chosen or (after is not None and after.stretch not in range(len(runs))):  # from an address somebody made up
        return []
    number = case(*((run.holds, number) for number, run in chosen), else_=len(runs))
    day = type_coerce(case(*((run.holds, run.day) for run in runs if run.day is not None), else_=date.min), Date())
    query = select(*_COLUMNS, number, day).join_from(Commitment, Letter)
    query = query.join(Department, Commitment.lead_id == Department.id)
    query = query.where(number < len(runs), *wanted.conditions(Commitment))
    if after is not None:
        place = tuple_(number, day, Commitment.ref)
        query = query.where(place > tuple_(*map(literal, after)))
    rows = session.execute(query.order_by(number, day, Commitment.ref).limit(size))
    return [Row._make((*facts, runs[n].band, Place(n, on, facts[1]))) for *facts, n, on in rows]


def _page(
    session: Session, wanted: Filter, number: int, stretch: Stretch, after: Place | None, size: int
) -> Iterator[Row]:
    order = (Commitment.ref,) if stretch.day is None else (stretch.day, Commitment.ref)
    query = select(*_COLUMNS, *order[:-1]).join_from(Commitment, Letter)
    query = query.join(Department, Commitment.lead_id == Department.id)
    query = query.where(stretch.holds, *wanted.conditions(Commitment))
    if after is not None and after.stretch == number:
        query = query.where(*_later(stretch, after))
    for row in session.execute(query.order_by(*order).limit(size)):
        facts, day = row[: len(_COLUMNS)], row[-1] if stretch.day is not None else date.min
        yield Row._make((*facts, stretch.band, Place(number, day, row.ref)))


def _later(stretch: Stretch, after: Place) -> Iterator[ColumnElement[bool]]:
    """Yield what lies behind a place; the first condition is the one the index takes."""
    if stretch.day is None:
        yield Commitment.ref > after.ref
    else:
        yield stretch.day >= after.day
        yield or_(stretch.day > after.day, Commitment.ref > after.ref)


def counts(session: Session, wanted: Filter, today: date, soon_until: date) -> dict[str, int]:
    """Count what a filter matches by band, in the order of BANDS, those with none included."""
    found = dict.fromkeys(BANDS, 0)
    narrowed = tuple(wanted.conditions(Commitment))
    for stretch in stretches(today, soon_until):
        query = select(func.count()).select_from(Commitment).where(stretch.holds, *narrowed)
        found[stretch.band] += session.scalar(query) or 0
    return found


# -- what waits for the coordinator --------------------------------------------------------------------------


class Asked(NamedTuple):
    """A request to move a deadline (延期)."""

    ref: str
    title: str
    lead: str
    old_due: date
    new_due: date
    reason: str
    asked_by: str
    asked_at: datetime


class Disputed(NamedTuple):
    """A department says that a live commitment is not its to do; ``department`` may lead or support."""

    ref: str
    title: str
    lead: str
    department: str
    reason: str
    raised_at: datetime


class Reported(NamedTuple):
    """A department says that it is done, and nobody has accepted it yet."""

    ref: str
    title: str
    lead: str
    due_on: date | None
    reported_done_on: date | None


class Draft(NamedTuple):
    """A commitment read from a letter that nobody has confirmed."""

    ref: str
    title: str
    letter: str
    lead: str


class Answered(NamedTuple):
    """The newest answer of a proposing unit (评价) on a month such as ``2019-07``."""

    unit: str
    month: str
    grade: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Queue(Generic[T]):
    """The first MOST_WAITING rows of the ``count`` there are."""

    count: int
    rows: Sequence[T]


@dataclass(frozen=True)
class Waiting:
    """What somebody must decide, longest waiting first, and what units answered, newest first."""

    extensions: Queue[Asked]
    disputes: Queue[Disputed]
    reported_done: Queue[Reported]
    drafts: Queue[Draft]
    answers: Queue[Answered]


def waiting(session: Session) -> Waiting:
    """Return what waits for the coordinator; instants are aware UTC."""
    return Waiting(
        extensions=_queue(session, _extensions(), Asked),
        disputes=_queue(session, _disputes(), Disputed),
        reported_done=_queue(session, _reported(), Reported),
        drafts=_queue(session, _drafts(), Draft),
        answers=_queue(session, _answers(), Answered),
    )


def _queue(session: Session, query: Select[Any], row: Callable[..., T]) -> Queue[T]:
    """Read the head of a queue; a short one needs no second look to be counted."""
    rows = [row(*facts) for facts in session.execute(query.limit(MOST_WAITING))]
    if len(rows) < MOST_WAITING:
        return Queue(len(rows), rows)
    return Queue(session.scalar(query.order_by(None).with_only_columns(func.count())) or 0, rows)


def _of_commitment(*more: Any) -> Select[Any]:  # noqa: ANN401 - columns
    columns: list[Any] = [Commitment.ref, Commitment.title, Department.name, *more]
    return select(*columns).join_from(Commitment, Department, Commitment.lead_id == Department.id)


def _extensions() -> Select[Any]:
    one = Extension
    query = _of_commitment(one.old_due, one.new_due, one.reason, asker(), one.asked_at)
    query = query.join(one, one.commitment_id == Commitment.id).where(one.state == "waiting")
    return query.order_by(one.asked_at, one.id)


def _disputes() -> Select[Any]:
    """Select those of live commitments: on a closed one nothing can be decided until it is opened again."""
    who = aliased(Department)
    query = _of_commitment(who.name, Dispute.reason, Dispute.raised_at)
    query = query.join(Dispute, Dispute.commitment_id == Commitment.id).join(who, Dispute.department_id == who.id)
    query = query.where(Dispute.state == "waiting", Commitment.state.in_(LIVE_STATES))
    return query.order_by(Dispute.raised_at, Dispute.id)


def _reported() -> Select[Any]:
    query = _of_commitment(Commitment.due_on, Commitment.reported_done_on)
    return query.where(Commitment.state == "reported_done").order_by(Commitment.reported_done_on, Commitment.ref)


def _drafts() -> Select[Any]:
    columns: list[Any] = [Commitment.ref, Commitment.title, Letter.document_number, Department.name]
    query = select(*columns).join_from(Commitment, Letter).join(Department, Commitment.lead_id == Department.id)
    return query.where(Commitment.state == "draft").order_by(Commitment.ref)


def _answers() -> Select[Any]:
    newer = aliased(Answer)
    columns: list[Any] = [Department.name, Answer.month, Answer.grade, Answer.reason, Answer.at]
    overtaken = select(newer.id).where(
        newer.unit_id == Answer.unit_id, newer.month == Answer.month, newer.id > Answer.id
    )
    query = select(*columns).join_from(Answer, Department, Answer.unit_id == Department.id)
    return query.where(~overtaken.exists()).order_by(Answer.at.desc(), Answer.id.desc())


# -- the departments -----------------------------------------------------------------------------------------


class Owner(NamedTuple):
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


def departments(session: Session, today: date) -> list[Owner]:
    """Return the figures of every department that leads a commitment, most overdue first, then by name."""
    counted = _by_lead(today).subquery()
    names, figures = (Department.id, Department.name), list(counted.c)[1:]
    query = select(*names, *figures).join_from(Department, counted, Department.id == counted.c.lead)
    return [_owner(*row) for row in session.execute(query.order_by(counted.c.overdue.desc(), Department.name))]


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


def _on_time(day: Any, today: date) -> tuple[ColumnElement[int], ColumnElement[int]]:  # noqa: ANN401 - a column
    """Count those due this year until today, and those of them done by that day (``Standing.done_by``)."""
    void = and_(Commitment.outcome.in_(VOID_OUTCOMES), Commitment.closed_on <= day)
    due = and_(day.between(today.replace(month=1, day=1), today), func.coalesce(void, false()).is_(False))
    done = or_(Commitment.state == "reported_done", Commitment.outcome.in_(PROVEN_OUTCOMES))
    by = func.coalesce(Commitment.reported_done_on, Commitment.closed_on) <= day
    return func.count().filter(due, done, by), func.count().filter(due)


def _owner(*row: Any) -> Owner:  # noqa: ANN401 - a row of the query above
    facts, first, current = row[:6], row[6:8], row[8:]
    return Owner._make((*facts, Rate("on_time_first", *first), Rate("on_time_current", *current)))


# -- the month -----------------------------------------------------------------------------------------------


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

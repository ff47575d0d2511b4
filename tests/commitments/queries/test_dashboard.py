"""What the coordinator's page shows: worst first, and never other than the rules say.

Longer than a file should be: each question of the page is held against the rules on the same ledgers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, insert, select
from sqlalchemy.orm import Session

from commitments.calendar.deadlines import Ladder, Offset, due_soon_until, status
from commitments.calendar.workdays import WorkCalendar
from commitments.models import OUTCOMES, STATES, Answer, Commitment, Department, Dispute, Extension, Letter
from commitments.queries import dashboard
from commitments.queries.as_of import commitments_as_of
from commitments.queries.dashboard import BANDS, DashboardRow, PageCursor, departments, worst_first
from commitments.queries.listing import Filter, StatusRow, count, refs
from commitments.queries.month import MOST_A_DAY, month
from commitments.queries.statistics import Period, Rate, rates
from commitments.queries.waiting import MOST_WAITING, Queue, waiting
from commitments.storage import reading, writing
from tests.conftest import LADDER, ZONE
from tests.thorough import examples

TODAY = date(2026, 9, 28)  # a Monday before the National Day week
ALL = Filter()
LEADS = ("市民政局", "市委政法委", "各区政府")


class Desk:
    """A ledger of one letter, whose rows are written as they are wanted."""

    def __init__(self, engine: Engine, workdays: WorkCalendar) -> None:
        self.engine, self.workdays = engine, workdays
        self.soon = due_soon_until(LADDER, TODAY, workdays)
        with writing(engine) as session:
            session.execute(insert(Department), [_department(n, name) for n, name in enumerate(LEADS, 1)])
            session.execute(insert(Letter), [_letter(1)])

    def fill(self, rows: Sequence[dict[str, Any]]) -> None:
        """Put these rows in place of all others; a ref tells the place in the sequence."""
        with writing(self.engine) as session:
            session.execute(delete(Commitment))
            if rows:
                session.execute(insert(Commitment), [_commitment(n, row) for n, row in enumerate(rows, 1)])

    @contextmanager
    def looking(self) -> Iterator[Session]:
        with reading(self.engine) as session:
            yield session

    def listed(self, wanted: Filter = ALL, **knobs: Any) -> list[DashboardRow]:
        with self.looking() as session:
            return worst_first(session, wanted, TODAY, self.soon, **knobs)

    def refs(self, wanted: Filter = ALL, **knobs: Any) -> str:
        """Return the last figures of the refs, in order."""
        return " ".join(row.ref[-1] for row in self.listed(wanted, **knobs))


@pytest.fixture
def desk(engine: Engine, workdays: WorkCalendar) -> Desk:
    return Desk(engine, workdays)


@pytest.fixture
def quick_desk(sqlite_engine: Engine, workdays: WorkCalendar) -> Desk:
    return Desk(sqlite_engine, workdays)


def _department(n: int, name: str) -> dict[str, Any]:
    return {
        "id": n,
        "name": name,
        "short_names": [],
        "mailbox": "",
        "escalation": "",
        "locale": "zh-Hans",
        "link_generation": 1,
    }


def _letter(n: int) -> dict[str, Any]:
    return {
        "id": n, "name": "穗民案〔2019〕89号", "document_number": "穗民案〔2019〕89号", "proposal_number": "1007",
        "proposal_title": "", "co_units": [],
        "session": "", "proposing_unit_id": 1, "replying_unit_id": 1, "signed_on": date(2019, 6, 26), "class_mark": "",
        "contact": "", "source_sha256": "",
    }  # fmt: skip


def _commitment(n: int, facts: dict[str, Any]) -> dict[str, Any]:
    usual = {
        "ref": f"2019-1007-{n:02d}", "letter_id": 1, "section": "", "ordinal": None, "kind": "pledge",
        "strength": "firm", "title": "村居事项清单", "quote": "", "lead_id": 1, "owner_basis": "stated",
        "due_text": "", "due_on": None, "first_due_on": None, "due_basis": None, "due_rule": "", "due_from": None,
        "due_offset": None, "condition": "", "review_on": None, "state": "open", "outcome": None,
        "opened_at": datetime(2019, 7, 1, tzinfo=UTC), "reported_done_on": None, "closed_on": None,
        "closing_note": "", "arming": 1, "reopened_at": None, "version": 1, "next_action_on": None,
        "follows_id": None,
    }  # fmt: skip
    return usual | facts


def day(n: int) -> date:
    return TODAY + timedelta(days=n)


WORST_FIRST = [
    {"due_on": day(-90)},
    {"due_on": day(-1)},
    {"due_on": TODAY},
    {"due_on": day(3)},
    {"due_on": None, "review_on": day(-200)},
    {"due_on": day(200)},
    {"due_on": None, "review_on": day(30)},
    {"state": "reported_done", "due_on": day(-300), "reported_done_on": day(-4)},
    {"state": "closed", "outcome": "kept", "due_on": day(-500), "closed_on": day(-2)},
]


# -- the list ------------------------------------------------------------------------------------------------


def test_the_worst_stands_first_whatever_the_order_of_entry(desk: Desk) -> None:
    desk.fill([*reversed(WORST_FIRST), {"state": "draft", "due_on": day(-900), "opened_at": None}])
    listed = [(row.band, row.due_on or row.review_on) for row in desk.listed()]
    assert listed == [
        ("overdue", day(-90)),
        ("overdue", day(-1)),
        ("due_today", TODAY),
        ("due_soon", day(3)),
        ("review_due", day(-200)),
        ("on_track", day(200)),
        ("on_track", day(30)),
        ("reported_done", day(-300)),
        ("draft", day(-900)),
        ("closed", day(-500)),
    ]


def test_a_row_says_what_the_page_needs(desk: Desk) -> None:
    desk.fill([{"due_on": day(-1), "first_due_on": day(-9), "lead_id": 2, "due_from": day(-30), "due_offset": "20wd"}])
    (row,) = desk.listed()
    assert (row.ref, row.letter, row.lead, row.title) == (
        "2019-1007-01",
        "穗民案〔2019〕89号",
        "市委政法委",
        "村居事项清单",
    )
    assert (row.due_on, row.first_due_on, row.due_from, row.due_offset) == (day(-1), day(-9), day(-30), "20wd")
    assert (row.state, row.outcome, row.band) == ("open", None, "overdue")


@pytest.mark.parametrize(
    ("wanted", "knobs", "refs"),
    [
        (ALL, {"band": "overdue"}, "1 2"),
        (ALL, {"band": "due_today"}, "3"),
        (ALL, {"band": "on_track"}, "6 7"),
        (ALL, {"band": "closed"}, "9"),
        (ALL, {"band": "draft"}, ""),
        (ALL, {"band": "purple'; --"}, ""),
        (ALL, {"size": 3}, "1 2 3"),
        (ALL, {"size": 0}, ""),
        (Filter(states=("open",)), {}, "1 2 3 4 5 6 7"),
        (Filter(words="1007-07"), {}, "7"),
        (Filter(words="%"), {}, ""),
        (Filter(department=2), {}, ""),
        (Filter(overdue_on=TODAY), {"band": "on_track"}, ""),
        (Filter(letter=1, kind="pledge"), {"band": "review_due"}, "5"),
    ],
)
def test_filters_and_bands_narrow(desk: Desk, wanted: Filter, knobs: dict[str, Any], refs: str) -> None:
    desk.fill(WORST_FIRST)
    assert desk.refs(wanted, **knobs) == refs


@pytest.mark.parametrize("size", [1, 2, 3, 8, 9, 10, 50])
def test_pages_follow_each_other_without_gap_or_repeat(quick_desk: Desk, size: int) -> None:
    quick_desk.fill([*WORST_FIRST, *WORST_FIRST])
    whole, pages, after = quick_desk.listed(), [], None
    while page := quick_desk.listed(after=after, size=size):
        pages += page
        after = PageCursor.read(str(page[-1].cursor))
    assert pages == whole
    assert len(whole) == 18


@pytest.mark.parametrize("size", [1, 4, 50])
def test_a_departments_pages_are_the_whole_list_too(desk: Desk, size: int) -> None:
    desk.fill([*WORST_FIRST, {"state": "draft", "opened_at": None}, *WORST_FIRST])
    pages: list[DashboardRow] = []
    while page := desk.listed(Filter(department=1), after=pages[-1].cursor if pages else None, size=size):
        pages += page
    assert pages == desk.listed()


@pytest.mark.parametrize("knobs", [{"band": "purple"}, {"after": PageCursor(10**30, TODAY, "x")}, {"size": 0}])
def test_an_address_somebody_made_up_finds_nothing(desk: Desk, knobs: dict[str, Any]) -> None:
    desk.fill(WORST_FIRST)
    assert desk.listed(Filter(department=1), **knobs) == []


def test_a_page_holds_its_place_while_the_row_it_ended_with_goes(desk: Desk) -> None:
    desk.fill(WORST_FIRST)
    first = desk.listed(size=2)
    desk.fill([row for row in WORST_FIRST if row["due_on"] != day(-1)])
    assert [row.due_on for row in desk.listed(after=first[-1].cursor, size=2)] == [TODAY, day(3)]


@pytest.mark.parametrize(
    "text", ["", "x", "1.2", "1.2026-13-01.a", "a.2026-01-01.b", "1.2026-01-01.a\0", "1.2026-01-01.\ud800", "." * 400]
)
def test_what_is_no_place_is_none(text: str) -> None:
    assert PageCursor.read(text) is None


def test_a_place_is_read_as_it_was_written() -> None:
    cursor = PageCursor(3, TODAY, "2019-闭08.1-02")
    assert PageCursor.read(str(cursor)) == cursor


def test_a_place_beyond_the_list_finds_nothing(desk: Desk) -> None:
    desk.fill(WORST_FIRST)
    assert desk.refs(after=PageCursor(99, TODAY, "")) == ""
    assert desk.refs(after=PageCursor(-1, TODAY, "")) == "1 2 3 4 5 6 7 8 9"


def test_counts_name_every_band(desk: Desk) -> None:
    desk.fill(WORST_FIRST)
    with desk.looking() as session:
        all_, none = (dashboard.counts(session, wanted, TODAY, desk.soon) for wanted in (ALL, Filter(words="没有")))
    assert list(all_.items()) == list(zip(BANDS, (2, 1, 1, 1, 2, 1, 0, 1), strict=True))
    assert none == dict.fromkeys(BANDS, 0)


# -- the list and the rules ----------------------------------------------------------------------------------

NEAR = st.integers(-70, 70).map(day) | st.dates(date(2003, 1, 1), date(2032, 1, 1)) | st.none()
EDGES = st.sampled_from((date.min, date.max))


def ledgers(days: st.SearchStrategy[date | None]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Make rows whose dates are of these days, in every state, as the tables allow them."""
    names = ("due_on", "review_on", "first_due_on", "reported_done_on", "closed_on")
    row = st.fixed_dictionaries(
        dict.fromkeys(names, days)
        | {
            "state": st.sampled_from(("open", "open", "open", *STATES)),
            "outcome": st.sampled_from(OUTCOMES),
            "lead_id": st.integers(1, 3),
        }
    )
    return st.lists(row.map(_allowed), max_size=30)


def _allowed(row: dict[str, Any]) -> dict[str, Any]:
    return row | {
        "review_on": None if row["due_on"] else row["review_on"],
        "outcome": row["outcome"] if row["state"] == "closed" else None,
        "opened_at": None if row["state"] == "draft" else datetime(2019, 7, 1, tzinfo=UTC),
    }


RUNGS = st.lists(
    st.builds(Offset, st.integers(-40, 5), st.just("d")) | st.builds(Offset, st.integers(-15, 5), st.just("wd")),
    min_size=1,
    max_size=4,
)
TODAYS = st.dates(date(2025, 12, 20), date(2027, 3, 1))  # the working days of 2027 are not published: provisional


def expected_band(facts: dict[str, Any], today: date, ladder: Ladder, workdays: WorkCalendar) -> str:
    """Return the band the pure rule gives; who is not open stands by his state."""
    return status(_row(facts), today, ladder, workdays).band or facts["state"]


def _row(facts: dict[str, Any]) -> StatusRow:
    return StatusRow._make(facts.get(field) for field in StatusRow._fields)


def same_ledger(wrapped: Any) -> Any:
    """Let examples write over each other in one ledger."""
    return settings(
        max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )(wrapped)


@same_ledger
@given(rows=ledgers(NEAR | EDGES), today=TODAYS, rungs=RUNGS)
def test_the_list_names_the_bands_the_rule_names(
    quick_desk: Desk, rows: list[dict[str, Any]], today: date, rungs: list[Offset]
) -> None:
    ladder, workdays = Ladder(rungs=tuple(rungs), repeat=Offset(5, "wd")), quick_desk.workdays
    quick_desk.fill(rows)
    soon = due_soon_until(ladder, today, workdays)
    with quick_desk.looking() as session:
        listed = worst_first(session, ALL, today, soon, size=100)
        counted = dashboard.counts(session, ALL, today, soon)
        overdue = refs(session.connection(), Filter(overdue_on=today))
    bands = {f"2019-1007-{n:02d}": expected_band(row, today, ladder, workdays) for n, row in enumerate(rows, 1)}
    assert {row.ref: row.band for row in listed} == bands
    assert overdue == sorted(ref for ref, band in bands.items() if band == "overdue")
    assert len(listed) == len(rows)
    assert counted == {name: list(bands.values()).count(name) for name in BANDS}
    assert listed == sorted(listed, key=lambda row: row.cursor)


def test_deadlines_come_from_the_index_in_order(quick_desk: Desk) -> None:
    """A page of the worst must not read and sort a ledger of a hundred thousand."""
    plans = []
    for segment in dashboard.segments(TODAY, quick_desk.soon):
        if segment.day is Commitment.due_on:
            query = select(Commitment.ref).where(segment.holds).order_by(segment.day, Commitment.ref)
            text = query.compile(quick_desk.engine, compile_kwargs={"literal_binds": True})
            with quick_desk.looking() as session:
                told = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
            plans.append(" ".join(row[3] for row in told))
    assert len(plans) == 4
    assert all("ix_commitment_state_due" in plan and "TEMP B-TREE" not in plan for plan in plans)


def test_a_departments_own_are_found_by_its_index(quick_desk: Desk) -> None:
    """Not by reading all that is live; in one statement, whatever bands they are in."""
    asked: list[Any] = []
    event.listen(quick_desk.engine, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
    with quick_desk.looking() as session:
        worst_first(session, Filter(department=1, states=("open", "reported_done")), TODAY, quick_desk.soon)
        selects = [call for call in asked if call[0].startswith("SELECT")]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {selects[0][0]}", selects[0][1]).all()
    assert len(selects) == 1
    assert "ix_commitment_lead_id" in " ".join(row[3] for row in plan)


# -- what waits ----------------------------------------------------------------------------------------------


def at(hour: int) -> datetime:
    return datetime(2026, 9, 21, hour, tzinfo=UTC)


def _asked(commitment: int, hour: int, state: str = "waiting") -> Extension:
    return Extension(
        commitment_id=commitment, old_due=day(-90), new_due=day(30), reason="材料未齐", asked_by="市民政局",
        asked_at=at(hour), state=state,
    )  # fmt: skip


def _disputed(commitment: int, hour: int, state: str = "waiting") -> Dispute:
    return Dispute(commitment_id=commitment, department_id=2, reason="属区级事权", raised_at=at(hour), state=state)


def _answered(unit: int, month: str, grade: str, hour: int) -> Answer:
    return Answer(unit_id=unit, month=month, grade=grade, at=at(hour))


def numbered(desk: Desk) -> dict[str, int]:
    """Return the id of each commitment by the last figure of its ref."""
    with desk.looking() as session:
        return {ref[-1]: key for ref, key in session.execute(select(Commitment.ref, Commitment.id))}


def test_what_waits_stands_longest_waiting_first(desk: Desk) -> None:
    desk.fill([*WORST_FIRST, {"state": "reported_done", "reported_done_on": day(-9)}, {"state": "draft"}])
    ids = numbered(desk)
    with writing(desk.engine) as session:
        session.add_all([_asked(ids["2"], 9), _asked(ids["3"], 8), _asked(ids["4"], 7, "refused")])
        session.add_all([_disputed(ids["5"], 4), _disputed(ids["6"], 3), _disputed(ids["7"], 2, "accepted")])
        session.add(_disputed(ids["9"], 1))
    with desk.looking() as session:
        found = waiting(session)
    assert [(row.ref[-1], row.asked_at.hour) for row in found.extensions.rows] == [("3", 8), ("2", 9)]
    assert found.extensions.rows[0][3:7] == (day(-90), day(30), "材料未齐", "市民政局")
    assert [row.ref[-1] for row in found.disputes.rows] == ["6", "5"], "nothing can be decided on the closed one"
    assert found.disputes.rows[0][2:] == ("市民政局", "市委政法委", "属区级事权", at(3))
    assert [row.reported_done_on for row in found.reported_done.rows] == [day(-9), day(-4)]
    assert [(row.letter, row.lead) for row in found.drafts.rows] == [("穗民案〔2019〕89号", "市民政局")]
    assert [queue.count for queue in vars(found).values()] == [2, 2, 2, 1, 0]


def test_the_newest_answer_of_a_month_counts_newest_on_top(desk: Desk) -> None:
    with writing(desk.engine) as session:
        for answered in (
            _answered(1, "2026-07", "not_satisfied", 1),
            _answered(2, "2026-07", "satisfied", 2),
            _answered(1, "2026-08", "partly", 3),
            _answered(1, "2026-07", "satisfied", 4),
        ):
            session.add(answered)
            session.flush()
    with desk.looking() as session:
        answers = waiting(session).answers
    assert [row[:3] for row in answers.rows] == [
        ("市民政局", "2026-07", "satisfied"),
        ("市民政局", "2026-08", "partly"),
        ("市委政法委", "2026-07", "satisfied"),
    ]
    assert answers.count == 3


@pytest.mark.parametrize("many", [MOST_WAITING - 1, MOST_WAITING, MOST_WAITING + 3])
def test_a_long_queue_shows_its_head_and_counts_all(desk: Desk, many: int) -> None:
    desk.fill([{"state": "draft", "opened_at": None} for _ in range(many)])
    key = numbered(desk)["1"]
    with writing(desk.engine) as session:
        session.add_all([_asked(key, n % 24) for n in range(many)])
        session.add_all([_answered(1, f"{1990 + n}-01", "partly", n % 24) for n in range(many)])
    with desk.looking() as session:
        found = waiting(session)
    for queue in (found.extensions, found.drafts, found.answers):
        assert (queue.count, len(queue.rows)) == (many, min(many, MOST_WAITING))


def test_nothing_waits_in_an_empty_ledger(desk: Desk) -> None:
    with desk.looking() as session:
        assert all(queue == Queue(0, []) for queue in vars(waiting(session)).values())


# -- the departments -----------------------------------------------------------------------------------------


def test_departments_stand_with_their_figures_most_overdue_first(desk: Desk) -> None:
    desk.fill(
        [
            {"due_on": day(9), "first_due_on": day(-5)},
            {"state": "reported_done", "due_on": day(-3), "first_due_on": day(-20), "reported_done_on": day(-10)},
            {"lead_id": 3, "due_on": day(-1), "first_due_on": day(-1)},
            {"lead_id": 3, "state": "closed", "outcome": "not_kept", "due_on": day(-2), "closed_on": day(-2)},
            {"lead_id": 2, "state": "draft", "opened_at": None},
        ]
    )
    with desk.looking() as session:
        worst, other = departments(session, TODAY)
    assert (worst.id, worst.name, worst.open, worst.overdue, worst.waiting, worst.closed) == (3, "各区政府", 1, 1, 0, 1)
    assert (worst.on_time_first, worst.on_time_current) == (
        Rate("on_time_first", 0, 1),
        Rate("on_time_current", 0, 2),
    )
    assert (other.name, other.open, other.overdue, other.waiting, other.closed) == ("市民政局", 1, 0, 1, 0)
    assert (other.on_time_first, other.on_time_current) == (
        Rate("on_time_first", 0, 2),
        Rate("on_time_current", 1, 1),
    )


def test_a_ledger_without_commitments_has_no_figures(desk: Desk) -> None:
    with desk.looking() as session:
        assert departments(session, TODAY) == []


@same_ledger
@given(rows=ledgers(NEAR), today=TODAYS)
def test_departments_count_as_the_reports_do(quick_desk: Desk, rows: list[dict[str, Any]], today: date) -> None:
    quick_desk.fill(rows)
    year = Period(
        datetime(today.year, 1, 1, tzinfo=ZONE), datetime.combine(today, datetime.max.time(), tzinfo=ZONE), today
    )
    with quick_desk.looking() as session:
        owners = departments(session, today)
        stand = commitments_as_of(session, None, year, LADDER, quick_desk.workdays)
    for owner in owners:
        own = [one for one in stand if one.lead == owner.name]
        assert [owner.on_time_first, owner.on_time_current] == rates(own, year)[:2]
        assert owner.overdue == sum(one.band == "overdue" for one in own)
        assert owner.open + owner.waiting + owner.closed == len(own)
    assert sum(owner.open for owner in owners) == sum(one.state == "open" for one in stand)


# -- the month -----------------------------------------------------------------------------------------------


def test_a_month_shows_deadlines_and_reviews_on_their_days(desk: Desk) -> None:
    october = date(2026, 10, 1)
    desk.fill(
        [
            {"due_on": october},
            {"due_on": date(2026, 10, 31), "lead_id": 2},
            {"due_on": date(2026, 9, 30)},
            {"due_on": date(2026, 11, 1)},
            {"review_on": october},
            {"state": "closed", "outcome": "kept", "due_on": october, "closed_on": TODAY},
            {"state": "draft", "due_on": october, "opened_at": None},
            {"state": "reported_done", "due_on": october, "reported_done_on": TODAY},
        ]
    )
    with desk.looking() as session:
        shown = month(session, october, desk.workdays)
    assert (shown.first, shown.provisional, len(shown.days)) == (october, False, 31)
    marked = [(one.day.day, [(item.what, item.ref[-1]) for item in one.items]) for one in shown.days if one.count]
    assert marked == [(1, [("due", "1"), ("due", "8"), ("review", "5")]), (31, [("due", "2")])]
    assert shown.days[0].items[1].state == "reported_done"
    assert shown.days[30].items[0].lead == "市委政法委"


def test_a_month_marks_days_off_and_adjusted_ones(desk: Desk) -> None:
    with desk.looking() as session:
        days = {one.day.day: one.why_off for one in month(session, date(2026, 10, 1), desk.workdays).days}
    assert days[1] == "holiday:国庆节"
    assert days[9] is None
    assert days[10] is None, "a Saturday worked for the holiday"
    assert days[11] == "weekend"


def test_a_crowded_day_names_the_first_and_counts_all(desk: Desk) -> None:
    desk.fill([{"due_on": date(2026, 12, 31)} for _ in range(MOST_A_DAY + 5)])
    with desk.looking() as session:
        last = month(session, date(2026, 12, 1), desk.workdays).days[-1]
    assert last.count == MOST_A_DAY + 5
    assert [item.ref for item in last.items] == [f"2019-1007-{n:02d}" for n in range(1, MOST_A_DAY + 1)]


@pytest.mark.parametrize(("first", "days"), [("2028-02-01", 29), ("2027-02-01", 28), ("2026-12-01", 31)])
def test_months_have_their_days(desk: Desk, first: str, days: int) -> None:
    with desk.looking() as session:
        shown = month(session, date.fromisoformat(first), desk.workdays)
    assert len(shown.days) == days
    assert shown.provisional == (first > "2027")


def test_what_is_counted_is_what_a_filter_finds(desk: Desk) -> None:
    desk.fill(WORST_FIRST)
    with desk.looking() as session:
        found = dashboard.counts(session, Filter(states=("open",)), TODAY, desk.soon)
        assert sum(found.values()) == count(session.connection(), Filter(states=("open",)))
        assert session.scalars(select(Commitment.ref)).all()

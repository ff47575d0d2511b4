from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.calendar.deadlines import (
    Ladder,
    Offset,
    band,
    due_soon_from,
    due_soon_until,
    provisional,
    working_days_left,
)
from commitments.calendar.workdays import WorkCalendar

CALENDAR = WorkCalendar.load()
LADDER = Ladder(rungs=tuple(map(Offset.parse, ("-30d", "-7wd", "-3wd", "0d", "+1wd"))), repeat=Offset(5, "wd"))
REVIEW = Ladder.for_review(Offset(5, "wd"))
DUE = date(2019, 12, 31)

days = st.dates(date(2010, 1, 1), date(2025, 12, 31))
offsets = st.one_of(st.builds(Offset, st.integers(-40, 40), st.sampled_from(["d", "wd"])))
ladders = st.builds(
    Ladder,
    rungs=st.lists(offsets, min_size=1, max_size=6).map(tuple),
    repeat=st.builds(Offset, st.integers(1, 20), st.sampled_from(["d", "wd"])),
    early=st.booleans(),
)


@pytest.mark.parametrize("text", ["-7wd", "0d", "+1wd", "+30d", "+3m"])
def test_an_offset_reads_what_it_writes(text: str) -> None:
    assert str(Offset.parse(text)) == text


@pytest.mark.parametrize("text", ["", "7", "wd", "7 wd x", "1.5d", "７wdd", "-7w"])
def test_what_is_not_a_distance_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a distance"):
        Offset.parse(text)


@pytest.mark.parametrize(
    ("start", "offset", "expected", "why"),
    [
        ("2019-11-30", "3m", "2020-02-29", "there is no 30 February; 2020 is a leap year"),
        ("2019-06-26", "3m", "2019-09-26", "the review date of letter 1007"),
        ("2019-12-31", "-30d", "2019-12-01", "calendar days"),
        ("2019-12-31", "-7wd", "2019-12-20", "working days"),
    ],
)
def test_distances(start: str, offset: str, expected: str, why: str) -> None:
    assert Offset.parse(offset).after(date.fromisoformat(start), CALENDAR) == date.fromisoformat(expected), why


@pytest.mark.parametrize(
    ("today", "rung", "slot", "why"),
    [
        ("2019-11-28", None, None, "the first rung is not reached"),
        ("2019-11-29", "-30d", "2019-11-29", "1 December is a Sunday: told on the Friday before"),
        ("2019-12-20", "-7wd", "2019-12-20", "the first working-day rung"),
        ("2019-12-30", "-3wd", "2019-12-26", "between two rungs the lower one stands"),
        ("2019-12-31", "0d", "2019-12-31", "the day itself"),
        ("2020-01-01", "0d", "2019-12-31", "New Year is no working day"),
        ("2020-01-02", "+1wd", "2020-01-02", "the first working day after"),
        ("2020-01-09", "+6wd", "2020-01-09", "every five working days after that"),
        ("2020-02-06", "+21wd", "2020-02-06", "over the extended Spring Festival of 2020"),
    ],
)
def test_the_rung_reached(today: str, rung: str | None, slot: str | None, why: str) -> None:
    step = LADDER.reached(DUE, date.fromisoformat(today), CALENDAR)
    assert (step and step.name) == rung, why
    assert (step and step.send_on.isoformat()) == slot, why


def test_a_review_is_asked_on_its_day_or_after_never_before() -> None:
    day = date(2019, 10, 2)
    assert REVIEW.reached(day, date(2019, 10, 7), CALENDAR) is None
    step = REVIEW.reached(day, date(2019, 10, 8), CALENDAR)
    assert step is not None
    assert step.send_on == date(2019, 10, 8)


@given(ladders, days, days)
def test_slots_are_working_days_and_never_ahead_of_today(ladder: Ladder, day: date, today: date) -> None:
    step = ladder.reached(day, today, CALENDAR)
    if step is not None:
        assert step.send_on <= today
        assert CALENDAR.is_workday(step.send_on)


@given(ladders, days, days)
def test_the_next_look_is_ahead_and_misses_no_rung(ladder: Ladder, day: date, today: date) -> None:
    following = ladder.following(day, today, CALENDAR)
    assert following.send_on > today
    between = list(ladder.steps(day, today + timedelta(days=1), following.send_on - timedelta(days=1), CALENDAR))
    assert between == []


TODAY = date(2019, 12, 2)
EDGES = (date.min, date(1, 1, 9), date(9999, 12, 1), date.max)
FAR = replace(REVIEW, rarer=(Offset(1, "m"), Offset(90, "d")), list_day=3)


@pytest.mark.parametrize("day", EDGES)
@pytest.mark.parametrize("ladder", [LADDER, FAR])
def test_no_day_of_the_calendar_stops_the_ladder(ladder: Ladder, day: date) -> None:
    assert ladder.following(day, TODAY, CALENDAR).send_on > TODAY
    reached = ladder.reached(day, TODAY, CALENDAR)
    assert bool(reached and reached.send_on <= TODAY) == (day < TODAY)
    assert band(day, None, TODAY, ladder, CALENDAR) == ("overdue" if day < TODAY else "on_track")
    assert all(step.send_on == date.max for step in ladder.steps(day, date.max, date.max, CALENDAR))


@pytest.mark.parametrize("unit", ["d", "wd", "m"])
def test_beyond_the_calendar_is_its_end(unit: str) -> None:
    assert Offset(99_999, unit).after(date(9999, 12, 1), CALENDAR) == date.max
    assert Offset(-99_999, unit).after(date(1, 1, 20), CALENDAR) == date.min


@given(days, st.integers(0, 400))
def test_walking_day_by_day_and_jumping_end_on_the_same_rung(day: date, ahead: int) -> None:
    today = day - timedelta(days=60) + timedelta(days=ahead)
    walked = None
    look = day - timedelta(days=200)
    while (step := LADDER.following(day, look, CALENDAR)).send_on <= today:
        walked, look = step, step.send_on
    reached = LADDER.reached(day, today, CALENDAR)
    assert (reached and reached.send_on) == (walked and walked.send_on)


@given(days)
def test_rungs_before_come_early_and_rungs_after_come_late(day: date) -> None:
    for step in LADDER.steps(day, day - timedelta(days=60), day + timedelta(days=60), CALENDAR):
        assert step.send_on >= step.nominal if step.overdue else step.send_on <= step.nominal


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2019-12-19", "on_track"),
        ("2019-12-20", "due_soon"),
        ("2019-12-31", "due_today"),
        ("2020-01-01", "overdue"),
    ],
)
def test_bands_of_a_deadline(today: str, expected: str) -> None:
    assert band(DUE, None, date.fromisoformat(today), LADDER, CALENDAR) == expected


def test_bands_of_a_review_date() -> None:
    assert band(None, DUE, DUE, LADDER, CALENDAR) == "review_due"
    assert band(None, DUE, DUE - timedelta(days=1), LADDER, CALENDAR) == "on_track"


def test_without_working_day_rungs_the_earliest_rung_makes_it_soon() -> None:
    ladder = Ladder(rungs=(Offset(-10, "d"), Offset(0, "d")), repeat=Offset(7, "d"))
    assert due_soon_from(ladder, DUE, CALENDAR) == date(2019, 12, 21)


@given(ladders, days, st.integers(0, 120))
def test_the_last_day_that_is_soon_parts_the_deadlines(ladder: Ladder, today: date, ahead: int) -> None:
    due_on = today + timedelta(days=ahead)
    near = band(due_on, None, today, ladder, CALENDAR) != "on_track"
    assert near == (due_on <= due_soon_until(ladder, today, CALENDAR))


@pytest.mark.parametrize(
    ("rungs", "today", "last", "why"),
    [
        ("-30d -7wd 0d", "2026-09-28", "2026-10-13", "seven working days, a week off between"),
        ("-7wd", "2026-12-28", "2027-01-07", "into a year that is not yet published"),
        ("-1m", "2026-02-28", "2026-03-31", "every day from 28 March on is told on 28 February"),
        ("0d", "2026-09-28", "2026-09-28", "nothing is told ahead"),
        ("+1wd", "2026-09-28", "2026-09-28", "no rung lies before"),
    ],
)
def test_the_last_day_that_is_soon(rungs: str, today: str, last: str, why: str) -> None:
    ladder = Ladder(rungs=tuple(map(Offset.parse, rungs.split())), repeat=Offset(5, "wd"))
    assert str(due_soon_until(ladder, date.fromisoformat(today), CALENDAR)) == last, why


def test_only_working_days_over_unpublished_years_are_provisional() -> None:
    start, end = date(2026, 12, 30), date(2027, 1, 7)
    assert provisional(start, "+5wd", end, CALENDAR)
    assert not provisional(start, "+5d", end, CALENDAR)
    assert not provisional(None, None, end, CALENDAR)
    assert not provisional(date(2026, 12, 1), "+5wd", date(2026, 12, 8), CALENDAR)


def test_working_days_of_a_year_that_is_not_published_are_not_told() -> None:
    assert working_days_left(date(2019, 12, 30), date(2019, 12, 31), CALENDAR) == 1
    assert working_days_left(date(2019, 12, 31), date(2019, 12, 30), CALENDAR) == -1
    unknown = next(year for year in range(2019, 2100) if CALENDAR.provisional(year))
    for first, last in (
        (date(unknown - 1, 12, 31), date(unknown, 1, 5)),
        (date(unknown, 3, 1), date(unknown - 1, 3, 1)),
    ):
        assert working_days_left(first, last, CALENDAR) is None

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.calendar import statutory
from commitments.calendar.workdays import FIRST, LAST, WorkCalendar
from commitments.errors import CalendarFileError

CALENDAR = WorkCalendar.load()
DISPUTED = {date(2005, 12, 31)}  # worked for the 2006 holiday by one source, a plain Saturday by the other
days = st.dates(date(2004, 1, 2), date(2028, 12, 31))


def written(folder: Path, text: str) -> Path:
    file = folder / "calendar.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("start", "n", "expected", "why"),
    [
        ("2026-02-13", 1, "2026-02-14", "a Saturday worked for the Spring Festival"),
        ("2026-09-30", 1, "2026-10-08", "the National Day week"),
        ("2026-02-13", -7, "2026-02-04", "backwards over a plain weekend"),
        ("2024-02-03", 1, "2024-02-04", "a Sunday that was worked"),
        ("2019-12-31", -7, "2019-12-20", "the first working-day rung of letter 1007"),
        ("2026-10-03", 0, "2026-10-03", "no distance is the day itself, worked or not"),
    ],
)
def test_add(start: str, n: int, expected: str, why: str) -> None:
    assert CALENDAR.add(date.fromisoformat(start), n) == date.fromisoformat(expected), why


def test_an_answer_over_an_unpublished_year_is_provisional() -> None:
    answer = CALENDAR.explain_add(date(2026, 12, 30), 5)
    assert answer.provisional
    assert answer.date == date(2027, 1, 7)
    assert [step.why for step in answer.steps if step.day == date(2027, 1, 1)] == ["statutory:元旦"]
    assert not CALENDAR.explain_add(date(2026, 12, 1), 5).provisional


def test_counting_explains_each_day() -> None:
    answer = CALENDAR.explain_between(date(2026, 9, 30), date(2026, 10, 10))
    assert answer.working_days == 3
    assert {step.day: step.why for step in answer.steps if step.counted} == {
        date(2026, 10, 8): "weekday",
        date(2026, 10, 9): "weekday",
        date(2026, 10, 10): "adjusted",
    }
    assert answer.steps[0].why == "holiday:国庆节"


def test_every_published_day_agrees_with_another_calendar() -> None:
    other = holidays.country_holidays("CN", years=range(FIRST, LAST + 1))
    day, differing = date(FIRST, 1, 1), set()
    while day <= date(LAST, 12, 31):
        if CALENDAR.is_workday(day) != other.is_working_day(day):
            differing.add(day)
        day += timedelta(days=1)
    assert differing == DISPUTED


@pytest.mark.parametrize("year", range(2027, 2041))
def test_statutory_days_agree_with_another_calendar(year: int) -> None:
    other = holidays.country_holidays("CN", years=year, language="zh_CN")
    named = {day for day, name in other.items() if any("补假" not in part for part in name.split("; "))}
    assert set(statutory.days_off(year)) == named


@pytest.mark.parametrize("year", [2003, 2041])
def test_outside_the_table_only_the_days_of_fixed_date_are_known(year: int) -> None:
    off = {step.day for step in CALENDAR.year_days(year) if not step.counted}
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2), *(date(year, 10, day) for day in (1, 2, 3))}
    assert off == {day for day in fixed if day.weekday() < 5}
    assert CALENDAR.provisional(year)


def test_counting_backwards_is_negative() -> None:
    assert CALENDAR.between(date(2026, 10, 10), date(2026, 9, 30)) == -3
    assert CALENDAR.between(date(2026, 10, 3), date(2026, 9, 30)) == 0


def test_counting_ends_on_a_day_off_or_in_another_year() -> None:
    assert CALENDAR.between(date(2026, 9, 30), date(2026, 10, 3)) == 0
    assert CALENDAR.between(date(2026, 12, 31), date(2027, 1, 4)) == 1


def test_the_operators_days_win(tmp_path: Path) -> None:
    file = written(tmp_path, "[years.2026]\noff = [2026-03-02]\nwork = [2026-03-07]\n")
    calendar = WorkCalendar.load(file)
    assert calendar.why_off(date(2026, 3, 2)) == "operator"
    assert calendar.is_workday(date(2026, 3, 7))
    assert calendar.add(date(2026, 2, 28), 1) == date(2026, 3, 3)
    assert calendar.fingerprint != CALENDAR.fingerprint


def test_a_complete_year_replaces_the_year_and_is_no_longer_provisional(tmp_path: Path) -> None:
    file = written(tmp_path, "[years.2027]\noff = [2027-01-01, 2027-02-08]\nwork = [2027-02-20]\ncomplete = true\n")
    calendar = WorkCalendar.load(file)
    assert CALENDAR.provisional(2027)
    assert not calendar.provisional(2027)
    assert calendar.is_workday(date(2027, 10, 1))  # only what the file says is off
    assert calendar.explain_add(date(2026, 12, 30), 5).date == date(2027, 1, 7)


def test_a_complete_year_replaces_a_published_one(tmp_path: Path) -> None:
    calendar = WorkCalendar.load(written(tmp_path, "[years.2026]\noff = [2026-01-01]\ncomplete = true\n"))
    assert calendar.why_off(date(2026, 1, 1)) == "operator"
    assert calendar.why_off(date(2026, 2, 14)) == "weekend"  # worked in the published year
    assert calendar.is_workday(date(2026, 10, 1))


def test_the_check_names_what_the_calendar_rests_on(tmp_path: Path) -> None:
    file = written(tmp_path, "[years.2028]\n[years.2027]\ncomplete = true\nsource = '〔2026〕1'\n[years.2026]\n")
    check = WorkCalendar.load(file).check()
    assert check.published == (2004, 2026)
    assert sorted(check.operator) == [2026, 2027, 2028]
    assert check.operator[2027].source == "〔2026〕1"
    assert check.provisional == (2028,)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("years = 3", "years"),
        ("[years.27]", "years.27"),
        ("[years.0000]", "years.0000"),
        ("[years]\n2027 = 1", "must be a table"),
        ("[years.2027]\nsource = 1", "years.2027.source"),
        ("[years.2027]\nwork = 2027-02-08", "years.2027.work"),
        ("[years.2027]\noff = [2027-02-08T09:00:00]", "is not a date"),
        ("[years.2027]\noff = ['a', 2026-01-01]\nwork = 3\nof = []", "(and 3 more)"),
        ("[years.2027]\nof = [2027-02-08]", "years.2027.of"),
        ("[years.2027]\noff = ['2027-02-08']", "years.2027.off"),
        ("[years.2027]\noff = [2026-02-08]", "does not lie in 2027"),
        ("[years.2027]\noff = [2027-02-08]\nwork = [2027-02-08]", "also stands under work"),
        ("[years.2027]\ncomplete = 'yes'", "complete"),
        ("[years.2027", "cannot be read"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(CalendarFileError) as error:
        WorkCalendar.load(written(tmp_path, text))
    assert named in str(error.value)
    assert "calendar.toml" in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalendarFileError, match=r"absent\.toml"):
        WorkCalendar.load(tmp_path / "absent.toml")


@given(days, st.integers(1, 60))
def test_counting_undoes_adding(day: date, n: int) -> None:
    assert CALENDAR.between(day, CALENDAR.add(day, n)) == n
    assert CALENDAR.is_workday(CALENDAR.add(day, n))
    assert CALENDAR.is_workday(CALENDAR.add(day, -n))


def walked(day: date, n: int) -> date:
    """The definition, one day after another."""
    step = timedelta(days=1 if n > 0 else -1)
    for _ in range(abs(n)):
        day += step
        while not CALENDAR.is_workday(day):
            day += step
    return day


@given(days, st.integers(-900, 900))
def test_adding_is_walking_from_one_working_day_to_the_next(day: date, n: int) -> None:
    assert CALENDAR.add(day, n) == walked(day, n)


@pytest.mark.parametrize(("day", "n"), [(date(9999, 12, 1), 300), (date(1, 1, 20), -300)])
def test_the_end_of_all_years_is_named(day: date, n: int) -> None:
    with pytest.raises(OverflowError, match="there is no year"):
        CALENDAR.add(day, n)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_counting_is_counting_day_by_day(one: date, two: date) -> None:
    first, last = min(one, two), max(one, two)
    walked = sum(CALENDAR.is_workday(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert (CALENDAR.between(first, last), CALENDAR.between(last, first)) == (walked, -walked)


def test_the_operators_years_are_counted_however_far(tmp_path: Path) -> None:
    calendar = WorkCalendar.load(written(tmp_path, "[years.2500]\noff = [2500-03-02, 2500-03-03]\n"))
    start, end = date(2499, 1, 1), date(2502, 1, 1)
    assert calendar.between(start, end) == CALENDAR.between(start, end) - 2


def test_the_first_and_the_last_day_of_all_have_no_neighbour() -> None:
    assert CALENDAR.on_or_before(date.min) == date.min
    assert CALENDAR.on_or_after(date.max) == date.max
    assert CALENDAR.between(date.min, date.max) > 2_500_000 - 100_000


@given(days, st.integers(-40, 40))
def test_a_longer_distance_never_ends_earlier(day: date, n: int) -> None:
    assert CALENDAR.add(day, n) <= CALENDAR.add(day, n + 1)


@given(days)
def test_the_neighbours_of_a_day_are_worked_and_next_to_it(day: date) -> None:
    before, after = CALENDAR.on_or_before(day), CALENDAR.on_or_after(day)
    assert before <= day <= after
    assert CALENDAR.is_workday(before)
    assert CALENDAR.is_workday(after)
    assert CALENDAR.between(before, after) == (0 if before == after else 1)


@given(st.integers(2000, 2045))
def test_the_unusual_days_of_a_year_are_those_that_differ_from_the_week(year: int) -> None:
    unusual = {step.day for step in CALENDAR.year_days(year)}
    day = date(year, 1, 1)
    while day.year == year:
        assert (day in unusual) == (CALENDAR.is_workday(day) != (day.weekday() < 5))
        day += timedelta(days=1)

"""Months: what is one, and which comes after another."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.calendar.months import first_day, month_of, shifted

DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))


@pytest.mark.parametrize(
    "text",
    ["", "2019-7", "2019-00", "2019-13", "0000-07", "2019-07-01", "201907", "２０１９-07", "2019-W1", "2019-07 "],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid isoformat|must be in|out of range"):
        first_day(text)


@given(DAYS)
def test_a_day_is_of_the_month_that_begins_before_it(day: date) -> None:
    first = first_day(month_of(day))
    assert first.day == 1
    assert timedelta() <= day - first < timedelta(days=31)


@given(DAYS, st.integers(-600, 600), st.integers(-600, 600))
def test_months_are_shifted_as_numbers_are_added(day: date, n: int, m: int) -> None:
    assert shifted(shifted(month_of(day), n), m) == shifted(month_of(day), n + m)
    assert shifted(shifted(month_of(day), n), -n) == month_of(day)


def test_months_run_over_the_year() -> None:
    assert (shifted("2019-12", 1), shifted("2020-01", -1), shifted("2019-07", -19)) == ("2020-01", "2019-12", "2017-12")

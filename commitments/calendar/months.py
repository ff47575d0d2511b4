"""Months of the calendar, written as ``2019-07``."""

from datetime import date


def first_day(month: str) -> date:
    """Return the first day of a month; raise ValueError on what is none."""
    return date.fromisoformat(f"{month}-01")


def month_of(day: date) -> str:
    """Return the month of a day: ``2019-07``."""
    return f"{day:%Y-%m}"


def shifted(month: str, n: int) -> str:
    """Return the month ``n`` months later (earlier, if negative)."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + n, 12)
    return f"{year:04d}-{number + 1:02d}"

"""Statutory days off (法定节假日) of years whose working-day calendar is not yet published.

The rule in force since 2025 (国务院《全国年节及纪念日放假办法》, 2024 revision): 1 January; the eve and the first three
days of the lunar year; 清明; 1–2 May; 端午; 中秋; 1–3 October. The days that follow the moon and the sun are a table; a
test compares it with another calendar.
"""

from datetime import date, timedelta
from functools import cache

MOON = {  # year: eve of the lunar year, 清明, 端午, 中秋
    2027: ("02-05", "04-05", "06-09", "09-15"),
    2028: ("01-25", "04-04", "05-28", "10-03"),
    2029: ("02-12", "04-04", "06-16", "09-22"),
    2030: ("02-02", "04-05", "06-05", "09-12"),
    2031: ("01-22", "04-05", "06-24", "10-01"),
    2032: ("02-10", "04-04", "06-12", "09-19"),
    2033: ("01-30", "04-04", "06-01", "09-08"),
    2034: ("02-18", "04-05", "06-20", "09-27"),
    2035: ("02-07", "04-05", "06-10", "09-16"),
    2036: ("01-27", "04-04", "05-30", "10-04"),
    2037: ("02-14", "04-04", "06-18", "09-24"),
    2038: ("02-03", "04-05", "06-07", "09-13"),
    2039: ("01-23", "04-05", "05-27", "10-02"),
    2040: ("02-11", "04-04", "06-14", "09-20"),
}
FIXED = (("元旦", 1, 1, 1), ("劳动节", 5, 1, 2), ("国庆节", 10, 1, 3))  # name, month, first day, how many


@cache
def days_off(year: int) -> dict[date, str]:
    """Return the statutory days off of a year with their names; beyond the table only those of fixed date."""
    days = {date(year, month, first + more): name for name, month, first, count in FIXED for more in range(count)}
    if year in MOON:
        eve, *single = (date.fromisoformat(f"{year}-{day}") for day in MOON[year])
        days |= {eve + timedelta(days=more): "春节" for more in range(4)}
        days |= dict(zip(single, ("清明", "端午", "中秋"), strict=True))
    return days

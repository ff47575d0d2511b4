"""The days of the public festivals a letter may name as a limit (国庆节前, 春节前), year by year.

Days that follow the moon are a table up to the years ``commitments.calendar.statutory`` has; a test compares it with
another calendar.
"""

from datetime import date

from commitments.calendar.statutory import MOON

FIXED = {"元旦": (1, 1), "五一": (5, 1), "劳动节": (5, 1), "国庆": (10, 1)}
SPRING, TOMBS, DRAGON, AUTUMN = range(4)
LUNAR = {"春节": SPRING, "新春": SPRING, "农历新年": SPRING, "清明": TOMBS, "端午": DRAGON, "中秋": AUTUMN}
KNOWN = {  # year: 春节, 清明, 端午, 中秋 (months and days)
    2014: ("01-31", "04-05", "06-02", "09-08"),
    2015: ("02-19", "04-05", "06-20", "09-27"),
    2016: ("02-08", "04-04", "06-09", "09-15"),
    2017: ("01-28", "04-04", "05-30", "10-04"),
    2018: ("02-16", "04-05", "06-18", "09-24"),
    2019: ("02-05", "04-05", "06-07", "09-13"),
    2020: ("01-25", "04-04", "06-25", "10-01"),
    2021: ("02-12", "04-04", "06-14", "09-21"),
    2022: ("02-01", "04-05", "06-03", "09-10"),
    2023: ("01-22", "04-05", "06-22", "09-29"),
    2024: ("02-10", "04-04", "06-10", "09-17"),
    2025: ("01-29", "04-04", "05-31", "10-06"),
    2026: ("02-17", "04-05", "06-19", "09-25"),
}


def day_of(name: str, year: int) -> date | None:
    """Return the day of a festival in a year; None for a moon festival outside the table."""
    if name in FIXED:
        return date(year, *FIXED[name])
    if year in KNOWN:
        return date.fromisoformat(f"{year}-{KNOWN[year][LUNAR[name]]}")
    return _later(name, year)


def _later(name: str, year: int) -> date | None:
    """Return a moon festival from the table of statutory days, which begins with the eve of the new year."""
    if year not in MOON:
        return None
    day = date.fromisoformat(f"{year}-{MOON[year][LUNAR[name]]}")
    return date.fromordinal(day.toordinal() + 1) if LUNAR[name] == SPRING else day


def next_after(name: str, day: date) -> date | None:
    """Return the first such festival after a day."""
    found = (day_of(name, year) for year in (day.year, day.year + 1))
    return next((festival for festival in found if festival and festival > day), None)

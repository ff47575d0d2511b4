"""The rules that read Chinese time expressions: a form, and what date it gives (docs/pledges.md, section 5).

Every reader returns the rule's name, a date or none, and a note for the person who confirms.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from commitments.calendar.workdays import WorkCalendar
from commitments.letters.dates import festivals
from commitments.letters.dates.reference import Base, duration, last_day, later, number
from commitments.letters.patterns import patterns

PLANS = {"十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030}
PATTERNS = patterns(__file__, plans={"any": [*PLANS]}, festivals={"any": [*festivals.FIXED, *festivals.LUNAR]})
JUNE, DECEMBER = 6, 12
OPEN_YEAR = "the letter gives no year to read this in"
OPEN_DAY = "the letter gives no date to count from"
TORN = "a figure or a year stands before it that could not be read: please enter the date"
FROM_EVENT = re.compile(r"(?:后|之日起|起|以来)[，的内在]*$")
FROM_REPLY = re.compile(r"(?:今日?|此|即日|本(?:答复|复函|函|答复函)[^，。；]{0,6})(?:后|之日起|起)[，的内在]*$")
Reading = tuple[str, date | None, str | None]  # rule, date, note
Reader = Callable[[re.Match[str], Base], Reading]


def _year(found: re.Match[str], base: Base) -> int | None:
    parts = found.groupdict()
    if parts.get("year"):
        return number(parts["year"])
    shift = {"明": 1, "次": 1, "来": 1, "后": 2}.get(parts.get("near") or "", 0)
    return None if base.meant is None else base.meant + shift


def _dated(rule: str, year: int | None, month: int, day: int | None = None) -> Reading:
    """Build a date from its parts; no year, or a day that does not exist, gives none."""
    if year is None:
        return "year-unknown", None, OPEN_YEAR
    last = last_day(year, month)
    if day is not None and not 1 <= day <= last.day:
        return "none", None, f"month {month} has no day {day}"
    return rule, last if day is None else date(year, month, day), None


def _exact(found: re.Match[str], base: Base) -> Reading:
    return _dated("exact-day", _year(found, base), number(found["month"]), number(found["day"]))


def _exact_range(found: re.Match[str], base: Base) -> Reading:
    month = re.search(r"(\d{1,2})月[0-3]?\d[日号]", found[0][found.start("day") - found.start() - 4 :])
    last = int(month[1]) if month else number(found["month"])
    return _dated("exact-day", _year(found, base), last, number(found["day"]))


def _ten(found: re.Match[str], base: Base) -> Reading:
    day = {"上": 10, "中": 20}.get(found["ten"])
    return _dated("ten-day", _year(found, base), number(found["month"]), day)


def _month(found: re.Match[str], base: Base) -> Reading:
    year, month = _year(found, base), number(found["month"])
    if not found["before"] or found["end"]:
        return _dated("month-end", year, month)
    year, month = (year, month - 1) if month > 1 else (None if year is None else year - 1, DECEMBER)
    rule, day, note = _dated("before-month-ambiguous", year, month)
    return rule, day, note or f"read strictly; often meant as the end of month {found['month']}: please confirm"


def _near_month(found: re.Match[str], base: Base) -> Reading:
    if base.reply is None:
        return "year-unknown", None, OPEN_YEAR
    month = later(base.reply.replace(day=1), 1 if found["which"] in ("下", "次") else 0, "月")
    return _dated("month-end", month.year, month.month)


def _half(found: re.Match[str], base: Base) -> Reading:
    return _dated("half-year", _year(found, base), JUNE if found["half"] == "上" else DECEMBER)


def _quarter(found: re.Match[str], base: Base) -> Reading:
    year, quarter = _year(found, base), number(found["quarter"])
    if not found["before"] or found["end"] or quarter == 1:
        return _dated("quarter", year, 3 * quarter)
    rule, day, note = _dated("quarter", year, 3 * quarter - 3)
    return rule, day, note or "read strictly; often meant as the end of that quarter: please confirm"


def _year_end(found: re.Match[str], base: Base) -> Reading:
    year = _year(found, base)
    if found["before"] and not found["end"]:
        year = None if year is None else year - 1
        rule, day, _ = _dated("before-year-ambiguous", year, DECEMBER)
        return rule, day, "read strictly; often meant as the end of that year: please confirm"
    return _dated("year-end", year, DECEMBER)


def _plan(found: re.Match[str], _base: Base) -> Reading:
    return _dated("plan-period", PLANS[found["plan"]], DECEMBER)


def _festival(found: re.Match[str], base: Base) -> Reading:
    name, year = found["festival"], _year(found, base)
    if found["year"] or found["near"]:
        day = festivals.day_of(name, year) if year else None
    else:
        day = festivals.next_after(name, base.reply) if base.reply else None
    if day is None:
        return "year-unknown", None, OPEN_YEAR
    return "exact-day", day - timedelta(days=1), f"the day before {name}"


def _duration(found: re.Match[str], base: Base) -> Reading:
    before = found.string[: found.start()]
    if FROM_EVENT.search(before) and not FROM_REPLY.search(before):
        return "event-gated", None, None
    if base.reply is None:
        return "duration-from-reply", None, OPEN_DAY
    return "duration-from-reply", after(base.reply, found), None


def after(day: date, found: re.Match[str]) -> date:
    """Add a printed duration to a day: number, unit, and a half before the unit (个半月) or behind it (年半)."""
    end = later(day, *duration(found["number"], found["unit"]))
    half = any(found.groupdict().get(name) for name in ("half", "more"))
    return later(end, *duration("半", found["unit"])) if half else end


def _working_days(found: re.Match[str], base: Base) -> Reading:
    if base.reply is None:
        return "duration-from-reply", None, OPEN_DAY
    return "duration-from-reply", WorkCalendar().add(base.reply, number(found["number"])), None


def _recurring(found: re.Match[str], base: Base) -> Reading:
    rule, day, _ = _dated("recurring-first", _year(found, base), DECEMBER)
    return rule, day, "recurs; this is the first check"


def _two_years(_found: re.Match[str], base: Base) -> Reading:
    return _dated("year-end", base.meant and base.meant + 1, DECEMBER)


def _vague(_found: re.Match[str], _base: Base) -> Reading:
    return "vague", None, None


def _unread(_found: re.Match[str], _base: Base) -> Reading:
    return "none", None, TORN


def _standing(_found: re.Match[str], _base: Base) -> Reading:
    return "standing", None, None


def _glued(read: Reader) -> Reader:
    """Read 20239月 where the day of the letter or of its page bears it out; else a person is asked."""

    def reader(found: re.Match[str], base: Base) -> Reading:
        rule, day, note = read(found, base)
        ahead = day is not None and base.seen is not None and day > base.seen
        return (rule, day, note) if base.reply or ahead else _unread(found, base)

    return reader


RULES: Mapping[str, Reader] = {  # form: what reads it
    "exact_day": _exact,
    "ten_days": _ten,
    "month_range": _month,
    "month": _month,
    "glued_day": _glued(_exact),
    "glued_month": _glued(_month),
    "day_range": _exact_range,
    "near_month": _near_month,
    "end_of_month": _near_month,
    "half": _half,
    "quarter": _quarter,
    "whole_year": _year_end,
    "end_of_year": _year_end,
    "recurring": _recurring,
    "recurring_range": _recurring,
    "festival": _festival,
    "plan": _plan,
    "in_season": _vague,
    "year_begins": _vague,
    "season_of_year": _vague,
    "vague": _vague,
    "recurring_two": _recurring,
    "two_years": _two_years,
    "each": _standing,
    "standing": _standing,
    "working_days": _working_days,
    "takes": _duration,
    "within": _duration,
    "few": _vague,
    "unread": _unread,
}

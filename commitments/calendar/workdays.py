"""The working-day calendar (工作日), adjusted days (调休) included, and why each answer is what it is.

Published years come from ``chinesecalendar``; the operator's file lies over them; a year that is not yet published is
computed from its statutory days and marked provisional. Without the adjusted days one deadline in seven is wrong.
Longer than most files: reading the operator's file stands beside what it means.
"""

import hashlib
import re
import tomllib
from bisect import bisect_left, bisect_right
from calendar import isleap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

from commitments.calendar import statutory
from commitments.errors import CalendarFileError, Mistake, sentence

FIRST, LAST = min(holidays).year, max(holidays).year  # the years chinesecalendar knows
CHINESE = {day.value: day.chinese for day in chinese_calendar.Holiday}
ONE = timedelta(days=1)
SATURDAY = 5
KEYS = ("off", "work", "complete", "source")


@dataclass(frozen=True)
class Step:
    """One day on the way to an answer: was it counted, and why or why not (``weekend``, ``holiday:国庆节``)."""

    day: date
    counted: bool
    why: str


@dataclass(frozen=True)
class Answer:
    """A date or a count, whether it rests on an unpublished year, and the days it was found by."""

    date: date | None
    working_days: int | None
    provisional: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Year:
    """What the operator's file says of one year."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    complete: bool = False
    source: str = ""


@dataclass(frozen=True)
class Check:
    """What the calendar rests on. A file with mistakes in it never gets this far: ``load`` raises."""

    published: tuple[int, int]  # first and last year
    operator: Mapping[int, Year]
    provisional: tuple[int, ...]  # the operator's years that still are


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. Immutable but for a cache of years; ``years`` is the operator's file."""

    years: Mapping[int, Year] = field(default_factory=dict)
    content: str = ""
    _known: dict[int, dict[date, str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _listed: dict[int, list[date]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(cls, file: Path | None = None) -> Self:
        """Read the operator's file over the published years. Raises CalendarFileError."""
        if file is None:
            return cls()
        try:
            text = file.read_text(encoding="utf-8-sig")
            table = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
            problem = Mistake("unreadable", problem=wrong)
            raise CalendarFileError(file=str(file), key=sentence("noun.file"), problem=problem) from wrong
        return cls(years=_years(file, table), content=text)

    @cached_property
    def fingerprint(self) -> str:
        """Change when any answer could: another library, another file."""
        return hashlib.sha256(f"{version('chinesecalendar')}|{self.content}".encode()).hexdigest()

    def is_workday(self, day: date) -> bool:
        """Say whether ``day`` is worked."""
        return day not in self._days_off(day.year)

    def why_off(self, day: date) -> str | None:
        """Return why a day is off (``weekend``, ``holiday:国庆节``, ``statutory:春节``, ``operator``), or None."""
        return self._days_off(day.year).get(day)

    def provisional(self, year: int) -> bool:
        """Say whether a year is neither published nor completed by the operator."""
        own = self.years.get(year)
        return not (FIRST <= year <= LAST or (own is not None and own.complete))

    def add(self, start: date, n: int) -> date:
        """Return the n-th working day after ``start`` (before, if negative); ``start`` itself for 0."""
        if n == 0:
            return start
        year, days = start.year, self._worked(start.year)
        place = bisect_right(days, start) + n - 1 if n > 0 else bisect_left(days, start) + n
        while place >= (worked := self._how_many(year)):
            place, year = place - worked, year + 1
        while place < 0:
            year -= 1
            place += self._how_many(year)
        return self._worked(year)[place]

    def between(self, start: date, end: date) -> int:
        """Count working days after ``start`` up to and including ``end``; negative when ``end`` comes first."""
        if end < start:
            return -self.between(end, start)
        if start.year == end.year:
            return bisect_right(self._worked(end.year), end) - bisect_right(self._worked(start.year), start)
        whole = sum(map(self._how_many, range(start.year, end.year)))
        return whole - bisect_right(self._worked(start.year), start) + bisect_right(self._worked(end.year), end)

    def on_or_before(self, day: date) -> date:
        """Return ``day`` or the working day before it; the first day of all years has none."""
        while not self.is_workday(day) and day > date.min:
            day -= ONE
        return day

    def on_or_after(self, day: date) -> date:
        """Return ``day`` or the working day after it; the last day of all years has none."""
        while not self.is_workday(day) and day < date.max:
            day += ONE
        return day

    # -- explaining --------------------------------------------------------------------------------------------

    def explain_add(self, start: date, n: int) -> Answer:
        """Answer ``add`` with the days it passed."""
        end = self.add(start, n)
        passed = _days(start + ONE, end) if n > 0 else reversed(list(_days(end, start - ONE)))
        return Answer(end, None, self._rests_on(start, end), tuple(self._step(day) for day in passed))

    def explain_between(self, start: date, end: date) -> Answer:
        """Answer ``between`` with the days it counted and skipped."""
        first, last = min(start, end), max(start, end)
        steps = tuple(self._step(day) for day in _days(first + ONE, last))
        return Answer(None, self.between(start, end), self._rests_on(first, last), steps)

    def year_days(self, year: int) -> tuple[Step, ...]:
        """Return what is unusual in a year: weekdays off and weekends worked."""
        days = _days(date(year, 1, 1), date(year, 12, 31))
        return tuple(self._step(day) for day in days if self.is_workday(day) == (day.weekday() >= SATURDAY))

    def check(self) -> Check:
        """Return the published years, the operator's, and which of the operator's are still provisional."""
        return Check((FIRST, LAST), self.years, tuple(filter(self.provisional, sorted(self.years))))

    # -- one year --------------------------------------------------------------------------------------------------

    def _days_off(self, year: int) -> dict[date, str]:
        if year not in self._known:
            days = _days(date(year, 1, 1), date(year, 12, 31))
            self._known[year] = {day: why for day in days if (why := self._reason(day)) is not None}
        return self._known[year]

    def _worked(self, year: int) -> list[date]:
        """Return the days worked in a year, in order: walking back to a deadline years overdue costs too much."""
        if not MINYEAR <= year <= MAXYEAR:
            raise OverflowError(f"there is no year {year}")
        if year not in self._listed:
            days = _days(date(year, 1, 1), date(year, 12, 31))
            self._listed[year] = [day for day in days if self.is_workday(day)]
        return self._listed[year]

    def _how_many(self, year: int) -> int:
        """Count the days worked in a year; of the thousands of which only the fixed days are known, many are alike."""
        known = year in self.years or FIRST <= year <= LAST or year in statutory.MOON
        if known or not MINYEAR <= year <= MAXYEAR:
            return len(self._worked(year))
        return len(self._worked(_alike(date(year, 1, 1).weekday(), leap=isleap(year))))

    def _reason(self, day: date) -> str | None:
        own = self.years.get(day.year)
        if own is not None and day in own.off:
            return "operator"
        if own is not None and day in own.work:
            return None
        if own is not None and own.complete:
            return _weekend(day)
        return _published(day) if FIRST <= day.year <= LAST else _statutory(day)

    def _step(self, day: date) -> Step:
        why = self.why_off(day)
        adjusted = "adjusted" if day.weekday() >= SATURDAY else "weekday"
        return Step(day, why is None, why or adjusted)

    def _rests_on(self, start: date, end: date) -> bool:
        first, last = min(start, end), max(start, end)
        return any(self.provisional(year) for year in range(first.year, last.year + 1))


@cache
def _alike(weekday: int, *, leap: bool) -> int:
    """Return a year that begins on this day of the week and is as long, far beyond all of which more is known."""
    years = range(MAXYEAR, MINYEAR, -1)
    return next(year for year in years if date(year, 1, 1).weekday() == weekday and isleap(year) == leap)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=k) for k in range((last - first).days + 1))


def _published(day: date) -> str | None:
    if day in workdays or (day not in holidays and day.weekday() < SATURDAY):
        return None
    return f"holiday:{CHINESE.get(holidays[day], holidays[day])}" if day in holidays else "weekend"


def _statutory(day: date) -> str | None:
    name = statutory.days_off(day.year).get(day)
    return f"statutory:{name}" if name is not None else _weekend(day)


def _weekend(day: date) -> str | None:
    return "weekend" if day.weekday() >= SATURDAY else None


# -- the operator's file ---------------------------------------------------------------------------------------


def _years(file: Path, table: Mapping[str, Any]) -> dict[int, Year]:
    """Check the whole file. Raises CalendarFileError for the first mistake, saying how many more there are."""
    problems = list(_problems(table))
    if problems:
        key, problem = problems[0]
        if problems[1:]:
            problem = Mistake("and_more", problem=problem, n=len(problems) - 1)
        raise CalendarFileError(file=str(file), key=key, problem=problem)
    return {int(year): _year(section) for year, section in table.get("years", {}).items()}


def _year(section: Mapping[str, Any]) -> Year:
    return Year(
        off=frozenset(section.get("off", ())),
        work=frozenset(section.get("work", ())),
        complete=section.get("complete", False),
        source=section.get("source", ""),
    )


def _problems(table: Mapping[str, Any]) -> Iterator[tuple[str, Mistake]]:
    """Yield (key, what is wrong with it)."""
    for key in table:
        if key != "years" or not isinstance(table[key], dict):
            yield key, Mistake("only_years")
        else:
            yield from _years_problems(table[key])


def _years_problems(years: Mapping[str, Any]) -> Iterator[tuple[str, Mistake]]:
    for year, section in years.items():
        if not re.fullmatch("[12][0-9]{3}", year):
            yield f"years.{year}", Mistake("no_year_key")
        elif not isinstance(section, dict):
            yield f"years.{year}", Mistake("no_year_table")
        else:
            yield from ((f"years.{year}.{key}", problem) for key, problem in _section_problems(int(year), section))


def _section_problems(year: int, section: Mapping[str, Any]) -> Iterator[tuple[str, Mistake]]:
    for key in section:
        if key not in KEYS:
            yield key, Mistake("unknown_key", known=KEYS)
    if not isinstance(section.get("complete", False), bool):
        yield "complete", Mistake("no_truth")
    if not isinstance(section.get("source", ""), str):
        yield "source", Mistake("no_words")
    off, work = section.get("off", []), section.get("work", [])
    yield from (("off", problem) for problem in _day_problems(year, off))
    yield from (("work", problem) for problem in _day_problems(year, work))
    if isinstance(off, list) and isinstance(work, list):
        yield from (("off", Mistake("worked_too", day=day)) for day in off if day in work)


def _day_problems(year: int, days: object) -> Iterator[Mistake]:
    if not isinstance(days, list):
        yield Mistake("no_days", year=year)
        return
    for day in days:
        if type(day) is not date:  # a datetime is a date too, and is not meant here
            yield Mistake("no_day", value=repr(day), year=year)
        elif day.year != year:
            yield Mistake("other_year", day=day, year=year)

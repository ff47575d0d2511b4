"""Dates as people write them, wherever they do: on the command line, in ledger files, on pages.

``read`` has a day to count from: it takes what the grammar of letters takes (明年6月底前, 2027年一季度), distances
(+10wd, 三个月内) and figures in their usual order; what can be read in two ways is refused with its readings.
``complete`` has no such day and takes only what says its own year. A date says how it was found: none is invented.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from commitments.calendar.deadlines import Offset, Workdays, is_meant
from commitments.errors import Mistake
from commitments.i18n import format_date, say, table
from commitments.letters.dates.expressions import Time, find
from commitments.letters.dates.reference import Base, last_day, number
from commitments.letters.text.simplified import simplify

_FULL = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?|(\d\d)(\d\d))(?:[之以]?前)?")
_LITERAL = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日", re.ASCII)
_SHUFFLED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{1,2})|(\d{1,2})[-/.](\d{1,2})|(20\d\d)[-/.]?(\d{1,2})")
_UNITS = {
    "工作日": "1wd", "workingday": "1wd", "天": "1d", "日": "1d", "day": "1d", "周": "7d", "星期": "7d", "week": "7d",
    "个月": "1m", "月": "1m", "month": "1m", "年": "12m",
}  # fmt: skip
_FIGURE = r"\d{1,4}|[一二两三四五六七八九十]{1,3}|半"
_WITHIN = r"[之以]?内|[之以]?后"
# 日, 月 and 年 also name a day, a month or a year: they are distances only with + or 内, or with a figure spelt out.
_DISTANCE = re.compile(
    rf"\+?(?P<n>{_FIGURE})个?(?P<unit>工作日|workingday|天|day|周|星期|week|(?<=个)月|month)s?(?:{_WITHIN})?"
    rf"|\+(?P<n2>{_FIGURE})(?P<unit2>[日月年])(?:{_WITHIN})?|(?P<n3>{_FIGURE})(?P<unit3>[日年])(?:{_WITHIN})"
    r"|(?P<n4>[一二两三四五六七八九半])(?P<unit4>年)"
)
_SHORT = re.compile(r"\+?\d{1,5}(?:wd|d|m)")
_NAMED = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "昨天": -1, "昨日": -1, "前天": -2}
_YEAR = re.compile(r"\d{4}|[二][〇零○O]|[一二三四五]五")
_ANCHORED = re.compile("[今本当明次来后下]|^[年月]")
STRICT = "read strictly"  # how the grammar's note on a phrase of two meanings begins
RECURRING = ("exact-day", "ten-day", "month-end", "quarter", "half-year", "none")  # what comes again each year


@dataclass(frozen=True, kw_only=True)
class Written:
    """A date as it was understood.

    ``reasons`` are keys of ``date`` in the catalogue of words. ``start`` and ``offset`` are given when it was counted,
    so that it can be counted again. ``sure``: no other reading is likely; ``literal``: it stands there word for word.
    """

    text: str
    day: date
    today: date
    reasons: tuple[str, ...] = ()
    start: date | None = None
    offset: str | None = None
    sure: bool = True
    literal: bool = False

    def told(self, locale: str) -> str:
        """Say what was read, and how: ``“明年6月底前”读作2027年6月30日：取该月最后一天，从2026年8月30日算起``."""
        read = say(locale, "date.read", text=self.text, day=format_date(locale, self.day))
        why = self._why(locale)
        return say(locale, "date.why", read=read, why=why) if why else read

    def rule(self, locale: str) -> str:
        """Say how the date was found, for the ledger; empty where it simply stands there."""
        return self.told(locale) if self.reasons else ""

    def _why(self, locale: str) -> str:
        facts = {"today": format_date(locale, self.today), "start": "", "n": ""}
        if self.offset and self.start:
            facts |= {"start": format_date(locale, self.start), "n": str(Offset.parse(self.offset).n)}
        said, *more = [say(locale, f"date.{key}", **facts) for key in self.reasons] or [""]
        for each in more:
            said = say(locale, "date.joint", one=said, two=each)
        return said


def read(text: str, today: date, workdays: Workdays, *, past: bool = False) -> Written:
    """Read a date; what has no year is the next one, or with ``past`` the last one. Raises Ambiguous, Mistake."""
    plain = _plain(text)
    if (day := _full(text, plain)) is not None:
        return Written(text=text.strip(), day=day, today=today, literal=bool(_LITERAL.fullmatch(text.strip())))
    if plain in _NAMED:
        return Written(text=text.strip(), day=today + timedelta(days=_NAMED[plain]), today=today, reasons=("from",))
    counted = _counted(text, plain, today, workdays)
    return counted or _phrase(text.strip(), plain, today, past=past)


def complete(text: str) -> date:
    """Read a date that says its own year. Raises Ambiguous, Mistake."""
    plain = _plain(text)
    if (day := _full(text, plain)) is not None:
        return day
    time = _whole(plain, Base())
    if time is None or time.day is None:
        raise _unreadable(text, plain, time)
    if (time.note or "").startswith(STRICT):
        raise Ambiguous(text, _strict(plain, time, None))
    return time.day


class Ambiguous(Mistake):
    """A date that can be read in several ways, ``readings``, or in none that is certain."""

    def __init__(self, text: str, readings: list[date]) -> None:
        """Take the text and the days it may mean."""
        super().__init__("unclear_date", text=text.strip(), readings=[str(day) for day in readings])
        self.text, self.readings = text.strip(), readings


def chosen(text: str, day: date, today: date) -> Written:
    """Return the reading of an ambiguous date that a person chose."""
    return Written(text=text, day=day, today=today, reasons=("chosen",))


# -- figures ---------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Return a text without blanks, in narrow figures and simplified signs."""
    return simplify("".join(unicodedata.normalize("NFKC", text).split())).lower()


def _full(text: str, plain: str) -> date | None:
    """Read year, month and day in this order; None when it is something else."""
    found = _FULL.fullmatch(plain)
    if found is None:
        return None
    year, month, day = (int(part) for n, part in enumerate(found.groups(), 1) if part and n != 2)
    try:
        return date(year, month, day)
    except ValueError:
        raise Mistake("no_such_day", text=text.strip()) from None


def _shuffled(plain: str, today: date) -> list[date]:
    """Return the days that figures may mean which do not begin with a whole year, or end with a month."""
    found = _SHUFFLED.fullmatch(plain)
    if found is None:
        return []
    one, _, two, three, first, second, year, month = found.groups()
    if year:
        return sorted({last_day(int(year), int(month))}) if 1 <= int(month) <= 12 else []
    if first:
        ways = ((first, second), (second, first))
        return sorted({day for way in ways if (day := _next(today, *way))})
    orders = [(three, two, one), (three, one, two), *([(one, two, three)] if len(three) < 4 else [])]
    return sorted({day for year, m, d in orders if (day := _day(f"20{year:0>2}"[-4:], m, d))})


def _next(today: date, month: str, day: str) -> date | None:
    days = (_day(today.year + later, month, day) for later in (0, 1))
    return next((each for each in days if each and each >= today), None)


def _day(year: object, month: object, day: object) -> date | None:
    try:
        return date(int(str(year)), int(str(month)), int(str(day)))
    except ValueError:
        return None


# -- distances -------------------------------------------------------------------------------------------------


def _counted(text: str, plain: str, today: date, workdays: Workdays) -> Written | None:
    """Read a distance from today: ``+10wd``, 10个工作日, 三个月内."""
    offset = _offset(plain)
    if offset is None:
        return None
    day = offset.after(today, workdays)
    if not is_meant(day):
        raise Mistake("no_date", text=text.strip())
    short = _SHORT.fullmatch(plain) is not None
    kept = plain if plain.startswith("+") and short else str(offset)
    return Written(
        text=text.strip(), day=day, today=today, start=today, offset=kept, reasons=(offset.unit,), sure=short
    )  # fmt: skip


def _offset(plain: str) -> Offset | None:
    if _SHORT.fullmatch(plain):
        return Offset.parse(plain)
    found = _DISTANCE.fullmatch(plain)
    if found is None:
        return None
    parts = {name.rstrip("234"): part for name, part in found.groupdict().items() if part}
    unit = Offset.parse(_UNITS[parts["unit"]])
    if parts["n"] == "半":
        return {"12m": Offset(6, "m"), "1m": Offset(15, "d")}.get(_UNITS[parts["unit"]])
    return Offset(number(parts["n"]) * unit.n, unit.unit)


# -- phrases ---------------------------------------------------------------------------------------------------


def _phrase(text: str, plain: str, today: date, *, past: bool) -> Written:
    """Read what the grammar of letters reads."""
    time, reason = _found(plain, today, past=past)
    if time is None or time.day is None:
        if readings := _shuffled(plain, today):
            raise Ambiguous(text, readings)
        raise _unreadable(text, plain, time)
    if (time.note or "").startswith(STRICT):
        raise Ambiguous(text, _strict(plain, time, today))
    return Written(text=text, day=time.day, today=today, reasons=(*_rules(time), *reason), sure=False)


def _found(plain: str, today: date, *, past: bool) -> tuple[Time | None, tuple[str, ...]]:
    """Return what the grammar finds, and why in this year: 3月1日 without one is the nearest that fits."""
    time = _whole(plain, Base(today))
    if time is None or _YEAR.search(plain):
        return time, ()
    if _ANCHORED.search(plain) or time.rule not in RECURRING:
        return time, ("from",)
    for year in range(
        today.year, today.year + (-9 if past else 9), -1 if past else 1
    ):  # 29 February may be 8 years off
        near = _whole(plain, Base(None, year))
        if near and near.day and (near.day <= today if past else near.day >= today):
            return near, ("last" if past else "next",)
    return time, ()


def _whole(plain: str, base: Base) -> Time | None:
    """Return the time expression that a text is, from its first sign to its last."""
    time = next(iter(find(plain, base)), None)
    fits = time is not None and (time.start, time.end) == (0, len(plain))
    return time if fits and time is not None and time.rule not in ("recurring-first", "standing", "vague") else None


def _unreadable(text: str, plain: str, time: Time | None) -> Mistake:
    """Say why a text is no date; a day that its month lacks is named as one."""
    shuffled = _shuffled(plain, date(2000, 1, 1)) if time is None else []
    if shuffled and _YEAR.search(plain):
        return Ambiguous(text, shuffled)
    lacking = time is not None and time.rule == "none"
    undated = time is not None and time.rule in ("year-unknown", "duration-from-reply")
    key = "no_such_day" if lacking else "no_year" if undated or shuffled else "no_date"
    return Mistake(key, text=text.strip())


def _strict(plain: str, time: Time, today: date | None) -> list[date]:
    """Return both days of 6月前: that before the month, and the month's last one."""
    loose = _whole(re.sub("[之以]?前$", "", plain), Base(today))
    return sorted({day for each in (time, loose) if each and (day := each.day)})


def _rules(time: Time) -> Iterator[str]:
    """Yield the key of what the grammar's rule says."""
    if time.rule in table("en", "date"):
        yield time.rule
    elif (time.note or "").startswith("the day before"):
        yield "festival"

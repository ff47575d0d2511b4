"""What time phrases are relative to, small Chinese numbers, and steps in the calendar."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

NUMERALS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "O": 0, "两": 2}


@dataclass(frozen=True)
class Base:
    """What a phrase is relative to: the reply's date, or at least its year (from title, number, programme or page)."""

    reply: date | None = None
    year: int | None = None

    @property
    def meant(self) -> int | None:
        """The year that 今年 means."""
        return self.reply.year if self.reply else self.year


ANY_YEAR = Base(None, 2000)  # to find phrases whose dates do not matter


def number(text: str) -> int:
    """Return the value of a small number in digits or characters (两, 十二, 二十)."""
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return NUMERALS.get(tens, 1) * 10 + NUMERALS.get(ones, 0)
    return int("".join(str(NUMERALS[sign]) for sign in text))


def duration(printed: str, unit: str) -> tuple[int, str]:
    """Return how many of which unit: half a year is six months."""
    return (6, "月") if printed == "半" else (number(printed), unit)


def last_day(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def later(day: date, amount: int, unit: str) -> date:
    """Add years, months, weeks or days; a day that the month lacks becomes its last one."""
    if unit in ("日", "天", "周", "星期"):
        return day + timedelta(days=amount * (7 if unit in ("周", "星期") else 1))
    months = day.year * 12 + day.month - 1 + amount * (12 if unit == "年" else 1)
    year, month = divmod(months, 12)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), last_day(year, month + 1))

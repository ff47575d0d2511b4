"""What time phrases are relative to, small Chinese numbers, and steps in the calendar."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

NUMERALS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "O": 0, "两": 2}
FIGURES = "0123456789百千几数" + "十" + "".join(NUMERALS)


@dataclass(frozen=True)
class Base:
    """What a phrase is relative to: the reply's date, or at least its year, and what that is taken from."""

    reply: date | None = None
    year: int | None = None
    source: str | None = None  # of the year where there is no reply date: title, document number, page
    seen: date | None = None  # the day by which the letter was written: its page's

    @property
    def meant(self) -> int | None:
        """The year that 今年 means."""
        return self.reply.year if self.reply else self.year


ANY_YEAR = Base(None, 2000)  # to find phrases whose dates do not matter


def number(text: str) -> int:
    """Return the value of a small number in digits or characters (两, 十二, 二十)."""
    if text.isdecimal():
        return int(text)
    hundreds, _, rest = text.rpartition("百")
    if hundreds:
        return number(hundreds) * 100 + (number(rest.lstrip("零〇")) if rest.strip("零〇") else 0)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return NUMERALS.get(tens, 1) * 10 + NUMERALS.get(ones, 0)
    return int("".join(sign if sign.isdecimal() else str(NUMERALS[sign]) for sign in text))


HALVES = {"年": (6, "月"), "月": (15, "日"), "天": (1, "日"), "日": (1, "日")}


def duration(printed: str, unit: str) -> tuple[int, str]:
    """Return how many of which unit: half a year is six months, half a month fifteen days."""
    return HALVES.get(unit, (1, unit)) if printed == "半" else (number(printed), unit)


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

"""What is read differently from what stands there, only where one reading fits: residue of pinyin, dates, brackets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

RESIDUE = re.compile("(?<=[\u3400-\u4dbf\u4e00-\u9fff])[(（][a-zü\u00e0-\u00fc\u0101-\u01dc]{1,6}[)）]")
BARE_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d{2,4})(?!\d)$")


@dataclass(frozen=True, kw_only=True)
class Repair:
    """A line that was read differently from what it says, and why; the text itself stays verbatim."""

    line: int
    before: str
    after: str
    why: str


def without_residue(text: str) -> Iterator[tuple[int, int]]:
    """Return the stretches of a text that are residue of a pinyin dictionary: 關(guān)于."""
    return ((found.start(), found.end()) for found in RESIDUE.finditer(text))


def plain(line: str) -> str:
    """Return a line without residue."""
    return RESIDUE.sub("", line)


def bare_day(line: str, latest: date | None) -> date | None:
    """Return the day of a date that lost its signs (``2023524``), if only one reading is a day.

    ``latest`` is the day the page was published: a letter is not signed after it.
    """
    found = BARE_DAY.match(line.strip())
    if not found:
        return None
    year, digits = int(found[1]), found[2]
    cuts = [cut for cut in (1, 2) if cut < len(digits) <= cut + 2]
    days = {day for cut in cuts if (day := _day(year, digits[:cut], digits[cut:])) and (not latest or day <= latest)}
    return days.pop() if len(days) == 1 else None


def _day(year: int, month: str, day: str) -> date | None:
    """Return the day, if it is one; whoever writes noughts writes four digits."""
    if len(month + day) < 4 and "0" in (month[0], day[0]):
        return None
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None


def repairs(text: str) -> Iterator[Repair]:
    """Return every line that is read differently, and why."""
    for number, line in enumerate(text.split("\n"), 1):
        after = plain(line)
        if after != line:
            yield Repair(line=number, before=line, after=after, why="residue of a pinyin dictionary")

"""Chinese time expressions of reply letters: the phrase, the rule that reads it, the date, and a note for a person.

A date is given only by the rules of the annotation table; everything else is named (vague, standing, year-unknown) and
left without one. Nothing here reads a clock: phrases without a year take the year of ``Base``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from commitments.letters.dates.reference import ANY_YEAR, Base
from commitments.letters.dates.rules import PATTERNS, RULES, TORN


@dataclass(frozen=True, kw_only=True)
class Time:
    """One time expression, at [start, end) of the text it was found in."""

    start: int
    end: int
    text: str
    rule: str
    day: date | None = None
    note: str | None = None


@lru_cache(maxsize=4096)
def find(text: str, base: Base) -> tuple[Time, ...]:
    """Return the time expressions of a canonical text, the longest reading at every place, in order."""
    masked = mask(text)
    taken: list[Time] = []
    end = 0
    for found in sorted(_all(masked, text, base), key=lambda time: (time.start, -time.end)):
        if found.start >= end:
            taken += _untorn(found, masked, end)
            end = found.end
    return tuple(taken)


YEAR_OF = "the letter has no date; the year is that of its {}"
COMPLETE = "截至到在于从自预今本当明次来后"  # with these a phrase begins
LONGEST = 12  # characters of a figure and its year


def _untorn(found: Time, masked: str, last: int) -> Iterator[Time]:
    """Return a time unless it is the tail of a phrase; then the whole phrase without a date, for a person to read."""
    before = masked[max(last, found.start - LONGEST) : found.start]
    torn = PATTERNS["torn"].search(before)
    complete = found.day is None or masked[found.start] in COMPLETE
    if complete or torn is None or PATTERNS["word_of_one"].search(before):
        yield found
    elif not PATTERNS["other_year"].search(before):
        start = found.start - len(torn[0])
        yield Time(start=start, end=found.end, text=masked[start : found.end], rule="none", note=TORN)


@lru_cache(maxsize=4096)
def mask(text: str) -> str:
    """Blank what stands inside 《》 and inside quotes (names carry years that limit nothing); the plan names stay."""
    blank = re.sub(r"《[^《》]{0,80}(?:《[^《》]{0,80}》[^《》]{0,80})?》", _blank, text)
    return re.sub(r"“(?!十[一二三四五]五|五一|十一)[^“”]{0,60}”", _blank, blank)


def _blank(found: re.Match[str]) -> str:
    return "〓" * len(found[0])


def _all(masked: str, text: str, base: Base) -> Iterator[Time]:
    for name, read in RULES.items():
        for found in PATTERNS[name].finditer(masked):
            rule, day, note = read(found, base)
            start, end = found.span()
            own = "year" not in found.groupdict() or found["year"] or not day
            note = note if own or not base.source else "; ".join(filter(None, (note, YEAR_OF.format(base.source))))
            yield Time(start=start, end=end, text=text[start:end], rule=rule, day=day, note=note)


def without_times(text: str, blank: str = "") -> str:
    """Return a text with its time expressions taken out, or replaced sign for sign by ``blank``."""
    for time in reversed(find(text, ANY_YEAR)):
        text = text[: time.start] + blank * (time.end - time.start) + text[time.end :]
    return text

"""How a deadline was computed, in words: ``due_rule`` holds a code of the letters' grammar, or what a person wrote.

Codes are those of ``commitments.letters`` (docs/letters.md), ``follows REF`` for the next of a recurring commitment,
and ``2026-11-29 +10wd`` for a distance counted from a day. They are stored as codes and worded when shown, so that one
ledger speaks to each reader in his language; free text stands as it was written.
"""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cache

from commitments.deadlines import Offset
from commitments.i18n import LOCALES, format_date

_WORDS: Mapping[str, tuple[str, str, str]] = {  # columns in the order of LOCALES
    "exact-day": ("按写明的日期", "按寫明的日期", "the day stated"),
    "month-end": ("按当月最后一日", "按當月最後一日", "the last day of the month"),
    "ten-day": ("按当旬最后一日", "按當旬最後一日", "the last day of the ten days"),
    "half-year": ("按半年最后一日", "按半年最後一日", "the last day of the half-year"),
    "quarter": ("按季度最后一日", "按季度最後一日", "the last day of the quarter"),
    "year-end": ("按当年12月31日", "按當年12月31日", "31 December of that year"),
    "plan-period": ("按规划期最后一日", "按規劃期最後一日", "the last day of the plan period"),
    "recurring-first": ("逐年开展，此为首次核对", "逐年開展，此為首次核對", "every year; this is the first check"),
    "before-month-ambiguous": ("“某月前”按上月底计", "「某月前」按上月底計", "the end of the month before"),
    "before-year-ambiguous": ("“某年前”按上年底计", "「某年前」按上年底計", "the end of the year before"),
    "duration-from-reply": ("自答复之日起算", "自答復之日起算", "counted from the date of the reply"),
    "start-plus-duration": ("自开始时间加工期推算", "自開始時間加工期推算", "the start and the stated duration"),
    "shared-later-sentence": ("时限见后文", "時限見後文", "stated in a later sentence"),
}  # fmt: skip
_FOLLOWS = ("接续{ref}", "接續{ref}", "follows {ref}")
_COUNTED = ("自{start}起{distance}", "自{start}起{distance}", "{distance} from {start}")
_UNITS = {
    "d": ("天", "天", "days"),
    "wd": ("个工作日", "個工作日", "working days"),
    "m": ("个月", "個月", "months"),
}


def due_rule_words(locale: str, rule: str) -> str:
    """Return how a date was computed as ``locale`` says it; text that is no code stands for itself."""
    column = LOCALES.index(locale) if locale in LOCALES else 0
    if rule in _WORDS:
        return _WORDS[rule][column]
    if match := re.fullmatch(r"follows (\S+)", rule):
        return _FOLLOWS[column].format(ref=match[1])
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d) (\+\d+(?:wd|d|m))", rule):
        return _counted(locale, column, date.fromisoformat(match[1]), Offset.parse(match[2]))
    return rule


def due_rule_code(words: str) -> str:
    """Return the code of what ``due_rule_words`` says in any language; other text is what a person wrote."""
    for follows in _FOLLOWS:
        if match := re.fullmatch(re.escape(follows).replace(r"\{ref\}", r"(\w[\w.-]*)"), words):
            return f"follows {match[1]}"
    return _codes().get(words) or _counted_code(words) or words


def _counted(locale: str, column: int, start: date, distance: Offset) -> str:
    unit, blank = _UNITS[distance.unit][column], " " if locale == "en" else ""
    counted = f"{distance.n}{blank}{unit.removesuffix('s') if distance.n == 1 else unit}"
    return _COUNTED[column].format(start=format_date(locale, start), distance=counted)


def _counted_code(words: str) -> str:
    """Return the code of a distance counted from a day, as ``_counted`` words it; empty when it is none."""
    if match := re.fullmatch(r"自(\d{4}年\d+月\d+日)起(\d+)(.+)", words):
        start, count, unit, day = match[1], match[2], match[3], "%Y年%m月%d日"
    elif match := re.fullmatch(r"(\d+) (.+?)s? from (\d+ [A-Z][a-z]+ \d{4})", words):
        start, count, unit, day = match[3], match[1], f"{match[2]}s", "%d %B %Y"
    else:
        return ""
    code = next((code for code, said in _UNITS.items() if unit in said), "")
    with suppress(ValueError):  # a day that no calendar has is what a person wrote
        return f"{date(*time.strptime(start, day)[:3])} +{count}{code}" if code else ""
    return ""


@cache
def _codes() -> Mapping[str, str]:
    return {word: code for code, words in _WORDS.items() for word in words}

"""The words and dates people read, in their language: one catalogue, a file a language in ``words/``.

All files have the same tables and keys, and a test holds them to it. Nothing is read before a word is asked for.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from commitments.calendar.deadlines import Offset
from commitments.calendar.months import first_day

FOLDER = Path(__file__).parent / "words"
LOCALES = ("zh-Hans", "zh-Hant", "en")

_UNITS = {"wd": "working_days", "d": "days", "m": "months"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@cache
def table(locale: str, name: str) -> Mapping[str, Any]:
    """Return a table of the catalogue: ``band`` or, of a table inside another, ``advice.cli``; empty if there is none.

    A locale that is not one of LOCALES reads the first of them.
    """
    sections = _unread(locale if locale in LOCALES else LOCALES[0])
    text = "".join(part for title, part in sections.items() if title == name or title.startswith(f"{name}."))
    found = tomllib.loads(text)
    for each in name.split("."):
        found = found.get(each, {})
    return found


@cache
def _unread(locale: str) -> Mapping[str, str]:
    """Return the text of each table by its name: a command needs a few, and to parse all takes as long as it does."""
    text = (FOLDER / f"{locale}.toml").read_text(encoding="utf-8")
    parts = re.split(r"^(?=\[([\w.]+)\]$)", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def word(locale: str, group: str, value: str) -> str:
    """Return the word for ``value`` of ``group``; a value without one stands for itself."""
    return table(locale, group).get(value, value)  # type: ignore[no-any-return]


def say(locale: str, key: str, /, **facts: object) -> str:
    """Return the sentence ``mistake.no_date`` filled with facts. Raises KeyError where there is none."""
    name, _, last = key.rpartition(".")
    return table(locale, name)[last].format(**facts)  # type: ignore[no-any-return]


def meanings(group: str) -> dict[str, str]:
    """Return every word of ``group``, in any language, with the value it stands for."""
    return {table(locale, group)[value]: value for value in table(LOCALES[0], group) for locale in LOCALES}


def value_of(group: str, text: str) -> str | None:
    """Return the value that a person's word stands for: a code, or a word of any language, whole or a part of one.

    Blanks, capitals, ``-`` and ``_`` mean nothing, nor does a leading 已: 兑现 and 已兑现 are one. None for what is no
    such word.
    """
    return _spoken(group).get(_bare(text))


@cache
def _spoken(group: str) -> Mapping[str, str]:
    """Return every spelling of the words of a group; one that could mean two values means none of them."""
    meant: dict[str, set[str]] = defaultdict(set)
    for each, value in [*meanings(group).items(), *((value, value) for value in table(LOCALES[0], group))]:
        for part in {each, *re.split("[、,]", each)}:
            meant[_bare(part)].add(value)
            meant[_bare(part).removeprefix("已")].add(value)
    return {text: values.pop() for text, values in meant.items() if len(values) == 1}


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]", "", unicodedata.normalize("NFKC", text)).casefold()


def format_date(locale: str, day: date) -> str:
    """Return ``2019年6月26日`` or ``26 June 2019``: no leading zeros, no digits-only dates."""
    if locale == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def format_month(locale: str, month: str) -> str:
    """Return ``2019年7月`` or ``July 2019`` for ``2019-07``. Raises ValueError on anything else."""
    first = first_day(month)
    if locale == "en":
        return f"{_MONTHS[first.month - 1]} {first.year}"
    return f"{first.year}年{first.month}月"


def distance(locale: str, ahead: Offset) -> str:
    """Say how long an offset is: ``5个工作日``, ``1 month``."""
    unit = word(locale, "distance", _UNITS[ahead.unit])
    if locale == "en":
        return f"{ahead.n} {unit.removesuffix('s') if ahead.n == 1 else unit}"
    return f"{ahead.n}{unit}"


def signed_distance(locale: str, text: str) -> str:
    """Say ``+6wd`` as ``+6个工作日``, ``+6 working days``; its sign stays."""
    gap = " " if locale == "en" else ""
    return re.sub(r"wd|d|m", lambda unit: gap + word(locale, "distance", _UNITS[unit[0]]), text)


def day_count(locale: str, working_days: int | None, days: int) -> str:
    """Say how far a deadline is: ``还剩10个工作日``, ``今日到期``, ``已逾期3个工作日``.

    ``days`` are calendar days and decide the direction. They are also what is said when ``working_days`` is
    None, or is 0 on another day than the deadline: on the Friday before a Sunday no working day is left, but
    two days are.
    """
    if days == 0:
        return word(locale, "band", "due_today")
    n, unit = (abs(working_days), "working_days") if working_days else (abs(days), "days")
    unit, direction = word(locale, "distance", unit), word(locale, "distance", "left" if days > 0 else "overdue")
    if locale == "en":
        return f"{n} {unit.removesuffix('s') if n == 1 else unit} {direction}"
    return f"{direction}{n}{unit}"

"""What history entries say of fields, in the words of whoever reads them: what became what, and what differs.

The history keeps codes as they were written, since its chain covers them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo

from commitments.calendar.deadlines import Offset
from commitments.codes import in_words
from commitments.i18n import distance, say, word

SHOWN = 70  # characters of a value
FIGURES = ("what", "unit", "baseline", "goal")
LISTS = ("progress", "evidence", "extension", "dispute", "receipt", "answer")
TARGET = "target "
_LISTED = re.compile(rf"({'|'.join(LISTS)}) (\d+)")


def change_words(locale: str, field: str, old: object, new: object, zone: tzinfo) -> str:
    """Return what became what: ``到期日 2019-11-15 → 2019-11-22``; fields and codes in words, nothing as ``—``."""
    words = (value_words(locale, field, value, zone) for value in (old, new))
    return f"{field_words(locale, field)} {' → '.join(words)}"


def field_words(locale: str, field: str) -> str:
    """Return what a field is called: ``到期日``; of a figure ``比例的目标值``, of a list ``第2条延期申请的状态``."""
    known = _plain_field(locale, field)
    if known != field:
        return known
    head, _, last = field.rpartition(" ")
    listed = _LISTED.fullmatch(head)
    if listed:
        of = word(locale, "entry_list", listed[1])
        return say(locale, "entry.part", n=listed[2], list=of, field=_named(locale, last))
    if head and last in FIGURES:
        return say(locale, "entry.figure", what=head.removeprefix(TARGET), field=_named(locale, last))
    return f"{word(locale, 'field', 'target')} {field.removeprefix(TARGET)}" if field.startswith(TARGET) else field


def _plain_field(locale: str, field: str) -> str:
    return word(locale, "entry_list", field) if field in LISTS else _named(locale, field)


def _named(locale: str, field: str) -> str:
    known = word(locale, "field", field)
    return known if known != field else word(locale, "entry_field", field)


def value_words(locale: str, field: str, value: object, zone: tzinfo) -> str:
    """Return a value as people read it: codes in words, instants on the clock of ``zone`` to the minute."""
    head, _, last = field.rpartition(" ")
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, bool):
        return say(locale, "entry.yes" if value else "entry.no")
    if isinstance(value, list | Mapping):
        return (", " if locale == "en" else "、").join(_parts(locale, last, value))
    if last == "at" or last.endswith("_at"):
        return _minute(str(value), zone)
    if last == "due_offset":
        return _distance(locale, str(value))
    listed = _LISTED.fullmatch(head)
    group = listed[1] if listed and last == "state" else last
    return f"{value:.12g}" if isinstance(value, float) else in_words(locale, group, str(value))


def _parts(locale: str, field: str, value: list[object] | Mapping[str, object]) -> Iterator[str]:
    """Say what a list or a table of figures holds, one by one."""
    if isinstance(value, Mapping):
        yield from (f"{name} {in_words(locale, field, str(each))}" for name, each in value.items())
    else:
        yield from map(str, value)


def _distance(locale: str, text: str) -> str:
    try:
        return distance(locale, Offset.parse(text))
    except ValueError:  # whatever somebody wrote there stands for itself
        return text


def _minute(text: str, zone: tzinfo) -> str:
    try:
        return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"
    except ValueError:
        return text


def difference_words(locale: str, fact: Mapping[str, object], zone: tzinfo) -> str:
    """Return what a row holds otherwise than the history says; ``fact`` has kind, row, field, history and table."""
    kind, field = str(fact["kind"]), str(fact["field"])
    about = {"kind": word(locale, "kind_of_row", kind), "row": fact["row"], "field": field_words(locale, field)}
    if field == "rows":
        state = "unreadable" if fact["table"] == "unreadable" else "lost" if fact["history"] else "unknown"
        return say(locale, f"entry.{state}", **about)
    told = [value_words(locale, field, fact[side], zone) for side in ("history", "table")]
    if told[0] == told[1]:  # they differ in what people are not shown: the second of an instant
        told = [str(fact[side]) for side in ("history", "table")]
    history, table = _around(*told)
    counted = field in LISTS or (field.startswith(TARGET) and isinstance(fact["table"], int))
    return say(locale, "entry.counts" if counted else "entry.differs", history=history, table=table, **about)


def _around(first: str, second: str) -> tuple[str, str]:
    """Return two texts; of long ones, the words around the place where they part."""
    pairs = enumerate(zip(first, second, strict=False))
    parted = next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))
    return _cut(first, parted), _cut(second, parted)


def _cut(text: str, place: int) -> str:
    start = max(0, place - SHOWN // 2) if len(text) > SHOWN else 0
    end = start + SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if text[end:] else ''}"

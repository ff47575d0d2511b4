"""What history entries say, in the words of whoever reads them: reasons the program itself wrote, and changed fields.

The history keeps codes as they were written, since its chain covers them; what a person wrote stands for itself.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo

from commitments.deadlines import Offset
from commitments.due_rules import due_rule_words
from commitments.i18n import LOCALES, distance, word

LOADED = "ledger load {file}"
RECOMPUTED = "working-day calendar changed"
SPLIT, MERGED = "拆分", "合并"

_WORDS: Mapping[str, tuple[str, str, str]] = {  # columns in the order of LOCALES
    LOADED: ("由台账文件{file}载入", "由臺賬文件{file}載入", "from the ledger file {file}"),
    RECOMPUTED: ("工作日安排有变动", "工作日安排有變動", "the working-day calendar changed"),
    SPLIT: ("拆分", "拆分", "split"),
    MERGED: ("合并", "合併", "merged"),
}
_SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "yes": ("是", "是", "yes"),
    "no": ("否", "否", "no"),
    "part": ("第{n}条{list}的{field}", "第{n}條{list}的{field}", "{field} of {list} {n}"),
    "figure": ("{what}的{field}", "{what}的{field}", "{field} of {what}"),
    "differs": (
        "{kind}{row}：{field}在表中为{table}，变更记录为{history}。",
        "{kind}{row}：{field}在表中為{table}，變更記錄為{history}。",
        "{kind} {row}: {field} is {table} in the table; the history says {history}.",
    ),
    "counts": (
        "{kind}{row}：{field}在表中有{table}条，变更记录有{history}条。",
        "{kind}{row}：{field}在表中有{table}條，變更記錄有{history}條。",
        "{kind} {row}: of {field} the table has {table}; the history says {history}.",
    ),
    "lost": (
        "{kind}{row}：变更记录里有，表中没有。",
        "{kind}{row}：變更記錄裏有，表中沒有。",
        "{kind} {row} is in the history and not in the table.",
    ),
    "unknown": (
        "{kind}{row}：表中有，变更记录里没有。",
        "{kind}{row}：表中有，變更記錄裏沒有。",
        "{kind} {row} is in the table and not in the history.",
    ),
    "unreadable": (
        "{kind}{row}：表中的内容无法读取。",
        "{kind}{row}：表中的內容無法讀取。",
        "{kind} {row} cannot be read from the table.",
    ),
}
SHOWN = 70  # characters of a value
FIGURES = ("what", "unit", "baseline", "goal")
LISTS = ("progress", "evidence", "extension", "dispute", "receipt", "answer")
TARGET = "target "
_LISTED = re.compile(rf"({'|'.join(LISTS)}) (\d+)")
_LOADED = re.compile(re.escape(LOADED).replace(r"\{file\}", r"(?P<file>\S.*)"))


def in_words(locale: str, group: str, value: str) -> str:
    """Return the word for ``value`` of a glossary group, or of ``due_rule`` or ``reason``, which have parameters."""
    with_parameters = {"due_rule": due_rule_words, "reason": reason_words}.get(group)
    return with_parameters(locale, value) if with_parameters else word(locale, group, value)


def reason_words(locale: str, reason: str) -> str:
    """Return a reason as ``locale`` says it; what no program wrote stands for itself."""
    loaded = _LOADED.fullmatch(reason)
    row = _WORDS.get(LOADED if loaded else reason)
    if row is None:
        return reason
    words = row[LOCALES.index(locale) if locale in LOCALES else 0]
    return words.format(file=loaded["file"]) if loaded else words


def by_people(reason: str) -> str:
    """Return a reason unless it only names the file it came from, which is of no interest outside."""
    return "" if _LOADED.fullmatch(reason) else reason


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
        return _told(
            "part", locale, n=listed[2], list=word(locale, "entry_list", listed[1]), field=_named(locale, last)
        )
    if head and last in FIGURES:
        return _told("figure", locale, what=head.removeprefix(TARGET), field=_named(locale, last))
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
        return _told("yes" if value else "no", locale)
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
        return _told(state, locale, **about)
    told = [value_words(locale, field, fact[side], zone) for side in ("history", "table")]
    if told[0] == told[1]:  # they differ in what people are not shown: the second of an instant
        told = [str(fact[side]) for side in ("history", "table")]
    history, table = _around(*told)
    counted = field in LISTS or (field.startswith(TARGET) and isinstance(fact["table"], int))
    return _told("counts" if counted else "differs", locale, history=history, table=table, **about)


def _around(first: str, second: str) -> tuple[str, str]:
    """Return two texts; of long ones, the words around the place where they part."""
    pairs = enumerate(zip(first, second, strict=False))
    parted = next((n for n, (a, b) in pairs if a != b), min(len(first), len(second)))
    return _cut(first, parted), _cut(second, parted)


def _cut(text: str, place: int) -> str:
    start = max(0, place - SHOWN // 2) if len(text) > SHOWN else 0
    end = start + SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if text[end:] else ''}"


def _told(name: str, locale: str, **facts: object) -> str:
    return _SENTENCES[name][LOCALES.index(locale) if locale in LOCALES else 0].format(**facts)

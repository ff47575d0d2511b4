"""Texts that are stored as codes and worded when shown, so that one ledger speaks to each reader in his language.

The reason of an entry in the history is what a person wrote or, of what the program did by itself, a code of REASONS;
a person's text that is a code is refused. Entries made before there were codes keep the prose they were written with.
``due_rule`` says how a deadline was computed: a code of the letters' grammar (docs/letters.md), ``follows REF`` for the
next of a recurring commitment, ``2026-11-29 +10wd`` for a distance counted from a day, or what a person wrote, which
stands as it was written. What the program says of itself and of mails: ``notifications.remarks``.
"""

import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from commitments.calendar.deadlines import Offset
from commitments.i18n import LOCALES, distance, format_date, meanings, say, table, word

REASONS: Mapping[str, tuple[str, ...]] = {  # what the program gives as a reason, with its parameters
    "calendar_changed": (),
    "follows": ("ref",),
    "ledger_load": ("file",),
    "letter_import": ("file",),
    "letter_names": ("letter",),
    "letter_dated": (),
    "letter_unit": (),
    "taken": (),
    "merged": (),
    "merged_into": ("ref",),
    "review": (),
    "split": (),
    "split_from": ("ref",),
    "undone": (),
}
Fact = str | Mapping[str, str]  # a text, or what no code can stand for, by language
Facts = Mapping[str, Fact]
_CODE = re.compile(r"@([a-z_]+)(?: (\{.*\}))?", re.DOTALL)
_EARLIER = {"working-day calendar changed": "calendar_changed", "拆分": "split", "合并": "merged"}  # as it was written
_LOADED_EARLIER = re.compile(r"ledger load (\S.*)")
_UNITS = {"d": "days", "wd": "working_days", "m": "months"}


def in_words(locale: str, group: str, value: str) -> str:
    """Return the word for ``value`` of a group of the catalogue, or of ``due_rule`` or ``reason``."""
    with_parameters = {"due_rule": due_rule_words, "reason": reason_words}.get(group)
    return with_parameters(locale, value) if with_parameters else word(locale, group, value)


class Reason(str):
    """A reason that the program gives: ``@split``, ``@ledger_load {"file": "a.toml"}``."""

    __slots__ = ()


def reason(name: str, **facts: str) -> Reason:
    """Return the code of one of REASONS with its parameters."""
    return Reason(code(name, **facts))


def code(name: str, /, **facts: Fact) -> str:
    """Return ``@name {json}``."""
    return f"@{name} {json.dumps(facts, ensure_ascii=False, sort_keys=True)}" if facts else f"@{name}"


def is_reason_code(text: str) -> bool:
    """Say whether a text is what ``reason`` writes, whoever wrote it."""
    return read_code(text, REASONS) is not None


def reason_words(locale: str, text: str) -> str:
    """Return a reason as ``locale`` says it; what no program wrote stands for itself."""
    found = read_code(text, REASONS) or _read_earlier(text)
    return say_code(locale, "reason", *found) if found else text


def say_code(locale: str, group: str, name: str, facts: Facts) -> str:
    """Return the sentence of a code; what its facts say in several languages in the reader's."""
    said = {key: fact if isinstance(fact, str) else fact[locale] for key, fact in facts.items()}
    return say(locale, f"{group}.{name}", **said)


def by_people(text: str) -> str:
    """Return a reason unless it only names the file it came from, which is of no interest outside."""
    found = read_code(text, REASONS) or _read_earlier(text)
    return "" if found and found[0] == "ledger_load" else text


def read_code(text: str, names: Mapping[str, tuple[str, ...]]) -> tuple[str, Facts] | None:
    """Return name and parameters of a code that is one of ``names``; None of any other text."""
    found = _CODE.fullmatch(text)
    if found is None or found[1] not in names:
        return None
    try:
        facts = json.loads(found[2] or "{}")
    except (ValueError, RecursionError):
        return None
    known = sorted(facts) == sorted(names[found[1]]) and all(map(_is_fact, facts.values()))
    return (found[1], facts) if known else None


def _is_fact(value: object) -> bool:
    """Say whether a value is a text, or one in each language."""
    if isinstance(value, dict):
        return set(value) == set(LOCALES) and all(isinstance(each, str) for each in value.values())
    return isinstance(value, str)


def _read_earlier(text: str) -> tuple[str, Facts] | None:
    """Return what a reason means that was written before there were codes."""
    if loaded := _LOADED_EARLIER.fullmatch(text):
        return "ledger_load", {"file": loaded[1]}
    return (_EARLIER[text], {}) if text in _EARLIER else None


def due_rule_words(locale: str, rule: str) -> str:
    """Return how a date was computed as ``locale`` says it; text that is no code stands for itself."""
    if match := re.fullmatch(r"follows (\S+)", rule):
        return say(locale, "counted.follows", ref=match[1])
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d) (\+\d+(?:wd|d|m))", rule):
        start, ahead = format_date(locale, date.fromisoformat(match[1])), distance(locale, Offset.parse(match[2]))
        return say(locale, "counted.from", start=start, distance=ahead)
    return word(locale, "due_rule", rule)


def due_rule_code(words: str) -> str:
    """Return the code of what ``due_rule_words`` says in any language; other text is what a person wrote."""
    for locale in LOCALES:
        follows = re.escape(table(locale, "counted")["follows"]).replace(r"\{ref\}", r"(\w[\w.-]*)")
        if match := re.fullmatch(follows, words):
            return f"follows {match[1]}"
    return meanings("due_rule").get(words) or _counted_code(words) or words


def _counted_code(words: str) -> str:
    """Return the code of a distance counted from a day, as ``due_rule_words`` says it; empty when it is none."""
    if match := re.fullmatch(r"自(\d{4}年\d+月\d+日)起(\d+)(.+)", words):
        start, count, unit, day = match[1], match[2], match[3], "%Y年%m月%d日"
    elif match := re.fullmatch(r"(\d+) (.+?)s? from (\d+ [A-Z][a-z]+ \d{4})", words):
        start, count, unit, day = match[3], match[1], f"{match[2]}s", "%d %B %Y"
    else:
        return ""
    units = meanings("distance")
    code = next((code for code, name in _UNITS.items() if units.get(unit) == name), "")
    with suppress(ValueError):  # a day that no calendar has is what a person wrote
        return f"{date(*time.strptime(start, day)[:3])} +{count}{code}" if code else ""
    return ""

"""Texts that are stored as codes and worded when shown, so that one ledger speaks to each reader in his language.

``due_rule`` says how a deadline was computed: a code of the letters' grammar (docs/letters.md), ``follows REF`` for the
next of a recurring commitment, ``2026-11-29 +10wd`` for a distance counted from a day, or what a person wrote, which
stands as it was written.
"""

import re
import time
from contextlib import suppress
from datetime import date

from commitments.deadlines import Offset
from commitments.i18n import LOCALES, distance, format_date, meanings, say, table, word

LOADED = "ledger load {file}"
RECOMPUTED = "working-day calendar changed"
SPLIT, MERGED = "拆分", "合并"
_LOADED = re.compile(re.escape(LOADED).replace(r"\{file\}", r"(?P<file>\S.*)"))
_REASONS = {RECOMPUTED: "recomputed", SPLIT: "split", MERGED: "merged"}
_UNITS = {"d": "days", "wd": "working_days", "m": "months"}


def in_words(locale: str, group: str, value: str) -> str:
    """Return the word for ``value`` of a group of the catalogue, or of ``due_rule`` or ``reason``."""
    with_parameters = {"due_rule": due_rule_words, "reason": reason_words}.get(group)
    return with_parameters(locale, value) if with_parameters else word(locale, group, value)


def reason_words(locale: str, reason: str) -> str:
    """Return a reason as ``locale`` says it; what no program wrote stands for itself."""
    if loaded := _LOADED.fullmatch(reason):
        return say(locale, "reason.loaded", file=loaded["file"])
    return word(locale, "reason", _REASONS[reason]) if reason in _REASONS else reason


def by_people(reason: str) -> str:
    """Return a reason unless it only names the file it came from, which is of no interest outside."""
    return "" if _LOADED.fullmatch(reason) else reason


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

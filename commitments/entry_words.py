"""What history entries say, in the words of whoever reads them: reasons the program itself wrote, and changed fields.

The history keeps codes as they were written, since its chain covers them; what a person wrote stands for itself.
"""

import re
from collections.abc import Mapping

from commitments.due_rules import due_rule_words
from commitments.glossary import LOCALES, word

LOADED = "ledger load {file}"
RECOMPUTED = "working-day calendar changed"
SPLIT, MERGED = "拆分", "合并"

_WORDS: Mapping[str, tuple[str, str, str]] = {  # columns in the order of LOCALES
    LOADED: ("由台账文件{file}载入", "由臺賬文件{file}載入", "from the ledger file {file}"),
    RECOMPUTED: ("工作日安排有变动", "工作日安排有變動", "the working-day calendar changed"),
    SPLIT: ("拆分", "拆分", "split"),
    MERGED: ("合并", "合併", "merged"),
}
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


def change_words(locale: str, field: str, old: object, new: object) -> str:
    """Return what became what: ``到期日 2019-11-15 → 2019-11-22``; fields and codes in words, nothing as ``—``."""
    return f"{word(locale, 'field', field)} {_worded(locale, field, old)} → {_worded(locale, field, new)}"


def _worded(locale: str, field: str, value: object) -> str:
    if value in (None, "", []):
        return "—"
    if isinstance(value, list):
        return (", " if locale == "en" else "、").join(map(str, value))
    return in_words(locale, field, str(value))

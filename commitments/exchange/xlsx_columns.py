"""The columns of the ledger's sheet: their order, their widths in characters, what kind of cell each holds.

Headings are the glossary's words for a field. What an office prints comes first; what is needed only to read the sheet
back stands to the right of it.
"""

from collections.abc import Mapping

from commitments.i18n import LOCALES, word

PRINTED: Mapping[str, float] = {
    "no": 4, "ref": 9, "letter": 11, "proposal_number": 6, "section": 6, "ordinal": 5, "kind": 7, "title": 16,
    "quote": 32, "strength": 6, "lead": 9, "support": 10, "due_text": 7, "due_on": 13, "due_basis": 8,
    "review_on": 13, "state": 7, "band": 7, "progress": 22, "outcome": 7,
}  # fmt: skip
FURTHER: Mapping[str, float] = {
    "condition": 20, "target": 24, "owner_basis": 10, "due_rule": 24, "due_from": 13,
    "due_offset": 8, "first_due_on": 13, "reported_done_on": 13, "closed_on": 13, "closing_note": 20,
    "summary": 20, "support_basis": 18,
}  # fmt: skip
COLUMNS: Mapping[str, float] = {**PRINTED, **FURTHER}
SHOWN_ONLY = ("no", "proposal_number", "band", "progress")  # what the ledger works out is never read back
DATES = ("due_on", "review_on", "due_from", "first_due_on", "reported_done_on", "closed_on")
WORDED = ("kind", "strength", "owner_basis", "due_basis", "state", "outcome", "band")
DEPARTMENTS = ("lead", "support")
# Headings that offices write instead of ours.
_ALIASES = {
    "承诺事项": "title", "主办单位": "lead", "牵头单位": "lead", "会办单位": "support", "协办单位": "support",
    **dict.fromkeys(("答复原文", "录入原文", "錄入原文", "Words as entered", "原文"), "quote"),
    "期限": "due_on", "复查日": "review_on", "期限（原文）": "due_text",
}  # fmt: skip


def headings() -> dict[str, str]:
    """Return the key of every heading that is understood: words of each language, aliases and the keys themselves."""
    known = {word(locale, "field", key): key for locale in LOCALES for key in COLUMNS}
    return {plain(heading): key for heading, key in {**_ALIASES, **known, **{key: key for key in COLUMNS}}.items()}


def plain(heading: str) -> str:
    """Return a heading without what people add for looks: blanks, line breaks, narrow brackets, capitals."""
    return "".join(heading.split()).replace("(", "（").replace(")", "）").casefold()

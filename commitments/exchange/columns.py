"""The ledger as a sheet: its columns, in what order, how wide and of what kind, and what each row says in them.

Headings are the glossary's words for a field. What an office prints comes first; what is needed only to read the sheet
back stands to the right of it. Rows are read in few statements for any length.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from commitments.exchange.fields import TARGET, stated
from commitments.i18n import LOCALES, word
from commitments.models import Commitment, Department, Letter, Progress, Source, Target
from commitments.queries.grouping import grouped
from commitments.queries.listing import Filter, supports
from commitments.text import amounts

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
_ELSEWHERE = {
    "letter": Letter.name.label("letter"),
    "proposal_number": Letter.proposal_number,
    "lead": Department.name.label("lead"),
}
_HERE = [key for key in COLUMNS if key not in (*_ELSEWHERE, "no", "support", "band", "progress", "target")]
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


def rows(session: Session, wanted: Filter) -> list[dict[str, Any]]:
    """Return the rows that a filter matches, by ref: every column but ``no`` and ``band``; progress as (day, note).

    ``verbatim`` says that the letter's text is kept, with which quotes are compared, and was not recognised in a scan.
    """
    chosen = select(Commitment.id).where(*wanted.conditions(Commitment))
    named = [Commitment.id, *(getattr(Commitment, key) for key in _HERE), *_ELSEWHERE.values()]
    named.append(Source.recognised.is_(False).label("verbatim"))
    query = select(*named).join_from(Commitment, Letter).join(Department, Commitment.lead_id == Department.id)
    query = query.outerjoin(Source, Source.letter_id == Commitment.letter_id)
    found = session.execute(query.where(Commitment.id.in_(chosen)).order_by(Commitment.ref)).mappings().all()
    support = supports(session.connection(), [row["id"] for row in found])
    goals, moved = _targets(session, chosen), _latest(session)
    return [
        {
            **row,
            "support": "；".join(support.get(row["id"], ())),
            "support_basis": row["support_basis"] or None,
            "target": amounts.targets_text(goals.get(row["id"], ())),
            "progress": moved.get(row["id"]),
        }
        for row in found
    ]


def _targets(session: Session, chosen: Select[Any]) -> Mapping[int, list[dict[str, object]]]:
    query = select(Target).where(Target.commitment_id.in_(chosen)).order_by(Target.id)
    return grouped((each.commitment_id, stated(each, TARGET)) for each in session.scalars(query))


def _latest(session: Session) -> Mapping[int, tuple[Any, str]]:
    """Return the day and the note of what was recorded last for each commitment."""
    last = select(func.max(Progress.id)).group_by(Progress.commitment_id)
    query = select(Progress.commitment_id, Progress.on, Progress.note).where(Progress.id.in_(last))
    return {row.commitment_id: (row.on, row.note) for row in session.execute(query)}


def departments(session: Session) -> list[str]:
    """Return the names to choose from, in the order in which they were entered."""
    return list(session.scalars(select(Department.name).order_by(Department.id)))

"""What each row of the ledger's sheet says, read from the database in few statements for any length."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from commitments.exchange import target_text, xlsx_columns
from commitments.models import Commitment, Department, Letter, Progress, Source, Target
from commitments.queries.listing import Filter, supports

_ELSEWHERE = {
    "letter": Letter.document_number.label("letter"),
    "proposal_number": Letter.proposal_number,
    "lead": Department.name.label("lead"),
}
_HERE = [key for key in xlsx_columns.COLUMNS if key not in (*_ELSEWHERE, "no", "support", "band", "progress", "target")]


def read(session: Session, wanted: Filter) -> list[dict[str, Any]]:
    """Return the rows that a filter matches, by ref: every column but ``no`` and ``band``; progress as (day, note).

    ``verbatim`` says that the letter's text is kept, with which quotes are compared.
    """
    chosen = select(Commitment.id).where(*wanted.conditions(Commitment))
    named = [Commitment.id, *(getattr(Commitment, key) for key in _HERE), *_ELSEWHERE.values()]
    named.append(Source.letter_id.is_not(None).label("verbatim"))
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
            "target": target_text.told(goals.get(row["id"], ())),
            "progress": moved.get(row["id"]),
        }
        for row in found
    ]


def _targets(session: Session, chosen: Select[Any]) -> Mapping[int, list[dict[str, object]]]:
    query = select(Target).where(Target.commitment_id.in_(chosen)).order_by(Target.id)
    known: dict[int, list[dict[str, object]]] = defaultdict(list)
    for one in session.scalars(query):
        facts = {"what": one.what, "unit": one.unit, "baseline": one.baseline, "goal": one.goal}
        known[one.commitment_id].append(facts)
    return known


def _latest(session: Session) -> Mapping[int, tuple[Any, str]]:
    """Return the day and the note of what was recorded last for each commitment."""
    last = select(func.max(Progress.id)).group_by(Progress.commitment_id)
    query = select(Progress.commitment_id, Progress.on, Progress.note).where(Progress.id.in_(last))
    return {row.commitment_id: (row.on, row.note) for row in session.execute(query)}


def departments(session: Session) -> list[str]:
    """Return the names to choose from, in the order in which they were entered."""
    return list(session.scalars(select(Department.name).order_by(Department.id)))

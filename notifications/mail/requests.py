"""What stands on a card beside its dates: what its department asked of our office, and what became of its deadline."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from sqlalchemy import Executable, null, select
from sqlalchemy.orm import Session

from commitments.damage import whole
from commitments.models import Commitment, Department, Dispute, Extension, HistoryEntry
from commitments.queries.as_of import CORRECTING
from commitments.register.responses import asker
from commitments.storage import stored
from notifications.mail.render import CorrectionLine, RequestLine


def waiting(session: Session, ids: Sequence[int], zone: tzinfo) -> dict[int, tuple[RequestLine, ...]]:
    """Return by commitment the extensions and disputes that nobody has decided yet."""
    if not ids:
        return {}
    found: dict[int, tuple[RequestLine, ...]] = defaultdict(tuple)
    for query in (_extensions(ids), _disputes(ids)):
        for key, by, to, at in session.execute(query):
            found[key] += (RequestLine(by=by, on=_day(at, zone), to=to),)
    return found


def _extensions(ids: Sequence[int]) -> Executable:
    query = select(Commitment.id, asker(), Extension.new_due, Extension.asked_at).join_from(Extension, Commitment)
    query = query.join(Department, Commitment.lead_id == Department.id)
    return query.where(Extension.decided_at.is_(None), Commitment.id.in_(ids)).order_by(Extension.id)


def _disputes(ids: Sequence[int]) -> Executable:
    query = select(Commitment.id, Department.name, null(), Dispute.raised_at).join_from(Dispute, Commitment)
    query = query.join(Department, Dispute.department_id == Department.id)
    return query.where(Dispute.decided_at.is_(None), Commitment.id.in_(ids)).order_by(Dispute.id)


def corrected(session: Session, rows: Sequence[Commitment], zone: tzinfo) -> dict[str, CorrectionLine]:
    """Return by ref the newest correction of a deadline that stands: no extension, and nothing of a draft."""
    if not rows:
        return {}
    columns = (HistoryEntry.subject, HistoryEntry.at, HistoryEntry.changes)
    query = select(*columns).where(HistoryEntry.subject.in_([stored(row.ref) for row in rows]))
    entries = session.execute(query.where(HistoryEntry.action.in_(CORRECTING)).order_by(HistoryEntry.seq)).all()
    known = {row.ref: row for row in rows}
    found: dict[str, tuple[str, CorrectionLine]] = {}
    for ref, at, changes in entries:
        old, new = whole(changes).get("due_on", (None, None))
        if old and new and at > (known[ref].opened_at or at):
            found[ref] = (new, CorrectionLine(old=date.fromisoformat(old), on=_day(at, zone)))
    return {ref: line for ref, (new, line) in found.items() if new == str(known[ref].due_on)}


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()

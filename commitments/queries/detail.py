"""One commitment in full: what a page, ``show`` and a mail say of it is read here and nowhere else.

A dozen statements at most, for one or for a hundred.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from commitments.calendar.deadlines import LIVE_STATES
from commitments.models import (
    Commitment,
    Department,
    Dispute,
    Evidence,
    Extension,
    HistoryEntry,
    Progress,
    Receipt,
    Source,
)
from commitments.queries.grouping import grouped
from commitments.queries.lookup import offices
from commitments.queries.targets import TargetFigure, target_figures
from commitments.storage import stored

LARGEST = 2**31 - 1  # number of a history entry that databases can compare
T = TypeVar("T", Progress, Extension, Evidence)


class Acknowledged(NamedTuple):
    """When a department acknowledged a commitment (签收)."""

    department_id: int
    department: str
    at: datetime


class Raised(NamedTuple):
    """A dispute, and the department that raised it."""

    dispute: Dispute
    department: str


@dataclass(frozen=True, kw_only=True)
class CommitmentDetail:
    """A commitment with all that belongs to it, oldest first; ``row`` has letter, lead, support and targets loaded.

    ``verbatim``: the letter's text is kept, and the quote was compared with it. ``earlier`` is the number of the first
    entry of ``history`` where older ones were left out. ``offices`` are those of the names in it that are departments;
    the others are persons and their logins.
    """

    row: Commitment
    verbatim: bool
    progress: Sequence[Progress]
    extensions: Sequence[Extension]
    disputes: Sequence[Raised]
    evidence: Sequence[Evidence]
    receipts: Sequence[Acknowledged]
    history: Sequence[HistoryEntry]
    earlier: int | None
    offices: frozenset[str]

    @property
    def live(self) -> bool:
        """Say whether anything can still be done about it."""
        return self.row.state in LIVE_STATES

    @property
    def targets(self) -> tuple[TargetFigure, ...]:
        """Return its targets with their newest figures."""
        return target_figures(self.row.targets, (each.figures for each in self.progress))

    @property
    def waiting_extensions(self) -> list[Extension]:
        """Return the requests for more time that nobody has decided."""
        return [each for each in self.extensions if each.decided_at is None]

    @property
    def waiting_disputes(self) -> list[Raised]:
        """Return the disputes that nobody has decided."""
        return [each for each in self.disputes if each.dispute.decided_at is None]

    def acknowledged_at(self, department_id: int) -> datetime | None:
        """Return when a department acknowledged it, or None."""
        return next((each.at for each in self.receipts if each.department_id == department_id), None)

    def role(self, department_id: int) -> str | None:
        """Return ``lead`` or ``support``, or None for somebody else."""
        if self.row.lead_id == department_id:
            return "lead"
        return "support" if department_id in {each.id for each in self.row.support} else None


def load_detail(
    session: Session, commitment: Commitment, before: int | None = None, at_most: int | None = None
) -> CommitmentDetail:
    """Return a commitment in full, of its history the newest ``at_most`` entries; all, where that is None.

    With ``before`` only entries older than the one of this number count.
    """
    rows = _rows(session, Commitment.id == commitment.id)
    entries = _history(rows).order_by(HistoryEntry.seq.desc())
    if before is not None:
        entries = entries.where(HistoryEntry.seq < min(before, LARGEST))
    if at_most is not None:
        entries = entries.limit(at_most + 1)
    found = session.scalars(entries).all()
    shown = found[:at_most]
    earlier = shown[-1].seq if len(found) > len(shown) else None
    return _details(session, rows, shown[::-1], earlier)[commitment.id]


def load_details(session: Session, ids: Sequence[int], actions: Collection[str]) -> dict[int, CommitmentDetail]:
    """Return these commitments by id, of their histories the entries of these ``actions``."""
    rows = _rows(session, Commitment.id.in_(ids)) if ids else []
    entries = _history(rows).where(HistoryEntry.action.in_(actions)).order_by(HistoryEntry.seq)
    return _details(session, rows, session.scalars(entries).all() if rows else [])


def _rows(session: Session, wanted: ColumnElement[bool]) -> Sequence[Commitment]:
    query = select(Commitment).where(wanted).order_by(Commitment.id).options(
        joinedload(Commitment.letter), joinedload(Commitment.lead),
        selectinload(Commitment.support), selectinload(Commitment.targets),
    )  # fmt: skip
    return session.scalars(query).all()


def _history(rows: Sequence[Commitment]) -> Select[HistoryEntry]:
    return select(HistoryEntry).where(HistoryEntry.subject.in_([stored(row.ref) for row in rows]))


def _details(
    session: Session, rows: Sequence[Commitment], entries: Sequence[HistoryEntry], earlier: int | None = None
) -> dict[int, CommitmentDetail]:
    if not rows:
        return {}
    ids = [row.id for row in rows]
    progress, evidence = _owned(session, Progress, ids, Progress.on), _owned(session, Evidence, ids)
    extensions, disputes, receipts = _owned(session, Extension, ids), _disputes(session, ids), _receipts(session, ids)
    kept, history = _kept(session, {row.letter_id for row in rows}), grouped((e.subject, e) for e in entries)
    known = offices(session, _names(chain(*progress.values(), *extensions.values(), *evidence.values(), entries)))
    return {
        row.id: CommitmentDetail(
            row=row,
            verbatim=row.letter_id in kept,
            progress=progress.get(row.id, ()),
            extensions=extensions.get(row.id, ()),
            disputes=disputes.get(row.id, ()),
            evidence=evidence.get(row.id, ()),
            receipts=receipts.get(row.id, ()),
            history=history.get(row.ref, ()),
            earlier=earlier,
            offices=known,
        )
        for row in rows
    }


def _owned(session: Session, table: type[T], ids: Sequence[int], *first: Any) -> dict[int, list[T]]:
    """Return by commitment what belongs to it, in the order of these columns and of entry."""
    query = select(table).where(table.commitment_id.in_(ids)).order_by(*first, table.id)
    return grouped((each.commitment_id, each) for each in session.scalars(query))


def _disputes(session: Session, ids: Sequence[int]) -> dict[int, list[Raised]]:
    query = select(Dispute, Department.name).join(Department, Department.id == Dispute.department_id)
    rows = session.execute(query.where(Dispute.commitment_id.in_(ids)).order_by(Dispute.id))
    return grouped((dispute.commitment_id, Raised(dispute, name)) for dispute, name in rows)


def _receipts(session: Session, ids: Sequence[int]) -> dict[int, list[Acknowledged]]:
    columns = (Receipt.commitment_id, Department.id, Department.name, Receipt.at)
    query = select(*columns).join_from(Receipt, Department).where(Receipt.commitment_id.in_(ids))
    rows = session.execute(query.order_by(Receipt.at, Department.name))
    return grouped((key, Acknowledged(number, name, at)) for key, number, name, at in rows)


def _kept(session: Session, letters: Collection[int]) -> frozenset[int]:
    """Return those of these letters whose own text is kept."""
    its = (Source.letter_id.in_(letters), Source.recognised.is_(False))
    return frozenset(session.scalars(select(Source.letter_id).where(*its)))


def _names(rows: Iterable[Progress | Extension | Evidence | HistoryEntry]) -> set[str]:
    """Return who did all this."""
    named = {Progress: "by", Extension: "asked_by", Evidence: "given_by", HistoryEntry: "actor"}
    return {getattr(row, named[type(row)]) for row in rows}

"""Finding things: by ref, by name, by filter; near names for a wrong one."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from commitments.errors import NoSuchCommitment, NoSuchDepartment, NoSuchLetter
from commitments.models import (
    LIVE_STATES,
    Commitment,
    Department,
    HistoryEntry,
    Letter,
    support_table,
)

PAGE = 5000


def near(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Return up to ``n`` of the known names that look like ``name``."""
    return difflib.get_close_matches(name, list(known), n=n, cutoff=0.6)


def find(session: Session, ref: str) -> Commitment:
    """Return the commitment of this ref. Raises NoSuchCommitment, which suggests near refs."""
    commitment = session.scalars(select(Commitment).where(Commitment.ref == ref.strip())).first()
    if commitment is None:
        raise NoSuchCommitment(ref=ref, near=_near_refs(session, ref))
    return commitment


def _near_refs(session: Session, ref: str) -> list[str]:
    """Look only among refs that share the head or the tail, so that a million rows are not compared."""
    head, tail = ref[:6], ref.rsplit("-", 1)[-1]
    alike = or_(Commitment.ref.startswith(head, autoescape=True), Commitment.ref.endswith(f"-{tail}", autoescape=True))
    return near(ref, session.scalars(select(Commitment.ref).where(alike).order_by(Commitment.ref).limit(2000)))


def find_letter(session: Session, name: str) -> Letter:
    """Return the letter of this document or proposal number. Raises NoSuchLetter."""
    wanted = canonical_number(name)
    named = or_(Letter.document_number == wanted, Letter.proposal_number == name.strip())
    letters = session.scalars(select(Letter).where(named).order_by(Letter.signed_on.desc())).all()
    if not letters:
        known = [
            number for row in session.execute(select(Letter.document_number, Letter.proposal_number)) for number in row
        ]
        raise NoSuchLetter(name=name, near=near(name, known))
    return letters[0]


def canonical_number(number: str) -> str:
    """Write a document number with six-cornered brackets: [2019], (2019), 【2019】 all become 〔2019〕."""
    table = str.maketrans("[](（）)【】", "〔〕〔〔〕〕〔〕")
    return number.strip().translate(table)


def find_department(session: Session, name: str) -> Department:
    """Return the department of this name or short name. Raises NoSuchDepartment."""
    exact = session.scalars(select(Department).where(Department.name == name.strip())).first()
    if exact is not None:
        return exact
    everyone = session.scalars(select(Department)).all()
    for department in everyone:
        if name.strip() in department.short_names:
            return department
    known = [known for department in everyone for known in (department.name, *department.short_names)]
    raise NoSuchDepartment(name=name, near=near(name, known))


def last_number(session: Session, prefix: str) -> int:
    """Return the highest running number ever given under ``2019-1007-``, dropped drafts included."""
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    refs = session.scalars(select(Commitment.ref).where(Commitment.ref >= prefix, Commitment.ref < end)).all()
    past = session.scalars(
        select(HistoryEntry.subject).where(HistoryEntry.subject >= prefix, HistoryEntry.subject < end).distinct()
    ).all()
    tails = (ref[len(prefix) :] for ref in {*refs, *past})
    return max((int(tail) for tail in tails if tail.isdecimal()), default=0)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What `list` is asked for; every field narrows. ``due_until`` is included."""

    ref: str = ""
    states: tuple[str, ...] = ()
    overdue_on: date | None = None
    due_until: date | None = None
    department: int | None = None
    letter: int | None = None
    kind: str | None = None
    words: str = ""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a commitment must meet. Those of one department are found by the lead's index, not the state's."""
        state = Commitment.state.concat("") if self.department else Commitment.state
        if self.ref:
            yield Commitment.ref == self.ref
        if self.states:
            yield state.in_(self.states)
        if self.overdue_on:
            yield and_(Commitment.state == "open", Commitment.due_on < self.overdue_on)
        if self.due_until:
            yield and_(Commitment.state.in_(LIVE_STATES), Commitment.due_on <= self.due_until)
        if self.kind:
            yield Commitment.kind == self.kind
        if self.letter:
            yield Commitment.letter_id == self.letter
        if self.department:
            supports = select(support_table.c.commitment_id).where(support_table.c.department_id == self.department)
            yield or_(Commitment.lead_id == self.department, Commitment.id.in_(supports))
        if self.words:
            yield or_(*(column.icontains(self.words, autoescape=True) for column in SEARCHED))


SEARCHED = (Commitment.ref, Commitment.title, Commitment.quote, Commitment.condition)


class Listed(NamedTuple):
    """One commitment as lists show it; ``letter`` is the document number, ``lead`` and ``support`` are names."""

    id: int
    ref: str
    letter: str
    ordinal: str | None
    kind: str
    strength: str
    title: str
    lead: str
    due_on: date | None
    due_basis: str | None
    due_rule: str
    due_from: date | None
    due_offset: str | None
    first_due_on: date | None
    review_on: date | None
    state: str
    outcome: str | None
    reported_done_on: date | None
    support: Sequence[str] = ()


_NAMES = {"letter": Letter.document_number, "lead": Department.name}
_COLUMNS: list[Any] = [_NAMES.get(name, getattr(Commitment, name, None)) for name in Listed._fields[:-1]]


def page(session: Session, wanted: Filter, after: str = "", size: int = PAGE) -> Sequence[Listed]:
    """Return up to ``size`` commitments with refs after ``after``. Rows, not objects: a ledger may hold a million."""
    query = select(*_COLUMNS).join_from(Commitment, Letter).join(Department, Commitment.lead_id == Department.id)
    found = query.where(Commitment.ref > after, *wanted.conditions()).order_by(Commitment.ref).limit(size)
    rows = session.connection().execute(found).all()
    named = supports(session, [row.id for row in rows])
    return [Listed._make((*row, named.get(row.id, ()))) for row in rows]


def supports(session: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Return the supporting departments' names; ids in pieces that every database takes."""
    names: dict[int, list[str]] = defaultdict(list)
    query = select(support_table.c.commitment_id, Department.name).join_from(support_table, Department)
    for start in range(0, len(ids), 500):
        some = support_table.c.commitment_id.in_(ids[start : start + 500])
        for commitment, name in session.execute(query.where(some).order_by(Department.id)):
            names[commitment].append(name)
    return names


def count(session: Session, wanted: Filter) -> int:
    """Count what a filter matches."""
    return session.scalar(select(func.count(Commitment.id)).where(*wanted.conditions())) or 0

"""Finding things: by ref or by name; near names for a wrong one."""

import difflib
from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from commitments.errors import NoSuchCommitment, NoSuchDepartment, NoSuchLetter
from commitments.models import (
    Commitment,
    Department,
    HistoryEntry,
    Letter,
)


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


def offices(session: Session, names: Iterable[str]) -> frozenset[str]:
    """Return those of the names that are departments; the others are persons, logins or programs."""
    return frozenset(session.scalars(select(Department.name).where(Department.name.in_(sorted(set(names))))))


def last_number(session: Session, prefix: str) -> int:
    """Return the highest running number ever given under ``2019-1007-``, dropped drafts included."""
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    refs = session.scalars(select(Commitment.ref).where(Commitment.ref >= prefix, Commitment.ref < end)).all()
    past = session.scalars(
        select(HistoryEntry.subject).where(HistoryEntry.subject >= prefix, HistoryEntry.subject < end).distinct()
    ).all()
    tails = (ref[len(prefix) :] for ref in {*refs, *past})
    return max((int(tail) for tail in tails if tail.isdecimal()), default=0)

"""Finding things: by ref or by name; near names for a wrong one."""

import difflib
import re
from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from commitments.errors import AmbiguousLetter, NoSuchCommitment, NoSuchDepartment, NoSuchLetter, SameNumber
from commitments.models import (
    Commitment,
    Department,
    HistoryEntry,
    Letter,
)
from commitments.storage import stored
from commitments.text.canonical import name_key, number_key, ref_key


def near(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Return up to ``n`` of the known names that look like ``name``."""
    return difflib.get_close_matches(name, list(known), n=n, cutoff=0.6)


def find(session: Session, ref: str) -> Commitment:
    """Return the commitment of this ref. Raises NoSuchCommitment, which suggests near refs."""
    commitment = session.scalars(select(Commitment).where(Commitment.ref.in_((ref.strip(), ref_key(ref))))).first()
    if commitment is None:
        raise NoSuchCommitment(ref=ref, near=_near_refs(session, ref))
    return commitment


def of_ref(session: Session, ref: str) -> Commitment | None:
    """Return the commitment of exactly this ref, or None."""
    return session.scalars(select(Commitment).where(Commitment.ref == stored(ref))).first()


def _near_refs(session: Session, ref: str) -> list[str]:
    """Look only among refs that share the head or the tail, so that a million rows are not compared."""
    head, tail = ref[:6], ref.rsplit("-", 1)[-1]
    alike = or_(Commitment.ref.startswith(head, autoescape=True), Commitment.ref.endswith(f"-{tail}", autoescape=True))
    return near(ref, session.scalars(select(Commitment.ref).where(alike).order_by(Commitment.ref).limit(2000)))


def find_letter(session: Session, name: str) -> Letter:
    """Return the letter of this document number, else the only one on this proposal, however they are typed.

    Letters that were entered twice, before their numbers were one, are told apart by how they are written. Raises
    NoSuchLetter, AmbiguousLetter.
    """
    wanted, written = number_key(name), canonical_number(name)
    numbers = session.execute(select(Letter.id, Letter.name, Letter.proposal_number)).all()
    found = [row.id for row in numbers if row.name == written]
    found = numbered = found or [row.id for row in numbers if number_key(row.name) == wanted]
    found = found or [row.id for row in numbers if number_key(row.proposal_number) == wanted]
    if not wanted or not found:
        raise NoSuchLetter(name=name, near=near(name, [number for row in numbers for number in row[1:]]))
    if len(found) > 1:
        unclear = SameNumber if numbered else AmbiguousLetter
        raise unclear(name=name, letters=_described(session, found))
    return session.get_one(Letter, found[0])


def letter_named(session: Session, name: str) -> Letter | None:
    """Return the letter that the ledger calls so, as a rule by its document number, however it is typed, or None."""
    query = select(Letter).where((Letter.name == name) | (Letter.number_key == number_key(name)))
    found = session.scalars(query.order_by(Letter.id)).all()
    return next((each for each in found if each.name == name), found[0] if found else None)


def _described(session: Session, ids: Sequence[int]) -> list[str]:
    letters = session.scalars(select(Letter).where(Letter.id.in_(ids)).order_by(Letter.signed_on, Letter.id))
    return [_describe(each) for each in letters]


def _describe(letter: Letter) -> str:
    proposer = letter.proposing_unit and letter.proposing_unit.name
    known = "，".join(str(fact) for fact in (letter.signed_on, proposer) if fact)
    return f"{letter.name}（{known}）" if known else letter.name


def canonical_number(number: str) -> str:
    """Write a document number with six-cornered brackets: [2019], (2019), 【2019】 all become 〔2019〕."""
    table = str.maketrans("[](（）)【】", "〔〕〔〔〕〕〔〕")
    return number.strip().translate(table)


def find_department(session: Session, name: str) -> Department:
    """Return the department of this name, else of this short name, however typed. Raises NoSuchDepartment."""
    exact = session.scalars(select(Department).where(Department.name == name.strip())).first()
    if exact is not None:
        return exact
    everyone, wanted = session.scalars(select(Department).order_by(Department.id)).all(), name_key(name)
    named = [each for each in everyone if name_key(each.name) == wanted]
    named += [each for each in everyone if wanted in map(name_key, each.short_names)]
    if wanted and named:
        return named[0]
    known = [known for department in everyone for known in (department.name, *department.short_names)]
    raise NoSuchDepartment(name=name, near=near(name, known))


def ref_head(session: Session, letter: Letter) -> str:
    """Return what the refs of a letter begin with: ``2019-1007``; ``2019-1007b`` for the second on this number.

    Refs of two letters never look alike: those that answer proposals of one number in one year, such as a 提案 and a
    建议, are told apart by a letter, in the order in which they were entered. Where the letter says no year, none
    stands there; where it says no number, its running number in the ledger does (``2019-L12``).
    """
    columns = (Letter.id, Letter.proposal_number, Letter.signed_on, Letter.published_on)
    rows = session.execute(select(*columns).order_by(Letter.id)).all()
    year = [row for row in rows if _ref_year(row) == _ref_year(letter)]
    earlier = [row for row in year if row.id < letter.id and _ref_number(row) == _ref_number(letter)]
    taken = {_ref_number(row) for row in year}
    marks = ["", *(mark for mark in ascii_lowercase[1:] if f"{_ref_number(letter)}{mark}" not in taken)]
    mark = marks[len(earlier)] if len(earlier) < len(marks) else f".{letter.id}"
    return f"{_ref_year(letter)}{_ref_number(letter)}{mark}"


def _ref_year(letter: Any) -> str:
    day = letter.signed_on or letter.published_on
    return f"{day.year}-" if day else ""


def _ref_number(letter: Any) -> str:
    return re.sub(r"[^\w.-]+", "-", ref_key(letter.proposal_number)) or f"L{letter.id}"


def offices(session: Session, names: Iterable[str]) -> frozenset[str]:
    """Return those of the names that are departments; the others are persons, logins or programs."""
    return frozenset(
        session.scalars(
            select(Department.name).where(Department.name.in_([stored(name) for name in sorted(set(names))]))
        )
    )


def last_number(session: Session, prefix: str) -> int:
    """Return the highest running number ever given under ``2019-1007-``, dropped drafts included."""
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    refs = session.scalars(select(Commitment.ref).where(Commitment.ref >= prefix, Commitment.ref < end)).all()
    past = session.scalars(
        select(HistoryEntry.subject).where(HistoryEntry.subject >= prefix, HistoryEntry.subject < end).distinct()
    ).all()
    tails = (ref[len(prefix) :] for ref in {*refs, *past})
    return max((int(tail) for tail in tails if tail.isdecimal()), default=0)

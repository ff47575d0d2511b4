"""What the database holds of the things a ledger file names, loaded in few statements for any length."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from commitments.models import Commitment, Department, Letter, Source
from commitments.text.canonical import number_key

BATCH = 5_000  # names in one IN (…): databases limit the parameters of a statement
T = TypeVar("T")
Place = tuple[str, str, str | None, str]  # document number, section, ordinal; without an ordinal its title


def place(number: str, section: str, ordinal: str | None, title: str) -> Place:
    """Return where a commitment stands in its letter; what has no number there is known by its title."""
    return (number, section, ordinal, "" if ordinal is not None else title)


@dataclass(frozen=True)
class ExistingRecords:
    """Departments and letters by name; commitments by ref and by place."""

    departments: Mapping[str, Department]
    letters: Mapping[str, Letter]
    by_ref: Mapping[str, Commitment]
    by_place: Mapping[Place, list[Commitment]]
    texts: Mapping[str, str]  # of the letters whose text is kept

    def names(self) -> dict[str, str]:
        """Map every name and short name to the department's name; a name wins over a short name."""
        short = {known: each.name for each in self.departments.values() for known in each.short_names}
        return short | {name: name for name in self.departments}


def read(session: Session, numbers: Collection[str], refs: Collection[str]) -> ExistingRecords:
    """Load every department, the letters of these numbers with their commitments, and those of these refs."""
    letters = _letters(session, numbers)
    of_letters = list(_commitments(session, Commitment.letter_id, [letter.id for letter in letters]))
    by_place: defaultdict[Place, list[Commitment]] = defaultdict(list)
    for each in of_letters:
        by_place[place(each.letter.name, each.section, each.ordinal, each.title)].append(each)
    return ExistingRecords(
        departments={each.name: each for each in session.scalars(select(Department).order_by(Department.id))},
        letters={letter.name: letter for letter in letters},
        by_ref={each.ref: each for each in (*of_letters, *_commitments(session, Commitment.ref, refs))},
        by_place=by_place,
        texts=_texts(session, letters),
    )


def _letters(session: Session, numbers: Collection[str]) -> list[Letter]:
    """Return the letters of these numbers, however written, and those entered twice that are written just so."""
    found: dict[int, Letter] = {}
    for column, names in (
        (Letter.number_key, {number_key(each) for each in numbers}),
        (Letter.name, numbers),
    ):
        for part in _batches(names):
            found |= {letter.id: letter for letter in session.scalars(select(Letter).where(column.in_(part)))}
    return list(found.values())


def _texts(session: Session, letters: Collection[Letter]) -> dict[str, str]:
    numbers = {letter.id: letter.name for letter in letters}
    query = select(Source.letter_id, Source.text).where(Source.recognised.is_(False))
    found = (row for part in _batches(numbers) for row in session.execute(query.where(Source.letter_id.in_(part))))
    return {numbers[letter]: text for letter, text in found}


def _commitments(session: Session, column: InstrumentedAttribute[T], values: Collection[T]) -> Iterator[Commitment]:
    eager = [
        selectinload(name) for name in (Commitment.letter, Commitment.lead, Commitment.support, Commitment.targets)
    ]
    for part in _batches(values):
        yield from session.scalars(select(Commitment).where(column.in_(part)).options(*eager))


def _batches(values: Collection[T]) -> Iterator[list[T]]:
    """``itertools.batched`` comes with Python 3.12 only."""
    left = iter(values)
    while part := list(islice(left, BATCH)):
        yield part

"""Lists of commitments: rows by filter, page by page.

A list names the columns it reads and does without the mapped classes: to map all nouns takes as long as finding fifty
commitments among a million, and SQLAlchemy's mapped dataclasses take no table from elsewhere. A test compares the two.
Rows, not objects: a ledger may hold a million.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    String,
    and_,
    column,
    func,
    or_,
    select,
    table,
)

from commitments.calendar.deadlines import LIVE_STATES
from commitments.queries.grouping import grouped
from commitments.storage import all_rows

PAGE = 1000

_TEXTS = (
    "ref",
    "ordinal",
    "kind",
    "strength",
    "title",
    "quote",
    "summary",
    "condition",
    "due_basis",
    "due_rule",
    "due_offset",
)
_DATES = ("due_on", "first_due_on", "due_from", "review_on", "reported_done_on")
_commitment = table(
    "commitment",
    *(column(name) for name in ("id", "letter_id", "lead_id")),
    *(column(name, String) for name in (*_TEXTS, "state", "outcome")),
    *(column(name, Date) for name in _DATES),
)
_letter = table("letter", column("id"), column("name", String))
_department = table("department", column("id"), column("name", String))
_support = table("commitment_support", column("commitment_id"), column("department_id"))
TABLES = (_commitment, _letter, _department, _support)
_SEARCHED = ("ref", "title", "quote", "summary", "condition")


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

    def conditions(self, known: Any) -> Iterator[ColumnElement[bool]]:
        """Yield what a commitment must meet; ``known`` has its columns, as the query names them that asks.

        Those of one department are found by the lead's index, not by the state's.
        """
        state = known.state.concat("") if self.department else known.state
        if self.ref:
            yield known.ref == self.ref
        if self.states:
            yield state.in_(self.states)
        if self.overdue_on:
            yield and_(known.state == "open", known.due_on < self.overdue_on)
        if self.due_until:
            yield and_(known.state.in_(LIVE_STATES), known.due_on <= self.due_until)
        if self.kind:
            yield known.kind == self.kind
        if self.letter:
            yield known.letter_id == self.letter
        if self.department:
            supports = select(_support.c.commitment_id).where(_support.c.department_id == self.department)
            yield or_(known.lead_id == self.department, known.id.in_(supports))
        if self.words:
            yield or_(*(getattr(known, name).icontains(self.words, autoescape=True) for name in _SEARCHED))


class Listed(NamedTuple):
    """One commitment with all that is listed; ``letter`` is the document number, ``lead`` and ``support`` are names."""

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


class StatusRow(NamedTuple):
    """Of one commitment what says how it stands on a day: what ``deadlines.status`` asks for, and the outcome."""

    state: str
    outcome: str | None
    due_on: date | None
    due_from: date | None
    due_offset: str | None
    review_on: date | None
    reported_done_on: date | None


_NAMES = {"letter": _letter.c.name, "lead": _department.c.name}
_ALL = [_NAMES.get(name, _commitment.c.get(name)) for name in Listed._fields[:-1]]
_SHORT = [_NAMES.get(name, _commitment.c.get(name)) for name in ("ref", "lead", "title", *StatusRow._fields)]


def page(connection: Connection, wanted: Filter, after: str = "", size: int = PAGE) -> Sequence[Listed]:
    """Return up to ``size`` commitments with refs after ``after``, in the order of refs."""
    query = _query(_ALL, wanted, after, size).join(_letter, _commitment.c.letter_id == _letter.c.id)
    rows = all_rows(connection, query)
    named = supports(connection, [row.id for row in rows])
    return [Listed._make((*row, named.get(row.id, ()))) for row in rows]


def short_page(connection: Connection, wanted: Filter, after: str = "", size: int = PAGE) -> Sequence[Row[Any]]:
    """Return the same commitments as ``ref, lead, title`` and the fields of StatusRow: all that a table shows."""
    return all_rows(connection, _query(_SHORT, wanted, after, size))


def refs(connection: Connection, wanted: Filter, after: str = "") -> Sequence[str]:
    """Return the refs alone of all that follow."""
    return connection.scalars(_query([_commitment.c.ref], wanted, after, None)).all()


def _query(columns: Sequence[Any], wanted: Filter, after: str, size: int | None) -> Select[Any]:
    known = _commitment.c
    query = select(*columns).select_from(_commitment).join(_department, known.lead_id == _department.c.id)
    return query.where(known.ref > after, *wanted.conditions(known)).order_by(known.ref).limit(size)


def supports(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Return the supporting departments' names; ids in pieces that every database takes."""
    pieces = (support_names(connection, ids[start : start + 500]) for start in range(0, len(ids), 500))
    return {commitment: names for piece in pieces for commitment, names in piece.items()}


def support_names(connection: Connection, ids: Sequence[int] | Select[Any]) -> dict[int, list[str]]:
    """Return the same of a few ids, or of those that a query selects, in one statement."""
    belongs = _support.c.department_id == _department.c.id
    query = select(_support.c.commitment_id, _department.c.name).join_from(_support, _department, belongs)
    return grouped(connection.execute(query.where(_support.c.commitment_id.in_(ids)).order_by(_department.c.id)))


def count(connection: Connection, wanted: Filter) -> int:
    """Count what a filter matches."""
    found = select(func.count()).select_from(_commitment).where(*wanted.conditions(_commitment.c))
    return connection.scalar(found) or 0

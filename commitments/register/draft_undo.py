"""Putting drafts back as they were: whatever a person did to them when reviewing a letter can be undone.

A snapshot is taken in the transaction of the change, before it. Going back is a change like any other, with its
entries in the history: an added draft is dropped, a dropped one entered again under its ref, a changed one set back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from commitments import codes, validation
from commitments.models import Commitment, Department, Letter, Source, Target
from commitments.queries import lookup
from commitments.register import editing, opening
from commitments.register.context import Register

COLUMNS = (*(name for name in validation.FACTS if name not in ("letter", "lead", "support")), "confidence")


@dataclass(frozen=True)
class Draft:
    """A draft as it was; units and letter by their ids, targets in their order, ``place`` as its source has it."""

    columns: Mapping[str, Any]
    letter: int
    lead: int
    support: tuple[int, ...]
    targets: tuple[Mapping[str, object], ...]
    place: Mapping[str, Any] | None


Snapshot = Mapping[str, Draft | None]
"""Drafts by ref; None where there was none."""


def snapshot(session: Session, refs: Iterable[str]) -> Snapshot:
    """Return these drafts as they are now."""
    session.flush()
    return {ref: _draft(session, lookup.of_ref(session, ref)) for ref in refs}


def _draft(session: Session, row: Commitment | None) -> Draft | None:
    if row is None:
        return None
    source = session.get(Source, row.letter.id)
    place = source.places.get(row.ref) if source else None
    return Draft(
        columns={name: _copied(getattr(row, name)) for name in COLUMNS},
        letter=row.letter.id,
        lead=row.lead.id,
        support=tuple(sorted(unit.id for unit in row.support)),
        targets=tuple(editing.figures(row.targets).values()),
        place=dict(place) if place is not None else None,
    )


def _copied(value: object) -> object:
    return dict(value) if isinstance(value, dict) else value


def put_back(register: Register, before: Snapshot) -> None:
    """Make these drafts what they were, with entries. Raises WrongState where one is a draft no longer."""
    for ref, draft in before.items():
        row = lookup.of_ref(register.session, ref)
        if row is not None:
            validation.need_state(row, "edit", ("draft",))
        if draft is not None:
            _restore(register, ref, row, draft)
        elif row is not None:
            opening.drop(register, ref, codes.reason("undone"))
        register.session.flush()


def _restore(register: Register, ref: str, row: Commitment | None, draft: Draft) -> None:
    if row is None:
        _enter_again(register, ref, draft)
    else:
        _set_back(register, row, draft)
    if source := register.session.get(Source, draft.letter):
        source.places = {known: place for known, place in source.places.items() if known != ref}
        source.places |= {ref: dict(draft.place)} if draft.place is not None else {}


def _enter_again(register: Register, ref: str, draft: Draft) -> None:
    row = Commitment(
        ref=ref,
        letter=register.session.get_one(Letter, draft.letter),
        targets=[Target(**figures) for figures in draft.targets],  # type: ignore[arg-type]
        **_owners(register, draft),
        **draft.columns,
    )
    validation.check(row)
    register.session.add(row)
    register.note("add", ref, codes.reason("undone"), validation.facts(row))


def _set_back(register: Register, row: Commitment, draft: Draft) -> None:
    changes = validation.change(row, **_owners(register, draft), **draft.columns)
    changes |= editing.change_targets(register, row, draft.targets)
    validation.check(row)
    if changes:
        register.record(row, "edit", codes.reason("undone"), changes)


def _owners(register: Register, draft: Draft) -> dict[str, Any]:
    support = [register.session.get_one(Department, unit) for unit in draft.support]
    return {"lead": register.session.get_one(Department, draft.lead), "support": support}

"""Correcting the fields of a commitment, each time with a reason."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import select

from commitments import validation
from commitments.errors import NothingToChange, NotInLetter
from commitments.models import Commitment, Extension, Source, Target
from commitments.queries import lookup
from commitments.register.context import Register
from commitments.text import quotes

SHOWN = 60  # characters of a quote that is refused
FIGURES = ("unit", "baseline", "goal")


def edit(register: Register, ref: str, reason: str, **new: object) -> Commitment:
    """Correct fields (lead, support, title, due_on, review_on …). A new date is basis ``set`` unless given."""
    commitment = lookup.find(register.session, ref)
    validation.need_reason(ref, "edit", reason)
    validation.check_days(ref, new)
    fields = _with_support(commitment, _with_dates(register, commitment, _assigned(commitment, new)))
    changes = validation.change(commitment, **with_own_words(register, commitment, fields))
    if not changes and not _answers(register, commitment, new):
        raise NothingToChange(ref=ref)
    _answered(register, commitment, new)
    changes |= register.set_review(commitment)
    validation.check(commitment)
    return register.record(commitment, "edit", reason, changes)


def figures(targets: Iterable[Target]) -> dict[str, dict[str, Any]]:
    """Return what targets say by what is counted, in their order."""
    return {one.what: {key: getattr(one, key) for key in ("what", *FIGURES)} for one in targets}


def set_targets(register: Register, ref: str, reason: str, targets: Iterable[Mapping[str, object]]) -> Commitment:
    """Let a commitment have just these targets (what, goal, unit, baseline). Raises BadFigure, NothingToChange."""
    commitment = lookup.find(register.session, ref)
    validation.need_reason(ref, "edit", reason)
    changes = change_targets(register, commitment, targets)
    if not changes:
        raise NothingToChange(ref=ref)
    return register.record(commitment, "edit", reason, changes)


def change_targets(
    register: Register, commitment: Commitment, targets: Iterable[Mapping[str, object]]
) -> dict[str, object]:
    """Put these targets where others stood; return the changes. One that is left out loses its figures, all to None."""
    wanted = [Target(**cast("dict[str, Any]", one)) for one in targets]
    validation.check_targets(commitment.ref, wanted)
    old, new = figures(commitment.targets), figures(wanted)
    if [*old.values()] == [*new.values()]:
        return {}
    for each in commitment.targets:
        register.session.delete(each)
    commitment.targets = []
    register.session.flush()  # what is counted may be counted anew, and names stand once only
    commitment.targets = wanted
    return _figure_changes(old, new)


def _figure_changes(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """Return ``{"NAME goal": [old, new]}``; nothing of a figure that stays."""
    pairs = [(what, key) for what in {**old, **new} for key in FIGURES]
    values = {f"{what} {key}": [side.get(what, {}).get(key) for side in (old, new)] for what, key in pairs}
    return {name: change for name, change in values.items() if change[0] != change[1]}


def _assigned(commitment: Commitment, new: Mapping[str, object]) -> dict[str, object]:
    """Whom a person chose where the letter names nobody is assigned."""
    chosen = "lead" in new and commitment.owner_basis == "unassigned" and "owner_basis" not in new
    return {**new, "owner_basis": "assigned"} if chosen else dict(new)


def with_own_words(register: Register, commitment: Commitment, new: Mapping[str, object]) -> dict[str, object]:
    """Write a quote as the letter says it; without a stored text it stays as it was entered. Raises NotInLetter."""
    quote, text = str(new.get("quote") or ""), register.letter_text(commitment.letter)
    if not quote or text is None:
        return dict(new)
    found = quotes.own_words(quote, text)
    if found is None:
        raise NotInLetter(ref=commitment.ref, quote=quote[:SHOWN])
    return {**new, "quote": found}


def _with_support(commitment: Commitment, new: Mapping[str, object]) -> dict[str, object]:
    """Forget how a unit was known that supports no longer."""
    fields = dict(new)
    if isinstance(units := fields.get("support"), list):
        known = {**commitment.support_basis, **dict(cast("Mapping[str, str]", fields.get("support_basis", {})))}
        names = [unit.name for unit in units]
        fields["support_basis"] = {name: basis for name, basis in known.items() if name in names}
    return fields


def _answers(register: Register, commitment: Commitment, new: Mapping[str, object]) -> bool:
    """Say whether an edit decides what reading the letter left open, be it with the very value proposed."""
    source = register.session.get(Source, commitment.letter_id)
    return bool(source and set(source.asks(commitment.ref)) & _decided(new))


def _answered(register: Register, commitment: Commitment, new: Mapping[str, object]) -> None:
    source = register.session.get(Source, commitment.letter_id)
    if source and _answers(register, commitment, new):
        left = [each for each in source.asks(commitment.ref) if each not in _decided(new)]
        source.place(commitment.ref, ask=left)


def _with_dates(register: Register, commitment: Commitment, new: Mapping[str, object]) -> dict[str, object]:
    fields = dict(new)
    if fields.get("due_on") is not None:
        computed = {"due_basis": "set", "due_rule": "", "due_from": None, "due_offset": None, "review_on": None}
        fields = {**computed, **_first_due(register, commitment, fields["due_on"]), **fields}
    elif fields.get("review_on") is not None:
        undated = {"due_on": None, "due_basis": None, "due_from": None, "due_offset": None}
        fields = {**undated, **_first_due(register, commitment, None), **fields}
    elif "due_on" in fields:
        fields = {**_first_due(register, commitment, None), **fields}
    return fields


def _first_due(register: Register, commitment: Commitment, due_on: object) -> dict[str, object]:
    """Correct the first date with the date, unless an extension was ever approved: then it stands for ever."""
    query = select(Extension.id).where(Extension.commitment_id == commitment.id, Extension.state == "approved")
    extended = register.session.scalars(query.limit(1)).first() is not None
    return {} if extended and commitment.first_due_on else {"first_due_on": due_on}


def _decided(new: Mapping[str, object]) -> set[str]:
    """Return which questions of reading an edit answers."""
    dated = {"date"} if {"due_on", "review_on"} & set(new) else set()
    return dated | ({"lead"} if "lead" in new else set())

"""Ledger files in and out: TOML (a letter, its departments and commitments), CSV and Excel (one commitment a row).

Loading goes in three steps, of which only the last writes: ``text_files`` reads rows, ``diff``
compares them with what stands and finds every mistake, ``load`` enters what is new.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commitments import codes
from commitments.errors import LedgerDiffers, LedgerRejected
from commitments.exchange import text_files
from commitments.exchange.diff import Entry, Plan
from commitments.exchange.dump import dump
from commitments.models import Commitment, Department, Letter, Target
from commitments.register import departments, editing, letters, opening
from commitments.register.context import Register

__all__ = ["Loaded", "dump", "load"]
DUE_KEYS = ("due_on", "due_basis", "due_rule", "due_from", "due_offset")
OWNERS = ("lead", "proposing_unit", "replying_unit")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Refs added and updated, how many rows stood already, departments and letters entered or changed, warnings."""

    added: list[str]
    updated: list[str]
    unchanged: int
    departments: int
    letters: int
    warnings: list[str] = field(default_factory=list)


def load(register: Register, file: Path, *, update: bool = False) -> Loaded:
    """Load a ``.toml``, ``.csv`` or ``.xlsx`` ledger: all of it or, when anything is wrong, nothing.

    A row is known by ``ref``, else by document number, section and ordinal, so that loading twice changes
    nothing. What a row leaves out stays as it is. Raises LedgerRejected with every mistake by row and key,
    and LedgerDiffers when a row differs from what stands, unless ``update``. State, outcome and first date
    of what stands are never updated: the verbs change them, with evidence.
    """
    plan = Plan(register.session, text_files.read(file), register.today)
    mistakes = [*plan.problems, *(plan.fixed if update else ())]
    if mistakes:
        raise LedgerRejected(str(file), mistakes)
    if plan.differences and not update:
        raise LedgerDiffers(str(file), plan.differences)
    with register.session.no_autoflush:
        return _Entering(register, plan, codes.reason("ledger_load", file=file.name)).enter()


class _Entering:
    """Writes a plan that was found right."""

    def __init__(self, register: Register, plan: Plan, reason: str) -> None:
        self.register = register
        self.plan = plan
        self.reason = reason
        self.departments = dict(plan.existing.departments)
        self.letters = dict(plan.existing.letters)

    def enter(self) -> Loaded:
        """Enter what is new, correct what changed."""
        departments = sum(self._department(entry) for entry in self.plan.departments)
        self.register.session.flush()  # the names must be findable, and the order of entry is kept
        letters = sum(self._letter(entry) for entry in self.plan.letters)
        changed = [entry for entry in self.plan.commitments if entry.new]
        updated = [self._update(entry.found, entry.new, entry.values) for entry in changed if entry.found]
        added = self._add_all()
        unchanged = len(self.plan.commitments) - len(added) - len(updated)
        return Loaded(
            added=added, updated=updated, unchanged=unchanged, departments=departments, letters=letters,
            warnings=self.plan.warnings,
        )  # fmt: skip

    # -- departments and letters ----------------------------------------------------------------------------

    def _department(self, entry: Entry[Department]) -> bool:
        if entry.found is None:
            name = entry.values["name"]
            self.departments[name] = departments.add_department(self.register, **entry.values, reason=self.reason)
        elif entry.new:
            departments.edit_department(self.register, entry.found.name, self.reason, **entry.new)
        return entry.found is None or bool(entry.new)

    def _letter(self, entry: Entry[Letter]) -> bool:
        if entry.found is None:
            letter = letters.add_letter(self.register, **self._with_departments(entry.values), reason=self.reason)
            self.letters[letter.name] = letter
        elif entry.new:
            letters.edit_letter(self.register, entry.found, self.reason, **self._with_departments(entry.new))
        return entry.found is None or bool(entry.new)

    def _with_departments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Put departments where the file has their names."""
        named: dict[str, Any] = {key: self.departments[values[key]] for key in OWNERS if key in values}
        if "support" in values:
            named["support"] = [self.departments[name] for name in values["support"]]
        return {**values, **named}

    # -- commitments ----------------------------------------------------------------------------------------

    def _add_all(self) -> list[str]:
        """Rows with a ref go first, so that running numbers are given after them."""
        new = [entry.values for entry in self.plan.commitments if entry.found is None]
        refs = [self._add(values) for values in new if "ref" in values]
        self.register.session.flush()
        refs += [self._add(values) for values in new if "ref" not in values]
        self.register.session.flush()
        return refs

    def _add(self, values: Mapping[str, Any]) -> str:
        facts = {"ref": "", **self._with_departments(values), "letter": self.letters[values["letter"]]}
        facts["targets"] = [Target(**target) for target in facts.pop("target", [])]
        if "due_on" in facts:
            facts.setdefault("due_basis", "stated" if facts.get("due_text") else "set")
        commitment = opening.add(self.register, Commitment(**facts), self.reason)
        if commitment.state == "closed":
            commitment.next_action_on = None  # nobody is told today that it was closed long ago
        return commitment.ref

    def _update(self, commitment: Commitment, new: Mapping[str, Any], values: Mapping[str, Any]) -> str:
        """A new deadline takes all that the file says of it along, or its basis would be ``set``."""
        facts = {key: value for key, value in self._with_departments(new).items() if key != "target"}
        if "due_on" in facts:
            facts |= {key: values[key] for key in DUE_KEYS if key in values}
        looked_at = commitment.next_action_on
        if facts:
            editing.edit(self.register, commitment.ref, self.reason, **facts)
        for target in new.get("target", ()):
            self._target(commitment, target)
        if commitment.state == "closed":
            commitment.next_action_on = looked_at
        return commitment.ref

    def _target(self, commitment: Commitment, values: Mapping[str, Any]) -> None:
        known = {target.what: target for target in commitment.targets}
        target = known.get(values["what"])
        old = {key: getattr(target, key, None) for key in values}
        if target is None:
            commitment.targets.append(Target(**values))
        else:
            for key, value in values.items():
                setattr(target, key, value)
        changes = {f"{values['what']} {key}": [old[key], value] for key, value in values.items() if old[key] != value}
        self.register.note("edit", commitment.ref, self.reason, changes)

"""What a ledger file asks for, against what stands: entries, differences, mistakes. Nothing is written here.

A key that a row leaves out says nothing: it is compared with nothing and changes nothing. Longer than most
files: one plan, in which every mistake of a file is found before anything is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from commitments.errors import Mistake, Problem
from commitments.exchange import existing, fields, text_files
from commitments.exchange.existing import Place
from commitments.exchange.fields import COMMITMENT, DEPARTMENT, LETTER, NEEDED, TARGET, Row, meant, placed, stated
from commitments.exchange.text_files import Sheet
from commitments.models import Commitment, Department, Letter
from commitments.text.canonical import name_key, number_key
from commitments.text.letter_name import letter_name
from commitments.text.quotes import own_words

MANY = 100  # mistakes after which near names are no longer looked for: that costs milliseconds each
# What only verbs change, or nothing.
BY_VERBS = {"state", "outcome", "closed_on", "closing_note", "reported_done_on", "first_due_on"}
COMPUTED = {"due_on", "due_from", "due_offset"}
T = TypeVar("T")


@dataclass
class Entry(Generic[T]):
    """A row that was read: what it states, what stands already, and what of it is new."""

    row: Row
    values: dict[str, Any]
    found: T | None = None
    new: dict[str, Any] = field(default_factory=dict)


class Plan:
    """The entries of a file, matched and compared. ``problems`` must be empty before anything is written.

    ``fixed`` are differences that no file may settle, as sentences.
    """

    def __init__(self, session: Session, sheet: Sheet, today: date) -> None:
        self.problems = list(sheet.problems)
        self.warnings = list(sheet.warnings)
        self.differences: list[str] = []
        self.fixed: list[str] = []
        self._today = today
        self._seen: dict[tuple[str | None, ...], str] = {}
        self.departments: list[Entry[Department]] = self._read(sheet.department, "department", DEPARTMENT)
        self.letters: list[Entry[Letter]] = self._read(sheet.letter, "letter", LETTER)
        self.commitments: list[Entry[Commitment]] = self._read(sheet.commitment, "commitment", COMMITMENT)
        self._name_letters()
        self._default_letter()
        self.existing = existing.read(session, self._stated("letter"), self._stated("ref"))
        self._spell_numbers()
        self._spellings = self.existing.names()
        self._names = {name_key(known): name for known, name in self._spellings.items()}
        self._departments = {name_key(name): each for name, each in self.existing.departments.items()}
        self._signed = {number: letter.signed_on for number, letter in self.existing.letters.items()}
        self._match()

    def _read(self, rows: Sequence[Row], name: str, keys: fields.Keys) -> list[Entry[Any]]:
        return [Entry(row, fields.read(row, keys, NEEDED[name], self.problems)) for row in rows]

    def _name_letters(self) -> None:
        """A letter is called by its document number, or by what stands for one."""
        for entry in self.letters:
            facts = {key: entry.values.get(key, "") for key in ("document_number", "proposal_number", "session")}
            day = entry.values.get("signed_on") or entry.values.get("published_on")
            name = entry.values.get("name") or letter_name(
                **facts, day=day, unit=entry.values.get("replying_unit", ""), sha256=""
            )
            if not name and "document_number" not in entry.row.values:
                self.problems.append(entry.row.problem("document_number", Mistake("missing")))
            entry.values["name"] = name

    def _default_letter(self) -> None:
        """The only letter of a file is the letter of every row that names none."""
        only = self.letters[0].values.get("name") if len(self.letters) == 1 else None
        for entry in [each for each in self.commitments if not each.values.get("letter")]:
            if only:
                entry.values["letter"] = only
            elif "letter" in entry.values or "letter" not in {*entry.row.values, *entry.row.refused}:
                self.problems.append(entry.row.problem("letter", Mistake("no_letter_named")))

    def _stated(self, key: str) -> set[str]:
        values = {entry.values.get(key) for entry in self.commitments}
        if key == "letter":
            values |= {entry.values.get("name") for entry in self.letters}
        return {value for value in values if value}

    def _spell_numbers(self) -> None:
        """Write each document number as the ledger has it, or as the file has it first: one letter, one spelling."""
        known = {letter.number_key: number for number, letter in self.existing.letters.items()}
        for entries, key in ((self.letters, "name"), (self.commitments, "letter")):
            for values in (entry.values for entry in entries if entry.values.get(key)):
                if values[key] not in self.existing.letters:  # a letter entered twice is the one it is written like
                    values[key] = known.setdefault(number_key(values[key]), values[key])

    def _match(self) -> None:
        for department in self.departments:
            self._department(department)
        for letter in self.letters:
            self._letter(letter)
        for commitment in self.commitments:
            self._commitment(commitment)

    # -- departments and letters ----------------------------------------------------------------------------

    def _department(self, entry: Entry[Department]) -> None:
        entry.found = self._departments.get(name_key(entry.values.get("name", "")))
        name = entry.found.name if entry.found else entry.values.get("name", "")
        entry.values |= {"name": name} if entry.found else {}
        self._once(entry.row, "name", name)
        for known in (name, *entry.values.get("short_names", ())):
            self._spellings.setdefault(known, name)
            owner = self._names.setdefault(name_key(known), name)
            if owner != name:
                key = "name" if known == name else "short_names"
                self.problems.append(entry.row.problem(key, Mistake("name_taken", name=known, owner=owner)))
        self._compare(entry, name, DEPARTMENT)

    def _letter(self, entry: Entry[Letter]) -> None:
        number = entry.values.get("name", "")
        self._once(entry.row, "document_number", number)
        for key in ("proposing_unit", "replying_unit"):
            self._resolve(entry, key)
        entry.found = self.existing.letters.get(number)
        self._signed.setdefault(number, None)
        if "signed_on" in entry.values:
            self._signed[number] = entry.values["signed_on"]
        self._compare(entry, number, LETTER)

    def _resolve(self, entry: Entry[Any], key: str) -> None:
        """Put the department's full name where the file has a name or short name."""
        if entry.values.get(key):
            entry.values[key] = self._full_name(entry.row, key, entry.values[key])

    def _full_name(self, row: Row, key: str, name: str) -> str:
        full = self._names.get(name_key(name))
        if full is None:
            advice = self._meant(name, self._spellings) or Mistake("add_department")
            self.problems.append(row.problem(key, Mistake("no_department", name=name, advice=advice)))
        return full or name

    def _meant(self, name: str, known: Mapping[str, object]) -> Mistake | None:
        return meant(name, known) if len(self.problems) < MANY else None

    # -- commitments ----------------------------------------------------------------------------------------

    def _commitment(self, entry: Entry[Commitment]) -> None:
        row, values = entry.row, entry.values
        self._resolve(entry, "lead")
        if "support" in values:
            values["support"] = list(dict.fromkeys(self._full_name(row, "support", name) for name in values["support"]))
        if "support_basis" in values:
            known = values["support_basis"].items()
            values["support_basis"] = {self._full_name(row, "support_basis", name): basis for name, basis in known}
        if values.get("quote"):
            self._quote(row, values)
        if "target" in values:
            values["target"] = self._targets(row, values["target"])
        self.problems += contradictions(row, values, self._signed.get(values.get("letter", "")), self._today)
        if values.get("letter"):
            self._find(entry, values["letter"])
        self._compare(entry, entry.found.ref if entry.found else "", COMMITMENT)

    def _quote(self, row: Row, values: dict[str, Any]) -> None:
        """Where the letter's text is kept, a quote must be its own words, and is written as it says them."""
        text = self.existing.texts.get(values.get("letter", ""))
        found = own_words(values["quote"], text) if text is not None else values["quote"]
        if found is None:
            self.problems.append(row.problem("quote", Mistake("not_quoted")))
        values["quote"] = found or values["quote"]

    def _targets(self, row: Row, tables: Sequence[dict[str, object]]) -> list[dict[str, Any]]:
        rows = text_files.targets(row, tables)
        read = [fields.read(each, TARGET, NEEDED["target"], self.problems) for each in rows]
        for each, target in zip(rows, read, strict=True):
            if "what" in target:
                self._once(each, "what", row.name, target["what"])
        return read

    def _find(self, entry: Entry[Commitment], number: str) -> None:
        """Find by ref, else by letter, section and ordinal (or title); neither may stand twice."""
        row, values, ref = entry.row, entry.values, entry.values.get("ref")
        if number not in self._signed:
            advice = self._meant(number, self._signed) or Mistake("add_letter")
            self.problems.append(row.problem("letter", Mistake("no_letter", number=number, advice=advice)))
        known = (values.get("section", ""), values.get("ordinal"), values.get("title", ""))
        place = existing.place(number, *known)
        there = self.existing.by_place.get(place, [])
        if ref:
            entry.found = self.existing.by_ref.get(ref)
            self.problems += _misplaced(entry, place, there)
        elif len(there) > 1:
            self.problems.append(row.problem("ordinal", Mistake("several_there", n=len(there))))
        else:
            entry.found = there[0] if there else None
        known_as = entry.found.ref if entry.found else ref
        if known_as:
            self._once(row, "ref", known_as)
        if not ref or place[2] is not None:
            self._once(row, "title" if place[2] is None else "ordinal", *place)

    def _once(self, row: Row, key: str, *identity: str | None) -> None:
        """Say so when two rows of the file mean the same thing."""
        first = self._seen.setdefault((key, *identity), row.name)
        if first != row.name and any(identity):
            said, where = " ".join(filter(None, identity)), Problem(lambda locale: placed(first, locale))
            self.problems.append(row.problem(key, Mistake("repeated", identity=said, place=where)))

    # -- differences ----------------------------------------------------------------------------------------

    def _compare(self, entry: Entry[Any], what: str, keys: fields.Keys) -> None:
        if entry.found is None:
            return
        old = stated(entry.found, keys)
        for key, value in entry.values.items():
            if key == "target":
                self._compare_targets(entry, what, old[key], value)
            elif _differs(old[key], value):
                self._differ(entry, what, key, old[key], value)
                entry.new[key] = value

    def _compare_targets(
        self, entry: Entry[Any], what: str, old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]
    ) -> None:
        """A target that the file leaves out stays."""
        known = {target["what"]: target for target in old}
        for target in new:
            before = known.get(target.get("what"), {})
            changed = [key for key, value in target.items() if before.get(key) != value]
            for key in changed:
                self._differ(entry, what, f"target {target.get('what')} {key}", before.get(key), target[key])
            if changed:
                entry.new.setdefault("target", []).append(target)

    def _differ(self, entry: Entry[Any], what: str, key: str, old: object, new: object) -> None:
        self.differences.append(f"{what} {key}: {_shown(old)} → {_shown(new)}")
        if key in BY_VERBS:
            advice = Mistake(f"fixed_{key}")
            wrong = Mistake("fixed", what=what, old=_shown(old), new=_shown(new), advice=advice)
            self.fixed.append(entry.row.problem(key, wrong))


def contradictions(row: Row, values: dict[str, Any], signed: date | None, today: date) -> Iterator[str]:
    """Say what in one commitment does not go together, whatever stands in the ledger."""
    for key in ("due_on", "first_due_on"):
        if signed and key in values and values[key] < signed:
            yield row.problem(key, Mistake("before_letter", day=values[key], signed=signed))
    if "due_on" in values and "review_on" in values:
        yield row.problem("review_on", Mistake("due_and_review"))
    if COMPUTED & values.keys() not in (set(), {"due_on"}, COMPUTED):
        yield row.problem("due_from", Mistake("due_incomplete"))
    for name in values.get("support_basis", ()):
        if name not in values.get("support", (name,)):
            yield row.problem("support_basis", Mistake("not_supporting", name=name))
    if values.get("lead") in values.get("support", ()):
        yield row.problem("support", Mistake("leads", name=values["lead"]))
    for key in ("reported_done_on", "closed_on"):
        if key in values and values[key] > today:
            yield row.problem(key, Mistake("in_future", day=values[key]))
    yield from _about_closing(row, values)


def _about_closing(row: Row, values: dict[str, Any]) -> Iterator[str]:
    if "state" in row.values and "state" not in values:
        return
    closed = values.get("state") == "closed"
    for key in ("outcome", "closed_on"):
        if closed and key not in row.values:
            yield row.problem(key, Mistake("closed_without"))
        if not closed and key in values:
            yield row.problem(key, Mistake("closed_only"))


def _misplaced(entry: Entry[Commitment], place: Place, there: Sequence[Commitment]) -> Iterator[str]:
    """A ref stays with its letter, and two refs never share an ordinal."""
    row, found, said = entry.row, entry.found, " ".join(filter(None, place))
    if found is not None and found.letter.name != place[0]:
        number = found.letter.name
        yield row.problem("letter", Mistake("other_letter", ref=found.ref, number=number))
    for other in there:
        if place[2] is not None and other is not found:
            yield row.problem("ordinal", Mistake("place_taken", place=said, ref=other.ref))


def _differs(old: object, new: object) -> bool:
    """The order of supporting departments and of short names means nothing, nor do blanks around a text."""
    if isinstance(old, str) and isinstance(new, str):
        return old.replace("\r\n", "\n").strip() != new
    return sorted(old) != sorted(new) if isinstance(old, list) and isinstance(new, list) else old != new


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "、".join(value) or "—"
    return "—" if value in (None, "") else str(value)

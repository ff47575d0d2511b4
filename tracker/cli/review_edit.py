"""What a person changes of a draft in a review: several fields on one line, all of them or none."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from commitments import codes, i18n
from commitments.errors import BadWord, Mistake, no_choice, sentence
from tracker.cli import review_terminal as terminal
from tracker.cli.base import UsageError
from tracker.cli.dates import as_due, read_due
from tracker.cli.review_units import Units, department

if TYPE_CHECKING:
    from commitments.models import Commitment, Source
    from commitments.register.context import Register
    from tracker.app import App

PART = re.compile(r"[；;]\s*(?=[A-Za-z](?:\s|$))")  # a semicolon within a title or between targets parts no fields
UNITS = re.compile(r"[、,，\s]+")
NONE = "-"
DATED = ("due_on", "due_basis", "due_rule", "due_from", "due_offset")
UNDATED: dict[str, object] = {"due_on": None, "due_basis": None, "first_due_on": None, "due_rule": ""}


@dataclass
class Changes:
    """What is to become of a draft; units by name, ``place`` as start and end in the letter's text.

    ``made`` names the units that were entered for it.
    """

    fields: dict[str, object] = field(default_factory=dict)
    lead: str | None = None
    support: list[str] | None = None
    targets: list[dict[str, object]] | None = None
    place: tuple[int, int] | None = None
    made: list[str] = field(default_factory=list)

    def write(self, register: "Register", row: "Commitment", source: "Source | None") -> None:
        """Change the draft, with entries; what is so already is passed over. Raises what the rules say."""
        from commitments.errors import NothingToChange
        from commitments.register import editing

        why, fields = codes.reason("review"), {**self.fields, **self._owners(register, row)}
        with suppress(NothingToChange):
            editing.edit(register, row.ref, why, **fields)
        if self.targets is not None:
            with suppress(NothingToChange):
                editing.set_targets(register, row.ref, why, self.targets)
        if self.place and source:
            source.place(row.ref, start=self.place[0], end=self.place[1])

    def _owners(self, register: "Register", row: "Commitment") -> dict[str, object]:
        """Return lead and support; whoever leads supports no longer, unless somebody says both."""
        new: dict[str, object] = {}
        if self.lead is not None:
            lead = department(register, self.lead, self.made)
            support = [each for each in row.support if each is not lead]
            new = {"lead": lead, "support": support, "owner_basis": "assigned"}
        if self.support is not None:
            new["support"] = [department(register, name, self.made) for name in self.support]
        return new


class Editor:
    """Reads what a person types into the changes of one draft."""

    def __init__(self, app: "App", locale: str, units: Units, row: "Commitment", source: "Source | None") -> None:
        self.app, self.locale, self.units, self.row, self.source = app, locale, units, row, source
        self.changes = Changes()

    def read(self, typed: str) -> Changes:
        """Read ``t 新建公厕2座；l 2；d 2019-12-31``. Raises UsageError, BadWord, NoSuchDepartment, Ended."""
        parts = [part.strip() for part in PART.split(typed.strip().strip("；;")) if part.strip()]
        found = [_letter_and_value(part) for part in parts]
        letters = [letter for letter, _ in found]
        for letter, value in found:
            if letters.count(letter) > 1:
                raise UsageError(problem=sentence("cli.review.twice", letter=letter))
            READERS[letter](self, value)
        return self.changes

    def ask(self) -> Changes | None:
        """Ask what the letter leaves open: who leads, whether a date is meant so. None where nothing is asked."""
        asked = self.source.asks(self.row.ref) if self.source else []
        if "lead" in asked:
            self.units.show()
            self.lead(self._needed_lead())
        if "date" in asked:
            day = terminal.line(self._word("date_asked"))
            self.due(day) if day else self.changes.fields.update({key: getattr(self.row, key) for key in DATED})
        return self.changes if {"lead", "date"} & set(asked) else None

    def _needed_lead(self) -> str:
        if answer := terminal.line(self._word("lead_asked")):
            return answer
        raise UsageError(problem=sentence("cli.review.lead_needed"))

    def title(self, value: str) -> None:
        """Take what the draft is called."""
        self.changes.fields["title"] = value

    def lead(self, value: str) -> None:
        """Take who leads: a name, a short name or a number of the list."""
        self.changes.lead = self.units.choose(value)

    def support(self, value: str) -> None:
        """Take who supports, parted by 、; ``-`` for nobody."""
        names = [] if value == NONE else [self.units.choose(each) for each in UNITS.split(value) if each]
        self.changes.support = list(dict.fromkeys(names))

    def due(self, value: str) -> None:
        """Take a deadline; ``-`` for none, which gets a review date when it is confirmed."""
        if value == NONE:
            self.changes.fields |= UNDATED
            return
        due = read_due(value, self.app, self.locale)
        self.changes.fields |= {**as_due(due, self.locale), "first_due_on": due.day}

    def strength(self, value: str) -> None:
        """Take how firm the words are."""
        self.changes.fields["strength"] = self._one_of("strength", value)

    def kind(self, value: str) -> None:
        """Take what kind of pledge it is."""
        self.changes.fields["kind"] = self._one_of("kind", value)

    def condition(self, value: str) -> None:
        """Take what it depends on; ``-`` for nothing."""
        self.changes.fields["condition"] = "" if value == NONE else value

    def targets(self, value: str) -> None:
        """Take what is counted, as in a cell of the workbook but parted by ；; ``-`` for nothing."""
        from commitments.text import amounts

        try:
            found = [] if value == NONE else amounts.read_targets(re.sub("[；;]", "\n", value))
        except Mistake as wrong:
            raise BadWord(what=self._name("target"), problem=wrong) from wrong
        names = [str(each["what"]) for each in found]
        if twice := [name for name in names if names.count(name) > 1]:
            raise UsageError(problem=sentence("cli.review.target_twice", name=twice[0]))
        self.changes.targets = found

    def quote(self, value: str) -> None:
        """Take where the words begin and end, ``起始…结尾``, around the place where they are now."""
        from commitments.text import quotes

        text = self.source.text if self.source else ""
        place = self.source.places.get(self.row.ref, {}) if self.source else {}
        found = quotes.bounds(value, text, (place.get("start", 0), place.get("end", len(text))))
        if found is None:
            raise UsageError(problem=sentence("cli.review.not_in_letter"))
        self.changes.place, self.changes.fields["quote"] = found, text[found[0] : found[1]]

    def _one_of(self, group: str, text: str) -> str:
        """Return the code of a word of the catalogue, or of the only one in which it stands. Raises BadWord."""
        holding = {code for each, code in i18n.meanings(group).items() if text in each}
        found = i18n.value_of(group, text) or (holding.pop() if len(holding) == 1 else None)
        if found is None:
            raise BadWord(what=self._name(group), problem=no_choice(group, text))
        return found

    def _word(self, key: str) -> str:
        return i18n.word(self.locale, "cli.review", key)

    def _name(self, key: str) -> str:
        return i18n.word(self.locale, "field", key)


def _letter_and_value(part: str) -> tuple[str, str]:
    """Return which field a part names, and what it says of it. Raises UsageError."""
    letter, *value = part.split(maxsplit=1)
    if letter.lower() not in READERS or not value:
        raise UsageError(problem=sentence("cli.review.no_field", part=part))
    return letter.lower(), value[0]


READERS: dict[str, Callable[[Editor, str], None]] = {
    "t": Editor.title, "l": Editor.lead, "s": Editor.support, "d": Editor.due, "f": Editor.strength,
    "k": Editor.kind, "c": Editor.condition, "g": Editor.targets, "q": Editor.quote,
}  # fmt: skip

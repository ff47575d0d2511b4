"""Choosing a unit in a review: by its name or short name, or by its number in a list; a new one when none fits."""

from typing import TYPE_CHECKING

from commitments import codes, i18n
from commitments.errors import NoSuchDepartment, sentence
from tracker.cli import review_terminal as terminal
from tracker.cli.base import UsageError
from tracker.cli.output import clean, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commitments.models import Department
    from commitments.register.context import Register
    from tracker.app import App

MOST = 9  # numbers of one digit


class Units:
    """The units to choose from while one letter is reviewed, numbered as they were printed last."""

    def __init__(self, app: "App", letter: str, locale: str) -> None:
        self.app, self.letter, self.locale = app, letter, locale
        self.listed: list[str] = []

    def show(self, near: "Sequence[str]" = ()) -> None:
        """Print the units of the letter, and names near to one that was typed, with their numbers."""
        from commitments.queries import lookup, units

        with self.app.reading() as session:
            found = units.of_letter(session, lookup.find_letter(session, self.letter))
        kept = found[: MOST - len(near)]
        self.listed = [*kept, *(name for name in near if name not in kept)]
        if self.listed:
            say("  ".join(f"{n} {clean(name)}" for n, name in enumerate(self.listed, 1)))

    def choose(self, typed: str) -> str:
        """Return the name of the unit that is meant, also of a new one. Raises UsageError, NoSuchDepartment, Ended."""
        from commitments.queries import units

        name = self._numbered(typed) if typed.isdecimal() else typed
        with self.app.reading() as session:
            unit = units.meant(session, name)
            near = units.near(session, name)
        return unit.name if unit else self._other(name, near)

    def _numbered(self, typed: str) -> str:
        number = int(typed)
        if not 0 < number <= len(self.listed):
            raise UsageError(problem=sentence("cli.review.no_number", number=typed))
        return self.listed[number - 1]

    def _other(self, name: str, near: "Sequence[str]") -> str:
        """Ask for one of the list, or whether the unit is new. Raises UsageError, NoSuchDepartment, Ended."""
        self.show(near)
        key = "cli.review.new_or_number" if self.listed else "cli.review.new"
        answer = terminal.line(i18n.say(self.locale, key, name=clean(name)))
        if answer.lower() in terminal.YES:
            return name
        if answer.isdecimal():
            return self.choose(answer)
        raise NoSuchDepartment(name=name, near=near)


def department(register: "Register", name: str, made: list[str]) -> "Department":
    """Return the department that was chosen; one that was said to be new is entered, and ``made`` names it.

    Raises BadValue.
    """
    from commitments.queries import units
    from commitments.register import departments

    if known := units.meant(register.session, name):
        return known
    made.append(name)
    return departments.add_department(register, name, reason=codes.reason("review"))

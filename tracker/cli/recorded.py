"""What a verb answers: what was recorded, and who is told next, in the reader's language and on standard error.

Who is told follows from the rules of notices; where a date is named it is the next regular rung after today.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from commitments import i18n
from commitments.i18n import format_date, word
from tracker.cli.base import command
from tracker.cli.output import clean, say

if TYPE_CHECKING:
    from datetime import date

    from commitments.models import Commitment, Department
    from commitments.register.context import Register
    from tracker.app import App


@contextmanager
def recording(ctx: typer.Context, actor: str) -> "Iterator[Recorded]":
    """Give the ledger's verbs and the answer to fill; when the transaction has ended, print the refs and say it."""
    shared = command(ctx)
    app = shared.acting(actor)
    with app.register() as register:
        answer = Recorded(app, shared.locale, register)
        yield answer
    if answer.refs:
        print("\n".join(answer.refs))
    answer.say()


class Recorded:
    """The lines of an answer, gathered while the transaction is open and said when it has ended."""

    def __init__(self, app: "App", locale: str, register: "Register") -> None:
        self.app, self.locale, self.register = app, locale, register
        self.refs: list[str] = []
        self.lines: list[str] = []

    def add(self, action: str, row: "Commitment", *facts: tuple[str, str]) -> None:
        """Take a line with what was done to whom, and a line for each fact that is not empty."""
        self.refs.append(row.ref)
        self.lines.append(self._line(word(self.locale, "action", action), f"{row.ref} {row.title}"))
        self.lines += [f"  {self._line(name, value)}" for name, value in facts if value]

    def say(self) -> None:
        """Say it all; the ledger's text cannot drive the terminal."""
        for line in self.lines:
            say(clean(line))

    # -- facts -----------------------------------------------------------------------------------------------------

    def due(self, row: "Commitment", before: "date | None" = None) -> tuple[str, str]:
        """Return the deadline or the review date, and what it was before."""
        name, day = ("due_on", row.due_on) if row.due_on else ("review_on", row.review_on)
        shown = self.day(day) if day else ""
        if before is not None and before != day:
            shown = self.sentence("moved", new=shown, old=self.day(before))
        return word(self.locale, "field", name), shown

    def outcome(self, row: "Commitment") -> tuple[str, str]:
        """Return the outcome."""
        return word(self.locale, "field", "outcome"), word(self.locale, "outcome", row.outcome or "")

    def evidence(self, row: "Commitment") -> tuple[str, str]:
        """Return the names of what was handed in just now."""
        from sqlalchemy import select

        from commitments.models import Evidence

        self.register.session.flush()
        query = select(Evidence).where(Evidence.commitment_id == row.id, Evidence.recorded_at == self.register.now)
        names = [proof.url or proof.name for proof in self.register.session.scalars(query.order_by(Evidence.id))]
        return word(self.locale, "noun", "evidence"), self._joined(names)

    def fact(self, key: str, value: str) -> tuple[str, str]:
        """Return a fact by the key of its name."""
        return self.sentence(key), value

    def following(self, row: "Commitment") -> tuple[str, str]:
        """Return next year's commitment, if one was opened just now."""
        from sqlalchemy import select

        from commitments.models import Commitment

        query = select(Commitment).where(Commitment.follows_id == row.id, Commitment.opened_at == self.register.now)
        made = self.register.session.scalars(query).first()
        shown = self._with(made.ref, self.day(made.due_on)) if made and made.due_on else ""
        return self.sentence("next_year"), shown

    def owners(self, row: "Commitment") -> tuple[str, str]:
        """Return that the owners are told: of what is open anew, and of what is closed."""
        if row.state == "draft":
            return self.sentence("told"), self.sentence("nobody")
        named = [self._owner(row.lead, "lead"), *(self._owner(each, "support") for each in row.support)]
        return self.sentence("told"), self._joined(named)

    def opened(self, row: "Commitment") -> tuple[str, str]:
        """Return who is told of what has become open: its owners; of history, who is reminded next."""
        from notifications.plan.planner import settled

        declined = any(key.kind == "assignment" for key in settled(self.register.session, [row.id]))
        return self.ladder(row) if declined else self.owners(row)

    def ladder(self, row: "Commitment") -> tuple[str, str]:
        """Return the next regular reminder of something open."""
        return self.sentence("told"), next(self._next(row), "") if row.state == "open" else ""

    def _next(self, row: "Commitment") -> Iterator[str]:
        from tracker import late_entries

        self.register.session.flush()
        if day := late_entries.next_reminder(self.app, self.register.session, row.ref):
            yield self.sentence("rung" if row.due_on else "asked", day=self.day(day), lead=self._named(row.lead))

    # -- words -----------------------------------------------------------------------------------------------------

    def day(self, day: "date") -> str:
        """Return a date for the reader."""
        return format_date(self.locale, day)

    def _owner(self, department: "Department", role: str) -> str:
        return self._with(self._named(department), word(self.locale, "role", role))

    def _named(self, department: "Department") -> str:
        """Return a department's name; one without a mailbox cannot be told."""
        return department.name if department.mailbox else self._with(department.name, self.sentence("no_mailbox"))

    def _with(self, text: str, note: str) -> str:
        return i18n.say(self.locale, "cli.common.note", text=text, note=note)

    def _joined(self, names: list[str]) -> str:
        return word(self.locale, "cli.common", "comma").join(names)

    def _line(self, name: str, value: str) -> str:
        return i18n.say(self.locale, "cli.common.pair", name=name, value=value)

    def sentence(self, key: str, **facts: str) -> str:
        """Return the words of a key, filled with facts."""
        return i18n.say(self.locale, f"cli.recorded.{key}", **facts)

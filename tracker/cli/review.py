"""Confirming the drafts of a letter at the terminal, one after the other: ``review``.

A confirmation is written when the next one is made, since it tells people; all else is written at once. Each key can
be undone, back to the last confirmation that was written. What is left stays a draft; the next review begins there.
Longer than most files: one walk with its keys.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated

import typer

from commitments import codes, i18n
from commitments.errors import Error, sentence
from tracker.cli import review_look as look
from tracker.cli import review_terminal as terminal
from tracker.cli.base import ActorOption, UsageError, command
from tracker.cli.entering import QuietOption
from tracker.cli.output import say

if TYPE_CHECKING:
    from commitments.letters.candidates import Candidate
    from commitments.register.context import Register
    from commitments.register.draft_undo import Snapshot
    from tracker.app import App
    from tracker.cli.review_edit import Changes, Editor
    from tracker.cli.review_units import Units


def review(
    ctx: typer.Context,
    letter: Annotated[str, typer.Argument(help="文号或提案号 · Document or proposal number.")],
    quiet: QuietOption = False,
    actor: ActorOption = "",
) -> None:
    """逐条确认：看原文，按一键 · Walk the drafts of a letter: read the words, press a key.

    $ tracker review 1007
    """
    shared = command(ctx)
    app = shared.acting(actor)
    Walk(app, letter, shared.locale, quiet=quiet).go()


@dataclass(frozen=True)
class Step:
    """A key that was pressed at something: where the walk stood before, and the drafts it changed as they were.

    ``units`` names those that were entered with it.
    """

    key: str
    ref: str
    at: int
    things: tuple[str, ...]
    before: "Snapshot"
    units: tuple[str, ...] = ()


@dataclass
class Walk:
    """One walk over the drafts of a letter: ``things`` by ref, ``pending`` what is confirmed but not written yet."""

    app: "App"
    letter: str
    locale: str
    quiet: bool = False
    at: int = 0
    things: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    pending: str = ""
    opened: list[str] = field(default_factory=list)
    passed: int = 0  # of what else there is to look at

    def go(self) -> None:
        """Walk until a person stops; then say what became of the drafts."""
        self.things = look.drafts(self.app, self.letter)
        try:
            with suppress(terminal.Ended):
                self._walk()
        except KeyboardInterrupt:
            if self.pending:
                say(i18n.say(self.locale, "cli.review.not_written", ref=self.pending))
            raise
        try:
            self._open_pending()
        finally:
            dropped = sum(step.key == "drop" for step in self.steps)
            look.show_end(self.app, self.letter, self.locale, self.opened, dropped, quiet=self.quiet)

    def _walk(self) -> None:
        while self.things:
            if not self._ended and not look.is_draft(self.app, self.ref):
                say(i18n.say(self.locale, "cli.review.gone", ref=self.things.pop(self.at)))
                continue
            key = self._asked_key()
            if key == "q" or (self._ended and key == "\n"):
                return
            self._press(key, self._end_keys() if self._ended else KEYS)

    def _asked_key(self) -> str:
        """Show what the walk stands at, and ask what to do with it. Raises Ended."""
        if self._ended:
            look.show_possible(self.offered, self.locale)
            return terminal.key(f"{self._word('take_keys' if self.offered else 'end_keys')} > ")
        look.show(self.app, self.ref, f"{self.at + 1}/{len(self.things)}", self.locale)
        return terminal.key(f"{self._word('keys')} > ")

    def _end_keys(self) -> "Keys":
        numbers = {str(n + 1): partial(Walk.take, number=n) for n in range(len(self.offered))}
        return AT_END | numbers | ({"n": Walk.turn} if self.offered else {})

    def _press(self, key: str, keys: "Keys") -> None:
        """Do what a key says. What the rules refuse changes nothing and is one sentence."""
        try:
            keys.get(key, Walk.help)(self)
        except Error as wrong:
            say(wrong.message(self.locale, "cli"))
        except typer.Abort:  # a question that was answered with no
            say("")

    # -- keys --------------------------------------------------------------------------------------------------

    def help(self) -> None:
        """Say what the keys do."""
        say(self._word(("take_keys" if self.offered else "end_keys") if self._ended else "keys"))

    def confirm(self) -> None:
        """Confirm a draft, once what the letter leaves open is answered; the confirmation before is written."""
        changes = self._editor().ask()
        self._open_pending()
        before = self._write([self.ref], self._changing(changes)) if changes else {}
        self._remember("confirm", before, changes)
        self.pending = self.ref
        self.at += 1

    def drop(self) -> None:
        """Remove a draft."""
        from commitments.register import opening

        ref = self.ref
        self._remember("drop", self._write([ref], lambda r: opening.drop(r, ref, codes.reason("review"))))
        self.at += 1

    def skip(self) -> None:
        """Leave a draft as it is."""
        self._remember("skip", {})
        self.at += 1

    def edit(self) -> None:
        """Change fields of a draft."""
        self._units.show()
        typed = terminal.line(self._word("field"))
        if typed:
            changes = self._editor().read(typed)
            self._remember("edit", self._write([self.ref], self._changing(changes)), changes)

    def split(self) -> None:
        """Make two drafts of one."""
        from commitments.register import letter_import

        ref, made = self.ref, list[str]()
        self._need_places([ref])
        at = self._asked_place()
        before = self._write([ref], lambda register: made.append(letter_import.split(register, ref, at)))
        self._remember("split", {**before, **dict.fromkeys(made)})
        self.things[self.at + 1 : self.at + 1] = made

    def merge(self) -> None:
        """Make one draft of this and the next."""
        from commitments.register import letter_import

        if self.at + 1 >= len(self.things):
            raise UsageError(problem=sentence("cli.review.last"))
        ref, after = self.things[self.at : self.at + 2]
        self._need_places([ref, after])
        self._remember("merge", self._write([ref, after], lambda r: letter_import.merge(r, ref, after)))
        self.things.remove(after)

    def take(self, number: int) -> None:
        """Make a draft of what else there is to look at; the walk goes on with it."""
        from commitments.queries import lookup
        from commitments.register import letter_import

        found, made = self.offered[number], list[str]()
        own = self.app.unit or i18n.word(self.locale, "role", "organisation")
        with self.app.register() as register:
            letter = lookup.find_letter(register.session, self.letter)
            simplified = self.app.config.language != "zh-Hant"
            made.append(letter_import.take(register, letter, found, own, simplified=simplified))
        self.steps.append(Step("take", made[0], self.at, tuple(self.things), dict.fromkeys(made)))
        self.things += made

    def turn(self) -> None:
        """Show what follows of what else there is to look at."""
        self.passed += len(self.offered)

    def undo(self) -> None:
        """Take the last key back, unless it is a confirmation of which people may know."""
        if not self.steps:
            raise UsageError(problem=sentence("cli.review.nothing_before"))
        step = self.steps[-1]
        if step.key == "confirm" and step.ref in self.opened:
            raise UsageError(problem=sentence("cli.review.confirmed", ref=step.ref))
        if step.before:
            self._put_back(step)
        self.steps.pop()
        self.pending = "" if step.key == "confirm" else self.pending
        self.at, self.things = step.at, list(step.things)

    # -- writing -----------------------------------------------------------------------------------------------

    def _write(self, refs: Sequence[str], work: "Callable[[Register], object]") -> "Snapshot":
        """Change drafts in one transaction; return them as they were, or nothing when nothing changed."""
        from commitments.register import draft_undo

        with self.app.register() as register:
            before = draft_undo.snapshot(register.session, refs)
            work(register)
            return before if draft_undo.snapshot(register.session, refs) != before else {}

    def _put_back(self, step: Step) -> None:
        """Undo in one transaction what a key wrote; a unit that others use by now stays."""
        from commitments.register import departments, draft_undo

        with self.app.register() as register:
            draft_undo.put_back(register, step.before)
            for name in step.units:
                departments.drop_department(register, name, codes.reason("undone"))

    def _remember(self, key: str, before: "Snapshot", changes: "Changes | None" = None) -> None:
        units = tuple(changes.made) if changes else ()
        if before or key in ("skip", "confirm"):
            self.steps.append(Step(key, self.ref, self.at, tuple(self.things), before, units))

    def _open_pending(self) -> None:
        """Write the confirmation that waits, whole or not at all."""
        from commitments.register import opening
        from tracker import late_entries

        ref, self.pending = self.pending, ""
        if ref:
            with self.app.register() as register:
                opening.confirm(register, ref)
                late_entries.opened(self.app, register, [ref], quiet=self.quiet)
            self.opened.append(ref)

    def _changing(self, changes: "Changes") -> "Callable[[Register], None]":
        ref = self.ref
        return lambda register: changes.write(register, *look.find(register.session, ref))

    # -- asking ------------------------------------------------------------------------------------------------

    def _asked_place(self) -> int:
        """Ask with which words the second part of a quote begins; return where they stand. Raises UsageError, Ended."""
        from commitments.text import quotes

        words = terminal.line(self._word("where"))
        with self.app.reading() as session:
            quote = look.find(session, self.ref)[0].quote
        found = quotes.bounds(words, quote, (0, len(quote)))
        if not found or not found[0]:
            raise UsageError(problem=sentence("cli.review.not_in_quote"))
        return found[0]

    def _editor(self) -> "Editor":
        from tracker.cli.review_edit import Editor

        with self.app.reading() as session:
            found = look.find(session, self.ref)
        return Editor(self.app, self.locale, self._units, *found)

    def _need_places(self, refs: Sequence[str]) -> None:
        """Raise UsageError unless it is known where in the letter's text these drafts stand."""
        with self.app.reading() as session:
            for ref in refs:
                source = look.find(session, ref)[1]
                if source is None or ref not in source.places:
                    raise UsageError(problem=sentence("cli.review.no_place", ref=ref))

    @property
    def ref(self) -> str:
        """The draft the walk stands at."""
        return self.things[self.at]

    @property
    def offered(self) -> "Sequence[Candidate]":
        """What else of the letter may be a pledge, as many as one key can choose of."""
        return look.possible(self.app, self.letter)[self.passed : self.passed + look.OFFERED]

    @property
    def _ended(self) -> bool:
        return self.at >= len(self.things)

    @cached_property
    def _units(self) -> "Units":
        from tracker.cli.review_units import Units

        return Units(self.app, self.letter, self.locale)

    def _word(self, key: str) -> str:
        return i18n.word(self.locale, "cli.review", key)


Keys = dict[str, Callable[[Walk], None]]
KEYS: Keys = {
    "y": Walk.confirm, "\n": Walk.confirm, "e": Walk.edit, "s": Walk.split, "m": Walk.merge, "x": Walk.drop,
    "n": Walk.skip, "u": Walk.undo,
}  # fmt: skip
AT_END: Keys = {"u": Walk.undo}

"""Confirming the drafts of a letter at the terminal, one after the other: ``review``.

Each decision is written when the next one is made, so that it can be taken back; whatever is left stays a draft, and
the next review begins there. Longer than most files: one walk, with its keys, its changes and its looks.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from commitments import codes, i18n
from commitments.errors import sentence
from commitments.i18n import value_of
from commitments.text import amounts
from tracker.cli.base import ActorOption, UsageError, command
from tracker.cli.dates import as_due, read_due
from tracker.cli.entering import QuietOption, say_late
from tracker.cli.output import clean, paint, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from commitments.models import Commitment, Source
    from commitments.register.context import Register
    from tracker.app import App


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


@dataclass
class Walk:
    """One walk over the drafts of a letter; ``pending`` is the last decision, not yet written."""

    app: "App"
    letter: str
    locale: str
    at: int = 0
    refs: list[str] = field(default_factory=list)
    pending: tuple[int, str, Callable[["Register"], object]] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    quiet: bool = False
    opened: list[str] = field(default_factory=list)

    def go(self) -> None:
        """Walk until the last draft is decided, or a person stops."""
        self.refs = self._drafts()
        while self.at < len(self.refs):
            self._show()
            key = _key(f"{self._word('keys')} > ")
            if key in ("q", ""):
                break
            self._press(key)
        self._write()
        facts = {"confirmed": self.counts["confirm"], "dropped": self.counts["drop"], "left": len(self._drafts())}
        say(i18n.say(self.locale, "cli.review.done", **facts))
        self._say_late()

    def _press(self, key: str) -> None:
        keys = {"y": self._confirm, "e": self._edit, "s": self._split, "m": self._merge, "x": self._drop,
                "n": self._skip, "\n": self._skip, "u": self._undo}  # fmt: skip
        try:
            keys.get(key, lambda: say(self._word("keys")))()
        except UsageError as wrong:
            say(wrong.message(self.locale, "cli"))

    # -- decisions ---------------------------------------------------------------------------------------------

    def _decide(self, what: str, work: Callable[["Register"], object]) -> None:
        """Write the decision before; keep this one until the next."""
        self._write()
        self.pending = (self.at, what, work)
        self.at += 1

    def _write(self) -> None:
        if self.pending is None:
            return
        _, what, work = self.pending
        self.pending = None
        with self.app.register() as register:
            work(register)
        self.counts[what] += 1

    def _now(self, work: Callable[["Register"], object]) -> None:
        """Write at once what the next look must show; nothing before it can be taken back then."""
        self._write()
        with self.app.register() as register:
            work(register)

    def _confirm(self) -> None:
        ref = self.refs[self.at]
        with self.app.reading() as session:
            _, source = _find(session, ref)
            asked = source.asks(ref) if source else []
        if "lead" in asked:
            self._set_lead(ref, _line(self._word("lead_asked")))
        if "date" in asked:
            self._settle_date(ref, _line(self._word("date_asked")))
        self._decide("confirm", lambda register: self._open(register, ref))

    def _open(self, register: "Register", ref: str) -> None:
        from commitments.register import opening
        from tracker import late_entries

        opening.confirm(register, ref)
        late_entries.opened(self.app, register, [ref], quiet=self.quiet)
        self.opened.append(ref)

    def _say_late(self) -> None:
        from tracker import late_entries

        with self.app.reading() as session:
            late = late_entries.of(self.app, session, self.opened, quiet=self.quiet)
        say_late(late, self.app, self.locale)

    def _drop(self) -> None:
        from commitments.register import opening

        ref = self.refs[self.at]
        self._decide("drop", lambda register: opening.drop(register, ref, codes.reason("review")))

    def _skip(self) -> None:
        self._decide("skip", lambda _: None)

    def _undo(self) -> None:
        if self.pending is None:
            say(self._word("nothing_before"))
            return
        self.at, self.pending = self.pending[0], None

    def _edit(self) -> None:
        what, _, value = _line(self._word("field")).partition(" ")
        ref, value = self.refs[self.at], value.strip()
        if what == "l":
            self._set_lead(ref, value)
        elif what == "d":
            self._settle_date(ref, value or "-")
        elif what == "s":
            names = [] if value == "-" else re.split(r"[、,，\s]+", value)
            self._change(ref, lambda register: {"support": [self._department(register, name) for name in names]})
        elif what == "t" and value:
            self._change(ref, lambda _: {"title": value})
        elif what == "f" and (strength := value_of("strength", value)):
            self._change(ref, lambda _: {"strength": strength})
        else:
            say(self._word("field"))

    def _split(self) -> None:
        from commitments.register import letter_import

        ref, words = self.refs[self.at], _line(self._word("where"))
        with self.app.reading() as session:
            place = _find(session, ref)[0].quote.find(words) if words else -1
        if place <= 0:
            raise UsageError(problem=sentence("cli.review.not_in_quote"))
        self._now(lambda register: self.refs.insert(self.at + 1, letter_import.split(register, ref, place)))

    def _merge(self) -> None:
        from commitments.register import letter_import

        if self.at + 1 >= len(self.refs):
            raise UsageError(problem=sentence("cli.review.last"))
        ref, after = self.refs[self.at], self.refs[self.at + 1]
        self._now(lambda register: letter_import.merge(register, ref, after))
        self.refs.remove(after)

    # -- changes -----------------------------------------------------------------------------------------------

    def _change(self, ref: str, new: Callable[["Register"], dict[str, object]]) -> None:
        from commitments.errors import NothingToChange
        from commitments.register import editing

        try:
            self._now(lambda register: editing.edit(register, ref, codes.reason("review"), **new(register)))
        except NothingToChange:
            return

    def _set_lead(self, ref: str, name: str) -> None:
        if not name:
            raise UsageError(problem=sentence("cli.review.lead_asked"))

        def led_by(register: "Register") -> dict[str, object]:
            """Give the lead, who supports no longer then."""
            lead, row = self._department(register, name), _find(register.session, ref)[0]
            support = [each for each in row.support if each is not lead]
            return {"lead": lead, "support": support, "owner_basis": "assigned"}

        self._change(ref, led_by)

    def _department(self, register: "Register", name: str) -> object:
        """Return a department by name; a new one when the person says so."""
        from commitments.errors import NoSuchDepartment
        from commitments.queries.lookup import find_department
        from commitments.register import departments

        try:
            return find_department(register.session, name)
        except NoSuchDepartment as unknown:
            if _line(i18n.say(self.locale, "cli.review.new", name=name)).lower() not in ("y", "yes", "是"):
                raise UsageError(problem=unknown.message(self.locale, "cli")) from unknown
            return departments.add_department(register, name, reason=codes.reason("review"))

    def _settle_date(self, ref: str, text: str) -> None:
        """Take the date as read, another one, or none; none gets a review date when it is confirmed."""
        with self.app.reading() as session:
            row, _ = _find(session, ref)
            read, basis = row.due_on, row.due_basis
        if text == "":
            self._change(ref, lambda _: {"due_on": read, "due_basis": basis})
        elif text == "-":
            self._change(ref, lambda _: {"due_on": None, "due_basis": None, "first_due_on": None, "due_rule": ""})
        else:
            due = read_due(text, self.app, self.locale)
            self._change(ref, lambda _: {**as_due(due, self.locale), "first_due_on": due.day})

    def _word(self, key: str) -> str:
        return i18n.word(self.locale, "cli.review", key)

    # -- looking -----------------------------------------------------------------------------------------------

    def _drafts(self) -> list[str]:
        from sqlalchemy import select

        from commitments.models import Commitment, Source
        from commitments.queries import lookup

        with self.app.reading() as session:
            letter = lookup.find_letter(session, self.letter)
            drafts = (Commitment.letter_id == letter.id, Commitment.state == "draft")
            refs = session.scalars(select(Commitment.ref).where(*drafts).order_by(Commitment.ref)).all()
            source = session.get(Source, letter.id)
            places = source.places if source else {}
        return sorted(refs, key=lambda ref: places.get(ref, {}).get("start", 0))

    def _show(self) -> None:
        ref = self.refs[self.at]
        with self.app.reading() as session:
            row, source = _find(session, ref)
            where = clean(f"{row.section}  {row.ordinal or ''}")
            print(f"\n{self.at + 1}/{len(self.refs)}  {paint(ref, 'bold')}  {where}")
            print(_in_paragraph(row, source))
            if source and source.recognised:
                print(f"  {paint(i18n.say(self.locale, 'cli.review.label.recognised'), 'yellow')}")
            for line in self._facts(row, source):
                print(line)
        sys.stdout.flush()

    def _facts(self, row: "Commitment", source: "Source | None") -> list[str]:
        from tracker.cli.wording import note_words

        names, word = i18n.table(self.locale, "cli.review.label"), partial(i18n.word, self.locale)
        asked = source.asks(row.ref) if source else []
        note = note_words(self.locale, source.places.get(row.ref, {}).get("note", "") if source else "")
        basis = word("owner_basis", row.owner_basis)
        lead = i18n.say(self.locale, "cli.common.note", text=row.lead.name, note=basis)
        rule = codes.due_rule_words(self.locale, row.due_rule)
        why = "  ".join(dict.fromkeys([rule, note]))  # a note may say the same as the rule
        due = f"{row.due_on or '—'}{'?' if 'date' in asked else ''}  {row.due_text}  {why}"
        lines = [
            (names["title"], row.title),
            (names["lead"], "?" if "lead" in asked else lead),
            (names["due"], due.rstrip()),
        ]
        support = word("cli.common", "comma").join(each.name for each in row.support)
        lines += [(names["support"], support)] * bool(support)
        goals = [f"{each.what} {amounts.written(each.goal)}{each.unit}" for each in row.targets]
        strength = " ".join([word("strength", row.strength), row.condition, *goals])
        return [f"  {name}  {clean(text)}" for name, text in [*lines, (names["strength"], strength.strip())]]


def _find(session: "Session", ref: str) -> "tuple[Commitment, Source | None]":
    """Return a draft, and what its letter was read from."""
    from commitments.models import Source
    from commitments.queries import lookup

    row = lookup.find(session, ref)
    return row, session.get(Source, row.letter_id)


def _in_paragraph(row: "Commitment", source: "Source | None") -> str:
    """Return the paragraph with the quote marked, and in it its time, numbers and owners."""
    place = source.places.get(row.ref) if source else None
    if source is None or place is None:
        return clean(row.quote)
    text, start, end = source.text, place["start"], place["end"]
    before = text[text.rfind("\n", 0, start) + 1 : start]
    after = text[end : (text + "\n").find("\n", end)]
    return f"{paint(clean(before), 'dim')}【{_marked(row)}】{paint(clean(after), 'dim')}"


def _marked(row: "Commitment") -> str:
    """Colour what was read in a quote: the time, numbers to reach, and who."""
    words = [
        row.due_text,
        row.lead.name,
        *(each.name for each in row.support),
        *(f"{amounts.written(t.goal)}{t.unit}" for t in row.targets),
    ]
    known = sorted({re.escape(word) for word in words if word}, key=len, reverse=True)
    if not known:
        return clean(row.quote)
    return re.sub("|".join(known), lambda hit: paint(hit[0], "yellow"), clean(row.quote))


# -- the terminal ----------------------------------------------------------------------------------------------


def _key(prompt: str) -> str:
    """Return one key; without a terminal, the first character of a line. "" at the end of input."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    if not sys.stdin.isatty():
        line = _typed()
        return line.strip()[:1].lower() or ("\n" if line else "")
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        key = sys.stdin.read(1)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
    say(key.strip())
    return "" if key == "\x04" else key.lower()


def _line(prompt: str) -> str:
    """Ask for a line."""
    sys.stderr.write(f"{prompt}: ")
    sys.stderr.flush()
    return _typed().strip()


def _typed() -> str:
    """Read a line. Raises UsageError for bytes that are no text here."""
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError:
        raise UsageError(problem=sentence("cli.common.encoding", encoding=sys.stdin.encoding)) from None

"""The forms of the pages as data: what is asked, and reading what was sent. A mistake keeps every word typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from commitments.calendar.dates import Written
from commitments.calendar.deadlines import is_meant
from commitments.errors import Error, Mistake
from commitments.evidence import Upload, is_address
from commitments.text import amounts
from tracker.web import uploads

MAX_TEXT_CHARS, MAX_LINE_CHARS = 5000, 300  # characters of a text, and of a line
MAX_DIGITS = 9  # of a row's key
HAPPENED = "on"  # the field that asks when something was done
FIGURE = "figure:"  # before the name of a target
Dated = Callable[[str, bool], Written]


@dataclass(frozen=True)
class Field:
    """One question. ``kind``: text, line, date, number, link, file, choice, or hidden with its ``value``.

    ``label`` overrides the word for its name.
    """

    name: str
    kind: str = "line"
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    label: str = ""
    value: str = ""


PROOF = (Field("file", "file"), Field("link", "link"))
REASON = Field("reason", "text", required=True)


@dataclass(frozen=True)
class Form:
    """A form by its name, which is also the last part of its address and the key of its words.

    Of the fields named in ``one_of`` one must be filled in: programs that look at mails for dangers send forms as they
    find them, and what ends reminding must be somebody's act.
    """

    name: str
    fields: tuple[Field, ...] = ()
    danger: bool = False
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """What was sent: ``typed`` word for word, ``values`` as understood, files as uploads."""

    typed: Mapping[str, str]
    values: Mapping[str, object] = field(default_factory=dict)
    files: Sequence[Upload] = ()

    def text(self, name: str) -> str:
        """Return a text or a line, stripped; empty when nothing was written."""
        return str(self.values.get(name) or "")

    def day(self, name: str) -> date | None:
        """Return a date, or None."""
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    @property
    def figures(self) -> dict[str, float]:
        """Return the figures that were filled in, by target."""
        return {
            name.removeprefix(FIGURE): float(str(value))
            for name, value in self.values.items()
            if name.startswith(FIGURE) and value is not None
        }

    @property
    def proofs(self) -> list[str | Upload]:
        """Return the evidence: files, and an address."""
        link = self.text("link")
        return [*self.files, *([link] if link else [])]


class Mistakes(Error):
    """What was sent cannot be taken; ``by_field`` says for each field which word of ``words/…/mistake`` applies.

    ``instead`` holds what to show in a field in place of what was typed: a date as it was read, to be sent again.
    """

    def __init__(self, by_field: Mapping[str, str], instead: Mapping[str, str]) -> None:
        """Keep the mistakes."""
        super().__init__()
        self.by_field, self.instead = by_field, instead


class ReadAs(ValueError):
    """A date that was worked out; it counts once it was shown."""

    def __init__(self, day: date) -> None:
        """Take the day."""
        super().__init__("read_as")
        self.day = day


class Sent(Protocol):
    """What of a request is read: fields and files."""

    @property
    def form(self) -> Mapping[str, str]:
        """The fields as text."""

    @property
    def files(self) -> Mapping[str, uploads.Stored]:
        """The files."""


def typed(form: Form, sent: Sent) -> dict[str, str]:
    """Return what was written into each field, to show it again."""
    return {each.name: sent.form.get(each.name, "").replace("\r\n", "\n")[: 2 * MAX_TEXT_CHARS] for each in form.fields}


def read(form: Form, sent: Sent, dated: Dated) -> Entry:
    """Understand what was sent; ``dated`` reads a date, with True one that lies behind. Raises Mistakes."""
    written = typed(form, sent)
    values: dict[str, object] = {}
    files: list[Upload] = []
    mistakes: dict[str, str] = {}
    instead: dict[str, str] = {}
    for each in form.fields:
        try:
            if each.kind == "file":
                files += uploads.read(sent.files.get(each.name))
            else:
                values[each.name] = _understood(each, written[each.name], dated)
        except ReadAs as found:
            mistakes[each.name], instead[each.name] = str(found), found.day.isoformat()
        except ValueError as wrong:
            mistakes[each.name] = str(wrong)
    entry = Entry(written, values, files)
    if form.one_of and not mistakes and not files and not any(entry.text(name) for name in form.one_of):
        mistakes[form.one_of[0]] = "words_or_file"
    if mistakes:
        raise Mistakes(mistakes, instead)
    return entry


def _understood(each: Field, text: str, dated: Dated) -> object:
    """Return the value of a field. Raises ValueError with the key of a word."""
    text = text.strip()
    if not text:
        if each.required:
            raise ValueError("empty")
        return None
    if len(text) > (MAX_TEXT_CHARS if each.kind == "text" else MAX_LINE_CHARS):
        raise ValueError("long")
    return _as_date(each, text, dated) if each.kind == "date" else READERS.get(each.kind, _as_text)(each, text)


def _as_text(each: Field, text: str) -> str:
    spared = "\n\t" if each.kind == "text" else ""
    if any(not c.isprintable() and c not in spared for c in text):
        raise ValueError("unprintable")
    return text


def _as_date(each: Field, text: str, dated: Dated) -> date:
    """Read a date; one that does not stand there in figures is shown first."""
    try:
        written = dated(text, each.name == HAPPENED)
    except Mistake:
        raise ValueError("date") from None
    if not is_meant(written.day):
        raise ValueError("date")
    if written.reasons or not written.sure:
        raise ReadAs(written.day)
    return written.day


def _as_number(_: Field, text: str) -> float:
    try:
        return amounts.read(text)
    except Mistake:
        raise ValueError("number") from None


def _as_link(each: Field, text: str) -> str:
    if not is_address(text):
        raise ValueError("link")
    return _as_text(each, text)


def _as_choice(each: Field, text: str) -> str:
    if text not in {value for value, _ in each.choices}:
        raise ValueError("choice")
    return text


def number(text: str) -> int | None:
    """Return the key of a row that an address or a form names; None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


READERS = {"number": _as_number, "link": _as_link, "choice": _as_choice}

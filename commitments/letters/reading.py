"""A letter's file read to the end: what is kept, its header, its candidates."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from commitments.letters.candidates import Candidate, Shelves, candidates
from commitments.letters.files.reader import Source, read_file
from commitments.letters.header.fields import header
from commitments.letters.text.boilerplate import Sorted, put_aside
from commitments.letters.text.document import Document, Header, View, head_view, view
from commitments.letters.text.repairs import repairs


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything a person is shown before a letter enters the ledger."""

    document: Document
    view: View
    header: Header
    shelves: Shelves

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Return what is taken for a pledge."""
        return self.shelves.sure

    @property
    def possible(self) -> tuple[Candidate, ...]:
        """Return what a person should look at beside it."""
        return self.shelves.possible


def reread(text: str, signed_on: date | None) -> Reading:
    """Read the kept text of a letter again, against a date that a person gave it."""
    document = Document(text=text, sha256="", quarantined=(), repairs=(), warnings=(), page={})
    return _reading(document, signed_on)


def read(
    data: bytes, name: str, to_text: Callable[[bytes, str], Source] = read_file, signed_on: date | None = None
) -> Reading:
    """Read a letter of any kind that ``to_text`` reads; ``name`` is for messages only.

    ``signed_on`` is the day a person gives for a letter without one: deadlines are read against it, the header stays
    what the letter says. The same bytes give the same answer. Raises a subclass of Refused that says what to do.
    ``confined.read_file`` is the way to text for files from outside.
    """
    source = to_text(data, name)
    parted = Sorted(tuple(source.lines), ()) if source.listed else put_aside(source.lines)
    text = "\n".join(parted.kept)
    document = Document(
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
        quarantined=(*parted.aside, *source.aside),
        repairs=tuple(repairs(text)),
        warnings=source.warnings,
        page=source.facts,
        recognised=source.recognised,
        doubts=source.doubts,
    )
    return _reading(document, signed_on)


def _reading(document: Document, signed_on: date | None) -> Reading:
    plain, head = view(document), header(head_view(document), document)
    found = candidates(plain, replace(head, reply_date=signed_on or head.reply_date), document)
    return Reading(document=document, view=plain, header=head, shelves=found)

"""What is left of a letter's file when the junk of its page is put aside; the view of it for matching; its header."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from commitments.letters.text.blanks import between_all_signs, folded, inside_labels
from commitments.letters.text.planted import planted
from commitments.letters.text.repairs import Repair, without_residue
from commitments.letters.text.simplified import simplify


@dataclass(frozen=True, kw_only=True)
class Document:
    """The kept text of a file; every quote is cut from ``text``.

    ``recognised``: a program saw it in a picture, so that no quote is the letter's own words to the sign; ``doubts``
    are figures of which it is not sure.
    """

    text: str
    sha256: str
    quarantined: tuple[str, ...]
    repairs: tuple[Repair, ...]
    warnings: tuple[str, ...]
    page: Mapping[str, str]
    recognised: bool = False
    doubts: tuple[str, ...] = ()

    def doubtful(self, quote: str) -> list[str]:
        """Return the figures of a quote that may have been recognised wrongly."""
        return [figure for figure in self.doubts if figure in quote]


@dataclass(frozen=True)
class View:
    """The same text for matching; ``at[i]`` is the offset in ``Document.text`` of view character i."""

    text: str
    at: Sequence[int]

    def span(self, a: int, b: int) -> tuple[int, int]:
        """Return document offsets of view offsets."""
        return self.at[a], self.at[b - 1] + 1 if b > a else self.at[a]


def head_view(document: Document) -> View:
    """Return the text without residue and planted names, simplified; blanks stay, since they part what a head says."""
    whole = View(document.text, range(len(document.text) + 1))
    plain = _without(whole, without_residue(whole.text))
    closed = _without(plain, between_all_signs(plain.text))
    own = _without(closed, planted(closed.text))
    labelled = _without(own, inside_labels(own.text))
    return View(simplify(labelled.text), labelled.at)


def view(document: Document) -> View:
    """Return the text for the rules: besides, blanks between Chinese signs and figures are folded."""
    plain = head_view(document)
    return _without(plain, folded(plain.text))


def _without(seen: View, stretches: Iterable[tuple[int, int]]) -> View:
    """Leave stretches out of a view; they are in order."""
    text, at, done = "", list[int](), 0
    for start, end in stretches:
        text += seen.text[done:start]
        at += seen.at[done:start]
        done = end
    return View(text + seen.text[done:], [*at, *seen.at[done:]])


@dataclass(frozen=True, kw_only=True)
class Header:
    """The head of a letter; ``places`` says where in ``Document.text`` each value was found."""

    doc_number: str | None
    proposal_number: str | None
    proposal_title: str | None
    proposer: str | None
    replying_unit: str | None
    co_units: tuple[str, ...]
    reply_date: date | None
    session: str | None
    classification: str | None
    contact_name: str | None
    contact_phone: str | None
    kind: str
    page_date: date | None
    places: Mapping[str, tuple[int, int]]

"""The parts of a letter that its header is read from: lines above the salutation, salutation, opening, tail."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commitments.letters.text.boilerplate import DATE, HAIL, PATTERNS, opens
from commitments.letters.text.canonical import canonical
from commitments.letters.text.document import Document, View
from commitments.letters.text.simplified import unradical

SHORT = 30  # characters; so short a first line is a greeting: 您好！
OPENING_CHARS = 1200  # of the first paragraphs: who proposed what, and with whom it was handled
ENDS_OPENING = re.compile(r"(?:现|特)?(?:将)?[^，。]{0,14}(?:答复|函复|回复|反馈|汇报|报告|意见|说明)如下")


@dataclass(frozen=True)
class Line:
    """A line, or lines joined, in canonical signs, and the place of every sign in the view."""

    text: str
    places: Sequence[int]

    def span(self, a: int, b: int) -> tuple[int, int]:
        """Return where a stretch of the line stands in the view."""
        return self.places[a], self.places[b - 1] + 1


Found = tuple[str, tuple[int, int]] | None  # a value and where it stands in the document


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Where the header's facts stand. Offsets are those of the view."""

    head: Sequence[Line]
    salutation: Line | None
    opening: Line
    tail: Sequence[Line]
    view: View
    document: Document

    def take(self, line: Line, a: int = 0, b: int | None = None) -> Found:
        """Return the letter's own characters of a stretch of a line, without residue and spaces, and their place."""
        b = len(line.text) if b is None else b
        if a >= b:
            return None
        start, end = line.span(a, b)
        value = "".join(self.document.text[place] for place in self.view.at[start:end])
        return re.sub(r"\s+", "", unradical(value)), self.view.span(start, end)


def parts(view: View, document: Document) -> Parts:
    """Part a letter's text for its header."""
    lines = list(_lines(canonical(view.text)))
    hail = _salutation(lines)
    date = next((n for n in range(len(lines) - 1, hail, -1) if DATE.match(lines[n].text)), len(lines) - 1)
    return Parts(
        head=lines[: max(hail, 0)] if hail >= 0 else lines[:6],
        salutation=lines[hail] if hail >= 0 else None,
        opening=_opening(lines[hail + 1 :] if hail >= 0 else lines),
        tail=lines[max(date - 2, hail + 1, 0) :],
        view=view,
        document=document,
    )


def _lines(text: str) -> Iterator[Line]:
    at = 0
    for raw in text.split("\n"):
        first = at + len(raw) - len(raw.lstrip())
        line = raw.strip()[:OPENING_CHARS]  # a header's fact stands at the beginning
        yield Line(line, range(first, first + len(line)))
        at += len(raw) + 1


def _salutation(lines: Sequence[Line]) -> int:
    plain = [line.text for line in lines]
    named = (n for n, line in enumerate(plain) if PATTERNS["salutation"].match(line) and opens(plain, n))
    hailed = (n for n, line in enumerate(plain[:-1]) if HAIL.match(line))
    any_other = (n for n in hailed if PATTERNS["opening"].search(plain[n + 1]))
    return next(named, next(any_other, -1))


def _opening(lines: Sequence[Line]) -> Line:
    """Return the first paragraph, its broken lines joined: up to 现答复如下, or to the first full line's end."""
    text, places = "", list[int]()
    for line in lines:
        text += line.text
        places += line.places
        full = line.text.endswith("。") and len(text) > SHORT
        if full or ENDS_OPENING.search(text) or len(text) > OPENING_CHARS:
            break
    return Line(text[:OPENING_CHARS], places[:OPENING_CHARS])

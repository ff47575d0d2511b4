"""The parts of a letter that its header is read from: lines above the salutation, salutation, opening, tail."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from commitments.letters.text.boilerplate import HAIL, PATTERNS, is_dated, salutation
from commitments.letters.text.canonical import canonical
from commitments.letters.text.document import Document, View
from commitments.letters.text.simplified import unradical

SHORT = 30  # characters; so short a first line is a greeting: 您好！
OPENING_CHARS = 1200  # of the first paragraphs: who proposed what, and with whom it was handled
ENDS_OPENING = re.compile(
    r"(?:现|特)?(?:将)?[^，。]{0,14}(?:答复|函复|回复|函告|复函|告知|回函|反馈|汇报|报告|意见|说明)(?:情况|意见)?如下"
)


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
    titles: Sequence[Line]  # the head's lines, and before them those of a title that is broken over two, joined
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
    head = lines[: max(hail, 0)] if hail >= 0 else lines[:6]
    return Parts(
        head=head,
        titles=[*_joined(head), *head],
        salutation=lines[hail] if hail >= 0 else None,
        opening=_opening(lines[hail + 1 :] if hail >= 0 else lines),
        tail=lines[_tail(lines, hail) :],
        view=view,
        document=document,
    )


def _lines(text: str) -> Iterator[Line]:
    at = 0
    for raw in text.split("\n"):
        first = at + len(raw) - len(raw.lstrip())
        line = raw.strip()[:OPENING_CHARS]  # a header's fact stands at the beginning
        yield from _parted(Line(line, range(first, first + len(line))))
        at += len(raw) + 1


def _parted(line: Line) -> Iterator[Line]:
    """Part a line that holds title, salutation and opening: …的答复 方一舟委员： 您提出的…."""
    hail = PATTERNS["hailed_inside"].search(line.text)
    cuts = sorted({0, *hail.span("hail"), len(line.text)}) if hail else [0, len(line.text)]
    for start, end in pairwise(cuts):
        words = line.text[start:end]
        first, last = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
        yield Line(line.text[first:last], line.places[first:last])


def _joined(head: Sequence[Line]) -> Iterator[Line]:
    """Join a line that begins a title and ends without its end, 关于…会议, with the next one."""
    for line, following in pairwise(head):
        if PATTERNS["broken"].search(line.text):
            yield Line(line.text + following.text, [*line.places, *following.places])


def _salutation(lines: Sequence[Line]) -> int:
    plain = [line.text for line in lines]
    hail = salutation(plain)
    hailed = (n for n, line in enumerate(plain[:-1]) if HAIL.match(line))
    any_other = (n for n in hailed if PATTERNS["opening"].search(plain[n + 1]))
    return next(any_other, -1) if hail is None else hail


TAIL_LINES = 8  # above the day of signature


def _tail(lines: Sequence[Line], hail: int) -> int:
    """Return where the tail begins: behind the last sentence, some lines above the date."""
    date = next((n for n in range(len(lines) - 1, hail, -1) if is_dated(lines[n].text)), len(lines) - 1)
    above = range(date - 1, max(date - TAIL_LINES, hail, 0), -1)
    prose = next((n for n in above if lines[n].text.endswith("。") and len(lines[n].text) > SHORT), date - TAIL_LINES)
    return max(min(prose + 1, date - 2), hail + 1, 0)


def _opening(lines: Sequence[Line]) -> Line:
    """Return the first paragraph, its broken lines joined: up to 现答复如下, or to the first full line's end."""
    text, places = "", list[int]()
    for line in lines:
        text += line.text
        places += line.places
        full = line.text.endswith("。") and len(text) > SHORT
        if full or ENDS_OPENING.search(text) or len(text) > OPENING_CHARS:
            break
    end = ENDS_OPENING.search(text)
    stop = min(OPENING_CHARS, end.end() if end else OPENING_CHARS)
    return Line(text[:stop], places[:stop])

"""PDF files with a text layer to lines. Needs the package pypdf."""

import logging
import re
from collections import Counter
from collections.abc import Sequence
from io import BytesIO

from commitments.errors import Problem, sentence
from commitments.letters.errors import GarbledLetter, LetterTooLarge, ReaderMissing, ScannedLetter, UnreadableLetter

PAGES = 200
FEWEST = 40  # characters; a scan has none, or a stamp's
NUMBER = re.compile(r"\s*[-—–－_]*\s*(?:第\s*)?\d{1,3}\s*(?:页)?\s*(?:[/／]\s*(?:共\s*)?\d{1,3}\s*页?)?\s*[-—–－_]*\s*")
PRIVATE = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010fffd\\x00-\\x08\\x0e-\\x1f]")
GARBLED = 0.2  # of the signs: more, and no word can be read
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it cannot read it says for every object


def read_pdf(data: bytes, name: str) -> tuple[list[str], list[str], tuple[Problem, ...]]:
    """Return the lines of a PDF, the page numbers and running heads among them, and what to look at.

    Raises ReaderMissing, ScannedLetter, GarbledLetter, UnreadableLetter.
    """
    pages = [without_number(text) for text in _texts(data, name)]
    _check(["".join(kept) for kept, _ in pages], name)
    bodies, heads = _without_heads([kept for kept, _ in pages])
    aside = [*(number for _, numbers in pages for number in numbers), *heads]
    return [line for body in bodies for line in body], aside, _warnings(bodies)


def page_count(data: bytes) -> int:
    """Return how many pages a PDF has. Raises whatever pypdf raises of a damaged one."""
    from pypdf import PdfReader  # noqa: PLC0415 - an extra, and slow to load

    return len(PdfReader(BytesIO(data)).pages)


def _texts(data: bytes, name: str) -> list[str]:
    try:
        from pypdf import PdfReader  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as trouble:
        raise ReaderMissing(name=name, package="pypdf") from trouble
    try:
        found = PdfReader(BytesIO(data)).pages
        texts = [page.extract_text() for page in found] if len(found) <= PAGES else []
    except Exception as trouble:  # a damaged file fails in ways without number
        raise UnreadableLetter(name=name, fault="locked_pdf") from trouble
    if len(found) > PAGES:
        raise LetterTooLarge(name=name, found=len(found), measure="pages", limit=PAGES)
    return texts


def _check(texts: Sequence[str], name: str) -> None:
    """Refuse a file without a text layer, and one whose layer is signs that mean nothing outside its own fonts."""
    signs = "".join("".join(texts).split())
    if len(signs) < FEWEST:
        raise ScannedLetter(name=name)
    if len(PRIVATE.findall(signs)) > GARBLED * len(signs):
        raise GarbledLetter(name=name)


def _warnings(pages: Sequence[Sequence[str]]) -> tuple[Problem, ...]:
    """Say which pages have no text, and how many signs mean nothing."""
    empty = [str(number) for number, lines in enumerate(pages, 1) if not lines]
    private = sum(len(PRIVATE.findall(line)) for lines in pages for line in lines)
    said = [sentence("letter_warning.pages_without_text", pages=empty)] if empty else []
    return (*said, *([sentence("letter_warning.private_signs", count=private)] if private else []))


def without_number(text: str) -> tuple[list[str], list[str]]:
    """Part the lines of a page from the number at its head or foot."""
    lines = [line for line in text.split("\n") if line.strip()]
    numbers = {n for n in (0, len(lines) - 1) if lines and NUMBER.fullmatch(lines[n])}
    return [line for n, line in enumerate(lines) if n not in numbers], [lines[n] for n in sorted(numbers)]


def _without_heads(pages: Sequence[list[str]]) -> tuple[list[list[str]], list[str]]:
    """Part the pages from the line that stands at the head or foot of most of them; its first printing stays."""
    heads: list[str] = []
    for place in (0, -1):
        counts = Counter(_bare(page[place]) for page in pages if page)
        running = {line for line, count in counts.items() if count > 1 and count * 2 > len(pages)}
        first = next((n for n, page in enumerate(pages) if page and _bare(page[place]) in running), None)
        for page in pages[first + 1 :] if first is not None else ():
            heads += [page.pop(place)] if page and _bare(page[place]) in running else []
    return list(pages), heads


def _bare(line: str) -> str:
    """Return a line without what differs from page to page."""
    return re.sub(r"[\d\s]", "", line)

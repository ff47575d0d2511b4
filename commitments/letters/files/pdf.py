"""PDF files with a text layer to lines. Needs the package pypdf."""

import logging
import re
from io import BytesIO

from commitments.letters.errors import LetterTooLarge, ReaderMissing, ScannedLetter, UnreadableLetter

PAGES = 200
FEWEST = 40  # characters; a scan has none, or a stamp's
NUMBER = re.compile(r"\s*[-—–－_]*\s*(?:第\s*)?\d{1,3}\s*(?:页)?\s*(?:[/／]\s*(?:共\s*)?\d{1,3}\s*页?)?\s*[-—–－_]*\s*")
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it cannot read it says for every object


def read_pdf(data: bytes, name: str) -> tuple[list[str], list[str]]:
    """Return the lines of a PDF and its page numbers. Raises ReaderMissing, ScannedLetter, UnreadableLetter."""
    try:
        from pypdf import PdfReader  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as trouble:
        raise ReaderMissing(name=name, package="pypdf") from trouble
    try:
        found = PdfReader(BytesIO(data)).pages
        if len(found) <= PAGES:
            pages = [_page(page.extract_text()) for page in found]
    except Exception as trouble:  # a damaged file fails in ways without number
        raise UnreadableLetter(name=name, fault="locked_pdf") from trouble
    if len(found) > PAGES:
        raise LetterTooLarge(name=name, found=len(found), measure="pages", limit=PAGES)
    if sum(map(len, (line for kept, _ in pages for line in kept))) < FEWEST:
        raise ScannedLetter(name=name)
    return [line for kept, _ in pages for line in kept], [line for _, numbers in pages for line in numbers]


def _page(text: str) -> tuple[list[str], list[str]]:
    """Part the lines of a page from the number at its head or foot."""
    lines = [line for line in text.split("\n") if line.strip()]
    numbers = {n for n in (0, len(lines) - 1) if lines and NUMBER.fullmatch(lines[n])}
    return [line for n, line in enumerate(lines) if n not in numbers], [lines[n] for n in sorted(numbers)]

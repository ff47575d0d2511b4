"""A letter's file to lines of text: what kind it is shows in its bytes, not in its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from commitments.files import encodings
from commitments.letters.errors import LetterTooLarge, NoLetter, OldWord, UnreadableLetter
from commitments.letters.files import docx, html, pdf

MOST_BYTES = 10 * 2**20
MOST_CHARACTERS = 200_000
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOST = 0.05  # of a text's characters that could not be read: more, and it is none
# What can neither be read nor matched: control characters, marks without width, lone surrogates.
UNSEEN = re.compile(
    "[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\xad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff]"
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The lines of a file in order, lines known to be none of the letter's, the page's facts, warnings."""

    lines: list[str]
    aside: list[str]
    facts: Mapping[str, str]
    warnings: tuple[str, ...]


def read_file(data: bytes, name: str) -> Source:
    """Return what a file says. Raises a subclass of Refused for what cannot be read, each with what to do."""
    if len(data) > MOST_BYTES:
        raise LetterTooLarge(name=name, found=f"{len(data) / 2**20:.1f}", measure="mib", limit=MOST_BYTES >> 20)
    source = _by_kind(data, name)
    lines = [clean for line in source.lines if (clean := UNSEEN.sub("", line)).strip()]
    _check(lines, name)
    return Source(lines=lines, aside=source.aside, facts=source.facts, warnings=source.warnings)


def kind(data: bytes) -> str:
    """Return ``pdf``, ``docx``, ``old`` (Word before 2007), ``page`` or ``text``."""
    if data.startswith(b"%PDF") or b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    if data.startswith((OLD_WORD, b"{\\rtf")):
        return "old"
    return "page" if html.looks_like_page(data) else "text"


def _by_kind(data: bytes, name: str) -> Source:
    match kind(data):
        case "pdf":
            lines, numbers = pdf.read_pdf(data, name)
            return Source(lines=lines, aside=numbers, facts={}, warnings=())
        case "docx":
            return Source(lines=docx.read_docx(data, name), aside=[], facts={}, warnings=())
        case "old":
            raise OldWord(name=name)
    return _text(data, name)


def _text(data: bytes, name: str) -> Source:
    if b"\0" in data and not data.startswith(encodings.UTF16):
        raise UnreadableLetter(name=name, fault="no_text")
    text, warning = encodings.decode(data)
    warnings = (warning,) if warning else ()
    if kind(data) == "page":
        page = html.read_page(text)
        return Source(lines=page.lines, aside=[], facts=page.facts, warnings=warnings)
    return Source(lines=text.splitlines(), aside=[], facts={}, warnings=warnings)


def _check(lines: list[str], name: str) -> None:
    characters = sum(map(len, lines))
    if characters > MOST_CHARACTERS:
        raise LetterTooLarge(name=name, found=f"{characters:,}", measure="characters", limit=f"{MOST_CHARACTERS:,}")
    if not characters:
        raise NoLetter(name=name)
    if sum(line.count("\ufffd") for line in lines) > characters * LOST:
        raise UnreadableLetter(name=name, fault="no_text")

"""A letter's file to lines of text: what kind it is shows in its bytes, not in its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from commitments.errors import Problem
from commitments.files import encodings
from commitments.letters.errors import (
    FixedLayout,
    LetterTooLarge,
    NoLetter,
    OfficeNeeded,
    PictureLetter,
    UnreadableLetter,
    ZipOfLetters,
)
from commitments.letters.files import archive, docx, html, mail, pdf, sheets

MOST_BYTES = 10 * 2**20
MOST_PRINTED = 50 * 2**20  # of scans, whose pages are pictures
MOST_CHARACTERS = 200_000
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = "Workbook".encode("utf-16le")  # the name of a stream that Excel and its kin write
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
LOST = 0.05  # of a text's characters that could not be read: more, and it is none
# What can neither be read nor matched: control characters, marks without width, lone surrogates.
UNSEEN = re.compile(
    "[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\xad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff]"
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """The lines of a file in order, lines known to be none of the letter's, the page's facts, warnings.

    ``listed``: it is a list and no page, so that nothing around a letter stands in it. ``recognised``: its signs are
    those that a program saw in a picture; ``doubts`` are figures of which it is not sure.
    """

    lines: list[str]
    aside: list[str]
    facts: Mapping[str, str]
    warnings: tuple[Problem, ...]
    listed: bool = False
    recognised: bool = False
    doubts: tuple[str, ...] = ()


def read_file(data: bytes, name: str) -> Source:
    """Return what a file says. Raises a subclass of Refused for what cannot be read, each with what to do."""
    most = MOST_PRINTED if kind(data) in ("pdf", "picture") else MOST_BYTES
    if len(data) > most:
        raise LetterTooLarge(name=name, found=f"{len(data) / 2**20:.1f}", measure="mib", limit=most >> 20)
    source = _by_kind(data, name)
    lines = [clean for line in source.lines if (clean := UNSEEN.sub("", line)).strip()]
    _check(lines, name)
    return replace(source, lines=lines)


def kind(data: bytes) -> str:
    """Return pdf, zip (Word, workbooks, letters), old (other office files), picture, mail, page or text."""
    if data.startswith(b"%PDF") or b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    if data.startswith((OLD_OFFICE, b"{\\rtf")):
        return "old"
    if data.startswith(PICTURES):
        return "picture"
    if mail.looks_like_mail(data):
        return "mail"
    return "page" if html.looks_like_page(data) else "text"


def _by_kind(data: bytes, name: str) -> Source:
    match kind(data):
        case "pdf":
            lines, numbers, said = pdf.read_pdf(data, name)
            return Source(lines=lines, aside=numbers, facts={}, warnings=said)
        case "zip":
            return _packed(data, name)
        case "old":
            form = "rtf" if data.startswith(b"{") else "xls" if WORKBOOK in data else "doc"
            raise OfficeNeeded(name=name, form=form)
        case "picture":
            raise PictureLetter(name=name)
        case "mail":
            page, said = mail.read_mail(data, name)
            return Source(lines=page.lines, aside=[], facts=page.facts, warnings=said)
    return _text(data, name)


def _packed(data: bytes, name: str) -> Source:
    """Read a file that is a zip within. Raises OfficeNeeded, FixedLayout, ZipOfLetters."""
    names = archive.names(data)
    folders = {each.partition("/")[0] for each in names or ()}
    if names is None or "word" in folders:
        return Source(lines=docx.read_docx(data, name), aside=[], facts={}, warnings=())
    if "xl" in folders:
        lines, said = sheets.read_sheets(data, name)
        return Source(lines=lines, aside=[], facts={}, warnings=said, listed=True)
    if "OFD.xml" in names:
        raise FixedLayout(name=name)
    if {"mimetype", "content.xml"} <= names:
        raise OfficeNeeded(name=name, form="ods" if b"opendocument.spreadsheet" in data[:200] else "odt")
    raise ZipOfLetters(name=name)


def _text(data: bytes, name: str) -> Source:
    if b"\0" in data and not data.startswith(encodings.UTF16):
        raise UnreadableLetter(name=name, fault="no_text")
    is_page = kind(data) == "page"
    text, warnings = encodings.decode(data, page=is_page)
    if is_page:
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

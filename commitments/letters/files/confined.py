"""Reading a letter in a process of its own with bounds; plain text needs none: what we read it with is linear.

What we do not read ourselves goes through programs that are installed: LibreOffice, Tesseract.
"""

from typing import Any

from commitments.files.confined import WAIT, BeyondBounds, call
from commitments.letters.errors import OfficeNeeded, ScannedLetter, UnreadableLetter
from commitments.letters.files import office, reader, recognition
from commitments.letters.files.reader import Source
from commitments.letters.files.recognition import Progress

__all__ = ["WAIT", "letters", "read_file"]


def silent(_page: int, _pages: int) -> None:
    """Say nothing of progress."""


def read_file(data: bytes, name: str, progress: Progress = silent) -> Source:
    """Return what ``reader.read_file`` returns, and raise what it raises; UnreadableLetter beyond the bounds.

    ``progress`` is told of each page that is recognised, with how many there are.
    """
    try:
        return _read(data, name)
    except OfficeNeeded as needed:
        return _read(office.converted(data, needed), name)
    except ScannedLetter as scan:
        return recognition.read(data, scan, progress)


def letters(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """Return name and content of each file in a zip of letters. Raises UnreadableLetter, LetterTooLarge."""
    found: list[tuple[str, bytes]] = _bounded("commitments.letters.files.archive:letters", data, name)
    return found


def _read(data: bytes, name: str) -> Source:
    if reader.kind(data) in ("text", "old", "picture"):
        return reader.read_file(data, name)
    source: Source = _bounded("commitments.letters.files.reader:read_file", data, name)
    return source


def _bounded(function: str, data: bytes, name: str) -> Any:
    try:
        return call(function, data, name, wait=WAIT)
    except BeyondBounds:
        raise UnreadableLetter(name=name, fault="too_much") from None

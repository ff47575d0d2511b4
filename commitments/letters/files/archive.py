"""A zip of letters: its files, each within the bounds of a letter, with the names their makers gave them."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from commitments.files import encodings
from commitments.letters.errors import LetterTooLarge, UnreadableLetter

MOST_FILES = 200
MOST_UNPACKED = 200 * 2**20  # of all files together
MOST_BYTES = 100 * 2**20  # of the zip itself
UTF8_NAMES, ENCRYPTED = 0x800, 0x1  # flags of a zip's entries
NO_LETTERS = ("__MACOSX/", ".", "Thumbs.db", "desktop.ini")


def names(data: bytes) -> set[str] | None:
    """Return the names in a zip; None when it is damaged."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return set(archive.NameToInfo)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return None


def letters(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """Return name and content of each file in a zip. Raises UnreadableLetter, LetterTooLarge."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive, [each for each in archive.infolist() if _may_be_letter(each)], name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as trouble:
        raise UnreadableLetter(name=name, fault="damaged_zip") from trouble


def _read(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], name: str) -> list[tuple[str, bytes]]:
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise UnreadableLetter(name=name, fault="locked_zip")
    if len(entries) > MOST_FILES:
        raise LetterTooLarge(name=name, found=len(entries), measure="files", limit=MOST_FILES)
    found, left = [], MOST_UNPACKED
    for entry in entries:
        with archive.open(entry) as file:
            content = file.read(left + 1)  # what a zip says of sizes is not believed
        left -= len(content)
        if left < 0:
            limit = MOST_UNPACKED >> 20
            raise LetterTooLarge(name=name, found=f">{limit}", measure="mib_unpacked", limit=limit)
        found.append((_name(entry), content))
    return sorted(found)


def _may_be_letter(entry: zipfile.ZipInfo) -> bool:
    last = entry.filename.rpartition("/")[2]
    return not entry.is_dir() and not entry.filename.startswith(NO_LETTERS) and not last.startswith(NO_LETTERS)


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name as it was given: Chinese programs write GB18030 and say nothing of it."""
    if entry.flag_bits & UTF8_NAMES:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    return next((text for codec in encodings.CHINESE if (text := encodings.strictly(raw, codec))), entry.filename)

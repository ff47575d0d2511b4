"""The store of evidence files (佐证材料): each under its sha256, never under the name a user gave it."""

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine, select

from commitments.errors import Mistake, UnreadableEvidence
from commitments.files import durable, encodings
from commitments.models import Commitment, Evidence
from commitments.storage import reading

LARGEST = 50 * 1024 * 1024
BOMS = (  # the longer first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Zs")  # controls, formats and blanks
_FILE = re.compile(r"(?P<name>.*) sha256:(?P<sha256>[0-9a-f]{64})", re.DOTALL)


@dataclass(frozen=True)
class Proof:
    """Evidence taken in: a file (sha256, size in bytes) or an address."""

    name: str
    sha256: str | None = None
    size: int | None = None
    url: str | None = None


@dataclass(frozen=True)
class Upload:
    """A file handed over as bytes; ``name`` is what people call it, never a path."""

    name: str
    data: bytes


Given = str | Upload  # a path or an address, or a file as bytes


def take(folder: Path, source: Given) -> Proof:
    """Keep a file in ``folder``, or note an http(s) address. Raises UnreadableEvidence."""
    if isinstance(source, str) and "://" in source:
        return _address(source)
    file = source if isinstance(source, Upload) else Upload(Path(source).name, _read(Path(source)))
    if is_blank(file.data):
        raise UnreadableEvidence(path=source if isinstance(source, str) else file.name, problem=Mistake("blank_file"))
    sha256 = hashlib.sha256(file.data).hexdigest()
    _keep(folder, sha256, file.data)
    return Proof(name=file.name, sha256=sha256, size=len(file.data))


def is_blank(data: bytes) -> bool:
    """Say whether a file shows nothing: it is empty, or holds only a byte order mark, blanks and what nobody sees."""
    found = next(((bom, encoding) for bom, encoding in BOMS if data.startswith(bom)), None)
    if found is None:
        return any(_shows_nothing(data, encoding) for encoding in encodings.CHINESE)
    return _shows_nothing(data[len(found[0]) :], found[1])


def _shows_nothing(data: bytes, encoding: str) -> bool:
    text = encodings.strictly(data, encoding)  # where it is no text, whatever reads it finds something
    return text is not None and all(unicodedata.category(sign) in UNSEEN for sign in text)


def named(words: str) -> tuple[str, str | None]:
    """Return name and sha256 of a file, or an address and None, from ``name sha256:…`` as the history has it."""
    file = _FILE.fullmatch(words)
    return (file["name"], file["sha256"]) if file else (words, None)


def fault(folder: Path, sha256: str) -> str:
    """Return ``gone``, ``altered``, ``unreadable`` or "": it is what it was while it has the hash it is named by."""
    file = folder / sha256
    try:
        if file.is_symlink() or (file.exists() and not file.is_file()):  # something else has its name
            return "altered"
        with file.open("rb") as kept:
            return "" if hashlib.file_digest(kept, "sha256").hexdigest() == sha256 else "altered"
    except FileNotFoundError:
        return "gone"
    except OSError:
        return "unreadable"


def faults(engine: Engine, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield ref, name of the file and fault of all evidence that is not what it was, by ref.

    Files are read when no transaction is open: all of them may take minutes, and nobody could write meanwhile.
    """
    look = cache(partial(fault, folder))  # one file may prove many commitments
    kept = select(Commitment.ref, Evidence.name, Evidence.sha256).join(Commitment).where(Evidence.sha256.is_not(None))
    with reading(engine) as session:
        rows = session.execute(kept.order_by(Commitment.ref, Evidence.id)).all()
    for ref, name, sha256 in rows:
        if found := look(str(sha256)):
            yield ref, name, found


def is_address(text: str) -> bool:
    """Say whether this is the address of something on the web, whole and with nothing behind it."""
    try:
        parts = urlsplit(text)
    except ValueError:  # full-width punctuation, an open bracket
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and text.isprintable() and len(text.split()) == 1


def _address(source: str) -> Proof:
    if not is_address(source):
        raise UnreadableEvidence(path=source, problem=Mistake("no_web_address"))
    return Proof(name=source, url=source)


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise UnreadableEvidence(path=path, problem=Mistake("file_missing"))
    if path.stat().st_size > LARGEST:
        raise UnreadableEvidence(path=path, problem=Mistake("file_too_large", most=LARGEST // 2**20))
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise UnreadableEvidence(path=path, problem=trouble.strerror) from trouble


def _keep(folder: Path, sha256: str, data: bytes) -> None:
    """Write the file whole or not at all; the same content is kept once, and anew where it is no longer what it was."""
    if not fault(folder, sha256):
        return
    folder.mkdir(parents=True, exist_ok=True)
    durable.write(folder / sha256, data)

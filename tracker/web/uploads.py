"""Files that come through a form: taken for what their bytes are, whatever they are called, and only as many as fit.

How much is taken for each item, department and day is counted from the ledger's own rows, so a restart forgets nothing.
The floor of free space lies far above what the daemon needs: below it files are refused while everything else goes on.
"""

import codecs
import io
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import IO, TYPE_CHECKING, Protocol

from sqlalchemy import func, select

from commitments.errors import Refused
from commitments.evidence import Upload, is_blank
from commitments.files import encodings
from commitments.models import Commitment, Evidence

if TYPE_CHECKING:
    from commitments.register.context import Register
    from tracker.app import App

MEGABYTE = 2**20
MAX_BYTES = 10 * 2**20  # bytes
MAX_NAME_CHARS = 120  # characters
KINDS = {
    "pdf": ("pdf",),
    "png": ("png",),
    "jpeg": ("jpg", "jpeg"),
    "gif": ("gif",),
    "webp": ("webp",),
    "heic": ("heic", "heif"),
    "tiff": ("tif", "tiff"),
    "bmp": ("bmp",),
    "rar": ("rar",),
    "7z": ("7z",),
    "office": ("docx", "xlsx", "pptx", "ofd", "odt", "ods"),
    "old office": ("doc", "xls", "ppt", "wps", "et"),
    "zip": ("zip",),
    "text": ("txt", "csv", "md"),
}
MAGIC = (
    (0, b"%PDF-", "pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"GIF8", "gif"),
    (8, b"WEBP", "webp"),
    (4, b"ftyphei", "heic"),
    (4, b"ftypmif1", "heic"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old office"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (0, b"BM", "bmp"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
)
BLANKS = b"\xef\xbb\xbf \t\r\n\0"  # what stands before a PDF that a mail program or a scanner wrote; readers skip it
MAX_PARTS = 10_000  # files in an archive
LEADING_BYTES = 1024  # bytes among which a PDF must begin (ISO 32000, annex H)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
OFFICE_PARTS = ("[Content_Types].xml", "OFD.xml", "mimetype")


class Stored(Protocol):
    """A file of a form."""

    filename: str | None
    stream: IO[bytes]


def read(stored: Stored | None) -> list[Upload]:
    """Return the file, or nothing when none was chosen. Raises ValueError with the key of a word."""
    if stored is None or not stored.filename:
        return []
    with stored.stream as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError("large")
    if is_blank(data):
        raise ValueError("nothing")
    name = clean_name(stored.filename)
    if name.rpartition(".")[2].lower() not in KINDS.get(kind(data) or "", ()):
        raise ValueError("kind")
    return [Upload(name=name, data=data)]


def clean_name(name: str) -> str:
    """Return a name to show: its last part, without what cannot be seen; it is never used as a path."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = visible.rpartition(".")
    return f"{stem[:MAX_NAME_CHARS]}{dot}{ending[:10]}"


def kind(data: bytes) -> str | None:
    """Say what the bytes are: a key of KINDS, or None."""
    return next(_kinds(data), None)


def _kinds(data: bytes) -> Iterator[str]:
    yield from (name for at, magic, name in MAGIC if data[at : at + len(magic)] == magic and not _is_bare(data, name))
    if data[:LEADING_BYTES].lstrip(BLANKS).startswith(b"%PDF-"):
        yield "pdf"
    if data[:4] == b"PK\x03\x04":
        yield _packed(data)
    elif _is_text(data):
        yield "text"


def _is_bare(data: bytes, name: str) -> bool:
    """Two letters make no picture: a bitmap tells its own size (BITMAPFILEHEADER)."""
    return name == "bmp" and int.from_bytes(data[2:6], "little") != len(data)


def _packed(data: bytes) -> str:
    """Tell Word, Excel, OFD and the like from any other archive; nothing is unpacked."""
    if data.count(b"PK\x01\x02") > MAX_PARTS:
        return "broken"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return "broken"
    return "office" if names & set(OFFICE_PARTS) else "zip"


def _is_text(data: bytes) -> bool:
    """Say whether it reads as text that is no web page; controls do not occur in any."""
    if _CONTROLS.search(data) or data.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        return False
    return any(encodings.strictly(data, encoding) is not None for encoding in encodings.CHINESE)


# -- how much fits ---------------------------------------------------------------------------------------------


class TooMuchEvidence(Refused):
    """More files than the pages take."""


def check_quota(app: "App", register: "Register", ref: str, who: str, files: Sequence[Upload]) -> None:
    """Raise TooMuchEvidence when these files would pass a limit of ``[web]``, or leave too little free space."""
    if not files:
        return
    web, size = app.config.web, sum(len(file.data) for file in files)
    mine = select(func.count(), func.coalesce(func.sum(Evidence.size), 0)).where(Evidence.sha256.is_not(None))
    of_item = mine.join(Commitment, Commitment.id == Evidence.commitment_id).where(Commitment.ref == ref)
    midnight = datetime.combine(app.today, time(), app.zone)
    of_day = mine.where(Evidence.given_by == who, Evidence.recorded_at >= midnight)
    number, taken = (int(count or 0) for count in register.session.execute(of_item).one())
    today = int(register.session.execute(of_day).one()[1] or 0)
    limits = (
        number + len(files) > web.item_files,
        taken + size > web.item_megabytes * MEGABYTE,
        today + size > web.day_megabytes * MEGABYTE,
        shutil.disk_usage(app.folder).free - size < web.free_megabytes * MEGABYTE,
    )
    if any(limits):
        raise TooMuchEvidence

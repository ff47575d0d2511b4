"""A workbook's sheet, read in a process with bounds; what it says is judged elsewhere."""

import zipfile
import zlib
from io import BytesIO
from xml.etree.ElementTree import ParseError

from commitments.errors import Mistake
from commitments.exchange.xlsx_cells import SheetCells
from commitments.files.confined import BeyondBounds, call
from commitments.i18n import LOCALES, word

OLD = b"\xd0\xcf\x11\xe0"  # .xls, and any workbook with a password
BOOK = "commitments.exchange.xlsx_book:read"
SECONDS, MEMORY = 120, 2 << 30  # of the processor and of address space; 200,000 rows take half of either
DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, LookupError, ValueError, TypeError, AttributeError,
    ArithmeticError, RuntimeError,
)  # fmt: skip


def read(data: bytes) -> SheetCells:
    """Read the sheet of a workbook that is named 台账 in any language, or its first. Raises Mistake."""
    if data.startswith(OLD):
        raise Mistake("old_workbook")
    if not zipfile.is_zipfile(BytesIO(data)):
        raise Mistake("no_workbook")
    sheet = _sheet(data)
    if sheet is None:
        raise Mistake("no_sheet")
    return sheet


def _sheet(data: bytes) -> SheetCells | None:
    names = tuple(word(locale, "workbook", "sheet") for locale in LOCALES)
    try:
        found: SheetCells | None = call(BOOK, data, names, seconds=SECONDS, memory=MEMORY)
    except Mistake:
        raise
    except BeyondBounds:
        raise Mistake("workbook_beyond", seconds=SECONDS, memory=MEMORY >> 30) from None
    except DAMAGED as trouble:
        raise Mistake("no_workbook") from trouble
    return found

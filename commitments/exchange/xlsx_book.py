"""One sheet of an Excel workbook (.xlsx), read with openpyxl: its rows, formulas told apart from values, and its merges.

Runs in a process of its own (``commitments.confined``), for openpyxl knows no bounds. Read here is what openpyxl has
otherwise than people see it: texts (it drops ``x005F_`` from them) and the formats of numbers (it knows no Chinese
dates, nor that 3.10 is not 3.1). Workbooks saved as Strict are read like any other.
"""

import zipfile
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import ARC_SHARED_STRINGS, ARC_STYLE, REL_NS, SHEET_MAIN_NS

from commitments.exchange import xlsx_cells
from commitments.exchange.xlsx_cells import BadWorkbook, Formatted, Formula, Merge, Mistake, Sheet, Value

MOST_BYTES = 256 * 2**20  # unpacked, of all parts
MOST_SMALL = 8 * 2**20  # of a part that is read whole
MOST_COLUMNS = 16_384  # Excel has no more
MOST_MERGES = 100_000
DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ParseError, LookupError, ValueError, TypeError, AttributeError,
    ArithmeticError, RuntimeError,
)  # fmt: skip


def read(data: bytes, wanted: Collection[str]) -> Sheet | None:
    """Return the first sheet with a wanted name, else the first, of those that people see; None where there is none.

    Raises BadWorkbook.
    """
    try:
        return _read(_Parts(BytesIO(data)), wanted)
    except BadWorkbook:
        raise
    except DAMAGED as trouble:
        raise Damaged from trouble

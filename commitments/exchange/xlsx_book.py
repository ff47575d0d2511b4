"""One sheet of an Excel workbook (.xlsx), read with openpyxl: rows, formulas told apart from values, and merges.

Runs in a process of its own (``commitments.files.confined``), for openpyxl knows no bounds. Read here is what openpyxl
has otherwise than people see it: texts (it drops ``x005F_`` from them) and formats of numbers (it knows no Chinese
dates). Workbooks saved as Strict are read like any other.
"""

import zipfile
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import IO, Any
from xml.etree.ElementTree import Element, fromstring, iterparse

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import ARC_SHARED_STRINGS, ARC_STYLE, REL_NS, SHEET_MAIN_NS

from commitments.errors import Mistake
from commitments.exchange import xlsx_cells
from commitments.exchange.xlsx_cells import ErrorValue, Formatted, Formula, Merge, SheetCells, Value

MOST_BYTES = 256 * 2**20  # unpacked, of all parts
MOST_SMALL = 8 * 2**20  # of a part that is read whole
MOST_COLUMNS = 16_384  # Excel has no more
MOST_MERGES = 100_000
_STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": SHEET_MAIN_NS.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": REL_NS.encode(),
}


def read(data: bytes, wanted: Collection[str]) -> SheetCells | None:
    """Return the first sheet with a wanted name, else the first, of those that people see; None where there is none.

    Raises Mistake, or whatever zip, XML and openpyxl raise when they are damaged.
    """
    parts, places, epoch = _opened(data)
    name = next((name for name in places if name.strip() in wanted), next(iter(places), None))
    return None if name is None else _sheet(name, parts, places[name], epoch)


def read_all(data: bytes) -> list[SheetCells]:
    """Return all sheets that people see; raises what ``read`` raises."""
    parts, places, epoch = _opened(data)
    return [_sheet(name, parts, place, epoch) for name, place in places.items()]


def _opened(data: bytes) -> tuple["_Parts", dict[str, str], datetime]:
    """Return the parts of a workbook, where its visible sheets are, and the day from which it counts."""
    reader = ExcelReader(BytesIO(data))
    reader.archive = parts = _Parts(BytesIO(data))
    reader.read_manifest()
    reader.read_workbook()
    places = {sheet.name: part.target for sheet, part in reader.parser.find_sheets() if sheet.state == "visible"}
    return parts, places, reader.wb.epoch


def _sheet(name: str, parts: "_Parts", part: str, epoch: datetime) -> SheetCells:
    texts, meaning = list(_texts(parts)), _Meaning(epoch, _looks(parts))
    with parts.open(part) as source:
        parser = WorkSheetParser(source, texts)
        rows = [(number, _row(number, cells, meaning)) for number, cells in parser.parse()]
    return SheetCells(name, [row for row in rows if row[1]], _merges(parser))


def _row(number: int, cells: list[dict[str, Any]], meaning: "_Meaning") -> dict[int, Value]:
    """Return what the cells of a row hold by column, counted from 0."""
    if any(cell["column"] > MOST_COLUMNS for cell in cells):
        raise Mistake("wide_row", number=number, most=MOST_COLUMNS)
    return {cell["column"] - 1: meaning.of(**cell) for cell in cells if cell["value"] not in (None, "")}


def _merges(parser: WorkSheetParser) -> list[Merge]:
    found = parser.merged_cells.mergeCell if parser.merged_cells else ()
    if len(found) > MOST_MERGES:
        raise Mistake("many_merges", most=MOST_MERGES)
    return [Merge(one.min_row, one.min_col - 1, one.max_row, one.max_col - 1) for one in found]


class _Parts(zipfile.ZipFile):
    """The parts of a workbook, each bounded and without entities before a parser sees it."""

    def __init__(self, data: IO[bytes]) -> None:
        super().__init__(data)
        if sum(part.file_size for part in self.infolist()) > MOST_BYTES:
            raise Mistake("large_workbook", most=MOST_BYTES >> 20)

    def read(self, name: str, *given: Any) -> bytes:  # type: ignore[override]
        """Return a part that is kept whole."""
        if self.getinfo(name).file_size > MOST_SMALL:
            raise Mistake("large_part", name=name, most=MOST_SMALL >> 20)
        return super().read(name, *given)

    def open(self, name: str, *given: Any) -> IO[bytes]:  # type: ignore[override]
        """Open a part; Excel writes neither entities, which grow without bound, nor UTF-16, which would hide them."""
        with super().open(name, *given) as file:
            data = file.read()
        if b"<!DOCTYPE" in data or b"\0" in data:
            raise Mistake("xml_entities")
        for strict, usual in _STRICT.items():
            data = data.replace(strict, usual)
        return BytesIO(data)


def _texts(parts: _Parts) -> Iterator[str]:
    """Yield the texts that cells share, as written."""
    if ARC_SHARED_STRINGS in parts.namelist():
        for _, element in iterparse(parts.open(ARC_SHARED_STRINGS)):  # noqa: S314 - see _Parts
            if element.tag == f"{{{SHEET_MAIN_NS}}}si":
                yield Text.from_tree(element).content
                element.clear()


def _looks(parts: _Parts) -> list[str]:
    """Say of each cell style how it shows numbers: see ``xlsx_cells.of_code``."""
    if ARC_STYLE not in parts.namelist():
        return []
    root = fromstring(parts.read(ARC_STYLE))  # noqa: S314 - see _Parts
    own = {one.get("numFmtId"): xlsx_cells.of_code(one.get("formatCode", "")) for one in _all(root, "numFmt")}
    keys = [one.get("numFmtId", "0") for one in next(_all(root, "cellXfs"), ())]
    return [own.get(key) or xlsx_cells.of_key(key) for key in keys]


def _all(root: Element, name: str) -> Iterator[Element]:
    """Return the elements of this name, whatever their namespace."""
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)


class _Meaning:
    """What cells hold, as people see it."""

    def __init__(self, epoch: datetime, looks: list[str]) -> None:
        self.epoch, self.looks = epoch, looks

    def of(self, value: Any, data_type: str, style_id: int, **_: int) -> Value:
        """Return what openpyxl has of a cell that is not empty; ``data_type`` as in the file, ``f`` for a formula."""
        match data_type:
            case "f":
                return Formula()
            case "e":
                return ErrorValue(value)
            case "b":
                return bool(value)
            case "n":
                return self._number(float(value), self.looks[style_id : style_id + 1])
        return _civil(value) if isinstance(value, date) else xlsx_cells.unescaped(str(value))

    def _number(self, number: float, looks: list[str]) -> Value:
        look = looks[0] if looks else xlsx_cells.PLAIN
        if look == xlsx_cells.DATE:
            return self._day(number)
        if look == xlsx_cells.PLAIN:
            return number
        whole = look != xlsx_cells.OTHER and number.is_integer() and number >= 0
        return str(int(number)).zfill(len(look)) if whole else Formatted(number)

    def _day(self, number: float) -> Value:
        try:
            return _civil(self.epoch + timedelta(seconds=round(number * 86400)))
        except OverflowError:
            return number


def _civil(instant: date) -> date:
    """Return a date; midnight means no time of day was meant."""
    midnight = isinstance(instant, datetime) and instant.time() == datetime.min.time()
    return instant.date() if isinstance(instant, datetime) and midnight else instant

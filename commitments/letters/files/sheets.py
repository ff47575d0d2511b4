"""Workbooks (.xlsx) to lines: a list of measures as an office keeps it, each row one line with tabs."""

from collections.abc import Iterator
from datetime import date

from commitments.errors import Mistake, Problem, sentence
from commitments.exchange.xlsx_cells import ErrorValue, Formula, SheetCells, Value
from commitments.letters.errors import UnreadableLetter
from commitments.letters.files import tables
from commitments.letters.files.tables import MOST_COLUMNS, Cell


def read_sheets(data: bytes, name: str) -> tuple[list[str], tuple[Problem, ...]]:
    """Return the lines of all sheets that people see, with what to look at. Raises UnreadableLetter."""
    try:
        from commitments.exchange.xlsx_book import read_all  # noqa: PLC0415 - slow to load

        sheets = read_all(data)
    except Mistake as mistake:
        raise UnreadableLetter(name=name, fault=mistake) from mistake
    except Exception as trouble:  # a damaged file fails in ways without number
        raise UnreadableLetter(name=name, fault="damaged_sheet") from trouble
    computed = sum(isinstance(value, Formula) for sheet in sheets for _, row in sheet.rows for value in row.values())
    said = (sentence("letter_warning.formulas", count=computed),) if computed else ()
    named = [[sheet.name] * (len(sheets) > 1) for sheet in sheets]
    rows = (tables.lines(_rows(sheet)) for sheet in sheets)
    return [line for name, own in zip(named, rows, strict=True) for line in (*name, *own)], said


def _rows(sheet: SheetCells) -> Iterator[list[Cell]]:
    """Return the rows of a sheet as wide as its widest; cells that are one have one content."""
    width = min(MOST_COLUMNS, 1 + max((max(row) for _, row in sheet.rows), default=0))
    cells = {(number, column): Cell([_text(value)]) for number, row in sheet.rows for column, value in row.items()}
    present = {number for number, _ in sheet.rows}
    for merge in sheet.merges:
        kept = cells.get((merge.first_row, merge.first_column), Cell())
        for number in present.intersection(range(merge.first_row, merge.last_row + 1)):
            cells |= {(number, column): kept for column in range(merge.first_column, min(merge.last_column, width) + 1)}
    for number in sorted(present):
        row = [cells.get((number, column)) or Cell() for column in range(width)]
        alone = {id(cell): cell for cell in row if cell.lines}
        yield list(alone.values()) if len(alone) == 1 else row


def _text(value: Value) -> str:
    """Write what a cell holds as a letter would."""
    match value:
        case Formula():
            return ""
        case ErrorValue():
            return value.shown
        case bool() | str():
            return " ".join(str(value).split())
        case date():
            return f"{value.year}年{value.month}月{value.day}日"
    return f"{value:.15g}"

"""The ledger as text that a spreadsheet saved (CSV): records with their lines, whatever it is parted by.

Excel parts cells by commas or, where the comma is a decimal sign, by semicolons, and by tabs as "Unicode text"; its
line ``sep=;`` says by what. Rows may be shorter than the headings: programs leave out the last empty cells.
"""

import csv
import io
import re
from collections.abc import Iterator

from commitments.errors import Mistake
from commitments.exchange import xlsx_columns
from commitments.exchange.formula_guard import unguarded
from commitments.exchange.xlsx_read import SEARCHED, Line

PARTING = (",", ";", "\t", "；", "，")
_SAID = re.compile(r"\ufeff?\"?sep=(.)\"?[ ,;\t]*(\r\n|\r|\n|$)", re.IGNORECASE)


def lines(text: str) -> Iterator[Line]:
    """Yield each record that says anything, with the line on which it begins. Raises Mistake naming the line."""
    said = _SAID.match(text)
    parting = said[1] if said else _parting(text)
    for line, record in _records(text[said.end() :] if said else text, parting, 2 if said else 1):
        cells = {column: unguarded(cell) for column, cell in enumerate(record) if cell.strip()}
        if cells:
            yield line, cells


def _parting(text: str) -> str:
    """Return the sign that parts the most headings that are known."""
    known, first = xlsx_columns.headings(), text[: 2**16]
    return max(PARTING, key=lambda sign: _known(first, sign, known))


def _known(text: str, parting: str, known: dict[str, str]) -> int:
    """Count known headings in the best of the first rows."""
    try:
        rows = [row for row, _ in zip(csv.reader(io.StringIO(text, newline=""), delimiter=parting), range(SEARCHED))]  # noqa: B905
    except csv.Error:
        return 0
    return max((sum(xlsx_columns.plain(cell) in known for cell in row) for row in rows), default=0)


def _records(text: str, parting: str, line: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins; a cell may run over lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parting, strict=True)
    before = line - 1
    try:
        for record in reader:
            yield line, record
            line = before + reader.line_num + 1
    except csv.Error as wrong:
        raise Mistake("csv", line=line, problem=wrong) from wrong

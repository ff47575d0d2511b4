"""The ledger's workbook, as an office changed it, read into plain rows that know their cells.

Only the sheet itself is judged here (headings, formulas, errors); ``ledger_rows`` knows keys and values. Headings may
be in either language, moved or left out; rows above them are a title.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from commitments.due_rules import due_rule_code
from commitments.glossary import meanings
from commitments.ledger_rows import NEEDED, Row, meant
from commitments.sheets import columns, targets
from commitments.sheets.cells import BadWorkbook, Cells, Formula, Mistake, Value, column_letters
from commitments.sheets.words import EN, ZH

SEARCHED = 20  # rows in which the headings must stand
NEEDED_COLUMNS = ("letter", *NEEDED["commitment"])
OLD = b"\xd0\xcf\x11\xe0"  # .xls, and any workbook with a password
DAMAGED = (
    zipfile.BadZipFile, zlib.error, LookupError, ParseError, ExpatError, ValueError, NotImplementedError, RuntimeError,
    EOFError,
)  # fmt: skip
NO_WORKBOOK = "the file is no Excel workbook (.xlsx) or is damaged; open it and save it anew as .xlsx"


def read(data: bytes, most: int) -> tuple[list[Row], list[str]]:
    """Return the rows of the sheet 台账 (or the first), and what was wrong with its form.

    Raises BadWorkbook when it cannot be read at all, or has more than ``most`` rows.
    """
    if data.startswith(OLD):
        raise BadWorkbook("the file is an old .xls or has a password; open it and save it as .xlsx without one")
    try:
        cells = Cells(data)
        name = _sheet(cells.sheets)
        return _Reading(name, most).read(cells.rows(name))
    except BadWorkbook:
        raise
    except DAMAGED as trouble:
        raise BadWorkbook(NO_WORKBOOK) from trouble


def _sheet(names: Sequence[str]) -> str:
    if not names:
        raise BadWorkbook("the workbook shows no sheet; save it anew")
    return next((name for name in names if name.strip() in (ZH.sheet, EN.sheet)), names[0])


class _Reading:
    """One sheet on its way into rows."""

    def __init__(self, sheet: str, most: int) -> None:
        self.sheet, self.most = sheet, most
        self.keys: dict[int, str] = {}  # by column
        self.letters: dict[str, str] = {}  # by key
        self.rows: list[Row] = []
        self.problems: list[str] = []

    def read(self, rows: Iterator[tuple[int, dict[int, Value]]]) -> tuple[list[Row], list[str]]:
        """Find the headings, then read what stands below them."""
        self._head(rows)
        for number, cells in rows if self.letters else ():
            self._row(number, cells)
        return self.rows, self.problems

    # -- headings --------------------------------------------------------------------------------------------------

    def _head(self, rows: Iterator[tuple[int, dict[int, Value]]]) -> None:
        known = columns.headings()
        for number, cells in rows:
            named = {column: known.get(columns.plain(str(value)), "") for column, value in cells.items()}
            if len(set(named.values()) - {""}) > 1:
                self._take(number, cells, named)
                return
            if number > SEARCHED:
                break
        self.problems.append(f"{self.sheet}!1: no headings were found; there must be 文号, 事项 and 主办 among them.")

    def _take(self, number: int, cells: Mapping[int, Value], named: Mapping[int, str]) -> None:
        for column, key in named.items():
            place, heading = f"{self.sheet}!{column_letters(column)}{number}", str(cells[column]).strip()
            if heading and not key:
                advice = meant(heading, columns.headings()) or "; remove it"
                self.problems.append(f"{place} {heading}: there is no such column{advice}.")
            elif key in self.letters:
                self.problems.append(f"{place} {heading}: the column stands there twice; keep one.")
            elif key:
                self.keys[column], self.letters[key] = key, column_letters(column)
        missing = [key for key in NEEDED_COLUMNS if key not in self.letters]
        self.problems += [f"{self.sheet}!{number} {key}: the column is missing; add it." for key in missing]

    # -- rows ------------------------------------------------------------------------------------------------------

    def _row(self, number: int, cells: Mapping[int, Value]) -> None:
        row = Row(f"{self.sheet}!{number}", values := {}, columns=self.letters)
        for column, value in cells.items():
            key = self.keys.get(column)
            if key is None:
                self._stray(f"{self.sheet}!{column_letters(column)}{number}", column, value)
            elif key not in columns.SHOWN_ONLY and (read := self._value(row, key, value)) not in (None, ""):
                values[key] = read
        if values:
            self.rows.append(row)
        if len(self.rows) > self.most:
            raise BadWorkbook(f"the file has more than {self.most:,} rows; split it")

    def _stray(self, place: str, column: int, value: Value) -> None:
        """Complain once of each column that has no heading."""
        if str(value).strip():
            self.keys[column] = columns.SHOWN_ONLY[0]
            self.problems.append(f"{place}: stands in a column without a known heading; name the column or empty it.")

    def _value(self, row: Row, key: str, value: Value) -> object:
        """Return what a cell says to ``ledger_rows``; None, and a problem, when it says nothing that can be read."""
        try:
            return _said(key, value)
        except ValueError as mistake:
            self.problems.append(f"{row.at(key)} {mistake}.")
            return None


def _said(key: str, value: Value) -> object:
    if isinstance(value, Formula):
        raise ValueError("holds a formula; paste its value instead")  # noqa: TRY004 - one error for all
    if isinstance(value, Mistake):
        raise ValueError(f"shows the error {value.shown}; correct it")  # noqa: TRY004 - likewise
    if key in columns.DATES and isinstance(value, date):
        return value if type(value) is date else f"{value:%Y-%m-%d %H:%M}"
    return _read(key, _plain(value))


def _plain(value: str | float | date) -> str:
    """Return a cell as text: 1007 for the number 1007.0, ISO for what the program took for a date."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read(key: str, text: str) -> object:
    if key in columns.WORDED:
        return meanings(key).get(text, text)
    if key == "support":
        return text.replace("\n", "；")
    if key == "due_rule":
        return due_rule_code(text)
    return targets.read(text) if key == "target" else text

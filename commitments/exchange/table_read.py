"""The ledger as a table that an office changed, a workbook's or CSV, read into plain rows that know their cells.

Only the table itself is judged here (headings, merges, formulas, dates a spreadsheet made of text); ``fields``
knows keys and values. Headings may be in any language, moved or left out; rows above them are a title; columns of the
office's own are left alone. Rows that are hidden or filtered away count as others do: to hide is not to delete.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from commitments.codes import due_rule_code
from commitments.errors import Mistake, Problem
from commitments.exchange import columns
from commitments.exchange.cell_guard import SIGNS, is_date_made
from commitments.exchange.fields import NEEDED, Row, advice, sentence
from commitments.exchange.xlsx_cells import ErrorValue, Formatted, Formula, Merge, Value, column_letters
from commitments.queries.lookup import near
from commitments.text import amounts

SEARCHED = 20  # rows in which the headings must stand
NEEDED_COLUMNS = ("letter", *NEEDED["commitment"])
OWN = ("ref", "ordinal", "title")  # what no two commitments share
EXACT = 10**15  # numbers from here on have lost digits
Line = tuple[int, Mapping[int, Value]]  # a row's number, and its cells by column from 0


@dataclass
class Table:
    """The rows of a table; what was wrong with its form; what a person should know."""

    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read(rows: Iterator[Line], most: int, sheet: str = "", merges: Sequence[Merge] = ()) -> Table:
    """Read the cells of a sheet of this name, or the records of a CSV file.

    Raises Mistake when there are more than ``most``.
    """
    return _Reading(sheet, most, merges).read(rows)


class _Reading:
    """One table on its way into rows. ``sheet`` is empty for CSV, whose places are lines."""

    def __init__(self, sheet: str, most: int, merges: Sequence[Merge] = ()) -> None:
        self.sheet, self.most = sheet, most
        self.merges = sorted(merges, key=lambda merge: merge.first_row)
        self.held: list[tuple[Merge, Value]] = []  # merges that began above, with what they show
        self.keys: dict[int, str] = {}  # by column
        self.letters: dict[str, str] = {}  # by key
        self.headings: dict[str, str] = {}  # by key
        self.aside: dict[int, str] = {}  # columns of the office's own
        self.table = Table()

    def read(self, rows: Iterator[Line]) -> Table:
        """Find the headings, then read what stands below them."""
        self._head(rows)
        for number, line in rows if self.keys else ():
            self._row(number, self._with_merged(number, line))
        if self.aside:
            wrong = Mistake("aside", columns=list(self.aside.values()))
            self.table.warnings.append(Problem(lambda locale: sentence(self.sheet and f"{self.sheet}:", wrong, locale)))
        return self.table

    # -- places ----------------------------------------------------------------------------------------------------

    def _cell(self, number: int, column: int, heading: str = "") -> str:
        place = f"{self.sheet}!{column_letters(column)}{number}" if self.sheet else f"line {number}"
        return f"{place} {heading}".rstrip()

    def _wrong(self, place: str, wrong: Mistake) -> None:
        self.table.problems.append(Problem(lambda locale: sentence(f"{place}:", wrong, locale)))

    # -- headings --------------------------------------------------------------------------------------------------

    def _head(self, rows: Iterator[Line]) -> None:
        known = columns.headings()
        for number, line in rows:
            named = {column: known.get(columns.plain(str(value)), "") for column, value in line.items()}
            if len(set(named.values()) - {""}) > 1:
                self._take(number, line, named)
                return
            if number > SEARCHED:
                break
        if self.sheet:
            self._wrong(f"{self.sheet}!1", Mistake("no_headings"))
        else:
            self._missing(1)

    def _take(self, number: int, line: Mapping[int, Value], named: Mapping[int, str]) -> None:
        for column, key in named.items():
            heading = " ".join(str(line[column]).split())
            place = self._cell(number, column, heading)
            if heading and not key:
                self._foreign(place, column, heading)
            elif key in self.letters:
                times = list(named.values()).count(key)
                self._wrong(place, Mistake("column_twice" if self.sheet else "column_often", times=times))
            elif key:
                self.keys[column], self.letters[key] = key, column_letters(column)
                self.headings[key] = heading
        self._missing(number)

    def _foreign(self, place: str, column: int, heading: str) -> None:
        """A heading that looks like one of ours is a slip; another is the office's own."""
        if near(columns.plain(heading), columns.headings(), n=1):
            self._wrong(place, Mistake("no_column", advice=advice(columns.plain(heading), columns.headings())))
        else:
            self.aside[column] = heading

    def _missing(self, number: int) -> None:
        place = f"{self.sheet}!{number}" if self.sheet else f"line {number}"
        for key in NEEDED_COLUMNS:
            if key not in self.letters:
                self._wrong(f"{place} {key}", Mistake("column_missing"))

    # -- rows ------------------------------------------------------------------------------------------------------

    def _row(self, number: int, line: Mapping[int, Value]) -> None:
        values: dict[str, object] = {}
        name = f"{self.sheet}!{number}" if self.sheet else f"line {number}"
        row = Row(name, values, columns=self.letters if self.sheet else {}, headings=self.headings)
        for column, value in line.items():
            key = self.keys.get(column)
            if key is None:
                self._stray(number, column, value)
            elif key not in columns.SHOWN_ONLY and (read := self._value(row, key, value)) not in (None, ""):
                values[key] = read
        if values or row.refused:
            self.table.rows.append(row)
        if len(self.table.rows) > self.most:
            raise Mistake("too_many", most=self.most)

    def _stray(self, number: int, column: int, value: Value) -> None:
        """Complain once of each column that has no heading."""
        if column not in self.aside and str(value).strip():
            self.keys[column] = columns.SHOWN_ONLY[0]
            self._wrong(self._cell(number, column), Mistake("stray" if self.sheet else "too_wide"))

    def _value(self, row: Row, key: str, value: Value) -> object:
        """Return what a cell says to ``fields``; None, and a problem, when it says nothing that can be read."""
        try:
            return _said(key, value if self.sheet else _meant(key, str(value)))
        except Mistake as wrong:
            self.table.problems.append(row.problem(key, wrong))
            row.refused.add(key)
            return None

    # -- merged cells ----------------------------------------------------------------------------------------------

    def _with_merged(self, number: int, line: Mapping[int, Value]) -> Mapping[int, Value]:
        """Give a row what merged cells from above show in it, if it says anything itself."""
        self.held = [each for each in self.held if each[0].last_row >= number]
        while self.merges and self.merges[0].first_row <= number:
            self._begin(self.merges.pop(0), number, line)
        own = any(str(value).strip() for column, value in line.items() if column in self.keys)
        shown = {merge.first_column: value for merge, value in self.held if merge.first_row < number}
        return {**line, **shown} if own and shown else line

    def _begin(self, merge: Merge, number: int, line: Mapping[int, Value]) -> None:
        """Take up a merge that begins in this row; what it holds must be able to repeat."""
        key, value = self.keys.get(merge.first_column), line.get(merge.first_column)
        wide = sum(merge.first_column <= column <= merge.last_column for column in self.keys) > 1
        if merge.first_row < number or key is None or key in columns.SHOWN_ONLY or value in (None, ""):
            return
        place = f"{self.sheet}!{merge.name} {self.headings[key]}"
        if wide:
            self._wrong(place, Mistake("merged_across"))
        elif key in OWN and merge.last_row > merge.first_row:
            self._wrong(place, Mistake("merged_identity"))
        else:
            self.held.append((merge, value))


def _meant(key: str, text: str) -> str:
    """Return what a cell of CSV says; a spreadsheet may have written a date for 3-1, unless ``'`` stands before it."""
    if key not in SIGNS:
        return text
    if is_date_made(text.strip()):
        raise Mistake("date_text", value=text.strip())
    return text[1:] if text.startswith("'") and is_date_made(text[1:]) else text


def _said(key: str, value: Value) -> object:
    if isinstance(value, Formula):
        raise Mistake("formula")
    if isinstance(value, ErrorValue):
        raise Mistake("error_cell", shown=value.shown)
    if isinstance(value, bool):
        raise Mistake("truth_cell", value=str(value).upper())
    if key in columns.DATES:
        return _dated(value)
    text = _text(key, value)
    if key == "due_rule":
        return due_rule_code(text)
    return text.replace("\n", "；") if key == "support" else amounts.read_targets(text) if key == "target" else text


def _dated(value: str | float | date) -> object:
    """Return a date, or text that may be one; a bare number is none, however it is shown."""
    if isinstance(value, date):
        return value if type(value) is date else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return value.strip()
    raise Mistake("no_date", text=_figure(value))


def _text(key: str, value: str | float | date) -> str:
    """Return a cell as it was typed, where that is certain: 1007 for the number 1007.0."""
    if isinstance(value, date):
        raise Mistake("date_cell", day=value)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Formatted) or abs(value) >= EXACT or (key in SIGNS and not value.is_integer()):
        raise Mistake("number_cell", value=_figure(value))
    return _figure(value)


def _figure(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)

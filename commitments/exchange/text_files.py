"""Reading a ledger file (TOML, CSV, an Excel workbook) into plain rows that know where they stand.

Only the file itself is judged here (size, encoding, syntax); ``table_read`` knows headings and cells, ``fields`` keys
and values. Excel parts the cells of CSV by commas or, where the comma is a decimal sign, by semicolons, and by tabs as
"Unicode text"; its line ``sep=;`` says by what. Rows may be shorter than the headings: programs leave out the last
empty cells.
"""

import csv
import io
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from commitments.errors import LedgerRejected, Mistake, Problem
from commitments.exchange import columns, table_read, xlsx_read
from commitments.exchange.cell_guard import unguarded
from commitments.exchange.fields import Row, advice, sentence
from commitments.exchange.table_read import SEARCHED, Line
from commitments.files import encodings

LARGEST = 20 * 1024 * 1024  # bytes
MOST_ROWS = 200_000
OTHER_SHEETS = (".xls", ".xlsm", ".xlsb", ".et", ".ods")
PARTING = (",", ";", "\t", "；", "，")
_SAID = re.compile(r"\ufeff?\"?sep=(.)\"?[ ,;\t]*(\r\n|\r|\n|$)", re.IGNORECASE)
_TABLES = ("letter", "department", "commitment")
_HEADER = re.compile(r"\s*\[\[?\s*([\w.]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(\w+)\s*=")
# Numbers that take long to read or to print, keys of many parts: Python's parser needs their square.
_EXCESS = re.compile(
    r"""[\[,=]\s*[+-]?(?:0[xob])?[0-9A-Fa-f_]{80,}|(?:^|[\[{,])[ \t]*(?:["']?[\w-]+["']?[ \t]*\.[ \t]*){30}""",
    re.MULTILINE,
)
_BARE_DAY = re.compile(r"^(\s*\w+_on\s*=\s*)(\d{4}-\d{2}-\d{2})", re.MULTILINE)


@dataclass
class Sheet:
    """The tables of a file, and what was wrong with its form."""

    letter: list[Row] = field(default_factory=list)
    department: list[Row] = field(default_factory=list)
    commitment: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read(file: Path) -> Sheet:
    """Read a ``.toml``, ``.csv`` or ``.xlsx`` file. Raises LedgerRejected when it cannot be read at all."""
    try:
        return _read(file)
    except Mistake as wrong:
        raise _rejected(file, wrong) from wrong
    except ValueError as wrong:
        raise LedgerRejected(str(file), [f"{wrong}."]) from wrong
    except OSError as trouble:
        raise _rejected(file, Mistake("unreadable", problem=trouble.strerror)) from trouble


def _rejected(file: Path, wrong: Mistake) -> LedgerRejected:
    return LedgerRejected(str(file), [_problem("", wrong)])


def _problem(place: str, wrong: Mistake) -> Problem:
    return Problem(lambda locale: sentence(place, wrong, locale))


def _read(file: Path) -> Sheet:
    suffix = file.suffix.lower()
    if suffix in OTHER_SHEETS:
        raise Mistake("other_sheet", suffix=suffix)
    if suffix not in (".toml", ".csv", ".xlsx"):
        raise Mistake("suffix")
    if not file.is_file() and file.exists():  # reading a pipe would wait for ever
        raise Mistake("no_file")
    if (size := file.stat().st_size) > LARGEST:
        raise Mistake("too_large", size=size, most=LARGEST)
    data = file.read_bytes()
    if suffix == ".toml":
        sheet = _toml(_decoded(data, is_csv=False))
        _check_count(len(sheet.commitment))
        return sheet
    if suffix == ".xlsx":
        cells = xlsx_read.read(data)
        table = table_read.read(iter(cells.rows), MOST_ROWS, cells.name, cells.merges)
    else:
        table = table_read.read(_csv_lines(_decoded(data, is_csv=True)), MOST_ROWS)
    return Sheet(commitment=table.rows, problems=table.problems, warnings=table.warnings)


def _check_count(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Mistake("too_many", most=MOST_ROWS)


def _decoded(data: bytes, *, is_csv: bool) -> str:
    """Decode UTF-8; of CSV also GB18030, and the UTF-16 in which spreadsheets save "Unicode text"."""
    if data.startswith(encodings.UTF16):
        text = encodings.tabbed_utf16(data) if is_csv else None
        if text is None:
            raise Mistake("utf16")
        return text
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        text = encodings.surely_gb18030(data) if is_csv else None
        if text is None:
            raise Mistake("encoding_csv" if is_csv else "encoding", line=line) from wrong
        return text


# -- CSV ---------------------------------------------------------------------------------------------------


def _csv_lines(text: str) -> Iterator[Line]:
    """Yield each record that says anything, with the line on which it begins. Raises Mistake naming the line."""
    said = _SAID.match(text)
    parting = said[1] if said else _parting(text)
    for line, record in _records(text[said.end() :] if said else text, parting, 2 if said else 1):
        cells = {column: unguarded(cell) for column, cell in enumerate(record) if cell.strip()}
        if cells:
            yield line, cells


def _parting(text: str) -> str:
    """Return the sign that parts the most headings that are known."""
    known, first = columns.headings(), text[: 2**16]
    return max(PARTING, key=lambda sign: _known(first, sign, known))


def _known(text: str, parting: str, known: dict[str, str]) -> int:
    """Count known headings in the best of the first rows."""
    try:
        rows = [row for row, _ in zip(csv.reader(io.StringIO(text, newline=""), delimiter=parting), range(SEARCHED))]  # noqa: B905
    except csv.Error:
        return 0
    return max((sum(columns.plain(cell) in known for cell in row) for row in rows), default=0)


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


# -- TOML --------------------------------------------------------------------------------------------------


def _toml(text: str) -> Sheet:
    sheet, lines = Sheet(), _key_lines(text)
    for name, value in _parsed(text).items():
        if name not in _TABLES:
            sheet.problems.append(_problem(f"{name}:", Mistake("no_table", advice=advice(name, _TABLES))))
        else:
            setattr(sheet, name, list(_rows(name, value, lines, sheet.problems)))
    return sheet


def _parsed(text: str) -> dict[str, object]:
    if excess := _EXCESS.search(text):
        raise Mistake("too_deep", line=text.count("\n", 0, excess.start()) + 1)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        return _with_impossible_days(text, wrong)


def _with_impossible_days(text: str, wrong: Exception) -> dict[str, object]:
    """Put ``due_on = 2019-02-30`` in quotes: the syntax error becomes a mistake of its row."""
    try:
        return tomllib.loads(_BARE_DAY.sub(r'\1"\2"', text))
    except (ValueError, RecursionError):
        raise Mistake("toml", problem=wrong) from wrong


def _rows(name: str, value: object, lines: Mapping[str, Mapping[str, int]], problems: list[str]) -> Iterator[Row]:
    for n, table in enumerate(value if isinstance(value, list) else [value], 1):
        place = f"{name} {n}"
        if isinstance(table, dict):
            yield Row(place, table, lines.get(place, {}))
        else:
            problems.append(_problem(f"{place}:", Mistake("not_a_table", value=table, name=name)))


def targets(row: Row, tables: Sequence[Mapping[str, object]]) -> list[Row]:
    """Return the ``[[commitment.target]]`` tables of a commitment as rows."""
    return [Row(f"{row.name} target {n}", table, {"": row.lines.get("", 0)}) for n, table in enumerate(tables, 1)]


def _key_lines(text: str) -> Mapping[str, Mapping[str, int]]:
    """Return ``{"commitment 3": {"": 74, "title": 76}}``, ``""`` being the header.

    The parser keeps no places, so this goes by the look of a line. A quotation over several lines may lead it
    astray; the number of the table comes from the parser and is always right.
    """
    lines: defaultdict[str, dict[str, int]] = defaultdict(dict)
    counts: Counter[str] = Counter()
    place = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            counts[header[1]] += 1
            place = f"{header[1]} {counts[header[1]]}"
            lines[place][""] = number
        elif key := _KEY.match(line):
            lines[place].setdefault(key[1], number)
    return lines

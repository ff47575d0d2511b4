"""Reading a ledger file (TOML, CSV, an Excel workbook) into plain rows that know where they stand.

Only the file itself is judged here (size, encoding, syntax, columns); ``ledger_rows`` knows keys and values.
"""

import csv
import io
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from commitments.errors import LedgerRejected
from commitments.ledger_rows import COMMITMENT, NEEDED, Row, meant

LARGEST = 20 * 1024 * 1024  # bytes
MOST_ROWS = 200_000
CSV_COLUMNS = [key for key in COMMITMENT if key != "target"]
CSV_NEEDED = ("letter", *NEEDED["commitment"])
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
OTHER_SHEETS = (".xls", ".xlsm", ".xlsb", ".et", ".ods")
_TABLES = ("letter", "department", "commitment")
_HEADER = re.compile(r"\s*\[\[?\s*([\w.]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(\w+)\s*=")
_EVERYDAY = range(0xA4, 0xC7)  # the first bytes of Big5's everyday characters; rarer ones come after
_BARE_DAY = re.compile(r"^(\s*\w+_on\s*=\s*)(\d{4}-\d{2}-\d{2})", re.MULTILINE)


@dataclass
class Sheet:
    """The tables of a file, and what was wrong with its form."""

    letter: list[Row] = field(default_factory=list)
    department: list[Row] = field(default_factory=list)
    commitment: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(file: Path) -> Sheet:
    """Read a ``.toml``, ``.csv`` or ``.xlsx`` file. Raises LedgerRejected when it cannot be read at all."""
    try:
        return _read(file)
    except ValueError as mistake:
        raise LedgerRejected(str(file), [f"{mistake}."]) from mistake
    except OSError as trouble:
        raise LedgerRejected(str(file), [f"the file cannot be read: {trouble.strerror}."]) from trouble


def _read(file: Path) -> Sheet:
    suffix = file.suffix.lower()
    if suffix in OTHER_SHEETS:
        raise ValueError(f"the file is an {suffix} workbook; open it and save it as .xlsx")
    if suffix not in (".toml", ".csv", ".xlsx"):
        raise ValueError("the name must end in .toml, .csv or .xlsx; rename the file")
    if (size := file.stat().st_size) > LARGEST:
        raise ValueError(f"the file has {size:,} bytes, more than {LARGEST:,} (20 MiB); split it")
    if suffix == ".xlsx":
        from commitments.sheets import reading  # noqa: PLC0415 - only workbooks need it

        rows, problems = reading.read(file.read_bytes(), MOST_ROWS)
        return Sheet(commitment=rows, problems=problems)
    text = _decoded(file.read_bytes(), gb18030=suffix == ".csv")
    sheet = _toml(text) if suffix == ".toml" else _csv(text)
    _check_count(len(sheet.commitment))
    return sheet


def _check_count(rows: int) -> None:
    if rows > MOST_ROWS:
        raise ValueError(f"the file has more than {MOST_ROWS:,} rows; split it")


# -- encodings ---------------------------------------------------------------------------------------------


def _decoded(data: bytes, *, gb18030: bool) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("the file is encoded in UTF-16; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as mistake:
        line = data.count(b"\n", 0, mistake.start) + 1
        text = _gb18030(data) if gb18030 else None
        if text is None:
            asked = "neither UTF-8 nor GB18030" if gb18030 else "not UTF-8"
            raise ValueError(f"line {line}: the encoding is {asked}; save the file as UTF-8") from mistake
        return text


def _gb18030(data: bytes) -> str | None:
    """Nearly any bytes decode as GB18030; text that was meant so is nearly all everyday characters."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in text if not character.isascii()]
    rare = [character for character in foreign if not _everyday(character)]
    return text if len(rare) * 10 <= len(foreign) else None


def _everyday(character: str) -> bool:
    """Say whether a character is in GB 2312, or among those of Big5 that traditional text is written with."""
    traditional = character.encode("big5", "ignore")
    return bool(character.encode("gb2312", "ignore")) or (traditional != b"" and traditional[0] in _EVERYDAY)


# -- TOML --------------------------------------------------------------------------------------------------


def _toml(text: str) -> Sheet:
    sheet, lines = Sheet(), _key_lines(text)
    for name, value in _parsed(text).items():
        if name not in _TABLES:
            sheet.problems.append(f"{name}: there is no such table{meant(name, _TABLES) or '; remove it'}.")
        else:
            setattr(sheet, name, list(_rows(name, value, lines, sheet.problems)))
    return sheet


def _parsed(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as mistake:
        return _with_impossible_days(text, mistake)


def _with_impossible_days(text: str, mistake: Exception) -> dict[str, object]:
    """Put ``due_on = 2019-02-30`` in quotes: the syntax error becomes a mistake of its row."""
    try:
        return tomllib.loads(_BARE_DAY.sub(r'\1"\2"', text))
    except (ValueError, RecursionError):
        raise ValueError(f"the file is not TOML: {mistake}; correct that place") from mistake


def _rows(name: str, value: object, lines: Mapping[str, Mapping[str, int]], problems: list[str]) -> Iterator[Row]:
    for n, table in enumerate(value if isinstance(value, list) else [value], 1):
        place = f"{name} {n}"
        if isinstance(table, dict):
            yield Row(place, table, lines.get(place, {}))
        else:
            problems.append(f"{place}: {table!r} is not a table; write [[{name}]] and its keys below.")


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


# -- CSV ---------------------------------------------------------------------------------------------------


def _csv(text: str) -> Sheet:
    sheet = Sheet()
    records = _records(text)
    _, header = next(records, (1, []))
    columns = [column.strip() for column in header]
    sheet.problems += _header_problems(columns)
    if any(column not in columns for column in CSV_NEEDED):
        return sheet
    for n, (line, cells) in enumerate(records, 1):
        _check_count(n)
        if len(cells) != len(columns):
            sheet.problems.append(f"line {line}: has {len(cells)} cells, the header has {len(columns)}; even them out.")
        elif any(cells):
            sheet.commitment.append(Row(f"line {line}", _values(columns, cells)))
    return sheet


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins; a cell may run over lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as mistake:
        raise ValueError(f"line {line}: not readable as CSV: {mistake}; correct that line") from mistake


def _header_problems(columns: Sequence[str]) -> Iterator[str]:
    for column, times in Counter(columns).items():
        if column not in CSV_COLUMNS:
            yield f"line 1 {column}: there is no such column{meant(column, CSV_COLUMNS) or '; remove it'}."
        if times > 1:
            yield f"line 1 {column}: the column stands there {times} times; keep one."
    for column in CSV_NEEDED:
        if column not in columns:
            yield f"line 1 {column}: the column is missing; add it."


def _values(columns: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    """An empty cell says nothing."""
    pairs = zip(columns, cells, strict=True)
    return {column: unguarded(cell) for column, cell in pairs if cell.strip() and column in CSV_COLUMNS}


def guarded(cell: str) -> str:
    """Put ``'`` before what a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def unguarded(cell: str) -> str:
    """Take off the ``'`` that ``guarded`` put there."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell

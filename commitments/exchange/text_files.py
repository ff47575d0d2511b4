"""Reading a ledger file (TOML, CSV, an Excel workbook) into plain rows that know where they stand.

Only the file itself is judged here (size, encoding, syntax, columns); ``fields`` knows keys and values.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from commitments.errors import LedgerRejected, Mistake, Problem
from commitments.exchange.fields import Row, meant, sentence

LARGEST = 20 * 1024 * 1024  # bytes
MOST_ROWS = 200_000
OTHER_SHEETS = (".xls", ".xlsm", ".xlsb", ".et", ".ods")
_TABLES = ("letter", "department", "commitment")
_HEADER = re.compile(r"\s*\[\[?\s*([\w.]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(\w+)\s*=")
_EVERYDAY = range(0xA4, 0xC7)  # the first bytes of Big5's everyday characters; rarer ones come after
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
    return LedgerRejected(str(file), [Problem(lambda locale: sentence("", wrong, locale))])


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
        sheet = _toml(_decoded(data, csv=False))
        _check_count(len(sheet.commitment))
        return sheet
    from commitments.exchange import delimited, xlsx_read  # noqa: PLC0415 - only tables need them

    if suffix == ".xlsx":
        table = xlsx_read.read(data, MOST_ROWS)
    else:
        table = xlsx_read.read_lines(delimited.lines(_decoded(data, csv=True)), MOST_ROWS)
    return Sheet(commitment=table.rows, problems=table.problems, warnings=table.warnings)


def _check_count(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Mistake("too_many", most=MOST_ROWS)


# -- encodings ---------------------------------------------------------------------------------------------


def _decoded(data: bytes, *, csv: bool) -> str:
    """Decode UTF-8; of CSV also GB18030, and the UTF-16 in which spreadsheets save "Unicode text"."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf16(data, csv=csv)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        text = _gb18030(data) if csv else None
        if text is None:
            raise Mistake("encoding_csv" if csv else "encoding", line=line) from wrong
        return text


def _utf16(data: bytes, *, csv: bool) -> str:
    """Decode the "Unicode text" of spreadsheets, which is parted by tabs; other files in UTF-16 are refused."""
    text = data.decode("utf-16", "replace") if csv else ""
    if "\t" not in text or "\N{REPLACEMENT CHARACTER}" in text:
        raise Mistake("utf16")
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

"""The cells of an Excel workbook (.xlsx): standard library only, in bounded memory, formulas told apart from values.

Zip and XML are as Excel, WPS and LibreOffice write them. A sheet is read cell by cell, so that no more than a row of it
is held; a declaration of a document type is refused: Excel writes none, and entities can grow without bound.
Longer than most files: parts, walks and values of one format are read best together.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, fromstring
from xml.parsers.expat import ParserCreate

from commitments.exchange import xlsx_styles

MOST_BYTES = 256 * 2**20  # unpacked, of all parts
MOST_SMALL = 8 * 2**20  # of a part that is read whole
MOST_COLUMNS = 16_384  # Excel has no more
CHUNK = 2**16
MOST_MERGES = 100_000
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"([A-Z]{1,3})\d+")
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")


class BadWorkbook(ValueError):
    """A workbook that is not read; the end of a sentence that says why and what to do."""


@dataclass(frozen=True)
class Formula:
    """A cell that computes something."""


@dataclass(frozen=True)
class Mistake:
    """A cell that shows an error such as ``#REF!``."""

    shown: str


class Formatted(float):
    """A number that its format shows in some other way: 0.5 as 50%, 3.1 as 3.10."""


@dataclass(frozen=True)
class Merge:
    """Cells that are one: rows counted from 1, columns from 0, the last ones included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def name(self) -> str:
        """Return ``B3:B5``."""
        first = f"{column_letters(self.first_column)}{self.first_row}"
        return f"{first}:{column_letters(self.last_column)}{self.last_row}"


Value = str | float | bool | date | Formula | Mistake


class Cells:
    """A workbook. Raises BadWorkbook, or whatever zip and XML raise when they are damaged."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(BytesIO(data))
        if sum(part.file_size for part in self._zip.infolist()) > MOST_BYTES:
            raise BadWorkbook(f"the workbook is larger than {MOST_BYTES >> 20} MiB unpacked; split it")
        book = self._root("xl/workbook.xml")
        later = any(one.get("date1904") in ("1", "true") for one in _all(book, "workbookPr"))
        self._zero = datetime(1904, 1, 1) if later else datetime(1899, 12, 30)  # noqa: DTZ001 - civil dates
        self._sheets = dict(self._named(book))
        self._texts = self._shared()
        self._looks = self._styles()

    @property
    def sheets(self) -> Sequence[str]:
        """The names of the sheets that people see."""
        return list(self._sheets)

    def rows(self, sheet: str) -> Iterator[tuple[int, dict[int, Value]]]:
        """Yield the number of each row, counted from 1, and what its cells hold by column, counted from 0."""
        walk = _SheetWalk(self._meant)
        for _ in self._walked(self._sheets[sheet], walk):
            yield from walk.rows
            walk.rows.clear()

    def merges(self, sheet: str) -> list[Merge]:
        """Return the merged cells of a sheet; they stand behind its rows, so that it is walked once more."""
        walk = _MergeWalk()
        for _ in self._walked(self._sheets[sheet], walk):
            if len(walk.found) > MOST_MERGES:
                raise BadWorkbook(f"the sheet has more than {MOST_MERGES:,} merged cells; unmerge them")
        return walk.found

    # -- parts -----------------------------------------------------------------------------------------------------

    def _walked(self, part: str, walk: "_Walk") -> Iterator[None]:
        """Let ``walk`` see a part, piece by piece."""
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = walk.characters, _refuse
        with self._zip.open(part) as file:
            while data := file.read(CHUNK):
                parser.Parse(data)
                yield
        parser.Parse(b"", True)  # noqa: FBT003 - the parser takes it so

    def _root(self, part: str) -> Element:
        with self._zip.open(part) as file:
            data = file.read(MOST_SMALL + 1)
        if len(data) > MOST_SMALL:
            raise BadWorkbook(f"its {part} is larger than {MOST_SMALL >> 20} MiB; copy the sheet into a new workbook")
        if b"<!DOCTYPE" in data or b"\0" in data:  # nor does Excel write UTF-16, which would hide it
            _refuse()
        return fromstring(data)  # noqa: S314 - see above

    def _named(self, book: Element) -> Iterator[tuple[str, str]]:
        """Yield the visible sheets and the parts they lie in."""
        targets = {one.get("Id"): one.get("Target", "") for one in self._root("xl/_rels/workbook.xml.rels")}
        for sheet in _all(book, "sheet"):
            key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
            if sheet.get("state", "visible") == "visible" and key in targets:
                yield sheet.get("name", ""), _part(targets[key])

    def _shared(self) -> list[str]:
        walk, part = _TextWalk(), "xl/sharedStrings.xml"
        if part in self._zip.namelist():
            list(self._walked(part, walk))
        return walk.texts

    def _styles(self) -> list[str]:
        """Say of each cell style how it shows numbers: see ``looks``."""
        if "xl/styles.xml" not in self._zip.namelist():
            return []
        root = self._root("xl/styles.xml")
        own = {one.get("numFmtId"): xlsx_styles.of_code(one.get("formatCode", "")) for one in _all(root, "numFmt")}
        keys = [one.get("numFmtId", "0") for one in next(_all(root, "cellXfs"), ())]
        return [own.get(key) or xlsx_styles.of_key(key) for key in keys]

    # -- values ----------------------------------------------------------------------------------------------------

    def _meant(self, kind: str, written: str, style: int) -> Value:
        if kind == "s":
            return self._texts[int(written)]
        if kind in ("str", "inlineStr"):
            return _unescaped(written)
        if kind == "e":
            return Mistake(written)
        if kind == "b":
            return written == "1"
        if kind == "d":
            return _civil(datetime.fromisoformat(written))
        number, look = float(written), self._looks[style] if style < len(self._looks) else xlsx_styles.PLAIN
        if look == xlsx_styles.DATE:
            return self._day(number)
        if look == xlsx_styles.PLAIN:
            return number
        whole = look != xlsx_styles.OTHER and number.is_integer() and number >= 0
        return str(int(number)).zfill(len(look)) if whole else Formatted(number)

    def _day(self, number: float) -> Value:
        try:
            return _civil(self._zero + timedelta(seconds=round(number * 86400)))
        except OverflowError:
            return number


class _Walk:
    """Gathers the text within ``t`` and ``v``, but for the pronunciation that may stand beside a text."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.listens = self.aside = False

    def start(self, name: str, facts: Mapping[str, str]) -> None:  # noqa: ARG002 - the parser calls so
        """See an element begin; names come with their namespace, which strict workbooks have of their own."""
        tag = name.rpartition(" ")[2]
        self.listens = tag in ("t", "v") and not self.aside
        if tag == "rPh":
            self.aside = True

    def end(self, name: str) -> None:
        """See an element end."""
        self.listens = False
        if name.endswith("rPh"):
            self.aside = False

    def characters(self, data: str) -> None:
        """Hear text."""
        if self.listens:
            self.text.append(data)

    def heard(self) -> str:
        """Return what was said since this was last asked."""
        text = "".join(self.text)
        self.text.clear()
        return text


class _TextWalk(_Walk):
    """Gathers the texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def end(self, name: str) -> None:
        """See an element end."""
        super().end(name)
        if name.endswith(" si"):
            self.texts.append(_unescaped(self.heard()))


class _MergeWalk(_Walk):
    """Gathers merged cells."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Merge] = []

    def start(self, name: str, facts: Mapping[str, str]) -> None:
        """See an element begin."""
        place = _AREA.fullmatch(facts.get("ref", "")) if name.endswith(" mergeCell") else None
        if place:
            self.found.append(Merge(int(place[2]), column_number(place[1]), int(place[4]), column_number(place[3])))


class _SheetWalk(_Walk):
    """Gathers rows of values. ``meant`` makes a value of a cell's type, text and style."""

    def __init__(self, meant: Callable[[str, str, int], Value]) -> None:
        super().__init__()
        self.meant = meant
        self.rows: list[tuple[int, dict[int, Value]]] = []
        self.number, self.column, self.cells = 0, -1, dict[int, Value]()
        self.cell: Mapping[str, str] = {}
        self.formula = False

    def start(self, name: str, facts: Mapping[str, str]) -> None:
        """See an element begin."""
        super().start(name, facts)
        if name.endswith(" c"):
            place = _PLACE.fullmatch(facts.get("r", ""))
            self.column = column_number(place[1]) if place else self.column + 1
            self.cell, self.formula = facts, False
            self.heard()
        elif name.endswith(" f"):
            self.formula = True
        elif name.endswith(" row"):
            self.number, self.column, self.cells = int(facts.get("r", self.number + 1)), -1, {}

    def end(self, name: str) -> None:
        """See an element end."""
        super().end(name)
        if name.endswith(" c"):
            self._take(self.heard())
        elif name.endswith(" row") and self.cells:
            self.rows.append((self.number, self.cells))

    def _take(self, written: str) -> None:
        if self.column >= MOST_COLUMNS:
            raise BadWorkbook(f"row {self.number} has more than {MOST_COLUMNS:,} columns; save it anew")
        if self.formula:
            self.cells[self.column] = Formula()
        elif written:
            self.cells[self.column] = self.meant(self.cell.get("t", "n"), written, int(self.cell.get("s", 0)))


def _refuse(*_: Any) -> None:  # noqa: ANN401 - whatever was declared
    raise BadWorkbook("the workbook declares XML entities, which Excel never does; save it anew")


def column_number(letters: str) -> int:
    """Return 0 for ``A``, 26 for ``AA``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_letters(number: int) -> str:
    """Return ``A`` for 0, ``AA`` for 26."""
    letters = ""
    while number >= 0:
        letters = chr(ord("A") + number % 26) + letters
        number = number // 26 - 1
    return letters


def _all(root: Element, name: str) -> Iterator[Element]:
    """Return the elements of this name, whatever their namespace."""
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)


def _unescaped(text: str) -> str:
    """Read ``_x0041_`` as A; two halves of a character are joined, a half alone is none."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _civil(instant: datetime) -> date:
    """Return a date; midnight means no time of day was meant."""
    return instant.date() if instant.time() == datetime.min.time() else instant


def _part(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"

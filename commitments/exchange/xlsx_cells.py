"""What the cells of a workbook can hold, and how formats of numbers show it; no library is needed for this."""

import re
from dataclasses import dataclass
from datetime import date

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# Number formats that are dates; those from 27 on in Chinese Excel.
_DATES = {str(key) for key in (*range(14, 23), *range(27, 37), *range(50, 59))}
_AS_IT_IS = ("0", "1", "49")  # general, whole, text
_GENERAL = ("general", "g/通用格式", "@", "0", "0_", "#")
_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # what a number format shows as it stands
DATE, PLAIN, OTHER = "date", "plain", "other"


@dataclass(frozen=True)
class Formula:
    """A cell that computes something."""


@dataclass(frozen=True)
class ErrorValue:
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


Value = str | float | bool | date | Formula | ErrorValue


@dataclass(frozen=True)
class SheetCells:
    """Rows that hold anything, each with its number, counted from 1, and its cells by column, counted from 0."""

    name: str
    rows: list[tuple[int, dict[int, Value]]]
    merges: list[Merge]


def column_letters(number: int) -> str:
    """Return ``A`` for 0, ``AA`` for 26."""
    letters = ""
    while number >= 0:
        letters = chr(ord("A") + number % 26) + letters
        number = number // 26 - 1
    return letters


def unescaped(text: str) -> str:
    """Read ``_x0041_`` as A; two halves of a character are joined, a half alone is none."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def of_key(key: str) -> str:
    """Return the look of a format that Excel knows by its number."""
    return DATE if key in _DATES else PLAIN if key in _AS_IT_IS else OTHER


def of_code(code: str) -> str:
    """Say how a number format shows numbers: as DATE, PLAIN, with zeros in front (``000``), or in some OTHER way."""
    bare = _ASIDE.sub("", code).lower()
    if any(sign in "yd" for sign in bare):
        return DATE
    if code.strip().lower() in _GENERAL:
        return PLAIN
    return code if re.fullmatch("0{2,20}", code) else OTHER

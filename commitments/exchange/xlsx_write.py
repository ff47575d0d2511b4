"""The ledger as a workbook (.xlsx). Needs the package XlsxWriter.

What people wrote is always a text cell, never a formula, number or link; dates are dates. Rows are written in one go
and forgotten, so that a long ledger needs little memory.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from html import escape
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any

from commitments.codes import due_rule_words
from commitments.errors import PackageMissing, TooLongForSheet
from commitments.exchange import columns
from commitments.exchange.cell_guard import FORMULA_STARTS
from commitments.i18n import format_date, meanings, table, word

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 200_000  # as many as are read back
TITLE, HEAD, FIRST = 0, 1, 2  # rows, counted from 0
SPARE = 500  # rows below the last that offer choices too
LINE, TALLEST = 12, 409  # points: not every program works out how tall a row must be
WIDE = 1.75  # digits: how wide a Chinese character is
CELL = 32_767  # characters; Excel repairs a file with more by throwing text away
ZERO = date(1899, 12, 30)  # day 0, right from March 1900 on: Excel thinks 1900 was a leap year
EARLIEST = date(1900, 3, 1)
QUOTED = (*FORMULA_STARTS, "'")  # what a spreadsheet is told to take as text, however it begins
LIGHTS = {"overdue": "#F8CBAD", "due_today": "#FFE699", "due_soon": "#FFF2CC", "review_due": "#FFF2CC",
          "on_track": "#E2EFDA"}  # fmt: skip
Writer = Callable[[int, int, Any], object]  # row, column, value
RULED = {"border": 1, "border_color": "#808080"}
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def workbook(
    rows: Sequence[Mapping[str, Any]], *, unit: str, departments: Sequence[str], locale: str, now: datetime, today: date
) -> bytes:
    """Return the ledger of a unit as it stands ``today``. Rows as of ``rows.read``, each with its ``band`` or None.

    Raises PackageMissing, and TooLongForSheet for more than MOST_ROWS rows.
    """
    if len(rows) > MOST_ROWS:
        raise TooLongForSheet(rows=len(rows), most=MOST_ROWS)
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - an extra
    except ImportError as trouble:
        raise PackageMissing(what=".xlsx", package="XlsxWriter", extra="sheets") from trouble
    words, stream = table(locale, "workbook"), BytesIO()
    with Workbook(stream, {"constant_memory": True}) as book:
        day = format_date(locale, today)
        title = words["title"].format(unit=fit(unit), day=day)
        book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
        choices = _choices(locale, departments)
        verbatim = all(row.get("verbatim") for row in rows if row["quote"])
        _Ledger(book, locale, len(rows), choices, verbatim=verbatim).write(title, rows)
        _write_notes(book, locale, day)
        _write_choices(book, words["choices"], choices)
    return stream.getvalue()


@lru_cache(maxsize=4096)  # most cells say what another has said
def fit(text: str) -> str:
    """Return text as XML can hold it: what is no character becomes U+FFFD."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text) if _UNFIT.search(text) else text


def write_text(sheet: "Worksheet", n: int, column: int, text: str, looks: "Format") -> None:
    """Write a text cell; what the library would take for XML of its own is given to it as such."""
    if _is_run(text):
        text = f'<r><t xml:space="preserve">{escape(_ESCAPE.sub("_x005F_", text), quote=False)}</t></r>'
    sheet.write_string(n, column, text, looks)


def _is_run(text: str) -> bool:
    return text.startswith("<r>") and text.endswith("</r>")


def _escaped(text: str) -> str:
    """Return text as cells hold it (OOXML, ST_Xstring): ``_x0041_`` would be read as A, also where two share a sign."""
    return text if _is_run(text) else _ESCAPE.sub("_x005F_", text)


def _sheet_class() -> type["Worksheet"]:
    """Return a sheet whose texts come back as they were; the library's own escapes miss ``_x0041_x0042_``."""
    from xlsxwriter.worksheet import Worksheet  # noqa: PLC0415 - an extra

    return type("TextSheet", (Worksheet,), {"_escape_control_characters": staticmethod(_escaped)})


def _font(locale: str) -> str:
    return "Calibri" if locale == "en" else "宋体"


class _Ledger:
    """The sheet people work in. ``verbatim`` says that every quote was compared with its letter's text."""

    def __init__(
        self, book: "Workbook", locale: str, length: int, choices: Mapping[str, Sequence[str]],
        *, verbatim: bool,
    ) -> None:  # fmt: skip
        self.verbatim = verbatim
        self.book, self.locale, self.length, self.choices = book, locale, length, choices
        self.words, self.font = table(locale, "workbook"), _font(locale)
        self.sheet: Worksheet = book.add_worksheet(self.words["sheet"], _sheet_class())
        cell, text = {"font_name": self.font, "font_size": 9, "valign": "top", "text_wrap": True}, {"num_format": "@"}
        self.text: Format = book.add_format({**cell, **text})
        self.quoted: Format = book.add_format({**cell, **text, "quote_prefix": True})
        self.day: Format = book.add_format({**cell, "num_format": self.words["day"], "align": "center"})
        self.number: Format = book.add_format({**cell, "align": "center"})
        self.lines = 1.0

    def write(self, title: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write everything; in constant memory, rows come in order."""
        self._lay_out()
        self._head(title)
        writers = [(column, key, self._writer(key)) for column, key in enumerate(columns.COLUMNS)]
        for n, row in enumerate(rows, FIRST):
            self._row(n, {**row, "no": n - FIRST + 1}, writers)
        self._offer_choices()
        self._colour()

    def _row(self, n: int, facts: Mapping[str, Any], writers: Iterable[tuple[int, str, Writer]]) -> None:
        self.lines = 1.0
        for column, key, write in writers:
            if value := facts[key]:
                write(n, column, value)
        self.sheet.set_row(n, min(LINE * self.lines + 5, TALLEST))

    # -- looks -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        sheet, last = self.sheet, FIRST + self.length - 1
        for column, (key, width) in enumerate(columns.COLUMNS.items()):
            sheet.set_column(column, column, width, self.day if key in columns.DATES else self.text)
        sheet.freeze_panes(FIRST, 2)
        sheet.autofilter(HEAD, 0, max(last, HEAD), len(columns.COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(TITLE, HEAD)
        sheet.print_area(TITLE, 0, max(last, HEAD), len(columns.PRINTED) - 1)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(self.words["page"])

    def _head(self, title: str) -> None:
        big = self.book.add_format(
            {"font_name": self.font, "bold": True, "font_size": 18, "align": "center", "valign": "vcenter"}
        )
        looks = {
            "font_name": self.font,
            "bold": True,
            "font_size": 9,
            "border": 1,
            "align": "center",
            "valign": "vcenter",
            "text_wrap": True,
        }
        own = self.book.add_format({**looks, "bg_color": "#DDEBF7"})
        shown = self.book.add_format({**looks, "bg_color": "#D9D9D9"})
        self.sheet.set_row(TITLE, 36)
        self.sheet.merge_range(TITLE, 0, TITLE, len(columns.PRINTED) - 1, "", big)
        write_text(self.sheet, TITLE, 0, title, big)  # which ``merge_range`` would take for a formula or a link
        self.sheet.set_row(HEAD, 3 * LINE + 2)
        for column, key in enumerate(columns.COLUMNS):
            heading = word(self.locale, "field", "entered_quote" if key == "quote" and not self.verbatim else key)
            self.sheet.write_string(HEAD, column, heading, shown if key in columns.SHOWN_ONLY else own)

    def _colour(self) -> None:
        """Colour the lights, and rule every row that has a title: also those added later, and without a blank cell."""
        places, last = list(columns.COLUMNS), FIRST + self.length + SPARE
        light = places.index("band")
        for band, colour in LIGHTS.items():
            said = f'"{word(self.locale, "band", band)}"'
            looks = self.book.add_format({**RULED, "bg_color": colour})
            rule = {"type": "cell", "criteria": "==", "value": said, "format": looks}
            self.sheet.conditional_format(FIRST, light, last, light, rule)
        filled = f'=${chr(ord("A") + places.index("title"))}{FIRST + 1}<>""'
        lines = self.book.add_format(RULED)
        rule = {"type": "formula", "criteria": filled, "format": lines}
        self.sheet.conditional_format(FIRST, 0, last, len(places) - 1, rule)

    # -- cells -----------------------------------------------------------------------------------------------------

    def _writer(self, key: str) -> Writer:
        """Return what writes a cell of this column that is not empty."""
        if key == "no":
            return partial(self._number, self.number)
        if key in columns.DATES:
            return self._day
        width = columns.COLUMNS[key]
        if key in columns.WORDED:
            return lambda n, column, value: self._text(width, n, column, word(self.locale, key, value))
        if key == "support_basis":
            return lambda n, column, value: self._text(width, n, column, self._bases(value))
        if key == "due_rule":
            return lambda n, column, value: self._text(width, n, column, due_rule_words(self.locale, value))
        return partial(self._progress if key == "progress" else self._text, width)

    def _bases(self, known: Mapping[str, str]) -> str:
        return "；".join(f"{name}：{word(self.locale, 'support_basis', basis)}" for name, basis in known.items())

    def _number(self, looks: "Format", n: int, column: int, value: float) -> None:
        self.sheet.write_number(n, column, value, looks)

    def _day(self, n: int, column: int, value: date) -> None:
        if value < EARLIEST:
            self._text(columns.PRINTED["due_on"], n, column, value.isoformat())
        else:
            self.sheet.write_number(n, column, (value - ZERO).days, self.day)

    def _text(self, width: float, n: int, column: int, value: str) -> None:
        text, looks = fit(value), self.quoted if value.startswith(QUOTED) else self.text
        self.lines = max(self.lines, _lines(text, width))
        write_text(self.sheet, n, column, text, looks)

    def _progress(self, width: float, n: int, column: int, value: tuple[date, str]) -> None:
        text = f"{format_date(self.locale, value[0])}{self.words['colon']}{value[1]}"
        self._text(width, n, column, text if len(text) < CELL else f"{text[: CELL - 1]}…")

    def _offer_choices(self) -> None:
        """Let lists drop down; departments may also be typed, since a cell may name several, or a short name."""
        last = FIRST + self.length + SPARE
        for place, (key, options) in enumerate(self.choices.items()):
            column, letter = list(columns.COLUMNS).index(key), chr(ord("A") + place)
            source = f"='{self.words['choices']}'!${letter}$1:${letter}${max(len(options), 1)}"
            rule = {"validate": "list", "source": source, "show_error": key not in columns.DEPARTMENTS}
            self.sheet.data_validation(FIRST, column, last, column, rule)


@lru_cache(maxsize=4096)
def _lines(text: str, width: float) -> float:
    """Reckon how many lines a text takes in a column, a Chinese character being 1.75 digits wide at our size."""
    if len(text) * WIDE <= width and "\n" not in text:
        return 1
    return sum(
        ceil((len(line) + (len(line.encode()) - len(line)) / 2 * (WIDE - 1)) / width) or 1 for line in text.split("\n")
    )


def _choices(locale: str, departments: Sequence[str]) -> dict[str, list[str]]:
    """Return what can be chosen in each column that offers something."""
    worded = {key: _each_word(locale, key) for key in columns.WORDED if key not in columns.SHOWN_ONLY}
    return {**worded, **{key: list(departments) for key in columns.DEPARTMENTS}}


def _each_word(locale: str, group: str) -> list[str]:
    return list(dict.fromkeys(word(locale, group, value) for value in meanings(group).values()))


def _write_notes(book: "Workbook", locale: str, day: str) -> None:
    words, width = table(locale, "workbook"), 72
    sheet = book.add_worksheet(words["notes_sheet"], _sheet_class())
    looks = book.add_format({"font_name": _font(locale), "font_size": 11, "text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, width, looks)
    sheet.set_paper(9)  # A4
    for n, note in enumerate(words["notes"].format(day=day).splitlines(), 1):
        text = f"{n}. {note}"
        sheet.set_row(n - 1, 16 * _lines(text, width) + 4)
        sheet.write_string(n - 1, 0, text, looks)


def _write_choices(book: "Workbook", name: str, choices: Mapping[str, Sequence[str]]) -> None:
    """Keep the lists on a sheet of their own, which nobody sees: a list within a rule may have 255 characters only."""
    sheet, text = book.add_worksheet(name, _sheet_class()), book.add_format({"num_format": "@"})
    for n in range(max(map(len, choices.values()))):
        for column, options in enumerate(choices.values()):
            if n < len(options):
                write_text(sheet, n, column, fit(options[n]), text)
    sheet.hide()

"""Workbooks of other makes, honest and hostile."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils import column_index_from_string

from commitments.errors import Mistake
from commitments.exchange import xlsx_book
from commitments.exchange.xlsx_cells import ErrorValue, Formula, SheetCells, column_letters


def made(*rows: tuple[Any, ...], **facts: Any) -> bytes:
    """Return a workbook of another make, with these rows on its first sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, code in facts.items():
        sheet[place].number_format = code
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """Return the workbook with some parts put in place of its own; named ``xl__workbook_xml``."""
    new = {name.replace("__", "/").replace("_xml", ".xml"): content for name, content in parts.items()}
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in {**dict.fromkeys(old.namelist()), **new}:
            archive.writestr(name, new[name] if name in new else old.read(name))
    return stream.getvalue()


def read(data: bytes) -> SheetCells:
    found = xlsx_book.read(data, ())
    assert found is not None
    return found


def first(data: bytes) -> dict[int, Any]:
    ((_, row),) = read(data).rows
    return row


def sheet(body: str) -> bytes:
    """Return a workbook whose sheet is written by hand."""
    spaced = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{body}</worksheet>'
    return repacked(made(("x",)), xl__worksheets__sheet1_xml=spaced.encode())


def test_values_of_every_type() -> None:
    row = (" 甲\n乙 ", 1007, 12.5, True, date(2019, 12, 31), datetime(2019, 12, 31, 9, 30), "=1+1", "#REF!")
    found = first(made(row))
    assert list(found.values())[:6] == [
        " 甲\n乙 ",
        1007.0,
        12.5,
        True,
        date(2019, 12, 31),
        datetime(2019, 12, 31, 9, 30),
    ]
    assert isinstance(found[6], Formula)
    assert found[7] == ErrorValue("#REF!")


@pytest.mark.parametrize(
    ("code", "shown"),
    [('yyyy"年"m"月"d"日"', date(2019, 12, 31)), ("[$-804]yyyy/m/d;@", date(2019, 12, 31)), ("0.00E+00", 43830.0),
     ('0"day"', 43830.0), ("General", 43830.0), ("m/d/yy h:mm", date(2019, 12, 31))],
)  # fmt: skip
def test_a_number_is_a_date_when_its_format_says_so(code: str, shown: object) -> None:
    assert first(made((43830,), A1=code)) == {0: shown}


@pytest.mark.parametrize(("style", "shown"), [(14, True), (31, True), (57, True), (20, True), (9, False), (49, False)])
def test_formats_without_a_code_are_known_by_number(style: int, *, shown: bool) -> None:
    styles = f'<styleSheet><cellXfs count="1"><xf numFmtId="{style}"/></cellXfs></styleSheet>'.encode()
    assert isinstance(first(repacked(made((43830,)), xl__styles_xml=styles))[0], date) is shown


def test_workbooks_of_old_macintoshes_count_from_1904() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active["A1"] = date(2019, 12, 31)
    stream = BytesIO()
    book.save(stream)
    assert first(stream.getvalue()) == {0: date(2019, 12, 31)}


def test_rich_text_is_one_text_without_its_pronunciation() -> None:
    rich = CellRichText("一是", TextBlock(InlineFont(b=True), "党员"), "治理")
    assert first(made((rich,))) == {0: "一是党员治理"}
    said = '<c t="inlineStr"><is><r><t>市</t></r><rPh sb="0" eb="1"><t>shi</t></rPh></is></c>'
    assert first(sheet(f"<sheetData><row>{said}</row></sheetData>")) == {0: "市"}


def test_cells_without_places_follow_each_other() -> None:
    body = '<c><v>1</v></c><c r="AB7"><v>2</v></c><c t="str"><v>_x0041__x005F_x0042_</v></c>'
    found = read(sheet(f'<sheetData><row r="7">{body}</row></sheetData>'))
    assert found.rows == [(7, {0: 1.0, 27: 2.0, 28: "A_x0042_"})]


def test_strict_workbooks_are_read_like_any_other() -> None:
    data = made(("甲", date(2019, 12, 31)))
    with zipfile.ZipFile(BytesIO(data)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for usual, strict in (
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    ):
        parts = {name: content.replace(usual, strict) for name, content in parts.items()}
    assert first(repacked(data, **parts)) == {0: "甲", 1: date(2019, 12, 31)}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2019-12-31", date(2019, 12, 31)),
        ("2019-12-31T09:30:00", datetime(2019, 12, 31, 9, 30)),
        ("09:30:00", "09:30:00"),
    ],
)
def test_dates_may_be_written_as_such(written: str, shown: object) -> None:
    assert first(sheet(f'<sheetData><row><c t="d"><v>{written}</v></c></row></sheetData>')) == {0: shown}


def test_a_row_far_below_costs_nothing() -> None:
    far = read(sheet('<sheetData><row r="999999999"><c><v>1</v></c></row></sheetData>'))
    assert far.rows == [(999_999_999, {0: 1.0})]


def test_letters_of_columns() -> None:
    assert [column_letters(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_index_from_string(column_letters(n)) == n + 1 for n in range(0, 17000, 7))


def test_hidden_sheets_are_not_seen() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("台账")
    book.worksheets[0].sheet_state = "hidden"
    stream = BytesIO()
    book.save(stream)
    assert read(stream.getvalue()).name == "台账"


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'


@pytest.mark.parametrize(
    "part", ["xl__worksheets__sheet1_xml", "xl__workbook_xml", "xl__styles_xml", "xl__sharedStrings_xml"]
)
def test_entities_are_refused_in_every_part(part: str) -> None:
    with pytest.raises(Mistake, match="declares XML entities"):
        first(repacked(made(("甲",)), **{part: BOMB}))


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(("甲" * 1000,))
    monkeypatch.setattr(xlsx_book, "MOST_SMALL", 100)
    with pytest.raises(Mistake, match="is larger than"):
        read(data)
    monkeypatch.setattr(xlsx_book, "MOST_BYTES", 1000)
    with pytest.raises(Mistake, match="unpacked; split it"):
        read(data)


def test_a_row_without_end_is_refused() -> None:
    with pytest.raises(Mistake, match="more than 16,384 columns"):
        first(sheet(f"<sheetData><row>{'<c/>' * 16_385}</row></sheetData>"))

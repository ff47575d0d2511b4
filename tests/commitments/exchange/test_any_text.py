"""Any text written into a cell is read as the same text: escapes, runs, blanks."""

from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commitments.exchange import columns, xlsx_book, xlsx_write
from tests.thorough import examples

PIECES = [
    "_x0041_",
    "_x",
    "x0042_",
    "_",
    "005F_",
    "x005F_",
    "<r>",
    "</r>",
    "<t>",
    "&lt;",
    " ",
    "\n",
    "甲",
    "𠮷",
    "'",
    '"',
    "A",
]
texts = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])).map(
    "".join
)


def rows_of(data: bytes) -> list[tuple[int, dict[int, Any]]]:
    found = xlsx_book.read(data, ("台账",))
    assert found is not None
    return found.rows


def cell(text: str, place: str = "H3") -> object:
    """Write a text into the workbook and read the cell."""
    row = dict.fromkeys([*columns.COLUMNS, "band"]) | {"title": text}
    data = xlsx_write.workbook(
        [row], unit="市民政局", departments=[text], locale="zh-Hans", now=datetime(2020, 7, 1), today=date(2020, 7, 1)
    )
    rows = dict(rows_of(data))
    return rows[int(place[1:])].get(ord(place[0]) - ord("A"))


@given(texts.filter(bool))
@example("<r>_x0041_")
@example("<r>_x0041_</r>")
@example("<r>_x0041_x0042_</r>")
@example("_x0041_x0042_")
@example(" 甲 ")
@example("\n")
@settings(max_examples=examples(60), deadline=None)
def test_a_cell_holds_the_very_text(text: str) -> None:
    assert cell(text) == text


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">{cells}</row>'
    "</sheetData></worksheet>"
)


def workbook_of(cells: str, shared: str = "") -> bytes:
    """Return the exported workbook with a first row, and shared texts, as another program wrote them."""
    data = xlsx_write.workbook(
        [], unit="", departments=[], locale="zh-Hans", now=datetime(2020, 7, 1), today=date(2020, 7, 1)
    )
    stream = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(stream, "w") as new:
        for name in old.namelist():
            if name not in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
                new.writestr(name, old.read(name))
        new.writestr("xl/worksheets/sheet1.xml", SHEET.format(cells=cells))
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{shared}</sst>')
    return stream.getvalue()


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<t>_x0041_</t>", "A"),
        ("<t>_x005F_x0041_</t>", "_x0041_"),
        ("<t>_x005f_x0041_</t>", "_x0041_"),
        ("<t>_x005F_x0041_x0042_</t>", "_x0041B"),
        ("<t>_xD83D__xDE00_</t>", "😀"),
        ("<t>_xD83D_</t>", "\N{REPLACEMENT CHARACTER}"),
        ('<t xml:space="preserve"> 甲 </t>', " 甲 "),
        ("<r><t>甲</t></r><r><rPr><b/></rPr><t>乙</t></r>", "甲乙"),
        ("<r><t>_x004</t></r><r><t>1_</t></r>", "A"),
        ('<t>东</t><rPh sb="0" eb="1"><t>ひがし</t></rPh>', "东"),
        ('<r><t>东</t></r><rPh sb="0" eb="1"><t>ひがし</t></rPh><r><t>区</t></r>', "东区"),
        ("<t>&lt;r&gt;</t>", "<r>"),
        ("<t>甲_x000D_\n乙</t>", "甲\r\n乙"),
    ],
)
def test_texts_as_other_programs_write_them(inside: str, text: str) -> None:
    inline = workbook_of(f'<c r="A1" t="inlineStr"><is>{inside}</is></c>')
    shared = workbook_of('<c r="A1" t="s"><v>0</v></c>', f"<si>{inside}</si>")
    for data in (inline, shared):
        assert dict(rows_of(data))[1][0] == text

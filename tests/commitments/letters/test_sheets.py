"""Workbooks: a list of measures (责任分解表) is read row by row; those of older programs through LibreOffice."""

from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest

from commitments.letters.errors import UnreadableLetter
from commitments.letters.files import confined, reader
from commitments.letters.reading import read
from tests.commitments.letters.conftest import Converted


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    rows = [
        ["2022年工作任务责任分解表"],
        ["序号", "任务", "牵头单位", "配合单位", "完成时限"],
        [1, "疏通河道3公里", "市水务局", "市财政局", datetime(2022, 10, 31)],
        [2, "新建泵站\n12座", None, None, None],
        [3, "编制规划", "市教育局", "=1+1", "年底前"],
    ]
    for row in rows:
        sheet.append(row)
    for merged in ("A1:E1", "C3:C4", "D3:D4", "E3:E4"):
        sheet.merge_cells(merged)
    book.create_sheet("附").append(["另一张", 0.5, True])
    book.create_sheet("藏").append(["看不见"])
    book["藏"].sheet_state = "hidden"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_rows_repeat_merged_cells_and_hidden_sheets_are_not_read() -> None:
    source = reader.read_file(workbook(), "a.xlsx")
    assert source.lines == [
        "Sheet",
        "2022年工作任务责任分解表",
        "序号\t任务\t牵头单位\t配合单位\t完成时限",
        "1\t疏通河道3公里\t市水务局\t市财政局\t2022年10月31日",
        "2\t新建泵站 12座\t市水务局\t市财政局\t2022年10月31日",
        "3\t编制规划\t市教育局\t\t年底前",
        "附",
        "另一张\t0.5\tTrue",
    ]
    assert "1" in source.warnings[0].message("zh-Hans")


def test_each_row_becomes_a_candidate_with_its_units_and_its_day() -> None:
    found = read(workbook(), "a.xlsx", confined.read_file).candidates
    assert [(one.owners, one.owner_basis, one.due_date) for one in found[:2]] == [
        (("市水务局", "市财政局"), "stated", date(2022, 10, 31)),
        (("市水务局", "市财政局"), "stated", date(2022, 10, 31)),
    ]
    assert len(found) == 3


def test_a_broken_workbook_is_one_sentence() -> None:
    for part in (b"xl/workbook.xml", b"[Content_Types].xml", b"xl/worksheets/sheet1.xml"):
        with pytest.raises(UnreadableLetter):
            reader.read_file(workbook().replace(part, part[:-5] + b"x.xml"), "a.xlsx")


@pytest.mark.parametrize("form", ["xls", "ods", "xlsx"])
def test_workbooks_that_libreoffice_saved(libreoffice: Converted, form: str) -> None:
    found = confined.read_file(libreoffice("rows.xlsx", workbook(), form), f"a.{form}").lines
    assert found[:5] == reader.read_file(workbook(), "a").lines[:5]

"""The ledger as a workbook, looked at through a reader of another make."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitments import storage
from commitments.errors import TooLongForSheet
from commitments.exchange import columns, xlsx_write
from commitments.queries.listing import Filter
from tests.commitments.ledger_desk import DEPARTMENTS, LETTER, ONE, TODAY, Desk
from tests.ledgers import new_engine

NOW = datetime(2020, 7, 1, 1, tzinfo=UTC)


def exported(desk: Desk, locale: str = "zh-Hans", band: str | None = "overdue") -> bytes:
    with storage.reading(desk.engine) as session:
        found, names = columns.rows(session, Filter()), columns.departments(session)
    for row in found:
        row["band"] = band
    return xlsx_write.workbook(found, unit="市民政局", departments=names, locale=locale, now=NOW, today=TODAY)


@given(st.text(max_size=50))
@settings(max_examples=30, deadline=None)
def test_whatever_xml_cannot_hold_is_shown_as_such(text: str) -> None:
    row = dict.fromkeys([*columns.COLUMNS, "band"]) | {"title": text + "\x00\x1f\ud800\uffff"}
    data = xlsx_write.workbook([row], unit=text, departments=[text], locale="en", now=NOW, today=TODAY)
    cell = openpyxl.load_workbook(BytesIO(data))["Ledger"]["H3"]
    assert cell.data_type in ("s", "inlineStr")
    assert str(cell.value).endswith("\N{REPLACEMENT CHARACTER}" * 4)


def test_text_cells_are_text_and_dates_are_dates(tmp_path: Any) -> None:
    desk = Desk(new_engine(tmp_path / "t.db"), tmp_path)
    desk.load(LETTER + DEPARTMENTS + ONE.replace("甲", "=1+1") + "due_on = 2019-12-31\n")
    sheet = openpyxl.load_workbook(BytesIO(exported(desk)))["台账"]
    named = {cell.value: cell.offset(row=1) for cell in sheet[2]}
    assert sheet["A1"].value == "市民政局承诺事项台账（截至2020年7月1日）"
    assert (named["事项"].value, named["事项"].number_format, named["事项"].quotePrefix) == ("=1+1", "@", True)
    assert (named["提案号"].value, named["提案号"].data_type) == ("1007", "s")
    assert named["到期日"].value == datetime(2019, 12, 31)
    assert named["到期日"].number_format == 'yyyy"年"m"月"d"日"'
    assert named["进度"].value == "逾期"
    desk.engine.dispose()


def test_the_sheet_is_ready_for_an_office(tmp_path: Any) -> None:
    desk = Desk(new_engine(tmp_path / "t.db"), tmp_path)
    desk.load(LETTER + DEPARTMENTS + ONE)
    book = openpyxl.load_workbook(BytesIO(exported(desk)))
    sheet = book["台账"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("C3", "A2:AF3", "$1:$2")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
        "landscape",
        9,
        0,
    )
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
    offered = {str(rule.sqref)[0]: rule for rule in sheet.data_validations.dataValidation}
    assert set(offered) == {"G", "J", "K", "L", "O", "Q", "T", "W"}
    assert offered["K"].formula1 == "'选项'!$G$1:$G$3"
    assert [cell.value for cell in book["选项"]["G"]][:3] == ["市民政局", "市委组织部", "市台联"]
    assert book["选项"].sheet_state == "hidden"
    desk.engine.dispose()


def test_a_ledger_too_long_for_a_sheet_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_write, "MOST_ROWS", 1)
    with pytest.raises(TooLongForSheet, match="2 rows are more than a sheet takes"):
        xlsx_write.workbook([{}, {}], unit="", departments=[], locale="en", now=NOW, today=date(2020, 7, 1))


@pytest.mark.parametrize("name", ["=1+1", "http://gz.example", "<r><t>甲</t></r>", "072"])
def test_names_of_units_are_text_too(name: str) -> None:
    data = xlsx_write.workbook([], unit=name, departments=[name], locale="en", now=NOW, today=TODAY)
    book = openpyxl.load_workbook(BytesIO(data))
    assert book["Ledger"]["A1"].value == f"{name}: ledger of commitments (as of 1 July 2020)"
    assert (book["Ledger"]["A1"].data_type, book["Ledger"]["A1"].hyperlink) == ("s", None)
    assert (book["Choices"]["G1"].value, book["Choices"]["G1"].data_type) == (name, "s")

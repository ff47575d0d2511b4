"""Workbooks an office changed, loaded: what is understood, and how mistakes are named."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commitments.errors import LedgerDiffers
from commitments.exchange import text_files
from tests.commitments.exchange.test_writing import exported
from tests.commitments.ledger_desk import DEPARTMENTS, LETTER, NUMBER, ONE, Desk
from tests.ledgers import new_engine

Edit = Callable[[Any], object]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A letter and two commitments, the first with a deadline."""
    desk = Desk(new_engine(tmp_path / "t.db"), tmp_path)
    desk.load(LETTER + DEPARTMENTS + ONE + "due_on = 2019-12-31\n" + ONE.replace("一是", "二是").replace("甲", "乙"))
    yield desk
    desk.engine.dispose()


def edited(desk: Desk, edit: Edit) -> bytes:
    """Return the exported workbook after an office changed its sheet and saved it with another program."""
    book = openpyxl.load_workbook(BytesIO(exported(desk)))
    edit(book["台账"])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def put(**cells: object) -> Edit:
    def edit(sheet: Any) -> None:
        for place, value in cells.items():
            sheet[place] = value

    return edit


@pytest.mark.parametrize(("locale", "name"), [("zh-Hans", "台账"), ("zh-Hant", "臺賬"), ("en", "Ledger")])
def test_the_ledger_is_found_by_its_name_in_any_language(desk: Desk, locale: str, name: str) -> None:
    book = openpyxl.load_workbook(BytesIO(exported(desk, locale)))
    book.create_sheet("封面", 0)["A1"] = "文号"
    stream = BytesIO()
    book.save(stream)
    assert book.sheetnames[1] == name
    assert desk.load(stream.getvalue(), "l.xlsx").unchanged == 2


@pytest.mark.parametrize(
    "value",
    [date(2019, 12, 31), datetime(2019, 12, 31), "2019-12-31", "2019年12月31日", " 2019/12/31 ", "2019.12.31"],
)
def test_dates_may_be_dates_or_text(desk: Desk, value: object) -> None:
    assert desk.load(edited(desk, put(N3=value)), "l.xlsx").unchanged == 2


@pytest.mark.parametrize(
    "edit",
    [
        put(H3="  甲　", K3=" 市民政局", G3="pledge", J3="计划安排 ", Q3="open"),
        put(A1="改过的标题", A3="x", R3="胡写", S3="随手记的进展", A99=" "),
        lambda sheet: sheet.delete_cols(19, 12),
        lambda sheet: sheet.delete_rows(1),
        lambda sheet: sheet.insert_rows(1, 3),
        lambda sheet: setattr(sheet, "title", "Sheet1"),
        put(C2="Document number", K2="主办单位", H2="承诺\n事项", L2="support"),
        lambda sheet: sheet.move_range("H2:H4", cols=40),
    ],
    ids=["blanks and words", "what is not read", "fewer columns", "no title", "lower", "renamed", "headings", "moved"],
)
def test_what_an_office_does_to_a_sheet_changes_nothing(desk: Desk, edit: Edit) -> None:
    assert desk.load(edited(desk, edit), "l.xlsx").unchanged == 2


def test_a_changed_cell_is_shown_and_taken_only_with_update(desk: Desk) -> None:
    data = edited(desk, put(H3="丙", L3="组织部；市台联", N3="2020年3月31日", AD4="完成"))
    with pytest.raises(LedgerDiffers) as caught:
        desk.load(data, "l.xlsx")
    assert "2019-1007-01 title: 甲 → 丙" in caught.value.differences
    assert "2019-1007-01 support: — → 市委组织部、市台联" in caught.value.differences
    assert desk.one().title == "甲"
    data = edited(desk, put(H3="丙", L3="组织部\n市台联", N3="2020年3月31日"))
    assert desk.load(data, "l.xlsx", update=True).updated == ["2019-1007-01"]
    assert (desk.one().title, desk.one().due_on, len(desk.one().support)) == ("丙", date(2020, 3, 31), 2)


def test_a_new_row_gets_a_ref(desk: Desk) -> None:
    new = put(C5=NUMBER, F5=13, H5="丁", K5="组织部", J5="明确承诺", V5="创建比例：0→10 %")
    assert desk.load(edited(desk, new), "l.xlsx").added == ["2019-1007-03"]
    three = desk.one("2019-1007-03")
    assert (three.ordinal, three.lead.name, three.strength) == ("13", "市委组织部", "firm")
    assert [(target.what, target.goal) for target in three.targets] == [("创建比例", 10)]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (put(N3="2019-02-30"), "台账!N3 due_on: 2019-02-30 is not a day of the calendar"),
        (put(N3="年底"), "台账!N3 due_on: 年底 is not a date"),
        (put(N3=datetime(2019, 12, 31, 9)), "台账!N3 due_on: 2019-12-31 09:00 is not a date"),
        (put(N3=20191231, N4=None), "台账!N3 due_on: 20191231 is not a date"),
        (put(N3="=TODAY()"), "台账!N3 due_on: holds a formula; paste its value instead."),
        (put(H4="#REF!"), "台账!H4 title: shows the error #REF!; correct it."),
        (put(G3="承诺"), "台账!G3 kind: '承诺' is not one of pledge, open_item, target"),
        (put(K3="民政"), "台账!K3 lead: there is no department 民政"),
        (put(K3=None), "台账!K3 lead: is missing; give it."),
        (put(V3="很多"), "台账!V3 target: '很多' is not a target; write it like 城市社区创建比例：0→10 %."),
        (put(P3="2020-01-01"), "台账!P3 review_on: stands beside due_on"),
        (put(F4="一是"), "台账!F4 ordinal:"),
        (put(AE2="事 项名"), "台账!AE2 事 项名: there is no such column; perhaps 事项 is meant."),
        (put(AE2="期限推算法"), "台账!AE2 期限推算法: there is no such column"),
        (put(AE2="事项"), "台账!AE2 事项: the column stands there twice; keep one."),
        (put(AH4="旁注", AF3=" "), "台账!AH4: stands in a column without a known heading"),
        (put(H2=None), "台账!2 title: the column is missing; add it."),
        (lambda sheet: sheet.delete_rows(1, 2), "台账!1: no headings were found"),
        (put(H3="甲\n乙"), "台账!H3 title: holds a line break or a tab"),
    ],
)
def test_mistakes_are_named_by_sheet_and_cell(desk: Desk, edit: Edit, told: str) -> None:
    assert told in desk.rejected(edited(desk, edit), "l.xlsx", update=True)
    assert desk.one().title == "甲"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("l.xls", b"", "the file is an .xls workbook; open it and save it as .xlsx"),
        ("l.et", b"", "the file is an .et workbook; open it and save it as .xlsx"),
        ("l.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old .xls or has a password"),
        ("l.xlsx", b"", "the file is no Excel workbook (.xlsx) or is damaged"),
        ("l.xlsx", b"ref,title\r\n", "the file is no Excel workbook (.xlsx) or is damaged"),
    ],
)
def test_what_is_no_workbook_says_what_to_do(desk: Desk, name: str, data: bytes, told: str) -> None:
    assert told in desk.rejected(data, name)


def test_a_damaged_workbook_is_one_sentence(desk: Desk) -> None:
    data = exported(desk)
    for cut in range(0, len(data), 97):
        assert "damaged" in desk.rejected(data[:cut], "l.xlsx")


def test_a_sheet_has_a_longest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "MOST_ROWS", 1)
    assert "more than 1 rows; split it" in desk.rejected(exported(desk), "l.xlsx")


def test_letter_1007_as_libreoffice_saved_it(tmp_path: Path) -> None:
    """The demo's ledger, exported, opened in LibreOffice 7.4 and saved."""
    desk = Desk(new_engine(tmp_path / "t.db"), tmp_path)
    saved = Path(__file__).with_name("libreoffice.xlsx").read_bytes()
    desk.load(Path(__file__).with_name("letter-1007.toml").read_text("utf-8"))
    assert desk.load(saved, "saved.xlsx").unchanged == 8
    desk.engine.dispose()

"""What spreadsheets and offices do to a workbook: dates made of ordinals, formats, merges, columns of their own."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from commitments.errors import LedgerRejected
from tests.commitments.exchange.test_reading import Edit, edited
from tests.commitments.ledger_desk import DEPARTMENTS, LETTER, NUMBER, ONE, Desk
from tests.ledgers import new_engine


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(new_engine(tmp_path / "t.db"), tmp_path)
    desk.load(LETTER + DEPARTMENTS + ONE + "due_on = 2019-12-31\n" + ONE.replace("一是", "二是").replace("甲", "乙"))
    yield desk
    desk.engine.dispose()


def cell(place: str, value: object, form: str = "General") -> Edit:
    def edit(sheet: Any) -> None:
        sheet[place].value, sheet[place].number_format = value, form

    return edit


def told(desk: Desk, edit: Edit, locale: str = "zh-Hans") -> str:
    with pytest.raises(LedgerRejected) as caught:
        desk.load(edited(desk, edit), "l.xlsx", update=True)
    return caught.value.message(locale)


@pytest.mark.parametrize("form", ["yyyy-mm-dd", 'm"月"d"日"', "d-mmm", "m-d", "[$-804]yyyy/m/d"])
@pytest.mark.parametrize(
    ("place", "name"),
    [("F3", "函内序号"), ("E3", "章节"), ("H3", "事项"), ("I3", "答复函原文"),
     ("C3", "文号"), ("B3", "编号"), ("M3", "期限原文"),
     ("K3", "主办"), ("L3", "会办"), ("U3", "前提"), ("G3", "类别"), ("X3", "期限推算")],
)  # fmt: skip
def test_a_date_cell_in_a_text_column_is_refused_by_cell(desk: Desk, place: str, name: str, form: str) -> None:
    assert (
        f"台账!{place} {name}：单元格是日期 2026-03-01，可能是 3-1 一类的文字被表格程序改成了日期；"
        "请把单元格设为文本格式，再照函中的写法填写。"
    ) in told(desk, cell(place, datetime(2026, 3, 1), form))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (cell("F3", 3.1), "台账!F3 函内序号：单元格是数值 3.1，"),
        (cell("F3", 3.1, "0.00"), "台账!F3 函内序号：单元格是数值 3.1，"),
        (cell("H3", 0.5, "0%"), "台账!H3 事项：单元格是数值 0.5，"),
        (cell("H3", 1234, "#,##0"), "台账!H3 事项：单元格是数值 1234，"),
        (cell("H3", 12345678901234570), "台账!H3 事项：单元格是数值 12345678901234570"),
        (cell("H3", True), "台账!H3 事项：单元格是逻辑值 TRUE；"),
        (cell("N3", False), "台账!N3 到期日：单元格是逻辑值 FALSE；"),
        (cell("H3", "=1+1"), "台账!H3 事项：是公式；请改为粘贴它的值。"),
        (cell("F3", "#REF!"), "台账!F3 函内序号：显示错误 #REF!；请改正。"),
        (cell("N3", 43830), "台账!N3 到期日：43830 不是日期；"),
        (cell("N3", 20191231), "台账!N3 到期日：20191231 不是日期；"),
        (cell("N3", "明年底"), "台账!N3 到期日：明年底 没有写明公历年份，"),
        (cell("N3", "31/12/2019"), "台账!N3 到期日：31/12/2019 的读法不确定，可能是 2019-12-31；"),
        (cell("T3", "没办"), "台账!T3 结果：'没办' 不在可选值之内：已兑现（kept）、"),
    ],
)
def test_what_is_not_certain_is_refused_by_cell(desk: Desk, edit: Edit, said: str) -> None:
    problems = told(desk, edit)
    assert said in problems
    assert "有 1 处错误" in problems


@pytest.mark.parametrize(
    ("edit", "field", "value"),
    [
        (cell("F3", 3), "ordinal", "3"),
        (cell("F3", 7, "000"), "ordinal", "007"),
        (cell("F3", 7.0, "@"), "ordinal", "7"),
        (cell("F3", "3-1", "@"), "ordinal", "3-1"),
        (cell("F3", "3月1日", "@"), "ordinal", "3月1日"),
        (cell("H3", 1007.0), "title", "1007"),
        (cell("N3", date(2020, 3, 1), "m-d"), "due_on", date(2020, 3, 1)),
        (cell("N3", "2027年底", "@"), "due_on", date(2027, 12, 31)),
        (cell("J3", "明确承诺"), "strength", "firm"),
    ],
)
def test_what_is_certain_is_taken_as_it_shows(desk: Desk, edit: Edit, field: str, value: object) -> None:
    desk.load(edited(desk, edit), "l.xlsx", update=True)
    assert getattr(desk.one(), field) == value


# -- the office's own ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [("备注",), ("备注", "联系人"), ("经办人", "电话", "批示")])
def test_columns_of_the_office_are_left_alone_with_one_warning(desk: Desk, names: tuple[str, ...]) -> None:
    def edit(sheet: Any) -> None:
        for n, name in enumerate(names):
            sheet.cell(2, 31 + n).value, sheet.cell(3, 31 + n).value = name, datetime(2026, 3, 1)

    loaded = desk.load(edited(desk, edit), "l.xlsx")
    (warning,) = loaded.warnings
    assert loaded.unchanged == 2
    assert getattr(warning, "message")("zh-Hans") == (  # noqa: B009 - a Problem
        f"台账：{'、'.join(names)} 不是台账的列，其内容未读入，只留在文件里。"
    )


def new_rows(sheet: Any, *merged: str, **more: str) -> None:
    """Add three rows that share their letter and their lead."""
    for n, title in enumerate("丙丁戊", 5):
        sheet[f"H{n}"], sheet[f"F{n}"] = title, title
    sheet["C5"], sheet["K5"] = NUMBER, "市民政局"
    for place, value in more.items():
        sheet[place] = value
    for area in merged:
        sheet.merge_cells(area)


def test_a_merged_cell_says_the_same_in_each_row(desk: Desk) -> None:
    loaded = desk.load(edited(desk, lambda sheet: new_rows(sheet, "C5:C7", "K5:K7", "L6:L7", L6="市台联")), "l.xlsx")
    assert len(loaded.added) == 3
    rows = [desk.one(ref) for ref in loaded.added]
    assert [(row.lead.name, row.letter.document_number) for row in rows] == [("市民政局", NUMBER)] * 3
    assert [[each.name for each in row.support] for row in rows] == [[], ["市台联"], ["市台联"]]


def test_a_merge_that_reaches_below_makes_no_rows(desk: Desk) -> None:
    loaded = desk.load(edited(desk, lambda sheet: new_rows(sheet, "C5:C40", "K5:K40")), "l.xlsx")
    assert len(loaded.added) == 3


@pytest.mark.parametrize(
    ("merged", "said"),
    [
        ("H5:H7", "台账!H5:H7 事项：合并了单元格，而每条事项应各有自己的内容；请取消合并，逐行填写。"),
        ("F5:F6", "台账!F5:F6 函内序号：合并了单元格，"),
        ("K5:L7", "台账!K5:L7 主办：跨列合并了单元格；请取消合并，逐列填写。"),
    ],
)
def test_a_merge_that_cannot_repeat_is_named_by_its_cells(desk: Desk, merged: str, said: str) -> None:
    assert said in told(desk, lambda sheet: new_rows(sheet, "C5:C7", merged))


def test_merges_that_touch_no_commitment_do_nothing(desk: Desk) -> None:
    def edit(sheet: Any) -> None:
        for area in ("A50:D60", "AG3:AH4", "R3:S4", "A3:A4"):
            sheet.merge_cells(area)

    assert desk.load(edited(desk, edit), "l.xlsx").unchanged == 2


def test_hidden_and_filtered_rows_count_and_other_sheets_do_not(desk: Desk) -> None:
    def edit(sheet: Any) -> None:
        new_rows(sheet, "C5:C7", "K5:K7")
        sheet.row_dimensions[6].hidden = True
        sheet.column_dimensions["K"].hidden = True
        sheet.auto_filter.ref = "A2:AD7"
        sheet.auto_filter.add_filter_column(7, ["丙"])
        other = sheet.parent.create_sheet("旧表", 0)
        other.append(["文号", "事项", "主办"])
        other.append(["别号", "别的", "别人"])

    assert len(desk.load(edited(desk, edit), "l.xlsx").added) == 3


def test_mistakes_are_said_in_the_language_of_the_ledger(desk: Desk) -> None:
    edit = cell("N3", "2019-02-30")
    assert told(desk, edit, "zh-Hant").endswith(
        "台账!N3 到期日：2019-02-30 在日曆上不存在；請寫成 2019-12-31 這樣的日期。"
    )
    assert told(desk, edit, "en").endswith(
        "台账!N3 due_on: 2019-02-30 is not a day of the calendar; write it like 2019-12-31."
    )

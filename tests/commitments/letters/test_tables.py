"""Lists of measures as tables (责任分解表): a row is a pledge with the units and the time that its columns state."""

from datetime import date

import pytest

from commitments.letters.files import reader
from commitments.letters.reading import read as whole
from tests.commitments.letters.reading import read

HEAD = "序号\t任务\t配合单位\t牵头单位\t完成时限"
LED = "下一步，我局将按下表推进：\n"


def of_row(row: str, head: str = HEAD) -> tuple[tuple[str, ...], str, str | None, date | None]:
    (found,) = read(f"{LED}{head}\n{row}")
    return found.owners, found.owner_basis, found.due_text, found.due_date


def test_the_columns_say_who_leads_and_by_when() -> None:
    row = "1\t依据《规划（2018—2030年）》与市教育局对接，2024年发文\t市财政局、各区（县）政府\t市人社局\t2023年10月底前"
    owners = ("市人社局", "市财政局", "各区（县）政府")
    assert of_row(row) == (owners, "stated", "2023年10月底前", date(2023, 10, 31))


@pytest.mark.parametrize(
    ("support", "lead", "owners"),
    [
        ("市财政局", "我局", ("云州市交通运输局", "市财政局")),
        ("—", "宁川燃气集团", ("宁川燃气集团",)),
        ("无", "牵头：市教育局", ("市教育局",)),
        ("市财政局配合", "市教育局牵头", ("市教育局", "市财政局")),
        ("市财政局 市民政局等", "市教育局", ("市教育局", "市财政局", "市民政局")),
    ],
)
def test_units_as_cells_name_them(support: str, lead: str, owners: tuple[str, ...]) -> None:
    assert of_row(f"1\t新建公厕2座\t{support}\t{lead}\t年底前")[0] == owners


def test_a_time_that_is_no_day_is_kept_and_none_is_made_of_it() -> None:
    assert of_row("1\t2024年起新建公厕2座\t—\t市城管局\t分批")[2:] == ("分批", None)


def test_a_title_across_the_table_does_not_end_it() -> None:
    rows = ["1\t建库\t—\t市财政局\t年底前", "二、服务提升", "2\t开馆\t—\t市教育局\t长期", "以上工作由我局统筹。"]
    found = read("\n".join([LED.strip(), HEAD, *rows, "3\t别的\t—\t市教育局\t长期"]))
    assert [one.quote for one in found if "\t" in one.quote] == [rows[0], rows[2]]


def test_a_heading_of_two_rows_is_one() -> None:
    head = "序号\t任务\t责任单位\t责任单位\t时限\n序号\t任务\t配合单位\t牵头单位\t时限"
    assert of_row("1\t建库\t市财政局\t市民政局\t年底前", head)[0] == ("市民政局", "市财政局")


def page(rows: str) -> list[str]:
    return reader.read_file(f"<html><body><p>甲</p><table>{rows}</table><p>乙</p></body></html>".encode(), "a").lines[
        1:-1
    ]


def test_merged_cells_of_a_page_repeat_themselves() -> None:
    assert page(
        "<tr><th>任务<th>责任单位<th colspan=2>要求</tr>"
        "<tr><td>建库<td rowspan=2>市财政局<td>一<td rowspan=2>年底前</tr>"
        "<tr><td>开馆<td>二</tr><tr><td>招聘<td>市教育局<td colspan=2>长期</tr>"
    ) == [
        "任务\t责任单位\t要求\t要求",
        "建库\t市财政局\t一\t年底前",
        "开馆\t市财政局\t二\t年底前",
        "招聘\t市教育局\t长期\t长期",
    ]


def test_below_a_heading_cells_of_several_lines_are_one_line() -> None:
    rows = (
        "<tr><td>任务<td>责任单位<td>时限</tr><tr><td><p>建库，</p><p>开馆</p><td>市财政局<br>市教育局<td>年底前</tr>"
    )
    assert page(rows) == ["任务\t责任单位\t时限", "建库， 开馆\t市财政局 市教育局\t年底前"]


def test_a_table_that_lays_out_a_page_keeps_its_lines() -> None:
    inner = "<table><tr><td>任务<td>时限</tr><tr><td>建库<td>年底前</tr></table>"
    rows = f"<tr><td rowspan=2><p>首页</p><p>登录</p><td><p>正文</p>{inner}<p>落款</p></tr><tr><td>页脚</tr>"
    assert page(rows) == ["首页", "登录", "正文", "任务\t时限", "建库\t年底前", "落款", "页脚"]


@pytest.mark.parametrize(
    "broken",
    ["<tr><td>丙", "<td>丙</td>", "<tr>丙</tr>", "<table>丙", "</tr></table>丙", "<tr><td colspan=x rowspan=0>丙</tr>",
     "<tr></tr>丙<tr><td>丁</tr>", "<table><table><tr><td>丙</table>"],
)  # fmt: skip
def test_no_words_are_lost_in_a_broken_table(broken: str) -> None:
    assert "丙" in page(broken)


def test_endless_spans_end() -> None:
    found = page("<tr><td colspan=9999 rowspan=9999>甲<td>乙</tr>" + "<tr><td>丙</tr>" * 50)
    assert len(found) == 51
    assert max(map(len, found)) < 200


def test_a_table_behind_the_signature_belongs_to_the_letter() -> None:
    table = ["任务\t牵头单位\t完成时限", "新建公厕2座\t市城管局\t2023年10月底前", "二、服务", "开馆\t市教育局\t年底前"]
    lines = [
        "市工商联：",
        "贵会提出的建议收悉，现答复如下。我局高度重视，会同有关部门作了研究，意见如下：",
        "2023年6月9日",
        "附件",
    ]
    found = whole("\n".join([*lines, *table, "上一篇", "首页\t登录\t注册"]).encode(), "a.txt")
    assert [one.owners for one in found.candidates] == [("市城管局",), ("市教育局",)]
    assert "首页\t登录\t注册" in found.document.quarantined


@pytest.mark.parametrize(
    ("row", "owners", "due"),
    [
        ("1\t2024年起新建公厕2座\t市财政局\t市城管局", ("市城管局", "市财政局"), None),
        ("2024年起新建公厕2座\t市财政局\t市城管局\t年底前", ("市城管局", "市财政局"), date(2023, 12, 31)),
    ],
    ids=["the last", "the first"],
)
def test_an_empty_cell_at_the_end_of_a_row_moves_no_column(row: str, owners: tuple[str, ...], due: date | None) -> None:
    found = of_row(row)
    assert found[0] == owners
    assert due is None or found[3] == due

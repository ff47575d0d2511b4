"""CSV as spreadsheet programs save it: accepted; real mistakes named by line and column."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commitments import i18n
from tests.commitments.ledger_desk import DEPARTMENTS, LETTER, NUMBER, Desk
from tests.ledgers import new_engine

HEAD = "letter,ordinal,title,lead,support,due_on"
ROWS = [f"{NUMBER},一,甲,市民政局,市委组织部；市台联,2019-12-31", f"{NUMBER},二,乙,市民政局,,2020-03-31"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(new_engine(tmp_path / "t.db"), tmp_path)
    desk.load(LETTER + DEPARTMENTS)
    yield desk
    desk.engine.dispose()


def table(*lines: str, end: str = "\r\n", parting: str = ",") -> str:
    return end.join(lines).replace(",", parting) + end


PLAIN = table(HEAD, *ROWS)
ZH = "文号,函内序号,事项,主办,会办,到期日"
AS_SAVED = {
    "with a mark": PLAIN.encode("utf-8-sig"),
    "line feeds": table(HEAD, *ROWS, end="\n").encode(),
    "carriage returns": table(HEAD, *ROWS, end="\r").encode(),
    "no last line end": PLAIN.rstrip().encode(),
    "semicolons": table(HEAD, *ROWS, parting=";").encode(),
    "sep= and semicolons": b"sep=;\r\n" + table(HEAD, *ROWS, parting=";").encode(),
    "a mark and sep=": b"\xef\xbb\xbfsep=,\r\n" + PLAIN.encode(),
    "quoted sep=": b'"sep=|"\n' + table(HEAD, *ROWS, parting="|").encode(),
    "tabs": table(HEAD, *ROWS, parting="\t").encode(),
    "Unicode text": table(HEAD, *ROWS, parting="\t").encode("utf-16"),
    "Unicode text, big": b"\xfe\xff" + table(HEAD, *ROWS, parting="\t").encode("utf-16-be"),
    "GB18030": PLAIN.encode("gb18030"),
    "GB18030, semicolons": table(ZH, *ROWS, parting=";").encode("gb18030"),
    "short rows": table(HEAD, ROWS[0], f"{NUMBER},二,乙,市民政局").encode(),
    "empty columns": table(f"{HEAD},,", *(f"{row},," for row in ROWS)).encode(),
    "empty columns in rows": table(HEAD, *(f"{row},,," for row in ROWS)).encode(),
    "last rows of blanks and commas": table(HEAD, *ROWS, ",,,,,", " , ,　,,,", "", ",").encode(),
    "blank rows between": table(HEAD, ROWS[0], "", ",,,,,", ROWS[1]).encode(),
    "everything quoted": table(*(",".join(f'"{c}"' for c in line.split(",")) for line in (HEAD, *ROWS))).encode(),
    "blanks around": table(*(line.replace(",", " , ") for line in (HEAD, *ROWS))).encode(),
    "line breaks in a heading": PLAIN.replace("ordinal", '"函内\r\n序号"').encode(),
    "Chinese headings": table(ZH, *ROWS).encode(),
    "English headings": table("Document number,Ordinal,Commitment,Lead,Supporting,Due", *ROWS).encode()
    .replace(b"Supporting", b"support"),
    "a title above": table("市民政局承诺事项台账,,,,,", "", HEAD, *ROWS).encode(),
    "columns worked out": table(f"序号,{HEAD},进度", *(f"{n},{row},正常" for n, row in enumerate(ROWS, 1))).encode(),
    "moved": table("due_on,title,lead,letter,ordinal", f"2019-12-31,甲,市民政局,{NUMBER},一").encode(),
}  # fmt: skip


@pytest.mark.parametrize("data", AS_SAVED.values(), ids=AS_SAVED)
def test_what_spreadsheets_save_is_accepted(desk: Desk, data: bytes) -> None:
    loaded = desk.load(data, "l.csv")
    assert loaded.warnings == []
    one = desk.one()
    assert (one.title, one.ordinal, str(one.due_on), one.lead.name) == ("甲", "一", "2019-12-31", "市民政局")
    assert desk.load(data, "l.csv").unchanged == len(loaded.added)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([HEAD, f"{NUMBER},一,甲"], "line 2 lead: is missing; give it."),
        ([HEAD, "", ROWS[0], f"{NUMBER},二,,市民政局"], "line 4 title: is missing; give it."),
        ([HEAD, ROWS[0] + ",多"], "line 2: has more cells than there are headings; even them out."),
        (["letter,title,leed", ROWS[0]], "line 1 leed: there is no such column; perhaps lead is meant."),
        ([HEAD, '"甲,乙'], "line 2: not readable as CSV"),
        ([HEAD, ROWS[0].replace("2019-12-31", "2019-02-30")], "line 2 due_on: 2019-02-30 is not a day of the calendar"),
        ([HEAD, ROWS[0].replace("2019-12-31", "明年6月底")], "line 2 due_on: 明年6月底 is not a date without its year"),
        ([HEAD, ROWS[0].replace("2019-12-31", "31/12/2019")], "line 2 due_on: 31/12/2019 is not clear; it may be 2019"),
        (["甲,乙", "丙,丁"], "line 1 letter: the column is missing; add it."),
    ],
)
def test_real_mistakes_are_named_by_line_and_column(desk: Desk, lines: list[str], told: str) -> None:
    assert told in desk.rejected(table(*lines), "l.csv")


@pytest.mark.parametrize(
    "written",
    ["3月1日", "2026/3/1", "1-Mar", "Mar-01", "2026-03-01", "2026年3月1日", "2026年3月", "3/1/2026", "01-Mar-26",
     "2026/3/1 0:00", "1.00E+05"],
)  # fmt: skip
@pytest.mark.parametrize("column", ["ordinal", "section"])
def test_an_ordinal_that_became_a_date_is_refused_by_its_row(desk: Desk, column: str, written: str) -> None:
    data = table(f"letter,title,lead,{column}", f"{NUMBER},甲,市民政局,{written}")
    assert f"line 2 {column}: {written} looks like an ordinal such as 3-1" in desk.rejected(data, "l.csv")


@pytest.mark.parametrize("written", ["3-1", "3.1", "3/1", "一是", "(1)", "072", "3月1日前", "'3月1日", "2026"])
def test_an_ordinal_that_is_one_stays_as_typed(desk: Desk, written: str) -> None:
    desk.load(table("letter,title,lead,ordinal", f"{NUMBER},甲,市民政局,{written}"), "l.csv")
    assert desk.one().ordinal == written.removeprefix("'")
    assert desk.load(desk.dump("csv"), "back.csv").unchanged == 1


def test_dates_in_prose_are_prose(desk: Desk) -> None:
    data = table("letter,title,lead,due_text,quote", f"{NUMBER},2026/3/1,市民政局,3月1日,2026年3月1日")
    desk.load(data, "l.csv")
    assert (desk.one().title, desk.one().due_text) == ("2026/3/1", "3月1日")


@pytest.mark.parametrize(
    ("text", "day"),
    [("2027年底", "2027-12-31"), ("2027/3/1", "2027-03-01"), ("20270301", "2027-03-01"),
     ("2027年一季度", "2027-03-31"), ("２０２７年３月", "2027-03-31")],
)  # fmt: skip
def test_dates_in_words_are_read_as_everywhere(desk: Desk, text: str, day: str) -> None:
    desk.load(table(HEAD, f"{NUMBER},一,甲,市民政局,,{text}"), "l.csv")
    assert str(desk.one().due_on) == day


def test_columns_of_the_office_are_left_alone_with_one_warning(desk: Desk) -> None:
    data = table(f"备注,{HEAD},联系人", *(f"记{n},{row},张三" for n, row in enumerate(ROWS)))
    loaded = desk.load(data, "l.csv")
    (warning,) = loaded.warnings
    assert len(loaded.added) == 2
    assert warning == "备注, 联系人: not columns of the ledger; what they hold was not read and stays in the file only."
    told = getattr(warning, "message")("zh-Hans")  # noqa: B009 - a Problem
    assert told == "备注、联系人 不是台账的列，其内容未读入，只留在文件里。"


# -- words -----------------------------------------------------------------------------------------------------

GROUPS = ("kind", "strength", "owner_basis", "due_basis", "state", "outcome", "grade")


@pytest.mark.parametrize("group", GROUPS)
def test_every_word_stands_for_its_code(group: str) -> None:
    for word, value in i18n.meanings(group).items():
        for written in (word, value, f" {word} ", value.upper(), value.replace("_", "-"), word.removeprefix("已")):
            assert i18n.value_of(group, written) == value
    assert i18n.value_of(group, "") is i18n.value_of(group, "别的") is None


@pytest.mark.parametrize(
    ("group", "written", "value"),
    [("outcome", "兑现", "kept"), ("outcome", "兌現", "kept"), ("outcome", "Partly kept", "partly_kept"),
     ("state", "办理中", "open"), ("state", "待验收", "reported_done"), ("state", "已报办结", "reported_done"),
     ("state", "销号", "closed"), ("strength", "附条件", "conditional"), ("kind", "ＯＰＥＮ_item", "open_item")],
)  # fmt: skip
def test_words_people_use(group: str, written: str, value: str) -> None:
    assert i18n.value_of(group, written) == value


def test_words_are_read_in_csv_and_toml(desk: Desk) -> None:
    row = f"{NUMBER},一,甲,市民政局,量化目标,明确承诺,答復單位自辦,已销号,兑现,2020-06-01"
    data = table("letter,ordinal,title,lead,kind,strength,owner_basis,state,outcome,closed_on", row)
    desk.load(data, "l.csv")
    one = desk.one()
    assert (one.kind, one.strength, one.owner_basis, one.state, one.outcome) == (
        "target", "firm", "self", "closed", "kept",
    )  # fmt: skip
    toml = f'[[commitment]]\nletter = "{NUMBER}"\nordinal = "一"\ntitle = "甲"\nlead = "市民政局"\nstate = "已销号"\n'
    assert desk.load(toml + 'outcome = "已兑现"\nclosed_on = 2020-06-01\n').unchanged == 1


def test_an_unknown_word_lists_what_there_is_in_the_readers_language(desk: Desk) -> None:
    data = table("letter,ordinal,title,lead,状态", f"{NUMBER},一,甲,市民政局,办理")
    with pytest.raises(Exception, match="is not one of draft, open, reported_done, closed") as caught:
        desk.load(data, "l.csv")
    assert "第2行 状态：'办理' 不在可选值之内：待确认（draft）、办理中（open）、" in caught.value.message("zh-Hans")
    assert "；是否指 办理中？" in caught.value.message("zh-Hans")
    assert "第2行 状态：'办理' 不在可選值之內：" in caught.value.message("zh-Hant")

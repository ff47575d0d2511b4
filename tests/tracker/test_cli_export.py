"""Exports at the command line."""

import json
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from freezegun import freeze_time
from icalendar import Calendar

from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")


@pytest.fixture(autouse=True)
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Letter 1007, on the day before a deadline."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    with freeze_time("2019-12-30T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        assert run(["progress", "2019-1007-02", "--note", "清单已报送审定"]) == 0
        capsys.readouterr()
        yield tmp_path


def said(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str, str]:
    code = run(list(line))
    found = capsys.readouterr()
    return code, found.out, found.err


def sheet(name: str = "a.xlsx", tab: str = "台账") -> list[dict[str, Any]]:
    """Return the rows of a workbook by heading."""
    _, head, *rest = openpyxl.load_workbook(name)[tab].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rest]


def test_a_workbook_holds_every_commitment(office: Path) -> None:
    assert run(["export", "xlsx", "a.xlsx"]) == 0
    found = sheet()
    assert [row["编号"] for row in found] == [f"2019-1007-{n:02}" for n in range(1, 12)]
    assert [row["序号"] for row in found] == list(range(1, 12))
    second = found[1]
    assert (second["主办"], second["会办"], second["提案号"]) == ("市民政局", "各区政府", "1007")
    assert (second["进度"], second["状态"]) == ("临近到期", "办理中")
    assert second["最近进展"] == "2019年12月30日：清单已报送审定"
    assert found[7]["量化目标"] == "城市社区创建比例：0→10 %\n农村社区创建比例：0→15 %"


def test_a_workbook_in_english(office: Path) -> None:
    assert run(["--language", "en", "export", "xlsx", "a.xlsx", "--kind", "target"]) == 0
    row, undated = sheet(tab="Ledger")
    assert (row["Ref"], row["Kind"], row["Status"]) == ("2019-1007-08", "target", "due soon")
    assert (undated["Ref"], undated["Supporters known from"]) == ("2019-1007-11", "各区政府：named in the letter")


@pytest.mark.parametrize(
    ("line", "refs"),
    [("--search 清单", ["02", "07"]), ("--state closed", []), ("--department 市委政法委", ["03"]),
     ("--kind open_item --letter 1007", ["06", "07", "09", "10"]), ("--overdue", []),
     ("--due-within 5d --kind target", ["08"])],
)  # fmt: skip
def test_every_form_takes_the_filters_of_list(line: str, refs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    wanted = [f"2019-1007-{ref}" for ref in refs]
    assert run(["export", "xlsx", "a.xlsx", *line.split()]) == 0
    assert [row["编号"] for row in sheet()] == wanted
    told = json.loads(said(capsys, "export", "json", "-", *line.split())[1])
    assert [row["ref"] for row in told["commitments"]] == wanted
    assert run(["export", "ics", "a.ics", *line.split()]) == 0
    events = Calendar.from_ical(Path("a.ics").read_bytes()).walk("VEVENT")
    assert [str(event["uid"]).partition("@")[0] for event in events] == wanted


@pytest.mark.parametrize("form", ["csv", "json"])
def test_csv_and_json_are_what_list_prints(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", form, "a.txt"]) == 0
    assert Path("a.txt").read_bytes().decode() == said(capsys, "list", f"--{form}")[1]
    assert said(capsys, "export", form, "-") == (0, Path("a.txt").read_bytes().decode(), "")


def test_a_calendar_has_the_dates_and_rings_at_the_send_time(office: Path) -> None:
    assert run(["export", "ics", "a.ics", "--department", "市民政局"]) == 0
    read = Calendar.from_ical(Path("a.ics").read_bytes())
    first = read.walk("VEVENT")[0]
    assert read["x-wr-calname"] == "市民政局 承诺事项日历"
    assert first["summary"] == "到期：党员参与社区治理机制 2019-1007-01"
    assert first.decoded("dtstart").isoformat() == "2019-12-31"
    assert first.walk("VALARM")[-1]["trigger"].to_ical() == b"PT9H"


def test_a_file_that_cannot_be_written_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, told = said(capsys, "export", "ics", "no/such/folder.ics")
    assert (code, told.count("\n")) == (1, 1)
    assert "no/such/folder.ics 未能写入" in told


def test_without_the_package_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    code, _, told = said(capsys, "export", "xlsx", "a.xlsx")
    assert (code, told) == (1, "tracker: 生成 .xlsx 文件需要 XlsxWriter：pip install 'yinuo[sheets]'。\n")
    assert not Path("a.xlsx").exists()


def test_a_workbook_loads_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "xlsx", "a.xlsx"]) == 0
    assert said(capsys, "ledger", "load", "a.xlsx")[:2] == (
        0,
        "新增0条，更新0条，未变11条；另有部门0个、答复函0件\n",
    )
    book = openpyxl.load_workbook("a.xlsx")
    book["台账"].append(
        [None, None, "穗民案[2019]89号", None, "三", "六是", None, "社区工作简报", None, None, "市民政局"]
    )
    book.save("b.xlsx")
    told = json.loads(said(capsys, "ledger", "load", "b.xlsx", "--quiet", "--json")[1])
    assert (told["added"], told["unchanged"]) == (["2019-1007-12"], 11)
    assert "2019-1007-12" not in said(capsys, "remind", "--dry-run")[1]


def test_a_mistake_in_a_workbook_names_its_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "xlsx", "a.xlsx"]) == 0
    book = openpyxl.load_workbook("a.xlsx")
    book["台账"]["N7"] = "=N3"
    book.save("a.xlsx")
    code, _, told = said(capsys, "ledger", "load", "a.xlsx")
    assert code == 1
    assert "台账!N7 due_on: holds a formula" in told

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
def office(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Letter 1007, on the day before a deadline."""
    with freeze_time("2019-12-30T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        assert run(["progress", "2019-1007-02", "--note", "清单已报送审定"]) == 0
        capsys.readouterr()
        yield place


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
     ("--kind open_item --letter 1007", ["09", "10", "06", "07"]), ("--overdue", []),
     ("--due-within 5d --kind target", ["08"])],
)  # fmt: skip
def test_every_form_takes_the_filters_of_list(line: str, refs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    wanted = [f"2019-1007-{ref}" for ref in refs]
    assert run(["export", "xlsx", "a.xlsx", *line.split()]) == 0
    assert [row["编号"] for row in sheet()] == sorted(wanted)
    told = json.loads(said(capsys, "export", "json", "-", *line.split())[1])
    assert [row["ref"] for row in told["commitments"]] == wanted
    assert run(["export", "ics", "a.ics", *line.split()]) == 0
    events = Calendar.from_ical(Path("a.ics").read_bytes()).walk("VEVENT")
    assert [str(event["uid"]).partition("@")[0] for event in events] == sorted(wanted)


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
    assert (code, told) == (1, "tracker: 生成 .xlsx 文件需要 XlsxWriter。请安装：pip install 'yinuo[sheets]'。\n")
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
    assert "台账!N7 到期日：是公式；请改为粘贴它的值。" in told
    assert "台账!N7 due_on: holds a formula" in said(capsys, "--language", "en", "ledger", "load", "a.xlsx")[2]


# -- files that are there already ------------------------------------------------------------------------------

WRITERS = ["export xlsx a.xlsx", "export csv a.csv", "export json a.json", "export ics a.ics", "ledger dump a.toml",
           "ledger dump b.csv", "digest show --unit 市台联 --month 2019-11 --html a.html"]  # fmt: skip


def target(line: str) -> Path:
    return Path(line.rsplit(maxsplit=1)[-1])


@pytest.mark.parametrize("line", WRITERS)
def test_a_file_nobody_changed_is_written_anew(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == 0
    first = target(line).read_bytes()
    run(["edit", "2019-1007-01", "--title", "改过的名称", "--reason", "更正"])
    for _ in range(2):
        assert run(line.split()) == 0
    if "digest" not in line:
        assert target(line).read_bytes() != first
    assert [path.name for path in Path().iterdir() if path.name.endswith(".part")] == []


@pytest.mark.parametrize("line", WRITERS)
def test_a_file_somebody_worked_in_is_kept(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == 0
    file = target(line)
    work = file.read_bytes() + b" "
    file.write_bytes(work)
    capsys.readouterr()
    code, _, err = said(capsys, *line.split())
    assert (code, file.read_bytes()) == (1, work)
    assert err == (
        f"tracker: {file} 已经存在，并且不是本程序写出时的样子，可能有人改过。未写入。"
        "请换一个文件名，或者加 --force 覆盖。\n"
    )
    assert run([*line.split(), "--force"]) == run(line.split()) == 0
    assert file.read_bytes() != work


def test_a_workbook_edited_in_a_spreadsheet_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "xlsx", "a.xlsx"]) == 0
    book = openpyxl.load_workbook("a.xlsx")
    book["台账"]["AE2"] = "备注"
    book.save("a.xlsx")
    assert said(capsys, "export", "xlsx", "a.xlsx")[0] == 1
    assert openpyxl.load_workbook("a.xlsx")["台账"]["AE2"].value == "备注"


def test_files_of_others_and_what_stands_under_another_name(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("theirs.csv").write_text("別人的表", encoding="utf-8")
    assert said(capsys, "export", "csv", "theirs.csv")[0] == 1
    Path("empty.csv").touch()
    assert run(["export", "csv", "empty.csv"]) == 0
    Path("empty.csv").rename("moved.csv")
    Path("link.csv").symlink_to("moved.csv")
    assert run(["export", "csv", "link.csv"]) == 0
    assert Path("link.csv").is_symlink()
    assert run(["export", "csv", "/dev/null"]) == 0
    assert (office / "written.sha256").stat().st_mode & 0o777 == 0o600


def test_a_record_that_is_lost_costs_a_force(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "csv", "a.csv"]) == 0
    (office / "written.sha256").write_bytes(b"\xff\x00 nonsense")
    assert run(["export", "csv", "a.csv"]) == 0  # the same content loses nothing
    run(["edit", "2019-1007-01", "--title", "改过的名称", "--reason", "更正"])
    (office / "written.sha256").unlink()
    assert said(capsys, "export", "csv", "a.csv")[0] == 1
    assert run(["export", "csv", "a.csv", "--force"]) == run(["export", "csv", "a.csv"]) == 0


def test_a_copy_goes_over_a_copy_and_over_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    Path("letter.docx").write_bytes(b"PK a letter")
    assert run(["backup", "copy.db"]) == run(["backup", "copy.db"]) == 0
    assert said(capsys, "backup", "letter.docx")[0] == 1
    assert Path("letter.docx").read_bytes() == b"PK a letter"
    assert run(["backup", "letter.docx", "--force"]) == 0

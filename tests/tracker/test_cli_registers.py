"""`tracker letter`, `department` and `ledger`: the registers, and the ledger as a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

import tracker
from tracker import config
from tracker.cli.root import run

LEDGER = Path(tracker.__file__).parent / "demo" / "letter-1007.toml"
NUMBER = "穗民案〔2019〕89号"


@pytest.fixture
def home(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with an empty ledger."""
    (place / "config.toml").write_text(config.EXAMPLE, encoding="utf-8")
    assert run(["init"]) == 0
    capsys.readouterr()
    return place


@pytest.fixture
def ledger(home: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The folder with the ledger of letter 1007."""
    said(capsys, "ledger", "load", str(LEDGER))
    return home


def said(capsys: pytest.CaptureFixture[str], *line: str) -> str:
    assert run(list(line)) == 0
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *line: str) -> Any:
    return json.loads(said(capsys, *line, "--json"))


# -- ledger load -----------------------------------------------------------------------------------------------


def test_loading_twice_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ("ledger", "load", str(LEDGER))
    assert said(capsys, *line) == "新增11条，更新0条，未变0条；另有部门7个、答复函1件\n"
    assert said(capsys, *line) == "新增0条，更新0条，未变11条；另有部门0个、答复函0件\n"


def test_dry_run_keeps_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = told(capsys, "ledger", "load", str(LEDGER), "--dry-run", "--quiet")
    assert (len(facts["added"]), facts["dry_run"]) == (11, True)
    assert told(capsys, "letter", "list")["letters"] == []
    assert told(capsys, "department", "list")["departments"] == []


def test_changed_rows_need_update(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = ledger / "changed.toml"
    changed.write_text(LEDGER.read_text("utf-8").replace("城乡幸福社区年度创建", "幸福社区创建"), encoding="utf-8")
    assert run(["ledger", "load", str(changed)]) == 1
    assert "2019-1007-08 title: 城乡幸福社区年度创建 → 幸福社区创建" in capsys.readouterr().err
    assert told(capsys, "ledger", "load", str(changed), "--update")["updated"] == ["2019-1007-08"]


@pytest.mark.parametrize(("options", "anybody_told"), [((), True), (("--quiet",), False)])
def test_quiet_sends_no_assignment_notices(
    options: tuple[str, ...], anybody_told: bool, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with freeze_time("2019-06-27 01:30:00"):  # 09:30 in Guangzhou, a working day
        said(capsys, "ledger", "load", str(LEDGER), *options)
        said(capsys, "remind")
        messages = told(capsys, "outbox", "list")["messages"]
    notices = [key for message in messages for key in message["notices"]]
    assert any(key.startswith("assignment/") for key in notices) == anybody_told


def test_missing_file_is_one_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", "load", "nowhere.toml"]) == 1
    assert "nowhere.toml" in capsys.readouterr().err


# -- ledger dump -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["copy.toml", "copy.csv"])
def test_what_is_dumped_can_be_loaded(name: str, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "ledger", "dump", name) == ""
    facts = told(capsys, "ledger", "load", name)
    assert (facts["added"], facts["updated"], facts["unchanged"]) == ([], [], 11)


def test_dump_to_stdout_in_each_form(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert f'document_number = "{NUMBER}"' in said(capsys, "ledger", "dump")
    assert said(capsys, "ledger", "dump", "--format", "csv").startswith("\ufeffref,letter,")
    assert json.loads(said(capsys, "ledger", "dump", "--format", "json"))["schema"] == 1


def test_dump_of_one_letter(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, *LETTER_1008)
    only = json.loads(said(capsys, "ledger", "dump", "--letter", "1008", "--format", "json"))
    assert [letter["proposal_number"] for letter in only["letters"]] == ["1008"]
    assert only["commitments"] == []
    assert run(["ledger", "dump", "--letter", "9999"]) == 3


@pytest.mark.parametrize(("line", "code"), [("nowhere/ledger.toml", 1), ("ledger.xlsx", 2), ("--format yaml", 2)])
def test_dump_that_cannot_be_written(line: str, code: int, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", "dump", *line.split()]) == code
    assert capsys.readouterr().err.startswith("tracker: ")


# -- letters ---------------------------------------------------------------------------------------------------

LETTER_1008 = (
    *("letter", "add", "--document-number", "穗民案[2019]90号", "--proposal-number", "1008"),
    *("--proposing-unit", "市台联", "--signed-on", "2019年6月28日"),
)


def test_letter_is_entered_and_listed(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *LETTER_1008) == "穗民案〔2019〕90号\n"
    first, second = told(capsys, "letter", "list")["letters"]
    assert (first["document_number"], first["commitments"], first["closed"]) == (NUMBER, 11, 0)
    assert (second["signed_on"], second["replying_unit"], second["commitments"]) == ("2019-06-28", "市民政局", 0)
    assert said(capsys, "letter", "list", "--csv").startswith("\ufeffdocument_number,proposal_number,")


def test_letter_list_counts_what_is_closed(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "close", "2019-1007-02", "--outcome", "withdrawn")
    assert said(capsys, "letter", "list").rstrip("\n").split("\t")[-2:] == ["11", "1"]


def test_letter_shows_its_commitments(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "letter", "show", "1007").splitlines()
    assert lines[0] == f"文号      {NUMBER}"
    assert lines[-1] == "2019-1007-11\t办理中\t复核 2019-09-26\t市民政局\t五个共建共治共享中心全部运行"
    assert "2019-1007-06\t办理中\t复核 20" in "\n".join(lines)  # no deadline, but a day to ask
    letter = told(capsys, "letter", "show", NUMBER)["letter"]
    assert letter["proposing_unit"] == "市台联"
    assert [row["ref"] for row in letter["commitments"]] == [f"2019-1007-{n:02}" for n in range(1, 12)]


def test_letter_refusals(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, *LETTER_1008)
    assert run(list(LETTER_1008)) == 1  # its number is taken
    assert run(["letter", "show", "10007"]) == 3
    assert "1007" in capsys.readouterr().err
    assert run([*LETTER_1008[:-1], "yesterday"]) == 2
    assert run([*LETTER_1008, "--replying-unit", "市体育局"]) == 3


def test_traditional_readers_get_traditional_words(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hant = ("--language", "zh-Hant")
    with freeze_time("2019-12-26 01:30:00"):
        assert "臨近到期" in said(capsys, *hant, "list")
        assert "未結事項" in said(capsys, *hant, "show", "2019-1007-06")
        assert "到期提醒：2019年12月31日 -3個工作日" in said(capsys, *hant, "due", "--json")


# -- departments -----------------------------------------------------------------------------------------------


def test_department_is_entered_and_corrected(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "department", "add", "市教育局", "--mailbox", "jyj@gz.example", "--short-name", "教育局")
    assert said(capsys, "department", "edit", "教育局", "--escalation", "jyj-lead@gz.example") == "市教育局\n"
    said(capsys, "department", "edit", "教育局", "--mailbox", "", "--short-name", "-", "--locale", "en")
    assert told(capsys, "department", "list")["departments"] == [
        {"name": "市教育局", "short_names": [], "mailbox": "", "escalation": "jyj-lead@gz.example", "locale": "en"}
    ]
    assert said(capsys, "department", "list") == "市教育局\t\tjyj-lead@gz.example\ten\t\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("add 民政局", 1),  # a short name that stands already
        ("add 市教育局 --mailbox nobody", 2),
        ("edit 市民政局", 1),  # nothing to change
        ("edit 市民证局 --locale en", 3),
        ("edit 市民政局 --locale de", 2),
    ],
)
def test_department_refusals(line: str, code: int, ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["department", *line.split()]) == code
    assert capsys.readouterr().err.startswith("tracker: ")


def test_what_exists_already_is_named_in_words(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = ("--document-number", "穗民案〔2019〕89号", "--proposal-number", "1007", "--proposing-unit", "市台联")
    own = ("--letter", "1007", "--title", "重复", "--lead", "市民政局", "--ref", "2019-1007-01")
    for line, chinese, english in (
        (
            ("letter", "add", *again, "--signed-on", "2019-06-26"),
            "答复函 穗民案〔2019〕89号 已经存在。",
            "letter 穗民案",
        ),
        (("department", "add", "市民政局"), "部门 市民政局 已经存在。", "department 市民政局 exists"),
        (("add", *own, "--due", "2030-01-02"), "已有编号相同的承诺事项。", "A commitment with the same Ref exists"),
    ):
        capsys.readouterr()
        assert run(list(line)) == 1
        assert chinese in capsys.readouterr().err
        assert run(["--language", "en", *line]) == 1
        assert english in capsys.readouterr().err

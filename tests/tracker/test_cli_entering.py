"""Entering what is overdue already: every door says how much of it there is, and can enter it as history."""

import json
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import select

import tracker
from commitments.storage import open_engine, reading
from notifications.models import Notice
from tracker import config
from tracker.cli.root import run

TODAY = "2020-03-02 01:30:00"  # a Monday, 09:30 in Shanghai
DEMO = Path(tracker.__file__).parent / "demo" / "letter-1007.toml"
OURS = "穗民案〔2019〕1号"
LETTER = """穗民案〔2019〕89号

关于市政协第十三届三次会议第1007号提案答复的函

市台联：

　　贵单位提出的《构建智慧社区的提案》（第1007号提案）收悉。现答复如下：

　　一、下一步工作。一是我局将于2019年10月底前建立社会工作服务项目库。二是我局将于2030年12月底前印发村居事项清单。

广州市民政局
2019年6月26日
"""


@pytest.fixture
def home(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a ledger that has departments and a letter."""
    (place / "config.toml").write_text(config.EXAMPLE, encoding="utf-8")
    letter = ("--document-number", OURS, "--proposal-number", "1008", "--proposing-unit", "市台联")
    with freeze_time(TODAY):
        done("init")
        done("department", "add", "市民政局", "--mailbox", "mzj@gz.example", "--escalation", "boss@gz.example")
        done("department", "add", "市台联", "--mailbox", "tl@gz.example")
        done("letter", "add", *letter, "--replying-unit", "市民政局", "--signed-on", "2019-06-26")
    capsys.readouterr()
    return place


def done(*line: str) -> None:
    assert run(list(line)) == 0


def told(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[str, str]:
    done(*line)
    said = capsys.readouterr()
    return said.out, said.err


def notices(home: Path) -> dict[str, str]:
    engine = open_engine(f"sqlite:///{home}/yinuo.db")
    with reading(engine) as session:
        found = {row.key: row.state for row in session.scalars(select(Notice))}
    engine.dispose()
    return found


def entry(*more: str) -> tuple[str, ...]:
    return ("add", "--letter", OURS, "--title", "社区工作简报", "--lead", "市民政局", "--ref", "2019-1008-01", *more)


def ledger(home: Path) -> str:
    rows = [
        "letter,title,lead,due_on",
        f"{OURS},简报,市民政局,2019-12-31",
        f"{OURS},清单,市民政局,2030-12-31",
    ]
    (home / "rows.csv").write_text("\r\n".join(rows), encoding="utf-8-sig")
    return str(home / "rows.csv")


LATER = "确已提醒主办单位、满5个工作日仍未办结的，才发督办。"
NOW = f"1项登记时已逾期，新任务邮件将写明。逾期提醒从今天起算，2020年3月3日首次提醒主办单位；{LATER}"
HISTORY = f"1项登记时已逾期，作为历史登记，不发新任务邮件。2020年3月10日首次提醒主办单位；{LATER}"


@freeze_time(TODAY)
@pytest.mark.parametrize("quiet", [False, True])
def test_adding_what_is_overdue(home: Path, capsys: pytest.CaptureFixture[str], quiet: bool) -> None:
    out, err = told(capsys, *entry("--due", "2019-12-31"), *["--quiet"] * quiet)
    assert out == "2019-1008-01\n"
    assert (HISTORY if quiet else NOW) in err
    done("remind")
    states = [state for key, state in notices(home).items() if key.startswith("assignment")]
    assert states == (["cancelled"] if quiet else ["told"])
    assert not [
        key for key, state in notices(home).items() if key.startswith(("reminder", "escalation")) and state == "told"
    ]


@freeze_time(TODAY)
@pytest.mark.parametrize("more", [("--due", "2020-03-02"), ("--due", "2030-12-31"), ("--review-on", "2019-12-31")])
def test_nothing_is_said_of_what_is_not_overdue(
    home: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    assert "逾期" not in told(capsys, *entry(*more))[1]


@freeze_time(TODAY)
def test_json_counts_what_is_overdue(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(told(capsys, *entry("--due", "2019-12-31", "--json"))[0])["overdue"] == 1
    assert json.loads(told(capsys, "ledger", "load", ledger(home), "--json")[0])["overdue"] == 1


@freeze_time(TODAY)
@pytest.mark.parametrize("quiet", [False, True])
def test_loading_a_ledger_of_last_year(home: Path, capsys: pytest.CaptureFixture[str], quiet: bool) -> None:
    assert (HISTORY if quiet else NOW) in told(capsys, "ledger", "load", ledger(home), *["--quiet"] * quiet)[1]
    again = told(capsys, "ledger", "load", ledger(home), *["--quiet"] * quiet)[1]
    assert "逾期" not in again, "nothing is new"


@freeze_time(TODAY)
def test_english_readers_are_told_in_english(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    err = told(capsys, "--language", "en", *entry("--due", "2019-12-31"))[1]
    assert "1 overdue already when entered" in err
    assert "on 3 March 2020" in err
    assert "5 working days after" in err


def drafts(home: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[list[str], str]:
    (home / "letter.txt").write_text(LETTER, encoding="utf-8")
    out, err = told(capsys, "import", "letter.txt", *more)
    return out.split(), err


@freeze_time(TODAY)
def test_importing_says_what_confirming_will_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refs, err = drafts(home, capsys)
    assert len(refs) == 2
    assert "1条待确认事项的期限已过，确认时即已逾期" in err
    assert NOW in told(capsys, "confirm", *refs)[1]


@freeze_time(TODAY)
@pytest.mark.parametrize("door", ["import", "confirm", "review"])
def test_drafts_are_entered_as_history(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    refs, err = drafts(home, capsys, *["--quiet"] * (door == "import"))
    assert ("确认时一律作为历史登记" in err) == (door == "import")
    if door == "review":
        monkeypatch.setattr("sys.stdin", _Typed("y\ny\n"))
        err = told(capsys, "review", "穗民案〔2019〕89号", "--quiet")[1]
    else:
        err = told(capsys, "confirm", *refs, *["--quiet"] * (door == "confirm"))[1]
    assert HISTORY in err
    assert {state for key, state in notices(home).items() if key.startswith("assignment")} == {"cancelled"}


class _Typed:
    """What somebody types, line by line, without a terminal."""

    def __init__(self, text: str) -> None:
        self._lines = iter(text.splitlines(keepends=True))

    def readline(self) -> str:
        return next(self._lines, "")

    def isatty(self) -> bool:
        return False


@freeze_time(TODAY)
def test_a_draft_cannot_be_history_yet(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*entry("--draft", "--quiet")]) != 0
    assert "--quiet" in capsys.readouterr().err


@freeze_time(TODAY)
def test_a_month_with_the_old_letter_rehearsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of letter 1007 is late or undated: first the tasks, then reminders, and no word of any that never went."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    done("init")
    done("ledger", "load", str(DEMO))
    done("rehearse", "--from", "2020-03-02", "--until", "2020-04-01", "--into", "out")
    mails = {file.name: _text(file) for file in sorted(Path("out").glob("*.eml"))}
    assert "登记时已逾期" in next(text for name, text in mails.items() if name.startswith("2020-03-02-assignment"))
    assert "逾期：8项" in next(text for name, text in mails.items() if name.startswith("2020-03-02-status"))
    spoken = [(name, text) for name, text in mails.items() if "此前" in text]
    assert all("-escalation-" in name for name, _ in spoken)
    dated = next(text for name, text in spoken if name.startswith("2020-03-10-escalation"))
    assert dated.count("此前提醒：2020年3月3日\n") == dated.count("【督办升级】") > 0


def _text(file: Path) -> str:
    body = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@freeze_time(TODAY)
def test_the_answer_of_a_verb_names_the_day_that_due_names(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, *entry("--due", "2019-06-28"), "--quiet")[1]
    assert "接下来告知：2020年3月10日例行提醒市民政局" in said, "no task is told of history"
    done("remind")
    ref = "2019-1008-01"
    for line in (["progress", ref, "--note", "已报送"], ["edit", ref, "--due", "2020-02-03", "--reason", "登记有误"]):
        said = told(capsys, *line)[1]
        rows = json.loads(told(capsys, "due", "--json")[0])["notices"]
        day = date.fromisoformat(min(row["slot"] for row in rows if row["kind"] == "reminder"))
        assert f"接下来告知：{day.year}年{day.month}月{day.day}日例行提醒市民政局" in said


@freeze_time(TODAY)
def test_due_stays_short_however_late_items_are(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done(*entry("--due", "2019-06-28"))
    done("add", "--letter", OURS, "--title", "议事厅", "--lead", "市民政局", "--review-on", "2019-09-26")
    capsys.readouterr()
    out = told(capsys, "due", "--until", "3650d")[0].splitlines()
    assert len(out) == 6
    assert any("请报进展：2020年3月2日 0个工作日" in line for line in out), "counted from the day it became open"


@freeze_time(TODAY)
@pytest.mark.parametrize("quiet", [False, True])
def test_due_tells_what_lies_ahead_only(home: Path, capsys: pytest.CaptureFixture[str], quiet: bool) -> None:
    done(*entry("--due", "2019-06-28"), *["--quiet"] * quiet)
    done("remind")
    capsys.readouterr()
    rows: list[dict[str, Any]] = json.loads(told(capsys, "due", "--until", "2020-03-17", "--json")[0])["notices"]
    assert min(row["slot"] for row in rows) >= "2020-03-02"
    kinds = [(row["kind"], row["slot"]) for row in rows if row["ref"]]
    assert kinds == (
        [("reminder", "2020-03-10"), ("escalation", "2020-03-17")]
        if quiet
        else [("reminder", "2020-03-03"), ("reminder", "2020-03-10"), ("escalation", "2020-03-10")]
    ), "of repeats without end the next one"
    assert "到期提醒：2020年3月2日 +6个工作日 （登记时已逾期）" in [row["why"] for row in rows]

"""`tracker calendar`: working days, each answer with its reason. The dates are those of the published calendars."""

import json
from pathlib import Path

import pytest

from tracker.cli.root import run

OWN = """
[years.2027]
off = [2027-02-08, 2027-02-09]
work = [2027-02-20]
complete = true
source = "国办发明电〔2026〕×号"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without any configuration: counting days needs none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def own_calendar(home: Path) -> Path:
    """The same folder, configured with a calendar file that settles 2027."""
    (home / "config.toml").write_text('[calendar]\nfile = "days.toml"\n', encoding="utf-8")
    (home / "days.toml").write_text(OWN, encoding="utf-8")
    return home


def said(capsys: pytest.CaptureFixture[str], *line: str) -> str:
    assert run(["calendar", *line]) == 0
    return capsys.readouterr().out.rstrip("\n")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("2026-02-13 1", "2026-02-13 之后第1个工作日是 2026-02-14；计入 2月14日（调休上班）"),
        ("2026-09-30 1", "2026-09-30 之后第1个工作日是 2026-10-08；跳过 10月1日至10月7日（国庆节）"),
        ("2026年2月13日 -7", "2026-02-13 之前第7个工作日是 2026-02-04；跳过 2月7日至2月8日（周末）"),
        ("2026-02-13 0", "2026-02-13 当天"),
        (
            "2026-12-30 5",
            (
                "2026-12-30 之后第5个工作日是 2027-01-07（暂定：2027年放假安排尚未公布）；"
                "跳过 2027年1月1日（法定节假日元旦，暂定）、2027年1月2日至2027年1月3日（周末）"
            ),
        ),
    ],
)
def test_add_explains_itself(line: str, answer: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "add", *line.split()) == answer


def test_english_readers_get_english_reasons(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--language", "en", "calendar", "add", "2026-09-30", "1"]) == 0
    answer = "working day 1 after 2026-09-30 is 2026-10-08; skipped 1 October to 7 October (National Day)\n"
    assert capsys.readouterr().out == answer


def test_add_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(said(capsys, "add", "2026-02-14", "-1", "--json")) == {
        "schema": 1,
        "date": "2026-02-13",
        "provisional": False,
        "explanation": [{"date": "2026-02-13", "counted": True, "why": "weekday"}],
    }
    assert json.loads(said(capsys, "add", "2026-12-30", "5", "--json"))["provisional"] is True


def test_count_leaves_out_the_first_day(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "count", "2019-12-27", "2019-12-31") == (
        "2019-12-27 之后至 2019-12-31（含）共2个工作日；跳过 12月28日至12月29日（周末）"
    )
    assert json.loads(said(capsys, "count", "2026-10-08", "2026-10-09", "--json")) == {
        "schema": 1,
        "working_days": 1,
        "provisional": False,
        "explanation": [{"date": "2026-10-09", "counted": True, "why": "weekday"}],
    }
    assert json.loads(said(capsys, "count", "2026-10-09", "2026-10-08", "--json"))["working_days"] == -1


def test_show_lists_what_is_unusual(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "show", "2026").splitlines()
    assert "2026-02-14\t周六\t班\t调休上班" in lines
    assert "2026-10-01\t周四\t休\t国庆节" in lines
    facts = json.loads(said(capsys, "show", "2026", "--json"))
    assert (facts["year"], facts["provisional"], len(facts["days"])) == (2026, False, len(lines))
    assert {"date": "2026-02-14", "worked": True, "why": "adjusted"} in facts["days"]


def test_show_says_when_a_year_is_provisional(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calendar", "show", "2027"]) == 0
    assert capsys.readouterr().err == "暂定：2027年放假安排尚未公布\n"


def test_check_names_the_years(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = json.loads(said(capsys, "check", "--json"))
    assert facts["published"][0] == 2004
    assert facts["provisional_from"] == facts["published"][1] + 1
    assert (facts["file"], facts["own"]) == (None, [])


def test_own_calendar_ends_provisional(own_calendar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "add", "2027-02-05", "1") == (
        "2027-02-05 之后第1个工作日是 2027-02-10；跳过 2月6日至2月7日（周末）、2月8日至2月9日（本单位日历）"
    )
    assert "2027年：休2天、班1天，整年 国办发明电〔2026〕×号" in said(capsys, "check")
    assert json.loads(said(capsys, "check", "--json"))["own"] == [
        {"year": 2027, "off": 2, "work": 1, "complete": True, "source": "国办发明电〔2026〕×号"}
    ]


def test_broken_calendar_file_is_a_configuration_error(own_calendar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_calendar / "days.toml").write_text("[years.2027]\noff = [2026-02-08]\n", encoding="utf-8")
    assert run(["calendar", "check"]) == 4
    assert "years.2027.off" in capsys.readouterr().err


def test_a_named_configuration_must_be_there(home: Path) -> None:
    assert run(["--config", "elsewhere.toml", "calendar", "check"]) == 4


def test_a_broken_configuration_is_not_passed_over(home: Path) -> None:
    (home / "config.toml").write_text("timezone = 8\n", encoding="utf-8")
    assert run(["calendar", "check"]) == 4


@pytest.mark.parametrize(
    "line",
    [
        "add 2026-02-30 1",  # no such day
        "add 2026-02-13 soon",
        "add 2026-02-13 -x",  # not an option, and no number either
        "add 9999-12-30 5",  # beyond the last date there is
        "count 2026-02-13",
        "show 0",
    ],
)
def test_nonsense_is_a_usage_error(line: str, home: Path) -> None:
    assert run(["calendar", *line.split()]) == 2

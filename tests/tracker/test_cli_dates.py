"""Dates at the command line: read as people write them, shown back before they count, asked about on a terminal."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
NEW = ("add", "--letter", "1007", "--title", "新事项", "--lead", "市民政局")


@pytest.fixture
def office(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    with freeze_time("2026-08-31T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        capsys.readouterr()
        yield place


def said(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str, str]:
    code = run(list(line))
    found = capsys.readouterr()
    return code, found.out, found.err


def stored(capsys: pytest.CaptureFixture[str], ref: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(capsys, "show", ref, "--json")[1])["commitment"]
    return found


@pytest.mark.parametrize(
    ("text", "day", "told"),
    [
        ("2030/6/26", "2030-06-26", "“2030/6/26”读作2030年6月26日"),
        ("明年6月底前", "2027-06-30", "“明年6月底前”读作2027年6月30日：取该月最后一天，从2026年8月31日算起"),
        ("3月1日", "2027-03-01", "“3月1日”读作2027年3月1日：未写年份，取2026年8月31日起最近的一次"),
        ("+10工作日", "2026-09-14", "“+10工作日”读作2026年9月14日：自2026年8月31日起第10个工作日"),
        ("+300wd", "2027-11-09", "“+300wd”读作2027年11月9日：自2026年8月31日起第300个工作日（暂定）"),
        ("2030-06-26", "2030-06-26", ""),
        ("2030年6月26日", "2030-06-26", ""),
    ],
)
def test_a_deadline_is_shown_back_and_its_rule_kept(
    office: Path, capsys: pytest.CaptureFixture[str], text: str, day: str, told: str
) -> None:
    code, out, err = said(capsys, *NEW, "--due", text)
    assert (code, told in err) == (0, True)
    assert ("读作" in err) == bool(told)
    row = stored(capsys, out.strip())
    assert (row["due_on"], row["due_basis"]) == (day, "set")
    assert row["due_rule"] == (told.removesuffix("（暂定）") if "：" in told else "")


@pytest.mark.parametrize("text", ["26/6/2030", "6月前", "3-1", "2027-3"])
def test_a_date_of_two_readings_is_refused_with_them(
    office: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    code, out, err = said(capsys, *NEW, "--due", text)
    assert (code, out) == (2, "")
    assert f"{text} 的读法不确定，可能是 20" in err


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("edit 2019-1007-01 --reason 批示 --due", "2月30日"), ("edit 2019-1007-01 --reason 批示 --review-on", "尽快"),
        ("extend 2019-1007-01 --reason 顺延 --to", "改天"),
        ("close 2019-1007-08 --outcome kept --waiver 查 --next", "x"),
        ("progress 2019-1007-01 --note 好 --on", "前几天"), ("report-done 2019-1007-01 --on", "2026-02-29"),
        ("list --due-within", "近期"), ("due --until", "随便"), ("rehearse --into x --until 2027-01-01 --from", "某天"),
        ("calendar count 2026-01-01", "2026-02-30"),
    ],
)  # fmt: skip
def test_every_option_says_what_is_no_date(
    office: Path, capsys: pytest.CaptureFixture[str], line: str, text: str
) -> None:
    code, out, err = said(capsys, *line.split(), text)
    assert (code, out) == (2, "")
    assert f"tracker: {text} " in err
    assert "Traceback" not in err


def test_what_happened_without_a_year_lies_behind(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, "progress", "2019-1007-01", "--note", "好", "--on", "12月1日")
    assert (code, "“12月1日”读作2025年12月1日：未写年份，取2026年8月31日以前最近的一次" in err) == (0, True)


def test_an_extension_is_shown_back(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(
        capsys, "extend", "2019-1007-01", "--to", "明年一季度", "--reason", "顺延", "--approved-by", "局长"
    )
    assert (code, "读作2027年3月31日：取该季度最后一天" in err) == (0, True)
    assert stored(capsys, "2019-1007-01")["due_on"] == "2027-03-31"


def test_bounds_of_lists_take_words_too(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [json.loads(said(capsys, "list", "--due-within", text, "--json")[1]) for text in ("30d", "+30d", "30天")]
    assert rows[0] == rows[1] == rows[2]
    assert said(capsys, "due", "--until", "10个工作日")[0] == 0
    assert "读作" not in said(capsys, "list", "--due-within", "30d")[2]


@pytest.mark.parametrize("option", ["--due", "--review-on"])
def test_an_empty_date_changes_nothing_in_silence(
    office: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    before = stored(capsys, "2019-1007-01")
    code, _, err = said(capsys, "edit", "2019-1007-01", "--title", "新名称", "--reason", "更正", option, " ")
    assert (code, err.startswith(f"tracker: {option} 是空的。")) == (2, True)
    assert stored(capsys, "2019-1007-01") == before


# -- on a terminal ---------------------------------------------------------------------------------------------


def on_terminal(office: Path, answer: str, *line: str) -> tuple[int, str]:
    """Run a command on a terminal of its own and answer its question; return the code and what was shown."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", *line], cwd=office, env=environment, stdin=follower, stdout=follower,
        stderr=follower, close_fds=True,
    )  # fmt: skip
    os.close(follower)
    shown, answered, end = b"", False, time.monotonic() + 60
    while time.monotonic() < end and select.select([leader], [], [], 60)[0]:
        try:
            shown += os.read(leader, 4096)
        except OSError:  # the other end is closed
            break
        if not answered and "？" in shown.decode(errors="ignore"):
            os.write(leader, f"{answer}\n".encode())
            answered = True
    os.close(leader)
    return process.wait(60), shown.decode()


@pytest.mark.parametrize(
    ("text", "answer", "code", "day"),
    [("2099年6月底", "y", 0, "2099-06-30"), ("2099年6月底", "n", 130, None),
     ("26/6/2099", "2099-06-26", 0, "2099-06-26"),
     ("26/6/2099", "y", 2, None), ("2099/6/30", "", 0, "2099-06-30")],
)  # fmt: skip
def test_a_terminal_is_asked_before_a_date_counts(
    office: Path, capsys: pytest.CaptureFixture[str], text: str, answer: str, code: int, day: str | None
) -> None:
    line = ("edit", "2019-1007-01", "--reason", "批示", "--due", text)
    before = stored(capsys, "2019-1007-01")["due_on"]
    found, shown = on_terminal(office, answer, *line)
    assert found == code, shown
    assert stored(capsys, "2019-1007-01")["due_on"] == (day or before)
    assert ("？" in shown) == bool(answer)


def test_yes_answers_for_the_terminal(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = on_terminal(office, "", "edit", "2019-1007-01", "--reason", "批示", "--due", "2099年6月底", "--yes")
    assert (code, "？" in shown) == (0, False)

"""One commitment from `add` to `close`, as people walk it; then the same through the installed command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from freezegun import freeze_time

from tracker.cli.root import run
from tracker.demo import story as _story  # noqa: F401 - imported before time is frozen

Tracker = Callable[..., str]


@pytest.fixture
def tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    """Run a command in an empty folder; return what it printed, after checking its exit code."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)

    def call(*arguments: str, code: int = 0) -> str:
        found = run(list(arguments))
        printed = capsys.readouterr()
        assert found == code, printed.err
        return printed.out if code == 0 else printed.err

    return call


def subjects(folder: Path) -> list[str]:
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return sorted(f"{mail['To']} {mail['Subject']}" for mail in mails)


def at(moment: str) -> freeze_time:  # type: ignore[valid-type]
    """Freeze the wall clock at a time in Guangzhou."""
    return freeze_time(f"{moment}+08:00")


def test_from_add_to_close(tracker: Tracker, tmp_path: Path) -> None:
    with at("2019-12-02T10:00:00"):
        tracker("init")
        tracker("department", "add", "市民政局", "--mailbox", "mzj@gz.example", "--escalation", "mzj-lead@gz.example")
        tracker("department", "add", "市台联", "--mailbox", "tl@gz.example")
        tracker(
            "letter", "add", "--document-number", "穗民案[2019]89号", "--proposal-number", "1007",
            "--proposing-unit", "市台联", "--replying-unit", "市民政局", "--signed-on", "2019年6月26日",
        )  # fmt: skip
        ref = tracker(
            "add", "--letter", "1007", "--title", "村居事项清单", "--lead", "市民政局", "--due", "2019-12-31"
        ).strip()
        assert ref == "2019-1007-01"
        assert "发出2封" in tracker("remind")
        assert "发出0封" in tracker("remind")
    for day in ("2019-12-20", "2019-12-26", "2019-12-31"):
        with at(f"{day}T09:00:30"):
            tracker("remind")
    with at("2019-12-27T15:00:00"):
        assert tracker("progress", ref, "--note", "清单已报送审定", "--actor", "市民政局").strip() == ref
    with at("2020-01-03T09:30:00"):
        row = json.loads(tracker("list", "--json", "--overdue"))["commitments"][0]
        assert (row["band"], row["days_left"], row["working_days_left"]) == ("overdue", -3, -2)
        assert "evidence" in tracker("--language", "en", "close", ref, "--outcome", "kept", code=1)
        tracker("close", ref, "--outcome", "kept", "--evidence", "https://mzj.gz.example/list.html")
        tracker("remind")
        story = json.loads(tracker("show", ref, "--json"))["commitment"]
        assert [entry["action"] for entry in story["history"]] == ["add", "progress", "close"]
        assert "anchor" in tracker("--language", "en", "history", "verify", "--anchor", "1:" + "0" * 64, code=1)
        tracker("history", "verify")
    told = subjects(tmp_path / "outbox")
    for wanted in ("【新任务】", "【临近到期】", "【今日到期】", "【已销号】"):
        assert any(wanted in subject for subject in told), told
    assert any(subject.startswith("tl@gz.example 【办理情况月报】2019年12月 第1期") for subject in told), told


def test_the_installed_command(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("tracker")]
    if not command[0].exists():
        pytest.skip("the command is not installed beside this Python")

    def call(*arguments: str) -> str:
        done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    assert call("--version").startswith("yinuo ")
    call("init")
    assert json.loads(call("list", "--json"))["commitments"] == []
    assert json.loads(call("calendar", "add", "2026-02-13", "1", "--json"))["date"] == "2026-02-14"
    assert call("history", "verify")

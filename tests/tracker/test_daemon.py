"""The daemon as a process: it sends by itself, stops cleanly, and there is only one."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.notifications.test_smtp import free_port
from tracker.cli.root import run

ALWAYS_WORKED = "[years.{year}]\nwork = [{days}]\n"


class Inbox:
    """Accepts what arrives, and says so ``delay`` seconds later."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.delay = 0.0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.received.append((envelope.rcpt_tos[0], envelope.original_content or b""))
        await asyncio.sleep(self.delay)
        return "250 ok"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, controller.port
    controller.stop()


@pytest.fixture
def ledger(tmp_path: Path, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger with one commitment due today, where every day is a working day and it is always time to send."""
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 0
    settings = {
        "MAIL__CHANNEL": "smtp",
        "MAIL__HOST": "127.0.0.1",
        "MAIL__PORT": str(inbox[1]),
        "MAIL__SECURITY": "none",
        "MAIL__SENDER": "tracker@yinuo.test",
        "MAIL__MAX_PER_MINUTE": "0",
        "REMINDERS__SEND_AT": "00:00",
        "DIGEST__STATUS_WEEKDAY": "",
        "DAEMON__TICK_SECONDS": "1",
        "CALENDAR__FILE": "calendar.toml",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    (tmp_path / "calendar.toml").write_text("".join(worked(year) for year in range(2025, 2031)))
    for arguments in (
        ["department", "add", "市民政局", "--mailbox", "mzj@gz.example"],
        ["department", "add", "市台联", "--mailbox", "tl@gz.example"],
        ["letter", "add", "--document-number", "穗民案〔2019〕89号", "--proposal-number", "1007",
         "--proposing-unit", "市台联", "--replying-unit", "市民政局", "--signed-on", "2019-06-26"],
        ["add", "--letter", "1007", "--title", "村居事项清单", "--lead", "市民政局", "--due", "+0d"],
    ):  # fmt: skip
        assert run(arguments) == 0
    return tmp_path


def worked(year: int) -> str:
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    return ALWAYS_WORKED.format(year=year, days=", ".join(map(str, days)))


@pytest.fixture
def start(ledger: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []

    def launch(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tracker", "daemon", *options]
        path = str(Path(__file__).parents[2])
        env = {**os.environ, "PYTHONPATH": path}
        process = subprocess.Popen(command, cwd=ledger, env=env, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield launch
    for process in running:
        process.kill()
        process.communicate()


def until(what: Callable[[], bool], patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_it_sends_by_itself_and_stops_within_the_send_in_hand(
    start: Callable[..., subprocess.Popen[str]], inbox: tuple[Inbox, int], ledger: Path
) -> None:
    inbox[0].delay = 0.7
    daemon = start()
    until(lambda: bool(inbox[0].received))
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(20) == 0
    assert [address for address, _ in inbox[0].received] == ["mzj@gz.example"]
    with closing(sqlite3.connect(ledger / "yinuo.db")) as database:
        assert database.execute("SELECT state, attempts FROM message").fetchall() == [("sent", 1)]
        assert database.execute("SELECT outcome FROM attempt").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM worker WHERE stopped_at IS NOT NULL").fetchone() == (1,)


def test_killed_after_the_answer_it_sends_the_same_bytes_again(
    start: Callable[..., subprocess.Popen[str]], inbox: tuple[Inbox, int], ledger: Path
) -> None:
    inbox[0].delay = 0.5
    daemon = start()
    until(lambda: bool(inbox[0].received))
    daemon.kill()
    daemon.wait(20)
    second = start()

    def unknown() -> bool:
        with closing(sqlite3.connect(ledger / "yinuo.db")) as database:
            return database.execute("SELECT count(*) FROM message WHERE state = 'unknown'").fetchone() == (1,)

    until(unknown)
    with closing(sqlite3.connect(ledger / "yinuo.db")) as database:
        database.execute("UPDATE message SET next_at = '2000-01-01 00:00:00.000000'")
        database.commit()
    until(lambda: len(inbox[0].received) == 2)
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0
    assert inbox[0].received[0] == inbox[0].received[1]


def test_a_second_daemon_is_refused_and_the_first_is_named(
    start: Callable[..., subprocess.Popen[str]], inbox: tuple[Inbox, int]
) -> None:
    first = start()
    until(lambda: bool(inbox[0].received))
    second = start()
    assert second.wait(20) == 75
    assert second.stderr is not None
    assert str(first.pid) in second.stderr.read()


def test_a_backup_is_made_on_the_first_day(start: Callable[..., subprocess.Popen[str]], ledger: Path) -> None:
    start()
    until(lambda: bool(list((ledger / "backups").glob("yinuo-*.db"))))


def test_reminding_twice_sends_once(ledger: Path, inbox: tuple[Inbox, int]) -> None:
    assert run(["remind"]) == 0
    assert run(["remind"]) == 0
    assert len(inbox[0].received) == 1


def test_a_dead_relay_is_exit_code_5_and_nothing_is_lost(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_MAIL__PORT", str(free_port()))
    assert run(["remind"]) == 5
    assert "127.0.0.1" in capsys.readouterr().err
    with closing(sqlite3.connect(ledger / "yinuo.db")) as database:
        assert database.execute("SELECT DISTINCT state FROM notice").fetchall() == [("owed",)]


def test_it_serves_the_pages_beside_the_ticks(
    start: Callable[..., subprocess.Popen[str]],
    inbox: tuple[Inbox, int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = free_port()
    monkeypatch.setenv("TRACKER_WEB__BASE_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("TRACKER_WEB__PORT", str(port))
    daemon = start("--serve")
    until(lambda: bool(inbox[0].received))
    capsys.readouterr()
    assert run(["links", "show", "--desk"]) == 0
    address = capsys.readouterr().out.splitlines()[-1]
    until(lambda: answers(address) == 200)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(20) == 0


def answers(address: str) -> int:
    try:
        with urllib.request.urlopen(address) as answer:
            return int(answer.status)
    except OSError:
        return 0


def test_it_goes_on_without_pages_when_their_port_is_taken(
    start: Callable[..., subprocess.Popen[str]], inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("TRACKER_WEB__BASE_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("TRACKER_WEB__PORT", str(port))
        daemon = start("--serve")
        until(lambda: bool(inbox[0].received))
        daemon.send_signal(signal.SIGTERM)
        _, said = daemon.communicate(timeout=20)
    assert daemon.returncode == 0
    assert "pages not served" in said

"""Calling out: each alert once to the operator's command; a ping only while passes finish; no secret in the log."""

import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from notifications.models import Alert
from tests.notifications.test_smtp import free_port
from tracker.ops.alert_hooks import AlertHooks

NOW = datetime(2019, 6, 27, 1, tzinfo=UTC)
CANARY = "kanarienvogel"


@pytest.fixture
def pings() -> Iterator[tuple[list[str], str]]:
    """Paths asked for, and the address to ask at."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield asked, f"http://127.0.0.1:{server.server_port}/ping/{CANARY}"
    server.shutdown()
    thread.join()
    server.server_close()


def script(folder: Path) -> list[str]:
    """Return a command that writes what it is told to a file."""
    program = f"import sys; open('{folder / 'told'}', 'a').write(sys.stdin.read() + chr(10))"
    return [sys.executable, "-c", program, CANARY]


def test_each_alert_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hooks = AlertHooks(script(tmp_path), "")
    first, second = (Alert(key=key, text=f"{key}; rm -rf '$HOME'", at=NOW) for key in ("guard", "dead/7"))
    hooks.report([first])
    hooks.report([first, second])
    assert (tmp_path / "told").read_text().splitlines() == [first.text, second.text]
    assert caplog.messages == [f"alert: {first.text}", f"alert: {second.text}"]


@pytest.mark.parametrize("command", [["/no/such/thing", CANARY], [sys.executable, "-c", "1/0", CANARY]])
def test_a_command_that_fails_is_said_without_its_words(command: list[str], caplog: pytest.LogCaptureFixture) -> None:
    AlertHooks(command, "").report([Alert(key="guard", text="held", at=NOW)])
    assert "alert_command" in caplog.messages[-1]
    assert CANARY not in caplog.text


def test_a_ping_is_a_plain_get(pings: tuple[list[str], str]) -> None:
    AlertHooks([], pings[1]).ping()
    assert pings[0] == [f"/ping/{CANARY}"]


def test_nobody_listens_and_the_token_stays_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        AlertHooks([], f"http://127.0.0.1:{free_port()}/ping/{CANARY}").ping()
    assert "ping_url" in caplog.text
    assert CANARY not in caplog.text


def test_without_settings_nothing_is_called(caplog: pytest.LogCaptureFixture) -> None:
    hooks = AlertHooks([], "")
    hooks.ping()
    hooks.report([])
    assert caplog.messages == []

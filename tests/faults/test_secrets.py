"""Secrets appear nowhere: a canary in every place that takes one, then everything the program wrote is searched."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.daemon_harness import CANARY, DaemonHarness, until
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]


def secretive(harness: MakeHarness, **settings: str) -> DaemonHarness:
    """A harness with the canary as SMTP password and key of links, in the ping address and in the alert command."""
    here = harness(
        2, MAIL__USERNAME="tracker", MAIL__PASSWORD_FILE="secret",
        DAEMON__PING_URL=f"http://127.0.0.1:9/{CANARY}", DAEMON__ALERT_COMMAND=f"false {CANARY}",
        WEB__BASE_URL="https://yinuo.example", WEB__KEYS_FILE="secret", **settings,
    )  # fmt: skip
    (here.folder / "secret").write_text(f"{CANARY}-{CANARY}")
    (here.folder / "secret").chmod(0o600)
    return here


def told(here: DaemonHarness) -> list[str]:
    """Return the places in which the canary is found, the file that holds it left out."""
    places = {path: _content(path) for path in here.folder.rglob("*") if path.is_file() and path.name != "secret"}
    assert any(path.suffix == ".db" for path in places)
    assert any(path.name.startswith("log") for path in places)
    return [str(path) for path, content in places.items() if CANARY.encode() in content]


def _content(path: Path) -> bytes:
    """Return what a file holds; a backup under way gets another name meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def test_canary_in_log_database_and_backups(harness: MakeHarness, relay: Relay) -> None:
    """Everything at DEBUG: a login that is refused, alerts, pings that fail, a backup, a crash in the middle."""
    here = secretive(harness)
    relay.always["EHLO"] = "250-relay.example\r\n250 AUTH PLAIN LOGIN"
    relay.always["AUTH"] = "535 no"
    daemon = here.start()
    until(lambda: "AUTH" in " ".join(relay.commands))
    until(lambda: bool(list((here.folder / "backups").glob("yinuo-*.db"))))
    here.await_passes(2)
    for line in (["status", "--json"], ["doctor"], ["config", "show"], ["backup", "copy.db"], ["--verbose", "remind"]):
        said = here.command(*line)
        assert CANARY not in said.stdout + said.stderr, line
    assert here.stop(daemon) == 0
    here.engine.dispose()
    assert told(here) == []


def test_canary_in_tracebacks(harness: MakeHarness, relay: Relay) -> None:
    """A failure nobody foresaw is logged with its traceback, and without the secret."""
    here = secretive(harness)
    here.start(FAULT_PATCH="tests.faults.fault_patches:break_the_login")
    until(lambda: "nobody foresaw this" in here.log())
    assert told(here) == []


@pytest.mark.parametrize(
    "url", [f"postgresql://u:{CANARY}@127.0.0.1:9/d", f"postgresql://127.0.0.1:9/d?password={CANARY}"]
)
def test_canary_in_the_address_of_a_database(harness: MakeHarness, relay: Relay, tmp_path: Path, url: str) -> None:
    """A database that cannot be reached is named without its password, at DEBUG too."""
    here = harness(1)
    for line in (["status"], ["--verbose", "daemon"], ["--verbose", "remind"], ["config", "show"], ["doctor"]):
        said = here.command(*line, TRACKER_DATABASE__URL=url)
        assert CANARY not in said.stdout + said.stderr, line
    said = here.command("copy", "--to", url)
    assert said.returncode != os.EX_OK
    assert CANARY not in said.stdout + said.stderr

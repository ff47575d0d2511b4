"""A database that is locked, full, gone or damaged (rows 12 to 16): daemons over SQLite, and what they do about it."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from commitments.storage import PRAGMAS, open_engine, reading
from notifications import alerts
from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]
IMPATIENT = {"FAULT_PATCH": "tests.faults.fault_patches:wait_little_for_locks"}
ONE_LINE = {"MAIL__CONNECTIONS": "1"}


def locked(here: DaemonHarness, mode: str = "IMMEDIATE") -> sqlite3.Connection:
    """Hold the database from outside, until the connection is closed."""
    holder = sqlite3.connect(here.folder / "yinuo.db", isolation_level=None, check_same_thread=False)
    holder.execute("PRAGMA busy_timeout=20000")
    holder.execute(f"BEGIN {mode}")
    holder.execute("SELECT count(*) FROM message").fetchone()
    return holder


# -- rows 12 and 13 --------------------------------------------------------------------------------------------


def test_row_12_locked_before_the_lease(harness: MakeHarness, relay: Relay, tally: Tally) -> None:
    """Row 12: locked longer than busy_timeout before lease: tick skipped and logged; later all is told, 0 doubled."""
    here = harness(5)
    daemon = here.start(**IMPATIENT)
    until(lambda: "a pass every" in here.log())
    with closing(locked(here)):
        until(lambda: "locked" in here.log())
        before = len(relay.received)
        assert daemon.poll() is None
    until(here.done)
    assert before <= len(here.expected)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 5}


def test_row_12_locked_between_250_and_settle(harness: MakeHarness, relay: Relay, tally: Tally) -> None:
    """Row 12: locked longer than busy_timeout between 250 and settle: settled later, 0 duplicates."""
    here = harness(3, **ONE_LINE)
    relay.gate.clear()
    here.start(**IMPATIENT)
    until(lambda: bool(relay.seen))
    with closing(locked(here)):
        relay.gate.set()
        until(lambda: "could not be recorded yet" in here.log())
        assert len(relay.received) == 1
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 3}


def test_row_13_a_reader_holds_the_database(harness: MakeHarness, relay: Relay, tally: Tally) -> None:
    """Row 13: a reader holds the database: COMMIT repeated, nothing lost."""
    here = harness(3, **ONE_LINE)
    relay.gate.clear()
    here.start(FAULT_PATCH="tests.faults.fault_patches:count_busy_commits")
    until(lambda: bool(relay.seen))
    with closing(locked(here, "DEFERRED")):
        relay.gate.set()
        until(lambda: (here.folder / "busy").exists() and int((here.folder / "busy").read_text()) > 3)
        assert len(relay.received) == 1
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 3}


# -- row 14 ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes; skips where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(line, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave no room on a disk; return the file that takes it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return ballast


def on_disk(here: DaemonHarness, disk: Path) -> None:
    """Let the harness's ledger lie on the small disk."""
    here.engine.dispose()
    shutil.copy(here.folder / "yinuo.db", disk / "yinuo.db")
    here.url = f"sqlite:///{disk}/yinuo.db"
    here.env["TRACKER_DATABASE__URL"] = here.url
    here.engine = open_engine(here.url)


def test_row_14_full_before_the_lease(harness: MakeHarness, relay: Relay, tally: Tally, small_disk: Path) -> None:
    """Row 14: disk full before lease: nothing claimed, the log says so, resumes when freed."""
    here = harness(3)
    on_disk(here, small_disk)
    clock = here.folder / "clock"
    clock.write_text("-86400")  # nothing is owed yet
    daemon = here.start(FAULT_CLOCK=str(clock), FAULT_PATCH="tests.faults.fault_patches:need_room_for_each_commit")
    here.await_passes()
    ballast = fill(small_disk)
    clock.write_text("0")
    until(lambda: "disk is full" in here.log())
    assert (here.states(), here.outcomes(), relay.seen) == ({}, {}, [])
    assert daemon.poll() is None
    ballast.unlink()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 3}


def test_row_14_full_between_250_and_settle(harness: MakeHarness, relay: Relay, tally: Tally, small_disk: Path) -> None:
    """Row 14: disk full between 250 and settle: settled when freed, not sent again."""
    here = harness(3, **ONE_LINE)
    on_disk(here, small_disk)
    relay.gate.clear()
    here.start(FAULT_PATCH="tests.faults.fault_patches:need_room_for_each_commit")
    until(lambda: bool(relay.seen))
    ballast = fill(small_disk)
    relay.gate.set()
    until(lambda: "could not be recorded yet" in here.log())
    assert len(relay.received) == 1
    ballast.unlink()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 3}


# -- row 15 ----------------------------------------------------------------------------------------------------

MERE_MORTAL = ("setpriv", "--bounding-set=-dac_override")  # root that may not write everywhere


def test_row_15_a_folder_that_cannot_be_written(harness: MakeHarness, relay: Relay) -> None:
    """Row 15: read-only directory: refused with the path and the reason."""
    here = harness(1)
    here.folder.chmod(0o500)
    try:
        said = here.command("remind", before=MERE_MORTAL if os.geteuid() == 0 else ())
    finally:
        here.folder.chmod(0o700)
    assert said.returncode == 1
    assert str(here.folder) in said.stderr
    assert relay.received == []


def backed_up(here: DaemonHarness) -> Path:
    """Let the daemon tell everything and make its nightly copy; return the copy."""
    until(here.done)
    until(lambda: bool(list((here.folder / "backups").glob("yinuo-*.db"))))
    return next((here.folder / "backups").glob("yinuo-*.db"))


@pytest.mark.parametrize("replaced", [False, True])
def test_row_15_the_database_is_gone(harness: MakeHarness, relay: Relay, *, replaced: bool) -> None:
    """Row 15: database deleted or replaced while running: stopped with path, reason and newest good backup."""
    here = harness(2)
    daemon = here.start()
    copy = backed_up(here)
    database = here.folder / "yinuo.db"
    database.rename(here.folder / "lost.db")
    if replaced:
        shutil.copy(copy, database)
    assert daemon.wait(30) == 1
    said = here.log()
    assert str(database) in said
    assert "deleted or replaced" in said
    assert str(copy) in said
    assert database.exists() == replaced, "no empty new database"


def test_row_15_no_daemon_makes_an_empty_database(harness: MakeHarness, relay: Relay) -> None:
    """Row 15: never an empty new database: a daemon that finds none refuses and names the path."""
    here = harness(2)
    here.engine.dispose()
    (here.folder / "yinuo.db").unlink()
    daemon = here.start()
    assert daemon.wait(30) == 1
    assert str(here.folder / "yinuo.db") in here.log()
    assert "There is no backup." in here.log()
    assert not (here.folder / "yinuo.db").exists()


def test_row_15_a_corrupt_page(harness: MakeHarness, relay: Relay) -> None:
    """Row 15: corrupt page: refused with the path, the reason and the newest good backup; nothing is sent."""
    here = harness(2)
    daemon = here.start()
    copy = backed_up(here)
    told = list(relay.received)
    here.engine.dispose()
    with closing(sqlite3.connect(here.folder / "yinuo.db")) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'instance'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    here.stop(daemon)
    with (here.folder / "yinuo.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xde\xad" * (size // 2))
    assert here.start().wait(30) == 1
    said = here.log()
    assert "malformed" in said
    assert str(here.folder / "yinuo.db") in said
    assert str(copy) in said
    assert relay.received == told


# -- row 16 ----------------------------------------------------------------------------------------------------


def test_row_16_every_pooled_connection_is_durable(tmp_path: Path) -> None:
    """Row 16: power loss: pragmas asserted on every pooled connection."""
    engine = open_engine(f"sqlite:///{tmp_path}/yinuo.db", create=True)
    opened: list[sqlite3.Connection] = []
    event.listen(engine, "connect", lambda dbapi, _record: opened.append(dbapi))
    connections = [engine.connect() for _ in range(5)]
    assert len(opened) == 5
    wanted = {"journal_mode": "persist", "synchronous": 3, "foreign_keys": 1, "busy_timeout": 15000}
    for raw in opened:
        assert {name: raw.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted
    assert {pragma.split("=")[0] for pragma in PRAGMAS} >= set(wanted)
    for connection in connections:
        connection.close()
    engine.dispose()


def test_row_16_each_commit_ends_with_an_fsync(harness: MakeHarness, relay: Relay) -> None:
    """Row 16: power loss, by system calls: nothing is on the wire while anything written is not on the disk."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    here = harness(3, **ONE_LINE)
    trace = here.folder / "trace"
    calls = "trace=pwrite64,write,fdatasync,fsync,sendto"
    line = ["strace", "-f", "-y", "-e", calls, "-s", "8", "-o", str(trace), *here.line("remind")]
    done = subprocess.run(line, cwd=here.folder, env=here.env, capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr and not relay.received:
        pytest.skip("strace is not allowed here")
    assert done.returncode == 0, done.stderr
    assert len(relay.received) == 3
    unsynced, sent = _replay(trace.read_text(errors="replace").splitlines())
    assert sent > 3 * 4, "the conversation with the relay was seen"
    assert unsynced == []


def _replay(lines: list[str]) -> tuple[list[str], int]:
    """Return the files that had unsynced writes when something was sent, and how often something was sent."""
    dirty: set[str] = set()
    unsynced: list[str] = []
    sent = 0
    for line in lines:
        call, _, rest = line.partition("(")
        file = rest.partition("<")[2].partition(">")[0]
        name = call.split()[-1] if call.split() else ""
        if name in ("pwrite64", "write") and "yinuo.db" in file and not file.endswith(".lock"):
            dirty.add(file)
        elif name in ("fsync", "fdatasync"):
            dirty.discard(file)
        elif name == "sendto":
            sent += 1
            unsynced += dirty
    return [*unsynced, *dirty], sent


def test_row_14_a_nightly_copy_that_fails_is_an_alert(harness: MakeHarness, relay: Relay) -> None:
    """Row 14: disk full: a nightly copy that fails stands as an alert; mail goes on."""
    here = harness(1)
    here.start(FAULT_PATCH="tests.faults.fault_patches:fail_to_copy")
    until(here.done)

    def told() -> bool:
        with reading(here.engine) as session:
            return [alert.key for alert in alerts.standing(session)] == ["backup"]

    until(told)

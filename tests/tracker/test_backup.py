"""Copies that can be trusted, and restoring so that nothing is said twice and nothing is lost on the way."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from commitments.storage import copy_into
from notifications import delivery
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.demo import stage
from tracker.ops import backup, link_revocation, restore
from tracker.ops.lock import sending_lock

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
MORNING = "2019-06-27T10:00:00+08:00"


@pytest.fixture
def home(place: Path) -> Iterator[Path]:
    """The ledger of letter 1007 on its first morning; the clock stands still."""
    with freeze_time(MORNING, ignore=["_pytest.timing"]):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        yield place


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    app = App(config.load(None, {}, home), actor="office")
    yield app
    app.engine.dispose()


def ask(database: Path | str, *statements: str) -> list[tuple[object, ...]]:
    """Say statements to a database file, committed; return the rows of the last one."""
    with closing(sqlite3.connect(database)) as connection:
        rows: list[tuple[object, ...]] = []
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        connection.commit()
    return rows


def states(table: str) -> list[tuple[object, ...]]:
    return ask("yinuo.db", f"SELECT DISTINCT state FROM {table} ORDER BY state")


def standing_alerts(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(["status", "--json"]) == 0
    return " ".join(alert["text"] for alert in json.loads(capsys.readouterr().out)["alerts"])


# -- making a copy ---------------------------------------------------------------------------------------------


def test_a_copy_has_every_row_and_the_head_of_the_history(app: App, home: Path) -> None:
    made = backup.backup(app, home / "copy.db")
    for table in ("commitment", "department", "history", "instance", "receipt", "dispute", "answer", "submission"):
        assert made.rows[table] == ask("yinuo.db", f"SELECT count(*) FROM {table}")[0][0]
    assert ask("copy.db", "SELECT seq || ':' || hash FROM history ORDER BY seq DESC LIMIT 1") == [(made.head,)]


def test_a_copy_that_lost_rows_does_not_get_its_name(app: App, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain alone does not show that its last entry is missing."""
    backup.backup(app, home / "copy.db")
    good = (home / "copy.db").read_bytes()

    def lossy(engine: Engine, target: Path) -> None:
        copy_into(engine, target)
        ask(target, "DELETE FROM history WHERE seq = (SELECT max(seq) FROM history)")

    monkeypatch.setattr(backup, "copy_into", lossy)
    with pytest.raises(backup.BadBackup):
        backup.backup(app, home / "copy.db")
    assert (home / "copy.db").read_bytes() == good
    assert not list(home.glob(".*.part*"))


def test_an_older_copy_of_the_same_name_gives_way(home: Path) -> None:
    for expected in (11, 12):
        assert run(["backup", "copy.db"]) == 0
        assert ask("copy.db", "SELECT count(*) FROM commitment") == [(expected,)]
        assert run(["add", "--letter", "1007", "--title", "新增", "--lead", "市民政局", "--due", "+30d"]) == 0


@pytest.mark.parametrize("line", [["backup", "yinuo.db"], ["restore", "yinuo.db", "--yes"], ["backup", "."]])
def test_the_ledger_itself_is_neither_overwritten_nor_restored(home: Path, line: list[str]) -> None:
    before = (home / "yinuo.db").stat().st_ino
    assert run(line) == 1
    assert (home / "yinuo.db").stat().st_ino == before


def test_only_finished_evidence_is_copied(home: Path) -> None:
    (home / "proof.txt").write_text("seen")
    assert run(["progress", "2019-1007-02", "--note", "x", "--evidence", "proof.txt"]) == 0
    (home / "evidence" / "tmphalf").write_text("se")
    assert run(["backup", "copies/one.db"]) == 0
    [copied] = (home / "copies" / "evidence").iterdir()
    assert copied.read_text() == "seen"


def test_one_copy_a_night_and_the_newest_fourteen_stay(app: App, home: Path) -> None:
    for night in range(16):
        with freeze_time(MORNING) as clock:
            clock.tick(timedelta(days=night))
            assert backup.nightly(app) is not None
            assert backup.nightly(app) is None
    kept = sorted(path.name for path in (home / "backups").glob("*.db"))
    assert (len(kept), kept[0], kept[-1]) == (14, "yinuo-2019-06-29.db", "yinuo-2019-07-12.db")
    assert ask("yinuo.db", "SELECT backed_up_at FROM instance") == [("2019-07-12 02:00:00.000000",)]


# -- restoring: what was due is held ---------------------------------------------------------------------------


def test_what_the_daemon_had_in_hand_when_the_copy_was_made_is_held_too(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with freeze_time("2019-06-27T08:00:00+08:00"):
        assert run(["remind"]) == 0
    leased = "UPDATE notice SET token = 'x', leased_until = '2019-06-27 02:20:00.000000' WHERE state = 'owed'"
    ask("yinuo.db", leased)
    assert run(["backup", "copy.db"]) == 0
    assert run(["restore", "copy.db", "--yes"]) == 0
    assert states("notice") == [("held",)]
    assert run(["remind"]) == 0
    assert not list((home / "outbox").glob("*.eml"))


def test_a_message_under_way_is_unknown_and_waits_for_a_person(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["remind"]) == 0
    first = {path.name: path.read_bytes() for path in (home / "outbox").glob("*.eml")}
    ask(
        "yinuo.db",
        "UPDATE message SET state = 'sending', sent_at = NULL, token = 'x'",
        "UPDATE notice SET state = 'in_message', told_at = NULL",
        "UPDATE attempt SET outcome = NULL, finished_at = NULL",
    )
    assert run(["backup", "copy.db"]) == 0
    assert run(["restore", "copy.db", "--yes"]) == 0
    for path in (home / "outbox").glob("*.eml"):
        path.unlink()
    assert states("message") == [("unknown",)]
    assert ask("yinuo.db", "SELECT DISTINCT outcome FROM attempt") == [("unknown",)]
    assert f"0 notices and {len(first)} messages" in standing_alerts(capsys)
    with freeze_time("2019-07-04T10:00:00+08:00"):
        assert run(["remind"]) == 0
        assert not set(first) & {path.name for path in (home / "outbox").glob("*.eml")}
        assert run(["outbox", "release", "--yes"]) == 0
        assert run(["remind"]) == 0
    again = {path.name: path.read_bytes() for path in (home / "outbox").glob("*.eml")}
    assert {name: again[name] for name in first} == first


def test_the_count_includes_what_the_guard_held_because_of_the_gap(
    app: App, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["remind"]) == 0
    assert run(["backup", "copy.db"]) == 0
    with freeze_time("2019-12-31T11:00:00+08:00"):
        done = restore.restore(app, home / "copy.db")
        held = ask("yinuo.db", "SELECT count(*) FROM notice WHERE state = 'held'")[0][0]
        assert done.notices == held > 0
        assert f"restored: {held} notices" in standing_alerts(capsys)
    changes = ask("yinuo.db", "SELECT changes FROM history WHERE action = 'restore'")[0][0]
    assert json.loads(str(changes)) == {"notices": [None, held], "messages": [None, 0]}
    assert run(["history", "verify"]) == 0


# -- restoring: whole or not at all ----------------------------------------------------------------------------


def test_a_copy_of_a_newer_program_is_refused_before_anything_is_touched(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", "copy.db"]) == 0
    ask("copy.db", "UPDATE alembic_version SET version_num = '9999'")
    assert run(["restore", "copy.db", "--yes"]) == 1
    assert "9999" in capsys.readouterr().err
    assert run(["list"]) == 0
    assert not list(home.glob("*before-restore*"))


def test_links_that_were_revoked_are_not_good_again(app: App, home: Path) -> None:
    assert run(["backup", "copy.db"]) == 0
    with app.register() as register:
        assert link_revocation.revoke_coordinator(register, "链接外泄") == 2
    app.engine.dispose()
    for _ in range(2):
        assert run(["department", "revoke-links", "市民政局"]) == 0
    assert run(["restore", "copy.db", "--yes"]) == 0
    generations = "SELECT link_generation, count(*) FROM department GROUP BY 1 ORDER BY 1"
    assert ask("yinuo.db", generations) == [(1, 6), (3, 1)]
    assert ask("yinuo.db", "SELECT link_generation FROM instance") == [(2,)]
    again = "SELECT subject, reason FROM history WHERE action = 'links_revoked' ORDER BY seq"
    assert ask("yinuo.db", again) == [("市民政局", "copy.db")] * 2 + [("organisation", "copy.db")]
    assert run(["history", "verify"]) == 0


def test_an_altered_history_is_not_restored(home: Path) -> None:
    assert run(["backup", "copy.db"]) == 0
    ask("copy.db", "UPDATE history SET reason = 'no reason' WHERE seq = 2")
    assert run(["restore", "copy.db", "--yes"]) == 1
    assert run(["history", "verify"]) == 0


def test_trouble_half_way_leaves_the_ledger_as_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["backup", "copy.db"]) == 0
    before = (home / "yinuo.db").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delivery, "plan", full)
    assert run(["restore", "copy.db", "--yes"]) == 1
    assert (home / "yinuo.db").read_bytes() == before
    assert not list(home.glob(".*.part*"))


def test_while_a_daemon_sends_nothing_is_restored(home: Path) -> None:
    assert run(["backup", "copy.db"]) == 0
    before = (home / "yinuo.db").stat().st_ino
    with sending_lock(home / "yinuo.db"):
        assert run(["restore", "copy.db", "--yes"]) == 75
    assert (home / "yinuo.db").stat().st_ino == before


@pytest.mark.parametrize("present", [None, b"not a database" * 500])
def test_a_lost_or_damaged_ledger_is_replaced_with_its_evidence(home: Path, present: bytes | None) -> None:
    (home / "proof.txt").write_text("seen")
    assert run(["progress", "2019-1007-02", "--note", "x", "--evidence", "proof.txt"]) == 0
    assert run(["backup", "copies/one.db"]) == 0
    for lost in (home / "yinuo.db", home / "yinuo.db-journal", *(home / "evidence").iterdir()):
        lost.unlink(missing_ok=True)
    if present is not None:
        (home / "yinuo.db").write_bytes(present)
    assert run(["restore", "copies/one.db", "--yes"]) == 0
    assert run(["show", "2019-1007-02"]) == 0
    assert [path.read_text() for path in (home / "evidence").iterdir()] == ["seen"]
    assert [path.read_bytes() for path in home.glob("*.before-restore-*")] == ([present] if present else [])


CRASH = """
import os, sqlite3
ledger = sqlite3.connect("yinuo.db", isolation_level=None)
ledger.execute("PRAGMA journal_mode=PERSIST"); ledger.execute("PRAGMA cache_size=1"); ledger.execute("BEGIN")
ledger.execute("UPDATE department SET name = 'half done ' || id")
ledger.execute("UPDATE history SET changes = hex(randomblob(20000))")
os._exit(0)
"""


def test_half_done_work_of_a_crash_spoils_neither_ledger(home: Path) -> None:
    """A journal left beside the file would be played into whatever database lies there next."""
    assert run(["backup", "copy.db"]) == 0
    subprocess.run([sys.executable, "-c", CRASH], check=True, cwd=home)
    assert b"half done" in (home / "yinuo.db").read_bytes()
    assert run(["restore", "copy.db", "--yes"]) == 0
    [kept] = [path for path in home.glob("*.before-restore-*") if not path.name.endswith("-journal")]
    for database in (home / "yinuo.db", kept):
        assert ask(database, "PRAGMA integrity_check") == [("ok",)]
        assert ask(database, "SELECT count(*) FROM department WHERE name LIKE 'half done%'") == [(0,)]


def test_who_may_read_the_ledger_stays_as_it_was(home: Path) -> None:
    assert run(["backup", "copy.db"]) == 0
    (home / "yinuo.db").chmod(0o600)
    assert run(["restore", "copy.db", "--yes"]) == 0
    assert (home / "yinuo.db").stat().st_mode & 0o777 == 0o600


# -- PostgreSQL ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [["backup", "copy.db"], ["restore", "copy.db", "--yes"]])
def test_postgresql_has_its_own_tools(
    home: Path, line: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE__URL", "postgresql+psycopg://yinuo@localhost:1/yinuo")
    assert run(line) == 1
    assert "pg_dump" in capsys.readouterr().err
    assert backup.nightly(App(config.load(None, os.environ, home), actor="office")) is None

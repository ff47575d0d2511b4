"""Trouble is known to `status`, `doctor`, the pages' /healthz and the ping; databases in trouble are sentences.

Longer than a file should be: each trouble is asked after at the same doors.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine, select, update

from commitments.models import HistoryEntry
from commitments.storage import writing
from notifications import alerts, delivery, passes
from notifications.models import Instance, Message, Notice
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.daemon import Daemon
from tracker.demo import stage
from tracker.ops import backup, link_keys, status, upgrade

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
THURSDAY = datetime(2019, 6, 27, 2, tzinfo=UTC)  # 10:00 where the office is
HOUR = timedelta(hours=1)
ROOT = Path(__file__).parents[2]
READING = [
    ["list"], ["show", "2019-1007-01"], ["status"], ["doctor"], ["history"], ["history", "verify"], ["outbox", "list"],
    ["outbox", "list", "--held"], ["letter", "list"], ["department", "list"], ["remind", "--dry-run"],
    ["ledger", "dump", "out.toml"],
]  # fmt: skip
WRITING = [
    ["remind"], ["progress", "2019-1007-01", "--note", "进展"], ["outbox", "retry", "--dead"],
    ["department", "edit", "市民政局", "--mailbox", "new@gz.example"], ["init"],
]  # fmt: skip


@pytest.fixture
def app(place: Path) -> Iterator[App]:
    """The ledger of letter 1007, loaded on a Thursday at ten; the clock stands still."""
    with freeze_time(THURSDAY, ignore=["_pytest.timing"]):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        app = App(config.load(None, {}, place), actor="office")
        yield app
        app.engine.dispose()


@pytest.fixture
def judge(capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, dict[str, Any]]]:
    def look() -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run(["status", "--check", "--json"])
        return code, json.loads(capsys.readouterr().out)

    return look


Judge = Callable[[], tuple[int, dict[str, Any]]]


# -- overdue ---------------------------------------------------------------------------------------------------


def owed_since(app: App, since: datetime, slot: date) -> None:
    """Have a pass plan everything before the send time, and date what it owes."""
    with freeze_time("2019-06-27T07:00:00+08:00"):
        assert run(["remind"]) == 0
    with writing(app.engine) as session:
        session.execute(update(Notice).values(created_at=since, slot=slot))


@pytest.mark.parametrize(
    ("looked", "code"),
    [
        ("2019-06-27T10:59:00+08:00", 0),
        ("2019-06-27T11:01:00+08:00", 1),
        ("2019-06-28T08:00:00+08:00", 1),
        ("2019-06-30T12:00:00+08:00", 1),
    ],
)
def test_notices_that_wait_for_two_hours_of_sending_time_are_known(
    app: App, judge: Judge, looked: str, code: int
) -> None:
    owed_since(app, datetime(2019, 6, 26, 23, tzinfo=UTC), date(2019, 6, 27))
    with freeze_time(looked):
        found, facts = judge()
    assert found == code
    assert any("two hours" in why for why in facts["why"]) is bool(code)


def test_a_night_and_a_weekend_are_no_sending_time(app: App, judge: Judge) -> None:
    owed_since(app, datetime(2019, 6, 28, 15, 30, tzinfo=UTC), date(2019, 6, 28))  # Friday, 23:30
    with freeze_time("2019-07-01T10:15:00+08:00"):  # Monday: half an hour and an hour and a quarter
        assert judge()[0] == 0
    with freeze_time("2019-07-01T11:00:00+08:00"):
        assert judge()[0] == 1


@pytest.mark.parametrize("excuse", ["rests", "held", "told today", "just rested", "moving"])
def test_what_has_a_reason_to_wait_is_not_overdue(app: App, judge: Judge, excuse: str) -> None:
    owed_since(app, datetime(2019, 6, 26, 23, tzinfo=UTC), date(2019, 6, 27))
    now = datetime(2019, 6, 27, 8, tzinfo=UTC)
    with writing(app.engine) as session:
        if excuse == "rests":
            session.get_one(Instance, 1).paused_until = now + HOUR
        elif excuse == "just rested":
            session.get_one(Instance, 1).paused_until = now - HOUR
        elif excuse == "held":
            session.execute(update(Notice).values(state="held", reason="guard"))
        else:
            session.execute(update(Notice).values(state="told"))
    with freeze_time(now):
        assert not any("two hours" in why for why in judge()[1]["why"])


def test_messages_that_nobody_tries_are_overdue_too(app: App, judge: Judge) -> None:
    with freeze_time("2019-06-27T09:30:00+08:00"):
        assert run(["remind"]) == 0
    with writing(app.engine) as session:
        session.execute(update(Notice).where(Notice.state == "owed").values(state="cancelled"))
        session.execute(update(Message).values(state="retry", next_at=datetime(2019, 6, 27, 2, tzinfo=UTC)))
    with freeze_time("2019-06-27T11:30:00+08:00"):
        assert judge()[0] == 0
    with freeze_time("2019-06-27T12:30:00+08:00"):
        assert judge()[0] == 1


# -- known to all ------------------------------------------------------------------------------------------------


def health_page(app: App) -> tuple[int, str]:
    from tracker.web.app import make as make_pages

    answer = make_pages(app).test_client().get("/healthz")
    assert answer.mimetype == "text/plain"
    assert len(answer.text.splitlines()) == 1
    return answer.status_code, answer.text.strip()


def test_the_health_page_says_ok_or_why_in_one_line_without_a_secret(app: App) -> None:
    assert health_page(app) == (200, "ok")
    with writing(app.engine) as session:
        alerts.raise_(session, "channel", "channel smtp: relay.secret.example: 535 kanarienvogel", THURSDAY)
    code, line = health_page(app)
    assert (code, line) == (503, "the mail channel rests")
    with writing(app.engine) as session:
        alerts.clear(session, "channel", THURSDAY)
        alerts.raise_(session, "pass/send/KeyError@x.y", "a pass fails at send: kanarienvogel", THURSDAY)
    assert health_page(app) == (503, "a pass fails")
    with writing(app.engine) as session:
        alerts.clear(session, "pass/send/KeyError@x.y", THURSDAY)
    assert health_page(app) == (200, "ok")


def test_the_health_page_knows_of_a_damaged_or_missing_database(app: App, tmp_path: Path) -> None:
    from tracker.web.app import make as make_pages

    pages = make_pages(app).test_client()
    assert pages.get("/healthz").status_code == 200
    (tmp_path / "yinuo.db").rename(tmp_path / "lost.db")
    assert (pages.get("/healthz").status_code, pages.get("/healthz").text) == (503, "the database cannot be read\n")


@pytest.mark.parametrize("content", [None, b"", "密码".encode("gbk"), "x".encode("utf-16"), b"a\nb\n"])
def test_a_password_file_that_goes_bad_is_known(app: App, tmp_path: Path, content: bytes | None) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"good")
    secret.chmod(0o600)
    (tmp_path / "config.toml").write_text('[mail]\npassword_file = "secret"\n')
    mine = App(config.load(None, {}, tmp_path), actor="office")
    secret.unlink() if content is None else secret.write_bytes(content)
    facts = status.look(mine)
    assert [stoppage["kind"] for stoppage in facts["stoppages"]] == ["a file of the configuration cannot be read"]
    assert status.judge(facts)[0] != 0
    assert health_page(mine)[0] == 503
    for line in (["status", "--check"], ["doctor"], ["config", "check"]):
        assert run(line) == 4
    mine.engine.dispose()


def test_keys_that_are_gone_are_known_and_not_made_anew(app: App, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[web]\nbase_url = "https://yinuo.example"\n')
    mine = App(config.load(None, {}, tmp_path), actor="office")
    assert mine.links is not None
    (tmp_path / "web-keys").unlink()
    assert [each.kind for each in status.stoppages(mine)] == [status.KEYS_GONE]
    with pytest.raises(config.ConfigError, match="put the file back"):
        mine.fresh()
    assert health_page(mine) == (503, status.KEYS_GONE)
    assert not (tmp_path / "web-keys").exists()
    mine.engine.dispose()


def test_keys_that_are_gone_are_told_by_every_door_and_stop_no_mail(
    app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "web-keys"
    (tmp_path / "config.toml").write_text('[web]\nbase_url = "https://yinuo.example"\n')
    assert run(["links", "show", "--desk"]) == 0
    link = capsys.readouterr().out.splitlines()[-1]
    file.rename(tmp_path / "kept")
    assert run(["status", "--check"]) == 1
    assert run(["doctor"]) == 1
    assert capsys.readouterr().out.count("用 `tracker links rotate` 生成新密钥") >= 3
    for line in (["links", "show", "--desk"], ["links", "show", "市民政局"], ["serve"]):
        assert run(line) == 4
    daemon = Daemon(App(config.load(None, {}, tmp_path), actor="office"))  # started anew: it never had the keys
    with freeze_time("2019-06-28T10:00:00+08:00"):
        told = [daemon.tick().sent, daemon.tick().sent]
    with daemon.app.reading() as session:
        assert [alert.key for alert in alerts.standing(session)] == ["pass/settings/KeysGone@app.check_keys"]
    texts = [page.read_text("utf-8") for page in (tmp_path / "outbox").glob("*.eml")]
    bodies = [message_from_string(text, policy=policy.default).get_body(("plain",)) for text in texts]
    assert told == [len(bodies), 0]
    assert told[0] > 0
    assert [body for body in bodies if body is None or "https://yinuo.example/" in body.get_content()] == []
    assert not file.exists()
    (tmp_path / "kept").rename(file)
    with freeze_time("2019-06-28T10:05:00+08:00"):
        daemon.tick()
    with daemon.app.reading() as session:
        assert alerts.standing(session) == []
    assert daemon.app.context().links is not None
    assert daemon.app.links is not None
    assert daemon.app.links.read("desk", link.split("/")[4]) is not None
    daemon.app.engine.dispose()


def test_new_keys_are_made_when_a_person_asks_for_them(
    app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text('[web]\nbase_url = "https://yinuo.example"\n')
    assert run(["links", "show", "--desk"]) == 0
    (tmp_path / "web-keys").unlink()
    capsys.readouterr()
    assert run(["links", "rotate"]) == 0
    assert "此前发出的链接都打不开了" in capsys.readouterr().err
    assert len(link_keys.read(tmp_path / "web-keys")) == 1
    assert run(["links", "show", "--desk"]) == 0
    assert run(["status", "--check"]) == 0
    with app.reading() as session:
        made = session.scalars(select(HistoryEntry.action).where(HistoryEntry.action.startswith("links_"))).all()
    assert made == [link_keys.MADE, link_keys.ROTATED]


def test_keys_of_an_earlier_version_are_known_from_the_next_start_on(app: App, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[web]\nbase_url = "https://yinuo.example"\n')
    link_keys.read(tmp_path / "web-keys")
    for _ in range(2):
        upgrade.prepare(App(config.load(None, {}, tmp_path), actor="office"))
    (tmp_path / "web-keys").unlink()
    again = App(config.load(None, {}, tmp_path), actor="office")
    with pytest.raises(link_keys.KeysGone):
        again.check_keys()
    with again.reading() as session:
        assert len(session.scalars(select(HistoryEntry).where(HistoryEntry.action == link_keys.MADE)).all()) == 1
    again.engine.dispose()


def test_looking_keeps_no_writer_waiting(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who tries to write holds no reading transaction: a writer at its COMMIT would wait for it, and it for them."""
    opened: list[bool] = []

    def look(engine: Engine) -> None:
        opened.append(engine.pool.checkedout() == 0)  # type: ignore[attr-defined]

    monkeypatch.setattr(status, "check_writable", look)
    status.look(app)
    assert opened == [True]


# -- databases -----------------------------------------------------------------------------------------------------

MORTAL = ("setpriv", "--bounding-set=-dac_override")


def tracker(folder: Path, line: list[str], before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [*before, sys.executable, "-m", "tracker", "--language", "en", *line]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=100, check=False)


def one_sentence(done: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1, 2, 5)
    if done.returncode == 1 and not done.stdout:
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
def test_a_database_that_cannot_be_written_is_down(app: App, tmp_path: Path) -> None:
    app.engine.dispose()
    files = [tmp_path / "yinuo.db", tmp_path / "yinuo.db-journal"]
    for file in files:
        file.chmod(0o444)
    before = MORTAL if os.geteuid() == 0 else ()
    done = tracker(tmp_path, ["status", "--check", "--json"], before)
    assert done.returncode == 2
    assert "cannot be written" in json.loads(done.stdout)["why"][0]
    assert "cannot be written" in tracker(tmp_path, ["doctor"], before).stdout
    for line in WRITING[:2]:
        done = tracker(tmp_path, line, before)
        one_sentence(done)
        assert "readonly" in done.stderr
    for file in files:
        file.chmod(0o644)
    assert tracker(tmp_path, ["status", "--check"]).returncode == 0


def test_another_program_keeps_the_database_in_wal_mode(app: App, tmp_path: Path, judge: Judge) -> None:
    app.engine.dispose()
    with closing(sqlite3.connect(tmp_path / "yinuo.db", isolation_level=None)) as other:
        assert other.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
        other.execute("SELECT count(*) FROM message").fetchone()
        for line in (*READING, *WRITING, ["backup", "copy.db"]):
            assert run(["--language", "en", *line]) == 0, line
        code, facts = judge()
        sound = sqlite3.sqlite_version_info >= (3, 51, 3)
        assert (code, bool(facts["journal"])) == ((0, False) if sound else (1, True))
    assert judge()[0] == 0
    with closing(sqlite3.connect(tmp_path / "yinuo.db")) as again:
        assert again.execute("PRAGMA journal_mode").fetchone() != ("wal",), "set back once the other is gone"


def test_a_ledger_restored_over_one_in_wal_mode_is_the_copy(app: App, tmp_path: Path) -> None:
    backup.backup(app, tmp_path / "copy.db")
    app.engine.dispose()
    with closing(sqlite3.connect(tmp_path / "yinuo.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("UPDATE department SET mailbox = 'later@gz.example'")
        assert run(["restore", "copy.db", "--yes"]) == 0
        assert not (tmp_path / "yinuo.db-wal").exists()
    with closing(sqlite3.connect(tmp_path / "yinuo.db")) as restored:
        assert restored.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert "later@gz.example" not in {name for (name,) in restored.execute("SELECT mailbox FROM department")}


def test_a_file_that_is_no_database_or_a_folder_is_a_sentence(
    app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app.engine.dispose()
    for spoil in ("text", "folder", "empty"):
        (tmp_path / "yinuo.db").unlink()
        if spoil == "text":
            (tmp_path / "yinuo.db").write_bytes(b"no database, only text. " * 100)
        elif spoil == "folder":
            (tmp_path / "yinuo.db").mkdir()
        else:
            (tmp_path / "yinuo.db").touch()
        for line in (*READING, *WRITING[:4]):
            capsys.readouterr()
            assert run(["--language", "en", *line]) == 1, line
            if line != ["doctor"]:
                assert len(capsys.readouterr().err.splitlines()) == 1
        assert run(["status", "--check"]) == 2
        if spoil == "folder":
            (tmp_path / "yinuo.db").rmdir()
            (tmp_path / "yinuo.db").touch()


def test_a_database_that_another_program_locks_is_a_sentence(
    app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from commitments import storage

    kept = (pragma for pragma in storage.PRAGMAS if "busy" not in pragma)
    monkeypatch.setattr(storage, "PRAGMAS", (*kept, "busy_timeout=50"))
    app.engine.dispose()
    with closing(sqlite3.connect(tmp_path / "yinuo.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for line in (*READING, *WRITING[:4]):
            capsys.readouterr()
            assert run(["--language", "en", *line]) == 1, line
            if line != ["doctor"]:
                assert "held by another program" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["127.0.0.1:9", "no-such-host.invalid", "%2Fno%2Fsuch%2Ffolder"])
def test_a_postgresql_server_that_is_not_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(f'[database]\nurl = "postgresql://u:kanarienvogel@{where}/d"\n')
    for line in (["list"], ["status"], ["remind"], ["init"], ["history"]):
        capsys.readouterr()
        assert run(["--language", "en", *line]) == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
        assert "kanarienvogel" not in said
    assert run(["status", "--check"]) == 2
    assert run(["doctor"]) == 1


@pytest.mark.parametrize("trouble", ["no such database", "no such role", "SSL required", "too many connections"])
def test_a_postgresql_server_that_refuses_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], postgres: str, trouble: str
) -> None:
    from sqlalchemy import create_engine, text

    monkeypatch.chdir(tmp_path)
    url = postgres.replace("+psycopg", "")
    url = {
        "no such database": url.replace("/postgres?", "/absent?"),
        "no such role": url.replace("yinuo@", "stranger@"),
        "SSL required": url + "&sslmode=require",
        "too many connections": url.replace("yinuo@", "few@"),
    }[trouble]
    if trouble == "SSL required":
        pytest.skip("libpq asks for no TLS over a Unix socket")
    engine = create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS few"))
        connection.execute(text("CREATE ROLE few LOGIN CONNECTION LIMIT 0"))
    engine.dispose()
    (tmp_path / "config.toml").write_text(f'[database]\nurl = "{url}"\n')
    for line in (["list"], ["status"], ["remind"], ["init"]):
        capsys.readouterr()
        assert run(["--language", "en", *line]) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert run(["status", "--check"]) == 2


# -- the outbox ----------------------------------------------------------------------------------------------------


def dead(app: App) -> list[int]:
    """Have three messages given up; return their numbers."""
    with freeze_time("2019-06-27T09:30:00+08:00"):
        assert run(["remind"]) == 0
    with writing(app.engine) as session:
        ids = [row.id for row in session.query(Message).order_by(Message.id).limit(3)]
        session.execute(update(Message).where(Message.id.in_(ids)).values(state="dead"))
        session.execute(update(Notice).where(Notice.message_id.in_(ids)).values(state="dead"))
        for each in ids:
            alerts.raise_(session, f"dead/{each}", "could not be delivered", THURSDAY)
        session.get_one(Instance, 1).paused_until = THURSDAY + 10 * HOUR
    return ids


def test_several_messages_are_tried_again_at_once(app: App, capsys: pytest.CaptureFixture[str], judge: Judge) -> None:
    ids = dead(app)
    capsys.readouterr()
    assert run(["outbox", "retry", str(ids[0]), str(ids[1]), str(ids[0])]) == 0
    assert capsys.readouterr().out.split() == [str(ids[0]), str(ids[1])]
    assert run(["outbox", "retry", "--dead"]) == 0
    assert capsys.readouterr().out.split() == [str(ids[2])]
    assert judge()[1]["dead"] == 0
    assert run(["remind"]) == 0, "the channel was woken"
    assert judge()[1]["messages"]["retry"] == 0
    assert judge()[1]["alerts"] == []


@pytest.mark.parametrize("line", [[], ["1", "--dead"]])
def test_what_to_try_again_must_be_said(app: App, line: list[str]) -> None:
    assert run(["outbox", "retry", *line]) == 2


def test_one_wrong_number_changes_nothing(app: App, judge: Judge) -> None:
    ids = dead(app)
    assert run(["outbox", "retry", str(ids[0]), "9999"]) == 3
    assert judge()[1]["dead"] == 3


def test_after_a_restore_all_speak_of_the_same(app: App, judge: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    dead(app)
    assert run(["outbox", "retry", "--dead"]) == 0
    assert run(["backup", "copy.db"]) == 0
    app.engine.dispose()
    assert run(["restore", "copy.db", "--yes"]) == 0
    facts = judge()[1]

    def rows(*line: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert run(["outbox", "list", "--json", *line]) == 0
        return next(value for name, value in json.loads(capsys.readouterr().out).items() if name != "schema")

    notices, messages = rows("--held"), rows()
    assert facts["held"] == sum(row["state"] == "held" for row in notices) > 3
    assert facts["owed"] == sum(row["state"] == "owed" for row in notices)
    assert facts["held_messages"] == sum(row["held"] for row in messages) == 3
    for state, count in facts["messages"].items():
        assert count == sum(row["state"] == state for row in messages)
    assert f"and {facts['held_messages']} messages" in facts["alerts"][0]["text"]
    assert run(["outbox", "release", "--yes"]) == 0
    assert (judge()[1]["held"], judge()[1]["held_messages"]) == (0, 0)


# -- a rehearsal -----------------------------------------------------------------------------------------------------


def test_a_rehearsal_in_which_nothing_can_be_composed_says_so(
    app: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(app.engine) as session:
        session.connection().exec_driver_sql("UPDATE department SET mailbox = '台账@民政局.中国', escalation = ''")
    app.engine.dispose()
    monkeypatch.setenv("TRACKER_DIGEST__STATUS_WEEKDAY", "")
    line = ["rehearse", "--from", "2019-06-27", "--until", "2019-06-28", "--into", "preview"]
    capsys.readouterr()
    assert run(["--language", "en", *line]) == 5
    said = capsys.readouterr().err
    assert "could not be composed" in said
    assert "台账@民政局.中国" in said


# -- the listener ------------------------------------------------------------------------------------------------


def test_the_ping_comes_back_once_passes_are_recorded_again(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon, pings, told = Daemon(app), [], []
    monkeypatch.setattr(daemon.hooks, "ping", lambda: pings.append(True))
    monkeypatch.setattr(daemon.hooks, "_run_command", told.append)
    for outbreak in (1, 2):
        with freeze_time(THURSDAY + outbreak * timedelta(days=3)):  # each day has something to plan
            with monkeypatch.context() as trouble:
                trouble.setattr(passes, "_record", cannot)  # the database takes nothing
                trouble.setattr(delivery, "plan", cannot)
                daemon.tick()
            daemon.run_hooks()
            assert (len(told), pings) == (outbreak, [])
            daemon.tick()
            daemon.run_hooks()
            assert pings.pop()


def cannot(*_: object) -> None:
    raise OSError("disk trouble")

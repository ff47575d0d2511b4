"""`tracker status`, `tracker doctor`, `tracker mail test`: what they judge, and by which exit code."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from commitments.storage import writing
from notifications import alerts
from notifications.models import Instance, Worker
from tests.notifications.test_smtp import free_port
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.demo import stage
from tracker.ops import status

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
NOW = datetime(2019, 6, 27, 2, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Judge = Callable[[], tuple[int, dict[str, Any]]]


@pytest.fixture
def app(place: Path) -> Iterator[App]:
    """A fresh ledger, made a moment ago; the clock stands still."""
    with freeze_time(NOW, ignore=["_pytest.timing"]):
        assert run(["init"]) == 0
        app = App(config.load(None, {}, place), actor="office")
        engine = app.engine
        yield app
        engine.dispose()


@pytest.fixture
def judge(capsys: pytest.CaptureFixture[str]) -> Judge:
    """Run ``status --check --json``; return exit code and facts."""

    def look() -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run(["status", "--check", "--json"])
        return code, json.loads(capsys.readouterr().out)

    return look


def add_daemon(app: App, name: str = "one", *, started: datetime, heartbeat: datetime) -> None:
    with writing(app.engine) as session:
        session.add(Worker(id=name, host="h", pid=1, started_at=started, heartbeat_at=heartbeat))


def remember(app: App, **facts: datetime) -> None:
    with writing(app.engine) as session:
        for name, value in facts.items():
            setattr(session.get_one(Instance, 1), name, value)


# -- status ----------------------------------------------------------------------------------------------------


def test_a_quiet_ledger_is_healthy_and_tells_all_counts(app: App, judge: Judge) -> None:
    code, facts = judge()
    assert (code, facts["schema"], facts["healthy"], facts["why"]) == (0, 1, True, [])
    counts = {name: facts[name] for name in ("owed", "sending", "retry", "dead", "unknown", "held")}
    assert counts == dict.fromkeys(counts, 0)
    assert facts["last_tick_at"] is None


def test_a_pass_is_the_last_tick_and_what_it_owes_is_counted(app: App, judge: Judge) -> None:
    assert run(["ledger", "load", str(LETTER)]) == 0
    with freeze_time("2019-06-27T08:00:00+08:00"):
        assert run(["remind"]) == 0
    code, facts = judge()
    assert (code, facts["last_tick_at"]) == (0, "2019-06-27T00:00:00+00:00")
    assert facts["owed"] == facts["notices"]["owed"] > 0
    assert facts["oldest_owed_slot"] == "2019-06-24"  # Monday's status digest


@pytest.mark.parametrize(
    ("heartbeat", "tick", "code"),
    [
        (timedelta(0), timedelta(0), 0),
        (5 * MINUTE, timedelta(0), 0),
        (6 * MINUTE, timedelta(0), 1),
        (timedelta(0), 15 * MINUTE, 0),
        (timedelta(0), 16 * MINUTE, 2),
        (60 * MINUTE, 60 * MINUTE, 2),
    ],
)
def test_a_daemon_is_judged_by_heartbeat_and_last_tick(
    app: App, judge: Judge, heartbeat: timedelta, tick: timedelta, code: int
) -> None:
    remember(app, planned_at=NOW - tick, backed_up_at=NOW)
    add_daemon(app, started=NOW - DAY, heartbeat=NOW - heartbeat)
    assert judge()[0] == code


def test_a_daemon_that_has_just_started_has_time_for_its_first_tick(app: App, judge: Judge) -> None:
    remember(app, planned_at=NOW - 30 * DAY, backed_up_at=NOW)
    add_daemon(app, started=NOW - MINUTE, heartbeat=NOW)
    assert judge()[0] == 0


def test_a_daemon_that_signed_off_is_not_missed(app: App, judge: Judge) -> None:
    remember(app, planned_at=NOW - DAY)
    add_daemon(app, started=NOW - 2 * DAY, heartbeat=NOW - DAY)
    with writing(app.engine) as session:
        session.get_one(Worker, "one").stopped_at = NOW - DAY
    assert judge()[0] == 0


def test_a_daemon_that_was_killed_is_forgotten_once_another_runs(app: App, judge: Judge) -> None:
    remember(app, planned_at=NOW, backed_up_at=NOW)
    add_daemon(app, "killed", started=NOW - 2 * DAY, heartbeat=NOW - DAY)
    assert judge()[0] == 1
    add_daemon(app, "next", started=NOW - MINUTE, heartbeat=NOW)
    code, facts = judge()
    assert (code, [worker["id"] for worker in facts["workers"]]) == (0, ["next"])


@pytest.mark.parametrize(("age", "code"), [(3 * DAY, 0), (3 * DAY + MINUTE, 1)])
@pytest.mark.parametrize("since", ["backed_up_at", "created_at"])
def test_a_running_daemon_must_have_backed_up(app: App, judge: Judge, since: str, age: timedelta, code: int) -> None:
    remember(app, **{"planned_at": NOW, since: NOW - age})
    add_daemon(app, started=NOW - DAY, heartbeat=NOW)
    assert judge()[0] == code


def test_on_postgresql_backups_are_not_ours_to_judge(app: App) -> None:
    remember(app, planned_at=NOW, created_at=NOW - 30 * DAY)
    add_daemon(app, started=NOW - DAY, heartbeat=NOW)
    with app.reading() as session:
        facts = status.facts(session, app)
    assert status.judge(facts)[0] == 1
    assert status.judge({**facts, "database": "postgresql"}) == (0, [])


def test_an_alert_degrades_until_it_is_cleared(app: App, judge: Judge) -> None:
    with writing(app.engine) as session:
        alerts.raise_(session, "channel", "the relay is silent", NOW)
    code, facts = judge()
    assert (code, facts["why"]) == (1, ["alert: the relay is silent"])
    with writing(app.engine) as session:
        alerts.clear(session, "channel", NOW)
    assert judge()[0] == 0


def test_without_a_database_it_is_down_and_still_json(app: App, judge: Judge, tmp_path: Path) -> None:
    (tmp_path / "yinuo.db").unlink()
    code, facts = judge()
    assert (code, facts["schema"], facts["healthy"]) == (2, 1, False)
    assert "yinuo.db" in facts["why"][0]
    assert run(["status"]) == 1


def test_a_damaged_database_is_down_and_one_sentence_everywhere(
    app: App, judge: Judge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "yinuo.db").write_bytes(b"not a database" * 500)
    assert judge()[0] == 2
    for line in (["list"], ["init"], ["backup", "copy.db"]):
        assert run(["--language", "en", *line]) == 1
        assert "cannot be used: file is not a database" in capsys.readouterr().err


def test_without_check_trouble_is_told_and_the_exit_code_is_0(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    with writing(app.engine) as session:
        alerts.raise_(session, "channel", "the relay is silent", NOW)
    assert run(["--language", "en", "status"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^healthy +no$", printed, re.MULTILINE)
    assert "the relay is silent" in printed


# -- doctor ----------------------------------------------------------------------------------------------------


def findings(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, tuple[str, str]]:
    """Run the doctor; return state and text by what was looked at (the last of each)."""
    capsys.readouterr()
    assert run(["doctor", "--json"]) == code
    rows = json.loads(capsys.readouterr().out)["findings"]
    return {row["what"]: (row["state"], row["text"]) for row in rows}


def test_the_doctor_looks_at_everything(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    seen = findings(capsys, 0)
    wanted = {
        "configuration", "schema", "journal_mode", "synchronous", "foreign_keys", "environment", "history", "folder",
        "disk", "filesystem", "sqlite", "channel", "calendar", "running",
    }  # fmt: skip
    assert wanted <= set(seen)
    assert seen["running"][0] == "warn"


def test_a_database_of_another_environment_is_bad(
    app: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_ENVIRONMENT", "trial")
    assert findings(capsys, 1)["environment"] == ("bad", "production / trial")


def test_a_template_that_cannot_be_parsed_is_named(
    app: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACKER_MAIL__TEMPLATES", "own")
    assert findings(capsys, 1)["templates"][0] == "bad"
    (tmp_path / "own").mkdir()
    assert findings(capsys, 0)["templates"][0] == "ok"
    (tmp_path / "own" / "subject.txt").write_text("{{ worst.title")
    assert run(["doctor"]) == 1
    assert "subject.txt" in capsys.readouterr().out


def test_example_addresses_are_bad_once_mail_really_goes_out(
    app: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "organisation" not in findings(capsys, 0)
    monkeypatch.setenv("TRACKER_MAIL__CHANNEL", "smtp")
    monkeypatch.setenv("TRACKER_MAIL__SENDER", "tracker@yinuo.test")
    monkeypatch.setenv("TRACKER_MAIL__PORT", str(free_port()))  # nobody listens, and nobody is called
    assert findings(capsys, 1)["organisation"][0] == "bad"


def test_the_doctor_goes_on_without_a_database(app: App, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "yinuo.db").unlink()
    seen = findings(capsys, 1)
    assert seen["database"][0] == "bad"
    assert seen["channel"] == ("ok", "folder")


def test_a_place_that_is_gone_is_a_finding(
    app: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE__URL", "sqlite:///gone/yinuo.db")
    assert findings(capsys, 1)["places"][0] == "bad"


# -- mail test -------------------------------------------------------------------------------------------------


def test_a_test_mail_leaves_no_row(app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mail", "test", "office@yinuo.example"]) == 0
    assert "office@yinuo.example" in (tmp_path / "outbox" / "test.eml").read_text()
    capsys.readouterr()
    assert run(["outbox", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["messages"] == []


def test_a_relay_that_does_not_answer_is_exit_code_5(
    app: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = str(free_port())
    settings = {"CHANNEL": "smtp", "HOST": "127.0.0.1", "PORT": port, "SECURITY": "none", "SENDER": "t@yinuo.test"}
    for name, value in settings.items():
        monkeypatch.setenv(f"TRACKER_MAIL__{name}", value)
    assert run(["mail", "test", "office@yinuo.test"]) == 5
    assert port in capsys.readouterr().err


def test_a_database_host_that_is_not_found_is_one_sentence_and_down(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("psycopg")

    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    monkeypatch.setenv("TRACKER_DATABASE__URL", "postgresql://yinuo:canary@db.yinuo.example/yinuo")
    assert run(["status", "--check"]) == status.DOWN
    said = capsys.readouterr().err
    assert "db.yinuo.example" in said
    assert "canary" not in said
    assert len(said.splitlines()) == 1


def test_status_lists_the_daemons_with_their_last_heartbeat(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    add_daemon(app, "host/17", started=NOW, heartbeat=NOW)
    capsys.readouterr()
    assert run(["--language", "en", "status"]) == 0
    assert re.search(r"^daemon host/17 +2019-06-27 10:00:00$", capsys.readouterr().out, re.MULTILINE)


def test_remind_guesses_at_no_cause_where_it_is_known(
    app: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ledger", "load", str(LETTER)]) == 0
    port = free_port()
    settings = {"CHANNEL": "smtp", "HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "SENDER": "a@yinuo.test"}
    for name, value in settings.items():
        monkeypatch.setenv(f"TRACKER_MAIL__{name}", value)
    with freeze_time("2019-06-28T10:00:00+08:00"):
        capsys.readouterr()
        assert run(["remind"]) == 5
        told = capsys.readouterr().err
        assert re.search(r"^\d+条通知待告知。$", told, re.MULTILINE)
        assert "发送数量" not in told
        assert run(["doctor"]) == 1
        found = capsys.readouterr().out
    assert "告警：发送方式 smtp" in found
    assert "暂停发送至2019-06-28 10:01；请检查邮件服务器或 [mail] 设置" in found
    with freeze_time("2019-06-28T10:02:00+08:00"):
        assert run(["doctor"]) == 1
    assert "正在重试；请检查邮件服务器或 [mail] 设置" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["outbox list", "outbox list --held", "history", "letter list", "due", "list"])
def test_empty_lists_say_so_on_standard_error(app: App, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    for language, words in (("zh-Hans", "没有"), ("zh-Hant", "沒有"), ("en", "There ")):
        capsys.readouterr()
        assert run(["--language", language, *line.split()]) == 0
        captured = capsys.readouterr()
        assert captured.out == ""
        assert words in captured.err
    if line not in ("due", "list"):
        assert run([*line.split(), "--json"]) == 0
        assert capsys.readouterr().err == ""

"""Setting up, copying, restoring, watching."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from freezegun import freeze_time

from commitments.register import responses
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.daemon import Daemon
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")


@pytest.fixture
def home(place: Path) -> Path:
    with freeze_time("2019-06-27T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
    return place


def told(capsys: pytest.CaptureFixture[str], *line: str, code: int = 0) -> str:
    capsys.readouterr()
    assert run(list(line)) == code
    return capsys.readouterr().out


def test_forms_sent_long_ago_are_forgotten(home: Path) -> None:
    app = App(config.load(None, {}, home), actor="office")
    for day in ("2019-07-01", "2019-09-01", "2019-10-01"):
        with freeze_time(f"{day}T10:00:00+08:00"):
            with app.register() as register:
                responses.remember(register, day, 1)
            Daemon(app).maintain()
    app.engine.dispose()
    with closing(sqlite3.connect("yinuo.db")) as connection:
        assert connection.execute("SELECT key FROM submission ORDER BY key").fetchall() == [
            ("2019-09-01",),
            ("2019-10-01",),
        ]


def test_init_may_be_repeated(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (home / "config.toml").read_text()
    assert run(["init"]) == 0
    assert (home / "config.toml").read_text() == before
    assert len(json.loads(told(capsys, "list", "--json"))["commitments"]) == 11
    assert (home / "evidence").stat().st_mode & 0o077 == 0


def test_a_newer_database_is_refused_by_everything(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(home / "yinuo.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    for line in (["list"], ["init"], ["daemon"], ["remind"]):
        assert run(line) == 1
        assert "9999" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o500)
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 1
    assert str(tmp_path) in capsys.readouterr().err or "config.toml" in capsys.readouterr().err


def test_a_copy_is_verified_and_carries_the_evidence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = home / "proof.txt"
    proof.write_text("seen")
    assert run(["progress", "2019-1007-02", "--note", "x", "--evidence", str(proof)]) == 0
    assert run(["backup", "copies/one.db"]) == 0
    assert [path.name for path in (home / "copies").iterdir() if path.is_file()] == ["one.db"]
    assert len(list((home / "copies" / "evidence").iterdir())) == 1


@pytest.mark.parametrize("target", ["config.toml/x.db", "/proc/x.db"])
def test_a_copy_that_cannot_be_written_is_one_sentence(
    home: Path, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", target]) == 1
    assert target.rpartition("/")[2] in capsys.readouterr().err


def test_restoring_holds_what_is_due_and_release_tells_it_with_the_same_ids(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with freeze_time("2019-06-27T10:00:00+08:00"):
        assert run(["backup", "early.db"]) == 0
        assert run(["remind"]) == 0
        first = {path.name for path in (home / "outbox").glob("*.eml")}
    with freeze_time("2019-06-28T10:00:00+08:00"):
        assert run(["restore", "early.db", "--yes"]) == 0
        assert "before-restore" in capsys.readouterr().err
        assert run(["remind"]) == 0
        assert {path.name for path in (home / "outbox").glob("*.eml")} == first
        assert json.loads(told(capsys, "status", "--json"))["held"] > 0
        assert run(["outbox", "release", "--yes"]) == 0
        assert run(["remind"]) == 0
    ids = [message["message_id"] for message in json.loads(told(capsys, "outbox", "list", "--json"))["messages"]]
    assert len(ids) == len(first)
    again = {path.stem.rpartition("-")[2] for path in (home / "outbox").glob("2019-06-28-*.eml")}
    assert again == {name.removesuffix(".eml").rpartition("-")[2] for name in first}


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + b"\xff" * 4096])
def test_what_is_no_copy_is_not_restored(home: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "bad.db").write_bytes(content)
    before = (home / "yinuo.db").read_bytes()
    assert run(["restore", "bad.db", "--yes"]) == 1
    assert "bad.db" in capsys.readouterr().err
    assert (home / "yinuo.db").read_bytes() == before


STRANGE = [
    "CREATE TRIGGER quiet AFTER INSERT ON notice BEGIN UPDATE notice SET state = 'cancelled'; END",
    "CREATE VIEW quiet AS SELECT * FROM notice",
    "CREATE VIRTUAL TABLE quiet USING fts5(words)",
    "CREATE TABLE quiet (words TEXT)",
    "ALTER TABLE notice ADD COLUMN quiet TEXT",
    "ALTER TABLE notice ADD COLUMN quiet TEXT GENERATED ALWAYS AS (lower(state)) VIRTUAL",
    "CREATE UNIQUE INDEX quiet ON letter (session)",
    "CREATE INDEX quiet ON letter (lower(session))",
    "CREATE INDEX quiet ON letter (session) WHERE session > ''",
]


@pytest.mark.parametrize("made", STRANGE)
def test_a_copy_with_things_that_are_not_ours_is_not_restored(
    home: Path, made: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", "copy.db"]) == 0
    with closing(sqlite3.connect("copy.db")) as connection:
        connection.execute(made)
        connection.commit()
    before = (home / "yinuo.db").read_bytes()
    assert run(["restore", "copy.db", "--yes"]) == 1
    assert "quiet 不是本程序建立的" in capsys.readouterr().err
    assert (home / "yinuo.db").read_bytes() == before


def test_a_plain_index_and_statistics_of_a_database_administrator_are_let_be(home: Path) -> None:
    assert run(["backup", "copy.db"]) == 0
    with closing(sqlite3.connect("copy.db")) as connection:
        connection.execute("CREATE INDEX mine ON letter (session)")
        connection.execute("ANALYZE")
        connection.commit()
    assert run(["restore", "copy.db", "--yes"]) == 0


def test_what_is_no_regular_file_is_named_as_that(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("pipe.db")
    for name in ("pipe.db", "/dev/zero"):
        assert run(["restore", name, "--yes"]) == 1
        assert "它不是普通文件" in capsys.readouterr().err
    assert run(["restore", "absent.db", "--yes"]) == 1
    assert "没有这个文件" in capsys.readouterr().err


def test_a_copy_whose_rows_were_changed_past_the_verbs_needs_a_word(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", "copy.db"]) == 0
    with closing(sqlite3.connect("copy.db")) as connection:
        connection.execute("UPDATE department SET mailbox = 'evil@x.example'")
        connection.commit()
    before = (home / "yinuo.db").read_bytes()
    capsys.readouterr()
    assert run(["restore", "copy.db", "--yes"]) == 1
    refused = capsys.readouterr().err
    assert "有7处与变更记录不符" in refused
    assert refused.count("evil@x.example") == 3
    assert "--altered" in refused
    assert (home / "yinuo.db").read_bytes() == before
    assert not list(home.glob(".*.part*"))
    assert run(["restore", "copy.db", "--yes", "--altered"]) == 0
    assert "evil@x.example" in told(capsys, "department", "list")


def test_no_link_is_followed_to_a_copy(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backup", "copy.db"]) == 0
    (home / "newest.db").symlink_to("copy.db")
    assert run(["restore", "newest.db", "--yes"]) == 1
    assert "请写明文件本身" in capsys.readouterr().err
    os.mkfifo(home / "pipe.db")
    assert run(["restore", "pipe.db", "--yes"]) == 1


def test_restoring_asks_first(home: Path) -> None:
    assert run(["restore", "any.db"]) == 2


def test_status_is_judged(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--check"]) == 0
    assert run(["department", "edit", "市民政局", "--mailbox", "", "--reason", "暂停"]) == 0
    with freeze_time("2019-06-27T11:00:00+08:00"):
        assert run(["remind"]) == 0
        facts = json.loads(told(capsys, "status", "--check", "--json", code=1))
    assert (facts["schema"], facts["healthy"], facts["held"] > 0) == (1, False, True)
    (home / "yinuo.db").rename(home / "gone.db")
    assert run(["status", "--check"]) == 2


def test_the_doctor_names_who_cannot_be_written_to(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["department", "edit", "市台联", "--mailbox", "", "--reason", "暂停"]) == 0
    findings = json.loads(told(capsys, "doctor", "--json", code=1))["findings"]
    bad = [finding["text"] for finding in findings if finding["state"] == "bad"]
    assert len(bad) == 1
    assert "市台联" in bad[0]


@pytest.mark.parametrize(("day", "warned"), [("2026-11-14", False), ("2026-11-15", True)])
def test_the_doctor_warns_of_the_missing_year_from_the_middle_of_november(
    home: Path, capsys: pytest.CaptureFixture[str], day: str, warned: bool
) -> None:
    with freeze_time(f"{day}T10:00:00+08:00"):
        findings = json.loads(told(capsys, "doctor", "--json"))["findings"]
    assert any("2027" in finding["text"] for finding in findings) == warned


def test_a_test_mail_goes_out_at_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "mail", "test", "office@yinuo.example").strip() == "test.eml"
    assert run(["mail", "test", "no address"]) == 2


def test_the_configuration_is_shown_as_understood(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = json.loads(told(capsys, "config", "show", "--json"))
    assert facts["config"]["mail"]["channel"] == "folder"
    assert run(["config", "check"]) == 0
    (home / "config.toml").write_text("nonsense = 1\n")
    assert run(["config", "check"]) == 4


def test_a_rehearsal_changes_nothing_and_writes_the_mails(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = told(capsys, "history", "--json")
    line = "rehearse --from 2019-12-16 --until 2020-01-10 --into preview --json"
    with freeze_time("2019-06-27T12:00:00+08:00"):
        messages = json.loads(told(capsys, *line.split()))["messages"]
    assert {"reminder", "escalation", "monthly_digest"} <= {message["kind"] for message in messages}
    assert len(list((home / "preview").glob("*.html"))) >= len(messages)
    assert told(capsys, "history", "--json") == before
    assert json.loads(told(capsys, "outbox", "list", "--json"))["messages"] == []


def test_a_calendar_loaded_late_moves_provisional_deadlines(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with freeze_time("2026-12-30T10:00:00+08:00"):
        ref = told(capsys, "add", "--letter", "1007", "--title", "跨年", "--lead", "市民政局", "--due", "+5wd").strip()
        row = json.loads(told(capsys, "list", "--json", "--search", "跨年"))["commitments"][0]
        assert (row["due_on"], row["due_provisional"]) == ("2027-01-07", True)
        assert run(["remind"]) == 0
        (home / "days.toml").write_text("[years.2027]\noff = [2027-01-01, 2027-01-04]\ncomplete = true\n")
        monkeypatch.setenv("TRACKER_CALENDAR__FILE", "days.toml")
        assert run(["remind"]) == 0
        row = json.loads(told(capsys, "list", "--json", "--search", "跨年"))["commitments"][0]
    assert (row["due_on"], row["due_provisional"]) == ("2027-01-08", False)
    assert "due_moved" in [entry["action"] for entry in json.loads(told(capsys, "history", ref, "--json"))["entries"]]

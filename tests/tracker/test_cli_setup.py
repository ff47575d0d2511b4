"""`tracker init` and `tracker config`: what is made, what is upgraded, what is told about it."""

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine, text

from commitments import schema
from tracker import config
from tracker.cli.root import run
from tracker.ops import upgrade


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    return tmp_path


def instance(database: str = "yinuo.db") -> list[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT uuid, environment FROM instance").fetchall()


def test_init_makes_a_ledger_with_an_identity_and_says_what_it_did(
    empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_ENVIRONMENT", "trial")
    assert run(["init"]) == 0
    printed = capsys.readouterr()
    assert (empty / "config.toml").read_text(encoding="utf-8") == config.EXAMPLE
    [(uuid, environment)] = instance()
    assert (len(uuid), int(uuid, 16) > 0, environment) == (32, True, "trial")
    for made in ("config.toml", "yinuo.db", "evidence", "backups"):
        assert made in printed.err
        assert (empty / made).exists()
    assert [(empty / folder).stat().st_mode & 0o777 for folder in ("evidence", "backups")] == [0o700, 0o700]
    assert printed.out.strip().endswith("config.toml")


def test_a_second_init_does_and_says_nothing(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    before = instance()
    capsys.readouterr()
    assert run(["init"]) == 0
    assert capsys.readouterr().err == ""
    assert instance() == before


def test_init_mends_what_is_missing(empty: Path) -> None:
    assert run(["init"]) == 0
    before = instance()
    (empty / "backups").rmdir()
    (empty / "config.toml").unlink()
    assert run(["init"]) == 0
    assert (empty / "backups").is_dir()
    assert instance() == before


def test_init_writes_the_configuration_it_is_told_to(empty: Path) -> None:
    assert run(["--config", "etc/trial.toml", "init"]) == 0
    assert (empty / "etc" / "yinuo.db").is_file()
    assert not (empty / "config.toml").exists()


def test_an_older_schema_is_upgraded_after_a_verified_backup(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The copy is of the schema before, and it lies there before the upgrade begins."""
    assert run(["init"]) == 0
    before = schema.HEAD
    kept = empty / "backups" / f"before-upgrade-{before}-2019-06-27.db"

    def upgrade(engine: Engine) -> None:
        assert kept.is_file()
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "9999"))
    monkeypatch.setattr(schema, "HEAD", "9999")
    monkeypatch.setattr(schema, "upgrade", upgrade)
    with freeze_time("2019-06-27T10:00:00+08:00"):
        assert run(["list"]) == 1
        assert run(["init"]) == 0
    assert kept.name in capsys.readouterr().err
    with closing(sqlite3.connect(kept)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(before,)]
    assert run(["list"]) == 0


@pytest.mark.parametrize("url", ["sqlite:////proc/yinuo.db", "sqlite:///config.toml", "sqlite:///config.toml/yinuo.db"])
def test_a_place_without_room_for_a_ledger_is_one_sentence(
    empty: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No file may be made there; there is another file; there is no folder."""
    (empty / "config.toml").write_text(config.EXAMPLE, encoding="utf-8")
    monkeypatch.setenv("TRACKER_DATABASE__URL", url)
    assert run(["--language", "en", "init"]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("tracker: The database ")
    assert url.removeprefix("sqlite:///").removesuffix("/yinuo.db") in complaint
    assert (empty / "config.toml").read_text(encoding="utf-8") == config.EXAMPLE


def test_secrets_are_masked(empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    (empty / "relay").write_text("canary-relay")
    (empty / "relay").chmod(0o600)
    monkeypatch.setenv("TRACKER_DATABASE__URL", "postgresql+psycopg://yinuo:canary-database@localhost/yinuo")
    monkeypatch.setenv("TRACKER_MAIL__PASSWORD_FILE", "relay")
    capsys.readouterr()
    for line in (["config", "show"], ["config", "show", "--json"]):
        assert run(line) == 0
    printed = "".join(capsys.readouterr())
    assert "canary" not in printed
    assert "yinuo:***@localhost" in printed


def test_the_configuration_in_force_is_shown_as_a_file_can_hold_it(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init"]) == 0
    monkeypatch.setenv("TRACKER_GUARD__RECIPIENTS", "7")
    capsys.readouterr()
    assert run(["config", "show"]) == 0
    assert tomllib.loads(capsys.readouterr().out)["guard"]["recipients"] == 7


def test_check_reads_the_calendar_file_too(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    (empty / "days.toml").write_text('[years.2027]\noff = ["soon"]\n')
    text_ = (empty / "config.toml").read_text(encoding="utf-8")
    (empty / "config.toml").write_text(text_.replace('file = ""', 'file = "days.toml"'), encoding="utf-8")
    assert run(["config", "check"]) == 4
    assert "days.toml" in capsys.readouterr().err


def test_prepare_tells_what_it_did_once(empty: Path) -> None:
    from tracker.app import App

    (empty / "config.toml").write_text(config.EXAMPLE, encoding="utf-8")
    app = App(config.load(None, {}, empty), actor="office")
    assert len(upgrade.prepare(app)) == 4
    assert upgrade.prepare(app) == []


@pytest.mark.parametrize("name", ["100%25 done?", "a%20b", "台账 #1&x=y"])
def test_a_ledger_lives_in_a_folder_of_any_name(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (empty / name).mkdir()
    monkeypatch.chdir(empty / name)
    assert run(["init"]) == 0
    assert run(["backup", "copy.db"]) == 0
    assert run(["restore", "copy.db", "--yes"]) == 0
    assert run(["status"]) == 0
    assert {"yinuo.db", "copy.db", "evidence"} <= {path.name for path in (empty / name).iterdir()}
    assert [path.name for path in empty.iterdir()] == [name]

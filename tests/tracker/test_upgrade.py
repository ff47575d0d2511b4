"""A newer program meets an older ledger: it is upgraded, but never under a daemon that runs."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from commitments import schema
from commitments.errors import DatabaseHeld
from commitments.storage import writing
from notifications.models import Worker
from tracker import config
from tracker.app import App, system_clock
from tracker.cli.root import run
from tracker.ops import upgrade
from tracker.ops.lock import sending_lock


@pytest.fixture
def app(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """A program that knows one revision more than the ledger on this engine has."""
    (tmp_path / "config.toml").write_text("")
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "9999"))
    monkeypatch.setattr(schema, "HEAD", "9999")
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("TRACKER_DATABASE__URL", url)
    monkeypatch.chdir(tmp_path)
    return App(config.load(tmp_path / "config.toml", {"TRACKER_DATABASE__URL": url}, tmp_path), actor="办公室")


def upgrades(app: App, monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    """Return a list in which every upgrade asked for is noted instead of done."""
    asked: list[Engine] = []
    monkeypatch.setattr(schema, "upgrade", asked.append)
    monkeypatch.setattr(upgrade, "_identified", lambda *_: ())
    return asked


def test_it_is_refused_while_a_daemon_runs(app: App, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = upgrades(app, monkeypatch)
    now = system_clock()
    with writing(engine) as session:
        session.add(Worker(id="host/7", host="host", pid=7, started_at=now, heartbeat_at=now + timedelta(seconds=5)))
    if app.database is None:
        assert run(["init"]) == 75
    else:
        with sending_lock(app.database):
            assert run(["init"]) == 75
    assert asked == []


def test_nor_does_another_daemon_upgrade_under_one(app: App, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if app.database is not None:
        pytest.skip("on SQLite the second daemon is refused before it looks at the schema")
    asked = upgrades(app, monkeypatch)
    now = system_clock()
    with writing(engine) as session:
        session.add(Worker(id="host/7", host="host", pid=7, started_at=now, heartbeat_at=now + timedelta(seconds=5)))
    with pytest.raises(DatabaseHeld, match="host/7"):
        upgrade.prepare(app)
    assert asked == []


def test_it_is_done_when_none_runs(app: App, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = upgrades(app, monkeypatch)
    monkeypatch.setattr("tracker.ops.backup.copy_ledger", lambda *_: None)
    assert upgrade.prepare_alone(app)
    assert len(asked) == 1

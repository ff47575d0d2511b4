"""Moving to another database: everything arrives, only the copy sends, a failure leaves nothing behind."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from commitments.base import Base
from commitments.history import chain
from commitments.queries import lookup
from commitments.register import responses
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.ops import move


@pytest.fixture
def ledger(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small ledger with evidence, mails in the outbox, and a digest."""
    (place / "calendar.toml").write_text("")
    monkeypatch.setenv("TRACKER_REMINDERS__SEND_AT", "00:00")
    monkeypatch.setenv("TRACKER_DIGEST__STATUS_WEEKDAY", "")
    (place / "notes.txt").write_text("事项清单")
    for arguments in (
        ["init"],
        ["department", "add", "市民政局", "--mailbox", "mzj@gz.example"],
        ["department", "add", "市台联", "--mailbox", "tl@gz.example"],
        ["letter", "add", "--document-number", "穗民案〔2019〕89号", "--proposal-number", "1007",
         "--proposing-unit", "市台联", "--replying-unit", "市民政局", "--signed-on", "2019-06-26"],
        ["add", "--letter", "1007", "--title", "村居事项清单", "--lead", "市民政局", "--due", "+30d"],
        ["progress", "2019-1007-01", "--note", "已印发", "--evidence", "notes.txt"],
        ["dispute", "2019-1007-01", "--department", "市民政局", "--reason", "已划转"],
        ["department", "revoke-links", "市民政局"],
        ["remind"],
    ):  # fmt: skip
        assert run(arguments) == 0
    _answers(place)
    return place


def _answers(home: Path) -> None:
    """What is said on pages only: a receipt, a unit's answer, a form that was sent."""
    app = App(config.load(None, {}, home), actor="市台联")
    with app.register() as register:
        office, unit = (lookup.find_department(register.session, name) for name in ("市民政局", "市台联"))
        responses.acknowledge(register, "2019-1007-01", office)
        responses.answer(register, unit, "2019-06", "not_satisfied", "未见清单")
        responses.remember(register, "form", 1)
    app.engine.dispose()


PAGES = (
    "SELECT commitment_id, department_id FROM receipt",
    "SELECT department_id, reason, state FROM dispute",
    "SELECT month, grade, reason FROM answer",
    "SELECT key, seq FROM submission",
    "SELECT link_generation FROM department ORDER BY id",
)


def said_on_pages(url: str) -> list[list[tuple[object, ...]]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = [[tuple(row) for row in connection.execute(text(query))] for query in PAGES]
    engine.dispose()
    return rows


@pytest.fixture
def empty(postgres: str) -> str:
    """The URL of an empty PostgreSQL database."""
    engine = create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_everything_arrives_and_only_the_copy_sends(
    where: str,
    ledger: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = f"sqlite:///{ledger}/moved.db" if where == "sqlite" else request.getfixturevalue("empty")
    before = [told(capsys, *line) for line in (["list"], ["outbox", "list"], ["history"])]
    assert run(["copy", "--to", url]) == 0
    assert run(["copy", "--to", url]) == 0, "a finished copy is found again"
    assert run(["remind"]) == 1
    assert "moved to" in capsys.readouterr().err
    monkeypatch.setenv("TRACKER_DATABASE__URL", url)
    assert [told(capsys, *line) for line in (["list"], ["outbox", "list"], ["history"])] == before
    assert said_on_pages(url) == said_on_pages(f"sqlite:///{ledger}/yinuo.db")
    assert all(said_on_pages(url))
    assert run(["history", "verify"]) == 0
    assert run(["progress", "2019-1007-01", "--note", "已公布"]) == 0, "the next row finds its number"
    assert run(["remind"]) == 0


def test_back_from_postgresql(
    ledger: Path, empty: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["copy", "--to", empty]) == 0
    monkeypatch.setenv("TRACKER_DATABASE__URL", empty)
    there = told(capsys, "list")
    (ledger / "back").mkdir()
    assert run(["copy", "--to", f"sqlite:///{ledger}/back/yinuo.db"]) == 0
    monkeypatch.setenv("TRACKER_DATABASE__URL", f"sqlite:///{ledger}/back/yinuo.db")
    assert told(capsys, "list") == there
    assert [file.name for file in (ledger / "evidence").iterdir()] == [
        file.name for file in (ledger / "back" / "evidence").iterdir()
    ]
    assert run(["remind"]) == 0


def test_a_failure_leaves_nothing_and_can_be_repeated(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> Callable[..., object]:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(chain, "verify", broken)
        assert run(["copy", "--to", "sqlite:///moved.db"]) == 1
    assert run(["remind"]) == 0, "the ledger still sends"
    assert run(["copy", "--to", "sqlite:///moved.db"]) == 0


def test_between_the_two_marks_neither_sends(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def die(_: Engine) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(move, "_enable", die)
        assert run(["copy", "--to", "sqlite:///moved.db"]) == 1
    assert run(["remind"]) == 1
    with monkeypatch.context() as patch:
        patch.setenv("TRACKER_DATABASE__URL", f"sqlite:///{ledger}/moved.db")
        assert run(["remind"]) == 1
        assert "being copied" in capsys.readouterr().err
    assert run(["copy", "--to", "sqlite:///moved.db"]) == 0, "said again, it is finished"
    monkeypatch.setenv("TRACKER_DATABASE__URL", f"sqlite:///{ledger}/moved.db")
    assert run(["remind"]) == 0


def test_what_was_moved_is_not_moved_elsewhere(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["copy", "--to", "sqlite:///moved.db"]) == 0
    assert run(["--language", "en", "copy", "--to", "sqlite:///second.db"]) == 1
    assert "This ledger was moved to sqlite:///" in capsys.readouterr().err


def test_what_is_there_is_never_mixed_with(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["copy", "--to", "sqlite:///moved.db"]) == 0
    assert run(["edit", "2019-1007-01", "--title", "清单", "--reason", "简称"]) == 0
    assert run(["--language", "en", "copy", "--to", "sqlite:///moved.db"]) == 1
    assert "not empty" in capsys.readouterr().err


def test_a_row_that_got_lost_is_noticed(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill = move._fill_table

    def forgetful(connection: object, source: object, table: object) -> None:
        if table is not Base.metadata.tables["evidence"]:
            fill(connection, source, table)  # type: ignore[arg-type]

    monkeypatch.setattr(move, "_fill_table", forgetful)
    assert run(["copy", "--to", "sqlite:///moved.db"]) == 1
    engine: Engine = create_engine(f"sqlite:///{ledger}/moved.db")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM commitment")).scalar() == 0
    engine.dispose()


def test_a_wrong_url_is_a_usage_error(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["copy", "--to", "mysql://somewhere"]) == 2
    assert "mysql" in capsys.readouterr().err

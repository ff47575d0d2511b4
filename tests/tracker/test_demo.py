"""The demo: what it leaves behind, and that each mail is whole."""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tracker.cli.root import run
from tracker.demo import stage


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the example in its help leaves behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("demo"))
        assert run(["demo", "first-look"]) == 0
        return Path("first-look").absolute()


@pytest.fixture(scope="module")
def mails(home: Path) -> list[EmailMessage]:
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in (home / "outbox").glob("*.eml")]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def test_it_keeps_configuration_database_and_mails(home: Path) -> None:
    assert (home / "config.toml").is_file()
    assert (home / "yinuo.db").is_file()
    assert {path.stat().st_mode & 0o077 for path in (home, *home.rglob("*"))} == {0}
    assert len(list((home / "outbox").glob("*.html"))) == len(list((home / "outbox").glob("*.eml")))


@pytest.mark.parametrize(
    ("receiver", "mark"),
    [
        ("mzj@gz.example", "【新任务】"),
        ("mzj@gz.example", "【临近到期】"),
        ("mzj@gz.example", "【逾期】"),
        ("mzj-lead@gz.example", "【督办升级】"),
        ("mzj@gz.example", "【已销号】"),
        ("office@yinuo.example", "【每周办理情况】"),
        ("tl@gz.example", "【办理情况月报】2019年7月"),
    ],
)
def test_each_kind_of_mail_is_there(mails: list[EmailMessage], receiver: str, mark: str) -> None:
    assert any(mark in mail["Subject"] and receiver in mail["To"] for mail in mails)


def test_each_mail_has_text_and_html_that_name_the_same_commitments(mails: list[EmailMessage]) -> None:
    for mail in mails:
        text, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert text is not None
        assert html is not None
        for number in range(1, 12):
            ref = f"2019-1007-{number:02}"
            assert (ref in text.get_content()) == (ref in html.get_content())


def test_eleven_commitments_each_owned_and_dated(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", f"{home}/config.toml", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["commitments"]
    assert len(rows) == 11
    assert [row["state"] for row in rows].count("closed") == 1
    for row in rows:
        assert row["lead"]
        assert bool(row["due_on"]) != bool(row["review_on"])
        assert not row["due_on"] or row["due_basis"]


def test_everything_is_told_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", f"{home}/config.toml", "outbox", "list", "--limit", "5000", "--json"]) == 0
    messages = json.loads(capsys.readouterr().out)["messages"]
    assert {message["state"] for message in messages} == {"sent"}
    told = [key for message in messages for key in message["notices"]]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("act", ["", "letter-2031/"])
def test_its_tables_agree_with_its_history(home: Path, act: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", f"{home}/{act}config.toml", "history", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []


def test_it_refuses_a_folder_that_is_not_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("x")
    assert run(["demo", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err


def test_the_second_act_reads_another_letter_into_drafts(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", f"{home}/letter-2031/config.toml", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["commitments"]
    assert {row["state"] for row in rows} == {"draft"}
    assert len(rows) == 10


def test_its_letter_is_the_one_that_is_tested() -> None:
    tested = Path(__file__).parents[1] / "commitments" / "letters" / "letter.txt"
    assert stage.SECOND.read_bytes() == tested.read_bytes()

"""A ledger whose `organisation.name` nobody filled in: who signs its mails, and when nothing is sent."""

import json
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from freezegun import freeze_time

from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")


@pytest.fixture(autouse=True)
def office(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    with freeze_time("2019-12-02T10:00:00+08:00"):
        assert run(["init"]) == 0
        yield place


def said(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(list(line))
    found = capsys.readouterr()
    return code, found.out, found.err


def senders(folder: Path) -> set[str]:
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("outbox/*.eml")]
    return {mail["From"].addresses[0].display_name for mail in mails}


def another_unit() -> None:
    line = "letter add --document-number 穗教案〔2019〕1号 --proposal-number 2001 --proposing-unit 市台联"
    assert run([*line.split(), "--replying-unit", "市委组织部", "--signed-on", "2019-06-28"]) == 0


def test_init_leaves_the_name_to_be_filled_and_says_what_comes_next(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = capsys.readouterr().err
    assert 'name = ""' in (office / "config.toml").read_text(encoding="utf-8")
    for words in ("organisation.name", "tracker department add", "tracker import", "tracker doctor"):
        assert words in told
    assert run(["ledger", "load", str(LETTER)]) == 0
    assert "接下来" not in said(capsys, "init")[2]


@pytest.mark.parametrize("line", [["config", "check"], ["doctor"]])
def test_the_empty_name_is_named_and_no_mistake_yet(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run(["ledger", "load", str(LETTER), "--quiet"])
    code, out, err = said(capsys, *line)
    assert (code, "organisation.name 是空的：请填写本单位名称" in out + err) == (0, True)


def test_the_only_unit_of_the_letters_signs(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", "load", str(LETTER)]) == 0
    assert run(["remind"]) == 0
    assert senders(office) == {"市民政局"}


def test_while_several_units_could_sign_nothing_is_sent(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", "load", str(LETTER)]) == 0
    another_unit()
    code, _, err = said(capsys, "remind")
    assert (code, "答复函中有多个答复单位（市委组织部、市民政局等）" in err) == (4, True)
    assert senders(office) == set()
    code, out, _ = said(capsys, "doctor")
    assert (code, "在此之前不发送任何邮件。" in out) == (1, True)


def test_a_name_that_is_filled_in_signs(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_ORGANISATION__NAME", "市政府督查室")
    assert run(["ledger", "load", str(LETTER)]) == 0
    another_unit()
    assert run(["remind"]) == 0
    assert senders(office) == {"市政府督查室"}
    assert "organisation.name" not in said(capsys, "config", "check")[2]


def test_a_ledger_without_letters_sends_nothing_without_a_name(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["remind"]) == 0
    assert "" not in senders(office)
    assert run(["mail", "test", "someone@gz.example"]) == 0
    assert senders(office) == {"office@yinuo.example"}


def test_a_letter_needs_a_unit_that_answers(capsys: pytest.CaptureFixture[str]) -> None:
    run(["department", "add", "市台联"])
    run(["department", "add", "市教育局"])
    new = ("letter", "add", "--proposing-unit", "市台联", "--signed-on", "2019-06-28")
    code, _, err = said(capsys, *new, "--document-number", "甲1号", "--proposal-number", "1")
    assert (code, err) == (2, "tracker: 答复单位是谁？请加 --replying-unit，或者在配置中填写 organisation.name。\n")
    first = ("--document-number", "甲1号", "--proposal-number", "1", "--replying-unit", "市教育局")
    assert said(capsys, *new, *first)[0] == 0
    assert said(capsys, *new, "--document-number", "甲2号", "--proposal-number", "2")[0] == 0
    letters = json.loads(said(capsys, "letter", "list", "--json")[1])["letters"]
    assert {letter["replying_unit"] for letter in letters} == {"市教育局"}

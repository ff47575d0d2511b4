"""What a mail address is: what one door takes no other refuses."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments import addresses, storage
from commitments.errors import BadMailbox, Error, LedgerRejected
from commitments.register import departments
from notifications.mail.mime import Envelope, UnsafeMessageError, mime
from notifications.mail.render import Rendered
from tests.commitments.ledger_desk import Desk, register
from tests.ledgers import new_engine
from tracker import config
from tracker.cli.root import run

GOOD = [
    "office@gz.example",
    "a.b+c@sub.gz.example",
    "root@localhost",
    "a@b",
    "a" * 64 + "@gz.example",
    "office@民政局.中国",
    "office@bücher.example",
    "office@xn--dgt32swyf.xn--fiqs8s",
    "o'neil_-x@gz.example",
]
BAD = [
    "台账@民政局.中国",
    "é@gz.example",
    "office＠gz.example",
    "ｏffice@gz.example",
    "office@ｇｚ.example",
    "office@民政局。中国",
    "office@gz.example.",
    "office@.gz.example",
    "office@gz..example",
    "office@-gz.example",
    "office@gz_x.example",
    "office@[127.0.0.1]",
    "a" * 65 + "@gz.example",
    "a@" + "b" * 64 + ".example",
    "a@" + "b." * 130 + "example",
    "a@" + "民" * 60 + ".中国",
    '"a b"@gz.example',
    '"ab"@gz.example',
    "a..b@gz.example",
    ".a@gz.example",
    "a.@gz.example",
    "Office <office@gz.example>",
    "市民政局 <office@gz.example>",
    "<office@gz.example>",
    "office@gz.example,b@gz.example",
    "office@gz.example;b@gz.example",
    "office@gz.example、b@gz.example",
    "office@gz.example b@gz.example",
    "of fice@gz.example",
    "office@gz.exam ple",
    "office@gz.example\u200b",
    "office@gz.example\nBcc: x@y.example",
    "mailto:office@gz.example",
    "office",
    "@gz.example",
    "office@",
    "a@b@gz.example",
    "office@gz.example\0",
    "office@gz.example\u202e",
    "office@gz\u3000.example",
    "\u00adoffice@gz.example",
    "office@gz.example?subject=x",
    "of\uff0efice@gz.example",
    "office@gz．example",
    "office@xn--",
    "𝐨ffice@gz.example",
]


def taken_by_mime(address: str) -> bool:
    envelope = Envelope(
        sender=address, to=address, reply_to=address, message_id="<a@b.example>",
        date=datetime(2019, 6, 27, tzinfo=UTC), list_id="yinuo.example", locale="zh-Hans",
    )  # fmt: skip
    try:
        head = message_from_bytes(mime(Rendered("题", "文", "<p>文</p>"), envelope))
    except UnsafeMessageError:
        return False
    wanted = addresses.wire(address)
    assert (head["From"], head["To"], head["Reply-To"]) == (wanted, wanted, wanted)
    assert wanted.isascii()
    return True


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(new_engine(tmp_path / "t.db"), tmp_path)
    desk.load('[[department]]\nname = "甲"\n')
    yield desk
    desk.engine.dispose()


def taken_by_register(desk: Desk, key: str, address: str) -> set[bool]:
    taken = set()
    for verb, name in ((departments.add_department, f"乙{key}"), (departments.edit_department, "甲")):
        try:
            with storage.writing(desk.engine) as session:
                verb(register(session), name, **{key: address})  # type: ignore[operator]
        except BadMailbox:
            taken.add(False)
        else:
            taken.add(True)
    return taken


def taken_by_ledger_file(desk: Desk, key: str, address: str) -> bool:
    try:
        desk.load(f'[[department]]\nname = "丙{key}"\n{key} = {json.dumps(address, ensure_ascii=False)}\n')
    except LedgerRejected as rejected:
        said = str(rejected)
    else:
        return True
    assert f") {key}: " in said
    return False


def taken_by_config(folder: Path, key: str, address: str) -> bool:
    (folder / "config.toml").write_text("")
    try:
        config.load(folder / "config.toml", {f"TRACKER_{key.upper().replace('.', '__')}": address}, folder)
    except config.ConfigError:
        return False
    return True


@pytest.mark.parametrize(("address", "good"), [*((a, True) for a in GOOD), *((a, False) for a in BAD)])
def test_every_door_takes_the_same(address: str, good: bool, tmp_path: Path, desk: Desk) -> None:
    assert addresses.is_mailbox(address) is good
    assert taken_by_mime(address) is good
    for key in ("mailbox", "escalation"):
        assert taken_by_register(desk, key, address) == {good}
        assert taken_by_ledger_file(desk, key, address) is good
    for key in ("mail.sender", "organisation.mailbox", "organisation.reply_to"):
        assert taken_by_config(tmp_path, key, address) is good


@pytest.mark.parametrize(("address", "good"), [*((a, True) for a in GOOD[:6]), *((a, False) for a in BAD[:8])])
def test_the_command_line_takes_the_same(
    address: str, good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 0
    capsys.readouterr()
    for line in (
        ["department", "add", "甲", "--mailbox", address],
        ["department", "add", "乙", "--escalation", address],
        ["mail", "test", address],
    ):
        assert run(line) == (0 if good else 2)
        assert len(capsys.readouterr().err.splitlines()) <= 1
    monkeypatch.setenv("TRACKER_MAIL__SENDER", address)
    for line in (["config", "check"], ["doctor"]):
        assert run(line) == (0 if good else 4)
    if not good:
        assert re.search("TRACKER_MAIL__SENDER[:：] ?mail.sender[:：]", capsys.readouterr().err)


def test_a_sentence_says_what_to_do() -> None:
    said = {address: addresses.problem(address) for address in BAD}
    assert "ASCII" in said["台账@民政局.中国"]
    assert "half-width" in said["office＠gz.example"]
    assert "one" in said["office@gz.example,b@gz.example"]
    assert "without a name" in said["Office <office@gz.example>"]
    assert all(words and "\n" not in words for words in said.values())


@pytest.mark.parametrize(
    ("address", "example"),
    [("a@yinuo.example", True), ("a@YINUO.Example", True), ("a@example", True), ("a@example.com", False), ("", False)],
)
def test_addresses_for_examples_are_known(address: str, example: bool) -> None:
    assert addresses.is_example(address) is example


@given(st.text(max_size=80) | st.from_regex(r"[\w.＠@-]{1,20}@[\w.-]{1,30}", fullmatch=True))
def test_no_text_is_taken_by_one_and_refused_by_the_other(text: str) -> None:
    try:
        assert taken_by_mime(text) is addresses.is_mailbox(text)
    except Error:
        pytest.fail("an error nobody foresaw")

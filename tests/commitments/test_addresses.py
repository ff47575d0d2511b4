"""What a mail address is: what one door takes no other refuses."""

from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments import addresses
from commitments.errors import Error
from notifications.mail.mime import Envelope, UnsafeMessageError, mime
from notifications.mail.render import Rendered
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


def taken_by_config(folder: Path, key: str, address: str) -> bool:
    (folder / "config.toml").write_text("")
    try:
        config.load(folder / "config.toml", {f"TRACKER_{key.upper().replace('.', '__')}": address}, folder)
    except config.ConfigError:
        return False
    return True


@pytest.mark.parametrize(("address", "good"), [*((a, True) for a in GOOD), *((a, False) for a in BAD)])
def test_every_door_takes_the_same(address: str, good: bool, tmp_path: Path) -> None:
    assert addresses.is_mailbox(address) is good
    assert taken_by_mime(address) is good
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
        assert "TRACKER_MAIL__SENDER: mail.sender:" in capsys.readouterr().err


def test_a_sentence_says_what_to_do() -> None:
    said = {address: addresses.problem(address) for address in BAD}
    assert "ASCII" in said["台账@民政局.中国"]
    assert "half-width" in said["office＠gz.example"]
    assert "one" in said["office@gz.example,b@gz.example"]
    assert "without a name" in said["Office <office@gz.example>"]
    assert all(words and "\n" not in words for words in said.values())


@given(st.text(max_size=80) | st.from_regex(r"[\w.＠@-]{1,20}@[\w.-]{1,30}", fullmatch=True))
def test_no_text_is_taken_by_one_and_refused_by_the_other(text: str) -> None:
    try:
        assert taken_by_mime(text) is addresses.is_mailbox(text)
    except Error:
        pytest.fail("an error nobody foresaw")

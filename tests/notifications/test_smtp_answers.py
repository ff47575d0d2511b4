"""What a relay's words mean: every line of the table, the ones of the world, and the reverse error."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.files.encodings import decode_answer
from notifications.channels import smtp_answers
from notifications.channels.smtp_answers import HOUR, NEXT_DAY, judge
from notifications.channels.smtp_words import MEANINGS, Meaning


def judged(text: str) -> tuple[bool, bool, timedelta | None]:
    found = judge(int(text[:3]), text)
    return found.relay, found.session, found.rest


@pytest.mark.parametrize("meaning", MEANINGS, ids=lambda meaning: meaning.example)
def test_each_meaning_is_found_by_its_example(meaning: Meaning) -> None:
    words = smtp_answers._ADDRESS.sub(" ", meaning.example.casefold())
    assert next(each for each in MEANINGS if each.found(words)) is meaning
    relay, session, rest = judged(meaning.example)
    assert relay is (meaning.kind != "recipient")
    assert session is (meaning.kind == "session")
    assert (rest is not None) is (meaning.kind == "limit")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("550 5.4.5 Daily SMTP relay sending quota exceeded. For more information visit", NEXT_DAY),
        ("550-5.4.5 Daily user sending limit exceeded", NEXT_DAY),
        ("552 Monthly sending quota exceeded", NEXT_DAY),
        ("552 Not enough sending quota", NEXT_DAY),
        ("550 5.1.90 Your message can't be sent because you've reached your daily limit for recipients", NEXT_DAY),
        ("554 5.2.0 STOREDRV.Submission; the sender's submission quota was exceeded", NEXT_DAY),
        ("554 5.7.1 <a@gz.example>: Recipient address rejected: You have exceeded your quota", NEXT_DAY),
        ("552 5.2.2 sending quota exceeded", NEXT_DAY),
        ("550 今日发信数量超过限制", NEXT_DAY),
        ("550 該帳號每日發信額度已用完，超限", NEXT_DAY),
        ("550 Domain frequency limited", HOUR),
        ("550 Sender frequency limited. http://service.exmail.example/cgi-bin/help?id=20022", HOUR),
        ("450 4.7.1 Error: too much mail from 192.0.2.1", None),
        ("554 Reject by behaviour spam ANTISPAM_BAT[01201311R196, c01]: much too frequently sending", HOUR),
        ("454 Transient reject by behaviour spam at DATA State: currently unexpected sending", HOUR),
        ("451 4.7.0 Too many messages, try again in 5 minutes", timedelta(minutes=5)),
        ("450 4.7.0 rate limit exceeded, retry after 300 seconds", timedelta(minutes=5)),
        ("450 4.7.0 rate limit, wait 2 s", timedelta(minutes=1)),
        ("450 4.7.0 rate limit, try again in 900000 hours", timedelta(hours=24)),
        ("550 发送过于频繁，请 10 分钟后重试", timedelta(minutes=10)),
        ("550 Mail content denied. http://service.exmail.example/help?no=1000726", None),
        ("550 Suspected spam sender.", None),
        ("550 5.7.1 Our system has detected that this message is likely unsolicited mail", None),
        ("552 message rejected by anti-spam engine.", None),
        ("550 5.7.606 Access denied, banned sending IP", None),
        ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", None),
        ("553 5.7.1 <t@gz.example>: Sender address rejected: not logged in", None),
        ("550 5.7.0 nothing more is said", None),
        ("450 4.7.0 nothing more is said", None),
        ("452 4.3.1 Insufficient system storage", None),
        ("550 5.4.5 congested", HOUR),
    ],
)
def test_words_of_the_world_that_blame_the_relay(text: str, rest: timedelta | None) -> None:
    if "too much mail" in text:
        rest = HOUR
    assert judged(text) == (True, False, rest)


@pytest.mark.parametrize(
    "text",
    [
        "550 no such user",
        "550 User not found",
        "550 Invalid User",
        "550 5.1.1 <spam@gz.example>: Recipient address rejected: User unknown in relay recipient table",
        "550 5.1.1 The email account that you tried to reach does not exist (quota, spam, too many)",
        "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents delivery",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
        "552 5.2.2 The email account that you tried to reach is over quota",
        "452 4.2.2 mailbox full",
        "550 5.2.1 mailbox disabled due to spam",
        "552 Quota exceeded (mailbox for user is full)",
        "550 Mailbox unavailable or access denied",
        "550 Mail is rejected by recipients",
        "550 5.4.1 Recipient address rejected: Access denied",
        "552 5.3.4 Message size exceeds fixed maximum message size",
        "550 5.7.133 sender not authenticated for group",
        "451 4.7.1 Greylisting in action, please come back in 5 minutes",
        "450 4.7.1 Please try again later",
        "550 收件人不存在",
        "550 使用者信箱已滿",
        "552 用户邮箱空间不足",
        "550 user is locked",
        "550 <sending-quota@spam.example>: user unknown",
        "550 rejected",
        "554 delivery error",
    ],
)
def test_what_is_about_one_recipient_stays_the_recipients(text: str) -> None:
    assert judged(text) == (False, False, None)


@pytest.mark.parametrize(
    "text", ["421 closing", "421 4.7.0 try again later", "451 too many messages in this session", "450 MI:DMC 163"]
)
def test_a_sessions_end(text: str) -> None:
    assert judged(text)[:2] == (True, True)


@given(st.integers(400, 599), st.text(max_size=600))
def test_any_words_are_judged_and_compared(code: int, text: str) -> None:
    judge(code, f"{code} {text}")
    assert smtp_answers.canonical(f"{code} {text}", "d1@gz.example").startswith(str(code))


@given(st.binary(max_size=2000))
def test_any_bytes_can_be_shown(answer: bytes) -> None:
    shown = smtp_answers.shown(550, answer)
    assert shown.isprintable()
    assert len(shown) <= smtp_answers.MAX_ANSWER_CHARACTERS
    shown.encode()


@pytest.mark.parametrize(
    ("words", "charset"),
    [
        ("用户不存在", "gbk"),
        ("发信频率超过限制，请稍后再试", "gb18030"),
        ("郵箱不存在", "big5"),
        ("寄信數量超過限制，請稍後再試", "big5"),
        ("頻率限制", "utf-8"),
        ("𠮷野家信箱已满", "gb18030"),
        ("plain words", "ascii"),
    ],
)
def test_charsets_are_found_out(words: str, charset: str) -> None:
    assert decode_answer(words.encode(charset)) == words


def test_an_answer_cut_within_a_character_is_readable() -> None:
    assert decode_answer("收件人不存在".encode()[:-1]) == "收件人不存"
    assert decode_answer("收件人不存在".encode("gbk")[:-1]) == "收件人不存"


def test_the_same_words_are_the_same_without_addresses_and_ids() -> None:
    first = smtp_answers.canonical("550 5.7.1 <d1@gz.example>: no, id 7f31-aa at 09:00:01", "d1@gz.example")
    assert first == smtp_answers.canonical("550 5.7.1 <d2@gz.example>: No, id 9x at 09:00:59", "d2@gz.example")
    assert first != smtp_answers.canonical("550 5.1.1 <d2@gz.example>: no, id 9x at 09:00:59", "d2@gz.example")
    assert first != smtp_answers.canonical("550 5.7.1 <d2@gz.example>: yes, id 9x", "d2@gz.example")

"""The bytes of a message: what goes in comes out, and nothing else does, whatever people typed."""

import email
import hashlib
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifications.mail.mime import MAX_VALUE, Attachment, Envelope, UnsafeMessageError, clean_header, mime
from notifications.mail.render import Rendered

RENDERED = Rendered(
    subject="【逾期】2019-1007-02 村居事项清单（已逾期3个工作日）等2项",
    text="市民政局：\n\n请阅办。\n",
    html="<p>市民政局：</p>\n",
)
ENVELOPE = Envelope(
    sender="tracker@yinuo.example",
    to="mzj@gz.example",
    reply_to="office@yinuo.example",
    message_id="<m1@yinuo.example>",
    date=datetime(2020, 1, 6, 1, 0, tzinfo=UTC),
    list_id="ledger.yinuo.example",
    locale="zh-Hans",
    references=("<t1@yinuo.example>", "<t2@yinuo.example>"),
    sender_name="市民政局",
)
NAMES = [
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id"),
    *("Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version"),
    "Content-Type",
]
INJECTIONS = (
    "=?utf-8?q?a=0ABcc:_e=40z?=",
    "=?utf-8?q?=0D=0ABcc:_e=40z.example?=",
    "a\r\nBcc: e@z.example",
    "a\nBcc: e@z.example\n\nbody",
    "a\rBcc: e@z.example",
    "a\x0bBcc: e@z.example\x0c\x85\u2028\u2029",
    "=\u200b?utf-8?b?QmNjOiBl?=",
    "\x00\x1b[31m\u202e\u2066abc\u2069",
    "\ud800\udfff lone",
    "字" * 500,
    "a" * 2000,
    '"quoted, name" <e@z.example>',
)
ANY_TEXT = (
    st.text() | st.text(alphabet=st.characters(exclude_categories=()), max_size=300) | st.sampled_from(INJECTIONS)
)


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def decoded(value: object) -> str:
    """Decode a raw header the classic way: Python's new parser puts a space into some long display names."""
    return str(make_header(decode_header(str(value))))


def body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def sendable(text: str) -> str:
    """What a body can carry: one kind of newline, no lone surrogates, nothing a terminal would obey."""
    seen = "".join(c for c in text if c in "\r\n\t" or not (unicodedata.category(c) == "Cc" or c in BIDI))
    plain = seen.replace("\r\n", "\n").replace("\r", "\n")
    return plain.encode("utf-8", "replace").decode()


def test_a_message_says_what_was_rendered() -> None:
    message = parsed(mime(RENDERED, ENVELOPE))
    assert list(message.keys()) == NAMES
    assert message["Subject"] == RENDERED.subject
    assert message["From"] == "市民政局 <tracker@yinuo.example>"
    assert message["To"] == "mzj@gz.example"
    assert message["In-Reply-To"] == "<t2@yinuo.example>"
    assert message["References"].split() == list(ENVELOPE.references)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["List-Id"] == "<ledger.yinuo.example>"
    assert message["Content-Language"] == "zh-Hans"
    assert parsedate_to_datetime(message["Date"]) == ENVELOPE.date
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert body(message, "plain") == RENDERED.text
    assert body(message, "html") == RENDERED.html
    assert message.defects == []


CALENDAR = Attachment(
    name="yinuo.ics", media="text/calendar; charset=utf-8; method=PUBLISH", data="BEGIN:VCALENDAR\r\n到期\r\n".encode()
)

SHA256 = "712003e42eaf568ee43ac50945758e418a89a88dd5cc527357ecc276981d59c1"  # of RENDERED under ENVELOPE, before files


def test_a_file_lies_beside_text_and_html() -> None:
    data = mime(RENDERED, ENVELOPE, [CALENDAR])
    message = parsed(data)
    assert list(message.keys()) == NAMES
    assert message.get_content_type() == "multipart/mixed"
    alternative, file = message.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html"]
    assert (body(message, "plain"), body(message, "html")) == (RENDERED.text, RENDERED.html)
    assert file["Content-Type"] == 'text/calendar; charset="utf-8"; method="PUBLISH"'
    assert (file.get_content_disposition(), file.get_filename()) == ("attachment", "yinuo.ics")
    assert file.get_payload(decode=True) == CALENDAR.data
    assert [part.defects for part in message.walk()] == [[]] * 5
    assert data.isascii()
    assert all(len(line) <= 78 for line in data.split(b"\r\n"))
    assert parsed(message.as_bytes(policy=policy.SMTP)).get_content_type() == "multipart/mixed"


def test_without_a_file_nothing_is_different() -> None:
    assert mime(RENDERED, ENVELOPE, []) == mime(RENDERED, ENVELOPE)
    assert hashlib.sha256(mime(RENDERED, ENVELOPE)).hexdigest() == SHA256


@given(st.binary(max_size=500))
def test_any_bytes_of_a_file_come_back(data: bytes) -> None:
    *_, file = parsed(mime(RENDERED, ENVELOPE, [replace(CALENDAR, media="application/x-any", data=data)])).iter_parts()
    assert file.get_payload(decode=True) == data


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a.ics\r\nX: y"},
        {"name": "../a.ics"},
        {"name": '"a.ics"'},
        {"name": "到期.ics"},
        {"name": ""},
        {"media": "text/calendar\r\nX: y"},
        {"media": "text"},
        {"media": 'text/calendar; x="a;b"'},
    ],
)
def test_an_unsafe_file_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnsafeMessageError):
        mime(RENDERED, ENVELOPE, [replace(CALENDAR, **change)])


def test_the_first_message_of_a_thread_answers_nothing() -> None:
    message = parsed(mime(RENDERED, replace(ENVELOPE, references=())))
    assert message["References"] is None
    assert message["In-Reply-To"] is None


def test_bytes_are_a_pure_function_of_the_arguments() -> None:
    assert mime(RENDERED, ENVELOPE) == mime(RENDERED, replace(ENVELOPE))
    assert mime(RENDERED, ENVELOPE) != mime(RENDERED, replace(ENVELOPE, message_id="<m2@yinuo.example>"))


def test_a_short_ascii_subject_stays_readable_in_the_raw_message() -> None:
    data = mime(replace(RENDERED, subject="[Overdue] 2019-1007-02 Lists"), ENVELOPE)
    assert b"\r\nSubject: [Overdue] 2019-1007-02 Lists\r\n" in data


@given(subject=ANY_TEXT, text=ANY_TEXT, html=ANY_TEXT, name=ANY_TEXT)
@example(*(INJECTIONS[0],) * 4)
@example(*(INJECTIONS[5],) * 4)
@example(*(INJECTIONS[9],) * 4)
def test_whatever_people_typed_comes_back_and_adds_no_header(subject: str, text: str, html: str, name: str) -> None:
    envelope = replace(ENVELOPE, sender_name=name)
    data = mime(Rendered(subject, text, html), envelope)
    message = parsed(data)
    raw = email.message_from_bytes(data)
    assert list(message.keys()) == NAMES
    assert decoded(raw["Subject"]) == clean_header(subject)
    shown = f"{clean_header(name)} <{envelope.sender}>" if clean_header(name) else envelope.sender
    assert decoded(raw["From"]).split() == shown.split()
    assert [address.addr_spec for address in message["To"].addresses] == [envelope.to]
    assert [address.addr_spec for address in message["From"].addresses] == [envelope.sender]
    assert body(message, "plain") == sendable(text)
    assert body(message, "html") == sendable(html)


@given(subject=ANY_TEXT, name=ANY_TEXT)
@example(*(INJECTIONS[0],) * 2)
def test_a_relay_that_writes_the_message_anew_adds_no_header_either(subject: str, name: str) -> None:
    envelope = replace(ENVELOPE, sender_name=name)
    message = parsed(mime(replace(RENDERED, subject=subject), envelope))
    again = parsed(message.as_bytes(policy=policy.SMTP))
    assert list(again.keys()) == NAMES
    assert [address.addr_spec for address in again["To"].addresses] == [envelope.to]


@given(subject=ANY_TEXT, name=ANY_TEXT, text=ANY_TEXT)
def test_lines_fit_and_end_in_crlf(subject: str, name: str, text: str) -> None:
    data = mime(Rendered(subject, text, text), replace(ENVELOPE, sender_name=name))
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert all(len(line) <= 78 for line in lines)
    assert data.isascii()


@given(ANY_TEXT)
def test_a_clean_header_is_one_short_visible_line(value: str) -> None:
    cleaned = clean_header(value)
    assert len(cleaned) <= MAX_VALUE
    assert {unicodedata.category(character) for character in cleaned}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert "=?" not in cleaned
    assert "?=" not in cleaned
    assert clean_header(cleaned) == cleaned


@pytest.mark.parametrize("value", ["【逾期】2019-1007-02 村居事项清单（已逾期3个工作日）等2项", "a = b? c", "É"])
def test_ordinary_text_is_left_alone(value: str) -> None:
    assert clean_header(value) == value


@pytest.mark.parametrize(
    "change",
    [
        {"to": "a@x.example>\r\nBcc: e@z.example"},
        {"to": "a@x.example, b@x.example"},
        {"to": "李@x.example"},
        {"to": "nobody"},
        {"reply_to": ""},
        {"sender": "=?utf-8?q?a?=\n@x.example"},
        {"message_id": "no-brackets@x.example"},
        {"message_id": "<a@x.example>\r\nBcc: e@z.example"},
        {"references": ("<a@x.example>\n",)},
        {"list_id": "a b"},
        {"locale": "en\r\nBcc: e@z.example"},
        {"date": datetime(2020, 1, 6, 1, 0)},  # no time zone
    ],
)
def test_an_unsafe_envelope_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(UnsafeMessageError):
        mime(RENDERED, replace(ENVELOPE, **change))  # type: ignore[arg-type]

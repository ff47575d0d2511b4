"""The bytes of a message (RFC 5322, 2045, 2047): built by hand, then read back before anyone may send them.

``email.message.EmailMessage`` costs 1.3 ms a mail and, in CPython 3.11.7, lets an encoded word inside a subject become
a header of its own (CVE-2024-6923). Here every value is cleaned, every body is base64, and the head is parsed again.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MultipartInvariantViolationDefect
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses
from hashlib import sha256

from commitments import addresses
from commitments.errors import Mistake
from notifications.mail.render import Rendered

MAX_VALUE = 200  # characters of one header value; a longer subject is cut
MAX_LINE = 998  # RFC 5322, 2.1.1, without CRLF
_WORD_LINE = 76  # RFC 2047, 2: a line that holds encoded words
_BASE64_LINE = 76  # RFC 2045, 6.8
_WORD_EXTRA = len("=?utf-8?B??=")
_CRLF = "\r\n"
_BASE64 = "Content-Transfer-Encoding: base64\r\n"
_FOLD = "\r\n "

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")
_TOKEN = re.compile(r"[A-Za-z0-9.-]+")
_FILE = re.compile(r"[A-Za-z0-9-]+\.[a-z0-9]+")
_MEDIA = re.compile(r"[a-z]+/[a-z0-9.+-]+(; [a-z]+=[A-Za-z0-9.-]+)*")
_LEAVES_SPACE = ("Cc", "Zl", "Zp", "Zs")  # controls and every kind of break or space
_LEAVES_NOTHING = ("Cf", "Cs")  # bidi overrides, zero-width characters, lone surrogates

_KNOWN = frozenset(
    name.lower()
    for name in (
        *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id"),
        *("Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type"),
    )
)


class UnsafeMessageError(Mistake):
    """A message that must not be sent: an address, an id or the finished bytes are not what they should be."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Everything in the head but the subject.

    Addresses are bare (``office@yinuo.example``), as ``commitments.addresses`` takes them; ``date`` is an aware UTC
    instant; ``references`` are Message-IDs, the oldest first.
    """

    sender: str
    to: str
    reply_to: str
    message_id: str
    date: datetime
    list_id: str
    locale: str
    references: tuple[str, ...] = ()
    sender_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file beside the text: ``name`` like ``yinuo.ics``, ``media`` like ``text/calendar; charset=utf-8``."""

    name: str
    media: str
    data: bytes


def mime(rendered: Rendered, envelope: Envelope, attachments: Sequence[Attachment] = ()) -> bytes:
    """Return the message as it goes over the wire; a pure function of its arguments. Raises UnsafeMessageError."""
    kind, body = _joined(
        "alternative", envelope.message_id, (_text_part("plain", rendered.text), _text_part("html", rendered.html))
    )
    if attachments:  # beside both texts, not inside: RFC 2046, 5.1.4 lets a reader show one of the alternatives only
        kind, body = _joined("mixed", f"{envelope.message_id}+", ((kind, body), *map(_file_part, attachments)))
    head = "".join(_head(rendered.subject, envelope, kind)).encode("ascii")
    _check(head, addresses.wire(envelope.to))
    return b"".join((head, b"\r\n", body))


def clean_header(value: str) -> str:
    """Return one line of visible text: NFC, no controls or overrides, no encoded-word marks, at most MAX_VALUE long."""
    if not (value.isascii() and value.isprintable()):
        value = unicodedata.normalize("NFC", "".join(map(_visible, value)))
    marked = value.replace("=?", "= ?").replace("?=", "? =")
    return " ".join(marked.split())[:MAX_VALUE].rstrip()


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    return " " if category in _LEAVES_SPACE else "" if category in _LEAVES_NOTHING else character


def _head(subject: str, envelope: Envelope, kind: str) -> Iterator[str]:
    yield _mailbox("From", envelope.sender_name, envelope.sender)
    yield _mailbox("To", "", envelope.to)
    yield _mailbox("Reply-To", "", envelope.reply_to)
    yield f"Subject: {_encoded(clean_header(subject), len('Subject: '))}\r\n"
    yield f"Date: {format_datetime(_aware(envelope.date))}\r\n"
    yield f"Message-ID: {_matching(_MESSAGE_ID, envelope.message_id)}\r\n"
    if envelope.references:
        listed = [_matching(_MESSAGE_ID, reference) for reference in envelope.references]
        yield f"In-Reply-To: {listed[-1]}{_CRLF}References: {_FOLD.join(listed)}{_CRLF}"
    yield f"List-Id: <{_matching(_TOKEN, envelope.list_id)}>\r\n"
    yield f"Content-Language: {_matching(_TOKEN, envelope.locale)}\r\n"
    yield "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n"
    yield kind


def _mailbox(name: str, display: str, address: str) -> str:
    address = _written(address)
    shown = clean_header(display)
    if not shown:
        return f"{name}: {address}\r\n"
    return f"{name}: {_words(shown, len(name) + 2)}\r\n <{address}>\r\n"


def _written(address: str) -> str:
    if wrong := addresses.problem(address):
        raise UnsafeMessageError("unsafe_address", address=repr(address), why=wrong)
    return addresses.wire(address)


def _encoded(value: str, used: int) -> str:
    """Return ``value`` as it is when it is short ASCII, else as encoded words; ``used`` columns are taken already."""
    return value if value.isascii() and used + len(value) <= _WORD_LINE else _words(value, used)


def _words(value: str, used: int) -> str:
    """Return RFC 2047 encoded words, one a line, none splitting a character."""
    words, start = [], 0
    while start < len(value):
        room = (_WORD_LINE - used - _WORD_EXTRA) // 4 * 3
        piece = value[start:].encode()[:room].decode(errors="ignore")
        words.append(f"=?utf-8?B?{b64encode(piece.encode()).decode()}?=")
        start, used = start + len(piece), 1
    return _FOLD.join(words)


def _joined(subtype: str, name: str, parts: Iterable[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return the Content-Type header and the body of parts, each given by its own headers and body."""
    boundary = f"=_{sha256(name.encode()).hexdigest()[:32]}"  # "_" never stands in base64
    kind = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n'
    rows = (f"--{boundary}\r\n{head}\r\n".encode("ascii") + body for head, body in parts)
    return kind, b"".join((*rows, f"--{boundary}--\r\n".encode("ascii")))


def _text_part(subtype: str, body: str) -> tuple[str, bytes]:
    visible = _INVISIBLE.sub("", body)
    lines = visible.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return f'Content-Type: text/{subtype}; charset="utf-8"\r\n{_BASE64}', _rows(lines.encode("utf-8", "replace"))


def _file_part(file: Attachment) -> tuple[str, bytes]:
    kind, name = _matching(_MEDIA, file.media), _matching(_FILE, file.name)
    return f"Content-Type: {kind}\r\nContent-Disposition: attachment; filename={name}\r\n{_BASE64}", _rows(file.data)


def _rows(data: bytes) -> bytes:
    """Return base64 in lines of 76; ``encodebytes`` encodes each line by itself, which takes three times as long."""
    text = b64encode(data)
    return b"\r\n".join([*(text[start : start + _BASE64_LINE] for start in range(0, len(text), _BASE64_LINE)), b""])


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise UnsafeMessageError("zoneless", value=instant)
    return instant


def _matching(pattern: re.Pattern[str], value: str) -> str:
    if pattern.fullmatch(value) is None:
        raise UnsafeMessageError("unsafe_value", value=repr(value))
    return value


def _check(head: bytes, to: str) -> None:
    """Read the head back as a stranger would; bodies are base64 and cannot say anything.

    That a multipart head comes without its parts is a defect to CPython before 3.11.4 only, and here it is meant.
    """
    parsed: Message = _PARSER.parsebytes(head)
    defects = [found for found in parsed.defects if not isinstance(found, MultipartInvariantViolationDefect)]
    names = [name.lower() for name in parsed]
    if len(names) != len(set(names)) or not _KNOWN.issuperset(names):
        raise UnsafeMessageError("bad_headers", names=names)
    if [address for _, address in getaddresses([str(parsed["To"])])] != [to]:
        raise UnsafeMessageError("bad_to", found=repr(parsed["To"]), wanted=repr(to))
    lines = head.split(b"\r\n")
    if defects or any(len(line) > MAX_LINE or b"\r" in line or b"\n" in line for line in lines):
        raise UnsafeMessageError("bad_head")


_PARSER = BytesHeaderParser()
# What a reader cannot see but a terminal obeys: controls other than line ends and tabs, and bidi overrides.
_INVISIBLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]")

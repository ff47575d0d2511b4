"""Saved pages (.mht) and mails (.eml) to lines: both are MIME, read with the standard library."""

import re
from typing import TYPE_CHECKING

from commitments.errors import Problem, sentence
from commitments.files import encodings
from commitments.letters.errors import UnreadableLetter
from commitments.letters.files import html
from commitments.letters.files.html import Page

if TYPE_CHECKING:
    from email.message import EmailMessage, Message

HEADERS = re.compile(rb"\s*(?:From |[A-Za-z][A-Za-z0-9-]*:)")
MIME = re.compile(rb"^(?:MIME-Version|Content-Type)[ \t]*:", re.IGNORECASE | re.MULTILINE)
HEAD = 65_536  # bytes among which the headers are


def looks_like_mail(data: bytes) -> bool:
    """Say whether bytes begin with the headers of a mail or a saved page."""
    head = re.split(rb"\r?\n\r?\n", data[:HEAD].lstrip(), maxsplit=1)[0]
    return bool(HEADERS.match(head) and MIME.search(head))


def read_mail(data: bytes, name: str) -> tuple[Page, tuple[Problem, ...]]:
    """Return what a mail or a saved page says, with what to look at. Raises UnreadableLetter."""
    from email import message_from_bytes, policy  # noqa: PLC0415 - slow to load, and seldom needed

    try:
        message = message_from_bytes(data, policy=policy.default)
        return _read(message)
    except Exception as trouble:  # broken headers fail in ways without number
        raise UnreadableLetter(name=name, fault="damaged_mail") from trouble


def _read(message: "EmailMessage") -> tuple[Page, tuple[Problem, ...]]:
    read = [_page(part) for part in _texts(message)]
    page = Page([line for each, _ in read for line in each.lines], read[0][0].facts if read else {})
    warnings = dict.fromkeys(warning for _, said in read for warning in said)
    names = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    related = message.get_content_type() == "multipart/related"
    left = [sentence("letter_warning.attachments", names=names)] if names and not related else []
    return page, (*warnings, *left)


def _texts(message: "EmailMessage") -> list["Message"]:
    """Return the parts that people read: of a saved page with its frames all, of a mail the best form of its body."""
    pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
    if message.get_content_type() == "multipart/related" and pages:
        return list(pages)
    body = message.get_body(("html", "plain"))
    return [body] if body is not None else []


def _page(part: "Message") -> tuple[Page, tuple[Problem, ...]]:
    data = part.get_payload(decode=True)
    is_page = part.get_content_type() == "text/html"
    said = part.get_content_charset() or ""
    text, warnings = encodings.decode(data if isinstance(data, bytes) else b"", page=is_page, said=said)
    return (html.read_page(text) if is_page else Page(text.splitlines(), {})), warnings

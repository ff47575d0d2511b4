"""Saved pages (.mht) and mails (.eml): what people read of them, the rest named."""

from email.message import EmailMessage

import pytest

from commitments.letters.errors import NoLetter, UnreadableLetter
from commitments.letters.files import reader
from commitments.letters.reading import read
from tests.commitments.letters.conftest import Browser
from tests.commitments.letters.test_files import LETTER, PLEDGE

PAGE = "<html><body>" + "".join(f"<p>{line}</p>" for line in LETTER.split("\n")) + "</body></html>"


def test_a_page_that_chromium_saved(chromium: Browser) -> None:
    made = chromium.saved(PAGE, "Page.captureSnapshot", format="mhtml").encode()
    assert reader.kind(made) == "mail"
    found = read(made, "a.mht")
    assert found.document.text == LETTER
    assert [each.quote for each in found.candidates] == [PLEDGE]


def mail(text: str, charset: str = "utf-8", page: str = "", attached: str = "") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "office@yinuo.example", "答复"
    message.set_content(text, charset=charset)
    if page:
        message.add_alternative(page, subtype="html", charset=charset)
    if attached:
        message.add_attachment(b"x", maintype="application", subtype="msword", filename=attached)
    return message.as_bytes()


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_mail(charset: str) -> None:
    for data in (mail(LETTER, charset), mail("请用网页查看", charset, PAGE)):
        source = reader.read_file(data, "a.eml")
        assert source.lines == LETTER.split("\n")
        assert source.warnings == ()


def test_attachments_are_named() -> None:
    (said,) = reader.read_file(mail(LETTER, attached="答复函.doc"), "a.eml").warnings
    assert "答复函.doc" in said.message("zh-Hans")


def test_frames_of_a_saved_page_are_read() -> None:
    parts = [f"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><p>{text}</p></html>\r\n" for text in "甲乙"]
    head = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x; type=text/html\r\n\r\n"
    assert reader.read_file(f"{head}{''.join(parts)}--x--".encode(), "a.mht").lines == ["甲", "乙"]


@pytest.mark.parametrize(
    "text",
    ["答复：\nContent-Type: x\n\n甲", "notes: x\n\nContent-Type: text/plain\n", "<html>\nMIME-Version: 1.0\n\n甲"],
)
def test_other_texts_are_no_mails(text: str) -> None:
    assert reader.kind(text.encode()) in ("text", "page")


@pytest.mark.parametrize(
    "broken", [b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", b"Content-Type: \xff"]
)
def test_a_broken_mail_is_one_sentence(broken: bytes) -> None:
    with pytest.raises((UnreadableLetter, NoLetter)):
        reader.read_file(broken, "a.eml")

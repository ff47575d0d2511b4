"""Mails as files a browser opens: the HTML part of each .eml beside it."""

from email import message_from_bytes, policy
from pathlib import Path


def write_html(folder: Path) -> None:
    """Write ``NAME.html`` beside each ``NAME.eml`` in ``folder``."""
    for eml in folder.glob("*.eml"):
        message = message_from_bytes(eml.read_bytes(), policy=policy.default)
        body = message.get_body(("html",))
        if body is not None:
            eml.with_suffix(".html").write_text(body.get_content(), encoding="utf-8")

"""A mail scanner that opens every link of every mail of the demo, and all that hang on them, changes nothing."""

import email
import re
import sqlite3
from contextlib import closing
from email import policy
from pathlib import Path

import pytest

from tracker.demo import stage
from tracker.web.app import make as make_pages

PORT = 8019


def mails(folder: Path) -> list[str]:
    """Return text and HTML of every mail in a folder."""
    found = []
    for file in folder.glob("**/*.eml"):
        message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        found += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return found


def dump(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


@pytest.mark.journey
def test_opening_every_link_of_the_demo_changes_nothing(tmp_path: Path) -> None:
    app, _ = stage.perform(tmp_path / "demo", "demo", "验收记录", PORT)
    app = stage.go_on(app)
    app.config = app.config.model_copy(update={"web": app.config.web.model_copy(update={"per_minute": 10**6})})
    links = {
        found for text in mails(tmp_path / "demo" / "outbox") for found in re.findall(rf":{PORT}(/[oduf]/\S+?/)", text)
    }
    assert {link[1] for link in links} == {"o", "d", "u"}
    before = dump(tmp_path / "demo" / "yinuo.db")
    client = make_pages(app).test_client()
    opened, todo = {}, sorted(links)
    while todo and len(opened) < 400:  # months have no end
        address = todo.pop()
        answer = client.get(address, buffered=True)
        opened[address] = answer.status_code
        hanging = (each.replace("&amp;", "&") for each in re.findall(r'href="(/[odu]/[^"#]+)', answer.text))
        todo += [each for each in hanging if each not in opened and each not in todo and "/months/" not in each]
    app.engine.dispose()
    assert dump(tmp_path / "demo" / "yinuo.db") == before
    assert set(opened.values()) == {200, 404}
    assert {page for page in "odu" if 200 in {code for link, code in opened.items() if link[1] == page}} == set("odu")

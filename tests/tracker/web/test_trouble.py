"""When the disk is full or the database is locked: 503, and every word that was typed is still on the page."""

import errno
from typing import Any

import pytest

from commitments import storage
from tests.tracker.web.conftest import Pages

WORDS = "写了很久的办理情况，不能丢"


def test_a_locked_database(pages: Pages) -> None:
    once, action = pages.form(pages.owner(), "progress")
    other = storage.open_engine(pages.app.config.database_url)
    with pages.app.engine.connect() as mine:
        mine.exec_driver_sql("PRAGMA busy_timeout=1")
    try:
        with other.connect().execution_options(reads=False) as holder:
            holder.exec_driver_sql("SELECT 1")  # BEGIN IMMEDIATE
            answer = pages.post(action, {"once": once, "note": WORDS})
    finally:
        other.dispose()
    assert answer.status_code == 503
    assert WORDS in answer.text
    again = pages.post(action, {"once": once, "note": WORDS})
    assert again.status_code == 303
    assert pages.history()[-1][2] == WORDS


def test_a_full_disk(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    once, action = pages.form(pages.owner(), "progress")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("commitments.evidence._keep", full)
        answer = pages.post(action, {"once": once, "note": WORDS, "file": _pdf()})
    assert answer.status_code == 503
    assert WORDS in answer.text
    assert [line[0] for line in pages.history()] == ["add"]
    assert pages.post(action, {"once": once, "note": WORDS, "file": _pdf()}).status_code == 303


def _pdf() -> tuple[Any, str]:
    import io

    return io.BytesIO(b"%PDF-1.4"), "a.pdf"


def test_a_page_that_cannot_be_read_says_so(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    address = pages.owner()
    database = pages.app.config.folder / "yinuo.db"
    pages.app.engine.dispose()
    database.write_bytes(b"rubbish" * 1000)
    answer = pages.get(address)
    assert answer.status_code == 503
    token = address.split("/")[2]
    assert token not in caplog.text
    assert token not in answer.text


def test_no_log_holds_a_token_whatever_happens(
    pages: Pages, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = pages.owner()
    token = address.split("/")[2]

    def unforeseen(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"nobody thought of {token}")

    with caplog.at_level("DEBUG"):
        pages.send(address, "progress", {"note": "", "file": _pdf()})
        pages.get(f"/d/{token}/")
        monkeypatch.setattr("tracker.web.site.load_detail", unforeseen)
        answer = pages.get(address)
    assert answer.status_code == 500
    assert "a page failed" in caplog.text
    assert token not in caplog.text
    assert token not in answer.text


def test_a_wrong_calendar_file_keeps_the_pages_as_they_were(
    pages: Pages, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = pages.owner()
    monkeypatch.setattr("tracker.web.site.CALENDAR_SECONDS", -1.0)
    calendar = pages.app.config.calendar.model_copy(update={"file": "calendar.toml"})
    pages.app.config = pages.app.config.model_copy(update={"calendar": calendar})
    (pages.app.config.folder / "calendar.toml").write_text("[years.2019\n")
    assert pages.get(address).status_code == 200
    assert "calendar" in caplog.text
    assert address.split("/")[2] not in caplog.text


def test_a_ledger_that_was_replaced_is_written_to_no_more(pages: Pages) -> None:
    once, action = pages.form(pages.owner(), "progress")
    database = pages.app.config.folder / "yinuo.db"
    copy = database.with_name("copy.db")
    copy.write_bytes(database.read_bytes())
    copy.replace(database)
    answer = pages.post(action, {"once": once, "note": WORDS + WORDS + WORDS})
    assert answer.status_code == 503
    assert WORDS in answer.text

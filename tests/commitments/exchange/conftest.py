"""Workbooks are read here and not in a process of their own, which takes half a second each."""

import pytest

from commitments.exchange import xlsx_book, xlsx_read


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_read, "call", lambda _, *arguments, **__: xlsx_book.read(*arguments))

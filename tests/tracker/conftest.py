"""A place to run commands in."""

from pathlib import Path

import pytest

from tests.ledgers import place as tables


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in; the tables that ``init`` would make are there already."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    tables(tmp_path / "yinuo.db")
    return tmp_path

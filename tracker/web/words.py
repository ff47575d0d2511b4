"""The words of the pages, one file a language; a test sees that none lacks a word another has."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "words"


@cache
def words(locale: str) -> dict[str, Any]:
    """Return the words of a language as nested tables."""
    return tomllib.loads((FOLDER / f"{locale}.toml").read_text(encoding="utf-8"))

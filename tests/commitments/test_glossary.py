"""Catalogue, mails and guide keep to the glossary of CONTRIBUTING.md: one Chinese term for one thing."""

import re
from pathlib import Path

import pytest

from commitments.i18n import FOLDER, table
from tests.traditional import as_simplified

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", TEXT, re.MULTILINE)]
TERMS = [
    (term, key.strip("`"))
    for chinese, _, _, keys, _ in ROWS[2:]
    for term, key in zip(chinese.split(" / "), keys.split(" / "), strict=True)
]
READ = [
    *FOLDER.glob("zh-*.toml"),
    *(ROOT / "notifications" / "templates").glob("zh-*/*/*.*"),
    ROOT / "docs" / "guide.zh-CN.md",
]
NEVER = [word for *_, words in ROWS[2:] for word in words.split(", ") if word]


def test_the_table_is_read() -> None:
    assert ROWS[0] == ["Chinese", "English", "what it is", "in the catalogue", "and never"]
    assert ("复核日期", "field.review_on") in TERMS
    assert {"询问日", "草稿", "交办", "撤销"} <= set(NEVER)


@pytest.mark.parametrize(("term", "key"), TERMS)
def test_a_term_stands_where_the_glossary_says(term: str, key: str) -> None:
    group, _, value = key.rpartition(".")
    assert term in table("zh-Hans", group)[value]


@pytest.mark.parametrize("file", READ, ids=lambda file: str(file.relative_to(ROOT)))
@pytest.mark.parametrize("word", NEVER)
def test_no_other_word_stands_for_it(word: str, file: Path) -> None:
    assert word not in as_simplified(file.read_text(encoding="utf-8"))

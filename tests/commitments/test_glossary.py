"""Catalogue, mails, help and guide keep to the glossary of CONTRIBUTING.md: one Chinese term for one thing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from commitments.i18n import FOLDER, table
from tests.traditional import as_simplified
from tracker.cli.root import cli

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


def helps(command: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield what the help of a command and of those below it says, each text with its place."""
    yield path, f"{command.help or ''}\n{command.epilog or ''}"
    yield from ((f"{path} {each.name}", getattr(each, "help", None) or "") for each in command.params)
    for name, inner in getattr(command, "commands", {}).items():
        yield from helps(inner, f"{path} {name}")


def test_the_help_of_commands_keeps_to_it_too() -> None:
    found = dict(helps(typer.main.get_command(cli), "tracker"))
    assert "复核日期" in found["tracker add review_on"]
    assert {place: word for place, text in found.items() for word in NEVER if word in text} == {}

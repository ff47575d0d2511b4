"""Every pattern kept as data finds its examples, each group of it for a reason, and none is kept for nothing."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commitments.letters import patterns
from commitments.letters.patterns import NAME, Patterns

HOUSE = Path(patterns.__file__).parent
MODULES = [file.relative_to(HOUSE).with_suffix("").as_posix().replace("/", ".") for file in HOUSE.rglob("*.toml")]
SOURCES = {file: file.read_text("utf-8") for file in HOUSE.rglob("*.py")}
ASKED = re.compile(r'(?<![\w.])PATTERNS(?:\[|\.text\(|\.place\()"(\w+)"')


def of(module: str) -> Patterns:
    """Return the patterns that a module reads by."""
    found: Patterns = importlib.import_module(f"commitments.letters.{module}").PATTERNS
    return found


def groups(table: Any) -> list[dict[str, Any]]:
    return table if isinstance(table, list) else [table]


def every_group() -> Iterator[Any]:
    for module in MODULES:
        for name, table in of(module).tables.items():
            for number, group in enumerate(groups(table), 1):
                yield pytest.param(of(module), name, group, id=f"{module}:{name}:{number}")


@pytest.mark.parametrize(("found", "name", "group"), list(every_group()))
def test_a_group_finds_its_example_and_the_others_do_not(found: Patterns, name: str, group: dict[str, Any]) -> None:
    assert group["example"]
    assert found[name].search(group["example"])
    if "unlike" in group:
        assert not found[name].search(group["unlike"])
    if others := [other for other in groups(found.tables[name]) if other is not group]:
        assert not Patterns({name: others}, found.known)[name].search(group["example"])


@pytest.mark.parametrize("module", MODULES)
def test_no_pattern_is_kept_for_nothing(module: str) -> None:
    asked = {name for text in SOURCES.values() for name in re.findall(r'"(\w+)"', text)}
    parts = {part for each in MODULES for table in of(each).tables.values() for part in NAME.findall(str(table))}
    assert of(module).tables.keys() - asked - parts == set()


@pytest.mark.parametrize("module", MODULES)
def test_every_pattern_that_is_asked_for_is_there(module: str) -> None:
    text = SOURCES[HOUSE / f"{module.replace('.', '/')}.py"]
    assert {name for name in ASKED.findall(text) if not of(module)[name]} == set()


def test_alternatives_are_joined_and_other_patterns_stand_in_brackets() -> None:
    tables = {"no": [{"any": ["不", "未"]}, {"regex": ["没", "有"]}], "never": {"regex": "从{no}+"}}
    assert Patterns(tables, {})["never"].pattern == "从(?:不|未|没有)+"

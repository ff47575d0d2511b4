"""Every form kept as data finds its examples, each group of it for a reason, and no form is kept for nothing."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commitments.letters import forms
from commitments.letters.forms import NAME, Forms

HOUSE = Path(forms.__file__).parent
FILES = sorted(HOUSE.rglob("*.toml"))
NAMES = [file.relative_to(HOUSE).with_suffix("").as_posix().replace("/", ".") for file in FILES]


def of(name: str) -> Forms:
    """Return the forms that a module reads by."""
    found: Forms = importlib.import_module(f"commitments.letters.{name}").FORMS
    return found


def groups(form: Any) -> list[dict[str, Any]]:
    return form if isinstance(form, list) else [form]


def every_group() -> Iterator[Any]:
    for name in NAMES:
        for form, table in of(name).tables.items():
            for number, group in enumerate(groups(table), 1):
                yield pytest.param(name, form, group, id=f"{name}:{form}:{number}")


@pytest.mark.parametrize(("name", "form", "group"), list(every_group()))
def test_a_group_finds_its_example_and_the_others_do_not(name: str, form: str, group: dict[str, Any]) -> None:
    found = of(name)
    assert group["example"]
    assert found[form].search(group["example"])
    if "unlike" in group:
        assert not found[form].search(group["unlike"])
    if others := [other for other in groups(found.tables[form]) if other is not group]:
        assert not Forms({**found.known, form: others}, {})[form].search(group["example"])


SOURCES = {file: file.read_text("utf-8") for file in HOUSE.rglob("*.py")}
ASKED = re.compile(r'(?<![\w.])FORMS(?:\[|\.text\(|\.place\()"(\w+)"')


@pytest.mark.parametrize("name", NAMES)
def test_no_form_is_kept_for_nothing(name: str) -> None:
    asked = {form for text in SOURCES.values() for form in re.findall(r'"(\w+)"', text)}
    parts = {part for each in NAMES for table in of(each).tables.values() for part in NAME.findall(str(table))}
    assert of(name).tables.keys() - asked - parts == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_form_that_is_asked_for_is_there(name: str) -> None:
    text = SOURCES[HOUSE / f"{name.replace('.', '/')}.py"]
    assert {form for form in ASKED.findall(text) if not of(name)[form]} == set()


def test_alternatives_are_joined_and_other_forms_stand_in_brackets() -> None:
    tables = {"no": [{"any": ["不", "未"]}, {"form": ["没", "有"]}], "never": {"form": "从{no}+"}}
    assert Forms(tables, {})["never"].pattern == "从(?:不|未|没有)+"

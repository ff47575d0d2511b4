"""The words of the pages: there are all that templates and code ask for, and each is used."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import tracker.web
from commitments.i18n import table
from commitments.models import Department
from commitments.queries import month
from commitments.storage import writing
from tests.tracker.web.conftest import Pages

Key = tuple[str, ...]

HANS = table("zh-Hans", "page")
FOLDER = Path(tracker.web.__file__).parent
ANY = "*"  # a part of a key that is known only while a page is made
WHOLE = ("decision", "error")  # tables that are offered as they are, or asked by the status of an answer
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "templates").glob("*.html")}
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (*FOLDER.rglob("*.py"), Path(month.__file__)))
QUOTED = frozenset(re.findall(r'"(\w+)"', CODE + "\n".join(TEMPLATES.values())))


def leaves(found: Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, Any]]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key), value


def paths(template: str) -> set[Key]:
    """Return the words a template names: ``say.form[form.name].title`` is ``form``, any, ``title``."""
    steps = (re.findall(r"\.(\w+)|\[[\w.]+\]", each) for each in re.findall(r"\bsay((?:\.\w+|\[[\w.]+\])+)", template))
    return {tuple(step or ANY for step in each if step != "format") for each in steps}


def exists(found: Any, path: Key) -> bool:
    if not path:
        return True
    if not isinstance(found, dict):
        return False
    below = [value for key, value in found.items() if path[0] in (key, ANY)]
    return bool(below) and all(exists(value, path[1:]) for value in below)


def means(path: Key, key: Key) -> bool:
    """Say whether what a template names is this key; a part known only from the code has to be quoted there."""
    return len(path) == len(key) and all(
        step == part or (step == ANY and part in QUOTED) for step, part in zip(path, key, strict=True)
    )


def test_no_word_has_the_name_of_a_method_which_a_template_would_find_first() -> None:
    assert [key for key, _ in leaves(HANS) if any(hasattr(dict, part) for part in key)] == []


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_a_template_names_only_words_there_are(template: str) -> None:
    assert [path for path in sorted(paths(TEMPLATES[template])) if not exists(HANS, path)] == []


@pytest.mark.parametrize(("call", "group"), [("Form", "form"), ("Field", "field"), ("ValueError", "mistake")])
def test_what_the_code_asks_for_has_words(call: str, group: str) -> None:
    asked = set(re.findall(rf'\b{call}\("(\w+)"', CODE))
    assert len(asked) > 5
    assert asked - set(HANS[group]) == set()


def test_every_word_is_used() -> None:
    used = {path for template in TEMPLATES.values() for path in paths(template)}
    used |= set(re.findall(r'\bword\([\w.]+, "page\.(\w+)", "(\w+)"\)', CODE))
    unused = [key for key, _ in leaves(HANS) if key[0] not in WHOLE and not any(means(path, key) for path in used)]
    assert unused == []


def test_a_department_reads_its_page_in_traditional_characters(pages: Pages) -> None:
    with writing(pages.app.engine) as session:
        session.query(Department).filter_by(name="市民政局").one().locale = "zh-Hant"
    page = pages.get(pages.owner()).text
    assert '<html lang="zh-Hant">' in page
    for said in ("2019年12月31日（含）前", "還剩7個工作日", "在辦事項（11項", "報告辦結", "佐證材料（網址）"):
        assert said in page

"""The catalogue of words: no language lacks one or fills in another fact, and both Chinese ones say the same."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import commitments
import notifications
import tracker
from commitments.i18n import FOLDER, LOCALES, table
from tests.traditional import as_simplified, simplified_signs

# traditional too, where the catalogue uses them
BOTH = frozenset(
    "不了什令例修免全六准出列制力升即句只合同器回局布年度律志才扣料既更板着查核注率理留社立精系繁署者致落行表裂覆逾都量面直"
)


def read(locale: str) -> str:
    return (FOLDER / f"{locale}.toml").read_text(encoding="utf-8")


CATALOGUE = {locale: tomllib.loads(read(locale)) for locale in LOCALES}


def texts(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each text with its place: ``band.overdue``."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from texts(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def filled_in(locale: str) -> dict[str, list[str]]:
    """Return what is filled into each text; in ``{day}`` and ``{size:,}`` the name counts."""
    return {
        key: sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)
        for key, text in texts(CATALOGUE[locale])
    }


def test_every_language_has_a_file() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_language_lacks_a_word_or_fills_in_another_fact(locale: str) -> None:
    assert filled_in(locale) == filled_in("zh-Hans")


@pytest.mark.parametrize("locale", LOCALES)
def test_no_word_is_empty_or_not_a_text(locale: str) -> None:
    assert [key for key, text in texts(CATALOGUE[locale]) if not isinstance(text, str) or not text.strip()] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_table_is_read_as_it_stands_in_the_whole_file(locale: str) -> None:
    assert {name: table(locale, name) for name in CATALOGUE[locale]} == CATALOGUE[locale]


def test_traditional_words_say_what_simplified_ones_say() -> None:
    assert as_simplified(read("zh-Hant")) == read("zh-Hans"), "change both, see CONTRIBUTING.md"


def test_no_simplified_character_stands_in_a_traditional_word() -> None:
    assert simplified_signs([read("zh-Hant")]) == BOTH


def asked() -> Iterator[tuple[str, set[str]]]:
    """Yield each key that the source asks for by name, ``cli.links.which``, with the facts it gives."""
    for package in (commitments, notifications, tracker):
        for file in Path(package.__path__[0]).rglob("*.py"):
            for call in filter(is_asking, ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
                for key in (each.value for each in call.args[:2] if is_key(each)):
                    yield key, {each.arg or "**" for each in call.keywords}


def is_asking(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in ("sentence", "say", "tell")


def is_key(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", str(node.value)) is not None


def test_whatever_is_asked_for_by_name_is_there_and_gets_its_facts() -> None:
    wanted = filled_in("en")
    found = list(asked())
    assert len(found) > 100
    assert [key for key, _ in found if key not in wanted] == []
    lacking = [(key, fact) for key, given in found if "**" not in given for fact in wanted[key] if fact not in given]
    assert lacking == []

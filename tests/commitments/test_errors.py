"""Every error has its sentence in each language, states facts, and leaves what to do about it to the front end."""

import ast
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

import commitments
import notifications
import tracker
from commitments.errors import (
    CalendarFileError,
    Error,
    EvidenceNeeded,
    LedgerDiffers,
    NoSuchDepartment,
    Refused,
    WrongState,
)
from commitments.i18n import LOCALES, table
from tests.traditional import as_simplified


def kinds(above: type[Error] = Error) -> Iterator[type[Error]]:
    yield above
    for each in above.__subclasses__():
        yield from kinds(each)


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Return the name of every error of the program."""
    for package in (commitments, notifications, tracker):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "__main__" not in module.name and "migrations" not in module.name:
                import_module(module.name)
    return {kind.__name__ for kind in kinds() if kind.__module__.split(".")[0] != "tests"}


@pytest.mark.parametrize("name", ["error", "advice.cli", "advice.page"])
def test_every_sentence_belongs_to_an_error(names: set[str], name: str) -> None:
    assert set(table("en", name)) - names == set()


def raised() -> Iterator[tuple[str, set[str]]]:
    """Yield what the source raises, ``error.NotLater``, and the names of its facts, where all are written there."""
    for package in (commitments, notifications, tracker):
        for file in Path(package.__path__[0]).rglob("*.py"):
            for call in filter(is_call, ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
                facts = {each.arg for each in call.keywords if each.arg is not None}
                if call.func.id == "Mistake" and isinstance(key := call.args[0], ast.Constant):
                    yield f"mistake.{key.value}", facts
                elif (
                    not call.args and len(facts) == len(call.keywords) and call.func.id != "Altered"
                ):  # it makes its own
                    yield f"error.{call.func.id}", facts


def is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (node.func.id != "Mistake" or node.args)


def test_every_error_is_raised_with_the_facts_of_its_sentence_and_its_advice() -> None:
    missing = []
    for name, facts in raised():
        group, _, last = name.partition(".")
        for words in (group, "advice.cli", "advice.page") if group == "error" else (group,):
            wanted = {fact for _, fact, _, _ in Formatter().parse(table("en", words).get(last, "")) if fact}
            missing += [(name, words, fact) for fact in wanted - facts]
    assert missing == []


def test_every_error_has_a_sentence_of_its_own_or_says_its_problem(names: set[str]) -> None:
    without = {
        "NotFound",
        "Refused",
        "StorageTrouble",
        "UsageError",
        "ConfigError",
        "KeysGone",
        "BadFigure",
        "RowDiffers",
    }
    assert names - set(table("en", "error")) == without


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_page_can_say_names_no_option_and_no_command(locale: str) -> None:
    said = [
        *table(locale, "error").values(),
        *table(locale, "advice.page").values(),
        *table(locale, "mistake").values(),
    ]
    assert [text for text in said if "--" in text or "tracker " in text] == []


def test_an_error_speaks_each_language() -> None:
    wrong = WrongState(ref="2019-1007-02", state="open", verb="close")
    assert [wrong.message(locale) for locale in LOCALES] == [
        "2019-1007-02 当前状态为“办理中”，不能销号。",
        "2019-1007-02 當前狀態為「辦理中」，不能銷號。",
        "2019-1007-02 is open; closing is not possible.",
    ]
    assert str(wrong) == wrong.message("en")


def test_each_front_end_adds_its_advice() -> None:
    wrong = EvidenceNeeded(ref="2019-1007-02", outcome="kept")
    fact = "2019-1007-02 以“已兑现”销号须附佐证材料。"
    assert wrong.message("zh-Hans") == fact
    assert wrong.message("zh-Hans", "cli") == f"{fact}请用 --evidence 提供文件或网址，或用 --waiver 写明免附理由。"
    assert wrong.message("zh-Hans", "page") == f"{fact}请附文件、填网址，或者写明免附理由。"
    assert as_simplified(wrong.message("zh-Hant", "cli")) == wrong.message("zh-Hans", "cli")


def test_advice_follows_the_names_meant_and_stands_below_lines() -> None:
    unknown = NoSuchDepartment(name="民政", near=["市民政局"])
    assert unknown.message("en", "cli") == (
        "There is no department 民政. Did you mean 市民政局? Add it with `tracker department add`."
    )
    differs = LedgerDiffers("l.toml", ["2019-1007-01 due_on: — → 2019-12-31"])
    assert differs.message("zh-Hant", "cli").splitlines()[1:] == [
        "2019-1007-01 due_on: — → 2019-12-31", "如需以文件為準，請加 --update。",
    ]  # fmt: skip


def test_no_fact_is_taken_for_a_parameter_of_what_says_it() -> None:
    facts = {"file": "a.toml", "key": "years", "locale": "x", "problem": "no"}
    assert CalendarFileError(**facts).message("en") == "Calendar file a.toml: years: no."


def test_a_class_without_a_sentence_says_that_of_the_class_above() -> None:
    class Unsaid(Refused):
        """A refusal of a test."""

    assert Unsaid(problem="it is so").message("en") == "it is so"

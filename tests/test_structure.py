"""How the modules hang together, read from the source: imports within functions count like those at the top."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("commitments", "notifications", "tracker")
Graph = Mapping[str, set[str]]


def modules() -> dict[str, Path]:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


def imported(tree: ast.AST, known: Mapping[str, object]) -> Iterator[str]:
    """Yield the modules of ours that a file imports when it runs; what only the type checker reads does not count."""
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in (node for node in ast.walk(tree) if id(node) not in skipped):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in known else node.module for name in named if {name, node.module} & known.keys())


@pytest.fixture(scope="module")
def graph() -> Graph:
    known = modules()
    return {name: set(imported(ast.parse(file.read_text("utf-8")), known)) - {name} for name, file in known.items()}


def test_no_module_imports_itself_by_way_of_others(graph: Graph) -> None:
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


@pytest.mark.parametrize(
    ("who", "whom"),
    [
        ("commitments.letters", "commitments.models"),
        ("commitments.queries", "commitments.register"),
        ("tracker.web.pages", "tracker.web.app"),
        ("commitments", "notifications"),
        ("notifications", "tracker"),
        ("notifications.sender", "commitments.storage"),
        ("notifications.connections", "commitments.storage"),
        ("notifications.mail.composer", "commitments.storage"),
    ],
)
def test_who_knows_nothing_of_whom(graph: Graph, who: str, whom: str) -> None:
    found = [
        (name, other)
        for name, others in graph.items()
        for other in others
        if (name == who or name.startswith(f"{who}.")) and (other == whom or other.startswith(f"{whom}."))
    ]
    assert found == []


MAX_MODULES = 13  # modules side by side
WIDE = {"tracker/cli"}  # one file a noun of the command line


def crowded(files: Iterable[Path]) -> dict[str, int]:
    """Return the folders in which more modules stand side by side than one looks through."""
    sides = Counter(str(file.parent) for file in files if file.name != "__init__.py")
    return {folder: count for folder, count in sides.items() if count > MAX_MODULES and folder not in WIDE}


def test_no_folder_holds_more_modules_than_one_looks_through() -> None:
    assert crowded(file.relative_to(ROOT) for file in modules().values()) == {}


def test_a_crowded_folder_is_seen() -> None:
    assert crowded(Path(f"commitments/rule_{n}.py") for n in range(14)) == {"commitments": 14}


def test_a_circle_within_functions_is_seen() -> None:
    known = {"tracker.a": None, "tracker.b": None}
    inner = ast.parse("def work():\n    from tracker import b\n")
    typed = ast.parse("if TYPE_CHECKING:\n    from tracker import b\n")
    assert [*imported(inner, known)] == ["tracker.b"]
    assert [*imported(typed, known)] == []


@pytest.mark.parametrize(
    ("sign", "home"),
    [
        ("os.fsync(", "commitments/files/durable.py"),
        ('"gb18030"', "commitments/files/encodings.py"),
        ('"＝"', "commitments/exchange/cell_guard.py"),
        ('"〔〕"', "commitments/text/canonical.py"),
        ("RLIMIT_CPU", "commitments/files/confined.py"),
    ],
)
def test_a_rule_has_one_home(sign: str, home: str) -> None:
    found = [str(file.relative_to(ROOT)) for file in modules().values() if sign in file.read_text("utf-8")]
    assert found == [home]


ADDRESS_LIKE = {
    "commitments.addresses": "the rule itself",
    "commitments.exchange.cell_guard": "a sign with which formulas begin",
    "commitments.exchange.xlsx_cells": "the format of text cells",
    "commitments.exchange.xlsx_write": "the format of text cells",
    "commitments.text.privacy": "what looks like an address in a letter is masked, whether mail reaches it or not",
    "notifications.channels.smtp_answers": "addresses in a relay's answer are blanked, however it writes them",
    "notifications.mail.calendar_events": "the UID of an event",
    "notifications.mail.compose": "a Message-ID",
    "notifications.mail.mime": "the form of a Message-ID",
    "notifications.passes": "the place of an error in our own code",
    "tracker.cli.mail": "a Message-ID",
    "commitments.codes": "what a reason of the program begins with",
    "tracker.config.values": "user and host in the URL of a database",
    "tracker.daemon": "an abstract socket",
}


def at_signs(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a program in which an @ stands; docstrings and example addresses say nothing of a rule."""
    nodes = [node for node in ast.walk(tree) if hasattr(node, "body") and isinstance(node.body, list)]
    firsts = [node.body[0].value for node in nodes if node.body and isinstance(node.body[0], ast.Expr)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in firsts:
            yield from re.findall(r".*@.*", re.sub(r"[\w.]+@[\w.]+\.example", "", node.value))


def test_only_one_module_says_what_a_mail_address_is() -> None:
    found = {name for name, file in modules().items() if any(at_signs(ast.parse(file.read_text("utf-8"))))}
    assert found - ADDRESS_LIKE.keys() == set()
    assert {name for name in ADDRESS_LIKE if name not in found} == set(), "an exception that no module needs"


def test_a_second_rule_of_addresses_is_seen() -> None:
    rule = 'def is_address(text):\n    """Say a@b."""\n    return re.fullmatch(r"[^@]+@[^@]+", text)\n'
    assert [*at_signs(ast.parse(rule))] == ["[^@]+@[^@]+"]
    assert [*at_signs(ast.parse('MAILBOX = "office@yinuo.example"'))] == []

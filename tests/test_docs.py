"""The documents are tested: commands run, examples run, links lead somewhere."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer
from freezegun import freeze_time

from tracker.cli.root import cli, run
from tracker.demo import stage

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
LETTER = Path(stage.__file__).with_name("letter-1007.toml")
PAGED = ("TRACKER_WEB__BASE_URL", "https://yinuo.example")  # mails with links
ELSEWHERE = ("demo",)  # tests/tracker/test_demo.py runs it
NEVER_RUN = ("daemon", "serve", "restore")


def console(page: Path) -> Iterator[list[str]]:
    """Yield the commands of a page's ``console`` blocks, in order."""
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ tracker "):
                yield shlex.split(line.removeprefix("$ tracker "), comments=True)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every command of the tree with its help text."""
    inner = getattr(command, "commands", {})
    if not inner:
        yield path, command.help or ""
    for name, each in inner.items():
        yield from commands(each, (*path, name))


TREE = list(commands(typer.main.get_command(cli)))
EXAMPLES = [
    (" ".join(path), shlex.split(line.removeprefix("$ tracker ")))
    for path, text in TREE
    for line in map(str.strip, text.splitlines())
    if line.startswith("$ tracker ") and path[0] not in ELSEWHERE
]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with letter 1007 in its ledger, a draft, a request to extend and mails that went out."""
    home = tmp_path_factory.mktemp("loaded")
    with pytest.MonkeyPatch.context() as patch, freeze_time("2019-10-28T10:00:00+08:00"):
        patch.chdir(home)
        patch.setenv(*PAGED)
        for line in (
            "init",
            f"ledger load {LETTER}",
            "add --letter 1007 --title 草稿 --lead 市民政局 --draft",
            "extend 2019-1007-03 --to 2020-03-31 --reason 设备到货推迟",
            "dispute 2019-1007-01 --department 市民政局 --reason 组织部门职责",
            "dispute 2019-1007-04 --department 市政务服务数据管理局 --reason 已移交",
            "report-done 2019-1007-05 --evidence https://mzj.gz.example/jz.html",
            "remind",
        ):
            assert run(shlex.split(line)) == 0, line
    return home


@pytest.fixture
def ledger(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "ledger"
    shutil.copytree(loaded, home)
    shutil.copy(LETTER, home)
    shutil.copy(ROOT / "tests" / "commitments" / "letters" / "letter.txt", home / "letter.html")
    monkeypatch.chdir(home)
    monkeypatch.setenv(*PAGED)
    monkeypatch.setattr("sys.stdin", StringIO())
    return home


@pytest.mark.parametrize(("command", "line"), EXAMPLES, ids=[" ".join(line) for _, line in EXAMPLES])
def test_every_example_in_a_help_text_runs(command: str, line: list[str], ledger: Path) -> None:
    with freeze_time("2019-11-01T10:00:00+08:00"):
        assert run(line) == 0


def test_every_command_has_a_bilingual_line_and_an_example() -> None:
    without = [" ".join(path) for path, text in TREE if "$ tracker" not in text and path[0] not in NEVER_RUN]
    assert without == []
    assert [path for path, text in TREE if "·" not in text.splitlines()[0]] == []


def test_the_readmes_commands_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = list(console(ROOT / "README.md"))
    assert lines
    for line in lines:
        assert run(line) == 0, line


def test_the_guides_commands_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with freeze_time("2019-06-27T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        lines = list(console(ROOT / "docs" / "guide.zh-CN.md"))
        assert lines
        for line in lines:
            assert run(line) == 0, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("name", ["demo", "test"])
def test_both_readmes_give_the_same_two_commands_of_one_line(name: str) -> None:
    english = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(rf"<!-- command: {name} -->\n```sh\n(.*?)\n```", english, re.DOTALL)
    assert block is not None
    assert "\n" not in block[1]
    assert "venv" in block[1]
    assert block[1] in (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


def test_every_guarantee_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8"))
    assert len(named) > 50
    for file, name in named:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_every_fault_has_a_test() -> None:
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "faults").glob("test_*.py"))
    assert {int(row) for row in re.findall(r"def test_row_(\d\d)_", tests)} == {*range(1, 45), 61, 62, 63}


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", ["yinuo", "yinuo-web"])
def test_the_systemd_units_are_valid(name: str, tmp_path: Path) -> None:
    unit = (ROOT / "docs" / f"{name}.service").read_text(encoding="utf-8")
    file = tmp_path / f"{name}.service"
    file.write_text(unit.replace("/opt/yinuo/.venv/bin/tracker", shutil.which("true") or "/bin/true"))
    checked = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    complaints = [line for line in checked.stderr.splitlines() if f"{name}.service" in line]
    assert complaints == []

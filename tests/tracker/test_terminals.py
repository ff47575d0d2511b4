"""Terminals that cannot show every character: one sign is replaced, nothing dies of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tracker import demo

TITLE = "𠮷祥社区✓台账"
NARROW = {
    "gbk": {"PYTHONIOENCODING": "gbk"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ascii, strict": {"PYTHONIOENCODING": "ascii:strict"},
    "the C locale": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
}


def tracker(folder: Path, *line: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program as a terminal does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    plain = {**kept, "LC_ALL": "C.UTF-8"} | more
    command = [sys.executable, "-m", "tracker", *line]
    return subprocess.run(command, cwd=folder, env=plain, check=False, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with signs that GBK lacks."""
    folder = tmp_path_factory.mktemp("office")
    ledger = Path(demo.__file__).parent / "letter-1007.toml"
    for line in (
        ("init",),
        ("ledger", "load", str(ledger)),
        ("edit", "2019-1007-01", "--title", TITLE, "--reason", "更正✓"),
        ("progress", "2019-1007-01", "--note", "𠮷"),
    ):
        done = tracker(folder, *line)
        assert done.returncode == 0, done.stderr
    return folder


LINES = [
    "list", "show 2019-1007-01", "history list", "letter list", "letter show 1007", "department list", "due",
    "status", "--help", "close --help", "ledger dump", "config show", "calendar show 2026",
]  # fmt: skip


ENCODED = {"gbk": {"list", "show 2019-1007-01", "history list", "close --help"}, "the C locale": {"list"}}


@pytest.mark.parametrize(
    ("narrow", "line"),
    [
        pytest.param(narrow, line, marks=[] if line in often else pytest.mark.journey)
        for narrow, often in ENCODED.items()
        for line in LINES
    ],
)
def test_every_command_speaks_on_a_narrow_terminal(office: Path, narrow: str, line: str) -> None:
    done = tracker(office, *line.split(), **NARROW[narrow])
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout


def test_one_sign_is_replaced_and_the_rest_stands(office: Path) -> None:
    shown = tracker(office, "list", PYTHONIOENCODING="gbk").stdout.decode("gbk")
    assert "?祥社区?台账" in shown


@pytest.mark.parametrize("more", NARROW.values(), ids=NARROW)
def test_programs_get_every_character(office: Path, more: dict[str, str]) -> None:
    written = tracker(office, "show", "2019-1007-01", "--json", **more).stdout
    encoding = "gbk" if more.get("PYTHONIOENCODING") == "gbk" else "latin-1"
    assert json.loads(written.decode(encoding))["commitment"]["title"] == TITLE
    assert TITLE in tracker(office, "list", "--csv", **more).stdout.decode("utf-8-sig")


@pytest.mark.parametrize("more", NARROW.values(), ids=NARROW)
def test_refusals_are_a_sentence_too(office: Path, more: dict[str, str]) -> None:
    done = tracker(office, "close", "2019-1007-01", "--outcome", "kept", **more)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"tracker: 2019-1007-01 ")
    assert b"Traceback" not in done.stderr


def test_words_typed_under_the_c_locale_are_kept(office: Path) -> None:
    line = ("list", "--search", "𠮷祥", "--json")
    found = json.loads(tracker(office, *line, **NARROW["the C locale"]).stdout)
    assert [row["ref"] for row in found["commitments"]] == ["2019-1007-01"]

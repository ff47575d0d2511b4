"""`tracker list`: one order for every form of it, and what an empty list says."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from freezegun import freeze_time

from commitments.i18n import LOCALES, say
from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
NOW = "2019-12-30T10:00:00+08:00"
NEW = ("--letter", "1007", "--lead", "市民政局")
# Each is entered in an order that is neither that of the refs nor that of the dates.
DUE = {"2019-1007-21": "2019-12-02", "2019-1007-22": "2019-09-30", "2019-1007-23": "2019-11-15",
       "2019-1007-24": "2020-01-02", "2019-1007-25": "2019-12-30", "2019-1007-26": "2019-09-30"}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Letter 1007 and six items more, on a day when some are overdue."""
    folder = tmp_path_factory.mktemp("loaded")
    with pytest.MonkeyPatch.context() as patch, freeze_time(NOW):
        patch.chdir(folder)
        patch.delenv("TRACKER_CONFIG", raising=False)
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        for ref, due in DUE.items():
            assert run(["add", *NEW, "--title", f"事项{ref}", "--ref", ref, "--due", due, "--ordinal", ref]) == 0
        assert run(["close", "2019-1007-02", "--outcome", "withdrawn"]) == 0
        assert run(["report-done", "2019-1007-26", "--on", "2019-11-01"]) == 0
    return folder


@pytest.fixture(autouse=True)
def office(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The loaded ledger, to read and to change."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    with freeze_time(NOW):
        yield


def said(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[str, str]:
    assert run(list(line)) == 0
    found = capsys.readouterr()
    return found.out, found.err


def refs(capsys: pytest.CaptureFixture[str], *line: str) -> list[str]:
    """Return the refs of a list, whatever form it has."""
    out, _ = said(capsys, *line)
    if "--json" in line:
        return [row["ref"] for row in json.loads(out)["commitments"]]
    if "--csv" in line:
        return [row["ref"] for row in csv.DictReader(io.StringIO(out.removeprefix("\ufeff")))]
    return [row.split("\t")[0] for row in out.splitlines()]


FILTERS = ["", "--overdue", "--state open", "--department 市民政局", "--kind pledge", "--due-within 30d",
           "--letter 1007", "--search 事项"]  # fmt: skip


@pytest.mark.parametrize("form", ["", "--json", "--csv"])
@pytest.mark.parametrize("wanted", FILTERS)
def test_a_limit_gives_the_first_of_the_whole_list(wanted: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    whole = refs(capsys, "list", *wanted.split())
    line = ("list", *wanted.split(), *form.split())
    assert refs(capsys, *line) == whole
    for limit in (1, 2, 5, len(whole), len(whole) + 1):
        assert refs(capsys, *line, "--limit", str(limit)) == whole[:limit]


def test_the_worst_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert refs(capsys, "list", "--overdue", "--limit", "2") == ["2019-1007-22", "2019-1007-23"]
    assert refs(capsys, "list", "--limit", "5")[:4] == [
        "2019-1007-22", "2019-1007-26", "2019-1007-23", "2019-1007-21",
    ]  # fmt: skip


def test_the_order_does_not_depend_on_the_size_of_a_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = refs(capsys, "list")
    for size in (1, 3, len(whole)):
        monkeypatch.setattr("commitments.queries.listing.PAGE", size)
        assert refs(capsys, "list") == refs(capsys, "list", "--json") == whole
        assert refs(capsys, "list", "--limit", "4") == whole[:4]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--search 没有这几个字", "没有承诺事项符合 --search。\n"),
        ("--state draft --overdue", "没有承诺事项符合 --state。\n"),
        ("--kind target --overdue", "没有承诺事项同时符合 --overdue、--kind；单看其中一个条件，都有符合的。\n"),
        ("--kind open_item --department 市台联", "没有承诺事项符合 --department。\n"),
    ],
)
def test_an_empty_list_names_the_condition_that_finds_nothing(
    line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "list", *line.split()) == ("", told)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_empty_ledger_says_so(
    locale: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new").mkdir()
    monkeypatch.chdir(tmp_path / "new")
    said(capsys, "init")
    for filters in ((), ("--overdue",)):
        assert said(capsys, "--language", locale, "list", *filters) == ("", f"{say(locale, 'cli.list.none')}\n")
    assert json.loads(said(capsys, "list", "--json")[0])["commitments"] == []


@pytest.mark.parametrize("line", ["letter list", "department list", "due"])
def test_other_lists_say_so_too(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new").mkdir()
    monkeypatch.chdir(tmp_path / "new")
    said(capsys, "init")
    assert said(capsys, *line.split()) == ("", "没有可列的内容。\n")

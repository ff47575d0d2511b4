"""Dates and figures that nobody can mean: refused before anything is written; an older ledger's stop nothing."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from freezegun import freeze_time

from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
NEW = ("add", "--letter", "1007", "--title", "新事项", "--lead", "市民政局")
SIGNED = (
    "letter", "add", "--document-number", "穗民案〔2019〕90号", "--proposal-number", "1", "--proposing-unit", "市台联",
    "--replying-unit", "市民政局", "--signed-on",
)  # fmt: skip
WHY = ("--reason", "更正")
DATED, UNDATED, COUNTED = "2019-1007-01", "2019-1007-05", "2019-1007-08"


@pytest.fixture
def office(place: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Path]:
    (place / "config.toml").write_text('[organisation]\nname = "市民政局"\nmailbox = "office@yinuo.example"\n')
    with freeze_time("2019-12-02T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LETTER)]) == 0
        capsys.readouterr()
        yield place


def contents(office: Path) -> list[str]:
    with closing(sqlite3.connect(office / "yinuo.db")) as raw:
        return list(raw.iterdump())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ((*NEW, "--due", "9999-12-31"), "到期日 9999-12-31 不在1949年至2199年之间；没有期限的事项不填期限，或者改填"),
        ((*NEW, "--due", "2200-01-01"), "到期日 2200-01-01 不在"),
        ((*NEW, "--review-on", "9999-12-31"), "复核日期 9999-12-31 不在1949年至2199年之间；请改正。"),
        (("edit", DATED, "--due", "9999-12-31", *WHY), "到期日 9999-12-31"),
        (("extend", DATED, "--to", "9999-12-31", *WHY), "到期日 9999-12-31"),
        (("extend", DATED, "--to", "9999-12-31", *WHY, "--approved-by", "领导"), "到期日 9999-12-31"),
        (("close", DATED, "--outcome", "not_kept", "--next", "9999-12-31"), "到期日 9999-12-31"),
        (("progress", DATED, "--note", "已办", "--on", "0201-01-01"), "0201-01-01"),
        ((*SIGNED, "1919-06-26"), "落款日期 1919-06-26 不在1949年至2199年之间；请改正。"),
        ((*SIGNED, "2019-06-26", "--published-on", "1900-01-01"), "公布日期 1900-01-01"),
        ((*NEW, "--due", "+99999wd"), "+99999wd 不是日期"),
    ],
)  # fmt: skip
def test_it_is_refused_before_anything_is_written(
    office: Path, capsys: pytest.CaptureFixture[str], line: tuple[str, ...], told: str
) -> None:
    before = contents(office)
    assert run([*line, "--yes"] if line[0] != "letter" else list(line)) == 2
    assert told in capsys.readouterr().err
    assert contents(office) == before


def test_it_is_refused_in_english_too(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_LANGUAGE", "en")
    assert run([*NEW, "--due", "9999-12-31"]) == 2
    assert "Due: 9999-12-31 lies outside the years 1949 to 2199; without an end" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            (*NEW, "--target", "人数=99999999999999999999999999人"),
            "人数：99999999999999999999999999 超出可记的范围",
        ),
        ((*NEW, "--target", "比例=1e400%"), "--target 比例=1e400%：请写成 名称=目标值单位"),
        ((*NEW, "--target", "比例=0.1234567%"), "0.1234567 超出可记的范围"),
        ((*NEW, "--target", "比例=1,00%"), "请写成 名称=目标值单位"),
        (("progress", COUNTED, "--note", "已办", "--target", "城市社区创建比例=1e400"), "'1e400' 不是数字"),
        (("progress", COUNTED, "--note", "已办", "--target", "城市社区创建比例=nan"), "'nan' 不是数字"),
        (("progress", COUNTED, "--note", "已办", "--target", f"城市社区创建比例={10**16}"), "超出可记的范围"),
    ],
)
def test_figures_nobody_can_keep_are_refused_too(
    office: Path, capsys: pytest.CaptureFixture[str], line: tuple[str, ...], told: str
) -> None:
    before = contents(office)
    assert run(list(line)) == 2
    assert told in capsys.readouterr().err
    assert contents(office) == before


def test_figures_are_said_as_they_were_written(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*NEW, "--target", "人数=1,234,567.25 人", "--ref", "x-1"]) == 0
    assert run(["progress", "x-1", "--note", "已办", "--target", "人数=123456789"]) == 0
    assert "人数=123456789" in capsys.readouterr().err
    assert run(["show", "x-1", "--json"]) == 0
    [target] = json.loads(capsys.readouterr().out)["commitment"]["targets"]
    assert (target["goal"], target["unit"]) == (1234567.25, "人")


@pytest.mark.parametrize("key", ["due_on", "review_on"])
def test_a_ledger_file_names_row_and_key(office: Path, capsys: pytest.CaptureFixture[str], key: str) -> None:
    Path("new.csv").write_text(f"letter,ordinal,title,lead,{key}\n穗民案〔2019〕89号,九是,甲,市民政局,9999-12-31\n")
    assert run(["ledger", "load", "new.csv"]) == 1
    assert f"第2行 {key}：9999-12-31 不在1949年至2199年之间" in capsys.readouterr().err


LINES = (
    ("due",), ("remind", "--dry-run"), ("remind",), ("list",), ("list", "--json"), ("status",), ("show", DATED),
    ("show", UNDATED, "--json"), ("export", "ics", "a.ics"), ("export", "csv", "a.csv"), ("export", "xlsx", "a.xlsx"),
    ("ledger", "dump", "a.toml"), ("digest", "show", "--unit", "市台联", "--month", "2019-11"),
    ("progress", DATED, "--note", "已办"), ("report-done", DATED), ("reopen", DATED, *WHY), ("edit", UNDATED, *WHY,
    "--title", "新名称"),
)  # fmt: skip


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-01", "0001-01-01"])
def test_an_older_ledger_that_holds_one_goes_on(office: Path, capsys: pytest.CaptureFixture[str], day: str) -> None:
    with closing(sqlite3.connect(office / "yinuo.db")) as raw, raw:
        raw.execute("UPDATE commitment SET due_on = ?, due_from = ?, review_on = NULL WHERE ref = ?", (day, day, DATED))
        raw.execute("UPDATE commitment SET first_due_on = due_on, due_offset = '+30wd' WHERE ref = ?", (DATED,))
        raw.execute("UPDATE commitment SET due_on = NULL, review_on = ? WHERE ref = ?", (day, UNDATED))
    for line in LINES:
        assert run(list(line)) == 0, (line, capsys.readouterr().err)
    with freeze_time("2020-01-09T10:00:00+08:00"):
        assert run(["remind"]) == 0
        capsys.readouterr()
        assert run(["status", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["held"] == 0
    assert run(["edit", DATED, "--due", "2020-12-31", *WHY]) == 0

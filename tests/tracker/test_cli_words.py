"""Words of people in place of codes, at the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tracker.cli.root import run
from tracker.demo import stage

LETTER = Path(stage.__file__).with_name("letter-1007.toml")
NEW = ("add", "--letter", "1007", "--title", "新事项", "--lead", "市民政局", "--json")


@pytest.fixture(autouse=True)
def office(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    assert run(["ledger", "load", str(LETTER)]) == 0
    capsys.readouterr()


def said(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str, str]:
    code = run(list(line))
    found = capsys.readouterr()
    return code, found.out, found.err


def stored(capsys: pytest.CaptureFixture[str], ref: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(capsys, "show", ref, "--json")[1])["commitment"]
    return found


@pytest.mark.parametrize(
    ("written", "outcome"),
    [("兑现", "kept"), ("已兑现", "kept"), ("已兌現", "kept"), ("kept", "kept"), ("Kept", "kept"),
     ("部分兑现", "partly_kept"),
     ("partly kept", "partly_kept"), ("未兑现", "not_kept"), ("撤回", "withdrawn"), ("并入其他事项", "merged")],
)  # fmt: skip
def test_outcomes(written: str, outcome: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "close", "2019-1007-01", "--outcome", written, "--waiver", "现场查验")[0] == 0
    assert stored(capsys, "2019-1007-01")["outcome"] == outcome


@pytest.mark.parametrize("written", ["open", "办理中", "辦理中", "OPEN", " 办理中 "])
@pytest.mark.parametrize("line", [("list", "--json"), ("export", "json", "-")])
def test_states(written: str, line: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert len(json.loads(said(capsys, *line, "--state", written)[1])["commitments"]) == 11


def test_kinds_strengths_and_bases(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--kind", "未结事项", "--strength", "附條件", "--owner-basis", "推定", "--due-basis", "暂按惯例推定")
    ref = json.loads(said(capsys, *NEW, *words, "--due", "2030-06-26")[1])["ref"]
    row = stored(capsys, ref)
    assert (row["kind"], row["strength"], row["owner_basis"], row["due_basis"]) == (
        "open_item", "conditional", "inferred", "assumed",
    )  # fmt: skip
    assert said(capsys, "edit", ref, "--kind", "量化目标", "--strength", "firm", "--reason", "更正")[0] == 0
    assert stored(capsys, ref)["kind"] == "target"
    assert ref in said(capsys, "list", "--kind", "量化目标")[1]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("close 2019-1007-01 --outcome 已兑", "--outcome：'已兑' 不在可选值之内：已兑现（kept）、部分兑现"),
        ("list --state 办理", "；是否指 办理中？"),
        ("list --kind 别的", "--kind：'别的' 不在可选值之内：下一步承诺（pledge）"),
        ("edit 2019-1007-01 --reason x --strength strong", "--strength：'strong' 不在可选值之内：明确承诺（firm）"),
        ("--language en list --state opn", "--state: 'opn' is not one of draft, open, reported_done, closed; perhaps"),
    ],
)  # fmt: skip
def test_unknown_words_list_what_there_is(line: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, *line.split())
    assert (code, out) == (2, "")
    assert told in err

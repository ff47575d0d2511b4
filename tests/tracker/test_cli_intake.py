"""From a letter's file to a confirmed ledger, at the command line."""

import json
import os
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from freezegun import freeze_time

from tests.commitments.letters.test_files import LETTER
from tracker.cli.root import run

OWN = Path(__file__).parents[1] / "commitments" / "letters" / "letter.txt"
COUNT = 10


@pytest.fixture(autouse=True)
def office(place: Path) -> Path:
    """An empty ledger, 2021, in Chinese."""
    with freeze_time("2021-08-20T10:00:00+08:00"):
        assert run(["init"]) == 0
        yield place


def said(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(list(line))
    found = capsys.readouterr()
    return code, found.out, found.err


def listed(capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(said(capsys, "list", "--json", *more)[1])["commitments"]
    return rows


def test_a_dry_run_prints_the_contract_and_needs_no_ledger(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    (office / "config.toml").unlink()
    code, out, _ = said(capsys, "import", str(OWN), "--dry-run", "--json")
    found = json.loads(out)
    assert code == 0
    shelves = [each["shelf"] for each in found["candidates"]]
    assert (found["schema"], found["letter"]["proposal_number"], shelves.count("sure")) == (1, "2031", COUNT)
    assert shelves == sorted(shelves, reverse=True)  # the sure ones first
    assert all(found["text"][each["start"] : each["end"]] == each["quote"] for each in found["candidates"])


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(LETTER.encode())))
    code, out, _ = said(capsys, "import", "-", "--dry-run")
    assert code == 0
    assert "072" in out


def test_an_import_writes_drafts_that_nobody_is_reminded_of(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "import", str(OWN))
    assert (code, len(out.split())) == (0, COUNT)
    assert "tracker review" in err
    assert {row["state"] for row in listed(capsys)} == {"draft"}
    assert said(capsys, "due", "--until", "2030-12-31", "--json")[0] == 0
    assert json.loads(said(capsys, "due", "--until", "2030-12-31", "--json")[1])["notices"] == []


def test_what_would_be_entered_is_shown_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    for language, words in (("zh-Hans", "明确承诺"), ("zh-Hant", "明確承諾"), ("en", "firm")):
        out = said(capsys, "--language", language, "import", str(OWN), "--dry-run")[1]
        assert words in out
        assert {"firm", "planned", "soft", "conditional"}.isdisjoint(out.split("\t")) == (language != "en")


def test_the_same_letter_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(["import", str(OWN)])
    before = listed(capsys)
    code, out, err = said(capsys, "import", str(OWN))
    assert (code, out) == (0, "")
    assert "未作改动" in err
    assert listed(capsys) == before


def test_a_changed_letter_says_what_differs(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    run(["import", str(OWN)])
    before = listed(capsys)
    changed = office / "changed.txt"
    changed.write_text(OWN.read_text(encoding="utf-8").replace("二是", "二是尽快", 1) + "\n", encoding="utf-8")
    code, _, err = said(capsys, "import", str(changed))
    assert code == 1
    assert "寧民案〔2021〕47號" in err
    assert listed(capsys) == before


def test_what_the_letter_does_not_say_stays_empty_and_is_named(
    capsys: pytest.CaptureFixture[str], office: Path
) -> None:
    bare = office / "bare.txt"
    bare.write_text(LETTER.replace("宁水案〔2022〕8号\n", "").replace("2022年6月9日", ""), encoding="utf-8")
    code, _, err = said(capsys, "import", str(bare))
    assert code == 0
    assert "没有从函中读出：文号、落款日期" in err
    (letter,) = json.loads(said(capsys, "letter", "list", "--json")[1])["letters"]
    assert (letter["document_number"], letter["signed_on"]) == ("", None)
    assert said(capsys, "import", str(bare), "--json")[1].count('"repeated": true') == 1
    facts = ("--document-number", "宁水案〔2022〕8号", "--signed-on", "2022-06-09", "--reason", "来文登记")
    assert said(capsys, "letter", "edit", letter["name"], *facts)[0] == 0
    shown = json.loads(said(capsys, "letter", "show", "宁水案〔2022〕8号", "--json")[1])["letter"]
    assert shown["signed_on"] == "2022-06-09"
    assert said(capsys, "history", "verify")[0] == 0


def test_what_a_person_adds_at_once_is_taken(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    bare = office / "bare.txt"
    bare.write_text(LETTER.replace("宁水案〔2022〕8号\n", "").replace("2022年6月9日", ""), encoding="utf-8")
    options = ("--document-number", "宁水案〔2022〕8号", "--signed-on", "2022-06-09")
    code, _, err = said(capsys, "import", str(bare), *options)
    assert code == 0
    assert "没有从函中读出" not in err


def test_complaints_are_in_the_ledgers_language(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    (office / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    code, _, err = said(capsys, "import", "old.doc")
    assert code == 1
    assert "另存为" in err


def test_a_letter_without_a_pledge_is_entered_all_the_same(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    bare = office / "none.txt"
    bare.write_text(LETTER.replace("我局将于2022年12月底前疏通河道3公里。", "河道已于去年疏通。"), encoding="utf-8")
    code, out, err = said(capsys, "import", str(bare))
    assert (code, out) == (0, "")
    assert "待确认事项0条" in err


@pytest.mark.parametrize(("name", "code"), [("nothing.txt", 2), (".", 2), ("pipe", 2)])
def test_a_file_that_cannot_be_opened(capsys: pytest.CaptureFixture[str], name: str, code: int) -> None:
    os.mkfifo("pipe")
    found, _, err = said(capsys, "import", name)
    assert found == code
    assert name in err
    assert err.count("\n") == 1


SURE = """一、我局将于2022年12月底前疏通河道3公里。
二、市财政局将于2022年10月底前安排资金200万元。
三、河道保洁由专人负责，2022年11月底前完成摸底3处。
四、我局将加强河道巡查。
五、我局将于明年起每年清淤1次。
六、待方案批准后，我局将于2022年12月底前启动二期工程。
"""


def test_only_what_the_words_state_is_confirmed_at_once(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    file = office / "sure.txt"
    file.write_text(LETTER.replace("我局将于2022年12月底前疏通河道3公里。\n", SURE), encoding="utf-8")
    run(["import", str(file)])
    capsys.readouterr()
    code, out, _ = said(capsys, "confirm", "--all-stated", "宁水案〔2022〕8号")
    assert code == 0
    rows = {str(row["ref"]): row for row in listed(capsys)}
    assert {ref for ref, row in rows.items() if row["state"] == "open"} == set(out.split())
    assert sorted(str(rows[ref]["due_on"]) for ref in out.split()) == ["2022-10-31", "2022-12-31"]


def test_where_nothing_is_certain_nothing_is_confirmed_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    run(["import", str(OWN)])
    capsys.readouterr()
    code, out, err = said(capsys, "confirm", "--all-stated", "2031")
    assert (code, out) == (0, "")
    assert "tracker review 2031" in err


def test_a_draft_without_a_lead_cannot_be_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    run(["import", str(OWN)])
    code, _, err = said(capsys, "confirm", "2021-2031-01")
    assert code == 1
    assert "主办" in err
    lead = ("--lead", "寧川市民政局", "--reason", "分工")
    assert said(capsys, "edit", "2021-2031-01", *lead)[0] == 0
    assert said(capsys, "confirm", "2021-2031-01")[0] == 0


def test_the_source_with_every_place_marked(capsys: pytest.CaptureFixture[str]) -> None:
    run(["import", str(OWN)])
    code, out, _ = said(capsys, "letter", "show", "2031", "--source")
    assert code == 0
    assert out.count("【2021-2031-") == COUNT
    assert "棋牌" not in out


def test_a_changed_number_is_shown_where_it_changed(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    for name, text in (("a.txt", LETTER), ("b.txt", LETTER.replace("疏通河道3公里", "疏通河道5公里"))):
        (office / name).write_text(text, encoding="utf-8")
    more = ("--document-number", "川水函〔2022〕8号") if "〔" not in LETTER else ()
    said(capsys, "import", "a.txt", *more)
    code, _, err = said(capsys, "import", "b.txt", *more)
    assert code == 1
    assert "河道5公里" in err
    assert "河道3公里" in err


def test_numbers_of_one_name_are_both_kept(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    text = LETTER.replace("疏通河道3公里", "使达标率分别达到10%和15%")
    (office / "same.txt").write_text(text, encoding="utf-8")
    assert said(capsys, "import", "same.txt")[0] == 0

"""`tracker history`: who changed what, and whether the chain holds."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import tracker
from tracker import config
from tracker.cli.root import run

REF = "2019-1007-03"
LEDGER = Path(tracker.__file__).parent / "demo" / "letter-1007.toml"


@pytest.fixture
def ledger(place: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The ledger of letter 1007; its database. One commitment was corrected since."""
    (place / "config.toml").write_text(config.EXAMPLE, encoding="utf-8")
    assert run(["init"]) == 0
    assert run(["ledger", "load", str(LEDGER)]) == 0
    correct = ["edit", REF, "--lead", "市委政法委", "--support", "-", "--reason", "按分工调整", "--actor", "办公室"]
    assert run(correct) == 0
    capsys.readouterr()
    return place / "yinuo.db"


def said(capsys: pytest.CaptureFixture[str], *line: str) -> str:
    assert run(["history", *line]) == 0
    return capsys.readouterr().out


def test_the_whole_history_in_order(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = json.loads(said(capsys, "--json"))["entries"]
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert (entries[-1]["subject"], entries[-1]["actor"], entries[-1]["reason"]) == (REF, "办公室", "按分工调整")
    assert len(said(capsys).splitlines()) == len(entries)


def test_one_commitment_with_what_became_what(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    added, edited = said(capsys, REF).splitlines()
    assert added.split("\t")[3:5] == ["立项", REF]
    assert "主办 市民政局 → 市委政法委；会办 市委政法委 → —" in edited


def test_long_history_is_read_to_its_end(
    ledger: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = said(capsys)
    monkeypatch.setattr("tracker.cli.history.PAGE_SIZE", 3)
    assert said(capsys) == whole


def test_csv_carries_the_changes(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heading, *rows = said(capsys, REF, "--csv").splitlines()
    assert heading == "\ufeffseq,at,actor,action,subject,reason,changes,hash"
    assert '""lead"": [""市民政局"", ""市委政法委""]' in rows[1]


def test_unknown_ref_suggests_near_ones(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "2019-1007-33"]) == 3
    assert REF in capsys.readouterr().err


def test_help_shows_both_uses(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--help")
    assert "[REF] | verify" in text


def test_verify_prints_the_head_which_serves_as_anchor(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = said(capsys, "verify").strip()
    assert said(capsys, "verify", "--anchor", head).strip() == head
    seq, hash_ = head.split(":")
    assert json.loads(said(capsys, "verify", "--json")) == {
        "schema": 1, "seq": int(seq), "hash": hash_, "differences": [],
    }  # fmt: skip


def test_altered_entry_is_named(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(ledger)) as database:
        database.execute("UPDATE history SET reason = 'no reason' WHERE seq = 2")
        database.commit()
    assert run(["history", "verify"]) == 1
    assert "2" in capsys.readouterr().err


@pytest.mark.parametrize("seq", ["1", "1000"])
def test_anchor_that_does_not_fit(seq: str, ledger: Path) -> None:
    assert run(["history", "verify", "--anchor", f"{seq}:{'0' * 64}"]) == 1


@pytest.mark.parametrize("anchor", ["12", "12:ab", ":" + "0" * 64])
def test_anchor_that_cannot_be_read(anchor: str, ledger: Path) -> None:
    assert run(["history", "verify", "--anchor", anchor]) == 2

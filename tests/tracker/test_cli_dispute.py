"""`tracker dispute`, what `show` tells of answers, and links that are void."""

import json
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

import tracker
from commitments.queries import lookup
from commitments.register import responses
from tracker import config
from tracker.app import App
from tracker.cli.root import run

LEDGER = Path(tracker.__file__).parent / "demo" / "letter-1007.toml"
REF, LEAD, HELPER = "2019-1007-02", "市民政局", "各区政府"


@pytest.fixture
def home(place: Path) -> Path:
    with freeze_time("2019-06-27T10:00:00+08:00"):
        assert run(["init"]) == 0
        assert run(["ledger", "load", str(LEDGER)]) == 0
        assert run(["dispute", REF, "--department", HELPER, "--reason", "区级无此职责", "--actor", "办公室"]) == 0
    return place


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["show", REF, "--json"]) == 0
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)["commitment"]
    return facts


def test_a_dispute_waits_until_somebody_decides(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [waiting] = told(capsys)["disputes"]
    assert (waiting["department"], waiting["reason"], waiting["state"]) == (HELPER, "区级无此职责", "waiting")
    assert run(["dispute", REF, "--department", HELPER, "--accept", "--by", "分管领导", "--note", "由市级办理"]) == 0
    facts = told(capsys)
    [decided] = facts["disputes"]
    assert (decided["state"], decided["decided_by"], decided["note"]) == ("accepted", "分管领导", "由市级办理")
    assert facts["support"] == []
    assert run(["--language", "en", "dispute", REF, "--department", HELPER, "--refuse"]) == 1
    assert "has no dispute" in capsys.readouterr().err


def test_who_leads_is_named_when_the_lead_is_right(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dispute", REF, "--department", LEAD, "--reason", "已划转"]) == 0
    accept = ["dispute", REF, "--department", LEAD, "--accept", "--by", "领导"]
    assert run(accept) == 1
    assert "另定主办单位" in capsys.readouterr().err
    assert run([*accept, "--lead", HELPER]) == 0
    facts = told(capsys)
    assert (facts["lead"], facts["support"]) == (HELPER, [])


@pytest.mark.parametrize("line", [[], ["--accept", "--refuse"], ["--reason", "x", "--accept"]])
def test_one_thing_at_a_time(line: list[str], home: Path) -> None:
    assert run(["dispute", REF, "--department", LEAD, *line]) == 2


def test_show_tells_of_receipts_and_disputes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = App(config.load(None, {}, home), actor=LEAD)
    with freeze_time("2019-06-28T10:00:00+08:00"), app.register() as register:
        responses.acknowledge(register, REF, lookup.find_department(register.session, LEAD))
    app.engine.dispose()
    assert [each["department"] for each in told(capsys)["receipts"]] == [LEAD]
    assert run(["show", REF]) == 0
    shown = capsys.readouterr().out
    assert f"  签收  {LEAD}  2019-06-28\n" in shown
    assert f"  职责异议  {HELPER}  待处理  区级无此职责\n" in shown
    assert "2019-06-27  提出职责异议  办公室  区级无此职责" in shown


def test_links_are_revoked_with_history(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["department", "revoke-links", LEAD, "--reason", "邮件误转"]) == 0
    assert capsys.readouterr().out == f"{LEAD}\n"
    assert run(["department", "revoke-links", "没有的单位"]) == 3
    capsys.readouterr()
    assert run(["history", "--json"]) == 0
    last = json.loads(capsys.readouterr().out)["entries"][-1]
    assert (last["action"], last["subject"], last["reason"]) == ("links_revoked", LEAD, "邮件误转")
    assert last["changes"] == {"link_generation": [1, 2]}

"""`history verify` holds the tables against the history: healthy ledgers agree, and what SQL changed is named."""

import contextlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import tracker
from commitments.exchange import load
from commitments.letters.reading import read
from commitments.queries import lookup
from commitments.register import (
    closing,
    departments,
    editing,
    extensions,
    letter_import,
    letters,
    opening,
    progress,
    responses,
)
from commitments.register.context import Register
from notifications.plan import digests
from tests.ledgers import place as tables
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.demo import stage
from tracker.ops import upgrade
from tracker.ops.backup import copy_ledger
from tracker.ops.doctor import differences

LEDGER = Path(tracker.__file__).parent / "demo" / "letter-1007.toml"
CODES = re.compile(r"[a-z]_[a-z]|\['|\{'|\+00:00|\dT\d|[a-z]在表中|unreadable|为(approved|waiting)")
LEAD, HELPER, UNIT = "市民政局", "市委政法委", "市台联"
NUMBER = "穗民案〔2019〕89号"
UPDATE = """
[[commitment]]
ref = "2019-1007-08"
letter = "穗民案〔2019〕89号"
title = "社区创建比例"
section = "二（二）"
ordinal = "9"
lead = "市民政局"
kind = "target"
strength = "firm"
[[commitment.target]]
what = "城市社区创建比例"
goal = 11
[[commitment.target]]
what = "新增指标 一"
goal = 3
"""


def verbs(register: Register, proof: Path, update: Path) -> None:
    """Do with the ledger of letter 1007 whatever can be done with one."""
    lead, helper, unit = (lookup.find_department(register.session, name) for name in (LEAD, HELPER, UNIT))
    progress.record(
        register, "2019-1007-08", "首批社区通过验收。", figures={"城市社区创建比例": 4.5}, proofs=[str(proof)]
    )
    progress.record(register, "2019-1007-08", "第二批社区通过验收。", proofs=["https://gz.example/a", str(proof)])
    progress.record(register, "2019-1007-06", "征求意见结束。")
    for to in (date(2020, 3, 31), date(2020, 6, 30)):
        extensions.ask(register, "2019-1007-03", to, "设备到货推迟")
    extensions.decide(register, "2019-1007-03", approve=True, by="分管领导")
    extensions.ask(register, "2019-1007-05", date(2020, 6, 30), "联调顺延")
    extensions.decide(register, "2019-1007-05", approve=False, by="分管领导")
    extensions.ask(register, "2019-1007-02", date(2020, 6, 30), "清单待修改")
    closing.report_done(register, "2019-1007-02", note="清单已印发", proofs=[str(proof)])
    closing.close(register, "2019-1007-02", "kept", note="已核", next_due=date(2021, 12, 31))
    closing.close(register, "2019-1007-01", "withdrawn", note="撤回")
    closing.reopen(register, "2019-1007-01", "仍需办理")
    editing.edit(register, "2019-1007-04", "更正", title="更正后的事项", support=[helper], due_on=date(2020, 1, 20))
    editing.edit(register, "2019-1007-10", "更正", review_on=date(2020, 5, 1))
    for department in (lead, helper):
        responses.acknowledge(register, "2019-1007-03", department)
    responses.dispute(register, " 2019-1007-03", helper, "非我委职责")
    responses.dispute(register, "2019-1007-03", helper, "再次说明：非我委职责")
    responses.decide_dispute(
        register, "2019-1007-03", department=helper, accept=True, by="分管领导", note="属实", lead=lead
    )
    responses.dispute(register, "2019-1007-04", helper, "力量不足")
    responses.answer(register, unit, "2019-07", "not_satisfied", "进度慢")
    responses.answer(register, unit, "2019-07", "partly", "")
    departments.edit_department(register, HELPER, "改址", mailbox="new@gz.example", short_names=["政法委", "市政法委"])
    departments.revoke_links(register, HELPER, "误转")
    letters.edit_letter(
        register, lookup.find_letter(register.session, NUMBER), "补录", class_mark="A", contact="某同志"
    )
    load.load(register, update, update=True)


def drafts(register: Register) -> None:
    """Read a second letter, and work on its drafts."""
    done = letter_import.import_letter(
        register, read(stage.SECOND.read_bytes(), stage.SECOND.name), stage.SECOND.name, {}, "市民政局"
    )
    register.session.flush()
    first, second, third, fourth, *_, last = done.refs
    lead = lookup.find_department(register.session, LEAD)
    for ref in done.refs:
        editing.edit(register, ref, "定主办", lead=lead, support=[], condition="有经费")
    letter_import.merge(register, first, second)
    letter_import.split(register, third, 20)
    opening.drop(register, last, "重复")
    for ref in (first, third, fourth):
        opening.confirm(register, ref)


def make_digests(register: Register, app: App) -> None:
    now, context = app.clock(), app.context()
    for unit, months in digests.owing(register.session, context, now):
        digests.make(register.session, unit, months, context, now)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger in which every verb was used, and the digests of two months were made."""
    home = tmp_path_factory.mktemp("lived")
    tables(home / "yinuo.db")
    (home / "config.toml").write_text(config.EXAMPLE.replace('name = ""', 'name = "市民政局"', 1), encoding="utf-8")
    proof, update = home / "验收记录.txt", home / "update.toml"
    proof.write_text("现场核验符合要求。", encoding="utf-8")
    update.write_text(UPDATE, encoding="utf-8")
    moments = iter([(2019, 7, 1), (2019, 8, 20), (2019, 9, 3), (2019, 9, 4), (2022, 1, 10)])
    now = [datetime(2019, 6, 30, 3, tzinfo=UTC)]
    app = App(config.load(home / "config.toml", {}, home), actor="办公室", clock=lambda: now[0])
    upgrade.prepare(app)
    for step in (
        lambda register: load.load(register, LEDGER),
        lambda register: verbs(register, proof, update),
        lambda register: make_digests(register, app),
        lambda register: digests.approve(register, UNIT, "2019-08", "分管领导"),
        drafts,
    ):
        now[0] = datetime(*next(moments), 3, 15, 20, 123456, tzinfo=UTC)
        with app.register() as register:
            step(register)
    app.engine.dispose()
    return home


@pytest.fixture
def altered(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """The database of a copy of that ledger, to be altered; commands of the test run on the copy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKER_CONFIG", raising=False)
    for name in ("yinuo.db", "config.toml"):
        shutil.copyfile(lived / name, tmp_path / name)
    with contextlib.closing(sqlite3.connect(tmp_path / "yinuo.db", isolation_level=None)) as database:
        yield database


def found_on(app: App) -> list[object]:
    with app.reading() as session:
        return list(differences(session))


# -- healthy ledgers -----------------------------------------------------------------------------------------


def test_a_ledger_in_which_every_verb_was_used_agrees(
    altered: sqlite3.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["history", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []


def test_entries_of_earlier_versions_judge_only_what_they_say(altered: sqlite3.Connection) -> None:
    """What an `add` did not state then is not held against the row now."""
    older = ("title", "kind", "strength", "lead", "support", "due_on", "due_basis", "state")
    for seq, text in altered.execute("SELECT seq, changes FROM history WHERE action = 'add'").fetchall():
        facts = {key: value for key, value in json.loads(text).items() if key in older}
        altered.execute("UPDATE history SET changes = ? WHERE seq = ?", (json.dumps(facts), seq))
    altered.execute("UPDATE commitment SET quote = '改写' WHERE ref = '2019-1007-07'")
    app = App(config.load(None, {}, Path.cwd()), actor="办公室")
    assert found_on(app) == []
    app.engine.dispose()


# -- what SQL changed ----------------------------------------------------------------------------------------

OF = r"(SELECT id FROM commitment WHERE ref = '2019-1007-\1')"  # what OF_04 stands for
EDITS = [
    ("UPDATE commitment SET due_on = '2020-09-30' WHERE ref = '2019-1007-03'", "2019-1007-03", "due_on"),
    ("UPDATE commitment SET first_due_on = '2020-06-30' WHERE ref = '2019-1007-03'", "2019-1007-03", "first_due_on"),
    ("UPDATE commitment SET due_basis = 'stated' WHERE ref = '2019-1007-03'", "2019-1007-03", "due_basis"),
    ("UPDATE commitment SET due_on = 'soon' WHERE ref = '2019-1007-03'", "2019-1007-03", "rows"),
    ("UPDATE commitment SET review_on = '2030-01-01' WHERE ref = '2019-1007-10'", "2019-1007-10", "review_on"),
    ("UPDATE commitment SET title = '改' WHERE ref = '2019-1007-04'", "2019-1007-04", "title"),
    ("UPDATE commitment SET quote = '改' WHERE ref = '2021-2031-01'", "2021-2031-01", "quote"),
    ("UPDATE commitment SET summary = '改' WHERE ref = '2019-1007-07'", "2019-1007-07", "summary"),
    ("UPDATE commitment SET strength = 'soft' WHERE ref = '2019-1007-08'", "2019-1007-08", "strength"),
    ("UPDATE commitment SET condition = '如有经费' WHERE ref = '2019-1007-03'", "2019-1007-03", "condition"),
    ("UPDATE commitment SET due_text = '年底前' WHERE ref = '2019-1007-03'", "2019-1007-03", "due_text"),
    ("UPDATE commitment SET lead_id = (SELECT id FROM department WHERE name = '市台联') WHERE ref = '2019-1007-05'",
     "2019-1007-05", "lead"),
    ("UPDATE commitment SET state = 'closed', outcome = 'kept' WHERE ref = '2019-1007-05'", "2019-1007-05", "state"),
    ("UPDATE commitment SET outcome = 'partly_kept' WHERE ref = '2019-1007-02'", "2019-1007-02", "outcome"),
    ("UPDATE commitment SET closed_on = '2019-07-31' WHERE ref = '2019-1007-02'", "2019-1007-02", "closed_on"),
    ("UPDATE commitment SET closing_note = '改' WHERE ref = '2019-1007-02'", "2019-1007-02", "closing_note"),
    ("UPDATE commitment SET reported_done_on = '2019-07-31' WHERE ref = '2019-1007-02'", "2019-1007-02",
     "reported_done_on"),
    ("UPDATE commitment SET opened_at = '2019-07-20 00:00:00' WHERE ref = '2019-1007-06'", "2019-1007-06", "opened_at"),
    ("UPDATE commitment SET arming = 9 WHERE ref = '2019-1007-01'", "2019-1007-01", "arming"),
    ("UPDATE commitment SET support_basis = '{\"市台联\": \"named\"}' WHERE ref = '2019-1007-01'", "2019-1007-01",
     "support_basis"),
    ("UPDATE commitment SET letter_id = (SELECT max(id) FROM letter) WHERE ref = '2019-1007-01'", "2019-1007-01",
     "letter"),
    ("INSERT INTO commitment_support VALUES (OF_10, (SELECT id FROM department WHERE name = '市台联'))",
     "2019-1007-10", "support"),
    ("DELETE FROM commitment_support WHERE commitment_id = OF_04", "2019-1007-04", "support"),
    ("UPDATE commitment SET ref = '2019-1007-99' WHERE ref = '2019-1007-07'", "2019-1007-07", "rows"),
    ("UPDATE commitment SET ref = '2019-1007-99' WHERE ref = '2019-1007-07'", "2019-1007-99", "rows"),
    ("UPDATE target SET goal = 5 WHERE what = '城市社区创建比例'", "2019-1007-08", "target 城市社区创建比例 goal"),
    ("UPDATE target SET baseline = 3 WHERE what = '农村社区创建比例'", "2019-1007-08",
     "target 农村社区创建比例 baseline"),
    ("DELETE FROM target WHERE what = '新增指标 一'", "2019-1007-08", "target 新增指标 一"),
    ("INSERT INTO target (commitment_id, what, unit, baseline, goal) VALUES (OF_03, '户', '', 0, 1)",
     "2019-1007-03", "target 户"),
    ("UPDATE department SET mailbox = 'me@gz.example' WHERE name = '市委政法委'", "市委政法委", "mailbox"),
    ("UPDATE department SET escalation = 'me@gz.example' WHERE name = '市民政局'", "市民政局", "escalation"),
    ("UPDATE department SET link_generation = 1 WHERE name = '市委政法委'", "市委政法委", "link_generation"),
    ("UPDATE department SET short_names = '[\"民政\"]' WHERE name = '市委政法委'", "市委政法委", "short_names"),
    ("UPDATE department SET short_names = 'none' WHERE name = '市委政法委'", "市委政法委", "short_names"),
    ("UPDATE letter SET signed_on = '2019-01-01' WHERE proposal_number = '1007'", NUMBER, "signed_on"),
    ("UPDATE letter SET class_mark = 'B' WHERE proposal_number = '1007'", NUMBER, "class_mark"),
    ("UPDATE letter SET proposal_title = '改' WHERE proposal_number = '1007'", NUMBER, "proposal_title"),
    ("UPDATE letter SET proposing_unit_id = replying_unit_id WHERE proposal_number = '1007'", NUMBER, "proposing_unit"),
    ("UPDATE letter SET source_sha256 = 'ab' WHERE source_sha256 <> ''", "letter", "source_sha256"),
    ("UPDATE progress SET note = '全部完成。' WHERE note LIKE '第二批%'", "2019-1007-08", "progress 2 note"),
    ("UPDATE progress SET figures = '{\"城市社区创建比例\": 9}' WHERE note LIKE '首批%'", "2019-1007-08",
     "progress 1 figures"),
    ("UPDATE progress SET happened_on = '2019-07-02' WHERE note LIKE '首批%'", "2019-1007-08", "progress 1 on"),
    ("DELETE FROM progress WHERE commitment_id = OF_06", "2019-1007-06", "progress"),
    ("UPDATE evidence SET sha256 = 'ab' WHERE commitment_id = OF_02", "2019-1007-02", "evidence 1 sha256"),
    ("UPDATE evidence SET url = 'https://other.example' WHERE url IS NOT NULL", "2019-1007-08", "evidence 2 url"),
    ("DELETE FROM evidence WHERE commitment_id = OF_02", "2019-1007-02", "evidence"),
    ("UPDATE extension SET state = 'approved' WHERE commitment_id = OF_05", "2019-1007-05",
     "extension 1 state"),
    ("UPDATE extension SET new_due = '2021-01-01' WHERE commitment_id = OF_05", "2019-1007-05",
     "extension 1 new_due"),
    ("UPDATE extension SET state = 'waiting' WHERE commitment_id = OF_02", "2019-1007-02",
     "extension 1 state"),
    ("UPDATE extension SET decided_by = '局长' WHERE commitment_id = OF_05", "2019-1007-05",
     "extension 1 decided_by"),
    ("UPDATE dispute SET state = 'refused' WHERE commitment_id = OF_04", "2019-1007-04", "dispute 1 state"),
    ("UPDATE dispute SET reason = '改' WHERE reason LIKE '再次%'", "2019-1007-03", "dispute 2 reason"),
    ("DELETE FROM receipt WHERE commitment_id = OF_03", "2019-1007-03", "receipt"),
    ("UPDATE answer SET grade = 'satisfied' WHERE grade = 'not_satisfied'", UNIT, "answer 1 grade"),
    ("DELETE FROM answer", UNIT, "answer"),
    ("UPDATE digest SET snapshot = json_set(snapshot, '$.late', 'x') WHERE snapshot <> '{}'", "digest", "snapshot"),
    ("DELETE FROM digest WHERE snapshot <> '{}'", "digest", "rows"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "row", "field"), EDITS, ids=[f"{row} {field}" for _, row, field in EDITS])
def test_what_was_changed_past_the_verbs_is_named(
    altered: sqlite3.Connection, capsys: pytest.CaptureFixture[str], sql: str, row: str, field: str
) -> None:
    altered.execute("PRAGMA foreign_keys = OFF")
    assert altered.execute(re.sub(r"OF_(\d\d)", OF, sql)).rowcount
    assert run(["history", "verify", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["differences"]
    assert any(row in each["row"] or row == each["kind"] for each in found if each["field"] == field), found
    for language in ("zh-Hans", "en"):
        assert run(["--language", language, "history", "verify"]) == 1
        told = capsys.readouterr().err
        assert not CODES.search(told), told


def test_differences_are_a_list_in_json(altered: sqlite3.Connection, capsys: pytest.CaptureFixture[str]) -> None:
    altered.execute("UPDATE commitment SET title = '改' WHERE ref = '2019-1007-04'")
    assert run(["history", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"] == [
        {"kind": "commitment", "row": "2019-1007-04", "field": "title", "history": "更正后的事项", "table": "改"}
    ]


def test_a_difference_is_told_in_chinese_without_driving_the_terminal(
    altered: sqlite3.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    altered.execute("UPDATE commitment SET title = ? WHERE ref = '2019-1007-04'", ("改\x1b[31m",))
    assert run(["--language", "zh-Hans", "history", "verify"]) == 1
    assert capsys.readouterr().err == (
        "tracker: 承诺事项2019-1007-04：事项在表中为改\ufffd[31m，变更记录为更正后的事项。\n"
    )


def test_long_texts_are_told_around_the_place_where_they_part(
    altered: sqlite3.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    altered.execute("UPDATE commitment SET summary = summary || ?  WHERE ref = '2019-1007-07'", ("字" * 500,))
    assert run(["--language", "en", "history", "verify"]) == 1
    line = capsys.readouterr().err
    assert "字字字" in line
    assert len(line) < 300


def test_doctor_names_the_first_twenty(altered: sqlite3.Connection, capsys: pytest.CaptureFixture[str]) -> None:
    altered.execute("UPDATE commitment SET title = '改', summary = '改', strength = 'soft'")
    assert run(["doctor", "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    told = [each["text"] for each in findings if each["what"] == "history" and each["state"] == "bad"]
    assert len(told) == 21
    assert told[-1] == "more rows differ: `tracker history verify` names them all"


def test_a_ledger_that_was_altered_can_be_copied_still(altered: sqlite3.Connection, tmp_path: Path) -> None:
    altered.execute("UPDATE commitment SET title = '改' WHERE ref = '2019-1007-04'")
    app = App(config.load(None, {}, Path.cwd()), actor="办公室")
    assert copy_ledger(app.engine, tmp_path / "copy.db", app.folder / "evidence").rows["commitment"]
    app.engine.dispose()

"""What a review did to drafts is put back exactly, and the history says so."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from commitments import codes
from commitments.errors import WrongState
from commitments.history import chain, replay
from commitments.letters.reading import read
from commitments.models import Commitment, Department, HistoryEntry, Source
from commitments.queries import lookup
from commitments.register import draft_undo, editing, letter_import, opening
from commitments.register.context import Register
from commitments.storage import one_moment, reading
from tests.conftest import Scene

TEXT = """关于增加学位的答复
一、我局将于今年10月底前在城东新建小学2所，由市财政局安排资金300万元。
二、待方案批准后，市财政局会同市教育局将于明年3月底前完成护栏2公里、标志30块。
三、我局将加强巡查。
宁川市教育局
2022年6月20日
"""
WHY = "更正"
Work = Callable[[Register, list[str]], Iterable[str]]
BEFORE = ("市民政局", "市委政法委", "各区政府", "市台联", "穗民案〔2019〕89号")  # which the scene has without a history


def rewrite(register: Register, refs: list[str]) -> Iterable[str]:
    unit = lookup.find_department(register.session, "市台联")
    new = {
        "title": "学位",
        "kind": "open_item",
        "strength": "soft",
        "condition": "有地",
    }
    day = {"due_on": date(2022, 9, 1), "quote": "我局将于今年10月底前"}
    editing.edit(register, refs[0], WHY, lead=unit, support=[], owner_basis="assigned", **new, **day)
    register.session.get_one(Source, 2).place(refs[0], end=30, ask=[])
    return []


def count_otherwise(register: Register, refs: list[str]) -> Iterable[str]:
    editing.set_targets(register, refs[1], WHY, [{"what": "别的", "goal": 1.5, "unit": "处", "baseline": 1.0}])
    return []


def split(register: Register, refs: list[str]) -> Iterable[str]:
    return [letter_import.split(register, refs[0], 10)]


def merge(register: Register, refs: list[str]) -> Iterable[str]:
    letter_import.merge(register, refs[0], refs[1])
    return []


def drop(register: Register, refs: list[str]) -> Iterable[str]:
    opening.drop(register, refs[1], WHY)
    return []


@pytest.fixture
def refs(scene: Scene) -> list[str]:
    found: list[str] = []
    letter = read(TEXT.encode(), "letter.txt")
    scene.do(lambda r: found.extend(letter_import.import_letter(r, letter, "letter.txt", {}, "市教育局").refs))
    assert len(found) >= 3
    return found


def drafts(session: Session) -> list[Any]:
    """All there is of drafts but their numbers in the database and how often they were written."""
    kept = [each.key for each in inspect(Commitment).columns if each.key not in ("id", "version")]
    rows = session.scalars(select(Commitment).order_by(Commitment.ref)).all()
    targets = [[(t.what, t.unit, t.baseline, t.goal) for t in row.targets] for row in rows]
    facts = [[[getattr(row, key) for key in kept], [unit.name for unit in row.support]] for row in rows]
    units = session.execute(select(Department.name, Department.mailbox).order_by(Department.name)).all()
    return [facts, targets, units, [source.places for source in session.scalars(select(Source))]]


def ledger(scene: Scene) -> list[Any]:
    with reading(scene.engine) as session:
        return drafts(session)


def holds(scene: Scene) -> bool:
    with one_moment(scene.engine) as session:
        chain.verify(session)
        return [each for each in replay.differences(session) if each.row not in BEFORE] == []


def done(scene: Scene, refs: list[str], work: Work) -> draft_undo.Snapshot:
    kept: list[draft_undo.Snapshot] = []

    def change(register: Register) -> None:
        before = draft_undo.snapshot(register.session, refs)
        made = work(register, refs)
        kept.append({**before, **dict.fromkeys(made)})

    scene.do(change)
    return kept[0]


@pytest.mark.parametrize("work", [rewrite, count_otherwise, split, merge, drop])
def test_each_change_is_put_back_exactly(scene: Scene, refs: list[str], work: Work) -> None:
    before = ledger(scene)
    kept = done(scene, refs, work)
    assert ledger(scene) != before
    assert holds(scene)
    scene.do(lambda register: draft_undo.put_back(register, kept))
    assert ledger(scene) == before
    assert holds(scene)


def test_one_after_the_other_is_put_back_in_turn(scene: Scene, refs: list[str]) -> None:
    states, kept = [], []
    for work in (count_otherwise, split, merge, rewrite, split):
        states.append(ledger(scene))
        kept.append(done(scene, refs[:1] if work is split else refs, work))
    for before, state in zip(reversed(kept), reversed(states), strict=True):
        scene.do(lambda register, before=before: draft_undo.put_back(register, before))
        assert ledger(scene) == state
        assert holds(scene)


def test_going_back_is_told_in_the_history_and_changes_no_draft_that_stood(scene: Scene, refs: list[str]) -> None:
    kept = done(scene, refs, merge)
    with reading(scene.engine) as session:
        last = chain.head(session).seq
    scene.do(lambda register: draft_undo.put_back(register, kept))
    with reading(scene.engine) as session:
        entries = session.scalars(select(HistoryEntry).where(HistoryEntry.seq > last)).all()
    assert {entry.subject: entry.action for entry in entries} == {refs[0]: "edit", refs[1]: "add"}
    assert {codes.reason_words("zh-Hans", entry.reason) for entry in entries} == {"退回上一步"}


def test_a_target_that_is_gone_is_gone_by_the_history_too(scene: Scene, refs: list[str]) -> None:
    scene.do(lambda register: editing.set_targets(register, refs[1], WHY, []))
    assert ledger(scene)[1][1] == []
    assert holds(scene)


def test_what_was_confirmed_meanwhile_is_left_alone(scene: Scene, refs: list[str]) -> None:
    kept = done(scene, refs, rewrite)
    scene.do(lambda register: opening.confirm(register, refs[0]))
    before = ledger(scene)
    with pytest.raises(WrongState):
        scene.do(lambda register: draft_undo.put_back(register, kept))
    assert ledger(scene) == before

"""The history held against the tables, on both databases."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text, update

from commitments.history import replay
from commitments.models import Commitment, Target
from commitments.queries import lookup
from commitments.register import closing, editing, extensions, opening, progress, responses
from commitments.register.context import Register
from commitments.storage import one_moment, writing
from commitments.text import amounts
from tests.conftest import Scene

MADE_BY_HAND = {"市民政局", "市委政法委", "各区政府", "市台联", "穗民案〔2019〕89号"}


def differences(scene: Scene) -> list[replay.Difference]:
    """Return what differs, apart from the rows that the scene puts into the tables itself."""
    with one_moment(scene.engine) as session:
        return [each for each in replay.differences(session) if each.row not in MADE_BY_HAND]


def test_what_no_entry_made_is_named(scene: Scene) -> None:
    scene.add()
    with one_moment(scene.engine) as session:
        found = list(replay.differences(session))
    assert {each.row for each in found} == MADE_BY_HAND
    assert {each[2:] for each in found} == {("rows", 0, 1)}


def test_what_the_verbs_did_agrees(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amounts, "LARGEST", 10**16)  # as earlier versions took it: more than a float tells apart
    dated = scene.add(due_on=date(2019, 12, 31), support=("市委政法委",))
    asked = scene.add("走访", targets=[Target(what="户", goal=9007199254740993)], strength="soft")
    draft = scene.add("草稿", state="draft")

    def work(keeper: Register) -> None:
        helper = lookup.find_department(keeper.session, "市委政法委")
        progress.record(keeper, asked, "已走访", figures={"户": 3}, proofs=["https://gz.example/a"])
        extensions.ask(keeper, dated, date(2020, 3, 31), "设备推迟")
        responses.acknowledge(keeper, dated, helper)
        responses.dispute(keeper, dated, helper, "非我委职责")
        responses.decide_dispute(keeper, dated, department=helper, accept=True, by="领导")
        closing.close(keeper, dated, "kept", waiver="在案", next_due=date(2020, 12, 31))
        closing.reopen(keeper, dated, "仍需办理")
        opening.confirm(keeper, draft)

    scene.do(work)
    assert differences(scene) == []


def test_a_draft_that_was_dropped_is_not_missed_and_a_row_that_is_gone_is(scene: Scene) -> None:
    draft, other = scene.add("草稿", state="draft"), scene.add("另一草稿", state="draft")
    scene.do(lambda keeper: opening.drop(keeper, f" {draft}", "重复"))
    assert differences(scene) == []
    with writing(scene.engine) as session:
        session.execute(text("DELETE FROM commitment"))
    assert differences(scene) == [("commitment", other, "rows", 1, 0)]


def test_every_page_is_compared(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "PAGE", 2)
    refs = [scene.add(f"第{n}项") for n in range(5)]
    with writing(scene.engine) as session:
        session.execute(update(Commitment).values(title="改"))
    assert [(each.row, each.field, each.table) for each in differences(scene)] == [(r, "title", "改") for r in refs]


def test_what_a_verb_does_meanwhile_is_no_difference(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    ref, expected = scene.add(), replay._expected
    if scene.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite nobody commits while somebody reads")

    def interrupted(*facts: Any) -> dict[str, replay.Expected]:
        known = expected(*facts)
        scene.do(lambda register: editing.edit(register, ref, "更正", title=f"更正{facts[1].name}"))
        return known

    monkeypatch.setattr(replay, "_expected", interrupted)
    assert differences(scene) == []

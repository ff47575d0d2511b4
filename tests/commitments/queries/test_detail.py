"""One commitment in full, alone or among others."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from commitments.models import Target
from commitments.queries import lookup
from commitments.queries.detail import CommitmentDetail, load_detail, load_details
from commitments.register import extensions, progress, responses
from commitments.storage import reading
from tests.conftest import Scene

DUE = date(2019, 12, 31)


def loaded(scene: Scene, ref: str, **knobs: Any) -> CommitmentDetail:
    with reading(scene.engine) as session:
        return load_detail(session, lookup.find(session, ref), **knobs)


@pytest.fixture
def ref(scene: Scene) -> str:
    """A commitment to which something happened, by a department and by a person."""
    ref = scene.add(support=("各区政府",), due_on=DUE, targets=[Target(what="社区", unit="个", goal=5.0)])
    scene.do(
        lambda r: progress.record(r, ref, "已建三个", figures={"社区": 3.0}, proofs=["https://gz.example/a"]),
        "市民政局",
    )
    scene.do(lambda r: progress.record(r, ref, "更正为两个", figures={"社区": 2.0}))
    scene.do(lambda r: extensions.ask(r, ref, date(2020, 3, 31), "汇总未完"))
    for verb in (responses.acknowledge, lambda *of: responses.dispute(*of, "非我局职责")):
        scene.do(lambda r, verb=verb: verb(r, ref, lookup.find_department(r.session, "各区政府")))
    return ref


def test_a_detail_holds_all_that_belongs_to_it(scene: Scene, ref: str) -> None:
    one = loaded(scene, ref)
    assert [each.note for each in one.progress] == ["已建三个", "更正为两个"]
    assert [(each.figure, each.percent) for each in one.targets] == [(2.0, 40)]
    assert [each.new_due for each in one.waiting_extensions] == [date(2020, 3, 31)]
    assert [name for _, name in one.waiting_disputes] == ["各区政府"]
    assert [(each.url, each.given_by) for each in one.evidence] == [("https://gz.example/a", "市民政局")]
    helper, lead = one.row.support[0].id, one.row.lead_id
    assert (one.role(lead), one.role(helper), one.role(0)) == ("lead", "support", None)
    assert (one.acknowledged_at(helper), one.acknowledged_at(lead)) == (scene.now, None)
    assert (one.verbatim, one.live, one.offices) == (False, True, {"市民政局"})


def test_a_long_history_comes_in_parts_newest_first(scene: Scene, ref: str) -> None:
    whole = [entry.seq for entry in loaded(scene, ref).history]
    parts: list[int] = []
    before = None
    while part := loaded(scene, ref, before=before, at_most=2):
        parts[:0] = [entry.seq for entry in part.history]
        if (before := part.earlier) is None:
            break
    assert parts == whole == sorted(whole)
    assert loaded(scene, ref, before=10**30).history


def test_many_are_read_in_as_many_statements_as_one(scene: Scene, ref: str) -> None:
    refs = [ref, *(scene.add(title=f"事项{n}", due_on=DUE) for n in range(5))]
    counts = []
    with reading(scene.engine) as session:
        ids = [lookup.find(session, each).id for each in refs]
    for some in (ids[:1], ids):
        asked: list[Any] = []
        event.listen(scene.engine, "before_cursor_execute", lambda *call, asked=asked: asked.append(call[2]))
        with reading(scene.engine) as session:
            found = load_details(session, some, ("extension_asked",))
        counts.append(len(asked))
        assert list(found) == some
    assert [[entry.action for entry in each.history] for each in found.values()] == [["extension_asked"], *[[]] * 5]
    assert counts[0] == counts[1]


def test_of_none_nothing_is_asked(scene: Scene) -> None:
    with reading(scene.engine) as session:
        assert load_details(session, [], ()) == {}

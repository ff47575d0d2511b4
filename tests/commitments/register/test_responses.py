"""What departments and proposing units answer, on both databases."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from commitments.errors import (
    BadText,
    BadValue,
    LeadNeeded,
    NoDispute,
    NotInFuture,
    NotYours,
    ReasonNeeded,
    WhyNeeded,
    WrongState,
)
from commitments.history import chain
from commitments.models import Answer, Department, Dispute, HistoryEntry, Receipt, Submission
from commitments.queries import lookup
from commitments.register import closing, editing, progress, responses
from commitments.register.context import Register
from commitments.storage import reading, writing
from notifications.models import Notice
from tests.conftest import Scene

LEAD, HELPER, OTHER, UNIT = "市民政局", "各区政府", "市委政法委", "市台联"


def named(keeper: Register, name: str) -> Department:
    return lookup.find_department(keeper.session, name)


def entries(scene: Scene, *actions: str) -> list[HistoryEntry]:
    with reading(scene.engine) as session:
        chain.verify(session)
        query = select(HistoryEntry).where(HistoryEntry.action.in_(actions)).order_by(HistoryEntry.seq)
        return list(session.scalars(query))


def acknowledging(ref: str, name: str = LEAD) -> Callable[[Register], object]:
    return lambda keeper: responses.acknowledge(keeper, ref, named(keeper, name))


def disputing(ref: str, name: str = LEAD, reason: str = "非我局职责") -> Callable[[Register], object]:
    return lambda keeper: responses.dispute(keeper, ref, named(keeper, name), reason)


def deciding(
    ref: str, name: str = LEAD, *, accept: bool = True, lead: str | None = None, note: str = ""
) -> Callable[[Register], object]:
    return lambda keeper: responses.decide_dispute(
        keeper,
        ref,
        department=named(keeper, name),
        accept=accept,
        by="分管领导",
        note=note,
        lead=named(keeper, lead) if lead else None,
    )


def answering(month: str = "2019-06", grade: str = "satisfied", reason: str = "") -> Callable[[Register], object]:
    return lambda keeper: responses.answer(keeper, named(keeper, UNIT), month, grade, reason)


def owners(scene: Scene, ref: str) -> tuple[str, list[str]]:
    with reading(scene.engine) as session:
        row = lookup.find(session, ref)
        return row.lead.name, [each.name for each in row.support]


# -- receipts ------------------------------------------------------------------------------------------------


def test_a_receipt_is_written_once(scene: Scene) -> None:
    ref, first = scene.add(support=(HELPER,)), scene.now
    scene.do(acknowledging(ref), LEAD)
    scene.day("2019-07-03")
    scene.do(acknowledging(ref), LEAD)
    scene.do(acknowledging(ref, HELPER), HELPER)
    with reading(scene.engine) as session:
        assert session.scalars(select(Receipt.at).order_by(Receipt.at)).all() == [first, scene.now]
    told = entries(scene, "acknowledge")
    assert [(each.actor, each.subject) for each in told] == [(LEAD, ref), (HELPER, ref)]


def test_only_who_has_it_acknowledges_or_disputes(scene: Scene) -> None:
    ref = scene.add(support=(HELPER,))
    for verb in (acknowledging(ref, OTHER), disputing(ref, OTHER)):
        with pytest.raises(NotYours, match=OTHER):
            scene.do(verb)
    assert entries(scene, "acknowledge", "dispute") == []


@pytest.mark.parametrize("verb", [acknowledging, disputing, deciding])
def test_nothing_is_answered_on_what_is_closed_or_a_draft(scene: Scene, verb: Callable[..., object]) -> None:
    closed, draft = scene.add(), scene.add(state="draft")
    scene.do(lambda r: closing.close(r, closed, "withdrawn"))
    for ref in (closed, draft):
        with pytest.raises(WrongState):
            scene.do(verb(ref))  # type: ignore[arg-type]


# -- disputes ------------------------------------------------------------------------------------------------


def test_a_dispute_waits_and_a_newer_one_takes_its_place(scene: Scene) -> None:
    ref = scene.add()
    scene.do(disputing(ref, reason="初稿"), LEAD)
    scene.do(disputing(ref, reason="职责已划转"), LEAD)
    with reading(scene.engine) as session:
        found = session.scalars(select(Dispute).order_by(Dispute.id)).all()
    assert [(each.state, each.reason) for each in found] == [("refused", "初稿"), ("waiting", "职责已划转")]
    assert owners(scene, ref) == (LEAD, [])
    assert [each.reason for each in entries(scene, "dispute")] == ["初稿", "职责已划转"]


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_dispute_says_why(scene: Scene, reason: str) -> None:
    ref = scene.add()
    with pytest.raises(WhyNeeded) as caught:
        scene.do(disputing(ref, reason=reason))
    assert isinstance(caught.value, ReasonNeeded)
    assert caught.value.message("zh-Hans") == f"{ref}：请写明理由。"
    with pytest.raises(BadText):
        scene.do(disputing(ref, reason="\x1b[2J"))


def test_an_accepted_dispute_of_the_lead_moves_it(scene: Scene) -> None:
    ref = scene.add(support=(HELPER, OTHER))
    scene.do(disputing(ref), LEAD)
    for lead in (None, LEAD):
        with pytest.raises(LeadNeeded, match=LEAD):
            scene.do(deciding(ref, lead=lead))
    assert owners(scene, ref) == (LEAD, [OTHER, HELPER])
    scene.do(deciding(ref, lead=OTHER, note="三定方案"))
    assert owners(scene, ref) == (OTHER, [HELPER])
    [decided], [edited] = entries(scene, "dispute_accepted"), entries(scene, "edit")
    assert (decided.reason, decided.changes) == ("三定方案", {"department": LEAD, "decided_by": "分管领导"})
    assert (edited.reason, edited.changes["lead"]) == (f"{LEAD} → {OTHER}", [LEAD, OTHER])
    with pytest.raises(NoDispute):
        scene.do(deciding(ref, lead=OTHER))


def test_the_new_lead_is_told_of_its_task(scene: Scene) -> None:
    ref = scene.add()
    scene.run()
    scene.do(disputing(ref), LEAD)
    scene.do(deciding(ref, lead=HELPER))
    scene.day("2019-06-28")
    scene.run()
    with reading(scene.engine) as session:
        told = session.execute(select(Notice.addressee, Notice.state).where(Notice.kind == "assignment")).all()
    assert sorted(map(tuple, told)) == [(HELPER, "told"), (LEAD, "told")]


def test_an_accepted_dispute_of_a_supporter_frees_it(scene: Scene) -> None:
    ref = scene.add(support=(HELPER,))
    scene.do(disputing(ref, HELPER), HELPER)
    scene.do(deciding(ref, HELPER))
    assert owners(scene, ref) == (LEAD, [])
    assert entries(scene, "edit")[0].reason == f"{HELPER} → —"


def test_a_refused_dispute_changes_nothing(scene: Scene) -> None:
    ref = scene.add(support=(HELPER,))
    scene.do(disputing(ref, HELPER), HELPER)
    scene.do(deciding(ref, HELPER, accept=False, note="答复函写明会办"))
    assert owners(scene, ref) == (LEAD, [HELPER])
    with reading(scene.engine) as session:
        found = session.scalars(select(Dispute)).one()
    assert (found.state, found.decided_by, found.decided_at, found.note) == (
        "refused", "分管领导", scene.now, "答复函写明会办",
    )  # fmt: skip
    assert entries(scene, "edit") == []
    assert len(entries(scene, "dispute_refused")) == 1


def test_a_dispute_of_who_has_it_no_longer_is_only_noted(scene: Scene) -> None:
    ref = scene.add(support=(HELPER,))
    scene.do(disputing(ref, HELPER), HELPER)
    scene.do(lambda r: editing.edit(r, ref, "更正", support=[]))
    scene.do(deciding(ref, HELPER))
    assert len(entries(scene, "edit")) == 1


# -- answers -------------------------------------------------------------------------------------------------


def test_a_unit_may_answer_again(scene: Scene) -> None:
    scene.do(answering(grade="not_satisfied", reason="未见清单"), UNIT)
    scene.do(answering(grade="partly"), UNIT)
    with reading(scene.engine) as session:
        found = session.scalars(select(Answer).order_by(Answer.id)).all()
    assert [(each.month, each.grade, each.reason) for each in found] == [
        ("2019-06", "not_satisfied", "未见清单"),
        ("2019-06", "partly", ""),
    ]
    told = entries(scene, "unit_answer")
    assert [each.subject for each in told] == [UNIT, UNIT]
    assert told[0].changes == {"month": "2019-06", "grade": "not_satisfied"}


@pytest.mark.parametrize(
    ("month", "grade", "error"),
    [
        ("2019-06", "not_satisfied", WhyNeeded),
        ("2019-06", "good", BadValue),
        ("2019-13", "satisfied", BadValue),
        ("2019-6", "satisfied", BadValue),
        ("２０１９-06", "satisfied", BadValue),
        ("0000-01", "satisfied", BadValue),
        ("2019-07", "satisfied", NotInFuture),
    ],
)
def test_what_cannot_be_answered(scene: Scene, month: str, grade: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        scene.do(answering(month, grade))
    assert entries(scene, "unit_answer") == []


# -- forms ---------------------------------------------------------------------------------------------------


def send(scene: Scene, ref: str) -> int | None:
    """Send the form ``k1``, which records progress."""
    with writing(scene.engine) as session:
        keeper = scene.register(session)
        if (known := responses.once(keeper, "k1")) is None:
            progress.record(keeper, ref, "清单已报送")
            responses.remember(keeper, "k1", chain.head(keeper.session).seq)
        return known


def test_a_form_sent_twice_is_done_once(scene: Scene) -> None:
    ref = scene.add()
    assert send(scene, ref) is None
    known = send(scene, ref)
    assert [each.seq for each in entries(scene, "progress")] == [known]


def test_nor_is_one_done_twice_that_comes_twice_at_once(scene: Scene) -> None:
    ref, known = scene.add(), []
    hands = [threading.Thread(target=lambda: known.append(send(scene, ref))) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    [told] = entries(scene, "progress")
    assert sorted(known, key=str) == [told.seq] * 3 + [None]


def test_forms_are_forgotten_in_the_end(scene: Scene) -> None:
    scene.do(lambda r: responses.remember(r, "old", 1))
    scene.now += timedelta(days=1)
    scene.do(lambda r: responses.remember(r, "new", 2))
    with writing(scene.engine) as session:
        responses.forget(session, scene.now)
    with reading(scene.engine) as session:
        assert session.scalars(select(Submission.key)).all() == ["new"]

"""What waits for a person, and what units answered: as the weekly status and the digests ask for it."""

from datetime import timedelta
from typing import Any

from commitments.models import Answer
from commitments.queries import lookup
from commitments.queries.waiting import newest_answers, waiting_disputes
from commitments.register import closing, responses
from commitments.storage import reading
from tests.conftest import Scene

LEAD, HELPER, UNIT = "市民政局", "各区政府", "市台联"


def disputing(ref: str, name: str) -> Any:
    return lambda ledger: responses.dispute(ledger, ref, lookup.find_department(ledger.session, name), "非我局职责")


def answering(month: str, grade: str) -> Any:
    return lambda ledger: responses.answer(ledger, lookup.find_department(ledger.session, UNIT), month, grade, "")


def test_disputes_to_decide_are_those_of_live_commitments_oldest_first(scene: Scene) -> None:
    first, second, closed = scene.add(support=(HELPER,)), scene.add(), scene.add()
    for ref, name in ((closed, LEAD), (second, LEAD), (first, HELPER)):
        scene.do(disputing(ref, name))
        scene.now += timedelta(hours=1)
    scene.do(lambda r: closing.close(r, closed, "withdrawn"))
    with reading(scene.engine) as session:
        found = session.execute(waiting_disputes()).mappings().all()
    assert [(row["ref"], row["lead"], row["department"]) for row in found] == [
        (second, LEAD, LEAD),
        (first, LEAD, HELPER),
    ]


def test_the_newest_answer_on_each_month_counts(scene: Scene) -> None:
    for month, grade in (("2019-05", "partly"), ("2019-06", "partly"), ("2019-05", "satisfied")):
        scene.do(answering(month, grade))
    before, scene.now = scene.now, scene.now + timedelta(days=1)
    scene.do(answering("2019-06", "satisfied"))
    with reading(scene.engine) as session:
        of_day = (Answer.at >= before, Answer.at < scene.now)
        unit, lead = (lookup.find_department(session, name) for name in (UNIT, LEAD))
        found = session.execute(newest_answers(*of_day, Answer.unit_id == unit.id)).mappings().all()
        none = session.execute(newest_answers(*of_day, Answer.unit_id == lead.id)).all()
    assert [(row["unit"], row["month"], row["grade"]) for row in found] == [
        (UNIT, "2019-05", "satisfied"),
        (UNIT, "2019-06", "partly"),
    ]
    assert none == []

"""Ledgers that begin late, undated items, shared escalation mailboxes: nobody is accused of what they were not told.

Longer than most files: one subject, its helpers shared by every part of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update

from commitments.calendar.deadlines import Offset
from commitments.models import Commitment, Department, Progress
from commitments.register import closing, editing, progress
from commitments.storage import reading, writing
from notifications.channels import Outcome
from notifications.context import Guard
from notifications.models import Message, Notice
from notifications.outbox import holds
from notifications.plan import planner
from tests.conftest import Scene
from tests.notifications.test_delivery import Scripted, messages, notices

LONG_AGO = date(2019, 6, 28)
MONDAY = "2020-03-02"
BOSS = "mzj-lead@gz.example"


def text_of(message: Message) -> str:
    body = message_from_bytes(message.frozen, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def of_kind(scene: Scene, kind: str) -> list[Message]:
    return [message for message in messages(scene) if message.kind == kind and message.state == "sent"]


def days_of(scene: Scene, kind: str) -> list[str]:
    return [message.told_on.isoformat() for message in of_kind(scene, kind)]


def set_department(scene: Scene, name: str, **facts: str) -> None:
    with writing(scene.engine) as session:
        row = session.query(Department).filter_by(name=name).one()
        for key, value in facts.items():
            setattr(row, key, value)


def led_by(scene: Scene, ref: str, name: str) -> None:
    with writing(scene.engine) as session:
        lead = session.query(Department).filter_by(name=name).one()
        editing.edit(scene.register(session), ref, "更正主办", lead=lead)


def add_departments(scene: Scene, count: int, escalation: str = "") -> list[str]:
    names = [f"单位{n}" for n in range(count)]
    with writing(scene.engine) as session:
        session.add_all([Department(name=n, mailbox=f"d{n[2:]}@gz.example", escalation=escalation) for n in names])
    return names


# -- overdue when it becomes open ------------------------------------------------------------------------------


def test_a_new_ledger_accuses_nobody_on_its_first_morning(scene: Scene) -> None:
    scene.day(MONDAY)
    scene.add(due_on=date(2020, 1, 31))
    scene.run()
    [message] = messages(scene)
    assert (message.kind, message.mailbox) == ("assignment", "mzj@gz.example")
    assert "2020年3月2日登记立项，登记时已逾期（到期日为2020年1月31日）" in text_of(message)
    assert "此前" not in text_of(message)


def test_a_late_item_is_reminded_and_only_then_escalated_with_the_days(scene: Scene) -> None:
    scene.day(MONDAY)
    scene.add(due_on=LONG_AGO)
    scene.run_days(MONDAY, "2020-03-17")
    assert days_of(scene, "reminder") == ["2020-03-03", "2020-03-10", "2020-03-17"]
    first, second = of_kind(scene, "escalation")
    assert (first.told_on, first.mailbox) == (date(2020, 3, 10), BOSS)
    assert "此前提醒：2020年3月3日\n" in text_of(first)
    assert "此前提醒：2020年3月3日、2020年3月10日\n" in text_of(second)


def test_what_is_reopened_late_says_so_and_begins_anew(quick: Scene) -> None:
    quick.day("2019-06-27")
    ref = quick.add(due_on=LONG_AGO)
    quick.run()
    quick.do(lambda r: closing.report_done(r, ref, note="已印发"))
    quick.day(MONDAY)
    quick.do(lambda r: closing.reopen(r, ref, "材料不全"))
    with writing(quick.engine) as session:  # the program was at work all the time
        planner.sync_rules(session, quick.context, quick.now)
        holds.release(session, quick.now)
    quick.run_days(MONDAY, "2020-03-10")
    [told] = [m for m in of_kind(quick, "assignment") if m.told_on == date(2020, 3, 2)]
    assert "2020年3月2日重新办理，重新办理时已逾期" in text_of(told)
    assert "2020年3月2日登记" not in text_of(told)
    assert days_of(quick, "escalation") == ["2020-03-10"]


def no_mailbox(scene: Scene) -> None:
    set_department(scene, "市民政局", mailbox="")


def a_mailbox(scene: Scene) -> None:
    set_department(scene, "市民政局", mailbox="mzj@gz.example")


def a_guard(scene: Scene) -> None:
    scene.context = replace(scene.context, guard=Guard(recipients=200, notices=0))


def released(scene: Scene) -> None:
    scene.context = replace(scene.context, guard=Guard(recipients=200, notices=2000))
    with writing(scene.engine) as session:
        holds.release(session, scene.now)


@pytest.mark.parametrize(("trouble", "mended"), [(no_mailbox, a_mailbox), (a_guard, released)])
def test_a_lead_whose_reminders_did_not_go_out_is_not_accused(quick: Scene, trouble: object, mended: object) -> None:
    quick.day(MONDAY)
    quick.add(due_on=LONG_AGO)
    trouble(quick)  # type: ignore[operator]
    quick.run_days(MONDAY, "2020-03-12")
    assert of_kind(quick, "escalation") == []
    quick.day("2020-03-13")
    mended(quick)  # type: ignore[operator]
    quick.run_days("2020-03-13", "2020-03-20")
    assert days_of(quick, "escalation") == ["2020-03-20"], "five working days after it was told on the 13th"
    assert "此前提醒：2020年3月13日、2020年3月17日\n" in text_of(of_kind(quick, "escalation")[0])


def test_a_relay_down_for_a_week_puts_off_the_escalation(quick: Scene) -> None:
    quick.day(MONDAY)
    quick.add(due_on=LONG_AGO)
    quick.run()
    down = Scripted(*["down"] * 50)
    for day in ("03", "04", "05", "06", "09", "10", "11"):
        quick.day(f"2020-03-{day}")
        quick.run(down)
    quick.run_days("2020-03-12", "2020-03-19")
    assert days_of(quick, "escalation") == ["2020-03-19"]


def test_a_reminder_refused_for_good_counts_as_none(quick: Scene) -> None:
    quick.day(MONDAY)
    quick.add(due_on=LONG_AGO)
    quick.run()

    class Refusing(Scripted):
        def send(self, outgoing: object) -> Outcome:
            return Outcome("permanent", "550 5.1.1 no such user")

    for day in range(3, 31):
        for hour in (9, 10, 11):
            quick.day(f"2020-03-{day:02d}", hour)
            quick.run(Refusing())
    assert not [key for key in notices(quick) if key.startswith("escalation")]


def test_another_lead_is_not_accused_of_what_the_first_was_told(quick: Scene) -> None:
    quick.day(MONDAY)
    ref = quick.add(due_on=LONG_AGO)
    quick.run_days(MONDAY, "2020-03-09")
    led_by(quick, ref, "市委政法委")
    quick.run_days("2020-03-10", "2020-03-17")
    [told] = of_kind(quick, "escalation")
    assert (told.mailbox, told.told_on) == ("office@yinuo.example", date(2020, 3, 17))
    assert "此前提醒：2020年3月10日\n" in text_of(told)


def test_reminders_of_another_deadline_are_not_named(quick: Scene) -> None:
    quick.day("2019-11-20")
    ref = quick.add(due_on=date(2019, 12, 31))
    quick.run_days("2019-11-20", "2019-12-31")
    quick.do(lambda r: editing.edit(r, ref, "更正", due_on=date(2020, 2, 28)))
    quick.run_days("2020-01-02", "2020-03-09")
    [told] = of_kind(quick, "escalation")
    assert "2019年" not in text_of(told).partition("此前提醒：")[2].partition("\n")[0]
    assert "2020年3月2日" in text_of(told).partition("此前提醒：")[2].partition("\n")[0]


def test_composing_asks_again_whether_the_lead_was_told(quick: Scene) -> None:
    """The books lose a telling (a restored copy) between planning and composing."""
    quick.day(MONDAY)
    quick.add(due_on=LONG_AGO)
    quick.run_days(MONDAY, "2020-03-09")
    quick.day("2020-03-10", 8)
    quick.run()
    assert [state for key, state in notices(quick).items() if key.startswith("escalation")] == ["owed"]
    quick.by_hand(update(Notice).where(Notice.rung == "+1wd").values(state="cancelled", told_at=None))
    quick.day("2020-03-10")
    quick.run()
    assert of_kind(quick, "escalation") == []


# -- entered as history ----------------------------------------------------------------------------------------


def test_history_is_quiet_until_its_first_repeat(scene: Scene) -> None:
    scene.day(MONDAY)
    late, undated = scene.add(due_on=LONG_AGO), scene.add("议事厅", review_on=LONG_AGO)
    soon = scene.add("简报", due_on=date(2020, 3, 6))
    with writing(scene.engine) as session:
        planner.decline(session, scene.context, [late, undated, soon], scene.now)
    scene.run_days(MONDAY, "2020-03-17")
    told = sorted((m.told_on.isoformat(), m.kind) for m in messages(scene))
    assert told == [
        ("2020-03-03", "reminder"),
        ("2020-03-06", "reminder"),  # the deadline that lay ahead
        ("2020-03-09", "reminder"),  # its first day overdue; and the question
        ("2020-03-10", "reminder"),
        ("2020-03-16", "escalation"),
        ("2020-03-16", "reminder"),
        ("2020-03-17", "escalation"),
        ("2020-03-17", "reminder"),
    ]


def test_a_new_lead_of_what_was_entered_as_history_gets_the_task(quick: Scene) -> None:
    quick.day(MONDAY)
    ref = quick.add(due_on=LONG_AGO)
    with writing(quick.engine) as session:
        planner.decline(session, quick.context, [ref], quick.now)
    led_by(quick, ref, "市委政法委")
    quick.run()
    assert [message.mailbox for message in messages(quick)] == ["zfw@gz.example"]


# -- without a deadline ----------------------------------------------------------------------------------------


def test_two_questions_without_an_answer_are_told_above(scene: Scene) -> None:
    scene.day(MONDAY)
    scene.add(review_on=date(2020, 3, 2))
    scene.run_days(MONDAY, "2020-03-16")
    [told] = of_kind(scene, "escalation")
    text = text_of(told)
    assert (told.mailbox, told.told_on) == (BOSS, date(2020, 3, 16))
    assert "此前询问：2020年3月2日、2020年3月9日\n" in text
    assert "逾期" not in text + told.subject
    assert "过期限" not in text


def test_progress_answers_and_begins_anew(quick: Scene) -> None:
    quick.day(MONDAY)
    ref = quick.add(review_on=date(2020, 3, 2))
    quick.run_days(MONDAY, "2020-03-15")
    quick.do(lambda r: progress.record(r, ref, "已送审"))
    quick.run_days("2020-03-16", "2020-06-22")
    assert of_kind(quick, "escalation") == []
    quick.run_days("2020-06-23", "2020-07-10")
    assert "2020年3月" not in text_of(of_kind(quick, "escalation")[0]).partition("此前询问：")[2].partition("\n")[0]


def test_progress_of_an_old_day_is_an_answer_too(quick: Scene) -> None:
    """The review date may stay where it was; the lead has answered all the same."""
    quick.day(MONDAY)
    ref = quick.add(review_on=date(2020, 3, 2))
    quick.run_days(MONDAY, "2020-03-13")
    quick.do(lambda r: progress.record(r, ref, "去年底已送审", on=date(2019, 12, 2)))
    with reading(quick.engine) as session:
        assert session.scalars(select(Commitment.review_on)).one() == date(2020, 3, 2)
        assert session.scalars(select(Progress.id)).all()
    quick.run_days("2020-03-16", "2020-03-27")
    assert of_kind(quick, "escalation") == []


def test_from_the_third_repeat_on_questions_stand_in_one_list_a_week(scene: Scene) -> None:
    scene.day(MONDAY)
    for n, day in enumerate((date(2020, 3, 2), date(2020, 3, 3), date(2020, 3, 5))):
        scene.add(f"第{n}件", review_on=day, lead="市委政法委")
    scene.run_days(MONDAY, "2020-04-03")
    asked = [m for m in messages(scene) if m.mailbox == "zfw@gz.example" and m.told_on >= date(2020, 3, 23)]
    assert [m.told_on.isoformat() for m in asked] == ["2020-03-23", "2020-03-30"]
    text = text_of(asked[1])
    assert text.count("待报送进展的事项（每周一览）") == 1
    assert "第1件｜市委政法委｜最近进展：尚未收到" in text
    assert "【请报进展】" not in text


def test_the_repeats_grow_rarer(quick: Scene) -> None:
    ladder = replace(quick.context.policy.ladder, rarer=(Offset(10, "wd"), Offset(1, "m")))
    quick.context = replace(quick.context, policy=replace(quick.context.policy, ladder=ladder))
    quick.day(MONDAY)
    quick.add(due_on=LONG_AGO, lead="市委政法委")
    quick.run_days(MONDAY, "2020-06-01")
    assert days_of(quick, "reminder") == ["2020-03-03", "2020-03-10", "2020-03-24", "2020-04-24", "2020-05-25"]


# -- one message an addressee and day --------------------------------------------------------------------------


def escalations(scene: Scene, names: Sequence[str]) -> list[Message]:
    """Let one item of each of these be overdue until it is escalated; return what went out then."""
    scene.day(MONDAY)
    for name in names:
        scene.add(f"{name}的事项", lead=name, due_on=LONG_AGO)
    scene.run_days(MONDAY, "2020-03-10")
    return of_kind(scene, "escalation")


@pytest.mark.parametrize("count", [3, 120])
def test_what_falls_to_the_organisation_is_one_message_a_day(quick: Scene, count: int) -> None:
    [told] = escalations(quick, add_departments(quick, count))
    text = text_of(told)
    assert (told.mailbox, told.subject.endswith(f"等{count}项")) == ("office@yinuo.example", True)
    assert all(f"■ 单位{n}\n" in text and f"单位{n}的事项" in text for n in range(count))
    assert text.count("此前提醒：2020年3月3日") == count
    assert text.splitlines()[1] == "市民政局："


def test_departments_that_share_a_mailbox_share_the_message(scene: Scene) -> None:
    set_department(scene, "市委政法委", escalation="MZJ-Lead@GZ.example")
    set_department(scene, "各区政府", escalation="other@gz.example")
    told = escalations(scene, ["市民政局", "市委政法委", "各区政府"])
    assert sorted(m.mailbox.lower() for m in told) == [BOSS, "other@gz.example"]
    shared = text_of(next(m for m in told if m.mailbox.lower() == BOSS))
    assert shared.splitlines()[1] == "各单位负责同志："
    assert "■ 市民政局" in shared
    assert "■ 市委政法委" in shared


def test_a_mailbox_that_is_also_the_organisations_gets_one_message(quick: Scene) -> None:
    set_department(quick, "市委政法委", escalation="office@yinuo.example")
    told = escalations(quick, ["市委政法委", "各区政府"])
    assert [m.mailbox for m in told] == ["office@yinuo.example"]


def changed_early(scene: Scene) -> None:
    scene.day("2020-03-10", 8)
    scene.run()
    set_department(scene, "市民政局", escalation="new@gz.example")


@pytest.mark.parametrize("change", [changed_early, None])
def test_an_escalation_follows_its_changed_mailbox(scene: Scene, change: object) -> None:
    scene.day(MONDAY)
    scene.add(due_on=LONG_AGO)
    scene.run_days(MONDAY, "2020-03-09")
    later = Scripted()
    if change:
        change(scene)  # type: ignore[operator]
    else:  # refused for now; by the next try the mailbox is another
        scene.day("2020-03-10")
        scene.run(Scripted(Outcome("ok", "250 ok"), Outcome("temporary", "450 later")))
        set_department(scene, "市民政局", escalation="new@gz.example")
    for hour in (9, 10, 11):
        scene.day("2020-03-10", hour)
        scene.run(later)
    escalated = of_kind(scene, "escalation")
    if not change and escalated and escalated[0].mailbox == BOSS:
        pytest.fail("the old mailbox was told")
    assert [m.mailbox for m in escalated] == ["new@gz.example"]
    with reading(scene.engine) as session:
        lines = session.scalars(select(Notice.addressee).where(Notice.kind == "escalation")).all()
    assert lines == ["new@gz.example/escalation"]


def test_a_line_of_an_earlier_version_is_followed(quick: Scene) -> None:
    """Notices written before lines were named after mailboxes."""
    quick.day(MONDAY)
    quick.add(due_on=LONG_AGO)
    quick.run_days(MONDAY, "2020-03-09")
    quick.day("2020-03-10", 8)
    quick.run()
    with writing(quick.engine) as session:
        session.query(Notice).filter_by(kind="escalation").update({"addressee": "市民政局/escalation"})
    quick.day("2020-03-10")
    quick.run()
    assert [m.addressee for m in of_kind(quick, "escalation")] == [f"{BOSS}/escalation"]


def test_a_mailbox_gets_one_message_a_day_though_two_lines_become_one(quick: Scene) -> None:
    set_department(quick, "市委政法委", escalation="zfw-lead@gz.example")
    quick.day(MONDAY)
    first = quick.add(due_on=LONG_AGO)
    quick.run_days(MONDAY, "2020-03-09")
    quick.day("2020-03-03")
    second = quick.add("议事厅", lead="市委政法委", due_on=LONG_AGO)
    assert first != second
    quick.run_days("2020-03-10", "2020-03-10")
    set_department(quick, "市委政法委", escalation=BOSS)
    quick.run_days("2020-03-11", "2020-03-20")
    told = [(m.told_on, m.mailbox) for m in of_kind(quick, "escalation")]
    assert len(told) == len(set(told))
    assert {mailbox for _, mailbox in told} == {BOSS}
    assert date(2020, 3, 10) + timedelta(days=1) <= max(day for day, _ in told)


def test_the_subject_of_a_task_entered_late_says_so(quick: Scene) -> None:
    quick.add(due_on=date(2019, 6, 26))
    quick.run()
    (task,) = [message for message in messages(quick) if "新任务" in message.subject]
    assert "（登记时已逾期）" in task.subject
    assert "到期）" not in task.subject

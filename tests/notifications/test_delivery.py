"""The pass: what is told, to whom, when, how often; on both databases. Longer than most: one scene each."""

import shutil
from collections import deque
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from commitments.calendar.deadlines import Offset
from commitments.errors import WrongEnvironment
from commitments.models import Department
from commitments.queries.lookup import find
from commitments.register import closing, editing, progress
from commitments.storage import reading, writing
from notifications import alerts
from notifications.channels import ChannelDown, Outcome, OutgoingMessage
from notifications.context import Guard
from notifications.mail.render import TEMPLATES, Renderer
from notifications.models import Alert, Attempt, Instance, Message, Notice
from notifications.outbox import holds
from notifications.plan import digests, planner
from notifications.plan.schedule import ReminderSubject, required_notices
from notifications.remarks import words
from tests.conftest import Scene

DUE = date(2019, 12, 31)


class Scripted:
    """A carrier that answers as told, then ``ok``; remembers what went out."""

    name = "scripted"
    max_connections = 1
    per_minute = 0

    def __init__(self, *answers: Outcome | str) -> None:
        self.answers = deque(answers)
        self.sent: list[OutgoingMessage] = []

    def open(self) -> "Scripted":
        if self.answers and self.answers[0] == "down":
            self.answers.popleft()
            raise ChannelDown("connection refused")
        return self

    def send(self, outgoing: OutgoingMessage) -> Outcome:
        self.sent.append(outgoing)
        answer = self.answers.popleft() if self.answers else Outcome("ok", "250 ok")
        assert isinstance(answer, Outcome)
        return answer

    def close(self) -> None: ...


def messages(scene: Scene) -> list[Message]:
    with reading(scene.engine) as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def notices(scene: Scene) -> dict[str, str]:
    with reading(scene.engine) as session:
        return {n.key: n.state for n in session.scalars(select(Notice).order_by(Notice.id))}


def quietly(scene: Scene, on: str = "2019-12-09", **fields: object) -> str:
    """Add a commitment on a day before any rung of DUE but the first, and let its assignment be told."""
    scene.day(on)
    ref = scene.add(**fields)  # type: ignore[arg-type]
    scene.run()
    return ref


def test_a_new_commitment_is_assigned_to_lead_and_support_once(scene: Scene) -> None:
    scene.add(due_on=DUE, support=("各区政府",))
    assert scene.run().sent == 2
    assert scene.run().sent == 0
    assert {m.mailbox for m in messages(scene)} == {"mzj@gz.example", "gq@gz.example"}


def test_nothing_is_told_before_the_send_time_or_on_a_day_off(scene: Scene) -> None:
    scene.add(due_on=DUE)
    scene.day("2019-06-27", 8, 59)
    report = scene.run()
    assert (report.sent, report.silent_because) == (0, "it is before 09:00")
    scene.day("2019-06-29", 10)
    assert "day off" in scene.run().silent_because
    scene.day("2019-07-01")
    assert scene.run().sent == 3  # the assignment, and the digest of June to the unit with its copy


def test_three_weeks_of_downtime_end_in_one_message_for_the_highest_rung(scene: Scene) -> None:
    quietly(scene, on="2019-12-05", due_on=DUE)
    before = len(messages(scene))
    scene.day("2019-12-27")
    scene.run()
    told = [key for key, state in notices(scene).items() if key.startswith("reminder") and state == "told"]
    assert told == [
        "reminder/1|2019-1007-01|-30d|2019-12-31|市民政局|lead|mail",
        "reminder/1|2019-1007-01|-3wd|2019-12-31|市民政局|lead|mail",
    ]
    assert len([m for m in messages(scene)[before:] if m.mailbox == "mzj@gz.example"]) == 1


def test_an_unsent_rung_is_superseded_by_a_higher_one(scene: Scene) -> None:
    quietly(scene, due_on=DUE)
    scene.day("2019-12-20", 8)
    scene.run()
    scene.day("2019-12-26")
    scene.run()
    states = notices(scene)
    assert states["reminder/1|2019-1007-01|-7wd|2019-12-31|市民政局|lead|mail"] == "superseded"
    assert states["reminder/1|2019-1007-01|-3wd|2019-12-31|市民政局|lead|mail"] == "told"


def test_escalation_is_a_message_of_its_own_after_five_working_days(scene: Scene) -> None:
    quietly(scene, due_on=DUE)
    scene.run_days("2019-12-30", "2020-01-09")
    escalated = [m for m in messages(scene) if m.kind == "escalation"]
    assert [(m.mailbox, m.told_on) for m in escalated] == [("mzj-lead@gz.example", date(2020, 1, 9))]


def test_a_department_without_an_escalation_mailbox_escalates_to_the_organisation(scene: Scene) -> None:
    quietly(scene, due_on=DUE, lead="市委政法委")
    scene.run_days("2020-01-02", "2020-01-09")
    assert [m.mailbox for m in messages(scene) if m.kind == "escalation"] == ["office@yinuo.example"]


def test_overdue_repeats_every_five_working_days_until_closed(scene: Scene) -> None:
    ref = quietly(scene, due_on=DUE)
    scene.run_days("2019-12-31", "2020-01-17")
    scene.do(lambda r: closing.close(r, ref, "not_kept"))
    scene.run_days("2020-01-18", "2020-01-31")
    rungs = [
        key.split("|")[2] for key, state in notices(scene).items() if key.startswith("reminder") and state == "told"
    ]
    assert rungs == ["-30d", "0d", "+1wd", "+6wd", "+11wd"]
    assert notices(scene)[f"closed/1|{ref}||2020-01-17|市民政局|lead|mail"] == "told"


def test_moving_a_deadline_arms_the_ladder_again_and_moving_back_does_not_repeat(scene: Scene) -> None:
    ref = quietly(scene, due_on=DUE)
    scene.day("2019-12-20")
    scene.run()
    for due in (date(2020, 1, 3), DUE):
        scene.do(partial(editing.edit, ref=ref, reason="更正", due_on=due))
        scene.day("2019-12-23") if due != DUE else scene.day("2019-12-24")
        scene.run()
    told = [
        key.split("|")[2:4] for key, state in notices(scene).items() if key.startswith("reminder") and state == "told"
    ]
    assert told == [["-30d", "2019-12-31"], ["-7wd", "2019-12-31"], ["-30d", "2020-01-03"]]


def test_what_was_reported_done_waits_at_the_organisation_and_the_ladder_stops(scene: Scene) -> None:
    ref = quietly(scene, due_on=DUE)
    scene.day("2019-12-19")
    scene.do(lambda r: closing.report_done(r, ref, note="已印发"))
    scene.run_days("2019-12-20", "2019-12-31")
    mails = messages(scene)
    assert [(m.kind, m.mailbox) for m in mails if m.told_on > date(2019, 12, 10)] == [("done", "office@yinuo.example")]
    scene.do(lambda r: closing.reopen(r, ref, "材料不全"))
    scene.day("2020-01-02")
    scene.run()
    assert notices(scene)[f"reminder/2|{ref}|+1wd|2019-12-31|市民政局|lead|mail"] == "told"


def test_an_undated_commitment_is_asked_about_until_there_is_progress(scene: Scene) -> None:
    ref = quietly(scene, on="2019-08-26", review_on=date(2019, 9, 26))
    scene.run_days("2019-09-26", "2019-10-12")
    scene.do(lambda r: progress.record(r, ref, "已送审"))
    for first, last in (("2019-10-13", "2019-10-21"), ("2019-12-30", "2019-12-31")):
        scene.run_days(first, last)
    asked = [key.split("|")[2] for key, state in notices(scene).items() if key.startswith("review") and state == "told"]
    assert asked == ["0wd", "+5wd"]


def test_a_department_without_a_mailbox_is_held_and_told_later(scene: Scene) -> None:
    with writing(scene.engine) as session:
        session.query(Department).filter_by(name="市民政局").one().mailbox = ""
    scene.add(due_on=DUE)
    assert scene.run().sent == 0
    assert list(notices(scene).values()) == ["held"]
    with writing(scene.engine) as session:
        session.query(Department).filter_by(name="市民政局").one().mailbox = "mzj@gz.example"
    assert scene.run().sent == 1


def test_what_comes_after_the_mail_of_the_day_waits_for_the_next_working_day(scene: Scene) -> None:
    quietly(scene, on="2019-06-28", due_on=DUE)
    scene.add(title="第二项", due_on=DUE)
    scene.day("2019-06-28", 15)
    assert scene.run().sent == 0
    scene.day("2019-07-01")
    scene.run()
    assert len([m for m in messages(scene) if m.mailbox == "mzj@gz.example"]) == 2


def test_a_temporary_refusal_is_tried_again_with_the_same_bytes(scene: Scene) -> None:
    carrier = Scripted(Outcome("temporary", "450 later"))
    scene.add(due_on=DUE)
    assert scene.run(carrier).outcomes["retry"] == 1
    scene.now += timedelta(minutes=2)
    assert scene.run(carrier).sent == 1
    assert carrier.sent[0] == carrier.sent[1]


def test_an_unknown_outcome_sends_the_same_bytes_after_a_quarter_of_an_hour(scene: Scene) -> None:
    carrier = Scripted(Outcome("unknown", "connection lost"))
    ref = scene.add(due_on=DUE)
    scene.run(carrier)
    scene.do(lambda r: editing.edit(r, ref, "更名", title="改了的名称"))
    scene.now += timedelta(minutes=14)
    assert scene.run(carrier).sent == 0
    scene.now += timedelta(minutes=1)
    assert scene.run(carrier).sent == 1
    assert carrier.sent[0] == carrier.sent[1]


def test_a_message_that_is_no_longer_true_is_composed_anew(scene: Scene) -> None:
    carrier = Scripted(Outcome("temporary", "450 later"))
    ref = scene.add(due_on=DUE)
    scene.run(carrier)
    scene.do(lambda r: editing.edit(r, ref, "更名", title="改了的名称"))
    scene.now += timedelta(minutes=2)
    assert scene.run(carrier).sent == 1
    assert [m.state for m in messages(scene)] == ["cancelled", "sent"]
    assert carrier.sent[0].message_id != carrier.sent[1].message_id


def test_closing_between_two_tries_cancels_the_message(scene: Scene) -> None:
    carrier = Scripted(Outcome("temporary", "450 later"))
    ref = scene.add(due_on=DUE)
    scene.run(carrier)
    scene.do(lambda r: closing.close(r, ref, "withdrawn"))
    scene.now += timedelta(minutes=2)
    scene.run(carrier)
    assert notices(scene)[f"assignment/1|{ref}|||市民政局|lead|mail"] == "cancelled"
    assert notices(scene)[f"closed/1|{ref}||2019-06-27|市民政局|lead|mail"] == "told"


def test_a_permanent_refusal_is_confirmed_once_then_dead_with_an_alert(scene: Scene) -> None:
    carrier = Scripted(Outcome("permanent", "550 no such user"), Outcome("permanent", "550 no such user"))
    scene.add(due_on=DUE)
    scene.run(carrier)
    scene.now += timedelta(minutes=31)
    assert scene.run(carrier).outcomes["dead"] == 1
    assert list(notices(scene).values()) == ["dead"]
    with reading(scene.engine) as session:
        assert "550 no such user" in session.scalars(select(Alert)).one().text


def test_relay_trouble_pauses_the_channel_and_counts_against_no_message(scene: Scene) -> None:
    carrier = Scripted("down")
    scene.add(due_on=DUE)
    report = scene.run(carrier)
    assert "connection refused" in report.trouble
    assert "rests" in scene.run(carrier).silent_because
    assert messages(scene) == []
    scene.now += timedelta(minutes=2)
    assert scene.run(carrier).sent == 1
    with reading(scene.engine) as session:
        assert session.scalars(select(Alert)).one().cleared_at is not None


def test_a_flood_is_held_until_a_person_releases_it(scene: Scene) -> None:
    scene.context = replace(scene.context, guard=Guard(recipients=1, notices=2000))
    scene.add(due_on=DUE, support=("各区政府",))
    assert scene.run().sent == 0
    assert set(notices(scene).values()) == {"held"}
    with writing(scene.engine) as session:
        assert holds.release(session, scene.now) == 2
    assert scene.run().sent == 2


def test_a_gap_of_more_than_45_days_is_held(scene: Scene) -> None:
    quietly(scene, on="2019-06-27", due_on=DUE)
    scene.day("2019-12-31")
    assert scene.run().sent == 0
    with reading(scene.engine) as session:
        assert "187 days" in session.scalars(select(Alert)).one().text


def test_another_environment_sends_nothing(scene: Scene) -> None:
    scene.add(due_on=DUE)
    with writing(scene.engine) as session:
        session.get_one(Instance, 1).environment = "testing"
    with pytest.raises(WrongEnvironment):
        scene.run()
    assert notices(scene) == {}


def test_the_dead_senders_message_is_unknown_and_goes_again(scene: Scene) -> None:
    class Killed(BaseException):
        pass

    class Dying(Scripted):
        def send(self, outgoing: OutgoingMessage) -> Outcome:
            super().send(outgoing)
            raise Killed

    scene.add(due_on=DUE)
    dying = Dying()
    with pytest.raises(Killed):
        scene.run(dying)
    assert [m.state for m in messages(scene)] == ["sending"]
    scene.now += timedelta(minutes=30)
    carrier = Scripted()
    if not scene.context.alone:
        with writing(scene.engine) as session:
            session.query(Message).update({"leased_until": scene.now - timedelta(days=9999)})
    scene.run(carrier)
    with reading(scene.engine) as session:
        assert session.scalars(select(Attempt.outcome).order_by(Attempt.n)).first() == "unknown"
    with writing(scene.engine) as session:
        session.query(Message).update({"next_at": scene.now - timedelta(days=9999)})
    scene.run(carrier)
    assert [p.data for p in carrier.sent] == [p.data for p in dying.sent]


def test_a_broken_template_of_the_operators_loses_no_mail(quick: Scene) -> None:
    folder = quick.folder / "templates" / "zh-Hans" / "notices"
    folder.mkdir(parents=True)
    (folder / "body.txt").write_text("{{ nobody_knows_this }}")
    quick.context = replace(quick.context, renderer=Renderer(quick.folder / "templates"))
    quick.add(due_on=DUE)
    carrier = Scripted()
    assert quick.run(carrier).sent == 1
    assert "2019-1007-01" in messages(quick)[0].subject
    with reading(quick.engine) as session:
        assert "nobody_knows_this" in session.scalars(select(Alert)).one().text


def test_a_mistake_in_our_own_templates_holds_the_mail(quick: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.mail.render.TEMPLATES", _damaged(quick.folder / "ours"))
    quick.context = replace(quick.context, renderer=Renderer())
    quick.add(due_on=DUE)
    assert quick.run().sent == 0
    assert set(notices(quick).values()) == {"held"}
    with reading(quick.engine) as session:
        assert "assignment/1|2019-1007-01" in session.scalars(select(Alert)).one().text


def _damaged(folder: Path) -> Path:
    shutil.copytree(TEMPLATES, folder)
    (folder / "zh-Hans" / "notices" / "body.txt").write_text("{{ nobody_knows_this }}")
    return folder


def test_one_broken_row_is_held_and_named_and_the_others_go_on(quick: Scene) -> None:
    with writing(quick.engine) as session:
        session.query(Department).filter_by(name="市委政法委").one().mailbox = "not an address"
    quick.add(due_on=DUE, lead="市委政法委")
    quick.add(title="另一项", due_on=DUE)
    assert quick.run().sent == 1
    assert sorted(notices(quick).values()) == ["held", "told"]
    with reading(quick.engine) as session:
        assert "assignment/1|2019-1007-01" in session.scalars(select(Alert)).one().text


def test_a_digest_waits_for_approval(scene: Scene) -> None:
    scene.context = replace(scene.context, digest=replace(scene.context.digest, approval="required"))
    quietly(scene, on="2019-06-28", due_on=DUE)
    scene.day("2019-07-01")
    assert scene.run().sent == 0
    with writing(scene.engine) as session:
        digests.approve(scene.register(session), "市台联", "2019-06", by="办公室主任")
    assert scene.run().sent == 2
    assert {m.mailbox for m in messages(scene) if m.kind == "monthly_digest"} == {
        "tl@gz.example",
        "office@yinuo.example",
    }


def test_missed_months_are_made_up_once_and_marked_late(scene: Scene) -> None:
    quietly(scene, on="2019-06-28", due_on=DUE)
    scene.day("2019-08-12")
    scene.run()
    scene.day("2019-08-13")
    scene.run()
    told = [m.subject for m in messages(scene) if m.mailbox == "tl@gz.example"]
    assert [("补发" in subject, subject[8:15]) for subject in told] == [(True, "2019年6月"), (True, "2019年7月")]


def test_a_change_of_the_ladder_arms_what_is_to_come(scene: Scene) -> None:
    quietly(scene, on="2019-12-12", due_on=DUE)
    ladder = replace(scene.context.policy.ladder, rungs=tuple(map(Offset.parse, ("-12wd", "0d"))))
    scene.context = replace(scene.context, policy=replace(scene.context.policy, ladder=ladder))
    scene.day("2019-12-13")
    scene.run()
    assert notices(scene)["reminder/1|2019-1007-01|-12wd|2019-12-31|市民政局|lead|mail"] == "told"


def test_two_daemons_never_freeze_two_messages_for_one_addressee(scene: Scene) -> None:
    """The second finds the first one's message when it writes its own, and leaves the notices for another day."""
    scene.add(due_on=DUE)
    scene.run()
    later = scene.add(title="第二项", due_on=DUE)
    with writing(scene.engine) as session:
        session.query(Message).update({"told_on": date(2019, 6, 26)})  # as if the first had frozen a moment later
        session.query(Message).update({"composition": 2})
    scene.run()
    assert notices(scene)[f"assignment/1|{later}|||市民政局|lead|mail"] == "owed"


def test_each_cause_for_which_commitments_cannot_be_planned_is_named_once(
    quick: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third, sound = (quick.add(title, due_on=date(2019, 12, 31)) for title in "甲乙丙丁")
    causes = {first: ValueError("clock"), second: KeyError("place"), third: ValueError("clock")}

    def foul(facts: ReminderSubject, *rest: object) -> object:
        if facts.ref in causes:
            raise causes[facts.ref]
        return required_notices(facts, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(planner, "required_notices", foul)
    quick.run()
    with reading(quick.engine) as session:
        told = sorted(words("en", alert.text) for alert in alerts.standing(session))
        assert [notice.commitment_id for notice in session.scalars(select(Notice))] == [find(session, sound).id]
    assert told == [
        f"a pass fails at plan of {first} and 1 more: ValueError: clock",
        f"a pass fails at plan of {second}: KeyError: 'place'",
    ]
    causes.clear()
    quick.day("2019-06-28")
    quick.run()
    with reading(quick.engine) as session:
        assert list(alerts.standing(session)) == []

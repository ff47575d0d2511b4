"""The promises at their edges: nothing lost, nothing doubled, nothing untrue, when things happen in between."""

import contextlib
import sqlite3
import threading
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from commitments import storage
from commitments.errors import WrongState
from commitments.models import Commitment, Department
from commitments.register import closing, editing, extensions, opening
from commitments.register.context import Register
from commitments.storage import open_engine, reading, writing
from notifications import delivery
from notifications.channels import Outcome, OutgoingMessage
from notifications.mail import composer
from notifications.models import Message, Notice
from notifications.outbox import messages as messages_
from notifications.passes import Report
from tests.conftest import Scene
from tests.notifications.test_delivery import DUE, Scripted, messages, notices, quietly


class Always(Scripted):
    """A carrier that gives every message the same answer."""

    def __init__(self, answer: Outcome) -> None:
        super().__init__()
        self.answer = answer

    def send(self, outgoing: OutgoingMessage) -> Outcome:
        self.sent.append(outgoing)
        return self.answer


def test_once_an_outcome_was_unknown_only_the_same_bytes_go_again(scene: Scene) -> None:
    carrier = Scripted(Outcome("unknown", "lost"), Outcome("temporary", "450 later"))
    ref = scene.add(due_on=DUE)
    scene.run(carrier)
    scene.now += timedelta(minutes=16)
    scene.run(carrier)
    scene.do(lambda r: editing.edit(r, ref, "更名", title="改了的名称"))
    scene.now += timedelta(minutes=10)
    assert scene.run(carrier).sent == 1
    assert len(set(carrier.sent)) == 1


@pytest.mark.parametrize("answer", [Outcome("temporary", "452 mailbox full"), Outcome("unknown", "lost after the dot")])
def test_what_never_arrives_ends_dead_within_days_though_its_words_change(quick: Scene, answer: Outcome) -> None:
    carrier = Always(answer)
    quick.day("2019-12-02")
    quick.add(due_on=date(2020, 1, 31))
    for day in range(10):
        for hour in (9, 12, 15, 18):
            quick.day((date(2019, 12, 2) + timedelta(days=day)).isoformat(), hour)
            quick.run(carrier)
    assert "dead" in {message.state for message in messages(quick)}
    assert len(carrier.sent) < 40


def test_a_reader_that_outstays_every_patience_neither_loses_nor_doubles(
    quick: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COMMIT answers BUSY while somebody reads; the outcome of the accepted mail must outlive that."""
    impatient = tuple(pragma.replace("15000", "50") for pragma in storage.PRAGMAS)
    monkeypatch.setattr(storage, "PRAGMAS", impatient)
    engine = open_engine(quick.engine.url.render_as_string())
    quick.engine, quick.context = engine, replace(quick.context, engine=engine)
    quick.add(due_on=DUE)
    path = str(engine.url.database)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as reader:

        class Watched(Scripted):
            def send(self, outgoing: OutgoingMessage) -> Outcome:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM notice").fetchall()
                threading.Timer(0.8, reader.execute, ["ROLLBACK"]).start()
                return super().send(outgoing)

        carrier = Watched()
        assert quick.run(carrier).sent == 1
    quick.now += timedelta(minutes=30)
    quick.run(Scripted())
    assert [message.state for message in messages(quick)] == ["sent"]
    assert len(carrier.sent) == 1


def test_a_correction_after_closing_keeps_the_closing_notice(scene: Scene) -> None:
    ref = quietly(scene, on="2019-06-28", due_on=DUE)
    scene.do(lambda r: closing.close(r, ref, "withdrawn"))
    scene.do(lambda r: editing.edit(r, ref, "错字", title="改了的名称"))
    scene.day("2019-07-01")
    scene.run()
    assert notices(scene)[f"closed/1|{ref}||2019-06-28|市民政局|lead|mail"] == "told"


def test_a_request_to_extend_ends_with_the_commitment(scene: Scene) -> None:
    ref = scene.add(due_on=DUE)
    scene.do(lambda r: extensions.ask(r, ref, date(2020, 6, 30), "设备推迟"))
    scene.do(lambda r: closing.close(r, ref, "not_kept"))
    with pytest.raises(WrongState):
        scene.do(lambda r: extensions.decide(r, ref, approve=True, by="分管领导"))


def test_a_deadline_moved_away_and_back_before_the_send_time_is_told(scene: Scene) -> None:
    ref = quietly(scene, due_on=DUE)
    scene.day("2019-12-20", 8)
    scene.run()
    for due in (date(2020, 3, 31), DUE):
        scene.do(lambda r, due=due: editing.edit(r, ref, "更正", due_on=due))
        scene.run()
    scene.day("2019-12-20")
    scene.run()
    assert notices(scene)[f"reminder/1|{ref}|-7wd|2019-12-31|市民政局|lead|mail"] == "told"


def test_a_lead_changed_away_and_back_is_still_told_of_its_task(scene: Scene) -> None:
    def leads(register: Register, name: str) -> None:
        department = register.session.scalars(select(Department).where(Department.name == name)).one()
        editing.edit(register, ref, "更正主办", lead=department)

    scene.day("2019-06-27", 8)
    ref = scene.add(due_on=DUE)
    scene.run()
    for name in ("各区政府", "市民政局"):
        scene.do(lambda r, name=name: leads(r, name))
        scene.run()
    scene.day("2019-06-27")
    scene.run()
    states = notices(scene)
    assert states[f"assignment/1|{ref}|||市民政局|lead|mail"] == "told"
    assert states[f"assignment/1|{ref}|||各区政府|lead|mail"] == "cancelled"


def test_what_a_person_cancelled_stays_cancelled(quick: Scene) -> None:
    quick.add(due_on=DUE)
    quick.add(title="另一项", lead="各区政府", due_on=DUE)

    class Cancelling(Scripted):
        def send(self, outgoing: OutgoingMessage) -> Outcome:
            if not self.sent:
                with writing(quick.engine) as session:
                    waiting = select(Message).where(Message.state == "frozen")
                    messages_.cancel_message(session, session.scalars(waiting).one())
            return super().send(outgoing)

    carrier = Cancelling()
    quick.run(carrier)
    quick.run(carrier)
    assert len(carrier.sent) == 1
    assert sorted(notices(quick).values()) == ["cancelled", "told"]


def test_what_was_cancelled_while_it_was_composed_is_not_sent(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another daemon plans between the truth check and the freezing."""
    ref = scene.add(due_on=DUE)
    compose_bytes = composer.render_mime

    def close_meanwhile(*facts: object) -> object:
        scene.do(lambda r: closing.close(r, ref, "withdrawn"))
        delivery.plan(replace(scene.context, worker="test/2"), scene.now, Report())
        return compose_bytes(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr(composer, "render_mime", close_meanwhile)
    carrier = Scripted()
    scene.run(carrier)
    assert carrier.sent == []
    assert messages(scene) == []


def test_what_cannot_be_composed_is_tried_again_another_day(quick: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_facts: object) -> None:
        raise ValueError("broken")

    ref = quick.add(due_on=DUE)
    with monkeypatch.context() as patch:
        patch.setattr(composer, "compose", broken)
        quick.run()
    assert set(notices(quick).values()) == {"held"}
    quick.run_days("2019-06-28", "2019-06-28")
    assert notices(quick)[f"assignment/1|{ref}|||市民政局|lead|mail"] == "told"


def test_a_mailbox_that_goes_and_comes_back_during_a_retry_loses_nothing(quick: Scene) -> None:
    def mailbox(address: str) -> None:
        with writing(quick.engine) as session:
            session.query(Department).filter_by(name="市民政局").one().mailbox = address

    ref = quick.add(due_on=DUE)
    carrier = Scripted(Outcome("temporary", "450 later"))
    quick.run(carrier)
    mailbox("")
    quick.now += timedelta(minutes=5)
    quick.run(carrier)
    with reading(quick.engine) as session:
        assert session.scalars(select(Notice.reason)).all() == ["no mailbox"]
    mailbox("new@gz.example")
    quick.run_days("2019-06-28", "2019-06-28")
    assert notices(quick)[f"assignment/1|{ref}|||市民政局|lead|mail"] == "told"


def test_correcting_a_draft_is_no_slip(quick: Scene) -> None:
    ref = quick.add(due_on=DUE, state="draft")
    quick.do(lambda r: editing.edit(r, ref, "读错", due_on=date(2020, 6, 30)))
    quick.do(lambda r: opening.confirm(r, ref))
    with reading(quick.engine) as session:
        row = session.scalars(select(Commitment)).one()
    assert row.first_due_on == row.due_on == date(2020, 6, 30)


def test_an_escalation_names_the_days_on_which_reminders_truly_went(quick: Scene) -> None:
    quietly(quick, due_on=DUE)
    quick.day("2019-12-24")  # the daemon slept over the 20th
    quick.run()
    quick.run_days("2020-01-03", "2020-01-03")  # and over the 2nd
    quick.run_days("2020-01-09", "2020-01-10")
    escalation = next(message for message in messages(quick) if message.kind == "escalation")
    body = message_from_bytes(escalation.frozen, policy=policy.default).get_body(("plain",))
    assert body is not None
    assert all(f"{day}日" in body.get_content() for day in ("2019年12月24", "2020年1月3"))
    assert not any(f"{day}日" in body.get_content() for day in ("2019年12月20", "2020年1月2"))

"""What keeps the office from harm: the guard, a clock not to be believed, a relay that refuses everybody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from commitments.storage import reading, writing
from notifications import alerts, delivery
from notifications.channels import Outcome, OutgoingMessage
from notifications.context import Guard
from notifications.models import Instance, Message, Notice, Worker
from notifications.outbox import claims, holds, workers
from notifications.passes import Report
from notifications.sender import Sender
from tests.conftest import Scene
from tests.notifications.test_delivery import DUE, Scripted, messages, notices, quietly
from tests.notifications.test_promises import Always

REFUSED = Outcome("permanent", "550 relaying denied")


def standing(scene: Scene) -> list[str]:
    with reading(scene.engine) as session:
        return [alert.key for alert in alerts.standing(session)]


def test_no_daemon_sends_what_the_guard_has_not_seen(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another daemon is in its send loop while this one is between planning and guard."""
    scene.context = replace(scene.context, guard=Guard(recipients=1, notices=2000))
    scene.add(due_on=DUE, support=("各区政府",))
    carrier = Scripted()
    other = replace(scene.context, channel=carrier, worker="test/2")
    finish: Callable[..., None] = delivery.finish_plan

    def overtaken(*facts: object) -> None:
        Sender(other, lambda: scene.now, lambda: False, Report()).run()
        finish(*facts)

    monkeypatch.setattr(delivery, "finish_plan", overtaken)
    scene.run(carrier)
    assert carrier.sent == []
    assert set(notices(scene).values()) == {"held"}


def test_what_a_dead_planner_left_is_taken_up_after_its_lease(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    scene.add(due_on=DUE)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "finish_plan", killed)
        with pytest.raises(KeyboardInterrupt):
            scene.run()
    assert set(notices(scene).values()) == {"held"}
    with writing(scene.engine) as session:
        past = scene.now - timedelta(days=1)
        session.execute(update(Notice).values(leased_until=past))
    assert scene.run().sent == 1


def test_after_a_gap_nothing_is_planned_until_a_person_says_so(scene: Scene) -> None:
    quietly(scene, on="2019-06-27", due_on=DUE)
    scene.day("2021-06-28")
    before = notices(scene)
    assert "732 days" in scene.run().silent_because
    assert notices(scene) == before
    assert standing(scene) == [holds.CLOCK]
    with writing(scene.engine) as session:
        holds.release(session, scene.now)
    assert standing(scene) == []
    assert scene.run().planned > 0


def test_a_clock_that_comes_back_mends_itself(scene: Scene) -> None:
    quietly(scene, on="2019-12-09", due_on=DUE)
    scene.day("2022-01-04")
    scene.run()
    scene.day("2019-12-31")
    assert scene.run().sent == 1
    assert standing(scene) == []


@pytest.mark.parametrize("day", ["1970-01-02", "2019-12-02"])
def test_a_clock_that_went_back_stops_everything(scene: Scene, day: str) -> None:
    quietly(scene, on="2019-12-09", due_on=DUE)
    scene.day(day)
    assert "clock" in scene.run().silent_because
    assert standing(scene) == [holds.CLOCK]


def test_cancelling_after_a_gap_tells_nobody(scene: Scene) -> None:
    quietly(scene, on="2019-06-27", due_on=DUE)
    scene.day("2020-06-29")
    scene.run()
    delivery.hold_due(scene.context, scene.now)
    with writing(scene.engine) as session:
        assert holds.cancel(session, scene.now) > 0
    assert scene.run().sent == 0


def refused_twice(scene: Scene, carrier: Scripted) -> None:
    scene.run(carrier)
    scene.now += timedelta(minutes=31)
    scene.run(carrier)


def test_when_everybody_is_refused_nobody_is_given_up(scene: Scene) -> None:
    scene.add(due_on=DUE, support=("各区政府",))
    refused_twice(scene, Always(REFUSED))
    assert {m.state for m in messages(scene)} == {"retry"}
    assert standing(scene) == [holds.REFUSED]
    scene.now += timedelta(days=1)
    assert scene.run(Scripted()).sent == 0
    with writing(scene.engine) as session:
        assert holds.release(session, scene.now) == 2
    scene.now += timedelta(hours=1)
    assert scene.run(Scripted()).sent == 2


def test_one_who_is_refused_while_others_are_not_is_given_up(scene: Scene) -> None:
    scene.add(due_on=DUE, support=("各区政府",))
    refused_twice(scene, Scripted(REFUSED, Outcome("ok", "250 ok"), REFUSED))
    assert sorted(m.state for m in messages(scene)) == ["dead", "sent"]


def test_a_relay_that_hangs_up_on_one_message_does_not_keep_the_others_waiting(scene: Scene) -> None:
    class HangsUp(Scripted):
        def send(self, outgoing: OutgoingMessage) -> Outcome:
            refused = outgoing.mailbox == "mzj@gz.example"
            return Outcome("temporary", "hung up", relay=True) if refused else Outcome("ok")

    scene.add(due_on=DUE, support=("各区政府", "市委政法委"))
    for _ in range(4):
        scene.run(HangsUp())
        scene.now += timedelta(minutes=11)
    assert {m.mailbox: m.state for m in messages(scene)} == {
        "mzj@gz.example": "retry", "gq@gz.example": "sent", "zfw@gz.example": "sent",
    }  # fmt: skip


def test_living_daemons_share_the_pace(scene: Scene) -> None:
    scene.add(due_on=DUE, support=("各区政府", "市委政法委"))
    with writing(scene.engine) as session:
        clock = claims.lease_clock(session, scene.now)
        for name in ("test/1", "test/2"):
            started = Worker(id=name, host="test", pid=1, started_at=clock, heartbeat_at=clock)
            workers.beat(session, started, scene.now)
    carrier = Scripted()
    carrier.per_minute = 4
    assert scene.run(carrier).sent == 2


def test_daemons_that_were_killed_are_forgotten(scene: Scene) -> None:
    with writing(scene.engine) as session:
        clock = claims.lease_clock(session, scene.now)
        long_ago = clock - timedelta(hours=2)
        session.add(Worker(id="test/9", host="test", pid=9, started_at=long_ago, heartbeat_at=long_ago))
        session.flush()
        assert [worker.id for worker in workers.expected(session)] == ["test/9"]
        assert workers.forget(session, scene.now) == ["test/9"]
        assert workers.expected(session) == []


def test_what_flies_for_long_stays_ours(scene: Scene) -> None:
    scene.add(due_on=DUE)
    scene.run(Scripted(Outcome("temporary", "450 later")))
    with writing(scene.engine) as session:
        lease = claims.new_lease(session, "test/1", scene.now)
        ours = {"state": "sending", "token": lease.token, "leased_until": scene.now - timedelta(hours=1)}
        (key,) = session.scalars(update(Message).values(ours).returning(Message.id)).all()
        claims.renew(session, lease, [key])
        assert session.scalars(select(Message.leased_until)).one() == lease.until
        assert session.get_one(Instance, 1).channel_failures == 0

"""A tick with nothing to do writes nothing, and whatever can be done is noticed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from commitments.models import Department
from notifications.channels import Outcome
from notifications.models import Instance, Message, Notice
from notifications.outbox.idle import nothing_to_do
from tests.conftest import Scene
from tests.notifications.test_delivery import DUE, Scripted


def idle(scene: Scene) -> bool:
    return nothing_to_do(scene.context, scene.now)


def test_after_a_whole_pass_there_is_nothing_to_do_for_a_minute(scene: Scene) -> None:
    assert not idle(scene)
    scene.run()
    assert idle(scene)
    scene.now += timedelta(seconds=59)
    assert idle(scene)
    scene.now += timedelta(seconds=2)
    assert not idle(scene)


def change(scene: Scene, statement: Callable[[], object]) -> None:
    scene.by_hand(statement())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        lambda: update(Notice).values(state="owed"),
        lambda: update(Notice).values(state="held", reason="poison"),
        lambda: update(Notice).values(state="held", reason="no mailbox"),
        lambda: update(Message).values(state="sending"),
        lambda: update(Message).values(state="unknown"),
        lambda: update(Instance).values(rules_hash="other"),
        lambda: update(Instance).values(environment="other"),
    ],
)
def test_what_can_be_done_is_noticed(scene: Scene, statement: Callable[[], object]) -> None:
    scene.add(due_on=DUE)
    scene.run(Scripted(Outcome("ok")))
    assert idle(scene)
    change(scene, statement)
    assert not idle(scene)


def test_a_new_commitment_is_noticed(scene: Scene) -> None:
    scene.run()
    scene.add(due_on=DUE)
    assert not idle(scene)


@pytest.mark.parametrize("reason", ["guard", "approval"])
def test_what_waits_for_a_person_is_no_work(scene: Scene, reason: str) -> None:
    scene.add(due_on=DUE)
    scene.run()
    change(scene, lambda: update(Notice).values(state="held", reason=reason))
    assert idle(scene)


def test_a_message_that_waits_for_its_time_is_no_work_until_then(scene: Scene) -> None:
    scene.add(due_on=DUE)
    scene.run(Scripted(Outcome("temporary", "450 later")))
    assert idle(scene)
    change(scene, lambda: update(Message).values(next_at=scene.now))
    assert not idle(scene)


def test_another_day_or_a_clock_set_back_is_looked_at(scene: Scene) -> None:
    scene.now = scene.at(2019, 6, 27, 23, 59) + timedelta(seconds=50)
    scene.run()
    assert idle(scene)
    scene.now += timedelta(seconds=11)
    assert not idle(scene)
    scene.now -= timedelta(hours=1)
    assert not idle(scene)


def test_a_mailbox_that_was_mended_is_noticed(scene: Scene) -> None:
    change(scene, lambda: update(Department).values(mailbox=""))
    scene.add(due_on=DUE)
    scene.run()
    assert not idle(scene)

"""Mail that should have gone out and did not, on either database."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from commitments.calendar.workdays import WorkCalendar
from commitments.storage import check_writable, reading
from notifications import delivery
from notifications.outbox import stuck
from notifications.outbox.stuck import Hours
from notifications.passes import Report
from tests.conftest import ZONE, Scene
from tests.notifications.test_delivery import DUE, Scripted


def waiting(scene: Scene) -> int:
    context = scene.context
    with reading(scene.engine) as session:
        hours = Hours(zone=context.zone, send_at=context.send_at, workdays=context.workdays)
        return stuck.count(session, hours, scene.now)


def test_what_is_owed_and_not_sent_is_seen_after_two_hours_of_sending_time(scene: Scene) -> None:
    scene.add(due_on=DUE, support=("各区政府",))
    scene.day("2019-06-27", 7)
    delivery.plan(scene.context, scene.now, Report())
    scene.day("2019-06-27", 11)
    assert waiting(scene) == 0
    scene.now += timedelta(minutes=1)
    assert waiting(scene) == 2
    scene.run(Scripted())
    assert waiting(scene) == 0


def test_an_addressee_who_was_told_today_waits_for_the_next_working_day(scene: Scene) -> None:
    scene.add(due_on=DUE)
    assert scene.run(Scripted()).sent == 1
    scene.add(title="又一件", due_on=DUE)
    scene.day("2019-06-27", 20)
    delivery.plan(scene.context, scene.now, Report())
    assert waiting(scene) == 0
    scene.day("2019-06-28", 12)
    delivery.plan(scene.context, scene.now, Report())
    assert waiting(scene) > 0


def test_a_slow_pace_is_no_standstill(scene: Scene) -> None:
    scene.add(due_on=DUE, support=("各区政府", "市委政法委"))
    carrier = Scripted()
    carrier.per_minute = 1
    scene.day("2019-06-27", 12)
    for _ in range(2):
        scene.run(carrier)
        assert waiting(scene) == 0
        scene.now += timedelta(minutes=2)
    scene.context = replace(scene.context, worker="test/2")
    scene.now += timedelta(hours=3)
    assert waiting(scene) == 1


STEP = timedelta(minutes=10)
HOURS = Hours(zone=ZONE, send_at=time(9), workdays=WorkCalendar.load(None))
HOLIDAYS = datetime(2019, 9, 27, tzinfo=ZONE)  # a Friday; the 29th and the 12th are worked, the 1st to 7th are not


@given(st.integers(0, 18 * 144), st.integers(0, 18 * 144), st.sampled_from([0, 6, 12, 90, 400]))
def test_what_waited_before_the_instant_waited_for_more_sending_time(now: int, since: int, steps: int) -> None:
    sent = sum(is_sending_time(HOLIDAYS + n * STEP) for n in range(since, now))
    assert (HOLIDAYS + since * STEP < HOURS.ago(steps * STEP, HOLIDAYS + now * STEP)) == (sent > steps)


def is_sending_time(at: datetime) -> bool:
    return at.hour >= 9 and (at.date() in {date(2019, 9, 29), date(2019, 10, 12)} or not is_off(at.date()))


def is_off(day: date) -> bool:
    return day.weekday() >= 5 or date(2019, 10, 1) <= day <= date(2019, 10, 7)


def test_no_more_than_forty_days_are_looked_at() -> None:
    assert HOURS.ago(timedelta(days=400), HOLIDAYS) == HOLIDAYS - timedelta(days=40)


def test_that_a_database_can_be_written_is_tried_without_a_trace(scene: Scene) -> None:
    scene.add(due_on=DUE)
    check_writable(scene.engine)
    with reading(scene.engine) as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM instance").scalar() == 1

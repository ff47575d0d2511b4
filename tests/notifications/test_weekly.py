"""One weekly status a week, under its own week, whatever the days off, relays and settings do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from commitments.queries.lookup import find_department
from commitments.register import responses
from commitments.storage import reading
from notifications.channels import Outcome
from notifications.mail.render import Renderer
from notifications.models import Notice
from notifications.plan.periods import WEEKDAYS, status_owed
from tests.conftest import Scene
from tests.notifications.masking_reading import texts
from tests.notifications.test_delivery import Scripted
from tests.notifications.test_digests import Weekdays

DUE = date(2019, 12, 31)


def weekly(scene: Scene, weekday: str = "monday") -> None:
    scene.context = replace(scene.context, status_weekday=weekday)


def statuses(scene: Scene) -> list[tuple[str, str]]:
    """Return week and state of each weekly status, in order."""
    with reading(scene.engine) as session:
        rows = session.scalars(select(Notice).where(Notice.kind == "status_digest").order_by(Notice.addressee)).all()
        return [(each.addressee.rpartition("/")[2], each.state) for each in rows]


def subjects(scene: Scene) -> list[str]:
    return [line for line in texts(scene).splitlines() if line.startswith("【每周办理情况】")]


def test_ticks_on_a_sunday_and_the_monday_after_give_one_status(quick: Scene) -> None:
    weekly(quick)
    quick.add(due_on=DUE)
    for day in ("2019-06-30", "2019-07-01"):
        quick.day(day)
        quick.run()
    assert statuses(quick) == [("2019-W27", "told")]


def test_a_status_that_waits_for_another_try_gives_way_to_the_next(quick: Scene) -> None:
    weekly(quick)
    carrier = Scripted(*[Outcome("temporary", "450 later")] * 40)
    quick.day("2019-07-05")
    quick.add(due_on=DUE)
    quick.run(carrier)
    assert ("2019-W27", "in_message") in statuses(quick)
    for day in ("2019-07-08", "2019-07-09", "2019-07-10"):
        quick.day(day)
        quick.run()
    assert statuses(quick) == [("2019-W27", "superseded"), ("2019-W28", "told")]
    assert len(subjects(quick)) == 1


def test_a_status_names_its_own_week_also_when_days_off_push_it_into_the_next(quick: Scene) -> None:
    weekly(quick, "friday")
    quick.day("2019-09-12")
    quick.add(due_on=DUE)
    quick.run_days("2019-09-12", "2019-09-20")  # Friday the 13th was a day off
    assert [subject[8:18] for subject in subjects(quick)] == ["2019年第37周：", "2019年第38周："]


@pytest.mark.parametrize(("first", "then"), [("sunday", "monday"), ("friday", "monday"), ("monday", "friday")])
def test_a_changed_day_gives_no_second_status_in_a_week(quick: Scene, first: str, then: str) -> None:
    weekly(quick, first)
    quick.add(due_on=DUE)
    quick.run_days("2019-06-28", "2019-07-08")
    weekly(quick, then)
    quick.run_days("2019-07-09", "2019-07-26")
    with reading(quick.engine) as session:
        query = select(Notice.told_at).where(Notice.kind == "status_digest", Notice.state == "told")
        days = sorted(quick.context.today(at) for at in session.scalars(query) if at)
    weeks = [f"{day:%G-W%V}" for day in days]
    assert len(weeks) == len(set(weeks))


def test_every_answer_of_a_unit_is_in_one_status_however_long_the_week_was(quick: Scene) -> None:
    weekly(quick)
    quick.day("2019-09-29")
    quick.add(due_on=DUE)
    quick.run_days("2019-09-29", "2019-09-30")
    unit = lambda register: find_department(register.session, "市台联")  # noqa: E731 - read at that moment
    for grade, day in (("partly", "2019-09-30"), ("satisfied", "2019-10-01")):
        quick.day(day, 15)
        month = {"partly": "2019-07", "satisfied": "2019-08"}[grade]
        quick.do(lambda r, month=month, grade=grade: responses.answer(r, unit(r), month, grade, ""))
    quick.run_days("2019-10-01", "2019-10-15")  # Monday the 7th was a day off
    answered = [
        line for line in texts(quick).splitlines() if "市台联对" in line and "月报：" in line and "<" not in line
    ]
    assert len(answered) == 2


def test_a_list_that_is_cut_says_so(renderer: Renderer, sample: Callable[[str], dict[str, Any]]) -> None:
    context = sample("status_digest")
    assert "另有" not in renderer.render("status_digest", "zh-Hans", context).text
    context["status"]["totals"] = {**context["status"]["totals"], "overdue": 3}
    assert "另有2项逾期，未列出。" in renderer.render("status_digest", "zh-Hans", context).text


OFF = st.sets(st.dates(date(2019, 12, 1), date(2020, 3, 31)), max_size=25)
WEEKS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4)


@given(OFF, WEEKS, st.sets(st.integers(0, 120), max_size=60))
def test_never_on_two_days_running_and_in_order(off: set[date], weekdays: list[str], down: set[int]) -> None:
    """Any days off, settings changed every month, any days without a tick: told on the first working day with one."""
    workdays = Weekdays(*off)
    told: dict[str, date] = {}
    for n in range(121):
        day = date(2019, 12, 1) + timedelta(days=n)
        weekday = weekdays[n // 31 % len(weekdays)]
        if n in down or not workdays.is_workday(day):
            continue
        owed = status_owed(day, weekday, workdays, max(told.values(), default=None))
        if owed and owed[0] not in told:
            told[owed[0]] = day
    days = sorted(told.values())
    assert days == [told[week] for week in sorted(told)]  # in the order of the weeks they are of
    assert all((later - day).days > 1 for day, later in pairwise(days))
    if not off and not down and len(set(weekdays)) == 1:
        assert {(later - day).days for day, later in pairwise(days)} == {7}

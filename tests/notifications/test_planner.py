"""What should exist by a day: the pure planner, over random ledgers, outages and gaps between ticks."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitments.calendar.deadlines import Ladder, Offset
from commitments.calendar.workdays import WorkCalendar
from notifications.keys import NoticeKey
from notifications.plan.schedule import (
    Policy,
    ReminderSubject,
    RequiredNotice,
    declined,
    next_look,
    required_notices,
    upcoming,
)
from tests.thorough import examples

CALENDAR = WorkCalendar.load()
RUNGS = tuple(map(Offset.parse, ("-30d", "-7wd", "-3wd", "0d", "+1wd")))
RARER = tuple(map(Offset.parse, ("10wd", "1m")))
WEEK = Offset.parse("5wd")
POLICY = Policy(ladder=Ladder(rungs=RUNGS, repeat=WEEK), escalate_after=WEEK)
GROWING = Policy(ladder=Ladder(rungs=RUNGS, repeat=WEEK, rarer=RARER), escalate_after=WEEK)
TODAY = date(2020, 3, 2)  # a Monday
ITEM = ReminderSubject(
    id=1, ref="2019-1007-01", state="open", generation=1, since=TODAY, lead="市民政局", support=("各区政府",),
    due_on=None, review_on=None, reported_done_on=None, closed_on=None,
)  # fmt: skip


@dataclass
class World:
    """One commitment from day to day: who plans when, and on which days nothing can be told."""

    subject: ReminderSubject
    policy: Policy
    blocked: frozenset[date] = frozenset()
    told: dict[NoticeKey, date] = field(default_factory=dict)

    def known(self) -> ReminderSubject:
        """Return the facts with what the present lead really was told of the present date."""
        subject = self.subject
        kind, day = ("reminder", subject.due_on) if subject.due_on else ("review", subject.review_on)
        mine = [on for key, on in self.told.items() if _counts(key, kind, subject, day)]
        return replace(subject, told=tuple(sorted(mine)))

    def run(self, days: Iterable[date], *, lazily: bool = False, twice: bool = False) -> dict[NoticeKey, date]:
        """Tick on these days; ``lazily`` plans only when the last plan said so, as the daemon does."""
        look, owed = date.min, {}
        for day in filter(CALENDAR.is_workday, days):
            for _ in range(2 if twice else 1):
                if not lazily or (look is not None and look <= day):
                    owed = {notice.key: notice for notice in required_notices(self.known(), self.policy, day, CALENDAR)}
                    look = next_look(self.known(), self.policy, day, CALENDAR)
                self._tell(day, owed)
        return self.told

    def _tell(self, day: date, owed: dict[NoticeKey, RequiredNotice]) -> None:
        true = {notice.key for notice in required_notices(self.known(), self.policy, day, CALENDAR)}
        for key, notice in owed.items():
            if day not in self.blocked and key in true and key not in self.told and notice.send_on <= day:
                self.told[key] = day


def _counts(key: NoticeKey, kind: str, subject: ReminderSubject, day: date | None) -> bool:
    overdue = kind == "review" or key.step.startswith("+")
    said = (key.kind, key.generation, key.day, key.name, key.role)
    return said == (kind, subject.generation, day, subject.lead, "lead") and overdue


def days_from(first: date, n: int) -> list[date]:
    return [first + timedelta(days=k) for k in range(n)]


def short(told: dict[NoticeKey, date], kind: str) -> list[tuple[str, str]]:
    """Return rung and day of what was told of a kind, but for supporting departments."""
    return [(key.step, on.isoformat()) for key, on in told.items() if key.kind == kind and key.role != "support"]


ahead = st.integers(-900, 120).map(lambda n: TODAY + timedelta(days=n))
items = st.one_of(ahead.map(lambda day: replace(ITEM, due_on=day)), ahead.map(lambda day: replace(ITEM, review_on=day)))
outages = st.lists(st.tuples(st.integers(0, 80), st.integers(1, 15)), max_size=4).map(
    lambda spans: frozenset(TODAY + timedelta(days=first + k) for first, length in spans for k in range(length))
)
policies = st.builds(
    Policy,
    ladder=st.builds(
        Ladder, rungs=st.sampled_from([RUNGS, RUNGS[:4], (Offset(-3, "d"), Offset(2, "d"))]),
        repeat=st.sampled_from([WEEK, Offset(3, "d"), Offset(8, "wd")]), rarer=st.sampled_from([(), RARER]),
    ),
    escalate_after=st.sampled_from([WEEK, Offset(1, "wd"), Offset(10, "d"), Offset(20, "wd")]),
    escalate_after_reviews=st.integers(1, 4),
)  # fmt: skip


@settings(max_examples=examples(150), deadline=None)
@given(items, policies, outages)
def test_nobody_is_escalated_who_was_not_told_long_enough_ago(
    item: ReminderSubject, policy: Policy, blocked: frozenset[date]
) -> None:
    told = World(item, policy, blocked).run(days_from(TODAY, 120))
    needed = 1 if item.due_on else policy.escalate_after_reviews
    kind = "reminder" if item.due_on else "review"
    counting = sorted(on for key, on in told.items() if _counts(key, kind, item, item.due_on or item.review_on))
    for key, on in told.items():
        if key.kind == "escalation":
            assert policy.escalate_after.after(counting[needed - 1], CALENDAR) <= on


@settings(max_examples=examples(150), deadline=None)
@given(items, policies, outages)
def test_planning_only_when_said_misses_and_delays_nothing(
    item: ReminderSubject, policy: Policy, blocked: frozenset[date]
) -> None:
    """The next look is early enough, however late a reminder went out."""
    daily = World(item, policy, blocked).run(days_from(TODAY, 120))
    assert World(item, policy, blocked).run(days_from(TODAY, 120), lazily=True) == daily


@settings(max_examples=examples(60), deadline=None)
@given(items, policies, outages)
def test_a_doubled_tick_changes_nothing(item: ReminderSubject, policy: Policy, blocked: frozenset[date]) -> None:
    daily = World(item, policy, blocked).run(days_from(TODAY, 90))
    assert World(item, policy, blocked).run(days_from(TODAY, 90), twice=True) == daily


@settings(max_examples=examples(60), deadline=None)
@given(items, policies, st.lists(st.integers(0, 89), unique=True).map(sorted))
def test_a_missed_tick_changes_nothing_that_is_owed_now(
    item: ReminderSubject, policy: Policy, ticks: list[int]
) -> None:
    """What is owed on a day follows from that day and from what was told, never from the ticks between."""
    world = World(item, policy)
    world.run(TODAY + timedelta(days=n) for n in ticks)
    day = TODAY + timedelta(days=91)
    again = World(item, policy, told=dict(world.told))
    assert required_notices(world.known(), policy, day, CALENDAR) == required_notices(
        again.known(), policy, day, CALENDAR
    )
    assert len({notice.key for notice in required_notices(world.known(), policy, day, CALENDAR)}) == len(
        required_notices(world.known(), policy, day, CALENDAR)
    )


def test_an_item_years_overdue_is_told_from_the_day_it_became_open() -> None:
    told = World(replace(ITEM, due_on=date(2018, 12, 31)), POLICY).run(days_from(TODAY, 24))
    assert short(told, "assignment") == [("", "2020-03-02")]
    assert short(told, "reminder") == [("+1wd", "2020-03-03"), ("+6wd", "2020-03-10"), ("+11wd", "2020-03-17"),
                                       ("+16wd", "2020-03-24")]  # fmt: skip
    assert short(told, "escalation") == [("+6wd", "2020-03-10"), ("+11wd", "2020-03-17"), ("+16wd", "2020-03-24")]


def test_the_cadence_of_an_item_entered_in_time_is_what_it_was() -> None:
    item = replace(ITEM, since=date(2019, 6, 27), due_on=date(2019, 12, 31))
    told = World(item, POLICY).run(days_from(date(2019, 12, 30), 22))
    assert short(told, "reminder") == [("-3wd", "2019-12-30"), ("0d", "2019-12-31"), ("+1wd", "2020-01-02"),
                                       ("+6wd", "2020-01-09"), ("+11wd", "2020-01-16")]  # fmt: skip
    assert short(told, "escalation") == [("+6wd", "2020-01-09"), ("+11wd", "2020-01-16")]


@pytest.mark.parametrize(
    ("blocked", "first"),
    [
        (0, "2020-03-10"),  # told on Tuesday the 3rd, five working days
        (4, "2020-03-13"),  # told on Friday the 6th
        (9, "2020-03-18"),  # told on Wednesday the 11th
        (30, "2020-04-09"),  # told on 1 April; 6 April is off
    ],
)
def test_a_lead_told_late_has_its_time_from_that_day(blocked: int, first: str) -> None:
    item = replace(ITEM, due_on=date(2019, 12, 31))
    world = World(item, POLICY, frozenset(days_from(TODAY, blocked)))
    assert min(on for _, on in short(world.run(days_from(TODAY, 60), lazily=True), "escalation")) == first


@pytest.mark.parametrize("change", [{"lead": "市卫健委"}, {"due_on": date(2020, 1, 31)}, {"generation": 2}])
def test_another_lead_date_or_generation_begins_anew(change: dict[str, object]) -> None:
    world = World(replace(ITEM, due_on=date(2019, 12, 31)), POLICY)
    world.run(days_from(TODAY, 14))
    world.subject = replace(world.subject, **change)  # type: ignore[arg-type]
    before = dict(world.told)
    after = {key: on for key, on in world.run(days_from(date(2020, 3, 16), 14)).items() if key not in before}
    told = short(after, "reminder")[0][1]
    assert told == "2020-03-16"
    assert short(after, "escalation")[0][1] == "2020-03-23"


def test_undated_items_grow_rarer_are_escalated_and_end_in_the_weekly_list() -> None:
    item = replace(ITEM, review_on=date(2019, 9, 26))
    told = World(item, GROWING).run(days_from(TODAY, 130))
    assert short(told, "review") == [("0wd", "2020-03-02"), ("+5wd", "2020-03-09"), ("+15wd", "2020-03-23"),
                                     ("+15wd+1m", "2020-04-27"), ("+15wd+2m", "2020-05-25"),
                                     ("+15wd+3m", "2020-06-29")]  # fmt: skip
    assert short(told, "escalation")[0] == ("+5wd", "2020-03-16")
    asked = {notice.key.step: notice.listed for notice in upcoming(item, GROWING, TODAY, date(2020, 7, 9), CALENDAR)
             if notice.key.kind == "review"}  # fmt: skip
    assert [rung for rung, listed in asked.items() if listed] == ["+15wd+1m", "+15wd+2m", "+15wd+3m"]


def test_the_weekly_list_has_its_day() -> None:
    item, wednesday = replace(ITEM, review_on=TODAY), replace(POLICY, list_day=2)
    slots = [
        notice.send_on
        for notice in upcoming(item, wednesday, TODAY, date(2020, 4, 20), CALENDAR)
        if notice.key.kind == "review"
    ]
    assert [slot.isoformat() for slot in slots] == [
        "2020-03-02", "2020-03-09", "2020-03-16", "2020-03-25", "2020-04-01", "2020-04-08", "2020-04-15",
    ]  # fmt: skip


def test_overdue_reminders_grow_rarer_too() -> None:
    told = World(replace(ITEM, due_on=date(2019, 12, 31)), GROWING).run(days_from(TODAY, 100))
    assert [rung for rung, _ in short(told, "reminder")] == ["+1wd", "+6wd", "+16wd", "+16wd+1m", "+16wd+2m"]


@settings(max_examples=examples(100), deadline=None)
@given(items, policies)
def test_what_is_entered_as_history_is_quiet_at_first_and_told_later(item: ReminderSubject, policy: Policy) -> None:
    settled = {notice.key for notice in declined(item, policy, TODAY, CALENDAR)}
    ahead = list(upcoming(item, policy, TODAY, TODAY + timedelta(days=200), CALENDAR, settled))
    assert ahead
    assert min(notice.send_on for notice in ahead) > TODAY
    assert {notice.key for notice in required_notices(item, policy, TODAY, CALENDAR)} <= settled
    assert ahead[0].key.kind in ("reminder", "review"), "nobody is accused first"


def test_history_is_first_reminded_of_at_its_first_repeat() -> None:
    item = replace(ITEM, due_on=date(2019, 12, 31))
    settled = {notice.key for notice in declined(item, POLICY, TODAY, CALENDAR)}
    ahead = list(upcoming(item, POLICY, TODAY, TODAY + timedelta(days=20), CALENDAR, settled))
    assert [(notice.key.kind, notice.send_on.isoformat()) for notice in ahead] == [
        ("reminder", "2020-03-10"), ("reminder", "2020-03-17"), ("escalation", "2020-03-17"),
    ]  # fmt: skip


@pytest.mark.parametrize("dates", [{"due_on": date(2019, 12, 31)}, {"review_on": date(2019, 12, 31)}])
def test_what_is_entered_on_a_day_off_begins_on_the_day_of_its_assignment(dates: dict[str, date]) -> None:
    sunday = date(2020, 3, 1)
    item = replace(ITEM, since=sunday, **dates)  # type: ignore[arg-type]
    first = next(upcoming(item, POLICY, sunday, date(2020, 4, 1), CALENDAR))
    assert first.send_on == (date(2020, 3, 3) if item.due_on else date(2020, 3, 2))
    settled = {notice.key for notice in declined(item, POLICY, sunday, CALENDAR)}
    quiet = next(upcoming(item, POLICY, sunday, date(2020, 4, 1), CALENDAR, settled))
    assert quiet.send_on == (date(2020, 3, 10) if item.due_on else date(2020, 3, 9))


def test_the_past_rehearsed_on_a_ledger_of_today_is_as_it_was() -> None:
    item = replace(ITEM, since=date(2026, 7, 1), due_on=date(2019, 12, 31))
    kinds = [
        (notice.key.kind, notice.key.step) for notice in required_notices(item, POLICY, date(2019, 12, 26), CALENDAR)
    ]
    assert ("reminder", "-3wd") in kinds

"""Summer time, leap days and year ends in eight zones over two years each (row 21)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitments import schema
from commitments.calendar.deadlines import Ladder, Offset
from commitments.calendar.workdays import WorkCalendar, Year
from commitments.models import Letter
from commitments.storage import open_engine, writing
from notifications.channels import Outcome, OutgoingMessage
from notifications.mail.render import Renderer
from notifications.plan.schedule import Policy
from tests.conftest import Scene
from tests.faults.oracles import assert_ended, assert_history
from tests.notifications.test_delivery import Scripted

# Two years of each from here on, 29 February among them. Gaps and folds at midnight, in the evening, of half an hour; a
# minute past midnight, so that a day ends, begins and ends again; a whole day that never was.
ZONES = {
    "Asia/Shanghai": 2023,
    "Europe/Berlin": 2023,
    "America/Asuncion": 2023,  # no first hour of 1 October
    "America/Santiago": 2023,  # 24:00 is 01:00, 24:00 is 23:00
    "America/Nuuk": 2023,  # no 22:00; a year later no 23:00
    "Australia/Lord_Howe": 2023,
    "America/St_Johns": 2007,  # 00:01 is 23:01 of the day before
    "Pacific/Apia": 2011,  # no 30 December
}
NEVER_WERE = {"Pacific/Apia": (date(2011, 12, 30), time()), "America/Nuuk": (date(2024, 3, 30), time(23))}
ONE = timedelta(days=1)
MINUTES = 24 * 60


def all_days(year: int) -> list[date]:
    """Return the days of two years."""
    return [date(year, 1, 1) + n * ONE for n in range((date(year + 2, 1, 1) - date(year, 1, 1)).days)]


def every_day() -> WorkCalendar:
    """Return a calendar in which every day is worked, so that there is something to tell on each."""
    years = {year: Year(work=frozenset(all_days(year)[:366]), complete=True) for year in range(2006, 2026)}
    return WorkCalendar(years=years)


def instants(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    """Yield the instants at which a daemon looks."""
    while first < last:
        yield first
        first += step


@cache
def changes(zone: ZoneInfo, year: int) -> list[datetime]:
    """Return the instants, to the minute, at which a zone's clock is put forward or back."""
    hours = instants(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC), timedelta(hours=1))
    found = []
    for before, after in pairwise(hours):
        if offset(zone, before) != offset(zone, after):
            minutes = instants(before, after + ONE / MINUTES, ONE / MINUTES)
            found.append(next(now for now in minutes if offset(zone, now) == offset(zone, after)))
    return found


def offset(zone: ZoneInfo, now: datetime) -> timedelta:
    """Return how far a zone's clock is ahead of Greenwich."""
    return now.astimezone(zone).utcoffset() or timedelta()


def hour_of(zone: ZoneInfo, year: int, *, forward: bool) -> time:
    """Return a time of day that is missing when the clock is put forward, or comes twice when it is put back."""
    for now in changes(zone, year):
        shift = offset(zone, now) - offset(zone, now - timedelta(minutes=1))
        if (shift > timedelta()) == forward and abs(shift) < ONE / 2:
            return (now.astimezone(zone).replace(tzinfo=None) - shift / 2).time()
    return time(9)


# -- the rule by itself, at any send time ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ZONES)
@given(st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_row_21_every_day_has_a_time_to_tell(quick: Scene, name: str, data: st.DataObject) -> None:
    """Row 21: gaps and folds at the send time, in 8 zones over 2 years: every day that has such a time, in order."""
    step = data.draw(st.integers(7, 60), label="minutes between two looks")
    minute = data.draw(st.integers(0, MINUTES - 1 - step), label="send time")
    zone, year, send_at = ZoneInfo(name), ZONES[name], time(minute // 60, minute % 60)
    context = replace(quick.context, zone=zone, send_at=send_at, workdays=every_day())
    looks = instants(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 2, tzinfo=UTC), timedelta(minutes=step))
    told = Counter(context.today(now) for now in looks if context.may_send(now))
    never, after = NEVER_WERE.get(name, (None, time()))
    too_short = never and minute + step > after.hour * 60  # between the send time and where the day ends there
    expected = set(all_days(year)[1:]) - ({never} if too_short else set())
    assert expected <= set(told)
    assert never not in told or send_at < after


# -- the whole way, at the very hours that are missing or come twice -------------------------------------------


class Diary(Scripted):
    """A carrier that notes on which day where the organisation is each mail went."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self.entries: list[tuple[str, date, time]] = []

    def send(self, outgoing: OutgoingMessage) -> Outcome:
        here = self.scene.now.astimezone(self.scene.context.zone)
        self.entries.append((outgoing.mailbox, here.date(), here.time()))
        return super().send(outgoing)


@pytest.fixture
def hasty(tmp_path: Path, workdays: WorkCalendar, renderer: Renderer) -> Iterator[Scene]:
    """A scene whose commits need not outlive a power cut."""
    engine = open_engine(f"sqlite:///{tmp_path}/ledger.db", create=True, durable=False)
    schema.upgrade(engine)
    yield Scene(engine, tmp_path, workdays, renderer)
    engine.dispose()


def told_daily(scene: Scene, zone: ZoneInfo, send_at: time, year: int) -> None:
    """Let the office be in a zone, and owe a reminder every day and a digest every month from New Year on."""
    every = Offset.parse("1d")
    policy = Policy(ladder=Ladder(rungs=(Offset.parse("0d"),), repeat=every), escalate_after=Offset.parse("9999d"))
    scene.context = replace(scene.context, zone=zone, send_at=send_at, workdays=every_day(), policy=policy)
    scene.now = datetime(year, 1, 1, 12, tzinfo=UTC)
    with writing(scene.engine) as session:
        session.query(Letter).one().signed_on = date(year - 1, 6, 26)
    scene.add(due_on=date(year - 1, 12, 31))


def looks(zone: ZoneInfo, year: int, send_at: time) -> list[datetime]:
    """Return when to look: around the send time and at the end of the day; on days of a change every hour too."""
    leap = next(leap for leap in (year, year + 1) if leap % 4 == 0)
    changed = [now.astimezone(zone).date() for now in changes(zone, year)]
    days = [day for day in all_days(year)[1:] if day.day == 1 or {day, day + ONE, day - ONE} & set(changed)]
    days += [date(leap, 2, 28), date(leap, 2, 29), *(date(y, 12, n) for y in (year, year + 1) for n in (30, 31))]
    found = set()
    for day in [*days, date(year + 2, 1, 1)]:
        walls = [datetime.combine(day, send_at) + timedelta(minutes=n) for n in (-1, 0, 1)]
        walls += [datetime.combine(day, time(23, 58))]
        walls += [datetime.combine(day, time(hour, 7)) for hour in range(0, 24, 2) if day in changed]
        found |= {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for wall in walls for fold in (0, 1)}
    return sorted(found)


@pytest.mark.parametrize("forward", [True, False], ids=["gap", "fold"])
@pytest.mark.parametrize("name", ZONES)
def test_row_21_exactly_one_a_day_and_one_a_month(hasty: Scene, name: str, forward: bool) -> None:
    """Row 21: gaps and folds at the send time, 29 February, year end: exactly one a day or month."""
    zone, year = ZoneInfo(name), ZONES[name]
    send_at = hour_of(zone, year, forward=forward)
    told_daily(hasty, zone, send_at, year)
    diary, ready = Diary(hasty), set()
    for hasty.now in looks(zone, year, send_at):
        here = hasty.now.astimezone(zone)
        ready |= {here.date()} if here.time() >= send_at else set()
        hasty.run(diary)
    reminded = Counter(day for mailbox, day, _ in diary.entries if mailbox == "mzj@gz.example")
    assert reminded == dict.fromkeys(ready, 1)
    assert all(moment >= send_at for _, _, moment in diary.entries)
    digests = Counter((mailbox, day) for mailbox, day, _ in diary.entries if mailbox != "mzj@gz.example")
    firsts = [day for day in ready if day.day == 1 and day > date(year, 1, 1)]
    assert digests == {(mailbox, day): 1 for day in firsts for mailbox in ("tl@gz.example", "office@yinuo.example")}
    assert len(firsts) == 24
    assert_ended(hasty.engine)
    assert_history(hasty.engine)

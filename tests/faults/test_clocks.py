"""Clocks that are set back, set forward, or begin in 1970 (rows 17 and 18)."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from commitments.storage import reading
from notifications import alerts
from notifications.models import Instance
from tests.faults.daemon_harness import DaemonHarness, until, where_it_is
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]
HOUR, DAY = 3600, 86400
SINCE_1970 = -1_700_000_000


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """How many seconds the daemon's clock is ahead of ours."""
    file = tmp_path / "clock"
    file.write_text("0")
    return file


def standing(here: DaemonHarness) -> list[str]:
    with reading(here.engine) as session:
        return [alert.key for alert in alerts.standing(session)]


@pytest.mark.parametrize("step", [-HOUR, HOUR])
def test_row_17_an_hour(harness: MakeHarness, relay: Relay, tally: Tally, url: str, clock: Path, step: int) -> None:
    """Row 17: clock back 1 h; forward 1 h: ticks go on; nothing doubled; nothing lost."""
    here = harness(3, url)
    relay.always["RCPT"] = "450 later"
    here.start(FAULT_CLOCK=str(clock))
    until(lambda: here.states() == {"retry": 3})
    clock.write_text(str(step))
    until(lambda: "the system clock was set by" in here.log())
    here.await_passes(2)
    relay.always.clear()
    here.hurry()
    until(here.done)
    here.await_passes(2)
    audit(here.engine, relay.received, here.expected, tally)
    assert len(relay.received) == 3


def test_row_17_over_midnight(harness: MakeHarness, relay: Relay, tally: Tally, url: str, clock: Path) -> None:
    """Row 17: set back into yesterday, what is dated today waits for the day to come again; nothing lost."""
    here = harness(3, url, TIMEZONE=where_it_is(0))
    relay.always["RCPT"] = "450 later"
    here.start(FAULT_CLOCK=str(clock))
    until(lambda: here.states() == {"retry": 3})
    clock.write_text(str(-2 * HOUR))
    until(lambda: "the system clock was set by" in here.log())
    relay.always.clear()
    here.hurry()
    here.await_passes(2)
    assert here.notices() == {"owed": 3}
    clock.write_text("0")
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert len(relay.received) == 3


def test_row_17_back_400_days(harness: MakeHarness, relay: Relay, tally: Tally, url: str, clock: Path) -> None:
    """Row 17: clock back 400 days: ticks go on; nothing doubled; nothing lost."""
    here = harness(3, url)
    relay.always["RCPT"] = "450 later"
    here.start(FAULT_CLOCK=str(clock))
    until(lambda: here.states() == {"retry": 3})
    clock.write_text(str(-400 * DAY))
    until(lambda: standing(here) == ["clock"])
    relay.always.clear()
    here.hurry()
    clock.write_text("0")
    until(here.done)
    until(lambda: standing(here) == [])
    audit(here.engine, relay.received, here.expected, tally)
    assert len(relay.received) == 3


@pytest.mark.parametrize("seed", [1, 2, 3], indirect=True)
def test_row_18_years_ahead(harness: MakeHarness, relay: Relay, tally: Tally, url: str, clock: Path, seed: int) -> None:
    """Row 18: clock forward about 2 years while running: nothing new is planned until it is released; alert."""
    here = harness(3, url, DIGEST__APPROVAL="required")
    here.start(FAULT_CLOCK=str(clock))
    until(here.done)
    days = random.Random(seed).randrange(400, 1000)
    clock.write_text(str(days * DAY))
    until(lambda: standing(here) == ["clock"])
    assert here.notices() == {"told": 3}
    assert here.command("status", "--check").returncode == 1
    assert len(relay.received) == 3
    clock.write_text("0")
    until(lambda: standing(here) == [])
    audit(here.engine, relay.received, here.expected, tally)


def test_row_18_released(harness: MakeHarness, relay: Relay, clock: Path) -> None:
    """Row 18: what the operator releases is believed: the overdue are told, once."""
    here = harness(3, DIGEST__APPROVAL="required")
    here.start(FAULT_CLOCK=str(clock))
    until(here.done)
    clock.write_text(str(700 * DAY))
    until(lambda: standing(here) == ["clock"])
    said = here.command("outbox", "release", "--yes", FAULT_CLOCK=str(clock))
    assert said.returncode == 0, said.stderr
    until(lambda: {f"d{n}@gz.example" for n in range(3)} <= set(relay.addresses()[3:]))
    assert max(relay.addresses()[3:].count(f"d{n}@gz.example") for n in range(3)) == 1


def test_row_18_started_in_1970(harness: MakeHarness, relay: Relay, tally: Tally, clock: Path) -> None:
    """Row 18: start in 1970: nothing is planned; alert; when the clock is right all is told."""
    here = harness(3)
    clock.write_text(str(SINCE_1970))
    here.start(FAULT_CLOCK=str(clock))
    until(lambda: standing(here) == ["clock"])
    assert here.notices() == {}
    with reading(here.engine) as session:
        assert session.scalars(select(Instance.planned_at)).one() is None
    clock.write_text("0")
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)

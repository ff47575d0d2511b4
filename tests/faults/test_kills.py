"""Killed at every step of the way of a reminder (rows 1 to 5)."""

import signal
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select

from commitments.storage import reading
from notifications.models import Message, Notice
from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]
ONE_LINE = {"MAIL__CONNECTIONS": "1"}


@pytest.mark.parametrize("point", ["notifications.delivery:finish_plan:before", "notifications.delivery:plan:after"])
def test_row_01_killed_around_the_planners_commit(harness: MakeHarness, relay: Relay, tally: Tally, point: str) -> None:
    """Row 1: kill -9 before / after the planner's commit: planned once at the next start."""
    here = harness(3)
    assert here.start(FAULT_DIE=point).wait(30) == -signal.SIGKILL
    here.start()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert "unknown" not in here.outcomes()


def killed_and_started_again(here: DaemonHarness, point: str) -> None:
    """Let a daemon die at a point, then another do what is left. Leases last two seconds."""
    assert here.start(FAULT_DIE=point, FAULT_LEASE="2").wait(30) == -signal.SIGKILL
    here.start(FAULT_LEASE="2")
    until(here.done)


@pytest.mark.parametrize(
    "point", ["notifications.outbox.outbox:Outbox.claim:after", "notifications.outbox.outbox:Outbox.store:before"]
)
def test_row_02_killed_between_lease_and_freeze(
    harness: MakeHarness, relay: Relay, tally: Tally, url: str, point: str
) -> None:
    """Row 2: kill -9 after lease, before freeze: leased again after expiry (SQLite: at once), sent once."""
    here, seconds = harness(3, url, **ONE_LINE), "4" if url else "90"  # SQLite waits for no lease, however slow we are
    assert here.start(FAULT_DIE=point, FAULT_LEASE=seconds).wait(30) == -signal.SIGKILL
    with reading(here.engine) as session:
        states = session.execute(select(Notice.state, Notice.token.is_not(None)).distinct()).all()
        expiry = session.scalar(select(func.max(Notice.leased_until)))
    assert [tuple(row) for row in states] == [("owed", True)]
    here.start(FAULT_LEASE=seconds)
    until(here.done)
    assert isinstance(expiry, datetime)
    with reading(here.engine) as session:
        first = session.scalar(select(func.min(Message.frozen_at)))
    assert first is not None
    assert (first > expiry) == bool(url)
    audit(here.engine, relay.received, here.expected, tally)
    assert len(relay.received) == 3
    assert here.outcomes() == {"ok": 3}


def test_row_03_killed_between_freeze_and_the_first_command(
    harness: MakeHarness, relay: Relay, tally: Tally, url: str
) -> None:
    """Row 3: kill -9 after freeze: sent with the same bytes, received once; no attempt began, so none is unknown."""
    here = harness(3, url, **ONE_LINE)
    assert (
        here.start(FAULT_DIE="notifications.outbox.outbox:Outbox.store:after", FAULT_LEASE="2").wait(30)
        == -signal.SIGKILL
    )
    frozen = here.frozen()
    assert here.states() == {"frozen": 3}
    here.start(FAULT_LEASE="2")
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert dict(relay.received) == frozen
    assert len(relay.received) == 3
    assert here.outcomes() == {"ok": 3}


@pytest.mark.parametrize(
    "fault",
    [
        {
            "FAULT_DIE": "notifications.outbox.outbox:Outbox.finish_and_start:after"
        },  # the attempt is written down, nothing is said
        {"FAULT_DIE": "smtplib:SMTP.rcpt:after"},
        {"FAULT_PATCH": "tests.faults.fault_patches:die_in_the_middle_of_data"},
    ],
    ids=["begun", "rcpt", "data"],
)
def test_row_03_killed_before_the_final_dot(
    harness: MakeHarness, relay: Relay, tally: Tally, url: str, fault: dict[str, str]
) -> None:
    """Row 3: kill -9 after RCPT; in the middle of DATA: `unknown`, sent again with the same bytes, received once."""
    here = harness(3, url, **ONE_LINE)
    assert here.start(FAULT_LEASE="2", **fault).wait(30) == -signal.SIGKILL
    frozen = here.frozen()
    assert here.states() == {"sending": 1, "frozen": 2}
    here.start(FAULT_LEASE="2")
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert dict(relay.received) == frozen
    assert len(relay.seen) == 3
    assert here.outcomes() == {"unknown": 1, "ok": 3}


@pytest.mark.parametrize(
    "point",
    [
        "notifications.channels.smtp:SmtpConnection.send:after",
        "notifications.connections:_Pool.wait:after",
        "notifications.outbox.channel_rest:end:before",  # settled, not committed
    ],
)
def test_row_04_killed_between_250_and_settle(
    harness: MakeHarness, relay: Relay, tally: Tally, url: str, point: str
) -> None:
    """Row 4: kill -9 after 250, before settle: received twice, byte-identical, attempt `unknown`."""
    here = harness(3, url, **ONE_LINE)
    assert here.start(FAULT_DIE=point, FAULT_LEASE="2").wait(30) == -signal.SIGKILL
    assert len(relay.received) == 1
    frozen = here.frozen()
    here.start(FAULT_LEASE="2")
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert relay.addresses().count(relay.addresses()[0]) == 2
    assert len(relay.received) == 4
    assert all(data == frozen[address] for address, data in relay.received)
    assert here.outcomes() == {"unknown": 1, "ok": 3}


def test_row_05_killed_after_settle(harness: MakeHarness, relay: Relay, tally: Tally, url: str) -> None:
    """Row 5: kill -9 after settle: received once."""
    here = harness(3, url, **ONE_LINE)
    point = (
        "notifications.outbox.outbox:Outbox.finish_and_start:after:4"  # three messages begun, the last of them settled
    )
    assert here.start(FAULT_DIE=point).wait(30) == -signal.SIGKILL
    assert here.done()
    books = here.books()
    here.start()
    here.await_passes(3)
    audit(here.engine, relay.received, here.expected, tally)
    assert len(relay.received) == len(relay.seen) == 3
    assert here.books() == books


def test_row_05_killed_after_settling_one_of_several(
    harness: MakeHarness, relay: Relay, tally: Tally, url: str
) -> None:
    """Row 5: kill -9 after settle: received once, though the next message was begun at the same stroke."""
    here = harness(3, url, **ONE_LINE)
    killed_and_started_again(here, "notifications.outbox.outbox:Outbox.finish_and_start:after:2")
    audit(here.engine, relay.received, here.expected, tally)
    assert len(relay.received) == 3
    assert here.outcomes() == {"unknown": 1, "ok": 3}

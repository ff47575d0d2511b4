"""Several daemons on one PostgreSQL, the server crashing, clocks apart, connections cut (rows 8, 10, 11 and 44)."""

import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from commitments.storage import reading
from notifications.models import Attempt, Message
from tests.faults.cluster import HardyCluster
from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]
ONE_LINE = {"MAIL__CONNECTIONS": "1"}
SMALL = "tests.faults.fault_patches:take_few"


def test_row_08_a_sleeper_that_had_not_begun_sends_nothing(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster
) -> None:
    """Row 8: SIGSTOP of one daemon past its lease, then SIGCONT: another sends; the sleeper does not."""
    here = harness(3, cluster.url, **ONE_LINE)
    sleeper = here.start(FAULT_STOP="notifications.outbox.outbox:Outbox.store:after", FAULT_LEASE="2")
    until(lambda: here.halted(sleeper))
    relay.gate.clear()
    other = here.start()
    until(lambda: bool(relay.seen))  # it has one message in hand and two in its lease
    sleeper.send_signal(signal.SIGCONT)
    here.await_passes(2)  # the other is sending: these are the sleeper's
    assert len(relay.seen) == 1
    relay.gate.set()
    until(here.done)
    assert {name.rpartition("/")[2] for name in here.workers()} == {str(other.pid)}
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 3}
    assert [here.stop(daemon) for daemon in (sleeper, other)] == [0, 0]


def test_row_08_the_sleepers_late_settle_changes_nothing(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster
) -> None:
    """Row 8: SIGSTOP of one daemon past its lease, then SIGCONT: its late settle changes nothing."""
    here = harness(1, cluster.url)
    sleeper = here.start(FAULT_STOP="notifications.channels.smtp:SmtpConnection.send:after", FAULT_LEASE="2")
    until(lambda: here.halted(sleeper))
    assert len(relay.received) == 1
    relay.gate.clear()
    other = here.start(FAULT_LEASE="2")
    until(lambda: len(relay.seen) == 2)
    books = here.books()
    sleeper.send_signal(signal.SIGCONT)
    here.await_passes(2)
    assert here.books() == books
    relay.gate.set()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert [outcome for outcome, _ in attempts(here)] == ["unknown", "ok"]
    assert attempts(here)[1][1].endswith(f"/{other.pid}")
    assert [here.stop(daemon) for daemon in (sleeper, other)] == [0, 0]


def attempts(here: DaemonHarness) -> list[tuple[str | None, str]]:
    """Return outcome and worker of each attempt, in order."""
    with reading(here.engine) as session:
        return [tuple(row) for row in session.execute(select(Attempt.outcome, Attempt.worker).order_by(Attempt.id))]  # type: ignore[misc]


def test_row_08_who_is_slow_but_awake_keeps_its_lease(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster
) -> None:
    """Row 8: another sends only what a sleeper held: a transmission longer than the lease is not taken over."""
    here = harness(2, cluster.url)
    relay.gate.clear()
    slow = here.start(FAULT_LEASE="2")
    until(lambda: len(relay.seen) == 2)
    here.start(FAULT_LEASE="2")
    first = lease_end(here)
    until(lambda: lease_end(here) > first + 3)  # longer than one lease, renewed
    here.await_passes(3)  # the other one's
    relay.gate.set()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 2}
    assert {name.rpartition("/")[2] for name in here.workers()} == {str(slow.pid)}


def lease_end(here: DaemonHarness) -> float:
    """Return when the lease of what is being sent ends, in seconds."""
    with reading(here.engine) as session:
        ends = session.scalars(select(Message.leased_until).where(Message.state == "sending")).all()
    return min(end.timestamp() for end in ends if end is not None)


@pytest.mark.parametrize("seed", [1, 2, 3], indirect=True)
def test_row_10_the_server_crashes_three_times_under_three_daemons(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster, seed: int
) -> None:
    """Row 10: three daemons on PostgreSQL, `pg_ctl restart -m immediate` three times: oracles; work shared."""
    chance = random.Random(seed)
    here = harness(90, cluster.url, MAIL__CONNECTIONS="2")
    relay.pause = 0.1
    relay.gate.clear()  # nobody gets an answer before all of them send
    daemons = [here.start(FAULT_LEASE="6", FAULT_PATCH=SMALL) for _ in range(3)]
    until(lambda: len(here.workers()) == 3)
    relay.gate.set()
    for _ in range(3):
        goal = len(relay.seen) + chance.randrange(1, 12)
        until(lambda goal=goal: len(relay.seen) >= goal)  # type: ignore[misc]
        relay.wait(chance.random() * relay.pause)
        assert len(relay.received) < 90, "the server must crash while there is work"
        cluster.restart("immediate")
        here.engine.dispose()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert [here.stop(daemon) for daemon in daemons] == [0, 0, 0]


@pytest.mark.parametrize("fault", ["cut", "crash", "down"])
def test_row_11_the_connection_is_cut_between_250_and_settle(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster, fault: str
) -> None:
    """Row 11: PostgreSQL connection cut between 250 and settle: settled after reconnecting, no second copy."""
    here = harness(3, cluster.url, **ONE_LINE)
    relay.gate.clear()
    daemon = here.start()
    until(lambda: bool(relay.seen))
    if fault == "cut":
        cut_everyone(here)
    elif fault == "crash":
        cluster.restart("immediate")
    else:
        cluster.stop()
    relay.gate.set()
    until(lambda: "could not be recorded yet" in here.log())
    assert len(relay.seen) == 1, "nothing else goes out before what went out is recorded"
    if fault == "down":
        cluster.restart()
    here.engine.dispose()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert len(relay.seen) == 3
    assert here.outcomes() == {"ok": 3}
    assert here.stop(daemon) == 0


def cut_everyone(here: DaemonHarness) -> None:
    """End every connection to the database but the one that says so."""
    others = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with here.engine.begin() as connection:
        connection.execute(others)


def test_row_11_the_connection_is_cut_while_a_lease_is_renewed(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster
) -> None:
    """Row 11: PostgreSQL connection cut while a message is on its way and its lease is renewed: no second copy."""
    here = harness(1, cluster.url)
    relay.gate.clear()
    daemon = here.start(FAULT_LEASE="4")
    until(lambda: bool(relay.seen))
    for _ in range(3):
        first = lease_end(here)
        cut_everyone(here)
        until(lambda first=first: lease_end(here) > first)  # type: ignore[misc]
    relay.gate.set()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 1}
    assert here.stop(daemon) == 0


@pytest.mark.parametrize("half", ["lose_the_answer_to_commit", "lose_the_commit"])
def test_row_11_the_connection_is_cut_in_the_commit_of_settle(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster, half: str
) -> None:
    """Row 11: PostgreSQL connection cut at COMMIT, which was or was not done: settled, no second copy."""
    here = harness(3, cluster.url, **ONE_LINE)
    here.start(FAULT_PATCH=f"tests.faults.fault_patches:{half}", FAULT_LEASE="2")
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert "could not be recorded yet" in here.log()
    assert len(relay.received) == 3


def test_row_44_a_clock_ahead_takes_nothing_from_the_living(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster
) -> None:
    """Row 44: workers' clocks 10 minutes apart on PostgreSQL: leases by the database's clock; oracles."""
    here = harness(6, cluster.url, MAIL__CONNECTIONS="2")
    relay.gate.clear()
    daemons = [start_at(here, 0)]
    until(lambda: len(relay.seen) == 2)  # and four more are leased
    daemons += [start_at(here, 600), start_at(here, -600)]
    until(lambda: all("daemon started" in here.log(n) for n in (1, 2)))
    here.await_passes(6)  # of those two; a lease of two minutes is long over by the clock of one of them
    assert len(relay.seen) == 2
    relay.gate.set()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 6}
    assert {name.rpartition("/")[2] for name in here.workers()} == {str(daemons[0].pid)}
    assert [here.stop(daemon) for daemon in daemons] == [0, 0, 0]


def test_row_44_a_clock_behind_soon_replaces_the_dead(
    harness: MakeHarness, relay: Relay, tally: Tally, cluster: HardyCluster
) -> None:
    """Row 44: workers' clocks 10 minutes apart on PostgreSQL: leases by the database's clock; oracles."""
    here = harness(6, cluster.url, MAIL__CONNECTIONS="2")
    relay.gate.clear()
    dead = here.start(FAULT_CLOCK=str(clock(here, 600)), FAULT_LEASE="2")
    until(lambda: len(relay.seen) == 2)
    dead.kill()
    dead.wait()
    relay.gate.set()
    here.start(FAULT_CLOCK=str(clock(here, -600)), FAULT_LEASE="2")
    until(lambda: here.outcomes().get("unknown") == 2, 30)
    here.hurry()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 6, "unknown": 2}


def start_at(here: DaemonHarness, seconds: int) -> subprocess.Popen[str]:
    """Start a daemon whose clock is this many seconds ahead."""
    return here.start(FAULT_CLOCK=str(clock(here, seconds)))


def clock(here: DaemonHarness, seconds: int) -> Path:
    """Write how far a clock is ahead; return the file."""
    file = here.folder / f"clock{seconds}"
    file.write_text(str(seconds))
    return file

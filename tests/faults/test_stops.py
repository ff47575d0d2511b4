"""Told to stop, told twice, started twice (rows 7 and 9)."""

import signal
from collections.abc import Callable

import pytest

from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]
ONE_LINE = {"MAIL__CONNECTIONS": "1"}


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_row_07_told_to_stop_during_a_slow_data(
    harness: MakeHarness, relay: Relay, tally: Tally, url: str, signum: signal.Signals
) -> None:
    """Row 7: SIGTERM during a slow DATA: that message finishes and is settled, exit 0, nothing `unknown`."""
    here = harness(3, url, **ONE_LINE)
    relay.gate.clear()
    daemon = here.start()
    until(lambda: bool(relay.seen))
    daemon.send_signal(signum)
    until(lambda: "stopping" in here.log())
    assert here.states() == {"sending": 1, "frozen": 2}
    relay.gate.set()
    assert daemon.wait(30) == 0
    assert here.states() == {"sent": 1, "frozen": 2}
    assert here.outcomes() == {"ok": 1}
    assert len(relay.seen) == len(relay.received) == 1
    here.start()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 3}


def test_row_07_a_second_signal_ends_it_at_once(harness: MakeHarness, relay: Relay, tally: Tally) -> None:
    """Row 7: a second signal ends at once; what was in hand is `unknown` and goes again with the same bytes."""
    here = harness(1)
    relay.gate.clear()
    daemon = here.start()
    until(lambda: bool(relay.seen))
    daemon.send_signal(signal.SIGTERM)
    until(lambda: "stopping" in here.log())
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(5) == -signal.SIGTERM
    relay.gate.set()
    here.start()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"unknown": 1, "ok": 1}
    assert relay.seen[0] == relay.seen[1]


def test_row_09_a_second_daemon_is_refused(harness: MakeHarness, relay: Relay, tally: Tally) -> None:
    """Row 9: two daemons on one SQLite database: the second exits 75 and names the first."""
    here = harness(3, **ONE_LINE)
    relay.gate.clear()
    first = here.start()
    until(lambda: bool(relay.seen))
    for command in ("daemon", "remind"):
        refused = here.command(command)
        assert refused.returncode == 75
        assert f"pid {first.pid} " in refused.stderr
    relay.gate.set()
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes() == {"ok": 3}
    first.kill()
    first.wait()
    assert here.command("remind").returncode == 0, "the dead still hold the ledger"


def test_row_07_being_halted_is_no_reason_to_stop(harness: MakeHarness, relay: Relay, tally: Tally) -> None:
    """Row 7: only SIGTERM and SIGINT end it: halted for a while and let go on (SIGSTOP, SIGCONT), it goes on."""
    here = harness(3, **ONE_LINE)
    relay.gate.clear()
    daemon = here.start()
    until(lambda: bool(relay.seen))
    for _ in range(2):
        daemon.send_signal(signal.SIGSTOP)
        until(lambda: here.halted(daemon))
        relay.wait(1.2)  # longer than it waits for a signal at a time
        daemon.send_signal(signal.SIGCONT)
        until(lambda: not here.halted(daemon))
    relay.gate.set()
    until(here.done)
    here.await_passes(2)
    assert here.outcomes() == {"ok": 3}
    audit(here.engine, relay.received, here.expected, tally)
    assert "stopping" not in here.log()
    assert here.stop(daemon) == 0

"""The daemon watches itself, so that the service manager can start it anew (row 43)."""

from collections.abc import Callable

import pytest

from notifications.channels import smtp
from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay
from tracker import daemon

MakeHarness = Callable[..., DaemonHarness]


@pytest.mark.parametrize("fault", ["lose_the_scheduler", "hang_in_planning", "hang_in_sending"])
def test_row_43_a_daemon_that_no_longer_works_ends_itself(
    harness: MakeHarness, relay: Relay, tally: Tally, fault: str
) -> None:
    """Row 43: the scheduler thread dies, a job hangs: the process exits non-zero within a bound."""
    here = harness(3)
    if fault == "lose_the_scheduler":
        relay.answers("greeting", "421 later")  # so that its only pass leaves something for the next daemon
    stuck = here.start(FAULT_PATCH=f"tests.faults.fault_patches:{fault}", FAULT_LEASE="2")
    assert stuck.wait(30) == daemon.STUCK != 0
    assert "no pass has finished" in here.log()
    here.hurry()
    here.start()  # as the service manager does
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    assert len(relay.received) == 3


def test_row_43_the_bound_is_above_the_longest_transmission_and_below_an_hour(tally: Tally) -> None:
    """Row 43: the process exits non-zero within a bound: a slow relay is no reason, an hour is too long."""
    tally.runs += 1
    assert smtp.TOTAL_SECONDS < daemon.LONGEST_STEP < 3600


@pytest.mark.parametrize("seconds", [1, 60])
def test_row_43_a_daemon_that_has_nothing_to_do_does_not_end_itself(
    harness: MakeHarness, relay: Relay, tally: Tally, seconds: int
) -> None:
    """Row 43: within a bound, and not before it: long pauses between passes are no sign of trouble."""
    here = harness(1, DAEMON__TICK_SECONDS=str(seconds))
    idle = here.start(FAULT_PATCH="tests.faults.fault_patches:be_impatient")
    until(here.done)
    audit(here.engine, relay.received, here.expected, tally)
    relay.wait(6)  # twice its patience
    assert here.stop(idle) == 0

"""Killed sixty times at moments nobody chose (row 6)."""

import random
import signal
from collections.abc import Callable

import pytest

from tests.faults.daemon_harness import DaemonHarness, until
from tests.faults.fork_server import ForkServer
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay

MakeHarness = Callable[..., DaemonHarness]
KILLS, MESSAGES = 60, 120


@pytest.mark.parametrize("seed", [1, 2, 3], indirect=True)
def test_row_06_killed_at_random(harness: MakeHarness, relay: Relay, tally: Tally, url: str, seed: int) -> None:
    """Row 6: random kill -9, 60 times over 120 messages, SQLite and PostgreSQL with 3 daemons: oracles."""
    chance = random.Random(seed)
    here = harness(MESSAGES, url, MAIL__CONNECTIONS="1" if url else "2", MAIL__RETRY_UNKNOWN_AFTER="0s")
    relay.pause = 0.3 if url else 0.05  # three send faster than one
    with ForkServer(here) as fork_server:
        daemons = [start(fork_server) for _ in range(3 if url else 1)]
        for n in range(KILLS):
            assert not here.done(), f"all is told after {n} kills; the rest would hit nobody at work"
            place = chance.randrange(len(daemons))
            wait_a_little(here, relay, fork_server, daemons[place], chance)
            assert fork_server.end(daemons[place], signal.SIGKILL) == -signal.SIGKILL
            daemons[place] = start(fork_server)
        relay.pause = 0.0
        until(here.done)
        assert [fork_server.end(daemon, signal.SIGTERM) for daemon in daemons] == [0] * len(daemons)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes()["unknown"] > KILLS / 4, "too few kills hit a message on its way"
    print(here.outcomes(), len(relay.received), len(relay.seen))


def start(fork_server: ForkServer) -> int:
    """Start a daemon that takes a few messages at a time, so that its work has many beginnings and ends."""
    return fork_server.start(FAULT_PATCH="tests.faults.fault_patches:take_few", FAULT_LEASE="2")


def wait_a_little(
    here: DaemonHarness, relay: Relay, fork_server: ForkServer, daemon: int, chance: random.Random
) -> None:
    """Wait until up to three messages more have gone out, then a moment; one time in four not even for its start."""
    if chance.random() < 0.25:
        relay.wait(chance.random() * 0.3)
        return
    goal = len(relay.seen) + chance.randrange(4)
    until(lambda: "daemon started" in fork_server.log(daemon))
    until(lambda: len(relay.seen) >= goal or here.done())
    relay.wait(chance.random() * relay.pause)

"""Killed sixty times at moments nobody chose (row 6)."""

import random
import signal
from collections.abc import Callable

import pytest

from tests.faults.nursery import Nursery
from tests.faults.oracles import Tally, audit
from tests.faults.relay import Relay
from tests.faults.station import Station, until

MakeStation = Callable[..., Station]
KILLS, MESSAGES = 60, 120


@pytest.mark.parametrize("seed", [1, 2, 3], indirect=True)
def test_row_06_killed_at_random(station: MakeStation, relay: Relay, tally: Tally, url: str, seed: int) -> None:
    """Row 6: random kill -9, 60 times over 120 messages, SQLite and PostgreSQL with 3 daemons: oracles."""
    chance = random.Random(seed)
    here = station(MESSAGES, url, MAIL__CONNECTIONS="1" if url else "2", MAIL__RETRY_UNKNOWN_AFTER="0s")
    relay.pause = 0.3 if url else 0.05  # three send faster than one
    with Nursery(here) as nursery:
        daemons = [start(nursery) for _ in range(3 if url else 1)]
        for n in range(KILLS):
            assert not here.done(), f"all is told after {n} kills; the rest would hit nobody at work"
            place = chance.randrange(len(daemons))
            wait_a_little(here, relay, nursery, daemons[place], chance)
            assert nursery.end(daemons[place], signal.SIGKILL) == -signal.SIGKILL
            daemons[place] = start(nursery)
        relay.pause = 0.0
        until(here.done)
        assert [nursery.end(daemon, signal.SIGTERM) for daemon in daemons] == [0] * len(daemons)
    audit(here.engine, relay.received, here.expected, tally)
    assert here.outcomes()["unknown"] > KILLS / 4, "too few kills hit a message on its way"
    print(here.outcomes(), len(relay.received), len(relay.seen))


def start(nursery: Nursery) -> int:
    """Start a daemon that takes a few messages at a time, so that its work has many beginnings and ends."""
    return nursery.start(FAULT_PATCH="tests.faults.sabotage:take_few", FAULT_LEASE="2")


def wait_a_little(here: Station, relay: Relay, nursery: Nursery, daemon: int, chance: random.Random) -> None:
    """Wait until up to three messages more have gone out, then a moment; one time in four not even for its start."""
    if chance.random() < 0.25:
        relay.wait(chance.random() * 0.3)
        return
    goal = len(relay.seen) + chance.randrange(4)
    until(lambda: "daemon started" in nursery.log(daemon))
    until(lambda: len(relay.seen) >= goal or here.done())
    relay.wait(chance.random() * relay.pause)

"""Connections side by side: who is served when, and that nothing in the air is forgotten."""

from collections.abc import Callable, Iterator, Sequence
from threading import Event

import pytest

from notifications.channels import Connection, Outcome, OutgoingMessage
from notifications.connections import Ended, transmit

PATIENCE = 10.0  # seconds
STEPS = 100_000
Handed = list[tuple[int, OutgoingMessage]]


def message(key: int) -> Handed:
    return [(key, OutgoingMessage(f"<{key}@yinuo.example>", str(key), "a@yinuo.example", "b@yinuo.example", b""))]


class Records:
    """What was recorded as ended, in order."""

    def __init__(self) -> None:
        self.ended: list[int] = []

    def record(self, ended: Sequence[Ended], keys: Sequence[int], _in_flight: Sequence[int]) -> set[int]:
        self.ended += [key for key, _ in ended]
        return set(keys)


class Waits(Connection):
    """A connection whose messages stay in the air until ``lets_go`` is set."""

    def __init__(self, lets_go: Event) -> None:
        self.lets_go = lets_go

    def send(self, message: OutgoingMessage) -> Outcome:
        assert self.lets_go.wait(PATIENCE), message
        return Outcome("ok")

    def close(self) -> None:
        """Nothing is open."""


def at_once() -> Connection:
    lets_go = Event()
    lets_go.set()
    return Waits(lets_go)


def never() -> bool:
    return False


def composing_until(done: Callable[[], bool]) -> Iterator[Handed]:
    """Compose one message after another, none of which is finished, until ``done``."""
    for _ in range(STEPS):
        if done():
            return
        yield []
    pytest.fail("the connections were not served while the next messages were composed")


def test_what_has_ended_is_settled_while_the_next_are_composed() -> None:
    records = Records()

    def outgoing() -> Iterator[Handed]:
        yield message(1)
        yield from composing_until(lambda: records.ended == [1])
        yield message(2)

    transmit(outgoing(), [at_once()], records.record, never)
    assert records.ended == [1, 2]


def test_a_stop_is_heard_while_nothing_comes_of_composing() -> None:
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 1

    transmit(composing_until(lambda: False), [at_once()], Records().record, stop)
    assert len(asked) == 2


def test_what_is_in_the_air_is_settled_before_trouble_with_the_next_is_told() -> None:
    records, lets_go = Records(), Event()

    def outgoing() -> Iterator[Handed]:
        yield message(1)
        lets_go.set()
        raise LookupError("the next cannot be composed")

    with pytest.raises(LookupError, match="cannot be composed"):
        transmit(outgoing(), [Waits(lets_go), at_once()], records.record, never)
    assert records.ended == [1]


def test_as_many_are_in_the_air_as_there_are_connections() -> None:
    records, lets_go = Records(), Event()

    def outgoing() -> Iterator[Handed]:
        yield [*message(1), *message(2), *message(3)]
        lets_go.set()

    transmit(outgoing(), [Waits(lets_go), Waits(lets_go)], records.record, never)
    assert sorted(records.ended) == [1, 2, 3]

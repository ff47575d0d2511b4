"""Lines at work side by side: who is served when, and that nothing in the air is forgotten."""

from collections.abc import Callable, Iterator, Sequence
from threading import Event

import pytest

from notifications.channels import Line, Outcome, Parcel
from notifications.connections import Ended, transmit

PATIENCE = 10.0  # seconds
STEPS = 100_000
Handed = list[tuple[int, Parcel]]


def parcel(key: int) -> Handed:
    return [(key, Parcel(f"<{key}@yinuo.example>", str(key), "a@yinuo.example", "b@yinuo.example", b""))]


class Books:
    """What was settled and begun, in order."""

    def __init__(self) -> None:
        self.ended: list[int] = []

    def turn_over(self, ended: Sequence[Ended], keys: Sequence[int], _flying: Sequence[int]) -> set[int]:
        self.ended += [key for key, _ in ended]
        return set(keys)


class Waits(Line):
    """A line whose messages stay in the air until ``lets_go`` is set."""

    def __init__(self, lets_go: Event) -> None:
        self.lets_go = lets_go

    def send(self, parcel: Parcel) -> Outcome:
        assert self.lets_go.wait(PATIENCE), parcel
        return Outcome("ok")

    def close(self) -> None:
        """Nothing is open."""


def at_once() -> Line:
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
    pytest.fail("the lines were not served while the next messages were composed")


def test_what_has_ended_is_settled_while_the_next_are_composed() -> None:
    books = Books()

    def parcels() -> Iterator[Handed]:
        yield parcel(1)
        yield from composing_until(lambda: books.ended == [1])
        yield parcel(2)

    transmit(parcels(), [at_once()], books.turn_over, never)
    assert books.ended == [1, 2]


def test_a_stop_is_heard_while_nothing_comes_of_composing() -> None:
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 1

    transmit(composing_until(lambda: False), [at_once()], Books().turn_over, stop)
    assert len(asked) == 2


def test_what_is_in_the_air_is_settled_before_trouble_with_the_next_is_told() -> None:
    books, lets_go = Books(), Event()

    def parcels() -> Iterator[Handed]:
        yield parcel(1)
        lets_go.set()
        raise LookupError("the next cannot be composed")

    with pytest.raises(LookupError, match="cannot be composed"):
        transmit(parcels(), [Waits(lets_go), at_once()], books.turn_over, never)
    assert books.ended == [1]


def test_as_many_are_in_the_air_as_there_are_lines() -> None:
    books, lets_go = Books(), Event()

    def parcels() -> Iterator[Handed]:
        yield [*parcel(1), *parcel(2), *parcel(3)]
        lets_go.set()

    transmit(parcels(), [Waits(lets_go), Waits(lets_go)], books.turn_over, never)
    assert sorted(books.ended) == [1, 2, 3]
